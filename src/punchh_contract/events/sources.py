"""From the paths that a user names to records: files, folders, patterns, standard input; packed or not.

What a file's records are `records` decides; a name ending in `.ndjson` or `.jsonl` says that it is NDJSON.
Of folders the regular files are taken, also below links to folders, each folder once. What is packed by gzip
is known by its first bytes; of folders files ending in `.gz` are taken whose name says more.
"""

import contextlib
import glob
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NoReturn

from punchh_contract.errors import UsageError
from punchh_contract.events.intake import Raw
from punchh_contract.events.records import records
from punchh_contract.events.rendering import printable

STDIN = "-"
LINES = (".ndjson", ".jsonl")
SUFFIXES = (".json", *LINES)
"""What is looked for in folders, in any case, and with `.gz` behind it."""
PACKED = ".gz"


@dataclass(frozen=True, slots=True)
class Source:
    """One file, or standard input, that is known to exist."""

    name: str
    """As the user named it, `-` for standard input."""
    open: Callable[[], AbstractContextManager[BinaryIO]]
    lines: bool
    """Whether its name says that it is NDJSON."""

    def records(self) -> Iterator[Raw]:
        """Yield its records. Raises UsageError if it cannot be read."""
        try:
            with self.open() as stream:
                yield from records(stream, file=self.name, as_lines=self.lines)
        except OSError as error:
            raise unreadable(self.name or "the stream", error) from error


def sources(path: str, stdin: Callable[[], BinaryIO]) -> list[Source]:
    """Return the sources that a path means: a file, a folder's files sorted by path, `-` for `stdin`.

    A path that does not exist and has `*`, `?` or `[` is a pattern, in which `**` is any folders; what it
    finds is taken like a folder's files. `stdin` is called when `-` is read, and may raise UsageError itself.
    Raises UsageError, before anything is read, for what does not exist and for a folder without events.
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
        if glob.has_magic(path) and not os.path.lexists(path):
            return _matching(path)
        place.stat()
    except OSError as error:
        raise unreadable(_shown(path), error) from error
    return [_file(place, path)]


def _matching(pattern: str) -> list[Source]:
    files = sorted(Path(each) for each in glob.glob(pattern, recursive=True))  # noqa: PTH207  # also for absolute ones
    found = [_file(each) for each in files if not each.is_dir() and not _is_special(each)]
    if not found:
        raise UsageError(f"{printable(_shown(pattern))}: cannot be read: no file has such a name")
    return found


def _below(top: Path) -> Iterator[Path]:
    seen: set[tuple[int, int]] = set()
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
            if _suffix(path) in SUFFIXES and not _is_special(path)
        )


def _is_special(path: Path) -> bool:
    """Whether it is a pipe, a socket or a device, which could be waited for without end."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:
        # A link to nowhere, for one: it is reported when it is read, and not passed over.
        return False


def unreadable(name: str, error: OSError) -> UsageError:
    """The error to raise for a file that the system refuses."""
    return UsageError(f"{printable(name)}: cannot be read: {error.strerror}")


def _refuse(error: OSError) -> NoReturn:
    """A folder that cannot be listed is an error: what it holds would pass unseen."""
    raise error


def file_source(path: str | Path) -> Source:
    """The source that one file is, whether it exists or not, named as the user named it."""
    return _file(Path(path), str(path))


def _file(path: Path, name: str | None = None) -> Source:
    return Source(_shown(name or path), lambda: path.open("rb"), lines=_suffix(path) in LINES)


def _suffix(path: Path) -> str:
    """What the name says of the content: `.ndjson` for `a.NDJSON.gz`."""
    suffix = path.suffix.lower()
    return Path(path.stem).suffix.lower() if suffix == PACKED else suffix


def _shown(path: str | Path) -> str:
    # A name that is no text in the file system's encoding would fail when it is printed.
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
