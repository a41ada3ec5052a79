"""Batch redemptions over the ASGI app: what becomes of each item of a basket, and why a basket is refused."""

from typing import Any

import pytest
from sandbox.calling import ADA, ALAN, FULL, GRACE, HEDY, LINES, MIXED, Caller, Clock

from punchh_contract.contract import load

KEYS = set(
    load().document["components"]["schemas"]["BatchRedemptionItem"][
        "required"
    ]  # those of the vendor's samples
)


def test_each_item_ends_once_and_successes_leave_the_basket(sandbox: Caller) -> None:
    before = sandbox.guest(MIXED)
    body = sandbox.batch(MIXED).json()
    assert [item["discount_basket_item_id"] for item in body["success"]] == [264001]
    assert [item["discount_basket_item_id"] for item in body["failures"]] == [265001]
    assert body["failures"][0]["message"] == ["The reward you wish to redeem has now expired."]
    after = sandbox.guest(MIXED)
    assert before["points"] - after["points"] == 100
    assert [item["item_id"] for item in after["basket"]] == [265001]


def test_items_have_the_shapes_of_the_samples(sandbox: Caller) -> None:
    body = sandbox.batch(MIXED).json()
    [done], [failed] = body["success"], body["failures"]
    assert set(done) == set(failed) == KEYS
    assert (done["discount_amount"], done["discount_type"], done["discount_id"]) == (5, "redeemable", 493)
    assert (done["redemption_type"], done["qualified"], done["message"]) == ("Redemption", True, None)
    assert done["discount_details"]["points"] == 100
    assert done["qualified_items"] == [
        {**LINES[0], "item_name": "Pizza DISCOUNT", "amount": 5, "item_type": "R", "serial_number": "1.0"}
    ]
    assert (failed["discount_amount"], failed["redemption_id"], failed["redemption_type"]) == (None,) * 3
    assert (failed["qualified"], failed["qualified_items"]) == (False, [])
    assert failed["discount_details"]["name"] == "Bygone Treat"


def test_a_quote_changes_nothing_and_the_commit_does_as_it_said(sandbox: Caller) -> None:
    before = sandbox.guest(FULL)
    quote = sandbox.batch(FULL, query=True).json()
    assert sandbox.guest(FULL) == before
    assert sandbox.events() == []
    commit = sandbox.batch(FULL).json()
    assert [item["discount_amount"] for item in quote["success"]] == [3, 8, 1.5]
    for asked, done in zip(quote["success"], commit["success"], strict=True):
        assert asked["redemption_id"] is None
        assert done["redemption_id"] is not None
        assert {**asked, "redemption_id": done["redemption_id"]} == done


def test_a_changed_receipt_is_judged_anew(sandbox: Caller) -> None:
    quote = sandbox.batch(FULL, query=True).json()
    small = {"receipt_amount": 4, "subtotal_amount": 4, "line_items": [{**LINES[0], "amount": 4}]}
    commit = sandbox.batch(FULL, **small).json()
    assert [each["discount_amount"] for each in quote["success"]] == [3, 8, 1.5]
    # The reward leaves one dollar, the card takes it, and for banked currency nothing is left.
    assert [each["discount_amount"] for each in commit["success"]] == [3, 1]
    assert [each["message"] for each in commit["failures"]] == [["Redemption not possible since amount is 0"]]
    guest = sandbox.guest(FULL)
    assert (guest["visit_cards"], guest["banked_cents"]) == (4, 5000)


def test_an_order_for_later_is_judged_when_it_is_committed(sandbox: Caller, clock: Clock) -> None:
    coming = {"reward_id": 9, "name": "Soon", "discount_cents": 100, "starts_at": "2026-03-03T00:00:00Z"}
    going = {"reward_id": 8, "name": "Now", "discount_cents": 100, "expires_at": "2026-03-03T00:00:00Z"}
    items = [{"item_id": n, "discount_type": "reward", "discount_id": str(n)} for n in (8, 9)]
    assert sandbox.put(ALAN, rewards=[coming, going], basket=items).status_code == 200
    later = {"receipt_datetime": "2026-03-05T12:00:00Z"}
    first = sandbox.batch(ALAN, **later, query=True).json()
    assert [[each["discount_id"] for each in first[name]] for name in ("success", "failures")] == [[8], [9]]
    clock.advance(days=1)
    then = sandbox.batch(ALAN, **later).json()
    assert [[each["discount_id"] for each in then[name]] for name in ("success", "failures")] == [[9], [8]]


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
        pytest.param(
            HEDY,
            {},
            422,
            "Processing limit for discounts of loyalty type has been reached",
            id="eleven discounts",
        ),
    ],
)
@pytest.mark.parametrize("query", [{}, {"query": True}], ids=["commit", "quote"])
def test_refusals(
    sandbox: Caller, user_id: int, more: dict[str, Any], status: int, text: str, query: dict[str, Any]
) -> None:
    response = sandbox.batch(user_id, **more, **query)
    assert (response.status_code, response.json()) == (status, {"error": text})
    assert sandbox.events() == []


