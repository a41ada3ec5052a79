"""Judges what a run sent to somebody else's server: no value in it may name a guest or an asset that nobody
gave.

Written against the promise, not against the code that keeps it: names and impossible values are spelled out
here, and bodies are read by a walk of its own.
"""

import collections
import dataclasses
import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl

from conformance.foreign import KINDS, MOBILE, Fixtures
from conformance.proxies import Exchange, Request

from punchh_contract.contract import load

PATHS = {
    "/api2/dashboard/redemptions/force_redeem",
    "/api/auth/redemptions/online_order",
    "/api/pos/batch_redemptions",
    "/api2/mobile/redemptions/subscription",
}
KIND_OF = {name: kind for kind, names in KINDS.items() for name in names}

WRONG = ("punchh-contract-impossible",)
"""What our own checks put where a credential belongs, and what nobody's id is."""
TEXTS = (WRONG[0], "nobody@punchh-contract.invalid")
FRACTION = 4503599627370495.5
# The largest id and one that no id column holds; none and a negative one; one that is no whole number. Small
# numbers in another dress (true, 469.0, "469") are ids for a server that converts, so they are nowhere here.
IDS = (9223372036854775807, 9223372036854775808, 0, -1, FRACTION)
IMPOSSIBLE: dict[str, tuple[Any, ...]] = {
    # An address that is empty may be somebody's.
    "guest": (*IDS, *TEXTS, *WRONG),
    "asset": (*IDS, *TEXTS, ""),
    # Nought, less or nothing may mean everything, or a credit: impossible is what nobody holds.
    "amount": (999999999, "999999999", FRACTION),
    "store": (*IDS, *TEXTS, ""),
    "client": (*IDS, *TEXTS, "", *WRONG),
}
EMPTY: tuple[Any, ...] = (None, [], {})

HEADERS = {
    *("host", "user-agent", "accept", "accept-encoding", "accept-language", "accept-timezone", "connection"),
    *("content-type", "content-length", "authorization", "id-token", "x-pch-digest"),
}
REFUSED = (401, 403, 412)


@dataclasses.dataclass(frozen=True)
class Given:
    """What a run may name: the fixtures document, and the credentials (`PUNCHH_*`)."""

    fixtures: Fixtures
    credentials: dict[str, str]

    def values(self, operation: str, name: str) -> list[Any]:
        """The fixtures of a field's last name, for one operation."""
        fields = self.fixtures.get("operations", {}).get(operation, {})
        return [
            each["value"] if isinstance(each, dict) else each
            for field, values in fields.items()
            if field.rpartition(".")[2] == name
            for each in values
        ]


def strangers(exchanges: Iterable[Exchange], given: Given) -> list[str]:
    """Name everything in a run that nobody gave; empty is good."""
    found = []
    handed_out: list[Any] = []
    for number, exchange in enumerate(exchanges):
        request = exchange.request
        found += [f"{number}: {each}" for each in _strange(request, given, handed_out)]
        operation = request.operation
        answer = exchange.sent.json if exchange.sent else None
        if operation and operation.id == MOBILE and isinstance(answer, dict):
            handed_out.append(answer.get("redemption_tracking_code"))
    return found


def _strange(request: Request, given: Given, handed_out: list[Any]) -> Iterator[str]:
    path, _, query = request.target.partition("?")
    if path not in PATHS or request.method != "POST":
        yield f"{request.method} {path} is no operation"
        return
    operation = str(request.operation.id if request.operation else "")
    for name, value in request.headers:
        if name.lower() not in HEADERS:
            yield f"header {name}"
        if not _may_open(name.lower(), value, given.credentials):
            yield f"{name}: {value}"
    named = list(_named_in_body(request)) + [
        (key, value) for key, value in parse_qsl(query, keep_blank_values=True)
    ]
    for written, value in named:
        name = written.lower()
        if name in KIND_OF and not _may_name(operation, name, value, given, handed_out):
            yield f"{operation}: {written} = {value!r}"


