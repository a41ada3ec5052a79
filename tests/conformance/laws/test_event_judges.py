"""What an event tells of guest, place, time and receipt is held against what was seen; right ones pass."""

import dataclasses
from typing import Any

import pytest
from conformance.laws.telling import ADA, NOW, Asset, Book, basket, committed, guest, item, order, view

from punchh_contract.conformance.laws import bodies
from punchh_contract.conformance.laws.book import BY_ID
from punchh_contract.conformance.laws.history import BATCH, FORCE, ONLINE, History

LAW = BY_ID["one_event_per_change"]
TIME, EARLIER, LATER = "2026-03-02T18:05:01Z", "2026-03-02T17:05:01Z", "2026-03-02T19:05:01Z"
PLACES = (
    {"location_id": 31, "store_number": "401", "name": "Invented Street"},
    {"location_id": 32, "store_number": "402", "name": "Invented Lane"},
)
PROFILE = {"email": "law-1@example.com", "first_name": "Law", "last_name": "Sandbox"}
HAS = dataclasses.replace(
    guest(rewards={"7": 1}, points=100, banked_cents=900, visit_cards=3), profile=PROFILE
)
RECORD = {"status": "honoured", "created_at": TIME, "expires_at": LATER, "location_id": 31}
AFTER = dataclasses.replace(HAS, held={**HAS.held, ("reward", "7"): 0}, records={70: RECORD})
BALANCE = {
    "loyalty_points": 100,
    "net_balance": 100,
    "net_debits": 20,
    "total_credits": 120,
    "banked_currency": 9,
    "unredeemed_cards": 3,
    "total_redeemable_visits": 3,
    "total_visits": 3,
}
LINE = {"item_name": "Invented Dish 1", "item_amount": 30.0, "menu_item_id": "7001", "serial_number": "1"}


def code(**changes: Any) -> dict[str, Any]:
    return {
        "processed_at": TIME,
        "receipt_amount": 30.0,
        "subtotal_amount": 30.0,
        "transaction_no": "law-1",
        "redeemed_menu_items": [LINE],
    } | changes


def payload(**changes: Any) -> dict[str, Any]:
    user = {**PROFILE, "user_id": ADA, "account_balance": BALANCE | changes.pop("balance", {})}
    return {
        "redemption_id": 70,
        "redemption_status": "redeemed",
        "redemption_type": "RewardRedemption",
        "user_id": ADA,
        "user": user | changes.pop("user", {}),
        "created_at": TIME,
        "updated_at": TIME,
        "expiring_on": LATER,
        "location_id": 31,
        "store_number": "401",
        "channel": "online_order",
        "redemption_code": code(),
        "redemption_code_processed_at": TIME,
    } | changes


def event(place: int = 1, inside: dict[str, Any] = {}, **changes: Any) -> dict[str, Any]:  # noqa: B006  # only read
    """An event; `inside` is what has a namesake outside the payload."""
    whole = {
        "content_id": f"00000000-0000-4000-8000-00000000000{place}",
        "business_id": 1,
        "timestamp": int(NOW.timestamp() * 1000),
        "event_name": "redemptions",
        "action": "create",
        "created_at": TIME,
        "updated_at": TIME,
    }
    whole |= {name: changes.pop(name) for name in tuple(changes) if name in whole}
    told = payload(**{**changes, **inside})
    document = whole | {"payload": told}
    return {"redemption_id": told["redemption_id"], "user_id": ADA, "document": document}


def book(**more: Any) -> Book:
    return Book(
        HAS,
        assets={("reward", "7"): Asset(ADA, "reward", "7", 500)},
        settings={"program": "points", "locations": PLACES},
        **more,
    )


def online(told: dict[str, Any], **asked: Any) -> History:
    request = order(store_number="401", lines=(3000,), **asked)
    return book().then(ONLINE, request, 200, committed(), view(AFTER, events=(told,))).history()


def till(told: dict[str, Any]) -> History:
    answer = basket((item(1),))
    told["document"]["payload"]["channel"] = told["document"]["payload"].get("channel") or "POS"
    seen = view(AFTER, events=(told,))
    made = book(baskets={1: ("reward", "7")})
    return made.then(BATCH, bodies.batch(ADA), 200, answer, seen).history()


