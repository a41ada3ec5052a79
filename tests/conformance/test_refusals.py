"""Eight calls that expect a refusal in ten minutes, whatever run makes them; at the ninth it is over."""

import contextlib
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from punchh_contract.conformance import refusals
from punchh_contract.conformance.refusals import LIMIT, WINDOW, Refusals, remembered
from punchh_contract.errors import UsageError

ORIGIN = "https://sandbox.example.com"
OTHER = "https://other.example.com"
PROCESSES = 6


class Clock:
    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """As any other program would."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def rows(path: Path) -> list[tuple[Any, ...]]:
    with opened(path) as connection:
        return connection.execute("SELECT origin, time FROM refusals ORDER BY time, origin").fetchall()


def test_eight_are_granted_and_the_ninth_is_not(clock: Clock) -> None:
    budget = Refusals((), clock)

    assert [budget.take() for _ in range(LIMIT + 1)] == [True] * LIMIT + [False]
    assert (budget.left, budget.blocked) == (0, False)


def test_the_window_slides(clock: Clock) -> None:
    budget = Refusals((), clock)
    for _ in range(LIMIT):
        budget.take()
        clock.now += 10
    assert budget.wait == WINDOW - LIMIT * 10

    clock.now += budget.wait
    assert [budget.take(), budget.take()] == [True, False]
    clock.now += 10
    assert budget.take()


@pytest.mark.parametrize("status", [401, 403, 412])
def test_the_ninth_refusal_that_nobody_asked_for_blocks(status: int, clock: Clock) -> None:
    budget = Refusals((), clock)
    for _ in range(LIMIT):
        budget.seen(status)
    assert (budget.blocked, budget.take()) == (False, False)

    budget.seen(status)
    assert budget.blocked
    clock.now += WINDOW
    assert (budget.blocked, budget.left) == (False, LIMIT)


def test_an_expected_refusal_counts_once_and_other_answers_not_at_all(clock: Clock) -> None:
    budget = Refusals((), clock)
    for status in (200, 400, 404, 422, 500):
        budget.seen(status)
    budget.take()
    budget.seen(401, expected=True)
    budget.take()
    budget.seen(200, expected=True)

    assert budget.left == LIMIT - 2


def test_on_a_target_of_our_own_nothing_is_counted() -> None:
    budget = Refusals.unlimited()
    for _ in range(100):
        assert budget.take()
        budget.seen(401)

    assert (budget.left, budget.blocked, budget.wait) == (None, False, 0.0)


def test_a_clock_that_was_set_back_does_not_block_for_ever(clock: Clock) -> None:
    assert Refusals([clock.now + 10 * WINDOW] * 20, clock).left == LIMIT


@pytest.mark.parametrize("seed", range(20))
def test_no_ten_minutes_ever_hold_more_than_eight(seed: int, tmp_path: Path, clock: Clock) -> None:
    """Over runs that overlap, end and begin anew, and calls at any time."""
    rng, made = random.Random(seed), []
    budgets = [remembered(tmp_path / "refusals.db", ORIGIN, clock) for _ in range(3)]
    for _ in range(150):
        clock.now += rng.choice([0, 0, 1, 30, 200])
        which = rng.randrange(3)
        if rng.random() < 0.1:
            budgets[which] = remembered(tmp_path / "refusals.db", ORIGIN, clock)
        left = budgets[which - 1].left
        granted = budgets[which].take()
        assert granted == bool(left)
        if granted:
            made.append(clock.now)

    assert len(made) > LIMIT
    assert all(later - earlier >= WINDOW for earlier, later in zip(made, made[LIMIT:], strict=False))


_RACER = """
import sys, time
from pathlib import Path
from punchh_contract.conformance.refusals import remembered
for line in sys.stdin:
    start, path = line.strip().split(" ", 1)
    while time.time() < float(start):
        pass
    budget = remembered(Path(path), sys.argv[1], time.time)
    granted = 0
    for _ in range(20):
        granted += budget.take()
        time.sleep(0.001)  # lets others in, or the first often has all
    print(granted, budget.left, budget.warning, flush=True)
