"""The rows that a survey counts: what was found where, how often, first and last.

Memory is bounded: rows are limited in number, and nothing of an event is kept but its position and its time.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

from punchh_contract.events.drift.atlas import Position
from punchh_contract.events.masking import named
from punchh_contract.events.persons import is_personal

Kind = Literal[
    "unknown_field",
    "unknown_value",
    "other_type",
    "null",
    "date_form",
    "time_unit",
    "missing",
    "out_of_bounds",
]
KINDS = 10_000
"""Rows that are kept at most."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One event, as rows name it."""

    file: str
    record: int | None
    line: int | None
    time: str | None
    """Its `timestamp` in UTC (ISO 8601), whatever its unit; None if it has none that is a moment."""


@dataclass(slots=True)
class Row:
    """One thing that the contract does not say, at one position."""

    kind: Kind
    pointer: str
    """JSON pointer into the event, `*` for the index of a list; an unknown name may be masked in it."""
    found: str
    """What was found: `string`, "`Online-Order`", `9999-99-99 99:99:99`, `milliseconds`."""
    expected: str
    spec: str
    """Where in the contract it would be said: `#/components/schemas/EventUser/properties`."""
    source: str | None
    """Where the contract has that place from: `SEED-004, C-41`."""
    first: Seen
    last: Seen
    count: int = 0
    events: int = 0
    earliest: str | None = None
    latest: str | None = None

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits, the same in every run."""
        said = "\n".join((self.kind, self.pointer, self.found))
        return hashlib.sha256(said.encode()).hexdigest()[:12]


class Tally:
    """What was counted so far; `begin` comes before the counting of each event."""

    def __init__(self, kinds: int = KINDS) -> None:
        """Keep `kinds` rows at most."""
        self._kinds = kinds
        self._rows: dict[tuple[str, str, str], Row] = {}
        # Names that the contract lacks come again and again; each is judged once.
        self._names: dict[tuple[str, str], str] = {}
        self._seen = Seen("", None, None, None)
        self._counted: set[tuple[str, str, str]] = set()
        self.present: set[str] = set()
        """Pointers of the contract's fields that were there."""
        self.values: set[tuple[str, str]] = set()
        """Known values that were there, with their pointers."""
        self.uncounted = 0
        """Occurrences of kinds of drift beyond the limit."""

    def begin(self, seen: Seen) -> None:
        """Let what follows be of this event."""
        self._seen = seen
        self._counted = set()

    def rows(self) -> list[Row]:
        """Return the rows in the order that they were met."""
        return list(self._rows.values())

    def at(self, position: Position, kind: Kind, found: str, expected: str) -> None:
        """Count what was found at a position of the contract."""
        self._count(kind, position.pointer, found, expected, position.spec, position.source)

    def listed(self, position: Position, found: str) -> None:
        """Count a value that the position's list lacks."""
        listing = next(iter(position.known.values()))
        expected = f"one of {len(position.known)} known values"
        self._count("unknown_value", position.pointer, found, expected, listing.spec, listing.source)

    def unknown(self, position: Position, name: str, found: str) -> None:
        """Count a field of an object that the contract has without it; the name is masked as in findings."""
        pointer = f"{position.pointer}/{self._named(position, name)}"
        source = position.shape_source or position.source
        self._count("unknown_field", pointer, found, "no such field", position.shape, source)

    def _count(
        self, kind: Kind, pointer: str, found: str, expected: str, spec: str, source: str | None
    ) -> None:
        key, seen = (kind, pointer, found), self._seen
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) >= self._kinds:
                self.uncounted += 1
                return
            row = self._rows[key] = Row(kind, pointer, found, expected, spec, source, seen, seen)
        row.count += 1
        if key in self._counted:
            return
        self._counted.add(key)
        row.events += 1
        row.last = seen
        if seen.time is not None:
            row.earliest = min(row.earliest or seen.time, seen.time)
            row.latest = max(row.latest or seen.time, seen.time)

    def _named(self, position: Position, name: str) -> str:
        shown = self._names.get((position.pointer, name))
        if shown is None:
            # The contract's own names need no escapes.
            personal = position.personal or is_personal(position.pointer.split("/")[1:])
            shown = named(name, show=False, personal=personal).replace("~", "~0").replace("/", "~1")
            if len(self._names) < self._kinds:
                self._names[position.pointer, name] = shown
        return shown
