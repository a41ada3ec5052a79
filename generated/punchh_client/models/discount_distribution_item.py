from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="DiscountDistributionItem")


@_attrs_define
class DiscountDistributionItem:
    """One line's part of the discount.

    Attributes:
        item_name (str): The discounted line.
        menu_item_id (str): The till's id of the item.
        item_qty (float): How many of them.
        item_amount (float): This line's part of the discount, below zero.
        menu_item_type (str): Always `R`.
        menu_major_group (str): The till's major group.
        menu_family (str): The till's family.
        serial_number (float): A number here, text in the menu items of the same answer.
    """

    item_name: str
    menu_item_id: str
    item_qty: float
    item_amount: float
    menu_item_type: str
    menu_major_group: str
    menu_family: str
    serial_number: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        item_name = self.item_name

        menu_item_id = self.menu_item_id

        item_qty = self.item_qty

        item_amount = self.item_amount

        menu_item_type = self.menu_item_type

        menu_major_group = self.menu_major_group

        menu_family = self.menu_family

        serial_number = self.serial_number

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "item_name": item_name,
                "menu_item_id": menu_item_id,
                "item_qty": item_qty,
                "item_amount": item_amount,
                "menu_item_type": menu_item_type,
                "menu_major_group": menu_major_group,
                "menu_family": menu_family,
                "serial_number": serial_number,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        item_name = d.pop("item_name")

        menu_item_id = d.pop("menu_item_id")

        item_qty = d.pop("item_qty")

        item_amount = d.pop("item_amount")

        menu_item_type = d.pop("menu_item_type")

        menu_major_group = d.pop("menu_major_group")

        menu_family = d.pop("menu_family")

        serial_number = d.pop("serial_number")

        discount_distribution_item = cls(
            item_name=item_name,
            menu_item_id=menu_item_id,
            item_qty=item_qty,
            item_amount=item_amount,
            menu_item_type=menu_item_type,
            menu_major_group=menu_major_group,
            menu_family=menu_family,
            serial_number=serial_number,
        )

        discount_distribution_item.additional_properties = d
        return discount_distribution_item

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
