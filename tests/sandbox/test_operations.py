"""The four operations over the ASGI app: what they answer, what they take, what they refuse."""

import re
from typing import Any

import pytest
from sandbox.calling import ADA, ALAN, GRACE, ITEMS, Caller, Clock

from punchh_contract.contract import load

GRACE_AUTH = {"access_token": "sandbox-access-token-not-a-real-one-grace", "id_token": None}
BALANCES = ("points", "banked_cents", "visit_cards")


def redeemed(operation_id: str, response: Any, request: dict[str, Any] | None = None) -> bool:
    success = load().operation(operation_id).success
    return success.holds(response.status_code, request or {}, response.json())


def held(sandbox: Caller, user_id: int) -> dict[str, Any]:
    """All that a debit can take, without the history."""
    return {key: value for key, value in sandbox.guest(user_id).items() if key != "redemptions"}


SIX: list[Any] = [
    pytest.param("reward", {"reward_id": 70001}, 3, {}, id="reward"),
    pytest.param("redeemable", {"redeemable_id": "493"}, 5, {"points": 100}, id="redeemable"),
    pytest.param(
        "discount_amount", {"redeemed_points": "5.50"}, 5.5, {"banked_cents": 550}, id="discount_amount"
    ),
    pytest.param("card_completion", {}, 8, {"visit_cards": 1}, id="card_completion"),
    pytest.param("redemption_code", {"redemption_code": "SANDBOX-ADA-0"}, 2, {}, id="redemption_code"),
    pytest.param("subscription", {"subscription_id": "900699"}, 3, {}, id="subscription"),
]


@pytest.mark.parametrize(("kind", "ids", "amount", "taken"), SIX)
def test_commit_takes_exactly_what_it_costs(
    sandbox: Caller, kind: str, ids: dict[str, Any], amount: float, taken: dict[str, int]
) -> None:
    before = held(sandbox, ADA)
    response = sandbox.online(kind, **ids, menu_items=ITEMS)
    assert redeemed("create_online_redemption", response)
    assert response.json()["redemption_amount"] == amount
    after = held(sandbox, ADA)
    assert {key: before[key] - after[key] for key in BALANCES} == {**dict.fromkeys(BALANCES, 0), **taken}
    changed = [
        item
        for key in ("rewards", "codes", "subscriptions")
        for item, was in zip(after[key], before[key], strict=True)
        if item != was
    ]
    assert len(changed) == (0 if taken else 1)


@pytest.mark.parametrize(("kind", "ids", "amount", "taken"), SIX)
def test_quote_changes_nothing_and_tells_what_the_commit_does(
    sandbox: Caller, kind: str, ids: dict[str, Any], amount: float, taken: dict[str, int]
) -> None:
    before = sandbox.guest(ADA)
    quote = sandbox.online(kind, **ids, menu_items=ITEMS, query=True).json()
    assert sandbox.guest(ADA) == before
    commit = sandbox.online(kind, **ids, menu_items=ITEMS).json()
    assert "redemption_id" not in quote
    for key in ("redemption_amount", "category", "qualified_menu_items", "discount_distribution_items"):
        assert quote[key] == commit[key]
    # The counters did not move either: the commit got the first id there is.
    assert commit["redemption_id"] == 6440001


