"""The sandbox's clock: the wall clock moved by some time, or one that stands still. Pure: it is told the
time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from punchh_contract.errors import UsageError

Clock = Callable[[], datetime]
"""Gives aware times."""

LAST = datetime.max.replace(tzinfo=UTC) - timedelta(days=366)
"""Later no clock goes: what is redeemed then ends some time on, and the calendar ends first."""
FIRST = datetime(1971, 1, 1, tzinfo=UTC)


def wall() -> datetime:
    """The wall clock in whole seconds, as the vendor's times have."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class ClockState:
    """How the sandbox's time follows from the wall's: by `offset`, or not at all while it is frozen."""

    offset: timedelta = timedelta()
    frozen_at: datetime | None = None

    def now(self, wall_time: datetime) -> datetime:
        """The sandbox's time when the wall clock shows `wall_time`."""
        return self.frozen_at if self.frozen_at is not None else wall_time + self.offset

    def moved(self, to: datetime, wall_time: datetime) -> "ClockState":
        """This clock, showing `to`; it goes on if it went.

        Raises:
            UsageError: before 1971 or in the last year of the calendar.
        """
        to = to.astimezone(UTC)
        if not FIRST <= to <= LAST:
            raise UsageError("the clock goes from the year 1971 to 9998")
        return ClockState(frozen_at=to) if self.frozen_at is not None else ClockState(to - wall_time)

    def frozen(self, wall_time: datetime) -> "ClockState":
        """This clock, stopped where it is."""
        return ClockState(frozen_at=self.now(wall_time))

    def running(self, wall_time: datetime) -> "ClockState":
        """This clock, going on from where it is."""
        return ClockState(self.now(wall_time) - wall_time)


def read_clock(text: str) -> ClockState:
    """A clock that stands still at an ISO 8601 time (UTC if it names no offset).

    Raises:
        UsageError: the text is no time, or none that a clock can show.
    """
    try:
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError("the clock takes an ISO 8601 time, such as 2026-03-02T18:05:01Z") from None
    if not FIRST <= moment <= LAST:
        raise UsageError("the clock goes from the year 1971 to 9998: take another ISO 8601 time")
    return ClockState(frozen_at=moment)
