"""The forms of a finding."""

import json

import pytest

from punchh_contract.events.findings import Finding, Findings, Summary
from punchh_contract.events.rendering import as_document, as_line, as_sentence, printable

ERROR = Finding(
    "/payload/user/phone",
    "type",
    "must be text",
    "put it in quotes",
    value="integer",
    file="a.ndjson",
    record=7,
)
DRIFT = Finding(
    "/x", "additionalProperties", "is unknown", "check it", severity="drift", value="null", file="b.json"
)
MISSING = Finding("", "required", "must have `payload`", "add it")


@pytest.mark.parametrize(
    ("finding", "line"),
    [
        (ERROR, "a.ndjson:7: /payload/user/phone: must be text; found integer. Fix: put it in quotes."),
        (DRIFT, "b.json: /x: drift: is unknown; found null. Fix: check it."),
        (MISSING, "event: must have `payload`. Fix: add it."),
    ],
)
def test_a_finding_is_one_line(finding: Finding, line: str) -> None:
    assert as_line(finding) == line


def test_sums_are_one_sentence() -> None:
    summary = Summary(files=1)
    summary.add(Findings())
    assert as_sentence(summary) == "1 event in 1 file: no findings."
    summary.add(Findings(drifts=True))
    assert as_sentence(summary) == (
        "2 events in 1 file: no findings. 1 event has fields or values that the contract does not know;"
        " --strict shows them."
    )
    summary.add(Findings((ERROR, MISSING)))
    assert as_sentence(summary).startswith("3 events in 1 file: 2 findings in 1 event. 1 event has")
    summary.add(Findings((DRIFT,), drifts=True))
    assert as_sentence(summary) == "4 events in 1 file: 3 findings in 2 events."
    summary.unreadable = 2
    assert as_sentence(summary).endswith(" in 2 events. 2 inputs could not be read.")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("événements ☕/a b.json", "événements ☕/a b.json"),
        ("a\x1b[31m\r\n\t\x9b.json", "a\\x1b[31m\\r\\n\\t\\x9b.json"),
        ("nosj\u202e.json", "nosj\\u202e.json"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown
    line = as_line(Finding("", "json", "must be JSON", "look", file=text))
    assert line == f"{shown}: must be JSON. Fix: look."


def test_the_document_has_sums_and_findings() -> None:
    summary = Summary(files=2, unreadable=1)
    summary.add(Findings((ERROR,)))
    summary.add(Findings((DRIFT,), drifts=True))
    document = json.loads(as_document(summary, [ERROR, DRIFT], ["b.json: cannot be read: Permission denied"]))
    assert document == {
        "summary": {
            "files": 2,
            "events": 2,
            "events_with_findings": 2,
            "events_with_drift": 1,
            "errors": 1,
            "drift": 1,
            "unreadable": 1,
            "findings": 2,
        },
        "unreadable": ["b.json: cannot be read: Permission denied"],
        "findings": [
            {
                "pointer": "/payload/user/phone",
                "rule": "type",
                "expectation": "must be text",
                "fix": "put it in quotes",
                "severity": "error",
                "value": "integer",
                "file": "a.ndjson",
                "record": 7,
            },
            {
                "pointer": "/x",
                "rule": "additionalProperties",
                "expectation": "is unknown",
                "fix": "check it",
                "severity": "drift",
                "value": "null",
                "file": "b.json",
                "record": None,
            },
        ],
    }
