"""A transport for your own tests that loses, cuts and spoils answers as a script says.

It stands between a client and any other httpx transport, sync or async: a server's, the sandbox's, or an
`httpx.MockTransport`. Each request takes the next act of the script; when the script is over, all pass. See
`docs/client-testing.md`.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpx

__all__ = [
    "BAD_GATEWAY",
    "BAD_GATEWAY_UNREACHED",
    "CONNECT_TIMEOUT",
    "DROP_AFTER_WRITE",
    "DROP_BEFORE_WRITE",
    "DROP_MID_ANSWER",
    "DROP_WHILE_WRITING",
    "EMPTY",
    "EVERY_ACT",
    "PASS",
    "POOL_TIMEOUT",
    "READ_TIMEOUT",
    "TRUNCATED",
    "UNKNOWN_520",
    "Act",
    "ChaosTransport",
    "rate_limited",
    "slow",
]

_HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>cloudflare</body></html>"


@dataclass(frozen=True)
class Act:
    """What happens to one request.

    `reaches`: the server gets it and does what it asks. Then `error` is raised, or `status`, `headers` and
    `content` answer in the server's place, or its own answer comes with the share `keep` (0.0 to 1.0) of its
    body. `delay` is in seconds and ends in a ReadTimeout where the client's read timeout is shorter.
    """

    name: str
    reaches: bool
    error: type[httpx.TransportError] | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    keep: float = 1.0
    delay: float = 0.0


def rate_limited(retry_after: int | datetime | None = None) -> Act:
    """A 429 before anything is done, with `Retry-After` in seconds, as a date (zoned), or absent.

    That a limit answers so is assumed: PAR documents limits and no answer.
    """
    name, headers = "rate_limited", {"Content-Type": "application/json"}
    if isinstance(retry_after, datetime):
        name = "rate_limited_date"
        headers["Retry-After"] = format_datetime(retry_after.astimezone(UTC), usegmt=True)
    elif retry_after is not None:
        name = "rate_limited_seconds"
        headers["Retry-After"] = str(retry_after)
    content = b'{"error":"Too many requests"}'
    return Act(
        name,
        reaches=False,
        status=429,
        headers=headers,
        content=content,
    )


def slow(seconds: float) -> Act:
    """The server does its work at once and answers after `seconds`."""
    return Act("slow", reaches=True, delay=seconds)


def _page(name: str, status: int, title: str, *, reaches: bool) -> Act:
    content = _HTML.format(title).encode()
    return Act(name, reaches=reaches, status=status, headers={"Content-Type": "text/html"}, content=content)


PASS = Act("pass", reaches=True)
"""Nothing is wrong."""
DROP_BEFORE_WRITE = Act("drop_before_write", reaches=False, error=httpx.ConnectError)
"""No connection."""
CONNECT_TIMEOUT = Act("connect_timeout", reaches=False, error=httpx.ConnectTimeout)
"""No connection in time."""
POOL_TIMEOUT = Act("pool_timeout", reaches=False, error=httpx.PoolTimeout)
"""All connections are busy."""
DROP_WHILE_WRITING = Act("drop_while_writing", reaches=False, error=httpx.WriteError)
"""The connection breaks while the request is written; the server gets half of it and does nothing."""
DROP_AFTER_WRITE = Act("drop_after_write", reaches=True, error=httpx.ReadError)
"""The server does its work and the connection breaks before the answer: the case that redeems twice."""
READ_TIMEOUT = Act("read_timeout", reaches=True, error=httpx.ReadTimeout)
"""The server does its work and is too slow to say so."""
DROP_MID_ANSWER = Act("drop_mid_answer", reaches=True, error=httpx.RemoteProtocolError)
"""The connection breaks in the middle of the answer."""
TRUNCATED = Act("truncated", reaches=True, keep=0.5)
"""The server's answer with half of its body, its length made to fit."""
EMPTY = Act("empty", reaches=True, keep=0.0)
"""The server's answer without its body."""
BAD_GATEWAY = _page("bad_gateway", 502, "502 Bad Gateway", reaches=True)
"""The server does its work; a proxy answers with an HTML page."""
BAD_GATEWAY_UNREACHED = _page("bad_gateway_unreached", 502, "502 Bad Gateway", reaches=False)
"""The same page, and the server never saw the request: nobody can tell the two apart."""
UNKNOWN_520 = _page("unknown_520", 520, "520 Web server is returning an unknown error", reaches=True)
"""Cloudflare's own status, after the server did its work."""

