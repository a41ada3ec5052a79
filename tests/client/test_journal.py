"""The journal: on disk before a byte leaves, shared, private, and honest about who is at what."""

import contextlib
import logging
import multiprocessing
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

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
            start, won = threading.Barrier(len(others)), []

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
