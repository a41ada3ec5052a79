"""Money goes in and comes out to the cent, or not at all."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest

from punchh_contract.client import money, values
from punchh_contract.errors import UsageError


@pytest.mark.parametrize(
    ("given", "exact"),
    [
        (Decimal("10.72"), "10.72"),
        (Decimal(5), "5.00"),
        (Decimal("1E+2"), "100.00"),
        (Decimal("3.100"), "3.10"),
        (7, "7.00"),
        ("0.1", "0.10"),
        ("-4.25", "-4.25"),
        (Decimal("-0"), "0.00"),
        (Decimal("999999999999.99"), "999999999999.99"),
    ],
    ids=str,
)
def test_an_amount_has_two_decimals(given: Decimal | int | str, exact: str) -> None:
    assert str(money.dollars(given)) == exact


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (10.72, "float"),
        (True, "bool"),
        (None, "NoneType"),
        ("ten", "no number"),
        ("", "no number"),
        (Decimal("1.005"), "fraction of a cent"),
        ("0.001", "fraction of a cent"),
        (Decimal("1E-30"), "fraction of a cent"),
        (Decimal("NaN"), "no amount"),
        (Decimal("sNaN"), "no amount"),
        ("Infinity", "no amount"),
        (Decimal("1E+12"), "below"),
        (10**5000, "below"),
        ("9" * 5000, "below"),
    ],
    ids=lambda value: str(value)[:20] if not isinstance(value, int) or value < 10**20 else "huge",
)
def test_what_is_no_exact_amount_is_refused(given: Any, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        money.dollars(given, "subtotal")
    assert "subtotal" in str(caught.value)


@pytest.mark.parametrize("seed", range(20))
def test_every_cent_survives_the_wire(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(500):
        amount = Decimal(draw.randrange(-(10 ** draw.randint(1, 14)) + 1, 10 ** draw.randint(1, 14))) / 100
        there = json.dumps(money.number(amount))
        assert Decimal(there) == amount
        assert "e" not in there.lower()
        assert values.decimal({"amount": json.loads(there)}, "amount") == amount


def test_the_text_of_an_amount_is_positive() -> None:
    assert money.text("5.5") == "5.50"
    for each in (0, -1, Decimal("-0.01")):
        with pytest.raises(UsageError, match="above zero"):
            money.text(each)
