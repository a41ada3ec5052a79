"""What was quoted is what is committed, once: the frozen request, its key, and the gate before the commit."""

import asyncio
import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from punchh_client.models import (
    BatchRedemptionRequest,
    ForceRedeemOrder,
    ForceRedeemRequest,
    OnlineRewardRequest,
)

from punchh_contract.auth import Credentials
from punchh_contract.client import flows
from punchh_contract.client.errors import ConnectionFailed, OutcomeUnknown, RateLimitedError
from punchh_contract.client.menu import MenuBuilder
from punchh_contract.contract import load
from punchh_contract.errors import UsageError

RECEIPT = (
    MenuBuilder()
    .item("Pizza", item_id=331, total=Decimal("21.00"), quantity=2)
    .modifier("Mushrooms", item_id=332, total=Decimal("3.50"))
    .receipt(at=datetime(2026, 3, 2, 18, 5, 1, tzinfo=UTC), number="A-1001")
)


def online(**more: Any) -> OnlineRewardRequest:
    return OnlineRewardRequest(
        client="sandbox-client",
        store_number="401",
        discount_type="reward",
        reward_id=70001,
        **RECEIPT.online(),
        **more,
    )


def batch(**more: Any) -> BatchRedemptionRequest:
    return BatchRedemptionRequest(user_id=111111111, **RECEIPT.batch(), **more)


def answer(*, committed: bool = False, refused: bool = False) -> Any:
    refusal = SimpleNamespace(error_id="amount_is_zero", advice="Add an item.") if refused else None
    quoted = not committed and not refused
    return SimpleNamespace(committed=committed, refused=refused, quoted=quoted, refusal=refusal)


QUOTED, COMMITTED, REFUSED = answer(), answer(committed=True), answer(refused=True)


ONLINE = "create_online_redemption"
BATCH = "process_batch_redemption"


@dataclass
class Fake:
    """A client's way to make a call: answers what it is told to, errors included, and keeps what it was sent.

    `tokens` are the guests' access tokens that it is given one after the other; the last one stays.
    """

    answers: list[Any]
    tokens: list[str | None] = field(default_factory=lambda: ["sandbox-token-of-ada"])
    sent: list[dict[str, Any]] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    timeouts: list[float | None] = field(default_factory=list)

    def __call__(self, operation_id: str, body: Any, timeout: float | None, *, see: flows.See) -> Any:
        token = self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0]
        see(load().operation(operation_id), Credentials(access_token=token))
        self.operations.append(operation_id)
        self.sent.append(body)
        self.timeouts.append(timeout)
        said = self.answers.pop(0)
        if callable(said):
            said = said()
        if isinstance(said, BaseException):
            raise said
        return said


@dataclass
class AsyncFake(Fake):
    async def __call__(self, operation_id: str, body: Any, timeout: float | None, *, see: flows.See) -> Any:
        await asyncio.sleep(0)
        return super().__call__(operation_id, body, timeout, see=see)


def test_the_commit_is_the_quote_without_query() -> None:
    client = Fake([QUOTED, COMMITTED])
    quote = flows.quote(client, online(), timeout=3)
    assert quote.quoted
    assert quote.commit(timeout=2) is COMMITTED
    asked, told = client.sent
    assert asked.pop("query") is True
    assert json.dumps(asked) == json.dumps(told)
    assert told["external_uid"] == quote.external_uid
    assert client.timeouts == [3, 2]
    assert client.operations == [ONLINE, ONLINE]


@pytest.mark.parametrize(
    "request_", [online(), batch(), batch().to_dict()], ids=["online", "batch", "mapping"]
)
def test_a_receipt_that_is_edited_after_the_quote_is_not_committed(request_: Any) -> None:
    client = Fake([QUOTED, COMMITTED])
    quote = flows.quote(client, request_)
    before = quote.request
    if isinstance(request_, dict):
        request_["receipt_amount"] = 1.0
        request_["line_items"][0]["amount"] = 1.0
    else:
        request_.receipt_amount = 1.0
        (request_.menu_items if isinstance(request_, OnlineRewardRequest) else request_.line_items).clear()
    quote.request.clear()
    client.sent[0].clear()
    quote.commit()
    assert client.sent[1] == before
    assert before["receipt_amount"] == 24.5