def test_ten_discounts_are_not_too_many_unless_the_business_says_so(sandbox: Caller) -> None:
    basket = sandbox.guest(HEDY)["basket"][:10]
    assert sandbox.put(HEDY, basket=basket).status_code == 200
    receipt = {"receipt_amount": 80, "subtotal_amount": 80, "line_items": [{**LINES[0], "amount": 80}]}
    assert len(sandbox.batch(HEDY, **receipt, query=True).json()["success"]) == 10
    sandbox.switch(max_discounts=9)
    assert sandbox.batch(HEDY, **receipt).status_code == 422
    sandbox.switch(max_discounts=10)
    assert len(sandbox.batch(HEDY, **receipt).json()["success"]) == 10
    assert sandbox.guest(HEDY)["visit_cards"] == 1


@pytest.mark.parametrize(
    ("change", "text"),
    [
        pytest.param(
            {"settings": {"redemptions_enabled": False}}, "Your current loyalty program", id="the business"
        ),
        pytest.param(
            {"locations": [{"store_number": "401", "redemptions_disabled": True}]},
            "The location (Sandbox Street) has been disabled for redemption.",
            id="the store of the till's key",
        ),
    ],
)
def test_redemptions_can_be_switched_off(sandbox: Caller, change: dict[str, Any], text: str) -> None:
    assert sandbox.client.patch("/_sandbox/business", json=change).status_code == 200
    answer = sandbox.batch(FULL)
    assert (answer.status_code, text in answer.text) == (422, True)
    other = sandbox.batch(FULL, sandbox.auth(location_key="sandbox-location-key-not-a-real-one-402"))
    assert other.status_code == (200 if "locations" in change else 422)


def test_the_redemption_is_the_stores_of_the_tills_key(sandbox: Caller) -> None:
    sandbox.batch(FULL, sandbox.auth(location_key="sandbox-location-key-not-a-real-one-402"))
    assert {each["payload"]["store_number"] for each in sandbox.events()} == {"402"}


def test_qualifying_conditions_are_told_only_where_the_business_has_them_on(sandbox: Caller) -> None:
    items = [{"item_id": n, "discount_type": "reward", "discount_id": str(n)} for n in (79003, 79004, 79001)]
    assert sandbox.put(ADA, basket=items).status_code == 200
    for on in (False, True):
        sandbox.switch(qualifying_conditions=on)
        body = sandbox.batch(ADA, query=True).json()
        told = ["qualifying_conditions" in each for each in (*body["success"], *body["failures"])]
        # Fits; does not; has expired, whatever the receipt is.
        assert told == [on, on, False]


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


def test_one_reward_twice_in_a_basket_is_redeemed_once(sandbox: Caller) -> None:
    items = [{"item_id": n, "discount_type": "reward", "discount_id": "72001"} for n in (1, 2)]
    assert sandbox.put(GRACE, basket=items).status_code == 200
    body = sandbox.batch(GRACE).json()
    assert [len(body[name]) for name in ("success", "failures")] == [1, 1]
    assert len(sandbox.events()) == 1


def test_names_are_in_the_language_asked_for(sandbox: Caller) -> None:
    path = load().operation("process_batch_redemption").path
    names = {}
    for language in ("es", "fr-CA", "fr", "es-US, en", "xx", "*;q=0.5,fr-ca", ""):
        request = sandbox.client.build_request(
            "POST",
            path,
            headers={"Accept-Language": language},
            json={
                "user_id": MIXED,
                "query": True,
                "line_items": LINES,
                "receipt_amount": 30,
                "subtotal_amount": 30,
                "receipt_datetime": "2026-03-02T18:05:01Z",
            },
        )
        body = sandbox.client.send(request, auth=sandbox.auth()).json()
        names[language] = body["success"][0]["discount_details"]["name"]
        # Nobody translated this one.
        assert body["failures"][0]["discount_details"]["name"] == "Bygone Treat"
    assert names == {
        "es": "Cinco menos",
        "fr-CA": "Cinq de moins",
        "fr": "Five Off",
        "es-US, en": "Cinco menos",
        "xx": "Five Off",
        "*;q=0.5,fr-ca": "Cinq de moins",
        "": "Five Off",
    }


def test_unknown_members_of_a_request_reach_no_event(sandbox: Caller) -> None:
    line = {**LINES[0], "item_amount": "x", "menu_item_id": {"a": 1}, "invented": [1]}
    more = {"menu_items": [7], "channel": 7, "employee_id": ["x"], "store_number": 5, "line_items": [line]}
    sandbox.batch(FULL, **more)
    events = sandbox.events()
    assert len(events) == 3
    for event in events:
        assert event["payload"]["channel"] == "POS"
        assert event["payload"]["redemption_code"]["redeemed_menu_items"][0]["item_amount"] == 30
