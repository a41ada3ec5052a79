"""Sends one request to a subscriber and says what came of it. Never logs what it sends or gets."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from punchh_contract.errors import UsageError
from punchh_contract.sandbox.deliveries import addresses, signing
from punchh_contract.sandbox.store.outgoing import Subscriber

if TYPE_CHECKING:
    import httpx

READ_BYTES = 4096
"""Of an answer's body: a subscriber that talks on is not listened to."""
_AGENT = "punchh-contract-sandbox"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a subscriber answered."""

    status: int | None
    """None for no answer."""
    error: str | None = None
    """Why there was none."""

    @property
    def text(self) -> str:
        """For a person."""
        return self.error or f"answered {self.status}"


class Sender:
    """Calls subscribers, each time over a connection of its own.

    It goes below httpx's client, which would keep cookies; redirects and proxies of the environment it does
    not know.
    """

    def __init__(self, timeout: float, allow_hosts: Collection[str]) -> None:
        self._timeout = timeout
        self._allow_hosts = addresses.hosts(allow_hosts)
        self._transport: httpx.AsyncHTTPTransport | None = None

    def check(self, url: str) -> "httpx.URL":
        """The address, if it may be called; else UsageError."""
        return addresses.check(url, self._allow_hosts)

    async def post(self, subscriber: Subscriber, body: bytes) -> Answer:
        """Deliver."""
        return await self._call("POST", subscriber, body)

    async def verify(self, subscriber: Subscriber) -> Answer:
        """Ask the subscriber whether it is there, with a GET."""
        return await self._call("GET", subscriber, b"")

    async def close(self) -> None:
        """Let go of connections."""
        if self._transport is not None:
            await self._transport.aclose()

    async def _call(self, method: str, subscriber: Subscriber, body: bytes) -> Answer:
        # Not above: a sandbox without subscribers starts without it.
        import httpx

        try:
            # Again, for the database may have been filled by a sandbox that had leave to call elsewhere.
            url = self.check(subscriber.url)
            headers = {
                "user-agent": _AGENT,
                "accept": "*/*",
                **signing.headers(subscriber, url.raw_path.decode("ascii"), body),
            }
            if method == "POST":
                headers["content-type"] = "application/json"
            request = httpx.Request(method, url, headers=headers, content=body or None)
            async with asyncio.timeout(self._timeout):
                return Answer(await self._status(request))
        except TimeoutError:
            return Answer(None, f"no answer within {self._timeout:g} s")
        except httpx.ConnectError:
            return Answer(None, "cannot connect")
        except httpx.TransportError as error:
            return Answer(None, f"the connection failed ({type(error).__name__})")
        except UsageError as error:
            return Answer(None, str(error))
        except UnicodeError:
            return Answer(None, "its name, password, token or secret does not fit into a header")

    async def _status(self, request: "httpx.Request") -> int:
        import httpx

        if self._transport is None:
            # Not before it is needed: reading the certificates of the world takes a while.
            limits = httpx.Limits(max_keepalive_connections=0)
            self._transport = httpx.AsyncHTTPTransport(trust_env=False, limits=limits)
        response = await self._transport.handle_async_request(request)
        try:
            size = 0
            # As it came: what unpacks small may be large.
            async for chunk in response.aiter_raw():
                size += len(chunk)
                if size >= READ_BYTES:
                    break
            return response.status_code
        finally:
            await response.aclose()
