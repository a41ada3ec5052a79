"""What came back over the wire, as a value: a status, headers, bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["Answer"]

# What a server mints: letters, digits, the signs of UUIDs and dotted ids. All else is not ours to repeat.
_REQUEST_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:-]{0,127}")
_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")
_LONGEST_WAIT = 1e9


@dataclass(frozen=True, repr=False)
class Answer:
    """One answer of a server, whole: the body is read to its end, its encoding (gzip) undone.

    `headers` may be any mapping; names are compared without regard to case. The repr shows no content, since
    answers hold guests' data.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Answer(status={self.status}, body={len(self.body)} bytes)"

    def header(self, name: str) -> str | None:
        """Return a header's value, or None."""
        value = self.headers.get(name)
        if value is None:
            wanted = name.lower()
            value = next((each for key, each in self.headers.items() if key.lower() == wanted), None)
        return value

    @property
    def request_id(self) -> str | None:
        """`X-Request-Id` (HDR, documented), by which PAR finds the call; None if absent or no plain id."""
        value = self.header("X-Request-Id")
        return value if value is not None and _REQUEST_ID.fullmatch(value) else None

    def retry_after(self, now: datetime | None = None) -> float | None:
        """Return the seconds that `Retry-After` asks for; None if it is absent or says nothing readable.

        A date counts from the answer's own `Date`, so that a clock that is off does not shorten the wait, and
        from `now` (zoned) where there is none. What has passed already is 0.0; a wait has no upper bound that
        we would undercut (beyond 1e9 s it is that).
        """
        value = (self.header("Retry-After") or "").strip()
        if _SECONDS.fullmatch(value):
            return min(float(value), _LONGEST_WAIT)
        until = _date(value)
        since = _date((self.header("Date") or "").strip()) or now
        if until is None or since is None:
            return None
        return max(0.0, (until - since).total_seconds())


def _date(value: str) -> datetime | None:
    """Read an HTTP date; one without a zone (the obsolete asctime form) is UTC (RFC 9110, 5.6.7)."""
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment
