"""Reads an answer within bounds of size and time: a target may be broken, or mean it badly."""

import http.client
import io
import socket
import time
import zlib
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.response import BaseHTTPResponse

LARGEST = 4 * 2**20
"""Bytes of an answer that are read; the contract's answers have a few thousand."""
LONGEST = 30.0
"""Seconds for a whole answer, head and body, however steadily it drips."""
PIECE = 2**16
_AUTO = zlib.MAX_WBITS | 32


class EndlessError(requests.ConnectionError):
    """An answer that did not end within the bound of size."""


def adapter(until: float | None, clock: Callable[[], float] = time.monotonic) -> HTTPAdapter:
    """The network for a session whose answers end in time: LONGEST after they are waited for, and by `until`,
    in seconds of `clock`, if that comes before. One that does not is a time-out.

    The time-out of a request cannot do that: it begins anew with each byte.
    """

    class Reply(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
            super().__init__(sock, *args, **more)
            last = clock() + LONGEST
            last = last if until is None else min(last, until)
            self.fp = io.BufferedReader(_Bounded(sock, self.fp, last, clock))

    class Plain(HTTPConnection):
        response_class = Reply

    class Tls(HTTPSConnection):
        response_class = Reply

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain  # pyright: ignore[reportAssignmentType]  # nor do urllib3's own fit it

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = Tls  # pyright: ignore[reportAssignmentType]

    made = HTTPAdapter()
    made.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": TlsPool}
    return made


class _Bounded(io.RawIOBase):
    """What comes from a socket up to a moment. Raises TimeoutError after it."""

    def __init__(
        self, sock: socket.socket, file: io.BufferedReader, last: float, clock: Callable[[], float]
    ) -> None:
        self._sock = sock
        self._file = file.detach()  # nothing was read from it yet
        self._last = last
        self._clock = clock
        self._patience = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._last - self._clock()
        if left <= 0:
            raise TimeoutError("the answer did not end")
        self._sock.settimeout(left if self._patience is None else min(self._patience, left))
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


def read(response: requests.Response) -> None:
    """Read the body of a response that was asked for as a stream, so that `content` has it.

    Raises EndlessError, and what urllib3 raises for a connection that breaks or takes too long.
    """
    raw: BaseHTTPResponse = response.raw
    pieces: list[bytes] = []
    size = 0
    while piece := raw.read1(PIECE, decode_content=False):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST:
            response.close()
            raise EndlessError("the answer did not end", request=response.request)
    raw.release_conn()
    response._content = _decoded(response, b"".join(pieces))  # noqa: SLF001  # where requests keeps it
    response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001


def _decoded(response: requests.Response, content: bytes) -> bytes:
    """The body without its compression, which nobody asked for; a bomb is no answer."""
    if response.headers.get("Content-Encoding", "").strip().lower() not in ("gzip", "deflate"):
        return content
    decoder = zlib.decompressobj(_AUTO)
    try:
        plain = decoder.decompress(content, LARGEST)
    except zlib.error:
        raise requests.ConnectionError("the answer cannot be read", request=response.request) from None
    if decoder.unconsumed_tail:
        raise EndlessError("the answer did not end", request=response.request)
    return plain
