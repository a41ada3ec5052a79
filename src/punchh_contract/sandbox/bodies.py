"""The bodies of answers that redeem or quote: from what was decided and what was asked, to the shapes of the
contract. Pure.

Their texts are the sandbox's own, in the vendor's manner.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from punchh_contract.sandbox.answers import Request, conditions
from punchh_contract.sandbox.business import Settings
from punchh_contract.sandbox.decisions import Grant, Redemption, Refusal
from punchh_contract.sandbox.documents import write_time
from punchh_contract.sandbox.guests import BasketItem, DiscountType, Plan, Subscription, number_of
from punchh_contract.sandbox.qualification import qualifying_conditions

Body = dict[str, Any]

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
SERIAL = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)


def online(
    request: Request,
    grant: Grant,
    redemption: Redemption | None,
    place: str,
    now: datetime,
    language: str,
    settings: Settings,
) -> Body:
    """The answer to an online redemption that was granted; without a redemption it is a quote."""
    items: Sequence[Request] = request.get("menu_items") or ()
    if redemption is None:
        status = f"{grant.terms.spoken(language).name} at {place}. It can be honored."
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
    if grant.terms.max_quantity is not None:
        body["max_applicable_quantity"] = grant.terms.max_quantity
    if settings.qualifying_conditions:
        body["qualifying_conditions"] = qualifying_conditions(grant.terms)
    if redemption is not None:
        body |= {"redemption_id": redemption.redemption_id, "redemption_code": redemption.tracking_code}
    return body


def basket_item(
    request: Request,
    item: BasketItem,
    decision: Grant | Refusal,
    redemption: Redemption | None,
    message: str | None,
    language: str,
    settings: Settings,
) -> Body:
    """What became of one basket item, with the keys of the vendor's samples."""
    wanted = item.discount_id or ""
    number = number_of(wanted) if item.discount_type in _NUMBERED else None
    granted = decision if isinstance(decision, Grant) else None
    body: Body = {
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
        "discount_details": _details(number, granted, decision, language) if number else [],
        "qualified_items": [
            _discounted(request["line_items"][share.index], share.cents, share.index)
            for share in granted.shares
        ]
        if granted
        else [],
    }
    if settings.qualifying_conditions:
        body |= (
            conditions(decision)
            if isinstance(decision, Refusal)
            else {"qualifying_conditions": qualifying_conditions(decision.terms)}
        )
    return body


def forced(redemption: Redemption, grant: Grant, taken: int) -> Body:
    """The answer to a force redeem; `taken` is the amount asked for, 0 for a reward."""
    name = grant.terms.name or None
    return {
        "redemption_status": "redeemable",
        "created_at": write_time(redemption.created_at),
        "redeemable_id": None,
        "redemption_image_url": IMAGE,
        "redemption_message": f"Redeemed by staff: {name or taken}.",
        "location_id": redemption.location_id,
        "updated_at": write_time(redemption.updated_at),
        "redemption_id": redemption.redemption_id,
        "redemption_tracking_code": redemption.tracking_code,
        "expiring_at": write_time(redemption.expires_at),
        "redeemable_name": name,
        "redeemed_value": taken,
    }


def subscription_code(
    redemption: Redemption, subscription: Subscription, plan: Plan, language: str, zone: tzinfo
) -> Body:
    """The answer that carries a subscription's code, its times in a zone."""
    name, description = plan.terms.spoken(language)
    return {
        "redemption_status": redemption.status,
        "created_at": _zoned(redemption.created_at, zone),
        "redeemable_id": None,
        "location_id": redemption.location_id,
        "redemption_image_url": IMAGE,
        "redemption_message": "Show this code at the till.",
        "updated_at": _zoned(redemption.updated_at, zone),
        "redeemable_description": None,
        "redeemable_image_url": IMAGE,
        "redemption_id": redemption.redemption_id,
        "redemption_tracking_code": redemption.tracking_code,
        "expiring_at": _zoned(redemption.expires_at, zone),
        "redeemable_name": name,
        "redeemed_value": None,
        "subscription_id": str(subscription.subscription_id),
        "subscription_plan_id": plan.plan_id,
        "subscription_plan_name": name,
        "subscription_plan_description": description,
        "subscription_plan_image_url": IMAGE,
        "redemption_type": "SubscriptionRedemption",
    }


def dollars(amount: int) -> int | float:
    """Cents as the JSON number of dollars: an integer where the cents are none, as the vendor's samples
    have it."""
    return amount // 100 if amount % 100 == 0 else amount / 100


def _zoned(time: datetime | None, zone: tzinfo) -> str | None:
    return None if time is None else time.astimezone(zone).isoformat().replace("+00:00", "Z")


def _serial(text: str, index: int) -> float:
    return float(text) if SERIAL.fullmatch(text) else float(index + 1)


def _details(number: int, granted: Grant | None, decision: Grant | Refusal, language: str) -> Body:
    terms = decision.terms
    name, description = terms.spoken(language) if terms else ("", "")
    return {
        "item_id": number,
        "name": name,
        "image": IMAGE,
        "points": granted.points if granted else None,
        "base_amount": dollars(terms.discount_cents) if terms else None,
        "description": description,
        "item_properties": None,
        "meta_detail": None,
        "start_date_tz": None,
        "end_date_tz": None,
        "created_at": write_time(GIVEN_AT),
        "max_applicable_quantity": terms.max_quantity if terms else None,
        **({"campaign_name": terms.campaign_name} if terms and terms.campaign_name else {}),
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
