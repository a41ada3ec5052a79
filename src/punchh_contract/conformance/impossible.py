"""The fixed list of values that name nobody and nothing on any server, for each kind of property.

What looks harmless is not: Rails reads `true` as 1, and "469", "469abc" and 469.0 as 469, so a guest's id is
never a truth value, digits in a text or a small number; an empty or absent amount, 0 and -1 may mean "all" or
a credit, so an amount is always one that nobody holds.
"""

import dataclasses
from typing import Any

from punchh_contract.conformance.naming import Naming, member

TEXT = "punchh-contract-impossible"
EMAIL = "nobody@punchh-contract.invalid"
"""`.invalid` is reserved: no address ends so (RFC 2606)."""
INT64 = 2**63 - 1
FRACTION = 2**52 - 0.5
"""The largest number that a double holds with a fraction: an integer to nobody, and beyond ids in use."""
AMOUNT = 999_999_999


@dataclasses.dataclass(frozen=True)
class Impossible:
    """Impossible values: those that fit the property's schema, and those that break it."""

    valid: tuple[Any, ...]
    invalid: tuple[Any, ...]

    @property
    def all(self) -> tuple[Any, ...]:
        """Both."""
        return self.valid + self.invalid


def impossible(naming: Naming) -> Impossible:
    """Return the impossible values of a property; only a constant has no valid one."""
    if naming.const is not None:
        return Impossible((), (TEXT,))
    if naming.kind == "amount":
        # Without 2^63, which wraps to a credit, and without null and the empty ones: no amount at all.
        candidates: tuple[Any, ...] = (AMOUNT, str(AMOUNT), FRACTION)
    else:
        text = EMAIL if naming.name == "email" else TEXT
        # A guest may well have an empty e-mail address; an empty code is the vendor's "missing or empty".
        empty = ("",) if naming.kind != "guest" else ()
        candidates = (text, INT64, INT64 + 1, 0, -1, FRACTION, None, [], {}, *empty)
    valid = tuple(each for each in candidates if naming.accepts(each) and each != "")
    invalid = tuple(each for each in candidates if not naming.accepts(each))
    if _type(naming) == "string":
        # As a text these would be digits.
        invalid = tuple(each for each in invalid if not member(each, (0, -1, INT64 + 1)))
    return Impossible(valid, invalid)


def _type(naming: Naming) -> str:
    return str(naming.schema.get("type"))
