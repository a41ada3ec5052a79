"""Every state change tells subscribers once, rightly, with what the guest has after it; an answer that is
rolled back tells nothing."""

from typing import Any

import pytest
from sandbox.calling import ADA, FULL, GRACE, ITEMS, Caller, Clock

from punchh_contract.sandbox import seed
from punchh_contract.sandbox.answers import Answer
from punchh_contract.sandbox.app import create_app
from punchh_contract.sandbox.operations import Operations


def balance(event: dict[str, Any]) -> dict[str, Any]:
    """The account in an event."""
    account: dict[str, Any] = event["payload"]["user"]["account_balance"]
    return account


SIX: list[Any] = [
    pytest.param("reward", {"reward_id": 72001}, "RewardRedemption", {}, id="reward"),
    pytest.param(
        "redeemable",
        {"redeemable_id": "493"},
        "RedeemableRedemption",
        {"loyalty_points": 150},
        id="redeemable",
    ),
    pytest.param(
        "discount_amount",
        {"redeemed_points": "5.50"},
        "BankedRewardRedemption",
        {"banked_currency": 9.5},
        id="discount_amount",
    ),
    pytest.param("card_completion", {}, "CardRedemption", {"unredeemed_cards": 0}, id="card_completion"),
    pytest.param("redemption_code", {"redemption_code": "SANDBOX-GRACE-0"}, "Redemption", {}, id="code"),
    pytest.param(
        "subscription", {"subscription_id": "498800"}, "SubscriptionRedemption", {}, id="subscription"
    ),
]


@pytest.mark.parametrize(("kind", "ids", "told", "after"), SIX)
def test_an_online_redemption_is_one_event(
    sandbox: Caller, kind: str, ids: dict[str, Any], told: str, after: dict[str, Any]
) -> None:
    grace = sandbox.as_guest("grace")
    order: dict[str, Any] = {**ids, "menu_items": ITEMS, "channel": "kiosk", "employee_id": "7"}
    assert sandbox.online(kind, grace, **order, query=True).json()["category"] == "redeemable"
    assert sandbox.events() == []
    answer = sandbox.online(kind, grace, **order, external_uid="order-1").json()
    [event] = sandbox.events()
    payload = event["payload"]
    assert (event["action"], payload["redemption_status"]) == ("create", "redeemed")
    assert (payload["redemption_id"], payload["redemption_type"]) == (answer["redemption_id"], told)
    assert (payload["channel"], payload["store_number"]) == ("kiosk", "401")
    start = {"loyalty_points": 250, "banked_currency": 15, "unredeemed_cards": 1}
    assert {name: balance(event)[name] for name in start} == {**start, **after}
    code = payload["redemption_code"]
    assert (code["status"], code["discount"], code["employee_id"]) == (
        "processed",
        answer["redemption_amount"],
        "7",
    )
    assert len(code["redeemed_menu_items"]) == len(ITEMS)


def test_each_item_of_a_batch_is_an_event_with_the_balance_after_it(sandbox: Caller) -> None:
    done = sandbox.batch(FULL).json()["success"]
    events = sandbox.events()
    assert [each["payload"]["redemption_id"] for each in events] == [each["redemption_id"] for each in done]
    assert [balance(each)["unredeemed_cards"] for each in events] == [5, 4, 4]
    assert [balance(each)["banked_currency"] for each in events] == [50, 50, 48.5]


def test_a_code_is_made_and_then_redeemed(sandbox: Caller, clock: Clock) -> None:
    issued = sandbox.code("900699").json()
    clock.advance(seconds=5)
    sandbox.online("redemption_code", redemption_code=issued["redemption_tracking_code"])
    made, used = sandbox.events()
    assert [(each["action"], each["payload"]["redemption_status"]) for each in (made, used)] == [
        ("create", "redeemable"),
        ("update", "redeemed"),
    ]
    assert made["payload"]["redemption_id"] == used["payload"]["redemption_id"]
    assert used["timestamp"] - made["timestamp"] == 5000
    assert [each["payload"]["channel"] for each in (made, used)] == ["mobile", "online_order"]


def test_a_force_redeem_is_one_event(sandbox: Caller) -> None:
    sandbox.force(GRACE, requested_punches=50)
    [event] = sandbox.events()
    assert (event["action"], event["payload"]["redemption_status"]) == ("create", "force_redeemed")
    assert (balance(event)["loyalty_points"], event["payload"]["points_requested"]) == (200, 50)


@pytest.mark.parametrize("change", ["cancel", "expire", "transfer"])
def test_what_becomes_of_a_code_is_one_event(sandbox: Caller, change: str) -> None:
    number = sandbox.code("900699").json()["redemption_id"]
    before = len(sandbox.events())
    body = {"json": {"user_id": GRACE}} if change == "transfer" else {}
    answer = sandbox.client.post(f"/_sandbox/redemptions/{number}/{change}", **body)
    assert answer.status_code == 200
    [event] = sandbox.events()[before:]
    told = {"cancel": "cancelled", "expire": "expired", "transfer": "transferred"}[change]
    assert (event["action"], event["payload"]["redemption_status"]) == ("update", told)


def test_what_is_cancelled_is_given_back_in_the_event_too(sandbox: Caller) -> None:
    grace = sandbox.as_guest("grace")
    number = sandbox.online("redeemable", grace, redeemable_id="493").json()["redemption_id"]
    assert sandbox.client.post(f"/_sandbox/redemptions/{number}/cancel").status_code == 200
    assert [balance(each)["loyalty_points"] for each in sandbox.events()] == [150, 250]


def test_refusals_are_no_events(sandbox: Caller) -> None:
    sandbox.online("reward", reward_id=79001)
    sandbox.online("reward", reward_id=1)
    sandbox.batch(FULL, query=True)
    sandbox.force(GRACE, requested_punches=100_000)
    sandbox.code("1")
    assert sandbox.events() == []


class TooLate(Operations):
    """Does everything, and then fails."""

    def run(self, *call: Any) -> Answer:
        answer = super().run(*call)
        return Answer(answer.status, {"redemption_id": "no answer of the contract"})


def test_an_answer_that_is_rolled_back_leaves_no_event(clock: Clock, world: seed.Seed) -> None:
    caller = Caller(create_app(world, clock=clock, operations=TooLate))
    with caller.client:
        assert caller.online("reward", reward_id=70001).status_code == 500
        assert caller.batch(FULL).status_code == 500
        assert caller.force(ADA, requested_punches=1).status_code == 500
        assert caller.events() == []
        assert caller.guest(ADA)["redemptions"] == []
    # The next id is the first: what was undone left no gap.
    fine = Caller(create_app(world, clock=clock))
    with fine.client:
        fine.online("reward", reward_id=70001)
        assert fine.events()[0]["payload"]["redemption_id"] == 6440001
