"""Judge one event against the contract: at once if it is right, else with all its findings.

The strict twin of the schema accepts less than the open one and nothing else, so an event that the twin
accepts is valid without drift: one pass of the decoder for nearly every event, from its bytes.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from punchh_contract.events.decoding import REFUSED, decoder
from punchh_contract.events.engines import MOST, Engine, Refusal, engine
from punchh_contract.events.findings import VALID, Finding, Findings, Severity
from punchh_contract.events.positions import Place, line_and_column, places
from punchh_contract.events.reading import Event, Unreadable, parsed, read, text
from punchh_contract.events.wording import UNKNOWN_NAME, Fault, Location, faults


class Origin(NamedTuple):
    """Where the text of an event begins."""

    file: str | None = None
    record: int | None = None
    line: int = 1
    column: int = 1


def validate(event: Event, *, strict: bool = False, show_values: bool = False) -> Findings:
    """Return the findings of one redemptions event; empty means that it fits the contract.

    Bytes and text are JSON as it was sent; a mapping is judged as the JSON that it would be sent as, and so
    is any other value of JSON, which is no event. `strict` makes findings of drift too: fields and values
    that the contract does not know. Findings hold no value of the event unless `show_values`. Raises
    ContractError if the contract's schemas are missing, UsageError for an object of Python's that is neither
    bytes, text, a mapping nor a value of JSON, and nothing for whatever the event says.
    """
    if isinstance(event, bytes | str):
        try:
            decoder()(event)
        except REFUSED:
            pass  # to be judged outside, or every exception raised there would drag this one along
        else:
            return VALID
        return judged(text(event), Origin(), strict=strict, show_values=show_values)
    if isinstance(event, bytearray | memoryview):
        return validate(bytes(event), strict=strict, show_values=show_values)
    return _judged(read(event), None, Origin(), strict=strict, show_values=show_values)


def judged(
    data: bytes | Unreadable,
    origin: Origin,
    *,
    strict: bool,
    show_values: bool,
    problem: Unreadable | None = None,
) -> Findings:
    """Judge what the decoder refused: a text without a byte order mark, or why there is none. `problem` is
    what is wrong with it whatever it holds, and then the only finding."""
    if isinstance(data, Unreadable):
        return _judged(data, b"", origin, strict=strict, show_values=show_values)
    return _judged(problem or parsed(data), data, origin, strict=strict, show_values=show_values)


def _judged(value: Any, data: bytes | None, origin: Origin, *, strict: bool, show_values: bool) -> Findings:
    if isinstance(value, Unreadable):
        if data is None or value.at is None:
            place: Location = (origin.file, origin.record, None, None)
        else:
            place = _located(data, value.at, origin)
        return Findings((Finding("", "json", value.expectation, value.fix, "error", None, *place),))
    closed, opened = engine(strict=True), engine(strict=False)
    if (refused := opened.refusals(value)) == []:
        if closed.accepts(value):
            return VALID
        if not strict:
            return Findings(drifts=True)
    errors, cut = _told(opened, value, refused)
    items = _worded(errors, "error", opened, data, origin, show_values=show_values)
    if cut:
        items.append(_more("error", data, origin))
    # What the twin finds beside the errors: a property too many, or a fault where the open schema saw none.
    wrong = {fault.path for fault in errors}
    more = closed.refusals(value)
    if not strict and more is not None:
        return Findings(
            tuple(items), any(each.place[-1] == UNKNOWN_NAME or each.path not in wrong for each in more)
        )
    found, cut_too = _told(closed, value, more)
    drift = [fault for fault in found if fault.of_name or fault.path not in wrong]
    if strict:
        items += _worded(drift, "drift", closed, data, origin, show_values=show_values)
        if cut_too and not cut:
            items.append(_more("drift", data, origin))
    return Findings(tuple(items), drifts=bool(drift))


def _told(by: Engine, value: Any, refused: list[Refusal] | None) -> tuple[list[Fault], bool]:
    """The faults of an event, up to `MOST`, and whether that is not all."""
    found = faults(by.errors(value, refused), MOST + 1)
    return found[:MOST], max(len(found), len(refused or ())) > MOST


def _more(severity: Severity, data: bytes | None, origin: Origin) -> Finding:
    """That not all is told."""
    place = (origin.file, origin.record, None, None) if data is None else _located(data, 0, origin)
    expectation = f"must not be wrong in more than {MOST:,} places; the others are not told"
    return Finding("", "limit", expectation, "mend those that are, and check again", severity, None, *place)


def _worded(
    found: list[Fault],
    severity: Severity,
    by: Engine,
    data: bytes | None,
    origin: Origin,
    *,
    show_values: bool,
) -> list[Finding]:
    """The findings of faults, in the order of the text."""
    if data is None:
        return [
            fault.finding(
                severity, by.rules, (origin.file, origin.record, None, None), show_values=show_values
            )
            for fault in found
        ]
    known = places(data, [fault.path for fault in found])
    ordered = sorted(((_offset(fault, known), fault) for fault in found), key=lambda pair: pair[0])
    return [
        fault.finding(severity, by.rules, _located(data, offset, origin), show_values=show_values)
        for offset, fault in ordered
    ]


def _offset(fault: Fault, known: Mapping[tuple[str | int, ...], Place]) -> int:
    place = known[fault.path]
    return place.name if fault.of_name and place.name is not None else place.value


def _located(data: bytes, offset: int, origin: Origin) -> Location:
    line, column = line_and_column(data, offset)
    if line == 1:
        column += origin.column - 1
    return origin.file, origin.record, origin.line + line - 1, column
