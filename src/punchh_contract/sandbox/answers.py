"""The bodies of answers: from what was decided and what was asked, to the shapes of the contract. Pure.

Texts of errors and refusals come from the contract's `x-error`; texts of successes are the sandbox's own,
in the vendor's manner.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from punchh_contract.contract import Operation
from punchh_contract.sandbox.decisions import Grant, Reason, Redemption, Refusal
from punchh_contract.sandbox.documents import write_time
from punchh_contract.sandbox.guests import BasketItem, DiscountType, Plan, Subscription, number_of
from punchh_contract.sandbox.qualification import Line, Receipt

Body = dict[str, Any]
Request = Mapping[str, Any]

IMAGE = "https://images.example.com/sandbox.png"
GIVEN_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""When every offer of the sandbox was given; a fixed day, so that a quote and its commit agree."""
MENU_ITEM = (
    "item_name",
    "item_qty",
    "item_amount",
    "menu_item_type",
    "menu_item_id",
    "menu_family",
    "menu_major_group",
    "serial_number",
)
_NUMBERED = frozenset({DiscountType.REWARD, DiscountType.REDEEMABLE, DiscountType.SUBSCRIPTION})
MONEY = re.compile(r"\s*(\d{1,12})(?:\.(\d{1,2}))?\s*", re.ASCII)
SERIAL = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)

