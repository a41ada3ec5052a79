from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.force_redeem_order import ForceRedeemOrder


T = TypeVar("T", bound="ForceRedeemRequest")


@_attrs_define
class ForceRedeemRequest:
    """The vendor marks nothing as required; without these two there would be nothing to redeem from whom.

    Attributes:
        user_id (int): The guest who is debited.
        redemption (ForceRedeemOrder): What is taken. One of `requested_punches` and `reward_id` is needed for anything
            to happen.
    """

    user_id: int
    redemption: ForceRedeemOrder
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        user_id = self.user_id

        redemption = self.redemption.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "user_id": user_id,
                "redemption": redemption,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.force_redeem_order import ForceRedeemOrder  # noqa: PLC0415

        d = dict(src_dict)
        user_id = d.pop("user_id")

        redemption = ForceRedeemOrder.from_dict(d.pop("redemption"))

        force_redeem_request = cls(
            user_id=user_id,
            redemption=redemption,
        )

        force_redeem_request.additional_properties = d
        return force_redeem_request

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
