"""Runs the sandbox on a socket of its own: in the foreground for the command line, in a thread for tests."""

import asyncio
import contextlib
import ipaddress
import logging
import socket
import threading
import time
from collections.abc import Callable, Collection, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette

from punchh_contract.errors import UsageError
from punchh_contract.sandbox import seed as seeds
from punchh_contract.sandbox.app import create_app
from punchh_contract.sandbox.clock import read_clock, wall
from punchh_contract.sandbox.deliveries.pump import TIMEOUT
from punchh_contract.sandbox.fixtures import credentials
from punchh_contract.sandbox.store.database import MEMORY

if TYPE_CHECKING:
    from punchh_contract.sandbox.client import Control

START_TIMEOUT = 30.0
PATIENCE = 0.3
"""Seconds that requests have to end when the server does."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox: its address without a slash at the end, its invented credentials by the names of the
    `PUNCHH_*` variables, the app for tests that look inside, and the control plane to set the stage by."""

    url: str
    credentials: dict[str, str]
    app: Starlette
    control: "Control"


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


def build(
    clock: str | None = None,
    seed: Path | None = None,
    db: str = MEMORY,
    deliver_to: Collection[str] = (),
    delivery_timeout: float = TIMEOUT,
) -> Starlette:
    """The application for a clock (ISO 8601 freezes it), a seed file, a database, the hosts besides
    loopback that events may be delivered to, and the seconds that a delivery has. Raises UsageError and
    ContractError."""
    state = None if clock is None else read_clock(clock)
    world = None if seed is None else seeds.load(seed)
    return create_app(
        world,
        clock=wall,
        state=state,
        db=db,
        delivery_hosts=tuple(deliver_to),
        delivery_timeout=delivery_timeout,
    )


def address(listener: socket.socket) -> str:
    """The address that callers reach a bound socket by, without a slash at the end."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


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
        # Nor is a long poll, or an answer that a fault holds back, waited for: whoever asked is told by the
        # connection that there will be none.
        if late := {*self.server_state.tasks}:
            _, late = await asyncio.wait(late, timeout=PATIENCE)
        if late:
            for connection in list(self.server_state.connections):
                connection.transport.abort()
            await asyncio.sleep(0)
            for task in late:
                task.cancel()
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
            # The app's own delivers events while it lives. Any other app may have none.
            lifespan="auto",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=2,
        ),
        ready,
    )


@contextlib.contextmanager
def running(
    port: int = 0,
    clock: str | None = None,
    seed: Path | None = None,
    app: Starlette | None = None,
    *,
    db: str = MEMORY,
    deliver_to: Collection[str] = (),
    delivery_timeout: float = TIMEOUT,
) -> Generator[Sandbox]:
    """A sandbox on 127.0.0.1 for the length of a `with`, in a thread of its own.

    `port` 0 takes a free one. `clock` as ISO 8601 text freezes time. `seed` is another seed file. `db` is
    where the state lives: `sqlite://` is memory, `sqlite:///file.db` and `postgresql+psycopg://…` outlive the
    `with`. `deliver_to` are hosts besides loopback that events may be delivered to, each delivery within
    `delivery_timeout` seconds. `app` is an application built before, which stays open; all but the port are
    ignored then.

    Raises:
        UsageError: the port is taken, the clock or seed are wrong, or the database cannot be used, was made
            by a newer program or from another seed. RuntimeError: the server did not start.
    """
    # Not above: a tenth of the time that `punchh-contract sandbox`, which has no use for it, takes to start.
    from punchh_contract.sandbox.client import Control

    with contextlib.ExitStack() as stack:
        if app is None:
            app = build(clock, seed, db, deliver_to, delivery_timeout)
            stack.callback(app.state.store.close)
        listener = stack.enter_context(contextlib.closing(bind("127.0.0.1", port)))
        stack.enter_context(_served(app, listener))
        url = address(listener)
        control = stack.enter_context(Control(url))
        yield Sandbox(url, credentials(app.state.store), app, control)


@contextlib.contextmanager
def _served(app: Starlette, listener: socket.socket) -> Generator[None]:
    """Serve in a thread for the length of a `with`."""
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
        yield
    finally:
        served.should_exit = True
        thread.join(timeout=START_TIMEOUT)
    if thread.is_alive():
        raise RuntimeError("the sandbox did not stop")
