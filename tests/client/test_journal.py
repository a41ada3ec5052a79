"""The journal: on disk before a byte leaves, shared, private, and honest about who is at what."""

import asyncio
import contextlib
import gc
import logging
import multiprocessing
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from punchh_contract import AsyncPunchhClient, PunchhClient
from punchh_contract.client.attempt import Attempt
from punchh_contract.client.calls import Progress
from punchh_contract.client.entry import Intent, Place
from punchh_contract.client.errors import CallTimeout, OutcomeUnknown
from punchh_contract.client.faults import Fault
from punchh_contract.client.journal import Journal
from punchh_contract.contract import load
from punchh_contract.errors import UsageError

HOST = "http://127.0.0.1:8787"
BODY = b'{"user_id":111111111,"email":"ada.sandbox@example.com"}'


def call(operation: str = "process_batch_redemption", uid: str | None = "till-1", **more: Any) -> Any:
    """What the journal reads of a prepared call."""
    found = load().operation(operation)
    values = {
        "operation": found,
        "uri": found.path,
        "body": BODY,
        "external_uid": uid,
        "fingerprint": "f" * 64,
        "keyed": uid is not None,
        "committing": True,
    }
    return SimpleNamespace(**{**values, **more})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "redemptions.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with contextlib.closing(Journal(path, HOST)) as made:
        yield made


def another(path: Path, host: str = HOST) -> "contextlib.closing[Journal]":
    return contextlib.closing(Journal(path, host))


def test_what_was_begun_is_on_disk_with_the_very_bytes(journal: Journal, path: Path) -> None:
    number = journal.begin(call(), authority="a" * 64)
    with contextlib.closing(sqlite3.connect(path)) as reader:
        kept = reader.execute("SELECT operation, uri, body, external_uid, state, host FROM calls").fetchone()
    assert kept == (
        "process_batch_redemption",
        load().operation("process_batch_redemption").path,
        BODY,
        "till-1",
        "pending",
        HOST,
    )
    entry = journal.entry(number)
    assert entry is not None
    assert (entry.body, entry.keyed, entry.authority, entry.method) == (BODY, True, "a" * 64, "POST")
    assert datetime.now(UTC) - entry.begun_at < timedelta(minutes=1)


def test_a_call_in_flight_is_nobodys_to_recover(journal: Journal, path: Path) -> None:
    number = journal.begin(call())
    with another(path) as other:
        assert journal.pending() == other.pending() == []
        journal.unknown(number, "read_timeout")
        assert [each.id for each in other.pending()] == [each.id for each in journal.pending()] == [number]


def test_a_closed_journal_leaves_its_calls_behind(journal: Journal, path: Path) -> None:
    with another(path) as other:
        number = other.begin(call())
        assert journal.pending() == []
    assert [each.id for each in journal.pending()] == [number]
    assert {each.name for each in path.parent.iterdir()} == {
        path.name,
        f"{path.name}-wal",
        f"{path.name}-shm",
    }


def test_what_is_settled_stays_settled(journal: Journal) -> None:
    answered, failed = journal.begin(call()), journal.begin(call())
    journal.answered(answered, 200, b'{"success":[]}')
    journal.failed(failed, "connect")
    journal.answered(failed, 200, b"{}")
    journal.unknown(answered, "late")
    first, second = journal.entry(answered), journal.entry(failed)
    assert first is not None
    assert second is not None
    assert (first.state, first.status, first.answer, first.owner) == (
        "answered",
        200,
        b'{"success":[]}',
        None,
    )
    assert (second.state, second.status, second.reason) == ("failed", None, "connect")
    assert journal.pending() == []


def test_a_later_try_that_failed_proves_nothing(journal: Journal) -> None:
    number = journal.begin(call())
    journal.unknown(number, "read_timeout")
    journal.failed(number, "connect")
    assert [each.id for each in journal.pending()] == [number]
    journal.looked_up(number, happened=False, note="nothing in the timeline of the guest")
    entry = journal.entry(number)
    assert entry is not None
    assert (entry.state, entry.reason) == ("failed", "looked up: nothing in the timeline of the guest")
    assert journal.pending() == []


