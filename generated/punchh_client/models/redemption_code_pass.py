from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.known_pass_owner import KnownPassOwner
from ..types import UNSET, Unset

T = TypeVar("T", bound="RedemptionCodePass")


@_attrs_define
class RedemptionCodePass:
    """An Apple Wallet pass. No filled one was ever seen, so anything in it may be null.

    Attributes:
        apple_pass_design_id (int | None | str | Unset): The design of the pass. The vendor names no type.
        apple_pass_id (None | str | Unset): The pass.
        business_id (int | None | str | Unset): The business; text in the table, an integer everywhere else.
        business_uuid (None | str | Unset): The business's key at the till.
        created_at (None | str | Unset): When it was made.
        updated_at (None | str | Unset): When it last changed.
        owner_id (None | str | Unset): The guest who owns it.
        owner_type (KnownPassOwner | None | str | Unset): What owns it.
        pass_type_identifier (None | str | Unset): Apple's name for the kind of pass.
        serial_number (None | str | Unset): The pass's serial number.
        type_ (None | str | Unset): The kind of pass.
    """

    apple_pass_design_id: int | None | str | Unset = UNSET
    apple_pass_id: None | str | Unset = UNSET
    business_id: int | None | str | Unset = UNSET
    business_uuid: None | str | Unset = UNSET
    created_at: None | str | Unset = UNSET
    updated_at: None | str | Unset = UNSET
    owner_id: None | str | Unset = UNSET
    owner_type: KnownPassOwner | None | str | Unset = UNSET
    pass_type_identifier: None | str | Unset = UNSET
    serial_number: None | str | Unset = UNSET
    type_: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        apple_pass_design_id: int | None | str | Unset
        if isinstance(self.apple_pass_design_id, Unset):
            apple_pass_design_id = UNSET
        else:
            apple_pass_design_id = self.apple_pass_design_id

        apple_pass_id: None | str | Unset
        if isinstance(self.apple_pass_id, Unset):
            apple_pass_id = UNSET
        else:
            apple_pass_id = self.apple_pass_id

        business_id: int | None | str | Unset
        if isinstance(self.business_id, Unset):
            business_id = UNSET
        else:
            business_id = self.business_id

        business_uuid: None | str | Unset
        if isinstance(self.business_uuid, Unset):
            business_uuid = UNSET
        else:
            business_uuid = self.business_uuid

        created_at: None | str | Unset
        if isinstance(self.created_at, Unset):
            created_at = UNSET
        else:
            created_at = self.created_at

        updated_at: None | str | Unset
        if isinstance(self.updated_at, Unset):
            updated_at = UNSET
        else:
            updated_at = self.updated_at

        owner_id: None | str | Unset
        if isinstance(self.owner_id, Unset):
            owner_id = UNSET
        else:
            owner_id = self.owner_id

        owner_type: None | str | Unset
        if isinstance(self.owner_type, Unset):
            owner_type = UNSET
        elif isinstance(self.owner_type, KnownPassOwner):
            owner_type = self.owner_type.value
        else:
            owner_type = self.owner_type

        pass_type_identifier: None | str | Unset
        if isinstance(self.pass_type_identifier, Unset):
            pass_type_identifier = UNSET
        else:
            pass_type_identifier = self.pass_type_identifier

        serial_number: None | str | Unset
        if isinstance(self.serial_number, Unset):
            serial_number = UNSET
        else:
            serial_number = self.serial_number

        type_: None | str | Unset
        if isinstance(self.type_, Unset):
            type_ = UNSET
        else:
            type_ = self.type_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if apple_pass_design_id is not UNSET:
            field_dict["apple_pass_design_id"] = apple_pass_design_id
        if apple_pass_id is not UNSET:
            field_dict["apple_pass_id"] = apple_pass_id
        if business_id is not UNSET:
            field_dict["business_id"] = business_id
        if business_uuid is not UNSET:
            field_dict["business_uuid"] = business_uuid
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at
        if owner_id is not UNSET:
            field_dict["owner_id"] = owner_id
        if owner_type is not UNSET:
            field_dict["owner_type"] = owner_type
        if pass_type_identifier is not UNSET:
            field_dict["pass_type_identifier"] = pass_type_identifier
        if serial_number is not UNSET:
            field_dict["serial_number"] = serial_number
        if type_ is not UNSET:
            field_dict["type"] = type_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_apple_pass_design_id(data: object) -> int | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | str | Unset, data)

        apple_pass_design_id = _parse_apple_pass_design_id(d.pop("apple_pass_design_id", UNSET))

        def _parse_apple_pass_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        apple_pass_id = _parse_apple_pass_id(d.pop("apple_pass_id", UNSET))

        def _parse_business_id(data: object) -> int | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | str | Unset, data)

        business_id = _parse_business_id(d.pop("business_id", UNSET))

        def _parse_business_uuid(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        business_uuid = _parse_business_uuid(d.pop("business_uuid", UNSET))

        def _parse_created_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        created_at = _parse_created_at(d.pop("created_at", UNSET))

        def _parse_updated_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        updated_at = _parse_updated_at(d.pop("updated_at", UNSET))

        def _parse_owner_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        owner_id = _parse_owner_id(d.pop("owner_id", UNSET))

        def _parse_owner_type(data: object) -> KnownPassOwner | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                owner_type_type_0 = KnownPassOwner(data)

                return owner_type_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(KnownPassOwner | None | str | Unset, data)

        owner_type = _parse_owner_type(d.pop("owner_type", UNSET))

        def _parse_pass_type_identifier(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        pass_type_identifier = _parse_pass_type_identifier(d.pop("pass_type_identifier", UNSET))

        def _parse_serial_number(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        serial_number = _parse_serial_number(d.pop("serial_number", UNSET))

        def _parse_type_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        type_ = _parse_type_(d.pop("type", UNSET))

        redemption_code_pass = cls(
            apple_pass_design_id=apple_pass_design_id,
            apple_pass_id=apple_pass_id,
            business_id=business_id,
            business_uuid=business_uuid,
            created_at=created_at,
            updated_at=updated_at,
            owner_id=owner_id,
            owner_type=owner_type,
            pass_type_identifier=pass_type_identifier,
            serial_number=serial_number,
            type_=type_,
        )

        redemption_code_pass.additional_properties = d
        return redemption_code_pass

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
