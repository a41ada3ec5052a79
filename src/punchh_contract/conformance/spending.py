"""Counts what was spent of each fixture, and says what is left of its cap.

A redemption that may have happened counts as one: what was sent and not answered is never free.
"""

import collections
import dataclasses
from collections.abc import Iterator
from typing import Any, Literal

from punchh_contract.conformance.fixtures import Fixture, Fixtures
from punchh_contract.conformance.naming import same, word, words
from punchh_contract.contract import Operation
from punchh_contract.errors import PunchhContractError
from punchh_contract.json_types import JsonValue

Outcome = Literal["spent", "free", "unknown"]
_Key = tuple[str, str, type[Any], Any]


TAKEN = ("reserved", "spent", "unknown")
"""What counts against a cap."""


class CapError(PunchhContractError):
    """A body holds a fixture whose cap is spent; names operation and field, never the value."""


@dataclasses.dataclass(frozen=True)
class Bill:
    """The fixtures that one request may spend. Settled once."""

    fixtures: tuple[Fixture, ...]


class Spending:
    """The account of a run. With `capped` False (a target of our own) all is counted and nothing limited."""

    def __init__(self, fixtures: Fixtures, *, capped: bool) -> None:
        self._fixtures = fixtures
        self._capped = capped
        self._counts: dict[str, collections.Counter[Fixture]] = {
            each: collections.Counter() for each in ("reserved", "spent", "unknown", "named")
        }
        # By operation, key and value: a body is looked through for every fixture each time that one is sent.
        self._known: dict[_Key, list[Fixture]] = {}
        for each in fixtures:
            value: JsonValue = each.value
            key = (each.operation, word(each.field.rpartition(".")[2]), type(value), value)
            self._known.setdefault(key, []).append(each)

    def left(self, fixture: Fixture) -> int | None:
        """How many more redemptions a fixture may be part of; None for any number."""
        if not self._capped or fixture.spend is None:
            return None
        return max(0, fixture.spend - sum(self._counts[each][fixture] for each in TAKEN))

    def reserve(self, operation: Operation, body: Any) -> Bill:
        """Set aside one redemption of every fixture in a body (parsed JSON), quotes too: a broken target may
        commit one. Raises CapError, with nothing set aside, if one has nothing left.
        """
        found = self._in(operation, body)
        for each in found:
            if self.left(each) == 0:
                raise CapError(f"{operation.id}: a fixture of {each.field} is spent and is not sent again")
        for each in found:
            self._counts["reserved"][each] += 1
            self._counts["named"][each] += 1
        return Bill(tuple(found))

    def settle(self, bill: Bill, outcome: Outcome) -> None:
        """Say what came of a request: it took something, it surely did not, or nobody knows."""
        for each in bill.fixtures:
            self._counts["reserved"][each] -= 1
            if outcome != "free":
                self._counts[outcome][each] += 1

    def rows(self) -> list[dict[str, Any]]:
        """Each fixture with its cap (None: none) and what was spent of it, in the order of the file.

        `named` is how many requests it was in. `position` counts from 1 in the list of its field. Holds
        values: mask before showing.
        """
        places: collections.Counter[tuple[str, str]] = collections.Counter()
        found: list[dict[str, Any]] = []
        for each in self._fixtures:
            places[each.operation, each.field] += 1
            found.append(
                {
                    "operation": each.operation,
                    "field": each.field,
                    "kind": each.kind,
                    "position": places[each.operation, each.field],
                    "value": each.value,
                    "cap": each.spend if self._capped else None,
                    "named": self._counts["named"][each],
                    "spent": self._counts["spent"][each],
                    "unknown": self._counts["unknown"][each] + self._counts["reserved"][each],
                }
            )
        return found

    def _in(self, operation: Operation, body: Any) -> list[Fixture]:
        found: dict[Fixture, None] = {}
        for key, value in pairs(body):
            if not isinstance(value, str | int):
                continue
            for name in words(key):
                for each in self._known.get((operation.id, name, type(value), value), ()):
                    if same(each.value, value):
                        found[each] = None
        return list(found)


def pairs(node: JsonValue) -> Iterator[tuple[str, Any]]:
    """Every key of parsed JSON with its value, however deep."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield str(key), value
            yield from pairs(value)
    elif isinstance(node, list):
        for each in node:
            yield from pairs(each)
