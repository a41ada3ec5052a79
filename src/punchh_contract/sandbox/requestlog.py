"""What was asked and answered, without headers or bodies: numbers each request, keeps the last ones,
counts broken answers."""

import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from punchh_contract.sandbox.operations import NAMESPACE

KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One answered request."""

    seq: int
    time: datetime
    method: str
    path: str
    operation: str | None
    status: int
    request_id: str


class RequestLog:
    """The requests since start or reset, by one clock."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Forget everything and number from 1 again."""
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.requests = 0
        self.contract_breaks = 0
        self._issued = 0
        self._controls = 0

    def next_request_id(self) -> str:
        """An id for `X-Request-Id`; the n-th is always the same UUID."""
        self._issued += 1
        return str(uuid.uuid5(NAMESPACE, f"request-{self._issued}"))

    def control_request_id(self) -> str:
        """The same for the control plane, counted apart: looking at the sandbox does not change what it
        answers."""
        self._controls += 1
        return str(uuid.uuid5(NAMESPACE, f"control-{self._controls}"))

    def add(self, request_id: str, method: str, path: str, operation: str | None, status: int) -> None:
        """Keep one request."""
        self.requests += 1
        # A path that is not ours may hold anything, a token among it.
        shown = path if operation else f"({len(path)} characters)"
        # Methods are ours only if they are words; a client may send any token.
        word = method if method.isalpha() and len(method) <= 10 else "?"
        self.entries.append(Entry(self.requests, self._clock(), word, shown, operation, status, request_id))
