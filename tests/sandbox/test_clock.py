"""The sandbox's clock: what it shows, and how it is moved."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from punchh_contract.errors import UsageError
from punchh_contract.sandbox.clock import FIRST, LAST, ClockState, read_clock, wall

WALL = datetime(2026, 3, 2, 18, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_at_first_it_is_the_wall_clock() -> None:
    assert ClockState().now(WALL) == WALL


def test_a_moved_clock_goes_on_from_there() -> None:
    moved = ClockState().moved(WALL + 5 * HOUR, WALL)
    assert moved.now(WALL) == WALL + 5 * HOUR
    assert moved.now(WALL + HOUR) == WALL + 6 * HOUR
    back = moved.moved(WALL - HOUR, WALL + HOUR)
    assert back.now(WALL + 2 * HOUR) == WALL


def test_a_frozen_clock_stands_still_wherever_it_is_moved() -> None:
    frozen = ClockState(2 * HOUR).frozen(WALL)
    assert [frozen.now(WALL), frozen.now(WALL + HOUR)] == [WALL + 2 * HOUR] * 2
    moved = frozen.moved(WALL, WALL + HOUR)
    assert [moved.now(WALL), moved.now(WALL + 9 * HOUR)] == [WALL] * 2


def test_a_clock_that_is_let_go_goes_on_from_where_it_stood() -> None:
    running = ClockState(frozen_at=WALL).running(WALL + 3 * HOUR)
    assert running.now(WALL + 3 * HOUR) == WALL
    assert running.now(WALL + 4 * HOUR) == WALL + HOUR


@pytest.mark.parametrize("to", [FIRST, LAST])
def test_it_goes_as_far_as_it_says(to: datetime) -> None:
    assert ClockState().moved(to, WALL).now(WALL) == to


@pytest.mark.parametrize("to", [FIRST - timedelta(seconds=1), LAST + timedelta(seconds=1)])
def test_and_no_further(to: datetime) -> None:
    with pytest.raises(UsageError, match="1971 to 9998"):
        ClockState().moved(to, WALL)
    with pytest.raises(UsageError, match="1971 to 9998"):
        read_clock(to.isoformat())


def test_another_zone_is_the_same_moment() -> None:
    to = (WALL + HOUR).astimezone(timezone(timedelta(hours=-5)))
    assert ClockState(frozen_at=WALL).moved(to, WALL) == ClockState(frozen_at=WALL + HOUR)


@pytest.mark.parametrize(
    "text",
    ["2026-03-02T18:05:01Z", "2026-03-02T18:05:01", "2026-03-02T13:05:01-05:00", "20260302T180501+00:00"],
)
def test_a_time_is_read_in_utc(text: str) -> None:
    assert read_clock(text) == ClockState(frozen_at=WALL)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "0001-01-01T00:00:00+23:00", "2026-02-30T00:00Z"])
def test_what_is_no_time_is_the_users_mistake(text: str) -> None:
    with pytest.raises(UsageError, match="ISO 8601"):
        read_clock(text)


def test_the_wall_shows_whole_seconds_in_utc() -> None:
    shown = wall()
    assert (shown.microsecond, shown.utcoffset()) == (0, timedelta())
    assert timedelta() <= datetime.now(UTC) - shown < timedelta(seconds=30)