EVERY_ACT = (
    PASS,
    DROP_BEFORE_WRITE,
    CONNECT_TIMEOUT,
    POOL_TIMEOUT,
    DROP_WHILE_WRITING,
    DROP_AFTER_WRITE,
    READ_TIMEOUT,
    DROP_MID_ANSWER,
    TRUNCATED,
    EMPTY,
    BAD_GATEWAY,
    BAD_GATEWAY_UNREACHED,
    UNKNOWN_520,
    rate_limited(),
    rate_limited(0),
)
"""All that need no argument of yours, to draw from with a seeded `random.Random`."""


class ChaosTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Hands each request to `inner` as the next act of `script` allows.

    `script` may be endless. `sleep` (and `async_sleep`) stand in for the clock where a test must not wait.
    `seen` lists all requests, `reached` those that `inner` got, each with its bytes in `.content`.
    """

    def __init__(
        self,
        inner: httpx.BaseTransport | httpx.AsyncBaseTransport,
        script: Iterable[Act] = (),
        *,
        sleep: Callable[[float], None] = time.sleep,
        async_sleep: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        self._inner: Any = inner
        self._script = iter(script)
        self._sleep = sleep
        self._async_sleep = async_sleep
        self.seen: list[httpx.Request] = []
        self.reached: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        act = self._next(request)
        answer = None
        if act.reaches:
            answer = self._inner.handle_request(request)
            if act is PASS:
                return answer  # type: ignore[no-any-return]  # inner is one of the two kinds of transport
            answer.read()
            answer.close()
        if act.delay:
            self._sleep(min(act.delay, _read_timeout(request)))
        return _finish(act, request, answer)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        act = self._next(request)
        answer = None
        if act.reaches:
            answer = await self._inner.handle_async_request(request)
            if act is PASS:
                return answer  # type: ignore[no-any-return]  # as above
            await answer.aread()
            await answer.aclose()
        if act.delay:
            if self._async_sleep is None:
                import anyio  # httpx's own, under asyncio and trio

                self._async_sleep = anyio.sleep
            await self._async_sleep(min(act.delay, _read_timeout(request)))
        return _finish(act, request, answer)

    def close(self) -> None:
        self._inner.close()

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _next(self, request: httpx.Request) -> Act:
        act = next(self._script, PASS)
        self.seen.append(request)
        if act.reaches:
            self.reached.append(request)
        return act


def _finish(act: Act, request: httpx.Request, answer: httpx.Response | None) -> httpx.Response:
    if act.delay and act.delay >= _read_timeout(request):
        raise httpx.ReadTimeout(f"chaos: {act.name}", request=request)
    if act.error is not None:
        raise act.error(f"chaos: {act.name}", request=request)
    if act.status is not None or answer is None:
        return httpx.Response(act.status or 200, headers=act.headers, content=act.content, request=request)
    # The body was decoded and may be shorter: these two headers of the server no longer fit.
    headers = [
        each for each in answer.headers.multi_items() if each[0] not in {"content-encoding", "content-length"}
    ]
    body = answer.content[: int(len(answer.content) * act.keep)]
    return httpx.Response(answer.status_code, headers=headers, content=body, request=request)


def _read_timeout(request: httpx.Request) -> float:
    seconds = request.extensions.get("timeout", {}).get("read")
    return float("inf") if seconds is None else float(seconds)