def _named_in_body(request: Request) -> Iterator[tuple[str, Any]]:
    try:
        body = json.loads(request.body, object_pairs_hook=Pairs)
    except (ValueError, RecursionError):
        # Another reader may see a field in what is no JSON for us.
        text = request.body.decode("utf-8", "replace").lower()
        yield from ((name, "in a body that is no JSON") for name in KIND_OF if name in text)
        return
    yield from _named(body)


class Pairs(list[tuple[str, Any]]):
    """The members of an object, a name that stands there twice among them."""


def _named(node: Any) -> Iterator[tuple[str, Any]]:
    """Every name of an object at any depth, with what stands there."""
    if isinstance(node, Pairs):
        for name, value in node:
            yield name, value
            yield from _named(value)
    elif isinstance(node, list):
        for value in node:
            yield from _named(value)


def _may_name(operation: str, name: str, value: Any, given: Given, handed_out: list[Any]) -> bool:
    allowed: list[Any] = given.values(operation, name)
    if name == "discount_type":
        # A word of nobody's is refused; only the one that takes something by itself has to be given.
        return "card_completion" not in json.dumps(value).lower() or _among(value, allowed)
    if KIND_OF[name] != "amount":
        allowed += EMPTY
    allowed += IMPOSSIBLE[KIND_OF[name]]
    if name == "client":
        allowed += [each for key, each in given.credentials.items() if key.endswith("_CLIENT")]
    if name == "redemption_code":
        allowed += handed_out
    return _among(value, allowed)


def _among(value: Any, allowed: Iterable[Any]) -> bool:
    """Whether a value is one of these, of the same type: for Python 1 is true and 5.0 is 5."""
    if isinstance(value, Pairs):
        return not value
    return any(type(value) is type(each) and value == each for each in allowed)


def _may_open(name: str, value: str, credentials: dict[str, str]) -> bool:
    """Whether a header holds no credential but those given, and the one that is wrong on purpose."""
    values = {*credentials.values(), *WRONG}
    if name == "authorization":
        tokens = value.replace("Bearer ", "").replace("Token token=", "").replace("btoken=", "").split(", ")
        return all(each in values for each in tokens)
    return name != "id-token" or value in values


def uids(exchanges: Iterable[Exchange]) -> set[str]:
    """Every `external_uid` that is a text and not empty. Raises AssertionError for other values."""
    found = set()
    for exchange in exchanges:
        for name, value in _named_in_body(exchange.request):
            if name.lower() != "external_uid":
                continue
            if isinstance(value, str) and value:
                found.add(value)
            else:
                assert value in (None, "", []), value
    return found


def redemptions(exchange: Exchange) -> bool:
    """Whether an answer means that something was taken or issued, by the contract's own word."""
    operation, answer = exchange.request.operation, exchange.right
    if operation is None or answer is None:
        return False
    return operation.success.holds(answer.status, exchange.request.json, answer.json)


def promises(exchange: Exchange) -> bool:
    """Whether an answer is anything but a refusal: a redemption, a quote, or a 2xx that promises."""
    answer = exchange.right
    if answer is None or answer.status >= 400:
        return False
    said = answer.json
    refused = isinstance(said, dict) and (
        said.get("category", "redeemable") != "redeemable" or said.get("success") == []
    )
    return not refused


def overspent(exchanges: Iterable[Exchange], caps: dict[tuple[str, str, Any], int]) -> list[str]:
    """Name every fixture that was part of more redemptions than its cap."""
    taken: collections.Counter[tuple[str, str, Any]] = collections.Counter()
    for exchange in exchanges:
        operation = exchange.request.operation
        if operation is None or not redemptions(exchange):
            continue
        for key in caps:
            if key[0] == operation.id and _among(_at(exchange.request.json, key[1]), [key[2]]):
                taken[key] += 1
    return [f"{key}: {count} of {caps[key]}" for key, count in taken.items() if count > caps[key]]


def refusals(exchanges: Iterable[Exchange]) -> int:
    """How many answers a vendor counts as failed authentications."""
    return sum(1 for each in exchanges if each.right and each.right.status in REFUSED)


def _at(body: Any, field: str) -> Any:
    for name in field.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body


def without_fixtures() -> Fixtures:
    """A document that gives nothing."""
    return {"operations": {operation: {} for operation in load().operations}}
