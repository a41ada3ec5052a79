"""What went wrong below HTTP, and the question that matters with money: might the server have the request?

`written` is the safe answer: False only where not one byte of the request can have left. The drivers' own
network backend knows it exactly and builds `Fault` by itself; `fault_of` judges what any other httpx client
or transport raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import httpx

__all__ = ["Fault", "FaultKind", "fault_of"]

FaultKind = Literal[
    "connect",  # no connection: refused, unreachable, unknown name, TLS handshake
    "connect_timeout",
    "pool_timeout",  # no free connection in time
    "proxy",  # the tunnel was not made
    "unsupported",  # no http or https address
    "request",  # our own request broke the protocol before it was sent
    "write",
    "write_timeout",
    "read",
    "read_timeout",
    "timeout",  # the total deadline, wherever it struck
    "protocol",  # what came back is no HTTP
    "decoding",  # its Content-Encoding cannot be undone
    "redirect",  # a brought client followed redirects, in a circle
    "too_large",  # the answer is longer than we read
    "other",
]


@dataclass(frozen=True, repr=False)
class Fault:
    """A call that brought no answer.

    `written`: might a byte of the request have reached the server? `error` is what was raised, if anything;
    httpx's errors hold the request, so the repr shows only its type.
    """

    kind: FaultKind
    written: bool
    error: Exception | None = None

    def __repr__(self) -> str:
        return f"Fault({self.kind!r}, written={self.written}, error={type(self.error).__name__})"


# The order counts: the first class that fits decides, and subclasses stand before their bases.
_KINDS: tuple[tuple[type[Exception], FaultKind, bool], ...] = (
    (httpx.ConnectTimeout, "connect_timeout", False),
    (httpx.PoolTimeout, "pool_timeout", False),
    (httpx.WriteTimeout, "write_timeout", True),
    (httpx.ReadTimeout, "read_timeout", True),
    (httpx.TimeoutException, "timeout", True),
    (httpx.ConnectError, "connect", False),
    (httpx.ProxyError, "proxy", False),
    (httpx.UnsupportedProtocol, "unsupported", False),
    (httpx.WriteError, "write", True),
    (httpx.NetworkError, "read", True),  # ReadError; CloseError comes after the answer was read
    (httpx.ProtocolError, "protocol", True),
    (httpx.DecodingError, "decoding", True),
    (httpx.TooManyRedirects, "redirect", True),
    (TimeoutError, "timeout", True),  # asyncio.timeout
)


def fault_of(error: Exception) -> Fault:
    """Judge an exception of an httpx client or transport; whatever is not known might have been written."""
    if isinstance(error, httpx.LocalProtocolError) and _before_writing(error):
        return Fault("request", written=False, error=error)
    for kind, name, written in _KINDS:
        if isinstance(error, kind):
            return Fault(name, written, error)
    return Fault("other", written=True, error=error)


def _before_writing(error: BaseException) -> bool:
    # h11 refuses our request (a header that none may send) before it makes bytes of it; and a body whose
    # length differs from its header is never whole. HTTP/2's errors of this kind can come at any time.
    # httpcore wraps h11's own error, httpx wraps httpcore's.
    inner = error.__cause__.args if error.__cause__ is not None else ()
    return bool(inner) and type(inner[0]).__module__.partition(".")[0] == "h11"
