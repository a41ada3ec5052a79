"""Opens the database of an inbox, keeps its transactions whole, and knows the version of its tables."""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from punchh_contract.errors import PunchhContractError, UsageError
from punchh_contract.receiver.tables import metadata, version

__all__ = ["VERSION", "Database", "InboxError"]

VERSION = 1
"""Of the tables. Who changes them raises it, and adds to `STEPS` how a database comes there."""
STEPS: dict[int, Callable[[Connection], None]] = {}
"""By the version that a database has: what turns it into the next."""
BUSY_SECONDS = 5.0
"""How long a transaction waits for others: the vendor waits 15 seconds for an answer, all in all."""
_FORMS = "sqlite:///file.db, postgresql://user@host/name, or sqlite:// (memory, for tests)"
# One transaction at a time, in every database: short ones, in which what was read still holds when it is
# written. A process that stands still in the middle loses it while others still wait for it, in PostgreSQL;
# SQLite cannot take it away.
_WRITING = (
    "SELECT set_config('lock_timeout', '5s', true),"
    " set_config('idle_in_transaction_session_timeout', '3s', true),"
    " pg_advisory_xact_lock(7079755424885)"
)


class InboxError(PunchhContractError):
    """The database of an inbox failed; what was being done was not done, and can be tried again."""

    lasting: bool = False
    """Whether it refused what it was given, and will the next time too."""


class Database:
    """One database, of this process: an engine and the one transaction at a time.

    Raises UsageError if the URL is none that an inbox takes, a driver is missing, the database cannot be
    reached or was made by a newer program. No message holds a password.
    """

    def __init__(self, url: str) -> None:
        parsed = _read(url)
        self.url = parsed
        self._shown = parsed.set(query={}).render_as_string(hide_password=True)
        self._process = os.getpid()
        self._lock = threading.Lock()
        try:
            self._engine = _sqlite(parsed) if self.is_sqlite else _postgresql(parsed)
        except (ImportError, NoSuchModuleError) as error:
            raise UsageError(
                f"{self._shown}: its driver is missing; install punchh-contract[receiver,postgres]"
            ) from error
        except (ArgumentError, OSError) as error:
            reason = getattr(error, "strerror", None) or f"an inbox takes {_FORMS}"
            raise UsageError(f"{self._shown}: {reason}") from None
        try:
            with self.transaction() as connection:
                self._prepare(connection)
        except InboxError as error:
            self.close()
            raise UsageError(f"{self._shown}: cannot be used ({error})") from None
        except BaseException:
            self.close()
            raise

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file, or memory, and no server."""
        return self.url.drivername == "sqlite"

    @property
    def file(self) -> Path | None:
        """Where it is, if it is a file."""
        return Path(str(self.url.database)) if self.is_sqlite and not _in_memory(self.url) else None

    @contextlib.contextmanager
    def transaction(self) -> Generator[Connection]:
        """One unit of work, alone in all processes; if it ends in an exception nothing was written.

        Raises InboxError if the database fails, UsageError in a process that was forked since.
        """
        if os.getpid() != self._process:
            raise UsageError("the inbox was made before this process was forked: make it in here")
        if not self._lock.acquire(timeout=BUSY_SECONDS):
            raise InboxError("the database is busy")
        try:
            with self._engine.connect() as connection, connection.begin():
                connection.exec_driver_sql("BEGIN IMMEDIATE" if self.is_sqlite else _WRITING)
                yield connection
        except (SQLAlchemyError, sqlite3.Error) as error:
            # Not from the cause: what a database says can repeat a row, which is a guest's.
            failed = InboxError(f"the database failed: {_named(error)}")
            failed.lasting = isinstance(error, DataError)
            raise failed from None
        finally:
            self._lock.release()

    def close(self) -> None:
        """Let go of it."""
        self._engine.dispose()

    def _prepare(self, connection: Connection) -> None:
        if not inspect(connection).has_table(version.name):
            metadata.create_all(connection, checkfirst=False)
            connection.execute(insert(version).values(version=VERSION))
            return
        found = connection.execute(select(version.c.version)).scalar_one()
        if found > VERSION:
            raise UsageError(
                f"{self._shown}: made by a newer punchh-contract (its tables are version {found}, this"
                f" program knows {VERSION}); upgrade, or take another database"
            )
        if found < VERSION and found not in STEPS:
            raise UsageError(f"{self._shown}: its version {found} is none that there ever was; it is damaged")
        for step in range(found, VERSION):
            STEPS[step](connection)
            connection.execute(update(version).values(version=step + 1))


def _read(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the cause may hold a password
        raise UsageError(f"an inbox takes {_FORMS}") from None
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "postgresql+psycopg"):
        raise UsageError(f"{parsed.drivername}: not a database that an inbox is kept in; it takes {_FORMS}")
    if parsed.drivername == "sqlite" and not _in_memory(parsed):
        name = str(parsed.database)
        if name.startswith("file:"):
            raise UsageError(f"an inbox takes a path, and no URI of SQLite's: {_FORMS}")
        # Connections are opened when they are needed, wherever the process stands by then.
        parsed = parsed.set(database=str(Path(name).resolve()))
    if "@" in (parsed.host or ""):
        raise UsageError("an @ in a user name or password of the inbox's URL is written %40 there")
    return parsed


def _in_memory(url: URL) -> bool:
    return url.database in (None, "", ":memory:")


def _sqlite(url: URL) -> Engine:
    memory = _in_memory(url)
    if not memory:
        # Guests' data will be in it: nobody else is to read it. What stands beside it takes after it.
        with contextlib.suppress(FileExistsError):
            os.close(os.open(str(url.database), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    # One connection that is never closed is the memory.
    pool: dict[str, Any] = {"poolclass": StaticPool} if memory else {}
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
        hide_parameters=True,
        **pool,
    )

    @event.listens_for(engine, "connect")
    def settings(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # transactions begin where we say so, not where the driver thinks
        if not memory:
            connection.execute("PRAGMA journal_mode = WAL")
            # What was answered outlives a power cut too: the vendor does not send it again.
            connection.execute("PRAGMA synchronous = FULL")

    return engine


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url,
        hide_parameters=True,
        pool_size=2,
        max_overflow=2,
        pool_timeout=BUSY_SECONDS,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        connect_args={"connect_timeout": 5},
    )


def _named(error: Exception) -> str:
    """The kind of a database's error, without its words."""
    cause = getattr(error, "orig", None)
    return type(error).__name__ if cause is None else f"{type(error).__name__}, {type(cause).__name__}"
