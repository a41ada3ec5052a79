"""Events, who gets them, and the log through the control plane; who asks for the next may wait for it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx
import pytest
from sandbox.calling import ADA, GRACE, Caller, Clock
from sandbox.receiving import WAIT, Receiver, emit, receiving
from starlette.applications import Starlette

from punchh_contract.sandbox import seed
from punchh_contract.sandbox.app import create_app
from punchh_contract.sandbox.client import Control, ControlError

URL = "http://127.0.0.1:8787"
SECRET = "a-secret-that-nobody-sees-again"


@pytest.fixture
def control(sandbox: Caller) -> Iterator[Control]:
    with Control(URL, client=sandbox.client) as control:
        yield control


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Starlette, httpx.AsyncClient]]:
    """A sandbox whose pump runs, in the test's own event loop."""
    app = create_app(seed.load(), clock=Clock())
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=URL) as client,
    ):
        yield app, client


def test_events_come_in_order_and_are_found(control: Control, sandbox: Caller) -> None:
    number = sandbox.code("900699").json()["redemption_id"]
    sandbox.force(GRACE, requested_punches=1)
    control.expire(number)

    events = control.events()
    assert [event["seq"] for event in events] == [1, 2, 3]
    assert [event["user_id"] for event in events] == [ADA, GRACE, ADA]
    assert [event["document"]["content_id"] for event in events] == [each["content_id"] for each in events]
    assert len({event["content_id"] for event in events}) == 3
    assert control.events(since=2) == events[2:]
    assert control.events(limit=2) == events[:2]
    assert control.events(redemption_id=number) == [events[0], events[2]]
    assert control.events(user_id=GRACE) == [events[1]]
    assert control.event(events[1]["content_id"]) == events[1]
    assert control.event(events[1]["content_id"].upper()) == events[1]


def test_the_log_names_the_events_of_each_request(control: Control, sandbox: Caller) -> None:
    sandbox.online("card_completion", query=True)
    sandbox.batch(111112000)
    entries = control.log()
    assert [len(entry["events"]) for entry in entries] == [0, 3]
    assert entries[1]["events"] == [event["content_id"] for event in control.events()]


def test_a_receiver_that_hangs_is_told_of(receiver: Receiver) -> None:
    let_go = threading.Event()

    async def advance(client: httpx.AsyncClient) -> object:
        return (await client.post("/_sandbox/clock/advance", json={"seconds": 1})).json()["settled"]

    async def story() -> list[object]:
        async with served() as (app, client):
            made = (await client.post("/_sandbox/subscribers", json={"url": receiver.url})).json()
            await client.post(f"/_sandbox/subscribers/{made['subscriber_id']}/activate")
            receiver.reply = lambda _: 200 if let_go.wait(WAIT) else 500
            emit(app.state.store, 1)
            pump, settle = app.state.pump, app.state.pump.settle
            pump.settle = partial(settle, timeout=0.2)
            hanging = await advance(client)
            pump.settle = settle
            let_go.set()
            return [hanging, await advance(client)]

    assert asyncio.run(story()) == [False, True]


def test_a_number_of_before_a_reset_tells_the_whole_log(control: Control, sandbox: Caller) -> None:
    sandbox.force(ADA, requested_punches=1)
    assert [entry["seq"] for entry in control.log(since=100_000, wait=30)] == [1]


def test_the_log_is_filtered(control: Control, sandbox: Caller) -> None:
    sandbox.force(ADA, requested_punches=1)
    sandbox.code("900699")
    sandbox.client.get("/nowhere")
    sandbox.batch(111111113)

    def seqs(**wanted: Any) -> list[int]:
        return [entry["seq"] for entry in control.log(**wanted)]

    assert seqs() == [1, 2, 3, 4]
    assert seqs(since=2) == [3, 4]
    assert seqs(limit=2) == [1, 2]
    assert seqs(operation="force_redeem") == [1]
    assert seqs(status=4) == [3, 4]
    assert seqs(status=404) == [3]
    assert seqs(method="get") == [3]
    assert seqs(status=4, method="POST") == [4]
    assert seqs(operation="nothing", wait=0.01) == []


