"""Online redemptions over the ASGI app: what they answer, what they take, what they refuse."""

from typing import Any

import pytest
from sandbox.calling import ADA, GRACE, ITEMS, RADIA, Caller, redeemed

BALANCES = ("points", "banked_cents", "visit_cards")

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
    before = sandbox.held(ADA)
    response = sandbox.online(kind, **ids, menu_items=ITEMS)
    assert redeemed("create_online_redemption", response)
    assert response.json()["redemption_amount"] == amount
    after = sandbox.held(ADA)
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


def test_a_mail_alone_names_the_guest_of_a_coupon_that_is_nobodys(sandbox: Caller) -> None:
    nobody = sandbox.auth(access_token=None, id_token=None)
    mail = {"email": "grace.sandbox@example.com"}
    quote = sandbox.online("redemption_code", nobody, redemption_code="SANDBOX-COUPON", query=True, **mail)
    first = sandbox.online("redemption_code", nobody, redemption_code="SANDBOX-COUPON", **mail)
    second = sandbox.online("redemption_code", nobody, redemption_code="SANDBOX-COUPON", **mail)
    assert [each.json()["category"] for each in (quote, first, second)] == [
        "redeemable",
        "redeemable",
        "processed",
    ]
    assert [each["redemption_id"] for each in sandbox.guest(GRACE)["redemptions"]] == [
        first.json()["redemption_id"]
    ]


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        pytest.param("redemption_code", {"redemption_code": "SANDBOX-GRACE-0"}, id="her own code"),
        pytest.param("redemption_code", {"redemption_code": "NONE"}, id="no code"),
        pytest.param("reward", {"reward_id": 72001}, id="her own reward"),
        pytest.param(
            "reward", {"reward_id": 72001, "redemption_code": "SANDBOX-COUPON"}, id="a coupon along with it"
        ),
        pytest.param("card_completion", {}, id="her card"),
        pytest.param(
            "redemption_code",
            {"redemption_code": "SANDBOX-COUPON", "email": "nobody@example.com"},
            id="nobody's mail",
        ),
        pytest.param(
            "redemption_code", {"redemption_code": "SANDBOX-COUPON", "email": ""}, id="an empty mail"
        ),
        pytest.param(
            "redemption_code",
            {"redemption_code": "SANDBOX-COUPON", "authentication_token": "wrong"},
            id="a wrong token along with it",
        ),
    ],
)
def test_a_mail_alone_opens_nothing_else(sandbox: Caller, kind: str, more: dict[str, Any]) -> None:
    before = sandbox.guest(GRACE)
    nobody = sandbox.auth(access_token=None, id_token=None)
    answer = sandbox.online(kind, nobody, **{"email": "grace.sandbox@example.com", **more})
    assert answer.status_code == 401
    assert sandbox.guest(GRACE) == before


def test_distribution_is_negative_and_sums_to_the_discount(sandbox: Caller) -> None:
    body = sandbox.online("redemption_code", redemption_code="SANDBOX-ADA-1", menu_items=ITEMS).json()
    cents = [round(item["item_amount"] * 100) for item in body["discount_distribution_items"]]
    assert cents == [-67, -67, -66]
    assert sum(cents) == -round(body["redemption_amount"] * 100)
    assert {each["menu_item_type"] for each in body["discount_distribution_items"]} == {"R"}
    assert [each["serial_number"] for each in body["discount_distribution_items"]] == [1, 2, 3]


def test_a_changed_receipt_is_judged_anew(sandbox: Caller) -> None:
    small = {"receipt_amount": 2, "subtotal_amount": 2}
    quote = sandbox.online("reward", reward_id=70001, query=True).json()
    commit = sandbox.online("reward", reward_id=70001, **small).json()
    assert (quote["redemption_amount"], commit["redemption_amount"]) == (3, 2)


def test_an_offer_for_an_item_that_left_the_receipt_is_refused_at_the_commit(sandbox: Caller) -> None:
    quote = sandbox.online("reward", reward_id=79003, menu_items=ITEMS, query=True).json()
    assert [each["menu_item_id"] for each in quote["qualified_menu_items"]] == ["331"]
    assert quote["qualified_menu_items"] == [ITEMS[1]]
    commit = sandbox.online("reward", reward_id=79003, menu_items=[ITEMS[0], ITEMS[2]]).json()
    assert (commit["category"], "redemption_id" in commit) == ("invalid", False)


