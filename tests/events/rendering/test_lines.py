"""One finding as a line, the sums as a sentence, and what a terminal must not obey."""

import pytest
from events.rendering.findings_zoo import DRIFT, finding

from punchh_contract.events.findings import Finding, Findings, Summary
from punchh_contract.events.rendering import as_line, as_sentence, printable

MISSING = Finding("", "required", "must have `payload`", "add it")


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            finding(),
            "a.ndjson:7:13: /payload/user/phone: must be text; found integer. Fix: put it in quotes.",
        ),
        (
            finding(record=2, line=40, column=9),
            (
                "a.ndjson:40:9: record 2: /payload/user/phone: must be text; found integer."
                " Fix: put it in quotes."
            ),
        ),
        (
            finding(record=2, line=None, column=None),
            "a.ndjson: record 2: /payload/user/phone: must be text; found integer. Fix: put it in quotes.",
        ),
        (DRIFT, "a.ndjson: /tier: drift: must be text; found integer. Fix: put it in quotes."),
        (MISSING, "event: must have `payload`. Fix: add it."),
    ],
)
def test_a_finding_is_one_line(given: Finding, line: str) -> None:
    assert as_line(given) == line


def test_sums_are_one_sentence() -> None:
    summary = Summary(files=1)
    summary.add(Findings())
    assert as_sentence(summary) == "1 event in 1 file: no findings."
    summary.add(Findings(drifts=True))
    assert as_sentence(summary) == (
        "2 events in 1 file: no findings. 1 event has fields or values that the contract does not know;"
        " --strict shows them."
    )
    summary.add(Findings((finding(), MISSING)))
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
        ("\ud800", "\\ud800"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown
    line = as_line(Finding("", "json", "must be JSON", "look", file=text))
    assert line == f"{shown}: must be JSON. Fix: look."
