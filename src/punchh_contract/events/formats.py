"""The formats that the event's schema uses, judged by one function each, so that both engines agree.

The built-in checks of `jsonschema` and `jsonschema-rs` differ on leap seconds, on the year 0000 and on digits
of other scripts. Ours follow RFC 3339 to the letter. `int64` and `double` say nothing beyond the bounds and
the type that stand beside them in the schema.
"""

import calendar
import re
from collections.abc import Callable

_DATE_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2
_DAY_MINUTES = 24 * 60
_LEAP_SECOND = 60


def is_date_time(text: object) -> bool:
    """Whether a text is a `date-time` of RFC 3339; anything but text passes, since `type` judges that.

    Decided where readers differ: a zone is needed; `T` and `Z` may be small letters; a space for `T` is
    refused; the years 0000 to 9999 are fine; second 60 is fine where it is 23:59 in UTC, the only minute that
    can have a leap second; digits are ASCII.
    """
    if not isinstance(text, str):
        return True
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        return False
    year, month, day, hour, minute, second = (int(found[group]) for group in range(1, 7))
    zone_hour, zone_minute = int(found[8] or 0), int(found[9] or 0)
    if not 1 <= month <= 12 or hour > 23 or minute > 59 or zone_hour > 23 or zone_minute > 59:
        return False
    last_day = _DAYS[month - 1] + (month == _FEBRUARY and calendar.isleap(year))
    if not 1 <= day <= last_day:
        return False
    if second < _LEAP_SECOND:
        return True
    offset = (zone_hour * 60 + zone_minute) * (-1 if found[7] == "-" else 1)
    utc_minute = (hour * 60 + minute - offset) % _DAY_MINUTES
    return second == _LEAP_SECOND and utc_minute == _DAY_MINUTES - 1


CHECKS: dict[str, Callable[[object], bool]] = {"date-time": is_date_time}
"""Format name to check: what is given to both engines."""

NOT_CHECKED = frozenset({"int64", "double"})
"""Formats of the contract that the type and the bounds beside them already say."""
