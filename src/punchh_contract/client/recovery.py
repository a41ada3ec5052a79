"""Recovery: what a journal left open is repeated where that is safe, and reported where it is not.

Repeated is a call that carries an `external_uid`, with the very bytes that were sent, once the client was
told to trust that the vendor then answers as it did the first time. Force Redeem and subscription codes never
are. Nor is a call that was signed in as another guest: its bytes under this client's token would take from
the wrong one. No I/O of its own: the drivers of the client repeat.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from punchh_contract.client.errors import (
    AuthenticationError,
    OutcomeUnknown,
    PunchhError,
    RateLimitedError,
    SignatureError,
)
from punchh_contract.errors import PunchhContractError, UsageError

if TYPE_CHECKING:
    from punchh_contract.client.journal import Entry, Journal
    from punchh_contract.client.results import Result
    from punchh_contract.contract import Contract
    from punchh_contract.facts import Operation

__all__ = ["Recovered", "SameGuest", "recover", "recover_async"]

SameGuest = Callable[["Entry"], bool]
"""Says of an entry under another access token whether that was an earlier token of this client's guest."""

_NO_KEY = "it may not be sent again: look the guest's account up before anything else is sent"
_NO_TRUST = (
    "repeating it needs trust_external_uid=True, once somebody has checked that the vendor answers a repeated"
    " external_uid as it did the first time"
)
_OTHER_GUEST = (
    "it carried another access token than this client does: call recover() on a client of that guest, or say"
    " with same_guest= that the token was only refreshed"
)
_GONE = "this version's contract has no such operation: recover with the version that made the call"
_NOT_LET_IN = "repeating it was turned away before the vendor looked at it: mend that and recover again"
_NOT_TRIED = (
    "it was not tried: an earlier entry was turned away for its credentials, and ten failures in ten minutes"
    " block the address for an hour"
)
_NOT_YET = (
    "it was not tried: an earlier entry met the limit of calls; recover again once its Retry-After is over"
)
_REFUSED = (
    "repeating it was refused, which may be the echo of its own first success: look the guest's account up"
)


@dataclass(frozen=True)
class Recovered:
    """What came of one pending call.

    `result` is a redemption, made then or now, and the entry is settled. Without one the outcome is still not
    known, the entry stays pending, and `error` says what stands in the way.
    """

    entry: Entry
    result: Result | None = None
    error: PunchhContractError | None = None

    @property
    def known(self) -> bool:
        """The outcome is known now."""
        return self.result is not None


def recover(
    journal: Journal,
    repeat: Callable[[Entry], Result],
    *,
    contract: Contract,
    trust_external_uid: bool,
    authority: Callable[[Operation], str | None],
    same_guest: SameGuest | None = None,
) -> list[Recovered]:
    """Go through the pending entries of the journal's host, oldest first.

    `repeat` sends an entry's bytes once more, as a call that may have been written before, writes nothing to
    the journal, and raises what a call raises. `authority` is `authority_of` the credentials that it would
    use. An entry that another process is at, or takes up first, is left to that one.
    """
    steps = _steps(journal, contract, authority, same_guest, trust=trust_external_uid)
    outcome: Result | PunchhContractError | None = None
    try:
        while True:
            entry = next(steps) if outcome is None else steps.send(outcome)
            try:
                outcome = repeat(entry)
            except PunchhContractError as error:
                outcome = error
    except StopIteration as end:
        found: list[Recovered] = end.value
        return found
    finally:
        steps.close()


async def recover_async(
    journal: Journal,
    repeat: Callable[[Entry], Awaitable[Result]],
    *,
    contract: Contract,
    trust_external_uid: bool,
    authority: Callable[[Operation], str | None],
    same_guest: SameGuest | None = None,
) -> list[Recovered]:
    """The same, awaiting `repeat`."""
    steps = _steps(journal, contract, authority, same_guest, trust=trust_external_uid)
    outcome: Result | PunchhContractError | None = None
    try:
        while True:
            entry = next(steps) if outcome is None else steps.send(outcome)
            try:
                outcome = await repeat(entry)
            except PunchhContractError as error:
                outcome = error
    except StopIteration as end:
        found: list[Recovered] = end.value
        return found
    finally:
        steps.close()


