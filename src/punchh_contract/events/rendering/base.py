"""What every format is to those who use it: told each event with findings, and then the end.

A rendering writes text through the function that it is given and keeps little: what is for people keeps one
finding of a kind, what is for programs writes as it goes.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from punchh_contract.events.findings import Finding, Summary
from punchh_contract.events.rendering.grouping import Group, Groups
from punchh_contract.events.rendering.lines import count, printable

Write = Callable[[str], object]
FailOn = Literal["error", "drift"]


class Options(NamedTuple):
    """What a user can ask of every format."""

    limit: int | None = None
    """Findings, or kinds of them where they are grouped, that are written at most; all are counted."""
    fail_on: FailOn = "drift"
    """The least severity that fails; less is told and does not fail, in formats that know the difference."""


class Rendering(ABC):
    """One run in one format; call `record` and `source` as it goes and `end` once."""

    def __init__(self, write: Write, options: Options | None = None) -> None:
        """`write` takes pieces of the output, in order. Nothing is written before the first call."""
        self._write = write
        self._options = options or Options()
        self._unreadable: list[str] = []

    @abstractmethod
    def record(self, findings: Sequence[Finding]) -> None:
        """Take the findings of one event, all of one file; they are not empty."""

    def source(self, name: str, events: int, failing: int) -> None:  # noqa: B027  # most formats need it not
        """Take note that a file is done: its name, its events, and how many of them have findings."""

    def unreadable(self, sentence: str) -> None:
        """Take a sentence that says what could not be read, and why."""
        self._unreadable.append(sentence)

    @abstractmethod
    def end(self, summary: Summary, *, stopped: str | None = None) -> None:
        """Write what is left. `stopped` says why the run ended before its end, as a sentence."""


class Grouped(Rendering):
    """A format for people: nothing is written before the end, and then each kind of finding once."""

    def __init__(self, write: Write, options: Options | None = None) -> None:
        """As `Rendering`."""
        super().__init__(write, options)
        self._groups = Groups()

    def record(self, findings: Sequence[Finding]) -> None:
        """Take the findings of one event."""
        self._groups.add(findings)

    def _chosen(self) -> tuple[list[Group], str | None]:
        """Return the groups to write, and a sentence of what is left out."""
        ranked = self._groups.ranked()
        chosen = ranked[: self._options.limit]
        missing = sum(group.count for group in ranked[len(chosen) :]) + self._groups.ungrouped
        if not missing:
            return chosen, None
        kinds = f" of {count(len(ranked) - len(chosen), 'other kind')}" if len(ranked) > len(chosen) else ""
        return chosen, f"{count(missing, 'finding')}{kinds} not shown."

    def _stop(self, stopped: str | None) -> str | None:
        return f"Incomplete: {printable(stopped)}" if stopped else None


class Streamed(Rendering):
    """A format for programs: every finding, written as it comes."""

    def __init__(self, write: Write, options: Options | None = None) -> None:
        """As `Rendering`."""
        super().__init__(write, options)
        self._written = 0
        self._left_out = 0

    def record(self, findings: Sequence[Finding]) -> None:
        """Write the findings of one event, as far as the limit allows."""
        taken = findings
        if self._options.limit is not None:
            taken = findings[: max(self._options.limit - self._written, 0)]
        self._left_out += len(findings) - len(taken)
        if taken:
            self._put(taken)
            self._written += len(taken)

    @abstractmethod
    def _put(self, findings: Sequence[Finding]) -> None:
        """Write the findings of one event; `_written` counts those before."""
