from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="DiscountDetails")


@_attrs_define
class DiscountDetails:
    """The offer behind a basket item.

    Attributes:
        item_id (int): The offer.
        name (str): Its name.
        image (str): Address of its picture.
        points (int | None): Points that it costs.
        base_amount (float | None): Dollars that it takes off.
        description (str): Its text; may be empty.
        item_properties (None | str): Properties given to the offer.
        meta_detail (None | str): Free text of the offer.
        start_date_tz (None | str): From when it can be used, with zone.
        end_date_tz (None | str): Until when it can be used, with zone.
        created_at (str): When the guest got it.
        auto_select (bool | Unset): Whether Punchh put it into the basket; in samples of quotes only.
        max_applicable_quantity (int | None | Unset): How many items it can discount at most.
        campaign_name (str | Unset): The campaign that gave it.
        prompt_text_short (str | Unset): A short text for the cashier; in a sample only.
        prompt_text_long (str | Unset): A long text for the cashier; in a sample only.
    """

    item_id: int
    name: str
    image: str
    points: int | None
    base_amount: float | None
    description: str
    item_properties: None | str
    meta_detail: None | str
    start_date_tz: None | str
    end_date_tz: None | str
    created_at: str
    auto_select: bool | Unset = UNSET
    max_applicable_quantity: int | None | Unset = UNSET
    campaign_name: str | Unset = UNSET
    prompt_text_short: str | Unset = UNSET
    prompt_text_long: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        item_id = self.item_id

        name = self.name

        image = self.image

        points: int | None
        points = self.points

        base_amount: float | None
        base_amount = self.base_amount

        description = self.description

        item_properties: None | str
        item_properties = self.item_properties

        meta_detail: None | str
        meta_detail = self.meta_detail

        start_date_tz: None | str
        start_date_tz = self.start_date_tz

        end_date_tz: None | str
        end_date_tz = self.end_date_tz

        created_at = self.created_at

        auto_select = self.auto_select

        max_applicable_quantity: int | None | Unset
        if isinstance(self.max_applicable_quantity, Unset):
            max_applicable_quantity = UNSET
        else:
            max_applicable_quantity = self.max_applicable_quantity

        campaign_name = self.campaign_name

        prompt_text_short = self.prompt_text_short

        prompt_text_long = self.prompt_text_long

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "item_id": item_id,
                "name": name,
                "image": image,
                "points": points,
                "base_amount": base_amount,
                "description": description,
                "item_properties": item_properties,
                "meta_detail": meta_detail,
                "start_date_tz": start_date_tz,
                "end_date_tz": end_date_tz,
                "created_at": created_at,
            }
        )
        if auto_select is not UNSET:
            field_dict["auto_select"] = auto_select
        if max_applicable_quantity is not UNSET:
            field_dict["max_applicable_quantity"] = max_applicable_quantity
        if campaign_name is not UNSET:
            field_dict["campaign_name"] = campaign_name
        if prompt_text_short is not UNSET:
            field_dict["prompt_text_short"] = prompt_text_short
        if prompt_text_long is not UNSET:
            field_dict["prompt_text_long"] = prompt_text_long

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        item_id = d.pop("item_id")

        name = d.pop("name")

        image = d.pop("image")

        def _parse_points(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        points = _parse_points(d.pop("points"))

        def _parse_base_amount(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        base_amount = _parse_base_amount(d.pop("base_amount"))

        description = d.pop("description")

        def _parse_item_properties(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        item_properties = _parse_item_properties(d.pop("item_properties"))

        def _parse_meta_detail(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        meta_detail = _parse_meta_detail(d.pop("meta_detail"))

        def _parse_start_date_tz(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        start_date_tz = _parse_start_date_tz(d.pop("start_date_tz"))

        def _parse_end_date_tz(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        end_date_tz = _parse_end_date_tz(d.pop("end_date_tz"))

        created_at = d.pop("created_at")

        auto_select = d.pop("auto_select", UNSET)

        def _parse_max_applicable_quantity(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_applicable_quantity = _parse_max_applicable_quantity(d.pop("max_applicable_quantity", UNSET))

        campaign_name = d.pop("campaign_name", UNSET)

        prompt_text_short = d.pop("prompt_text_short", UNSET)

        prompt_text_long = d.pop("prompt_text_long", UNSET)

        discount_details = cls(
            item_id=item_id,
            name=name,
            image=image,
            points=points,
            base_amount=base_amount,
            description=description,
            item_properties=item_properties,
            meta_detail=meta_detail,
            start_date_tz=start_date_tz,
            end_date_tz=end_date_tz,
            created_at=created_at,
            auto_select=auto_select,
            max_applicable_quantity=max_applicable_quantity,
            campaign_name=campaign_name,
            prompt_text_short=prompt_text_short,
            prompt_text_long=prompt_text_long,
        )

        discount_details.additional_properties = d
        return discount_details

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
