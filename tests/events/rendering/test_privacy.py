"""No format shows a guest's data: thousands of bad events with planted data, and every output searched."""

import json
import xml.etree.ElementTree as ET

import pytest
from events.planted import NEEDLES, PLANTED, bad_events, leaks

from punchh_contract.events import Finding, Findings, Summary, validate
from punchh_contract.events.rendering import FORMATS, rendering

EVENTS = 2_000


@pytest.fixture(scope="module")
def judged() -> list[Findings]:
    return [validate(event, strict=True) for event in bad_events(1, EVENTS)]


def test_what_is_planted_would_be_found() -> None:
    assert [each for each in PLANTED if not leaks(each)] == []
    assert [each for each in PLANTED if not leaks(json.dumps({each: each}))] == []
    shown = "\n".join([*PLANTED, *map(json.dumps, PLANTED)]).lower()
    assert [needle for needle in NEEDLES if needle not in shown] == []


def test_the_events_are_bad_in_many_ways(judged: list[Findings]) -> None:
    found = [finding for findings in judged for finding in findings]
    assert sum(not findings.valid for findings in judged) > 0.9 * EVENTS
    assert {"json", "type", "required", "additionalProperties", "format", "enum"} <= {
        each.rule for each in found
    }
    assert any(leaks(event.decode("utf-8", "replace")) for event in bad_events(1, 10))


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_shows_it(form: str, judged: list[Findings]) -> None:
    pieces: list[str] = []
    said = rendering(form, pieces.append)
    summary = Summary(files=1)
    for findings in judged:
        summary.add(findings)
        if findings:
            said.record(findings)
    said.source("a.ndjson", summary.events, summary.events_with_findings)
    said.end(summary)
    text = "".join(pieces)
    assert len(text) > 10_000
    assert leaks(text) == []
    text.encode("utf-8")
    if form == "junit":
        ET.fromstring(text.encode())  # noqa: S314  # our own
    if form in ("json", "sarif"):
        json.loads(text)


def test_no_field_of_a_finding_has_it(judged: list[Findings]) -> None:
    shown: set[str] = set()
    for findings in judged:
        for finding in findings:
            shown |= {str(getattr(finding, name)) for name in Finding.__slots__}
    assert leaks("\n".join(shown)) == []