def _steps(
    journal: Journal,
    contract: Contract,
    authority: Callable[[Operation], str | None],
    same_guest: SameGuest | None,
    *,
    trust: bool,
) -> Generator[Entry, Result | PunchhContractError, list[Recovered]]:
    found: list[Recovered] = []
    turned_away: dict[str, str] = {}
    for entry in journal.pending():
        operation = contract.operations.get(entry.operation_id)
        try:
            obstacle = _obstacle(entry, operation, authority, same_guest, trust=trust)
        except UsageError as error:
            # This client has no credentials for it; for the others it may have.
            found.append(Recovered(entry, error=error))
            continue
        if obstacle is None:
            obstacle = turned_away.get(entry.operation_id)
        if obstacle is not None:
            found.append(Recovered(entry, error=_unknown(entry, operation, obstacle)))
            continue
        if not journal.claim(entry):
            continue
        try:
            outcome = yield entry
        except BaseException:
            # Whatever ended it was not ours, and others may go on.
            journal.unknown(entry.id, "recovery was interrupted")
            raise
        if (why := _stops(outcome)) is not None:
            turned_away[entry.operation_id] = why
        found.append(_settled(journal, entry, operation, outcome))
    return found


def _obstacle(
    entry: Entry,
    operation: Operation | None,
    authority: Callable[[Operation], str | None],
    same_guest: SameGuest | None,
    *,
    trust: bool,
) -> str | None:
    if operation is None:
        return _GONE
    # Both: what the contract said when it was sent, and what it says now.
    if not entry.keyed or operation.retry.safe != "with-key":
        return _NO_KEY
    if not trust:
        return _NO_TRUST
    if entry.authority != authority(operation) and not (same_guest is not None and same_guest(entry)):
        return _OTHER_GUEST
    return None


def _stops(outcome: Result | PunchhContractError) -> str | None:
    """Why the other entries of the operation are not to be tried; None if they are. A repeated call that may
    have been written before is unknown whatever stood in its way, which is then the cause.
    """
    cause = outcome.cause_error if isinstance(outcome, OutcomeUnknown) else outcome
    if isinstance(cause, AuthenticationError | SignatureError):
        return _NOT_TRIED
    return _NOT_YET if isinstance(cause, RateLimitedError) else None


def _settled(
    journal: Journal, entry: Entry, operation: Operation | None, outcome: Result | PunchhContractError
) -> Recovered:
    if isinstance(outcome, PunchhContractError):
        journal.unknown(entry.id, f"repeated: {type(outcome).__name__}")
        if isinstance(outcome, OutcomeUnknown) or not isinstance(outcome, PunchhError):
            return Recovered(entry, error=outcome)
        return Recovered(entry, error=_unknown(entry, operation, _because(outcome), outcome))
    if not outcome.committed:
        journal.unknown(entry.id, "repeated: refused")
        return Recovered(entry, error=_unknown(entry, operation, _REFUSED))
    journal.answered(entry.id, outcome.status, json.dumps(outcome.body, separators=(",", ":")).encode())
    return Recovered(entry, result=outcome)


def _because(error: PunchhError) -> str:
    if isinstance(error, AuthenticationError | SignatureError | RateLimitedError):
        return _NOT_LET_IN
    return _REFUSED if error.status is not None and error.status < 500 else "repeating it brought no answer"


def _unknown(
    entry: Entry, operation: Operation | None, why: str, cause: PunchhError | None = None
) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"What became of this call of {entry.begun_at:%Y-%m-%d %H:%M:%S} UTC is not known; {why}.",
        cause_error=cause,
        operation_id=entry.operation_id,
        method=entry.method,
        path=entry.uri.partition("?")[0] if operation is None else operation.path,
        external_uid=entry.external_uid,
        fingerprint=entry.fingerprint,
    )
