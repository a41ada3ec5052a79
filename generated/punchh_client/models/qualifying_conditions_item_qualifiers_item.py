from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.line_item_selector import LineItemSelector


T = TypeVar("T", bound="QualifyingConditionsItemQualifiersItem")


@_attrs_define
class QualifyingConditionsItemQualifiersItem:
    """
    Attributes:
        expression_type (Any | Unset): How the lines are counted.
        net_value (Any | Unset): What the count is compared with.
        line_item_selector (LineItemSelector | Unset): Picks lines of a receipt. The vendor prints a sample and no
            types.
    """

    expression_type: Any | Unset = UNSET
    net_value: Any | Unset = UNSET
    line_item_selector: LineItemSelector | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        expression_type = self.expression_type

        net_value = self.net_value

        line_item_selector: dict[str, Any] | Unset = UNSET
        if not isinstance(self.line_item_selector, Unset):
            line_item_selector = self.line_item_selector.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if expression_type is not UNSET:
            field_dict["expression_type"] = expression_type
        if net_value is not UNSET:
            field_dict["net_value"] = net_value
        if line_item_selector is not UNSET:
            field_dict["line_item_selector"] = line_item_selector

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.line_item_selector import LineItemSelector  # noqa: PLC0415

        d = dict(src_dict)
        expression_type = d.pop("expression_type", UNSET)

        net_value = d.pop("net_value", UNSET)

        _line_item_selector = d.pop("line_item_selector", UNSET)
        line_item_selector: LineItemSelector | Unset
        if isinstance(_line_item_selector, Unset):
            line_item_selector = UNSET
        else:
            line_item_selector = LineItemSelector.from_dict(_line_item_selector)

        qualifying_conditions_item_qualifiers_item = cls(
            expression_type=expression_type,
            net_value=net_value,
            line_item_selector=line_item_selector,
        )

        qualifying_conditions_item_qualifiers_item.additional_properties = d
        return qualifying_conditions_item_qualifiers_item

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
