"""The request log: what it keeps, finds and tells to those who wait."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from sandbox.calling import NOW, Clock

from punchh_contract.sandbox import requestlog
from punchh_contract.sandbox.requestlog import Entry, Filter, RequestLog

FORCE, BATCH = "force_redeem", "process_batch_redemption"


@pytest.fixture
def log() -> RequestLog:
    return RequestLog(Clock())


def add(
    log: RequestLog, operation: str | None = FORCE, status: int | None = 201, method: str = "POST"
) -> None:
    log.add(log.next_request_id(), method, "/a/path", operation, status)


def numbers(entries: list[Entry]) -> list[int]:
    return [entry.seq for entry in entries]


def test_an_entry_tells_what_happened(log: RequestLog) -> None:
    request_id = log.next_request_id()
    log.add(request_id, "POST", "/x", FORCE, 201, events=("e-1", "e-2"), fault="reply_lost")
    assert log.find() == [
        Entry(1, NOW, "POST", "/x", FORCE, 201, request_id, ("e-1", "e-2"), "reply_lost"),
    ]


def test_a_path_that_is_not_ours_and_a_method_that_is_no_word_are_not_repeated(log: RequestLog) -> None:
    log.add("id", "SECRET-TOKEN", "/a-secret", None, 404)
    entry = log.find()[0]
    assert (entry.method, entry.path) == ("?", "(9 characters)")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), [1, 2, 3, 4]),
        (Filter(operation=FORCE), [1, 2]),
        (Filter(status=201), [1]),
        (Filter(status=404), [4]),
        (Filter(status=4), [2, 4]),
        (Filter(status=5), []),
        (Filter(method="GET"), [4]),
        (Filter(operation=FORCE, status=422), [2]),
        (Filter(operation=BATCH, status=422), []),
    ],
)
def test_entries_are_found_by_what_they_are(log: RequestLog, wanted: Filter, expected: list[int]) -> None:
    add(log, FORCE, 201)
    add(log, FORCE, 422)
    add(log, BATCH, None)
    add(log, None, 404, "GET")
    assert numbers(log.find(wanted=wanted)) == expected
    assert numbers(log.find(2, wanted)) == [number for number in expected if number > 2]


def test_as_many_are_kept_and_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requestlog, "KEPT", 3)
    log = RequestLog(Clock())
    for _ in range(5):
        add(log)
    assert numbers(log.find()) == [3, 4, 5]
    assert log.requests == 5


def test_reset_numbers_and_names_from_the_start(log: RequestLog) -> None:
    ids = [log.next_request_id(), log.control_request_id()]
    add(log)
    log.count_break()
    log.reset()
    assert (log.find(), log.requests, log.contract_breaks) == ([], 0, 0)
    assert [log.next_request_id(), log.control_request_id()] == ids
    assert len(set(ids)) == 2


def test_a_number_from_before_a_reset_hides_nothing(log: RequestLog) -> None:
    add(log)
    assert numbers(log.find(500)) == [1]


async def waiting(log: RequestLog, since: int, then: Callable[[], None], wanted: Filter) -> list[Entry]:
    """What a reader gets who waits before something happens in another thread."""
    reader = asyncio.create_task(log.wait(since, 30, wanted))
    while not log._waiting:
        await asyncio.sleep(0)
    thread = threading.Thread(target=then)
    thread.start()
    entries = await reader
    thread.join()
    return entries


def test_what_is_there_is_told_at_once(log: RequestLog) -> None:
    add(log)
    assert numbers(asyncio.run(log.wait(0, 0))) == [1]
    assert log._waiting == set()


def test_what_comes_from_another_thread_is_told(log: RequestLog) -> None:
    add(log)
    assert numbers(asyncio.run(waiting(log, 1, lambda: add(log), Filter()))) == [2]


def test_what_is_not_wanted_wakes_nobody_up_for_good(log: RequestLog) -> None:
    def several() -> None:
        for status in (422, 422, 201):
            add(log, status=status)

    assert numbers(asyncio.run(waiting(log, 0, several, Filter(status=201)))) == [3]


@pytest.mark.parametrize("before", [1, 2])
def test_a_reader_survives_a_reset(log: RequestLog, before: int) -> None:
    for _ in range(before):
        add(log)

    def anew() -> None:
        log.reset()
        add(log, BATCH)

    found = asyncio.run(waiting(log, before, anew, Filter()))
    assert [(entry.seq, entry.operation) for entry in found] == [(1, BATCH)]


def test_a_reader_looks_at_each_entry_once(log: RequestLog) -> None:
    looked_at: list[int] = []

    class Looking(Filter):
        def holds(self, entry: Entry) -> bool:
            looked_at.append(entry.seq)
            return entry.status == 201

    async def slowly() -> list[Entry]:
        reader = asyncio.create_task(log.wait(0, 30, Looking()))
        for status in (422, 422, 422, 201):
            while not log._waiting:
                await asyncio.sleep(0)
            add(log, status=status)
        return await reader

    assert numbers(asyncio.run(slowly())) == [4]
    assert looked_at == [1, 2, 3, 4]


def test_nothing_comes_and_the_wait_ends(log: RequestLog) -> None:
    add(log)
    assert asyncio.run(log.wait(1, 0.01)) == []
    assert log._waiting == set()


def test_a_cancelled_reader_leaves_nothing_behind(log: RequestLog) -> None:
    async def cancelled() -> None:
        async with asyncio.timeout(0.01):
            await log.wait(0, 30)

    with pytest.raises(TimeoutError):
        asyncio.run(cancelled())
    assert log._waiting == set()


def test_readers_on_loops_of_their_own_all_hear_of_it(log: RequestLog) -> None:
    found: list[list[int]] = []
    readers = [
        threading.Thread(target=lambda: found.append(numbers(asyncio.run(log.wait(0, 30))))) for _ in range(4)
    ]
    for reader in readers:
        reader.start()
    while len(log._waiting) < 4:
        pass
    add(log)
    for reader in readers:
        reader.join()
    assert found == [[1]] * 4


def test_threads_number_without_gaps(log: RequestLog) -> None:
    ids: list[str] = []

    def answer() -> None:
        for _ in range(200):
            ids.append(log.next_request_id())
            log.count_break()
            log.add(ids[-1], "POST", "/x", FORCE, 201)

    threads = [threading.Thread(target=answer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers(log.find()) == list(range(1, 1601))
    assert len(set(ids)) == 1600
    assert log.contract_breaks == 1600
