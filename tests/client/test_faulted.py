"""Commits through faults and kills, counted on the other side: what has a key is debited exactly once and
known in the end, what has none at most once, and nobody is told what is not so.
"""

import collections
import contextlib
import json
import os
import queue
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from client.redeemer import client

from punchh_contract.client.errors import OutcomeUnknown
from punchh_contract.client.recovery import Recovered
from punchh_contract.client.sync import PunchhClient
from punchh_contract.contract import load
from punchh_contract.sandbox import Control, Sandbox, running

SOAK = bool(os.environ.get("PUNCHH_CONTRACT_SOAK"))
KEYED = 10_000 if SOAK else 200
KILLS = 300 if SOAK else 12
KEYLESS = 2_000 if SOAK else 200
KEYLESS_KILLS = 60 if SOAK else 8
SHARE = 25 if SOAK else 10
"""Orders that one process is given."""
PROCESSES = 2
LONGEST = 6_000
"""A process is killed within so many calls of Python and C from when it is doomed: two to three commits."""
GUEST = 223_000_000
TOKEN = "sandbox-access-token-not-a-real-one-soak"
SUBSCRIPTIONS = range(950_000, 950_000 + KEYLESS)
ROUNDS = 40
FAULTS = {
    "connection_reset": 0.06,
    "reply_lost": 0.10,
    "html_502": 0.05,
    "server_error": 0.05,
    "empty_body": 0.06,
    "truncated_json": 0.06,
    "rate_limited": 0.04,
}
NOTHING = {"ConnectionFailed", "CallTimeout", "RateLimitedError", "LimitError", "refused"}
"""Outcomes by which a caller is told that nothing was debited."""
TESTS = str(Path(__file__).parents[1])

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")

Order = tuple[str, str, dict[str, Any]]
"""An operation, the name that marks the order on the other side, a body."""


