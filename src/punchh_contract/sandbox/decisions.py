"""The words a decision is made of: what the business offers, what is claimed, granted or refused and why,
and the record.

Values only; the rules that make them are in `ledger`. Pure, money in whole cents.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from punchh_contract.sandbox.guests import Debit, DiscountType, Plan, Redeemable, Terms
from punchh_contract.sandbox.qualification import Share


class Reason(StrEnum):
    """Why a redemption is refused."""

    NOT_ACCESSIBLE = "not_accessible"
    """Somebody else's asset, or none at all: the vendor's text does not say which, and neither do we."""
    UNKNOWN_REDEEMABLE = "unknown_redeemable"
    UNKNOWN_CODE = "unknown_code"
    UNASSIGNED = "unassigned"
    """A coupon that belongs to nobody yet, and nothing said that this guest may claim it."""
    NOT_STARTED = "not_started"
    EXPIRED = "expired"
    PROCESSED = "processed"
    CANCELLED = "cancelled"
    USE_LIMIT = "use_limit"
    NOT_ENOUGH_POINTS = "not_enough_points"
    NOT_ENOUGH_BANKED = "not_enough_banked"
    NO_CARD = "no_card"
    QUALIFICATION_FAILED = "qualification_failed"
    AMOUNT_IS_ZERO = "amount_is_zero"
    REDEMPTIONS_DISABLED = "redemptions_disabled"
    """The business switched redemptions off."""
    LOCATION_DISABLED = "location_disabled"
    """The business switched redemptions off at this store; `name` of the refusal is the store's."""
    FEATURE_DISABLED = "feature_disabled"
    """The program of the business has no such redemption."""
    DISCOUNT_LIMIT = "discount_limit"
    """More discounts in the basket than one batch may hold."""
    BASKET_LOCKED = "basket_locked"
    """Another transaction holds the basket under its own `external_uid`."""
    EXTERNAL_UID_MISSING = "external_uid_missing"
    """Locking is on, and the transaction has no name to lock with."""
    TRANSFERRED = "transferred"
    """The redemption was handed to another guest."""
    TOO_LATE = "too_late"
    """The time in which a redemption may be cancelled is over."""


class Program(StrEnum):
    """What a business counts, hence what a force redeem of an amount takes."""

    POINTS = "points"
    BANKED_CURRENCY = "banked_currency"
    VISITS = "visits"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the business offers to every guest."""

    program: Program
    redeemables: Mapping[str, Redeemable]
    plans: Mapping[int, Plan]
    card: Terms
    """What a completed visit card is worth."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is asked for: an asset by its id (digits as text) or code, a card, or an amount of banked
    currency in cents."""

    discount_type: DiscountType
    discount_id: str | None = None
    amount_cents: int = 0
    claims_coupon: bool = False
    """The guest was named for a coupon that belongs to nobody yet: by mail, or by having it in the basket."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A decision against; `name` is the offer's name, where one was found. Nothing changes."""

    reason: Reason
    name: str = ""
    balance: int = 0
    """Of NOT_ENOUGH_*: what the guest has, in points or cents."""
    requested: int = 0
    """Of NOT_ENOUGH_*: what was asked for, in points or cents."""
    starts_at: datetime | None = None
    """Of NOT_STARTED: when the offer begins."""
    terms: Terms | None = None
    """The offer's, where one was found."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A decision in favour: what it is worth, where it falls, and what is taken for it."""

    terms: Terms
    cents: int
    debits: tuple[Debit, ...]
    discount_type: DiscountType | None = None
    discount_id: str | None = None
    points: int | None = None
    """The points price, when points are taken."""
    qualified: tuple[int, ...] = ()
    shares: tuple[Share, ...] = ()
    redemption_id: int | None = None
    """The redemption already recorded for a code, which this one completes."""
    tracking_code: str | None = None


Decision = Grant | Refusal


@dataclass(frozen=True, slots=True)
class Redemption:
    """The record of a granted redemption."""

    redemption_id: int
    user_id: int
    operation: str
    status: str
    """`redeemable` while a code waits, `honoured` once the debit was made, or `force_redeemed`; later perhaps
    `expired`, `cancelled` or `transferred`."""
    created_at: datetime
    updated_at: datetime
    discount_type: DiscountType | None = None
    discount_id: str | None = None
    cents: int = 0
    points: int | None = None
    tracking_code: str | None = None
    expires_at: datetime | None = None
    message: str | None = None
    external_uid: str | None = None
    debits: tuple[Debit, ...] = ()
    name: str = ""
    """The offer's name, empty for what has none."""
    location_id: int | None = None
    channel: str | None = None
    receipt: Mapping[str, Any] | None = field(default=None, hash=False)
    """What the request told of the receipt, under the names that the redemptions event has for it."""
    code_id: int | None = None
    processed_at: datetime | None = None
    """When the debit was made."""
    transferred_to: int | None = None
    """The guest who has it now."""
