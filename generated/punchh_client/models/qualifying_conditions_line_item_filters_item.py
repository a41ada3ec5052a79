from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.line_item_selector import LineItemSelector


T = TypeVar("T", bound="QualifyingConditionsLineItemFiltersItem")


@_attrs_define
class QualifyingConditionsLineItemFiltersItem:
    """
    Attributes:
        quantity (Any | Unset): How many.
        processing_method (Any | Unset): Which ones, when there are more.
        line_item_selector (LineItemSelector | Unset): Picks lines of a receipt. The vendor prints a sample and no
            types.
    """

    quantity: Any | Unset = UNSET
    processing_method: Any | Unset = UNSET
    line_item_selector: LineItemSelector | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        quantity = self.quantity

        processing_method = self.processing_method

        line_item_selector: dict[str, Any] | Unset = UNSET
        if not isinstance(self.line_item_selector, Unset):
            line_item_selector = self.line_item_selector.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if quantity is not UNSET:
            field_dict["quantity"] = quantity
        if processing_method is not UNSET:
            field_dict["processing_method"] = processing_method
        if line_item_selector is not UNSET:
            field_dict["line_item_selector"] = line_item_selector

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.line_item_selector import LineItemSelector  # noqa: PLC0415

        d = dict(src_dict)
        quantity = d.pop("quantity", UNSET)

        processing_method = d.pop("processing_method", UNSET)

        _line_item_selector = d.pop("line_item_selector", UNSET)
        line_item_selector: LineItemSelector | Unset
        if isinstance(_line_item_selector, Unset):
            line_item_selector = UNSET
        else:
            line_item_selector = LineItemSelector.from_dict(_line_item_selector)

        qualifying_conditions_line_item_filters_item = cls(
            quantity=quantity,
            processing_method=processing_method,
            line_item_selector=line_item_selector,
        )

        qualifying_conditions_line_item_filters_item.additional_properties = d
        return qualifying_conditions_line_item_filters_item

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