def test_one_of_two_may_claim_an_entry(journal: Journal, path: Path) -> None:
    number = journal.begin(call())
    journal.unknown(number, "reply lost")
    with another(path) as other:
        (mine,), (theirs,) = journal.pending(), other.pending()
        assert other.claim(theirs)
        assert not journal.claim(mine)
        assert journal.pending() == []
        other.unknown(number, "still")
        assert journal.claim(journal.pending()[0])


def test_of_many_that_claim_at_once_one_gets_it(journal: Journal, path: Path) -> None:
    for _ in range(20):
        number = journal.begin(call())
        journal.unknown(number, "reply lost")
        with contextlib.ExitStack() as stack:
            others = [stack.enter_context(another(path)) for _ in range(4)]
            seen = [each.pending()[0] for each in others]
            won: list[bool] = []
            start = threading.Barrier(len(others))

            def claim(
                place: int, start: Any = start, others: Any = others, seen: Any = seen, won: Any = won
            ) -> None:
                start.wait()
                won.append(others[place].claim(seen[place]))

            threads = [threading.Thread(target=claim, args=(place,)) for place in range(len(others))]
            for each in threads:
                each.start()
            for each in threads:
                each.join()
            assert sorted(won) == [False, False, False, True]
            journal.answered(number, 200, None)


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[3])
from client.test_journal import call, Journal
journal = Journal(sys.argv[1], sys.argv[2])
print(journal.begin(call()), flush=True)
signal.pause()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_a_killed_process_gives_its_entry_up_and_one_that_stands_still_does_not(
    journal: Journal, path: Path
) -> None:
    tests = str(Path(__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path), HOST, tests], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        number = int(process.stdout.readline())
        process.send_signal(signal.SIGSTOP)
        assert journal.pending() == []
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert [each.id for each in journal.pending()] == [number]
    assert journal.claim(journal.pending()[0])
    # The database, its two files, and our own lock: that of the dead is gone.
    assert len(list(path.parent.iterdir())) == 4


