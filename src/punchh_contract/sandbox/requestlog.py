"""What was asked and answered, without headers or bodies: numbers each request, keeps the last ones, tells
those who wait for the next, counts broken answers.

It lives in memory, in one process. Requests may be answered, and waited for, in any thread.
"""

import asyncio
import contextlib
import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from punchh_contract.sandbox import identity
from punchh_contract.sandbox.clock import Clock

KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One request.

    `status` is what the operation answered, None for a request that was lost before it ran; `fault` is the
    kind of the planted fault that struck it; `events` are the content ids of the events that it caused.
    """

    seq: int
    time: datetime
    method: str
    path: str
    operation: str | None
    status: int | None
    request_id: str
    events: tuple[str, ...] = ()
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are wanted; None does not choose. A `status` of one digit is a class: 4 is 4xx."""

    operation: str | None = None
    status: int | None = None
    method: str | None = None

    def holds(self, entry: Entry) -> bool:
        """Whether an entry is wanted."""
        return (
            self.operation in (None, entry.operation)
            and self.method in (None, entry.method)
            and (self.status is None or self.status in (entry.status, (entry.status or 0) // 100))
        )


EVERYTHING = Filter()


class RequestLog:
    """The requests since start or reset, by one clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: set[_Waiter] = set()
        self._resets = 0
        self.reset()

    def reset(self) -> None:
        """Forget everything and number from 1 again."""
        with self._lock:
            self.entries: deque[Entry] = deque(maxlen=KEPT)
            self.requests = 0
            self.contract_breaks = 0
            self._issued = 0
            self._controls = 0
            self._resets += 1

    def next_request_id(self) -> str:
        """An id for `X-Request-Id`; the n-th is always the same UUID."""
        with self._lock:
            self._issued += 1
            number = self._issued
        return identity.named("request", number)

    def control_request_id(self) -> str:
        """The same for the control plane, counted apart: looking at the sandbox does not change what it
        answers."""
        with self._lock:
            self._controls += 1
            number = self._controls
        return identity.named("control", number)

    def count_break(self) -> None:
        """Count one answer of the sandbox that broke the contract."""
        with self._lock:
            self.contract_breaks += 1

    def add(
        self,
        request_id: str,
        method: str,
        path: str,
        operation: str | None,
        status: int | None,
        *,
        events: tuple[str, ...] = (),
        fault: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """Keep one request and tell those who wait. `at` saves looking at the clock, which may be a read of
        the database."""
        # A path that is not ours may hold anything, a token among it.
        shown = path if operation else f"({len(path)} characters)"
        # Methods are ours only if they are words; a client may send any token.
        word = method if method.isalpha() and len(method) <= 10 else "?"
        time = at or self._clock()
        with self._lock:
            self.requests += 1
            self.entries.append(
                Entry(self.requests, time, word, shown, operation, status, request_id, events, fault)
            )
        if self._waiting:
            self._wake()

    def find(self, since: int = 0, wanted: Filter = EVERYTHING) -> list[Entry]:
        """The wanted entries numbered above `since`, oldest first.

        A `since` beyond the last entry is a number from before a reset: all entries are told then.
        """
        return self._find(since, wanted)[0]

    async def wait(self, since: int, timeout: float, wanted: Filter = EVERYTHING) -> list[Entry]:
        """The same, as soon as there is any; after `timeout` seconds of the wall clock, none."""
        resets = self._resets
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while True:
                    waiter = _Waiter()
                    with self._lock:
                        self._waiting.add(waiter)
                    try:
                        # Looked at after the waiter stands: nothing can come between. From where the last
                        # look ended, or from the start if that was before a reset.
                        found, since = self._find(since if self._resets == resets else 0, wanted)
                        if found:
                            return found
                        await waiter.woken.wait()
                    finally:
                        with self._lock:
                            self._waiting.discard(waiter)
        return []

    def _find(self, since: int, wanted: Filter) -> tuple[list[Entry], int]:
        """The entries, and the number up to which has been looked."""
        found: list[Entry] = []
        with self._lock:
            after = since if since <= self.requests else 0
            for entry in reversed(self.entries):
                if entry.seq <= after:
                    break
                if wanted.holds(entry):
                    found.append(entry)
            return found[::-1], self.requests

    def _wake(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, set()
        for waiter in waiting:
            # A loop that ended meanwhile has nobody left to wake.
            with contextlib.suppress(RuntimeError):
                waiter.loop.call_soon_threadsafe(waiter.woken.set)


class _Waiter:
    """Somebody who waits on the event loop of his own thread."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.woken = asyncio.Event()
