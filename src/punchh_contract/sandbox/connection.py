"""Ends the TCP connection under an answer, as a broken network would.

ASGI has no word for that, so this reaches for the transport of uvicorn's request cycle behind `send`. Where
there is none (the application called in process) the caller gets the exception that a socket would give.
"""

import asyncio
import contextlib
import socket
import struct
import sys
from typing import Any, Protocol, cast

from starlette.types import Receive, Send

# Struct linger {on, 0 seconds}: close throws away what is unsent and answers with a reset.
_NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class _Transport(Protocol):
    """What asyncio's and uvloop's transports share; uvloop's is no `asyncio.Transport`."""

    def get_extra_info(self, name: str) -> Any: ...

    def abort(self) -> None: ...

    def close(self) -> None: ...


def _transport(send: Send) -> _Transport | None:
    return cast("_Transport | None", getattr(getattr(send, "__self__", None), "transport", None))


async def read(receive: Receive) -> None:
    """Take the whole request. Without that a reset may strike while the caller still sends, which tells it
    that nothing ran."""
    while (await receive()).get("more_body"):
        pass


async def reset(receive: Receive, send: Send) -> None:
    """End the connection with a TCP reset; the caller sees ECONNRESET.

    Raises:
        ConnectionResetError: there is no connection; the exception is for the caller in process.
    """
    transport = _transport(send)
    if transport is None:
        raise ConnectionResetError("a planted fault reset the connection")
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
    await _gone(receive)


async def close(receive: Receive, send: Send) -> None:
    """End the connection after what was sent, however much the headers promised. In process there is no
    connection: the answer just ends there."""
    transport = _transport(send)
    if transport is None:
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return
    transport.close()
    await _gone(receive)


async def drop(receive: Receive, send: Send) -> bool:
    """End the connection of a request that the stopping server has cancelled; False if there is none."""
    transport = _transport(send)
    if transport is None:
        return False
    transport.abort()
    with contextlib.suppress(asyncio.CancelledError):  # again, when the loop itself ends
        await _gone(receive)
    return True


async def _gone(receive: Receive) -> None:
    """Wait until the server knows that the connection is gone, or it would log an answer cut short."""
    while (await receive())["type"] != "http.disconnect":
        pass
