"""Faults of two at once: what is right in sequence and wrong in parallel.

The sandbox works one request after the other. These let each one wait after it has looked, and judge by what
it saw then, as a server would that reads and writes in two transactions.
"""

import asyncio
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import select

from punchh_contract.proof.fault import Fault, Kind, Patch
from punchh_contract.proof.making import WALLET, after, around
from punchh_contract.proof.stage import GRACE, Stage
from punchh_contract.proof.zoo.promises import forget
from punchh_contract.sandbox.store import holdings_rows, records

_state = partial(Fault, kind=Kind.STATE)

WINDOW = 0.02
"""Seconds between looking and writing."""
_seen: ContextVar[Any] = ContextVar("what a request saw when it came", default=None)


def _waiting(look: Any) -> Patch:
    """Each request looks, waits, and only then is carried out."""

    async def run(original: Any, store: Any, call: Any) -> Any:
        with store.transaction(write=False) as tx:
            before = _seen.set(look(tx))
        try:
            await asyncio.sleep(WINDOW)
            return await original(store, call)
        finally:
            _seen.reset(before)

    return Patch("app.in_store", around(run))


def _answers(tx: Any) -> Any:
    found = select(records.answers.c.operation, records.answers.c.user_id, records.answers.c.external_uid)
    return {tuple(row) for row in tx.connection.execute(found)}


def _unseen(kept: Any, _: Any, scope: Any) -> Any:
    return kept if _seen.get() is None or scope in _seen.get() else None


def _again(original: Any, self: Any, scope: Any, *rest: Any) -> Any:
    if _seen.get() is not None and scope not in _seen.get():
        forget(getattr(self, "_connection"), *scope)  # noqa: B009
    return original(self, scope, *rest)


def _used(tx: Any) -> Any:
    rewards, codes = holdings_rows.rewards, holdings_rows.codes
    gone = tx.connection.execute(select(rewards.c.reward_id).where(rewards.c.used))
    spent = tx.connection.execute(select(codes.c.code).where(codes.c.processed))
    return {*gone.scalars(), *spent.scalars()}


def _as_seen(kind: str, member: str) -> Any:
    """Assets are looked at as they were when the request came."""

    def change(wallet: Any, *_: Any) -> Any:
        if _seen.get() is None:
            return wallet
        held = {
            key: replace(each, **{member: key in _seen.get()}) for key, each in getattr(wallet, kind).items()
        }
        return replace(wallet, **{kind: held})

    return after(change)


def _accounts(tx: Any) -> Any:
    return {user_id: tx.guests.account(user_id) for user_id in tx.guests.users(limit=10)}


def _account_seen(original: Any, self: Any, user_id: int) -> Any:
    account = original(self, user_id)
    kept: dict[int, Any] = _seen.get() or {}
    seen = kept.pop(user_id, None)
    if seen is None:
        return account
    getattr(self, "_accounts")[user_id] = seen  # noqa: B009  # once; what the request itself writes is seen
    return seen


def _bought(stage: Stage, **more: Any) -> Any:
    orders = [stage.order("redeemable", "grace", redeemable_id="493", **more) for _ in range(2)]
    replies = stage.together(orders)
    return [len({each.body.get("redemption_id") for each in replies}), stage.guest(GRACE)["points"]]


def _both(kind: str, **asset: Any) -> Any:
    """The same asset asked for twice at once: how many redemptions."""

    def witness(stage: Stage) -> Any:
        replies = stage.together([stage.order(kind, "grace", **asset) for _ in range(2)])
        return sum("redemption_id" in each.body for each in replies)

    return witness


FAULTS = (
    _state(
        id="external_uid_is_safe_in_sequence_only",
        suffers="A retry that overtakes the first try pays twice.",
        rule="One debit for each `external_uid`, in parallel too.",
        source="documented: C-24, SEED-001",
        patches=(
            _waiting(_answers),
            Patch("store.records.Records.answer", after(_unseen)),
            Patch("store.records.Records.remember", around(_again)),
        ),
        witness=partial(_bought, external_uid="till-1-0001"),
        faultless=[1, 150],
    ),
    _state(
        id="reward_is_safe_in_sequence_only",
        suffers="Till, kiosk and app redeem one reward at the same moment, each of them.",
        rule="A reward is consumed once, whoever asks when.",
        source="documented: SEED-002",
        patches=(_waiting(_used), Patch(WALLET, _as_seen("rewards", "used"))),
        witness=_both("reward", reward_id=72001),
        faultless=1,
    ),
    _state(
        id="coupon_is_safe_in_sequence_only",
        suffers="A coupon sent twice at once is honoured twice.",
        rule="A coupon is good once, whoever asks when.",
        source="documented: GS-OO",
        patches=(_waiting(_used), Patch(WALLET, _as_seen("codes", "processed"))),
        witness=_both("redemption_code", redemption_code="SANDBOX-GRACE-0"),
        faultless=1,
    ),
    _state(
        id="debit_is_lost_in_parallel",
        suffers="Of two redemptions at once only one is paid for.",
        rule="Every redemption debits, in parallel too.",
        source="documented: GS-OO",
        patches=(_waiting(_accounts), Patch("store.holdings.Guests.account", around(_account_seen))),
        witness=_bought,
        faultless=[2, 50],
    ),
)
