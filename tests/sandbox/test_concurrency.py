"""Many callers at once, over sockets, of two processes that share a SQLite file or PostgreSQL. (One process
and its memory: test_server.)"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sandbox import books
from sandbox.calling import ADA, FULL, GRACE, LINES, RECEIPT
from sandbox.databases import FILE, POSTGRESQL, Process, database, processes
from sandbox.receiving import Receiver, receiving

from punchh_contract.contract import load

PARALLEL = 50
ROUNDS = 5


@dataclass
class Shared:
    """Sandboxes that share one database; calls go to each in turn."""

    db: str
    running: list[Process]
    seed: int = 0

    def call(self, method: str, path: str, **how: Any) -> Any:
        """An answer of the control plane."""
        answer = httpx.request(method, f"{self.running[0].url}/_sandbox/{path}", timeout=60, **how)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def guest(self, user_id: int) -> dict[str, Any]:
        document: dict[str, Any] = self.call("GET", f"guests/{user_id}")
        return document

    def order(self, **more: Any) -> dict[str, Any]:
        return {"client": self.running[0].credentials["PUNCHH_CLIENT"], **RECEIPT, **more}

    def at_once(self, *calls: tuple[str, dict[str, Any]]) -> list[httpx.Response]:
        """The answers to operations that are called all at the same time, in an order by chance."""
        return asyncio.run(self._at_once(calls))

    async def _at_once(self, calls: tuple[tuple[str, dict[str, Any]], ...]) -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(auth=self.running[0].auth, limits=limits, timeout=60) as client:

            async def call(index: int) -> tuple[int, httpx.Response]:
                operation, body = calls[index]
                url = self.running[index % len(self.running)].url + load().operation(operation).path
                return index, await client.post(url, json=body)

            order = list(range(len(calls)))
            random.Random(self.seed).shuffle(order)
            self.seed += 1
            answers = dict(await asyncio.gather(*map(call, order)))
        assert all(each.status_code < 500 for each in answers.values())
        return [answers[index] for index in range(len(calls))]


@pytest.fixture(
    scope="module",
    params=[(FILE, 2), (POSTGRESQL, 2)],
    ids=lambda each: f"{each[0]}-{each[1]}",
)
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    kind, count = request.param
    db = database(kind, tmp_path_factory.mktemp("concurrency"))
    with processes(db, count) as running:
        yield Shared(db, running)


@pytest.fixture
def shared(started: Shared) -> Shared:
    started.call("POST", "reset")
    return started


def test_fifty_commits_of_one_reward_are_one_redemption(shared: Shared) -> None:
    one = shared.order(discount_type="reward", reward_id=70001)
    answers = shared.at_once(*[("create_online_redemption", one)] * PARALLEL)
    assert Counter(each.json()["category"] for each in answers) == {"redeemable": 1, "processed": 49}
    assert len(shared.guest(ADA)["redemptions"]) == 1
    books.balance(shared.db)


def test_one_external_uid_is_one_debit_and_one_answer(shared: Shared) -> None:
    before = shared.guest(ADA)["points"]
    one = shared.order(discount_type="redeemable", redeemable_id="493", external_uid="order-1")
    answers = shared.at_once(*[("create_online_redemption", one)] * PARALLEL)
    assert {each.content for each in answers} == {answers[0].content}
    assert answers[0].json()["category"] == "redeemable"
    assert before - shared.guest(ADA)["points"] == 100
    books.balance(shared.db)


def test_one_open_coupon_is_one_guests(shared: Shared) -> None:
    orders = []
    for user_id in range(FULL, FULL + PARALLEL):
        token, mail = f"sandbox-token-{user_id}", f"racer-{user_id}@example.com"
        shared.call("PUT", f"guests/{user_id}", json={"authentication_token": token, "email": mail})
        named = {"authentication_token": token, "email": mail, "external_uid": f"order-{user_id}"}
        orders.append(
            shared.order(discount_type="redemption_code", redemption_code="SANDBOX-COUPON", **named)
        )
    answers = asyncio.run(_signed(shared, orders))
    assert Counter(each.json()["category"] for each in answers) == {"redeemable": 1, "processed": 49}
    made = shared.call("GET", "redemptions")
    won = next(n for n, each in enumerate(answers) if each.json()["category"] == "redeemable")
    assert [each["user_id"] for each in made] == [FULL + won]


async def _signed(shared: Shared, bodies: list[dict[str, Any]]) -> list[httpx.Response]:
    """Online orders whose guest the body names: signed, without `Authorization`."""

    async def without(request: httpx.Request) -> None:
        del request.headers["Authorization"]
        request.headers.pop("id-token", None)

    path = load().operation("create_online_redemption").path
    hooks: dict[str, list[Callable[..., Awaitable[None]]]] = {"request": [without]}
    limits = httpx.Limits(max_connections=None)
    auth = shared.running[0].auth
    async with httpx.AsyncClient(auth=auth, limits=limits, event_hooks=hooks, timeout=60) as client:
        urls = [each.url for each in shared.running]
        return await asyncio.gather(
            *(client.post(urls[n % len(urls)] + path, json=body) for n, body in enumerate(bodies))
        )


def test_a_subscription_code_is_honoured_at_one_of_two_tills(shared: Shared) -> None:
    """One till has the code in an online order, the other in the guest's basket."""
    won = Counter[str]()
    for _ in range(ROUNDS):
        body = {"client": shared.order()["client"], "subscription_id": "900699"}
        code = shared.at_once(("create_subscription_redemption_code", body))[0].json()
        number = code["redemption_tracking_code"]
        item = {"item_id": 1, "discount_type": "redemption_code", "discount_id": number}
        shared.call("PUT", f"guests/{ADA}", json={"basket": [item]})
        online = shared.order(discount_type="redemption_code", redemption_code=number)
        batch = {"user_id": ADA, **RECEIPT, "line_items": LINES}
        # More of the one kind, since it is over sooner.
        calls = [("create_online_redemption", online)] * 2 + [("process_batch_redemption", batch)] * 4
        answers = [each.json() for each in shared.at_once(*calls)]
        online_won = sum(each.get("category") == "redeemable" for each in answers)
        batch_won = sum(len(each.get("success", ())) for each in answers)
        assert online_won + batch_won == 1
        won["online" if online_won else "batch"] += 1
        record = shared.call("GET", f"redemptions/{code['redemption_id']}")
        assert record["status"] == "honoured"
    subscription = next(
        each for each in shared.guest(ADA)["subscriptions"] if each["subscription_id"] == 900699
    )
    assert subscription["uses"] == ROUNDS
    assert sum(won.values()) == ROUNDS


