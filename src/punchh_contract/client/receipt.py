"""A receipt that adds up and cannot be changed, and the fields that a request takes from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypedDict, cast

from punchh_contract.client import money
from punchh_contract.errors import UsageError

if TYPE_CHECKING:
    from punchh_client.models.line_item import LineItem
    from punchh_client.models.menu_item import MenuItem

__all__ = ["BatchFields", "Letter", "Line", "OnlineFields", "Receipt"]

Letter = Literal["M", "S", "D", "T", "P"]


class OnlineFields(TypedDict):
    """What each of the six online request models takes: `OnlineRewardRequest(…, **receipt.online())`."""

    menu_items: list[MenuItem]
    receipt_amount: float
    subtotal_amount: float
    receipt_datetime: str
    transaction_no: str


class BatchFields(TypedDict):
    """What a batch takes: `BatchRedemptionRequest(…, **receipt.batch())`."""

    line_items: list[LineItem]
    receipt_amount: float
    subtotal_amount: float
    receipt_datetime: str
    transaction_no: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a receipt.

    `base` and `modifier` make its serial number; `letter` is M (item), S (service), D (discount), T (tax) or
    P (payment); `total` is dollars for all of its quantity, never below zero, also for a discount (OAS-OO1:
    documented, C-9); `item_id`, `family` and `group` are the till's own.
    """

    base: int
    modifier: int
    letter: Letter
    name: str
    item_id: str
    quantity: int
    total: Decimal
    family: str
    group: str

    @property
    def serial_number(self) -> str:
        """`1.0` for the first item, `1.1` for its first modifier (SEED-001, SEED-002: documented)."""
        return f"{self.base}.{self.modifier}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt, checked when it was made and frozen since.

    `lines` in their order; `at` its time, with a zone; `number` the till's number of it.
    Raises UsageError for what is no time with a zone, a missing number, and amounts that do not
    add up.
    """

    lines: tuple[Line, ...]
    at: datetime
    number: str

    def __post_init__(self) -> None:
        # Types do not hold at run time.
        if not isinstance(cast("object", self.at), datetime):
            raise UsageError(
                f"the receipt's time is a {type(self.at).__name__}: pass an aware datetime, such as"
                " datetime.now(UTC)"
            )
        if self.at.utcoffset() is None:
            raise UsageError(
                "the receipt's time has no zone, and a till's local time is another hour elsewhere:"
                " pass an aware datetime, such as datetime.now(UTC)"
            )
        if not self.number or not isinstance(cast("object", self.number), str):
            raise UsageError(
                "the receipt has no number: pass the till's own as text, it becomes `transaction_no`"
            )
        if self.subtotal < 0:
            raise UsageError(
                f"the discounts are {-self.subtotal} dollars more than the items cost: nothing is left to"
                " redeem on"
            )
        paid, owed = self._sum("P"), self.subtotal + self._sum("S") + self._sum("T")
        if any(line.letter == "P" for line in self.lines) and paid != owed:
            raise UsageError(
                f"the payments come to {paid} dollars, and items, services and taxes less discounts to"
                f" {owed}: correct one of them, or leave the payments away"
            )

    @property
    def subtotal(self) -> Decimal:
        """Dollars before tax and after discounts: items less discounts (CHECK: documented)."""
        return self._sum("M") - self._sum("D")

    def online(self) -> OnlineFields:
        """The fields of an online request, new ones at each call.

        `receipt_amount` and `subtotal_amount` are the same (OAS-OO1: documented); the time is written in
        UTC with a `Z`, to the second (C-7).
        """
        from punchh_client.models.menu_item import MenuItem  # late: hundreds of models come with it

        amount = money.number(self.subtotal, "the subtotal")
        return OnlineFields(
            menu_items=[
                MenuItem(
                    item_name=line.name,
                    item_qty=line.quantity,
                    item_amount=money.number(line.total, line.name),
                    menu_item_type=line.letter,
                    menu_family=line.family,
                    menu_major_group=line.group,
                    serial_number=line.serial_number,
                    menu_item_id=line.item_id,
                )
                for line in self.lines
            ],
            receipt_amount=amount,
            subtotal_amount=amount,
            receipt_datetime=_instant(self.at).removesuffix("+00:00") + "Z",
            transaction_no=self.number,
        )

    def batch(self) -> BatchFields:
        """The fields of a batch request, new ones at each call; the time keeps its offset, to the second.

        Raises UsageError for a line whose id is no integer: a batch has no text there (SEED-002, C-25).
        """
        from punchh_client.models.line_item import LineItem  # late: hundreds of models come with it

        amount = money.number(self.subtotal, "the subtotal")
        return BatchFields(
            line_items=[
                LineItem(
                    item_name=line.name,
                    item_qty=line.quantity,
                    amount=money.number(line.total, line.name),
                    item_type=line.letter,
                    item_id=_integer(line),
                    item_family=line.family,
                    item_group=line.group,
                    serial_number=float(line.serial_number),
                )
                for line in self.lines
            ],
            receipt_amount=amount,
            subtotal_amount=amount,
            receipt_datetime=_local(self.at),
            transaction_no=self.number,
        )

    def _sum(self, letter: Letter) -> Decimal:
        return sum((line.total for line in self.lines if line.letter == letter), Decimal("0.00"))


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _local(at: datetime) -> str:
    """With the offset that it has, unless that has seconds, which RFC 3339 cannot write."""
    offset = at.utcoffset()
    whole = offset is not None and not offset.total_seconds() % 60
    return at.isoformat(timespec="seconds") if whole else _instant(at)


def _integer(line: Line) -> int:
    if line.item_id.isascii() and line.item_id.isdigit() and int(line.item_id) < 2**63:
        return int(line.item_id)
    raise UsageError(
        f"{line.name}: a batch takes integers of 64 bits as item ids, and this is {line.item_id!r}"
    )
