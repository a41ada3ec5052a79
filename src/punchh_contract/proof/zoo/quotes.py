"""Faults of dry runs: a quote that takes something, promises something else, or cannot be repeated."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from punchh_contract.json_types import JsonValue
from punchh_contract.proof.fault import Fault, Kind, Patch
from punchh_contract.proof.making import after, around, returning
from punchh_contract.proof.stage import FULL, GRACE, Stage, items, lines
from punchh_contract.sandbox.decisions import Grant

_state = partial(Fault, kind=Kind.STATE)

_WAYS: tuple[dict[str, Any], ...] = ({"query": True}, {})
"""First a quote, then the commit."""
_PAPER = ("receipt_amount", "subtotal_amount", "menu_items", "line_items")
"""What a request tells of its receipt."""
_ONE: dict[str, Any] = {"receipt_amount": 1, "subtotal_amount": 1}


def _quote(stage: Stage) -> Any:
    """A quote of 100 points, and what Grace has of them after it."""
    reply = stage.online("redeemable", "grace", redeemable_id="493", query=True)
    return [*reply.told("category", "redemption_amount"), stage.guest(GRACE)["points"]]


def _quote_and_commit(stage: Stage) -> Any:
    order = {"redeemable_id": "493", "menu_items": items(10, 20)}
    replies = [stage.online("redeemable", "grace", **order, **more) for more in _WAYS]
    return [
        each.told("category", "redemption_amount", "qualified_menu_items.0.item_name") for each in replies
    ]


def _basket(stage: Stage) -> Any:
    reply = stage.batch(FULL, query=True)
    guest = stage.guest(FULL)
    return [len(reply.body["success"]), guest["banked_cents"], guest["visit_cards"], len(guest["basket"])]


def _committing(original: Any, self: Any, tx: Any, operation: Any, caller: Any, request: Any) -> Any:
    answer = original(self, tx, operation, caller, {**request, "query": None})
    body: JsonValue = answer.body
    if request.get("query") and isinstance(body, dict):
        for name in ("redemption_id", "redemption_code"):
            body.pop(name, None)
    return answer


def _of_quotes(more: dict[str, Any]) -> Callable[..., Any]:
    def change(body: Any, _: Any, __: Any, redemption: Any, *_rest: Any) -> Any:
        return body if redemption else {**body, **more}

    return change


def _only_online(original: Any, self: Any, tx: Any, operation: Any, caller: Any, request: Any) -> Any:
    run = _committing if operation.id == "create_online_redemption" else _as_is
    return run(original, self, tx, operation, caller, request)


def _as_is(original: Any, *args: Any) -> Any:
    return original(*args)


def _dearer(original: Any, request: Any, grant: Any, redemption: Any, *rest: Any) -> Any:
    told = replace(grant, cents=grant.cents + 100) if redemption is None else grant
    return original(request, told, redemption, *rest)


def _dearer_in_basket(
    original: Any, request: Any, item: Any, decision: Any, redemption: Any, *rest: Any
) -> Any:
    more = redemption is None and isinstance(decision, Grant)
    told = replace(decision, cents=decision.cents + 100) if more else decision
    return original(request, item, told, redemption, *rest)


def _melting(original: Any) -> Any:
    """Each answer promises a cent less than the one before."""
    count = itertools.count()

    def online(request: Any, grant: Any, redemption: Any, *rest: Any) -> Any:
        less = next(count) if redemption is None else 0
        return original(request, replace(grant, cents=max(1, grant.cents - less)), redemption, *rest)

    return online


def _once(original: Any) -> Any:
    """A second quote of the same thing says that it was redeemed already."""
    seen: set[str] = set()

    def redeem(claim: Any, wallet: Any, *rest: Any) -> Any:
        name = f"{claim}-{wallet.account.user_id}"
        if name in seen:
            return original(replace(claim, discount_id="0"), wallet, *rest)
        seen.add(name)
        return original(claim, wallet, *rest)

    return redeem


def _as_quoted(operation_id: str) -> Any:
    """A commit is judged by the receipt of its quote."""

    def change(original: Any) -> Any:
        quoted: dict[str, Any] = {}

        def run(self: Any, tx: Any, operation: Any, caller: Any, request: Any) -> Any:
            what = ("discount_type", "reward_id", "redeemable_id", "user_id")
            name = str([caller.user_id, *(request.get(each) for each in what)])
            if operation.id == operation_id and request.get("query"):
                quoted[name] = {each: request[each] for each in _PAPER if each in request}
            elif operation.id == operation_id:
                request = {**request, **quoted.pop(name, {})}
            return original(self, tx, operation, caller, request)

        return run

    return change


def _online_changed(stage: Stage) -> Any:
    """A quote on 30 dollars, then a commit on one."""
    stage.online("reward", reward_id=70001, query=True)
    return stage.online("reward", reward_id=70001, **_ONE).told("redemption_amount")


def _batch_changed(stage: Stage) -> Any:
    stage.batch(FULL, query=True)
    reply = stage.batch(FULL, **_ONE, line_items=lines(1))
    return [each["discount_amount"] for each in reply.body["success"]]


FAULTS = (
    _state(
        id="quote_debits",
        suffers="Looking at the price costs the guest what buying would.",
        rule="A dry run (`query`) takes nothing.",
        source="documented: OAS-OO1",
        patches=(
            Patch("operations.Operations.writes", returning(value=True)),
            Patch("operations.Operations.run", around(_only_online)),
        ),
        witness=_quote,
        faultless=[200, "redeemable", 5, 250],
    ),
    _state(
        id="quote_of_a_basket_debits",
        suffers="A till that shows the total has redeemed the basket.",
        rule="A dry run (`query`) takes nothing and leaves the basket as it is.",
        source="documented: OAS-POS2",
        patches=(
            Patch("operations.Operations.writes", returning(value=True)),
            Patch(
                "operations.Operations.run",
                around(
                    lambda original, self, tx, operation, caller, request: original(
                        self,
                        tx,
                        operation,
                        caller,
                        {**request, "query": None} if "line_items" in request else request,
                    )
                ),
            ),
        ),
        witness=_basket,
        faultless=[3, 5000, 5, 3],
    ),
    _state(
        id="quote_names_a_redemption",
        suffers="A client takes the quote for the redemption, and never commits.",
        rule="A quote has no `redemption_id`.",
        source="assumed: C-23",
        patches=(
            Patch(
                "bodies.online",
                after(_of_quotes({"redemption_id": 6440001, "redemption_code": "0000000"})),
            ),
        ),
        witness=lambda stage: stage.online("reward", reward_id=70001, query=True).told(
            "category", "redemption_id"
        ),
        faultless=[200, "redeemable", "-"],
    ),
    _state(
        id="quote_promises_a_dollar_more",
        suffers="The guest is told six dollars and gets five.",
        rule="A commit gives what its quote said.",
        source="documented: OAS-OO1",
        patches=(Patch("bodies.online", around(_dearer)),),
        witness=_quote_and_commit,
        faultless=[[200, "redeemable", 5, "Item 0"], [200, "redeemable", 5, "Item 0"]],
    ),
    _state(
        id="quote_of_a_basket_promises_more",
        suffers="The till shows a total that the commit does not keep.",
        rule="A commit gives what its quote said.",
        source="documented: OAS-POS2",
        patches=(Patch("bodies.basket_item", around(_dearer_in_basket)),),
        witness=lambda stage: [
            [each["discount_amount"] for each in stage.batch(FULL, **more).body["success"]] for more in _WAYS
        ],
        faultless=[[3, 8, 1.5], [3, 8, 1.5]],
    ),
    _state(
        id="quote_forgets_its_lines",
        suffers="A client cannot show which items will be discounted before the guest pays.",
        rule="A quote has the items and the distribution of its commit.",
        source="documented: OAS-OO1",
        patches=(
            Patch(
                "bodies.online",
                after(_of_quotes({"qualified_menu_items": []})),
            ),
        ),
        witness=_quote_and_commit,
        faultless=[[200, "redeemable", 5, "Item 0"], [200, "redeemable", 5, "Item 0"]],
    ),
    _state(
        id="quote_melts_when_repeated",
        suffers="Each look at the basket shows another price.",
        rule="A quote can be repeated.",
        source="assumed: C-23",
        patches=(Patch("bodies.online", _melting),),
        witness=lambda stage: [_quote(stage) for _ in range(3)],
        faultless=[[200, "redeemable", 5, 250]] * 3,
    ),
    _state(
        id="quote_works_once",
        suffers="A guest who looked at the price cannot buy any more.",
        rule="A quote changes nothing for what comes after it.",
        source="documented: OAS-OO1",
        patches=(Patch("ledger.redeem", _once),),
        witness=lambda stage: [
            stage.online("reward", reward_id=70001, **more).told("category") for more in _WAYS
        ],
        faultless=[[200, "redeemable"], [200, "redeemable"]],
    ),
    _state(
        id="commit_keeps_the_quoted_receipt",
        suffers="A guest quotes a full cart, empties it, and keeps the discount.",
        rule="The commit judges the receipt anew.",
        source="documented: OAS-OO1",
        patches=(Patch("operations.Operations.run", _as_quoted("create_online_redemption")),),
        witness=_online_changed,
        faultless=[200, 1],
    ),
    _state(
        id="batch_keeps_the_quoted_receipt",
        suffers="A till quotes a full cart, voids the lines, and keeps the discounts.",
        rule="The commit judges the receipt anew.",
        source="documented: OAS-POS2",
        patches=(Patch("operations.Operations.run", _as_quoted("process_batch_redemption")),),
        witness=_batch_changed,
        faultless=[1],
    ),
)
