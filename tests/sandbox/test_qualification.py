"""Which lines an offer applies to, what it is worth, and the split to the cent."""

import random

import jsonschema
import pytest

from punchh_contract.contract import load
from punchh_contract.sandbox.guests import Terms
from punchh_contract.sandbox.qualification import (
    Discount,
    Line,
    Receipt,
    Serial,
    Unqualified,
    discount,
    qualifying_conditions,
    split,
)


def lines(*amounts: int, letter: str = "M") -> tuple[Line, ...]:
    return tuple(Line(index, letter, str(100 + index), cents) for index, cents in enumerate(amounts))


@pytest.mark.parametrize(
    ("terms", "receipt", "expected"),
    [
        pytest.param(Terms("x", 500), Receipt(2000), 500, id="a flat discount needs no lines"),
        pytest.param(Terms("x", 500), Receipt(300), 300, id="never more than the receipt"),
        pytest.param(Terms("x", 500), Receipt(0), Unqualified.NOTHING_LEFT, id="an empty bill"),
        pytest.param(Terms("x", 500), Receipt(-100), Unqualified.NOTHING_LEFT, id="a negative bill"),
        pytest.param(
            Terms("x", 500, minimum_receipt_cents=1000), Receipt(1000), 500, id="the minimum is enough"
        ),
        pytest.param(
            Terms("x", 500, minimum_receipt_cents=1000),
            Receipt(999),
            Unqualified.CONDITIONS,
            id="a cent below the minimum",
        ),
        pytest.param(
            Terms("x", 500, item_ids=frozenset({"101"})),
            Receipt(2000, lines(1000, 300)),
            300,
            id="never more than the qualified items cost",
        ),
        pytest.param(
            Terms("x", 500, item_ids=frozenset({"999"})),
            Receipt(2000, lines(1000, 1000)),
            Unqualified.CONDITIONS,
            id="the wanted item is not on the bill",
        ),
        pytest.param(
            Terms("x", 500, item_ids=frozenset({"101"})),
            Receipt(2000),
            Unqualified.CONDITIONS,
            id="an offer for an item needs the lines",
        ),
        pytest.param(
            Terms("x", 500),
            Receipt(2000, lines(1000, letter="S")),
            500,
            id="lines without a menu item say nothing",
        ),
        pytest.param(
            Terms("x", 500),
            Receipt(2000, lines(-1000)),
            Unqualified.NOTHING_LEFT,
            id="a negative item carries no discount",
        ),
    ],
)
def test_worth(terms: Terms, receipt: Receipt, expected: int | Unqualified) -> None:
    worth = discount(terms, receipt)
    assert (worth.cents if isinstance(worth, Discount) else worth) == expected


def test_a_receipt_after_a_discount_is_what_is_left_of_it_and_of_its_lines() -> None:
    left = Receipt(2000, lines(1500, 500)).after(400, split(400, lines(1500, 500)))
    assert (left.amount_cents, [line.amount_cents for line in left.lines]) == (1600, [1200, 400])


def test_thirds_give_the_odd_cent_to_the_earlier_line() -> None:
    assert [share.cents for share in split(100, lines(500, 500, 500))] == [34, 33, 33]


def test_a_line_too_small_for_a_cent_is_left_out() -> None:
    assert [(share.index, share.cents) for share in split(1, lines(1, 999))] == [(1, 1)]


