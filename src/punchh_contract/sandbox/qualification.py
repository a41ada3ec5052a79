"""Which lines of a receipt an offer applies to, what it is worth there, and how that splits over the lines
to the cent.

The model is assumed: the vendor's qualification criteria are far richer and belong to each business. Pure;
money is whole cents.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from punchh_contract.sandbox.guests import Terms

MENU_ITEM = "M"
DISCOUNT = "D"

_SERIAL = re.compile(r"(\d{1,9})(?:\.(\d{1,9}))?", re.ASCII)


class Unqualified(StrEnum):
    """Why an offer gives nothing on a receipt."""

    CONDITIONS = "qualification_failed"
    NOTHING_LEFT = "amount_is_zero"


@dataclass(frozen=True, slots=True)
class Serial:
    """Where a line stands: `1.0` is the first base item, `1.1` its first modifier (documented: OAS-OO1)."""

    base: int
    modifier: int = 0

    @classmethod
    def read(cls, text: str) -> "Serial | None":
        """The serial number in a text; None for anything that is none."""
        found = _SERIAL.fullmatch(text)
        return cls(int(found[1]), int(found[2] or 0)) if found else None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a receipt: its place, its letter (M item, D discount, S service, T tax, P payment), its
    total, how many units that is for, and its serial number if it has one."""

    index: int
    letter: str
    item_id: str
    amount_cents: int
    quantity: int = 1
    serial: Serial | None = None


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

    The discount is capped by the receipt and, when menu items were sent, by what the covered units of the
    qualified ones cost, and by what the items cost less the discounts already on the receipt.
    """
    if max(receipt.amount_cents, 0) < terms.minimum_receipt_cents:
        return Unqualified.CONDITIONS
    items = [line for line in receipt.lines if line.letter == MENU_ITEM]
    qualified = [line for line in items if not terms.item_ids or line.item_id in terms.item_ids]
    if terms.item_ids and not qualified:
        return Unqualified.CONDITIONS
    cents = min(terms.discount_cents, receipt.amount_cents)
    priced: list[Line] = []
    if items:
        priced = _covered(terms, _groups(terms, qualified, items))
        cents = min(cents, sum(line.amount_cents for line in priced), _payable(receipt))
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


def _payable(receipt: Receipt) -> int:
    """What the menu items come to: the sum of M less that of D, whose sign is not looked at; a negative M
    counts as a discount (documented: CHECK)."""
    return sum(
        line.amount_cents if line.letter == MENU_ITEM else -abs(line.amount_cents)
        for line in receipt.lines
        if line.letter in (MENU_ITEM, DISCOUNT)
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """A qualifying item with the modifiers that count into its price. Only lines that cost something: a
    negative M line is a discount to the vendor (CHECK) and can carry no share of another one."""

    quantity: int
    lines: tuple[Line, ...]

    @property
    def cents(self) -> int:
        return sum(line.amount_cents for line in self.lines)


def _groups(terms: Terms, qualified: Sequence[Line], items: Sequence[Line]) -> list[_Group]:
    """The qualified items in the order of the receipt, each with its modifiers if the offer counts them; a
    modifier that was counted with its item is not an item of its own then."""
    if not terms.modifiers:
        return [_Group(max(line.quantity, 1), (line,)) for line in qualified if line.amount_cents > 0]
    bases = {
        line.serial.base: line for line in reversed(qualified) if line.serial and not line.serial.modifier
    }
    added: dict[int, list[Line]] = {base.index: [] for base in bases.values()}
    counted = set[int]()
    for line in items:
        if line.serial and line.serial.modifier and line.serial.base in bases:
            added[bases[line.serial.base].index].append(line)
            counted.add(line.index)
    groups = [
        _Group(
            max(line.quantity, 1),
            tuple(each for each in (line, *added.get(line.index, ())) if each.amount_cents > 0),
        )
        for line in qualified
        if line.index not in counted
    ]
    return [group for group in groups if group.lines]


def _covered(terms: Terms, groups: Sequence[_Group]) -> list[Line]:
    """The lines that the discount can fall on, in the order of the receipt, each with the amount of its
    covered units only.

    The units of an item cost the same to the cent, the odd cents going to as many of them; the dearest
    units of all are covered first, of equal ones the earlier.
    """
    if terms.max_quantity is None:
        return sorted((line for group in groups for line in group.lines), key=lambda line: line.index)
    units: list[tuple[int, int, int]] = []  # the price of a unit, the group, how many
    for position, group in enumerate(groups):
        price, odd = divmod(group.cents, group.quantity)
        units += [(price + 1, position, odd), (price, position, group.quantity - odd)]
    units.sort(key=lambda unit: (-unit[0], unit[1]))
    left, covered = terms.max_quantity, [0] * len(groups)
    for price, position, count in units:
        taken = min(left, count)
        covered[position] += taken * price
        left -= taken
    amounts = {
        share.index: share.cents
        for group, cents in zip(groups, covered, strict=True)
        for share in split(cents, group.lines)
    }
    lines = (
        replace(line, amount_cents=amounts.get(line.index, 0)) for group in groups for line in group.lines
    )
    return sorted((line for line in lines if line.amount_cents), key=lambda line: line.index)


def qualifying_conditions(terms: Terms, external_id: str | None = None) -> dict[str, Any]:
    """What an offer asks for, under the vendor's names for it (OAS-POS2); only what this model has a value
    for. Which words stand for attributes and operators is assumed.
    """
    minimum = terms.minimum_receipt_cents
    selector: dict[str, Any] = {
        "name": terms.name,
        "exclude_non_payable": True,
        "filter_item_set": "base_items_and_modifiers" if terms.modifiers else "base_items",
        "base_items": {"clauses": _clause("item_id", "in", sorted(terms.item_ids)) if terms.item_ids else []},
    }
    return {
        "name": terms.name,
        "external_id": external_id,
        "amount_cap": terms.discount_cents / 100,
        "max_discount_units": terms.max_quantity,
        "receipt_qualifiers": _clause("subtotal_amount", ">=", f"{minimum // 100}.{minimum % 100:02d}")
        if minimum
        else [],
        "line_item_filters": [
            {
                "quantity": terms.max_quantity,
                "processing_method": "max_price" if terms.max_quantity is not None else None,
                "line_item_selector": selector,
            }
        ],
        "item_qualifiers": [
            {"expression_type": "line_item_exists", "net_value": None, "line_item_selector": selector}
        ]
        if terms.item_ids
        else [],
    }


def _clause(attribute: str, operator: str, value: object) -> list[Mapping[str, Any]]:
    return [{"attribute": attribute, "operator": operator, "value": value}]
