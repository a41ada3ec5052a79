"""The budget: how many calls the vendor allows, counted before they are sent and shared between processes.

The limits are the contract's `x-rate-limit` (Force Redeem: 500 a minute and 100,000 a day; SEED-000,
documented). When PAR's minute and day begin is not documented, so both are counted as sliding windows, which
keep below the limit however the vendor counts (assumed). What bulk use is, PAR does not put a number on;
`BULK` is ours.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from punchh_contract.client.errors import BudgetExceeded, BulkMisuse, CallTimeout
from punchh_contract.client.forking import Forkables
from punchh_contract.errors import UsageError

if TYPE_CHECKING:
    from pyrate_limiter import InMemoryBucket, SQLiteBucket

    from punchh_contract.facts import Operation, RateLimit

__all__ = ["BULK", "Budget", "Forecast"]

BULK = {"force_redeem": 100}
"""Operations that are not for bulk use, and how many calls an hour are still single cases.

That Force Redeem is for support on a limited scale, and not to end a campaign with, is SEED-000's
(documented); 100 an hour is assumed: more than a support desk sends by hand, less than any campaign."""

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
TIDY = 1_000
"""So many calls after which what is older than a day is deleted."""

PATIENCE = 5.0
"""Seconds that counting waits for others at the same file, at most; each takes milliseconds."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a batch of `calls` would meet, if nobody else called meanwhile.

    `seconds` is how long it takes at the fastest: 0.0 if all of them may go at once. `left_this_minute` and
    `left_today` are the calls that may still go now, `fits_today` says that the batch is within the latter.
    `bulk`: the batch is more than single cases, and is refused unless `allow_bulk_force_redeem` is set.
    """

    calls: int
    seconds: float
    fits_today: bool
    left_this_minute: int
    left_today: int
    bulk: bool

    def __str__(self) -> str:
        pace = "all at once" if not self.seconds else f"{self.seconds:,.0f} seconds at the fastest"
        day = "fits" if self.fits_today else f"does not fit ({self.left_today:,} calls are left)"
        bulk = ", and is bulk use, which this operation is not for" if self.bulk else ""
        return f"{self.calls:,} calls: {pace}; the batch {day} into a day{bulk}"


class Budget:
    """The calls of one business, counted in a file that its processes share, or in memory (`None`).

    Use one file a business: the vendor's limits are those of a key's business. `clock` gives seconds since
    1970. Safe to share between threads.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = None if path is None else Path(path).absolute()
        self._clock = clock
        self._lock = threading.RLock()
        self._buckets: dict[str, InMemoryBucket | SQLiteBucket] = {}
        self._taken = 0
        _budgets.add(self)

    def __repr__(self) -> str:
        return f"Budget({None if self.path is None else str(self.path)!r})"

    def take(
        self,
        operation: Operation,
        calls: int = 1,
        *,
        allow_bulk_force_redeem: bool = False,
        deadline: float | None = None,
    ) -> None:
        """Count calls that are about to be sent; an operation without a limit is not counted.

        `allow_bulk_force_redeem` is the name by which the refusal of bulk use is overridden. `deadline`, a
        value of `time.monotonic`, is when nobody waits any longer.

        Raises BudgetExceeded if they do not fit, with the seconds to wait, and BulkMisuse if they are more
        than single cases; nothing is counted against the limit then. Raises CallTimeout if others held the
        file for too long, and UsageError if it cannot be used.
        """
        if operation.rate_limit is None:
            return
        until = time.monotonic() + PATIENCE
        until = until if deadline is None else min(until, deadline)
        try:
            self._take(operation, operation.rate_limit, calls, until, bulk=allow_bulk_force_redeem)
        except TimeoutError as error:
            raise _late(operation) from error

    def _take(self, operation: Operation, limit: RateLimit, calls: int, until: float, *, bulk: bool) -> None:
        if operation.id in BULK and not bulk:
            wait = self._put(_bulk_name(operation), {HOUR: BULK[operation.id]}, calls, until)
            if wait is not None:
                raise BulkMisuse(
                    f"More than {BULK[operation.id]} calls within an hour: {operation.id} is for single cases"
                    " of support, not to end a campaign or to clear rewards in bulk (SEED-000). Nothing was"
                    " sent. If it is agreed with PAR, say so by name: allow_bulk_force_redeem=True.",
                    **_named(operation),
                )
        wait = self._put(_name(operation), _rates(limit), calls, until)
        if wait is not None:
            hint = f"there is room in {wait:.0f} seconds" if wait >= 0 else "there is never room for so many"
            raise BudgetExceeded(
                f"The budget of {limit.per_minute} calls a minute and {limit.per_day} a day is used up:"
                f" {hint}. Nothing was sent.",
                wait=wait if wait >= 0 else None,
                retryable=wait >= 0,
                **_named(operation),
            )

    def forecast(self, calls: int, operation: Operation | None = None) -> Forecast:
        """Say what a batch would meet; without an `operation`, of the one that the contract limits.

        Nothing is counted. Raises UsageError for an operation without a limit, and for what is no number of
        calls; CallTimeout as `take` does.
        """
        if isinstance(calls, bool) or not isinstance(cast("object", calls), int) or calls < 0:
            raise UsageError("a forecast is of a whole number of calls, 0 or more")
        if operation is None:
            operation = _limited()
        if operation.rate_limit is None:
            raise UsageError(f"the contract knows no limit of {operation.id}: there is nothing to forecast")
        try:
            return self._forecast(operation, operation.rate_limit, calls)
        except TimeoutError as error:
            raise _late(operation) from error

    def _forecast(self, operation: Operation, limit: RateLimit, calls: int) -> Forecast:
        now = int(self._clock() * 1000)
        stamps = [each for each in self._stamps(_name(operation), _rates(limit)) if each >= now - DAY]
        left_minute = limit.per_minute - sum(each >= now - MINUTE for each in stamps)
        left_day = limit.per_day - len(stamps)
        bulk = False
        if operation.id in BULK:
            recent = self._stamps(_bulk_name(operation), {HOUR: BULK[operation.id]})
            bulk = calls + sum(each >= now - HOUR for each in recent) > BULK[operation.id]
        return Forecast(
            calls=calls,
            seconds=(_last(stamps, now, calls, limit) - now) / 1000,
            fits_today=calls <= left_day,
            left_this_minute=max(0, min(left_minute, left_day)),
            left_today=max(0, left_day),
            bulk=bulk,
        )

    def close(self) -> None:
        """Close the file; what was counted stays in it."""
        with self._lock:
            for bucket in self._buckets.values():
                bucket.close()
            self._buckets = {}

    def before_fork(self) -> None:
        """Close the file, since SQLite's locks are one process' own."""
        self._lock.acquire()
        if self.path is not None:
            self.close()

    def after_fork(self, *, child: bool) -> None:
        """Go on; counted in memory is counted by one process, so a child begins anew."""
        if child:
            self.close()
        self._lock.release()

    def _put(self, name: str, rates: dict[int, int], calls: int, until: float) -> float | None:
        """Count; None if it fits, else the seconds to wait, -1.0 if it never will. Raises TimeoutError."""
        from pyrate_limiter import RateItem

        with self._held(until):
            bucket = self._bucket(name, rates, until)
            item = RateItem("call", int(self._clock() * 1000), weight=calls)
            try:
                wait = _atomically(bucket, item, until)
                self._taken += 1
                if self._taken % TIDY == 0:
                    bucket.leak(item.timestamp)
            except sqlite3.Error as error:
                _raise_if_busy(error)
                raise self._unusable(error) from None
        return None if wait is None else max(wait / 1000, -1.0)

    def _stamps(self, name: str, rates: dict[int, int]) -> list[int]:
        """When the calls of a bucket were, in milliseconds, oldest first."""
        until = time.monotonic() + PATIENCE
        with self._held(until):
            bucket: Any = self._bucket(name, rates, until)  # only one of the two has a connection
            if not hasattr(bucket, "conn"):
                return [each.timestamp for each in bucket.items]
            try:
                rows = bucket.conn.execute(
                    f"SELECT item_timestamp FROM '{name}' ORDER BY item_timestamp"  # noqa: S608  # our name
                )
                return [stamp for (stamp,) in rows]
            except sqlite3.Error as error:
                raise self._unusable(error) from None

    @contextlib.contextmanager
    def _held(self, until: float) -> Generator[None]:
        if not self._lock.acquire(timeout=_left(until)):
            raise TimeoutError("other threads are counting")
        try:
            yield
        finally:
            self._lock.release()

    def _bucket(self, name: str, rates: dict[int, int], until: float) -> InMemoryBucket | SQLiteBucket:
        bucket = self._buckets.get(name)
        if bucket is None:
            try:
                from pyrate_limiter import InMemoryBucket, Rate, SQLiteBucket
            except ModuleNotFoundError as error:
                raise UsageError(
                    "a budget needs pyrate-limiter, which is not installed: pip install 'pyrate-limiter>=4'"
                ) from error
            limits = [Rate(limit, interval) for interval, limit in rates.items()]
            if self.path is None:
                bucket = InMemoryBucket(limits)
            else:
                try:
                    bucket = SQLiteBucket(limits, _opened(self.path, name, until), table=name)
                except sqlite3.Error as error:
                    _raise_if_busy(error)
                    raise self._unusable(error) from None
            self._buckets[name] = bucket
        return bucket

    def _unusable(self, error: sqlite3.Error) -> UsageError:
        reason = getattr(error, "sqlite_errorname", None) or type(error).__name__
        return UsageError(
            f"the budget {self.path} cannot be used ({reason}): name a file on a local disk, in a folder that"
            " exists; nothing was sent"
        )


