"""The journal: what a commit is about to send, on disk before its first byte leaves, and what came of it.

An SQLite file that processes of one machine share. It holds guests' data, so only its owner may read it. A
call that a process was killed in stays in it as pending, with the very bytes that were sent; whether that
process still lives is told by a lock that dies with it (`ownership`), not by a time that runs out. Headers,
and so keys and tokens of the header, are never written; a token is kept as a digest, to tell guests apart.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from punchh_contract.client.entry import COLUMNS, Entry, authority_of, entry_of
from punchh_contract.client.ownership import Owner, is_alive
from punchh_contract.errors import UsageError

if TYPE_CHECKING:
    from punchh_contract.client.prepared import Prepared

__all__ = ["Entry", "Journal", "authority_of"]

VERSION = 1
APPLICATION = 0x50434A31
"""What SQLite files of ours say of themselves in their header."""
PATIENCE = 5.0
"""Seconds that a write waits for another process' one; each takes milliseconds. Shorter than a call."""

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
_log = logging.getLogger("punchh_contract")

# What a fork left behind: connections of the parent, which the child must neither use nor close.
_left_behind: list[object] = []


class Journal:
    """The journal of one host's calls in a file; safe to share between threads and processes.

    `host` is the origin that calls go to: entries of another one stay untouched. `clock` gives seconds since
    1970. The file is opened with the first use. Raises UsageError if it cannot be, is none of ours, or was
    made by a newer version. It has to be on a disk of this machine: locks do not hold over a network.
    """

    def __init__(self, path: str | Path, host: str = "", *, clock: Callable[[], float] = time.time) -> None:
        self.path = Path(path).absolute()
        self.host = host
        self._clock = clock
        self._lock = threading.RLock()
        self._pid = 0
        self._connection: sqlite3.Connection | None = None
        self._owner = Owner(self.path)

    def __repr__(self) -> str:
        return f"Journal({str(self.path)!r}, {self.host!r})"

    def begin(self, prepared: Prepared, *, authority: str | None = None) -> int:
        """Write down that a call is about to be sent; it is on disk when this returns the entry's id.

        `authority` is `authority_of` the credentials that it will be sent with. Raises UsageError if
        it cannot be written: then it must not be sent.
        """
        values = (
            self.host,
            prepared.operation.id,
            prepared.operation.method,
            prepared.uri,
            prepared.body,
            prepared.external_uid,
            prepared.fingerprint,
            prepared.keyed,
            authority,
            self._clock(),
        )
        with self._database() as database:
            try:
                cursor = database.execute(
                    "INSERT INTO calls (host, operation, method, uri, body, external_uid, fingerprint, keyed,"
                    " authority, begun_at, owner) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*values, self._owner.take()),
                )
            except sqlite3.Error as error:
                raise UsageError(
                    f"the journal {self.path} cannot be written ({_named(error)}): nothing was sent"
                ) from None
            return int(cursor.lastrowid or 0)

    def answered(self, entry: int, status: int, body: bytes | None) -> None:
        """Write down the answer that makes the outcome known: a redemption, or a refusal of the first try.

        A pending entry only; one that is settled stays as it is. If it cannot be written a warning is logged
        and the entry stays pending: the answer is worth more than the book.
        """
        self._end(entry, "state = 'answered', status = ?, answer = ?, reason = NULL", status, body)

    def failed(self, entry: int, reason: str) -> None:
        """Write down that it certainly did not happen, since no byte was sent; as `answered`.

        Of the first try only: once the outcome was unknown, that a later try failed proves nothing, and the
        entry stays pending.
        """
        self._end(entry, "state = 'failed', reason = ?", reason, only="AND owner IS NOT NULL")

    def looked_up(self, entry: int, *, happened: bool, note: str) -> None:
        """Write down what somebody found out who looked the guest's account up, and how (`note`)."""
        state = "answered" if happened else "failed"
        self._end(entry, "state = ?, reason = ?", state, f"looked up: {note}")

    def unknown(self, entry: int, reason: str) -> None:
        """Write down that nobody is at it any more and the outcome is not known: it stays pending, for
        `recover` of any process to take up.
        """
        self._change("owner = NULL, reason = ?", entry, reason)

    def claim(self, entry: Entry) -> bool:
        """Take up a pending entry that `pending` returned; False if another process was faster."""
        with self._database() as database:
            try:
                cursor = database.execute(
                    "UPDATE calls SET owner = ? WHERE id = ? AND state = 'pending' AND owner IS ?",
                    (self._owner.take(), entry.id, entry.owner),
                )
            except sqlite3.Error as error:
                raise UsageError(f"the journal {self.path} cannot be written ({_named(error)})") from None
            return cursor.rowcount == 1

    def pending(self) -> list[Entry]:
        """Return the calls to this host whose outcome is not known and that no living process is at."""
        with self._database() as database:
            rows = database.execute(
                f"SELECT {COLUMNS} FROM calls WHERE state = 'pending' AND host = ? ORDER BY id",  # noqa: S608
                (self.host,),
            ).fetchall()
            found = [entry_of(row) for row in rows]
            owners = {each.owner for each in found if each.owner is not None}
            alive = {each for each in owners if each == self._owner.name or is_alive(self.path, each)}
            return [each for each in found if each.owner not in alive]

    def entry(self, entry: int) -> Entry | None:
        """Return one entry, whoever is at it and whatever its host; None if there is none."""
        with self._database() as database:
            row = database.execute(
                f"SELECT {COLUMNS} FROM calls WHERE id = ?",  # noqa: S608  # our own words
                (entry,),
            ).fetchone()
            return None if row is None else entry_of(row)

    def forget(self, older_than: timedelta) -> int:
        """Delete what was settled longer ago than this, and return how many; pending entries stay.

        What is deleted is overwritten in the file, since it was guests' data.
        """
        with self._database() as database:
            cursor = database.execute(
                "DELETE FROM calls WHERE state <> 'pending' AND ended_at < ?",
                (self._clock() - older_than.total_seconds(),),
            )
            # Otherwise the old pages would stand in the log until it is next written over.
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return cursor.rowcount

    def close(self) -> None:
        """Close the file. Entries that are still open count as left behind, for `recover` to take up."""
        with self._lock:
            if self._connection is not None and self._pid == os.getpid():
                self._connection.close()
                self._owner.leave()
            # Under the old name somebody may have found nobody home, and taken its lock away.
            self._connection, self._owner = None, Owner(self.path)

    def _end(self, entry: int, change: str, *values: object, only: str = "") -> None:
        self._change(f"owner = NULL, ended_at = ?, {change}", entry, self._clock(), *values, only=only)

    def _change(self, change: str, entry: int, *values: object, only: str = "") -> None:
        try:
            with self._database() as database:
                database.execute(
                    f"UPDATE calls SET {change} WHERE id = ? AND state = 'pending' {only}",  # noqa: S608
                    (*values, entry),
                )
        except sqlite3.Error as error:
            _log.warning("journal: entry %d could not be closed (%s) and stays pending", entry, _named(error))

    @contextlib.contextmanager
    def _database(self) -> Generator[sqlite3.Connection]:
        if self._pid != os.getpid():
            # After a fork: a lock that some other thread of the parent held would never be free again.
            if self._connection is not None:
                _left_behind.extend([self._connection, self._owner])
                self._connection = None
            self._lock, self._owner, self._pid = threading.RLock(), Owner(self.path), os.getpid()
        with self._lock:
            if self._connection is None:
                self._connection = _opened(self.path)
            yield self._connection


def _opened(path: Path) -> sqlite3.Connection:
    try:
        # Before SQLite makes it, so that at no time anybody else can read it; its log and index files take
        # their modes from it. Never opened by us if it exists: closing it would undo SQLite's own locks.
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        why = getattr(error, "strerror", None) or "no such folder, or no right to write there"
        raise UsageError(
            f"the journal {path} cannot be opened ({why}): name a file in a folder that exists"
        ) from None
    try:
        _prepare(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise UsageError(
            f"the journal {path} cannot be used ({_named(error)}): is it a journal, and on a local disk?"
        ) from None
    except UsageError:
        connection.close()
        raise
    return connection


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
        connection.execute("ROLLBACK")
        raise


def _named(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", None) or type(error).__name__
