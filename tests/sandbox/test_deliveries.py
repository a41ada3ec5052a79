"""Deliveries over real sockets, by a clock that the test moves: hours pass at once, and no test sleeps."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import anyio.to_thread
import orjson
import pytest
from sandbox.receiving import (
    ADA,
    NOW,
    WAIT,
    Got,
    Receiver,
    advance,
    deliveries,
    emit,
    receiving,
    redemption,
    store_at,
    subscribe,
    subscriber,
)
from sqlalchemy import update

from punchh_contract.errors import UsageError
from punchh_contract.events import validate
from punchh_contract.sandbox.clock import ClockState
from punchh_contract.sandbox.deliveries import Pump, addresses, expiry, ladder, pump, signing
from punchh_contract.sandbox.events import Change
from punchh_contract.sandbox.seed import Seed
from punchh_contract.sandbox.store import Store
from punchh_contract.sandbox.store.outgoing import DeliveryState, Scheme, Subscriber, SubscriberState
from punchh_contract.sandbox.store.outgoing_rows import subscribers
from punchh_contract.signing import Algorithm, verify

pytestmark = pytest.mark.anyio

SECRET = "sandbox-hook-secret"
SCHEMES = list(Scheme)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def store(world: Seed) -> Iterator[Store]:
    made = store_at(NOW, world)
    yield made
    made.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@asynccontextmanager
async def pumping(store: Store, **how: float) -> AsyncIterator[Pump]:
    made = Pump(store, **how)  # type: ignore[arg-type]  # timeout and breaker
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def until(true: Callable[[], bool]) -> None:
    """Let the loop run until something is so; the test fails if it does not come."""
    async with asyncio.timeout(WAIT):
        while not true():
            await asyncio.sleep(0.002)


async def moved(store: Store, made: Pump, seconds: float) -> None:
    advance(store, seconds)
    assert await made.settle(WAIT)


# What is sent


async def test_an_event_is_delivered_as_it_was_emitted(store: Store, receiver: Receiver) -> None:
    subscribe(store, f"{receiver.url}?shop=401")
    async with pumping(store) as made:
        emit(store, 1)
        assert await made.settle(WAIT)
    (got,) = receiver.got
    assert (got.method, got.path) == ("POST", "/hook?shop=401")
    assert got.headers["content-type"] == "application/json"
    assert not tuple(validate(got.body, strict=True))
    with store.transaction(write=False) as tx:
        (event,) = tx.outbox.events()
    assert orjson.loads(got.body) == event.body
    (delivery,) = deliveries(store)
    assert (delivery.state, delivery.due_at) == (DeliveryState.DELIVERED, None)
    assert [(each.at, each.status, each.error) for each in delivery.attempts] == [(NOW, 200, None)]


def test_signatures_are_those_of_openssl() -> None:
    # printf '%s' '/hooks/in?shop=401{"event_name":"redemptions"}' |
    #   openssl dgst -sha1 -hmac sandbox-hook-secret        (and -sha256; and the last without the body)
    uri, body = "/hooks/in?shop=401", b'{"event_name":"redemptions"}'
    for scheme, digest in [
        (Scheme.HMAC_SHA1, "e18b1450d60de6a0295aa01d464ba58e3ece35f2"),
        (Scheme.HMAC_SHA256, "c615b5ff85b6abdf6feb8a57c06441321898fde4eec9a14246ed6002a87e33ed"),
    ]:
        made = Subscriber(1, "", scheme, "a-client", SECRET)
        assert signing.headers(made, uri, body) == {
            "authorization": f"hmac {digest}",
            "x-pch-key": "a-client",
        }
    check = Subscriber(1, "", Scheme.HMAC_SHA256, "a-client", SECRET)
    assert signing.headers(check, uri, b"")["authorization"] == (
        "hmac 06293958c40f39c186e0ddce88b5c42cfc7bf24033a919f7d6ea4269b4e5649f"
    )


def authorized(got: Got, scheme: Scheme) -> bool:
    word, _, proof = got.headers.get("authorization", "").partition(" ")
    match scheme:
        case Scheme.NONE:
            return "authorization" not in got.headers and "x-pch-key" not in got.headers
        case Scheme.BASIC:  # printf 'ada:sandbox-hook-secret' | base64
            return (word, proof) == ("basic", "YWRhOnNhbmRib3gtaG9vay1zZWNyZXQ=")
        case Scheme.BEARER:
            return (word, proof) == ("bearer", SECRET)
        case _:
            algorithm: Algorithm = "sha1" if scheme is Scheme.HMAC_SHA1 else "sha256"
            right = verify(algorithm, SECRET, got.path, got.body, proof)
            return right and word == "hmac" and got.headers["x-pch-key"] == "ada"


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_check_and_delivery_prove_who_sends_them(
    store: Store, receiver: Receiver, scheme: Scheme
) -> None:
    subscribe(store, f"{receiver.url}?a=%20b", scheme=scheme, name="ada", secret=SECRET, state="pending")
    async with pumping(store) as made:
        assert (await made.activate(1)).status == 200
        emit(store, 1)
        assert await made.settle(WAIT)
    assert [each.method for each in receiver.got] == ["GET", "POST"]
    assert [authorized(each, scheme) for each in receiver.got] == [True, True]


async def test_no_secret_and_no_body_is_logged(
    store: Store, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.answers(500)
    subscribe(store, receiver.url, scheme=Scheme.BEARER, secret=SECRET)
    async with pumping(store) as made:
        emit(store, 1)
        assert await made.settle(WAIT)
    assert len(receiver.got) == 1
    assert SECRET not in caplog.text
    assert "ada.sandbox" not in caplog.text


# Activation


@pytest.mark.parametrize("status", [201, 202, 204, 301, 401, 404, 503])
async def test_only_a_200_activates(store: Store, receiver: Receiver, status: int) -> None:
    receiver.headers["location"] = "/elsewhere"
    receiver.answers(status, 200)
    subscribe(store, receiver.url, state="pending")
    async with pumping(store) as made:
        answer = await made.activate(1)
        assert (answer.status, answer.text) == (status, f"answered {status}")
        assert subscriber(store).state is SubscriberState.PENDING
        assert len(receiver.got) == 1
        assert (await made.activate(1)).status == 200
        assert subscriber(store).state is SubscriberState.ACTIVE
        with pytest.raises(UsageError):
            await made.activate(2)


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.7/hook",
        "http://hook.example.com/",
        "http://127.0.0.1.example.com/",
        "http://127.0.0.1@hook.example.com/",
        "http://ada:secret@127.0.0.1/",
        "http://127.0.0.1/#part",
        "http://0.0.0.0/",
        "http://2130706433/",
        "ftp://127.0.0.1/",
        "//127.0.0.1/",
        "127.0.0.1:80",
        "http:///hook",
        "http://[::1",
        "",
    ],
)
def test_an_address_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        addresses.check(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "https://localhost:9/x?y", "http://[::1]:9", "HTTP://127.9.9.9"]
)
def test_an_address_of_this_machine_is_taken(url: str) -> None:
    addresses.check(url)


async def test_a_host_is_allowed_by_name(store: Store) -> None:
    made = Pump(store, allow_hosts=["Hook.example.com"])
    made.check("http://hook.example.com/a")
    with pytest.raises(UsageError):
        made.check("http://other.example.com/a")
    # What another sandbox wrote into the database is not called either.
    subscribe(store, "http://192.0.2.7/hook", state="pending")
    answer = await made.activate(1)
    assert answer.status is None
    assert "this machine only" in answer.text


# The ladders


DOCUMENTED = {
    408: [15, 45, 180],
    429: [15, 45, 180],
    500: [60, 120, 300, 600, 1800, 3600, 7200],
    503: [60, 120, 300, 600, 1800, 3600, 7200],
    None: [60, 120, 300, 600, 1800, 3600, 7200],
    301: [],
    307: [],
    400: [],
    401: [],
    404: [],
    410: [],
    201: [],
    204: [],
}


@pytest.mark.parametrize("status", DOCUMENTED)
def test_how_long_is_waited(status: int | None) -> None:
    waits = [ladder.wait(status, attempt) for attempt in range(1, 20)]
    said = [each.total_seconds() for each in waits if each is not None]
    assert said == DOCUMENTED[status]
    assert waits[len(said) :] == [None] * (19 - len(said))


@pytest.mark.parametrize("status", [each for each in DOCUMENTED if each is not None])
async def test_each_ladder_is_climbed_when_the_clock_moves(
    store: Store, receiver: Receiver, status: int
) -> None:
    receiver.headers["location"] = f"{receiver.url}/elsewhere"
    receiver.answers(status)
    subscribe(store, receiver.url)
    async with pumping(store) as made:
        emit(store, 1)
        assert await made.settle(WAIT)
        assert len(receiver.got) == 1
        await moved(store, made, 5 * 3600)
    (delivery,) = deliveries(store)
    times = [each.at for each in delivery.attempts]
    waits = [(after - before).total_seconds() for before, after in pairwise(times)]
    assert waits == DOCUMENTED[status]
    assert delivery.state is DeliveryState.FAILED
    assert [each.path for each in receiver.got] == ["/hook"] * len(times)
    assert len({each.body for each in receiver.got}) == 1
    assert subscriber(store).failures == 1


async def test_nothing_is_tried_before_its_time(store: Store, receiver: Receiver) -> None:
    receiver.answers(503, 429, 202)
    subscribe(store, receiver.url)
    async with pumping(store) as made:
        emit(store, 1)
        assert await made.settle(WAIT)
        for seconds, tried in [(59, 1), (1, 2), (44, 2), (1, 3), (9999, 3)]:
            await moved(store, made, seconds)
            assert len(receiver.got) == tried
    (delivery,) = deliveries(store)
    assert delivery.state is DeliveryState.DELIVERED
    assert [each.status for each in delivery.attempts] == [503, 429, 202]
    assert subscriber(store).failures == 0


async def test_an_address_where_nobody_listens_is_tried_like_a_5xx(store: Store) -> None:
    with receiving() as gone:
        subscribe(store, gone.url)
    async with pumping(store) as made:
        emit(store, 1)
        await moved(store, made, 5 * 3600)
    (delivery,) = deliveries(store)
    assert [(each.status, each.error) for each in delivery.attempts] == [(None, "cannot connect")] * 8


async def test_an_answer_that_does_not_come_is_not_waited_for(store: Store, receiver: Receiver) -> None:
    silent = threading.Event()

    def reply(_: Got) -> int:
        assert silent.wait(WAIT)
        return 200

    receiver.reply = reply
    subscribe(store, receiver.url)
    async with pumping(store, timeout=0.05) as made:
        emit(store, 1)
        assert await made.settle(WAIT)
    silent.set()
    (delivery,) = deliveries(store)
    assert [(each.status, each.error) for each in delivery.attempts] == [(None, "no answer within 0.05 s")]
    assert delivery.due_at == NOW + timedelta(seconds=60)


async def test_an_answer_without_an_end_is_not_read_to_it(store: Store) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 4096)
                await writer.drain()
        except OSError:
            hung_up.set()
        finally:
            writer.close()

    hung_up = asyncio.Event()
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server, pumping(store) as made:
        subscribe(store, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        emit(store, 1)
        assert await made.settle(WAIT)
        await asyncio.wait_for(hung_up.wait(), WAIT)
    assert deliveries(store)[0].state is DeliveryState.DELIVERED


async def test_an_answer_that_is_no_http_is_a_failure(store: Store) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"hello\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    async with server, pumping(store) as made:
        subscribe(store, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        emit(store, 1)
        assert await made.settle(WAIT)
    (attempt,) = deliveries(store)[0].attempts
    assert attempt.status is None
    assert attempt.error == "the connection failed (RemoteProtocolError)"


async def test_neither_cookies_nor_proxies_are_used(
    store: Store, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    receiver.headers["set-cookie"] = "a=b"
    subscribe(store, receiver.url)
    async with pumping(store) as made:
        emit(store, 1, 2)
        assert await made.settle(WAIT)
    assert receiver.posts == [1, 2]
    assert not any("cookie" in each.headers for each in receiver.got)


# The breaker


async def test_too_many_failures_suspend_and_a_ping_resumes(store: Store, receiver: Receiver) -> None:
    receiver.answers(400)
    subscribe(store, receiver.url)
    async with pumping(store, breaker=3) as made:
        emit(store, 1, 2, 3, 4)
        assert await made.settle(WAIT)
        assert receiver.posts == [1, 2, 3]
        suspended = subscriber(store)
        assert (suspended.state, suspended.failures) == (SubscriberState.SUSPENDED, 3)
        assert suspended.ping_at == NOW + timedelta(minutes=5)
        emit(store, 5)
        await moved(store, made, 299)
        assert receiver.posts == [1, 2, 3]
        receiver.answers(503, 200)
        await moved(store, made, 1)
        assert [each.method for each in receiver.got[3:]] == ["GET"]
        assert subscriber(store).state is SubscriberState.SUSPENDED
        await moved(store, made, 600)
        assert [each.method for each in receiver.got[4:]] == ["GET", "POST", "POST"]
    assert receiver.posts == [1, 2, 3, 4, 5]
    resumed = subscriber(store)
    assert (resumed.state, resumed.failures, resumed.ping_at) == (SubscriberState.ACTIVE, 0, None)
    # What waited was tried when there was somebody to try it on, not when it was first due.
    assert deliveries(store)[3].attempts[0].at == NOW + timedelta(seconds=900)


async def test_whoever_answers_no_ping_is_deactivated(store: Store, receiver: Receiver) -> None:
    receiver.answers(404)
    subscribe(store, receiver.url)
    async with pumping(store, breaker=1) as made:
        emit(store, 1)
        assert await made.settle(WAIT)
        waits = [300, 600, *[7200] * 6]
        for count, seconds in enumerate(waits):
            await moved(store, made, seconds - 1)
            assert len(receiver.got) == 1 + count
            await moved(store, made, 1)
            assert len(receiver.got) == 2 + count
        assert subscriber(store).state is SubscriberState.DEACTIVATED
        emit(store, 2)
        await moved(store, made, 10**6)
        assert len(receiver.got) == 1 + len(waits)
        assert len(deliveries(store)) == 1


async def test_the_breaker_opens_at_a_thousand_in_a_row(store: Store, receiver: Receiver) -> None:
    subscribe(store, receiver.url, failures=998)
    async with pumping(store) as made:
        receiver.answers(400, 200, 400, 400)
        emit(store, 1)
        assert await made.settle(WAIT)
        assert subscriber(store).failures == 999
        emit(store, 2)
        assert await made.settle(WAIT)
        assert subscriber(store).failures == 0
        with store.transaction() as tx:
            tx.outbox.change_subscriber(1, failures=999)
        emit(store, 3)
        assert await made.settle(WAIT)
    assert subscriber(store).state is SubscriberState.SUSPENDED


# Order, and who waits for whom


async def test_deliveries_keep_their_order_and_one_that_failed_holds_nobody_up(
    store: Store, receiver: Receiver
) -> None:
    receiver.reply = lambda got: 503 if got.redemption_id == 3 and len(receiver.got) < 20 else 200
    subscribe(store, receiver.url)
    async with pumping(store) as made:
        emit(store, *range(1, 21))
        assert await made.settle(WAIT)
        assert receiver.posts == list(range(1, 21))
        await moved(store, made, 60)
    assert receiver.posts == [*range(1, 21), 3]


async def test_one_who_is_slow_holds_up_nobody_else(store: Store, receiver: Receiver) -> None:
    answered = threading.Event()

    def reply(_: Got) -> int:
        assert answered.wait(WAIT)
        return 200

    receiver.reply = reply
    subscribe(store, receiver.url)
    with receiving() as quick:
        subscribe(store, quick.url)
        async with pumping(store) as made:
            emit(store, 1, 2)
            await until(lambda: len(quick.got) == 2)
            assert len(receiver.got) == 1
            answered.set()
            assert await made.settle(WAIT)
    assert receiver.posts == quick.posts == [1, 2]


async def test_a_commit_in_another_thread_is_seen(
    store: Store, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump, "IDLE", 3600)
    subscribe(store, receiver.url)
    async with pumping(store) as made:
        assert await made.settle(WAIT)
        await anyio.to_thread.run_sync(lambda: emit(store, 1))
        await until(lambda: len(receiver.got) == 1)


async def test_time_that_passes_by_itself_is_seen(
    world: Seed, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump, "IDLE", 0.002)
    now = [NOW]
    store = Store(world, wall=lambda: now[0], clock=ClockState())
    subscribe(store, receiver.url, knobs={"delay": 30})
    async with pumping(store) as made:
        emit(store, 1)
        assert await made.settle(WAIT)
        assert receiver.got == []
        now[0] += timedelta(seconds=30)
        await until(lambda: len(receiver.got) == 1)
    store.close()


# Knobs


async def test_a_duplicate_is_the_same_message_twice(store: Store, receiver: Receiver) -> None:
    subscribe(store, receiver.url, knobs={"duplicate": 1})
    async with pumping(store) as made:
        emit(store, 1)
        assert await made.settle(WAIT)
    first, second = receiver.got
    assert first.body == second.body


async def test_knobs_lose_delay_and_reorder(store: Store, receiver: Receiver) -> None:
    subscribe(store, receiver.url, knobs={"reorder": 1, "delay": 10})
    subscribe(store, f"{receiver.url}/lost", knobs={"drop": 1})
    async with pumping(store) as made:
        emit(store, 1, 2)
        assert await made.settle(WAIT)
        assert receiver.got == []
        await moved(store, made, 10)
        assert receiver.posts == [2, 1]
        emit(store, 3)
        await moved(store, made, 69)
        assert receiver.posts == [2, 1]
        await moved(store, made, 1)
    assert receiver.posts == [2, 1, 3]
    assert {each.path for each in receiver.got} == {"/hook"}
    assert [each.state for each in deliveries(store, subscriber_id=2)] == [DeliveryState.DROPPED] * 3


# Restart, and another world


async def test_a_restart_delivers_what_was_owed(world: Seed, receiver: Receiver, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sandbox.db'}"
    answered = threading.Event()

    def reply(_: Got) -> int:
        assert answered.wait(WAIT)
        return 200

    receiver.reply = reply
    store = store_at(NOW, world, url)
    subscribe(store, receiver.url)
    async with pumping(store):
        emit(store, 1, 2)
        await anyio.to_thread.run_sync(receiver.wait_for, 1)
    store.close()
    answered.set()
    store = Store(None, wall=lambda: datetime.now(UTC), url=url)
    assert [each.state for each in deliveries(store)] == [DeliveryState.WAITING] * 2
    async with pumping(store) as made:
        assert await made.settle(WAIT)
    # The first came twice: at least once is what is promised.
    assert receiver.posts == [1, 1, 2]
    assert [each.state for each in deliveries(store)] == [DeliveryState.DELIVERED] * 2
    store.close()


async def test_a_claim_of_one_that_was_killed_is_void(store: Store, receiver: Receiver) -> None:
    subscribe(store, receiver.url)
    emit(store, 1)
    later = datetime.now(UTC) + timedelta(hours=1)
    with store.transaction() as tx:
        values = {"leased_by": "killed-1", "leased_until": later}
        tx.connection.execute(update(subscribers).values(values))
    async with pumping(store) as made:
        assert await made.settle(WAIT)
    assert receiver.posts == [1]


async def test_a_pause_does_not_use_up_the_attempts(store: Store, receiver: Receiver) -> None:
    receiver.answers(500)
    subscribe(store, receiver.url)
    async with pumping(store) as made:
        emit(store, 1)
        assert await made.settle(WAIT)
    advance(store, 5 * 3600)
    async with pumping(store) as made:
        assert await made.settle(WAIT)
        assert len(receiver.got) == 2
        await moved(store, made, 119)
        assert len(receiver.got) == 2
        await moved(store, made, 1)
    assert len(receiver.got) == 3


async def test_what_comes_after_a_reset_is_not_settled_by_what_was_before(
    store: Store, receiver: Receiver
) -> None:
    answered = threading.Event()

    def reply(_: Got) -> int:
        assert answered.wait(WAIT)
        return 200

    receiver.reply = reply
    subscribe(store, receiver.url)
    async with pumping(store) as made:
        emit(store, 1)
        await anyio.to_thread.run_sync(receiver.wait_for, 1)
        store.reset()
        subscribe(store, receiver.url, knobs={"delay": 60})
        emit(store, 1)
        answered.set()
        assert await made.settle(WAIT)
        (delivery,) = deliveries(store)
        assert (delivery.state, delivery.attempts) == (DeliveryState.WAITING, ())
        await moved(store, made, 60)
    assert deliveries(store)[0].state is DeliveryState.DELIVERED


async def test_nothing_settles_once_it_has_stopped(store: Store, receiver: Receiver) -> None:
    made = Pump(store)
    assert not await made.settle(WAIT)
    await made.start()
    waiting = asyncio.create_task(made.settle(WAIT))
    await made.stop()
    await made.stop()
    assert not await waiting
    emit(store, 1)
    await made.start()
    assert await made.settle(WAIT)
    await made.stop()


# Expiry


async def test_codes_expire_when_the_clock_passes_their_time(store: Store, receiver: Receiver) -> None:
    ends = NOW + timedelta(minutes=10)
    subscribe(store, receiver.url)
    async with pumping(store) as made:
        emit(store, 1, status="redeemable", expires_at=ends, debits=())
        emit(store, 2, status="redeemable", expires_at=None, debits=())
        emit(store, 3, expires_at=ends)
        await moved(store, made, 599)
        assert receiver.posts == [1, 2, 3]
        await moved(store, made, 1)
        await moved(store, made, 10**6)
    assert receiver.posts == [1, 2, 3, 1]
    told = orjson.loads(receiver.got[-1].body)
    assert (told["action"], told["payload"]["redemption_status"]) == ("update", "expired")
    assert told["payload"]["expired_at"] == "2026-03-02T18:15:01Z"
    assert not tuple(validate(told, strict=True))
    with store.transaction(write=False) as tx:
        assert [each.status for each in tx.redemptions.of(ADA)] == ["expired", "redeemable", "honoured"]


async def test_many_expire_in_batches(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "BATCH", 3)
    monkeypatch.setattr(pump, "BATCH", 3)
    with store.transaction() as tx:
        for number in range(1, 11):
            kept = redemption(number, status="redeemable", expires_at=NOW + timedelta(seconds=number))
            tx.redemptions.add(kept)
            tx.emit(Change.CREATED, kept)
    async with pumping(store) as made:
        await moved(store, made, 9)
    with store.transaction(write=False) as tx:
        statuses = [each.status for each in tx.redemptions.of(ADA)]
        assert statuses == ["expired"] * 9 + ["redeemable"]
        assert len(tx.outbox.events()) == 19
