"""Builds receipts: lines with the right serial numbers, cents exact, totals checked before sending."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from types import UnionType
from typing import Self

from punchh_contract.client import money
from punchh_contract.client.receipt import BatchFields, Letter, Line, OnlineFields, Receipt
from punchh_contract.errors import UsageError

__all__ = ["MODIFIERS", "BatchFields", "Line", "MenuBuilder", "OnlineFields", "Receipt"]

MODIFIERS = 9
"""Modifiers of one item at most. One decimal is all that a serial number has (OAS-OO1: documented), and as a
number, which it is in a batch, 1.10 would be 1.1 again."""


class MenuBuilder:
    """Collects a receipt's lines in their order, and counts the serial numbers.

    Each method takes `total`, the dollars of the whole line for all of its quantity, as Decimal, int or text,
    and returns the builder. Each raises UsageError for an amount that is not exact or below zero, for a
    quantity that is no whole number from 1 on, for an `item_id` that is neither a whole number nor a text,
    and for a line without a name.

        receipt = (
            MenuBuilder()
            .item("Pizza", item_id=331, total=Decimal("21.00"), quantity=2)
            .modifier("Mushrooms", item_id=332, total=Decimal("3.00"))
            .receipt(at=datetime.now(UTC), number="A-1001", subtotal=Decimal("24.00"))
        )
    """

    def __init__(self) -> None:
        self._lines: list[Line] = []

    def item(
        self,
        name: str,
        *,
        item_id: int | str,
        total: Decimal | int | str,
        quantity: int = 1,
        family: str = "",
        group: str = "",
    ) -> Self:
        """Add a menu item. A discount that is not loyalty's belongs into its price (OAS-OO1: documented)."""
        return self._add("M", name, item_id, total, quantity, family, group)

    def modifier(
        self, name: str, *, item_id: int | str, total: Decimal | int | str, family: str = "", group: str = ""
    ) -> Self:
        """Add a modifier of the item before it, in the item's quantity, as the vendor asks (OAS-OO1:
        documented); `total` is for all of them.

        Raises UsageError also where no item stands before it, and for the tenth modifier of one.
        """
        last = self._lines[-1] if self._lines else None
        if last is None or last.letter != "M":
            raise UsageError(f"{name} modifies nothing: add a modifier straight after its item")
        if last.modifier == MODIFIERS:
            raise UsageError(
                f"{name} would be the tenth modifier, and serial numbers end at {last.serial_number}: fold"
                " its price into the item's, or give it a line of its own"
            )
        return self._add(
            "M", name, item_id, total, last.quantity, family, group, (last.base, last.modifier + 1)
        )

    def service(
        self, name: str, *, item_id: int | str, total: Decimal | int | str, family: str = "", group: str = ""
    ) -> Self:
        """Add money that is no sale: a fee, a tip, a gift card that was bought. Not part of the subtotal."""
        return self._add("S", name, item_id, total, 1, family, group)

    def discount(
        self, name: str, *, item_id: int | str, total: Decimal | int | str, family: str = "", group: str = ""
    ) -> Self:
        """Add a discount, `total` above zero; it lowers the subtotal.

        The vendor would rather have it in the price of its item when something is redeemed (OAS-OO1,
        OAS-POS2: documented).
        """
        return self._add("D", name, item_id, total, 1, family, group)

    def tax(self, name: str, *, item_id: int | str, total: Decimal | int | str) -> Self:
        """Add a tax. Not part of the subtotal; discouraged in a batch (OAS-POS2: documented)."""
        return self._add("T", name, item_id, total, 1, "", "")

    def payment(self, name: str, *, item_id: int | str, total: Decimal | int | str) -> Self:
        """Add a payment. From the first on, all together must cover the receipt (CHECK: documented)."""
        return self._add("P", name, item_id, total, 1, "", "")

    def receipt(self, *, at: datetime, number: str, subtotal: Decimal | int | str | None = None) -> Receipt:
        """Return the receipt of what was added so far; the builder may go on.

        `at` is its time, with a zone; `number` the till's number of it; `subtotal` what the till says the
        items come to less the discounts, checked if given.
        Raises UsageError as `Receipt` does, and if there is no line or `subtotal` is not the lines' sum.
        """
        if not self._lines:
            raise UsageError("the receipt has no line: offers are judged by its items, add them first")
        made = Receipt(tuple(self._lines), at, number)
        if subtotal is not None and money.dollars(subtotal, "the subtotal") != made.subtotal:
            raise UsageError(
                f"the subtotal is {money.dollars(subtotal)} dollars, but items less discounts come to"
                f" {made.subtotal}: correct the one that is wrong before anything is sent"
            )
        return made

    def _add(
        self,
        letter: Letter,
        name: str,
        item_id: int | str,
        total: Decimal | int | str,
        quantity: int,
        family: str,
        group: str,
        serial: tuple[int, int] | None = None,
    ) -> Self:
        # Types do not hold at run time, and a quantity of 1.5 or an id of "None" would be sent as it is.
        if not name or not _is(name, str):
            raise UsageError("a line has no name: pass what it sells, the vendor shows it to the guest")
        if not _is(quantity, int) or quantity < 1:
            raise UsageError(f"{name}: a quantity is a whole number from 1 on")
        if not _is(item_id, int | str) or item_id == "":
            raise UsageError(f"{name}: an item_id is the till's own for it, a whole number or a text")
        if not _is(family, str) or not _is(group, str):
            raise UsageError(f"{name}: family and group are texts; leave them away where the till has none")
        amount = money.dollars(total, name)
        if amount < 0:
            raise UsageError(
                f"{name} is below zero, and would be read as a discount: lower its item's price, or add it"
                " with `discount` as a positive amount"
            )
        base, modifier = serial or (max((line.base for line in self._lines), default=0) + 1, 0)
        self._lines.append(Line(base, modifier, letter, name, str(item_id), quantity, amount, family, group))
        return self


def _is(value: object, kind: type | UnionType) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)
