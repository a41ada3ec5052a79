"""Findings of every kind that a format has to bear, with the nastiest names that a user's files can have."""

from collections.abc import Sequence

from punchh_contract.events.findings import Finding, Findings, Severity, Summary
from punchh_contract.events.rendering import Options, rendering


def finding(
    pointer: str = "/payload/user/phone",
    *,
    rule: str = "type",
    severity: Severity = "error",
    file: str | None = "a.ndjson",
    record: int | None = 7,
    line: int | None = 7,
    column: int | None = 13,
    expectation: str = "must be text",
    value: str | None = "integer",
) -> Finding:
    """Return a finding with what a test leaves alone filled in."""
    return Finding(
        pointer,
        rule,
        expectation,
        "put it in quotes",
        severity,
        value,
        file,
        record,
        line,
        column,
        "/$defs/EventUser/properties/phone/type",
        "SEED-004, C-41",
    )


DRIFT = finding("/tier", rule="additionalProperties", severity="drift", line=None, column=None, record=None)
NASTY = [
    "a,b:c%d\r\n::error::x.json",
    "<&\"'>|`*_\x00\x1b[2J\ufffe\u202e.json",
    "##[error]é☕.json",
    "--> ]]>.json",
]


def rendered(
    form: str,
    *records: Sequence[Finding],
    options: Options | None = None,
    unreadable: Sequence[str] = (),
    stopped: str | None = None,
) -> str:
    """Return what a format makes of records, each of its findings, all of the first one's file."""
    pieces: list[str] = []
    said = rendering(form, pieces.append, options)
    summary = Summary(files=1, unreadable=len(unreadable))
    for findings in records:
        summary.add(Findings(tuple(findings)))
        if findings:
            said.record(findings)
    name = next((each[0].file or "-" for each in records if each), "good.ndjson")
    said.source(name, summary.events, summary.events_with_findings)
    for sentence in unreadable:
        said.unreadable(sentence)
    said.end(summary, stopped=stopped)
    return "".join(pieces)
