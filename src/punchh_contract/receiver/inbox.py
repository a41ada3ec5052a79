"""The inbox: keeps each delivery before it is answered, and hands each event to a handler.

What is promised, and what is not, when a handler's process dies, stands in docs/receiving.md.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Literal, Self

from sqlalchemy import Row

from punchh_contract.errors import UsageError
from punchh_contract.receiver.credentials import Credentials, Scheme
from punchh_contract.receiver.database import Database, InboxError
from punchh_contract.receiver.delivery import Gist
from punchh_contract.receiver.handling import RETRIES, Handler, Handling
from punchh_contract.receiver.incoming import Incoming
from punchh_contract.receiver.judgement import Verdict, glance, judge, remembered, worded
from punchh_contract.receiver.post import post
from punchh_contract.receiver.records import Records

__all__ = ["KEEP", "LONGEST_SPAN", "Entry", "Inbox", "InboxError", "State"]

State = Literal["waiting", "handled", "stale", "parked"]

LONGEST_SPAN = timedelta(hours=17)
"""Between the first and the last time that the vendor sends a message: seven repetitions take 3 h 48 min
(WH-DEL), each may take 15 seconds, and a queue that the breaker holds is pinged for 12 h 15 min (a third
party's account, AE-WH)."""
KEEP = timedelta(days=30)
"""How long what is done is remembered: longer than the vendor's own log of seven days (WH-DEL), from which a
person could have something sent again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What an inbox tells of a delivery; there is no value of a guest's in it."""

    entry: int
    state: State
    reason: str | None
    """Why it is put aside, or why its last attempt failed."""
    received_at: datetime
    received: int
    """How often it came."""
    attempts: int
    """How often it was handed over."""
    due_at: datetime
    """When it is handed over, or was to be."""
    settled_at: datetime | None
    """When it was handled, found stale, or put aside."""
    gist: Gist


class Inbox:
    """Deliveries in a database, of which several processes may share one.

    `url` is `sqlite:///file.db`, `postgresql://…`, or `sqlite://` for memory, in tests. `keep` is how long
    what was handled is remembered, and its body kept for `replay`; it cannot be less than the vendor may take
    to repeat a delivery. `clock` returns the time, aware.

    Raises UsageError if the database cannot be used or was made by a newer program, or `keep` is too short.
    """

    def __init__(
        self,
        url: str = "sqlite:///punchh-inbox.db",
        *,
        keep: timedelta = KEEP,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if keep < LONGEST_SPAN:
            raise UsageError(
                f"an inbox remembers for {LONGEST_SPAN} at least: so long may a delivery be repeated"
            )
        self._keep = keep
        self._clock = clock
        self._database = Database(url)
        self._handling: Handling | None = None

    def receive(
        self,
        delivery: Incoming,
        credentials: Credentials,
        *,
        scheme: Scheme | None = None,
        open_check: bool = False,
    ) -> Verdict:
        """Judge one request, and keep it if it is a new delivery; what to answer is its `status`.

        When it returns, what was taken or put aside is in the database. Raises InboxError if that failed:
        then answer 503, which the vendor repeats.
        """
        verdict = glance(delivery, credentials, scheme=scheme, open_check=open_check)
        stamp = verdict.stamp
        if stamp is None:
            return verdict
        # Not in the transaction, since others wait for that; and not for what was put aside before, so that a
        # repetition is answered even if the first took too long.
        if verdict.findings is None and not self._came_before(verdict):
            verdict = worded(verdict, delivery.body)
        with self._database.transaction() as connection:
            records = Records(connection)
            verdict = remembered(verdict, records)
            if verdict.outcome == "drop":
                records.again(stamp.of_the_other if verdict.conflict else stamp.key)
            else:
                records.add(verdict, stamp, delivery.body, self._clock())
        if verdict.outcome == "take" and self._handling is not None:
            self._handling.wake()
        return verdict

    def _came_before(self, verdict: Verdict) -> bool:
        with self._database.transaction() as connection:
            return remembered(verdict, Records(connection)).outcome == "drop"

    def start(
        self,
        handler: Handler,
        *,
        threads: int = 1,
        retries: Sequence[float] = RETRIES,
        hand_stale: bool = False,
    ) -> Handling:
        """Hand events to `handler` from now on, in threads of this process.

        It ends when it is stopped, or the inbox closed.
        Of all processes that share an inbox one hands over at a time, and another follows it when it ends.
        Events of one redemption never run at once and go oldest first; with `threads` above 1, those of
        several redemptions do. `handler` takes an `Event`; if it is a coroutine function it runs on a loop of
        its thread's own. Whatever it raises is a failure: it is tried again after each of `retries`, in
        seconds, then put aside; `CannotHandleError` puts it aside at once. `hand_stale` hands over what is
        older than what was handled, which is else kept as `stale`.

        Raises UsageError if events are handed over already, or there is nobody to do it.
        """
        if self._handling is not None and not self._handling.stopped:
            raise UsageError("this inbox hands its events over already: stop that first, or close it")
        self._handling = Handling(
            self._database,
            post(self._database),
            handler,
            threads=threads,
            retries=tuple(retries),
            hand_stale=hand_stale,
            clock=self._clock,
            keep=self._keep,
        )
        return self._handling

    def entries(self, state: State | None = None, *, after: int = 0, limit: int = 100) -> tuple[Entry, ...]:
        """Return what came, in that order; `after` is the last entry of the page before."""
        with self._database.transaction() as connection:
            rows = Records(connection).rows(state, after, limit)
        return tuple(_entry(each) for each in rows)

    def counts(self) -> dict[State, int]:
        """How many deliveries are in each state."""
        with self._database.transaction() as connection:
            found = Records(connection).counts()
        return {
            "waiting": found.get("waiting", 0),
            "handled": found.get("handled", 0),
            "stale": found.get("stale", 0),
            "parked": found.get("parked", 0),
        }

    def body(self, entry: int) -> bytes:
        """Return what the vendor sent, with a guest's data. Raises UsageError if there is no such entry."""
        with self._database.transaction() as connection:
            return bytes(_existing(Records(connection), entry).body)

    def replay(self, entry: int) -> Entry:
        """Have an event handed over again, as if it were new, also if it is stale.

        One that is in the handler's hands just now comes again when the handler is done with it.
        What was put aside because it did not fit is judged anew, so that a later contract can let it pass.
        Raises UsageError if there is no such entry, or it still is no event.
        """
        verdict = judge(Incoming("POST", "/", {}, self.body(entry)), Credentials(), scheme="none")
        if not verdict.valid or verdict.stamp is None:
            raise UsageError(f"entry {entry} cannot be handed over: {verdict.reason}")
        with self._database.transaction() as connection:
            records = Records(connection)
            records.ask_again(entry, verdict.stamp, asdict(verdict.gist), self._clock())
            found = _entry(_existing(records, entry))
        if self._handling is not None:
            self._handling.wake()
        return found

    def discard(self, entry: int) -> None:
        """Forget a delivery that was put aside. Raises UsageError if there is none such."""
        with self._database.transaction() as connection:
            if not Records(connection).discard(entry):
                raise UsageError(f"entry {entry} is not among what was put aside")

    def forget(self) -> int:
        """Forget what is done and older than `keep`, and say how much; who hands over does so every hour."""
        with self._database.transaction() as connection:
            return Records(connection).forget(self._clock(), self._keep)

    def close(self) -> None:
        """Stop handing over, once what runs is done, and let go of the database."""
        if self._handling is not None:
            self._handling.stop()
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _existing(records: Records, entry: int) -> Row[Any]:
    row = records.row(entry)
    if row is None:
        raise UsageError(f"there is no entry {entry}")
    return row


def _entry(row: Row[Any]) -> Entry:
    values = {name: row._mapping[name] for name in Entry.__dataclass_fields__ if name != "gist"}  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # its public way to columns by name
    return Entry(**values, gist=replace(Gist(), **json.loads(row.gist)))