def waited_for(
    look: str, cause: Callable[[Starlette, httpx.AsyncClient], Coroutine[Any, Any, object]]
) -> Any:
    """What a long poll answers to something that happens once it waits."""

    async def run() -> Any:
        async with served() as (app, client):
            poll = asyncio.create_task(client.get(f"/_sandbox/{look}&wait=20"))
            while not _somebody_waits(app, look):
                await asyncio.sleep(0)
            assert not poll.done()
            await cause(app, client)
            async with asyncio.timeout(10):
                return (await poll).json()

    return asyncio.run(run())


def _somebody_waits(app: Starlette, look: str) -> bool:
    if look.startswith("log"):
        return bool(app.state.log._waiting)
    return any(getattr(each, "__self__", None) is not None and each.__self__._waiting for each in _bells(app))


def _bells(app: Starlette) -> list[Any]:
    return [each for each in app.state.store._listeners if hasattr(each.__self__, "first")]


def test_who_waits_for_an_event_gets_it_when_it_comes() -> None:
    async def cause(app: Starlette, _: httpx.AsyncClient) -> None:
        await asyncio.to_thread(emit, app.state.store, 1)

    assert [event["redemption_id"] for event in waited_for("events?since=0", cause)] == [1]


def test_who_waits_for_another_event_goes_on_waiting() -> None:
    async def cause(app: Starlette, _: httpx.AsyncClient) -> None:
        await asyncio.to_thread(emit, app.state.store, 1, 2, 3)

    assert [event["redemption_id"] for event in waited_for("events?redemption_id=3", cause)] == [3]


def test_who_waits_for_a_request_gets_it_when_it_comes() -> None:
    async def cause(_: Starlette, client: httpx.AsyncClient) -> object:
        await client.get("/nowhere")
        return await client.post("/nowhere")

    assert [entry["method"] for entry in waited_for("log?method=POST", cause)] == ["POST"]


def test_who_waits_in_vain_gets_an_empty_list(control: Control) -> None:
    assert control.events(wait=0.01) == []


def test_a_subscriber_is_named_changed_and_forgotten(control: Control, sandbox: Caller) -> None:
    knobs = {"duplicate": 0.5, "reorder": 0, "drop": 1, "delay": 2.5, "seed": 7}
    added = control.add_subscriber(
        "http://127.0.0.1:9/hook?x=1", scheme="hmac-sha256", secret=SECRET, knobs=knobs
    )
    assert added == {
        "subscriber_id": 1,
        "url": "http://127.0.0.1:9/hook?x=1",
        "scheme": "hmac-sha256",
        "name": sandbox.variables["PUNCHH_CLIENT"],
        "knobs": knobs,
        "state": "pending",
        "failures": 0,
    }
    changed = control.change_subscriber(1, name="someone", knobs={})
    assert changed == {**added, "name": "someone", "knobs": dict.fromkeys(knobs, 0)}
    assert control.subscribers() == [control.subscriber(1)] == [changed]
    with sandbox.app.state.store.transaction(write=False) as tx:
        assert tx.outbox.subscriber(1).secret == SECRET, "a change of something else keeps it"

    control.delete_subscriber(1)
    assert control.subscribers() == []
    with pytest.raises(ControlError, match="no subscriber has this id"):
        control.subscriber(1)


def test_another_scheme_wants_a_secret_of_its_own(control: Control) -> None:
    control.add_subscriber("http://127.0.0.1:9/", scheme="bearer", secret=SECRET)
    with pytest.raises(ControlError, match="hmac-sha1 needs a secret"):
        control.change_subscriber(1, scheme="hmac-sha1")
    assert control.change_subscriber(1, scheme="none")["scheme"] == "none"


def test_a_secret_is_never_shown(control: Control, sandbox: Caller) -> None:
    control.add_subscriber("http://127.0.0.1:9/", scheme="basic", name="me", secret=SECRET)
    control.change_subscriber(1, url="http://127.0.0.1:10/")
    with pytest.raises(ControlError) as refused:
        control.activate(1)
    assert SECRET not in str(refused.value)
    for path in ("subscribers", "subscribers/1", "deliveries", "events", "log", "health"):
        assert SECRET not in sandbox.client.get(f"/_sandbox/{path}").text


