"""The whole line: the generated client, signed by our auth, against the running sandbox over a socket."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
import yaml
from punchh_client import Client
from punchh_client.api.dashboard import force_redeem
from punchh_client.api.mobile import create_subscription_redemption_code
from punchh_client.api.online_ordering import create_online_redemption
from punchh_client.api.pos import process_batch_redemption
from punchh_client.models import (
    BatchRedemption,
    BatchRedemptionRequest,
    ErrorText,
    ForcedRedemption,
    ForceRedeemOrder,
    ForceRedeemRequest,
    LineItem,
    MenuItem,
    OnlineRedemption,
    OnlineRedemptionCodeRequest,
    OnlineRewardRequest,
    SubscriptionRedemption,
    SubscriptionRedemptionRequest,
)

from punchh_contract import sandbox
from punchh_contract.auth import Credentials, PunchhAuth

AGENT = "ExampleIntegrator/POS/1.0.0"
AT = "2026-03-02T18:05:01Z"


@pytest.fixture
def server() -> Iterator[sandbox.Sandbox]:
    with sandbox.running(clock=AT) as running:
        yield running


@pytest.fixture
def credentials(server: sandbox.Sandbox) -> Credentials:
    return Credentials.from_mapping(server.credentials)


@pytest.fixture
def fixtures(server: sandbox.Sandbox) -> dict[str, dict[str, list]]:
    answer = httpx.get(f"{server.url}/_sandbox/fixtures")
    return yaml.safe_load(answer.text)["operations"]


def client_of(server: sandbox.Sandbox, credentials: Credentials) -> Client:
    return Client(
        base_url=server.url, raise_on_unexpected_status=True, httpx_args={"auth": PunchhAuth(credentials)}
    )


def points_of(server: sandbox.Sandbox, user_id: int) -> int:
    return httpx.get(f"{server.url}/_sandbox/guests/{user_id}").json()["points"]


def menu() -> list[MenuItem]:
    return [
        MenuItem(
            item_name="Demo Burger",
            item_qty=1,
            item_amount=30.0,
            menu_item_type="M",
            menu_item_id="331",
            menu_family="10",
            menu_major_group="gp",
            serial_number="1.0",
        )
    ]


def test_force_redeem_takes_the_points_it_was_asked_for(
    server: sandbox.Sandbox, credentials: Credentials, fixtures: dict[str, dict[str, list]]
) -> None:
    user_id = fixtures["force_redeem"]["user_id"][0]
    before = points_of(server, user_id)
    with client_of(server, credentials) as client:
        answer = force_redeem.sync(
            client=client,
            user_agent=AGENT,
            body=ForceRedeemRequest(
                user_id=user_id, redemption=ForceRedeemOrder(requested_punches=7, force_message="A test")
            ),
        )
    assert isinstance(answer, ForcedRedemption)
    assert answer.redeemed_value == 7
    assert points_of(server, user_id) == before - 7


def test_a_quote_takes_nothing_and_a_commit_takes_the_reward_once(
    server: sandbox.Sandbox, credentials: Credentials, fixtures: dict[str, dict[str, list]]
) -> None:
    known = fixtures["create_online_redemption"]
    order = OnlineRewardRequest(
        client=str(credentials.client),
        discount_type="reward",
        reward_id=known["reward_id"][0],
        store_number=known["store_number"][0],
        receipt_amount=30.0,
        subtotal_amount=30.0,
        receipt_datetime=AT,
        transaction_no="1001",
        menu_items=menu(),
    )
    with client_of(server, credentials) as client:

        def send() -> OnlineRedemption:
            answer = create_online_redemption.sync(client=client, user_agent=AGENT, body=order)
            assert isinstance(answer, OnlineRedemption)
            return answer

        order.query = True
        quotes = [send(), send()]
        order = OnlineRewardRequest.from_dict(
            {key: value for key, value in order.to_dict().items() if key != "query"}
        )
        commit, again = send(), send()
    assert [quote.category for quote in quotes] == ["redeemable", "redeemable"]
    assert commit.category == "redeemable"
    assert commit.redemption_amount == quotes[0].redemption_amount == quotes[1].redemption_amount
    assert isinstance(commit.redemption_id, int)
    assert again.category == "processed"


def test_a_basket_is_redeemed_and_then_gone(
    server: sandbox.Sandbox, credentials: Credentials, fixtures: dict[str, dict[str, list]]
) -> None:
    body = BatchRedemptionRequest(
        user_id=fixtures["process_batch_redemption"]["user_id"][0],
        line_items=[
            LineItem(
                item_name="Demo Pizza",
                item_qty=1,
                amount=30.0,
                item_type="M",
                item_id=331,
                item_family="10",
                item_group="gp",
            )
        ],
        receipt_amount=30.0,
        subtotal_amount=30.0,
        receipt_datetime=AT,
    )
    with client_of(server, credentials) as client:
        first = process_batch_redemption.sync(client=client, user_agent=AGENT, body=body)
        second = process_batch_redemption.sync(client=client, user_agent=AGENT, body=body)
    assert isinstance(first, BatchRedemption)
    assert first.success
    assert isinstance(second, BatchRedemption | ErrorText)
    assert not getattr(second, "success", [])


def test_a_subscription_code_is_good_for_one_online_order(
    server: sandbox.Sandbox, credentials: Credentials, fixtures: dict[str, dict[str, list]]
) -> None:
    known = fixtures["create_subscription_redemption_code"]

    async def story() -> tuple[SubscriptionRedemption, list[object]]:
        async with client_of(server, credentials) as client:
            code = await create_subscription_redemption_code.asyncio(
                client=client,
                user_agent=AGENT,
                body=SubscriptionRedemptionRequest(
                    client=str(credentials.client), subscription_id=known["subscription_id"][0]
                ),
            )
            assert isinstance(code, SubscriptionRedemption)
            order = OnlineRedemptionCodeRequest(
                client=str(credentials.client),
                discount_type="redemption_code",
                redemption_code=code.redemption_tracking_code,
                store_number="401",
                receipt_amount=30.0,
                subtotal_amount=30.0,
                receipt_datetime=AT,
                transaction_no="1002",
            )
            tills = [
                create_online_redemption.asyncio(client=client, user_agent=AGENT, body=order)
                for _ in range(4)
            ]
            return code, await asyncio.gather(*tills)

    code, answers = asyncio.run(story())
    assert len(code.redemption_tracking_code) == 7
    categories = sorted(answer.category for answer in answers if isinstance(answer, OnlineRedemption))
    assert categories == ["processed", "processed", "processed", "redeemable"]


def test_another_secret_is_a_412_in_the_client_as_well(
    server: sandbox.Sandbox, credentials: Credentials
) -> None:
    wrong = Credentials.from_mapping({**server.credentials, "PUNCHH_SECRET": "not-the-secret"})
    with client_of(server, wrong) as client:
        answer = create_subscription_redemption_code.sync_detailed(
            client=client,
            user_agent=AGENT,
            body=SubscriptionRedemptionRequest(client=str(credentials.client), subscription_id="1"),
        )
    assert answer.status_code == 412
