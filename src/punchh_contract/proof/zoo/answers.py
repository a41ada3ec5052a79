"""Faults of bodies: members that are missing, of another type, or of another form than the contract has."""

from collections.abc import Callable
from functools import partial
from typing import Any

from punchh_contract.proof.fault import Fault, Kind, Witness
from punchh_contract.proof.making import body_of, spoiled, told, with_body
from punchh_contract.proof.stage import ADA, ALAN, MIXED, Stage, items, member

_shape = partial(Fault, kind=Kind.SHAPE)

_ONLINE, _BATCH, _FORCED, _CODE = (
    "redemption_amount",
    "redemption_ref",
    "redeemed_value",
    "subscription_plan_id",
)
"""A member of the bodies of each operation that no other has."""


def _online(*names: str) -> Witness:
    return lambda stage: stage.online("reward", reward_id=70001, menu_items=items(10, 20)).told(*names)


def _batch(*names: str) -> Witness:
    return lambda stage: stage.batch(MIXED).told(*names)


def _kinds(stage: Stage) -> list[Any]:
    body = stage.batch(MIXED).body
    return [type(member(body, name)).__name__ for name in ("redemption_ref", "success", "failures")]


def _code(*names: str) -> Witness:
    return lambda stage: stage.code().told(*names)


def _force(*names: str) -> Witness:
    return lambda stage: stage.force(ADA, requested_punches=5).told(*names)


def _without(name: str) -> Any:
    def change(body: dict[str, Any]) -> None:
        body.pop(name, None)

    return change


def _set(name: str, make: Callable[[Any], Any]) -> Callable[[dict[str, Any]], None]:
    def change(body: dict[str, Any]) -> None:
        if name in body:
            body[name] = make(body[name])

    return change


def _each(which: str, change: Callable[[Any], Any]) -> Callable[[dict[str, Any]], None]:
    def changed(body: dict[str, Any]) -> None:
        for each in body.get(which) or ():
            change(each)

    return changed


