"""Faults of what a receipt is worth: conditions, limits, and how a discount splits over its lines."""

from dataclasses import replace
from functools import partial
from typing import Any

from punchh_contract.proof.fault import Fault, Kind, Patch
from punchh_contract.proof.making import after, argument, around, before, result
from punchh_contract.proof.stage import FULL, Stage, items, lines, member
from punchh_contract.sandbox.qualification import Discount, Share

_state = partial(Fault, kind=Kind.STATE)


def _shares(stage: Stage) -> Any:
    """A discount of 3 dollars over lines that do not divide it."""
    body = stage.online("reward", reward_id=70001, menu_items=items(10, 10, 7, 3)).body
    return [
        member(body, "redemption_amount"),
        [each["item_amount"] for each in body["discount_distribution_items"]],
    ]


def _flat(_: Any, cents: int, priced: Any) -> Any:
    """Shares rounded down, each by itself."""
    total = sum(each.amount_cents for each in priced) or 1
    return tuple(Share(each.index, cents * each.amount_cents // total) for each in priced)


def _first(shares: Any, *_: Any) -> Any:
    return (Share(shares[0].index, sum(each.cents for each in shares)),) if shares else shares


def _uncapped(original: Any, terms: Any, receipt: Any) -> Any:
    found = original(terms, receipt)
    return replace(found, cents=terms.discount_cents) if isinstance(found, Discount) else found


def _laden(stage: Stage, reward: int, receipt: Any = None, **more: Any) -> Any:
    return stage.online(
        "reward", "radia", reward_id=reward, menu_items=receipt or items(10, 10, 10), **more
    ).told("category", "redemption_amount")


def _topped() -> Any:
    base, topping = items(1, 12), items(2)[0]
    return [
        base[0],
        base[1],
        {**topping, "menu_item_id": "900", "serial_number": "2.1", "item_name": "Topping"},
    ]


def _turned(body: dict[str, Any]) -> dict[str, Any]:
    for each in body.get("discount_distribution_items", ()):
        each["item_amount"] = -each["item_amount"]
    return body


def _odd(stage: Stage) -> Any:
    body = stage.online("redeemable", "grace", redeemable_id="493", menu_items=items(10, 10, 10)).body
    cents = [round(each["item_amount"] * 100) for each in body["discount_distribution_items"]]
    return [body["redemption_amount"], sum(cents)]


FAULTS = (
    _state(
        id="discount_exceeds_the_receipt",
        suffers="A coffee of one dollar is sold with three dollars back.",
        rule="A discount is never more than the receipt.",
        source="assumed: OAS-OO1",
        patches=(Patch("ledger.discount", around(_uncapped)),),
        witness=lambda stage: stage.online(
            "reward", reward_id=70001, receipt_amount=1, subtotal_amount=1
        ).told("redemption_amount"),
        faultless=[200, 1],
    ),
    _state(
        id="discount_is_a_cent_less",
        suffers="Guests get 2.99 where the offer says three dollars.",
        rule="An offer is worth what it says.",
        source="assumed: SEED-001",
        patches=(
            Patch(
                "ledger.discount",
                before(
                    lambda terms, receipt: (replace(terms, discount_cents=terms.discount_cents - 1), receipt)
                ),
            ),
        ),
        witness=lambda stage: stage.online("reward", reward_id=70001).told("redemption_amount"),
        faultless=[200, 3],
    ),
    _state(
        id="shares_lose_the_odd_cents",
        suffers="The lines of the order sum to another total than the discount.",
        rule="The distribution sums to the discount, to the cent.",
        source="documented: OAS-OO1",
        patches=(Patch("qualification.split", around(_flat)),),
        witness=lambda stage: _odd(stage),
        faultless=[5, -500],
    ),
    _state(
        id="shares_fall_on_one_line",
        suffers="One line of the order becomes negative, and tax is computed wrongly.",
        rule="A discount splits over the qualifying lines, none beyond its own price.",
        source="assumed: C-9",
        patches=(Patch("qualification.split", after(_first)),),
        witness=_shares,
        faultless=[3, [-1, -1, -0.7, -0.3]],
    ),
    _state(
        id="shares_have_the_other_sign",
        suffers="The discount is added to the bill.",
        rule="Online, amounts of the distribution are negative.",
        source="documented: OAS-OO1, C-9",
        patches=(
            Patch(
                "bodies.online",
                result(_turned),
            ),
        ),
        witness=_shares,
        faultless=[3, [-1, -1, -0.7, -0.3]],
    ),
    _state(
        id="minimum_receipt_is_ignored",
        suffers="An offer for bills over 25 dollars is given on any coffee.",
        rule="An offer may ask for a minimum receipt.",
        source="assumed: SEED-001",
        patches=(
            Patch(
                "ledger.discount",
                before(lambda terms, receipt: (replace(terms, minimum_receipt_cents=0), receipt)),
            ),
        ),
        witness=lambda stage: _laden(stage, 75003, receipt_amount=10, subtotal_amount=10),
        faultless=[200, "invalid", 0],
    ),
    _state(
        id="qualifying_items_are_ignored",
        suffers="A free pizza is taken off a bill without one.",
        rule="An offer for certain items needs them on the receipt.",
        source="assumed: SEED-001",
        patches=(
            Patch(
                "ledger.discount",
                before(lambda terms, receipt: (replace(terms, item_ids=frozenset()), receipt)),
            ),
        ),
        witness=lambda stage: _laden(stage, 75002, items(10)),
        faultless=[200, "invalid", 0],
    ),
    _state(
        id="quantity_limit_is_ignored",
        suffers="An offer for one pizza pays for ten.",
        rule="`max_applicable_quantity` units are covered.",
        source="assumed: C-11",
        patches=(
            Patch(
                "ledger.discount", before(lambda terms, receipt: (replace(terms, max_quantity=None), receipt))
            ),
        ),
        witness=lambda stage: _laden(stage, 75002, [{**items(1, 10)[1], "item_qty": 2}]),
        faultless=[200, "redeemable", 5],
    ),
    _state(
        id="modifiers_are_left_out",
        suffers="The topping of a free pizza is charged.",
        rule="An offer that counts modifiers discounts an item with what is on it.",
        source="assumed: OAS-OO1",
        patches=(
            Patch(
                "ledger.discount", before(lambda terms, receipt: (replace(terms, modifiers=False), receipt))
            ),
        ),
        witness=lambda stage: _laden(stage, 75001, _topped()),
        faultless=[200, "redeemable", 14],
    ),
    _state(
        id="money_is_read_as_float",
        suffers="A bill of 1.15 is redeemed as 1.14, and the books never agree.",
        rule="Amounts count to the cent.",
        source="documented: C-12",
        patches=(Patch("receipts.cents", around(lambda _, amount: int(amount * 100))),),
        witness=lambda stage: stage.online(
            "discount_amount", "grace", redeemed_points="5", receipt_amount=1.15, subtotal_amount=1.15
        ).told("redemption_amount"),
        faultless=[200, 1.15],
    ),
    _state(
        id="basket_gives_more_than_the_receipt",
        suffers="Three discounts of a basket each take the whole bill off.",
        rule="Each item of a basket sees the receipt as the ones before it left it.",
        source="assumed: OAS-POS2",
        patches=(Patch("qualification.Receipt.after", around(lambda _, receipt, __, ___: receipt)),),
        witness=lambda stage: [
            each["discount_amount"]
            for each in stage.batch(FULL, receipt_amount=4, subtotal_amount=4, line_items=lines(4)).body[
                "success"
            ]
        ],
        faultless=[3, 1],
    ),
    _state(
        id="subtotal_is_not_compared",
        suffers="A till whose totals contradict each other gets a discount on the higher one.",
        rule="`receipt_amount` unlike `subtotal_amount` is a 422 in a batch.",
        source="assumed: OAS-POS2",
        patches=(
            Patch(
                "receipts.batch",
                argument(0, lambda request: {**request, "receipt_amount": request["subtotal_amount"]}),
            ),
        ),
        witness=lambda stage: stage.batch(FULL, subtotal_amount=29).status,
        faultless=422,
    ),
)
