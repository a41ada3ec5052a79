"""Bodies of the four operations, as stories send them: small, right, and the same in each run."""

from typing import Any

Json = dict[str, Any]

RECEIPT = 3000
"""Cents of an ordinary receipt: it covers each offer of a story."""
RECEIPT_TIME = "2026-03-02T10:05:01-08:00"
FIELDS = {
    "reward": "reward_id",
    "redeemable": "redeemable_id",
    "discount_amount": "redeemed_points",
    "redemption_code": "redemption_code",
    "subscription": "subscription_id",
}
"""The field that names what is redeemed, by kind of discount; a completed card needs none."""


def dollars(cents: int) -> float:
    """Cents as the number that a body has."""
    return cents / 100


def online(
    kind: str, key: str, *, receipt: int = RECEIPT, lines: tuple[int, ...] = (), number: int = 1
) -> Json:
    """A commit of an online order; `lines` are cents of menu items, `number` tells receipts apart.

    Without `client`, `store_number` and a guest's token, which a scene puts in.
    """
    body: Json = {
        "receipt_amount": dollars(receipt),
        "subtotal_amount": dollars(receipt),
        "receipt_datetime": RECEIPT_TIME,
        "transaction_no": f"law-{number}",
        "discount_type": kind,
    }
    if kind in FIELDS:
        body[FIELDS[kind]] = int(key) if kind == "reward" else key
    if lines:
        body["menu_items"] = [
            {
                "item_name": f"Invented Soufflé {place}",
                "item_qty": 1,
                "item_amount": dollars(amount),
                "menu_item_type": "M",
                "menu_item_id": str(7000 + place),
                "menu_family": "dishes",
                "menu_major_group": "food",
                "serial_number": f"{place}.0",
            }
            for place, amount in enumerate(lines, 1)
        ]
    return body


def batch(user_id: int, *, receipt: int = RECEIPT, lines: tuple[int, ...] = (), number: int = 1) -> Json:
    """A commit of a guest's basket; a receipt without `lines` has one of all its cents."""
    return {
        "user_id": user_id,
        "receipt_amount": dollars(receipt),
        "subtotal_amount": dollars(receipt),
        "receipt_datetime": RECEIPT_TIME,
        "transaction_no": f"law-{number}",
        "line_items": [
            {
                "item_name": f"Invented Soufflé {place}",
                "item_qty": 1,
                "amount": dollars(amount),
                "item_type": "M",
                "item_id": 7000 + place,
                "item_family": "dishes",
                "item_group": "food",
                "serial_number": float(place),
            }
            for place, amount in enumerate(lines or (receipt,), 1)
        ],
    }


def force(user_id: int, **order: Any) -> Json:
    """A force redeem; `order` are the fields of `redemption`."""
    return {"user_id": user_id, "redemption": order}


def quote(body: Json) -> Json:
    """The same as a question."""
    return {**body, "query": True}
