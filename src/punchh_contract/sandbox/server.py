"""Runs the sandbox on a socket of its own: in the foreground for the command line, in a thread for tests."""

import contextlib
import ipaddress
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from punchh_contract.errors import UsageError
from punchh_contract.sandbox import seed as seeds
from punchh_contract.sandbox.app import create_app
from punchh_contract.sandbox.fixtures import credentials
from punchh_contract.sandbox.operations import Clock

START_TIMEOUT = 30.0
LAST_CLOCK = datetime.max.replace(tzinfo=UTC) - timedelta(days=366)
"""Later no clock is frozen: what is redeemed then ends some time on, and the calendar ends first."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox: its address without a slash at the end, its invented credentials, and the app for
    tests that look inside."""

    url: str
    credentials: dict[str, str]
    app: Starlette


def clock_at(text: str | None) -> Clock:
    """A clock that stands still at an ISO 8601 time (UTC if it names no offset), or the wall clock for None.

    Raises:
        UsageError: the text is no time, or one in the last year of the calendar.
    """
    if text is None:
        # Whole seconds, as the vendor's times have.
        return lambda: datetime.now(UTC).replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError("the clock takes an ISO 8601 time, such as 2026-03-02T18:05:01Z") from None
    if moment > LAST_CLOCK:
        raise UsageError("the clock stops at the year 9998: take an earlier ISO 8601 time")
    return lambda: moment


def bind(host: str, port: int) -> socket.socket:
    """A socket bound to a loopback address; port 0 takes a free one.

    Raises:
        UsageError: the address is not loopback, or the port is taken or not allowed.
    """
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise UsageError("the sandbox takes a loopback address, such as 127.0.0.1 or ::1") from None
    if not address.is_loopback:
        raise UsageError("the sandbox listens on loopback only, such as 127.0.0.1: its keys are public")
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # So that a restart need not wait for connections of the last run to time out.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((str(address), port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or "no such port"
        raise UsageError(f"cannot listen on port {port} ({reason}); --port 0 takes a free one") from error
    return listener


def build(clock: str | None = None, seed: Path | None = None) -> Starlette:
    """The application for a clock (ISO 8601 freezes it) and a seed file. Raises UsageError and
    ContractError."""
    return create_app(seeds.load(seed), clock=clock_at(clock), frozen=clock is not None)


def describe(app: Starlette, listener: socket.socket) -> Sandbox:
    """What callers have to know of an app that serves on `listener`."""
    host, port = listener.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    return Sandbox(f"http://{name}:{port}", credentials(app.state.store), app)


class _Server(uvicorn.Server):
    """Says when it is ready; by then it also catches signals, so that Ctrl-C ends it in order."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # A request that never came whole would be waited for, cancelled, and told with a traceback.
        for connection in list(self.server_state.connections):
            cycle = getattr(connection, "cycle", None)
            if cycle is not None and cycle.more_body and not cycle.response_complete:
                connection.transport.close()
        await super().shutdown(sockets)


def server(app: Starlette, ready: Callable[[], None] = lambda: None) -> uvicorn.Server:
    """A uvicorn server that prints nothing and calls `ready` when it answers.

    It uses httptools and uvloop where they are installed.
    """
    return _Server(
        uvicorn.Config(
            app,
            log_config=None,
            log_level=logging.ERROR,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=2,
        ),
        ready,
    )


@contextlib.contextmanager
def running(
    port: int = 0, clock: str | None = None, seed: Path | None = None, app: Starlette | None = None
) -> Iterator[Sandbox]:
    """A sandbox on 127.0.0.1 for the length of a `with`, in a thread of its own.

    `clock` as ISO 8601 text freezes time, `seed` is another seed file, `app` an application built before
    (then both are ignored).

    Raises:
        UsageError: the port is taken, or clock or seed are wrong. RuntimeError: the server did not start.
    """
    app = app or build(clock, seed)
    listener = bind("127.0.0.1", port)
    served = server(app)
    failure: list[BaseException] = []

    def serve() -> None:
        try:
            served.run(sockets=[listener])
        except BaseException as error:  # handed over to the thread that waits
            failure.append(error)

    thread = threading.Thread(target=serve, name="punchh-sandbox", daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + START_TIMEOUT
        while not served.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the sandbox did not start") from (failure[0] if failure else None)
            time.sleep(0.005)
        yield describe(app, listener)
    finally:
        served.should_exit = True
        thread.join(timeout=START_TIMEOUT)
        listener.close()
        if thread.is_alive():
            raise RuntimeError("the sandbox did not stop")
