"""How the client is used, for type checkers only: `test_typed_usage` runs them over it, nobody runs it.

Each `assert_type` is a promise to callers: their editor knows what comes back.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import assert_type

from punchh_client.models import (
    BatchRedemptionRequest,
    ForcedRedemption,
    ForceRedeemOrder,
    ForceRedeemRequest,
    OnlineDiscountAmountRequest,
    OnlineRewardRequest,
    SubscriptionRedemptionRequest,
)

from punchh_contract import AsyncPunchhClient, PunchhClient
from punchh_contract.client import money
from punchh_contract.client.errors import (
    AnswerError,
    OutcomeUnknown,
    PunchhError,
    RateLimitedError,
    SignatureError,
    ValidationError,
)
from punchh_contract.client.flows import AsyncQuote, Quote
from punchh_contract.client.menu import MenuBuilder
from punchh_contract.client.receipt import Receipt
from punchh_contract.client.results import BatchItem, BatchResult, CodeResult, ForceResult, OnlineResult


def receipt() -> Receipt:
    return (
        MenuBuilder()
        .item("Pizza", item_id=331, total=Decimal("21.00"), quantity=2)
        .modifier("Mushrooms", item_id="332", total="3.50")
        .receipt(at=datetime.now(UTC), number="A-1001", subtotal=Decimal("24.50"))
    )


def online(made: Receipt) -> OnlineRewardRequest:
    assert_type(made.subtotal, Decimal)
    return OnlineRewardRequest(
        client="sandbox-client",
        store_number="401",
        discount_type="reward",
        reward_id=70001,
        **made.online(),
    )


def banked(made: Receipt) -> OnlineDiscountAmountRequest:
    return OnlineDiscountAmountRequest(
        client="sandbox-client",
        store_number="401",
        discount_type="discount_amount",
        redeemed_points=money.text(Decimal("5.5")),
        **made.online(),
    )


def batch(made: Receipt) -> BatchRedemptionRequest:
    return BatchRedemptionRequest(user_id=111111111, **made.batch())


def calls(client: PunchhClient) -> None:
    made = receipt()
    redeemed = client.create_online_redemption(online(made), timeout=3.0)
    assert_type(redeemed, OnlineResult)
    assert_type(redeemed.committed, bool)
    assert_type(redeemed.redemption_id, int | None)
    assert_type(redeemed.amount, Decimal | None)
    if redeemed.refusal is not None:
        assert_type(redeemed.refusal.error_id, str | None)
        assert_type(redeemed.refusal.retryable, bool)
    assert_type(client.create_online_redemption({"discount_type": "reward"}), OnlineResult)
    assert_type(client.create_online_redemption(banked(made)).raise_for_refusal(), OnlineResult)

    many = client.process_batch_redemption(batch(made))
    assert_type(many, BatchResult)
    assert_type(many.amount, Decimal)
    failed: Sequence[BatchItem] = many.failures
    for item in failed:
        assert_type(item.messages, tuple[str, ...])

    forced = client.force_redeem(
        ForceRedeemRequest(user_id=111111111, redemption=ForceRedeemOrder(requested_punches=5))
    )
    assert_type(forced, ForceResult)
    assert_type(forced.model, ForcedRedemption)
    assert_type(forced.created_at, datetime | None)

    code = client.create_subscription_redemption_code(
        SubscriptionRedemptionRequest(client="sandbox-client", subscription_id="900699")
    )
    assert_type(code, CodeResult)
    assert_type(code.code, str | None)
    assert_type(code.expiring_at, datetime | None)


def quotes(client: PunchhClient) -> None:
    made = receipt()
    quote = client.quote(online(made))
    assert_type(quote, Quote[OnlineResult])
    assert_type(quote.external_uid, str)
    if quote.quoted:
        assert_type(quote.commit(timeout=2), OnlineResult)
    assert_type(client.quote(batch(made)), Quote[BatchResult])
    assert_type(client.quote(batch(made)).commit().success, tuple[BatchItem, ...])


async def asynchronous(client: AsyncPunchhClient) -> None:
    made = receipt()
    assert_type(await client.create_online_redemption(online(made)), OnlineResult)
    assert_type(await client.process_batch_redemption(batch(made)), BatchResult)
    quote = await client.quote(online(made))
    assert_type(quote, AsyncQuote[OnlineResult])
    assert_type(await quote.commit(), OnlineResult)
    assert_type((await client.quote(batch(made))).result, BatchResult)


def errors(client: PunchhClient) -> OnlineResult | None:
    try:
        return client.create_online_redemption(online(receipt()))
    except ValidationError as error:
        assert_type(error.field, str | None)
        assert_type(error.index, int | None)
    except RateLimitedError as error:
        assert_type(error.retry_after, float | None)
    except SignatureError as error:
        assert_type(str(error.diagnosis), str)
    except OutcomeUnknown as error:
        assert_type(error.cause_error, PunchhError | None)
        error.resolve()
    except AnswerError as error:
        assert_type(error.status, int | None)
        assert_type(error.advice, str | None)
        assert_type(error.retryable, bool)
    return None


def configured() -> None:
    with PunchhClient(
        base_url="https://sandbox.example.com",
        access_token=lambda: "sandbox-access-token",
        client="sandbox-client",
        secret="sandbox-secret",
        timeout=6,
        connect_timeout=2.0,
        max_retries=1,
        journal="redemptions.db",
        trust_external_uid=True,
    ) as client:
        other = client.with_options(timeout=3.0, access_token="sandbox-access-token-of-another")
        assert_type(other, PunchhClient)
        calls(other)


async def configured_asynchronously() -> None:
    async def token() -> str:
        return "sandbox-access-token"

    async with AsyncPunchhClient(base_url="https://sandbox.example.com", access_token=token) as client:
        await asynchronous(client)
