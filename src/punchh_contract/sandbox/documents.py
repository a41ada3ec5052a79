"""Guests, offers and redemptions as plain documents, the form that the seed file and the control plane
share, and back.

The shapes are those of control-openapi.yaml, against which a document was validated before it comes here.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from punchh_contract.sandbox.decisions import Redemption
from punchh_contract.sandbox.guests import (
    Account,
    BasketItem,
    Code,
    DiscountType,
    Guest,
    Profile,
    Reward,
    Spoken,
    Subscription,
    Terms,
)

Document = Mapping[str, Any]


def read_guest(document: Document, user_id: int, before: Guest | None = None) -> Guest:
    """The guest a document describes; members that it lacks stay as `before` had them, or empty."""
    guest = before or Guest(Profile(user_id), Account(user_id))
    profile = {name: document[name] for name in Profile.__slots__ if name in document}
    account = {name: int(document[name]) for name in Account.__slots__ if name in document}
    lists: dict[str, Any] = {
        name: tuple(reader(item, user_id) for item in document[name])
        for name, reader in _READERS.items()
        if name in document
    }
    return replace(
        guest,
        profile=replace(guest.profile, **{**profile, "user_id": user_id}),
        account=replace(guest.account, **{**account, "user_id": user_id}),
        **lists,
    )


def write_guest(guest: Guest, redemptions: tuple[Redemption, ...]) -> dict[str, Any]:
    """The document of a guest, with the history that only GET shows."""
    profile = {name: getattr(guest.profile, name) for name in Profile.__slots__}
    return {
        **{name: value for name, value in profile.items() if value not in (None, "")},
        "points": guest.account.points,
        "banked_cents": guest.account.banked_cents,
        "visit_cards": guest.account.visit_cards,
        "fuel_points": guest.account.fuel_points,
        "debited_points": guest.account.debited_points,
        "rewards": [
            {
                "reward_id": reward.reward_id,
                "used": reward.used,
                "starts_at": write_time(reward.starts_at),
                "expires_at": write_time(reward.expires_at),
                **write_terms(reward.terms),
            }
            for reward in guest.rewards
        ],
        "subscriptions": [
            {
                "subscription_id": subscription.subscription_id,
                "plan_id": subscription.plan_id,
                "uses": subscription.uses,
                "cancelled": subscription.cancelled,
                "starts_at": write_time(subscription.starts_at),
                "expires_at": write_time(subscription.expires_at),
            }
            for subscription in guest.subscriptions
        ],
        "codes": [
            {
                "code": code.code,
                "processed": code.processed,
                "expires_at": write_time(code.expires_at),
                "subscription_id": code.subscription_id,
                "redemption_id": code.redemption_id,
                **(write_terms(code.terms) if code.terms else {}),
            }
            for code in guest.codes
        ],
        "basket": [
            {
                "item_id": item.item_id,
                "discount_type": item.discount_type.value,
                "discount_id": item.discount_id,
                "amount_cents": item.amount_cents,
            }
            for item in guest.basket
        ],
        "redemptions": [write_redemption(redemption) for redemption in redemptions],
    }


def read_terms(document: Document) -> Terms:
    """The terms of an offer."""
    most = document.get("max_quantity")
    return Terms(
        name=document["name"],
        discount_cents=int(document["discount_cents"]),
        minimum_receipt_cents=int(document.get("minimum_receipt_cents", 0)),
        item_ids=frozenset(document.get("item_ids", ())),
        description=document.get("description", ""),
        campaign_name=document.get("campaign_name"),
        max_quantity=None if most is None else int(most),
        modifiers=document.get("modifiers", False),
        translations={
            language.lower(): Spoken(words.get("name", ""), words.get("description", ""))
            for language, words in document.get("translations", {}).items()
        },
    )


def write_terms(terms: Terms) -> dict[str, Any]:
    """The document of an offer's terms."""
    return {
        "name": terms.name,
        "discount_cents": terms.discount_cents,
        "minimum_receipt_cents": terms.minimum_receipt_cents,
        "item_ids": sorted(terms.item_ids),
        "description": terms.description,
        "campaign_name": terms.campaign_name,
        "max_quantity": terms.max_quantity,
        "modifiers": terms.modifiers,
        "translations": {language: spoken._asdict() for language, spoken in terms.translations.items()},
    }