@pytest.mark.parametrize("status", [202, 404, 500, 302])
def test_a_check_that_is_not_answered_200_activates_nobody(
    control: Control, receiver: Receiver, status: int
) -> None:
    receiver.answers(status)
    control.add_subscriber(receiver.url)
    with pytest.raises(ControlError, match=f"what came: status {status}") as caught:
        control.activate(1)
    assert caught.value.status == 409
    assert control.subscriber(1)["state"] == "pending"


def test_a_delivery_from_the_check_to_once_more(receiver: Receiver) -> None:
    async def run() -> None:
        async with served() as (app, client):

            async def call(method: str, path: str, **body: Any) -> Any:
                response = await client.request(method, f"/_sandbox/{path}", json=body or None)
                assert response.is_success, response.text
                return response.json()

            await call("POST", "clock/freeze")
            await call("POST", "subscribers", url=receiver.url, scheme="bearer", secret=SECRET)
            assert (await call("POST", "subscribers/1/activate"))["state"] == "active"
            receiver.answers(503, 503, 200)
            await asyncio.to_thread(emit, app.state.store, 1)
            await call("POST", "clock/advance", seconds=0)
            waiting, *others = await call("GET", "deliveries")
            assert others == []
            assert (waiting["state"], waiting["due_at"]) == ("waiting", "2026-03-02T18:06:01Z")
            assert waiting["attempts"] == [{"at": "2026-03-02T18:05:01Z", "status": 503, "error": None}]

            await call("POST", "clock/advance", seconds=3600)
            done = (await call("GET", "deliveries?state=delivered"))[0]
            assert [each["status"] for each in done["attempts"]] == [503, 503, 200]
            again = await call("POST", "deliveries/1/redeliver")
            assert again["delivery_id"] == 2
            assert again["state"] == "delivered"
            assert again["content_id"] == done["content_id"]
            assert [each["delivery_id"] for each in await call("GET", "deliveries?after=1")] == [2]
            found = await call("GET", f"deliveries?content_id={done['content_id'].upper()}&subscriber_id=1")
            assert len(found) == 2
            assert await call("GET", "deliveries?subscriber_id=2") == []

    asyncio.run(run())
    assert [each.method for each in receiver.got] == ["GET", "POST", "POST", "POST", "POST"]
    assert {each.headers["authorization"] for each in receiver.got} == {f"bearer {SECRET}"}
    assert len({each.body for each in receiver.got if each.method == "POST"}) == 1


def test_nothing_is_delivered_to_a_subscriber_that_is_not_active(control: Control, sandbox: Caller) -> None:
    control.add_subscriber("http://127.0.0.1:9/")
    sandbox.code("900699")
    assert control.deliveries() == []
    with pytest.raises(ControlError, match="no delivery has this id"):
        control.redeliver(1)


def test_faults_are_planted_counted_and_taken_away(control: Control, sandbox: Caller) -> None:
    planted = control.add_fault("server_error", "force_redeem", status=500, count=1)
    assert planted == control.fault(1)
    assert control.add_fault("html_502", probability=0.25, seed=3, count=None)["count"] is None
    assert sandbox.force(ADA, requested_punches=1).status_code == 500
    assert (control.fault(1)["seen"], control.fault(1)["struck"]) == (1, 1)
    assert control.log()[0]["fault"] == "server_error"
    assert control.log()[0]["events"] == []
    control.delete_fault(1)
    assert [each["fault_id"] for each in control.faults()] == [2]
    control.clear_faults()
    assert control.faults() == []
    assert sandbox.force(ADA, requested_punches=1).status_code == 201
    with pytest.raises(ControlError, match="no fault has this id"):
        control.delete_fault(1)


def test_a_lost_reply_was_committed_and_the_log_names_its_event(control: Control, sandbox: Caller) -> None:
    control.add_fault("reply_lost", "force_redeem")
    with pytest.raises(ConnectionResetError):
        asyncio.run(_force(sandbox))
    event = control.events()[0]
    entry = control.log()[0]
    assert (entry["fault"], entry["status"], entry["events"]) == ("reply_lost", 201, [event["content_id"]])


async def _force(sandbox: Caller) -> None:
    transport = httpx.ASGITransport(sandbox.app)
    async with httpx.AsyncClient(transport=transport, base_url=URL, auth=sandbox.auth()) as client:
        body = {"user_id": ADA, "redemption": {"requested_punches": 1}}
        await client.post("/api2/dashboard/redemptions/force_redeem", json=body)
