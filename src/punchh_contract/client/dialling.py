"""Opens TCP connections in bounded time: the operating system's look-up of a name knows no timeout, and a
name with several addresses would take the whole timeout for each.
"""

from __future__ import annotations

import contextlib
import ipaddress
import queue
import socket
import threading
import time
from collections.abc import Iterable

import httpcore

__all__ = ["dial"]


def dial(
    host: str,
    port: int,
    timeout: float,
    *,
    local_address: str | None = None,
    options: Iterable[httpcore.SOCKET_OPTION] | None = None,
) -> httpcore.NetworkStream:
    """Connect within `timeout` seconds in all; each address gets its share of what is left.

    Raises httpcore.ConnectTimeout or httpcore.ConnectError.
    """
    deadline = time.monotonic() + timeout
    addresses = _addresses(host, port, timeout)
    backend = httpcore.SyncBackend()
    for place, address in enumerate(addresses, start=1):
        left = deadline - time.monotonic()
        if left <= 0:
            break
        share = left / (len(addresses) - place + 1)
        try:
            return backend.connect_tcp(address, port, share, local_address, options)
        except (httpcore.ConnectError, httpcore.ConnectTimeout):
            if place == len(addresses):
                raise
    raise httpcore.ConnectTimeout("timed out")


def _addresses(host: str, port: int, timeout: float) -> list[str]:
    """The host's addresses, in the order in which the system would try them."""
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host)
        return [host]
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            answers.put(error)
        else:
            # One each, in their order.
            answers.put(list(dict.fromkeys(str(address[0]) for *_, address in found)))

    # Nothing can interrupt a look-up: one that hangs is left behind, and its thread dies with it.
    threading.Thread(target=look_up, name="punchh-look-up", daemon=True).start()
    try:
        answer = answers.get(timeout=max(0.0, timeout))
    except queue.Empty:
        raise httpcore.ConnectTimeout("the name was not resolved in time") from None
    if isinstance(answer, OSError):
        raise httpcore.ConnectError(str(answer)) from answer
    return answer
