"""Makes the events of a certification from the contract's own examples: valid, fresh, of invented people.

Pure: the time and the run's name are arguments, and every id follows from them. A message id of a run begins
with `MARK`, so that what it left in somebody's database is found again.
"""

import copy
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import orjson

from punchh_contract.contract import load
from punchh_contract.json_types import JsonValue
from punchh_contract.receiver.times import moment

__all__ = ["MARK", "Maker", "compact", "rewritten", "spaced"]

MARK = "ce47f1ed"
"""The first eight digits of each `content_id`."""

_FIRST = 900_000_000
_DOUBLE = 2**53
"""From here on a double, and so a JavaScript number, cannot tell an odd whole number from its neighbour."""
_LAST = 2**63 - 1

Event = dict[str, Any]


class Maker:
    """Makes events, no two of them with the same `content_id` or, unless asked, the same `redemption_id`."""

    def __init__(self, run: str, now: datetime) -> None:
        """`run` names the run: the same name gives the same ids."""
        self._run = run
        self._now = now
        self._made = 0
        self._offset = int.from_bytes(hashlib.sha256(run.encode()).digest()[:8]) % 10**8

    def event(
        self, action: Literal["create", "update"] = "create", redemption_id: int | None = None
    ) -> Event:
        """An event as it should be. An update is of five minutes later than a create."""
        examples = load().document["webhooks"]["redemptions"]["post"]["requestBody"]["content"][
            "application/json"
        ]["examples"]
        event: Event = copy.deepcopy(load().resolve(examples[action])["value"])
        newest = load().resolve(examples["update"])["value"]["timestamp"]
        shift = self._now.astimezone(UTC).replace(microsecond=0) - datetime.fromtimestamp(newest, UTC)
        event = _shifted(event, shift)
        event["timestamp"] += shift // timedelta(seconds=1)
        event["content_id"] = self._content_id()
        number = _FIRST + (self._offset + self._made) % 10**8 if redemption_id is None else redemption_id
        event["payload"]["redemption_id"] = number
        return event

    def changed(self, change: Callable[[Event], object]) -> Event:
        """An event that was changed after it was made."""
        event = self.event()
        change(event)
        return event

    def big(self) -> list[Event]:
        """Three of redemptions whose ids no double holds; as doubles the first two are one."""
        first = _DOUBLE + self._offset * 4
        return [self.event(redemption_id=number) for number in (first, first + 1, _LAST - self._offset)]

    def _content_id(self) -> str:
        self._made += 1
        digest = hashlib.sha256(f"{self._run} {self._made}".encode()).hexdigest()
        return str(UUID(hex=MARK + digest[: 32 - len(MARK)], version=4))


def compact(event: Event) -> bytes:
    """Write as most senders do: no white space, letters as they are."""
    return orjson.dumps(event)


def spaced(event: Event) -> bytes:
    """Write the same in other bytes: white space, letters escaped, a number with a needless zero."""
    return json.dumps(event, indent=2).replace(": 12.5,", ": 12.50,").encode()


def rewritten(event: Event) -> list[bytes]:
    """Write as what reads a body and writes it again would: the usual ways that are not `compact`."""
    return [
        json.dumps(event).encode(),
        json.dumps(event, sort_keys=True).encode(),
        json.dumps(event, sort_keys=True, separators=(",", ":")).encode(),
    ]


def _shifted(value: JsonValue, shift: timedelta) -> Any:
    """The same with each time in it moved, in the form that it was written in."""
    if isinstance(value, dict):
        return {name: _shifted(each, shift) for name, each in value.items()}
    if isinstance(value, list):
        return [_shifted(each, shift) for each in value]
    if not isinstance(value, str) or (time := moment(value)) is None:
        return value
    return (time + shift).strftime("%Y-%m-%dT%H:%M:%SZ" if "T" in value else "%Y-%m-%d %H:%M:%S %z")
