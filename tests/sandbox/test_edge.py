"""The envelope: bounds of requests, the headers of every answer, the log's line, over real sockets too."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import uvicorn
from sandbox.calling import ADA, NOW, Caller, Clock
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from punchh_contract.auth import Credentials, PunchhAuth
from punchh_contract.contract import load
from punchh_contract.sandbox import Sandbox, envelope, running
from punchh_contract.sandbox.envelope import Envelope, caused
from punchh_contract.sandbox.faults import Fault, Faults, Kind
from punchh_contract.sandbox.requestlog import RequestLog

FORCE = load().operation("force_redeem").path
ONE_POINT = {"user_id": ADA, "redemption": {"requested_punches": 1}}
KB = 1024
LARGE = envelope.BODY_BYTES + 1


@pytest.fixture(scope="module", params=["httptools", "h11"])
def served(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox behind each of uvicorn's two HTTP parsers, which see headers, bodies and closing apart."""
    config = uvicorn.Config

    def chosen(*arguments: Any, **options: Any) -> uvicorn.Config:
        return config(*arguments, **options, http=request.param)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uvicorn, "Config", chosen)
        with running(clock="2026-03-02T18:05:01Z") as sandbox:
            yield sandbox


def auth(sandbox: Sandbox) -> PunchhAuth:
    return PunchhAuth(Credentials.from_mapping(sandbox.credentials))


def force(sandbox: Sandbox, **more: Any) -> httpx.Response:
    return httpx.post(sandbox.url + FORCE, json=ONE_POINT, auth=auth(sandbox), **more)


def header(size: int, name: str = "x-padding") -> dict[str, str]:
    """A header of so many bytes, name and value."""
    return {name: "a" * (size - len(name))}


def redeemed(sandbox: Sandbox) -> int:
    return len(httpx.get(f"{sandbox.url}/_sandbox/guests/{ADA}").json()["redemptions"])


def test_a_header_of_16_kb_passes(served: Sandbox) -> None:
    assert force(served, headers=header(16 * KB)).status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(header(16 * KB + 1), id="one of more than 16 KB"),
        pytest.param(header(40 * KB), id="one of 40 KB"),
        pytest.param({**header(16 * KB), **header(16 * KB, "x-more")}, id="more than 32 KB together"),
    ],
)
def test_oversize_headers_are_refused_and_not_processed(served: Sandbox, headers: dict[str, str]) -> None:
    before = redeemed(served)
    response = force(served, headers=headers)
    assert (response.status_code, response.json()) == (431, {"error": "Request Header Fields Too Large"})
    assert (response.headers["x-pch-env"], len(response.headers["x-request-id"])) == ("sandbox", 36)
    assert redeemed(served) == before
    assert served.app.state.log.entries[-1].status == 431


def test_the_control_plane_has_the_same_bounds(served: Sandbox) -> None:
    assert httpx.get(f"{served.url}/_sandbox/health", headers=header(17 * KB)).status_code == 431


def test_headers_of_32_kb_pass_together(sandbox: Caller) -> None:
    def total(request: httpx.Request) -> int:
        return sum(len(name) + len(value) for name, value in request.headers.raw)

    url = "http://127.0.0.1:8787" + FORCE
    for over, status in ((0, 201), (1, 431)):
        bare = next(sandbox.auth().auth_flow(sandbox.client.build_request("POST", url, json=ONE_POINT)))
        size = 32 * KB - total(bare) - 16 * KB + over
        bare.headers.update({**header(16 * KB), **header(size, "x-more")})
        assert total(bare) == 32 * KB + over
        assert sandbox.client.send(bare).status_code == status


def test_a_body_that_is_announced_too_long_is_refused(served: Sandbox) -> None:
    with httpx.Client(auth=auth(served)) as http:
        response = http.post(served.url + FORCE, content=b" " * LARGE)
        assert (response.status_code, response.json()) == (413, {"error": "Content Too Large"})
        assert response.headers["x-pch-env"] == "sandbox"
        assert http.post(served.url + FORCE, json=ONE_POINT).status_code == 201


def test_a_body_that_is_too_long_without_saying_so_is_refused(served: Sandbox) -> None:
    with httpx.Client(headers={"User-Agent": "Test/POS/1"}) as http:
        response = http.post(served.url + FORCE, content=iter([b" " * 1_000_000] * 12))
        assert (response.status_code, response.json()) == (413, {"error": "Content Too Large"})
        assert response.headers["x-request-id"]
        assert http.get(f"{served.url}/_sandbox/health").json()["contract_breaks"] == 0


def test_the_longest_body_is_read(sandbox: Caller) -> None:
    response = sandbox.client.post(FORCE, content=b" " * (LARGE - 1), auth=sandbox.auth())
    assert response.status_code == 400
    assert "JSON" in response.text


