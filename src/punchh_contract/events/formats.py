"""The formats that the event's schema uses, judged by one function each, so that both engines agree.

The built-in checks of `jsonschema` and `jsonschema-rs` differ on leap seconds, on the year 0000 and on digits
of other scripts. Ours follow RFC 3339 to the letter. `int64` and `double` say nothing beyond the bounds and
the type that stand beside them in the schema.

An event has some ten date-times, and a regular expression for each costs more than all the rest of a check by
the engines. So what was right once is remembered: the day, and the time behind it. The first time is found
right by its minute and its second, each remembered too, since a day has 86,400 of the one and 1,440 and 60 of
the others. What the decoder takes does not come here.
"""

import re
from collections.abc import Callable

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MINUTE = re.compile(r"[Tt]([0-9]{2}):([0-9]{2})")
_REST = re.compile(r":([0-9]{2})(?:\.[0-9]+)?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))")
_DAYS_IN_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2
_DAY_MINUTES = 24 * 60
_LEAP_SECOND = 60

# Room for every second of a day; beyond it all is forgotten. Nothing long is kept: fractions have no end.
_KEPT = 2**17
_KEPT_LENGTH = 32

_DAYS: set[str] = set()
"""Beginnings `text[:10]` that were right before, `2026-03-02`; what is not in it may be right too."""
_CLOCKS: set[str] = set()
"""The same of all that follows, `T18:05:01Z`. A date-time is right if and only if both are."""
_MINUTES: set[str] = set()
_RESTS: set[str] = set()


def is_date_time(text: object) -> bool:
    """Whether a text is a `date-time` of RFC 3339; anything but text passes, since `type` judges that.

    Decided where readers differ: a zone is needed; `T` and `Z` may be small letters; a space for `T` is
    refused; the years 0000 to 9999 are fine; second 60 is fine where it is 23:59 in UTC, the only minute that
    can have a leap second; digits are ASCII.
    """
    if not isinstance(text, str):
        return True
    day, clock = text[:10], text[10:]
    return (day in _DAYS or _kept(_DAYS, day, _is_day)) and (
        clock in _CLOCKS or _kept(_CLOCKS, clock, _is_clock)
    )


def _kept(right: set[str], part: str, check: Callable[[str], bool]) -> bool:
    if not check(part):
        return False
    if len(part) <= _KEPT_LENGTH:
        if len(right) >= _KEPT:
            right.clear()
        right.add(part)
    return True


def _is_day(part: str) -> bool:
    found = _DAY.fullmatch(part)
    if found is None:
        return False
    year, month, day = map(int, found.groups())
    if not 1 <= month <= len(_DAYS_IN_MONTH):
        return False
    import calendar  # here: it loads locales, and what the decoder takes needs none of this

    return 1 <= day <= _DAYS_IN_MONTH[month - 1] + (month == _FEBRUARY and calendar.isleap(year))


def _is_clock(part: str) -> bool:
    minute, rest = part[:6], part[6:]
    return (minute in _MINUTES or _kept(_MINUTES, minute, _is_minute)) and (
        rest in _RESTS or _kept(_RESTS, rest, _is_rest) or _is_leap_second(minute, rest)
    )


def _is_minute(part: str) -> bool:
    found = _MINUTE.fullmatch(part)
    return found is not None and int(found[1]) <= 23 and int(found[2]) <= 59


def _is_rest(part: str) -> bool:
    found = _REST.fullmatch(part)
    return found is not None and int(found[1]) < _LEAP_SECOND and _is_zone(found)


def _is_zone(rest: re.Match[str]) -> bool:
    return int(rest[3] or 0) <= 23 and int(rest[4] or 0) <= 59


def _is_leap_second(minute: str, rest: str) -> bool:
    """Whether it is second 60 of the last minute of a day in UTC; `minute` is right."""
    found = _REST.fullmatch(rest)
    if found is None or int(found[1]) != _LEAP_SECOND or not _is_zone(found):
        return False
    offset = (int(found[3] or 0) * 60 + int(found[4] or 0)) * (-1 if found[2] == "-" else 1)
    utc = (int(minute[1:3]) * 60 + int(minute[4:6]) - offset) % _DAY_MINUTES
    return utc == _DAY_MINUTES - 1


CHECKS: dict[str, Callable[[object], bool]] = {"date-time": is_date_time}
"""Format name to check: what is given to both engines."""

NOT_CHECKED = frozenset({"int64", "double"})
"""Formats of the contract that the type and the bounds beside them already say."""