@pytest.mark.parametrize(
    ("kind", "ids", "status", "category", "text"),
    [
        pytest.param("reward", {"reward_id": 79001}, 200, "expired", "now expired", id="expired reward"),
        pytest.param("reward", {"reward_id": 79002}, 200, "processed", "already", id="used reward"),
        pytest.param(
            "reward", {"reward_id": 79003}, 200, "invalid", "failed for Pizza Only", id="wrong items"
        ),
        pytest.param("reward", {"reward_id": 79004}, 200, "invalid", "failed for Big", id="bill too small"),
        pytest.param("reward", {"reward_id": 79005}, 200, "invalid", "on January 1.", id="not begun"),
        pytest.param("reward", {"reward_id": 72001}, 422, None, "not accessible", id="another's reward"),
        pytest.param("reward", {"reward_id": 5}, 422, None, "not accessible", id="no such reward"),
        pytest.param(
            "redeemable", {"redeemable_id": "495"}, 200, "invalid", "Not enough points", id="points"
        ),
        pytest.param("redeemable", {"redeemable_id": "x"}, 422, None, "not accessible", id="no such offer"),
        pytest.param(
            "discount_amount",
            {"redeemed_points": "10000000.01"},
            200,
            "invalid",
            "Balance of 10000000.00 is less than 10000000.01",
            id="banked currency",
        ),
        pytest.param(
            "discount_amount", {"redeemed_points": "lots"}, 200, "invalid", "amount is 0", id="no amount"
        ),
        pytest.param(
            "redemption_code", {"redemption_code": "NONE"}, 200, "invalid", "Invalid", id="no such code"
        ),
        pytest.param(
            "redemption_code",
            {"redemption_code": "SANDBOX-ADA-EXPIRED"},
            200,
            "expired",
            "expired",
            id="old code",
        ),
        pytest.param(
            "redemption_code",
            {"redemption_code": "SANDBOX-ADA-USED"},
            200,
            "processed",
            "already",
            id="used code",
        ),
        pytest.param(
            "redemption_code",
            {"redemption_code": "SANDBOX-GRACE-0"},
            422,
            None,
            "not acc",
            id="another's code",
        ),
        pytest.param(
            "redemption_code",
            {"redemption_code": "SANDBOX-COUPON"},
            200,
            "unassigned",
            "assigned",
            id="coupon",
        ),
        pytest.param(
            "subscription", {"subscription_id": "498701"}, 200, "invalid", "Not enough", id="used-up plan"
        ),
        pytest.param("subscription", {"subscription_id": "498702"}, 200, "expired", "now", id="ended plan"),
        pytest.param(
            "subscription", {"subscription_id": "498703"}, 200, "expired", "now", id="cancelled plan"
        ),
        pytest.param(
            "subscription", {"subscription_id": "498800"}, 422, None, "not acc", id="another's plan"
        ),
        pytest.param(
            "card_completion", {"receipt_amount": 0}, 200, "invalid", "amount is 0", id="nothing to discount"
        ),
    ],
)
def test_refusals_take_nothing(
    sandbox: Caller, kind: str, ids: dict[str, Any], status: int, category: str | None, text: str
) -> None:
    before = sandbox.guest(ADA)
    response = sandbox.online(kind, **ids)
    assert response.status_code == status
    assert text in response.text
    if category is not None:
        assert response.json()["category"] == category
    assert not redeemed("create_online_redemption", response)
    assert sandbox.guest(ADA) == before


def test_a_coupon_is_claimed_by_the_guests_mail(sandbox: Caller) -> None:
    code = {"redemption_code": "SANDBOX-COUPON"}
    wrong = sandbox.online("redemption_code", **code, email="grace.sandbox@example.com")
    right = sandbox.online("redemption_code", **code, email="ada.sandbox@example.com")
    again = sandbox.online("redemption_code", **code, email="ada.sandbox@example.com")
    assert [each.json()["category"] for each in (wrong, right, again)] == [
        "unassigned",
        "redeemable",
        "processed",
    ]


def test_distribution_is_negative_and_sums_to_the_discount(sandbox: Caller) -> None:
    body = sandbox.online("redemption_code", redemption_code="SANDBOX-ADA-1", menu_items=ITEMS).json()
    cents = [round(item["item_amount"] * 100) for item in body["discount_distribution_items"]]
    assert cents == [-67, -67, -66]
    assert sum(cents) == -round(body["redemption_amount"] * 100)


def test_a_changed_receipt_is_judged_anew(sandbox: Caller) -> None:
    small = {"receipt_amount": 2, "subtotal_amount": 2}
    quote = sandbox.online("reward", reward_id=70001, query=True).json()
    commit = sandbox.online("reward", reward_id=70001, **small).json()
    assert (quote["redemption_amount"], commit["redemption_amount"]) == (3, 2)


def test_external_uid_repeats_the_answer_and_takes_once(sandbox: Caller) -> None:
    first = sandbox.online("redeemable", redeemable_id="493", external_uid="order-1")
    before = sandbox.guest(ADA)
    second = sandbox.online("redeemable", redeemable_id="493", external_uid="order-1")
    assert second.content == first.content
    assert sandbox.guest(ADA) == before


def test_external_uid_is_the_guests_own(sandbox: Caller) -> None:
    first = sandbox.online("redeemable", redeemable_id="493", external_uid="order-1")
    other = sandbox.online(
        "redeemable", sandbox.auth(**GRACE_AUTH), redeemable_id="493", external_uid="order-1"
    )
    assert first.json()["redemption_id"] != other.json()["redemption_id"]
    assert sandbox.guest(GRACE)["points"] == 150


