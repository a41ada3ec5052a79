"""Findings as a Markdown table, for a pull request's comment or a job's summary page."""

import re

from punchh_contract.events.findings import Finding, Summary
from punchh_contract.events.rendering.base import Grouped
from punchh_contract.events.rendering.lines import as_sentence, place, printable

_COLUMNS = ("severity", "times", "events", "first seen", "where", "what", "fix", "source", "fingerprint")
# All that Markdown or the HTML inside it gives a meaning: backslashes first, and a pipe ends a cell.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~&$@:.-])")
_HTML = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


class Markdown(Grouped):
    """A heading, the sums, and a row for each kind of finding."""

    def end(self, summary: Summary, *, stopped: str | None = None) -> None:
        """Write all."""
        chosen, missing = self._chosen()
        self._write(f"## Redemptions events\n\n{as_sentence(summary)}\n")
        if chosen:
            self._write(f"\n| {' | '.join(_COLUMNS)} |\n|{' --- |' * len(_COLUMNS)}\n")
        for group in chosen:
            sample = group.sample
            cells = (
                sample.severity,
                f"{group.count:,}",
                f"{group.events:,}",
                code(_seen(sample)),
                code(sample.pointer or "the event"),
                prose(sample.expectation) + (f"; found {code(sample.value)}" if sample.value else ""),
                prose(sample.fix),
                prose(sample.source or ""),
                code(sample.fingerprint),
            )
            self._write(f"| {' | '.join(cells)} |\n")
        for line in filter(None, [missing, self._stop(stopped)]):
            self._write(f"\n{prose(line)}\n")
        for sentence in self._unreadable:
            self._write(f"\n- {prose(sentence)}\n")


def prose(text: str) -> str:
    """Return text in which Markdown and HTML see nothing but text; code spans of ours stay code."""
    spans = re.split(r"`([^`]*)`", printable(text))
    return "".join(
        code(span) if place_ % 2 else _SPECIAL.sub(_escaped, span) for place_, span in enumerate(spans)
    )


def code(text: str) -> str:
    """Return the text as a code span that holds whatever it has, also within a table."""
    shown = printable(text).replace("|", "\\|")
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if "`" in shown else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    # A full stop or colon needs it only where a list or an address could begin, and reads badly elsewhere.
    if character in ".:-()":
        return character
    return _HTML.get(character, f"\\{character}")


def _seen(finding: Finding) -> str:
    return place(finding) + (
        f" record {finding.record}" if finding.record not in (None, finding.line) else ""
    )
