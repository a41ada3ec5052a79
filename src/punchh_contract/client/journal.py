"""The journal: what a commit is about to send, on disk before its first byte leaves, and what came of it.

An SQLite file that processes of one machine share. It holds guests' data, so only its owner may read it. A
call that a process was killed in stays in it as pending, with the very bytes that were sent; whether that
process still lives is told by a lock that dies with it (`ownership`), not by a time that runs out. Headers,
and so keys and tokens of the header, are never written; a token is kept as a digest, to tell guests apart.

Interruptions (Ctrl-C, cancelled tasks) can strike between any two steps here. So an entry's number is known
before it is committed, an outcome is owed until it is written, and a call that ended without a word is told
by what is left of it: nothing (`Intent`).
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from punchh_contract.client.entry import COLUMNS, Entry, Intent, Place, authority_of, entry_of
from punchh_contract.client.errors import CallTimeout
from punchh_contract.client.forking import Forkables
from punchh_contract.client.journal_file import identity, is_busy, named, opened
from punchh_contract.client.ownership import Owner, is_alive, sweep
from punchh_contract.errors import UsageError

if TYPE_CHECKING:
    from punchh_contract.client.prepared import Prepared

__all__ = ["Entry", "Intent", "Journal", "Place", "authority_of"]

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds that a use waits for another process' write, where the caller names no time; each takes
milliseconds."""
LAST = 0.5
"""The same for what is still owed when the file is closed."""
PAUSE = 0.05
"""Seconds, at most, until a busy file is tried again."""

