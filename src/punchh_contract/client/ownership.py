"""Whether the process that began something still lives: a lock beside the journal that dies with its process.

A file that SQLite locks, which works on every system; a process that was killed leaves its lock at once, and
one that only stands still keeps it. Process ids would not do: they are used again, and containers have their
own.
"""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from pathlib import Path

from punchh_contract.errors import UsageError

__all__ = ["Owner", "is_alive"]


class Owner:
    """This process, as one who may be at entries of a journal; named anew for each object."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._connection: sqlite3.Connection | None = None
        self.name = secrets.token_hex(8)

    def take(self) -> str:
        """Hold the lock from now on, and return the name. Raises UsageError if it cannot be made."""
        if self._connection is None:
            path = _path(self._journal, self.name)
            try:
                connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
                connection.execute("PRAGMA journal_mode = MEMORY")  # else there would be a file more
                connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.Error:
                raise UsageError(
                    f"{path} cannot be made, and a journal needs it to tell which processes live"
                ) from None
            self._connection = connection
        return self.name

    def leave(self) -> None:
        """Give the lock up; whatever stands under the name is then left behind."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            _path(self._journal, self.name).unlink(missing_ok=True)


def is_alive(journal: Path, name: str) -> bool:
    """Tell whether the process of a name still holds its lock; the file of one that does not is removed."""
    path = _path(journal, name)
    try:
        # To read only: it neither makes the file nor keeps another from asking at the same time.
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", timeout=0, uri=True)
    except sqlite3.Error:
        return False
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    finally:
        connection.close()
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
    return False


def _path(journal: Path, name: str) -> Path:
    return journal.with_name(f"{journal.name}-{name}")
