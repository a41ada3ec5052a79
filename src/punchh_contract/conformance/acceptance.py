"""Which statuses a good and a bad request may be answered with, per operation, as Schemathesis' settings.

They follow from the statuses that the contract documents. What does not differ by operation or run stands in
`schemathesis.toml`.
"""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from schemathesis.config import SchemathesisConfig

from punchh_contract.contract import Contract, Operation

SETTINGS = Path(__file__).with_name("schemathesis.toml")

UNSIGNED = 412
"""The bytes that arrived are not the bytes that were signed. Ours always are: it excuses nothing."""
MALFORMED, UNAUTHORIZED = 400, 401
UNSUPPORTED_MEDIA = 415
HEADERLESS = frozenset({400, 401, 422})
"""How a missing header may be refused. The vendor refuses a missing User-Agent without saying how (C-39)."""


def settings(contract: Contract, operation_ids: Iterable[str], *, own: bool = True) -> list[dict[str, Any]]:
    """Return the `[[operations]]` of Schemathesis' settings, one entry for each operation.

    A body that breaks the schema is refused with any documented 4xx but 412, or with 415, which HTTP itself
    allows. A body that keeps it succeeds, or is refused for what it says (401: `client` or a token in it is
    unknown, 404: no such guest, 422: not this guest's), never for its form or its signature: 400 and 412 are
    findings. A missing header is refused with what is documented of 400, 401 and 422. On a target that is not
    our `own` each request names the caller rightly, so there a good one is not answered with 401 either.

    Raises UsageError for an operation that the contract does not have.
    """
    return [_entry(contract.operation(each), own=own) for each in operation_ids]


def config(
    contract: Contract,
    operation_ids: Iterable[str],
    *,
    base_url: str,
    seed: int,
    max_examples: int,
    own: bool = True,
) -> SchemathesisConfig:
    """Return everything that Schemathesis is told for one run, for `openapi.from_dict(…, config=…)`.

    `max_examples` counts cases per operation in each of the fuzzing and stateful phases. Nothing comes from a
    file of the user's or from the environment. Raises UsageError as `settings` does.
    """
    static = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))
    return SchemathesisConfig.from_dict(  # pyright: ignore[reportUnknownMemberType]  # a bare `dict`
        {
            **static,
            "base-url": base_url,
            "seed": seed,
            "generation": {**static["generation"], "max-examples": max_examples},
            "operations": settings(contract, operation_ids, own=own),
        }
    )


def _entry(operation: Operation, *, own: bool) -> dict[str, Any]:
    refusals = [status for status in operation.statuses if 400 <= status < 500 and status != UNSIGNED]
    good = {*refusals} - {MALFORMED} - (set() if own else {UNAUTHORIZED})
    return {
        "include-operation-id": operation.id,
        "checks": {
            "negative_data_rejection": _expected({*refusals, UNSUPPORTED_MEDIA}),
            "positive_data_acceptance": _expected(good, "2xx"),
            "missing_required_header": _expected(HEADERLESS.intersection(refusals)),
        },
    }


def _expected(statuses: set[int] | frozenset[int], *more: str) -> dict[str, list[str]]:
    return {"expected-statuses": [*more, *map(str, sorted(statuses))]}