@pytest.mark.parametrize("more", [{}, {"query": True}], ids=["plain", "with a field that it does not know"])
def test_force_redeems_never_overdraw(shared: Shared, more: dict[str, Any]) -> None:
    shared.call("PUT", f"guests/{GRACE}", json={"points": 100})
    one = {"user_id": GRACE, "redemption": {"requested_punches": 3}, **more}
    answers = shared.at_once(*[("force_redeem", one)] * PARALLEL)
    assert Counter(each.status_code for each in answers) == {201: 33, 422: 17}
    guest = shared.guest(GRACE)
    assert (guest["points"], len(guest["redemptions"])) == (1, 33)


def test_each_item_of_a_basket_is_redeemed_once(shared: Shared) -> None:
    basket = {each["item_id"] for each in shared.guest(FULL)["basket"]}
    one = {"user_id": FULL, **RECEIPT, "line_items": LINES}
    answers = shared.at_once(*[("process_batch_redemption", one)] * PARALLEL)
    assert Counter(each.status_code for each in answers) == {200: 1, 422: 49}
    done = [item["discount_basket_item_id"] for each in answers for item in each.json().get("success", ())]
    assert sorted(done) == sorted(basket)
    assert shared.guest(FULL)["basket"] == []
    books.balance(shared.db)


def test_of_all_who_lock_a_basket_one_has_it(shared: Shared) -> None:
    shared.call("PATCH", "business", json={"settings": {"reward_locking": True}})
    calls = [
        (
            "process_batch_redemption",
            {"user_id": FULL, **RECEIPT, "line_items": LINES, "query": True, "external_uid": f"till-{n}"},
        )
        for n in range(PARALLEL)
    ]
    answers = shared.at_once(*calls)
    won = [n for n, each in enumerate(answers) if each.status_code == 200]
    assert len(won) == 1
    assert shared.guest(FULL)["locked_by"] == f"till-{won[0]}"


def test_changes_of_the_world_do_not_undo_each_other(shared: Shared) -> None:
    """Each adds one to what was there; on a shared database another process may be at it too."""

    async def change() -> None:
        async with httpx.AsyncClient(timeout=60) as client:

            async def one(number: int) -> None:
                root = f"{shared.running[number % len(shared.running)].url}/_sandbox"
                setting = ["fuel", "reward_locking", "qualifying_conditions"][number % 3]
                answers = await asyncio.gather(
                    client.post(f"{root}/clock/advance", json={"seconds": 60}),
                    client.patch(f"{root}/business", json={"settings": {setting: True}}),
                    client.post(
                        f"{root}/guests/{ADA}/basket",
                        json={"item_id": number + 1, "discount_type": "card_completion"},
                    ),
                )
                assert [each.status_code for each in answers] == [200, 200, 201]

            await asyncio.gather(*map(one, range(12)))

    before = shared.call("GET", "clock")["now"]
    shared.call("PUT", f"guests/{ADA}", json={"basket": []})
    asyncio.run(change())
    settings = shared.call("GET", "business")["settings"]
    assert (settings["fuel"], settings["reward_locking"], settings["qualifying_conditions"]) == (True,) * 3
    assert len(shared.guest(ADA)["basket"]) == 12
    after = shared.call("GET", "clock")["now"]
    assert _minutes(after) - _minutes(before) == 12


