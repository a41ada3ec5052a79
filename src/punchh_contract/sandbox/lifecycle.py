"""What becomes of a redemption after it was made: it is cancelled, expires, or is handed to another guest.

Pure like the ledger: a function says what the record, its code and the guest's holdings are afterwards, or
why it cannot be; whoever keeps the state writes that in one transaction. That these states exist is
documented (EV-RED); every rule that leads to them is assumed where README.md does not say otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from punchh_contract.sandbox.clock import FIRST
from punchh_contract.sandbox.decisions import Reason, Redemption, Refusal
from punchh_contract.sandbox.guests import Code, Debit, Held

WAITING = "redeemable"
CANCELLABLE = timedelta(hours=24)
"""How long the redemption of a coupon can be cancelled (documented for voids: OAS-OO1)."""

_PAST: Mapping[str, Reason] = {
    "honoured": Reason.PROCESSED,
    "force_redeemed": Reason.PROCESSED,
    "expired": Reason.EXPIRED,
    "cancelled": Reason.CANCELLED,
    "transferred": Reason.TRANSFERRED,
}


@dataclass(frozen=True, slots=True)
class Change:
    """A redemption as it is afterwards, with what goes with it."""

    redemption: Redemption
    debits: tuple[Debit, ...] = ()
    """Negative ones: what the guest gets back."""
    code: Code | None = None
    """Its code as it is afterwards; None where there is none, or it is as it was."""


def cancel(redemption: Redemption, code: Code | None, now: datetime) -> Change | Refusal:
    """Call a redemption off and give back what was taken for it. `code` is what its tracking code names, if
    that is a code.

    A code that was made with the redemption ends with it; a coupon of its own can be used again.
    """
    if redemption.status in ("expired", "cancelled", "transferred"):
        return Refusal(_PAST[redemption.status], name=redemption.name)
    made_with_it = code is not None and code.redemption_id == redemption.redemption_id
    taken = any(debit.held is Held.CODE for debit in redemption.debits)
    coupon = taken and code is not None and code.subscription_id is None
    if redemption.status != WAITING and coupon and now - _made(redemption) > CANCELLABLE:
        return Refusal(Reason.TOO_LATE, name=redemption.name)
    debits = redemption.debits if redemption.status != WAITING else ()
    return Change(
        replace(redemption, status="cancelled", updated_at=now),
        tuple(debit.back() for debit in debits if debit.held is not Held.CODE or not made_with_it),
        _ended(code) if made_with_it else None,
    )


def expire(redemption: Redemption, code: Code | None, now: datetime) -> Change | Refusal:
    """Let a redemption that waits end now, whether or not its time had come: nothing was taken for it yet."""
    if redemption.status != WAITING:
        return Refusal(_PAST[redemption.status], name=redemption.name)
    ends = now if redemption.expires_at is None else min(redemption.expires_at, now)
    return Change(replace(redemption, status="expired", updated_at=now, expires_at=ends), (), _ended(code))


def transfer(redemption: Redemption, code: Code | None, user_id: int, now: datetime) -> Change | Refusal:
    """Hand a redemption that waits to another guest, with its code. When that guest redeems the code, it is
    a redemption of its own; what it is paid with, such as a use of a subscription, stays the giver's."""
    if redemption.status != WAITING:
        return Refusal(_PAST[redemption.status], name=redemption.name)
    if redemption.expires_at is not None and now >= redemption.expires_at:
        return Refusal(Reason.EXPIRED, name=redemption.name)
    if code is None or code.processed or user_id == redemption.user_id:
        return Refusal(Reason.NOT_ACCESSIBLE, name=redemption.name)
    return Change(
        replace(redemption, status="transferred", updated_at=now, transferred_to=user_id),
        (),
        replace(code, owner=user_id, redemption_id=None),
    )


def _ended(code: Code | None) -> Code | None:
    """A code that can no longer be redeemed, wherever the clock goes: it counts as expired ever since."""
    return None if code is None else replace(code, expires_at=FIRST)


def _made(redemption: Redemption) -> datetime:
    return redemption.processed_at or redemption.created_at
