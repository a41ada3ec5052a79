"""Sends one request of a certification, whole or standing still in the middle, and says what was answered.

Each goes over a connection of its own. No redirect is followed, no cookie kept, no proxy of the environment
used. Of an answer only its status is kept: its text could repeat what was sent.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Literal

import httpx

from punchh_contract.errors import UsageError

__all__ = ["Answer", "Hold", "Wire", "target"]

_READ = 64 * 1024
"""Bytes of an answer's body that are waited for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int | None
    """None for no answer."""
    seconds: float
    trouble: Literal["late", "closed", "nobody"] | None = None
    """Why there was none: not in time, the connection ended, nobody listens."""

    def __str__(self) -> str:
        if self.trouble == "late":
            return f"no answer in {self.seconds:.3g} s"
        if self.trouble is not None:
            return "nobody listens" if self.trouble == "nobody" else "the connection ended without an answer"
        return f"{self.status} in {self.seconds * 1000:.0f} ms"


class Hold:
    """Where a request stands still: `reached` when it does, and goes on when `released` is set."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.released = asyncio.Event()


def target(url: str) -> tuple[str, str]:
    """Return an address as it is sent, and its path and query. Raises UsageError for what cannot be sent."""
    try:
        parsed = httpx.Request("POST", url).url
    except httpx.InvalidURL:
        raise UsageError("the address is no URL that can be sent: shorten path and query") from None
    uri = parsed.raw_path.decode("ascii")
    origin = str(parsed.copy_with(raw_path=b"/")).rstrip("/")
    return origin + uri, uri


class Wire:
    """The way to one address, within a time limit in seconds for each whole request."""

    def __init__(self, url: str, limit: float) -> None:
        self._url = url
        self._limit = limit
        self._transport = httpx.AsyncHTTPTransport(
            # Without TLS there is nothing to check, and certificates take their time to load.
            verify=url.startswith("https:"),
            trust_env=False,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self._transport.aclose()

    async def send(
        self, method: str, body: bytes, headers: Mapping[str, str], hold: Hold | None = None
    ) -> Answer:
        """Send once. With a `hold` the limit counts from when it goes on."""
        request = httpx.Request(
            method,
            self._url,
            headers={
                "Accept": "*/*",
                "Accept-Encoding": "identity",
                "Connection": "close",
                "User-Agent": "punchh-contract",
                **(
                    {"Content-Type": "application/json", "Content-Length": str(len(body))}
                    if method == "POST"
                    else {}
                ),
                **headers,
            },
            content=body if hold is None else _halting(body, hold),
        )
        started = time.monotonic()
        try:
            async with asyncio.timeout(None) as timeout:
                if hold is None:
                    timeout.reschedule(asyncio.get_running_loop().time() + self._limit)
                    status = await self._status(request)
                else:
                    status = await self._held(request, hold, timeout)
        except TimeoutError:
            return Answer(None, self._limit, "late")
        except httpx.ConnectError:
            return Answer(None, time.monotonic() - started, "nobody")
        except (httpx.HTTPError, OSError):
            return Answer(None, time.monotonic() - started, "closed")
        return Answer(status, time.monotonic() - started)

    async def _held(self, request: httpx.Request, hold: Hold, timeout: asyncio.Timeout) -> int:
        async def limit() -> None:
            await hold.released.wait()
            timeout.reschedule(asyncio.get_running_loop().time() + self._limit)

        watch = asyncio.create_task(limit())
        try:
            return await self._status(request)
        finally:
            watch.cancel()

    async def _status(self, request: httpx.Request) -> int:
        response = await self._transport.handle_async_request(request)
        try:
            read = 0
            async for chunk in response.aiter_raw():
                read += len(chunk)
                if read > _READ:
                    break
        finally:
            await response.aclose()
        return response.status_code


async def _halting(body: bytes, hold: Hold) -> AsyncIterator[bytes]:
    half = len(body) // 2
    yield body[:half]
    # Asked for the next part, it has sent the first.
    hold.reached.set()
    await hold.released.wait()
    yield body[half:]
