"""Faults of baskets: items that end twice, nowhere or in the wrong place, and locks that do not hold."""

from collections.abc import Callable
from functools import partial
from typing import Any

from punchh_contract.proof.fault import Fault, Kind, Patch
from punchh_contract.proof.making import after, around, before, ran, result, returning
from punchh_contract.proof.stage import FULL, HEDY, MIXED, Stage, lines
from punchh_contract.sandbox.decisions import Grant, Reason, Refusal

_state = partial(Fault, kind=Kind.STATE)

_BATCH = "process_batch_redemption"
_LOCK = "store.holdings.Guests.lock"


def _ended(stage: Stage) -> Any:
    """Where the items of a basket with one good and one bad one end: done, failed, still in the basket."""
    body = stage.batch(MIXED).body
    return [
        *([each["discount_basket_item_id"] for each in body[name]] for name in ("success", "failures")),
        [each["item_id"] for each in stage.guest(MIXED)["basket"]],
    ]


_ENDED = [[264001], [265001], [265001]]


def _told(change: Callable[[Any], Any]) -> Patch:
    """Another answer to a batch that was judged."""

    def run(answer: Any, *_: Any) -> None:
        if "success" in answer.body:
            change(answer.body)

    return ran(_BATCH, run)


def _all_or_none(judged: Any, *_: Any) -> Any:
    if all(isinstance(decision, Grant) for _, decision in judged):
        return judged
    return tuple(
        (item, Refusal(Reason.AMOUNT_IS_ZERO) if isinstance(decision, Grant) else decision)
        for item, decision in judged
    )


def _backwards(original: Any, found: Any, *rest: Any) -> Any:
    return original(tuple(reversed(found)), *rest)


def _locked(*uids: str | None, quote: bool = True) -> Any:
    """One transaction holds the basket; then others ask for it."""

    def witness(stage: Stage) -> Any:
        stage.switch(reward_locking=True)
        if quote:
            stage.batch(MIXED, external_uid="till-1", query=True)
        return [stage.batch(MIXED, **({} if uid is None else {"external_uid": uid})).status for uid in uids]

    return witness


def _after_success(stage: Stage) -> Any:
    """Everything in the basket is redeemed; the guest fills it again, and another till asks."""
    stage.switch(reward_locking=True)
    for more in ({"query": True}, {}):
        stage.batch(FULL, external_uid="till-1", **more)
    again = {"item_id": 5, "discount_type": "card_completion"}
    stage.control("POST", f"guests/{FULL}/basket", again)
    return stage.batch(FULL, external_uid="till-2").status


def _locked_for_all(reason: Any, _: Any, locked_by: Any, settings: Any) -> Any:
    return reason or (Reason.BASKET_LOCKED if settings.reward_locking and locked_by else None)


def _unlocking(original: Any, self: Any, tx: Any, operation: Any, caller: Any, request: Any) -> Any:
    answer = original(self, tx, operation, caller, request)
    if operation.id == _BATCH and request.get("query") and tx.business.settings.reward_locking:
        tx.guests.lock(int(request["user_id"]), None)
    return answer


