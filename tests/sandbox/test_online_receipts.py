"""Quote, commit, record and event agree on any receipt, to the cent."""

import random
from decimal import Decimal
from typing import Any

import pytest
from sandbox.calling import ITEMS, Caller, redeemed

SAME = (
    "redemption_amount",
    "category",
    "qualified_menu_items",
    "discount_distribution_items",
    "campaign_name",
    "max_applicable_quantity",
    "qualifying_conditions",
)
RECEIPTS = 6
GUEST = 7000
HOLDINGS: dict[str, Any] = {
    "access_token": "sandbox-access-token-not-a-real-one-7000",
    "points": 5000,
    "banked_cents": 5000,
    "visit_cards": 9,
    "rewards": [
        {"reward_id": first + n, "name": "Any", "discount_cents": 700, "item_ids": items}
        for n in range(RECEIPTS)
        for first, items in ((1, []), (100, ["331"]))
    ],
    "subscriptions": [{"subscription_id": 7, "plan_id": 44}],
    "codes": [{"code": f"ODD-{n}", "name": "Odd", "discount_cents": 333} for n in range(RECEIPTS)],
}


def offers(chance: random.Random, number: int) -> tuple[str, dict[str, Any]]:
    """Something to redeem; what is used up by it is another one each time."""
    return chance.choice(
        [
            ("reward", {"reward_id": 1 + number}),
            ("reward", {"reward_id": 100 + number}),
            ("redeemable", {"redeemable_id": chance.choice(["493", "494", "496", "497"])}),
            ("discount_amount", {"redeemed_points": f"{chance.randrange(9)}.{chance.randrange(100):02d}"}),
            ("card_completion", {}),
            ("redemption_code", {"redemption_code": f"ODD-{number}"}),
            ("subscription", {"subscription_id": "7"}),
        ]
    )


def receipts(chance: random.Random) -> dict[str, Any]:
    """Lines of any letter, price, quantity and place; the total is not always theirs."""
    lines = [
        {
            **chance.choice(ITEMS),
            "item_qty": chance.randrange(4),
            "item_amount": chance.randrange(-300, 4000) / 100,
            "menu_item_type": chance.choice("MMMMMDST"),
            "menu_item_id": chance.choice(["330", "331", "332"]),
            "serial_number": chance.choice([f"{place}.{modifier}"] * 5 + ["", "1.1.1"]),
        }
        for place in range(1, chance.randrange(6) + 1)
        for modifier in range(chance.randrange(3))
    ]
    goods = sum((Decimal(str(each["item_amount"])) for each in lines), Decimal(0))
    total = float(max(goods, Decimal(0)) if chance.random() < 0.7 else Decimal(chance.randrange(5000)) / 100)
    return {
        "receipt_amount": total,
        "subtotal_amount": total,
        **({"menu_items": lines} if lines or chance.random() < 0.5 else {}),
    }


def cents(amount: float) -> int:
    return int((Decimal(str(amount)) * 100).to_integral_exact())


@pytest.mark.parametrize("number", range(20))
def test_a_quote_tells_what_the_commit_does_on_any_receipt(sandbox: Caller, number: int) -> None:
    chance = random.Random(number)
    assert sandbox.put(GUEST, **HOLDINGS).status_code == 200
    guest = sandbox.auth(access_token=HOLDINGS["access_token"], id_token=None)
    sandbox.switch(qualifying_conditions=bool(number % 2))
    granted = 0
    for turn in range(RECEIPTS):
        kind, ids = offers(chance, turn)
        receipt = receipts(chance)
        before = sandbox.held(GUEST)
        quote = sandbox.online(kind, guest, **ids, **receipt, query=True).json()
        assert sandbox.held(GUEST) == before
        answer = sandbox.online(kind, guest, **ids, **receipt)
        commit = answer.json()
        assert {name: quote.get(name) for name in SAME} == {name: commit.get(name) for name in SAME}
        assert "redemption_id" not in quote
        if not redeemed("create_online_redemption", answer):
            assert sandbox.held(GUEST) == before
            continue
        granted += 1
        discount = cents(commit["redemption_amount"])
        assert 0 < discount <= cents(receipt["receipt_amount"])
        if any(line["menu_item_type"] == "M" for line in receipt.get("menu_items", ())):
            parts = [cents(each["item_amount"]) for each in commit["discount_distribution_items"]]
            assert sum(parts) == -discount
            assert max(parts) < 0
            assert len(parts) <= len(commit["qualified_menu_items"])
        event = sandbox.events()[-1]["payload"]
        assert (event["redemption_id"], cents(event["redemption_code"]["discount"])) == (
            commit["redemption_id"],
            discount,
        )
    assert len(sandbox.events()) == granted > 0
