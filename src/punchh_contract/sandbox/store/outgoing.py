"""What goes out, as values: an event, who gets it, one delivery with its attempts, and what is to go wrong on
the way."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

HOLD_SECONDS = 60
"""A delivery that was held back to come after the next goes alone when there is no next: the vendor's usual
latency (WH-DEL) at the most (assumed)."""


class Scheme(StrEnum):
    """How a delivery proves where it comes from (documented: WH-CONF)."""

    NONE = "none"
    BASIC = "basic"
    BEARER = "bearer"
    HMAC_SHA1 = "hmac-sha1"
    HMAC_SHA256 = "hmac-sha256"


class SubscriberState(StrEnum):
    """Whether a subscriber gets its deliveries."""

    PENDING = "pending"
    """Not checked yet."""
    ACTIVE = "active"
    SUSPENDED = "suspended"
    """Too much failed: what it is owed waits, until a ping is answered."""
    DEACTIVATED = "deactivated"
    """No ping was answered; nothing new is owed to it."""


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    """No attempt is left."""
    DROPPED = "dropped"
    """Lost on purpose, by a knob."""


@dataclass(frozen=True, slots=True)
class Knobs:
    """What goes wrong on the way to a subscriber: probabilities from 0 to 1, and a delay in seconds of the
    sandbox's clock. The same seed makes the same choices."""

    duplicate: float = 0
    reorder: float = 0
    drop: float = 0
    delay: float = 0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Fate:
    """What the knobs make of one event for one subscriber."""

    copies: int = 1
    held: bool = False
    """To be sent after the next one."""
    dropped: bool = False


def fate(knobs: Knobs, subscriber_id: int, seq: int) -> Fate:
    """The choices for the event `seq`, each by its own draw, so that turning one knob changes no other's."""
    drawn = random.Random(f"{knobs.seed}-{subscriber_id}-{seq}")  # noqa: S311  # has to repeat, not to be hard to guess
    duplicated, held, dropped = (
        drawn.random() < chance for chance in (knobs.duplicate, knobs.reorder, knobs.drop)
    )
    return Fate(dropped=True) if dropped else Fate(copies=2 if duplicated else 1, held=held)


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it was emitted."""

    seq: int
    content_id: str
    redemption_id: int
    user_id: int
    created_at: datetime
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An address that gets events."""

    subscriber_id: int
    url: str
    scheme: Scheme = Scheme.NONE
    name: str | None = None
    """The user of `basic`, what `x-pch-key` says with an HMAC."""
    secret: str | None = field(default=None, repr=False)
    """Password, token, or the key of the HMAC."""
    knobs: Knobs = Knobs()
    state: SubscriberState = SubscriberState.PENDING
    failures: int = 0
    """Deliveries in a row that were given up."""
    pings: int = 0
    """Failed since it was suspended."""
    ping_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver, by the sandbox's clock."""

    at: datetime
    status: int | None
    """What was answered; None for no answer."""
    error: str | None = None
    """Why there was no answer."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event owed to one subscriber."""

    delivery_id: int
    subscriber_id: int
    event_seq: int
    content_id: str
    state: DeliveryState
    due_at: datetime | None
    """When the next attempt is due; None when there will be none."""
    attempts: tuple[Attempt, ...] = ()
