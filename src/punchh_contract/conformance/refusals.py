"""The budget of refused authentications: vendors block an address after ten in ten minutes (AE-RATE, quoting
PAR; not ours to try), so the runs of a machine keep to eight together, at once or one after another.
"""

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from pathlib import Path

from punchh_contract.errors import UsageError

STATUSES = frozenset({401, 403, 412})
"""What an authentication that failed is answered with: 412 is a digest's."""
LIMIT = 8
WINDOW = 600.0
"""Seconds in which so many are allowed."""
PATIENCE = 5.0
"""Seconds to wait for another run that is writing; it needs some milliseconds."""

Clock = Callable[[], float]
"""Gives Unix seconds: a history outlives the process, so a monotonic clock would not do."""

_FAULTS = (OSError, sqlite3.Error)
_NO_HISTORY = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR}
"""What SQLite says of no database, of half a one, and of one whose table is another's."""


class History:
    """The file in which refusals are remembered: SQLite, one table `refusals(origin, time in Unix seconds)`.

    A connection lasts for one operation (0.1 ms), so that on Windows nothing stands in the way of deleting
    the folder. Methods raise OSError and sqlite3.Error unless they say otherwise.
    """

    def __init__(self, path: Path, origin: str) -> None:
        self.path = path
        self._origin = origin

    def check(self, now: float) -> None:
        """Raise UsageError if the file cannot be written, before anything is sent that would have to be."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.writing(now) as (_, connection):
                # A write even where nothing is old: only that finds a folder which takes no journal.
                connection.execute("PRAGMA user_version = 1")
        except _FAULTS as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NO_HISTORY:
                raise UsageError(
                    f"{self.path}: refused authentications are remembered there, and it is damaged or not"
                    f" ours ({error}); delete it, and wait ten minutes if a run was made just now"
                ) from error
            raise UsageError(
                f"{self.path}: refused authentications are remembered there, and it cannot be written:"
                f" {_reason(error)}; make it and its folder writable, and let no other program lock it"
            ) from error

    def peek(self, now: float) -> list[float]:
        """The times for the origin that count, and not a byte written; none if there is no file."""
        if not self.path.exists():
            return []
        uri = f"{self.path.absolute().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=PATIENCE)) as connection:
            return self._times(connection, now)

    def times(self, now: float) -> list[float]:
        """The times for the origin that count."""
        with self._connection() as connection:
            return self._times(connection, now)

    @contextlib.contextmanager
    def writing(self, now: float) -> Generator[tuple[list[float], sqlite3.Connection]]:
        """The times for the origin that count, while nobody else can add any; drops those that do not."""
        with self._connection() as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                "DELETE FROM refusals WHERE time <= ? OR time > ?", (now - WINDOW, now + WINDOW)
            )
            yield self._times(connection, now), connection

    def insert(self, connection: sqlite3.Connection, time: float) -> None:
        """Add one, within `writing`."""
        connection.execute("INSERT INTO refusals VALUES (?, ?)", (self._origin, time))

    @contextlib.contextmanager
    def _connection(self) -> Generator[sqlite3.Connection]:
        # Without an isolation level, sqlite3 begins no transaction of its own.
        connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
        with contextlib.closing(connection):
            connection.execute(
                "CREATE TABLE IF NOT EXISTS refusals (origin TEXT NOT NULL, time REAL NOT NULL)"
            )
            yield connection

    def _times(self, connection: sqlite3.Connection, now: float) -> list[float]:
        rows = connection.execute(
            "SELECT time FROM refusals WHERE origin = ? AND time > ? AND time <= ?",
            (self._origin, now - WINDOW, now + WINDOW),
        )
        return [time for (time,) in rows]


class Refusals:
    """Counts refusals in a sliding window.

    `history` are the times of earlier ones, in Unix seconds; `limit` None is for a target of our own, where
    nobody counts. With a `file` others' are looked up there whenever something is asked, and ours added.
    `warning` says what went wrong with the file, None if nothing did.
    """

    def __init__(
        self,
        history: Iterable[float],
        clock: Clock,
        limit: int | None = LIMIT,
        file: History | None = None,
    ) -> None:
        self.warning: str | None = None
        self._clock = clock
        self._limit = limit
        self._file = file
        self._known = list(history)
        self._own: list[float] = []

    @classmethod
    def unlimited(cls) -> "Refusals":
        """The budget on a target of our own: none, and nothing to remember."""
        return cls((), lambda: 0.0, limit=None)

    @property
    def left(self) -> int | None:
        """How many calls that expect a refusal may still be made now; None is no limit."""
        return None if self._limit is None else max(0, self._limit - len(self._counting()))

    @property
    def blocked(self) -> bool:
        """Whether more were seen than runs may cause: this one has to stop."""
        return self._limit is not None and len(self._counting()) > self._limit

    @property
    def wait(self) -> float:
        """Seconds until a call that expects a refusal may be made; 0 when one may be made now."""
        if self._limit is None:
            return 0.0
        counting = self._counting()
        if len(counting) < self._limit:
            return 0.0
        return max(0.0, counting[-self._limit] + WINDOW - self._clock())

    def take(self) -> bool:
        """Ask for a call that expects a refusal; False means that it must not be made.

        A granted one counts at once, whatever its answer will be. Report it with `seen(…, expected=True)`.
        None is granted that cannot be written down where other runs look.
        """
        return self._limit is None or self._add(self._limit)

    def seen(self, status: int, *, expected: bool = False) -> None:
        """Count an answer; `expected` says that its call was granted by `take`, and so is counted already."""
        if self._limit is not None and status in STATUSES and not expected and not self._add(None):
            self._own.append(self._clock())

    def _add(self, limit: int | None) -> bool:
        """Add one, unless `limit` or more count already or the file fails; whether it was added."""
        if self._file is None:
            if limit is not None and len(self._counting()) >= limit:
                return False
            self._known.append(self._clock())
            return True
        try:
            with self._file.writing(self._clock()) as (self._known, connection):
                # Asked again, since there may have been a wait for others.
                now = self._clock()
                if limit is not None and len(self._merged(now)) >= limit:
                    return False
                self._file.insert(connection, now)
        except _FAULTS as error:
            self._warn(error)
            return False
        self._own.append(now)
        return True

    def _counting(self) -> list[float]:
        """The times that count now, the earliest first."""
        now = self._clock()
        if self._file is not None:
            try:
                self._known = self._file.times(now)
            except _FAULTS as error:
                self._warn(error)
        return self._merged(now)

    def _merged(self, now: float) -> list[float]:
        # Ours are in the file too, but for those that it would not take, and unless somebody deleted it.
        times = (Counter(self._known) | Counter(self._own)).elements()
        # Times beyond the window ahead are those of a clock that was set back; they would block for ages.
        return sorted(each for each in times if now - WINDOW < each <= now + WINDOW)

    def _warn(self, error: Exception) -> None:
        if self._file is not None:
            self.warning = (
                f"{self._file.path}: refused authentications are remembered there, and it failed during the"
                f" run ({_reason(error)}); this run and others may not know of all of each other's"
            )


def remembered(path: Path, origin: str, clock: Clock, *, keep: bool = True) -> Refusals:
    """The budget for a target of somebody else's, shared through a file with all runs on this machine.

    With `keep` false the file is read once and never written: for a rehearsal, which sends nothing, and to
    which a file that cannot be read is a warning. Raises UsageError if the file cannot be written, or is no
    history: taking it for empty would grant what others may have used.
    """
    file = History(path, origin)
    if keep:
        file.check(clock())
        return Refusals((), clock, file=file)
    try:
        return Refusals(file.peek(clock()), clock)
    except _FAULTS as error:
        refusals = Refusals((), clock)
        refusals.warning = f"{path}: cannot be read ({_reason(error)}); earlier refusals are not known"
        return refusals


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
