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
            files = sorted(_below(place), key=lambda name: name.split(os.sep))  # noqa: PTH206  # as in `_below`
            if not files:
                suffixes = ", ".join(SUFFIXES)
                raise UsageError(f"{printable(_shown(path))}: the folder has no file ending in {suffixes}")
            return [_file(each) for each in files]
        if glob.has_magic(path) and not os.path.lexists(path):
            return _matching(path)
        place.stat()
    except OSError as error:
        raise unreadable(_shown(path), error) from error
    return [_file(path)]


def _matching(pattern: str) -> list[Source]:
    files = [str(each) for each in sorted(map(Path, glob.glob(pattern, recursive=True)))]  # noqa: PTH207  # also for absolute ones
    found = [_file(each) for each in files if not Path(each).is_dir() and not _is_special(each)]
    if not found:
        raise UsageError(f"{printable(_shown(pattern))}: cannot be read: no file has such a name")
    return found


def _below(top: Path) -> Iterator[str]:
    """The files of a folder. By names, since a thousand objects of `pathlib` take a tenth of a short run."""
    seen: set[tuple[int, int]] = set()
    for folder, below, names in os.walk(top, onerror=_refuse, followlinks=True):
        found = Path(folder).stat()
        if (identity := (found.st_dev, found.st_ino)) in seen:
            below.clear()
            continue
        seen.add(identity)
        # A folder that several links lead to is named by the first of them, on every machine.
        below.sort()
        inside = str(Path(folder) / "x")[:-1]  # without `./`
        yield from (
            inside + name for name in names if _suffix(name) in SUFFIXES and not _is_special(inside + name)
        )


def _is_special(path: str) -> bool:
    """Whether it is a pipe, a socket or a device, which could be waited for without end."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116  # as in `_below`
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
    return _file(str(path))


def _file(path: str) -> Source:
    def opened() -> BinaryIO:
        return open(path, "rb")  # noqa: PTH123  # as in `_below`; whoever asked for it closes it

    return Source(_shown(path), opened, lines=_suffix(path) in LINES)


def _suffix(path: str) -> str:
    """What the name says of the content: `.ndjson` for `a.NDJSON.gz`."""
    stem, suffix = os.path.splitext(path.lower())  # noqa: PTH122  # as in `_below`
    return os.path.splitext(stem)[1] if suffix == PACKED else suffix  # noqa: PTH122


def _shown(path: str) -> str:
    # A name that is no text in the file system's encoding would fail when it is printed.
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
