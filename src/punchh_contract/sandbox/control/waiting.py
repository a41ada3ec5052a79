"""Holds an answer back until the store has changed, for those who ask for what comes next."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

from punchh_contract.sandbox.store import Store

_T = TypeVar("_T")

LOOK_AGAIN = 1.0
"""Seconds after which to look again unasked: another process that shares the database rings no bell here."""


class Bell:
    """Rings after every change of a store, whichever thread made it."""

    def __init__(self, store: Store) -> None:
        self._lock = threading.Lock()
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        store.listen(self._ring)

    async def first(self, look: Callable[[], Awaitable[list[_T]]], seconds: float) -> list[_T]:
        """What `look` finds, as soon as it finds something; nothing after so many seconds of wall clock."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while True:
            rung = asyncio.Event()
            entry = (loop, rung)
            with self._lock:
                self._waiting.add(entry)
            try:
                # Looked at after the waiter stands: nothing can come between.
                found = await look()
                left = end - loop.time()
                if found or left <= 0:
                    return found
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(left, LOOK_AGAIN)):
                        await rung.wait()
            finally:
                with self._lock:
                    self._waiting.discard(entry)

    def _ring(self) -> None:
        if not self._waiting:
            return
        with self._lock:
            waiting, self._waiting = self._waiting, set()
        for loop, rung in waiting:
            # A loop that ended meanwhile has nobody left to wake.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(rung.set)
