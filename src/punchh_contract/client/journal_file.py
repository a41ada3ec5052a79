"""The journal's file: made, opened and checked: ours, private, and still the one that was opened.

Nothing here waits for another process: SQLite says at once that the file is busy, and `journal` tries again.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from punchh_contract.errors import UsageError

__all__ = ["identity", "is_busy", "named", "opened"]

VERSION = 1
APPLICATION = 0x50434A31
"""What SQLite files of ours say of themselves in their header."""

_TABLE = """
CREATE TABLE calls (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  host TEXT NOT NULL, operation TEXT NOT NULL, method TEXT NOT NULL, uri TEXT NOT NULL, body BLOB NOT NULL,
  external_uid TEXT, fingerprint TEXT NOT NULL, keyed INTEGER NOT NULL, authority TEXT,
  state TEXT NOT NULL DEFAULT 'pending', owner TEXT, begun_at REAL NOT NULL, ended_at REAL,
  status INTEGER, answer BLOB, reason TEXT
)
"""
_INDEX = "CREATE INDEX calls_pending ON calls (host, id) WHERE state = 'pending'"


def opened(path: Path) -> sqlite3.Connection:
    """Open the file, made first if there is none.

    Raises UsageError if it cannot be, is none of ours, or was made by a newer version; sqlite3.Error if it is
    busy (`is_busy`).
    """
    try:
        # Before SQLite makes it, so that at no time anybody else can read it; its log and index files take
        # their modes from it. Never opened by us if it exists: closing it would undo SQLite's own locks.
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        why = getattr(error, "strerror", None) or "no such folder, or no right to write there"
        raise UsageError(
            f"the journal {path} cannot be opened ({why}): name a file in a folder that exists"
        ) from None
    try:
        _prepare(connection, path)
    except sqlite3.Error as error:
        connection.close()
        if is_busy(error):
            raise
        raise UsageError(
            f"the journal {path} cannot be used ({named(error)}): is it a journal, and on a local disk?"
        ) from None
    except BaseException:
        connection.close()
        raise
    return connection


def identity(path: Path) -> tuple[int, int] | None:
    """Return which file stands there, by device and number; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_busy(error: sqlite3.Error) -> bool:
    """Tell whether somebody else was writing, so that trying again helps."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def named(error: Exception) -> str:
    """Return SQLite's name of an error, which holds nothing of what was written."""
    return getattr(error, "sqlite_errorname", None) or type(error).__name__


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables == 0:
            connection.execute(_TABLE)
            connection.execute(_INDEX)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        elif application != APPLICATION:
            raise UsageError(f"{path} is a database of something else: name another file for the journal")
        elif version > VERSION:
            raise UsageError(f"the journal {path} was made by a newer version: upgrade punchh-contract")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
