"""The tables of what goes out, and its values as their rows."""

from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, literal_column

from punchh_contract.sandbox.documents import read_time, write_time
from punchh_contract.sandbox.store.outgoing import (
    Attempt,
    Delivery,
    DeliveryState,
    Event,
    Knobs,
    Scheme,
    Subscriber,
    SubscriberState,
)
from punchh_contract.sandbox.store.tables import Json, Moment, metadata

events = Table(
    "events",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("content_id", String, nullable=False, unique=True),
    Column("redemption_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("body", Json, nullable=False),
)
Index("events_of_redemption", events.c.redemption_id, events.c.seq)
Index("events_of_guest", events.c.user_id, events.c.seq)

subscribers = Table(
    "subscribers",
    metadata,
    Column("subscriber_id", BigInteger, primary_key=True, autoincrement=False),
    Column("url", String, nullable=False),
    Column("scheme", String, nullable=False),
    Column("name", String),
    Column("secret", String),
    Column("knobs", Json, nullable=False),
    Column("state", String, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("pings", Integer, nullable=False),
    Column("ping_at", Moment),
    # The event that is held back until after the next one.
    Column("held_seq", BigInteger),
    # Who works its queue off, and until when by the wall clock: one at a time, so that the order holds.
    Column("leased_by", String),
    Column("leased_until", Moment),
)
deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", BigInteger, primary_key=True, autoincrement=False),
    Column("subscriber_id", BigInteger, nullable=False),
    Column("event_seq", BigInteger, nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("due_at", Moment),
    # Among those due at the same time: twice the event's number, or one more to come after it.
    Column("place", BigInteger, nullable=False),
    Column("attempts", Json, nullable=False),
)
Index("deliveries_of_subscriber", deliveries.c.subscriber_id, deliveries.c.delivery_id)
Index("deliveries_in_state", deliveries.c.state, deliveries.c.delivery_id)
Index(
    "deliveries_of_subscriber_in_state",
    deliveries.c.subscriber_id,
    deliveries.c.state,
    deliveries.c.delivery_id,
)
# Only what still waits has to be found quickly by its time: the index stays small however much was delivered.
WAITING = deliveries.c.state == literal_column("'waiting'")
Index(
    "deliveries_waiting",
    deliveries.c.subscriber_id,
    deliveries.c.due_at,
    deliveries.c.place,
    deliveries.c.delivery_id,
    sqlite_where=WAITING,
    postgresql_where=WAITING,
)


def event_of(row: Any) -> Event:
    """The event in a row of `events`."""
    return Event(row.seq, row.content_id, row.redemption_id, row.user_id, row.created_at, row.body)


def subscriber_of(row: Any) -> Subscriber:
    """The subscriber in a row of `subscribers`."""
    return Subscriber(
        subscriber_id=row.subscriber_id,
        url=row.url,
        scheme=Scheme(row.scheme),
        name=row.name,
        secret=row.secret,
        knobs=Knobs(**row.knobs),
        state=SubscriberState(row.state),
        failures=row.failures,
        pings=row.pings,
        ping_at=row.ping_at,
    )


def delivery_of(row: Any, content_id: str) -> Delivery:
    """The delivery in a row of `deliveries`."""
    return Delivery(
        delivery_id=row.delivery_id,
        subscriber_id=row.subscriber_id,
        event_seq=row.event_seq,
        content_id=content_id,
        state=DeliveryState(row.state),
        due_at=row.due_at,
        attempts=tuple(
            Attempt(moment, status, error)
            for at, status, error in row.attempts
            if (moment := read_time(at)) is not None
        ),
    )


def attempts_row(attempts: tuple[Attempt, ...]) -> list[list[Any]]:
    """Attempts as a row of `deliveries` holds them."""
    return [[write_time(each.at), each.status, each.error] for each in attempts]


def delivery_row(delivery: Delivery, place: int) -> dict[str, Any]:
    """The row of a delivery; `place` orders it among those that are due at the same time."""
    return {
        "delivery_id": delivery.delivery_id,
        "subscriber_id": delivery.subscriber_id,
        "event_seq": delivery.event_seq,
        "state": delivery.state.value,
        "due_at": delivery.due_at,
        "place": place,
        "attempts": attempts_row(delivery.attempts),
    }


def subscriber_row(members: Mapping[str, Any]) -> dict[str, Any]:
    """Members of a subscriber as its row holds them."""
    return {
        name: value.value
        if isinstance(value, StrEnum)
        else asdict(value)
        if isinstance(value, Knobs)
        else value
        for name, value in members.items()
    }
