"""The redemptions that were made, and the answers that an `external_uid` repeats."""

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)

from punchh_contract.json_types import JsonValue
from punchh_contract.sandbox.decisions import Redemption
from punchh_contract.sandbox.documents import read_time, write_time
from punchh_contract.sandbox.guests import Debit, DiscountType, Held
from punchh_contract.sandbox.store.tables import Id, Json, Key, Moment, Word, metadata

Scope = tuple[str, int, str]
"""Where an answer is repeated: operation, guest, external_uid (assumed)."""

BY_MAIL = " by mail"
"""Ends the operation's name in a scope where nothing but an address named the guest."""

redemptions = Table(
    "redemptions",
    metadata,
    Column("redemption_id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, nullable=False),
    Column("status", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("tracking_code", Word, index=True),
    Column("external_uid", Key, index=True),
    Column("record", Json, nullable=False),
)
Index("redemptions_of_guest", redemptions.c.user_id, redemptions.c.redemption_id)
# Only what still waits can expire: the index stays small however many redemptions there are.
_waits = redemptions.c.status == literal_column("'redeemable'")
Index("redemptions_waiting", redemptions.c.expires_at, sqlite_where=_waits, postgresql_where=_waits)

answers = Table(
    "answers",
    metadata,
    Column("operation", String, primary_key=True),
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("external_uid", Key, primary_key=True),
    Column("status", Integer, nullable=False),
    Column("body", Json, nullable=False),
)

# As it was sent, an `external_uid` stands in the record: its column is for finding.
_COLUMNS = tuple(each.name for each in redemptions.columns if each.name not in ("record", "external_uid"))
_MEMBERS = tuple(each.name for each in fields(Redemption) if each.name not in _COLUMNS)
_ONE = select(redemptions).where(redemptions.c.redemption_id == bindparam("key"))
_OF_GUEST = (
    select(redemptions).where(redemptions.c.user_id == bindparam("key")).order_by(redemptions.c.redemption_id)
)
_ANSWER = select(answers.c.status, answers.c.body).where(
    answers.c.operation == bindparam("operation"),
    answers.c.user_id == bindparam("user"),
    answers.c.external_uid == bindparam("uid"),
)


class Records:
    """The redemptions in one transaction."""

    def __init__(self, connection: Connection, *, lock: bool = False) -> None:  # noqa: ARG002  # deliveries/expiry.py names it
        self._connection = connection

    def get(self, redemption_id: int) -> Redemption | None:
        """One record."""
        row = self._connection.execute(_ONE, {"key": redemption_id}).first()
        return None if row is None else _redemption(row)

    def of(self, user_id: int) -> tuple[Redemption, ...]:
        """A guest's records, oldest first."""
        return tuple(map(_redemption, self._connection.execute(_OF_GUEST, {"key": user_id})))

    def find(
        self,
        *,
        user_id: int | None = None,
        external_uid: str | None = None,
        tracking_code: str | None = None,
        status: str | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> tuple[Redemption, ...]:
        """The records that all of these fit, by id, those greater than `after`."""
        query = select(redemptions).where(redemptions.c.redemption_id > after)
        wanted = {
            "user_id": user_id,
            "external_uid": external_uid,
            "tracking_code": tracking_code,
            "status": status,
        }
        for name, value in wanted.items():
            if value is not None:
                query = query.where(redemptions.c[name] == value)
        rows = self._connection.execute(query.order_by(redemptions.c.redemption_id).limit(limit))
        return tuple(map(_redemption, rows))

    def due(self, now: datetime, limit: int | None = None) -> tuple[Redemption, ...]:
        """What waits to be redeemed and has expired by now, oldest first."""
        query = select(redemptions).where(_waits, redemptions.c.expires_at <= now)
        query = query.order_by(redemptions.c.expires_at, redemptions.c.redemption_id).limit(limit)
        return tuple(map(_redemption, self._connection.execute(query)))

    def next_due(self) -> datetime | None:
        """When the first of what waits will expire."""
        query = select(redemptions.c.expires_at).where(_waits, redemptions.c.expires_at != None)  # noqa: E711  # SQL
        moment: datetime | None = self._connection.execute(
            query.order_by(redemptions.c.expires_at).limit(1)
        ).scalar()
        return moment

    def count(self) -> int:
        """How many there are."""
        return int(self._connection.execute(select(func.count()).select_from(redemptions)).scalar_one())

    def add(self, redemption: Redemption) -> None:
        """Keep a new record."""
        self._connection.execute(insert(redemptions), _row(redemption))

    def replace(self, redemption: Redemption) -> None:
        """Keep a record in the place of the one with its id."""
        row = _row(redemption)
        where = redemptions.c.redemption_id == row.pop("redemption_id")
        self._connection.execute(update(redemptions).where(where).values(row))

    def answer(self, scope: Scope) -> tuple[int, Any] | None:
        """Status and body of the answer to repeat, if this transaction was answered before."""
        operation, user_id, external_uid = scope
        row = self._connection.execute(
            _ANSWER, {"operation": operation, "user": user_id, "uid": external_uid}
        ).first()
        return None if row is None else (row.status, row.body)

    def answers(self, operations: Collection[str], user_id: int, external_uid: str) -> list[tuple[str, Any]]:
        """The answers to a guest that an `external_uid` repeats, of these operations and by whichever way the
        guest was named: the first word of each scope, and the body."""
        scopes = [operation + means for operation in operations for means in ("", BY_MAIL)]
        query = select(answers.c.operation, answers.c.body).where(
            answers.c.operation.in_(scopes),
            answers.c.user_id == user_id,
            answers.c.external_uid == external_uid,
        )
        return [(row.operation, row.body) for row in self._connection.execute(query)]

    def forget(self, scope: Scope) -> None:
        """Repeat an answer no more."""
        operation, user_id, external_uid = scope
        self._connection.execute(
            delete(answers).where(
                answers.c.operation == operation,
                answers.c.user_id == user_id,
                answers.c.external_uid == external_uid,
            )
        )

    def remember(self, scope: Scope, status: int, body: Any) -> None:
        """Keep an answer to repeat."""
        operation, user_id, external_uid = scope
        self._connection.execute(
            insert(answers),
            {
                "operation": operation,
                "user_id": user_id,
                "external_uid": external_uid,
                "status": status,
                "body": body,
            },
        )


def _row(redemption: Redemption) -> dict[str, Any]:
    row = {name: getattr(redemption, name) for name in (*_COLUMNS, "external_uid")}
    row["record"] = {name: _plain(getattr(redemption, name)) for name in _MEMBERS}
    return row


def _plain(value: datetime | tuple[Debit, ...] | JsonValue) -> Any:
    if isinstance(value, datetime):
        return write_time(value)
    if isinstance(value, tuple):
        return [[debit.held.value, debit.key, debit.amount] for debit in value]
    return value


def _redemption(row: Row[Any]) -> Redemption:
    values = {name: getattr(row, name) for name in _COLUMNS}
    values |= {name: value for name, value in row.record.items() if name in _MEMBERS}
    kind = values.get("discount_type")
    values["discount_type"] = None if kind is None else DiscountType(kind)
    values["debits"] = tuple(Debit(Held(held), key, amount) for held, key, amount in values["debits"])
    if values.get("processed_at") is not None:
        values["processed_at"] = read_time(values["processed_at"])
    return Redemption(**values)
