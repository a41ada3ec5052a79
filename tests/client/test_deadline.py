"""A call is over in time, whatever a server does with it, and whether a byte of it left is known."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from punchh_contract import AsyncPunchhClient, PunchhClient
from punchh_contract.client import CallTimeout, ConnectionFailed, OutcomeUnknown, PunchhError
from punchh_contract.client.attempt import attempting
from punchh_contract.client.deadline import WatchedTransport
from punchh_contract.errors import UsageError

TIME = 0.3
"""Seconds that a call has here; what is promised is that it takes little more."""
SLACK = 1.5
"""A busy machine."""

Bodies = dict[str, dict[str, Any]]
Play = Callable[[socket.socket, threading.Event], None]


@contextlib.contextmanager
def serving(play: Play) -> Iterator[str]:
    """A server that does with each connection as it is told, until the end of the `with`."""
    over = threading.Event()
    threads: list[threading.Thread] = []

    def one(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            play(connection, over)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threads.append(threading.Thread(target=one, args=(connection,), daemon=True))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        acceptor = threading.Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            for thread in [acceptor, *threads]:
                thread.join(5)


def swallow(connection: socket.socket) -> None:
    """Read a request to its end."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65_536)
    head, _, rest = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(rest) < length:
        rest += connection.recv(65_536)


