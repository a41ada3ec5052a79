"""JSON and NDJSON: every finding, with the names of the dataclass, and whole whenever it ends."""

import json
from typing import Any

import pytest
from events.rendering.findings_zoo import DRIFT, NASTY, finding, rendered

from punchh_contract.events.findings import Findings, Summary
from punchh_contract.events.rendering import Options
from punchh_contract.events.rendering.documents import as_document

PHONE = {
    "pointer": "/payload/user/phone",
    "rule": "type",
    "expectation": "must be text",
    "fix": "put it in quotes",
    "severity": "error",
    "value": "integer",
    "file": "a.ndjson",
    "record": 7,
    "line": 7,
    "column": 13,
    "schema_pointer": "/$defs/EventUser/properties/phone/type",
    "source": "SEED-004, C-41",
    "fingerprint": finding().fingerprint,
}


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_document_has_findings_and_sums() -> None:
    summary = Summary(files=2, unreadable=1)
    summary.add(Findings((finding(),)))
    summary.add(Findings((DRIFT,), drifts=True))
    document = json.loads(as_document(summary, [finding(), DRIFT], ["b.json: cannot be read"]))
    first, second = document["findings"]
    assert first == PHONE
    assert (second["severity"], second["record"], second["line"]) == ("drift", None, None)
    assert document["unreadable"] == ["b.json: cannot be read"]
    assert document["summary"] == {
        "files": 2,
        "events": 2,
        "events_with_findings": 2,
        "events_with_drift": 1,
        "errors": 1,
        "drift": 1,
        "unreadable": 1,
        "findings": 2,
        "not_shown": 0,
        "stopped": None,
    }


def test_lines_are_findings_and_at_last_the_sums() -> None:
    first, second, last = lines(rendered("ndjson", [finding()], unreadable=["b.json: cannot be read"]))
    assert first == {"kind": "finding", **PHONE}
    assert second == {"kind": "unreadable", "message": "b.json: cannot be read"}
    assert (last["kind"], last["findings"], last["unreadable"]) == ("summary", 1, 1)


def test_without_findings_they_are_whole_too() -> None:
    assert json.loads(rendered("json", []))["findings"] == []
    (only,) = lines(rendered("ndjson", []))
    assert only["events"] == 1


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_findings_beyond_the_limit_are_counted(form: str) -> None:
    records = [[finding("/a"), finding("/b")], [finding("/c")], [finding("/d")]]
    text = rendered(form, *records, options=Options(limit=3))
    sums = json.loads(text)["summary"] if form == "json" else lines(text)[-1]
    assert (sums["findings"], sums["not_shown"]) == (4, 1)
    assert '"/c"' in text
    assert '"/d"' not in text


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_the_nastiest_name_is_ascii_and_comes_back(form: str, name: str) -> None:
    text = rendered(form, [finding(file=name)])
    assert text.isascii()
    found = json.loads(text)["findings"][0] if form == "json" else lines(text)[0]
    assert found["file"] == name