@pytest.mark.parametrize("seed", range(20))
def test_shares_sum_to_the_discount_and_fit_their_lines(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(200):
        bill = lines(*(rng.randint(1, 5000) for _ in range(rng.randint(1, 9))))
        total = sum(line.amount_cents for line in bill)
        cents = rng.randint(1, total)
        shares = split(cents, bill)
        assert sum(share.cents for share in shares) == cents
        assert all(0 < share.cents <= bill[share.index].amount_cents for share in shares)


PIZZA = frozenset({"331"})


def line(
    index: int, cents: int, quantity: int = 1, serial: str = "", item: str = "331", letter: str = "M"
) -> Line:
    return Line(index, letter, item, cents, quantity, Serial.read(serial))


LADEN = (  # two pizzas with cheese, one without, and a drink with ice
    line(0, 2000, 2, "1.0"),
    line(1, 300, 2, "1.1", item="cheese"),
    line(2, 900, 1, "2.0"),
    line(3, 500, 1, "3.0", item="drink"),
    line(4, 100, 1, "3.1", item="ice"),
)


@pytest.mark.parametrize(
    ("terms", "bill", "expected"),
    [
        pytest.param(
            Terms("x", 9999, max_quantity=1),
            (line(0, 1000, 2), line(1, 900)),
            {1: 900},
            id="one unit is the dearest, not the dearest line",
        ),
        pytest.param(
            Terms("x", 9999, max_quantity=2),
            (line(0, 1000, 2), line(1, 900)),
            {0: 500, 1: 900},
            id="two units",
        ),
        pytest.param(
            Terms("x", 9999, max_quantity=9), (line(0, 1000, 2),), {0: 1000}, id="more than there are"
        ),
        pytest.param(
            Terms("x", 300, max_quantity=1), (line(0, 1000, 2),), {0: 300}, id="worth less than a unit"
        ),
        pytest.param(
            Terms("x", 9999, max_quantity=2), (line(0, 1000, 3),), {0: 667}, id="a third costs a cent more"
        ),
        pytest.param(
            Terms("x", 9999, max_quantity=1),
            (line(0, 500), line(1, 500)),
            {0: 500},
            id="of equal ones the first",
        ),
        pytest.param(
            Terms("x", 9999, max_quantity=1),
            (line(0, 700, 0),),
            {0: 700},
            id="a line of no units is one unit",
        ),
        pytest.param(
            Terms("x", 9999, max_quantity=10**9),
            (line(0, 700, 10**12),),
            {0: 700},
            id="absurd quantities are counted, not walked through",
        ),
        pytest.param(
            Terms("x", 9999, item_ids=PIZZA), LADEN, {0: 2000, 2: 900}, id="items without modifiers"
        ),
        pytest.param(
            Terms("x", 9999, item_ids=PIZZA, modifiers=True),
            LADEN,
            {0: 2000, 1: 300, 2: 900},
            id="items with their modifiers",
        ),
        pytest.param(
            Terms("x", 9999, item_ids=PIZZA, modifiers=True, max_quantity=1),
            LADEN,
            {0: 1000, 1: 150},
            id="one item with its modifiers",
        ),
        pytest.param(
            Terms("x", 9999, item_ids=PIZZA, max_quantity=1),
            LADEN,
            {0: 1000},
            id="one item without modifiers",
        ),
        pytest.param(
            Terms("x", 9999, item_ids=frozenset({"cheese"}), modifiers=True),
            LADEN,
            {1: 300},
            id="a modifier that is asked for by its own id",
        ),
        pytest.param(
            Terms("x", 9999, modifiers=True, max_quantity=4),
            LADEN,
            {0: 2000, 1: 300, 2: 900, 3: 500, 4: 100},
            id="modifiers are no units of their own",
        ),
        pytest.param(
            Terms("x", 9999), (line(0, 1000), line(1, 300, letter="D")), {0: 700}, id="D comes off first"
        ),
        pytest.param(
            Terms("x", 9999), (line(0, 1000), line(1, -300, letter="D")), {0: 700}, id="whatever its sign"
        ),
        pytest.param(Terms("x", 9999), (line(0, 1000), line(1, -300)), {0: 700}, id="so does a negative M"),
        pytest.param(
            Terms("x", 9999),
            (line(0, 1000), line(1, 300, letter="S")),
            {0: 1000},
            id="S, T and P say nothing",
        ),
    ],
)
def test_where_it_falls(terms: Terms, bill: tuple[Line, ...], expected: dict[int, int]) -> None:
    worth = discount(terms, Receipt(100_000, bill))
    assert isinstance(worth, Discount)
    assert {share.index: share.cents for share in worth.shares} == expected
    assert worth.qualified == tuple(expected)
    assert worth.cents == sum(expected.values())


def test_discounts_that_eat_up_the_items_leave_nothing() -> None:
    bill = (line(0, 1000), line(1, 1000, letter="D"))
    assert discount(Terms("x", 500), Receipt(1000, bill)) is Unqualified.NOTHING_LEFT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.0", Serial(1)),
        ("1", Serial(1)),
        ("2.3", Serial(2, 3)),
        ("x", None),
        ("", None),
        ("1.", None),
        ("1.2.3", None),
    ],
)
def test_serial_numbers(text: str, expected: Serial | None) -> None:
    assert Serial.read(text) == expected


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_on_the_bill_shares_sum_to_the_cent_and_fit_their_lines(seed: int) -> None:
    rng = random.Random(seed)
    granted = 0
    for _ in range(200):
        bill = tuple(
            line(
                index,
                rng.randint(-200, 2000),
                rng.randint(0, 5),
                f"{rng.randint(1, 3)}.{rng.randint(0, 2)}",
                rng.choice(["331", "other"]),
                rng.choice("MMMMD") if index else "M",
            )
            for index in range(rng.randint(1, 8))
        )
        terms = Terms(
            "x",
            rng.randint(1, 3000),
            item_ids=rng.choice([PIZZA, frozenset()]),
            max_quantity=rng.choice([None, 1, 2, 3]),
            modifiers=rng.random() < 0.5,
        )
        receipt = Receipt(rng.randint(1, 5000), bill)
        worth = discount(terms, receipt)
        if isinstance(worth, Unqualified):
            continue
        granted += 1
        assert worth.cents == sum(share.cents for share in worth.shares)
        assert worth.cents <= min(terms.discount_cents, receipt.amount_cents)
        assert all(0 < share.cents <= bill[share.index].amount_cents for share in worth.shares)
        assert {share.index for share in worth.shares} <= set(worth.qualified)
        assert discount(terms, receipt) == worth
    assert granted > 20, "hardly anything was granted"


@pytest.mark.parametrize(
    "terms",
    [
        Terms("Plain", 500),
        Terms("Pizza", 550, 1000, PIZZA, max_quantity=2, modifiers=True),
    ],
    ids=lambda terms: terms.name,
)
def test_conditions_have_the_names_of_the_contract_and_only_those(terms: Terms) -> None:
    document = qualifying_conditions(terms, "493")
    contract = load()
    schema = contract.standalone({"$ref": "#/components/schemas/QualifyingConditions"})
    jsonschema.validate(document, schema)
    schemas = contract.document["components"]["schemas"]
    assert set(document) <= set(schemas["QualifyingConditions"]["properties"])
    for each in document["line_item_filters"]:
        assert set(each["line_item_selector"]) <= set(schemas["LineItemSelector"]["properties"])


def test_conditions_tell_what_the_offer_asks_for() -> None:
    document = qualifying_conditions(Terms("Pizza", 550, 1000, PIZZA, max_quantity=2))
    assert (document["amount_cap"], document["max_discount_units"]) == (5.5, 2)
    assert document["receipt_qualifiers"] == [
        {"attribute": "subtotal_amount", "operator": ">=", "value": "10.00"}
    ]
    clauses = document["item_qualifiers"][0]["line_item_selector"]["base_items"]["clauses"]
    assert clauses == [{"attribute": "item_id", "operator": "in", "value": ["331"]}]