def read_reward(document: Document, owner: int) -> Reward:
    """One reward of `owner`."""
    return Reward(
        reward_id=int(document["reward_id"]),
        owner=owner,
        terms=read_terms(document),
        used=document.get("used", False),
        starts_at=read_time(document.get("starts_at")),
        expires_at=read_time(document.get("expires_at")),
    )


def read_subscription(document: Document, owner: int) -> Subscription:
    """One subscription of `owner`."""
    return Subscription(
        subscription_id=int(document["subscription_id"]),
        owner=owner,
        plan_id=int(document["plan_id"]),
        uses=int(document.get("uses", 0)),
        cancelled=document.get("cancelled", False),
        starts_at=read_time(document.get("starts_at")),
        expires_at=read_time(document.get("expires_at")),
    )


def read_code(document: Document, owner: int | None) -> Code:
    """One code of `owner`, or of nobody yet."""
    subscription_id, redemption_id = document.get("subscription_id"), document.get("redemption_id")
    return Code(
        code=document["code"],
        owner=owner,
        terms=read_terms(document) if "discount_cents" in document else None,
        subscription_id=None if subscription_id is None else int(subscription_id),
        redemption_id=None if redemption_id is None else int(redemption_id),
        processed=document.get("processed", False),
        expires_at=read_time(document.get("expires_at")),
    )


def read_basket_item(document: Document, owner: int) -> BasketItem:
    """One item of the active basket of `owner`."""
    discount_id, amount = document.get("discount_id"), document.get("amount_cents")
    return BasketItem(
        item_id=int(document["item_id"]),
        owner=owner,
        discount_type=DiscountType(document["discount_type"]),
        discount_id=discount_id
        if discount_id is None or isinstance(discount_id, str)
        else str(int(discount_id)),
        amount_cents=None if amount is None else int(amount),
    )


def write_redemption(redemption: Redemption) -> dict[str, Any]:
    """The document of a redemption's record."""
    return {
        "redemption_id": redemption.redemption_id,
        "operation": redemption.operation,
        "status": redemption.status,
        "created_at": write_time(redemption.created_at),
        "updated_at": write_time(redemption.updated_at),
        "expires_at": write_time(redemption.expires_at),
        "discount_type": redemption.discount_type.value if redemption.discount_type else None,
        "discount_id": redemption.discount_id,
        "discount_cents": redemption.cents,
        "tracking_code": redemption.tracking_code,
        "message": redemption.message,
        "external_uid": redemption.external_uid,
        "name": redemption.name,
        "location_id": redemption.location_id,
        "channel": redemption.channel,
        "receipt": dict(redemption.receipt) if redemption.receipt is not None else None,
        "code_id": redemption.code_id,
        "processed_at": write_time(redemption.processed_at),
        "transferred_to": redemption.transferred_to,
        "debits": [
            {"held": debit.held.value, "key": debit.key, "amount": debit.amount}
            for debit in redemption.debits
        ],
    }


def read_time(text: str | None) -> datetime | None:
    """A point in time in UTC; None stays None. The text is RFC 3339, as the schema demands.

    Raises:
        ValueError: RFC 3339 allows it and Python has no such time (a leap second, the year 0).
        OverflowError: its offset takes it out of the calendar.
    """
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def no_time(document: Document) -> tuple[str | int, ...] | None:
    """Where a guest's document holds a time that `read_time` cannot read; None where it holds none."""
    for name in _READERS:
        for index, item in enumerate(document.get(name, ())):
            for field in ("starts_at", "expires_at"):
                try:
                    read_time(item.get(field))
                except (ValueError, OverflowError):
                    return name, index, field
    return None


def write_time(time: datetime | None) -> str | None:
    """RFC 3339 in UTC with `Z`, as the vendor writes it; whole seconds unless there is a fraction."""
    return None if time is None else time.astimezone(UTC).isoformat().replace("+00:00", "Z")


_READERS: dict[str, Callable[[Document, int], object]] = {
    "rewards": read_reward,
    "subscriptions": read_subscription,
    "codes": read_code,
    "basket": read_basket_item,
}
