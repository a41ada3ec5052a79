"""What an event tells of a redemption, beside what its answer told and what was taken."""

import json
from collections.abc import Mapping
from typing import Any

from punchh_contract.conformance.laws.history import BATCH, FORCE, ONLINE, History, Move, Step
from punchh_contract.conformance.laws.judges.money import asked, basket_key, cents, items
from punchh_contract.conformance.laws.view import BANKED, POINTS, Held

TYPES: Mapping[str, frozenset[str]] = {
    "reward": frozenset({"RewardRedemption"}),
    "discount_amount": frozenset({"BankedRewardRedemption"}),
    "card_completion": frozenset({"CardRedemption"}),
    "subscription": frozenset({"SubscriptionRedemption"}),
    "redeemable": frozenset({"RedeemableRedemption", "Redemption"}),
    "fuel": frozenset({"FuelRewardRedemption"}),
}
"""What a redemption is called in an event (SEED-004, OAS-PF), by what was redeemed (inferred)."""


def wrong(
    history: History, payload: Mapping[str, Any], step: Step, debits: Mapping[tuple[int, Held], int] | None
) -> str | None:
    """What of a payload is wrong; `debits` are those of this redemption, None where there were others too."""
    user = payload.get("user")
    if isinstance(user, Mapping) and user.get("user_id") not in (None, payload.get("user_id")):
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
        message = (step.request.get("redemption") or {}).get("force_message")
        if message and payload.get("force_message") != message:
            return "the event does not have the message of the force redeem"
    return _amounts(payload, step, debits)


def leaks(history: History, document: Mapping[str, Any]) -> bool:
    """Whether an event has a guest's secret in it."""
    text = json.dumps(document)
    return any(each in text for each in _secrets(history))


def _secrets(history: History) -> list[str]:
    return [
        str(each.body[name])
        for each in history.entries
        if isinstance(each, Move) and isinstance(each.body, dict)
        for name in ("access_token", "authentication_token")
        if each.body.get(name)
    ]


def _kind(history: History, step: Step, redemption_id: int) -> str:
    if step.operation.id == ONLINE:
        return asked(step)[0]
    if step.operation.id == BATCH:
        mine = (each for each in items(step, "success") if each.get("redemption_id") == redemption_id)
        return next((basket_key(history, each)[0] for each in mine), "")
    order = step.request.get("redemption") or {} if step.operation.id == FORCE else {}
    if order.get("reward_id") is not None:
        return "reward"
    if order.get("fuel_redemption"):
        return "fuel"
    if order.get("requested_punches") is not None:
        program = history.settings.get("program")
        return {"banked_currency": "discount_amount", "visits": "card_completion"}.get(str(program), "")
    return ""


def _amounts(
    payload: Mapping[str, Any], step: Step, debits: Mapping[tuple[int, Held], int] | None
) -> str | None:
    code, told = payload.get("redemption_code"), _granted(step, payload["redemption_id"])
    discount = code.get("discount") if isinstance(code, Mapping) else None
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
