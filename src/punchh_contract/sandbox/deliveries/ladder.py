"""When a failed delivery is tried again, when a subscriber is suspended, and when it is pinged. Pure; all
times are of the sandbox's clock.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

OK = frozenset({200, 202})
"""What a delivery succeeds by; any other 2xx is a failure (documented: WH-DEL; the second half assumed)."""
VERIFIED = 200
"""What a check or a ping, which are GETs, has to be answered with (documented: WH-CONF, WH-FAQ)."""

_BUSY = (15, 45, 180)
_BROKEN = (60, 120, 300, 600, 1800, 3600, 7200)
_WAITS: Mapping[int, tuple[int, ...]] = {408: _BUSY, 429: _BUSY}
_PINGS = (300, 600, *[7200] * 6)

BREAKER = 1000
"""Given-up deliveries in a row that suspend a subscriber (documented: WH-DEL; that a success starts the count
anew is assumed)."""


def wait(status: int | None, attempt: int) -> timedelta | None:
    """How long to wait after attempt number `attempt` (from 1) failed; None is never.

    Documented (WH-DEL): three more after 408 and 429, seven after a 5xx, none after a redirect. Assumed: no
    answer counts as a 5xx, whatever else is not tried again, and answers that change keep the count.
    """
    waits = _WAITS.get(status, ()) if status is not None and status < 500 else _BROKEN
    return timedelta(seconds=waits[attempt - 1]) if attempt <= len(waits) else None


def ping_wait(failed: int) -> timedelta | None:
    """How long a suspended subscriber waits for its next ping after `failed` of them; None is for ever.

    Five minutes, ten, then six times two hours (a third party's account, AE-WH), each counted from the last
    (assumed).
    """
    return timedelta(seconds=_PINGS[failed]) if failed < len(_PINGS) else None


def counted_from(due_at: datetime, now: datetime) -> datetime:
    """The time of an attempt, from which the next wait counts: when it was due, so that a clock that is moved
    on by hours passes every attempt of these hours (assumed)."""
    return min(now, due_at)
