"""Findings as workflow commands of GitHub Actions, which shows them at the file and line of a pull request.

GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest, so each kind of finding is
one annotation with its count, the most frequent first, and what has no annotation is a plain line of the log.
"""

from collections.abc import Iterator

from punchh_contract.events.findings import Finding, Summary
from punchh_contract.events.rendering.base import Grouped
from punchh_contract.events.rendering.grouping import Group
from punchh_contract.events.rendering.lines import STDIN, as_line, as_sentence, count, printable, statement

SHOWN = 10
"""Annotations of one level that GitHub shows."""

_LEVELS = {"error": "error", "drift": "warning"}


class Github(Grouped):
    """`::error file=…,line=…,col=…,title=…::message`, drift as warnings."""

    def end(self, summary: Summary, *, stopped: str | None = None) -> None:
        """Write all."""
        chosen, missing = self._chosen()
        room = {"error": SHOWN, "warning": SHOWN}
        rest: list[str] = []
        for sentence in self._unreadable:
            if room["error"]:
                room["error"] -= 1
                self._write(command("error", printable(sentence), title="Cannot be read"))
            else:
                rest.append(sentence)
        for group in chosen:
            level = _LEVELS[group.sample.severity]
            if room[level]:
                room[level] -= 1
                self._write(command(level, _message(group), **dict(_properties(group.sample))))
            else:
                rest.append(f"{as_line(group.sample)}{_often(group)}")
        for line in rest:
            self._write(f"{plain('Also: ' + line)}\n")
        notes = [f"{count(len(rest), 'kind')} of findings stand only in the log."] if rest else []
        for note in filter(None, [*notes, missing, self._stop(stopped)]):
            self._write(command("notice", note))
        self._write(f"{plain(as_sentence(summary))}\n")


def command(level: str, message: str, **properties: str) -> str:
    """Return one workflow command as a line."""
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level}{' ' if given else ''}{given}::{_data(message)}\n"


def plain(line: str) -> str:
    """Return a line of the log in which the runner finds no command.

    One of its two forms begins a line, which ours never do; the other, `##[…]`, may stand anywhere.
    """
    return printable(line).replace("##[", "# #[")


def _properties(finding: Finding) -> Iterator[tuple[str, str]]:
    if finding.file not in (None, STDIN):
        yield "file", str(finding.file).replace("\\", "/")
        if finding.line is not None:
            yield "line", str(finding.line)
        if finding.column is not None:
            yield "col", str(finding.column)
    yield "title", f"{finding.severity}: {finding.rule} {finding.fingerprint}"


def _message(group: Group) -> str:
    said = f"{statement(group.sample)}. Fix: {group.sample.fix}."
    if group.sample.record is not None:
        said = f"Record {group.sample.record}: {said}"
    return said + _often(group)


def _often(group: Group) -> str:
    if group.count == 1:
        return ""
    return f" Seen {count(group.count, 'time')} in {count(group.events, 'event')}."


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return escaped.replace("##[", "# #[")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
