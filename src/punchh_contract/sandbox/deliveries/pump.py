"""Keeps the sandbox's promises: delivers what is due, tries again, pings who was suspended, and lets codes
expire.

What is due goes by the sandbox's clock. It looks after every commit, also one that moves the clock, and once
a second for a clock that runs and for what other processes did on a shared database.
"""

import asyncio
import itertools
import logging
import os
import sys
import uuid
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import orjson

from punchh_contract.errors import UsageError
from punchh_contract.sandbox.deliveries.expiry import BATCH, expire_due
from punchh_contract.sandbox.deliveries.ladder import BREAKER, OK, VERIFIED, counted_from, ping_wait, wait
from punchh_contract.sandbox.deliveries.sender import Answer, Sender
from punchh_contract.sandbox.store import Store, Transaction
from punchh_contract.sandbox.store.dispatch import Dispatch, Lease, Work
from punchh_contract.sandbox.store.outgoing import Attempt, DeliveryState, Subscriber, SubscriberState
from punchh_contract.sandbox.threads import in_store

TIMEOUT = 15.0
"""Seconds of the wall clock for a whole request (documented: WH-CONF)."""
IDLE = 1.0
"""Seconds until it looks again though nothing was committed."""
PAUSE = 0.02
"""Seconds between two looks, so that commits in quick succession cost one."""
_SPARE = timedelta(seconds=30)

_log = logging.getLogger(__name__)


