"""Whether the process that began something still lives: a lock beside the journal that dies with its process.

A file that the operating system locks; a process that was killed leaves its lock at once, and one that only
stands still keeps it. Process ids would not do: they are used again, and containers have their own. SQLite's
locks would not either: a forked process takes those of its parent for its own.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import sys
import weakref
from pathlib import Path

from punchh_contract.errors import UsageError

__all__ = ["Owner", "is_alive", "sweep"]

if sys.platform == "win32":
    import msvcrt

    def _lock(file: int, *, wait: bool) -> None:
        """Lock it alone; raises OSError if another has it. Nobody waits long: one second in ten tries."""
        msvcrt.locking(file, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int, *, wait: bool) -> None:
        """Lock it: alone to hold it, with others to ask. Raises OSError if another holds it."""
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_SH | fcntl.LOCK_NB)


class Owner:
    """This process, as one who may be at entries of a journal; named when it first is, and never again so.

    An object that nobody left gives its lock up when it is collected, or when its process ends.
    """

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._file = -1
        self._leave: weakref.finalize[[int, Path], Owner] | None = None
        self.name = ""

    def take(self) -> str:
        """Hold the lock from now on, and return the name. Raises UsageError if it cannot be made."""
        if self._leave is None:
            # A new one: an attempt that was interrupted may still hold the lock of its own.
            name = secrets.token_hex(8)
            path = _path(self._journal, name)
            try:
                self._file = _locked(path)
            except OSError:
                raise UsageError(
                    f"{path} cannot be made, and a journal needs it to tell which processes live"
                ) from None
            self._leave = weakref.finalize(self, _given_up, self._file, path)
            self.name = name
        return self.name

    def leave(self) -> None:
        """Give the lock up; whatever stands under the name is then left behind."""
        if self._leave is not None:
            self._leave()
            self._leave = None

    def disown(self) -> None:
        """In a forked process: let go of what is the parent's, who keeps the lock."""
        if self._leave is not None:
            self._leave.detach()
            self._leave = None
            os.close(self._file)


def is_alive(journal: Path, name: str) -> bool:
    """Tell whether the process of a name still holds its lock; the file of one that does not is removed."""
    path = _path(journal, name)
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True  # another user's, say: nobody knows, and taking it up would be the greater harm
    try:
        _lock(file, wait=False)
        # While we hold it: one who is just about to take it sees then that it is gone, and makes another.
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
    except OSError:
        return True
    finally:
        os.close(file)
    return False


def sweep(journal: Path) -> None:
    """Remove the locks of processes that ended without a word and left no entry to be found by."""
    with contextlib.suppress(OSError):
        for each in journal.parent.iterdir():
            name = each.name.removeprefix(f"{journal.name}-")
            if name != each.name and re.fullmatch("[0-9a-f]{16}", name):
                is_alive(journal, name)


def _locked(path: Path) -> int:
    while True:
        file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            _lock(file, wait=True)
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file), path.stat()):
                    return file
        except BaseException:
            os.close(file)
            raise
        os.close(file)  # somebody took it for a dead one's before it was locked


def _given_up(file: int, path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
    os.close(file)


def _path(journal: Path, name: str) -> Path:
    return journal.with_name(f"{journal.name}-{name}")
