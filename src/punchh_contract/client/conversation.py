"""What is sent, how often and when, until the outcome of a call is known or nobody can know it: the rules of
repeating, without a socket, a clock or chance of their own.

One rule is above all others: once an attempt that commits may have reached the vendor and brought no answer
that tells, there are two ways out only, a redemption that the vendor confirms or `OutcomeUnknown`. No later
refusal, timeout or lost connection takes that doubt away: each may be the echo of our own first success.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime

import httpx

from punchh_contract.client.answer import Answer
from punchh_contract.client.errors import (
    AnswerError,
    CallTimeout,
    ConnectionFailed,
    OutcomeUnknown,
    PunchhError,
    RateLimitedError,
    ServerError,
)
from punchh_contract.client.faults import Fault
from punchh_contract.client.outcomes import Result
from punchh_contract.client.prepared import Prepared
from punchh_contract.client.reading import read

__all__ = ["Conversation", "Policy", "Send", "Surroundings", "Wait", "converse"]

FIRST_WAIT = 0.25
LONGEST_WAIT = 2.0
"""Seconds: full jitter draws from 0 to the first, doubled with each repetition up to the second. Ours."""
UNSAID_WAIT = 60.0
"""Seconds after a 429 without `Retry-After`, as the contract's advice has it (assumed)."""

# Asked for again with the same bytes these end the same way, and they are our own doing.
_HOPELESS = frozenset(["unsupported", "request"])
_OUT_OF_TIME = frozenset(["timeout", "pool_timeout", "read_timeout", "write_timeout"])


@dataclass(frozen=True, slots=True)
class Policy:
    """How one call may be repeated: `max_retries` repetitions at most, none beyond `deadline`, which is a
    value of the surroundings' `now`.

    `trust_external_uid` says that somebody has checked that the vendor repeats its answer. `doubtful`: the
    call may have been written before this conversation, as when an unknown outcome is resolved.
    """

    base_url: str
    deadline: float
    max_retries: int
    trust_external_uid: bool = False
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rules ask the world: a clock that only goes forward (seconds), the date (zoned, for a
    `Retry-After` that is one), and chance (0 to 1).
    """

    now: Callable[[], float]
    today: Callable[[], datetime]
    draw: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Send:
    """Sign these bytes and send them; the `number`th time, from 1. An `Answer` or a `Fault` comes back."""

    prepared: Prepared
    number: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Let so many seconds pass, then go on."""

    seconds: float


Conversation = Generator[Send | Wait, Answer | Fault | None, Result]


def converse(prepared: Prepared, policy: Policy, world: Surroundings) -> Conversation:
    """Talk until the outcome is known: yields what to do, takes what came of it, returns the result.

    A driver that fails by itself throws its exception in. Raises whatever `read` raises; `ConnectionFailed`
    and `CallTimeout` where nothing can have been taken, and `OutcomeUnknown` where something may have been;
    a driver's exception where no attempt of this conversation may have been taken.
    """
    return _Talk(prepared, policy, world).run()


