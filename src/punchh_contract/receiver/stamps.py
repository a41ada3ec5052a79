"""What tells one event from another, and which of two is the newer: keys, digests, orders.

Documented (WH-DEL): deliveries come at least once and in any order, and `content_id` with `timestamp` tell
which is which. Not documented: what tells which of two events of one redemption is newer. Taken for it: when
the redemption last changed (`payload.updated_at`), which every sample has; where that is equal or missing,
when the message was made (`timestamp`); where that is equal too, a creation comes first (all inferred).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from punchh_contract.json_types import JsonValue
from punchh_contract.receiver.times import moment

__all__ = ["Order", "Stamp", "sent_at"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_SECONDS = 10**11
"""A timestamp below is in seconds: as milliseconds it would be in 1973 (C-40: both were seen)."""


class Order(NamedTuple):
    """Where an event stands among those of its redemption: the greater, the newer."""

    changed: int
    """Milliseconds since 1970."""
    sent: int
    """Milliseconds since 1970."""
    rank: int
    """0 of a creation, 1 of anything else."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an event is remembered by. There is nothing to read in it but the id of a redemption."""

    key: str
    """Of `content_id` and `timestamp`; of the body where these are not there."""
    digest: str = field(repr=False)
    """Of the content: equal for bodies that say the same in another order or with other white space."""
    redemption_id: int | None = None
    order: Order | None = None

    @classmethod
    def of(cls, body: bytes, event: JsonValue | Mapping[str, Any]) -> "Stamp":
        """Take it from a body and its JSON value, which is None if it could not be read."""
        if event is None:
            digest = _hash(body)
            return cls(f"body:{digest}", digest)
        try:
            digest = _hash(orjson.dumps(event, option=orjson.OPT_SORT_KEYS))
        except orjson.JSONEncodeError:  # it writes 254 levels, and reads 1024
            digest = _hash(body)
        if not isinstance(event, Mapping):
            return cls(f"body:{digest}", digest)
        content_id, timestamp = event.get("content_id"), whole(event.get("timestamp"))
        if not isinstance(content_id, str) or not content_id or timestamp is None:
            return cls(f"body:{digest}", digest)
        payload: JsonValue | Mapping[str, Any] = event.get("payload")
        if not isinstance(payload, Mapping):
            payload = {}
        return cls(
            key=f"id:{_hash(orjson.dumps([content_id, timestamp]))}",
            digest=digest,
            redemption_id=whole(payload.get("redemption_id")),
            order=_order(timestamp, payload.get("updated_at"), event.get("action")),
        )

    @property
    def of_the_other(self) -> str:
        """The key for a second body under the key of a first."""
        return f"other:{_hash((self.key + self.digest).encode())}"


def whole(value: Any) -> int | None:
    """Return a JSON value as the whole number that it is within 64 bits; `7.0` is one to JSON Schema."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if type(value) is int and -(2**63) <= value < 2**63 else None


def sent_at(timestamp: int) -> datetime | None:
    """Return the time of an event's `timestamp`, in seconds or milliseconds; None beyond the year 9999."""
    try:
        return _EPOCH + timedelta(milliseconds=_milliseconds(timestamp))
    except OverflowError:
        return None


def _order(timestamp: int, updated_at: Any, action: Any) -> Order:
    sent = _milliseconds(timestamp)
    changed = moment(updated_at) if isinstance(updated_at, str) else None
    return Order(
        sent if changed is None else (changed - _EPOCH) // _MILLISECOND, sent, 0 if action == "create" else 1
    )


def _milliseconds(timestamp: int) -> int:
    return timestamp * 1000 if abs(timestamp) < _SECONDS else timestamp


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
