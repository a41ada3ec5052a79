"""Says of a case, as it will be sent, whether it is a good one: that decides which answers it may have."""

from collections.abc import MutableMapping
from typing import Any

from schemathesis import Case, GenerationMode
from schemathesis.core.parameters import ParameterLocation

from punchh_contract.contract import Operation

CONTENT_TYPE, JSON = "content-type", "application/json"


def headers_of(case: "Case[Any]") -> MutableMapping[str, str]:
    """The headers of a case; Schemathesis does not say of what they are."""
    return case.headers  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def drop_unasked(case: "Case[Any]", operation: Operation) -> None:
    """Take off headers that the contract does not have: the vendor asks for none (HDR), and a server in front
    may refuse one before the operation is reached.
    """
    known = {CONTENT_TYPE, *(each["name"].lower() for each in operation.parameters)}
    headers = headers_of(case)
    for name in [each for each in headers if each.lower() not in known]:
        del headers[name]


def label(case: "Case[Any]", operation: Operation, *, valid: bool) -> None:
    """Say whether a case is a good one, by the contract.

    Schemathesis would judge what grounding and links put in by the copy's enumerations, which hold a few
    fixtures only, and headers by some that are no longer there.
    """
    case._record_starting_state()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # held by the exact pin
    meta = case.meta
    if meta is None:
        return
    good = {ParameterLocation.HEADER: _has_headers(case, operation)}
    if isinstance(case.body, dict):
        good[ParameterLocation.BODY] = valid
    for location in good.keys() & meta.components.keys():
        meta.components[location].mode = _mode(good[location])
    meta.generation.mode = _mode(all(each.mode.is_positive for each in meta.components.values()))


def _has_headers(case: "Case[Any]", operation: Operation) -> bool:
    """Whether every header that the contract requires is there, and the body is called JSON."""
    required = [each["name"] for each in operation.parameters if each.get("required")]
    headers = headers_of(case)
    return all(headers.get(name) for name in required) and headers.get(CONTENT_TYPE, JSON) == JSON


def _mode(good: bool) -> GenerationMode:  # noqa: FBT001  # the one thing that it says
    return GenerationMode.POSITIVE if good else GenerationMode.NEGATIVE
