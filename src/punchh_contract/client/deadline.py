"""httpx transports that end in time and know whether a byte of the request was written.

httpx's timeouts are for each read: a server that drips one byte a second is never late. Here every read,
write and connect of a sync call gets what is left of its total time; an async call is cut off by
`asyncio.timeout`. Both are httpcore's own pools over a network backend (its public seam) that watches what is
written.

No proxy of the environment is used, and no HTTP/2: bring an `httpx` transport for either.
"""

from __future__ import annotations

import contextlib
import ssl
import typing
import weakref
from collections.abc import AsyncIterator, Generator, Iterable, Iterator

import httpcore
import httpx

from punchh_contract.client.attempt import current
from punchh_contract.client.dialling import dial

__all__ = ["AsyncWatchedTransport", "WatchedTransport"]

CONNECTIONS = 100
KEPT = 20
IDLE = 5.0
"""httpx's own limits: connections in all, kept open, and the seconds that an idle one is kept."""

_Options = Iterable[httpcore.SOCKET_OPTION] | None


class WatchedTransport(httpx.BaseTransport):
    """The transport of `PunchhClient`. `tls` is for https; None takes httpcore's default."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._streams: _Streams = weakref.WeakSet()
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=CONNECTIONS,
            max_keepalive_connections=KEPT,
            keepalive_expiry=IDLE,
            network_backend=_Backend(self._streams),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)  # noqa: S101  # httpx's own contract
        _watch()
        with _as_httpx():
            answer = self._pool.handle_request(_request(request, request.stream))
        assert isinstance(answer.stream, Iterable)  # noqa: S101  # httpcore's own contract
        return _response(answer, _Body(answer.stream, self))

    def close(self) -> None:
        self._pool.close()

    def __del__(self) -> None:
        # A pool that was given up, when the last call has left it: its own locks are not to be trusted.
        for stream in list(self._streams):
            stream.close()


class AsyncWatchedTransport(httpx.AsyncBaseTransport):
    """The transport of `AsyncPunchhClient`, for asyncio."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=CONNECTIONS,
            max_keepalive_connections=KEPT,
            keepalive_expiry=IDLE,
            network_backend=_AsyncBackend(),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)  # noqa: S101  # httpx's own contract
        _watch()
        with _as_httpx():
            answer = await self._pool.handle_async_request(_request(request, request.stream))
        assert isinstance(answer.stream, typing.AsyncIterable)  # noqa: S101  # httpcore's own contract
        return _response(answer, _AsyncBody(answer.stream))

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Backend(httpcore.NetworkBackend):
    def __init__(self, streams: _Streams) -> None:
        self._streams = streams

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _Options = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        seconds = 60.0 if left is None else left  # None: nobody said; the call of a client always does
        inner = dial(host, port, seconds, local_address=local_address, options=socket_options)
        return _Stream(inner, self._streams)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, streams: _Streams) -> None:
        self._inner = inner
        self._streams = streams
        streams.add(self)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # The most that TLS puts into a record: each piece gets what is left, as a server may read slowly.
        for start in range(0, len(buffer), 16_384):
            left = _left(timeout, httpcore.WriteTimeout)
            _wrote()
            self._inner.write(buffer[start : start + 16_384], left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._streams)

    def get_extra_info(self, info: str) -> typing.Any:
        return self._inner.get_extra_info(info)


_Streams = weakref.WeakSet[_Stream]
"""Those of a transport that still live."""


class _AsyncBackend(httpcore.AsyncNetworkBackend):
    def __init__(self) -> None:
        self._inner: typing.Any = httpcore.AnyIOBackend()  # it has no methods where anyio is not installed

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _Options = None,
    ) -> httpcore.AsyncNetworkStream:
        return _AsyncStream(await self._inner.connect_tcp(host, port, timeout, local_address, socket_options))

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class _AsyncStream(httpcore.AsyncNetworkStream):
    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if buffer:
            _wrote()
            await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _AsyncStream(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> typing.Any:
        return self._inner.get_extra_info(info)


class _Body(httpx.SyncByteStream):
    def __init__(self, inner: Iterable[bytes], transport: WatchedTransport) -> None:
        self._inner = inner
        self._transport = transport  # lives as long as somebody reads

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._inner

    def close(self) -> None:
        close = getattr(self._inner, "close", None)
        if close is not None:
            close()


class _AsyncBody(httpx.AsyncByteStream):
    def __init__(self, inner: typing.AsyncIterable[bytes]) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx():
            async for part in self._inner:
                yield part

    async def aclose(self) -> None:
        close = getattr(self._inner, "aclose", None)
        if close is not None:
            await close()


def _request(request: httpx.Request, stream: typing.Any) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=stream,
        extensions=request.extensions,
    )


def _response(answer: typing.Any, stream: httpx.SyncByteStream | httpx.AsyncByteStream) -> httpx.Response:
    return httpx.Response(answer.status, headers=answer.headers, stream=stream, extensions=answer.extensions)


@contextlib.contextmanager
def _as_httpx() -> Generator[None]:
    """httpcore's errors under the names that httpx has for them."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from error


def _watch() -> None:
    attempt = current.get()
    if attempt is not None:
        attempt.watched = True


def _wrote() -> None:
    attempt = current.get()
    if attempt is not None:
        attempt.written = True


def _left(timeout: float | None, late: type[Exception]) -> float | None:
    """What is left of an attempt, at most `timeout`; raises `late` where nothing is."""
    attempt = current.get()
    if attempt is None:
        return timeout
    left = attempt.left()
    if left <= 0:
        raise late("the total time is over")
    return left if timeout is None else min(left, timeout)
