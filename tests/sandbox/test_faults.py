"""Planted faults: which call is struck, and what its caller sees, in process and over a socket."""

import asyncio
import errno
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest
from sandbox.calling import ADA, RECEIPT, Caller

from punchh_contract.auth import Credentials, PunchhAuth
from punchh_contract.contract import load
from punchh_contract.errors import UsageError
from punchh_contract.sandbox import Sandbox, faults, running
from punchh_contract.sandbox.faults import Fault, Faults, Kind

CLOCK = "2026-03-02T18:05:01Z"
FORCE, ONLINE = "force_redeem", "create_online_redemption"
ONE_POINT = {"user_id": ADA, "redemption": {"requested_punches": 1}}
LOST = [Kind.CONNECTION_RESET, Kind.REPLY_LOST]
COMMITTED = [Kind.LATENCY, Kind.EMPTY_BODY, Kind.TRUNCATED_JSON, Kind.REPLY_LOST]


@pytest.fixture
def planted() -> Faults:
    return Faults([FORCE, ONLINE])


def struck(planted: Faults, operation: str, calls: int) -> list[int]:
    """Which of so many calls were struck."""
    return [number for number in range(calls) if planted.take(operation)]


def test_nothing_planted_nothing_strikes(planted: Faults) -> None:
    assert struck(planted, FORCE, 5) == []


@pytest.mark.parametrize(("count", "expected"), [(1, [0]), (3, [0, 1, 2]), (None, [0, 1, 2, 3, 4])])
def test_a_fault_strikes_as_often_as_it_says(planted: Faults, count: int | None, expected: list[int]) -> None:
    planted.add(Fault(Kind.HTML_502, count=count))
    assert struck(planted, FORCE, 5) == expected


def test_once_is_the_default(planted: Faults) -> None:
    fault = planted.add(Fault(Kind.HTML_502)).fault
    assert planted.take(FORCE) is fault
    assert planted.take(FORCE) is None
    assert [(each.seen, each.struck, each.spent) for each in planted.list()] == [(1, 1, True)]


def test_a_fault_of_one_operation_leaves_the_others_alone(planted: Faults) -> None:
    planted.add(Fault(Kind.HTML_502, operation=ONLINE))
    assert struck(planted, FORCE, 3) == []
    assert struck(planted, ONLINE, 3) == [0]


def test_of_several_the_first_planted_strikes(planted: Faults) -> None:
    kinds = [Kind.LATENCY, Kind.EMPTY_BODY, Kind.REPLY_LOST]
    for kind in kinds:
        planted.add(Fault(kind))
    taken = [planted.take(FORCE) for _ in range(4)]
    assert [fault.kind if fault else None for fault in taken] == [*kinds, None]


def test_removed_is_gone_and_cleared_is_new(planted: Faults) -> None:
    first, second = (planted.add(Fault(Kind.HTML_502, count=None)) for _ in range(2))
    assert planted.remove(first.id)
    assert not planted.remove(first.id)
    assert planted.get(first.id) is None
    assert [each.id for each in planted.list()] == [second.id] == [2]
    planted.clear()
    assert planted.list() == ()
    assert planted.take(FORCE) is None
    assert planted.add(Fault(Kind.HTML_502)).id == 1


@pytest.mark.parametrize("seed", range(20))
def test_the_same_seed_strikes_the_same_calls_whatever_else_is_planted(seed: int) -> None:
    fault = Fault(Kind.EMPTY_BODY, count=None, probability=0.25, seed=seed)
    alone, beside = Faults([FORCE]), Faults([FORCE])
    alone.add(fault)
    expected = struck(alone, FORCE, 1000)
    assert 180 < len(expected) < 320
    beside.add(Fault(Kind.HTML_502, count=None, probability=0.5, seed=seed + 1))
    beside.add(fault)
    taken = [beside.take(FORCE) for _ in range(1000)]
    both = [number for number, each in enumerate(taken) if each and each.kind is Kind.HTML_502]
    assert [n for n, each in enumerate(taken) if each is fault] == sorted(set(expected) - set(both))


