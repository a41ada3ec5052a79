"""What a step should have taken, and amounts in cents."""

import datetime as dt
import decimal
from collections.abc import Mapping
from typing import Any

from punchh_contract.conformance.laws.history import (
    BATCH,
    CODE_MADE,
    FORCE,
    ONLINE,
    SUCCESS,
    History,
    Step,
    identity,
)
from punchh_contract.conformance.laws.view import BANKED, CARDS, FUEL, POINTS, Held
from punchh_contract.json_types import JsonValue, objects

Debits = dict[tuple[int, Held], int]
_DIGITS = 400
"""More than any number of JSON has."""


def cents(value: Any) -> decimal.Decimal | None:
    """An amount in dollars as cents, exactly; None for what is no number, or no amount of anything."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = decimal.Decimal(str(value)) * 100
    except decimal.DecimalException:
        return None
    # A text may have so many digits that no sum of it can be told.
    return found if found.is_finite() and found.adjusted() < _DIGITS else None


def items(step: Step, key: str) -> list[dict[str, Any]]:
    """The items of a batch's answer under `success` or `failures`."""
    answer: JsonValue = step.answer
    return objects(answer.get(key)) if isinstance(answer, dict) else []


def item_id(item: dict[str, Any]) -> int | None:
    """The basket item that an item of a batch's answer is; None where that cannot be read."""
    return identity(item.get("discount_basket_item_id"))


def basket_key(history: History, item: dict[str, Any]) -> tuple[str, str]:
    """Kind of discount and id of what an item of a batch's answer is of; empty for one that nobody knows."""
    return history.baskets.get(item_id(item) or 0, ("", ""))


def expected(history: History, step: Step) -> Debits | None:
    """What a step takes if its answer is true: nothing unless it is a success. None where it cannot be known.

    Of a repeated answer the same; whoever sums up counts it once.
    """
    if step.outcome != SUCCESS:
        return {}
    if step.operation.id == ONLINE:
        kind, key = asked(step)
        return _of(history, step, kind, key, cents(step.answer.get("redemption_amount")))
    if step.operation.id == FORCE:
        return _forced(history, step)
    if step.operation.id != BATCH:
        return {}
    total: Debits = {}
    for each in items(step, "success"):
        kind, key = basket_key(history, each)
        found = _of(history, step, kind, key, cents(each.get("discount_amount")))
        if found is None:
            return None
        total = plus(total, found)
    return total


def would_take(history: History, step: Step) -> Debits | None:
    """What a step would take if it succeeded, if its request tells; None where only the answer does."""
    if step.operation.id == FORCE:
        return _forced(history, step)
    if step.operation.id == ONLINE:
        kind, key = asked(step)
        return None if kind == "discount_amount" else _of(history, step, kind, key, None)
    return {} if step.operation.id == CODE_MADE else None


def due(history: History, step: Step, kind: str, key: str) -> decimal.Decimal | None:
    """The cents that something is worth on the receipt of a step, 0 for what cannot be redeemed with it; None
    where that is not known.
    """
    receipt = cents(step.request.get("receipt_amount"))
    if receipt is None:
        return None
    if kind == "discount_amount":  # dollars of an order, cents of a basket
        amount = cents(key) if step.operation.id == ONLINE else decimal.Decimal(key)
        return None if amount is None else min(receipt, amount)
    asset = history.assets.get((kind, key))
    if asset is None or asset.worth is None:
        return None
    terms, now = asset.terms, step.before.now if step.before else None
    if terms.get("used") or terms.get("processed") or receipt < (terms.get("minimum_receipt_cents") or 0):
        return decimal.Decimal(0)
    for name in ("expires_at", "starts_at"):
        if name in terms and now is None:
            return None
        if name in terms and now is not None:
            moment = dt.datetime.fromisoformat(terms[name])
            if (now >= moment) == (name == "expires_at"):
                return decimal.Decimal(0)
    covered = receipt
    if "item_ids" in terms:
        covered = _covered(step, terms)
    return min(covered, receipt, decimal.Decimal(asset.worth))


def _covered(step: Step, terms: Mapping[str, Any]) -> decimal.Decimal:
    """The price of the units that an offer covers: of its items, with what is on them, the dearest first."""
    rows = list(step.request.get("menu_items") or step.request.get("line_items") or ())
    units: list[decimal.Decimal] = []
    for row in rows:
        if str(row.get("menu_item_id", row.get("item_id"))) not in terms["item_ids"]:
            continue
        serial, price = str(row.get("serial_number")).partition(".")[0], _price(row)
        if terms.get("modifiers"):
            price += sum(
                (
                    _price(each)
                    for each in rows
                    if each is not row and str(each.get("serial_number")).partition(".")[0] == serial
                ),
                decimal.Decimal(0),
            )
        count = int(row.get("item_qty") or 1)
        units += [price / count] * count
    units.sort(reverse=True)
    return sum(units[: terms.get("max_quantity")], decimal.Decimal(0))


def _price(row: Mapping[str, Any]) -> decimal.Decimal:
    return cents(row.get("item_amount", row.get("amount"))) or decimal.Decimal(0)


def lines(step: Step) -> list[tuple[str, decimal.Decimal]]:
    """The lines of a receipt: the till's id of the item, and cents."""
    found: list[tuple[str, decimal.Decimal]] = []
    for each in objects(step.request.get("menu_items") or step.request.get("line_items")):
        price = cents(each.get("item_amount", each.get("amount")))
        if price is not None:
            found.append((str(each.get("menu_item_id", each.get("item_id"))), price))
    return found


def asked(step: Step) -> tuple[str, str]:
    """Kind of discount of an online order, and what it names, as text."""
    kind = str(step.request.get("discount_type"))
    field = {
        "reward": "reward_id",
        "redeemable": "redeemable_id",
        "redemption_code": "redemption_code",
        "subscription": "subscription_id",
        "discount_amount": "redeemed_points",
    }.get(kind)
    return kind, str(step.request.get(field)) if field else ""


def plus(one: Debits, other: Debits) -> Debits:
    """The sum of debits."""
    return {key: one.get(key, 0) + other.get(key, 0) for key in {**one, **other}}


def _of(history: History, step: Step, kind: str, key: str, amount: decimal.Decimal | None) -> Debits | None:
    guest = step.guest
    match kind:
        case "reward":
            return {(guest, ("reward", key)): 1}
        case "card_completion":
            return {(guest, CARDS): 1}
        case "discount_amount":
            return None if amount is None else {(guest, BANKED): int(amount)}
        case "subscription":
            return {(guest, ("subscription", key)): 1}
        case "redeemable":
            asset = history.assets.get(("redeemable", key))
            return None if asset is None or asset.points is None else {(guest, POINTS): asset.points}
        case "redemption_code":
            made = history.code_of(key)
            if made is None:
                return {(guest, ("code", key)): 1}
            subscription = str(made.request.get("subscription_id"))
            return {(guest, ("code", key)): 1, (guest, ("subscription", subscription)): 1}
        case _:
            return None


def _forced(history: History, step: Step) -> Debits | None:
    order: dict[str, Any] = step.request.get("redemption") or {}
    if order.get("reward_id") is not None:
        return {(step.guest, ("reward", str(order["reward_id"]))): 1}
    count = order.get("requested_punches")
    if not isinstance(count, int):
        return None
    if order.get("fuel_redemption"):
        return {(step.guest, FUEL): count}
    match history.settings.get("program"):
        case "points":
            return {(step.guest, POINTS): count}
        case "banked_currency":
            return {(step.guest, BANKED): count * 100}
        case "visits":
            return {(step.guest, CARDS): count}
        case _:
            return None
