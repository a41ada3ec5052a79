"""A run shared out among processes; what they found is told in the inputs' order, as one process would."""

import contextlib
import itertools
import multiprocessing
import signal
import stat
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from punchh_contract.cli.validate.inputs import noting
from punchh_contract.cli.validate.run import Run
from punchh_contract.errors import UsageError
from punchh_contract.events.decoding import decoder
from punchh_contract.events.intake import TOO_LONG
from punchh_contract.events.ranges import Part, Range, in_order, opened, range_records, ranges, validate_range
from punchh_contract.events.sources import Source, shown

SIZE = 2 * 2**20
"""Bytes of a range of lines, and of small files that one process takes together."""
FILES = 64
"""Small files that one process takes together."""
FINDINGS = 20_000
"""Findings that a range may keep until its turn comes; with more it is judged again, here, keeping none."""
_AHEAD = 3
"""Tasks for each process that wait, or are done before their turn."""

_Refused = tuple[Range, str]
_Done = Future[list[Part | _Refused]]


def together(run: Run, sources: Iterable[Source], jobs: int) -> None:
    """Judge sources in several processes. Raises UsageError if one of them is ended from outside."""
    with _pool(jobs) as pool:
        shared = _Shared(run, pool, jobs)
        for part in in_order(shared.parts(sources)):
            shared.add(part)
        shared.close()


class _Shared:
    def __init__(self, run: Run, pool: ProcessPoolExecutor, jobs: int) -> None:
        self._run = run
        self._pool = pool
        self._ahead = _AHEAD * jobs
        self._open: str | None = None
        self._broken = False

    def parts(self, sources: Iterable[Source]) -> Iterator[Part]:
        """Yield what the processes found; what only one can read is judged here when its turn comes."""
        strict, show = self._run.settings.strict, self._run.settings.show_values
        waiting: deque[Source | _Done] = deque()
        for task in itertools.chain(_tasks(sources), [None]):
            if isinstance(task, Source):
                waiting.append(task)
            elif task is not None:
                waiting.append(self._pool.submit(_judged, task, FINDINGS, strict=strict, show_values=show))
            while waiting and (task is None or len(waiting) > self._ahead):
                turn = waiting.popleft()
                if isinstance(turn, Source):
                    self.close()
                    self._run.alone([turn])
                    continue
                for found in _result(turn):
                    if isinstance(found, Part):
                        yield found
                    else:
                        self._refuse(*found)

    def add(self, part: Part) -> None:
        """Tell what was found in a range."""
        run, range_ = self._run, part.range
        if range_.start == 0:
            self._begin(shown(range_.path))
        if not self._broken:
            with noting(self._note_broken):
                if part.complete:
                    self._tell(part)
                else:
                    self._tell_again(part)
        run.told.read(_size(range_))
        run.told.events(run.summary.events)

    def close(self) -> None:
        """End the file at hand."""
        if self._open is not None and not self._run.events and not self._broken:
            # A file of empty lines: each range has nothing to say of it, and the whole has.
            for record in range_records(Range(self._open, 0, None)):
                self._run.take(record)
        self._open = None
        self._run.end()

    def _begin(self, path: str) -> None:
        self.close()
        self._open, self._broken = path, False
        self._run.begin(path)

    def _tell(self, part: Part) -> None:
        run, failing = self._run, set[int | None]()
        run.summary.merge(part.summary)
        for record in part.records:
            run.said.record(record.findings.items)
            if run.settings.fails(record.findings):
                failing.add(record.start)
        if run.splitter is not None:
            with opened(part.range) as (raws, _):
                for raw in raws:
                    run.splitter.put(raw.data, bad=raw.start in failing, too_long=raw.problem is TOO_LONG)

    def _tell_again(self, part: Part) -> None:
        settings, before = self._run.settings, part.lines_before
        for record in range_records(
            part.range, strict=settings.strict, show_values=settings.show_values, lines_before=before
        ):
            self._run.take(record)

    def _refuse(self, range_: Range, sentence: str) -> None:
        if range_.start == 0:
            self._begin(shown(range_.path))
        if not self._broken:
            with noting(self._note_broken):
                raise UsageError(sentence)

    def _note_broken(self, sentence: str) -> None:
        self._broken = True
        self._run.note(sentence)


def _judged(tasks: Sequence[Range], limit: int, *, strict: bool, show_values: bool) -> list[Part | _Refused]:
    """Judge ranges, in a process of its own."""
    found: list[Part | _Refused] = []
    for range_ in tasks:
        try:
            part = validate_range(range_, strict=strict, show_values=show_values, limit=limit)
        except UsageError as error:
            found.append((range_, str(error)))
        else:
            found.append(part)
    return found


def _tasks(sources: Iterable[Source]) -> Iterator[Source | list[Range]]:
    """Yield what one process does at once: a range of a file, small files, or a source by itself."""
    small: list[Range] = []
    size = 0
    for source in sources:
        found = _plan(source)
        if len(found) == 1:
            small += found
            size += _size(found[0])
            if len(small) < FILES and size < SIZE:
                continue
        if small:
            yield small
            small, size = [], 0
        if not found:
            yield source
        elif len(found) > 1:
            yield from ([each] for each in found)
    if small:
        yield small


def _plan(source: Source) -> list[Range]:
    """The ranges of a source, one for a small file; none for what only one process can read."""
    try:
        if source.path is None:
            return []
        found = Path(source.path).stat()
        # A pipe would be waited for, and what is read of it is gone.
        if not stat.S_ISREG(found.st_mode):
            return []
        if found.st_size <= SIZE:
            return [Range(source.path, 0, None)]
        several = ranges(source.path, found.st_size // SIZE + 1)
    except (OSError, UsageError):
        # Whoever reads it says why it cannot be read.
        return []
    return several if len(several) > 1 else []


def _size(range_: Range) -> int:
    if range_.end is not None:
        return range_.end - range_.start
    with contextlib.suppress(OSError):
        return Path(range_.path).stat().st_size
    return 0


def _result(done: _Done) -> list[Part | _Refused]:
    try:
        return done.result()
    except BrokenProcessPool as error:
        raise UsageError(
            "a process of --jobs was ended from outside, perhaps for want of memory; run it with --jobs 1"
        ) from error


@contextlib.contextmanager
def _pool(jobs: int) -> Generator[ProcessPoolExecutor]:
    # Forked processes start at once, with all that is imported; not where threads could hold a lock.
    alone = sys.platform == "linux" and threading.active_count() == 1
    if alone:
        decoder()
    context = multiprocessing.get_context("fork" if alone else "spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_leave_interrupts_to_us)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    pool.shutdown()


def _leave_interrupts_to_us() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
