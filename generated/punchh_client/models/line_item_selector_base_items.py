from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="LineItemSelectorBaseItems")


@_attrs_define
class LineItemSelectorBaseItems:
    """The items themselves.

    Attributes:
        clauses (list[Any] | Unset): What they must be.
    """

    clauses: list[Any] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        clauses: list[Any] | Unset = UNSET
        if not isinstance(self.clauses, Unset):
            clauses = self.clauses

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if clauses is not UNSET:
            field_dict["clauses"] = clauses

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        clauses = cast(list[Any], d.pop("clauses", UNSET))

        line_item_selector_base_items = cls(
            clauses=clauses,
        )

        line_item_selector_base_items.additional_properties = d
        return line_item_selector_base_items

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