FAULTS = (
    _shape(
        id="online_redemption_id_is_text",
        suffers="The till cannot store the id that a void asks for: it is text where a number was agreed.",
        rule="A redemption has an integer id.",
        source="documented: OAS-OO1",
        patches=(told(_ONLINE, _set("redemption_id", str)),),
        witness=_online("redemption_id"),
        faultless=[200, 6440001],
    ),
    _shape(
        id="online_redemption_code_is_number",
        suffers="Leading zeros of the redemption's code are lost, and the guest's receipt names another one.",
        rule="The code of a redemption is text.",
        source="documented: SEED-001",
        patches=(told(_ONLINE, _set("redemption_code", int)),),
        witness=_online("redemption_code"),
        faultless=[200, "5643939"],
    ),
    _shape(
        id="online_amount_is_text",
        suffers="The discount cannot be added up: it comes as text.",
        rule="`redemption_amount` is a number of dollars.",
        source="documented: SEED-001",
        patches=(told(_ONLINE, _set("redemption_amount", lambda amount: f"{amount:.2f}")),),
        witness=_online("redemption_amount"),
        faultless=[200, 3],
    ),
    _shape(
        id="online_amount_is_missing",
        suffers="An order was redeemed, and nobody knows what comes off it.",
        rule="An online answer tells `redemption_amount`.",
        source="inferred: SEED-001",
        patches=(told(_ONLINE, _without("redemption_amount")),),
        witness=_online("redemption_amount", "category"),
        faultless=[200, 3, "redeemable"],
    ),
    _shape(
        id="online_category_is_missing",
        suffers="A redemption cannot be told from a refusal: both are a 200.",
        rule="An online answer tells its `category`.",
        source="documented: SEED-001",
        patches=(told(_ONLINE, _without("category")),),
        witness=_online("category"),
        faultless=[200, "redeemable"],
    ),
    _shape(
        id="online_status_is_null",
        suffers="The guest is shown nothing where the reason should stand.",
        rule="`status` is a text for people.",
        source="documented: SEED-001",
        patches=(told(_ONLINE, _set("status", lambda _: None)),),
        witness=lambda stage: stage.online("reward", reward_id=79001).told("status"),
        faultless=[200, "The reward you wish to redeem has now expired."],
    ),
    _shape(
        id="online_qualified_items_are_one_object",
        suffers="A parser that reads a list of lines breaks on orders with one line.",
        rule="`qualified_menu_items` is a list.",
        source="documented: OAS-OO1",
        patches=(told(_ONLINE, _set("qualified_menu_items", lambda found: found[0] if found else {})),),
        witness=lambda stage: stage.online("reward", reward_id=70001, menu_items=items(9)).told(
            "qualified_menu_items.0.item_name"
        ),
        faultless=[200, "Item 0"],
    ),
    _shape(
        id="online_share_has_no_amount",
        suffers="The discount cannot be booked to lines.",
        rule="Each line of the distribution carries its amount.",
        source="documented: OAS-OO1",
        patches=(told(_ONLINE, _each("discount_distribution_items", _without("item_amount"))),),
        witness=_online("discount_distribution_items.0.item_amount"),
        faultless=[200, -1],
    ),
    _shape(
        id="online_share_is_text",
        suffers="Amounts of the distribution cannot be summed.",
        rule="Amounts of the distribution are numbers.",
        source="documented: OAS-OO1",
        patches=(told(_ONLINE, _each("discount_distribution_items", _set("item_amount", str))),),
        witness=_online("discount_distribution_items.0.item_amount"),
        faultless=[200, -1],
    ),
    _shape(
        id="online_answer_is_wrapped_in_data",
        suffers="Nothing is where the integrator's parser looks for it.",
        rule="The members of an online answer stand at the top of its body.",
        source="documented: SEED-001",
        patches=(told(_ONLINE, lambda body: {"data": body}),),
        witness=_online("category"),
        faultless=[200, "redeemable"],
    ),
    _shape(
        id="batch_success_is_missing",
        suffers="A till does not learn what was redeemed.",
        rule="A batch answers with `success` and `failures`.",
        source="documented: SEED-002",
        patches=(told(_BATCH, _without("success")),),
        witness=_kinds,
        faultless=["str", "list", "list"],
    ),
    _shape(
        id="batch_failures_are_null",
        suffers="A till that walks through the failures stops with an error at the counter.",
        rule="`failures` is a list, empty if there are none.",
        source="documented: SEED-002",
        patches=(told(_BATCH, _set("failures", lambda _: None)),),
        witness=_kinds,
        faultless=["str", "list", "list"],
    ),
    _shape(
        id="batch_reference_is_number",
        suffers="The reference of the batch does not fit the column that was made for it.",
        rule="`redemption_ref` is text.",
        source="documented: SEED-002",
        patches=(told(_BATCH, _set("redemption_ref", lambda text: int(text[:6], 16))),),
        witness=_kinds,
        faultless=["str", "list", "list"],
    ),
    _shape(
        id="batch_qualified_is_text",
        suffers='`"false"` is true in most languages: failed items pass as qualified.',
        rule="`qualified` is a boolean.",
        source="documented: SEED-002",
        patches=(told(_BATCH, _each("failures", _set("qualified", lambda value: str(value).lower()))),),
        witness=_batch("failures.0.qualified"),
        faultless=[200, False],
    ),
    _shape(
        id="batch_item_id_is_missing",
        suffers="A till cannot tell which discount of the basket failed.",
        rule="Each item of the answer names its basket item.",
        source="documented: SEED-002",
        patches=(told(_BATCH, _each("failures", _without("discount_basket_item_id"))),),
        witness=_batch("failures.0.discount_basket_item_id"),
        faultless=[200, 265001],
    ),
    _shape(
        id="batch_message_is_object",
        suffers="The reason of a failure is shown as `[object Object]`.",
        rule="`message` is a list of texts, or a text.",
        source="documented: SEED-002",
        patches=(told(_BATCH, _each("failures", _set("message", lambda texts: {"error": texts[0]}))),),
        witness=_batch("failures.0.message.0"),
        faultless=[200, "The reward you wish to redeem has now expired."],
    ),
    _shape(
        id="batch_lines_lack_item_id",
        suffers="A discount of a till cannot be booked to the item it is for.",
        rule="Lines of `qualified_items` name their item.",
        source="documented: SEED-002",
        patches=(
            told(
                _BATCH,
                _each("success", lambda item: [line.pop("item_id") for line in item["qualified_items"]]),
            ),
        ),
        witness=_batch("success.0.qualified_items.0.item_id"),
        faultless=[200, 330],
    ),
    _shape(
        id="force_value_is_text",
        suffers="What staff took cannot be reconciled: it comes as text.",
        rule="`redeemed_value` is a number.",
        source="documented: SEED-000",
        patches=(told(_FORCED, _set("redeemed_value", lambda value: None if value is None else str(value))),),
        witness=_force("redeemed_value"),
        faultless=[201, 5],
    ),
    _shape(
        id="force_id_is_missing",
        suffers="What staff took can never be found again.",
        rule="A force redeem answers with the id of its redemption.",
        source="documented: SEED-000",
        patches=(told("redemption_message", _without("redemption_id")),),
        witness=_force("redemption_id"),
        faultless=[201, 6440001],
    ),
    _shape(
        id="force_time_is_epoch",
        suffers="Times cannot be read: seconds since 1970 where RFC 3339 was agreed.",
        rule="Times are RFC 3339 texts.",
        source="documented: SEED-000",
        patches=(told("redemption_message", _set("created_at", lambda _: 1772474701)),),
        witness=_force("created_at"),
        faultless=[201, "2026-03-02T18:05:01Z"],
    ),
    _shape(
        id="code_lost_its_zeros",
        suffers="Every tenth code is one digit short and cannot be typed at the till.",
        rule="A subscription's code is text of digits.",
        source="documented: SEED-003",
        patches=(told(_CODE, _set("redemption_tracking_code", int)),),
        witness=_code("redemption_tracking_code"),
        faultless=[200, "5643939"],
    ),
    _shape(
        id="code_expiry_is_null",
        suffers="An app shows the code as good for ever.",
        rule="A code tells when it expires.",
        source="documented: SEED-003",
        patches=(told(_CODE, _set("expiring_at", lambda _: None)),),
        witness=_code("expiring_at"),
        faultless=[200, "2026-03-02T18:15:01Z"],
    ),
    _shape(
        id="code_times_lack_their_zone",
        suffers="A code looks expired, or alive, by as many hours as the guest is away from UTC.",
        rule="Times carry an offset.",
        source="documented: SEED-003",
        patches=(told(_CODE, _set("expiring_at", lambda text: text.removesuffix("Z"))),),
        witness=_code("expiring_at"),
        faultless=[200, "2026-03-02T18:15:01Z"],
    ),
    _shape(
        id="code_plan_is_text",
        suffers="The plan cannot be looked up by its number.",
        rule="`subscription_plan_id` is an integer.",
        source="documented: SEED-003",
        patches=(told(_CODE, _set("subscription_plan_id", lambda number: f"plan-{number}")),),
        witness=_code("subscription_plan_id"),
        faultless=[200, 44],
    ),
    _shape(
        id="errors_are_in_no_known_shape",
        suffers="The reason of a refusal is lost: it stands where no error of this API stands.",
        rule="An error has one of the shapes that the contract lists for its status.",
        source="documented: OAS-OO1, OAS-POS2, OAS-PF",
        patches=(
            spoiled(
                lambda response: (
                    with_body(response, {"fault": {"reason": body_of(response)}})
                    if response.status_code >= 400
                    else None
                )
            ),
        ),
        witness=lambda stage: stage.batch(ALAN).body,
        faultless={"error": "No Basket found"},
    ),
)
