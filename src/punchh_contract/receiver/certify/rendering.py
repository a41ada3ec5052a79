"""A certification as text for people and as a document for programs. Pure."""

import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import Any

from punchh_contract.receiver.certify.events import MARK
from punchh_contract.receiver.certify.grading import Result
from punchh_contract.receiver.certify.playing import Report

__all__ = ["as_document", "as_lines", "closing"]

_WIDTH = 110
_MARKS = {"pass": "pass", "note": "NOTE", "fail": "FAIL", "skipped": "-"}
_INDENT = " " * 6
FORMAT = 1
"""Of the JSON document; grows with what breaks its readers."""


def as_lines(result: Result) -> Iterator[str]:
    """Return one result: a line, and beneath it what a reader of a note or a failure needs."""
    case = result.case
    yield f"{_MARKS[result.grade]:<5} {case.id:<15} {case.title}: {result.said}"
    if result.consequence is None:
        return
    told = result.consequence
    known = told.known + (f", {told.source}" if told.source else "")
    yield from _wrapped("expected", f"{result.expected}")
    yield from _wrapped("at PAR", f"{told.text} ({known})")
    yield from _wrapped("comes", f"{case.known}: {case.source}")
    yield from _wrapped("do", result.advice)


def closing(report: Report) -> Iterator[str]:
    """Return what stands at the end: the count, and the questions that no answer from outside can settle."""
    count = Counter(each.grade for each in report.results)
    played = len(report.results) - count["skipped"]
    yield ""
    yield (
        f"{played} cases with {report.proof}: {count['pass']} passed, {count['note']} noted,"
        f" {count['fail']} failed; {count['skipped']} not played. The slowest answer took"
        f" {report.slowest * 1000:.0f} ms of {report.limit:g} s."
    )
    questions = list(report.asked)
    if questions:
        yield ""
        yield "Not seen from outside, so not graded. Ask your handler:"
        by_question: dict[str, list[str]] = {}
        for case, question in questions:
            by_question.setdefault(question, []).append(case)
        for question, cases in by_question.items():
            yield from textwrap.wrap(f"- {', '.join(cases)}: {question}", _WIDTH, subsequent_indent="  ")
        yield f"What was sent has content_ids that begin with {MARK}; --format json has them by case."


def as_document(report: Report) -> dict[str, Any]:
    """Return the whole as JSON values."""
    count = Counter(each.grade for each in report.results)
    return {
        "format": FORMAT,
        "scheme": report.scheme,
        "proof": report.proof,
        "limit_seconds": report.limit,
        "slowest_seconds": round(report.slowest, 6),
        "passed": count["pass"],
        "noted": count["note"],
        "failed": count["fail"],
        "skipped": count["skipped"],
        "cases": [_case(each) for each in report.results],
    }


def _case(result: Result) -> dict[str, Any]:
    case, told = result.case, result.consequence
    return {
        "id": case.id,
        "title": case.title,
        "grade": result.grade,
        "said": result.said,
        "expected": result.expected or None,
        "at_par": None
        if told is None
        else {"text": told.text, "known": told.known, "source": told.source or None},
        "known": case.known,
        "source": case.source,
        "advice": result.advice or None,
        "asked": case.asked or None,
        "content_ids": result.content_ids,
        "redemption_ids": result.redemption_ids,
    }


def _wrapped(name: str, text: str) -> list[str]:
    start = f"{_INDENT}{name + ':':<10}"
    return textwrap.wrap(text, _WIDTH, initial_indent=start, subsequent_indent=" " * len(start))
