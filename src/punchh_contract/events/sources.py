"""From the paths that a user names to records: JSON files, NDJSON files, folders and standard input.

A `.ndjson` or `.jsonl` file has one event a line; empty lines are passed over, and a line that cannot be read
is a record of its own, so the rest goes on. Any other file is one event or an array of them; if it is neither
and its first two lines each open an object, it is read as NDJSON after all. NDJSON files are read line by
line, others whole. Of folders the regular files are taken, also below links to folders, each folder once.
"""

import codecs
import contextlib
import io
import itertools
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from punchh_contract.errors import UsageError
from punchh_contract.events.reading import BLANK, EMPTY, Unreadable, read
from punchh_contract.events.rendering import printable

STDIN = "-"
LINES = (".ndjson", ".jsonl")
SUFFIXES = (".json", *LINES)
"""What is looked for in folders, in any case."""


@dataclass(frozen=True, slots=True)
class Record:
    """One event of a source: its JSON value, or why there is none."""

    file: str
    number: int | None
    """As `Finding.record`."""
    value: Any | Unreadable


@dataclass(frozen=True, slots=True)
class Source:
    """One file, or standard input, that is known to exist."""

    name: str
    open: Callable[[], AbstractContextManager[BinaryIO]]
    lines: bool
    """Whether its name says that it is NDJSON."""

    def records(self) -> Iterator[Record]:
        """Yield its records. Raises UsageError if it cannot be read."""
        try:
            with self.open() as stream:
                if self.lines:
                    yield from _lines(self.name, stream)
                else:
                    yield from _document(self.name, stream.read())
        except OSError as error:
            raise _unreadable(self.name, error) from error


def sources(path: str, stdin: Callable[[], BinaryIO]) -> list[Source]:
    """Return the sources that a path means: a file, a folder's files sorted by path, `-` for `stdin`.

    `stdin` is called when `-` is read, and may raise UsageError itself. Raises UsageError, before anything is
    read, for what does not exist and for a folder without events.
    """
    if path == STDIN:
        return [Source(STDIN, lambda: contextlib.nullcontext(stdin()), lines=False)]
    try:
        place = Path(path)
        if place.is_dir():
            files = sorted(_below(place))
            if not files:
                suffixes = ", ".join(SUFFIXES)
                raise UsageError(f"{printable(_shown(path))}: the folder has no file ending in {suffixes}")
            return [_file(each) for each in files]
        place.stat()
    except OSError as error:
        raise _unreadable(_shown(path), error) from error
    return [_file(place, path)]


def _below(top: Path) -> Iterator[Path]:
    seen = set()
    for folder, below, names in os.walk(top, onerror=_refuse, followlinks=True):
        found = Path(folder).stat()
        if (identity := (found.st_dev, found.st_ino)) in seen:
            below.clear()
            continue
        seen.add(identity)
        # A folder that several links lead to is named by the first of them, on every machine.
        below.sort()
        yield from (
            path
            for path in (Path(folder, name) for name in names)
            if path.suffix.lower() in SUFFIXES and not _is_special(path)
        )


def _is_special(path: Path) -> bool:
    """Whether it is a pipe, a socket or a device, which could be waited for without end."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:
        # A link to nowhere, for one: it is reported when it is read, and not passed over.
        return False


def _unreadable(name: str, error: OSError) -> UsageError:
    return UsageError(f"{printable(name)}: cannot be read: {error.strerror}")


def _refuse(error: OSError) -> NoReturn:
    """A folder that cannot be listed is an error: what it holds would pass unseen."""
    raise error


def _file(path: Path, name: str | None = None) -> Source:
    return Source(_shown(name or path), lambda: path.open("rb"), lines=path.suffix.lower() in LINES)


def _shown(path: str | Path) -> str:
    # A name that is no text in the file system's encoding would fail when it is printed.
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _document(name: str, data: bytes) -> Iterator[Record]:
    value = read(data)
    if isinstance(value, Unreadable) and _looks_like_lines(data):
        yield from _lines(name, io.BytesIO(data))
    elif isinstance(value, list):
        if not value:
            yield Record(name, None, EMPTY)
        for number, each in enumerate(value, start=1):
            yield Record(name, number, each)
    else:
        yield Record(name, None, value)


def _lines(name: str, lines: Iterable[bytes]) -> Iterator[Record]:
    empty = True
    for number, line in enumerate(lines, start=1):
        if line.strip(BLANK):
            empty = False
            yield Record(name, number, read(line))
    if empty:
        yield Record(name, None, EMPTY)


def _looks_like_lines(data: bytes) -> bool:
    """Whether the first two lines that hold something each open an object, which no JSON document can."""
    filled = (line for line in io.BytesIO(data.removeprefix(codecs.BOM_UTF8)) if line.strip(BLANK))
    opens = [line.lstrip(BLANK).startswith(b"{") for line in itertools.islice(filled, 2)]
    return opens == [True, True]
