"""Findings as JSON: one document, or a line each. ASCII, so that no reader can get the encoding wrong."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from punchh_contract.events.findings import Finding, Summary
from punchh_contract.events.rendering.base import Streamed, Write


class Document(Streamed):
    """`{"findings": […], "unreadable": […], "summary": {…}}`, the sums last since they are known last.

    Findings and summary have the names of the dataclasses; `unreadable` are sentences, each of which says
    what could not be read and why.
    """

    def _put(self, findings: Sequence[Finding]) -> None:
        for place, finding in enumerate(findings, start=self._written):
            self._write(f"{',' if place else _HEAD}\n    {json.dumps(fields(finding))}")

    def end(self, summary: Summary, *, stopped: str | None = None) -> None:
        """Write the rest of the document."""
        self._write("\n  ]" if self._written else f"{_HEAD}]")
        self._write(f',\n  "unreadable": {json.dumps(self._unreadable)}')
        self._write(f',\n  "summary": {json.dumps(sums(summary, self._left_out, stopped))}\n}}\n')


class Lines(Streamed):
    """NDJSON: `{"kind": "finding", …}` a line, `unreadable` likewise, and `summary` as the last."""

    def _put(self, findings: Sequence[Finding]) -> None:
        for finding in findings:
            self._line("finding", fields(finding))

    def unreadable(self, sentence: str) -> None:
        """Write the sentence at once."""
        self._line("unreadable", {"message": sentence})

    def end(self, summary: Summary, *, stopped: str | None = None) -> None:
        """Write the sums."""
        self._line("summary", sums(summary, self._left_out, stopped))

    def _line(self, kind: str, fields: dict[str, Any]) -> None:
        self._write(json.dumps({"kind": kind, **fields}, separators=(",", ":")) + "\n")


_HEAD = '{\n  "findings": ['


def fields(finding: Finding) -> dict[str, Any]:
    """Return a finding with the names of its dataclass, and its fingerprint."""
    return {**asdict(finding), "fingerprint": finding.fingerprint}


def sums(summary: Summary, left_out: int, stopped: str | None) -> dict[str, Any]:
    """Return the sums; `not_shown` are findings beyond the limit, `stopped` why the run is incomplete."""
    return {**asdict(summary), "findings": summary.findings, "not_shown": left_out, "stopped": stopped}


def as_document(summary: Summary, findings: Iterable[Finding], unreadable: Iterable[str] = ()) -> str:
    """Return the whole document of findings that are at hand."""
    pieces: list[str] = []
    write: Write = pieces.append
    document = Document(write)
    for finding in findings:
        document.record([finding])
    for sentence in unreadable:
        document.unreadable(sentence)
    document.end(summary)
    return "".join(pieces)
