"""Hands events to the user's handler, in threads: one of a redemption at a time, again if it failed.

An attempt is written down before it is made, and its end after. So a process that dies in between leaves an
event that is handed over again, with its `attempt` counted on; nothing else can make an event run twice.
"""

import asyncio
import atexit
import contextlib
import inspect
import logging
import threading
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from punchh_contract.errors import PunchhContractError, UsageError
from punchh_contract.events.rendering import printable
from punchh_contract.receiver.database import Database, InboxError
from punchh_contract.receiver.event import CannotHandleError, Event
from punchh_contract.receiver.post import Post
from punchh_contract.receiver.records import Records
from punchh_contract.receiver.stamps import Order

__all__ = ["RETRIES", "Handler", "Handling"]

Handler = Callable[[Event], None] | Callable[[Event], Awaitable[None]]

RETRIES = (1.0, 5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 7200.0)
"""Seconds before each new attempt of a handler that failed: nearly four hours, then a person is needed."""
POLL = 0.5
"""Seconds after which what another process received is seen."""
STOP_SECONDS = 10.0
REASON_LENGTH = 500
"""Characters of a handler's reason that are kept at most."""
_FORGET = timedelta(hours=1)

_log = logging.getLogger(__name__)


class Handling:
    """The threads that hand over; made by `Inbox.start`, and running from then on."""

    def __init__(
        self,
        database: Database,
        post: Post,
        handler: Handler,
        *,
        threads: int,
        retries: tuple[float, ...],
        hand_stale: bool,
        clock: Callable[[], datetime],
        keep: timedelta,
    ) -> None:
        if threads < 1:
            raise UsageError("events are handed over by one thread at least")
        if not all(0 <= each < 1e9 for each in retries):
            raise UsageError("retries are seconds, from 0 on")
        self._database = database
        self._post = post
        self._handler = handler
        self._retries = retries
        self._hand_stale = hand_stale
        self._clock = clock
        self._keep = keep
        self._lock = threading.Lock()
        self._busy: set[int] = set()
        self._forget_at: datetime | None = None
        self._news = threading.Event()
        self._stop = threading.Event()
        self._left = threads
        self._threads = [
            threading.Thread(target=self._work, name=f"punchh-inbox-{number}", daemon=True)
            for number in range(threads)
        ]
        # Threads that are no daemons would be waited for before anybody could tell them to stop.
        atexit.register(self.stop)
        for each in self._threads:
            each.start()

    @property
    def stopped(self) -> bool:
        """Whether it was told to stop, and did."""
        return self._stop.is_set() and not any(each.is_alive() for each in self._threads)

    def wake(self) -> None:
        """There is something new."""
        self._news.set()

    def stop(self, patience: float = STOP_SECONDS) -> bool:
        """Hand over no more, and wait for what runs, for so many seconds; whether all of it is done."""
        self._stop.set()
        self._news.set()
        for each in self._threads:
            if each is not threading.current_thread():
                each.join(patience)
        if self.stopped:
            atexit.unregister(self.stop)
        return self.stopped

    def wait(self) -> None:
        """Return when it is stopped, for a process that does nothing else; Ctrl-C gets through."""
        for each in self._threads:
            while each.is_alive():
                each.join(1)

    def _work(self) -> None:
        try:
            with contextlib.ExitStack() as stack:
                call = self._caller(stack)
                while not self._stop.is_set():
                    self._turn(call)
        finally:
            with self._lock:
                # Nobody else may begin while one of ours still runs.
                self._left -= 1
                if self._left == 0:
                    self._post.leave()

    def _turn(self, call: Callable[[Event], None]) -> None:
        """Hand over one event, or wait a moment. Whatever fails here, the next turn comes."""
        self._news.clear()
        try:
            claimed = self._claim()
        except Exception as error:
            _log.error("nothing is handed over at the moment: %s", _said(error))
            self._stop.wait(2 * POLL)
            return
        if claimed is None:
            self._news.wait(POLL)
            return
        self._news.set()  # there may be more, for the others
        row, event = claimed
        try:
            self._hand(row, event, call)
        except Exception as error:
            _log.error("entry %d: what became of it is not known: %s", row.entry, _said(error))
        finally:
            with self._lock:
                self._busy.discard(row.redemption_id)

    def _claim(self) -> tuple[Row[Any], Event] | None:
        """The next event, its attempt counted; None if there is none for us."""
        with self._lock:
            if self._stop.is_set() or not self._post.take():
                return None
            now = self._clock()
            with self._database.transaction() as connection:
                claimed = self._next(Records(connection), now)
            # Now that it is written, and not before: what failed must not be ours for ever.
            if claimed is not None:
                self._busy.add(claimed[0].redemption_id)
            return claimed

    def _next(self, records: Records, now: datetime) -> tuple[Row[Any], Event] | None:
        if self._forget_at is None or now >= self._forget_at:
            records.forget(now, self._keep)
            self._forget_at = now + _FORGET
        while (row := records.next(now, self._busy)) is not None:
            newest = records.latest(row.redemption_id)
            stale = newest is not None and _order(row) < newest
            if stale and not (self._hand_stale or row.asked):
                records.settled(row.entry, row.attempts, "stale", now)
            elif row.attempts > len(self._retries):
                reason = f"it was handed over {row.attempts} times and never came back"
                records.settled(row.entry, row.attempts, "parked", now, reason)
            else:
                records.begun(row.entry, now + self._pause(row.attempts))
                return row, Event(bytes(row.body), row.entry, row.received_at, row.attempts + 1, stale)
        return None

    def _hand(self, row: Row[Any], event: Event, call: Callable[[Event], None]) -> None:
        parked: str | None = None
        failure: str | None = None
        try:
            call(event)
        except CannotHandleError as error:
            parked = f"the handler says: {_reason(error)}"
        except (
            BaseException
        ) as error:  # whatever it is, it is the handler's, and not for this thread to die of
            # Its words may be a guest's.
            failure = printable(type(error).__name__[:REASON_LENGTH])
            _log.warning("entry %d: the handler failed in attempt %d: %s", row.entry, event.attempt, failure)
            if event.attempt > len(self._retries):
                parked = f"the handler failed {event.attempt} times, at last with {failure}"

        def write(records: Records) -> None:
            now = self._clock()
            if parked is not None:
                records.settled(row.entry, event.attempt, "parked", now, parked)
            elif failure is not None:
                due_at = now + self._pause(row.attempts)
                records.due(row.entry, event.attempt, due_at, f"the handler failed with {failure}")
            else:
                records.handled(row.entry, event.attempt, row.redemption_id, _order(row), now)

        self._write(write)

    def _write(self, write: Callable[[Records], None]) -> None:
        """Until the database takes it: to forget that something was done would be to do it twice.

        What it will never take raises: then the event is due again, its attempt counted.
        """
        while True:
            try:
                with self._database.transaction() as connection:
                    write(Records(connection))
            except InboxError as error:
                if error.lasting:
                    raise
                _log.error("what became of an event cannot be written: %s", error)
                if self._stop.wait(POLL):
                    return
            else:
                return

    def _pause(self, attempts: int) -> timedelta:
        """After the attempt that follows so many."""
        waits = self._retries[attempts : attempts + 1] or self._retries[-1:] or (0.0,)
        return timedelta(seconds=waits[0])

    def _caller(self, stack: contextlib.ExitStack) -> Callable[[Event], None]:
        handler: Any = self._handler
        runner: asyncio.Runner | None = None
        if inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(type(handler).__call__):
            runner = stack.enter_context(asyncio.Runner())

        def call(event: Event) -> None:
            nonlocal runner
            # By what comes back too: a wrapper around `async def` is none itself.
            returned = handler(event)
            if inspect.isgenerator(returned) or inspect.isasyncgen(returned):
                raise TypeError("a generator runs only while somebody takes what it yields")
            if inspect.isawaitable(returned):
                runner = runner or stack.enter_context(asyncio.Runner())
                runner.run(_awaited(returned))

        return call


async def _awaited(returned: Awaitable[object]) -> None:
    await returned


def _order(row: Row[Any]) -> Order:
    return Order(row.changed, row.sent, row.rank)


def _reason(error: CannotHandleError) -> str:
    """The handler's words as every database keeps them: printable, and not too long."""
    try:
        said = str(error)
    except BaseException:  # the handler's too
        return "words that cannot be read"
    return printable(said[:REASON_LENGTH])


def _said(error: Exception) -> str:
    """Our own words; of the others only the kind, since they may be a guest's."""
    return str(error) if isinstance(error, PunchhContractError) else type(error).__name__
