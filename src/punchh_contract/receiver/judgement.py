"""What to make of one delivery: authentic, readable, known, valid, new, in order; and what to answer.

The answers follow from what the vendor does next (documented: WH-CONF, WH-DEL; unless said otherwise):

- 200: taken. Also a duplicate, or one that comes late: to refuse it would only bring it again. For a check,
  the only answer that will do.
- 202: authentic, but not JSON, another event than the contract's, not as the contract says, or an id that
  came before with another body. It is taken and put aside for a person: it would be no better the next time,
  and a 5xx means seven repetitions and in the end the breaker that suspends all deliveries.
- 401: not authentic. What the vendor does then is not stated; the body is not looked into.
- 405: neither GET nor POST.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from punchh_contract.event_schemas import event_schema
from punchh_contract.events import Findings, validate
from punchh_contract.events.engines import engine
from punchh_contract.events.reading import Unreadable, read
from punchh_contract.json_types import JsonValue
from punchh_contract.receiver.credentials import Credentials, Scheme
from punchh_contract.receiver.delivery import Gist
from punchh_contract.receiver.incoming import Incoming
from punchh_contract.receiver.stamps import Order, Stamp
from punchh_contract.receiver.verification import ABSENT, Verification, verify

__all__ = ["Memory", "Outcome", "Verdict", "glance", "judge", "remembered", "worded"]

_UNFIT = "it is not as the contract says"

Outcome = Literal["take", "drop", "park", "check", "refuse"]


class Memory(Protocol):
    """What came before; `Inbox` has one, and anything that can answer two questions is one."""

    def seen(self, key: str) -> str | None:
        """The digest that was kept under a key, if it is known."""

    def latest(self, redemption_id: int) -> Order | None:
        """The order of the newest event that was handled for a redemption, if one was."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one delivery is. There is no secret and no value of a guest's in it.

    None is what was not looked at: of a check, of what is not authentic, or for want of a memory.
    """

    status: int
    """The HTTP status to return."""
    verification: Verification
    outcome: Outcome
    """`take` hands it to the handler, `drop` has nothing left to do, `park` puts it aside for a person."""
    readable: bool | None = None
    known: bool | None = None
    """Whether it is the event of the contract, by its `event_name`."""
    valid: bool | None = None
    duplicate: bool | None = None
    """Whether the same came before: `content_id`, `timestamp`, and what it says."""
    conflict: bool | None = None
    """Whether `content_id` and `timestamp` came before, and the rest was another."""
    stale: bool | None = None
    """Whether it is older than what was handled for its redemption."""
    reason: str | None = None
    """Why it is refused or put aside, as a sentence without its full stop."""
    findings: Findings | None = None
    """Not looked for either in what came before and did not fit then."""
    gist: Gist = field(default_factory=Gist)
    stamp: Stamp | None = field(default=None, repr=False)
    """What it is remembered by."""

    @property
    def authentic(self) -> bool:
        """Whether it comes from whom it says."""
        return self.verification.authentic


def judge(
    delivery: Incoming,
    credentials: Credentials,
    *,
    scheme: Scheme | None = None,
    strict: bool = False,
    memory: Memory | None = None,
    open_check: bool = False,
) -> Verdict:
    """Judge one request to a receiver.

    `credentials` and `scheme` are those of `verify`; `strict` makes findings of drift, which is put aside
    then. Without a `memory` it is not known whether a delivery is a duplicate or stale. `open_check` answers
    a check without credentials too: that it carries them is documented, by a sentence that is cut off
    (WH-FAQ). Raises UsageError as `verify` does, ContractError if the contract's schemas are missing, and
    nothing for what was sent.
    """
    verdict = glance(delivery, credentials, scheme=scheme, strict=strict, open_check=open_check)
    if memory is not None:
        verdict = remembered(verdict, memory)
    return verdict if verdict.outcome == "drop" else worded(verdict, delivery.body, strict=strict)


def glance(
    delivery: Incoming,
    credentials: Credentials,
    *,
    scheme: Scheme | None = None,
    strict: bool = False,
    open_check: bool = False,
) -> Verdict:
    """Return all of the verdict but what takes long: what is wrong with an event that does not fit.

    Arguments and errors are those of `judge`. Such a verdict has neither `findings` nor the whole `reason`;
    `worded` adds them.
    """
    text = isinstance(delivery.method, str)  # pyright: ignore[reportUnnecessaryIsInstance]  # `verify` says so
    method = delivery.method.upper() if text else delivery.method
    verification = verify(
        delivery.headers,
        "GET" if method == "HEAD" else method,  # a GET whose answer has no body in any case
        delivery.uri,
        delivery.body,
        credentials,
        scheme=scheme,
    )
    if method not in ("GET", "HEAD", "POST"):
        return Verdict(
            405, verification, "refuse", reason="deliveries are sent with POST, and checks with GET"
        )
    if method != "POST":
        if verification.authentic or (open_check and verification.reason == ABSENT):
            return Verdict(200, verification, "check")
        return Verdict(401, verification, "refuse", reason=verification.reason)
    if not verification.authentic:
        return Verdict(401, verification, "refuse", reason=verification.reason)
    return _read(delivery.body, verification, strict=strict)


def worded(verdict: Verdict, body: bytes, *, strict: bool = False) -> Verdict:
    """Return the verdict of a glance at `body` with its findings, and the first of them in its reason."""
    if verdict.valid is None or verdict.findings is not None:
        return verdict
    findings = validate(body, strict=strict)
    reason = verdict.reason
    if verdict.known and not verdict.valid and not verdict.conflict:
        first = findings[0] if len(findings) else None
        what = "it names no redemption" if first is None else f"{first.pointer} {first.expectation}".strip()
        more = f" (and {len(findings) - 1} more findings)" if len(findings) > 1 else ""
        reason = f"{_UNFIT}: {what}{more}"
    return replace(verdict, findings=findings, reason=reason)


def remembered(verdict: Verdict, memory: Memory) -> Verdict:
    """Return the verdict with what only a memory can tell."""
    stamp = verdict.stamp
    if stamp is None:
        return verdict
    before = memory.seen(stamp.key)
    if before is not None and before != stamp.digest:
        again = memory.seen(stamp.of_the_other) is not None
        return replace(
            verdict,
            status=202,
            outcome="drop" if again else "park",
            duplicate=again,
            conflict=True,
            reason="its content_id and timestamp came before, with another body",
        )
    stale = False
    if verdict.valid and stamp.redemption_id is not None and stamp.order is not None:
        newest = memory.latest(stamp.redemption_id)
        stale = newest is not None and stamp.order < newest
    return replace(
        verdict,
        outcome=verdict.outcome if before is None else "drop",
        duplicate=before is not None,
        conflict=False,
        stale=stale,
    )


def _read(body: bytes, verification: Verification, *, strict: bool) -> Verdict:
    given = read(body)
    readable = not isinstance(given, Unreadable)
    value: JsonValue | Mapping[str, Any] = None if isinstance(given, Unreadable) else given
    # Every fault of a large event takes long to find, and whether there is one does not.
    fits = readable and engine(strict=strict).accepts(value)
    known = isinstance(value, dict) and value.get("event_name") == _name()
    stamp = Stamp.of(body, value)
    # What fits the contract has both; whoever widens the contract is told here, not by a handler.
    whole_stamp = stamp.redemption_id is not None and stamp.order is not None
    valid = fits and whole_stamp
    reason = None
    if isinstance(given, Unreadable):
        reason = f"it cannot be read: {given.expectation}"
    elif not known:
        reason = f"it is not the event {_name()}"
    elif not valid:
        reason = _UNFIT
    return Verdict(
        200 if valid else 202,
        verification,
        "take" if valid else "park",
        readable=readable,
        known=known,
        valid=valid,
        reason=reason,
        findings=validate(body, strict=strict) if valid else None,  # none, or drift
        gist=Gist.of(value),
        stamp=stamp,
    )


def _name() -> str:
    return str(event_schema()["properties"]["event_name"]["const"])
