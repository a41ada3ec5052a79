"""Reads the receipt of a request: amounts into whole cents, lines under one set of names. Pure."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from punchh_contract.sandbox.qualification import Line, Receipt, Serial

MONEY = re.compile(r"\s*(\d{1,12})(?:\.(\d{1,2}))?\s*", re.ASCII)


def online(request: Mapping[str, Any]) -> Receipt:
    """The receipt of an online order."""
    return _receipt(request, "menu_items", "menu_item_type", "menu_item_id", "item_amount")


def batch(request: Mapping[str, Any]) -> Receipt:
    """The receipt of a till's batch."""
    return _receipt(request, "line_items", "item_type", "item_id", "amount")


def _receipt(request: Mapping[str, Any], lines: str, letter: str, item_id: str, amount: str) -> Receipt:
    return Receipt(
        cents(request["receipt_amount"]),
        tuple(
            Line(
                index,
                line[letter],
                str(line[item_id]),
                cents(line[amount]),
                int(line["item_qty"]),
                # A number in a batch, a text online; 1.1 is 1.1 in both.
                Serial.read(str(line.get("serial_number", ""))),
            )
            for index, line in enumerate(request.get(lines) or ())
        ),
    )


def cents(amount: float) -> int:
    """Whole cents of a JSON number, halves away from zero. Goes by the number's shortest text, never by
    float arithmetic."""
    return int((Decimal(str(amount)) * 100).to_integral_value(ROUND_HALF_UP))


def asked_cents(text: str) -> int:
    """Whole cents of an amount sent as text; 0 for anything that is no amount (assumed)."""
    found = MONEY.fullmatch(text)
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else 0