_INSERT = (
    "INSERT INTO calls (host, operation, method, uri, body, external_uid, fingerprint, keyed, authority,"
    " begun_at, owner) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_log = logging.getLogger("punchh_contract")

_journals: Forkables[Journal] = Forkables()
"""Those of this process: closed for a fork, and asked for calls of theirs that are over."""


class Journal:
    """The journal of one host's calls in a file; safe to share between threads, processes, and with forks.

    `host` is the origin that calls go to: entries of another one stay untouched. `clock` gives seconds since
    1970. The file is opened with the first use. Every method raises UsageError if it cannot be, is none of
    ours, was made by a newer version, is damaged, or was deleted or replaced since. It has to be on a disk of
    this machine: locks do not hold over a network.
    """

    def __init__(self, path: str | Path, host: str = "", *, clock: Callable[[], float] = time.time) -> None:
        self.path = Path(os.path.realpath(path))
        self.host = host
        self._clock = clock
        self._lock = threading.RLock()
        self._pid = os.getpid()
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._owner = Owner(self.path)
        # The entries that this object is at: of running calls, and of whoever says itself when it is over.
        self._calls: weakref.WeakValueDictionary[int, Intent] = weakref.WeakValueDictionary()
        self._taken: set[int] = set()
        # What has to be written of entries and is not yet: the change, its values, the warning was given.
        self._owed: dict[int, _Debt] = {}
        _journals.add(self)

    def __repr__(self) -> str:
        return f"Journal({str(self.path)!r}, {self.host!r})"

    def begin(
        self,
        prepared: Prepared,
        *,
        authority: str | None = None,
        intent: Intent | None = None,
        patience: float = PATIENCE,
    ) -> int:
        """Write down that a call is about to be sent; it is on disk when this returns the entry's id.

        `authority` is `authority_of` the credentials that it will be sent with. `intent` is told the place
        before it is on disk; the entry counts as being worked at for as long as the object lives, or without
        one until its outcome is written. Raises UsageError if it cannot be written, and CallTimeout if the
        file was busy for `patience` seconds: then it must not be sent.
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

        def write(database: sqlite3.Connection) -> int:
            owner, number = self._owner.take(), 0
            try:
                database.execute("BEGIN IMMEDIATE")
                number = int(database.execute(_INSERT, (*values, owner)).lastrowid or 0)
                # Before it is committed: whoever is interrupted afterwards knows what to take back.
                if intent is None:
                    self._taken.add(number)
                else:
                    self._calls[number] = intent
                    intent.place = Place(self.path, number, prepared.fingerprint)
                database.execute("COMMIT")
            except BaseException:
                if database.in_transaction:
                    database.execute("ROLLBACK")
                    self._taken.discard(number)
                    if intent is not None:
                        intent.place = None
                        self._calls.pop(number, None)
                raise
            return number

        try:
            number = self._do(write, patience, intent)
        except sqlite3.Error as error:
            if is_busy(error):
                raise CallTimeout.about(
                    prepared,
                    f"The journal {self.path} was busy until time was over: nothing was sent.",
                    attempts=0,
                    retryable=True,
                ) from None
            raise UsageError(
                f"the journal {self.path} cannot be written ({named(error)}): nothing was sent"
            ) from None
        if intent is not None and intent.abandoned:
            self.failed(number, "given up before anything was sent")
        elif self._owed:
            self.settle_up(0.0)
        return number

    def answered(
        self, entry: int | Place, status: int, body: bytes | None, *, patience: float = PATIENCE
    ) -> None:
        """Write down the answer that makes the outcome known: a redemption, or a refusal of the first try.

        A pending entry only; one that is settled stays as it is. If it cannot be written within `patience`
        seconds a warning is logged and the entry stays pending: the answer is worth more than the book. It is
        then tried again with the next use, and before the file is closed.
        """
        change = "owner = NULL, ended_at = ?, state = 'answered', status = ?, answer = ?, reason = NULL"
        self._owe(entry, change, (self._clock(), status, body))
        self.settle_up(patience)

    def failed(self, entry: int | Place, reason: str, *, patience: float = PATIENCE) -> None:
        """Write down that it certainly did not happen, since no byte was sent; as `answered`.

        Of the first try only: once the outcome was unknown, that a later try failed proves nothing, and the
        entry stays pending.
        """
        change = "owner = NULL, ended_at = ?, state = 'failed', reason = ?"
        self._owe(entry, change, (self._clock(), reason), "AND owner = ?", (self._owner.name,))
        self.settle_up(patience)

    def looked_up(self, entry: int, *, happened: bool, note: str) -> None:
        """Write down what somebody found out who looked the guest's account up, and how (`note`)."""
        change = "owner = NULL, ended_at = ?, state = ?, reason = ?"
        state = "answered" if happened else "failed"
        self._owe(entry, change, (self._clock(), state, f"looked up: {note}"))
        self.settle_up(PATIENCE)

    def unknown(self, entry: int | Place, reason: str, *, patience: float = PATIENCE) -> None:
        """Write down that nobody is at it any more and the outcome is not known: it stays pending, for
        `recover` of any process to take up.
        """
        # Not that of another process, which has taken it up meanwhile.
        own = "AND (owner IS NULL OR owner = ?)"
        self._owe(entry, "owner = NULL, reason = ?", (reason,), own, (self._owner.name,))
        self.settle_up(patience)

    def claim(self, entry: Entry) -> bool:
        """Take up a pending entry that `pending` returned; False if another process was faster."""

        def write(database: sqlite3.Connection) -> bool:
            if entry.id in self._taken:
                return False  # another thread
            self._taken.add(entry.id)
            try:
                cursor = database.execute(
                    "UPDATE calls SET owner = ? WHERE id = ? AND state = 'pending' AND owner IS ?",
                    (self._owner.take(), entry.id, entry.owner),
                )
                won = cursor.rowcount == 1
            except BaseException:
                self._taken.discard(entry.id)
                raise
            if not won:
                self._taken.discard(entry.id)
            return won

        return self._asked(write, "written")

    def pending(self) -> list[Entry]:
        """Return the calls to this host whose outcome is not known and that nobody is at."""
        for each in _journals.all():
            if each.path == self.path:
                each.let_go()
        select = f"SELECT {COLUMNS} FROM calls WHERE state = 'pending' AND host = ? ORDER BY id"  # noqa: S608

        def read(database: sqlite3.Connection) -> list[Entry]:
            return [entry_of(row) for row in database.execute(select, (self.host,)).fetchall()]

        found = self._asked(read, "read")
        owners = {each.owner for each in found if each.owner is not None}
        alive = {each for each in owners if is_alive(self.path, each)}
        return [each for each in found if each.owner not in alive]

    def entry(self, entry: int) -> Entry | None:
        """Return one entry, whoever is at it and whatever its host; None if there is none."""
        select = f"SELECT {COLUMNS} FROM calls WHERE id = ?"  # noqa: S608  # our own words
        row = self._asked(lambda database: database.execute(select, (entry,)).fetchone(), "read")
        return None if row is None else entry_of(row)

    def forget(self, older_than: timedelta) -> int:
        """Delete what was settled longer ago than this, and return how many; pending entries stay.

        What is deleted is overwritten in the file, since it was guests' data.
        """

        def write(database: sqlite3.Connection) -> int:
            cursor = database.execute(
                "DELETE FROM calls WHERE state <> 'pending' AND ended_at < ?",
                (self._clock() - older_than.total_seconds(),),
            )
            # Otherwise the old pages would stand in the log until it is next written over. It waits for
            # whoever is reading.
            database.execute(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.execute("PRAGMA busy_timeout = 0")
            return cursor.rowcount

        return self._asked(write, "written")

    def settle_up(self, patience: float) -> None:
        """Write what is owed of entries, and log a warning, once for each, where that is not possible."""
        until = time.monotonic() + patience
        for number, debt in tuple(self._owed.items()):
            change, values = debt.change, debt.values

            def write(database: sqlite3.Connection, change: str = change, values: _Values = values) -> None:
                database.execute(change, values)

            try:
                self._do(write, until - time.monotonic())
            except (sqlite3.Error, UsageError) as error:
                if not debt.warned:
                    debt.warned = True
                    _log.warning(
                        "journal: entry %d could not be closed (%s) and stays pending", number, named(error)
                    )
            else:
                if self._owed.get(number) is debt:
                    del self._owed[number]

    def let_go(self) -> None:
        """Leave entries of ours that no call is at any more, such as one that was interrupted twice."""
        if self._connection is None or self._pid != os.getpid():
            return
        self.settle_up(PATIENCE)
        name = self._owner.name

        def write(database: sqlite3.Connection) -> None:
            rows = database.execute("SELECT id FROM calls WHERE state = 'pending' AND owner = ?", (name,))
            for (number,) in rows.fetchall():
                if number not in self._taken and number not in self._calls and number not in self._owed:
                    database.execute(
                        "UPDATE calls SET owner = NULL, reason = 'interrupted' WHERE id = ? AND owner = ?",
                        (number, name),
                    )

        self._asked(write, "written")

    def close(self) -> None:
        """Close the file. Entries that are still open count as left behind, for `recover` to take up."""
        if self._owed:
            self.settle_up(LAST)
        with self._lock:
            if self._connection is not None and self._pid == os.getpid():
                self._connection.close()
            self._connection = None
            self._owner.leave()
            # Under the old name somebody may have found nobody home, and taken its lock away.
            self._owner = Owner(self.path)
            self._calls.clear()
            self._taken.clear()
            self._owed.clear()

    def _owe(
        self, entry: int | Place, change: str, values: _Values, only: str = "", more: _Values = ()
    ) -> None:
        """Keep in mind what has to be written: from now on an interruption loses nothing."""
        if isinstance(entry, Place):
            number, only, more = entry.id, f"{only} AND fingerprint = ?", (*more, entry.fingerprint)
        else:
            number = entry
        statement = f"UPDATE calls SET {change} WHERE id = ? AND state = 'pending' {only}"  # noqa: S608
        self._owed[number] = _Debt(statement, (*values, number, *more))
        self._calls.pop(number, None)
        self._taken.discard(number)

    def _asked(self, work: Callable[[sqlite3.Connection], T], what: str) -> T:
        try:
            return self._do(work, PATIENCE)
        except sqlite3.Error as error:
            why = "another process is writing" if is_busy(error) else "is it damaged, or the disk full?"
            raise UsageError(f"the journal {self.path} cannot be {what} ({named(error)}): {why}") from None

    def _do(
        self, work: Callable[[sqlite3.Connection], T], patience: float, intent: Intent | None = None
    ) -> T:
        """Do something with the file, again and again while it is busy, for `patience` seconds or until the
        call is given up. The lock is not held meanwhile, so that each thread waits its own time.
        """
        until = time.monotonic() + patience
        pause = 0.001
        while True:
            try:
                with self._lock:
                    database = self._ready()
                    if database.in_transaction:  # somebody was interrupted in it
                        database.execute("ROLLBACK")
                    return work(database)
            except sqlite3.Error as error:
                left = until - time.monotonic()
                if not is_busy(error) or left <= 0 or (intent is not None and intent.abandoned):
                    raise
            time.sleep(min(pause, left))
            pause = min(pause * 2, PAUSE)

    def _ready(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection, self._pid = opened(self.path), os.getpid()
            self._identity = identity(self.path)
            sweep(self.path)
        elif self._pid != os.getpid():
            # Not by Python's fork, before which it is closed: SQLite would take the parent's locks for ours.
            raise UsageError(f"the journal {self.path} was opened before a fork: make the client after it")
        elif identity(self.path) != self._identity:
            raise UsageError(
                f"the journal {self.path} was deleted or replaced while it was open, so that nobody would"
                " find what is written now: nothing was sent; put it back, or make another client"
            )
        return self._connection

    def before_fork(self) -> None:
        """Close the file, since SQLite's locks and what it knows of its log are one process' own."""
        self._lock.acquire()
        if self._connection is not None and self._pid == os.getpid():
            self._connection.close()
            self._connection = None

    def after_fork(self, *, child: bool) -> None:
        """Go on; in the child as one who is at no call, since the parent is."""
        if child:
            self._owner.disown()
            self._owner = Owner(self.path)
            self._calls.clear()
            self._taken.clear()
            self._owed.clear()
        self._lock.release()


_Values = tuple[str | int | float | bytes | None, ...]


class _Debt:
    """A change that has to be written, and whether its failing was told."""

    __slots__ = ("change", "values", "warned")

    def __init__(self, change: str, values: _Values) -> None:
        self.change = change
        self.values = values
        self.warned = False
