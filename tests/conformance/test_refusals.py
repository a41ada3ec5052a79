"""Eight calls that expect a refusal in ten minutes, whatever run makes them; at the ninth it is over."""

import json
import random
from pathlib import Path

import pytest

from punchh_contract.conformance.refusals import LIMIT, WINDOW, History, Refusals, remembered
from punchh_contract.errors import UsageError

ORIGIN = "https://sandbox.example.com"


class Clock:
    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


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
    """Over runs that end and begin anew, and calls at any time."""
    rng, made = random.Random(seed), []
    budget, _ = remembered(tmp_path / "history.json", ORIGIN, clock)
    for _ in range(300):
        clock.now += rng.choice([0, 0, 1, 30, 200])
        if rng.random() < 0.1:
            budget, _ = remembered(tmp_path / "history.json", ORIGIN, clock)
        if budget.take():
            made.append(clock.now)

    assert len(made) > LIMIT
    assert all(later - earlier >= WINDOW for earlier, later in zip(made, made[LIMIT:], strict=False))


def test_the_next_run_knows_and_other_targets_have_their_own(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "new folder" / "history.json"
    budget, history = remembered(path, ORIGIN, clock)
    for _ in range(3):
        budget.take()
    other, _ = remembered(path, "https://other.example.com", clock)
    other.seen(412)

    assert history.warning is None
    assert remembered(path, ORIGIN, clock)[0].left == LIMIT - 3
    assert remembered(path, "https://other.example.com", clock)[0].left == LIMIT - 1
    assert [each.name for each in path.parent.iterdir()] == ["history.json"]


def test_old_entries_are_dropped(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "history.json"
    path.write_text(json.dumps({ORIGIN: [1.0, clock.now - 5], "https://old.example.com": [1.0]}))
    remembered(path, ORIGIN, clock)[0].take()

    assert json.loads(path.read_text()) == {ORIGIN: [clock.now - 5, clock.now]}


def test_a_rehearsal_reads_and_writes_nothing(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "history.json"
    written = json.dumps({ORIGIN: [clock.now]})
    path.write_text(written)
    budget, _ = remembered(path, ORIGIN, clock, keep=False)
    budget.take()

    assert (budget.left, path.read_text()) == (LIMIT - 2, written)
    remembered(tmp_path / "none" / "history.json", ORIGIN, clock, keep=False)[0].take()
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"https://sandbox.example.com": 5}',
        b'{"https://sandbox.example.com": ["1"]}',
        b'{"https://sandbox.example.com": [true]}',
        b'{"https://sandbox.example.com": [NaN]}',
        b'{"https://sandbox.example.com": [1e999]}',
        b'{"https://sandbox.example.com": [1' + b"0" * 400 + b"]}",
        b"[" * 100_000,
    ],
)
def test_a_corrupt_file_is_taken_for_empty_with_a_warning(
    content: bytes, tmp_path: Path, clock: Clock
) -> None:
    path = tmp_path / "history.json"
    path.write_bytes(content)
    budget, history = remembered(path, ORIGIN, clock)

    assert budget.left == LIMIT
    assert history.warning
    assert str(path) in history.warning
    assert budget.take()
    assert json.loads(path.read_text()) == {ORIGIN: [clock.now]}


def test_a_place_that_cannot_be_written_is_said_before_anything_is_sent(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        remembered(tmp_path / "file" / "history.json", ORIGIN, clock)


def test_a_file_that_cannot_be_written_later_becomes_a_warning(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "folder"
    history = History(folder / "history.json", ORIGIN)
    history.check()
    (folder / "history.json").unlink()
    folder.rmdir()
    folder.write_text("")
    history.save([clock.now])

    assert history.warning
    assert "could not be written" in history.warning
