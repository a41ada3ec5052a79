"""Faults of `external_uid`: what promises that a transaction is carried out once."""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete

from punchh_contract.proof.fault import Fault, Kind, Patch
from punchh_contract.proof.making import UNJUDGED, after, argument, around, ran, returning
from punchh_contract.proof.stage import ADA, ALAN, FULL, GRACE, Stage
from punchh_contract.sandbox.faults import Kind as FaultKind
from punchh_contract.sandbox.store.records import answers

_state = partial(Fault, kind=Kind.STATE)

_ANSWER, _REMEMBER = "store.records.Records.answer", "store.records.Records.remember"
_RUN = "operations.Operations.run"
reply_is_lost: ContextVar[bool] = ContextVar("whether the reply of this request is lost", default=False)


def scoped(scope: Callable[[Any], Any]) -> tuple[Patch, Patch]:
    """Answers are kept under another name than operation, guest and `external_uid`."""
    other = argument(1, scope)
    return Patch(_ANSWER, other), Patch(_REMEMBER, other)


def forget(connection: Any, operation_id: str, user_id: int, uid: str) -> None:
    """Forget the answer of a transaction."""
    where = (
        (answers.c.operation == operation_id)
        & (answers.c.user_id == user_id)
        & (answers.c.external_uid == uid)
    )
    connection.execute(delete(answers).where(where))


def buy(stage: Stage, guest: str = "grace", uid: str = "till-1-0001", **more: Any) -> Any:
    """Five dollars for 100 points, as one transaction."""
    return stage.online("redeemable", guest, redeemable_id="493", external_uid=uid, **more)


def _twice(stage: Stage) -> Any:
    """The same transaction twice: its ids, and Grace's points."""
    ids = [buy(stage).body.get("redemption_id") for _ in range(2)]
    return [ids, stage.guest(GRACE)["points"]]


def _user(caller: Any, request: Any) -> int:
    return int(caller.user_id if caller.user_id is not None else request["user_id"])


def _debited_again(original: Any, self: Any, tx: Any, operation: Any, caller: Any, request: Any) -> Any:
    """The kept answer comes again, and so does the debit."""
    uid, user_id = request.get("external_uid"), _user(caller, request)
    kept = tx.redemptions.answer((operation.id, user_id, uid)) if uid and not request.get("query") else None
    answer = original(self, tx, operation, caller, request)
    if kept is not None:
        original(
            self,
            tx,
            operation,
            caller,
            {name: each for name, each in request.items() if name != "external_uid"},
        )
    return answer


def _refusals_too(answer: Any, tx: Any, caller: Any, request: Any) -> None:
    uid = request.get("external_uid")
    scope = ("create_online_redemption", caller.user_id, uid)
    if uid and answer.status == 200 and not request.get("query") and tx.redemptions.answer(scope) is None:
        tx.redemptions.remember(scope, answer.status, answer.body)


def _for_a_minute(original: Any) -> Any:
    """Answers are forgotten after a minute."""
    when: dict[Any, Any] = {}

    def run(self: Any, tx: Any, operation: Any, caller: Any, request: Any) -> Any:
        uid, user_id = request.get("external_uid"), _user(caller, request)
        scope = operation.id, user_id, uid
        if uid and tx.now - when.setdefault(scope, tx.now) > timedelta(minutes=1):
            forget(tx.connection, *scope)
        return original(self, tx, operation, caller, request)

    return run


def _later(stage: Stage) -> Any:
    first = buy(stage).body["redemption_id"]
    stage.advance(90)
    return [first, buy(stage).body["redemption_id"], stage.guest(GRACE)["points"]]


def _other_id(kept: Any, *_: Any) -> Any:
    if kept is None:
        return None
    status, body = kept
    return status, {**body, "redemption_id": body["redemption_id"] + 1} if "redemption_id" in body else body


def _after_a_refusal(stage: Stage) -> Any:
    """Refused for want of points; then the guest has them, and the till tries again."""
    first = buy(stage, "alan").body["category"]
    stage.put(ALAN, points=500)
    return [first, buy(stage, "alan").body["category"]]


def _after_a_quote(stage: Stage) -> Any:
    return [buy(stage, query=True).told("category"), buy(stage).told("redemption_id")]


def _quotes_too(answer: Any, tx: Any, caller: Any, request: Any) -> None:
    if request.get("query") and request.get("external_uid") and answer.status == 200:
        scope = ("create_online_redemption", caller.user_id, request["external_uid"])
        if tx.redemptions.answer(scope) is None:
            tx.redemptions.remember(scope, answer.status, answer.body)


def _batches(stage: Stage) -> Any:
    """The same batch twice: how many items each time."""
    return [len(stage.batch(FULL, external_uid="till-1-0002").body.get("success", ())) for _ in range(2)]


def _lost(stage: Stage) -> Any:
    """The reply is lost after the commit; the client sends again."""
    stage.control("POST", "faults", {"kind": "reply_lost", "operation": "create_online_redemption"})
    buy(stage)
    return [buy(stage).body.get("redemption_id"), stage.guest(GRACE)["points"]]


