from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.known_event_channel import KnownEventChannel
from ..models.known_redemption_status import KnownRedemptionStatus
from ..models.known_redemption_type import KnownRedemptionType
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.event_redemption_code import EventRedemptionCode
    from ..models.event_user import EventUser
    from ..models.redemption_code_pass import RedemptionCodePass


T = TypeVar("T", bound="RedemptionPayload")


@_attrs_define
class RedemptionPayload:
    """The redemption after the change. Required are the keys that every sample seen has.

    Attributes:
        redemption_id (int): The redemption.
        redemption_status (KnownRedemptionStatus | str): Where the redemption stands.
        redemption_type (KnownRedemptionType | str): What was redeemed.
        channel (KnownEventChannel | str | Unset): Where it was redeemed.
        additional_properties_ (str | Unset): JSON written as text.
        bar_code (None | str | Unset): Bar code of the order.
        business_id (int | Unset): The business.
        admin_id (int | None | Unset): The administrator who acted.
        user_id (int | Unset): The guest.
        web (bool | None | Unset): Whether it came through the embedded web page.
        created_at (str | Unset): When it was created.
        updated_at (str | Unset): When it last changed.
        expired_at (None | str | Unset): When the code did expire.
        expiring_on (None | str | Unset): When the code will expire; null, we infer, where it does not.
        force_message (None | str | Unset): The reason that staff gave for forcing it.
        internal_tracking_code (int | str | Unset): The redemption's code. Digits as text; the table says integer.
        location_id (int | Unset): The store.
        location_name (str | Unset): The store's name or address.
        store_number (str | Unset): The store's number.
        points_requested (float | None | Unset): Points asked for; null, we infer, where none were.
        redeemed_points (float | None | Unset): Dollars taken from banked rewards, in spite of the name.
        redeemable_id (int | None | Unset): The offer; null, we infer, where none was redeemed, as in the answer to a
            force redeem.
        redeemable_name (None | str | Unset): Its name, null as above.
        redeemable_properties (None | str | Unset): Properties given to the offer, such as merchandise.
        reward_id (int | None | Unset): The reward, where one was redeemed; else null, we infer.
        redemption_code (EventRedemptionCode | None | Unset): The code by which it is redeemed; null, we infer, where
            there is none.
        redemption_code_id (int | None | Unset): Id of that code, null as above.
        redemption_code_processed_at (None | str | Unset): When the code was processed. The table puts it here, the
            sample into `redemption_code`.
        redemption_code_pass (None | RedemptionCodePass | Unset): The guest's wallet pass; null in the only sample.
        transferred_to_id (int | None | Unset): What it was transferred to, for instance a social cause campaign.
        transferred_to_type (None | str | Unset): The kind of that.
        user (EventUser | Unset): The guest. This event's sample has a part of what other events carry; types are read
            off samples. What no sample shows filled may be null.
    """

    redemption_id: int
    redemption_status: KnownRedemptionStatus | str
    redemption_type: KnownRedemptionType | str
    channel: KnownEventChannel | str | Unset = UNSET
    additional_properties_: str | Unset = UNSET
    bar_code: None | str | Unset = UNSET
    business_id: int | Unset = UNSET
    admin_id: int | None | Unset = UNSET
    user_id: int | Unset = UNSET
    web: bool | None | Unset = UNSET
    created_at: str | Unset = UNSET
    updated_at: str | Unset = UNSET
    expired_at: None | str | Unset = UNSET
    expiring_on: None | str | Unset = UNSET
    force_message: None | str | Unset = UNSET
    internal_tracking_code: int | str | Unset = UNSET
    location_id: int | Unset = UNSET
    location_name: str | Unset = UNSET
    store_number: str | Unset = UNSET
    points_requested: float | None | Unset = UNSET
    redeemed_points: float | None | Unset = UNSET
    redeemable_id: int | None | Unset = UNSET
    redeemable_name: None | str | Unset = UNSET
    redeemable_properties: None | str | Unset = UNSET
    reward_id: int | None | Unset = UNSET
    redemption_code: EventRedemptionCode | None | Unset = UNSET
    redemption_code_id: int | None | Unset = UNSET
    redemption_code_processed_at: None | str | Unset = UNSET
    redemption_code_pass: None | RedemptionCodePass | Unset = UNSET
    transferred_to_id: int | None | Unset = UNSET
    transferred_to_type: None | str | Unset = UNSET
    user: EventUser | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.event_redemption_code import EventRedemptionCode  # noqa: PLC0415
        from ..models.redemption_code_pass import RedemptionCodePass  # noqa: PLC0415

        redemption_id = self.redemption_id

        redemption_status: str
        if isinstance(self.redemption_status, KnownRedemptionStatus):
            redemption_status = self.redemption_status.value
        else:
            redemption_status = self.redemption_status

        redemption_type: str
        if isinstance(self.redemption_type, KnownRedemptionType):
            redemption_type = self.redemption_type.value
        else:
            redemption_type = self.redemption_type

        channel: str | Unset
        if isinstance(self.channel, Unset):
            channel = UNSET
        elif isinstance(self.channel, KnownEventChannel):
            channel = self.channel.value
        else:
            channel = self.channel

        additional_properties_ = self.additional_properties_

        bar_code: None | str | Unset
        if isinstance(self.bar_code, Unset):
            bar_code = UNSET
        else:
            bar_code = self.bar_code

        business_id = self.business_id

        admin_id: int | None | Unset
        if isinstance(self.admin_id, Unset):
            admin_id = UNSET
        else:
            admin_id = self.admin_id

        user_id = self.user_id

        web: bool | None | Unset
        if isinstance(self.web, Unset):
            web = UNSET
        else:
            web = self.web

        created_at = self.created_at

        updated_at = self.updated_at

        expired_at: None | str | Unset
        if isinstance(self.expired_at, Unset):
            expired_at = UNSET
        else:
            expired_at = self.expired_at

        expiring_on: None | str | Unset
        if isinstance(self.expiring_on, Unset):
            expiring_on = UNSET
        else:
            expiring_on = self.expiring_on

        force_message: None | str | Unset
        if isinstance(self.force_message, Unset):
            force_message = UNSET
        else:
            force_message = self.force_message

        internal_tracking_code: int | str | Unset
        if isinstance(self.internal_tracking_code, Unset):
            internal_tracking_code = UNSET
        else:
            internal_tracking_code = self.internal_tracking_code

        location_id = self.location_id

        location_name = self.location_name

        store_number = self.store_number

        points_requested: float | None | Unset
        if isinstance(self.points_requested, Unset):
            points_requested = UNSET
        else:
            points_requested = self.points_requested

        redeemed_points: float | None | Unset
        if isinstance(self.redeemed_points, Unset):
            redeemed_points = UNSET
        else:
            redeemed_points = self.redeemed_points

        redeemable_id: int | None | Unset
        if isinstance(self.redeemable_id, Unset):
            redeemable_id = UNSET
        else:
            redeemable_id = self.redeemable_id

        redeemable_name: None | str | Unset
        if isinstance(self.redeemable_name, Unset):
            redeemable_name = UNSET
        else:
            redeemable_name = self.redeemable_name

        redeemable_properties: None | str | Unset
        if isinstance(self.redeemable_properties, Unset):
            redeemable_properties = UNSET
        else:
            redeemable_properties = self.redeemable_properties

        reward_id: int | None | Unset
        if isinstance(self.reward_id, Unset):
            reward_id = UNSET
        else:
            reward_id = self.reward_id

        redemption_code: dict[str, Any] | None | Unset
        if isinstance(self.redemption_code, Unset):
            redemption_code = UNSET
        elif isinstance(self.redemption_code, EventRedemptionCode):
            redemption_code = self.redemption_code.to_dict()
        else:
            redemption_code = self.redemption_code

        redemption_code_id: int | None | Unset
        if isinstance(self.redemption_code_id, Unset):
            redemption_code_id = UNSET
        else:
            redemption_code_id = self.redemption_code_id

        redemption_code_processed_at: None | str | Unset
        if isinstance(self.redemption_code_processed_at, Unset):
            redemption_code_processed_at = UNSET
        else:
            redemption_code_processed_at = self.redemption_code_processed_at

        redemption_code_pass: dict[str, Any] | None | Unset
        if isinstance(self.redemption_code_pass, Unset):
            redemption_code_pass = UNSET
        elif isinstance(self.redemption_code_pass, RedemptionCodePass):
            redemption_code_pass = self.redemption_code_pass.to_dict()
        else:
            redemption_code_pass = self.redemption_code_pass

        transferred_to_id: int | None | Unset
        if isinstance(self.transferred_to_id, Unset):
            transferred_to_id = UNSET
        else:
            transferred_to_id = self.transferred_to_id

        transferred_to_type: None | str | Unset
        if isinstance(self.transferred_to_type, Unset):
            transferred_to_type = UNSET
        else:
            transferred_to_type = self.transferred_to_type

        user: dict[str, Any] | Unset = UNSET
        if not isinstance(self.user, Unset):
            user = self.user.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "redemption_id": redemption_id,
                "redemption_status": redemption_status,
                "redemption_type": redemption_type,
            }
        )
        if channel is not UNSET:
            field_dict["channel"] = channel
        if additional_properties_ is not UNSET:
            field_dict["additional_properties"] = additional_properties_
        if bar_code is not UNSET:
            field_dict["bar_code"] = bar_code
        if business_id is not UNSET:
            field_dict["business_id"] = business_id
        if admin_id is not UNSET:
            field_dict["admin_id"] = admin_id
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if web is not UNSET:
            field_dict["web"] = web
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at
        if expired_at is not UNSET:
            field_dict["expired_at"] = expired_at
        if expiring_on is not UNSET:
            field_dict["expiring_on"] = expiring_on
        if force_message is not UNSET:
            field_dict["force_message"] = force_message
        if internal_tracking_code is not UNSET:
            field_dict["internal_tracking_code"] = internal_tracking_code
        if location_id is not UNSET:
            field_dict["location_id"] = location_id
        if location_name is not UNSET:
            field_dict["location_name"] = location_name
        if store_number is not UNSET:
            field_dict["store_number"] = store_number
        if points_requested is not UNSET:
            field_dict["points_requested"] = points_requested
        if redeemed_points is not UNSET:
            field_dict["redeemed_points"] = redeemed_points
        if redeemable_id is not UNSET:
            field_dict["redeemable_id"] = redeemable_id
        if redeemable_name is not UNSET:
            field_dict["redeemable_name"] = redeemable_name
        if redeemable_properties is not UNSET:
            field_dict["redeemable_properties"] = redeemable_properties
        if reward_id is not UNSET:
            field_dict["reward_id"] = reward_id
        if redemption_code is not UNSET:
            field_dict["redemption_code"] = redemption_code
        if redemption_code_id is not UNSET:
            field_dict["redemption_code_id"] = redemption_code_id
        if redemption_code_processed_at is not UNSET:
            field_dict["redemption_code_processed_at"] = redemption_code_processed_at
        if redemption_code_pass is not UNSET:
            field_dict["redemption_code_pass"] = redemption_code_pass
        if transferred_to_id is not UNSET:
            field_dict["transferred_to_id"] = transferred_to_id
        if transferred_to_type is not UNSET:
            field_dict["transferred_to_type"] = transferred_to_type
        if user is not UNSET:
            field_dict["user"] = user

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.event_redemption_code import EventRedemptionCode  # noqa: PLC0415
        from ..models.event_user import EventUser  # noqa: PLC0415
        from ..models.redemption_code_pass import RedemptionCodePass  # noqa: PLC0415

        d = dict(src_dict)
        redemption_id = d.pop("redemption_id")

        def _parse_redemption_status(data: object) -> KnownRedemptionStatus | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                redemption_status_type_0 = KnownRedemptionStatus(data)

                return redemption_status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(KnownRedemptionStatus | str, data)

        redemption_status = _parse_redemption_status(d.pop("redemption_status"))

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

        def _parse_channel(data: object) -> KnownEventChannel | str | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                channel_type_0 = KnownEventChannel(data)

                return channel_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(KnownEventChannel | str | Unset, data)

        channel = _parse_channel(d.pop("channel", UNSET))

        additional_properties_ = d.pop("additional_properties", UNSET)

        def _parse_bar_code(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        bar_code = _parse_bar_code(d.pop("bar_code", UNSET))

        business_id = d.pop("business_id", UNSET)

        def _parse_admin_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        admin_id = _parse_admin_id(d.pop("admin_id", UNSET))

        user_id = d.pop("user_id", UNSET)

        def _parse_web(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        web = _parse_web(d.pop("web", UNSET))

        created_at = d.pop("created_at", UNSET)

        updated_at = d.pop("updated_at", UNSET)

        def _parse_expired_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        expired_at = _parse_expired_at(d.pop("expired_at", UNSET))

        def _parse_expiring_on(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        expiring_on = _parse_expiring_on(d.pop("expiring_on", UNSET))

        def _parse_force_message(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        force_message = _parse_force_message(d.pop("force_message", UNSET))

        def _parse_internal_tracking_code(data: object) -> int | str | Unset:
            if isinstance(data, Unset):
                return data
            return cast(int | str | Unset, data)

        internal_tracking_code = _parse_internal_tracking_code(d.pop("internal_tracking_code", UNSET))

        location_id = d.pop("location_id", UNSET)

        location_name = d.pop("location_name", UNSET)

        store_number = d.pop("store_number", UNSET)

        def _parse_points_requested(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        points_requested = _parse_points_requested(d.pop("points_requested", UNSET))

        def _parse_redeemed_points(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        redeemed_points = _parse_redeemed_points(d.pop("redeemed_points", UNSET))

        def _parse_redeemable_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        redeemable_id = _parse_redeemable_id(d.pop("redeemable_id", UNSET))

        def _parse_redeemable_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        redeemable_name = _parse_redeemable_name(d.pop("redeemable_name", UNSET))

        def _parse_redeemable_properties(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        redeemable_properties = _parse_redeemable_properties(d.pop("redeemable_properties", UNSET))

        def _parse_reward_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        reward_id = _parse_reward_id(d.pop("reward_id", UNSET))

        def _parse_redemption_code(data: object) -> EventRedemptionCode | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                redemption_code_type_0 = EventRedemptionCode.from_dict(data)

                return redemption_code_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(EventRedemptionCode | None | Unset, data)

        redemption_code = _parse_redemption_code(d.pop("redemption_code", UNSET))

        def _parse_redemption_code_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        redemption_code_id = _parse_redemption_code_id(d.pop("redemption_code_id", UNSET))

        def _parse_redemption_code_processed_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        redemption_code_processed_at = _parse_redemption_code_processed_at(d.pop("redemption_code_processed_at", UNSET))

        def _parse_redemption_code_pass(data: object) -> None | RedemptionCodePass | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                redemption_code_pass_type_0 = RedemptionCodePass.from_dict(data)

                return redemption_code_pass_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RedemptionCodePass | Unset, data)

        redemption_code_pass = _parse_redemption_code_pass(d.pop("redemption_code_pass", UNSET))

        def _parse_transferred_to_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        transferred_to_id = _parse_transferred_to_id(d.pop("transferred_to_id", UNSET))

        def _parse_transferred_to_type(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        transferred_to_type = _parse_transferred_to_type(d.pop("transferred_to_type", UNSET))

        _user = d.pop("user", UNSET)
        user: EventUser | Unset
        if isinstance(_user, Unset):
            user = UNSET
        else:
            user = EventUser.from_dict(_user)

        redemption_payload = cls(
            redemption_id=redemption_id,
            redemption_status=redemption_status,
            redemption_type=redemption_type,
            channel=channel,
            additional_properties_=additional_properties_,
            bar_code=bar_code,
            business_id=business_id,
            admin_id=admin_id,
            user_id=user_id,
            web=web,
            created_at=created_at,
            updated_at=updated_at,
            expired_at=expired_at,
            expiring_on=expiring_on,
            force_message=force_message,
            internal_tracking_code=internal_tracking_code,
            location_id=location_id,
            location_name=location_name,
            store_number=store_number,
            points_requested=points_requested,
            redeemed_points=redeemed_points,
            redeemable_id=redeemable_id,
            redeemable_name=redeemable_name,
            redeemable_properties=redeemable_properties,
            reward_id=reward_id,
            redemption_code=redemption_code,
            redemption_code_id=redemption_code_id,
            redemption_code_processed_at=redemption_code_processed_at,
            redemption_code_pass=redemption_code_pass,
            transferred_to_id=transferred_to_id,
            transferred_to_type=transferred_to_type,
            user=user,
        )

        redemption_payload.additional_properties = d
        return redemption_payload

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
