from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.line_item import LineItem


T = TypeVar("T", bound="BatchRedemptionRequest")


@_attrs_define
class BatchRedemptionRequest:
    """A receipt; the discounts come from the guest's basket.

    Attributes:
        user_id (int): The guest whose basket is redeemed.
        line_items (list[LineItem]): The receipt's lines, the same as in the call before.
        receipt_amount (float): Dollars before tax and after discounts; loyalty is computed from it.
        subtotal_amount (float): The same as `receipt_amount`, kept for old times' sake.
        receipt_datetime (str): Time of the receipt with its offset from UTC, such as `2026-03-02T18:05:01+05:30`.
        external_uid (str | Unset): Your own unique id of the transaction. It locks the basket for others and keeps the
            transaction from being done twice. Needed where reward locking is on.
        query (bool | Unset): Only to ask what would happen; nothing is taken. Leave it out to redeem.
        punchh_key (str | Unset): The receipt's key.
        transaction_no (str | Unset): The transaction's number.
    """

    user_id: int
    line_items: list[LineItem]
    receipt_amount: float
    subtotal_amount: float
    receipt_datetime: str
    external_uid: str | Unset = UNSET
    query: bool | Unset = UNSET
    punchh_key: str | Unset = UNSET
    transaction_no: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        user_id = self.user_id

        line_items = []
        for line_items_item_data in self.line_items:
            line_items_item = line_items_item_data.to_dict()
            line_items.append(line_items_item)

        receipt_amount = self.receipt_amount

        subtotal_amount = self.subtotal_amount

        receipt_datetime = self.receipt_datetime

        external_uid = self.external_uid

        query = self.query

        punchh_key = self.punchh_key

        transaction_no = self.transaction_no

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "user_id": user_id,
                "line_items": line_items,
                "receipt_amount": receipt_amount,
                "subtotal_amount": subtotal_amount,
                "receipt_datetime": receipt_datetime,
            }
        )
        if external_uid is not UNSET:
            field_dict["external_uid"] = external_uid
        if query is not UNSET:
            field_dict["query"] = query
        if punchh_key is not UNSET:
            field_dict["punchh_key"] = punchh_key
        if transaction_no is not UNSET:
            field_dict["transaction_no"] = transaction_no

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.line_item import LineItem  # noqa: PLC0415

        d = dict(src_dict)
        user_id = d.pop("user_id")

        line_items = []
        _line_items = d.pop("line_items")
        for line_items_item_data in _line_items:
            line_items_item = LineItem.from_dict(line_items_item_data)

            line_items.append(line_items_item)

        receipt_amount = d.pop("receipt_amount")

        subtotal_amount = d.pop("subtotal_amount")

        receipt_datetime = d.pop("receipt_datetime")

        external_uid = d.pop("external_uid", UNSET)

        query = d.pop("query", UNSET)

        punchh_key = d.pop("punchh_key", UNSET)

        transaction_no = d.pop("transaction_no", UNSET)

        batch_redemption_request = cls(
            user_id=user_id,
            line_items=line_items,
            receipt_amount=receipt_amount,
            subtotal_amount=subtotal_amount,
            receipt_datetime=receipt_datetime,
            external_uid=external_uid,
            query=query,
            punchh_key=punchh_key,
            transaction_no=transaction_no,
        )

        batch_redemption_request.additional_properties = d
        return batch_redemption_request

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