PIZZA = ITEMS[1]
LADEN = [
    ITEMS[0],
    {**PIZZA, "item_qty": 2, "item_amount": 18.01},
    {**PIZZA, "menu_item_id": "900", "item_name": "Olives", "item_amount": 3, "serial_number": "2.1"},
]


@pytest.mark.parametrize(
    ("reward", "amount", "lines"),
    [
        pytest.param(75002, 9.01, ["331"], id="one unit of a line that has two, the dearer"),
        pytest.param(75001, 10.51, ["331", "900"], id="with what is on it"),
    ],
)
def test_quantities_and_modifiers(sandbox: Caller, reward: int, amount: float, lines: list[str]) -> None:
    receipt = {"receipt_amount": 31.01, "subtotal_amount": 31.01, "menu_items": LADEN}
    answer = sandbox.online("reward", sandbox.as_guest("radia"), reward_id=reward, **receipt).json()
    assert (answer["redemption_amount"], answer["max_applicable_quantity"]) == (amount, 1)
    assert [each["menu_item_id"] for each in answer["qualified_menu_items"]] == lines
    parts = [each["item_amount"] for each in answer["discount_distribution_items"]]
    assert round(sum(parts), 2) == -amount
    assert sandbox.guest(RADIA)["redemptions"][-1]["discount_cents"] == round(amount * 100)


def test_qualifying_conditions_are_told_only_where_the_business_has_them_on(sandbox: Caller) -> None:
    told = "qualifying_conditions"
    calls: list[dict[str, Any]] = [
        {"reward_id": 79003, "query": True, "menu_items": ITEMS},  # fits
        {"reward_id": 79003},  # does not
        {"reward_id": 79001},  # expired: whatever the receipt is
    ]
    assert [told in sandbox.online("reward", **each).json() for each in calls] == [False] * 3
    sandbox.switch(qualifying_conditions=True)
    answers = [sandbox.online("reward", **each).json() for each in calls]
    assert [told in each for each in answers] == [True, True, False]
    assert {each[told]["name"] for each in answers[:2]} == {"Pizza Only"}
    assert answers[0][told] == answers[1][told]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        pytest.param({"settings": {"redemptions_enabled": False}}, ["401", "402"], id="of the business"),
        pytest.param(
            {"locations": [{"store_number": "402", "redemptions_disabled": True}]}, ["402"], id="of a store"
        ),
    ],
)
def test_redemptions_can_be_switched_off(sandbox: Caller, change: dict[str, Any], refused: list[str]) -> None:
    assert sandbox.client.patch("/_sandbox/business", json=change).status_code == 200
    for store in ("401", "402"):
        answer = sandbox.online("reward", reward_id=70001, store_number=store, query=True).json()
        if store in refused:
            assert answer["status"] == "Redemptions are currently disabled on this business."
            assert answer["category"] == "invalid"
        else:
            assert answer["category"] == "redeemable"


def test_unknown_members_of_a_line_reach_neither_answer_nor_event(sandbox: Caller) -> None:
    item = {**ITEMS[0], "amount": "x", "item_id": {"a": 1}, "serial_number": "odd", "invented": "zzz"}
    answer = sandbox.online("reward", reward_id=70001, menu_items=[item], line_items=[7])
    assert redeemed("create_online_redemption", answer)
    assert "invented" not in answer.text
    [event] = sandbox.events()
    assert event["payload"]["redemption_code"]["redeemed_menu_items"][0]["item_amount"] == 10


def test_an_asset_that_is_not_theirs_is_refused_alike_with_conditions_told(sandbox: Caller) -> None:
    sandbox.switch(qualifying_conditions=True)
    for wanted in ({"reward_id": 1}, {"reward_id": 72001, "query": True}):
        answer = sandbox.online("reward", **wanted)
        assert (answer.status_code, answer.json()) == (422, ["Given reward is not accessible for this guest"])
