from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ForceRedeemOrder")


@_attrs_define
class ForceRedeemOrder:
    """What is taken. One of `requested_punches` and `reward_id` is needed for anything to happen.

    Attributes:
        requested_punches (int | Unset): Points, visits or banked dollars to take, by the kind of program. That it must
            be positive is assumed: a negative count would give instead of take.
        force_message (str | Unset): Why it was forced. Kept, we infer, in the guest's timeline for staff; the guest
            does not see it.
        reward_id (int | Unset): The reward to redeem instead of an amount.
        fuel_redemption (bool | Unset): Take from the fuel balance.
    """

    requested_punches: int | Unset = UNSET
    force_message: str | Unset = UNSET
    reward_id: int | Unset = UNSET
    fuel_redemption: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        requested_punches = self.requested_punches

        force_message = self.force_message

        reward_id = self.reward_id

        fuel_redemption = self.fuel_redemption

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if requested_punches is not UNSET:
            field_dict["requested_punches"] = requested_punches
        if force_message is not UNSET:
            field_dict["force_message"] = force_message
        if reward_id is not UNSET:
            field_dict["reward_id"] = reward_id
        if fuel_redemption is not UNSET:
            field_dict["fuel_redemption"] = fuel_redemption

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        requested_punches = d.pop("requested_punches", UNSET)

        force_message = d.pop("force_message", UNSET)

        reward_id = d.pop("reward_id", UNSET)

        fuel_redemption = d.pop("fuel_redemption", UNSET)

        force_redeem_order = cls(
            requested_punches=requested_punches,
            force_message=force_message,
            reward_id=reward_id,
            fuel_redemption=fuel_redemption,
        )

        force_redeem_order.additional_properties = d
        return force_redeem_order

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