def drip_body(connection: socket.socket, over: threading.Event) -> None:
    swallow(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    while not over.wait(0.02):
        connection.sendall(b" ")


def drip_head(connection: socket.socket, over: threading.Event) -> None:
    swallow(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not over.wait(0.02):
        connection.sendall(b"a")


def say_nothing(connection: socket.socket, over: threading.Event) -> None:
    swallow(connection)
    over.wait()


def read_nothing(connection: socket.socket, over: threading.Event) -> None:
    over.wait()


def hang_up(connection: socket.socket, over: threading.Event) -> None:
    swallow(connection)


def stutter(connection: socket.socket, over: threading.Event) -> None:
    swallow(connection)
    connection.sendall(b"this is no HTTP\r\n\r\n")


def endless(connection: socket.socket, over: threading.Event) -> None:
    swallow(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not over.is_set():
        connection.sendall(b" " * 1_000_000)


def sync_call(url: str, keys: dict[str, str], body: Any, **options: Any) -> PunchhError:
    with (
        PunchhClient(environ={}, base_url=url, **{"timeout": TIME, **keys, **options}) as client,
        pytest.raises(PunchhError) as caught,
    ):
        client.create_online_redemption(body)
    return caught.value


def async_call(url: str, keys: dict[str, str], body: Any, **options: Any) -> PunchhError:
    async def call() -> PunchhError:
        async with AsyncPunchhClient(
            environ={}, base_url=url, **{"timeout": TIME, **keys, **options}
        ) as client:
            with pytest.raises(PunchhError) as caught:
                await client.create_online_redemption(body)
        return caught.value

    return asyncio.run(call())


Caller = Callable[..., PunchhError]
both = pytest.mark.parametrize("caller", [sync_call, async_call], ids=["sync", "async"])


@both
@pytest.mark.parametrize("play", [drip_body, drip_head, say_nothing, read_nothing])
def test_a_slow_server_cannot_hold_a_call(
    caller: Caller, play: Play, keys: dict[str, str], bodies: Bodies
) -> None:
    caller_warm(keys, bodies)
    with serving(play) as url:
        start = time.monotonic()
        error = caller(url, keys, bodies["create_online_redemption"], trust_external_uid=True)
        took = time.monotonic() - start
    assert type(error) is OutcomeUnknown
    assert took < TIME + SLACK


@both
@pytest.mark.parametrize("play", [hang_up, stutter])
def test_a_server_that_breaks_off_leaves_a_doubt(
    caller: Caller, play: Play, keys: dict[str, str], bodies: Bodies
) -> None:
    with serving(play) as url:
        error = caller(url, keys, bodies["create_online_redemption"], timeout=6)
    assert type(error) is OutcomeUnknown
    assert error.attempts == 1


@both
def test_an_answer_without_end_is_not_read_to_its_end(
    caller: Caller, keys: dict[str, str], bodies: Bodies
) -> None:
    with serving(endless) as url:
        error = caller(url, keys, bodies["create_online_redemption"], timeout=6)
    assert type(error) is OutcomeUnknown


@both
def test_a_closed_port_is_a_connection_that_failed(
    caller: Caller, keys: dict[str, str], bodies: Bodies
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    error = caller(f"http://127.0.0.1:{port}", keys, bodies["create_online_redemption"], timeout=6)
    assert type(error) is ConnectionFailed
    assert error.attempts == 3
    assert error.retryable


def test_a_name_that_is_not_looked_up_cannot_hold_a_call(
    keys: dict[str, str], bodies: Bodies, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller_warm(keys, bodies)
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(30) and [])
    start = time.monotonic()
    error = sync_call("http://nowhere.example", keys, bodies["create_online_redemption"])
    took = time.monotonic() - start
    over.set()
    assert type(error) in (CallTimeout, ConnectionFailed)
    assert took < TIME + SLACK


def test_a_name_that_does_not_exist_is_a_connection_that_failed(
    keys: dict[str, str], bodies: Bodies, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = sync_call("http://nowhere.example", keys, bodies["create_online_redemption"], timeout=6)
    assert type(error) is ConnectionFailed


def test_the_second_address_of_a_name_is_tried(
    keys: dict[str, str], bodies: Bodies, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(hang_up) as url:
        port = int(url.rpartition(":")[2])
        # Nobody listens on the first one.
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.2", "127.0.0.1")
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        error = sync_call(f"http://two.example:{port}", keys, bodies["create_online_redemption"], timeout=6)
    assert type(error) is OutcomeUnknown  # it was reached


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), True, 1e10, 10**400])
def test_a_time_that_is_none_is_refused(timeout: float, keys: dict[str, str], bodies: Bodies) -> None:
    with (
        PunchhClient(environ={}, base_url="http://127.0.0.1:1", **keys) as client,
        pytest.raises(UsageError, match="timeout"),
    ):
        client.force_redeem(bodies["force_redeem"], timeout=timeout)


def test_a_call_can_have_a_time_of_its_own(keys: dict[str, str], bodies: Bodies) -> None:
    caller_warm(keys, bodies)
    with serving(say_nothing) as url, PunchhClient(environ={}, base_url=url, timeout=60, **keys) as client:
        start = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            client.create_online_redemption(bodies["create_online_redemption"], timeout=TIME)
        assert time.monotonic() - start < TIME + SLACK


def test_an_attempt_knows_whether_a_byte_left() -> None:
    transport = WatchedTransport()
    request = httpx.Request("POST", "http://127.0.0.1:1/", content=b"x")
    with attempting(time.monotonic() + 5) as attempt, pytest.raises(httpx.ConnectError) as refused:
        transport.handle_request(request)
    assert (attempt.watched, attempt.written) == (True, False)
    assert not attempt.fault(refused.value).written
    with serving(hang_up) as url:
        request = httpx.Request("POST", url, content=b"x")
        with attempting(time.monotonic() + 5) as attempt, pytest.raises(httpx.RemoteProtocolError) as cut:
            transport.handle_request(request)
        assert (attempt.watched, attempt.written) == (True, True)
        assert attempt.fault(cut.value).written
    transport.close()


def test_what_we_did_not_watch_is_judged_by_its_kind() -> None:
    with attempting(time.monotonic() + 5) as attempt:
        assert not attempt.fault(httpx.ConnectError("refused")).written
        assert attempt.fault(httpx.ReadError("cut")).written
        assert attempt.fault(RuntimeError("anything else")).written


def caller_warm(keys: dict[str, str], bodies: Bodies) -> None:
    """Load what the first call loads, which is not what is timed here."""
    with (
        PunchhClient(environ={}, base_url="http://127.0.0.1:1", max_retries=0, **keys) as client,
        pytest.raises(ConnectionFailed),
    ):
        client.create_online_redemption(bodies["create_online_redemption"])
