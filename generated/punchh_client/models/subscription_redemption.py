from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.known_redemption_code_state import KnownRedemptionCodeState
from ..models.known_redemption_type import KnownRedemptionType

T = TypeVar("T", bound="SubscriptionRedemption")


@_attrs_define
class SubscriptionRedemption:
    """A code for one use of a subscription. Required are the keys of the vendor's sample.

    Attributes:
        redemption_status (KnownRedemptionCodeState | str): `redeemable` while the code can be used.
        created_at (str): When the code was made.
        expiring_at (str): When the code ends, ten minutes on in the sample.
        updated_at (str): When it last changed.
        location_id (int): The store that the code is booked on; the default one, since the request names none.
        redemption_id (int): The redemption that waits to be used.
        redemption_tracking_code (str): The code to show at the till, seven digits in the sample.
        redemption_type (KnownRedemptionType | str): `SubscriptionRedemption`, to tell it from older kinds.
        redemption_message (str): What is redeemed, for people.
        redemption_image_url (str): A picture for the app.
        redeemed_value (float | None | str): Null for a subscription. Otherwise dollars where the business banks
            currency, points where it does not; text in the vendor's schema.
        redeemable_id (int | None): The offer, null for a subscription.
        redeemable_name (None | str): Name of the offer.
        redeemable_description (None | str): Text of the offer.
        redeemable_image_url (None | str): Picture of the offer.
        subscription_id (str): The guest's subscription.
        subscription_plan_id (int): The plan that it was sold under.
        subscription_plan_name (str): Name of the plan.
        subscription_plan_description (str): Text of the plan.
        subscription_plan_image_url (str): Picture of the plan.
    """

    redemption_status: KnownRedemptionCodeState | str
    created_at: str
    expiring_at: str
    updated_at: str
    location_id: int
    redemption_id: int
    redemption_tracking_code: str
    redemption_type: KnownRedemptionType | str
    redemption_message: str
    redemption_image_url: str
    redeemed_value: float | None | str
    redeemable_id: int | None
    redeemable_name: None | str
    redeemable_description: None | str
    redeemable_image_url: None | str
    subscription_id: str
    subscription_plan_id: int
    subscription_plan_name: str
    subscription_plan_description: str
    subscription_plan_image_url: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        redemption_status: str
        if isinstance(self.redemption_status, KnownRedemptionCodeState):
            redemption_status = self.redemption_status.value
        else:
            redemption_status = self.redemption_status

        created_at = self.created_at

        expiring_at = self.expiring_at

        updated_at = self.updated_at

        location_id = self.location_id

        redemption_id = self.redemption_id

        redemption_tracking_code = self.redemption_tracking_code

        redemption_type: str
        if isinstance(self.redemption_type, KnownRedemptionType):
            redemption_type = self.redemption_type.value
        else:
            redemption_type = self.redemption_type

        redemption_message = self.redemption_message

        redemption_image_url = self.redemption_image_url

        redeemed_value: float | None | str
        redeemed_value = self.redeemed_value

        redeemable_id: int | None
        redeemable_id = self.redeemable_id

        redeemable_name: None | str
        redeemable_name = self.redeemable_name

        redeemable_description: None | str
        redeemable_description = self.redeemable_description

        redeemable_image_url: None | str
        redeemable_image_url = self.redeemable_image_url

        subscription_id = self.subscription_id

        subscription_plan_id = self.subscription_plan_id

        subscription_plan_name = self.subscription_plan_name

        subscription_plan_description = self.subscription_plan_description

        subscription_plan_image_url = self.subscription_plan_image_url

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "redemption_status": redemption_status,
                "created_at": created_at,
                "expiring_at": expiring_at,
                "updated_at": updated_at,
                "location_id": location_id,
                "redemption_id": redemption_id,
                "redemption_tracking_code": redemption_tracking_code,
                "redemption_type": redemption_type,
                "redemption_message": redemption_message,
                "redemption_image_url": redemption_image_url,
                "redeemed_value": redeemed_value,
                "redeemable_id": redeemable_id,
                "redeemable_name": redeemable_name,
                "redeemable_description": redeemable_description,
                "redeemable_image_url": redeemable_image_url,
                "subscription_id": subscription_id,
                "subscription_plan_id": subscription_plan_id,
                "subscription_plan_name": subscription_plan_name,
                "subscription_plan_description": subscription_plan_description,
                "subscription_plan_image_url": subscription_plan_image_url,
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

        expiring_at = d.pop("expiring_at")

        updated_at = d.pop("updated_at")

        location_id = d.pop("location_id")

        redemption_id = d.pop("redemption_id")

        redemption_tracking_code = d.pop("redemption_tracking_code")

        def _parse_redemption_type(data: object) -> KnownRedemptionType | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                redemption_type_type_0 = KnownRedemptionType(data)

                return redemption_type_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(KnownRedemptionType | str, data)

        redemption_type = _parse_redemption_type(d.pop("redemption_type"))

        redemption_message = d.pop("redemption_message")

        redemption_image_url = d.pop("redemption_image_url")

        def _parse_redeemed_value(data: object) -> float | None | str:
            if data is None:
                return data
            return cast(float | None | str, data)

        redeemed_value = _parse_redeemed_value(d.pop("redeemed_value"))

        def _parse_redeemable_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        redeemable_id = _parse_redeemable_id(d.pop("redeemable_id"))

        def _parse_redeemable_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        redeemable_name = _parse_redeemable_name(d.pop("redeemable_name"))

        def _parse_redeemable_description(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        redeemable_description = _parse_redeemable_description(d.pop("redeemable_description"))

        def _parse_redeemable_image_url(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        redeemable_image_url = _parse_redeemable_image_url(d.pop("redeemable_image_url"))

        subscription_id = d.pop("subscription_id")

        subscription_plan_id = d.pop("subscription_plan_id")

        subscription_plan_name = d.pop("subscription_plan_name")

        subscription_plan_description = d.pop("subscription_plan_description")

        subscription_plan_image_url = d.pop("subscription_plan_image_url")

        subscription_redemption = cls(
            redemption_status=redemption_status,
            created_at=created_at,
            expiring_at=expiring_at,
            updated_at=updated_at,
            location_id=location_id,
            redemption_id=redemption_id,
            redemption_tracking_code=redemption_tracking_code,
            redemption_type=redemption_type,
            redemption_message=redemption_message,
            redemption_image_url=redemption_image_url,
            redeemed_value=redeemed_value,
            redeemable_id=redeemable_id,
            redeemable_name=redeemable_name,
            redeemable_description=redeemable_description,
            redeemable_image_url=redeemable_image_url,
            subscription_id=subscription_id,
            subscription_plan_id=subscription_plan_id,
            subscription_plan_name=subscription_plan_name,
            subscription_plan_description=subscription_plan_description,
            subscription_plan_image_url=subscription_plan_image_url,
        )

        subscription_redemption.additional_properties = d
        return subscription_redemption

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
