"""Records into two files, good ones and bad ones, each in exactly one of them and as it was read."""

import contextlib
import os
import sys
from collections.abc import Generator, Iterable
from pathlib import Path

from punchh_contract.errors import PunchhContractError, UsageError
from punchh_contract.events.reading import BLANK
from punchh_contract.events.rendering import printable
from punchh_contract.events.sources import Source, shown


class CannotWriteError(PunchhContractError):
    """One of the two files cannot be written any more. No UsageError, which would be an input's."""


class Splitter:
    """Writes records as lines to two streams.

    A record of one line keeps every byte of it. One of several lines, of a JSON document, becomes one line:
    line feeds become spaces, which JSON has only between its values, and nothing else changes.
    """

    def __init__(self, good: "_File", bad: "_File") -> None:
        """Take the files, open for writing."""
        self._good, self._bad = good, bad
        self.lost = 0
        """Records that were too long to be kept, of which there is nothing to write."""

    def put(self, raw: bytes, *, bad: bool, too_long: bool = False) -> None:
        """Write one record; nothing where a file held none, or it was too long. Raises CannotWriteError."""
        self.lost += too_long
        if b"\n" in raw:
            raw = raw.strip(BLANK).replace(b"\r\n", b" ").replace(b"\n", b" ")
        if raw:
            (self._bad if bad else self._good).write(raw + b"\n")

    def close(self) -> None:
        """Write what is left. Raises CannotWriteError."""
        self._good.close()
        self._bad.close()


@contextlib.contextmanager
def splitter(good: Path, bad: Path, sources: Iterable[Source]) -> Generator[Splitter]:
    """Open the two files, anew. Raises UsageError if that fails, or if one is an input or the other one."""
    if _same(good, bad):
        raise UsageError(f"--split {_shown(good)}: stands for both; name one file for good, one for bad")
    for source in sources:
        for path in (good, bad):
            if _is_read(path, source):
                raise UsageError(f"--split {_shown(path)}: is an input too; write to another place")
    with contextlib.ExitStack() as files:
        opened: list[_File] = []
        for path in (good, bad):
            opened.append(_File(path))
            files.callback(opened[-1].abandon)
        for file in opened:  # now that both can be written
            file.empty()
        yield Splitter(*opened)


class _File:
    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._stream = path.open("ab")
        except OSError as error:
            raise UsageError(self._said(error)) from error

    def empty(self) -> None:
        """Let go of what it held."""
        with contextlib.suppress(OSError):  # a pipe or a device, which holds nothing
            self._stream.truncate(0)

    def write(self, data: bytes) -> None:
        try:
            self._stream.write(data)
        except OSError as error:
            raise CannotWriteError(self._said(error)) from error

    def close(self) -> None:
        try:
            self._stream.close()
        except OSError as error:
            raise CannotWriteError(self._said(error)) from error

    def abandon(self) -> None:
        """Close it where another failure is told, or it was closed."""
        with contextlib.suppress(OSError):
            self._stream.close()

    def _said(self, error: OSError) -> str:
        return f"--split {_shown(self._path)}: cannot be written: {error.strerror}"


def _is_read(path: Path, source: Source) -> bool:
    if source.path is not None:
        return _same(path, Path(source.path))
    try:
        # None if the process was started without one, whatever the type says.
        return os.path.samestat(path.stat(), os.fstat(sys.stdin.fileno())) if sys.stdin else False
    except (OSError, ValueError):  # no such file, or no standard input of the system's
        return False


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return os.path.abspath(one) == os.path.abspath(other)  # noqa: PTH100  # `resolve` can fail


def _shown(path: Path) -> str:
    return printable(shown(str(path)))
