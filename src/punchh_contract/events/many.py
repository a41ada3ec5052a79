"""Judge the events of files, folders and streams, one after the other, in bounded memory."""

import contextlib
import io
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, NamedTuple, cast

from punchh_contract.errors import UsageError
from punchh_contract.events.decoding import REFUSED, decoder
from punchh_contract.events.findings import VALID, Findings
from punchh_contract.events.intake import Raw
from punchh_contract.events.reading import text
from punchh_contract.events.sources import Source, sources

Many = str | os.PathLike[str] | Source | BinaryIO | bytes | bytearray | memoryview | Iterable[bytes | str]
"""What events are read from; a text is a path."""


class Record(NamedTuple):
    """One record of a source and what was found in it."""

    findings: Findings
    raw: bytes
    """What was read, for `--split`: a guest's data, never to be shown. Without line feed or comma; empty if
    it was longer than a record may be, or for what is wrong with the file itself."""
    file: str | None = None
    """As `Finding.file`."""
    record: int | None = None
    """As `Finding.record`."""
    line: int | None = None
    """Line of the file where the record begins, from 1."""
    start: int | None = None
    """Byte of the file where it begins; of what is unpacked, if it is gzip. None where there is no file."""
    length: int = 0
    """Bytes of `raw`."""

    def __repr__(self) -> str:
        """Without `raw`."""
        place = f"file={self.file!r}, record={self.record}, line={self.line}"
        return f"Record({place}, {len(self.findings)} findings)"


def validate_many(source: Many, *, strict: bool = False, show_values: bool = False) -> Iterator[Record]:
    """Yield each record of a source with its findings, in order.

    `source` is a path (file, folder, pattern, `-` for standard input), a binary stream, the bytes of a file,
    or one event after the other, each as bytes or text. Files may be one event, a JSON array or NDJSON, and
    packed by gzip. A record that cannot be read is a finding, and the rest goes on. Memory stays bounded,
    whatever the size. `strict` and `show_values` are as in `validate`.

    Raises UsageError, before the first record, for a path that does not exist, and after the last for files
    of a folder that cannot be read, and for what is none of these; ContractError if the contract's schemas
    are missing.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        source = io.BytesIO(source)
    if isinstance(source, str | os.PathLike):
        raws = _one_after_the_other(sources(os.fspath(source), lambda: sys.stdin.buffer))
    elif isinstance(source, Source):
        raws = source.records()
    elif hasattr(source, "read"):
        stream = cast(BinaryIO, source)
        raws = Source("", lambda: contextlib.nullcontext(stream), lines=False).records()
    elif isinstance(source, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]  # not all check types
        raws = (Raw(_written(each), number=number) for number, each in enumerate(source, start=1))
    else:
        raise UsageError(
            f"events come from a path, a stream, bytes or a list, and no {type(source).__name__}"
        )
    return validate_raws(raws, strict=strict, show_values=show_values)


def validate_raws(
    raws: Iterable[Raw], *, strict: bool = False, show_values: bool = False
) -> Iterator[Record]:
    """Yield each record, as it was read, with its findings."""
    decode = decoder()
    # What NamedTuple calls too, by a detour that a third of the checking costs.
    record_of = cast(Any, tuple.__new__)
    for data, name, record, line, column, start, problem in raws:
        file = name or None
        if problem is None:
            try:
                decode(data)
            except REFUSED:
                pass  # as in `validate`
            else:
                yield record_of(Record, (VALID, data, file, record, line, start, len(data)))
                continue
        # Here, since most runs find nothing, and what words findings takes a while to load.
        from punchh_contract.events.validation import Origin, judged

        origin = Origin(file, record, line, column)
        findings = judged(text(data), origin, strict=strict, show_values=show_values, problem=problem)
        yield Record(findings, data, file, record, line, start, len(data))


def _written(event: bytes | str) -> bytes:
    if isinstance(event, str):
        return event.encode("utf-8", "surrogatepass")
    if isinstance(event, bytes | bytearray | memoryview):  # pyright: ignore[reportUnnecessaryIsInstance]
        return bytes(event)
    raise UsageError(
        f"one of many is bytes or text, and no {type(event).__name__}: give a mapping to `validate`"
    )


def _one_after_the_other(found: Iterable[Source]) -> Iterator[Raw]:
    refused: list[UsageError] = []
    for source in found:
        try:
            yield from source.records()
        except UsageError as error:
            refused.append(error)
    if refused:
        raise UsageError("; ".join(map(str, refused)))
