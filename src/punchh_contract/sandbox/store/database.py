"""Opens the database: which ones are taken, how each of them keeps a transaction whole, and the version of
its tables."""

import sqlite3
from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    Table,
    create_engine,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from punchh_contract.errors import UsageError
from punchh_contract.sandbox.store.tables import metadata

MEMORY = "sqlite://"
VERSION = 1
"""Of the tables. Who changes them raises it, and adds to `STEPS` how a database comes there."""
STEPS: dict[int, Callable[[Connection], None]] = {}
"""By the version that a database has: what turns it into the next."""
BUSY_SECONDS = 10.0
"""How long a file is waited for that another program holds. Meanwhile the whole sandbox stands still."""
_READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

schema = Table("punchh_sandbox_version", metadata, Column("version", Integer, nullable=False))

_FORMS = "sqlite:// (memory), sqlite:///file.db or postgresql+psycopg://user@host/name"
# Who writes holds this until the transaction ends, so that no two can wait for each other in a ring, and
# what is changed as a whole (a reset, a guest, the clock) is changed between two operations. A process that
# stands still in the middle loses it, or all others would stand still with it.
_WRITING = (
    "SELECT set_config('idle_in_transaction_session_timeout', '60s', true),"
    " pg_advisory_xact_lock(7079755424884)"
)


class BusyError(Exception):
    """Another program held the file for longer than it is waited for; nothing was done."""


def connect(url: str, begin: Callable[[Connection], None]) -> Engine:
    """An engine for `sqlite://` (memory), `sqlite:///file.db` or `postgresql+psycopg://…`, its tables brought
    up to date, or made and filled by `begin` in the same transaction.

    Raises:
        UsageError: the URL is none of these, the database cannot be reached, its driver is missing, it is
            something else's, or newer than this program. No message holds a password.
    """
    parsed = _read(url)
    shown = parsed.set(query={}).render_as_string(hide_password=True)
    if parsed.drivername not in ("sqlite", "postgresql+psycopg"):
        raise UsageError(f"--db {shown}: not a database that the sandbox keeps itself in; it takes {_FORMS}")
    try:
        engine = _sqlite(parsed) if parsed.drivername == "sqlite" else _postgresql(parsed)
    except (ImportError, NoSuchModuleError) as error:
        raise UsageError(f"--db {shown}: its driver is missing; install punchh-contract[postgres]") from error
    except ArgumentError as error:
        raise UsageError(f"--db {shown}: it takes {_FORMS}") from error
    try:
        with engine.connect() as connection, connection.begin():
            _prepare(connection, shown, begin)
    except BaseException as error:
        engine.dispose()
        if isinstance(error, SQLAlchemyError | sqlite3.Error | BusyError):
            raise UsageError(f"--db {shown}: cannot be used ({_reason(error, parsed)})") from error
        raise
    return engine


def _read(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the cause may hold a password
        raise UsageError(f"--db takes {_FORMS}") from None
    if "@" in (parsed.host or ""):
        raise UsageError("--db: an @ in a user name or password is written %40 there")
    return parsed


def _sqlite(url: URL) -> Engine:
    if url.query:
        raise UsageError(f"--db takes {_FORMS}; of SQLite without what follows the ?")
    memory = url.database in (None, "", ":memory:")
    # One connection that is never closed is the memory; whoever uses it holds the store's lock.
    pool: dict[str, Any] = {"poolclass": StaticPool} if memory else {}
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
        hide_parameters=True,  # they hold tokens, and errors are logged
        **pool,
    )

    @event.listens_for(engine, "connect")
    def settings(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # transactions begin where we say so, not where the driver thinks
        connection.execute("PRAGMA foreign_keys = ON")
        if not memory:
            # What was answered outlives a killed process; a power cut may take the last moments.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = _reads(connection)
        # First: a connection that may only read cannot begin to write.
        # Not by SQLAlchemy, which would take longer over it than the database.
        driver: Any = connection.connection.driver_connection
        driver.execute(f"PRAGMA query_only = {reads}")
        # What is read in a transaction that writes must still hold when it writes.
        try:
            driver.execute("BEGIN" if reads else "BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            raise BusyError from error

    return engine


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        # Of one process: a server has a hundred or so for all.
        pool_size=10,
        max_overflow=10,
        pool_timeout=60,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        connect_args={"connect_timeout": 10},
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not _reads(connection):
            connection.exec_driver_sql(_WRITING)

    return engine


def reading(connection: Connection, *, reads: bool) -> None:
    """Let a connection's next transaction see one moment, wait for nobody and be unable to write, or write.

    One to PostgreSQL goes back to its pool afterwards, and from there writes again.
    """
    if _reads(connection) is not reads:
        options = _READING if reads and connection.dialect.name == "postgresql" else {}
        connection.execution_options(reading=reads, **options)


def _reads(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("reading", False))


def _prepare(connection: Connection, shown: str, begin: Callable[[Connection], None]) -> None:
    if connection.dialect.name == "postgresql":
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            raise UsageError(f"--db {shown}: keeps texts in {encoding}; make a database with encoding UTF8")
    names = set(inspect(connection).get_table_names())
    if schema.name not in names:
        if names:
            raise UsageError(f"--db {shown}: holds tables of something else; give the sandbox its own")
        metadata.create_all(connection, checkfirst=False)
        connection.execute(insert(schema).values(version=VERSION))
        begin(connection)
        return
    version = connection.execute(select(schema.c.version)).scalar_one()
    if version > VERSION:
        raise UsageError(
            f"--db {shown}: made by a newer punchh-contract (its tables are version {version}, this program "
            f"knows {VERSION}); upgrade, or take another database"
        )
    if version < VERSION and version not in STEPS:
        raise UsageError(f"--db {shown}: its version {version} is none that there ever was; it is damaged")
    for step in range(version, VERSION):
        STEPS[step](connection)
        connection.execute(schema.update().values(version=step + 1))


def _reason(error: Exception, url: URL) -> str:
    """What the driver says, in one line and without what the URL keeps secret."""
    if isinstance(error, BusyError):
        return "another program holds it"
    said = getattr(error, "orig", None) or error
    if isinstance(said, SQLAlchemyError):
        return type(said).__name__
    text = " ".join(str(said).split())[:300]
    for secret in (url.password, *(value for name, value in url.query.items() if "password" in name)):
        if secret:
            text = text.replace(str(secret), "***")
    return text or type(said).__name__
