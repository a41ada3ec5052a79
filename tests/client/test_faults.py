"""Which exceptions of httpx may have reached the server, and which cannot have."""

import asyncio
import socket

import httpx
import pytest

from punchh_contract.client.faults import Fault, fault_of

UNWRITTEN = {
    httpx.ConnectError: "connect",
    httpx.ConnectTimeout: "connect_timeout",
    httpx.PoolTimeout: "pool_timeout",
    httpx.ProxyError: "proxy",
    httpx.UnsupportedProtocol: "unsupported",
}
WRITTEN = {
    httpx.TimeoutException: "timeout",
    httpx.ReadTimeout: "read_timeout",
    httpx.WriteTimeout: "write_timeout",
    httpx.ReadError: "read",
    httpx.WriteError: "write",
    httpx.CloseError: "read",
    httpx.NetworkError: "read",
    httpx.ProtocolError: "protocol",
    httpx.LocalProtocolError: "protocol",
    httpx.RemoteProtocolError: "protocol",
    httpx.DecodingError: "decoding",
    httpx.TooManyRedirects: "redirect",
    httpx.TransportError: "other",
    httpx.RequestError: "other",
}


def below(kind: type[Exception]) -> set[type[Exception]]:
    return {kind}.union(*(below(each) for each in kind.__subclasses__()))


def test_every_error_of_httpx_is_judged_by_name() -> None:
    own = {each for each in below(httpx.RequestError) if each.__module__.startswith("httpx")}
    assert own == UNWRITTEN.keys() | WRITTEN.keys()


@pytest.mark.parametrize(("kind", "name"), UNWRITTEN.items())
def test_nothing_was_written(kind: type[httpx.RequestError], name: str) -> None:
    error = kind("lost")
    assert fault_of(error) == Fault(name, False, error)  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "name"), WRITTEN.items())
def test_something_may_have_been_written(kind: type[httpx.RequestError], name: str) -> None:
    error = kind("lost")
    assert fault_of(error) == Fault(name, True, error)  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [OSError("gone"), RuntimeError("closed"), ValueError("odd")])
def test_what_nobody_knows_may_have_been_written(error: Exception) -> None:
    assert fault_of(error) == Fault("other", True, error)


def test_a_deadline_of_asyncio_may_have_been_written() -> None:
    async def late() -> None:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError) as caught:
        asyncio.run(late())
    assert fault_of(caught.value).kind == "timeout"
    assert fault_of(caught.value).written


def test_a_request_that_h11_refuses_was_never_written() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with httpx.Client(trust_env=False) as client, pytest.raises(httpx.LocalProtocolError) as caught:
            client.get(address, headers={"X-Bad": "a\x00b"})
        connection, _ = server.accept()
        with connection:
            assert connection.recv(100) == b""
    fault = fault_of(caught.value)
    assert (fault.kind, fault.written) == ("request", False)


def test_a_refused_connection_was_never_written() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ConnectError) as caught:
        client.post(f"http://127.0.0.1:{port}/", content=b"{}")
    assert not fault_of(caught.value).written


def test_its_repr_does_not_show_the_request() -> None:
    request = httpx.Request("POST", "http://127.0.0.1/", content=b"zebediah@example.com")
    fault = fault_of(httpx.ReadError("zebediah@example.com", request=request))
    assert repr(fault) == "Fault('read', written=True, error=ReadError)"
