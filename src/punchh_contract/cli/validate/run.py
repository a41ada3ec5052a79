"""What is known of a run so far: each record, in order, goes to the sums, the rendering and the split."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from punchh_contract.cli.validate.inputs import noting
from punchh_contract.cli.validate.progress import Progress
from punchh_contract.cli.validate.settings import Settings
from punchh_contract.errors import UsageError
from punchh_contract.events.findings import Summary
from punchh_contract.events.intake import RECORD_LIMIT, TOO_LONG
from punchh_contract.events.many import Record, validate_many
from punchh_contract.events.rendering import Rendering
from punchh_contract.events.rendering.lines import count
from punchh_contract.events.sources import Source

if TYPE_CHECKING:
    from punchh_contract.cli.validate.splitting import Splitter

_OFTEN = 256
"""Events between two looks at the clock."""


class Run:
    """One run, whoever reads and judges the records; what it is given stays the caller's to close."""

    def __init__(
        self, settings: Settings, said: Rendering, told: Progress, splitter: "Splitter | None" = None
    ) -> None:
        """Tell findings to `said`, how far it is to `told`, and records to `splitter`."""
        self.settings = settings
        self.said = said
        self.told = told
        self.splitter = splitter
        self.summary = Summary()
        self._file: str | None = None
        self._before = (0, 0)

    def alone(self, sources: Iterable[Source]) -> None:
        """Read and judge sources here, one record after the other."""
        strict, show = self.settings.strict, self.settings.show_values
        for source in sources:
            self.begin(source.name)
            with noting(self.note):
                for record in validate_many(self.told.watched(source), strict=strict, show_values=show):
                    self.take(record)
            self.end()

    def close(self) -> None:
        """Close the split, and say of the whole run what is not in order: records that are in neither part
        of it. Raises CannotWriteError."""
        if self.splitter is None:
            return
        self.splitter.close()
        if self.splitter.lost:
            with noting(self.note):
                lost = count(self.splitter.lost, "record")
                raise UsageError(f"--split: {lost} of more than {RECORD_LIMIT // 2**20} MB in neither file")

    def note(self, sentence: str) -> None:
        """Take note of an input that cannot be read."""
        self.summary.unreadable += 1
        self.said.unreadable(sentence)

    def begin(self, file: str) -> None:
        """Take note that what follows is of this file."""
        self._file = file
        self.summary.files += 1
        self._before = (self.summary.events, self.summary.events_with_findings)

    def take(self, record: Record) -> None:
        """Take one record."""
        findings = record.findings
        self.summary.add(findings)
        if findings.items:
            self.said.record(findings.items)
        if self.splitter is not None:
            too_long = not findings.valid and findings[0].expectation == TOO_LONG.expectation
            self.splitter.put(record.raw, bad=self.settings.fails(findings), too_long=too_long)
        if not self.summary.events % _OFTEN:
            self.told.events(self.summary.events)

    def end(self) -> None:
        """Take note that the file, if there is one, is done."""
        if self._file is not None:
            events, failing = self._before
            summary = self.summary
            self.said.source(self._file, summary.events - events, summary.events_with_findings - failing)
            self._file = None

    @property
    def events(self) -> int:
        """Events of the file so far."""
        return self.summary.events - self._before[0]
