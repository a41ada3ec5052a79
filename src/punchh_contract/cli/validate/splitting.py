"""Records into two files, good ones and bad ones, each in exactly one of them and as it was read."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from punchh_contract.errors import UsageError
from punchh_contract.events.reading import BLANK
from punchh_contract.events.rendering import printable
from punchh_contract.events.sources import Source


class Splitter:
    """Writes records as lines to two streams.

    A record of one line keeps every byte of it. One of several lines, of a JSON document, becomes one line:
    line feeds become spaces, which JSON has only between its values, and nothing else changes.
    """

    def __init__(self, good: BinaryIO, bad: BinaryIO) -> None:
        """Take the streams, open for writing."""
        self._good, self._bad = good, bad
        self.lost = 0
        """Records that were too long to be kept, of which there is nothing to write."""

    def put(self, raw: bytes, *, bad: bool, too_long: bool = False) -> None:
        """Write one record; nothing where a file held none, or it was too long."""
        self.lost += too_long
        if b"\n" in raw:
            raw = raw.strip(BLANK).replace(b"\r\n", b" ").replace(b"\n", b" ")
        if raw:
            (self._bad if bad else self._good).write(raw + b"\n")


@contextlib.contextmanager
def splitter(good: Path, bad: Path, sources: Iterable[Source]) -> Iterator[Splitter]:
    """Open the two files, anew. Raises UsageError if that fails, or if one is an input or the other one."""
    if _same(good, bad):
        raise UsageError(f"--split {_shown(good)}: stands for both; name one file for good, one for bad")
    for source in sources:
        for path in (good, bad):
            if _same(path, Path(source.name)):
                raise UsageError(f"--split {_shown(path)}: is an input too; write to another place")
    with contextlib.ExitStack() as files:
        streams = [files.enter_context(_opened(path)) for path in (good, bad)]
        yield Splitter(*streams)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("wb")
    except OSError as error:
        raise UsageError(f"--split {_shown(path)}: cannot be written: {error.strerror}") from error


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return os.path.abspath(one) == os.path.abspath(other)  # noqa: PTH100  # `resolve` can fail


def _shown(path: Path) -> str:
    return printable(str(path))
