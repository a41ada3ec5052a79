"""The one post from which events are handed over: at most one holder among all processes of an inbox.

It is held by what dies with a process, a lock of its file or of its connection, and not by a time that runs
out: a process that was killed leaves it at once, and one that only stands still keeps it, so that no event is
handed over twice at a time.
"""

import contextlib
import sqlite3
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from punchh_contract.errors import UsageError
from punchh_contract.receiver.database import Database

__all__ = ["Post", "post"]

_TAKE = "SELECT pg_try_advisory_lock(7079755424886)"
# The server notices within half a minute that the holder's machine is gone, and never ends the connection of
# a holder that is busy with a long event.
_SETTINGS = (
    "SELECT set_config(name, case name when 'tcp_keepalives_idle' then '15' when 'tcp_keepalives_interval'"
    " then '5' when 'tcp_keepalives_count' then '3' else '0' end, false) FROM pg_settings WHERE name IN"
    " ('tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count', 'idle_session_timeout')"
)


class Post(Protocol):
    """Held by one process at most."""

    def take(self) -> bool:
        """Hold it from now on, if nobody else does; whether it is held."""
        raise NotImplementedError

    def leave(self) -> None:
        """Let somebody else have it."""


def post(database: Database) -> Post:
    """Return the post of a database; nobody holds it yet."""
    if not database.is_sqlite:
        return _ServerPost(database.url)
    return _FilePost(database.file) if database.file is not None else _MemoryPost()


class _FilePost:
    """A file beside the inbox, locked as SQLite locks its own, which works on every system."""

    def __init__(self, inbox: Path) -> None:
        self._path = inbox.with_name(f"{inbox.name}-handler")
        self._connection: sqlite3.Connection | None = None

    def take(self) -> bool:
        if self._connection is None:
            try:
                connection = sqlite3.connect(
                    self._path, timeout=0, isolation_level=None, check_same_thread=False
                )
            except sqlite3.Error:
                raise UsageError(f"{self._path}: cannot be made, and an inbox needs it to lock it") from None
            try:
                connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.Error as error:
                connection.close()
                if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise UsageError(f"{self._path}: cannot be locked ({error.sqlite_errorname})") from None
                return False
            self._connection = connection
        return True

    def leave(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _ServerPost:
    """A lock of a connection that is kept for it alone.

    That has to be one to the server itself: a pool between, which gives it to others after each statement,
    would lose it.
    """

    def __init__(self, url: URL) -> None:
        self._engine = create_engine(
            url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args={"connect_timeout": 5},
        )
        self._connection: Connection | None = None
        self._held = False

    def take(self) -> bool:
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
                self._connection.exec_driver_sql(_SETTINGS)
            # Asked for each time: if the connection is gone, so is the lock.
            asked = self._connection.exec_driver_sql("SELECT 1" if self._held else _TAKE)
            self._held = bool(asked.scalar_one())
        except SQLAlchemyError:
            self.leave()
        return self._held

    def leave(self) -> None:
        self._held = False
        if self._connection is not None:
            with contextlib.suppress(SQLAlchemyError):
                self._connection.close()
            self._connection = None


class _MemoryPost:
    """Memory is of one process."""

    def take(self) -> bool:
        return True

    def leave(self) -> None:
        pass