def test_of_all_new_guests_with_one_reward_one_is_made(shared: Shared) -> None:
    async def make() -> list[httpx.Response]:
        async with httpx.AsyncClient(timeout=60) as client:
            urls = [f"{each.url}/_sandbox/guests" for each in shared.running]
            reward = {"reward_id": 5, "name": "Sought After", "discount_cents": 100}
            return await asyncio.gather(
                *(client.put(f"{urls[n % len(urls)]}/{n + 1}", json={"rewards": [reward]}) for n in range(10))
            )

    answers = asyncio.run(make())
    assert Counter(each.status_code for each in answers) == {200: 1, 409: 9}


def _minutes(text: str) -> int:
    return int(text[11:13]) * 60 + int(text[14:16])


def chaos(shared: Shared, seconds: float, seed: int, *, reset: bool) -> Counter[int]:
    """All operations and what the control plane can do, at random and at once; counts statuses."""
    dice = random.Random(seed)
    seen: Counter[int] = Counter()
    until = time.monotonic() + seconds
    operations: list[Callable[[], tuple[str, str, dict[str, Any]]]] = []

    def operation(name: str, make: Callable[[], dict[str, Any]]) -> None:
        operations.append(lambda: ("POST", load().operation(name).path, make()))

    def control(method: str, path: Callable[[], str], make: Callable[[], dict[str, Any]] = dict) -> None:
        operations.append(lambda: (method, f"/_sandbox/{path()}", make()))

    uid = lambda: f"order-{dice.randrange(40)}"  # noqa: E731
    for _ in range(3):
        operation(
            "create_online_redemption",
            lambda: shared.order(
                discount_type="reward", reward_id=dice.randrange(70001, 70030), external_uid=uid()
            ),
        )
        operation(
            "create_online_redemption",
            lambda: shared.order(discount_type="redeemable", redeemable_id="493", query=dice.random() < 0.3),
        )
        operation(
            "force_redeem",
            lambda: {
                "user_id": dice.choice([ADA, GRACE, FULL]),
                "redemption": {"requested_punches": dice.randrange(1, 20)},
            },
        )
        operation(
            "process_batch_redemption",
            lambda: {
                "user_id": dice.randrange(FULL, FULL + 8),
                **RECEIPT,
                "line_items": LINES,
                "external_uid": uid(),
            },
        )
        operation(
            "create_subscription_redemption_code",
            lambda: {"client": shared.order()["client"], "subscription_id": "900699"},
        )
    number = lambda: 6440001 + dice.randrange(60)  # noqa: E731
    control("POST", lambda: f"redemptions/{number()}/cancel")
    control("POST", lambda: f"redemptions/{number()}/expire")
    control("POST", lambda: "clock/advance", lambda: {"seconds": dice.choice([1, 700])})
    control("GET", lambda: f"guests/{ADA}")
    if reset:
        control(
            "POST",
            lambda: f"redemptions/{number()}/transfer",
            lambda: {"user_id": dice.choice([GRACE, FULL])},
        )
        control("POST", lambda: "reset")
        control("PUT", lambda: "snapshots/one")
        control("POST", lambda: "snapshots/one/restore")
        control("PATCH", lambda: "business", lambda: {"settings": {"reward_locking": dice.random() < 0.5}})
        control("PUT", lambda: f"guests/{dice.choice([ADA, GRACE, FULL, 5])}", lambda: {"points": 1000})

    async def caller(client: httpx.AsyncClient) -> None:
        while time.monotonic() < until:
            method, path, body = dice.choice(operations)()
            how: dict[str, Any] = {} if method == "GET" or not body else {"json": body}
            answer = await client.request(method, dice.choice(shared.running).url + path, **how)
            seen[answer.status_code] += 1
            assert answer.status_code < 500, (path, answer.text)

    async def run() -> None:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(auth=shared.running[0].auth, limits=limits, timeout=60) as client:
            await asyncio.gather(*(caller(client) for _ in range(24)))

    asyncio.run(run())
    return seen


def test_at_random_and_all_at_once_nothing_is_lost_or_stands_still(shared: Shared) -> None:
    with receiving() as receiver:
        _subscribe(shared, receiver)
        seen = chaos(shared, 1.5, 1, reset=False)
    assert seen[200] > 20
    assert seen[201] > 0
    books.balance(shared.db)


def test_nor_when_the_world_is_replaced_meanwhile(shared: Shared) -> None:
    with receiving() as receiver:
        _subscribe(shared, receiver)
        seen = chaos(shared, 1.5, 2, reset=True)
    assert seen[200] > 10
    shared.call("POST", "reset")
    books.balance(shared.db)


def _subscribe(shared: Shared, receiver: Receiver) -> None:
    subscriber = shared.call("POST", "subscribers", json={"url": receiver.url})
    shared.call("POST", f"subscribers/{subscriber['subscriber_id']}/activate")
