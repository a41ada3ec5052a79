from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.batch_redemption_item import BatchRedemptionItem


T = TypeVar("T", bound="BatchRedemption")


@_attrs_define
class BatchRedemption:
    """Each basket item once, in one of the two lists.

    Attributes:
        redemption_ref (str): The whole transaction. A void asks for it.
        success (list[BatchRedemptionItem]): The basket items that were redeemed.
        failures (list[BatchRedemptionItem]): The basket items that were not.
    """

    redemption_ref: str
    success: list[BatchRedemptionItem]
    failures: list[BatchRedemptionItem]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        redemption_ref = self.redemption_ref

        success = []
        for success_item_data in self.success:
            success_item = success_item_data.to_dict()
            success.append(success_item)

        failures = []
        for failures_item_data in self.failures:
            failures_item = failures_item_data.to_dict()
            failures.append(failures_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "redemption_ref": redemption_ref,
                "success": success,
                "failures": failures,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.batch_redemption_item import BatchRedemptionItem  # noqa: PLC0415

        d = dict(src_dict)
        redemption_ref = d.pop("redemption_ref")

        success = []
        _success = d.pop("success")
        for success_item_data in _success:
            success_item = BatchRedemptionItem.from_dict(success_item_data)

            success.append(success_item)

        failures = []
        _failures = d.pop("failures")
        for failures_item_data in _failures:
            failures_item = BatchRedemptionItem.from_dict(failures_item_data)

            failures.append(failures_item)

        batch_redemption = cls(
            redemption_ref=redemption_ref,
            success=success,
            failures=failures,
        )

        batch_redemption.additional_properties = d
        return batch_redemption

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
