"""Events that were emitted, who gets them, and what is owed to whom: written in the transaction of the
change, so that none is lost and none tells of what did not happen.

Working the queues off is `dispatch`'s.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, or_, select, update

from punchh_contract.errors import UsageError
from punchh_contract.sandbox.store.outgoing import (
    HOLD_SECONDS,
    Delivery,
    DeliveryState,
    Event,
    Knobs,
    Scheme,
    Subscriber,
    SubscriberState,
    fate,
)
from punchh_contract.sandbox.store.outgoing_rows import (
    WAITING,
    deliveries,
    delivery_of,
    delivery_row,
    event_of,
    events,
    subscriber_of,
    subscriber_row,
    subscribers,
)

# Whoever emits has numbered the event in `counters` and holds that row, so no two number alike here.
_EMIT = (
    insert(events)
    .values(seq=select(func.coalesce(func.max(events.c.seq), 0) + 1).scalar_subquery())
    .returning(events.c.seq)
)
_OWED = (
    select(subscribers.c.subscriber_id, subscribers.c.knobs, subscribers.c.held_seq)
    # Not `in_`, which is compiled anew each time.
    .where(
        or_(
            subscribers.c.state == SubscriberState.ACTIVE.value,
            subscribers.c.state == SubscriberState.SUSPENDED.value,
        )
    )
    .order_by(subscribers.c.subscriber_id)
)
_EVENT = select(events).where(events.c.content_id == bindparam("key"))
_SUBSCRIBER = select(subscribers).where(subscribers.c.subscriber_id == bindparam("key"))
_DELIVERIES = select(deliveries, events.c.content_id).join(events, events.c.seq == deliveries.c.event_seq)
_NEXT_DELIVERY = select(func.coalesce(func.max(deliveries.c.delivery_id), 0) + 1)
_NEXT_SUBSCRIBER = select(func.coalesce(func.max(subscribers.c.subscriber_id), 0) + 1)
_NUMBERING = "SELECT pg_advisory_xact_lock(7079755424885)"


class Outbox:
    """Events, subscribers and deliveries in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # Events

    def add(
        self,
        *,
        content_id: str,
        redemption_id: int,
        user_id: int,
        created_at: datetime,
        body: Mapping[str, Any],
    ) -> int:
        """Keep an event, and owe it to every subscriber that is active or only suspended. Returns its number.

        `created_at` is the sandbox's time of the change.
        """
        row = {
            "content_id": content_id,
            "redemption_id": redemption_id,
            "user_id": user_id,
            "created_at": created_at,
            "body": body,
        }
        seq = int(self._connection.execute(_EMIT, row).scalar_one())
        for owed in self._connection.execute(_OWED).all():
            self._owe(owed.subscriber_id, Knobs(**owed.knobs), owed.held_seq, seq, created_at)
        return seq

    def events(
        self,
        since: int = 0,
        limit: int = 100,
        *,
        redemption_id: int | None = None,
        user_id: int | None = None,
    ) -> tuple[Event, ...]:
        """The events after number `since` that all of these fit, in order."""
        query = select(events).where(events.c.seq > since)
        if redemption_id is not None:
            query = query.where(events.c.redemption_id == redemption_id)
        if user_id is not None:
            query = query.where(events.c.user_id == user_id)
        return tuple(map(event_of, self._connection.execute(query.order_by(events.c.seq).limit(limit))))

    def event(self, content_id: str) -> Event | None:
        """One event by the id of its message."""
        row = self._connection.execute(_EVENT, {"key": content_id}).first()
        return None if row is None else event_of(row)

    # Subscribers

    def subscribers(self) -> tuple[Subscriber, ...]:
        """All of them, by id."""
        query = select(subscribers).order_by(subscribers.c.subscriber_id)
        return tuple(map(subscriber_of, self._connection.execute(query)))

    def subscriber(self, subscriber_id: int) -> Subscriber | None:
        """One of them."""
        row = self._connection.execute(_SUBSCRIBER, {"key": subscriber_id}).first()
        return None if row is None else subscriber_of(row)

    def add_subscriber(
        self,
        url: str,
        *,
        scheme: Scheme = Scheme.NONE,
        name: str | None = None,
        secret: str | None = None,
        knobs: Knobs | None = None,
    ) -> Subscriber:
        """A new subscriber, who gets nothing until it is active. Whether the address may be called is for the
        caller to ask (`deliveries.Pump.check`)."""
        self._number()
        subscriber = Subscriber(
            subscriber_id=int(self._connection.execute(_NEXT_SUBSCRIBER).scalar_one()),
            url=url,
            scheme=scheme,
            name=name,
            secret=secret,
            knobs=knobs or Knobs(),
        )
        self._connection.execute(insert(subscribers), subscriber_row(asdict(subscriber)))
        return subscriber

    def change_subscriber(self, subscriber_id: int, **changes: Any) -> Subscriber | None:
        """Set members of a subscriber, under the names that `Subscriber` has for them; None without such a
        one.

        Activating one is `dispatch`'s.
        """
        if changes:
            where = subscribers.c.subscriber_id == subscriber_id
            self._connection.execute(update(subscribers).where(where).values(subscriber_row(changes)))
        return self.subscriber(subscriber_id)

    def remove_subscriber(self, subscriber_id: int) -> bool:
        """Forget a subscriber and all that it was owed; False if there is none."""
        self._connection.execute(delete(deliveries).where(deliveries.c.subscriber_id == subscriber_id))
        gone = self._connection.execute(
            delete(subscribers).where(subscribers.c.subscriber_id == subscriber_id)
        )
        return gone.rowcount > 0

    # Deliveries

    def deliveries(
        self,
        after: int = 0,
        limit: int = 100,
        *,
        subscriber_id: int | None = None,
        content_id: str | None = None,
        state: DeliveryState | None = None,
    ) -> tuple[Delivery, ...]:
        """The deliveries that all of these fit, by id, those greater than `after`."""
        query = _DELIVERIES.where(deliveries.c.delivery_id > after)
        if subscriber_id is not None:
            query = query.where(deliveries.c.subscriber_id == subscriber_id)
        if content_id is not None:
            query = query.where(events.c.content_id == content_id)
        if state is not None:
            query = query.where(deliveries.c.state == state.value)
        return self._found(query.order_by(deliveries.c.delivery_id).limit(limit))

    def delivery(self, delivery_id: int) -> Delivery | None:
        """One of them."""
        return next(iter(self._found(_DELIVERIES.where(deliveries.c.delivery_id == delivery_id))), None)

    def redeliver(self, delivery_id: int, now: datetime) -> Delivery | None:
        """Owe the event of a delivery once more, due now whatever the knobs say; None without such a
        delivery.

        Raises:
            UsageError: its subscriber is not active.
        """
        before = self.delivery(delivery_id)
        subscriber = self.subscriber(before.subscriber_id) if before else None
        if before is None or subscriber is None:
            return None
        if subscriber.state is not SubscriberState.ACTIVE:
            raise UsageError(
                f"subscriber {subscriber.subscriber_id} is {subscriber.state}: activate it first"
            )
        after = replace(
            before,
            delivery_id=self._next_delivery(),
            state=DeliveryState.WAITING,
            due_at=now,
            attempts=(),
        )
        self._connection.execute(insert(deliveries), delivery_row(after, 2 * after.event_seq))
        return after

    def _found(self, query: Select[Any]) -> tuple[Delivery, ...]:
        return tuple(delivery_of(row, row.content_id) for row in self._connection.execute(query))

    def _owe(self, subscriber_id: int, knobs: Knobs, held_seq: int | None, seq: int, now: datetime) -> None:
        """Make what one subscriber is owed of one event, as its knobs have it; `held_seq` is the event held
        back for it."""
        lot = fate(knobs, subscriber_id, seq)
        due_at = now + timedelta(seconds=knobs.delay)
        # One is held at a time: the next one frees it, and does not wait itself.
        held = lot.held and held_seq is None
        later = due_at + timedelta(seconds=HOLD_SECONDS) if held else due_at
        first = self._next_delivery()
        rows = [
            delivery_row(
                Delivery(
                    delivery_id=first + copy,
                    subscriber_id=subscriber_id,
                    event_seq=seq,
                    content_id="",
                    state=DeliveryState.DROPPED if lot.dropped else DeliveryState.WAITING,
                    due_at=None if lot.dropped else later,
                ),
                2 * seq,
            )
            for copy in range(lot.copies)
        ]
        self._connection.execute(insert(deliveries), rows)
        if held:
            self._hold(subscriber_id, seq)
        elif held_seq is not None and not lot.dropped:
            self._hold(subscriber_id, None)
            waits = (
                WAITING,
                deliveries.c.subscriber_id == subscriber_id,
                deliveries.c.event_seq == held_seq,
                deliveries.c.due_at > due_at,
                deliveries.c.attempts
                == [],  # tried already: it was held long enough, and has its own time now
            )
            self._connection.execute(
                update(deliveries).where(*waits).values(due_at=due_at, place=2 * seq + 1)
            )

    def _hold(self, subscriber_id: int, seq: int | None) -> None:
        where = subscribers.c.subscriber_id == subscriber_id
        self._connection.execute(update(subscribers).where(where).values(held_seq=seq))

    def _next_delivery(self) -> int:
        self._number()
        return int(self._connection.execute(_NEXT_DELIVERY).scalar_one())

    def _number(self) -> None:
        """Let nobody else number until this transaction ends. (SQLite lets nobody else write at all.)"""
        if self._connection.dialect.name == "postgresql":
            self._connection.exec_driver_sql(_NUMBERING)
