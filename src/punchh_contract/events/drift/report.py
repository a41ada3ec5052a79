"""The survey as text for people and as one JSON document for programs. Returns strings, prints nothing."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from punchh_contract.events.drift.baseline import Baseline
from punchh_contract.events.drift.rows import Row, Seen
from punchh_contract.events.drift.survey import Survey, Unseen
from punchh_contract.events.rendering.lines import count, printable

_WORDS = {
    "unknown_field": "field that the contract lacks",
    "unknown_value": "value that the contract does not know",
    "other_type": "another type",
    "null": "null where none is documented",
    "date_form": "another form of date",
    "time_unit": "another unit of time",
    "missing": "missing, though always promised",
    "out_of_bounds": "out of bounds",
}


def as_text(survey: Survey, baseline: Baseline, unreadable: int = 0, stopped: str | None = None) -> str:
    """Return new drift, what is known, what was never seen, and the sums as the last line."""
    lines: list[str] = []
    rows = survey.rows()
    new = [row for row in rows if not baseline.has(row)]
    for row in new:
        lines += _told(row)
    if known := [row for row in rows if baseline.has(row)]:
        seen = sum(row.count for row in known)
        lines += [f"Known: {count(len(known), 'kind')} of the baseline, seen {count(seen, 'time')}.", ""]
    if stale := baseline.stale(rows):
        lines.append("In the baseline and not seen:")
        lines += [f"  {_stale(each)}" for each in stale]
        lines.append("")
    if unseen := survey.unseen():
        lines.append("In the contract and never seen:")
        lines += [f"  {each}" for each in _promises(unseen)]
        lines.append("")
    if survey.uncounted:
        lines.append(f"{count(survey.uncounted, 'occurrence')} of more kinds of drift not counted.")
    if stopped:
        lines.append(f"Incomplete: {printable(stopped)}")
    text = f"{count(survey.events, 'event')}: {count(len(new), 'new kind')} of drift"
    text += f", {len(known):,} known." if baseline.known else "."
    if survey.unreadable:
        text += f" {count(survey.unreadable, 'record')} could not be read."
    if unreadable:
        text += f" {count(unreadable, 'input')} could not be read."
    return "\n".join([*lines, text]) + "\n"


def as_document(survey: Survey, baseline: Baseline, unreadable: list[str], stopped: str | None = None) -> str:
    """Return one JSON document: `drift`, `never_seen`, `not_seen_of_baseline`, `unreadable`, `summary`."""
    rows = survey.rows()
    drift: list[dict[str, Any]] = [{"id": row.id, "known": baseline.has(row), **asdict(row)} for row in rows]
    document = {
        "drift": drift,
        "never_seen": [asdict(each) for each in survey.unseen()],
        "not_seen_of_baseline": baseline.stale(rows),
        "unreadable": unreadable,
        "summary": {
            "events": survey.events,
            "new": sum(not each["known"] for each in drift),
            "known": sum(each["known"] for each in drift),
            "not_counted": survey.uncounted,
            "unreadable_records": survey.unreadable,
            "unreadable_inputs": len(unreadable),
            "stopped": stopped,
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _told(row: Row) -> Iterator[str]:
    yield f"{row.pointer or 'the event'}: {_WORDS[row.kind]}: {row.found}; the contract says: {row.expected}."
    times = ""
    if row.earliest is not None:
        times = f", sent {row.earliest}" + (f" to {row.latest}" if row.latest != row.earliest else "")
    last = f", last {_place(row.last)}" if row.last != row.first else ""
    yield f"  {count(row.count, 'time')} in {count(row.events, 'event')}{times}"
    yield f"  first {_place(row.first)}{last}"
    yield f"  belongs at {row.spec}" + (f" ({row.source})" if row.source else "") + f" [{row.id}]"
    yield ""


def _place(seen: Seen) -> str:
    place = printable(seen.file) + (f":{seen.line}" if seen.line is not None else "")
    return place + (f" record {seen.record}" if seen.record not in (None, seen.line) else "")


def _promises(unseen: list[Unseen]) -> Iterator[str]:
    """A line for each field, and one for all values of a position."""
    for (pointer, kind, spec, source), group in itertools.groupby(
        unseen, key=lambda each: (each.pointer, each.kind, each.spec, each.source)
    ):
        what = "" if kind == "field" else " as an object with fields"
        if kind == "value":
            what = " with " + ", ".join(f"`{each.value}`" for each in group)
        yield f"{pointer}{what}: {spec}" + (f" ({source})" if source else "")


def _stale(entry: dict[str, str]) -> str:
    said = " ".join(entry.get(name, "") for name in ("id", "kind", "pointer", "found"))
    return printable(said + (f" ({entry['note']})" if "note" in entry else ""))