def test_a_caller_that_closes_gets_the_refusal_of_a_large_body_whole(served: Sandbox) -> None:
    head = f"POST {FORCE} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {LARGE}\r\n\r\n"
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(head.encode() + b" " * LARGE)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.endswith(b'{"error":"Content Too Large"}')


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/nowhere", 404),
        ("GET", FORCE, 405),
        ("POST", FORCE, 401),
        ("GET", "/_sandbox/health", 200),
        ("HEAD", "/_sandbox/health", 200),
        ("GET", "/_sandbox/nowhere", 404),
        ("POST", "/_sandbox/health", 405),
        ("POST", "/_sandbox/reset", 204),
    ],
)
def test_every_answer_has_its_headers_once(served: Sandbox, method: str, path: str, status: int) -> None:
    response = httpx.request(method, served.url + path)
    assert response.status_code == status
    assert response.headers.get_list("x-pch-env") == ["sandbox"]
    assert len(response.headers.get_list("x-request-id")) == 1


@pytest.mark.parametrize(
    ("kind", "error", "commits"),
    [
        (Kind.CONNECTION_RESET, httpx.ReadError, 0),
        (Kind.REPLY_LOST, httpx.ReadError, 1),
        (Kind.TRUNCATED_JSON, httpx.RemoteProtocolError, 1),
    ],
)
def test_both_parsers_end_a_connection_and_say_nothing_of_it(
    served: Sandbox, caplog: pytest.LogCaptureFixture, kind: Kind, error: type[Exception], commits: int
) -> None:
    before = redeemed(served)
    served.app.state.faults.add(Fault(kind))
    with pytest.raises(error):
        force(served)
    assert redeemed(served) == before + commits
    assert [record.getMessage() for record in caplog.records if record.name.startswith("uvicorn")] == []


def test_a_refused_request_uses_up_no_fault(served: Sandbox) -> None:
    served.app.state.faults.add(Fault(Kind.HTML_502))
    assert force(served, headers=header(17 * KB)).status_code == 431
    assert force(served).status_code == 502


# Around an application of the test's own.


def wrapped(endpoint: Any) -> tuple[Envelope, RequestLog, Faults]:
    log, faults = RequestLog(Clock()), Faults(load().operations)
    app = Starlette(routes=[Route(FORCE, endpoint, methods=["POST"])])
    return Envelope(app.router, contract=load(), log=log, faults=faults, unlogged="/_sandbox/"), log, faults


async def call(app: Envelope, content: Any = None) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as http:
        return await http.post(FORCE, content=content)


@pytest.mark.parametrize("kind", [None, Kind.LATENCY, Kind.EMPTY_BODY, Kind.TRUNCATED_JSON, Kind.REPLY_LOST])
def test_the_events_of_a_request_are_in_its_line(kind: Kind | None) -> None:
    async def endpoint(request: Request) -> Response:
        caused(request.scope, ["e-1", "e-2"])
        return Response("{}")

    app, log, faults = wrapped(endpoint)
    if kind:
        faults.add(Fault(kind, seconds=0))
    if kind is Kind.REPLY_LOST:
        with pytest.raises(ConnectionResetError):
            asyncio.run(call(app))
    else:
        asyncio.run(call(app))
    asyncio.run(call(app))
    assert [(entry.events, entry.fault) for entry in log.entries] == [
        (("e-1", "e-2"), kind),
        (("e-1", "e-2"), None),
    ]


def test_the_time_of_a_line_is_that_of_the_transaction_where_it_is_known() -> None:
    async def endpoint(request: Request) -> Response:
        caused(request.scope, [], NOW + timedelta(days=1))
        return Response("{}")

    app, log, _ = wrapped(endpoint)
    asyncio.run(call(app))
    assert log.entries[-1].time == NOW + timedelta(days=1)


async def failing(_: Request) -> Response:
    raise ZeroDivisionError("a secret")


@pytest.mark.parametrize("fault", [None, Fault(Kind.LATENCY, seconds=0)])
def test_a_failure_is_a_500_with_headers_and_counted(fault: Fault | None) -> None:
    app, log, faults = wrapped(failing)
    if fault:
        faults.add(fault)
    response = asyncio.run(call(app))
    assert (response.status_code, response.json()) == (
        500,
        {"error": "the sandbox failed: ZeroDivisionError"},
    )
    assert response.headers["x-pch-env"] == "sandbox"
    assert log.contract_breaks == 1
    assert log.entries[-1].status == 500


def test_a_failure_can_be_spoiled_too() -> None:
    app, log, faults = wrapped(failing)
    faults.add(Fault(Kind.EMPTY_BODY))
    response = asyncio.run(call(app))
    assert (response.status_code, response.content) == (500, b"")
    assert log.contract_breaks == 1


def test_a_body_in_parts_is_counted_in_process_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def endpoint(request: Request) -> Response:
        return Response(str(len(await request.body())))

    async def parts(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield b"12345"

    monkeypatch.setattr(envelope, "BODY_BYTES", 10)
    app, log, _ = wrapped(endpoint)
    assert asyncio.run(call(app, parts(2))).text == "10"
    assert asyncio.run(call(app, parts(3))).status_code == 413
    assert log.contract_breaks == 0
