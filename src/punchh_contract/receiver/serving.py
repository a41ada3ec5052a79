"""Serves a receiver on a socket of this machine, in a thread beside the one that waits for Ctrl-C."""

import contextlib
import ipaddress
import logging
import socket
import threading
from collections.abc import Generator

import uvicorn
from starlette.applications import Starlette

from punchh_contract.errors import UsageError

__all__ = ["bind", "serving"]

_START = 30.0
"""Seconds that a server may take to start, or to stop."""


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to a loopback address; port 0 takes a free one.

    Raises UsageError if the address is not loopback, or the port is taken or not allowed. The vendor's
    deliveries come over HTTPS from outside, so through a tunnel or proxy that ends on this machine anyway.
    """
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise UsageError(
            "the receiver listens on a loopback address, such as 127.0.0.1 or ::1: let a tunnel or proxy lead"
            " there"
        )
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


@contextlib.contextmanager
def serving(app: Starlette, listener: socket.socket) -> Generator[str]:
    """Serve for the length of a `with`, and yield the address, without a slash at the end.

    It is closed in order: what was taken is answered. Closes `listener`. Raises RuntimeError if the server
    does not start or stop.
    """
    server = _Server(app)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="punchh-receiver", daemon=True
    )
    thread.start()
    try:
        if not server.ready.wait(_START):
            raise RuntimeError("the receiver did not start")
        host, port = listener.getsockname()[:2]
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join(_START)
        listener.close()
    if thread.is_alive():
        raise RuntimeError("the receiver did not stop")


class _Server(uvicorn.Server):
    def __init__(self, app: Starlette) -> None:
        self.ready = threading.Event()
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                log_level=logging.ERROR,
                access_log=False,
                lifespan="off",
                ws="none",
                server_header=False,
                timeout_graceful_shutdown=2,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # A request that never came whole would be waited for, cancelled, and told with a traceback.
        for connection in list(self.server_state.connections):
            cycle = getattr(connection, "cycle", None)
            if cycle is not None and cycle.more_body and not cycle.response_complete:
                connection.transport.close()
        await super().shutdown(sockets)
