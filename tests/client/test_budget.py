"""The budget: no more calls than the contract allows, whoever sends them, and none in bulk by accident."""

import asyncio
import contextlib
import multiprocessing
import os
import random
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from client.counting import FORCE, MINUTE, Allowed, take_many

from punchh_contract import AsyncPunchhClient, PunchhClient
from punchh_contract.client.budget import BULK, DAY, Budget
from punchh_contract.client.errors import BudgetExceeded, BulkMisuse, CallTimeout
from punchh_contract.contract import load
from punchh_contract.errors import UsageError

BATCH = load().operation("process_batch_redemption")
assert FORCE.rate_limit is not None
TODAY = FORCE.rate_limit.per_day
KINDS = ["memory", "file"]


class Clock:
    """Seconds since 1970 that the test moves."""

    def __init__(self) -> None:
        self.now = 1_770_000_000.0

    def __call__(self) -> float:
        return self.now


def made(kind: str, tmp_path: Path, clock: Clock, *, bulk: bool = True) -> "contextlib.closing[Budget]":
    path = None if kind == "memory" else tmp_path / "budget.db"
    return contextlib.closing((Allowed if bulk else Budget)(path, clock=clock))


@pytest.mark.parametrize("kind", KINDS)
def test_a_minute_has_as_many_calls_as_the_contract_says(kind: str, tmp_path: Path) -> None:
    clock = Clock()
    with made(kind, tmp_path, clock) as budget:
        for _ in range(MINUTE):
            clock.now += 0.01
            budget.take(FORCE)
        with pytest.raises(BudgetExceeded) as refused:
            budget.take(FORCE)
        wait = refused.value.wait
        assert wait is not None
        assert 50 < wait < 60
        assert refused.value.operation_id == "force_redeem"
        clock.now += wait - 0.002
        with pytest.raises(BudgetExceeded):
            budget.take(FORCE)
        clock.now += 0.003
        budget.take(FORCE)
        with pytest.raises(BudgetExceeded):
            budget.take(FORCE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_day_has_as_many_calls_as_the_contract_says(kind: str, tmp_path: Path) -> None:
    clock = Clock()
    with made(kind, tmp_path, clock) as budget:
        for _ in range(TODAY // MINUTE):
            budget.take(FORCE, MINUTE)
            clock.now += 61
        with pytest.raises(BudgetExceeded) as refused:
            budget.take(FORCE)
        spent = TODAY // MINUTE * 61
        assert refused.value.wait == pytest.approx(DAY / 1000 - spent, abs=1)
        assert not budget.forecast(1, FORCE).fits_today


@pytest.mark.parametrize("kind", KINDS)
def test_no_minute_and_no_day_ever_holds_more(kind: str, tmp_path: Path) -> None:
    for seed in range(20):
        dice, clock, sent = random.Random(seed), Clock(), []
        folder = tmp_path / str(seed)
        folder.mkdir()
        with made(kind, folder, clock) as budget:
            for _ in range(60):
                clock.now += dice.choice([0.001, 0.5, 7.0, 40.0, 59.999, 60.0, 3600.0])
                count = dice.randint(1, MINUTE)
                with contextlib.suppress(BudgetExceeded):
                    budget.take(FORCE, count)
                    sent.append((clock.now, count))
        for end, _ in sent:
            assert sum(count for at, count in sent if end - 60 < at <= end) <= MINUTE
            assert sum(count for at, count in sent if end - 86_400 < at <= end) <= TODAY


@pytest.mark.parametrize("kind", KINDS)
def test_more_than_a_limit_at_once_never_fits(kind: str, tmp_path: Path) -> None:
    with made(kind, tmp_path, Clock()) as budget:
        with pytest.raises(BudgetExceeded, match="never room") as refused:
            budget.take(FORCE, MINUTE + 1)
        assert refused.value.wait is None
        assert not refused.value.retryable
        budget.take(FORCE, MINUTE)


def test_an_operation_without_a_limit_is_not_counted(tmp_path: Path) -> None:
    budget = Budget(tmp_path / "budget.db")
    for _ in range(3):
        budget.take(BATCH, 10**9)
    assert not (tmp_path / "budget.db").exists()
    with pytest.raises(UsageError, match="no limit of process_batch_redemption"):
        budget.forecast(1, BATCH)


@pytest.mark.parametrize("kind", KINDS)
def test_bulk_use_has_to_be_overridden_by_name(kind: str, tmp_path: Path) -> None:
    clock = Clock()
    with made(kind, tmp_path, clock, bulk=False) as budget:
        for _ in range(BULK["force_redeem"]):
            clock.now += 1
            budget.take(FORCE)
        with pytest.raises(BulkMisuse, match="allow_bulk_force_redeem=True"):
            budget.take(FORCE)
        assert budget.forecast(1, FORCE).bulk
        budget.take(FORCE, allow_bulk_force_redeem=True)
        clock.now += 3601
        budget.take(FORCE)
        assert not budget.forecast(1, FORCE).bulk


@pytest.mark.parametrize("kind", KINDS)
def test_a_forecast_is_what_then_happens(kind: str, tmp_path: Path) -> None:
    clock = Clock()
    with made(kind, tmp_path, clock) as budget:
        for _ in range(3):
            budget.take(FORCE, 150)
            clock.now += 11
        batch = 1_300
        forecast = budget.forecast(batch)
        assert (forecast.left_this_minute, forecast.left_today) == (MINUTE - 450, TODAY - 450)
        assert forecast.fits_today
        assert forecast.bulk
        began = clock.now
        for _ in range(batch):
            while True:
                try:
                    budget.take(FORCE)
                    break
                except BudgetExceeded as refused:
                    clock.now += refused.wait or 0.0
        assert clock.now - began == pytest.approx(forecast.seconds, abs=0.1)


def test_a_forecast_says_it_in_words() -> None:
    budget = Budget(clock=Clock())
    assert str(budget.forecast(10)) == "10 calls: all at once; the batch fits into a day"
    big = str(budget.forecast(TODAY + 1))
    assert "does not fit (100,000 calls are left) into a day" in big
    assert "bulk use" in big


def test_processes_share_one_budget(tmp_path: Path) -> None:
    """Exactly as many as fit, however they race: one short of the limit is left for them to begin with."""
    path, context = tmp_path / "budget.db", multiprocessing.get_context("spawn")
    with contextlib.closing(Allowed(path)) as budget:
        budget.take(FORCE, MINUTE - 40)
        start, results = context.Barrier(4), context.Queue()
        workers = [context.Process(target=take_many, args=(path, start, results)) for _ in range(4)]
        for each in workers:
            each.start()
        taken = [results.get(timeout=30) for _ in workers]
        for each in workers:
            each.join(30)
            each.close()
        results.close()
        assert sum(taken) == 40
        with pytest.raises(BudgetExceeded):
            budget.take(FORCE)


def test_threads_share_one_budget(tmp_path: Path) -> None:
    with made("file", tmp_path, Clock()) as budget:
        budget.take(FORCE, MINUTE - 40)
        taken: list[int] = []

        def take() -> None:
            for _ in range(20):
                with contextlib.suppress(BudgetExceeded):
                    budget.take(FORCE)
                    taken.append(1)

        threads = [threading.Thread(target=take) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sum(taken) == 40


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_counts_into_the_same_file(tmp_path: Path) -> None:
    with made("file", tmp_path, Clock()) as budget:
        budget.take(FORCE, MINUTE - 1)
        context = multiprocessing.get_context("fork")
        child = context.Process(target=budget.take, args=(FORCE,))
        child.start()
        child.join(10)
        assert child.exitcode == 0
        with pytest.raises(BudgetExceeded):
            budget.take(FORCE)


def test_a_file_that_cannot_be_used_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be used \(SQLITE_CANTOPEN\)"):
        Budget(tmp_path / "no" / "folder.db").take(FORCE)
    notes = tmp_path / "notes.txt"
    notes.write_text("no database " * 100)
    with pytest.raises(UsageError, match=r"cannot be used \(SQLITE_NOTADB\)"):
        Budget(notes).take(FORCE)


def test_others_at_the_file_cannot_hold_a_call(tmp_path: Path) -> None:
    path = tmp_path / "budget.db"
    with contextlib.closing(Budget(path)) as budget, contextlib.closing(sqlite3.connect(path)) as other:
        for each in (budget, Budget(path)):  # one that has the file open, and one that opens it
            other.execute("BEGIN IMMEDIATE")
            start = time.monotonic()
            with pytest.raises(CallTimeout, match="nothing was sent") as late:
                each.take(FORCE, deadline=start + 0.2)
            assert time.monotonic() - start < 2
            assert (late.value.operation_id, late.value.retryable) == ("force_redeem", True)
            other.rollback()
            each.take(FORCE, deadline=time.monotonic() + 0.2)
            each.close()


def test_another_thread_that_counts_cannot_hold_a_call(tmp_path: Path) -> None:
    with contextlib.closing(Budget(tmp_path / "budget.db")) as budget:
        counting, go_on = threading.Event(), threading.Event()

        def count() -> None:
            with budget._held(time.monotonic() + 10):
                counting.set()
                go_on.wait(10)

        thread = threading.Thread(target=count)
        thread.start()
        assert counting.wait(10)
        start = time.monotonic()
        with pytest.raises(CallTimeout):
            budget.take(FORCE, deadline=start + 0.1)
        assert time.monotonic() - start < 2
        go_on.set()
        thread.join(10)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_busy_budget_takes_no_more_than_the_time_of_the_call(
    kind: str, tmp_path: Path, keys: dict[str, str], bodies: dict[str, dict[str, Any]]
) -> None:
    path = tmp_path / "budget.db"
    options: dict[str, Any] = {"base_url": "http://127.0.0.1:1", "budget": path, "timeout": 0.3, **keys}

    async def call_async() -> None:
        async with AsyncPunchhClient(environ={}, **options) as client:
            await client.force_redeem(bodies["force_redeem"])

    def call() -> None:
        if kind == "async":
            asyncio.run(call_async())
        with PunchhClient(environ={}, **options) as client:
            client.force_redeem(bodies["force_redeem"])

    Budget(path).forecast(1)  # made
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        start = time.monotonic()
        with pytest.raises(CallTimeout, match="budget"):
            call()
        assert time.monotonic() - start < 2.5


@pytest.mark.parametrize("kind", KINDS)
def test_copies_of_a_client_count_into_one_budget(
    kind: str,
    tmp_path: Path,
    keys: dict[str, str],
    bodies: dict[str, dict[str, Any]],
    answers: dict[str, Any],
) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(201, json=answers["force_redeem"])

    with PunchhClient(
        environ={},
        base_url="https://example.com",
        transport=httpx.MockTransport(answer),
        budget=True if kind == "memory" else tmp_path / "budget.db",
        **keys,
    ) as client:
        for _ in range(MINUTE):
            client.with_options(allow_bulk_force_redeem=True).force_redeem(bodies["force_redeem"])
        around: list[dict[str, Any]] = [{"allow_bulk_force_redeem": True}]
        if kind == "memory":
            around.append({"allow_bulk_force_redeem": True, "budget": None})
        for each in around:
            with pytest.raises(BudgetExceeded):
                client.with_options(**each).force_redeem(bodies["force_redeem"])
        off = client.with_options(budget=False, allow_bulk_force_redeem=True)
        assert off.force_redeem(bodies["force_redeem"]).committed  # by name, and not by accident
        if kind == "memory":
            with pytest.raises(BudgetExceeded):
                off.with_options(budget=True).force_redeem(bodies["force_redeem"])
    assert len(sent) == MINUTE + 1


def test_what_is_older_than_a_day_is_tidied_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("punchh_contract.client.budget.TIDY", 4)
    clock = Clock()
    with made("file", tmp_path, clock) as budget:
        for _ in range(3):
            budget.take(FORCE, 100)
            clock.now += 90_000
        budget.take(FORCE)
        with contextlib.closing(sqlite3.connect(tmp_path / "budget.db")) as reader:
            assert reader.execute("SELECT count(*) FROM calls_force_redeem").fetchone() == (1,)
