"""One attempt on its way through whatever transport: until when it may last, and whether a byte left.

It travels beside the request, in a context variable, since a connection of the pool serves many calls and
httpx hands nothing of a request down to it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Generator
from contextvars import ContextVar

from punchh_contract.client.faults import Fault, fault_of

__all__ = ["Attempt", "attempting", "current"]

current: ContextVar[Attempt | None] = ContextVar("punchh_contract_attempt", default=None)
"""The attempt that this thread or task is making."""


@dataclasses.dataclass(slots=True, eq=False)
class Attempt:
    """`deadline` is a value of `time.monotonic`. `watched`: our own network backend carries it, so that
    `written` is known; `written`: a byte of the request was handed to the operating system, or may have been.
    """

    deadline: float
    watched: bool = False
    written: bool = False

    def left(self) -> float:
        """The seconds left; 0 or less when it is over."""
        return self.deadline - time.monotonic()

    def fault(self, error: Exception) -> Fault:
        """Judge what a transport raised: by what was seen where we watched, else by its kind."""
        fault = fault_of(error)
        if self.watched and fault.written != self.written:
            fault = dataclasses.replace(fault, written=self.written)
        return fault


@contextlib.contextmanager
def attempting(deadline: float) -> Generator[Attempt]:
    """Make an attempt the current one for the length of a `with`."""
    attempt = Attempt(deadline)
    token = current.set(attempt)
    try:
        yield attempt
    finally:
        current.reset(token)