"""


def test_processes_that_race_for_one_budget_are_granted_eight_in_all(tmp_path: Path) -> None:
    """From the first moment on, which makes the file."""
    with contextlib.ExitStack() as stack:
        racers = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", _RACER, ORIGIN],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(PROCESSES)
        ]
        shared = False
        for round_ in range(10):
            path = tmp_path / f"round {round_}" / "refusals.db"
            start = time.time() + 0.05
            for each in racers:
                assert each.stdin
                each.stdin.write(f"{start} {path}\n")
                each.stdin.flush()
            results = [each.stdout.readline().split() for each in racers if each.stdout]

            granted = [int(count) for count, _, _ in results]
            assert sum(granted) == LIMIT, granted
            assert {tuple(rest) for _, *rest in results} == {("0", "None")}
            assert len(rows(path)) == LIMIT
            shared |= max(granted) < LIMIT
        for each in racers:
            assert each.stdin
            each.stdin.close()
    # It was a race: not each time did the first one have all of it.
    assert shared


def test_threads_that_race_for_one_budget_are_granted_eight_in_all(tmp_path: Path, clock: Clock) -> None:
    budget = remembered(tmp_path / "refusals.db", ORIGIN, clock)
    granted: list[bool] = []
    threads = [
        threading.Thread(target=lambda: granted.extend(budget.take() for _ in range(5)))
        for _ in range(PROCESSES)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert (granted.count(True), len(granted)) == (LIMIT, PROCESSES * 5)


def test_a_run_is_blocked_by_what_another_one_saw(tmp_path: Path, clock: Clock) -> None:
    ours, theirs = (remembered(tmp_path / "refusals.db", ORIGIN, clock) for _ in range(2))
    for _ in range(LIMIT):
        theirs.seen(401)
    assert (ours.blocked, ours.left, ours.take()) == (False, 0, False)

    theirs.seen(401)
    assert (ours.blocked, ours.wait) == (True, WINDOW)
    clock.now += WINDOW
    assert (ours.blocked, ours.left, ours.wait) == (False, LIMIT, 0.0)


def test_the_next_run_knows_and_other_targets_have_their_own(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "new folder #1?" / "refusals.db"
    budget = remembered(path, ORIGIN, clock)
    for _ in range(3):
        budget.take()
    remembered(path, OTHER, clock).seen(412)

    assert budget.warning is None
    assert remembered(path, ORIGIN, clock).left == LIMIT - 3
    assert remembered(path, ORIGIN, clock, keep=False).left == LIMIT - 3
    assert remembered(path, OTHER, clock).left == LIMIT - 1
    assert [each.name for each in path.parent.iterdir()] == ["refusals.db"]


def test_old_entries_are_dropped_and_those_of_a_clock_that_was_set_back(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "refusals.db"
    remembered(path, ORIGIN, clock)
    with opened(path) as connection:
        connection.executemany(
            "INSERT INTO refusals VALUES (?, ?)",
            [(OTHER, 1), (ORIGIN, clock.now - WINDOW), (ORIGIN, clock.now + 2 * WINDOW), (OTHER, clock.now)],
        )
    budget = remembered(path, ORIGIN, clock)
    assert budget.left == LIMIT
    clock.now += 1
    budget.take()

    assert rows(path) == [(OTHER, clock.now - 1), (ORIGIN, clock.now)]


def test_a_rehearsal_reads_and_writes_nothing(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "refusals.db"
    remembered(path, ORIGIN, clock).take()
    written = path.read_bytes()
    budget = remembered(path, ORIGIN, clock, keep=False)
    budget.take()
    budget.seen(401)

    assert (budget.left, budget.warning, path.read_bytes()) == (LIMIT - 3, None, written)
    remembered(tmp_path / "none" / "refusals.db", ORIGIN, clock, keep=False).take()
    remembered(tmp_path / "none.db", ORIGIN, clock, keep=False).take()
    assert [each.name for each in tmp_path.iterdir()] == ["refusals.db"]


@pytest.fixture(params=["an earlier version's", "random bytes", "cut off", "another program's", "a view"])
def damaged(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "refusals.db"
    match request.param:
        case "an earlier version's":
            path.write_text('{"https://sandbox.example.com": [1.0]}')
        case "random bytes":
            path.write_bytes(random.Random(1).randbytes(5000))
        case "cut off":
            remembered(path, ORIGIN, Clock()).take()
            path.write_bytes(path.read_bytes()[:3000])
        case "another program's":
            with opened(path) as connection:
                connection.execute("CREATE TABLE refusals (name TEXT)")
        case "a view":
            with opened(path) as connection:
                connection.execute("CREATE VIEW refusals AS SELECT 1 AS origin, 2 AS time")
    return path


def test_what_is_no_history_is_said_before_anything_is_sent_and_left_alone(
    damaged: Path, clock: Clock
) -> None:
    content = damaged.read_bytes()
    with pytest.raises(UsageError, match="delete it") as caught:
        remembered(damaged, ORIGIN, clock)

    assert str(damaged) in str(caught.value)
    assert damaged.read_bytes() == content
    damaged.unlink()
    assert remembered(damaged, ORIGIN, clock).take()


def test_a_rehearsal_warns_of_what_it_cannot_read(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "refusals.db"
    path.write_text("{}" * 1000)
    budget = remembered(path, ORIGIN, clock, keep=False)

    assert budget.left == LIMIT
    assert budget.warning
    assert str(path) in budget.warning


def test_values_of_another_kind_do_not_count(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "refusals.db"
    remembered(path, ORIGIN, clock)
    with opened(path) as connection:
        connection.executemany(
            "INSERT INTO refusals VALUES (?, ?)",
            [(ORIGIN, each) for each in ("soon", b"1", float("inf"), float("-inf"), int(clock.now))],
        )

    assert remembered(path, ORIGIN, clock, keep=False).left == LIMIT - 1
    assert remembered(path, ORIGIN, clock).left == LIMIT - 1


@pytest.mark.parametrize("place", ["file/refusals.db", "folder"])
def test_a_place_that_cannot_be_written_is_said_before_anything_is_sent(
    place: str, tmp_path: Path, clock: Clock
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        remembered(tmp_path / place, ORIGIN, clock)


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="permissions are others there, and none for root"
)
def test_a_folder_that_takes_no_journal_is_said_too(tmp_path: Path, clock: Clock) -> None:
    """The file itself may be written, and reading it tells nothing."""
    path = tmp_path / "folder" / "refusals.db"
    remembered(path, ORIGIN, clock)
    path.parent.chmod(0o555)
    try:
        with pytest.raises(UsageError, match="cannot be written"):
            remembered(path, ORIGIN, clock)
    finally:
        path.parent.chmod(0o755)


def test_a_file_that_another_program_locks_is_said_too(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "PATIENCE", 0.01)
    path = tmp_path / "refusals.db"
    remembered(path, ORIGIN, clock)
    with opened(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(UsageError, match="locked"):
            remembered(path, ORIGIN, clock)


def test_a_file_that_fails_later_grants_nothing_and_what_is_seen_counts(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it nobody knows what others had."""
    monkeypatch.setattr(refusals, "PATIENCE", 0.01)
    path = tmp_path / "refusals.db"
    budget = remembered(path, ORIGIN, clock)
    assert budget.take()
    with opened(path) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        assert not budget.take()
        for _ in range(LIMIT - 1):
            budget.seen(401)
        assert (budget.left, budget.blocked) == (0, False)
        budget.seen(401)
        assert budget.blocked

    assert budget.warning
    assert str(path) in budget.warning
    assert budget.blocked
    assert remembered(path, ORIGIN, clock).left == LIMIT - 1


def test_a_file_that_somebody_deletes_gives_a_run_nothing_back(tmp_path: Path, clock: Clock) -> None:
    """Which also shows that it is not kept open: on Windows it could not be deleted."""
    path = tmp_path / "refusals.db"
    budget = remembered(path, ORIGIN, clock)
    budget.take()
    budget.seen(403)
    path.unlink()

    assert budget.left == LIMIT - 2
    assert [budget.take() for _ in range(LIMIT)] == [True] * (LIMIT - 2) + [False] * 2
