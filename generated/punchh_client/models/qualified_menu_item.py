from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="QualifiedMenuItem")


@_attrs_define
class QualifiedMenuItem:
    """A line that earned the discount, as it was sent.

    Attributes:
        item_name (str): What the line sells.
        item_qty (int): How many; a modifier's quantity is the total of the items that it modifies.
        item_amount (float): Total of the line. Positive, also for a discount, says the vendor's text.
        menu_item_type (str): `M` item, `S` service, `D` discount, `T` tax, `P` payment; `R` stands only in answers.
            Discounts that are not loyalty's belong into the price of their item.
        menu_family (str): The till's family; may be blank.
        menu_major_group (str): The till's major group; may be blank.
        serial_number (str): `1.0` for an item, `1.1`, `1.2` for its modifiers; no modifier of a modifier.
        menu_item_id (int | str): The till's id of the item. Text, and a number in the older page's placeholder.
    """

    item_name: str
    item_qty: int
    item_amount: float
    menu_item_type: str
    menu_family: str
    menu_major_group: str
    serial_number: str
    menu_item_id: int | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        item_name = self.item_name

        item_qty = self.item_qty

        item_amount = self.item_amount

        menu_item_type = self.menu_item_type

        menu_family = self.menu_family

        menu_major_group = self.menu_major_group

        serial_number = self.serial_number

        menu_item_id: int | str
        menu_item_id = self.menu_item_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "item_name": item_name,
                "item_qty": item_qty,
                "item_amount": item_amount,
                "menu_item_type": menu_item_type,
                "menu_family": menu_family,
                "menu_major_group": menu_major_group,
                "serial_number": serial_number,
                "menu_item_id": menu_item_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        item_name = d.pop("item_name")

        item_qty = d.pop("item_qty")

        item_amount = d.pop("item_amount")

        menu_item_type = d.pop("menu_item_type")

        menu_family = d.pop("menu_family")

        menu_major_group = d.pop("menu_major_group")

        serial_number = d.pop("serial_number")

        def _parse_menu_item_id(data: object) -> int | str:
            return cast(int | str, data)

        menu_item_id = _parse_menu_item_id(d.pop("menu_item_id"))

        qualified_menu_item = cls(
            item_name=item_name,
            item_qty=item_qty,
            item_amount=item_amount,
            menu_item_type=menu_item_type,
            menu_family=menu_family,
            menu_major_group=menu_major_group,
            serial_number=serial_number,
            menu_item_id=menu_item_id,
        )

        qualified_menu_item.additional_properties = d
        return qualified_menu_item

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