_budgets: Forkables[Budget] = Forkables()


def _opened(path: Path, table: str, until: float) -> sqlite3.Connection:
    """A connection as a bucket wants it; pyrate-limiter's own way to one waits for others for 5 seconds."""
    connection = sqlite3.connect(path, timeout=_left(until), check_same_thread=False)
    try:
        # A lost count after a power failure is harmless; a slow disk before each call is not.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"CREATE TABLE IF NOT EXISTS '{table}' (name VARCHAR, item_timestamp INTEGER)")
        index = f"idx_{table}_rate_item_timestamp"
        connection.execute(f"CREATE INDEX IF NOT EXISTS '{index}' ON '{table}' (item_timestamp)")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _late(operation: Operation) -> CallTimeout:
    return CallTimeout(
        "Time was over while others were at the file of the budget: nothing was sent.",
        retryable=True,
        **_named(operation),
    )


def _left(until: float) -> float:
    return max(0.0, until - time.monotonic())


def _raise_if_busy(error: sqlite3.Error) -> None:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise TimeoutError("other processes are counting") from error


def _atomically(bucket: InMemoryBucket | SQLiteBucket, item: object, until: float) -> int | None:
    """Put an item; None, or the milliseconds to wait. The bucket of a file reads and then writes, so between
    processes that has to be one transaction; it ends it itself when it has written.
    """
    connection = getattr(bucket, "conn", None)
    if connection is not None:
        connection.execute(f"PRAGMA busy_timeout = {int(_left(until) * 1000)}")
        connection.execute("BEGIN IMMEDIATE")
    try:
        if bucket.put(item):  # type: ignore[arg-type]  # imported late: a RateItem
            return None
        return int(bucket.waiting(item))  # type: ignore[arg-type]  # the same
    finally:
        if connection is not None and connection.in_transaction:
            connection.rollback()


def _last(stamps: list[int], now: int, calls: int, limit: RateLimit) -> int:
    """When the last of so many calls may go, each as early as it can."""
    times = list(stamps)
    at = now
    for _ in range(calls):
        for most, window in ((limit.per_minute, MINUTE), (limit.per_day, DAY)):
            if len(times) >= most:
                # The window has both its ends.
                at = max(at, times[-most] + window + 1)
        times.append(at)
    return at


def _rates(limit: RateLimit) -> dict[int, int]:
    return {MINUTE: limit.per_minute, DAY: limit.per_day}


def _name(operation: Operation) -> str:
    return f"calls_{operation.id}"


def _bulk_name(operation: Operation) -> str:
    return f"bulk_{operation.id}"


def _named(operation: Operation) -> dict[str, Any]:
    return {"operation_id": operation.id, "method": operation.method, "path": operation.path}


def _limited() -> Operation:
    from punchh_contract.contract import load

    limited = next((each for each in load().operations.values() if each.rate_limit), None)
    if limited is None:
        raise UsageError("the contract limits no operation: there is nothing to forecast")
    return limited
