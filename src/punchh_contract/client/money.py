"""Dollars as `Decimal`, exact to the cent, on their way into a request.

The vendor writes money as JSON numbers (SEED-001, SEED-002: documented) that cents occur in (C-12, C-21). A
float is refused here, since 0.1 + 0.2 is no amount. The way out of an answer is `values.decimal`.
"""

from decimal import Decimal, InvalidOperation
from typing import cast

from punchh_contract.errors import UsageError

__all__ = ["LIMIT", "dollars", "number", "text"]

LIMIT = Decimal(10) ** 12
"""Dollars that an amount must stay below. Ours: with its cents it then has at most 14 digits, and a double
gives 15 back as they were."""

_CENT = Decimal("0.01")


def dollars(value: Decimal | int | str, name: str = "the amount") -> Decimal:
    """Return an amount with two decimals: `Decimal("5")`, `5` and `"5.0"` are all `Decimal("5.00")`.

    `name` stands in the error. Raises UsageError for a float, a bool, what is no number, a fraction of a
    cent, and amounts of a million million dollars or more: nothing is ever rounded.
    """
    # Types do not hold at run time, and a float or a bool here is money that is nearly right.
    given = cast("object", value)
    if isinstance(given, bool) or not isinstance(given, Decimal | int | str):
        raise UsageError(
            f"{name} is a {type(given).__name__}, which does not hold cents exactly: pass a Decimal,"
            ' such as Decimal("10.72"), an int of whole dollars, or text'
        )
    try:
        amount = Decimal(given)
    except (InvalidOperation, ValueError):
        raise UsageError(f'{name} is no number: pass dollars and cents, such as "10.72"') from None
    if not amount.is_finite() or abs(amount) >= LIMIT:
        raise UsageError(f"{name} is no amount of money: it must be a number below {LIMIT:,f} dollars")
    exact = amount.quantize(_CENT)
    if exact != amount:
        raise UsageError(f"{name} has a fraction of a cent: round it where your till does, then pass it")
    # No negative zero: the vendor would read it as text of its own.
    return exact or Decimal("0.00")


def number(value: Decimal | int | str, name: str = "the amount") -> float:
    """Return an amount as the JSON number of a request; its text is the amount to the cent.

    Raises UsageError as `dollars` does.
    """
    return float(dollars(value, name))


def text(value: Decimal | int | str, name: str = "the amount") -> str:
    """Return an amount as text, such as `5.50`: the online `redeemed_points` is one (C-8: documented).

    Raises UsageError as `dollars` does, and for what is not above zero.
    """
    amount = dollars(value, name)
    if amount <= 0:
        raise UsageError(f"{name} must be above zero: there is nothing to redeem otherwise")
    return str(amount)
