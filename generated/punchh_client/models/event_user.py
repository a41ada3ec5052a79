from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.known_user_status import KnownUserStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.account_balance import AccountBalance


T = TypeVar("T", bound="EventUser")


@_attrs_define
class EventUser:
    """The guest. This event's sample has a part of what other events carry; types are read off samples. What no sample
    shows filled may be null.

        Attributes:
            user_id (int | Unset): The guest.
            email (str | Unset): Address of the guest.
            secondary_email (None | str | Unset): Another address.
            first_name (str | Unset): Given name.
            last_name (str | Unset): Family name.
            phone (None | str | Unset): Telephone number.
            birthday (None | str | Unset): Day of birth.
            anniversary (None | str | Unset): A day that the guest named.
            gender (None | str | Unset): Gender that the guest named.
            avatar_remote_url (None | str | Unset): A picture of the guest.
            preferred_locale (None | str | Unset): The guest's language.
            guest_type (None | str | Unset): The kind of guest.
            signup_channel (None | str | Unset): Where the guest signed up.
            external_source (None | str | Unset): The other system that knows this guest.
            external_source_id (None | str | Unset): The guest's id there.
            unsubscribed (bool | Unset): Whether the guest wants no mail at all.
            unsubscribe_reason (None | str | Unset): Why.
            marketing_email_subscription (bool | Unset): Whether marketing mail is wanted.
            marketing_pn_subscription (bool | Unset): Whether push messages are wanted.
            sms_subscription (bool | Unset): Whether text messages are wanted.
            last_activity_at (str | Unset): When the guest was last active.
            user_status (KnownUserStatus | str | Unset): Whether the guest may take part.
            account_balance (AccountBalance | Unset): The guest's balances after the change. Types and nulls are read off
                samples of several events.
    """

    user_id: int | Unset = UNSET
    email: str | Unset = UNSET
    secondary_email: None | str | Unset = UNSET
    first_name: str | Unset = UNSET
    last_name: str | Unset = UNSET
    phone: None | str | Unset = UNSET
    birthday: None | str | Unset = UNSET
    anniversary: None | str | Unset = UNSET
    gender: None | str | Unset = UNSET
    avatar_remote_url: None | str | Unset = UNSET
    preferred_locale: None | str | Unset = UNSET
    guest_type: None | str | Unset = UNSET
    signup_channel: None | str | Unset = UNSET
    external_source: None | str | Unset = UNSET
    external_source_id: None | str | Unset = UNSET
    unsubscribed: bool | Unset = UNSET
    unsubscribe_reason: None | str | Unset = UNSET
    marketing_email_subscription: bool | Unset = UNSET
    marketing_pn_subscription: bool | Unset = UNSET
    sms_subscription: bool | Unset = UNSET
    last_activity_at: str | Unset = UNSET
    user_status: KnownUserStatus | str | Unset = UNSET
    account_balance: AccountBalance | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        user_id = self.user_id

        email = self.email

        secondary_email: None | str | Unset
        if isinstance(self.secondary_email, Unset):
            secondary_email = UNSET
        else:
            secondary_email = self.secondary_email

        first_name = self.first_name

        last_name = self.last_name

        phone: None | str | Unset
        if isinstance(self.phone, Unset):
            phone = UNSET
        else:
            phone = self.phone

        birthday: None | str | Unset
        if isinstance(self.birthday, Unset):
            birthday = UNSET
        else:
            birthday = self.birthday

        anniversary: None | str | Unset
        if isinstance(self.anniversary, Unset):
            anniversary = UNSET
        else:
            anniversary = self.anniversary

        gender: None | str | Unset
        if isinstance(self.gender, Unset):
            gender = UNSET
        else:
            gender = self.gender

        avatar_remote_url: None | str | Unset
        if isinstance(self.avatar_remote_url, Unset):
            avatar_remote_url = UNSET
        else:
            avatar_remote_url = self.avatar_remote_url

        preferred_locale: None | str | Unset
        if isinstance(self.preferred_locale, Unset):
            preferred_locale = UNSET
        else:
            preferred_locale = self.preferred_locale

        guest_type: None | str | Unset
        if isinstance(self.guest_type, Unset):
            guest_type = UNSET
        else:
            guest_type = self.guest_type

        signup_channel: None | str | Unset
        if isinstance(self.signup_channel, Unset):
            signup_channel = UNSET
        else:
            signup_channel = self.signup_channel

        external_source: None | str | Unset
        if isinstance(self.external_source, Unset):
            external_source = UNSET
        else:
            external_source = self.external_source

        external_source_id: None | str | Unset
        if isinstance(self.external_source_id, Unset):
            external_source_id = UNSET
        else:
            external_source_id = self.external_source_id

        unsubscribed = self.unsubscribed

        unsubscribe_reason: None | str | Unset
        if isinstance(self.unsubscribe_reason, Unset):
            unsubscribe_reason = UNSET
        else:
            unsubscribe_reason = self.unsubscribe_reason

        marketing_email_subscription = self.marketing_email_subscription

        marketing_pn_subscription = self.marketing_pn_subscription

        sms_subscription = self.sms_subscription

        last_activity_at = self.last_activity_at

        user_status: str | Unset
        if isinstance(self.user_status, Unset):
            user_status = UNSET
        elif isinstance(self.user_status, KnownUserStatus):
            user_status = self.user_status.value
        else:
            user_status = self.user_status

        account_balance: dict[str, Any] | Unset = UNSET
        if not isinstance(self.account_balance, Unset):
            account_balance = self.account_balance.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if email is not UNSET:
            field_dict["email"] = email
        if secondary_email is not UNSET:
            field_dict["secondary_email"] = secondary_email
        if first_name is not UNSET:
            field_dict["first_name"] = first_name
        if last_name is not UNSET:
            field_dict["last_name"] = last_name
        if phone is not UNSET:
            field_dict["phone"] = phone
        if birthday is not UNSET:
            field_dict["birthday"] = birthday
        if anniversary is not UNSET:
            field_dict["anniversary"] = anniversary
        if gender is not UNSET:
            field_dict["gender"] = gender
        if avatar_remote_url is not UNSET:
            field_dict["avatar_remote_url"] = avatar_remote_url
        if preferred_locale is not UNSET:
            field_dict["preferred_locale"] = preferred_locale
        if guest_type is not UNSET:
            field_dict["guest_type"] = guest_type
        if signup_channel is not UNSET:
            field_dict["signup_channel"] = signup_channel
        if external_source is not UNSET:
            field_dict["external_source"] = external_source
        if external_source_id is not UNSET:
            field_dict["external_source_id"] = external_source_id
        if unsubscribed is not UNSET:
            field_dict["unsubscribed"] = unsubscribed
        if unsubscribe_reason is not UNSET:
            field_dict["unsubscribe_reason"] = unsubscribe_reason
        if marketing_email_subscription is not UNSET:
            field_dict["marketing_email_subscription"] = marketing_email_subscription
        if marketing_pn_subscription is not UNSET:
            field_dict["marketing_pn_subscription"] = marketing_pn_subscription
        if sms_subscription is not UNSET:
            field_dict["sms_subscription"] = sms_subscription
        if last_activity_at is not UNSET:
            field_dict["last_activity_at"] = last_activity_at
        if user_status is not UNSET:
            field_dict["user_status"] = user_status
        if account_balance is not UNSET:
            field_dict["account_balance"] = account_balance

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.account_balance import AccountBalance  # noqa: PLC0415

        d = dict(src_dict)
        user_id = d.pop("user_id", UNSET)

        email = d.pop("email", UNSET)

        def _parse_secondary_email(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        secondary_email = _parse_secondary_email(d.pop("secondary_email", UNSET))

        first_name = d.pop("first_name", UNSET)

        last_name = d.pop("last_name", UNSET)

        def _parse_phone(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        phone = _parse_phone(d.pop("phone", UNSET))

        def _parse_birthday(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        birthday = _parse_birthday(d.pop("birthday", UNSET))

        def _parse_anniversary(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        anniversary = _parse_anniversary(d.pop("anniversary", UNSET))

        def _parse_gender(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        gender = _parse_gender(d.pop("gender", UNSET))

        def _parse_avatar_remote_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        avatar_remote_url = _parse_avatar_remote_url(d.pop("avatar_remote_url", UNSET))

        def _parse_preferred_locale(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        preferred_locale = _parse_preferred_locale(d.pop("preferred_locale", UNSET))

        def _parse_guest_type(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        guest_type = _parse_guest_type(d.pop("guest_type", UNSET))

        def _parse_signup_channel(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        signup_channel = _parse_signup_channel(d.pop("signup_channel", UNSET))

        def _parse_external_source(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        external_source = _parse_external_source(d.pop("external_source", UNSET))

        def _parse_external_source_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        external_source_id = _parse_external_source_id(d.pop("external_source_id", UNSET))

        unsubscribed = d.pop("unsubscribed", UNSET)

        def _parse_unsubscribe_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        unsubscribe_reason = _parse_unsubscribe_reason(d.pop("unsubscribe_reason", UNSET))

        marketing_email_subscription = d.pop("marketing_email_subscription", UNSET)

        marketing_pn_subscription = d.pop("marketing_pn_subscription", UNSET)

        sms_subscription = d.pop("sms_subscription", UNSET)

        last_activity_at = d.pop("last_activity_at", UNSET)

        def _parse_user_status(data: object) -> KnownUserStatus | str | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                user_status_type_0 = KnownUserStatus(data)

                return user_status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(KnownUserStatus | str | Unset, data)

        user_status = _parse_user_status(d.pop("user_status", UNSET))

        _account_balance = d.pop("account_balance", UNSET)
        account_balance: AccountBalance | Unset
        if isinstance(_account_balance, Unset):
            account_balance = UNSET
        else:
            account_balance = AccountBalance.from_dict(_account_balance)

        event_user = cls(
            user_id=user_id,
            email=email,
            secondary_email=secondary_email,
            first_name=first_name,
            last_name=last_name,
            phone=phone,
            birthday=birthday,
            anniversary=anniversary,
            gender=gender,
            avatar_remote_url=avatar_remote_url,
            preferred_locale=preferred_locale,
            guest_type=guest_type,
            signup_channel=signup_channel,
            external_source=external_source,
            external_source_id=external_source_id,
            unsubscribed=unsubscribed,
            unsubscribe_reason=unsubscribe_reason,
            marketing_email_subscription=marketing_email_subscription,
            marketing_pn_subscription=marketing_pn_subscription,
            sms_subscription=sms_subscription,
            last_activity_at=last_activity_at,
            user_status=user_status,
            account_balance=account_balance,
        )

        event_user.additional_properties = d
        return event_user

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