class _Talk:
    def __init__(self, prepared: Prepared, policy: Policy, world: Surroundings) -> None:
        self._prepared = prepared
        self._policy = policy
        self._world = world
        self._sent = 0
        self._retries = 0
        # An attempt of ours may have been taken.
        self._lost = False
        # What may be sent again after it was written: what takes nothing, and what the key makes harmless.
        self._repeatable = not prepared.committing or (prepared.keyed and policy.trust_external_uid)
        self._doubtful = policy.doubtful and prepared.committing

    @property
    def _doubt(self) -> bool:
        return self._lost or self._doubtful

    def run(self) -> Conversation:
        try:
            return (yield from self._talk())
        except PunchhError:
            raise
        except Exception as error:
            # The driver's own failure, which it throws in, or ours: a client that somebody closed meanwhile,
            # say. It tells nothing of what was sent before.
            if not self._lost:
                raise
            raise self._unknown(None, error) from error

    def _talk(self) -> Conversation:
        current = self._prepared
        while True:
            self._sent += 1
            event = yield Send(current, self._sent)
            if isinstance(event, Fault):
                wait = self._after_fault(event)
            elif isinstance(event, Answer):
                if current is self._prepared and (uri := _moved(event, self._policy.base_url, current.uri)):
                    # A redirect did nothing, so this is no repetition, and the first try still stands out.
                    current = current.at(uri)
                    continue
                outcome = self._after_answer(event)
                if isinstance(outcome, Result):
                    return outcome
                wait = outcome
            else:
                raise TypeError("a Send is answered by an Answer or a Fault")
            self._retries += 1
            current = self._prepared
            yield Wait(wait)

    def _after_fault(self, fault: Fault) -> float:
        """The seconds to wait before the next attempt. Raises where there is none."""
        if not fault.written:
            return self._again(self._unwritten(fault), repeatable=fault.kind not in _HOPELESS)
        if not self._prepared.committing:
            return self._again(self._unwritten(fault), repeatable=True)
        self._lost = True
        return self._again(self._unknown(None, fault.error), repeatable=self._repeatable)

    def _after_answer(self, answer: Answer) -> Result | float:
        """The result, or the seconds to wait before the next attempt."""
        try:
            result = read(self._prepared, answer, self._sent, now=self._world.today())
        except OutcomeUnknown as unknown:
            self._lost = True
            return self._again(unknown, repeatable=self._repeatable, at_least=_asked(answer, self._world))
        except RateLimitedError as error:
            # The vendor counted and did nothing; an operation that may never be repeated is not, even so.
            may = self._prepared.operation.retry.safe == "with-key" or not self._prepared.committing
            asked = UNSAID_WAIT if error.retry_after is None else error.retry_after
            return self._again(error, repeatable=may and not self._stuck, at_least=asked)
        except ServerError as error:
            return self._again(error, repeatable=True, at_least=_asked(answer, self._world))
        except AnswerError as error:
            raise self._told(error) from None
        except Exception:
            # Ours: it must not hide that there was an answer, which may have been a redemption.
            self._lost = self._prepared.committing
            raise
        if result.refused and self._doubt:
            raise self._told(_as_error(result)) from None
        return result

    @property
    def _stuck(self) -> bool:
        """There is a doubt that another attempt may not be used to take away."""
        return self._doubt and not self._repeatable

    def _again(self, failure: PunchhError, *, repeatable: bool, at_least: float = 0.0) -> float:
        """The seconds to wait before another attempt; raises the failure if there cannot be one."""
        # The shift is bounded for whoever allows a thousand repetitions.
        ceiling = min(LONGEST_WAIT, FIRST_WAIT * (1 << min(self._retries, 16)))
        wait = max(at_least, self._world.draw() * ceiling)
        in_time = self._world.now() + wait < self._policy.deadline
        if repeatable and not self._stuck and self._retries < self._policy.max_retries and in_time:
            return wait
        raise self._told(failure)

    def _told(self, error: PunchhError) -> PunchhError:
        """What the caller gets for an error: the doubt, where there is one."""
        if not self._doubt or isinstance(error, OutcomeUnknown):
            return error
        error.retryable = False
        return self._unknown(error, None)

    def _unknown(self, cause: PunchhError | None, error: Exception | None) -> OutcomeUnknown:
        unknown = OutcomeUnknown.of(self._prepared, cause_error=cause, attempts=self._sent)
        # For whoever debugs; our own texts do not quote it, and pickling leaves it behind.
        unknown.__cause__ = error
        return unknown

    def _unwritten(self, fault: Fault) -> PunchhError:
        """The error of an attempt that cannot have taken anything."""
        late = fault.kind in _OUT_OF_TIME or self._world.now() >= self._policy.deadline
        if not self._prepared.committing and fault.written:
            what = "No answer came" if not late else "No answer came in time"
            summary = f"{what} ({fault.kind}). It was a dry run, so nothing was taken."
        elif fault.kind in _HOPELESS:
            summary = "This request cannot be sent (see the exception that it came from): nothing happened."
        elif late:
            summary = f"Time was over before anything was sent ({fault.kind}): nothing happened."
        else:
            summary = f"No connection ({fault.kind}), and nothing was sent: nothing happened."
        kind = CallTimeout if late else ConnectionFailed
        failure: PunchhError = kind.about(
            self._prepared, summary, attempts=self._sent, retryable=fault.kind not in _HOPELESS
        )
        failure.__cause__ = fault.error
        return failure


def _asked(answer: Answer, world: Surroundings) -> float:
    return answer.retry_after(world.today()) or 0.0


def _as_error(result: Result) -> PunchhError:
    try:
        result.raise_for_refusal()
    except AnswerError as error:
        return error
    raise TypeError("a refused result raises its refusal")


def _moved(answer: Answer, base_url: str, uri: str) -> str | None:
    """The path and query that a redirect leads to, if it may be followed: a 307 within the same origin.

    Only a 307 says "the same method and body, elsewhere"; another origin would be given a guest's token.
    """
    location = answer.header("Location")
    if answer.status != 307 or not location:
        return None
    try:
        here = httpx.URL(base_url).join(uri)
        there = here.join(location)
    except (httpx.InvalidURL, ValueError):
        return None
    same = (here.scheme, here.host, _port(here)) == (there.scheme, there.host, _port(there))
    return there.raw_path.decode("ascii") if same and not there.userinfo else None


def _port(url: httpx.URL) -> int | None:
    return url.port or {"http": 80, "https": 443}.get(url.scheme)
