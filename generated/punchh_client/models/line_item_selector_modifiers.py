from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="LineItemSelectorModifiers")


@_attrs_define
class LineItemSelectorModifiers:
    """Their modifiers.

    Attributes:
        processing_method (Any | Unset): Which ones, when there are more.
        max_discount_units (Any | Unset): How many are discounted at most.
        clauses (list[Any] | Unset): What they must be.
    """

    processing_method: Any | Unset = UNSET
    max_discount_units: Any | Unset = UNSET
    clauses: list[Any] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        processing_method = self.processing_method

        max_discount_units = self.max_discount_units

        clauses: list[Any] | Unset = UNSET
        if not isinstance(self.clauses, Unset):
            clauses = self.clauses

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if processing_method is not UNSET:
            field_dict["processing_method"] = processing_method
        if max_discount_units is not UNSET:
            field_dict["max_discount_units"] = max_discount_units
        if clauses is not UNSET:
            field_dict["clauses"] = clauses

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        processing_method = d.pop("processing_method", UNSET)

        max_discount_units = d.pop("max_discount_units", UNSET)

        clauses = cast(list[Any], d.pop("clauses", UNSET))

        line_item_selector_modifiers = cls(
            processing_method=processing_method,
            max_discount_units=max_discount_units,
            clauses=clauses,
        )

        line_item_selector_modifiers.additional_properties = d
        return line_item_selector_modifiers

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
