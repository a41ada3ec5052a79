"""The operations on the sandbox's clock. Each answers once what falls due at the new time was handled."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from punchh_contract.errors import UsageError
from punchh_contract.sandbox.clock import ClockState
from punchh_contract.sandbox.control.asking import Ask
from punchh_contract.sandbox.control.replies import ProblemError, reply
from punchh_contract.sandbox.deliveries import Pump, expire_due
from punchh_contract.sandbox.deliveries.expiry import BATCH
from punchh_contract.sandbox.documents import read_time, write_time
from punchh_contract.sandbox.store import Store
from punchh_contract.sandbox.threads import in_store

Change = Callable[[ClockState, datetime], ClockState]
"""From the clock as it is, and the wall's time, to the clock as it shall be."""


class ClockHandlers:
    """Each method is named as its operationId in the document."""

    def __init__(self, store: Store, pump: Pump) -> None:
        self._store = store
        self._pump = pump

    async def get_clock(self, _: Ask) -> Response:
        """What time it is."""

        def look() -> dict[str, Any]:
            with self._store.transaction(write=False) as tx:
                return written(tx.world.clock, tx.now)

        return reply(await in_store(self._store, look))

    async def set_clock(self, ask: Ask) -> Response:
        """Set the time, and if asked stop or start the clock."""
        to, frozen = _moment(ask.body["now"], "/now"), ask.body.get("frozen")

        def change(clock: ClockState, wall_time: datetime) -> ClockState:
            clock = clock.moved(to, wall_time)
            if frozen is None:
                return clock
            return clock.frozen(wall_time) if frozen else clock.running(wall_time)

        return await self._change(change, "/now")

    async def advance_clock(self, ask: Ask) -> Response:
        """Move the clock on."""
        step = timedelta(seconds=ask.body["seconds"])
        return await self._change(
            lambda clock, wall_time: clock.moved(clock.now(wall_time) + step, wall_time), "/seconds"
        )

    async def freeze_clock(self, ask: Ask) -> Response:
        """Stop the clock."""
        body: dict[str, Any] = ask.body or {}
        at = body.get("at")
        to = None if at is None else _moment(at, "/at")

        def change(clock: ClockState, wall_time: datetime) -> ClockState:
            return (clock if to is None else clock.moved(to, wall_time)).frozen(wall_time)

        return await self._change(change, "/at")

    async def run_clock(self, _: Ask) -> Response:
        """Let the clock go on."""
        return await self._change(lambda clock, wall_time: clock.running(wall_time))

    async def _change(self, change: Change, place: str | None = None) -> Response:
        def carry_out() -> dict[str, Any]:
            with self._store.transaction() as tx:
                tx.world.hold()
                clock = change(tx.world.clock, tx.wall_time)
                tx.world.set_clock(clock)
                return written(clock, clock.now(tx.wall_time))

        try:
            state = await in_store(self._store, carry_out)
        except UsageError as error:
            raise ProblemError(400, str(error), place) from error
        except OverflowError as error:
            raise ProblemError(400, "there is no such time", place) from error
        # Codes expire also where no pump runs: in an application that nobody started.
        while await in_store(self._store, self._expire) == BATCH:
            pass
        if self._pump.runs:
            state["settled"] = await self._pump.settle()
        return reply(state)

    def _expire(self) -> int:
        with self._store.transaction() as tx:
            return expire_due(tx, tx.now)


def mode(clock: ClockState) -> str:
    """The word for how a clock goes."""
    if clock.frozen_at is not None:
        return "frozen"
    return "shifted" if clock.offset else "wall"


def written(clock: ClockState, now: datetime) -> dict[str, Any]:
    """The document of a clock."""
    return {"now": write_time(now), "clock": mode(clock)}


def _moment(text: str, place: str) -> datetime:
    try:
        moment = read_time(text)
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise ProblemError(400, "a time that no calendar has in UTC", place)
    return moment
