"""What of the contract a run sent and was answered with: parameters, properties and closed values, counted.

Every call counts, whoever made it: generated cases, own checks, stories of laws. Only names and values of the
contract come out of here, never one that a body brought.
"""

import collections
import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from punchh_contract.conformance.properties import Properties
from punchh_contract.conformance.verdict import clauses
from punchh_contract.contract import Contract, Operation

STATUSES = "statuses"
PARAMETERS = "parameters"
SENT, SENT_VALUES = "request_properties", "request_values"
ANSWERED, ANSWERED_VALUES = "answer_properties", "answer_values"
KINDS = (STATUSES, PARAMETERS, SENT, SENT_VALUES, ANSWERED, ANSWERED_VALUES)
"""What is covered of an operation, in the order in which it is shown."""


@dataclasses.dataclass(frozen=True)
class Item:
    """One thing of the contract that a run can cover.

    `name` is a status, the name of a parameter or the dotted path of a property; `value` that of an
    enumeration, as JSON; `status` the answer's that it is in. `at` is where the contract has it.
    """

    kind: str
    name: str
    at: str
    status: int | None = None
    value: str | None = None

    @property
    def key(self) -> tuple[str, int | None, str, str | None]:
        """What tells it from the other items of its operation."""
        return self.kind, self.status, self.name, self.value


def items(contract: Contract, operation: Operation) -> Iterator[Item]:
    """Everything that a run can cover of an operation, in the contract's order."""
    for status in operation.statuses:
        yield Item(STATUSES, str(status), clauses.response(contract, operation, status))
    for each in operation.parameters:
        yield Item(PARAMETERS, each["name"], clauses.parameter(contract, operation, each["name"]))
    base = clauses.request_schema(contract, operation)
    yield from _properties(Properties(operation), base, SENT, SENT_VALUES, None)
    for status in operation.statuses:
        base = clauses.response_schema(contract, operation, status)
        yield from _properties(Properties(operation, status), base, ANSWERED, ANSWERED_VALUES, status)


def _properties(
    found: Properties, base: str, kind: str, of_values: str, status: int | None
) -> Iterator[Item]:
    def at(path: str) -> str:
        pointer = found.pointers[path]
        # A schema that stands in its operation was taken out of it, and starts anew.
        return pointer if pointer.startswith("#/components/") else base + pointer.removeprefix("#")

    for path in found.paths:
        yield Item(kind, path, at(path), status)
    for path, value in found.values:
        yield Item(of_values, path, at(path), status, value)


class Coverage:
    """Counts by operationId and `Item.key`."""

    def __init__(self) -> None:
        self.counts: collections.Counter[tuple[str, str, int | None, str, str | None]] = collections.Counter()
        self._known: dict[tuple[str, int | None], Properties] = {}

    def add(
        self,
        operation: Operation,
        url: str,
        headers: Mapping[str, Any],
        body: bytes | None,
        status: int,
        answer: bytes | None,
    ) -> None:
        """Count one call that was answered. A body that breaks its schema covers nothing."""
        queried = {name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
        sent = {name.lower() for name in headers}
        for each in operation.parameters:
            given = each["name"] in queried if each["in"] == "query" else each["name"].lower() in sent
            if given:
                self.counts[operation.id, PARAMETERS, None, each["name"], None] += 1
        self._look(operation, None, body, SENT, SENT_VALUES)
        if status in operation.statuses:
            self._look(operation, status, answer, ANSWERED, ANSWERED_VALUES)

    def rows(
        self,
        contract: Contract,
        operation: Operation,
        statuses: Mapping[int, int],
        reasons: Mapping[tuple[str, int | None, str, str | None], str],
        *,
        otherwise: str | None = None,
    ) -> dict[str, dict[str, Any]]:
        """What was covered of an operation, as JSON values: for each of KINDS `covered`, `of` and `items`.

        An item says how often it was seen and, where that is never, `why` if `reasons` knows, by `Item.key`,
        or `otherwise`. `statuses` counts the calls by status.
        """
        found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
        for item in items(contract, operation):
            seen = self.counts[operation.id, *item.key]
            count = statuses.get(int(item.name), 0) if item.kind == STATUSES else seen
            row: dict[str, Any] = {"name": item.name, "at": item.at, "count": count}
            if item.status is not None:
                row["status"] = item.status
            if item.value is not None:
                row["value"] = item.value
            if not count:
                unanswered = item.status is not None and not statuses.get(item.status)
                row["why"] = (
                    reasons.get(item.key)
                    or otherwise
                    or (f"no answer had the status {item.status}" if unanswered else None)
                )
            found[item.kind].append(row)
        return {
            kind: {"covered": sum(each["count"] > 0 for each in rows), "of": len(rows), "items": rows}
            for kind, rows in found.items()
        }

    def dump(self) -> list[list[Any]]:
        """The counts as JSON values."""
        return [[*key, count] for key, count in sorted(self.counts.items(), key=str)]

    @classmethod
    def load(cls, values: Iterable[list[Any]]) -> "Coverage":
        """Read what `dump` wrote."""
        coverage = cls()
        for operation, kind, status, name, value, count in values:
            coverage.counts[operation, kind, status, name, value] = count
        return coverage

    def _look(
        self, operation: Operation, status: int | None, content: bytes | None, kind: str, of_values: str
    ) -> None:
        try:
            body = json.loads(content or b"")
        except (ValueError, RecursionError):
            return
        if (operation.id, status) not in self._known:
            self._known[operation.id, status] = Properties(operation, status)
        try:
            seen = self._known[operation.id, status].seen(body)
        except (ValueError, RecursionError):  # too deep, or a number that no validator takes
            return
        for path in seen.present:
            self.counts[operation.id, kind, status, path, None] += 1
        for path, value in seen.values:
            self.counts[operation.id, of_values, status, path, value] += 1
