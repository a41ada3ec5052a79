from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.known_redemption_code_state import KnownRedemptionCodeState

T = TypeVar("T", bound="ForcedRedemption")


@_attrs_define
class ForcedRedemption:
    """A redemption made by staff. Required are the keys of the vendor's sample.

    Attributes:
        redemption_status (KnownRedemptionCodeState | str): `redeemable` in the vendor's sample, although the redemption
            is done.
        created_at (str): When it was made.
        redeemable_id (int | None): The offer, null when an amount was taken.
        redemption_image_url (str): A picture of what was redeemed.
        redemption_message (str): What was redeemed, for people.
        location_id (int): The store it is booked on.
        updated_at (str): When it last changed.
        redemption_id (int): The redemption. Keep it.
        redemption_tracking_code (str): The code of the redemption, digits.
        expiring_at (str): When the code ends, two hours on in the sample.
        redeemable_name (None | str): Name of the offer, null when an amount was taken.
        redeemed_value (float): Points, visits or dollars that were taken.
    """

    redemption_status: KnownRedemptionCodeState | str
    created_at: str
    redeemable_id: int | None
    redemption_image_url: str
    redemption_message: str
    location_id: int
    updated_at: str
    redemption_id: int
    redemption_tracking_code: str
    expiring_at: str
    redeemable_name: None | str
    redeemed_value: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        redemption_status: str
        if isinstance(self.redemption_status, KnownRedemptionCodeState):
            redemption_status = self.redemption_status.value
        else:
            redemption_status = self.redemption_status

        created_at = self.created_at

        redeemable_id: int | None
        redeemable_id = self.redeemable_id

        redemption_image_url = self.redemption_image_url

        redemption_message = self.redemption_message

        location_id = self.location_id

        updated_at = self.updated_at

        redemption_id = self.redemption_id

        redemption_tracking_code = self.redemption_tracking_code

        expiring_at = self.expiring_at

        redeemable_name: None | str
        redeemable_name = self.redeemable_name

        redeemed_value = self.redeemed_value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "redemption_status": redemption_status,
                "created_at": created_at,
                "redeemable_id": redeemable_id,
                "redemption_image_url": redemption_image_url,
                "redemption_message": redemption_message,
                "location_id": location_id,
                "updated_at": updated_at,
                "redemption_id": redemption_id,
                "redemption_tracking_code": redemption_tracking_code,
                "expiring_at": expiring_at,
                "redeemable_name": redeemable_name,
                "redeemed_value": redeemed_value,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_redemption_status(data: object) -> KnownRedemptionCodeState | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                redemption_status_type_0 = KnownRedemptionCodeState(data)

                return redemption_status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(KnownRedemptionCodeState | str, data)

        redemption_status = _parse_redemption_status(d.pop("redemption_status"))

        created_at = d.pop("created_at")

        def _parse_redeemable_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        redeemable_id = _parse_redeemable_id(d.pop("redeemable_id"))

        redemption_image_url = d.pop("redemption_image_url")

        redemption_message = d.pop("redemption_message")

        location_id = d.pop("location_id")

        updated_at = d.pop("updated_at")

        redemption_id = d.pop("redemption_id")

        redemption_tracking_code = d.pop("redemption_tracking_code")

        expiring_at = d.pop("expiring_at")

        def _parse_redeemable_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        redeemable_name = _parse_redeemable_name(d.pop("redeemable_name"))

        redeemed_value = d.pop("redeemed_value")

        forced_redemption = cls(
            redemption_status=redemption_status,
            created_at=created_at,
            redeemable_id=redeemable_id,
            redemption_image_url=redemption_image_url,
            redemption_message=redemption_message,
            location_id=location_id,
            updated_at=updated_at,
            redemption_id=redemption_id,
            redemption_tracking_code=redemption_tracking_code,
            expiring_at=expiring_at,
            redeemable_name=redeemable_name,
            redeemed_value=redeemed_value,
        )

        forced_redemption.additional_properties = d
        return forced_redemption

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