def test_a_refused_attempt_and_a_quote_do_not_use_up_the_external_uid(sandbox: Caller) -> None:
    assert sandbox.online("reward", reward_id=79001, external_uid="order-2").json()["category"] == "expired"
    assert sandbox.online("reward", reward_id=70001, external_uid="order-2", query=True).status_code == 200
    assert redeemed(
        "create_online_redemption", sandbox.online("reward", reward_id=70001, external_uid="order-2")
    )
    # And a quote with a used one is a quote, not a replay.
    quote = sandbox.online("reward", reward_id=70001, external_uid="order-2", query=True)
    assert quote.json()["category"] == "processed"


def test_batch_ends_each_item_once_and_empties_the_basket_of_successes(sandbox: Caller) -> None:
    user_id = 111113000
    before = sandbox.guest(user_id)
    body = sandbox.batch(user_id).json()
    assert [item["discount_basket_item_id"] for item in body["success"]] == [264001]
    assert [item["discount_basket_item_id"] for item in body["failures"]] == [265001]
    assert body["failures"][0]["message"] == ["The reward you wish to redeem has now expired."]
    after = sandbox.guest(user_id)
    assert before["points"] - after["points"] == 100
    assert [item["item_id"] for item in after["basket"]] == [265001]


def test_batch_quote_changes_nothing(sandbox: Caller) -> None:
    before = sandbox.guest(111112000)
    quote = sandbox.batch(111112000, query=True).json()
    assert sandbox.guest(111112000) == before
    commit = sandbox.batch(111112000).json()
    assert [item["discount_amount"] for item in quote["success"]] == [3, 8, 1.5]
    for asked, done in zip(quote["success"], commit["success"], strict=True):
        assert asked["redemption_id"] is None
        assert done["redemption_id"] is not None
        assert {**asked, "redemption_id": done["redemption_id"]} == done


def test_batch_replays_by_external_uid_though_the_basket_is_empty(sandbox: Caller) -> None:
    first = sandbox.batch(111112001, external_uid="till-1")
    second = sandbox.batch(111112001, external_uid="till-1")
    assert first.content == second.content
    assert sandbox.batch(111112001).json() == {"error": "No Basket found"}


@pytest.mark.parametrize(
    ("user_id", "more", "status", "text"),
    [
        pytest.param(ALAN, {}, 422, "No Basket found", id="empty basket"),
        pytest.param(404, {}, 404, "User not found", id="no such guest"),
        pytest.param(GRACE, {"subtotal_amount": 29}, 422, "Invalid Receipt Amount", id="amounts differ"),
        pytest.param(
            GRACE,
            {"receipt_amount": -1, "subtotal_amount": -1},
            422,
            "Invalid Receipt Amount",
            id="a negative bill",
        ),
    ],
)
def test_batch_refusals(sandbox: Caller, user_id: int, more: dict[str, Any], status: int, text: str) -> None:
    response = sandbox.batch(user_id, **more)
    assert (response.status_code, response.json()) == (status, {"error": text})


def test_force_redeem_takes_points_and_keeps_the_message(sandbox: Caller) -> None:
    response = sandbox.force(GRACE, requested_punches=50, force_message="Wrong order")
    assert response.status_code == 201
    body = response.json()
    assert (body["redeemed_value"], body["expiring_at"]) == (50, "2026-03-02T20:05:01Z")
    guest = sandbox.guest(GRACE)
    assert guest["points"] == 200
    assert guest["redemptions"][-1]["message"] == "Wrong order"


def test_force_redeem_takes_a_reward_once(sandbox: Caller) -> None:
    assert sandbox.force(GRACE, reward_id=72001).status_code == 201
    assert sandbox.force(GRACE, reward_id=72001).status_code == 422
    assert sandbox.guest(GRACE)["rewards"][0]["used"] is True


@pytest.mark.parametrize(
    ("user_id", "order", "status", "text"),
    [
        pytest.param(GRACE, {"requested_punches": 251}, 422, "Not enough points", id="too many points"),
        pytest.param(GRACE, {"reward_id": 70001}, 422, "not accessible", id="another guest's reward"),
        pytest.param(
            GRACE, {"requested_punches": 1, "fuel_redemption": True}, 422, "configuration", id="fuel"
        ),
        pytest.param(GRACE, {}, 422, "Nothing to redeem", id="nothing asked for"),
        pytest.param(404, {"requested_punches": 1}, 404, "user with ID: 404", id="no such guest"),
    ],
)
def test_force_redeem_refusals(
    sandbox: Caller, user_id: int, order: dict[str, Any], status: int, text: str
) -> None:
    before = sandbox.guest(GRACE)
    response = sandbox.force(user_id, **order)
    assert response.status_code == status
    assert text in response.text
    assert sandbox.guest(GRACE) == before


