"""The tables of an inbox, and how times and texts stand in them: alike in SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

__all__ = ["deliveries", "metadata", "redemptions", "version"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """An aware time, kept as microseconds since 1970: sorts, and is the same in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  # SQLAlchemy's signature
        """To the number."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From the number, in UTC."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


version = Table("punchh_inbox_version", metadata, Column("version", Integer, nullable=False))

deliveries = Table(
    "punchh_inbox_deliveries",
    metadata,
    Column("entry", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("gist", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("reason", Text),
    Column("received_at", Moment, nullable=False),
    Column("received", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("settled_at", Moment),
    # Asked for by a person: handed over though it is stale.
    Column("asked", Boolean, nullable=False),
    Column("redemption_id", BigInteger),
    Column("changed", BigInteger),
    Column("sent", BigInteger),
    Column("rank", Integer),
    # A number is never given twice, also after rows were forgotten.
    sqlite_autoincrement=True,
)
Index("punchh_inbox_settled", deliveries.c.settled_at)
Index("punchh_inbox_waiting", deliveries.c.state, deliveries.c.entry)
Index(
    "punchh_inbox_order",
    deliveries.c.redemption_id,
    deliveries.c.state,
    deliveries.c.changed,
    deliveries.c.sent,
)

redemptions = Table(
    "punchh_inbox_redemptions",
    metadata,
    Column("redemption_id", BigInteger, primary_key=True, autoincrement=False),
    Column("changed", BigInteger, nullable=False),
    Column("sent", BigInteger, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("handled_at", Moment, nullable=False),
)
"""Of each, the order of the newest event that was handled."""
