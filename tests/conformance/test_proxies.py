"""The proxy of the end-to-end tests: nothing changes on its way, unless a plant or a front is set."""

import json
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from conformance import foreign
from conformance.proxies import Answer, Proxy, Request, proxied, read_answer

from punchh_contract.auth import Credentials, PunchhRequestsAuth
from punchh_contract.contract import load

MOBILE = load().operation("create_subscription_redemption_code")


@pytest.fixture(scope="module")
def shared() -> Iterator[foreign.Place]:
    with foreign.place() as place:
        yield place


@pytest.fixture
def place(shared: foreign.Place) -> foreign.Place:
    shared.reset()
    return shared


def ask(url: str, raw: bytes) -> Answer:
    """Send bytes as they are, and read one answer."""
    parts = urlsplit(url)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=20) as connection:
        connection.sendall(raw)
        with connection.makefile("rb") as stream:
            return read_answer(stream)


def raw(target: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [
        f"POST {target} HTTP/1.1",
        "hOsT: somewhere.example",
        *headers,
        f"Content-Length: {len(body)}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + body


ODD = [
    raw("/api2/dashboard/redemptions/force_redeem", b'{"user_id" : 1}', "X-Twice: 1", "x-twice: 2"),
    raw("/api2//dashboard/%66orce?a=%2F&a=+&%C3%A9", "é\n".encode(), "User-Agent:   spaced  "),
    raw("/api/pos/batch_redemptions", b"\x00\xff", "Content-Type: text/plain"),
    raw(MOBILE.path),
]


@pytest.mark.parametrize("request_bytes", ODD)
def test_the_server_behind_gets_and_gives_the_same_as_without(
    place: foreign.Place, request_bytes: bytes
) -> None:
    direct = ask(place.sandbox, request_bytes)
    place.reset()  # request ids are numbered
    through = ask(place.proxy.url, request_bytes)

    def comparable(answer: Answer) -> list[tuple[str, str]]:
        return [each for each in answer.headers if each[0] != "date"]

    assert (through.status, through.reason, through.body) == (direct.status, direct.reason, direct.body)
    assert comparable(through) == comparable(direct)
    (request,) = place.proxy.requests
    assert request.wire() == request_bytes
    assert request.peer.startswith("127.0.0.1:")


def test_a_signed_redemption_passes_and_is_recorded_with_its_operation(place: foreign.Place) -> None:
    answer = redeem(place)

    assert answer.status_code == 200
    assert MOBILE.success.holds(200, None, answer.json())
    (exchange,) = place.proxy.exchanges
    assert exchange.request.operation == MOBILE
    assert exchange.request.json == body_of(place)
    assert exchange.sent is exchange.right
    assert exchange.sent
    assert exchange.sent.body == answer.content


def test_the_control_plane_is_not_reached(place: foreign.Place) -> None:
    assert requests.get(f"{place.proxy.url}/_sandbox/credentials", timeout=20).status_code == 404
    assert [each.target for each in place.proxy.requests] == ["/_sandbox/credentials"]


def test_a_connection_is_kept_and_fast(place: foreign.Place) -> None:
    started = time.monotonic()
    with requests.Session() as session:
        for _ in range(500):
            assert redeem(place, session).status_code == 200

    assert (place.proxy.connections, len(place.proxy.requests)) == (1, 500)
    assert time.monotonic() - started < 20


def body_of(place: foreign.Place) -> dict[str, object]:
    fixtures = place.fixtures["operations"][MOBILE.id]
    return {name: values[0] for name, values in fixtures.items()}


def redeem(place: foreign.Place, session: requests.Session | None = None) -> requests.Response:
    auth = PunchhRequestsAuth(Credentials.from_mapping(place.credentials))
    return (session or requests).post(
        place.proxy.url + MOBILE.path,
        json=body_of(place),
        headers={"User-Agent": "test"},
        auth=auth,
        timeout=20,
    )


def test_a_plant_changes_what_is_sent_and_not_what_is_recorded_as_right(place: foreign.Place) -> None:
    place.proxy.plant = lambda _, answer: answer.but_json({"é": 1}).but_header("x-pch-env", None)

    answer = redeem(place)

    assert answer.json() == {"é": 1}
    assert "x-pch-env" not in answer.headers
    right = place.proxy.exchanges[0].right
    assert right
    assert right.header("X-PCH-ENV") == "sandbox"
    assert right.json["redemption_status"] == "redeemable"


@pytest.mark.parametrize(
    "answer",
    [
        None,
        Answer(200, body=b"{}").but(cut=1),
        Answer(200, raw=b"no HTTP at all\r\n\r\n"),
    ],
)
def test_a_plant_may_end_the_connection(place: foreign.Place, answer: Answer | None) -> None:
    place.proxy.plant = lambda _, __: answer

    with pytest.raises(requests.RequestException):
        redeem(place)
    place.proxy.plant = None
    assert redeem(place).status_code == 200


def test_an_answer_may_be_held_back_longer_than_the_caller_waits(place: foreign.Place) -> None:
    place.proxy.plant = lambda _, answer: answer.but(hold=5)

    with pytest.raises(requests.Timeout):
        requests.post(place.proxy.url + MOBILE.path, timeout=0.2)


@pytest.mark.parametrize("status", [201, 204, 302, 418, 599])
def test_any_status_can_be_sent_over_a_kept_connection(place: foreign.Place, status: int) -> None:
    empty = Answer(status, body=b"", headers=(("location", "/elsewhere"),))
    place.proxy.plant = lambda _, __: empty
    with requests.Session() as session:
        for _ in range(2):
            answer = session.post(place.proxy.url + MOBILE.path, timeout=20, allow_redirects=False)
            assert answer.status_code == status
    assert place.proxy.connections == 1


def test_a_front_changes_the_request_after_it_was_recorded(place: foreign.Place) -> None:
    real, planted = body_of(place), {**body_of(place), "client": "planted/client"}

    def front(request: Request) -> Request:
        auth = PunchhRequestsAuth(Credentials.from_mapping(place.credentials))
        made = requests.Request(
            request.method,
            place.sandbox + request.target,
            headers={"User-Agent": "front"},
            json=real,
            auth=auth,
        ).prepare()
        assert isinstance(made.body, bytes)
        return Request(request.method, request.target, tuple(made.headers.items()), made.body)

    place.proxy.front = front
    answer = requests.post(place.proxy.url + MOBILE.path, json=planted, timeout=20)

    assert answer.status_code == 200
    assert place.proxy.requests[0].json == planted


def test_a_proxy_leaves_nothing_open(place: foreign.Place) -> None:
    with requests.Session() as session:
        with proxied(place.sandbox) as proxy:
            assert session.post(proxy.url + MOBILE.path, timeout=20).status_code == 412
        with pytest.raises(requests.ConnectionError):
            session.post(proxy.url + MOBILE.path, timeout=20)
    assert isinstance(proxy, Proxy)


def test_bodies_that_are_no_json_read_as_none() -> None:
    deep = b"[" * 200_000
    assert [Answer(200, body=each).json for each in (b"", b"{", b"\xff", deep)] == [None] * 4
    assert Answer(200, body=json.dumps([1]).encode()).json == [1]


def test_a_plant_that_fails_is_told_and_changes_nothing(place: foreign.Place) -> None:
    def fail(_: Request, __: Answer) -> Answer:
        raise KeyError("broken")

    place.proxy.plant = fail

    assert redeem(place).status_code == 200
    assert [type(each) for each in place.proxy.failures] == [KeyError]


def test_an_answer_without_its_body_is_passed_on(place: foreign.Place) -> None:
    with requests.Session() as session:
        for _ in range(2):
            answer = session.head(place.proxy.url, timeout=5)
            assert (answer.status_code, answer.content) == (404, b"")
            assert int(answer.headers["content-length"]) > 0
    assert [each.method for each in place.proxy.requests] == ["HEAD", "HEAD"]