def test_a_subscription_code_is_honoured_once(sandbox: Caller) -> None:
    issued = sandbox.code("900699").json()
    assert re.fullmatch("[0-9]{7}", issued["redemption_tracking_code"])
    assert (issued["created_at"], issued["expiring_at"]) == ("2026-03-02T18:05:01Z", "2026-03-02T18:15:01Z")
    code = {"redemption_code": issued["redemption_tracking_code"]}
    first = sandbox.online("redemption_code", **code)
    assert first.json()["redemption_id"] == issued["redemption_id"]
    assert sandbox.online("redemption_code", **code).json()["category"] == "processed"
    guest = sandbox.guest(ADA)
    assert guest["subscriptions"][0]["uses"] == 1
    assert [each["status"] for each in guest["redemptions"]] == ["honoured"]


@pytest.mark.parametrize(
    ("seconds", "category"),
    [pytest.param(599, "redeemable", id="alive"), pytest.param(600, "expired", id="dead")],
)
def test_a_subscription_code_lives_ten_minutes(
    sandbox: Caller, clock: Clock, seconds: int, category: str
) -> None:
    code = sandbox.code("900699").json()["redemption_tracking_code"]
    clock.advance(seconds=seconds)
    assert sandbox.online("redemption_code", redemption_code=code).json()["category"] == category


def test_subscription_codes_are_unique(sandbox: Caller) -> None:
    codes = [sandbox.code("900699").json()["redemption_tracking_code"] for _ in range(100)]
    assert len(set(codes)) == 100


def test_another_guest_cannot_use_the_code(sandbox: Caller) -> None:
    code = sandbox.code("900699").json()["redemption_tracking_code"]
    stolen = sandbox.online("redemption_code", sandbox.auth(**GRACE_AUTH), redemption_code=code)
    assert stolen.status_code == 422
    assert sandbox.online("redemption_code", redemption_code=code).json()["category"] == "redeemable"


@pytest.mark.parametrize(
    "subscription_id", ["498701", "498702", "498703", "498800", "1", "x", "0900699", "٩٠٠٦٩٩", str(2**63)]
)
def test_no_code_for_a_subscription_that_cannot_be_used(sandbox: Caller, subscription_id: str) -> None:
    response = sandbox.code(subscription_id)
    assert (response.status_code, response.json()) == (422, {"error": "Invalid User Subscription"})


def test_a_subscription_of_tomorrow_is_told_its_day_in_a_basket_too(sandbox: Caller) -> None:
    later = {"subscription_id": 77, "plan_id": 44, "starts_at": "2026-03-09T00:00:00Z"}
    item = {"item_id": 9, "discount_type": "subscription", "discount_id": "77"}
    assert sandbox.put(GRACE, subscriptions=[later], basket=[item]).status_code == 200
    text = "The reward you wish to redeem will be available on March 9."
    answer = sandbox.online("subscription", sandbox.auth(**GRACE_AUTH), subscription_id="77")
    assert (answer.status_code, answer.json()["status"]) == (200, text)
    assert [each["message"] for each in sandbox.batch(GRACE).json()["failures"]] == [[text]]
    assert sandbox.code("77", sandbox.auth(**GRACE_AUTH)).status_code == 422


@pytest.mark.parametrize("kind", ["reward", "redeemable", "subscription"])
@pytest.mark.parametrize("number", [2**63, 10**19 - 1])
def test_a_number_beyond_64_bits_in_a_basket_is_only_a_failure(
    sandbox: Caller, kind: str, number: int
) -> None:
    items = [
        {"item_id": 8, "discount_type": "card_completion"},
        {"item_id": 9, "discount_type": kind, "discount_id": str(number)},
    ]
    assert sandbox.put(GRACE, basket=items).status_code == 200
    body = sandbox.batch(GRACE).json()
    assert [each["discount_basket_item_id"] for each in body["success"]] == [8]
    assert [each["discount_id"] for each in body["failures"]] == [str(number)]


def test_a_basket_honours_a_subscription_code_too(sandbox: Caller) -> None:
    code = sandbox.code("900699").json()["redemption_tracking_code"]
    item = {"item_id": 9, "discount_type": "redemption_code", "discount_id": code}
    assert sandbox.put(ADA, basket=[item]).status_code == 200
    body = sandbox.batch(ADA).json()
    assert [each["discount_amount"] for each in body["success"]] == [3]
    assert sandbox.online("redemption_code", redemption_code=code).json()["category"] == "processed"
