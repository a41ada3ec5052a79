"""What was answered is there after the process was killed; nothing is there by half; a restart goes on."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandbox import books
from sandbox.calling import ADA, FULL, GRACE, LINES, NOW, RECEIPT
from sandbox.databases import DURABLE, FILE, Process, database, processes
from sandbox.receiving import Got, receiving, redemption

from punchh_contract.auth import Credentials, PunchhAuth
from punchh_contract.contract import load
from punchh_contract.sandbox import running
from punchh_contract.sandbox.events import Change
from punchh_contract.sandbox.guests import Debit, Held
from punchh_contract.sandbox.store import Store, Transaction

CALLERS = 12
ROUNDS = 3

Answered = dict[int, dict[str, Any]]
Sent = dict[str, dict[str, Any]]


async def load_until_killed(process: Process, dice: random.Random, answered: Answered, sent: Sent) -> None:
    """Call everything from many sides, and kill the process in the middle."""

    def some() -> tuple[str, dict[str, Any]]:
        order = {"client": process.credentials["PUNCHH_CLIENT"], **RECEIPT}
        uid = f"order-{dice.getrandbits(40)}"
        match dice.randrange(5):
            case 0:
                points = {"requested_punches": dice.randrange(1, 9)}
                return "force_redeem", {"user_id": dice.choice([ADA, GRACE]), "redemption": points}
            case 1:
                user_id = dice.randrange(FULL, FULL + 40)
                body = {"user_id": user_id, **RECEIPT, "line_items": LINES, "external_uid": uid}
                return "process_batch_redemption", body
            case 2:
                body = {"client": order["client"], "subscription_id": "900699"}
                return "create_subscription_redemption_code", body
            case 3:
                sent[uid] = order | {
                    "discount_type": "redeemable",
                    "redeemable_id": "493",
                    "external_uid": uid,
                }
                return "create_online_redemption", sent[uid]
            case _:
                reward = {"discount_type": "reward", "reward_id": dice.randrange(70001, 70601)}
                return "create_online_redemption", order | reward

    async def caller(client: httpx.AsyncClient) -> None:
        while True:
            operation, body = some()
            try:
                answer = await client.post(load().operation(operation).path, json=body)
            except httpx.TransportError:
                return
            assert answer.status_code < 500, answer.text
            told = answer.json()
            uid = body.get("external_uid")
            if told.get("redemption_id"):
                answered[told["redemption_id"]] = {"operation": operation, "external_uid": uid}
            for item in told.get("success", ()):
                answered[item["redemption_id"]] = {"user_id": body["user_id"], "external_uid": uid}

    async with httpx.AsyncClient(base_url=process.url, auth=process.auth, timeout=30) as client:
        callers = asyncio.gather(*(caller(client) for _ in range(CALLERS)))
        # Under load however slow the machine is: each of them was answered about once, and all ask again.
        enough = len(answered) + CALLERS
        async with asyncio.timeout(60):
            while len(answered) <= enough:
                await asyncio.sleep(0.005)
        await asyncio.sleep(dice.uniform(0, 0.4))
        process.kill()
        await callers


@pytest.mark.parametrize("kind", DURABLE)
def test_a_killed_process_loses_nothing_it_answered_and_leaves_no_half(kind: str, tmp_path: Path) -> None:
    db = database(kind, tmp_path)
    answered: Answered = {}
    sent: Sent = {}
    for seed in range(ROUNDS):
        process = Process(db)
        asyncio.run(load_until_killed(process, random.Random(seed), answered, sent))
        books.balance(db, answered)
    with running(db=db) as sandbox:
        # Who never got a reply asks again, and so does everybody else: nothing is taken twice.
        path = load().operation("create_online_redemption").path
        auth = PunchhAuth(Credentials.from_mapping(sandbox.credentials))
        with httpx.Client(base_url=sandbox.url, auth=auth, timeout=30) as client:
            for uid, body in sent.items():
                told = client.post(path, json=body).json()
                assert told["category"] == "redeemable"
                answered[told["redemption_id"]] = {"external_uid": uid, "points": 100}
        books.balance(db, answered)
    with books.reading(db) as tx:
        for uid in sent:
            assert len(tx.redemptions.find(external_uid=uid)) == 1


def lose(tx: Transaction) -> None:
    tx.guests.apply(ADA, [Debit(Held.POINTS, ADA, 1)])


def give_away(tx: Transaction) -> None:
    made = redemption(tx.counters.next_id("redemption"))
    tx.redemptions.add(made)
    tx.emit(Change.CREATED, made)


def keep_quiet(tx: Transaction) -> None:
    tx.guests.apply(ADA, [Debit(Held.POINTS, ADA, 100)])
    tx.redemptions.add(redemption(tx.counters.next_id("redemption")))


def tell_lies(tx: Transaction) -> None:
    tx.emit(Change.CREATED, redemption(6440001))


def leave_out(tx: Transaction) -> None:
    tx.counters.next_id("redemption")


@pytest.mark.parametrize("half", [lose, give_away, keep_quiet, tell_lies, leave_out])
def test_half_a_redemption_is_seen_in_the_books(half: Callable[[Transaction], None], tmp_path: Path) -> None:
    db = database(FILE, tmp_path)
    with contextlib.closing(Store(wall=lambda: NOW, url=db)) as store:
        books.balance(db)
        with store.transaction() as tx:
            give_away(tx)
            tx.guests.apply(ADA, [Debit(Held.POINTS, ADA, 100)])
        books.balance(db, {6440001: {"points": 100}})
        for wrong in ({6440002: {}}, {6440001: {"points": 99}}):
            with pytest.raises(AssertionError):
                books.balance(db, wrong)
        with store.transaction() as tx:
            half(tx)
    with pytest.raises(AssertionError):
        books.balance(db)


@pytest.mark.parametrize("kind", DURABLE)
def test_a_restart_goes_on_with_everything(kind: str, tmp_path: Path) -> None:
    db = database(kind, tmp_path)
    with receiving() as receiver:
        with processes(db, 1) as (process,):
            control = httpx.Client(base_url=f"{process.url}/_sandbox/", timeout=30)
            made = control.post("subscribers", json={"url": receiver.url}).json()
            activated = control.post(f"subscribers/{made['subscriber_id']}/activate")
            assert activated.json()["state"] == "active", activated.text
            receiver.answers(503)
            assert control.patch("business", json={"settings": {"reward_locking": True}}).is_success
            assert control.post("clock/advance", json={"seconds": 86400}).is_success
            quote = {"user_id": FULL, **RECEIPT, "line_items": LINES, "external_uid": "till-1", "query": True}
            path = load().operation("process_batch_redemption").path
            with httpx.Client(base_url=process.url, auth=process.auth) as client:
                assert client.post(path, json=quote).status_code == 200
                force = {"user_id": ADA, "redemption": {"requested_punches": 7}}
                assert client.post(load().operation("force_redeem").path, json=force).status_code == 201
            assert control.put("snapshots/kept").is_success
            receiver.wait_for(2)
            assert control.post("clock/advance", json={"seconds": 1}).is_success
            before = _everything(control)
            control.close()
        receiver.answers(200)
        with running(db=db) as sandbox:
            control = httpx.Client(base_url=f"{sandbox.url}/_sandbox/", timeout=30)
            assert _everything(control) == before
            assert control.get(f"guests/{FULL}").json()["locked_by"] == "till-1"
            assert control.get("deliveries").json()[0]["state"] == "waiting"
            assert control.post("clock/advance", json={"seconds": 86400}).is_success
            assert control.get("deliveries").json()[0]["state"] == "delivered"
            assert receiver.posts[-1] == control.get("redemptions").json()[0]["redemption_id"]
            control.close()


@pytest.mark.parametrize("kind", DURABLE)
def test_two_processes_on_one_database_deliver_each_event_once(kind: str, tmp_path: Path) -> None:
    """Both look for what is due, and a slow subscriber gives the other every chance to take it as well."""
    calls = 24
    with receiving() as receiver, processes(database(kind, tmp_path), 2) as both:
        receiver.reply = _slowly
        with contextlib.ExitStack() as stack:
            clients = [
                stack.enter_context(httpx.Client(base_url=each.url, auth=each.auth, timeout=30))
                for each in both
            ]
            made = clients[0].post("/_sandbox/subscribers", json={"url": receiver.url}).json()
            activated = clients[1].post(f"/_sandbox/subscribers/{made['subscriber_id']}/activate")
            assert activated.json()["state"] == "active", activated.text
            path = load().operation("force_redeem").path
            for number in range(calls):
                body = {"user_id": ADA, "redemption": {"requested_punches": 1}}
                assert clients[number % 2].post(path, json=body).status_code == 201
            receiver.wait_for(calls + 1)
            settled = [each.post("/_sandbox/clock/advance", json={"seconds": 86400}) for each in clients]
            assert all(each.is_success for each in settled)
            owed = clients[0].get("/_sandbox/deliveries", params={"state": "waiting"}).json()
        assert owed == []
        assert len(receiver.posts) == len(set(receiver.posts)) == calls


def _slowly(got: Got) -> int:
    if got.method == "POST":
        time.sleep(0.02)
    return 200


def _everything(control: httpx.Client) -> list[Any]:
    paths = [
        "clock",
        "business",
        "guests",
        f"guests/{ADA}",
        "redemptions",
        "events",
        "subscribers",
        "snapshots",
    ]
    return [control.get(path).json() for path in paths]
