"""Judge one event, or the events of files, against the contract.

The strict twin of the schema accepts less than the open one and nothing else, so an event that the twin
accepts is valid without drift: one fast pass for nearly every event.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from punchh_contract.events.engines import engine
from punchh_contract.events.findings import Finding, Findings
from punchh_contract.events.reading import Unreadable, read
from punchh_contract.events.sources import Record
from punchh_contract.events.wording import faults


def validate(
    event: Mapping[str, Any] | bytes | str, *, strict: bool = False, show_values: bool = False
) -> Findings:
    """Return the findings of one redemptions event; empty means that it fits the contract.

    Bytes and text are JSON as it was sent, a mapping is judged as the JSON that it would be sent as. `strict`
    makes findings of drift too: fields and values that the contract does not know. Findings hold no value of
    the event unless `show_values`. Raises ContractError if the contract's schemas are missing, and nothing
    for whatever the event is.
    """
    return _judged(read(event), strict=strict, show_values=show_values)


def validate_records(
    records: Iterable[Record], *, strict: bool = False, show_values: bool = False
) -> Iterator[Findings]:
    """Yield the findings of each record, with its file and position; see `validate`."""
    for record in records:
        findings = _judged(record.value, strict=strict, show_values=show_values)
        if findings.valid:
            yield findings
        else:
            placed = (replace(each, file=record.file, record=record.number) for each in findings)
            yield replace(findings, items=tuple(placed))


def _judged(value: Any, *, strict: bool, show_values: bool) -> Findings:
    if isinstance(value, Unreadable):
        return Findings((Finding("", "json", value.expectation, value.fix),))
    closed, opened = engine(strict=True), engine(strict=False)
    if closed.accepts(value):
        return Findings()
    fits = opened.accepts(value)
    if fits and not strict:
        return Findings(drifts=True)
    errors = [] if fits else faults(opened.errors(value))
    # What the twin finds beside the errors: a property too many, or a fault where the open schema saw none.
    wrong = {fault.path for fault in errors}
    drift = [
        fault
        for fault in faults(closed.errors(value))
        if fault.rule == "additionalProperties" or fault.path not in wrong
    ]
    items = [fault.finding("error", show_values=show_values) for fault in errors]
    if strict:
        items += [fault.finding("drift", show_values=show_values) for fault in drift]
    return Findings(tuple(items), drifts=bool(drift))