def in_child(journal: Journal, answer: Any) -> None:
    answer.send((journal.begin(call()), [each.id for each in journal.pending()]))
    answer.recv()
    os._exit(0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_after_a_fork_parent_and_child_are_two(journal: Journal) -> None:
    ours = journal.begin(call())
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    child = context.Process(target=in_child, args=(journal, there))
    child.start()
    try:
        theirs, pending = here.recv()
        assert pending == []
        assert theirs != ours
        assert journal.pending() == []
        here.send("end")
    finally:
        child.join(10)
    assert [each.id for each in journal.pending()] == [theirs]
    journal.answered(ours, 201, None)


def test_entries_of_another_host_stay_untouched(journal: Journal, path: Path) -> None:
    with another(path, "https://pos.example.com") as other:
        number = other.begin(call())
        other.unknown(number, "read")
        assert [each.id for each in other.pending()] == [number]
        assert journal.pending() == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_its_owner_may_read_it(path: Path) -> None:
    before = os.umask(0)
    try:
        with another(path) as journal:
            journal.begin(call())
            kept = [each for each in path.parent.iterdir() if each.name.startswith(path.name)]
            # The lock is empty, and stays so.
            modes = {stat.S_IMODE(each.stat().st_mode) for each in kept if each.stat().st_size}
            assert len(kept) == 4
    finally:
        os.umask(before)
    assert modes == {0o600}


def test_what_is_forgotten_is_gone_from_the_file(path: Path) -> None:
    now = [1_000_000.0]
    with contextlib.closing(Journal(path, HOST, clock=lambda: now[0])) as journal:
        old, pending = journal.begin(call()), journal.begin(call(uid="till-2", body=b"{}"))
        journal.answered(old, 200, b"{}")
        journal.unknown(pending, "read")
        now[0] += 3600
        assert journal.forget(timedelta(hours=2)) == 0
        assert journal.forget(timedelta(minutes=30)) == 1
        assert journal.entry(old) is None
        assert [each.id for each in journal.pending()] == [pending]
        held = b"".join(each.read_bytes() for each in path.parent.iterdir())
        assert b"ada.sandbox" not in held


def test_an_entry_and_a_journal_show_no_guest(journal: Journal) -> None:
    entry = journal.entry(journal.begin(call(), authority="b" * 64))
    shown = f"{entry!r} {entry} {journal!r}"
    assert "ada.sandbox" not in shown
    assert "b" * 64 not in shown
    assert "till-1" in shown


def test_a_book_that_cannot_be_kept_forbids_the_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name a file in a folder that exists"):
        Journal(tmp_path / "no" / "such" / "folder.db", HOST).begin(call())
    text = tmp_path / "notes.txt"
    text.write_text("no database " * 100)
    with pytest.raises(UsageError, match="is it a journal"):
        Journal(text, HOST).begin(call())
    other = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(other)) as foreign:
        foreign.execute("CREATE TABLE mine (x)")
    with pytest.raises(UsageError, match="something else"):
        Journal(other, HOST).begin(call())
    newer = tmp_path / "newer.db"
    with another(newer) as made:
        made.pending()
    with contextlib.closing(sqlite3.connect(newer)) as foreign:
        foreign.execute("PRAGMA user_version = 99")
    with pytest.raises(UsageError, match="newer version"):
        Journal(newer, HOST).begin(call())


