"""What a finding may say of a guest's data: the kind and the length of a value, never the value.

Names of properties can hold personal data too, as in a map keyed by e-mail address or by name. A name is
printed when it is made of the contract's words (`vocabulary`), the more strictly where a person is spoken of
(`persons`), and is masked like a value otherwise.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from punchh_contract.events import vocabulary
from punchh_contract.events.persons import is_personal
from punchh_contract.json_types import JsonValue

SHOWN_LENGTH = 80
"""Characters of a value that are shown at most, once the user has asked for values."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z_-]{0,63}")


def masked(value: JsonValue | Mapping[str, Any]) -> str:
    """Return the kind of a JSON value, with its length where it has one: `string(16)`, `object(3)`."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return f"string({len(value)})"
        case list():
            return f"array({len(value)})"
        case _:
            return f"object({len(value)})"


def described(value: Any, *, show: bool) -> str:
    """Return the value as JSON, cut to `SHOWN_LENGTH`, if the user asked to see it; else as `masked`.

    ASCII only, so that a value cannot send control sequences to a terminal.
    """
    if not show:
        return masked(value)
    text = json.dumps(value)
    return text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 3] + "..."


def named(name: str, *, show: bool, personal: bool) -> str:
    """Return a property's name if the contract's words make it, or the user asked; else as `masked`.

    ASCII letters, `_` and `-`, up to 64 of them, and words that `vocabulary` knows. `personal` says that the
    object that has it speaks of a person. So `loyalty_level` is named anywhere, `item_color` not of a guest,
    and `heather_price`, `pat@example.com`, `Pat Invented`, `+15550100`, a token and a UUID never.
    """
    if show:
        return json.dumps(name)[1:-1]
    if _NAME.fullmatch(name) and vocabulary.is_known(name, personal=personal):
        return name
    return masked(name)


def pointer(path: Iterable[str | int], *, show: bool) -> str:
    """Return the JSON pointer (RFC 6901) of a path into an event; a masked name is as `string(15)` in it."""
    steps, said = tuple(path), ""
    for place, step in enumerate(steps):
        if isinstance(step, int):
            said += f"/{step}"
        else:
            personal = not show and is_personal(steps[:place])
            said += f"/{_escaped(named(step, show=show, personal=personal))}"
    return said


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
