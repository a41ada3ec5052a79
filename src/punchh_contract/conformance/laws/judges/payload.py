"""What an event tells of a redemption, beside what its answer told and what was taken."""

import decimal
import json
from collections.abc import Mapping
from typing import Any

from punchh_contract.conformance.laws.history import (
    BATCH,
    CODE_MADE,
    FORCE,
    ONLINE,
    History,
    Move,
    Step,
)
from punchh_contract.conformance.laws.judges.money import asked, basket_key, cents, items, lines
from punchh_contract.conformance.laws.view import BANKED, POINTS, Held
from punchh_contract.json_types import JsonValue, objects

TYPES: Mapping[str, frozenset[str]] = {
    "reward": frozenset({"RewardRedemption"}),
    "discount_amount": frozenset({"BankedRewardRedemption"}),
    "card_completion": frozenset({"CardRedemption"}),
    "subscription": frozenset({"SubscriptionRedemption"}),
    "redeemable": frozenset({"RedeemableRedemption", "Redemption"}),
    "fuel": frozenset({"FuelRewardRedemption"}),
}
"""What a redemption is called in an event (SEED-004, OAS-PF), by what was redeemed (inferred)."""
CHANNELS: Mapping[str, frozenset[str]] = {
    ONLINE: frozenset({"online_order", "online order", "web"}),
    BATCH: frozenset({"pos"}),
    FORCE: frozenset({"dashboard"}),
    CODE_MADE: frozenset({"mobile"}),
}
"""Where an operation redeems unless its request tells (inferred from the families' names; C-49)."""
PLACE = ("location_id", "store_number")


def wrong(
    history: History, payload: Mapping[str, Any], step: Step, debits: Mapping[tuple[int, Held], int] | None
) -> str | None:
    """What of a payload is wrong; `debits` are those of this redemption, None where there were others too."""
    user: JsonValue = payload.get("user")
    if isinstance(user, dict) and user.get("user_id") not in (None, payload.get("user_id")):
        return "the event's user is another guest than its user_id"
    kind = _kind(history, step, payload["redemption_id"])
    if kind in TYPES and payload["redemption_type"] not in TYPES[kind]:
        return "the event's redemption_type is not what was redeemed"
    if step.operation.id == ONLINE and payload.get("store_number") not in (
        None,
        step.request.get("store_number"),
    ):
        return "the event's store is not where it was redeemed"
    if step.operation.id == FORCE:
        order: dict[str, Any] = step.request.get("redemption") or {}
        message = order.get("force_message")
        if message and payload.get("force_message") != message:
            return "the event does not have the message of the force redeem"
    answer: JsonValue = step.answer
    answered = answer.get("location_id") if isinstance(answer, dict) else None
    if answered is not None and payload.get("location_id") not in (None, answered):
        return "the event's location is not that of the answer"
    return _channel(payload, step) or _receipt(payload, step) or _amounts(payload, step, debits)


def misplaced(history: History, payload: Mapping[str, Any], record: Mapping[str, Any]) -> str | None:
    """Whether the place of an event is none of the business's, or another than the redemption's."""
    recorded = record.get("location_id")
    if recorded is not None and payload.get("location_id") not in (None, recorded):
        return "the event's location is not that of the redemption"
    told = {name: payload.get(name) for name in PLACE if payload.get(name) is not None}
    places = history.settings.get("locations")
    if not told or not places:
        return None
    known = [all(str(each.get(name)) == str(value) for name, value in told.items()) for each in places]
    return None if any(known) else "the event's store is none of the business's"


def leaks(history: History, document: Mapping[str, Any]) -> bool:
    """Whether an event has a guest's secret in it."""
    text = json.dumps(document)
    return any(each in text for each in _secrets(history))


def _secrets(history: History) -> list[str]:
    bodies = objects([each.body for each in history.entries if isinstance(each, Move)])
    return [
        str(body[name])
        for body in bodies
        for name in ("access_token", "authentication_token")
        if body.get(name)
    ]


def _kind(history: History, step: Step, redemption_id: int) -> str:
    if step.operation.id == ONLINE:
        return asked(step)[0]
    if step.operation.id == BATCH:
        mine = (each for each in items(step, "success") if each.get("redemption_id") == redemption_id)
        return next((basket_key(history, each)[0] for each in mine), "")
    order: dict[str, Any] = (step.operation.id == FORCE and step.request.get("redemption")) or {}
    if order.get("reward_id") is not None:
        return "reward"
    if order.get("fuel_redemption"):
        return "fuel"
    if order.get("requested_punches") is not None:
        program = history.settings.get("program")
        return {"banked_currency": "discount_amount", "visits": "card_completion"}.get(str(program), "")
    return ""


def _channel(payload: Mapping[str, Any], step: Step) -> str | None:
    told, asked_for = payload.get("channel"), step.request.get("channel")
    if told is None or step.operation.id not in CHANNELS:
        return None
    wanted = CHANNELS[step.operation.id]
    if step.operation.id == ONLINE and isinstance(asked_for, str):
        wanted = frozenset({asked_for.lower()})
    return None if str(told).lower() in wanted else "the event's channel is not where it was redeemed"


def _receipt(payload: Mapping[str, Any], step: Step) -> str | None:
    """What an event tells of the receipt that the redemption came with."""
    code: JsonValue = payload.get("redemption_code")
    if not isinstance(code, dict) or step.operation.id not in (ONLINE, BATCH):
        return None
    for name in ("receipt_amount", "subtotal_amount"):
        amount = code.get(name)
        if amount is not None and name in step.request and cents(amount) != cents(step.request[name]):
            return f"the event's {name} is not that of the receipt"
    number = code.get("transaction_no")
    if number is not None and str(number) != str(step.request.get("transaction_no", number)):
        return "the event's transaction_no is not that of the receipt"
    told: JsonValue = code.get("redeemed_menu_items")
    sold = lines(step)
    if not isinstance(told, list) or not sold:
        return None
    if not told:
        return "the event has lost the items of the receipt"
    strange = [each for each in objects(told) if not any(_is_line(each, *line) for line in sold)]
    return "the event has an item that is not on the receipt" if strange else None


def _is_line(told: Mapping[str, Any], number: str, price: decimal.Decimal) -> bool:
    return told.get("menu_item_id") in (None, number) and cents(told.get("item_amount")) in (None, price)


def _amounts(
    payload: Mapping[str, Any], step: Step, debits: Mapping[tuple[int, Held], int] | None
) -> str | None:
    code: JsonValue = payload.get("redemption_code")
    told = _granted(step, payload["redemption_id"])
    discount = code.get("discount") if isinstance(code, dict) else None
    if discount is not None and told is not None and cents(discount) != cents(told):
        return "the event's discount is not that of the answer"
    if debits is None:
        return None
    points = sum(amount for (_, held), amount in debits.items() if held == POINTS)
    banked = sum(amount for (_, held), amount in debits.items() if held == BANKED)
    if points > 0 and payload.get("points_requested") != points:
        return "the event's points_requested are not what was taken"
    if banked > 0 and cents(payload.get("redeemed_points")) != banked:
        return "the event's redeemed_points are not the dollars that were taken"
    return None


def _granted(step: Step, redemption_id: int) -> Any:
    if step.operation.id == ONLINE:
        return step.answer.get("redemption_amount")
    if step.operation.id == BATCH:
        mine = (each for each in items(step, "success") if each.get("redemption_id") == redemption_id)
        return next((each.get("discount_amount") for each in mine), None)
    return None
