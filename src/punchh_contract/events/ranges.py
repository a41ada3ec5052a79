"""A file in parts for several processes: byte ranges at record boundaries, judged apart, joined in order.

    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(2) as pool:
        check = functools.partial(validate_range, strict=True)
        for part in in_order(pool.map(check, ranges("archive.ndjson", 64))):
            ...  # part.summary, and part.records with their place in the file

Only NDJSON that is not packed has boundaries that can be found from the middle; any other file is one range.
`jsonschema-rs` and `msgspec` hold the interpreter's lock, so threads would gain nothing.
"""

import contextlib
import stat
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from punchh_contract.events.findings import Summary
from punchh_contract.events.intake import Input, Raw
from punchh_contract.events.many import Record, validate_raws
from punchh_contract.events.records import form_of, lines
from punchh_contract.events.sources import file_source, shown, unreadable

LEAST = 2**18
"""Bytes of a range at least, but for the last: less is not worth a message between processes."""


class Range(NamedTuple):
    """Some records of a file, to be judged by one process."""

    path: str
    """The file as the user named it, and as findings will name it."""
    start: int
    """Byte of the file where the first record begins."""
    end: int | None
    """Byte behind the last; None if it is all of a file that is not told in parts."""


@dataclass(frozen=True, slots=True)
class Part:
    """What came of a range; fit to be sent between processes."""

    range: Range
    records: tuple[Record, ...]
    """The records with findings, their `raw` left out; `start` and `length` tell where it is."""
    summary: Summary
    lines: int
    """Lines of the range, which `in_order` adds to the places of those that follow."""
    complete: bool = True
    """False if it had more findings than it was to keep: then `records` is empty, and `range_records` yields
    them one by one."""
    lines_before: int = 0
    """Lines of the file before the range, as `in_order` found."""


def ranges(path: str | Path, parts: int) -> list[Range]:
    """Split a file into at most `parts` ranges of about the same length, in order.

    Take more parts than processes, so that none has to wait for the longest: one for 8 to 16 MB. Raises
    UsageError if the file cannot be read.
    """
    source = file_source(path)
    whole = [Range(str(path), 0, None)]
    try:
        found = Path(path).stat()
        if parts < 2 or not stat.S_ISREG(found.st_mode) or found.st_size < 2 * LEAST:
            return whole
        with Path(path).open("rb") as file:
            begin = Input(file)
            if begin.packed or not (source.lines or form_of(begin) == "lines"):
                return whole
            starts = [0]
            for number in range(1, parts):
                start = _line_start(file, max(found.st_size * number // parts, starts[-1] + LEAST))
                if start >= found.st_size:
                    break
                starts.append(start)
    except OSError as error:
        raise unreadable(shown(str(path)), error) from error
    return [
        Range(str(path), start, end) for start, end in zip(starts, [*starts[1:], found.st_size], strict=True)
    ]


def validate_range(
    range_: Range, *, strict: bool = False, show_values: bool = False, limit: int | None = None
) -> Part:
    """Judge the records of one range; see `validate_many`. Raises UsageError if the file cannot be read.

    `limit` is how many findings the part may keep, so that memory is bounded whatever the file holds.
    """
    with opened(range_) as (raws, slice_):
        summary = Summary()
        kept: list[Record] = []
        for record in validate_raws(raws, strict=strict, show_values=show_values):
            summary.add(record.findings)
            if record.findings.items:
                kept.append(record._replace(raw=b""))
                if limit is not None and summary.findings > limit:
                    return Part(range_, (), Summary(), slice_.all_lines() if slice_ else 0, complete=False)
        return Part(range_, tuple(kept), summary, slice_.lines if slice_ else 0)


def range_records(
    range_: Range, *, strict: bool = False, show_values: bool = False, lines_before: int = 0
) -> Iterator[Record]:
    """Yield the records of one range, with their place in the file; see `validate_range`."""
    with opened(range_) as (raws, _):
        for record in validate_raws(raws, strict=strict, show_values=show_values):
            yield _moved(record, lines_before)


@contextlib.contextmanager
def opened(range_: Range) -> Generator[tuple[Iterator[Raw], "_Slice | None"]]:
    """Yield the records of a range as they are read, and the stream, which counts, of one of several."""
    source = file_source(range_.path)
    if range_.end is None:
        yield source.records(), None
        return
    try:
        with Path(range_.path).open("rb") as file:
            slice_ = _Slice(file, range_.start, range_.end)
            # Where a whole file would say that it is empty, a range of empty lines says nothing.
            stream = Input(cast(BinaryIO, slice_), source.name, start=range_.start)
            yield lines(stream, whole=False), slice_
    except OSError as error:
        raise unreadable(shown(range_.path), error) from error


def in_order(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the parts of files, each file's in order, with places that count from the file's start."""
    before = 0
    for part in parts:
        if part.range.start == 0:
            before = 0
        records = tuple(_moved(record, before) for record in part.records)
        yield replace(part, records=records, lines_before=before)
        before += part.lines


def _moved(record: Record, lines_before: int) -> Record:
    if not lines_before:
        return record

    def further(number: int | None) -> int | None:
        return None if number is None else number + lines_before

    items = tuple(
        replace(each, record=further(each.record), line=further(each.line)) for each in record.findings
    )
    return record._replace(
        findings=replace(record.findings, items=items),
        record=further(record.record),
        line=further(record.line),
    )


def _line_start(file: BinaryIO, wanted: int) -> int:
    """The first byte of a line that is not before `wanted`."""
    file.seek(wanted - 1)
    while (piece := file.readline(LEAST)) and not piece.endswith(b"\n"):
        pass
    return file.tell()


class _Slice:
    """A part of a file as a stream, which counts its lines."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        file.seek(start)
        self._file = file
        self._left = end - start
        self.lines = 0

    def read(self, size: int) -> bytes:
        block = self._file.read(min(size, self._left))
        self._left -= len(block)
        self.lines += block.count(b"\n")
        return block

    def all_lines(self) -> int:
        """Read what is left, and return how many lines there are."""
        while self.read(LEAST):
            pass
        return self.lines
