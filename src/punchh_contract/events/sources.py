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
from typing import BinaryIO

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
    path: str | None = None
    """As the system knows the file, which may be no text; None for a stream."""

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
        if os.path.isdir(path):
            files = sorted(_below(path), key=lambda name: name.split(os.sep))
            if not files:
                suffixes = ", ".join(SUFFIXES)
                raise UsageError(f"{printable(shown(path))}: the folder has no file ending in {suffixes}")
            return [_file(each) for each in files]
        if glob.has_magic(path) and not os.path.lexists(path):
            return _matching(path)
        os.stat(path)
    except OSError as error:
        raise unreadable(shown(path), error) from error
    return [_file(path)]


def _matching(pattern: str) -> list[Source]:
    files = sorted(map(_plain, glob.glob(pattern, recursive=True)), key=lambda name: name.split(os.sep))
    found = [_file(each) for each in files if not os.path.isdir(each) and not _is_special(each)]
    if not found:
        raise UsageError(f"{printable(shown(pattern))}: cannot be read: no file has such a name")
    return found


def _below(top: str) -> Iterator[str]:
    """The files of a folder, and folders in it that cannot be listed: what they hold must not pass unseen."""
    seen: set[tuple[int, int]] = set()
    folders = [top]
    while folders:
        folder = folders.pop()
        try:
            found = os.stat(folder)
            with os.scandir(folder) as entries:
                held = list(entries)
        except OSError:
            if folder == top:
                raise
            yield _plain(folder)  # which cannot be read either, and says so; the others can
            continue
        if (identity := (found.st_dev, found.st_ino)) in seen:
            continue
        seen.add(identity)
        plain = _plain(folder)
        inside = "" if plain == os.curdir else os.path.join(plain, "")
        below: list[str] = []
        for entry in held:
            if _is_folder(entry):
                below.append(entry.path)
            elif _suffix(entry.name) in SUFFIXES and not _is_special(entry.path, entry):
                yield inside + entry.name
        # A folder that several links lead to is named by the first of them, on every machine.
        folders += sorted(below, reverse=True)


def _plain(path: str) -> str:
    """A path as `pathlib` writes it: without `./`, `//` and a slash at its end."""
    if path != os.curdir and os.path.normpath(path) == path:
        return path
    from pathlib import Path

    return str(Path(path))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself, for one
        return False


def _is_special(path: str, entry: os.DirEntry[str] | None = None) -> bool:
    """Whether it is a pipe, a socket or a device, which could be waited for without end."""
    try:
        if entry is not None and entry.is_file():  # without asking the system once more
            return False
        return not stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        # A link to nowhere, for one: it is reported when it is read, and not passed over.
        return False


def unreadable(name: str, error: OSError) -> UsageError:
    """The error to raise for a file that the system refuses."""
    return UsageError(f"{printable(name)}: cannot be read: {error.strerror}")


def file_source(path: str | os.PathLike[str]) -> Source:
    """The source that one file is, whether it exists or not, named as the user named it."""
    return _file(os.fspath(path))


def _file(path: str) -> Source:
    def opened() -> BinaryIO:
        # Whoever asked for it closes it, and reads by blocks.
        return open(path, "rb", buffering=0)

    return Source(shown(path), opened, lines=_suffix(path) in LINES, path=path)


def _suffix(path: str) -> str:
    """What the name says of the content: `.ndjson` for `a.NDJSON.gz`."""
    stem, suffix = os.path.splitext(path.lower())
    return os.path.splitext(stem)[1] if suffix == PACKED else suffix


def shown(path: str) -> str:
    """A path as text. A name that is no text in the file system's encoding would fail when it is printed."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
