from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.known_discount_type import KnownDiscountType
from ..models.known_redemption_type import KnownRedemptionType
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.discount_details import DiscountDetails
    from ..models.qualified_item import QualifiedItem
    from ..models.qualifying_conditions import QualifyingConditions


T = TypeVar("T", bound="BatchRedemptionItem")


@_attrs_define
class BatchRedemptionItem:
    """One basket item and what became of it. Required are the keys of the vendor's samples.

    Attributes:
        discount_basket_item_id (int): The item in the basket.
        discount_amount (float | None): What comes off the order. Integer in the vendor's schema; cents occur.
        redemption_id (int | None): The redemption, null for most failures.
        redemption_type (KnownRedemptionType | None | str): The kind of redemption, null for a failure. The vendor's
            text calls it a status.
        discount_type (KnownDiscountType | str): What was in the basket.
        discount_id (int | str): The reward, offer, code or subscription. An integer or the same in digits.
        discount_value (float | None): The amount asked for, of a `discount_amount`.
        message (list[str] | None | str): Why it failed; null where it did not.
        qualified (bool): Whether the receipt met the conditions.
        remaining_balance (float | None): What is left of the balance used.
        meta_data (None | str): Free text of the offer.
        discount_details (DiscountDetails | list[DiscountDetails]): The offer. An object in every sample; the vendor's
            schema says list.
        qualified_items (list[QualifiedItem]): The lines that earned the discount, as `R` lines; empty for a failure.
            Whether their amounts sum to the discount is documented nowhere, so no law holds them to it.
        qualifying_conditions (QualifyingConditions | Unset): Why the offer did not fit, where the business has this
            switched on. The vendor prints a sample and no types, so the contract names the keys and leaves most values
            open.
    """

    discount_basket_item_id: int
    discount_amount: float | None
    redemption_id: int | None
    redemption_type: KnownRedemptionType | None | str
    discount_type: KnownDiscountType | str
    discount_id: int | str
    discount_value: float | None
    message: list[str] | None | str
    qualified: bool
    remaining_balance: float | None
    meta_data: None | str
    discount_details: DiscountDetails | list[DiscountDetails]
    qualified_items: list[QualifiedItem]
    qualifying_conditions: QualifyingConditions | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.discount_details import DiscountDetails  # noqa: PLC0415

        discount_basket_item_id = self.discount_basket_item_id

        discount_amount: float | None
        discount_amount = self.discount_amount

        redemption_id: int | None
        redemption_id = self.redemption_id

        redemption_type: None | str
        if isinstance(self.redemption_type, KnownRedemptionType):
            redemption_type = self.redemption_type.value
        else:
            redemption_type = self.redemption_type

        discount_type: str
        if isinstance(self.discount_type, KnownDiscountType):
            discount_type = self.discount_type.value
        else:
            discount_type = self.discount_type

        discount_id: int | str
        discount_id = self.discount_id

        discount_value: float | None
        discount_value = self.discount_value

        message: list[str] | None | str
        if isinstance(self.message, list):
            message = self.message

        else:
            message = self.message

        qualified = self.qualified

        remaining_balance: float | None
        remaining_balance = self.remaining_balance

        meta_data: None | str
        meta_data = self.meta_data

        discount_details: dict[str, Any] | list[dict[str, Any]]
        if isinstance(self.discount_details, DiscountDetails):
            discount_details = self.discount_details.to_dict()
        else:
            discount_details = []
            for discount_details_type_1_item_data in self.discount_details:
                discount_details_type_1_item = discount_details_type_1_item_data.to_dict()
                discount_details.append(discount_details_type_1_item)

        qualified_items = []
        for qualified_items_item_data in self.qualified_items:
            qualified_items_item = qualified_items_item_data.to_dict()
            qualified_items.append(qualified_items_item)

        qualifying_conditions: dict[str, Any] | Unset = UNSET
        if not isinstance(self.qualifying_conditions, Unset):
            qualifying_conditions = self.qualifying_conditions.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "discount_basket_item_id": discount_basket_item_id,
                "discount_amount": discount_amount,
                "redemption_id": redemption_id,
                "redemption_type": redemption_type,
                "discount_type": discount_type,
                "discount_id": discount_id,
                "discount_value": discount_value,
                "message": message,
                "qualified": qualified,
                "remaining_balance": remaining_balance,
                "meta_data": meta_data,
                "discount_details": discount_details,
                "qualified_items": qualified_items,
            }
        )
        if qualifying_conditions is not UNSET:
            field_dict["qualifying_conditions"] = qualifying_conditions

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.discount_details import DiscountDetails  # noqa: PLC0415
        from ..models.qualified_item import QualifiedItem  # noqa: PLC0415
        from ..models.qualifying_conditions import QualifyingConditions  # noqa: PLC0415

        d = dict(src_dict)
        discount_basket_item_id = d.pop("discount_basket_item_id")

        def _parse_discount_amount(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        discount_amount = _parse_discount_amount(d.pop("discount_amount"))

        def _parse_redemption_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        redemption_id = _parse_redemption_id(d.pop("redemption_id"))

        def _parse_redemption_type(data: object) -> KnownRedemptionType | None | str:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                redemption_type_type_0 = KnownRedemptionType(data)

                return redemption_type_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(KnownRedemptionType | None | str, data)

        redemption_type = _parse_redemption_type(d.pop("redemption_type"))

        def _parse_discount_type(data: object) -> KnownDiscountType | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                discount_type_type_0 = KnownDiscountType(data)

                return discount_type_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(KnownDiscountType | str, data)

        discount_type = _parse_discount_type(d.pop("discount_type"))

        def _parse_discount_id(data: object) -> int | str:
            return cast(int | str, data)

        discount_id = _parse_discount_id(d.pop("discount_id"))

        def _parse_discount_value(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        discount_value = _parse_discount_value(d.pop("discount_value"))

        def _parse_message(data: object) -> list[str] | None | str:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                message_type_1 = cast(list[str], data)

                return message_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | str, data)

        message = _parse_message(d.pop("message"))

        qualified = d.pop("qualified")

        def _parse_remaining_balance(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        remaining_balance = _parse_remaining_balance(d.pop("remaining_balance"))

        def _parse_meta_data(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        meta_data = _parse_meta_data(d.pop("meta_data"))

        def _parse_discount_details(data: object) -> DiscountDetails | list[DiscountDetails]:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                discount_details_type_0 = DiscountDetails.from_dict(data)

                return discount_details_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, list):
                raise TypeError()
            discount_details_type_1 = []
            _discount_details_type_1 = data
            for discount_details_type_1_item_data in _discount_details_type_1:
                discount_details_type_1_item = DiscountDetails.from_dict(discount_details_type_1_item_data)

                discount_details_type_1.append(discount_details_type_1_item)

            return discount_details_type_1

        discount_details = _parse_discount_details(d.pop("discount_details"))

        qualified_items = []
        _qualified_items = d.pop("qualified_items")
        for qualified_items_item_data in _qualified_items:
            qualified_items_item = QualifiedItem.from_dict(qualified_items_item_data)

            qualified_items.append(qualified_items_item)

        _qualifying_conditions = d.pop("qualifying_conditions", UNSET)
        qualifying_conditions: QualifyingConditions | Unset
        if isinstance(_qualifying_conditions, Unset):
            qualifying_conditions = UNSET
        else:
            qualifying_conditions = QualifyingConditions.from_dict(_qualifying_conditions)

        batch_redemption_item = cls(
            discount_basket_item_id=discount_basket_item_id,
            discount_amount=discount_amount,
            redemption_id=redemption_id,
            redemption_type=redemption_type,
            discount_type=discount_type,
            discount_id=discount_id,
            discount_value=discount_value,
            message=message,
            qualified=qualified,
            remaining_balance=remaining_balance,
            meta_data=meta_data,
            discount_details=discount_details,
            qualified_items=qualified_items,
            qualifying_conditions=qualifying_conditions,
        )

        batch_redemption_item.additional_properties = d
        return batch_redemption_item

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
