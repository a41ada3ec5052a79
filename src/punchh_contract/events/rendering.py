"""Findings as text for people and as a JSON document for programs. Returns strings, prints nothing."""

import json
from collections.abc import Iterable
from dataclasses import asdict

from punchh_contract.events.findings import Finding, Summary


def as_line(finding: Finding) -> str:
    """Return one line: `file:record: /pointer: must be this; found string(1). Fix: do that.`"""
    place = printable(finding.file or "event")
    if finding.record is not None:
        place += f":{finding.record}"
    at = f"{finding.pointer}: " if finding.pointer else ""
    drift = "drift: " if finding.severity == "drift" else ""
    found = f"; found {finding.value}" if finding.value is not None else ""
    return f"{place}: {at}{drift}{finding.expectation}{found}. Fix: {finding.fix}."


def as_sentence(summary: Summary) -> str:
    """Return the sums as the last line of the text."""
    text = f"{_count(summary.events, 'event')} in {_count(summary.files, 'file')}: "
    if summary.findings:
        text += f"{_count(summary.findings, 'finding')} in {_count(summary.events_with_findings, 'event')}."
    else:
        text += "no findings."
    if summary.events_with_drift and not summary.drift:
        have = "has" if summary.events_with_drift == 1 else "have"
        text += (
            f" {_count(summary.events_with_drift, 'event')} {have} fields or values that the contract does"
            " not know; --strict shows them."
        )
    if summary.unreadable:
        text += f" {_count(summary.unreadable, 'input')} could not be read."
    return text


def as_document(summary: Summary, findings: Iterable[Finding], unreadable: Iterable[str] = ()) -> str:
    """Return one JSON document, `{"summary": {…}, "findings": […], "unreadable": […]}`.

    Summary and findings have the names of the dataclasses; `unreadable` are sentences, each of which says
    what could not be read and why.
    """
    document = {
        "summary": {**asdict(summary), "findings": summary.findings},
        "findings": [asdict(each) for each in findings],
        "unreadable": list(unreadable),
    }
    return json.dumps(document, indent=2)


def printable(text: str) -> str:
    r"""Return the text with what a terminal would obey, or not show, as escapes: `\x1b`, `\n`."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