def test_a_full_disk_forbids_a_call_and_costs_no_answer(
    journal: Journal, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    number = journal.begin(call())
    assert journal._connection is not None
    # SQLite's own way to be full.
    (pages,) = journal._connection.execute("PRAGMA page_count").fetchone()
    journal._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(UsageError, match=r"SQLITE_FULL.*nothing was sent"):
        journal.begin(call(body=b"x" * 100_000))
    with caplog.at_level(logging.WARNING, logger="punchh_contract"):
        journal.answered(number, 200, b"y" * 100_000)
    assert "stays pending" in caplog.text
    entry = journal.entry(number)
    assert entry is not None
    assert entry.state == "pending"


def test_threads_share_one_journal(journal: Journal) -> None:
    def work(count: int) -> None:
        for _ in range(count):
            journal.answered(journal.begin(call()), 200, b"{}")

    threads = [threading.Thread(target=work, args=(25,)) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    last = journal.entry(100)
    assert last is not None
    assert last.state == "answered"
    assert journal.entry(101) is None


# Interruptions


class Struck:
    """A connection on which Ctrl-C is pressed as a statement returns."""

    def __init__(self, inner: sqlite3.Connection, at: str) -> None:
        self.inner = inner
        self.at = at

    def execute(self, statement: str, *values: Any) -> Any:
        done = self.inner.execute(statement, *values)
        if statement.startswith(self.at):
            self.at = "never again"
            raise KeyboardInterrupt
        return done

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


@pytest.mark.parametrize("at", ["BEGIN", "INSERT", "COMMIT"])
def test_who_is_interrupted_while_it_is_written_down_can_take_it_back(
    journal: Journal, path: Path, at: str
) -> None:
    journal.pending()
    assert journal._connection is not None
    journal._connection, intent = Struck(journal._connection, at), Intent()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        journal.begin(call(), intent=intent)
    assert (intent.place is not None) == (at == "COMMIT")
    if intent.place is not None:
        journal.failed(intent.place, "KeyboardInterrupt")
    with another(path) as other:
        # And nobody is kept out.
        number = other.begin(call(), patience=0.0)
        other.answered(number, 200, None, patience=0.0)
    del intent
    assert journal.pending() == []


def test_a_call_that_ended_without_a_word_is_nobodys(journal: Journal, path: Path) -> None:
    """As after two Ctrl-C: nothing is left that would say so, in this process or another journal of it."""
    intent: Intent | None = Intent()
    number = journal.begin(call(), intent=intent)
    with another(path) as other:
        assert journal.pending() == other.pending() == []
        intent = None
        gc.collect()
        assert [each.id for each in other.pending()] == [each.id for each in journal.pending()] == [number]
        (mine,), (theirs,) = journal.pending(), other.pending()
        assert journal.claim(mine)
        assert not other.claim(theirs)
        assert not journal.claim(mine)


def test_an_intent_that_was_given_up_is_taken_back_by_who_writes_it(journal: Journal, path: Path) -> None:
    intent = Intent()
    intent.abandoned = True
    number = journal.begin(call(), intent=intent)
    entry = journal.entry(number)
    assert entry is not None
    assert entry.state == "failed"
    started = time.monotonic()
    with busy(path), pytest.raises(CallTimeout):
        journal.begin(call(), intent=intent)
    assert time.monotonic() - started < 1.0
    assert journal.entry(number + 1) is None


@contextlib.contextmanager
def busy(path: Path) -> Iterator[None]:
    """Somebody writes, and does not come to an end."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        yield
        writer.execute("ROLLBACK")


def test_an_outcome_that_could_not_be_written_is_written_later(
    journal: Journal, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, third = (journal.begin(call(uid=f"till-{each}")) for each in range(3))
    with busy(path), caplog.at_level(logging.WARNING, logger="punchh_contract"):
        journal.answered(first, 200, b"{}", patience=0.0)
        journal.unknown(second, "read_timeout", patience=0.0)
        journal.failed(third, "connect", patience=0.0)
    # Three entries; that a second attempt fails as well is not told again.
    assert len(caplog.records) == 3
    assert [each.id for each in journal.pending()] == [second]
    states = {each: getattr(journal.entry(each), "state", None) for each in (first, second, third)}
    assert states == {first: "answered", second: "pending", third: "failed"}


def test_an_outcome_is_written_at_the_latest_when_the_file_is_closed(path: Path) -> None:
    with another(path) as journal:
        number = journal.begin(call())
        with busy(path):
            journal.answered(number, 200, b"{}", patience=0.0)
    with another(path) as later:
        assert getattr(later.entry(number), "state", None) == "answered"


def test_the_place_of_a_call_is_that_of_no_other(journal: Journal) -> None:
    number = journal.begin(call())
    journal.answered(Place(journal.path, number, "0" * 64), 200, b"{}")
    assert getattr(journal.entry(number), "state", None) == "pending"
    journal.answered(Place(journal.path, number, "f" * 64), 200, b"{}")
    assert getattr(journal.entry(number), "state", None) == "answered"


def test_what_another_took_up_is_not_let_go_of(journal: Journal, path: Path) -> None:
    number = journal.begin(call())
    journal.unknown(number, "read_timeout")
    with another(path) as other:
        assert other.claim(other.pending()[0])
        journal.unknown(number, "resolved in vain")
        assert journal.pending() == []


# Damage


def test_a_damaged_file_is_told_and_no_error_of_sqlite(path: Path) -> None:
    with another(path) as journal:
        for _ in range(30):
            journal.unknown(journal.begin(call()), "read")
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    with another(path) as journal:
        for ask in (journal.pending, lambda: journal.entry(1), lambda: journal.forget(timedelta(0))):
            with pytest.raises(UsageError, match=r"redemptions\.db cannot be .*SQLITE_CORRUPT.*damaged"):
                ask()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody delete it")
@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_was_deleted_is_noticed_before_a_call(
    journal: Journal, path: Path, caplog: pytest.LogCaptureFixture, *, replaced: bool
) -> None:
    number = journal.begin(call())
    path.unlink()
    if replaced:
        (path.parent / "other.db").write_bytes(b"")
        (path.parent / "other.db").rename(path)
    with pytest.raises(UsageError, match="deleted or replaced"):
        journal.begin(call())
    with pytest.raises(UsageError, match="deleted or replaced"):
        journal.pending()
    journal.answered(number, 200, None)
    assert "stays pending" in caplog.text


def locks(path: Path) -> list[str]:
    suffixes = (each.name.removeprefix(f"{path.name}-") for each in path.parent.iterdir())
    return [each for each in suffixes if len(each) == 16]


def test_locks_do_not_pile_up(path: Path) -> None:
    for each in range(5):
        path.with_name(f"{path.name}-{each:016x}").touch()
    kept = path.with_name(f"{path.name}-notes")
    kept.touch()
    with another(path) as journal:
        journal.begin(call())
        assert locks(path) == [journal._owner.name]
        with another(path) as other:
            other.begin(call())
            assert sorted(locks(path)) == sorted([journal._owner.name, other._owner.name])
    assert locks(path) == []
    assert kept.exists()
    left = Journal(path, HOST)
    left.begin(call())
    left._connection.close()  # type: ignore[union-attr]  # the lock is the point
    del left
    gc.collect()
    assert locks(path) == []


# Forks

FORKED = """
import os, sqlite3, sys
sys.path.insert(0, sys.argv[3])
from client.test_journal import call, Journal
path, host = sys.argv[1:3]
journal = Journal(path, host)
journal.answered(journal.begin(call(uid="parent")), 200, b"{}")
here, there = os.pipe()
child = os.fork()
if child == 0:
    if sys.argv[4] == "fresh":
        journal = Journal(path, host)
    first = journal.begin(call(uid="child-0"))
    os.read(here, 1)
    journal.answered(first, 200, b"{}")
    journal.begin(call(uid="child-1"))
    os._exit(0)
import time
with __import__("contextlib").closing(sqlite3.connect(path)) as reader:
    while not reader.execute("SELECT count(*) FROM calls WHERE external_uid = 'child-0'").fetchone()[0]:
        time.sleep(0.01)
journal.close()
os.write(there, b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("which", ["inherited", "fresh"])
def test_what_a_forked_process_writes_down_stays(path: Path, which: str) -> None:
    """SQLite keeps its locks for a process: a child that inherited an open file wrote into a log that its
    parent deleted.
    """
    tests = str(Path(__file__).parents[1])
    ran = subprocess.run(
        [sys.executable, "-c", FORKED, str(path), HOST, tests, which],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    with another(path) as journal:
        assert [each.external_uid for each in journal.pending()] == ["child-1"]
        assert [getattr(journal.entry(each), "state", None) for each in (1, 2)] == ["answered"] * 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_fork_past_python_is_refused(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.begin(call())
    ours = os.getpid()
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: ours + 1)
        with pytest.raises(UsageError, match="make the client after it"):
            journal.begin(call())


# Through a client

ORDER = {
    "discount_type": "reward",
    "reward_id": 70001,
    "store_number": "401",
    "receipt_amount": 21.72,
    "subtotal_amount": 21.72,
    "receipt_datetime": "2026-03-02T18:05:01Z",
    "transaction_no": "5678",
}


def client_at(answer: Any, keys: dict[str, str], path: Path, **options: Any) -> PunchhClient:
    transport = httpx.MockTransport(answer)
    return PunchhClient(environ={}, base_url=HOST, transport=transport, journal=path, **{**keys, **options})


def never(request: httpx.Request) -> httpx.Response:
    raise AssertionError(f"{request.url} was sent")


def test_a_busy_journal_costs_no_more_than_the_time_of_the_call(
    path: Path, keys: dict[str, str], answers: dict[str, Any]
) -> None:
    sent = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        if len(sent) == 2:
            writer.enter_context(busy(path))
        return httpx.Response(200, json=answers["create_online_redemption"])

    with client_at(answer, keys, path, timeout=0.4) as client, contextlib.ExitStack() as writer:
        client.create_online_redemption(ORDER)
        started = time.monotonic()
        with busy(path), pytest.raises(CallTimeout, match="nothing was sent"):
            client.create_online_redemption(ORDER)
        assert time.monotonic() - started < 1.5
        assert len(sent) == 1
        started = time.monotonic()
        assert client.create_online_redemption(ORDER).committed
        assert time.monotonic() - started < 1.5
        assert len(sent) == 2
        writer.close()
        assert client.recover() == []


def test_an_interrupted_call_that_was_not_sent_is_never_sent(
    path: Path, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = Journal.begin

    def struck(self: Journal, *arguments: Any, **more: Any) -> int:
        begin(self, *arguments, **more)
        raise KeyboardInterrupt

    with client_at(never, keys, path, trust_external_uid=True) as client:
        with monkeypatch.context() as patch:
            patch.setattr(Journal, "begin", struck)
            with pytest.raises(KeyboardInterrupt):
                client.create_online_redemption(ORDER)
        assert client.recover() == []
    with client_at(never, keys, path, trust_external_uid=True) as later:
        assert later.recover() == []
    with another(path) as journal:
        assert getattr(journal.entry(1), "state", None) == "failed"


def test_a_call_that_is_cancelled_twice_at_a_busy_journal_is_never_sent(
    path: Path, keys: dict[str, str]
) -> None:
    options: dict[str, Any] = {**keys, "base_url": HOST, "journal": path}

    async def calls() -> None:
        client = AsyncPunchhClient(environ={}, transport=httpx.MockTransport(never), **options)
        async with client.with_options(trust_external_uid=True) as trusting:
            assert await trusting.recover() == []
            with busy(path):
                task = asyncio.create_task(trusting.create_online_redemption(ORDER))
                for _ in range(2):
                    await asyncio.sleep(0.05)
                    task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            assert await trusting.recover() == []
        await client.close()

    asyncio.run(calls())
    with client_at(never, keys, path, trust_external_uid=True) as later:
        assert later.recover() == []


def test_in_the_middle_of_an_attempt_only_what_is_certain_was_not_sent() -> None:
    """An interruption can strike between the last byte and the note that is taken of it."""
    progress = Progress(attempt=Attempt(deadline=0.0))
    assert progress.attempt is not None
    assert progress.reached  # nobody watches what a brought transport writes
    progress.attempt.watched = True
    assert not progress.reached
    progress.attempt.written = True
    assert progress.reached
    progress.seen(Fault("connect", written=False))
    assert not progress.reached


def test_what_came_of_a_call_is_written_into_no_other_journal(
    path: Path, keys: dict[str, str], answers: dict[str, Any]
) -> None:
    lost = [True, True]

    def answer(_: httpx.Request) -> httpx.Response:
        if lost:
            lost.pop()
            raise httpx.ReadError("cut")
        return httpx.Response(200, json=answers["create_online_redemption"])

    theirs = path.with_name("other.db")
    with (
        client_at(answer, keys, path, max_retries=0, trust_external_uid=True) as one,
        client_at(answer, keys, theirs, max_retries=0, trust_external_uid=True) as two,
    ):
        with pytest.raises(OutcomeUnknown) as first:
            one.create_online_redemption(ORDER)
        with pytest.raises(OutcomeUnknown):
            two.create_online_redemption({**ORDER, "transaction_no": "5679"})
        moved = one.with_options(journal=theirs)
        bare = one.with_options(journal=None)
        for each in (two, moved, bare):
            with pytest.raises(UsageError, match=r"stands in the journal .*redemptions\.db"):
                each.resolve(first.value)
        moved.close()
        assert first.value.resolve().committed
        assert one.recover() == []
    with another(theirs) as journal:
        assert [each.external_uid is not None for each in journal.pending()] == [True]
