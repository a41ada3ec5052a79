"""Findings as JUnit XML, as GitHub's reporters, GitLab and Jenkins read it: a suite a file.

An event that fails is a case of its own with all its findings; those that fit are one case together, since a
case each would be millions. Drift that does not fail the run passes, and stands in the case's output.
"""

import re
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import IO

from punchh_contract.events.findings import Finding, Summary
from punchh_contract.events.rendering.base import Options, Streamed, Write
from punchh_contract.events.rendering.lines import STDIN, as_line, as_sentence, count, statement

# What XML 1.0 can hold in no form; the rest is escaped by the library.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IN_MEMORY = 1_000_000
_PIECE = 64_000


class Junit(Streamed):
    """`<testsuites>` of a `<testsuite>` for each file.

    A suite says its number of cases before the cases, which are many: they wait in memory up to a megabyte,
    and beyond it in an unnamed temporary file.
    """

    def __init__(self, write: Write, options: Options | None = None) -> None:
        """As `Rendering`."""
        super().__init__(write, options)
        self._begun = False
        self._suite: _Suite | None = None

    def _put(self, findings: Sequence[Finding]) -> None:
        self._suite = self._suite or _Suite(_name(findings[0].file))
        self._suite.add(findings, self._options.fail_on)

    def source(self, name: str, events: int, failing: int) -> None:
        """Write the suite of the file."""
        suite = self._suite or _Suite(_name(name))
        self._suite = None
        if events > failing:
            case = _case(suite.name, "events that fit")
            ET.SubElement(case, "system-out").text = f"{count(events - failing, 'event')} of {events:,}"
            suite.put(case)
        self._begin()
        suite.write(self._write)

    def end(self, summary: Summary, *, stopped: str | None = None) -> None:
        """Write what could not be read, as errors of a suite of their own, and the sums."""
        self._begin()
        if self._suite:
            self._suite.write(self._write)
        problems = [*self._unreadable, *([f"Incomplete: {stopped}"] if stopped else [])]
        if problems:
            suite = _Suite("inputs")
            for number, sentence in enumerate(problems, start=1):
                case = _case(suite.name, f"input {number}")
                ET.SubElement(case, "error", type="unreadable", message=clean(sentence))
                suite.put(case)
            suite.write(self._write)
        left = f" {count(self._left_out, 'finding')} not shown." if self._left_out else ""
        self._write(f"<!-- {as_sentence(summary).replace('--', '- -')}{left} -->\n</testsuites>\n")

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self._write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="redemptions events">\n')


class _Suite:
    def __init__(self, name: str) -> None:
        self.name = name
        self._counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        self._cases: IO[str] = tempfile.SpooledTemporaryFile(  # noqa: SIM115  # closed by `write`
            _IN_MEMORY, "w+", encoding="utf-8", newline="\n"
        )

    def add(self, findings: Sequence[Finding], fail_on: str) -> None:
        first = findings[0]
        where = "event" if first.record is None else f"record {first.record}"
        case = _case(self.name, where, line=first.line)
        failing = [each for each in findings if fail_on == "drift" or each.severity == "error"]
        told = [] if fail_on == "drift" else [each for each in findings if each.severity != "error"]
        if failing:
            more = f" (and {len(failing) - 1} more)" if len(failing) > 1 else ""
            failure = ET.SubElement(case, "failure")
            failure.set("type", clean(f"{failing[0].severity}:{failing[0].rule}"))
            failure.set("message", clean(statement(failing[0]) + more))
            failure.text = _lines(failing)
        if told:
            ET.SubElement(case, "system-out").text = _lines(told)
        self.put(case)

    def put(self, case: ET.Element) -> None:
        self._counts["tests"] += 1
        self._counts["failures"] += case.find("failure") is not None
        self._counts["errors"] += case.find("error") is not None
        self._cases.write(f"    {ET.tostring(case, encoding='unicode')}\n")

    def write(self, write: Write) -> None:
        counts = {name: str(number) for name, number in self._counts.items()}
        head = ET.tostring(
            ET.Element("testsuite", {"name": self.name, **counts, "time": "0"}),
            encoding="unicode",
            short_empty_elements=False,
        )
        write("  " + head.removesuffix("</testsuite>") + "\n")
        with self._cases as cases:
            cases.seek(0)
            while piece := cases.read(_PIECE):
                write(piece)
        write("  </testsuite>\n")


def clean(text: str) -> str:
    """Return the text without what no XML can hold, a question mark in its place."""
    return _FORBIDDEN.sub("?", text)


def _lines(findings: Sequence[Finding]) -> str:
    return clean("\n".join(f"{as_line(each)} [{each.fingerprint}]" for each in findings))


def _name(file: str | None) -> str:
    return clean("standard input" if file in (None, STDIN) else str(file))


def _case(suite: str, name: str, line: int | None = None) -> ET.Element:
    case = ET.Element("testcase", classname=suite, name=name, file=suite, time="0")
    if line is not None:
        case.set("line", str(line))
    return case
