"""Which lines of a receipt an offer applies to, what it is worth there, and how that splits over the lines
to the cent.

The model is assumed: the vendor's qualification criteria are far richer and belong to each business. Pure;
money is whole cents.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from punchh_contract.sandbox.guests import Terms

MENU_ITEM = "M"


class Unqualified(StrEnum):
    """Why an offer gives nothing on a receipt."""

    CONDITIONS = "qualification_failed"
    NOTHING_LEFT = "amount_is_zero"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a receipt: its place, its letter (M item, D discount, S service, T tax, P payment) and
    its total."""

    index: int
    letter: str
    item_id: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is paid before tax, and the lines if the caller sent any."""

    amount_cents: int
    lines: tuple[Line, ...] = ()

    def after(self, cents: int, shares: Sequence["Share"]) -> "Receipt":
        """The receipt once a discount of `cents` came off it: what is left of the amount and of each line."""
        taken = {share.index: share.cents for share in shares}
        return Receipt(
            self.amount_cents - cents,
            tuple(
                replace(line, amount_cents=line.amount_cents - taken.get(line.index, 0))
                for line in self.lines
            ),
        )


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a discount that falls on one line; `cents` is positive and never more than the line's
    amount."""

    index: int
    cents: int


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount that applies: its total, the lines it falls on (none when no line was sent), and its
    share of each."""

    cents: int
    qualified: tuple[int, ...]
    shares: tuple[Share, ...]


def discount(terms: Terms, receipt: Receipt) -> Discount | Unqualified:
    """What `terms` give on `receipt`.

    The discount is capped by the receipt and, when menu items were sent, by what the qualified ones cost.
    """
    if max(receipt.amount_cents, 0) < terms.minimum_receipt_cents:
        return Unqualified.CONDITIONS
    items = [line for line in receipt.lines if line.letter == MENU_ITEM]
    qualified = [line for line in items if not terms.item_ids or line.item_id in terms.item_ids]
    if terms.item_ids and not qualified:
        return Unqualified.CONDITIONS
    cents = min(terms.discount_cents, receipt.amount_cents)
    # A negative M line is a discount to the vendor (CHECK): it can carry no share of another one.
    priced = [line for line in qualified if line.amount_cents > 0]
    if items:
        cents = min(cents, sum(line.amount_cents for line in priced))
    if cents <= 0:
        return Unqualified.NOTHING_LEFT
    return Discount(cents, tuple(line.index for line in priced), split(cents, priced))


def split(cents: int, lines: Sequence[Line]) -> tuple[Share, ...]:
    """`cents` over `lines` in proportion to their amounts, by largest remainder: the shares sum to `cents`
    exactly.

    A line whose share rounds to nothing is left out. Equal remainders go to the earlier line. No line: no
    share.
    """
    total = sum(line.amount_cents for line in lines)
    if not total:
        return ()
    shares = [cents * line.amount_cents // total for line in lines]
    by_remainder = sorted(range(len(lines)), key=lambda i: (-(cents * lines[i].amount_cents % total), i))
    for position in by_remainder[: cents - sum(shares)]:
        shares[position] += 1
    return tuple(Share(line.index, share) for line, share in zip(lines, shares, strict=True) if share)
