"""The inbox in each database: what it keeps, hands over, tries again, puts aside, replays and forgets."""

import asyncio
import logging
import os
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from receiver.hooks import CREDENTIALS, GUEST, SECRET, URI, WAIT, done, event, sent, until
from sandbox.databases import ALL, DURABLE, FILE, POSTGRESQL, database

from punchh_contract.errors import UsageError
from punchh_contract.receiver import CannotHandleError, Event, Inbox, InboxError, Incoming, Order, Verdict
from punchh_contract.receiver.database import Database
from punchh_contract.receiver.inbox import LONGEST_SPAN
from punchh_contract.receiver.post import post
from punchh_contract.receiver.records import Records
from punchh_contract.receiver.tables import version

NOW = datetime(2026, 3, 2, 18, 5, 1, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Handled:
    """A handler that remembers; `does` may raise."""

    def __init__(self, does: Callable[[Event], None] = lambda _: None) -> None:
        self.events: list[Event] = []
        self.does = does

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self.does(event)

    @property
    def seen(self) -> list[tuple[int, int]]:
        """Redemptions and attempts, in order."""
        return [(each.redemption_id, each.attempt) for each in self.events]


@pytest.fixture(params=ALL)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return database(request.param, tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(url: str, clock: Clock) -> Iterator[Inbox]:
    with Inbox(url, clock=clock) as opened:
        yield opened


def put(inbox: Inbox, body: bytes) -> Verdict:
    return inbox.receive(sent(body), CREDENTIALS)


def fail(_: Event) -> None:
    raise KeyError(GUEST[1])


def refuse(_: Event) -> None:
    raise CannotHandleError("the store is not ours")


def test_an_event_is_handed_over_once_however_often_it_comes(inbox: Inbox) -> None:
    outcomes = [put(inbox, body).outcome for body in (event(), event(), event(2), event())]
    assert outcomes == ["take", "drop", "take", "drop"]
    handled = Handled()
    inbox.start(handled)
    done(inbox)
    assert (put(inbox, event()).status, put(inbox, event()).duplicate) == (200, True)
    assert handled.seen == [(1, 1), (2, 1)]
    assert handled.events[0].body == event()
    assert inbox.counts() == {"waiting": 0, "handled": 2, "stale": 0, "parked": 0}
    assert [each.received for each in inbox.entries()] == [5, 1]


def test_what_comes_while_it_hands_over_is_handed_over(inbox: Inbox) -> None:
    handled = Handled()
    inbox.start(handled)
    for number in range(1, 6):
        put(inbox, event(number))
    done(inbox)
    assert handled.seen == [(number, 1) for number in range(1, 6)]


def test_what_cannot_be_handled_is_put_aside_with_its_reason_and_never_handed_over(inbox: Inbox) -> None:
    for body in (b"{", event(2, event_name="users"), event(3, business_id=GUEST[1]), event()):
        put(inbox, body)
    assert put(inbox, event(payload={"redemption_status": "redeemed"})).conflict
    handled = Handled()
    inbox.start(handled)
    done(inbox)
    assert handled.seen == [(1, 1)]
    reasons = [each.reason or "" for each in inbox.entries("parked")]
    wanted = ["cannot be read", "not the event", "/business_id", "with another body"]
    assert [part in reason for part, reason in zip(wanted, reasons, strict=True)] == [True] * 4
    assert [each for each in GUEST if each in repr(inbox.entries())] == []
    assert inbox.body(1) == b"{"


def test_what_is_not_authentic_and_a_check_leave_nothing(inbox: Inbox) -> None:
    assert inbox.receive(Incoming("POST", URI, {}, event()), CREDENTIALS).status == 401
    assert inbox.receive(sent(b"", "GET"), CREDENTIALS).status == 200
    assert inbox.entries() == ()


def test_a_handler_that_fails_is_asked_again_after_each_wait_and_then_it_is_put_aside(
    inbox: Inbox, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    put(inbox, event())
    handled = Handled(fail)
    with caplog.at_level(logging.DEBUG):
        inbox.start(handled, retries=(60, 300))
        for attempt, wait in ((1, 60), (2, 300)):
            until(lambda: bool(inbox.entries()[0].reason))
            (entry,) = inbox.entries()
            assert (entry.attempts, entry.reason) == (attempt, "the handler failed with KeyError")
            assert entry.due_at == clock.now + timedelta(seconds=wait)
            clock.now += timedelta(seconds=wait)
            until(lambda: len(handled.seen) > attempt)  # noqa: B023  # called at once
        until(lambda: inbox.counts()["parked"] == 1)
    assert handled.seen == [(1, 1), (1, 2), (1, 3)]
    (entry,) = inbox.entries()
    assert (entry.attempts, entry.reason) == (3, "the handler failed 3 times, at last with KeyError")
    assert "KeyError" in caplog.text
    assert [each for each in (*GUEST, SECRET) if each in caplog.text] == []


def test_an_event_that_always_ends_its_process_is_put_aside(inbox: Inbox, clock: Clock) -> None:
    put(inbox, event())
    with inbox._database.transaction() as connection:  # as three processes left it that died
        connection.execute(sqlalchemy.text("UPDATE punchh_inbox_deliveries SET attempts = 3"))
    handled = Handled()
    inbox.start(handled, retries=(1, 1))
    done(inbox)
    assert handled.seen == []
    assert inbox.entries()[0].reason == "it was handed over 3 times and never came back"


def test_a_handler_may_put_an_event_aside_and_a_person_may_replay_it(inbox: Inbox) -> None:
    def refuse(event: Event) -> None:
        if event.attempt == 1 and len(handled.events) == 1:
            raise CannotHandleError("the store is not ours")

    handled = Handled(refuse)
    put(inbox, event())
    inbox.start(handled)
    until(lambda: inbox.counts()["parked"] == 1)
    assert inbox.entries()[0].reason == "the handler says: the store is not ours"
    assert inbox.replay(1).state == "waiting"
    done(inbox)
    assert handled.seen == [(1, 1), (1, 1)]
    assert inbox.counts()["handled"] == 1


class WordlessError(CannotHandleError):
    def __str__(self) -> str:
        raise SystemExit(GUEST[1])


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (CannotHandleError("bad \0 name"), r"bad \x00 name"),
        (CannotHandleError("bad \udcff name\n"), r"bad \udcff name\n"),
        (CannotHandleError("x" * 100_000), "x" * 500),
        (WordlessError(), "words that cannot be read"),
    ],
    ids=["NUL", "half a surrogate pair", "very long", "a subclass that raises"],
)
def test_whatever_a_handler_says_its_event_is_put_aside_and_the_next_comes(
    inbox: Inbox, error: CannotHandleError, reason: str
) -> None:
    def refuse(event: Event) -> None:
        if event.redemption_id == 1:
            raise error

    handled = Handled(refuse)
    for number in (1, 2):
        put(inbox, event(number))
    inbox.start(handled)
    done(inbox)
    assert handled.seen == [(1, 1), (2, 1)]
    assert [each.reason for each in inbox.entries("parked")] == [f"the handler says: {reason}"]


def refused() -> Exception:
    error = InboxError("the database failed: DataError")
    error.lasting = True
    return error


@pytest.mark.parametrize("error", [refused(), UnicodeEncodeError("utf-8", GUEST[1], 0, 1, GUEST[1])])
def test_what_the_database_never_takes_stops_nothing_and_its_event_comes_again(
    inbox: Inbox,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    handle, failed = Records.handled, threading.Event()

    def handled_once(records: Records, entry: int, *more: Any) -> None:
        if entry == 1 and not failed.is_set():
            failed.set()
            raise error
        handle(records, entry, *more)

    monkeypatch.setattr(Records, "handled", handled_once)
    handled = Handled()
    for number in (1, 2):
        put(inbox, event(number))
    handling = inbox.start(handled, retries=(60,))
    until(lambda: inbox.counts()["handled"] == 1)
    assert handled.seen == [(1, 1), (2, 1)]
    clock.now += timedelta(seconds=60)
    done(inbox)
    assert handled.seen == [(1, 1), (2, 1), (1, 2)]
    assert "entry 1: what became of it is not known" in caplog.text
    assert [each for each in GUEST if each in caplog.text] == []
    assert handling.stop()


def test_an_attempt_that_could_not_be_written_down_is_not_kept_busy(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, failed = Records.begun, threading.Event()

    def begun(records: Records, *more: Any) -> None:
        begin(records, *more)
        if not failed.is_set():
            failed.set()
            raise InboxError("the database failed: for once")

    monkeypatch.setattr(Records, "begun", begun)
    handled = Handled()
    put(inbox, event())
    inbox.start(handled)
    done(inbox)
    assert (failed.is_set(), handled.seen) == (True, [(1, 1)])


def test_a_thread_that_cannot_begin_leaves_the_post(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    async def handle(_: Event) -> None:
        raise AssertionError("it never began")

    def fail() -> None:
        raise OSError

    monkeypatch.setattr(asyncio, "Runner", fail)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    handling = inbox.start(handle)
    handling.wait()
    assert handling.stop()
    assert handling.stopped


def test_what_was_handled_can_be_replayed_and_what_is_no_event_cannot(inbox: Inbox) -> None:
    handled = Handled()
    inbox.start(handled)
    put(inbox, event())
    put(inbox, b"{")
    done(inbox)
    inbox.replay(1)
    done(inbox)
    assert handled.seen == [(1, 1), (1, 1)]
    with pytest.raises(UsageError, match="entry 2 cannot be handed over: it cannot be read"):
        inbox.replay(2)
    for ask in (inbox.replay, inbox.body):
        with pytest.raises(UsageError, match="no entry 99"):
            ask(99)
    inbox.discard(2)
    with pytest.raises(UsageError, match="entry 1 is not among"):
        inbox.discard(1)
    assert [each.entry for each in inbox.entries()] == [1]


@pytest.mark.parametrize("ends", [None, fail, refuse], ids=["handled", "failed", "parked"])
def test_what_is_replayed_while_it_is_in_hand_comes_again(
    inbox: Inbox, ends: Callable[[Event], None] | None
) -> None:
    began, may_end = threading.Event(), threading.Event()

    def hold(each: Event) -> None:
        if len(handled.events) == 1:
            began.set()
            assert may_end.wait(WAIT)
            if ends is not None:
                ends(each)

    handled = Handled(hold)
    put(inbox, event())
    inbox.start(handled, threads=2, retries=(60,))
    try:
        assert began.wait(WAIT)
        entry = inbox.replay(1)
        assert (entry.state, entry.attempts) == ("waiting", 0)
    finally:
        may_end.set()
    done(inbox)
    assert handled.seen == [(1, 1), (1, 1)]
    (entry,) = inbox.entries()
    assert (entry.state, entry.attempts, entry.reason) == ("handled", 1, None)


def test_what_was_handled_stays_so_whatever_became_of_another_attempt(inbox: Inbox) -> None:
    put(inbox, event())
    with inbox._database.transaction() as connection:  # as two processes, of which one lost the post
        records = Records(connection)
        for _ in range(2):
            records.begun(1, NOW)
        row = records.row(1)
        assert row is not None
        records.due(1, 1, NOW + timedelta(days=1), "the first failed")
        records.settled(1, 1, "parked", NOW, "the first was refused")
        assert records.row(1) == row
        records.handled(1, 1, 1, Order(row.changed, row.sent, row.rank), NOW)
        records.due(1, 2, NOW + timedelta(days=1), "the second failed")
        records.settled(1, 2, "parked", NOW, "the second was refused")
    (entry,) = inbox.entries()
    assert (entry.state, entry.attempts, entry.reason) == ("handled", 2, None)


def older(number: int = 1) -> bytes:
    return event(number, timestamp=1, payload={"updated_at": "2001-01-01T00:00:00Z"})


@pytest.mark.parametrize("hand_stale", [False, True])
def test_what_is_stale_is_kept_and_handed_over_only_if_asked_for(inbox: Inbox, *, hand_stale: bool) -> None:
    handled = Handled()
    inbox.start(handled, hand_stale=hand_stale)
    put(inbox, event())
    done(inbox)
    assert put(inbox, older()).stale
    done(inbox)
    assert [each.stale for each in handled.events] == [False, True][: 1 + hand_stale]
    if not hand_stale:
        (entry,) = inbox.entries("stale")
        inbox.replay(entry.entry)
        done(inbox)
        assert handled.events[-1].stale
    # It did not become the newest by that.
    assert put(inbox, event(timestamp=2, payload={"updated_at": "2002-01-01T00:00:00Z"})).stale


def test_the_events_of_a_redemption_go_oldest_first_and_wait_for_each_other(
    inbox: Inbox, clock: Clock
) -> None:
    put(inbox, event())
    put(inbox, older())
    put(inbox, event(2))
    handled = Handled(lambda each: fail(each) if each.body == older() and each.attempt == 1 else None)
    inbox.start(handled, retries=(60,))
    until(lambda: handled.seen == [(1, 1), (2, 1)] and inbox.counts()["handled"] == 1)
    assert handled.events[0].body == older()
    clock.now += timedelta(seconds=60)
    done(inbox)
    assert [each.body for each in handled.events[2:]] == [older(), event()]
    assert inbox.counts()["handled"] == 3


def test_threads_hand_over_several_redemptions_and_never_two_events_of_one(inbox: Inbox) -> None:
    running: dict[int, int] = {}
    most, worst, lock = 0, 0, threading.Lock()
    meeting = threading.Barrier(3)

    def run(each: Event) -> None:
        nonlocal most, worst
        with lock:
            running[each.redemption_id] = running.get(each.redemption_id, 0) + 1
            most = max(most, sum(running.values()))
            worst = max(worst, running[each.redemption_id])
        if each.model.action == "create":
            meeting.wait(20)  # all three run at once, or it breaks
        with lock:
            running[each.redemption_id] -= 1

    for number in (1, 2, 3):
        put(inbox, event(number))
        put(inbox, event(number, action="update", content_id=f"x{number}"))
    # Due again at once: what runs is left alone because it runs.
    inbox.start(run, threads=3, retries=(0,))
    done(inbox)
    assert (most, worst) == (3, 1)
    assert inbox.counts()["handled"] == 6


def test_a_coroutine_is_a_handler_too(inbox: Inbox) -> None:
    seen: list[int] = []

    async def handle(each: Event) -> None:
        await asyncio.sleep(0)
        seen.append(each.redemption_id)
        if each.attempt == 1:
            raise ValueError

    put(inbox, event())
    inbox.start(handle, retries=(0,))
    done(inbox)
    assert seen == [1, 1]


def test_what_returns_a_coroutine_is_awaited_and_a_generator_is_a_failure(inbox: Inbox) -> None:
    seen: list[int] = []

    async def handle(each: Event) -> None:
        await asyncio.sleep(0)
        seen.append(each.redemption_id)

    def generates(each: Event) -> Any:
        yield seen.append(each.redemption_id)

    put(inbox, event())
    handling = inbox.start(lambda each: handle(each))
    done(inbox)
    assert (seen, inbox.counts()["handled"]) == ([1], 1)
    assert handling.stop()
    put(inbox, event(2))
    inbox.start(generates, retries=())
    done(inbox)
    assert (seen, inbox.counts()["parked"]) == ([1], 1)


def test_it_hands_over_once_at_a_time_and_again_after_it_stopped(inbox: Inbox) -> None:
    first = inbox.start(Handled())
    with pytest.raises(UsageError, match="already"):
        inbox.start(Handled())
    assert first.stop()
    handled = Handled()
    inbox.start(handled)
    put(inbox, event())
    done(inbox)
    assert handled.seen == [(1, 1)]


def test_it_stops_when_what_runs_is_done(inbox: Inbox) -> None:
    began, may_end = threading.Event(), threading.Event()

    def slow(_: Event) -> None:
        began.set()
        assert may_end.wait(20)

    handling = inbox.start(slow)
    put(inbox, event())
    put(inbox, event(2))
    assert began.wait(20)
    assert not handling.stop(patience=0)
    may_end.set()
    assert handling.stop()
    assert inbox.counts() == {"waiting": 1, "handled": 1, "stale": 0, "parked": 0}


@pytest.mark.parametrize(
    "options", [{"threads": 0}, {"retries": (-1,)}, {"retries": (float("nan"),)}], ids=str
)
def test_nonsense_is_refused(inbox: Inbox, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        inbox.start(Handled(), **options)


def test_what_is_done_is_remembered_longer_than_the_vendor_repeats_and_then_forgotten(
    url: str, clock: Clock
) -> None:
    with pytest.raises(UsageError, match="remembers for"):
        Inbox(url, keep=LONGEST_SPAN - timedelta(seconds=1))
    with Inbox(url, keep=LONGEST_SPAN, clock=clock) as inbox:
        handling = inbox.start(Handled())
        put(inbox, event())
        put(inbox, b"{")
        done(inbox)
        handling.stop()
        clock.now += LONGEST_SPAN
        assert inbox.forget() == 0
        assert put(inbox, event()).duplicate
        assert put(inbox, older()).stale
        clock.now += timedelta(seconds=1)
        assert inbox.forget() == 1
        assert inbox.counts() == {"waiting": 1, "handled": 0, "stale": 0, "parked": 1}
        # Numbers are not given twice.
        assert put(inbox, event()).outcome == "take"
        assert [each.entry for each in inbox.entries()] == [2, 3, 4]
        inbox.start(Handled())
        done(inbox)
        clock.now += timedelta(days=1)
        until(lambda: inbox.counts()["handled"] == 0, "nobody forgets by himself")


@pytest.mark.parametrize("kind", DURABLE)
def test_it_is_all_there_after_it_was_opened_anew(kind: str, tmp_path: Path) -> None:
    url = database(kind, tmp_path)
    with Inbox(url) as inbox:
        put(inbox, event())
    with Inbox(url) as inbox:
        assert put(inbox, event()).duplicate
        handled = Handled()
        inbox.start(handled)
        done(inbox)
    assert handled.seen == [(1, 1)]


@pytest.mark.parametrize("kind", DURABLE)
def test_a_newer_database_is_refused_and_a_damaged_one(kind: str, tmp_path: Path) -> None:
    url = database(kind, tmp_path)
    for found, says in ((2, "newer punchh-contract"), (0, "damaged")):
        with Inbox(url) as inbox, inbox._database.transaction() as connection:  # as another program
            connection.execute(version.update().values(version=found))
        with pytest.raises(UsageError, match=says):
            Inbox(url)
        engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            connection.execute(version.update().values(version=1))
        engine.dispose()


@pytest.mark.parametrize("kind", DURABLE)
def test_it_may_share_a_database_with_tables_of_others(kind: str, tmp_path: Path) -> None:
    url = database(kind, tmp_path)
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE orders (number INTEGER)"))
    engine.dispose()
    with Inbox(url) as inbox:
        assert put(inbox, event()).outcome == "take"


@pytest.mark.parametrize(
    "wrong",
    [
        "mysql://user:hush@host/name",
        "postgresql://user:hush@127.0.0.1:1/name",
        "postgresql://user:hu@sh@host/name",
        "sqlite:////nowhere/hush/inbox.db",
        "sqlite:///file:inbox.db?uri=true",
        "hush",
    ],
)
def test_a_database_that_cannot_be_used_is_refused_without_its_password(wrong: str) -> None:
    with pytest.raises(UsageError) as caught:
        Inbox(wrong)
    assert "user:hush" not in str(caught.value)
    assert "hu@sh" not in str(caught.value)


def test_a_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    with Inbox(f"sqlite:///{tmp_path}/inbox.db") as inbox:
        put(inbox, event())
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.glob("inbox.db*")}
    assert modes == {"inbox.db": 0o600, "inbox.db-shm": 0o600, "inbox.db-wal": 0o600}


@pytest.mark.parametrize("kind", DURABLE)
def test_one_process_at_most_has_the_post(kind: str, tmp_path: Path) -> None:
    kept = Database(database(kind, tmp_path))
    first, second = post(kept), post(kept)
    assert (first.take(), first.take(), second.take()) == (True, True, False)
    first.leave()
    until(second.take)
    assert not first.take()
    first.leave()
    second.leave()
    kept.close()


@pytest.mark.parametrize("kind", DURABLE)
def test_two_inboxes_on_one_database_take_turns(kind: str, tmp_path: Path) -> None:
    url = database(kind, tmp_path)
    with Inbox(url) as first, Inbox(url) as second:
        handled, others = Handled(), Handled()
        began = first.start(handled)
        put(first, event())
        done(first)
        second.start(others)
        # It waits for what came in by itself, and for the post of the other.
        put(second, event(2))
        until(lambda: len(handled.events) == 2)
        began.stop()
        put(first, event(3))
        until(lambda: len(others.events) == 1)
    assert (handled.seen, others.seen) == ([(1, 1), (2, 1)], [(3, 1)])


def test_a_failing_database_is_told_in_our_words(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Inbox(database(FILE, tmp_path)) as inbox:
        with inbox._database.transaction() as connection:  # as somebody's accident
            connection.execute(sqlalchemy.text("DROP TABLE punchh_inbox_deliveries"))
        with pytest.raises(InboxError) as caught:
            put(inbox, event())
        inbox.start(Handled())
        until(lambda: "nothing is handed over" in caplog.text)
    assert str(caught.value) == "the database failed: OperationalError, OperationalError"
    assert caught.value.__suppress_context__
    assert [each for each in (*GUEST, SECRET) if each in caplog.text] == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_fork_of_the_process_is_told_to_make_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Inbox(database(FILE, tmp_path)) as inbox:
        monkeypatch.setattr(os, "getpid", lambda: -1)
        with pytest.raises(UsageError, match="forked"):
            put(inbox, event())


def test_a_server_that_ends_the_connection_costs_the_post_and_no_event(tmp_path: Path) -> None:
    url = database(POSTGRESQL, tmp_path)
    with Inbox(url) as inbox:
        handled = Handled()
        inbox.start(handled)
        put(inbox, event())
        done(inbox)
        engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
        with engine.connect() as connection:
            connection.execute(
                sqlalchemy.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        assert put(inbox, event(2)).outcome == "take"
        done(inbox)
        assert handled.seen == [(1, 1), (2, 1)]


def test_a_process_that_stands_still_in_a_transaction_loses_it_to_who_waits(tmp_path: Path) -> None:
    url = database(POSTGRESQL, tmp_path)
    still, other = Database(url), Database(url)

    def stand_still() -> None:
        with still.transaction() as connection:
            with other.transaction():
                pass
            connection.exec_driver_sql("SELECT 1")

    with pytest.raises(InboxError):
        stand_still()
    with still.transaction():
        pass
    still.close()
    other.close()
