"""What is told of one delivery: when it came, if it is authentic, what is wrong with it; nobody's data."""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from punchh_contract.event_schemas import event_schema
from punchh_contract.events import Findings
from punchh_contract.events.masking import masked
from punchh_contract.json_types import JsonValue
from punchh_contract.receiver.verification import Verification

__all__ = ["Delivery", "Gist"]

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Gist:
    """Which redemption an event is about, and what happened to it.

    A value that is not what the contract knows there is told as its kind and length, `string(16)`, as in a
    finding: it could be anybody's. None is what the event does not have.
    """

    content_id: str | None = None
    """Told if it is a UUID (WH-META)."""
    action: str | None = None
    redemption_status: str | None = None
    redemption_id: int | str | None = None
    """A number, or kind and length of what is none."""

    @classmethod
    def of(cls, event: JsonValue | Mapping[str, Any]) -> "Gist":
        """Take it from a JSON value, whatever that is."""
        if not isinstance(event, Mapping):
            return cls()
        payload: JsonValue | Mapping[str, Any] = event.get("payload")
        if not isinstance(payload, Mapping):
            payload = {}
        number = payload.get("redemption_id")
        return cls(
            content_id=_told(event, "content_id", lambda value: bool(_UUID.fullmatch(value))),
            action=_told(event, "action", _known("KnownEventAction").__contains__),
            redemption_status=_told(
                payload, "redemption_status", _known("KnownRedemptionStatus").__contains__
            ),
            redemption_id=number if number is None or type(number) is int else masked(number),
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request to a receiver, and what it was answered."""

    received_at: datetime
    """By the receiver's clock, when the request was whole; aware."""
    method: str
    """POST of a delivery, GET of a check."""
    status: int
    """The answer: see `app`."""
    verification: Verification
    size: int
    """Bytes of the body, as far as they were read."""
    findings: Findings | None
    """None for what was not read: a check, or a body that is not authentic."""
    gist: Gist

    @property
    def fine(self) -> bool:
        """Whether there is nothing to look at: authentic, and no findings."""
        return self.status == 200


@functools.cache
def _known(name: str) -> frozenset[str]:
    return frozenset(event_schema()["$defs"][name]["enum"])


def _told(holder: Mapping[str, Any], name: str, tellable: Callable[[str], bool]) -> str | None:
    value = holder.get(name)
    if value is None:
        return None
    return value if isinstance(value, str) and tellable(value) else masked(value)
