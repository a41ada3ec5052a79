"""The sandbox's state, kept in a database: begins it from a seed, and hands out transactions."""

import hashlib
import logging
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from datetime import datetime

import orjson
from sqlalchemy import Connection

from punchh_contract.errors import UsageError
from punchh_contract.sandbox.business import Business
from punchh_contract.sandbox.clock import Clock, ClockState
from punchh_contract.sandbox.magic import Magic
from punchh_contract.sandbox.seed import Seed, load
from punchh_contract.sandbox.store import database, snapshots, world
from punchh_contract.sandbox.store.counters import Counters
from punchh_contract.sandbox.store.holdings_rows import code_row
from punchh_contract.sandbox.store.placing import place, place_coupons, rows_of
from punchh_contract.sandbox.store.transaction import Transaction

_log = logging.getLogger(__name__)


class Store:
    """All state of one sandbox; what a database file or server holds outlives it.

    `seed` None is what the database was made from, or the sandbox's own for a new one; `clock` None leaves
    the clock of a database as it is. `inline` says that its calls are so quick that they may be made on an
    event loop; elsewhere they belong in a thread.

    Raises:
        UsageError: the database cannot be used, was made by a newer program or from another seed; or the
            seed contradicts itself.
    """

    def __init__(
        self,
        seed: Seed | None = None,
        *,
        wall: Clock,
        url: str = database.MEMORY,
        clock: ClockState | None = None,
    ) -> None:
        self._wall = wall
        self._listeners: list[Callable[[], None]] = []
        self._known: tuple[int, Business] | None = None
        self._inside = threading.local()
        fresh = False

        def begin(connection: Connection) -> None:
            nonlocal fresh
            fresh = True
            _begin(connection, seed or load(), clock or ClockState(), wall())

        self._engine = database.connect(url, begin)
        self.inline = self._engine.dialect.name == "sqlite"
        # One transaction writes at a time, in every database (`database`). Who waits for another of this
        # process waits here, where it takes up no connection; in SQLite, whose memory is one connection, who
        # reads does too.
        self._lock = threading.Lock()
        # Of SQLite one is enough, and to open another each time is a tenth of a quote.
        self._kept = self._engine.connect() if self.inline else None
        if not fresh:
            try:
                self._resume(seed, clock)
            except BaseException:
                self.close()
                raise

    @property
    def business(self) -> Business:
        """The one business, as the last transaction saw it."""
        if self._known is None:
            with self.transaction(write=False):
                pass
        return self._known[1]  # type: ignore[index]  # a transaction has read it

    @contextmanager
    def transaction(self, *, write: bool = True) -> Generator[Transaction]:
        """One unit of work: whatever is read in it still holds when it is written, and if it ends in an
        exception nothing was written. Without `write` it is for reading: it sees one moment, and nobody
        waits for it."""
        if getattr(self._inside, "transaction", False):
            # It would wait for itself.
            raise RuntimeError("a transaction inside another one of the same thread")
        self._inside.transaction = True
        try:
            with (
                self._lock if write or self.inline else nullcontext(),
                self._transaction(write=write) as current,
            ):
                yield current
        finally:
            self._inside.transaction = False
        if write:
            self._tell()

    @contextmanager
    def _transaction(self, *, write: bool) -> Generator[Transaction]:
        with nullcontext(self._kept) if self._kept is not None else self._engine.connect() as connection:
            database.reading(connection, reads=not write)
            with connection.begin():
                seen = world.World(connection, self._known)
                current = Transaction(connection, seen, self._wall())
                self._known = seen.revision, seen.business
                yield current
                current.finish()
            self._known = seen.revision, seen.business

    def _tell(self) -> None:
        for listener in self._listeners:
            try:
                listener()
            except Exception as error:  # what was committed is done, whoever could not be told
                _log.error("a listener of the store failed: %s", type(error).__name__)

    @property
    def magic(self) -> Magic:
        """The magic values of the seed that it was made from."""
        with self.transaction(write=False) as current:
            return world.magic_of(current.connection)

    def now(self) -> datetime:
        """The sandbox's time."""
        with self.transaction(write=False) as current:
            return current.now

    def reset(self) -> None:
        """Everything as the seed has it, ids and codes included; named snapshots stay, the clock too."""
        self._restore(snapshots.SEED)

    def snapshot(self, name: str) -> None:
        """Keep a copy of everything under a name."""
        with self.transaction() as current:
            snapshots.take(current.connection, name, current.now)

    def restore(self, name: str) -> bool:
        """Everything as it was when the snapshot was taken, but for the clock; False if there is none."""
        return self._restore(name)

    def snapshots(self) -> list[tuple[str, datetime]]:
        """The named copies and when they were taken."""
        with self.transaction(write=False) as current:
            return snapshots.names(current.connection)

    def drop_snapshot(self, name: str) -> bool:
        """Forget a copy; False if there is none of that name."""
        with self.transaction() as current:
            return snapshots.drop(current.connection, name)

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every transaction that wrote, in the thread that committed it."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Let go of the database."""
        if self._kept is not None:
            self._kept.close()
        self._engine.dispose()

    def _resume(self, seed: Seed | None, clock: ClockState | None) -> None:
        with self.transaction() as current:
            if seed is not None and world.seed_of(current.connection) != _digest(seed):
                raise UsageError(
                    "the database was made from another seed; leave --seed out to go on with its own, or "
                    "take another --db"
                )
            if clock is not None:
                current.world.set_clock(clock)

    def _restore(self, name: str) -> bool:
        with self.transaction() as current:
            clock = current.world.clock
            if not snapshots.restore(current.connection, name):
                return False
            current.world.set_clock(clock)
            # What others know of the business is not what is there now.
            current.world.bump()
        self._known = None
        return True


def _begin(connection: Connection, seed: Seed, clock: ClockState, wall_time: datetime) -> None:
    world.create(connection, _digest(seed), seed, clock)
    Counters(connection).start(dict(seed.business.first_ids))
    place_coupons(connection, seed.coupons)
    place(connection, seed.business, seed.guests)
    snapshots.take(connection, snapshots.SEED, clock.now(wall_time))


def _digest(seed: Seed) -> str:
    """What tells seeds apart: all that a database takes from one."""
    content = [
        seed.business.document,
        [[f"{table.name}", rows] for table, rows in rows_of(seed.guests, {}).items()],
        [code_row(each, 0) for each in seed.coupons],
        [asdict(each) for each in seed.magic.values],
    ]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
