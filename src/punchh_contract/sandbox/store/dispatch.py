"""The queues of what is owed, for those who work them off: one worker at a time for each subscriber, held by
a lease, so that deliveries keep their order and a worker that died is replaced.

A lease runs by the wall clock, since the sandbox's may stand still; all else is by the sandbox's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, exists, or_, select, update

from punchh_contract.sandbox.store.outgoing import (
    Attempt,
    Delivery,
    DeliveryState,
    Event,
    Subscriber,
    SubscriberState,
)
from punchh_contract.sandbox.store.outgoing_rows import (
    WAITING,
    attempts_row,
    deliveries,
    delivery_of,
    event_of,
    events,
    subscriber_of,
    subscribers,
)


@dataclass(frozen=True, slots=True)
class Lease:
    """A claim to a subscriber's queue."""

    holder: str
    since: datetime
    """By the wall clock."""
    until: datetime
    over: Callable[[str], bool]
    """Whether another holder's claim is known to be void, though it has not run out."""


@dataclass(frozen=True, slots=True)
class Work:
    """What to do next for a subscriber: deliver, or ping it if there is no delivery."""

    subscriber: Subscriber
    delivery: Delivery | None = None
    event: Event | None = None

    @property
    def due_at(self) -> datetime | None:
        """When it was to be done."""
        return self.delivery.due_at if self.delivery else self.subscriber.ping_at


class Dispatch:
    """The queues in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def agenda(self, now: datetime) -> tuple[int, ...]:
        """The subscribers for whom something is to be done now."""
        owed = exists().where(
            WAITING,
            deliveries.c.subscriber_id == subscribers.c.subscriber_id,
            deliveries.c.due_at <= now,
        )
        query = select(subscribers.c.subscriber_id).where(
            or_(
                and_(subscribers.c.state == SubscriberState.ACTIVE.value, owed),
                and_(
                    subscribers.c.state == SubscriberState.SUSPENDED.value,
                    subscribers.c.ping_at <= now,
                ),
            )
        )
        return tuple(self._connection.execute(query.order_by(subscribers.c.subscriber_id)).scalars())

    def take(self, subscriber_id: int, lease: Lease, now: datetime) -> Work | None:
        """The next work for a subscriber, now claimed by `lease`; None if there is none or somebody else has
        it, and then the claim is given up."""
        query = select(subscribers).where(subscribers.c.subscriber_id == subscriber_id)
        row = self._connection.execute(query.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        claimed = row.leased_by
        if claimed not in (None, lease.holder) and row.leased_until > lease.since and not lease.over(claimed):
            return None
        work = self._next(subscriber_of(row), now)
        if work is not None:
            self._lease(subscriber_id, lease.holder, lease.until)
        elif claimed == lease.holder:
            self._lease(subscriber_id, None, None)
        return work

    def holds(self, subscriber_id: int, holder: str) -> Subscriber | None:
        """The subscriber, locked, if `holder` still has the claim: another world may have come meanwhile."""
        query = select(subscribers).where(
            subscribers.c.subscriber_id == subscriber_id, subscribers.c.leased_by == holder
        )
        row = self._connection.execute(query.with_for_update()).first()
        return None if row is None else subscriber_of(row)

    def record(
        self, delivery: Delivery, attempt: Attempt, state: DeliveryState, due_at: datetime | None
    ) -> None:
        """Keep what came of an attempt, and when the next one is due, if there is one."""
        values = {
            "state": state.value,
            "due_at": due_at,
            "attempts": attempts_row((*delivery.attempts, attempt)),
        }
        where = deliveries.c.delivery_id == delivery.delivery_id
        self._connection.execute(update(deliveries).where(where).values(values))

    def activate(self, subscriber_id: int, now: datetime) -> None:
        """Deliver to a subscriber from now on, beginning with what waited for it."""
        where = subscribers.c.subscriber_id == subscriber_id
        values = {"state": SubscriberState.ACTIVE.value, "failures": 0, "pings": 0, "ping_at": None}
        self._connection.execute(update(subscribers).where(where).values(values))
        self._put_off((subscriber_id,), now)

    def resume(self, now: datetime) -> None:
        """Take up what was left after a pause: what fell due in it is due now, so that attempts which nobody
        could make do not count as made."""
        overdue = subscribers.c.ping_at < now
        self._connection.execute(update(subscribers).where(overdue).values(ping_at=now))
        ids = self._connection.execute(select(subscribers.c.subscriber_id)).scalars().all()
        self._put_off(tuple(sorted(ids)), now)

    def _put_off(self, subscriber_ids: tuple[int, ...], now: datetime) -> None:
        for each in subscriber_ids:
            overdue = (WAITING, deliveries.c.subscriber_id == each, deliveries.c.due_at < now)
            self._connection.execute(update(deliveries).where(*overdue).values(due_at=now))

    def release(self, holders: tuple[str, ...]) -> None:
        """Give claims up."""
        if holders:
            where = subscribers.c.leased_by.in_(holders)
            self._connection.execute(
                update(subscribers).where(where).values(leased_by=None, leased_until=None)
            )

    def _next(self, subscriber: Subscriber, now: datetime) -> Work | None:
        if subscriber.state is SubscriberState.SUSPENDED:
            pinged = subscriber.ping_at is not None and subscriber.ping_at <= now
            return Work(subscriber) if pinged else None
        if subscriber.state is not SubscriberState.ACTIVE:
            return None
        query = select(deliveries).where(
            WAITING, deliveries.c.subscriber_id == subscriber.subscriber_id, deliveries.c.due_at <= now
        )
        order = (deliveries.c.due_at, deliveries.c.place, deliveries.c.delivery_id)
        row = self._connection.execute(query.order_by(*order).limit(1)).first()
        if row is None:
            return None
        event = event_of(self._connection.execute(select(events).where(events.c.seq == row.event_seq)).one())
        return Work(subscriber, delivery_of(row, event.content_id), event)

    def _lease(self, subscriber_id: int, holder: str | None, until: datetime | None) -> None:
        where = subscribers.c.subscriber_id == subscriber_id
        self._connection.execute(
            update(subscribers).where(where).values(leased_by=holder, leased_until=until)
        )
