"""Reads parsed answers: what a value is, and one field of it, None for what is absent or of another type."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, TypeGuard

__all__ = ["decimal", "integer", "is_array", "is_object", "messages", "moment", "text"]


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Tell whether a parsed JSON value is an object, whose keys then are texts."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Tell whether a parsed JSON value is an array."""
    return isinstance(value, list)


def text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) else None


def integer(body: dict[str, Any], name: str) -> int | None:
    value = body.get(name)
    if isinstance(value, float) and value.is_integer():
        return int(value)  # 21762.0 is an integer in JSON
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def decimal(body: dict[str, Any], name: str) -> Decimal | None:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Decimal(str(value))  # the shortest digits, which are those that were sent


def moment(body: dict[str, Any], name: str) -> datetime | None:
    """Read a time with its offset; a text without one is no moment, and a zone is never guessed."""
    try:
        moment = datetime.fromisoformat(text(body, name) or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def messages(body: dict[str, Any]) -> tuple[str, ...]:
    value = body.get("message")
    if isinstance(value, str):
        return (value,)
    return tuple(each for each in value if isinstance(each, str)) if is_array(value) else ()
