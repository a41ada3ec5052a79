"""Reads the body of an answer within bounds of size and time: a target may be broken, or mean it badly."""

import time
import zlib
from collections.abc import Callable

import requests
from urllib3.response import BaseHTTPResponse

LARGEST = 4 * 2**20
"""Bytes of an answer that are read; the contract's answers have a few thousand."""
LONGEST = 30.0
"""Seconds for a whole answer, however steadily it drips."""
PIECE = 2**16
_AUTO = zlib.MAX_WBITS | 32


class EndlessError(requests.ConnectionError):
    """An answer that did not end within the bounds."""


def read(
    response: requests.Response, until: float | None, clock: Callable[[], float] = time.monotonic
) -> None:
    """Read the body of a response that was asked for as a stream, so that `content` has it.

    `until` is the last moment, in terms of `clock`, where it comes before LONGEST. Raises EndlessError, and
    what urllib3 raises for a connection that breaks.
    """
    last = clock() + LONGEST
    if until is not None:
        last = min(last, until)
    raw: BaseHTTPResponse = response.raw
    pieces: list[bytes] = []
    size = 0
    while piece := raw.read1(PIECE, decode_content=False):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST or clock() > last:
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
