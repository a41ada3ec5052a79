from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.known_event_action import KnownEventAction
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.redemption_payload import RedemptionPayload


T = TypeVar("T", bound="RedemptionsEvent")


@_attrs_define
class RedemptionsEvent:
    """The envelope of a delivery. Required is what a receiver cannot sort or deduplicate without.

    Attributes:
        content_id (str): Unique for the message, a UUID. A message that is sent again has the same one.
        timestamp (int): When it was sent, since 1970 in UTC. Text says milliseconds, this event's sample is in seconds.
        business_id (int): The business.
        event_name (Literal['redemptions']): The family of events.
        action (KnownEventAction | str): What happened. `create` comes also with a redemption that is already redeemed.
        payload (RedemptionPayload): The redemption after the change. Required are the keys that every sample seen has.
        business_uuid (str | Unset): The business's key at the till.
        business_slug (None | str | Unset): The business's name in addresses. Listed for all events, absent from this
            one's sample.
        event_type (str | Unset): Empty for this event.
        created_at (str | Unset): When the message was made.
        updated_at (str | Unset): When the message last changed.
    """

    content_id: str
    timestamp: int
    business_id: int
    event_name: Literal["redemptions"]
    action: KnownEventAction | str
    payload: RedemptionPayload
    business_uuid: str | Unset = UNSET
    business_slug: None | str | Unset = UNSET
    event_type: str | Unset = UNSET
    created_at: str | Unset = UNSET
    updated_at: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        content_id = self.content_id

        timestamp = self.timestamp

        business_id = self.business_id

        event_name = self.event_name

        action: str
        if isinstance(self.action, KnownEventAction):
            action = self.action.value
        else:
            action = self.action

        payload = self.payload.to_dict()

        business_uuid = self.business_uuid

        business_slug: None | str | Unset
        if isinstance(self.business_slug, Unset):
            business_slug = UNSET
        else:
            business_slug = self.business_slug

        event_type = self.event_type

        created_at = self.created_at

        updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "content_id": content_id,
                "timestamp": timestamp,
                "business_id": business_id,
                "event_name": event_name,
                "action": action,
                "payload": payload,
            }
        )
        if business_uuid is not UNSET:
            field_dict["business_uuid"] = business_uuid
        if business_slug is not UNSET:
            field_dict["business_slug"] = business_slug
        if event_type is not UNSET:
            field_dict["event_type"] = event_type
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.redemption_payload import RedemptionPayload  # noqa: PLC0415

        d = dict(src_dict)
        content_id = d.pop("content_id")

        timestamp = d.pop("timestamp")

        business_id = d.pop("business_id")

        event_name = cast(Literal["redemptions"], d.pop("event_name"))
        if event_name != "redemptions":
            raise ValueError(f"event_name must match const 'redemptions', got '{event_name}'")

        def _parse_action(data: object) -> KnownEventAction | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                action_type_0 = KnownEventAction(data)

                return action_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(KnownEventAction | str, data)

        action = _parse_action(d.pop("action"))

        payload = RedemptionPayload.from_dict(d.pop("payload"))

        business_uuid = d.pop("business_uuid", UNSET)

        def _parse_business_slug(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        business_slug = _parse_business_slug(d.pop("business_slug", UNSET))

        event_type = d.pop("event_type", UNSET)

        created_at = d.pop("created_at", UNSET)

        updated_at = d.pop("updated_at", UNSET)

        redemptions_event = cls(
            content_id=content_id,
            timestamp=timestamp,
            business_id=business_id,
            event_name=event_name,
            action=action,
            payload=payload,
            business_uuid=business_uuid,
            business_slug=business_slug,
            event_type=event_type,
            created_at=created_at,
            updated_at=updated_at,
        )

        redemptions_event.additional_properties = d
        return redemptions_event

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
