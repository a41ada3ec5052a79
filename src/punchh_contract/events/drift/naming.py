"""What may be said of what was found: kinds of values, shapes of dates, units of times; never a guest's data.

What is said is also what rows are counted by, so it must be one of few: no length, no number.
"""

import re
from collections.abc import Iterable
from typing import Any

_DIGITS = re.compile("[0-9]")
_WORDS = re.compile(r"[A-Za-z]+")
# What dates are written with. Digits become 9, so nothing of the date is left.
_DATE = re.compile(r"[0-9 .,:/+TtZz-]+|[0-9 .,:/+-]*(?:UTC|GMT|AM|PM|am|pm)")
_LONGEST_DATE = 40
_SEPARATOR = re.compile(r"(?<=[A-Za-z])[_ -](?=[A-Za-z])")
# The months, days and zones that dates name, cut to three letters.
_CALENDAR = re.compile("jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|utc|gmt")

_KINDS = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}

PARTS = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}
"""Unit of time to how many of it a second has."""
# The first moment, in 2001, of which seconds have ten digits; the last is in 2286.
_FIRST = 10**9


def kind(value: Any) -> str:
    """Return the type of JSON Schema; a number without a fraction is an integer there."""
    found = _KINDS[type(value)]
    return "integer" if found == "number" and value.is_integer() else found


def unit(number: float) -> str | None:
    """Return the unit in which a number is a moment since 1970, between 2001 and 2286; None for no moment."""
    return next((name for name, part in PARTS.items() if _FIRST <= number / part < _FIRST * 10), None)


def date_form(text: str) -> str:
    """Return how a date is written, `9999-99-99 99:99:99 -9999`; `other text` for what is no date.

    Only digits and what stands between them, `T`, `Z`, and names of zones and halves of the day are shown.
    """
    if not text:
        return "empty text"
    if len(text) > _LONGEST_DATE:
        return "other text"
    if text.isdigit() and text.isascii():
        return f"digits, {unit(int(text)) or 'no known unit of time'}"
    if _DATE.fullmatch(text) and _DIGITS.search(text):
        return _DIGITS.sub("9", text)
    words = [word.lower()[:3] for word in _WORDS.findall(text)]
    if words and _DIGITS.search(text) and all(map(_CALENDAR.fullmatch, words)):
        return "text with the name of a month or day"
    return "other text"


def enumerated(value: str, known: Iterable[str], *, personal: bool) -> str:
    """Return an unknown value of an open list in quotes, or that it is masked since it could be personal.

    It is shown where the position is not personal and the value is a known one written otherwise, in other
    capitals or with other separators: `Online-Order`. Any other word may be a guest's name at a wrong place.
    """
    if not personal and value.isascii() and _plain(value) in map(_plain, known):
        return f"`{value}`"
    return "a text, masked"


def _plain(value: str) -> str:
    return _SEPARATOR.sub("", value).lower()
