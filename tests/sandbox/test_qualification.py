"""Which lines an offer applies to, what it is worth, and the split to the cent."""

import random

import pytest

from punchh_contract.sandbox.guests import Terms
from punchh_contract.sandbox.qualification import Discount, Line, Receipt, Unqualified, discount, split


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