_REFUSED_ONLINE: Mapping[Reason, tuple[int, str]] = {
    Reason.NOT_ACCESSIBLE: (422, "reward_not_accessible"),
    Reason.UNKNOWN_REDEEMABLE: (422, "reward_not_accessible"),
    Reason.NOT_STARTED: (200, "reward_not_started"),
    Reason.UNKNOWN_CODE: (200, "invalid_code"),
    Reason.UNASSIGNED: (200, "code_unassigned"),
    Reason.EXPIRED: (200, "reward_expired"),
    Reason.CANCELLED: (200, "reward_expired"),
    Reason.PROCESSED: (200, "already_processed"),
    Reason.USE_LIMIT: (200, "not_enough_points"),
    Reason.NOT_ENOUGH_POINTS: (200, "not_enough_points"),
    Reason.NO_CARD: (200, "not_enough_points"),
    Reason.NOT_ENOUGH_BANKED: (200, "not_enough_balance"),
    Reason.QUALIFICATION_FAILED: (200, "qualification_failed"),
    Reason.AMOUNT_IS_ZERO: (200, "amount_is_zero"),
}
_REFUSED_BY_FORCE: Mapping[Reason, tuple[int, str]] = {
    Reason.NOT_ENOUGH_POINTS: (422, "not_enough_points"),
    Reason.NO_CARD: (422, "not_enough_points"),
    Reason.NOT_ENOUGH_BANKED: (422, "not_enough_balance"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body; `redeemed` says that something was debited or issued."""

    status: int
    body: Any
    redeemed: bool = False


def error(operation: Operation, status: int, error_id: str, **values: object) -> Answer:
    """An error or refusal of the contract, with the placeholders of its text filled."""
    return Answer(status, operation.errors[status, error_id].body(**values))


def field_error(operation: Operation, field: str, *, missing: bool) -> Answer:
    """A 400 that names a field, in the form that the operation's family has for it."""
    if not missing:
        return error(operation, 400, "invalid_parameter", field=field)
    if (400, "missing_field") not in operation.errors:
        return error(operation, 400, "missing_parameter", field=field)
    # Two families have a form of their own for `client`, in which the field is a key (documented: OAS-SUB).
    if field == "client":
        return error(operation, 400, "missing_parameter")
    return error(operation, 400, "missing_field", field=field)


def refusal(decision: Refusal, claimed: DiscountType) -> tuple[int, str, dict[str, str]]:
    """Status, `x-error` id and values by which an online order is refused, for what was claimed."""
    status, error_id = _REFUSED_ONLINE[decision.reason]
    if decision.reason is Reason.EXPIRED and claimed is DiscountType.REDEMPTION_CODE:
        error_id = "code_expired"
    return status, error_id, _values(error_id, decision)


def refused_online(operation: Operation, decision: Refusal, claimed: DiscountType) -> Answer:
    """The refusal of an online redemption: mostly a 200 whose category is not `redeemable`."""
    status, error_id, values = refusal(decision, claimed)
    return error(operation, status, error_id, **values)


def refused_by_force(operation: Operation, decision: Refusal) -> Answer:
    """The refusal of a force redeem; whatever is wrong with a reward has one text (contract)."""
    status, error_id = _REFUSED_BY_FORCE.get(decision.reason, (422, "reward_not_accessible"))
    return error(operation, status, error_id, **_values(error_id, decision))


def online(request: Request, grant: Grant, redemption: Redemption | None, place: str, now: datetime) -> Body:
    """The answer to an online redemption that was granted; without a redemption it is a quote."""
    items: Sequence[Request] = request.get("menu_items") or ()
    if redemption is None:
        status = f"{grant.terms.name} at {place}. It can be honored."
    else:
        by = f" by {request['employee_name']}" if request.get("employee_name") else ""
        status = f"Redeemed at {now:%b} {now.day}, {now:%Y %H:%M}{by} at {place}. Please HONOR it."
    body: Body = {
        "status": status,
        "redemption_amount": dollars(grant.cents),
        "category": "redeemable",
        "qualified_menu_items": [{key: items[index][key] for key in MENU_ITEM} for index in grant.qualified],
    }
    if grant.shares:
        body["discount_distribution_items"] = [
            {
                "item_name": items[share.index]["item_name"],
                "menu_item_id": items[share.index]["menu_item_id"],
                "item_qty": items[share.index]["item_qty"],
                "item_amount": dollars(-share.cents),
                "menu_item_type": "R",
                "menu_major_group": items[share.index]["menu_major_group"],
                "menu_family": items[share.index]["menu_family"],
                "serial_number": _serial(items[share.index]["serial_number"], share.index),
            }
            for share in grant.shares
        ]
    if grant.terms.campaign_name:
        body["campaign_name"] = grant.terms.campaign_name
    if redemption is not None:
        body |= {"redemption_id": redemption.redemption_id, "redemption_code": redemption.tracking_code}
    return body


def basket_item(
    request: Request,
    item: BasketItem,
    decision: Grant | Refusal,
    redemption: Redemption | None,
    message: str | None,
) -> Body:
    """What became of one basket item, with the keys of the vendor's samples."""
    wanted = item.discount_id or ""
    number = number_of(wanted) if item.discount_type in _NUMBERED else None
    granted = decision if isinstance(decision, Grant) else None
    return {
        "discount_basket_item_id": item.item_id,
        "discount_amount": dollars(granted.cents) if granted else None,
        "redemption_id": redemption.redemption_id if redemption else None,
        "redemption_type": "Redemption" if granted else None,
        "discount_type": item.discount_type.value,
        "discount_id": number or wanted,
        "discount_value": None if item.amount_cents is None else dollars(item.amount_cents),
        "message": [message] if message is not None else None,
        "qualified": granted is not None,
        "remaining_balance": None,
        "meta_data": None,
        "discount_details": _details(number, granted, decision) if number else [],
        "qualified_items": [
            _discounted(request["line_items"][share.index], share.cents, share.index)
            for share in granted.shares
        ]
        if granted
        else [],
    }


def forced(redemption: Redemption, grant: Grant, taken: int, location_id: int, image: str = IMAGE) -> Body:
    """The answer to a force redeem; `taken` is the amount asked for, 0 for a reward."""
    name = grant.terms.name or None
    return {
        "redemption_status": "redeemable",
        "created_at": write_time(redemption.created_at),
        "redeemable_id": None,
        "redemption_image_url": image,
        "redemption_message": f"Redeemed by staff: {name or taken}.",
        "location_id": location_id,
        "updated_at": write_time(redemption.updated_at),
        "redemption_id": redemption.redemption_id,
        "redemption_tracking_code": redemption.tracking_code,
        "expiring_at": write_time(redemption.expires_at),
        "redeemable_name": name,
        "redeemed_value": taken,
    }


def subscription_code(
    redemption: Redemption, subscription: Subscription, plan: Plan, location_id: int
) -> Body:
    """The answer that carries a subscription's code."""
    return {
        "redemption_status": redemption.status,
        "created_at": write_time(redemption.created_at),
        "redeemable_id": None,
        "location_id": location_id,
        "redemption_image_url": IMAGE,
        "redemption_message": "Show this code at the till.",
        "updated_at": write_time(redemption.updated_at),
        "redeemable_description": None,
        "redeemable_image_url": IMAGE,
        "redemption_id": redemption.redemption_id,
        "redemption_tracking_code": redemption.tracking_code,
        "expiring_at": write_time(redemption.expires_at),
        "redeemable_name": plan.terms.name,
        "redeemed_value": None,
        "subscription_id": str(subscription.subscription_id),
        "subscription_plan_id": plan.plan_id,
        "subscription_plan_name": plan.terms.name,
        "subscription_plan_description": plan.terms.description,
        "subscription_plan_image_url": IMAGE,
        "redemption_type": "SubscriptionRedemption",
    }


def receipt(request: Request, lines: str, letter: str, item_id: str, amount: str) -> Receipt:
    """The receipt of a request, whose family has its own names for the parts of a line."""
    return Receipt(
        cents(request["receipt_amount"]),
        tuple(
            Line(index, line[letter], str(line[item_id]), cents(line[amount]))
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


def dollars(amount: int) -> int | float:
    """Cents as the JSON number of dollars: an integer where the cents are none, as the vendor's samples
    have it."""
    return amount // 100 if amount % 100 == 0 else amount / 100


def _values(error_id: str, decision: Refusal) -> dict[str, str]:
    if error_id == "qualification_failed":
        return {"name": decision.name}
    if error_id == "reward_not_started" and decision.starts_at:
        return {"date": f"{decision.starts_at:%B} {decision.starts_at.day}"}
    if error_id == "not_enough_balance":
        return {
            "current_balance": _money(decision.balance),
            "requested_redemption": _money(decision.requested),
        }
    return {}


def _money(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


def _serial(text: str, index: int) -> float:
    return float(text) if SERIAL.fullmatch(text) else float(index + 1)


def _details(number: int, granted: Grant | None, decision: Grant | Refusal) -> Body:
    return {
        "item_id": number,
        "name": granted.terms.name if granted else decision.name if isinstance(decision, Refusal) else "",
        "image": IMAGE,
        "points": granted.points if granted else None,
        "base_amount": dollars(granted.terms.discount_cents) if granted else None,
        "description": granted.terms.description if granted else "",
        "item_properties": None,
        "meta_detail": None,
        "start_date_tz": None,
        "end_date_tz": None,
        "created_at": write_time(GIVEN_AT),
    }


def _discounted(line: Request, share: int, index: int) -> Body:
    return {
        "item_name": f"{line['item_name']} DISCOUNT",
        "item_qty": line["item_qty"],
        "amount": dollars(share),
        "item_type": "R",
        "item_id": line["item_id"],
        "item_family": line["item_family"],
        "item_group": line["item_group"],
        "serial_number": str(float(line.get("serial_number", index + 1))),
    }
