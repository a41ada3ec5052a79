"""Walk events along the atlas: count what the contract does not say, and remember what was there at all."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from punchh_contract.events.drift import naming
from punchh_contract.events.drift.atlas import Position, atlas
from punchh_contract.events.drift.rows import KINDS, Row, Seen, Tally
from punchh_contract.events.formats import is_date_time
from punchh_contract.json_types import JsonValue

_NUMBERS = ("integer", "number")


@dataclass(frozen=True, slots=True)
class Unseen:
    """One thing that the contract promises and no event had.

    `object`: the field was there, as null or in another form, and never as an object with its fields.
    """

    kind: Literal["field", "object", "value"]
    pointer: str
    value: str | None
    spec: str
    source: str | None


class Survey:
    """What a run of events has; call `add` for each event and read the rest at any time."""

    def __init__(self, root: Position | None = None, kinds: int = KINDS) -> None:
        """`root` is the atlas to walk by, by default the contract's; `kinds` is the limit of rows."""
        self._root = root or atlas()
        self._tally = Tally(kinds)
        self.events = 0
        self.unreadable = 0
        """Records that are no JSON."""

    def add(self, value: Any, file: str, record: int | None, line: int | None) -> None:
        """Take one event, a JSON value, with where it was read."""
        self.events += 1
        self._tally.begin(Seen(file, record, line, _moment(value)))
        self._walk(self._root, value)

    @property
    def uncounted(self) -> int:
        """Occurrences of kinds of drift beyond the limit."""
        return self._tally.uncounted

    def rows(self) -> list[Row]:
        """Return what was found, in the order of the contract's positions, most frequent first at each."""
        order = {position.pointer: place for place, position in enumerate(self._root.all())}

        def rank(row: Row) -> tuple[int, int, str, str]:
            holder = row.pointer if row.pointer in order else row.pointer.rpartition("/")[0]
            return order.get(holder, len(order)), -row.count, row.pointer, row.found

        return sorted(self._tally.rows(), key=rank)

    def unseen(self) -> list[Unseen]:
        """Return fields and values that no event had; of a field that was never seen not what is in it."""
        return list(self._unseen(self._root)) if self.events else []

    def _unseen(self, position: Position) -> Iterator[Unseen]:
        for value, listing in position.known.items():
            if (position.pointer, value) not in self._tally.values:
                yield Unseen("value", position.pointer, value, listing.spec, listing.source)
        present = self._tally.present
        if position.properties and not any(each.pointer in present for each in position.properties.values()):
            yield Unseen("object", position.pointer, None, position.shape, position.shape_source)
        else:
            for each in position.properties.values():
                if each.pointer in present:
                    yield from self._unseen(each)
                else:
                    yield Unseen("field", each.pointer, None, each.spec, each.source)
        if position.items:
            yield from self._unseen(position.items)

    def _walk(self, position: Position, value: Any) -> None:
        kind = naming.kind(value)
        if position.types and not _allowed(kind, position.types):
            self._wrong_type(position, kind, value)
        elif kind == "object":
            self._object(position, value)
        elif kind == "array" and position.items:
            for each in value:
                self._walk(position.items, each)
        elif kind == "string":
            self._text(position, value)
        elif kind in _NUMBERS:
            self._number(position, value)

    def _object(self, position: Position, value: dict[str, Any]) -> None:
        for name, each in value.items():
            below = position.properties.get(name)
            if below is not None:
                self._tally.present.add(below.pointer)
                self._walk(below, each)
            elif position.properties:
                self._tally.unknown(position, name, naming.kind(each))
        for name in position.required:
            if name not in value:
                self._tally.at(position.properties[name], "missing", "nothing", "always there")

    def _text(self, position: Position, value: str) -> None:
        tally, rules = self._tally, position.rules
        if value in position.known:
            tally.values.add((position.pointer, value))
        elif position.known:
            found = naming.enumerated(value, position.known, personal=position.personal)
            tally.listed(position, found)
        if rules.get("format") == "date-time" and not is_date_time(value):
            tally.at(position, "date_form", naming.date_form(value), "RFC 3339 with a zone")
        if "const" in rules and value != rules["const"]:
            found = naming.enumerated(value, [rules["const"]], personal=position.personal)
            tally.at(position, "unknown_value", found, f"`{rules['const']}`")
        if len(value) < rules.get("minLength", 0):
            tally.at(position, "out_of_bounds", "text that is too short", f"{rules['minLength']} or more")

    def _number(self, position: Position, value: float) -> None:
        tally, rules = self._tally, position.rules
        if position.pointer == "/timestamp" and (unit := naming.unit(value)) != "seconds":
            # C-40: prose says milliseconds, the only sample is in seconds.
            tally.at(position, "time_unit", unit or "no moment between 2001 and 2286", "seconds")
        if value < rules.get("minimum", value):
            tally.at(position, "out_of_bounds", "a number too small", f"{rules['minimum']} or more")
        if value > rules.get("maximum", value):
            tally.at(position, "out_of_bounds", "a number too large", f"{rules['maximum']} or less")

    def _wrong_type(self, position: Position, kind: str, value: Any) -> None:
        expected = " or ".join(sorted(position.types))
        if kind == "null" and position is not self._root:
            self._tally.at(position, "null", "null", expected)
        elif kind in _NUMBERS and position.rules.get("format") == "date-time":
            found = f"{kind}, {naming.unit(value) or 'no known unit of time'}"
            self._tally.at(position, "date_form", found, "text, RFC 3339 with a zone")
        else:
            self._tally.at(position, "other_type", kind, expected)


def _allowed(kind: str, types: set[str]) -> bool:
    return kind in types or (kind == "integer" and "number" in types)


def _moment(event: JsonValue) -> str | None:
    number: JsonValue = event.get("timestamp") if isinstance(event, dict) else None
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    unit = naming.unit(number)
    if unit is None:
        return None
    moment = dt.datetime.fromtimestamp(int(number // naming.PARTS[unit]), dt.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
