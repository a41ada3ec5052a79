"""What an inbox writes and asks in one transaction; decides nothing."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from punchh_contract.receiver.judgement import Verdict
from punchh_contract.receiver.stamps import Order, Stamp
from punchh_contract.receiver.tables import deliveries, redemptions

__all__ = ["Records"]

_ROW = deliveries.c
_WAITING = "waiting"


class Records:
    """The tables, in one transaction. It is a `Memory` for `judge`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def seen(self, key: str) -> str | None:
        """As `Memory.seen`."""
        query = select(_ROW.digest).where(_ROW.key == key)
        return self._connection.execute(query).scalar_one_or_none()

    def latest(self, redemption_id: int) -> Order | None:
        """As `Memory.latest`."""
        query = select(redemptions.c.changed, redemptions.c.sent, redemptions.c.rank)
        row = self._connection.execute(query.where(redemptions.c.redemption_id == redemption_id)).first()
        return None if row is None else Order(*row)

    def add(self, verdict: Verdict, stamp: Stamp, body: bytes, now: datetime) -> int:
        """Keep a delivery that is new, to be handed over or put aside; its number."""
        waits = verdict.outcome == "take"
        values = {
            "key": stamp.of_the_other if verdict.conflict else stamp.key,
            "digest": stamp.digest,
            "body": body,
            "gist": json.dumps(asdict(verdict.gist)),
            "state": _WAITING if waits else "parked",
            "reason": verdict.reason,
            "received_at": now,
            "received": 1,
            "attempts": 0,
            "due_at": now,
            "settled_at": None if waits else now,
            "asked": False,
            **_order(stamp),
        }
        query = insert(deliveries).returning(_ROW.entry)
        return int(self._connection.execute(query, values).scalar_one())

    def again(self, key: str) -> None:
        """Count a delivery that came before."""
        self._connection.execute(update(deliveries).where(_ROW.key == key).values(received=_ROW.received + 1))

    def row(self, entry: int) -> Row[Any] | None:
        """One delivery with all that is known of it."""
        return self._connection.execute(select(deliveries).where(_ROW.entry == entry)).first()

    def rows(self, state: str | None, after: int, limit: int) -> Collection[Row[Any]]:
        """Deliveries in the order in which they came, without their bodies."""
        columns = [each for each in _ROW if each is not _ROW.body]
        query = select(*columns).where(_ROW.entry > after).order_by(_ROW.entry).limit(limit)
        return self._connection.execute(query if state is None else query.where(_ROW.state == state)).all()

    def counts(self) -> dict[str, int]:
        """How many deliveries are in each state."""
        query = select(_ROW.state, func.count()).group_by(_ROW.state)
        return {row.state: row[1] for row in self._connection.execute(query)}

    def next(self, now: datetime, busy: Collection[int]) -> Row[Any] | None:
        """The delivery to hand over now: the longest waiting that is due, of the redemptions that are not
        busy; of one redemption always its oldest event, and none while that one waits to be tried again."""
        other = deliveries.alias()
        order = tuple_(_ROW.changed, _ROW.sent, _ROW.rank, _ROW.entry)
        older = exists().where(
            other.c.redemption_id == _ROW.redemption_id,
            other.c.state == _WAITING,
            tuple_(other.c.changed, other.c.sent, other.c.rank, other.c.entry) < order,
        )
        query = select(deliveries).where(_ROW.state == _WAITING, _ROW.due_at <= now, ~older)
        if busy:
            query = query.where(_ROW.redemption_id.not_in(busy))
        return self._connection.execute(query.order_by(_ROW.entry).limit(1)).first()

    def begun(self, entry: int, due_at: datetime) -> None:
        """Count an attempt, before it is made; who dies in it is followed at `due_at`."""
        self._change(_ROW.entry == entry, attempts=_ROW.attempts + 1, due_at=due_at, reason=None)

    def due(self, entry: int, attempt: int, due_at: datetime, reason: str) -> None:
        """That attempt failed, and there will be another, unless there was one or it is asked for."""
        self._change(_last(entry, attempt), due_at=due_at, reason=reason)

    def settled(self, entry: int, attempt: int, state: str, now: datetime, reason: str | None = None) -> None:
        """It is stale or parked, unless that attempt is not the last any more."""
        self._change(_last(entry, attempt), state=state, settled_at=now, reason=reason)

    def handled(self, entry: int, attempt: int, redemption_id: int, order: Order, now: datetime) -> None:
        """It is handled, and what is older than it is stale from now on.

        So it is whatever another process made of it since, which may have begun a later attempt; but not if a
        person asked for it again, which counts attempts anew: then it still waits.
        """
        not_asked_again = and_(_ROW.entry == entry, _ROW.attempts >= attempt)
        self._change(not_asked_again, state="handled", settled_at=now, reason=None)
        newest = self.latest(redemption_id)
        values = {**max(order, newest or order)._asdict(), "handled_at": now}
        if newest is None:
            self._connection.execute(insert(redemptions), {"redemption_id": redemption_id, **values})
        else:
            where = redemptions.c.redemption_id == redemption_id
            self._connection.execute(update(redemptions).where(where).values(values))

    def ask_again(self, entry: int, stamp: Stamp, gist: Mapping[str, Any], now: datetime) -> None:
        """Let it be handed over, whatever became of it before."""
        self._change(
            _ROW.entry == entry,
            state=_WAITING,
            reason=None,
            attempts=0,
            due_at=now,
            settled_at=None,
            asked=True,
            gist=json.dumps(gist),
            **_order(stamp),
        )

    def discard(self, entry: int) -> bool:
        """Forget a delivery that was put aside; whether there was one."""
        where = and_(_ROW.entry == entry, _ROW.state == "parked")
        return self._connection.execute(delete(deliveries).where(where)).rowcount > 0

    def forget(self, now: datetime, keep: timedelta) -> int:
        """Forget what was settled longer ago; what is put aside stays. How many deliveries that were."""
        done = or_(_ROW.state == "handled", _ROW.state == "stale")
        gone = self._connection.execute(delete(deliveries).where(done, _ROW.settled_at < now - keep))
        self._connection.execute(delete(redemptions).where(redemptions.c.handled_at < now - keep))
        return gone.rowcount

    def _change(self, where: ColumnElement[bool], **values: Any) -> None:
        self._connection.execute(update(deliveries).where(where).values(values))


def _last(entry: int, attempt: int) -> ColumnElement[bool]:
    """A delivery that waits, and of which so many attempts were begun, and none asked for since."""
    return and_(_ROW.entry == entry, _ROW.state == _WAITING, _ROW.attempts == attempt)


def _order(stamp: Stamp) -> dict[str, Any]:
    order = stamp.order._asdict() if stamp.order else dict.fromkeys(Order._fields)
    return {"redemption_id": stamp.redemption_id, **order}
