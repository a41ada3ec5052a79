"""What a finding may say of a guest's data: the kind and the length of a value, never the value.

Names of properties can hold personal data too, as in a map keyed by e-mail address or by name. A name is
printed when it looks like one that a programmer chose and is made of words of fields (`vocabulary`), and is
masked like a value otherwise.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from punchh_contract.events import vocabulary

SHOWN_LENGTH = 80
"""Characters of a value that are shown at most, once the user has asked for values."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
# A telephone number, an id or a UUID has more digits than `address_line_2` or `cc_last4`.
_NAME_DIGITS = 4


def masked(value: Any) -> str:
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


def named(name: str, *, show: bool) -> str:
    """Return a property's name if it looks like an identifier, or the user asked; else as `masked`.

    An identifier here: ASCII letters, digits, `_` and `-`, up to 64 of them, at most four digits among them,
    and made of words that fields are named by. So `loyalty_tier` is named; `zebediah_quill`,
    `pat@example.com`, `Pat Invented`, `+15550100`, a token and a UUID are not.
    """
    if show:
        return json.dumps(name)[1:-1]
    if _NAME.fullmatch(name) and sum(map(str.isdigit, name)) <= _NAME_DIGITS and vocabulary.is_known(name):
        return name
    return masked(name)


def pointer(path: Iterable[str | int], *, show: bool) -> str:
    """Return the JSON pointer (RFC 6901) of a path; a masked name stands as `string(15)` in it."""
    return "".join(
        "/" + (str(step) if isinstance(step, int) else _escaped(named(step, show=show))) for step in path
    )


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
