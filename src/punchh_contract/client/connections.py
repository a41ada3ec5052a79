"""The way out of a client: a pool of connections of our own, or what somebody brought.

A transport is called directly, since what `httpx.Client` adds to it no call of ours uses: redirects, auth,
proxies of the environment, and cookies, which would tie one guest's call to another's. A brought
`httpx.Client` is used by its `send`, so that its mounts and event hooks work.
"""

from __future__ import annotations

import os
import ssl
import threading

import httpx

from punchh_contract.errors import UsageError

__all__ = ["AsyncConnections", "Connections"]

_CLOSED = "this client is closed: make another, or close it later"

# What a fork left behind: closing it would end TLS sessions that the parent goes on using.
_left_behind: list[object] = []


class Connections:
    """Sends over `client`, or over `transport`, or over a pool of our own.

    A forked process makes its own pool: two on one connection would read each other's answers.
    """

    def __init__(
        self, base_url: httpx.URL, client: httpx.Client | None, transport: httpx.BaseTransport | None
    ) -> None:
        self._lock = threading.Lock()
        self._client = client
        self._ours = client is None and transport is None
        self._pid = os.getpid()
        self._closed = False
        self._tls = _tls_for(base_url) if self._ours else None
        self._transport = transport or (None if client else self._made())

    def check(self) -> None:
        """Raises UsageError once it is closed."""
        if self._closed or (self._client is not None and self._client.is_closed):
            raise UsageError(_CLOSED)

    def renew(self) -> None:
        """Give our pool up, and make another: an interrupt (Ctrl-C) that struck inside httpcore can leave one
        of its locks taken for good, and the next call would wait for it without an end.

        The calls of other threads that are at the old one go on; its connections end with the last of them.
        """
        with self._lock:
            if self._ours and not self._closed:
                self._transport = self._made()

    def send(self, request: httpx.Request) -> httpx.Response:
        """Send, and return the answer with its body not yet read. Raises what a transport raises."""
        if self._client is not None:
            return self._client.send(request, stream=True, auth=None, follow_redirects=False)
        if self._ours and self._pid != os.getpid():
            with self._lock:
                if self._pid != os.getpid():
                    _left_behind.append(self._transport)
                    self._transport, self._pid = self._made(), os.getpid()
        assert self._transport is not None  # noqa: S101  # there is one or the other
        return self._transport.handle_request(request)

    def close(self) -> None:
        """Close the transport; a brought client is left open."""
        self._closed = True
        if self._transport is not None and self._pid == os.getpid():
            self._transport.close()

    def _made(self) -> httpx.BaseTransport:
        from punchh_contract.client.deadline import WatchedTransport

        return WatchedTransport(self._tls)


class AsyncConnections:
    """The same for asyncio."""

    def __init__(
        self,
        base_url: httpx.URL,
        client: httpx.AsyncClient | None,
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        self._base_url = base_url
        self._client = client
        self._ours = client is None and transport is None
        self._pid = os.getpid()
        self._closed = False
        self._transport = transport or (None if client else self._made())

    def check(self) -> None:
        """Raises UsageError once it is closed."""
        if self._closed or (self._client is not None and self._client.is_closed):
            raise UsageError(_CLOSED)

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send, and return the answer with its body not yet read. Raises what a transport raises."""
        if self._client is not None:
            return await self._client.send(request, stream=True, auth=None, follow_redirects=False)
        if self._ours and self._pid != os.getpid():
            _left_behind.append(self._transport)
            self._transport, self._pid = self._made(), os.getpid()
        assert self._transport is not None  # noqa: S101  # there is one or the other
        return await self._transport.handle_async_request(request)

    async def close(self) -> None:
        """Close the transport; a brought client is left open."""
        self._closed = True
        if self._transport is not None and self._pid == os.getpid():
            await self._transport.aclose()

    def _made(self) -> httpx.AsyncBaseTransport:
        from punchh_contract.client.deadline import AsyncWatchedTransport

        return AsyncWatchedTransport(_tls_for(self._base_url))


def _tls_for(base_url: httpx.URL) -> ssl.SSLContext | None:
    """What https is checked by: certifi's roots, or those of `SSL_CERT_FILE` and `SSL_CERT_DIR`. Loading them
    takes a while, so http, which is for a sandbox, goes without.
    """
    return httpx.create_ssl_context() if base_url.scheme == "https" else None
