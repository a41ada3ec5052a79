"""The body of an answer as it comes in: no longer than `LIMIT`, its Content-Encoding undone within that.

The client asks for none, so any is the server's own idea: one layer of gzip or deflate is undone, a stack
of them is not, since a few hundred bytes of one can hold gigabytes.
"""

from __future__ import annotations

import zlib

import httpx

from punchh_contract.client.calls import LIMIT

__all__ = ["Body"]

_PACKED = frozenset(["gzip", "x-gzip", "deflate"])
_BY_ITS_HEADER = zlib.MAX_WBITS | 32
"""zlib's word for: gzip or zlib, whichever it begins as."""


class Body:
    """What was read of `response` so far. Raises httpx.DecodingError for an encoding that is not undone.

    `whole`: somebody has read it already (a brought client's event hook, a transport that answers from
    memory), and httpx has undone its encoding; `add` then takes all of it at once.
    """

    def __init__(self, response: httpx.Response) -> None:
        self.whole = response.is_stream_consumed
        named = "" if self.whole else response.headers.get("Content-Encoding", "")
        layers = [each for part in named.split(",") if (each := part.strip().lower()) not in ("", "identity")]
        if len(layers) > 1 or not _PACKED.issuperset(layers):
            raise httpx.DecodingError("an answer in an encoding that was not asked for", request=None)
        self._unpack = zlib.decompressobj(_BY_ITS_HEADER) if layers else None
        self._came = 0
        self._read = bytearray()

    def add(self, part: bytes) -> bool:
        """Take what came; False once it is more than is read. Raises httpx.DecodingError if it is damaged."""
        self._came += len(part)
        if self._unpack is not None:
            try:
                part = self._unpack.decompress(part, LIMIT + 1 - len(self._read))
            except zlib.error as error:
                raise httpx.DecodingError(str(error), request=None) from error
        self._read += part
        return self._came <= LIMIT and len(self._read) <= LIMIT

    def __bytes__(self) -> bytes:
        return bytes(self._read)
