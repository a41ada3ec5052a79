"""The `redemptions` event of one change: from a redemption and its guest after the change, to the document
that subscribers get.

Pure: the time and the id of the message are arguments. Names and values are those of the contract's
`RedemptionsEvent` (SEED-004); the only native sample is of a code that waits, so what an update, an expiry, a
cancellation, a transfer or a forced redemption looks like is inferred from tables, or assumed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from punchh_contract.sandbox.business import Business
from punchh_contract.sandbox.decisions import Redemption
from punchh_contract.sandbox.documents import write_time
from punchh_contract.sandbox.guests import Account, DiscountType, Held, Profile, number_of

Document = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Change(StrEnum):
    """What happened to a redemption; each is one event."""

    CREATED = "created"
    """Made: it waits as a code, or was redeemed at once (one event then, inferred: EV-BRZ, EV-MP)."""
    REDEEMED = "redeemed"
    """Honoured after it had waited."""
    FORCED = "forced"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    TRANSFERRED = "transferred"


# A status of the record -> the redemption's and the code's in the event's words (documented: SEED-004; of a
# code that was transferred or forced, assumed).
_STATUS: Mapping[str, tuple[str, str]] = {
    "redeemable": ("redeemable", "redeemable"),
    "honoured": ("redeemed", "processed"),
    "force_redeemed": ("force_redeemed", "processed"),
    "expired": ("expired", "expired"),
    "cancelled": ("cancelled", "cancelled"),
    "transferred": ("transferred", "redeemable"),
}
_AFTER: Mapping[Change, frozenset[str]] = {
    Change.CREATED: frozenset({"redeemable", "honoured"}),
    Change.REDEEMED: frozenset({"honoured"}),
    Change.FORCED: frozenset({"force_redeemed"}),
    Change.EXPIRED: frozenset({"expired"}),
    Change.CANCELLED: frozenset({"cancelled"}),
    Change.TRANSFERRED: frozenset({"transferred"}),
}
_CREATES = frozenset({Change.CREATED, Change.FORCED})
# The first four are documented (SEED-004), the others are the guest timeline's (OAS-PF, C-53).
_TYPE: Mapping[DiscountType, str] = {
    DiscountType.REWARD: "RewardRedemption",
    DiscountType.REDEEMABLE: "RedeemableRedemption",
    DiscountType.DISCOUNT_AMOUNT: "BankedRewardRedemption",
    DiscountType.REDEMPTION_CODE: "Redemption",
    DiscountType.CARD_COMPLETION: "CardRedemption",
    DiscountType.SUBSCRIPTION: "SubscriptionRedemption",
}
# Of an amount that staff took, by what it was taken from (assumed).
_FORCED_TYPE: Mapping[Held, str] = {
    Held.POINTS: "Redemption",
    Held.BANKED_CENTS: "BankedRewardRedemption",
    Held.VISIT_CARDS: "CardRedemption",
    Held.FUEL_POINTS: "FuelRewardRedemption",
}
# Where an operation redeems, unless its request told (inferred from the families' names; `POS` is the
# sample's word).
CHANNEL: Mapping[str, str] = {
    "create_online_redemption": "online_order",
    "process_batch_redemption": "POS",
    "force_redeem": "dashboard",
    "create_subscription_redemption_code": "mobile",
}
# A line in the event -> what it is called in an online receipt and in a batch's.
_LINE: Mapping[str, tuple[str, ...]] = {
    "item_name": ("item_name",),
    "item_qty": ("item_qty",),
    "item_amount": ("item_amount", "amount"),
    "menu_item_id": ("menu_item_id", "item_id"),
    "menu_item_type": ("menu_item_type", "item_type"),
    "menu_family": ("menu_family", "item_family"),
    "menu_major_group": ("menu_major_group", "item_group"),
    "serial_number": ("serial_number",),
}
_RECEIPT = ("receipt_amount", "subtotal_amount")
_RECEIPT_TEXTS = ("transaction_no", "employee_id")


def redemption_event(
    change: Change | str,
    redemption: Redemption,
    profile: Profile,
    account: Account,
    business: Business,
    now: datetime,
    content_id: str,
) -> Document:
    """The event of one change, all of it as it is after the change.

    `timestamp` is in milliseconds, as the text says and unlike the sample (C-40). The guest's tokens and the
    business's keys are not in it.

    Raises:
        ValueError: the redemption's status is none that this change leads to; only a wrong rule asks for
        that.
    """
    change = Change(change)
    if redemption.status not in _AFTER[change]:
        raise ValueError(f"a redemption that was {change} is not {redemption.status}")
    moment = write_time(now)
    return {
        "content_id": content_id,
        "timestamp": (now - _EPOCH) // timedelta(milliseconds=1),
        "business_id": business.business_id,
        "business_uuid": business.business_uuid,
        "event_name": "redemptions",
        "event_type": "",
        "action": "create" if change in _CREATES else "update",
        "created_at": moment,
        "updated_at": moment,
        "payload": _payload(change, redemption, profile, account, business),
    }


def _payload(
    change: Change, redemption: Redemption, profile: Profile, account: Account, business: Business
) -> Document:
    kind, number = redemption.discount_type, number_of(redemption.discount_id or "")
    place = business.locations[0]
    if redemption.location_id is not None:
        place = business.location_of(redemption.location_id)
    redeemable_id = number if kind is DiscountType.REDEEMABLE else None
    taken = {
        held: sum(debit.amount for debit in redemption.debits if debit.held is held)
        for held in (Held.POINTS, Held.BANKED_CENTS)
    }
    document: Document = {
        "redemption_id": redemption.redemption_id,
        "redemption_status": _STATUS[redemption.status][0],
        "redemption_type": _type(redemption),
        "channel": redemption.channel or CHANNEL.get(redemption.operation, "web"),
        "additional_properties": "{}",
        "bar_code": None,
        "created_at": write_time(redemption.created_at),
        "updated_at": write_time(redemption.updated_at),
        "expired_at": write_time(redemption.expires_at) if redemption.status == "expired" else None,
        "expiring_on": write_time(redemption.expires_at),
        "force_message": redemption.message,
        "location_id": place.location_id,
        "location_name": place.name,
        "store_number": place.store_number,
        "points_requested": redemption.points
        if redemption.points is not None
        else taken[Held.POINTS] or None,
        "redeemed_points": _dollars(taken[Held.BANKED_CENTS]) if taken[Held.BANKED_CENTS] else None,
        "redeemable_id": redeemable_id,
        "redeemable_name": redemption.name or None,
        "redeemable_properties": None,
        "reward_id": number if kind is DiscountType.REWARD else None,
        "redemption_code": None,
        "redemption_code_id": redemption.code_id,
        "redemption_code_pass": None,
        "user_id": redemption.user_id,
        "user": _user(change, redemption, profile, account),
    }
    if redemption.tracking_code is not None:
        document["internal_tracking_code"] = redemption.tracking_code
    if redemption.code_id is not None:
        code = _code(redemption, business, place.location_id, redeemable_id)
        document["redemption_code"] = code
        document["redemption_code_processed_at"] = code["processed_at"]
    if change is Change.FORCED:
        document["admin_id"] = business.admin_id
    if redemption.transferred_to is not None:
        # The vendor names social causes only; that a guest can be the other end is ours (assumed).
        document |= {"transferred_to_id": redemption.transferred_to, "transferred_to_type": "User"}
    return document


def _type(redemption: Redemption) -> str:
    if redemption.discount_type is not None:
        return _TYPE[redemption.discount_type]
    return next(
        (_FORCED_TYPE[each.held] for each in redemption.debits if each.held in _FORCED_TYPE), "Redemption"
    )


def _code(
    redemption: Redemption, business: Business, location_id: int, redeemable_id: int | None
) -> Document:
    receipt = redemption.receipt or {}
    processed_at = redemption.processed_at
    if processed_at is None and redemption.status == "honoured":
        processed_at = redemption.updated_at
    told: Document = {name: receipt.get(name) for name in _RECEIPT}
    told |= {name: _text(receipt.get(name)) for name in _RECEIPT_TEXTS}
    return {
        "redemption_code_id": redemption.code_id,
        "status": _STATUS[redemption.status][1],
        "business_id": business.business_id,
        "business_uuid": business.business_uuid,
        "created_at": write_time(redemption.created_at),
        "updated_at": write_time(redemption.updated_at),
        "processed_at": write_time(processed_at),
        # Nothing is known of it before the receipt is, unless the offer is worth one amount.
        "discount": _dollars(redemption.cents) if redemption.cents else None,
        "location_id": location_id,
        "receipt_datetime": _receipt_time(receipt.get("receipt_datetime")),
        "redeemable_id": redeemable_id,
        "redeemed_menu_items": [
            _line(line) for line in receipt.get("menu_items") or receipt.get("line_items") or ()
        ],
        **told,
    }


def _user(change: Change, redemption: Redemption, profile: Profile, account: Account) -> Document:
    # A code that expires is nothing that the guest did.
    active = redemption.created_at if change is Change.EXPIRED else redemption.updated_at
    return {
        "user_id": profile.user_id,
        "email": profile.email,
        "first_name": profile.first_name,
        "last_name": profile.last_name,
        "secondary_email": None,
        "phone": None,
        "unsubscribed": False,
        "marketing_email_subscription": True,
        "marketing_pn_subscription": True,
        "sms_subscription": False,
        "unsubscribe_reason": None,
        "last_activity_at": write_time(active),
        "user_status": "active",
        "account_balance": _balance(account),
    }


def _balance(account: Account) -> Document:
    """Credits, debits and what is left count points; dollars and cards have a member each (assumed)."""
    credits_ = account.points + account.debited_points
    return {
        "user_id": account.user_id,
        "banked_currency": _dollars(account.banked_cents),
        "current_membership_level_name": "Sandbox Level",
        "last_visit": None,
        "loyalty_points": account.points,
        "net_balance": account.points,
        "net_debits": account.debited_points,
        "pending_points": 0,
        "total_credits": credits_,
        # Text among numbers, as in the sample (C-52).
        "total_debits": f"{account.debited_points}.0",
        "total_lifetime_points": credits_,
        "total_point_credits": credits_,
        "total_redeemable_visits": account.visit_cards,
        "total_visits": account.visit_cards,
        "unbanked_points": None,
        "unredeemed_cards": account.visit_cards,
    }


def _line(line: Mapping[str, Any]) -> Document:
    document = {
        name: next((line[each] for each in names if each in line), None) for name, names in _LINE.items()
    }
    for name in ("menu_item_id", "menu_item_type", "menu_family", "menu_major_group"):
        document[name] = _text(document[name])
    if document["item_qty"] is not None:
        document["item_qty"] = int(document["item_qty"])
    # `1` here, `1.0` in requests (C-51).
    document["serial_number"] = (_text(document["serial_number"]) or "").removesuffix(".0") or None
    return {name: value for name, value in document.items() if value is not None}


def _receipt_time(text: str | None) -> str | None:
    """The receipt's time as the partners' samples write it (documented: EV-BRZ, EV-MP): no `T`, the offset
    apart. What cannot be read as a time with an offset stays as the till sent it."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return text
    return text if moment.tzinfo is None else f"{moment:%Y-%m-%d %H:%M:%S %z}"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _dollars(cents: int) -> int | float:
    return cents // 100 if cents % 100 == 0 else cents / 100