def test_two_seeds_strike_different_calls() -> None:
    results = set()
    for seed in range(20):
        planted = Faults([FORCE])
        planted.add(Fault(Kind.EMPTY_BODY, count=None, probability=0.5, seed=seed))
        results.add(tuple(struck(planted, FORCE, 100)))
    assert len(results) == 20


def test_threads_share_a_count(planted: Faults) -> None:
    planted.add(Fault(Kind.EMPTY_BODY, count=100))
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.extend(struck(planted, FORCE, 200))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 100


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "explosion"}, "kind is one of latency, "),
        ({"count": 0}, "at least 1"),
        ({"probability": 0.0}, "probability"),
        ({"probability": 1.1}, "probability"),
        ({"probability": float("nan")}, "probability"),
        ({"seconds": -1.0}, "between 0 and 600"),
        ({"seconds": float("inf")}, "between 0 and 600"),
        ({"status": 404}, "500, 502, 503, 504"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Fault(**{"kind": Kind.LATENCY, **change})


def test_a_fault_of_no_operation_is_refused(planted: Faults) -> None:
    with pytest.raises(UsageError, match="create_online_redemption, force_redeem"):
        planted.add(Fault(Kind.LATENCY, operation="refund"))


def test_there_is_an_end_to_them(planted: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "MOST", 2)
    planted.add(Fault(Kind.LATENCY))
    planted.add(Fault(Kind.LATENCY))
    with pytest.raises(UsageError, match="remove some"):
        planted.add(Fault(Kind.LATENCY))


# What a caller sees.


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with running(clock=CLOCK) as sandbox:
        yield sandbox


@pytest.fixture
def live(served: Sandbox) -> Sandbox:
    served.app.state.faults.clear()
    assert httpx.post(f"{served.url}/_sandbox/reset").status_code == 204
    return served


def plant(sandbox: Sandbox, kind: Kind, **more: Any) -> None:
    sandbox.app.state.faults.add(Fault(kind, **more))


def force(sandbox: Sandbox, how: httpx.Client | None = None) -> httpx.Response:
    auth = PunchhAuth(Credentials.from_mapping(sandbox.credentials))
    url = sandbox.url + load().operation(FORCE).path
    with how or httpx.Client() as http:
        return http.post(url, json=ONE_POINT, auth=auth)


def order(sandbox: Sandbox, **more: Any) -> httpx.Response:
    auth = PunchhAuth(Credentials.from_mapping(sandbox.credentials))
    body = {"client": sandbox.credentials["PUNCHH_CLIENT"], "discount_type": "reward", **RECEIPT, **more}
    return httpx.post(sandbox.url + load().operation(ONLINE).path, json=body, auth=auth)


def history(sandbox: Sandbox) -> list[dict[str, Any]]:
    redemptions: list[dict[str, Any]] = httpx.get(f"{sandbox.url}/_sandbox/guests/{ADA}").json()[
        "redemptions"
    ]
    return redemptions


def last(sandbox: Sandbox) -> tuple[int | None, str | None]:
    entry = sandbox.app.state.log.entries[-1]
    return entry.status, entry.fault


def test_latency_comes_before_the_operation(live: Sandbox) -> None:
    plant(live, Kind.LATENCY, seconds=0.2)
    began = time.monotonic()
    assert force(live).status_code == 201
    assert time.monotonic() - began >= 0.2
    assert last(live) == (201, "latency")


def test_who_does_not_wait_is_served_all_the_same(live: Sandbox) -> None:
    plant(live, Kind.LATENCY, seconds=0.3)
    with pytest.raises(httpx.ReadTimeout):
        force(live, httpx.Client(timeout=0.1))
    assert history(live) == []
    found = asyncio.run(live.app.state.log.wait(0, 10))
    assert [entry.fault for entry in found] == ["latency"]
    assert len(history(live)) == 1


@pytest.mark.parametrize(("seconds", "told"), [(30, "30"), (0.2, "1"), (0, "0")])
def test_rate_limited_says_how_long_to_wait(live: Sandbox, seconds: float, told: str) -> None:
    plant(live, Kind.RATE_LIMITED, seconds=seconds)
    response = force(live)
    assert (response.status_code, response.headers["retry-after"]) == (429, told)
    assert response.json()
    assert history(live) == []
    assert last(live) == (429, "rate_limited")


def test_rate_limited_has_the_words_of_http_where_the_contract_has_none(live: Sandbox) -> None:
    assert (429, "rate_limited") not in load().operation(ONLINE).errors
    plant(live, Kind.RATE_LIMITED)
    assert order(live, reward_id=70001).json() == {"error": "Too Many Requests"}


@pytest.mark.parametrize("status", faults.SERVER_ERRORS)
def test_a_server_error_is_json_and_takes_nothing(live: Sandbox, status: int) -> None:
    plant(live, Kind.SERVER_ERROR, status=status)
    response = force(live)
    assert response.status_code == status
    assert set(response.json()) == {"error"}
    assert history(live) == []


def test_a_bad_gateway_is_a_page_and_takes_nothing(live: Sandbox) -> None:
    plant(live, Kind.HTML_502)
    response = force(live)
    assert response.status_code == 502
    assert response.headers["content-type"].startswith("text/html")
    assert response.text.startswith("<html>")
    assert history(live) == []


def test_an_empty_body_has_the_status_of_what_was_done(live: Sandbox) -> None:
    plant(live, Kind.EMPTY_BODY)
    response = force(live)
    assert (response.status_code, response.content) == (201, b"")
    assert response.headers["content-length"] == "0"
    assert len(history(live)) == 1


def test_half_an_answer_is_seen_to_be_half(live: Sandbox) -> None:
    plant(live, Kind.TRUNCATED_JSON)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        force(live)
    assert len(history(live)) == 1
    assert last(live) == (201, "truncated_json")


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_call_is_a_reset_without_a_byte(live: Sandbox, kind: Kind) -> None:
    plant(live, kind)
    with pytest.raises(httpx.ReadError) as caught:
        force(live)
    causes: list[BaseException] = [caught.value]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(cause)
    assert errno.ECONNRESET in {getattr(each, "errno", None) for each in causes}
    assert len(history(live)) == (kind is Kind.REPLY_LOST)
    assert last(live) == (201 if kind is Kind.REPLY_LOST else None, kind)


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_call_is_repeated_with_its_key_and_redeems_once(live: Sandbox, kind: Kind) -> None:
    plant(live, kind, operation=ONLINE)
    with pytest.raises(httpx.ReadError):
        order(live, reward_id=70001, external_uid="order-1")
    first = [each["redemption_id"] for each in history(live)]
    again = order(live, reward_id=70001, external_uid="order-1").json()
    assert again["category"] == "redeemable"
    assert [each["redemption_id"] for each in history(live)] == [again["redemption_id"]]
    assert first in ([], [again["redemption_id"]])


@pytest.mark.parametrize("kind", Kind)
def test_the_next_call_on_a_pool_of_connections_is_well(live: Sandbox, kind: Kind) -> None:
    plant(live, kind, seconds=0.01)
    auth = PunchhAuth(Credentials.from_mapping(live.credentials))
    url = live.url + load().operation(FORCE).path
    with httpx.Client(auth=auth) as http:
        try:
            http.post(url, json=ONE_POINT)
        except httpx.TransportError:
            assert kind in {*LOST, Kind.TRUNCATED_JSON}
        assert http.post(url, json=ONE_POINT).status_code == 201
    assert len(history(live)) == 1 + (kind in COMMITTED)


@pytest.mark.parametrize("kind", LOST)
def test_a_large_request_is_lost_only_when_it_has_come_whole(live: Sandbox, kind: Kind) -> None:
    plant(live, kind)
    # A reset while the caller still sends would be a WriteError.
    with pytest.raises(httpx.ReadError):
        httpx.post(live.url + load().operation(ONLINE).path, content=b" " * 5_000_000)


def test_a_refusal_is_spoiled_like_any_answer(live: Sandbox) -> None:
    plant(live, Kind.EMPTY_BODY)
    response = httpx.post(live.url + load().operation(ONLINE).path)
    assert (response.status_code, response.content) == (412, b"")


def test_every_answer_that_comes_has_its_headers(live: Sandbox) -> None:
    seen = set()
    for kind in set(Kind) - set(LOST) - {Kind.TRUNCATED_JSON}:
        plant(live, kind, seconds=0.01)
        response = force(live)
        assert response.headers["x-pch-env"] == "sandbox"
        seen.add(response.headers["x-request-id"])
        assert live.app.state.log.entries[-1].request_id == response.headers["x-request-id"]
    assert len(seen) == 5


def test_what_is_no_operation_is_never_struck(live: Sandbox) -> None:
    plant(live, Kind.HTML_502, count=None)
    assert httpx.post(f"{live.url}/nowhere").status_code == 404
    assert httpx.get(live.url + load().operation(FORCE).path).status_code == 405
    assert httpx.get(f"{live.url}/_sandbox/health").status_code == 200
    assert live.app.state.faults.list()[0].seen == 0


def test_planted_faults_are_no_breach_of_the_contract(live: Sandbox) -> None:
    for kind in set(Kind) - set(LOST) - {Kind.TRUNCATED_JSON}:
        plant(live, kind, seconds=0.01)
        force(live)
    assert httpx.get(f"{live.url}/_sandbox/health").json()["contract_breaks"] == 0


def test_a_sandbox_that_stops_in_a_latency_says_nothing_of_it(capfd: pytest.CaptureFixture[str]) -> None:
    seen: list[str] = []

    def call(sandbox: Sandbox) -> None:
        try:
            seen.append(str(force(sandbox).status_code))
        except httpx.TransportError as error:
            seen.append(type(error).__name__)

    with running(clock=CLOCK) as sandbox:
        plant(sandbox, Kind.LATENCY, seconds=60)
        thread = threading.Thread(target=call, args=[sandbox])
        thread.start()
        while sandbox.app.state.faults.list()[0].seen == 0:
            time.sleep(0.01)
    thread.join(10)
    assert seen == ["RemoteProtocolError"]
    assert "Traceback" not in capfd.readouterr().err


# In process there is no connection to end.


async def in_process(sandbox: Caller, kind: Kind) -> httpx.Response:
    sandbox.app.state.faults.add(Fault(kind, seconds=0.01))
    transport = httpx.ASGITransport(sandbox.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        return await http.post(load().operation(FORCE).path, json=ONE_POINT, auth=sandbox.auth())


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_call_in_process_is_the_exception_of_a_socket(sandbox: Caller, kind: Kind) -> None:
    with pytest.raises(ConnectionResetError):
        asyncio.run(in_process(sandbox, kind))
    assert len(sandbox.guest(ADA)["redemptions"]) == (kind is Kind.REPLY_LOST)


def test_half_an_answer_in_process_just_ends(sandbox: Caller) -> None:
    response = asyncio.run(in_process(sandbox, Kind.TRUNCATED_JSON))
    assert len(response.content) == int(response.headers["content-length"]) // 2
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(response.content)


def test_a_latency_in_process_can_be_cancelled_by_its_caller(sandbox: Caller) -> None:
    sandbox.app.state.faults.add(Fault(Kind.LATENCY, seconds=60))

    async def cancelled() -> None:
        async with asyncio.timeout(0.05):
            await in_process(sandbox, Kind.LATENCY)

    with pytest.raises(TimeoutError):
        asyncio.run(cancelled())
    assert sandbox.guest(ADA)["redemptions"] == []
