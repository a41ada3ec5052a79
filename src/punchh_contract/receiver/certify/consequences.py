"""What the vendor does after an answer to a delivery, and how that is known.

Documented (WH-DEL, WH-CONF) are the answers that count as success, the repetitions, the limit of 15 seconds
and the breaker. The sandbox plays by the same table (its `ladder`); a test compares the two.
"""

from dataclasses import dataclass
from typing import Literal

__all__ = ["BREAKER", "BROKEN", "BUSY", "CHECK_FAILED", "OK", "TRUSTED", "Consequence", "Known", "after"]

Known = Literal["documented", "inferred", "ours"]

OK = frozenset({200, 202})
"""What the vendor takes for success (WH-DEL)."""
BUSY = (15, 45, 180)
"""Seconds until each repetition after 408 and 429 (WH-DEL)."""
BROKEN = (60, 120, 300, 600, 1800, 3600, 7200)
"""Seconds until each repetition after a 5xx (WH-DEL)."""
BREAKER = 1000
"""Failed deliveries that suspend a subscriber (WH-DEL)."""

_COUNTS = f"it counts for the breaker, which suspends all your deliveries when it passes {BREAKER} failures"
_SEVEN = "it is sent again seven times in 3 h 48 min (after 1, 2, 5, 10, 30, 60 and 120 min)"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What would have happened, as a sentence without its full stop."""

    text: str
    known: Known
    source: str = ""
    """The label of a page of the vendor's; empty where it is only ours."""


CHECK_FAILED = Consequence(
    "the address is not activated, and one that was suspended stays so: a check has to be answered with 200",
    "documented",
    "WH-CONF, WH-FAQ",
)
TRUSTED = Consequence(
    "nothing; but whoever knows the address can plant events here: a redemption that never was, or one twice",
    "ours",
)


def after(status: int | None, stake: str) -> Consequence:
    """Return what follows an answer, None for none. `stake` says what is at stake if it stays so."""
    if status in OK:
        return Consequence("nothing more: it is taken", "documented", "WH-DEL")
    if status is None:
        return Consequence(
            f"no answer, for which PAR waits 15 s, is to us the same as a 5xx: {_SEVEN}. {_final(stake)}",
            "inferred",
            "WH-CONF",
        )
    if status >= 500:
        return Consequence(f"{_SEVEN}. {_final(stake)}", "documented", "WH-DEL")
    if status in (408, 429):
        return Consequence(
            f"it is sent again three times, after 15, 45 and 180 s. If the answer stays so, {stake}, and"
            f" {_COUNTS}",
            "documented",
            "WH-DEL",
        )
    if 300 <= status < 400:
        return Consequence(
            f"no redirect is followed and it is never sent again: {stake}", "documented", "WH-DEL"
        )
    return Consequence(
        f"a failed delivery, since only 200 and 202 are success; whether it is sent again is not stated. We"
        f" assume it is not: {stake}, and {_COUNTS}",
        "inferred",
        "WH-DEL",
    )


def _final(stake: str) -> str:
    return (
        f"If the answer stays so, {stake}, and {_COUNTS}; if the event was handled before the answer, each"
        " repetition doubles it, unless it is recognised"
    )