@dataclass
class Shop:
    """Processes on one journal, and what they wrote down."""

    sandbox: Sandbox
    folder: Path
    killed: int = 0
    started: int = 0
    failures: list[int] = field(default_factory=list)

    @property
    def journal(self) -> Path:
        return self.folder / "redemptions.db"

    def job(self, seed: int, **more: Any) -> dict[str, Any]:
        return {
            "url": self.sandbox.url,
            "environ": {**self.sandbox.credentials, "PUNCHH_ACCESS_TOKEN": TOKEN, "PUNCHH_ID_TOKEN": ""},
            "journal": str(self.journal),
            "told": str(self.folder / "told"),
            "seed": seed,
            "trust": True,
            "timeout": 5.0,
            "retries": 1,
            "orders": [],
            **more,
        }

    def run(self, jobs: Sequence[dict[str, Any]]) -> None:
        """Run the jobs, two at a time."""
        left: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        for each in jobs:
            left.put(each)
        ends: list[int] = []

        def work() -> None:
            with _starter() as starter:
                assert starter.stdin is not None
                assert starter.stdout is not None
                while True:
                    try:
                        job = left.get_nowait()
                    except queue.Empty:
                        return
                    starter.stdin.write(json.dumps(job) + "\n")
                    starter.stdin.flush()
                    ends.append(int(starter.stdout.readline()))

        threads = [threading.Thread(target=work) for _ in range(PROCESSES)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert len(ends) == len(jobs)
        self.started += len(ends)
        self.killed += sum(each == -9 for each in ends)
        self.failures += [each for each in ends if each not in (0, -9)]

    def recover(self, **how: Any) -> list[Recovered]:
        """Recover in this process, with nothing in the way."""
        self.sandbox.control.clear_faults()
        redeemer = client(self.job(0, **how))
        assert isinstance(redeemer, PunchhClient)
        with redeemer:
            return redeemer.recover()

    def entries(self) -> list[dict[str, Any]]:
        """All of the journal, with the body parsed."""
        if not self.journal.exists():
            return []
        with contextlib.closing(sqlite3.connect(self.journal)) as reader:
            reader.row_factory = sqlite3.Row
            rows = reader.execute("SELECT * FROM calls ORDER BY id").fetchall()
        return [{**dict(row), "body": json.loads(row["body"])} for row in rows]

    def told(self) -> dict[str, list[str]]:
        """What the callers were told, by order."""
        found = collections.defaultdict(list)
        path = self.folder / "told"
        for line in path.read_text().splitlines() if path.exists() else ():
            name, outcome = line.split()
            found[name].append(outcome)
        return found


@contextlib.contextmanager
def _starter() -> Iterator["subprocess.Popen[str]"]:
    path = os.pathsep.join(filter(None, [TESTS, os.environ.get("PYTHONPATH")]))
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("redeemer.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    with process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(30) == 0


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with running() as sandbox:
        sandbox.control.set_business(rate_limits=False)
        # All at once: a guest of the seed, who holds a thousand rewards, would be written anew each time.
        sandbox.control.put_guest(
            GUEST,
            access_token=TOKEN,
            points=10_000_000,
            subscriptions=[{"subscription_id": each, "plan_id": 44} for each in SUBSCRIPTIONS],
        )
        yield Shop(sandbox, tmp_path)


def plant(control: Control, seed: int) -> None:
    """Every fault that the sandbox has, for every operation; the slow one seldom, since it takes its time."""
    for place, (kind, probability) in enumerate(FAULTS.items()):
        how = {"seconds": 0} if kind == "rate_limited" else {}
        control.add_fault(kind, count=None, probability=probability, seed=seed + place, **how)
    control.add_fault("latency", count=3, probability=0.02, seed=seed, seconds=1.5)


def doomed(dice: random.Random, jobs: list[dict[str, Any]], kills: int) -> None:
    """Doom so many of the jobs: in the middle of an order, or, one in six, while they recover."""
    for job in dice.sample(jobs, min(kills, len(jobs))):
        place = -1 if dice.random() < 1 / 6 else dice.randrange(max(1, len(job["orders"]) - 2))
        job["die"] = [place, dice.randint(1, LONGEST)]


def shares(orders: Sequence[Order]) -> list[Sequence[Order]]:
    return [orders[start : start + SHARE] for start in range(0, len(orders), SHARE)]


def way(place: int) -> dict[str, bool]:
    """Both clients, each through its own connections and through chaos."""
    return {"async": place % 4 in (1, 2), "chaos": place % 2 == 1}


def redemptions(control: Control, **which: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while page := control.redemptions(after=found[-1]["redemption_id"] if found else 0, limit=500, **which):
        found += page
    return found


def online(number: int) -> Order:
    """No key given: the client mints one, once. Each takes 100 points, as often as it is asked."""
    return (
        "create_online_redemption",
        f"order-{number}",
        {
            "discount_type": "redeemable",
            "redeemable_id": "493",
            "store_number": "401",
            "receipt_amount": 30,
            "subtotal_amount": 30,
            "receipt_datetime": "2026-03-02T18:05:01Z",
            "transaction_no": f"order-{number}",
        },
    )


def batch(control: Control, number: int) -> Order:
    """A guest of its own, with a basket that is filled once."""
    user = 222_000_000 + number
    item = {"item_id": 300_000 + number, "discount_type": "redeemable", "discount_id": "493"}
    control.put_guest(user, points=500, basket=[item])
    line = {
        "item_name": "Pizza",
        "item_qty": 1,
        "amount": 30,
        "item_type": "M",
        "item_id": 331,
        "item_family": "10",
        "item_group": "gp",
        "serial_number": 1.0,
    }
    return (
        "process_batch_redemption",
        f"order-{number}",
        {
            "user_id": user,
            "line_items": [line],
            "receipt_amount": 30,
            "subtotal_amount": 30,
            "receipt_datetime": "2026-03-02T18:05:01Z",
            "transaction_no": f"order-{number}",
            "external_uid": f"till-{number}",
        },
    )


def test_what_has_a_key_is_debited_once_and_known_in_the_end(shop: Shop) -> None:
    control, dice = shop.sandbox.control, random.Random(KEYED)
    orders = [batch(control, each) if each % 10 == 0 else online(each) for each in range(KEYED)]
    points = control.guest(GUEST)["points"]
    plant(control, seed=7)
    left, kills = list(orders), KILLS
    for number in range(ROUNDS):
        jobs = [
            shop.job(number * 10_000 + place, orders=share, trust=place % 5 != 4, **way(place))
            for place, share in enumerate(shares(left))
        ]
        doomed(dice, jobs, kills - shop.killed)
        shop.run(jobs)
        left = undone(orders, shop.entries())
        if not left and shop.killed >= kills:
            break
        # Killed enough or not, those that nobody began are begun; with none left, only recovery is killed.
        left = left or [*left, *(online(KEYED * (number + 2) + each) for each in range(SHARE * 2))]
        orders += [each for each in left if each not in orders]
    assert shop.failures == []
    assert shop.killed >= kills
    found = shop.recover()
    assert [each for each in found if not each.known] == []
    assert undone(orders, shop.entries()) == []
    assert [each for each in shop.entries() if each["state"] == "pending"] == []
    made = redemptions(control)
    debits = collections.Counter(each["receipt"]["transaction_no"] for each in made)
    assert debits == dict.fromkeys((name for _, name, _ in orders), 1)
    assert points - control.guest(GUEST)["points"] == 100 * sum(each["user_id"] == GUEST for each in made)
    honest(shop, debits)
    keys = collections.defaultdict(set)
    for each in shop.entries():
        keys[each["body"]["transaction_no"]].add(each["external_uid"])
    recovered = len(found) + sum("recovered" in each for each in shop.told().values())
    print(f"{len(orders)} orders, {shop.killed} of {shop.started} killed, {recovered} recovered")  # noqa: T201
    # The faults did strike, and kills did leave something to recover.
    assert recovered >= KILLS / 4
    assert sum(len(each) for each in keys.values()) >= len(orders)


def undone(orders: Sequence[Order], entries: Sequence[dict[str, Any]]) -> list[Order]:
    """The orders of which the journal says that nothing happened, or that has none of."""
    success = {each.id: each.success.status for each in load().operations.values()}
    begun = {
        each["body"]["transaction_no"]
        for each in entries
        if each["state"] == "pending"
        or (each["state"] == "answered" and each["status"] == success[each["operation"]])
    }
    return [each for each in orders if each[1] not in begun]


def honest(shop: Shop, debits: "collections.Counter[str]") -> None:
    """No caller was told of a redemption that is not there, nor that nothing happened where it did."""
    for name, outcomes in shop.told().items():
        if {"committed", "recovered"} & set(outcomes):
            assert debits[name] == 1
        elif debits[name]:
            # It was debited by a later try of the same order, or told as unknown.
            assert outcomes[-1] == "unknown" or outcomes[-1] in NOTHING
        assert set(outcomes) <= NOTHING | {"committed", "unknown", "recovered"}


def force(number: int) -> Order:
    body = {"user_id": GUEST, "redemption": {"requested_punches": 1, "force_message": f"case-{number}"}}
    return "force_redeem", f"case-{number}", body


def code(number: int) -> Order:
    subscription = SUBSCRIPTIONS[number]
    return "create_subscription_redemption_code", f"{subscription}", {"subscription_id": f"{subscription}"}


def test_what_has_no_key_is_debited_at_most_once_and_unknown_is_said_so(shop: Shop) -> None:
    control, dice = shop.sandbox.control, random.Random(KEYLESS)
    orders = [code(each) if each % 2 else force(each) for each in range(KEYLESS)]
    plant(control, seed=70)
    left = list(orders)
    for number in range(ROUNDS):
        jobs = [
            shop.job(number * 10_000 + place, orders=share, **way(place))
            for place, share in enumerate(shares(left))
        ]
        doomed(dice, jobs, KEYLESS_KILLS - shop.killed)
        shop.run(jobs)
        begun = {marked(each["body"]) for each in shop.entries()}
        left = [each for each in left if each[1] not in begun]
        if not left:
            break
    assert (shop.failures, left) == ([], [])
    assert shop.killed >= KEYLESS_KILLS // 2
    reported = {marked(json.loads(each.entry.body)): each for each in shop.recover()}
    debits = collections.Counter(
        each["message"] if each["operation"] == "force_redeem" else each["discount_id"]
        for each in redemptions(control, user_id=GUEST)
    )
    assert set(debits) <= {name for _, name, _ in orders}
    assert set(debits.values()) == {1}
    told = shop.told()
    settled = {marked(each["body"]): each for each in shop.entries() if each["state"] != "pending"}
    for _, name, _ in orders:
        assert (name in reported) != (name in settled)
        outcomes = told.get(name, [])
        assert len(outcomes) <= 1
        if name in reported:
            # Nobody pretends to know, and nothing was sent again.
            assert isinstance(reported[name].error, OutcomeUnknown)
            assert outcomes in ([], ["unknown"])
        else:
            redeemed = settled[name]["state"] == "answered" and settled[name]["status"] in (200, 201)
            assert debits[name] == redeemed
            assert outcomes in ([], ["committed"]) if redeemed else set(outcomes) <= NOTHING
    print(f"{len(orders)} calls, {shop.killed} of {shop.started} killed, {len(reported)} unknown")  # noqa: T201
    # Some of the unknown were debited and some were not: that is what makes them unknown.
    assert {debits[name] for name in reported} == {0, 1}
    # And a second look tells the same.
    assert {marked(json.loads(each.entry.body)) for each in shop.recover()} == set(reported)


def marked(body: dict[str, Any]) -> str:
    return str(body["subscription_id"] if "subscription_id" in body else body["redemption"]["force_message"])