FAULTS = (
    _state(
        id="item_ends_in_both_lists",
        suffers="A till cannot know whether the discount was given.",
        rule="Each basket item ends once, in `success` or in `failures`.",
        source="documented: OAS-POS2",
        patches=(_told(lambda body: body["failures"].extend(body["success"])),),
        witness=_ended,
        faultless=_ENDED,
    ),
    _state(
        id="item_ends_in_neither_list",
        suffers="A discount that failed just disappears, and the guest asks the cashier why.",
        rule="Each basket item ends once, in `success` or in `failures`.",
        source="documented: OAS-POS2",
        patches=(_told(lambda body: body["failures"].clear()),),
        witness=_ended,
        faultless=_ENDED,
    ),
    _state(
        id="item_ends_twice",
        suffers="A till gives one discount twice.",
        rule="Each basket item ends once, in `success` or in `failures`.",
        source="documented: OAS-POS2",
        patches=(_told(lambda body: body["success"].extend(body["success"])),),
        witness=_ended,
        faultless=_ENDED,
    ),
    _state(
        id="success_stays_in_the_basket",
        suffers="The next order redeems the same discounts again.",
        rule="What was redeemed leaves the basket.",
        source="documented: OAS-POS2",
        patches=(Patch("store.holdings.Guests.drop_from_basket", returning(None)),),
        witness=_ended,
        faultless=_ENDED,
    ),
    _state(
        id="failure_leaves_the_basket",
        suffers="A guest has to collect again what did not fit this receipt.",
        rule="What failed stays in the basket.",
        source="assumed: OAS-POS2",
        patches=(
            Patch(
                "store.holdings.Guests.drop_from_basket",
                before(
                    lambda self, user_id, _: (self, user_id, [each.item_id for each in self.basket(user_id)])
                ),
            ),
        ),
        witness=_ended,
        faultless=_ENDED,
    ),
    _state(
        id="one_failure_fails_the_basket",
        suffers="An expired coupon keeps every other discount of the guest from the bill.",
        rule="Items of a basket are judged one by one.",
        source="documented: OAS-POS2",
        patches=(Patch("ledger.redeem_basket", after(_all_or_none)),),
        witness=_ended,
        faultless=_ENDED,
    ),
    _state(
        id="failed_item_is_debited",
        suffers="The guest pays for a discount that the till was told has failed.",
        rule="What is in `failures` takes nothing.",
        source="documented: OAS-POS2",
        patches=(_told(lambda body: (body["failures"].extend(body["success"]), body["success"].clear())),),
        witness=lambda stage: [*_ended(stage), stage.guest(MIXED)["points"]],
        faultless=[*_ENDED, 900],
    ),
    _state(
        id="too_many_discounts_pass",
        suffers="A till that allows eleven discounts works here and is refused in production.",
        rule="At most ten discounts in a basket.",
        source="documented: TUT-6B",
        patches=(Patch("ledger.too_many", returning(None)),),
        witness=lambda stage: stage.batch(HEDY).status,
        faultless=422,
    ),
    _state(
        id="basket_is_judged_backwards",
        suffers="The till shows other discounts than the app promised for the same order of items.",
        rule="Items of a basket are judged in their order.",
        source="assumed: OAS-POS2",
        patches=(Patch("ledger.redeem_basket", around(_backwards)),),
        witness=lambda stage: [
            each["discount_amount"]
            for each in stage.batch(FULL, receipt_amount=4, subtotal_amount=4, line_items=lines(4)).body[
                "success"
            ]
        ],
        faultless=[3, 1],
    ),
    _state(
        id="lock_is_ignored",
        suffers="Till and app redeem one basket at the same time.",
        rule="A locked basket is a 422 for every other `external_uid`.",
        source="documented: OAS-POS2",
        patches=(
            Patch("ledger.may", result(lambda reason: None if reason is Reason.BASKET_LOCKED else reason)),
        ),
        witness=_locked("till-2"),
        faultless=[422],
    ),
    _state(
        id="lock_holds_for_its_owner_too",
        suffers="A till that quoted a basket can never commit it.",
        rule="Who locked the basket passes.",
        source="documented: OAS-POS2",
        patches=(Patch("ledger.may", after(_locked_for_all)),),
        witness=_locked("till-1"),
        faultless=[200],
    ),
    _state(
        id="lock_is_never_released",
        suffers="After one order a guest's basket is dead until support unlocks it.",
        rule="A basket of which nothing is left locks nobody out.",
        source="assumed: OAS-POS2",
        patches=(
            Patch(
                _LOCK,
                around(lambda original, self, user_id, uid: original(self, user_id, uid) if uid else None),
            ),
        ),
        witness=_after_success,
        faultless=200,
    ),
    _state(
        id="lock_is_not_taken_by_a_quote",
        suffers="Between the total on the display and the payment the app takes the discount away.",
        rule="A quote of a basket locks it too.",
        source="documented: OAS-POS2",
        patches=(
            Patch(
                "operations.Operations.run",
                around(_unlocking),
            ),
        ),
        witness=_locked("till-2"),
        faultless=[422],
    ),
    _state(
        id="lock_needs_no_name",
        suffers="A till without `external_uid` works here and is refused in production.",
        rule="With reward locking, `external_uid` is needed.",
        source="documented: OAS-POS2, C-24",
        patches=(
            Patch(
                "ledger.may",
                result(lambda reason: None if reason is Reason.EXTERNAL_UID_MISSING else reason),
            ),
        ),
        witness=_locked(None, quote=False),
        faultless=[400],
    ),
)
