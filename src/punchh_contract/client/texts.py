"""Finds the vendor's words in an error of any of its shapes, and the `x-error` of the contract that they are.

The vendor has no machine-readable codes: status plus text is what there is (AE-ERR). Curly or straight
apostrophes, capitals, white space and a full stop at the end make no difference.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from punchh_contract.client.values import is_array, is_object
from punchh_contract.facts import ErrorFact, pattern

__all__ = ["Found", "message", "recognise", "same_text"]

_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_INDEXED = re.compile(r"(.+)_([0-9]{1,6})")

# An error says what it has to say early; whoever sends megabytes does not get to cost us seconds.
_TEXTS = 100
_LENGTH = 2000


@dataclass(frozen=True)
class Found:
    """A text of an answer that is one of the contract's.

    `field` and `index` are what a complaint names, None where it names nothing: `item_name_0` is field
    `item_name` of line item 0 (OAS-POS2, documented).
    """

    fact: ErrorFact
    text: str
    field: str | None
    index: int | None


def message(body: Any) -> str | None:
    """Return what is most likely meant for people in an error's parsed body; None if it has no text."""
    ranked = sorted(_texts(body), key=lambda each: _rank(each[0]))
    return ranked[0][1] if ranked else None


def recognise(facts: Iterable[ErrorFact], body: Any) -> Found | None:
    """Return the fact whose text stands in a parsed body, one whose example has the same shape first."""
    known = tuple(facts)
    found = [
        (shape(fact.example) != shape(body), path, text, fact, match)
        for path, text in _texts(body)
        for fact in known
        if (match := same_text(fact.text, text))
    ]
    if not found:
        return None
    _, path, text, fact, match = min(found, key=lambda each: each[0])
    named = match.groupdict().get("field")
    if named is None and fact.status == 400 and len(path) == 2 and path[0] == "errors":
        # {"errors": {"client": "Required parameter missing …"}}: where the key holds a list, it is a code.
        named = str(path[1])
    return Found(fact, text, *_field(named))


def shape(body: Any) -> str:
    """Return the outline of an error's body, by which texts that two shapes share are told apart."""
    if is_object(body):
        key = next((each for each in ("errors", "error", "message") if each in body), None)
        return "{}" if key is None else f"{{{key}:{shape(body[key])}}}"
    if is_array(body):
        return f"[{shape(body[0])}]" if body else "[]"
    return type(body).__name__


def same_text(template: str, text: str) -> re.Match[str] | None:
    """Match a text of an answer against one of the contract's with `{placeholders}`; the match names them."""
    return _pattern(template).fullmatch(_plain(text))


@functools.cache
def _pattern(template: str) -> re.Pattern[str]:
    return pattern(_plain(template), re.IGNORECASE)


def _plain(text: str) -> str:
    return " ".join(text[:_LENGTH].replace("’", "'").split()).removesuffix(".")  # noqa: RUF001  # the vendor's


def _field(name: str | None) -> tuple[str | None, int | None]:
    if name is None or not _FIELD.fullmatch(name):
        return None, None
    indexed = _INDEXED.fullmatch(name)
    return (indexed[1], int(indexed[2])) if indexed else (name, None)


def _rank(path: tuple[str | int, ...]) -> int:
    keys = [each for each in path if isinstance(each, str)]
    if "code" in keys or "status" in keys:
        return 3
    if "message" in keys:
        return 0
    return 1 if not keys or keys[0] in {"error", "errors"} else 2


def _texts(body: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield every text that is not empty with its path, in the document's order, `_TEXTS` of them at most."""
    pending: list[tuple[tuple[str | int, ...], Any]] = [((), body)]
    left = _TEXTS
    while pending and left:
        path, node = pending.pop()
        if isinstance(node, str):
            if node.strip():
                left -= 1
                yield path, node
        elif is_object(node):
            # Only as many as may be looked at, backwards, since the last one in is the next one out.
            pending.extend(((*path, key), node[key]) for key in reversed(list(node)[:_TEXTS]))
        elif is_array(node):
            pending.extend(((*path, place), node[place]) for place in reversed(range(min(len(node), _TEXTS))))
