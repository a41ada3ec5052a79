from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="QualifyingConditionsAggregatorGroupingAttributes")


@_attrs_define
class QualifyingConditionsAggregatorGroupingAttributes:
    """By which attributes like lines are added up.

    Attributes:
        item_name (Any | Unset): Whether by name.
        item_id (Any | Unset): Whether by id.
        item_major_group (Any | Unset): Whether by major group.
        item_family (Any | Unset): Whether by family.
        item_type (Any | Unset): Whether by letter.
    """

    item_name: Any | Unset = UNSET
    item_id: Any | Unset = UNSET
    item_major_group: Any | Unset = UNSET
    item_family: Any | Unset = UNSET
    item_type: Any | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        item_name = self.item_name

        item_id = self.item_id

        item_major_group = self.item_major_group

        item_family = self.item_family

        item_type = self.item_type

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if item_name is not UNSET:
            field_dict["item_name"] = item_name
        if item_id is not UNSET:
            field_dict["item_id"] = item_id
        if item_major_group is not UNSET:
            field_dict["item_major_group"] = item_major_group
        if item_family is not UNSET:
            field_dict["item_family"] = item_family
        if item_type is not UNSET:
            field_dict["item_type"] = item_type

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        item_name = d.pop("item_name", UNSET)

        item_id = d.pop("item_id", UNSET)

        item_major_group = d.pop("item_major_group", UNSET)

        item_family = d.pop("item_family", UNSET)

        item_type = d.pop("item_type", UNSET)

        qualifying_conditions_aggregator_grouping_attributes = cls(
            item_name=item_name,
            item_id=item_id,
            item_major_group=item_major_group,
            item_family=item_family,
            item_type=item_type,
        )

        qualifying_conditions_aggregator_grouping_attributes.additional_properties = d
        return qualifying_conditions_aggregator_grouping_attributes

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
