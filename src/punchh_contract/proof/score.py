"""Counts who was found, and says whether that is enough."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from punchh_contract.proof.fault import Kind
from punchh_contract.proof.finding import Result, Told

REACH = {Kind.SHAPE: 1.0, Kind.ACCESS: 1.0, Kind.STATE: 0.95, Kind.EVENT: 0.95}
"""The part of each kind that has to be found."""


@dataclass(frozen=True, slots=True)
class Row:
    """One fault, what our run says of it, and what Schemathesis by itself does (None: it was not asked)."""

    id: str
    kind: Kind
    rule: str
    told: Told
    stock: Told | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """How many faults of a kind there were and were found; `needed` are enough. `stock` is how many
    Schemathesis found by itself, of those that it was asked about (None: of none)."""

    kind: Kind
    faults: int
    killed: int
    needed: int
    stock: int | None

    @property
    def reached(self) -> bool:
        """Whether enough were found."""
        return self.killed >= self.needed


def totals(rows: Sequence[Row]) -> list[Total]:
    """The totals of the kinds that there are faults of."""
    found: list[Total] = []
    for kind in Kind:
        own = [each for each in rows if each.kind is kind]
        if own:
            killed = sum(each.told.result is Result.KILLED for each in own)
            asked = [each.stock for each in own if each.stock is not None]
            stock = sum(each.result is Result.KILLED for each in asked) if asked else None
            found.append(Total(kind, len(own), killed, needed(kind, len(own)), stock))
    return found


def needed(kind: Kind, faults: int) -> int:
    """How many of so many faults of a kind have to be found."""
    # Rounded before, since 0.95 * 20 need not be 19 to a computer.
    return math.ceil(round(REACH[kind] * faults, 6))


def survivors(rows: Sequence[Row]) -> list[Row]:
    """The faults that were not found."""
    return [each for each in rows if each.told.result is Result.SURVIVED]


def errors(rows: Sequence[Row]) -> list[Row]:
    """The faults of which nothing can be said."""
    return [each for each in rows if each.told.result is Result.ERROR]
