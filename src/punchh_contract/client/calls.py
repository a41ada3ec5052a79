"""What belongs to one call besides its bytes: credentials, how far it has come, how it is asked for again."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from punchh_contract.client.answer import Answer
from punchh_contract.client.attempt import Attempt
from punchh_contract.client.conversation import Surroundings
from punchh_contract.client.errors import OutcomeUnknown
from punchh_contract.client.faults import Fault
from punchh_contract.client.prepared import Prepared
from punchh_contract.errors import UsageError

if TYPE_CHECKING:
    from punchh_contract.auth import Credentials
    from punchh_contract.client.entry import Place

__all__ = ["LIMIT", "Held", "Progress", "Repeat", "today", "world"]

Event = TypeVar("Event", Answer, Fault)

LIMIT = 10_000_000
"""Bytes: a longer answer is not read to its end. The contract's answers have a few thousand."""


def today() -> datetime:
    """The date and the time of this machine, in UTC."""
    return datetime.now(UTC)


def world() -> Surroundings:
    """The surroundings of a real call: this machine's clocks and its chance."""
    return Surroundings(time.monotonic, today, random.random)


@dataclasses.dataclass(frozen=True, repr=False)
class Held:
    """The credentials of one call, those of its operation's family; and the headers that they make."""

    credentials: Credentials
    headers: Mapping[str, str]


@dataclasses.dataclass(slots=True)
class Progress:
    """How far a call has come: the headers that were sent last, the last answer, whether an attempt that is
    over may have reached the vendor, and the attempt that is being made.
    """

    headers: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])
    answer: Answer | None = None
    written: bool = False
    attempt: Attempt | None = None

    @property
    def reached(self) -> bool:
        """Something may have reached the vendor; true also in the middle of an attempt, since an interruption
        can strike anywhere.
        """
        under_way = self.attempt
        return self.written or (under_way is not None and (under_way.written or not under_way.watched))

    def seen(self, event: Event) -> Event:
        """Take note of what came of an attempt, and return it."""
        if isinstance(event, Answer):
            self.answer, self.written = event, True
        else:
            self.written |= event.written
        self.attempt = None
        return event


@dataclasses.dataclass(frozen=True, repr=False)
class Repeat:
    """How an unknown outcome is asked for again: the very call, as the same guest, at the same place.

    `held` are the credentials of the first try: the same bytes under another guest's token would take from
    that guest. `place` is where it stands in a journal, `run` the client's way of doing it.
    """

    prepared: Prepared
    held: Held
    origin: str
    place: Place | None
    run: Callable[[Repeat], Any]

    def __call__(self) -> Any:
        return self.run(self)

    @classmethod
    def of(cls, unknown: OutcomeUnknown) -> Repeat:
        """Return what a client bound to the error. Raises UsageError if none did."""
        bound = vars(unknown).get("_resolver")
        if bound is None:
            unknown.resolve()  # says itself why: no key, or no client
        if not isinstance(bound, cls):
            raise UsageError("this error was not raised by a client of this version")
        return bound
