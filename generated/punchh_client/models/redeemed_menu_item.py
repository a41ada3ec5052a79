from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="RedeemedMenuItem")


@_attrs_define
class RedeemedMenuItem:
    """A line of the receipt that was discounted.

    Attributes:
        item_name (str): The line.
        item_qty (int | Unset): How many.
        item_amount (float | Unset): Total of the line.
        menu_item_id (str | Unset): The till's id of the item.
        menu_item_type (str | Unset): `M` in the sample.
        menu_family (str | Unset): The till's family.
        menu_major_group (str | Unset): The till's major group.
        serial_number (str | Unset): `1` here, `1.0` in requests.
    """

    item_name: str
    item_qty: int | Unset = UNSET
    item_amount: float | Unset = UNSET
    menu_item_id: str | Unset = UNSET
    menu_item_type: str | Unset = UNSET
    menu_family: str | Unset = UNSET
    menu_major_group: str | Unset = UNSET
    serial_number: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        item_name = self.item_name

        item_qty = self.item_qty

        item_amount = self.item_amount

        menu_item_id = self.menu_item_id

        menu_item_type = self.menu_item_type

        menu_family = self.menu_family

        menu_major_group = self.menu_major_group

        serial_number = self.serial_number

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "item_name": item_name,
            }
        )
        if item_qty is not UNSET:
            field_dict["item_qty"] = item_qty
        if item_amount is not UNSET:
            field_dict["item_amount"] = item_amount
        if menu_item_id is not UNSET:
            field_dict["menu_item_id"] = menu_item_id
        if menu_item_type is not UNSET:
            field_dict["menu_item_type"] = menu_item_type
        if menu_family is not UNSET:
            field_dict["menu_family"] = menu_family
        if menu_major_group is not UNSET:
            field_dict["menu_major_group"] = menu_major_group
        if serial_number is not UNSET:
            field_dict["serial_number"] = serial_number

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        item_name = d.pop("item_name")

        item_qty = d.pop("item_qty", UNSET)

        item_amount = d.pop("item_amount", UNSET)

        menu_item_id = d.pop("menu_item_id", UNSET)

        menu_item_type = d.pop("menu_item_type", UNSET)

        menu_family = d.pop("menu_family", UNSET)

        menu_major_group = d.pop("menu_major_group", UNSET)

        serial_number = d.pop("serial_number", UNSET)

        redeemed_menu_item = cls(
            item_name=item_name,
            item_qty=item_qty,
            item_amount=item_amount,
            menu_item_id=menu_item_id,
            menu_item_type=menu_item_type,
            menu_family=menu_family,
            menu_major_group=menu_major_group,
            serial_number=serial_number,
        )

        redeemed_menu_item.additional_properties = d
        return redeemed_menu_item

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
