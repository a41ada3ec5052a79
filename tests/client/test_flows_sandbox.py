"""A receipt, its quote and its commit against a sandbox: real debits, counted on the other side."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from punchh_client.models import BatchRedemptionRequest, OnlineDiscountAmountRequest, OnlineRewardRequest

from punchh_contract.client import money
from punchh_contract.client.asynchronous import AsyncPunchhClient
from punchh_contract.client.errors import LockedBasketError, OutcomeUnknown
from punchh_contract.client.menu import MenuBuilder
from punchh_contract.client.receipt import Receipt
from punchh_contract.client.sync import PunchhClient
from punchh_contract.errors import UsageError
from punchh_contract.sandbox import Sandbox, running

PAGE = Path(__file__).parents[2] / "docs" / "flows.md"
ADA = 111111111
ONLINE = "create_online_redemption"


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with running() as server:
        yield server


@pytest.fixture
def sandbox(server: Sandbox) -> Sandbox:
    server.control.reset()
    return server


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[PunchhClient]:
    with PunchhClient(base_url=sandbox.url, environ=sandbox.credentials) as client:
        yield client


def receipt(pizzas: str = "21.00") -> Receipt:
    return (
        MenuBuilder()
        .item("Pizza", item_id=331, total=pizzas, quantity=2)
        .modifier("Mushrooms", item_id=332, total=Decimal("3.50"))
        .item("Lemonade", item_id=400, total=Decimal("2.72"))
        .receipt(at=datetime.now(UTC), number="A-1001")
    )


def reward(sandbox: Sandbox, made: Receipt, reward_id: int = 70001) -> OnlineRewardRequest:
    return OnlineRewardRequest(
        client=sandbox.credentials["PUNCHH_CLIENT"],
        store_number="401",
        discount_type="reward",
        reward_id=reward_id,
        **made.online(),
    )


def made(sandbox: Sandbox) -> int:
    return len(sandbox.control.redemptions())


def test_a_quote_takes_nothing_and_its_commit_takes_what_was_quoted(
    sandbox: Sandbox, client: PunchhClient
) -> None:
    quote = client.quote(reward(sandbox, receipt()))
    assert quote.quoted
    assert made(sandbox) == 0
    result = quote.commit()
    assert result.committed
    assert result.amount == quote.result.amount == Decimal(3)
    assert result.external_uid == quote.external_uid
    assert made(sandbox) == 1
    assert quote.commit() is result
    assert made(sandbox) == 1


def test_a_receipt_that_was_edited_is_quoted_anew_or_not_redeemed(
    sandbox: Sandbox, client: PunchhClient
) -> None:
    # Capped by the pizzas on the receipt: the amount tells which of the two was committed.
    request = reward(sandbox, receipt("2.00"), 79003)
    quote = client.quote(request)
    assert quote.result.amount == Decimal(2)
    fields = receipt("21.00").online()
    request.menu_items = fields["menu_items"]
    request.receipt_amount = request.subtotal_amount = fields["receipt_amount"]
    assert quote.commit().amount == Decimal(2)


def test_banked_dollars_are_taken_to_the_cent(sandbox: Sandbox, client: PunchhClient) -> None:
    before = sandbox.control.guest(ADA)["banked_cents"]
    request = OnlineDiscountAmountRequest(
        client=sandbox.credentials["PUNCHH_CLIENT"],
        store_number="401",
        discount_type="discount_amount",
        redeemed_points=money.text(Decimal("5.07")),
        **receipt().online(),
    )
    result = client.quote(request).commit()
    assert result.amount == Decimal("5.07")
    assert before - sandbox.control.guest(ADA)["banked_cents"] == 507


def test_a_refused_quote_says_why_and_commits_nothing(sandbox: Sandbox, client: PunchhClient) -> None:
    quote = client.quote(reward(sandbox, receipt(), 79004))
    assert not quote.quoted
    with pytest.raises(UsageError, match="qualification_failed"):
        quote.commit()
    assert made(sandbox) == 0


def test_a_batch_is_locked_by_its_quote_for_the_commit(sandbox: Sandbox, client: PunchhClient) -> None:
    sandbox.control.set_business(reward_locking=True)
    request = BatchRedemptionRequest(user_id=ADA, **receipt().batch())
    quote = client.quote(request)
    assert quote.quoted
    with pytest.raises(LockedBasketError):
        client.process_batch_redemption(request)
    result = quote.commit()
    assert result.committed
    assert result.amount == quote.result.amount == Decimal(5)


@pytest.mark.parametrize("fault", ["reply_lost", "empty_body", "truncated_json"])
def test_a_commit_whose_answer_is_lost_is_resolved_and_debits_once(
    sandbox: Sandbox, client: PunchhClient, fault: str
) -> None:
    quote = client.quote(reward(sandbox, receipt()))
    sandbox.control.add_fault(fault, ONLINE, count=1)
    with pytest.raises(OutcomeUnknown) as first:
        quote.commit()
    with pytest.raises(OutcomeUnknown) as second:
        quote.commit()
    assert second.value is first.value
    assert first.value.external_uid == quote.external_uid
    result: Any = client.with_options(trust_external_uid=True).resolve(first.value)
    assert result.committed
    assert made(sandbox) == 1


def test_a_quote_is_committed_for_the_guest_who_asked(sandbox: Sandbox, client: PunchhClient) -> None:
    ada = sandbox.credentials["PUNCHH_ACCESS_TOKEN"]
    tokens = [ada, "sandbox-access-token-of-somebody-else", ada]
    quote = client.with_options(access_token=lambda: tokens.pop(0)).quote(reward(sandbox, receipt()))
    with pytest.raises(UsageError, match="another access token"):
        quote.commit()
    assert made(sandbox) == 0
    assert quote.commit().committed


def test_the_async_client_commits_for_the_guest_who_asked_too(sandbox: Sandbox) -> None:
    ada = sandbox.credentials["PUNCHH_ACCESS_TOKEN"]
    tokens = [ada, "sandbox-access-token-of-somebody-else", ada]

    async def token() -> str:
        return tokens.pop(0)

    async def story() -> None:
        environ = {**sandbox.credentials, "PUNCHH_ACCESS_TOKEN": ""}
        async with AsyncPunchhClient(base_url=sandbox.url, environ=environ, access_token=token) as client:
            quote = await client.quote(reward(sandbox, receipt()))
            with pytest.raises(UsageError, match="another access token"):
                await quote.commit()
            assert made(sandbox) == 0
            assert (await quote.commit()).committed

    asyncio.run(story())


def test_the_async_client_quotes_and_commits_too(sandbox: Sandbox) -> None:
    async def story() -> None:
        async with AsyncPunchhClient(base_url=sandbox.url, environ=sandbox.credentials) as client:
            quote = await client.quote(reward(sandbox, receipt()))
            assert quote.quoted
            assert made(sandbox) == 0
            several = await asyncio.gather(*(quote.commit() for _ in range(3)), return_exceptions=True)
            assert sum(isinstance(each, UsageError) for each in several) == 2
            assert (await quote.commit()).committed
            batch = await client.quote(BatchRedemptionRequest(user_id=ADA, **receipt().batch()))
            assert (await batch.commit()).amount == Decimal(5)

    asyncio.run(story())
    assert made(sandbox) == 2


def test_the_python_of_the_page_runs_as_it_stands(sandbox: Sandbox) -> None:
    recipe = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)[0]
    environment = {**os.environ, **sandbox.credentials, "PUNCHH_BASE_URL": sandbox.url}
    done = subprocess.run([sys.executable, "-c", recipe], capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stdout) == (0, "3 dollars off\n"), done.stderr
    assert made(sandbox) == 1