def forced(told: dict[str, Any], **answer: Any) -> History:
    whole = {"redemption_id": 70, "location_id": 31} | answer
    after = dataclasses.replace(AFTER, records={70: RECORD | {"status": "force_redeemed"}})
    seen = view(after, events=(told,))
    body = bodies.force(ADA, reward_id=7)
    return book().then(FORCE, body, 201, whole, seen).history()


def staff(**changes: Any) -> dict[str, Any]:
    return event(redemption_status="force_redeemed", **{"channel": "dashboard", **changes})


RIGHT = [
    online(event()),
    online(event(created_at="2026-03-02T10:05:01-08:00")),
    online(event(channel="kiosk"), channel="kiosk"),
    online(event(balance={"unredeemed_cards": None})),
    online(event(redemption_code=code(receipt_amount=30, transaction_no=None))),
    online(event(redemption_code=None)),
    till(event(channel="POS")),
    till(event(channel="pos")),
    forced(staff()),
]
WRONG = {
    "another email than the guest": online(event(user={"email": "somebody@example.com"})),
    "another first_name": online(event(user={"first_name": "Somebody"})),
    "after the change: points": online(event(balance={"net_balance": 101})),
    "after the change: banked currency": online(event(balance={"banked_currency": 9.01})),
    "after the change: visit cards": online(event(balance={"unredeemed_cards": 4})),
    "change: visit cards": online(event(balance={"total_visits": 99})),
    "does not add up": online(event(balance={"total_credits": 121})),
    "event's created_at is not the time": online(event(created_at=EARLIER)),
    "payload/updated_at is not the time": online(event(inside={"updated_at": LATER})),
    "payload/created_at is not the time": online(event(inside={"created_at": EARLIER})),
    "redemption_code_processed_at is not": online(event(redemption_code_processed_at=LATER)),
    "redemption_code/processed_at is not": online(event(redemption_code=code(processed_at=LATER))),
    "payload/expiring_on is not": online(event(expiring_on=TIME)),
    "channel is not": online(event(channel="kiosk")),
    "event's channel": till(event(channel="online_order")),
    "location is not that of the redemption": till(event(channel="POS", location_id=32, store_number="402")),
    "none of the business's": till(event(channel="POS", store_number="999")),
    "location is not that of the answer": forced(staff(), location_id=32),
    "lost the items": online(event(redemption_code=code(redeemed_menu_items=[]))),
    "not on the receipt": online(
        event(redemption_code=code(redeemed_menu_items=[LINE | {"item_amount": 29.0}]))
    ),
    "receipt_amount is not": online(event(redemption_code=code(receipt_amount=3000))),
    "transaction_no is not": online(event(redemption_code=code(transaction_no="law-2"))),
}


@pytest.mark.parametrize("history", RIGHT)
def test_a_right_event_passes(history: History) -> None:
    judged = list(LAW.judge(history))

    assert judged
    assert [each.breach for each in judged if each.breach] == []


@pytest.mark.parametrize(("words", "history"), WRONG.items(), ids=list(WRONG))
def test_a_wrong_event_breaks_the_law(words: str, history: History) -> None:
    (judged,) = LAW.judge(history)

    assert judged.breach is not None
    assert words in judged.breach


@pytest.mark.parametrize(("first", "last", "right"), [(101, 100, True), (100, 101, False)])
def test_of_several_events_of_a_basket_the_last_one_has_the_balance(
    first: int, last: int, right: bool
) -> None:
    events = [
        event(
            place,
            redemption_id=69 + place,
            channel="POS",
            balance={"loyalty_points": points, "net_balance": points, "total_credits": points + 20},
        )
        for place, points in ((1, first), (2, last))
    ]
    seen = view(dataclasses.replace(AFTER, records={70: RECORD, 71: RECORD}), events=tuple(events))
    answer = basket((item(1), item(2, redemption_id=71)))
    made = book(baskets={1: ("reward", "7"), 2: ("reward", "8")})
    history = made.then(BATCH, bodies.batch(ADA), 200, answer, seen).history()

    breaches = [each.breach for each in LAW.judge(history) if each.breach]
    assert (breaches == []) is right
