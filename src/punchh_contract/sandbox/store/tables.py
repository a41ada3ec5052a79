"""The one set of tables that every module of the store adds to, and how times, documents, ids and texts stand
in them: alike in every database."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import BigInteger, Dialect, MetaData, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

metadata = MetaData()

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MOST = 2**63
_KEY_BYTES = 500
"""Of a text in an index: PostgreSQL takes no more than some 2,700."""


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


class Json(TypeDecorator[Any]):
    """A JSON value as compact text; None is no value."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To the text."""
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """From the text."""
        return None if value is None else orjson.loads(value)


class Id(TypeDecorator[int]):
    """A 64-bit number. A longer one, which JSON can write and no database keeps, equals none."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """To the number."""
        return value if value is not None and -_MOST <= value < _MOST else None


class _Foreign(TypeDecorator[str]):
    """A text that sorts by its bytes, as in SQLite; PostgreSQL goes by a language unless told."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """The column's type."""
        return Text(collation="C" if dialect.name == "postgresql" else None)


class Word(_Foreign):
    """A text of somebody else's, whatever it holds: PostgreSQL does not keep the character NUL."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To the text."""
        return None if value is None else _escaped(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """From the text."""
        if value is None or "\\" not in value:
            return value
        return "\\".join(part.replace("\\0", "\0") for part in value.split("\\\\"))


class Key(_Foreign):
    """A text of somebody else's to find something by, however long. What is read is not what was written."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To the text."""
        if value is None:
            return None
        long = value.encode()
        return _escaped(value) if len(long) <= _KEY_BYTES else f"sha256:{hashlib.sha256(long).hexdigest()}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\0", "\\0")
