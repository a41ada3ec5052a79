"""From bytes, text or a mapping to a JSON value, or to the reason why there is none.

One reader, `orjson`, decides what is JSON, so that an event is judged alike however it came. Decided by it:

- refused: NaN and Infinity, a number beyond a double (`1e400`), half a surrogate pair, bytes that are not
  UTF-8, more than 1024 levels, control characters in text, anything after the value;
- accepted: a byte order mark at the start, white space and CRLF around the value, records of any size;
- a key that stands twice: the last one counts, as in nearly every reader;
- an integer beyond 64 bits becomes a double. That changes no verdict: every integer of the contract has
  bounds within 64 bits, what may be any `number` has none, and `engines` settles the double on the border.
"""

import codecs
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from punchh_contract.errors import UsageError

BLANK = b" \t\r\n"

Event = Mapping[str, Any] | bytes | bytearray | memoryview | str | list[Any] | float | None
"""What can be judged: JSON as bytes or text, or a value of JSON, of which only a mapping can be an event."""

_WRITTEN = (bytes, str, bytearray, memoryview)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why there is no value; both are sentences without content of the data."""

    expectation: str
    fix: str
    at: int | None = 0
    """The byte of the text where reading stopped, a byte order mark not counted; None if there is no text."""


EMPTY = Unreadable(
    "must hold an event, and holds nothing", "check how it was recorded; remove it if nothing was sent"
)


def read(event: Event) -> Any | Unreadable:
    """Return the JSON value, or why it cannot be read. Never raises for what is in the data.

    A mapping, as any value of JSON, is judged as the JSON that it would be sent as. Raises UsageError for
    what is neither bytes, text nor such a value.
    """
    data = text(event)
    if isinstance(data, Unreadable):
        return data
    value = parsed(data)
    if isinstance(value, Unreadable) and not isinstance(event, _WRITTEN):
        return replace(value, at=None)  # a place in a text that nobody has seen
    return value


def text(event: Event) -> bytes | Unreadable:
    """Return the event as the bytes it is sent as, without a byte order mark. Raises UsageError as `read`."""
    if not isinstance(event, _WRITTEN):
        # Not all check types.
        if not isinstance(event, Mapping | list | tuple | float | int | None):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise UsageError(
                f"an event is bytes, text or a mapping, and no {type(event).__name__}: give its JSON"
            )
        try:
            event = json.dumps(dict(event) if isinstance(event, Mapping) else event)
        except (TypeError, ValueError, RecursionError):
            # The exceptions' own words can quote the data.
            return Unreadable(
                "must be made of what JSON knows: objects, lists, text, numbers, true, false, null",
                "convert dates, decimals and the like to text or numbers first; no circles, no endless depth",
                at=None,
            )
    data = event.encode("utf-8", "surrogatepass") if isinstance(event, str) else bytes(event)
    return data.removeprefix(codecs.BOM_UTF8)


def parsed(data: bytes) -> Any | Unreadable:
    """Return the value of a text that begins without a byte order mark, or why there is none."""
    # White space at the end would move the place where something that was cut is said to end.
    data = data.rstrip(BLANK)
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return EMPTY if not data else _explained(data, error)


def _explained(data: bytes, error: orjson.JSONDecodeError) -> Unreadable:
    """Say in our words what orjson refused; its exception carries the document and is not passed on."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Unreadable("must be UTF-8, and is UTF-16", "save it as UTF-8")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as problem:
        return Unreadable(
            "must be UTF-8, and is not", "save it as UTF-8, or look for cut bytes", problem.start
        )
    # orjson counts characters.
    at = len(error.doc[: error.pos].encode())
    reasons = (
        ("depth limit", "must have at most 1024 levels", "flatten it; no event is that deep"),
        ("infinity", "must have numbers that fit a double", "look for a number that is far too long"),
        (
            "surrogate",
            "must have whole characters in its text",
            "look for a `\\ud8..` escape without its pair",
        ),
        ("control character", "must escape control characters in text", "write a line break as \\n"),
        ("after document", "must end after one value", "put one event on each line and name it .ndjson"),
        ("unexpected end", "must be complete, and stops short", "look for a recording that was cut"),
    )
    for word, expectation, fix in reasons:
        if word in error.msg:
            return Unreadable(expectation, fix, at)
    return Unreadable(
        "must be JSON, and is not",
        "look there for a missing comma or quote, NaN, Infinity, or an event that was cut",
        at,
    )