def test_a_key_of_the_callers_is_kept_and_one_is_minted_for_each_quote_otherwise() -> None:
    client = Fake([QUOTED] * 3)
    assert flows.quote(client, online(external_uid="order-17")).external_uid == "order-17"
    first, second = (flows.quote(client, online()).external_uid for _ in range(2))
    assert first != second
    assert first[14] == second[14] == "7"


def test_a_request_that_asks_already_can_be_quoted() -> None:
    client = Fake([QUOTED, COMMITTED])
    flows.quote(client, online(query=True)).commit()
    assert ["query" in each for each in client.sent] == [True, False]


@pytest.mark.parametrize(
    "request_",
    [
        ForceRedeemRequest(user_id=1, redemption=ForceRedeemOrder(requested_punches=5)),
        {"client": "sandbox-client", "subscription_id": "9"},
        {},
    ],
    ids=["force", "code", "nothing"],
)
def test_what_has_no_query_cannot_be_quoted(request_: Any) -> None:
    client = Fake([])
    with pytest.raises(UsageError, match="can be"):
        flows.quote(client, request_)
    assert client.sent == []


def test_a_refused_quote_cannot_be_committed() -> None:
    client = Fake([REFUSED])
    quote = flows.quote(client, online())
    assert not quote.quoted
    with pytest.raises(UsageError, match=r"amount_is_zero: Add an item\."):
        quote.commit()
    assert len(client.sent) == 1


def test_a_second_commit_returns_the_first_ones_result() -> None:
    client = Fake([QUOTED, COMMITTED])
    quote = flows.quote(client, online())
    assert quote.commit() is quote.commit() is COMMITTED
    assert len(client.sent) == 2


@pytest.mark.parametrize(
    "first",
    [REFUSED, ConnectionFailed("no connection"), RateLimitedError("too many"), UsageError("no secret")],
    ids=["refused", "not connected", "rate limited", "usage"],
)
def test_after_what_certainly_took_nothing_it_may_be_committed_again(first: Any) -> None:
    client = Fake([QUOTED, first, COMMITTED])
    quote = flows.quote(client, online())
    if isinstance(first, Exception):
        with pytest.raises(type(first)):
            quote.commit()
    else:
        assert quote.commit() is first
    assert quote.commit() is COMMITTED
    assert client.sent[1] == client.sent[2]


def test_an_unknown_outcome_stays_unknown() -> None:
    unknown = OutcomeUnknown("no answer", external_uid="order-17")
    client = Fake([QUOTED, unknown])
    quote = flows.quote(client, online())
    for _ in range(2):
        with pytest.raises(OutcomeUnknown) as caught:
            quote.commit()
        assert caught.value is unknown
    assert len(client.sent) == 2


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), SystemExit(), RuntimeError("a bug")], ids=repr)
def test_an_interrupted_commit_is_not_repeated(interruption: BaseException) -> None:
    client = Fake([QUOTED, interruption])
    quote = flows.quote(client, online())
    with pytest.raises(type(interruption)):
        quote.commit()
    with pytest.raises(UsageError, match="interrupted"):
        quote.commit()
    assert len(client.sent) == 2


def test_one_thread_commits_at_a_time() -> None:
    inside, go = threading.Event(), threading.Event()

    def slow() -> Any:
        inside.set()
        assert go.wait(10)
        return COMMITTED

    client = Fake([QUOTED, slow])
    quote = flows.quote(client, online())
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(quote.commit()))
    thread.start()
    assert inside.wait(10)
    with pytest.raises(UsageError, match="another thread"):
        quote.commit()
    go.set()
    thread.join()
    assert results == [COMMITTED] == [quote.commit()]