async def _losing(original: Any, envelope: Any, fault: Any, *rest: Any) -> None:
    reply_is_lost.set(fault.kind is FaultKind.REPLY_LOST)
    try:
        await original(envelope, fault, *rest)
    finally:
        reply_is_lost.set(False)


LOSING = Patch("envelope.Envelope._strike", around(_losing))
"""Tells `unless_lost` what will become of the reply."""


def unless_lost(original: Any, *args: Any) -> Any:
    """Done only where the reply reaches its client."""
    return None if reply_is_lost.get() else original(*args)


FAULTS = (
    _state(
        id="external_uid_is_ignored",
        suffers="Whoever sends again after a timeout pays twice.",
        rule="`external_uid` repeats the first answer and takes nothing again.",
        source="documented: C-24, SEED-001",
        patches=(Patch(_REMEMBER, returning(None)),),
        witness=_twice,
        faultless=[[6440001, 6440001], 150],
    ),
    _state(
        id="external_uid_debits_again",
        suffers="The repeated answer looks right, and the guest pays twice.",
        rule="`external_uid` repeats the first answer and takes nothing again.",
        source="documented: C-24, SEED-001",
        patches=(Patch(_RUN, around(_debited_again)),),
        witness=_twice,
        faultless=[[6440001, 6440001], 150],
    ),
    _state(
        id="external_uid_repeats_another_id",
        suffers="A void of the repeated answer voids somebody else's redemption.",
        rule="A repeated transaction has its first answer.",
        source="assumed: C-24",
        patches=(Patch(_ANSWER, after(_other_id)),),
        witness=_twice,
        faultless=[[6440001, 6440001], 150],
    ),
    _state(
        id="external_uid_replays_across_guests",
        suffers="The second guest of a till gets the first one's answer, and no discount.",
        rule="`external_uid` repeats for the same guest only.",
        source="assumed: C-24",
        patches=(*scoped(lambda scope: (scope[0], 0, scope[2])),),
        witness=lambda stage: [buy(stage, guest).body["redemption_id"] for guest in ("grace", "ada")],
        faultless=[6440001, 6440002],
    ),
    _state(
        id="external_uid_replays_across_operations",
        suffers="A till's batch is answered with an online order.",
        rule="`external_uid` repeats for the same operation only.",
        source="assumed: C-24",
        patches=(
            UNJUDGED,
            *scoped(lambda scope: ("any", scope[1], scope[2])),
        ),
        witness=lambda stage: [
            buy(stage, "ada", uid="1").told("category"),
            stage.batch(ADA, external_uid="1").told("category", "success.0.discount_amount"),
        ],
        faultless=[[200, "redeemable"], [200, "-", 5]],
    ),
    _state(
        id="external_uid_is_cut_short",
        suffers="Two orders whose ids begin alike are taken for one, and the second gets nothing.",
        rule="`external_uid` counts to its last character.",
        source="assumed: C-24",
        patches=(*scoped(lambda scope: (*scope[:2], scope[2][:8])),),
        witness=lambda stage: [buy(stage, uid=f"till-1-000{each}").body["redemption_id"] for each in (1, 2)],
        faultless=[6440001, 6440002],
    ),
    _state(
        id="external_uid_is_forgotten_after_a_minute",
        suffers="Whoever sends again after lunch pays twice.",
        rule="Answers are kept for an `external_uid`, however late it is repeated.",
        source="assumed: C-24",
        patches=(Patch(_RUN, _for_a_minute),),
        witness=_later,
        faultless=[6440001, 6440001, 150],
    ),
    _state(
        id="external_uid_repeats_refusals",
        suffers="A guest who filled the account goes on being refused.",
        rule="Refusals are not kept: a repeated request is judged anew.",
        source="assumed: C-24",
        patches=(ran("create_online_redemption", _refusals_too),),
        witness=_after_a_refusal,
        faultless=["invalid", "redeemable"],
    ),
    _state(
        id="external_uid_of_a_quote_blocks_its_commit",
        suffers="The commit gets its quote's answer, and nothing was redeemed.",
        rule="Quotes are not kept.",
        source="assumed: C-24",
        patches=(
            Patch("operations.Operations.writes", returning(value=True)),
            ran("create_online_redemption", _quotes_too),
        ),
        witness=_after_a_quote,
        faultless=[[200, "redeemable"], [200, 6440001]],
    ),
    _state(
        id="external_uid_of_a_batch_is_ignored",
        suffers="A till that sends again is told that there is no basket, and gives no discount.",
        rule="A repeated batch has its first answer.",
        source="documented: C-24, OAS-POS2",
        patches=(
            Patch(
                _ANSWER,
                around(
                    lambda original, self, scope: (
                        None if scope[0] == "process_batch_redemption" else original(self, scope)
                    )
                ),
            ),
        ),
        witness=_batches,
        faultless=[3, 3],
    ),
    _state(
        id="external_uid_is_forgotten_with_a_lost_reply",
        suffers="Exactly where the client has to send again, it pays twice.",
        rule="The answer is kept with the debit, whether or not anybody got it.",
        source="documented: C-24, SEED-001",
        patches=(LOSING, Patch(_REMEMBER, around(unless_lost))),
        witness=_lost,
        faultless=[6440001, 150],
    ),
)
