"""Turns a generated body into one that means something on the target: known ids, a plausible receipt, an
`external_uid` of its own.

Left as generated, nearly every valid body names a guest that does not exist, and a run would see refusals
only. Of three valid bodies one keeps a single strange value (that is how unknown clients, guests and codes
are reached), one is given the shape whose turn it is (a generator favours the first variants), and one is
only grounded. A value that breaks its schema stays as it is, so a negative case stays negative. Everything
follows from the run's seed and the order of bodies, never from time or hash order.
"""

import collections
import json
import random
from typing import Any

import jsonschema_rs

from punchh_contract.conformance.job import Fixtures
from punchh_contract.conformance.shapes import shapes
from punchh_contract.contract import Contract, Operation

INT64 = 2**63 - 1
AMOUNTS = ("receipt_amount", "subtotal_amount")
RECEIPT = "the receipt"
REPEATED = 10
"""Every so many commits carry the `external_uid` of the one before."""


class Grounding:
    """Grounds the bodies of one run.

    `kept` holds, for an operation and field, values that the target itself handed out (a code that a link
    carries on): they are worth more than any fixture and stay.
    """

    def __init__(self, seed: int, fixtures: Fixtures, contract: Contract) -> None:
        self._seed = seed
        self._fixtures = fixtures
        self._contract = contract
        self._turns: collections.Counter[tuple[str, ...]] = collections.Counter()
        self._validators: dict[str, jsonschema_rs.Validator] = {}
        self.kept: collections.defaultdict[tuple[str, str], set[Any]] = collections.defaultdict(set)

    def ground(self, operation: Operation, body: Any, *, as_written: bool = False) -> Any:
        """Return the grounded copy of a body; anything but an object comes back as it is.

        `as_written` is for the contract's own examples: they get known ids, no other shape, nothing strange.
        """
        if not isinstance(body, dict):
            return body
        rng = random.Random(f"{self._seed}:{operation.id}:{_canonical(body)}")  # noqa: S311  # no secret
        body = _copied(body)
        strange = None
        if self._carries_on(operation, body):
            self._redeem_carried(operation, body)
        elif not as_written and self._is_valid(operation, body):
            match self._turn("body", operation.id) % 3:
                case 0:
                    candidates = [RECEIPT, *self._present(operation, body)]
                    strange = candidates[self._turn("strange", operation.id) % len(candidates)]
                case 1:
                    self._shape(operation, body)
        for field in self._present(operation, body):
            if field != strange:
                self._ground_field(operation, field, body)
        self._ground_receipt(operation, body, rng, strange=strange == RECEIPT)
        self._ground_uid(operation, body)
        return body

    def _present(self, operation: Operation, body: dict[str, Any]) -> list[str]:
        """The fields of a body that fixtures exist for and that hold a value of the right kind."""
        return [
            field
            for field, values in self._fixtures.get(operation.id, {}).items()
            if field not in AMOUNTS
            and (value := _get(body, field)) is not None
            and _same_kind(value, values[0])
            and value not in self.kept[operation.id, field]
        ]

    def _carries_on(self, operation: Operation, body: dict[str, Any]) -> bool:
        """Whether a link put a value in: another shape would lose it."""
        return any(
            target == operation.id and _hashable(body.get(field)) in values
            for (target, field), values in self.kept.items()
        )

    def _redeem_carried(self, operation: Operation, body: dict[str, Any]) -> None:
        """Let every other quote of a value that was handed out be a commit: a link is there to redeem."""
        query = shapes(self._contract, operation)[0].query
        if query in body and self._is_valid(operation, body) and self._turn("carried", operation.id) % 2 == 0:
            del body[query]

    def _ground_field(self, operation: Operation, field: str, body: dict[str, Any]) -> None:
        """Put the next fixture in: in turn, not at random, since a reward is spent once."""
        values = self._fixtures[operation.id][field]
        _set(body, field, values[self._turn("value", operation.id, field) % len(values)])

    def _shape(self, operation: Operation, body: dict[str, Any]) -> None:
        """Give a body the shape whose turn it is, unless a value that it needs is unknown."""
        every = shapes(self._contract, operation)
        shape = every[self._turn("shape", operation.id) % len(every)]
        known = self._fixtures.get(operation.id, {})
        missing = [field for field in shape.needs if field not in body and field not in shape.constants]
        if not all(field in known for field in missing):
            return
        if shape.query is not None:
            body.pop(shape.query, None)
        body.update(shape.constants)
        for field in missing:
            body[field] = known[field][0]

    def _ground_receipt(
        self, operation: Operation, body: dict[str, Any], rng: random.Random, *, strange: bool
    ) -> None:
        """Make the two amounts, which the vendor wants to be equal, a plausible total; or two that differ."""
        if not all(_is_number(body.get(name)) for name in AMOUNTS):
            return
        if strange and self._turn("receipt", operation.id) % 2:
            return  # as generated: zero, below zero, or beyond all bounds
        amount = rng.randint(2000, 9999) / 100
        body.update(dict.fromkeys(AMOUNTS, amount))
        if strange:
            body["subtotal_amount"] = amount + 1

    def _ground_uid(self, operation: Operation, body: dict[str, Any]) -> None:
        key = operation.retry.key
        if key is None or not isinstance(body.get(key), str) or not body[key]:
            return
        # A generator likes short values and repeats them: each later one would be a replay, not a redemption.
        turn = self._turn("uid", operation.id)
        body[key] = f"contract-run-{self._seed}-{turn - (turn % REPEATED == REPEATED - 1)}"

    def _is_valid(self, operation: Operation, body: dict[str, Any]) -> bool:
        if operation.id not in self._validators:
            self._validators[operation.id] = jsonschema_rs.validator_for(
                operation.request_schema, validate_formats=True
            )
        return self._validators[operation.id].is_valid(body)

    def _turn(self, *what: str) -> int:
        """Count: the first call for `what` gives 0."""
        self._turns[what] += 1
        return self._turns[what] - 1


def _get(body: dict[str, Any], field: str) -> Any:
    value: Any = body
    for name in field.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _set(body: dict[str, Any], field: str, value: Any) -> None:
    *parents, name = field.split(".")
    for parent in parents:
        body = body[parent]
    body[name] = value


def _hashable(value: Any) -> Any:
    return value if isinstance(value, str | int) else None


def _same_kind(value: Any, fixture: Any) -> bool:
    """Whether a value could be valid where the fixture is: only such a one may be replaced."""
    if isinstance(fixture, str):
        return isinstance(value, str) and value != ""
    return type(value) is int and 1 <= value <= INT64


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _canonical(body: dict[str, Any]) -> str:
    return json.dumps(body, sort_keys=True, default=repr)


def _copied(body: dict[str, Any]) -> dict[str, Any]:
    """A copy that may be changed at the two levels that grounding touches."""
    return {key: dict(value) if isinstance(value, dict) else value for key, value in body.items()}
