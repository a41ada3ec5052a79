from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="QualifiedItem")


@_attrs_define
class QualifiedItem:
    """A line that earned a discount.

    Attributes:
        item_name (str): The discounted line.
        item_qty (int): How many of them.
        amount (float): What comes off the line, positive.
        item_type (str): `R` in every sample.
        item_id (int): The till's id of the item.
        item_family (str): The till's family.
        item_group (str): The till's group.
        serial_number (str): Text such as `1.0`, though a number was sent.
    """

    item_name: str
    item_qty: int
    amount: float
    item_type: str
    item_id: int
    item_family: str
    item_group: str
    serial_number: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        item_name = self.item_name

        item_qty = self.item_qty

        amount = self.amount

        item_type = self.item_type

        item_id = self.item_id

        item_family = self.item_family

        item_group = self.item_group

        serial_number = self.serial_number

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "item_name": item_name,
                "item_qty": item_qty,
                "amount": amount,
                "item_type": item_type,
                "item_id": item_id,
                "item_family": item_family,
                "item_group": item_group,
                "serial_number": serial_number,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        item_name = d.pop("item_name")

        item_qty = d.pop("item_qty")

        amount = d.pop("amount")

        item_type = d.pop("item_type")

        item_id = d.pop("item_id")

        item_family = d.pop("item_family")

        item_group = d.pop("item_group")

        serial_number = d.pop("serial_number")

        qualified_item = cls(
            item_name=item_name,
            item_qty=item_qty,
            amount=amount,
            item_type=item_type,
            item_id=item_id,
            item_family=item_family,
            item_group=item_group,
            serial_number=serial_number,
        )

        qualified_item.additional_properties = d
        return qualified_item

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