class Pump:
    """Delivers for one store. `timeout` is in seconds of the wall clock; `allow_hosts` are hosts beyond
    loopback that subscribers may be on; `breaker` is how many given-up deliveries in a row suspend a
    subscriber."""

    def __init__(
        self,
        store: Store,
        *,
        timeout: float = TIMEOUT,
        allow_hosts: Collection[str] = (),
        breaker: int = BREAKER,
    ) -> None:
        self._store = store
        self._sender = Sender(timeout, allow_hosts)
        self._breaker = breaker
        self._lease_time = timedelta(seconds=timeout) + _SPARE
        self._name = uuid.uuid4().hex
        self._mark = f"{self._name}.{os.getpid()}"
        self._numbers = itertools.count(1)
        self._holders: set[str] = set()
        self._workers: dict[int, asyncio.Task[None]] = {}
        self._asked: list[asyncio.Future[None]] = []
        self._awake = asyncio.Event()
        self._urgent = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._listening = False

    # Life

    async def start(self) -> None:
        """Begin, with what was owed when the last one ended."""
        if self._task is not None:
            return
        self._loop = asyncio.get_running_loop()
        self._awake, self._urgent = asyncio.Event(), asyncio.Event()
        if not self._listening:
            self._store.listen(self.wake)
            self._listening = True
        await in_store(self._store, self._resume)
        self._task = asyncio.create_task(self._run(), name="punchh-sandbox-pump")

    async def stop(self) -> None:
        """End. What was being delivered is owed still."""
        self._loop = None
        tasks = [each for each in (self._task, *self._workers.values()) if each is not None]
        self._task = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._workers.clear()
        for asked in self._asked:
            asked.cancel()
        if self._holders:
            await in_store(self._store, self._release)
        await self._sender.close()

    # For others

    def wake(self) -> None:
        """Look soon whether something is due. From any thread; does nothing unless started."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # a loop that is closed by now
                loop.call_soon_threadsafe(self._awake.set)

    def check(self, url: str) -> None:
        """Raise UsageError unless subscribers may have this address."""
        self._sender.check(url)

    @property
    def runs(self) -> bool:
        """Whether it was started, and delivers."""
        return self._task is not None

    async def settle(self, timeout: float = 30.0) -> bool:
        """Wait until nothing is due now, all that was due is handled and what fell due by that too; False if
        it is not so within `timeout` seconds, or the pump does not run."""
        if not self.runs:
            return False
        asked = asyncio.get_running_loop().create_future()
        self._asked.append(asked)
        self._hurry()
        try:
            await asyncio.wait((asked,), timeout=timeout)
        finally:
            self._asked.remove(asked)
        return asked.done() and not asked.cancelled()

    async def activate(self, subscriber_id: int) -> Answer:
        """Check a subscriber with a GET, and deliver to it from now on if it answers 200; else it stays as it
        was.

        Raises:
            UsageError: there is no such subscriber.
        """

        def find() -> Subscriber | None:
            with self._store.transaction(write=False) as current:
                return current.outbox.subscriber(subscriber_id)

        def activate() -> None:
            with self._store.transaction() as current:
                Dispatch(current.connection).activate(subscriber_id, current.now)

        subscriber = await in_store(self._store, find)
        if subscriber is None:
            raise UsageError(f"there is no subscriber {subscriber_id}")
        answer = await self._sender.verify(subscriber)
        if answer.status == VERIFIED:
            await in_store(self._store, activate)
        return answer

    # The loop

    async def _run(self) -> None:
        while True:
            self._awake.clear()
            self._urgent.clear()
            asked = tuple(self._asked)
            idle = False
            try:
                idle = await self._look()
            except Exception as error:  # the database may be back by the next look
                _log.error(
                    "the sandbox cannot see what is due: %s", type(error).__name__
                )  # rows hold secrets
            if idle:
                for each in asked:
                    if not each.done():
                        each.set_result(None)
            await _either(self._awake, IDLE)
            await _either(self._urgent, PAUSE)

    async def _look(self) -> bool:
        """Set going whatever is due; whether nothing was and nothing goes on."""
        expiring, agenda = await in_store(self._store, self._due)
        while expiring:
            expiring = await in_store(self._store, self._expire) == BATCH
            self._awake.set()
            agenda = ()
        for subscriber_id in agenda:
            if subscriber_id not in self._workers:
                work = self._work(subscriber_id)
                self._workers[subscriber_id] = asyncio.create_task(work)
        return not (self._workers or self._awake.is_set())

    async def _work(self, subscriber_id: int) -> None:
        holder = f"{self._mark}-{next(self._numbers)}"
        self._holders.add(holder)
        done = 0
        try:
            work = await in_store(self._store, lambda: self._take(subscriber_id, holder))
            while work is not None:
                answer = await self._send(work)
                done += 1
                work = await in_store(self._store, self._settling(work, holder, answer))
        except Exception as error:
            _log.error("the sandbox cannot deliver: %s", type(error).__name__)  # rows hold secrets
        # Not when it is cancelled: `stop` gives the claim up.
        self._holders.discard(holder)
        self._workers.pop(subscriber_id, None)
        if done and self._asked:
            self._hurry()

    async def _send(self, work: Work) -> Answer:
        if work.event is None:
            return await self._sender.verify(work.subscriber)
        return await self._sender.post(work.subscriber, orjson.dumps(work.event.body))

    def _hurry(self) -> None:
        self._awake.set()
        self._urgent.set()

    # In the database, perhaps in another thread

    def _resume(self) -> None:
        with self._store.transaction() as current:
            Dispatch(current.connection).resume(current.now)

    def _release(self) -> None:
        with self._store.transaction() as current:
            Dispatch(current.connection).release(tuple(self._holders))
        self._holders.clear()

    def _due(self) -> tuple[bool, tuple[int, ...]]:
        with self._store.transaction(write=False) as current:
            expiring = bool(current.redemptions.due(current.now, 1))
            return expiring, Dispatch(current.connection).agenda(current.now)

    def _expire(self) -> int:
        with self._store.transaction() as current:
            return expire_due(current, current.now)

    def _take(self, subscriber_id: int, holder: str) -> Work | None:
        with self._store.transaction() as current:
            return self._next(current, subscriber_id, holder)

    def _next(self, current: Transaction, subscriber_id: int, holder: str) -> Work | None:
        since = datetime.now(UTC)
        lease = Lease(holder, since, since + self._lease_time, self._is_over)
        return Dispatch(current.connection).take(subscriber_id, lease, current.now)

    def _is_over(self, holder: str) -> bool:
        name, _, pid = holder.partition("-")[0].partition(".")
        if name == self._name:
            return holder not in self._holders
        # A file is one machine's: whoever else held a lease in it is dead, or it is another process.
        return self._store.inline and not (pid.isdigit() and _lives(int(pid)))

    def _settling(self, work: Work, holder: str, answer: Answer) -> Callable[[], Work | None]:
        def settle() -> Work | None:
            with self._store.transaction() as current:
                subscriber = Dispatch(current.connection).holds(work.subscriber.subscriber_id, holder)
                if subscriber is None:
                    return None
                if work.delivery is None:
                    self._pinged(current, subscriber, work, answer)
                else:
                    self._attempted(current, subscriber, work, answer)
                return self._next(current, subscriber.subscriber_id, holder)

        return settle

    def _attempted(self, current: Transaction, subscriber: Subscriber, work: Work, answer: Answer) -> None:
        delivery, number = work.delivery, subscriber.subscriber_id
        if delivery is None:
            return
        at = counted_from(work.due_at or current.now, current.now)
        attempt = Attempt(at, answer.status, answer.error)
        queues = Dispatch(current.connection)
        if answer.status in OK:
            queues.record(delivery, attempt, DeliveryState.DELIVERED, None)
            if subscriber.failures:
                current.outbox.change_subscriber(number, failures=0)
            return
        pause = wait(answer.status, len(delivery.attempts) + 1)
        if pause is not None:
            queues.record(delivery, attempt, DeliveryState.WAITING, at + pause)
            return
        queues.record(delivery, attempt, DeliveryState.FAILED, None)
        failures = subscriber.failures + 1
        current.outbox.change_subscriber(number, failures=failures)
        first = ping_wait(0)
        if failures >= self._breaker and subscriber.state is SubscriberState.ACTIVE and first is not None:
            current.outbox.change_subscriber(
                number, state=SubscriberState.SUSPENDED, pings=0, ping_at=at + first
            )

    def _pinged(self, current: Transaction, subscriber: Subscriber, work: Work, answer: Answer) -> None:
        number = subscriber.subscriber_id
        if answer.status == VERIFIED:
            Dispatch(current.connection).activate(number, current.now)
            return
        if subscriber.state is not SubscriberState.SUSPENDED:
            return  # somebody activated it meanwhile
        failed = subscriber.pings + 1
        pause = ping_wait(failed)
        if pause is None:
            current.outbox.change_subscriber(
                number, state=SubscriberState.DEACTIVATED, pings=failed, ping_at=None
            )
        else:
            at = counted_from(work.due_at or current.now, current.now)
            current.outbox.change_subscriber(number, pings=failed, ping_at=at + pause)


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, or so long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _lives(pid: int) -> bool:
    """Whether a process of this machine lives that is not ours. Windows cannot be asked without harm."""
    if pid == os.getpid() or sys.platform == "win32":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it lives, and is somebody else's
    return True