def test_the_async_quote_commits_once_too() -> None:
    async def story() -> list[Any]:
        client = AsyncFake([QUOTED, COMMITTED])
        quote = await flows.quote_async(client, online())
        first, second = await asyncio.gather(quote.commit(), quote.commit(), return_exceptions=True)
        assert first is COMMITTED
        assert isinstance(second, UsageError)
        assert await quote.commit() is COMMITTED
        return client.sent

    asked, told = asyncio.run(story())
    assert asked.pop("query") is True
    assert asked == told


def test_a_cancelled_commit_counts_as_interrupted() -> None:
    async def story() -> None:
        client = AsyncFake([QUOTED, COMMITTED])
        quote = await flows.quote_async(client, online())
        task = asyncio.create_task(quote.commit())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(UsageError, match="interrupted"):
            await quote.commit()

    asyncio.run(story())


ADA, BOB = "sandbox-token-of-ada", "sandbox-token-of-bob"


@pytest.mark.parametrize("tokens", [[ADA, BOB, BOB, ADA], [None, BOB, BOB, None], [ADA, None, None, ADA]])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_another_guests_token_does_not_commit(tokens: list[str | None], asynchronous: bool) -> None:
    async def story() -> Any:
        client = (AsyncFake if asynchronous else Fake)([QUOTED, COMMITTED], list(tokens))
        asked: Any = flows.quote_async if asynchronous else flows.quote
        quote = asked(client, online())
        quote = await quote if asynchronous else quote
        for _ in range(2):
            with pytest.raises(UsageError, match="another access token") as caught:
                (await quote.commit()) if asynchronous else quote.commit()
            assert "sandbox-token" not in str(caught.value)
        assert len(client.sent) == 1
        done = quote.commit()
        assert (await done if asynchronous else done) is COMMITTED
        assert len(client.sent) == 2

    asyncio.run(story())


def test_a_token_that_was_refreshed_commits_when_that_is_said() -> None:
    client = Fake([QUOTED, COMMITTED], [ADA, "sandbox-token-of-ada-refreshed"])
    assert flows.quote(client, online()).commit(same_guest=True) is COMMITTED

    async def story() -> None:
        client = AsyncFake([QUOTED, COMMITTED], [ADA, "sandbox-token-of-ada-refreshed"])
        quote = await flows.quote_async(client, online())
        assert await quote.commit(same_guest=True) is COMMITTED

    asyncio.run(story())


def test_a_till_names_the_guest_in_the_body_and_needs_no_token() -> None:
    client = Fake([QUOTED, COMMITTED], [ADA, BOB])
    assert flows.quote(client, batch()).commit() is COMMITTED
    assert client.operations == [BATCH, BATCH]


def deep(levels: int) -> dict[str, Any]:
    nested: list[Any] = []
    for _ in range(levels):
        nested = [nested]
    return {**batch().to_dict(), "line_items": nested}


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (None, "not NoneType"),
        ("Ada Sandbox", "not str"),
        ([batch()], "not list"),
        (deep(5000), "deeper"),
        ({"line_items": [threading.Lock()]}, "does not take"),
        (BatchRedemptionRequest(user_id=1, **{**RECEIPT.batch(), "line_items": ["Ada"]}), "does not take"),
    ],
    ids=["nothing", "text", "list", "deep", "no value of JSON", "a model of something else"],
)
def test_what_is_no_request_is_told_in_a_sentence(request_: Any, says: str) -> None:
    client = Fake([])
    with pytest.raises(UsageError, match=says) as caught:
        flows.quote(client, request_)
    assert "Ada" not in str(caught.value)
    assert client.sent == []


def test_a_quote_cannot_be_written_to() -> None:
    quote = flows.quote(Fake([QUOTED]), online())
    for name in ("request", "result", "external_uid", "operation_id", "quoted"):
        with pytest.raises(AttributeError):
            setattr(quote, name, None)
