from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.line_item_selector_base_items import LineItemSelectorBaseItems
    from ..models.line_item_selector_modifiers import LineItemSelectorModifiers


T = TypeVar("T", bound="LineItemSelector")


@_attrs_define
class LineItemSelector:
    """Picks lines of a receipt. The vendor prints a sample and no types.

    Attributes:
        name (Any | Unset): Name of the selector.
        external_id (Any | Unset): The business's own id of it.
        exclude_non_payable (Any | Unset): Whether lines without a price are passed over.
        filter_item_set (Any | Unset): Which part of the lines is looked at.
        base_items (LineItemSelectorBaseItems | Unset): The items themselves.
        modifiers (LineItemSelectorModifiers | Unset): Their modifiers.
    """

    name: Any | Unset = UNSET
    external_id: Any | Unset = UNSET
    exclude_non_payable: Any | Unset = UNSET
    filter_item_set: Any | Unset = UNSET
    base_items: LineItemSelectorBaseItems | Unset = UNSET
    modifiers: LineItemSelectorModifiers | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        external_id = self.external_id

        exclude_non_payable = self.exclude_non_payable

        filter_item_set = self.filter_item_set

        base_items: dict[str, Any] | Unset = UNSET
        if not isinstance(self.base_items, Unset):
            base_items = self.base_items.to_dict()

        modifiers: dict[str, Any] | Unset = UNSET
        if not isinstance(self.modifiers, Unset):
            modifiers = self.modifiers.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if external_id is not UNSET:
            field_dict["external_id"] = external_id
        if exclude_non_payable is not UNSET:
            field_dict["exclude_non_payable"] = exclude_non_payable
        if filter_item_set is not UNSET:
            field_dict["filter_item_set"] = filter_item_set
        if base_items is not UNSET:
            field_dict["base_items"] = base_items
        if modifiers is not UNSET:
            field_dict["modifiers"] = modifiers

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.line_item_selector_base_items import LineItemSelectorBaseItems  # noqa: PLC0415
        from ..models.line_item_selector_modifiers import LineItemSelectorModifiers  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name", UNSET)

        external_id = d.pop("external_id", UNSET)

        exclude_non_payable = d.pop("exclude_non_payable", UNSET)

        filter_item_set = d.pop("filter_item_set", UNSET)

        _base_items = d.pop("base_items", UNSET)
        base_items: LineItemSelectorBaseItems | Unset
        if isinstance(_base_items, Unset):
            base_items = UNSET
        else:
            base_items = LineItemSelectorBaseItems.from_dict(_base_items)

        _modifiers = d.pop("modifiers", UNSET)
        modifiers: LineItemSelectorModifiers | Unset
        if isinstance(_modifiers, Unset):
            modifiers = UNSET
        else:
            modifiers = LineItemSelectorModifiers.from_dict(_modifiers)

        line_item_selector = cls(
            name=name,
            external_id=external_id,
            exclude_non_payable=exclude_non_payable,
            filter_item_set=filter_item_set,
            base_items=base_items,
            modifiers=modifiers,
        )

        line_item_selector.additional_properties = d
        return line_item_selector

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
