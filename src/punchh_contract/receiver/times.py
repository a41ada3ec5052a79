"""The vendor's times: from the text of an event to a datetime with a zone, beside the text."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from punchh_contract.json_types import JsonValue

__all__ = ["moment", "moments"]

# RFC 3339, and the form of `receipt_datetime`: `2018-11-28 02:13:00 -0800` (EV-BRZ, EV-MP), also with `UTC`.
_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9})[0-9]*)?"
    r" ?(?:([Zz]|UTC|GMT)|([+-])([0-9]{2}):?([0-9]{2}))"
)
_LEAP_SECOND = 60
_DEPTH = 100


def moment(text: str) -> datetime | None:
    """Return the time that a text says, in the zone that it says; None if it says none, or no zone.

    A leap second is the first second of the next minute, which is as near as a datetime comes.
    """
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(found[group]) for group in range(1, 7))
    zone = UTC
    try:
        if found[8] is None:
            offset = timedelta(hours=int(found[10]), minutes=int(found[11]))
            zone = timezone(-offset if found[9] == "-" else offset)
        leap = timedelta(seconds=1 if second == _LEAP_SECOND else 0)
        micro = int((found[7] or "").ljust(6, "0")[:6])
        return datetime(year, month, day, hour, minute, second - leap.seconds, micro, zone) + leap
    except (ValueError, OverflowError):
        return None


def moments(event: Any) -> dict[str, datetime]:
    """Return each text of an event that is a time with a zone, by its JSON pointer."""
    return dict(_moments(event, "", _DEPTH))


def _moments(
    value: JsonValue | Mapping[str, Any], pointer: str, levels: int
) -> Iterator[tuple[str, datetime]]:
    if isinstance(value, str):
        if (found := moment(value)) is not None:
            yield pointer, found
    elif isinstance(value, Mapping) and levels:
        for name, each in value.items():
            yield from _moments(each, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", levels - 1)
    elif isinstance(value, list) and levels:
        for place, each in enumerate(value):
            yield from _moments(each, f"{pointer}/{place}", levels - 1)
