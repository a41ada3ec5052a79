"""JUnit XML, as those read it who read JUnit: counts that add up, unique names, a failure a failing event."""

import xml.etree.ElementTree as ET

import pytest
from events.rendering.findings_zoo import DRIFT, NASTY, finding, rendered

from punchh_contract.events.findings import Finding, Findings, Summary
from punchh_contract.events.rendering import Options, rendering


def suites(text: str) -> list[ET.Element]:
    root = ET.fromstring(text.encode())  # noqa: S314  # our own
    assert root.tag == "testsuites"
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases)
        for plural, one in (("failures", "failure"), ("errors", "error")):
            assert int(suite.attrib[plural]) == sum(case.find(one) is not None for case in cases)
        assert len({(case.attrib["classname"], case.attrib["name"]) for case in cases}) == len(cases)
    return list(root)


def test_an_event_that_fails_is_a_case_and_those_that_fit_are_one() -> None:
    (suite,) = suites(rendered("junit", [finding(), finding("/b")], [], [finding(record=9)], []))
    first, second, fine = suite.findall("testcase")
    assert suite.attrib["name"] == "a.ndjson"
    assert (first.attrib["name"], first.attrib["file"], first.attrib["line"]) == ("record 7", "a.ndjson", "7")
    failure = first.find("failure")
    assert failure is not None
    assert failure.attrib == {
        "type": "error:type",
        "message": "/payload/user/phone: must be text; found integer (and 1 more)",
    }
    assert [line.split(": ")[1] for line in (failure.text or "").splitlines()] == [
        "/payload/user/phone",
        "/b",
    ]
    assert second.attrib["name"] == "record 9"
    assert fine.attrib["name"] == "events that fit"
    assert fine.findtext("system-out") == "2 events of 4"


@pytest.mark.parametrize(("fail_on", "failures"), [("error", "0"), ("drift", "1")])
def test_drift_fails_only_where_it_fails_the_run(fail_on: str, failures: str) -> None:
    (suite,) = suites(rendered("junit", [DRIFT], options=Options(fail_on=fail_on)))  # type: ignore[arg-type]
    assert suite.attrib["failures"] == failures
    assert "/tier" in "".join(suite.itertext())


def test_what_cannot_be_read_is_an_error() -> None:
    *_, suite = suites(rendered("junit", [], unreadable=["b.json: cannot be read"], stopped="interrupted"))
    assert [each.attrib["message"] for each in suite.iter("error")] == [
        "b.json: cannot be read",
        "Incomplete: interrupted",
    ]


def test_a_file_is_a_suite_also_when_there_are_more_cases_than_memory_is_for() -> None:
    pieces: list[str] = []
    said = rendering("junit", pieces.append)
    summary = Summary(files=2)
    for name, events in (("a.ndjson", 5_000), ("b.ndjson", 1)):
        for number in range(events):
            findings: list[Finding] = [finding(file=name, record=number, line=number)]
            summary.add(Findings(tuple(findings)))
            said.record(findings)
        said.source(name, events, events)
    said.end(summary)
    assert [each.attrib["tests"] for each in suites("".join(pieces))] == ["5000", "1"]


@pytest.mark.parametrize("name", NASTY)
def test_it_is_xml_whatever_a_file_is_called(name: str) -> None:
    suites(rendered("junit", [finding(file=name)], unreadable=[name], stopped=name))
