from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="QualifyingConditionsReceiptQualifiersItem")


@_attrs_define
class QualifyingConditionsReceiptQualifiersItem:
    """
    Attributes:
        attribute (Any | Unset): What of the receipt is compared.
        operator (Any | Unset): How it is compared.
        value (Any | Unset): What it is compared with.
    """

    attribute: Any | Unset = UNSET
    operator: Any | Unset = UNSET
    value: Any | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        attribute = self.attribute

        operator = self.operator

        value = self.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if attribute is not UNSET:
            field_dict["attribute"] = attribute
        if operator is not UNSET:
            field_dict["operator"] = operator
        if value is not UNSET:
            field_dict["value"] = value

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        attribute = d.pop("attribute", UNSET)

        operator = d.pop("operator", UNSET)

        value = d.pop("value", UNSET)

        qualifying_conditions_receipt_qualifiers_item = cls(
            attribute=attribute,
            operator=operator,
            value=value,
        )

        qualifying_conditions_receipt_qualifiers_item.additional_properties = d
        return qualifying_conditions_receipt_qualifiers_item

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
