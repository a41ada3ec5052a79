"""The faults that a test plants: which call of which operation goes wrong, and how. Decides only; `envelope`
carries them out.

They live in memory, in one process, and are the control plane's: nothing here says anything about the
vendor. The same faults and the same calls in the same order give the same failures.
"""

import random
import threading
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from punchh_contract.errors import UsageError

MOST = 1_000
"""As many faults are kept, used-up ones included."""
LONGEST = 600.0
"""Seconds: no latency and no `Retry-After` is longer."""
SERVER_ERRORS = (500, 502, 503, 504)


class Kind(StrEnum):
    """What goes wrong. The last three come after the operation has committed, the others before it runs."""

    LATENCY = "latency"  # `seconds` pass, then the operation runs
    RATE_LIMITED = "rate_limited"  # 429 with `Retry-After: seconds`
    SERVER_ERROR = "server_error"  # `status` with a JSON body
    HTML_502 = "html_502"  # a proxy's page
    CONNECTION_RESET = "connection_reset"  # the request is lost: a TCP reset, nothing ran
    EMPTY_BODY = "empty_body"  # the real status, no body
    TRUNCATED_JSON = "truncated_json"  # the real headers, half of the body, end of connection
    REPLY_LOST = "reply_lost"  # a TCP reset, everything ran


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault to plant.

    `operation` is an operationId, None for any; `count` how often it strikes, None for always;
    `probability` that a matching call is struck, drawn from `seed`. `seconds` belongs to `latency` and
    `rate_limited` (whole seconds there), `status` to `server_error`.

    Raises:
        UsageError: a value is out of its range.
    """

    kind: Kind
    operation: str | None = None
    count: int | None = 1
    probability: float = 1.0
    seed: int = 0
    seconds: float = 1.0
    status: int = 503

    def __post_init__(self) -> None:
        if self.kind not in set(Kind):
            raise UsageError(f"a fault's kind is one of {', '.join(Kind)}")
        if self.count is not None and self.count < 1:
            raise UsageError("a fault's count is at least 1; without one it strikes until it is removed")
        if not 0 < self.probability <= 1:
            raise UsageError("a fault's probability is more than 0 and at most 1")
        if not 0 <= self.seconds <= LONGEST:
            raise UsageError(f"a fault's seconds are between 0 and {LONGEST:.0f}")
        if self.status not in SERVER_ERRORS:
            raise UsageError(f"a fault's status is one of {', '.join(map(str, SERVER_ERRORS))}")


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault with what became of it: `seen` calls matched it, `struck` of them went wrong."""

    id: int
    fault: Fault
    seen: int = 0
    struck: int = 0

    @property
    def spent(self) -> bool:
        """It strikes no more."""
        return self.fault.count is not None and self.struck >= self.fault.count


class Faults:
    """The planted faults of one sandbox, numbered from 1. Safe to use from several threads."""

    def __init__(self, operations: Collection[str]) -> None:
        """`operations` are the ids that a fault may name."""
        self._operations = operations
        self._lock = threading.Lock()
        self.clear()

    def add(self, fault: Fault) -> Planted:
        """Plant one.

        Raises:
            UsageError: it names no operation of the contract, or too many are planted.
        """
        if fault.operation is not None and fault.operation not in self._operations:
            raise UsageError(f"a fault's operation is one of {', '.join(sorted(self._operations))}")
        with self._lock:
            if len(self._planted) >= MOST:
                raise UsageError(f"{MOST} faults are planted: remove some first")
            self._added += 1
            planted = Planted(self._added, fault)
            self._planted[planted.id] = planted
            # Not for secrets: the seed is there to repeat what happened.
            self._draws[planted.id] = random.Random(fault.seed)  # noqa: S311
        return planted

    def list(self) -> tuple[Planted, ...]:
        """All of them in order, spent ones included."""
        with self._lock:
            return tuple(self._planted.values())

    def get(self, fault_id: int) -> Planted | None:
        """One of them."""
        return self._planted.get(fault_id)

    def remove(self, fault_id: int) -> bool:
        """Take one away; False if there is none of this id."""
        with self._lock:
            self._draws.pop(fault_id, None)
            return self._planted.pop(fault_id, None) is not None

    def clear(self) -> None:
        """Take all away and number from 1 again."""
        with self._lock:
            self._planted: dict[int, Planted] = {}
            self._draws: dict[int, random.Random] = {}  # of those that may still strike
            self._added = 0

    def take(self, operation: str) -> Fault | None:
        """The fault that strikes this call of an operation, if any: of several, the one planted first.

        Every matching fault draws for every call, so that one fault does not shift the luck of another.
        """
        if not self._draws:
            return None
        with self._lock:
            taken: Fault | None = None
            for fault_id, draw in list(self._draws.items()):
                planted = self._planted[fault_id]
                if planted.fault.operation not in (None, operation):
                    continue
                strikes = draw.random() < planted.fault.probability and taken is None
                planted = replace(planted, seen=planted.seen + 1, struck=planted.struck + strikes)
                self._planted[fault_id] = planted
                if strikes:
                    taken = planted.fault
                if planted.spent:
                    del self._draws[fault_id]
            return taken
