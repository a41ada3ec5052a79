from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.known_redemption_category import KnownRedemptionCategory
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.discount_distribution_item import DiscountDistributionItem
    from ..models.qualified_menu_item import QualifiedMenuItem
    from ..models.qualifying_conditions import QualifyingConditions


T = TypeVar("T", bound="OnlineRedemption")


@_attrs_define
class OnlineRedemption:
    """A redemption, a quote or a refusal. Required is what an answer cannot be read without.

    Attributes:
        status (str): What happened, for people. Redeemed only when `category` says so.
        category (KnownRedemptionCategory | str): Only `redeemable` is a redemption or a promise of one; all else is a
            refusal.
        redemption_amount (float): What comes off the order. Integer in the vendor's schema; cents occur.
        redemption_id (int | Unset): The redemption. Keep it; a void asks for it. A quote has none, we assume.
        redemption_code (str | Unset): The code of the redemption.
        campaign_name (str | Unset): The campaign that gave the offer.
        max_applicable_quantity (float | str | Unset): How many items can be discounted at most; for price rollbacks.
            Seen as a number, once typed as text.
        qualified_menu_items (list[QualifiedMenuItem] | Unset): The lines that earned the discount.
        discount_distribution_items (list[DiscountDistributionItem] | Unset): The discount, split over lines; the
            amounts are negative and sum to it.
        qualifying_conditions (QualifyingConditions | Unset): Why the offer did not fit, where the business has this
            switched on. The vendor prints a sample and no types, so the contract names the keys and leaves most values
            open.
    """

    status: str
    category: KnownRedemptionCategory | str
    redemption_amount: float
    redemption_id: int | Unset = UNSET
    redemption_code: str | Unset = UNSET
    campaign_name: str | Unset = UNSET
    max_applicable_quantity: float | str | Unset = UNSET
    qualified_menu_items: list[QualifiedMenuItem] | Unset = UNSET
    discount_distribution_items: list[DiscountDistributionItem] | Unset = UNSET
    qualifying_conditions: QualifyingConditions | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        category: str
        if isinstance(self.category, KnownRedemptionCategory):
            category = self.category.value
        else:
            category = self.category

        redemption_amount = self.redemption_amount

        redemption_id = self.redemption_id

        redemption_code = self.redemption_code

        campaign_name = self.campaign_name

        max_applicable_quantity: float | str | Unset
        if isinstance(self.max_applicable_quantity, Unset):
            max_applicable_quantity = UNSET
        else:
            max_applicable_quantity = self.max_applicable_quantity

        qualified_menu_items: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.qualified_menu_items, Unset):
            qualified_menu_items = []
            for qualified_menu_items_item_data in self.qualified_menu_items:
                qualified_menu_items_item = qualified_menu_items_item_data.to_dict()
                qualified_menu_items.append(qualified_menu_items_item)

        discount_distribution_items: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.discount_distribution_items, Unset):
            discount_distribution_items = []
            for discount_distribution_items_item_data in self.discount_distribution_items:
                discount_distribution_items_item = discount_distribution_items_item_data.to_dict()
                discount_distribution_items.append(discount_distribution_items_item)

        qualifying_conditions: dict[str, Any] | Unset = UNSET
        if not isinstance(self.qualifying_conditions, Unset):
            qualifying_conditions = self.qualifying_conditions.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
                "category": category,
                "redemption_amount": redemption_amount,
            }
        )
        if redemption_id is not UNSET:
            field_dict["redemption_id"] = redemption_id
        if redemption_code is not UNSET:
            field_dict["redemption_code"] = redemption_code
        if campaign_name is not UNSET:
            field_dict["campaign_name"] = campaign_name
        if max_applicable_quantity is not UNSET:
            field_dict["max_applicable_quantity"] = max_applicable_quantity
        if qualified_menu_items is not UNSET:
            field_dict["qualified_menu_items"] = qualified_menu_items
        if discount_distribution_items is not UNSET:
            field_dict["discount_distribution_items"] = discount_distribution_items
        if qualifying_conditions is not UNSET:
            field_dict["qualifying_conditions"] = qualifying_conditions

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.discount_distribution_item import DiscountDistributionItem  # noqa: PLC0415
        from ..models.qualified_menu_item import QualifiedMenuItem  # noqa: PLC0415
        from ..models.qualifying_conditions import QualifyingConditions  # noqa: PLC0415

        d = dict(src_dict)
        status = d.pop("status")

        def _parse_category(data: object) -> KnownRedemptionCategory | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                category_type_0 = KnownRedemptionCategory(data)

                return category_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(KnownRedemptionCategory | str, data)

        category = _parse_category(d.pop("category"))

        redemption_amount = d.pop("redemption_amount")

        redemption_id = d.pop("redemption_id", UNSET)

        redemption_code = d.pop("redemption_code", UNSET)

        campaign_name = d.pop("campaign_name", UNSET)

        def _parse_max_applicable_quantity(data: object) -> float | str | Unset:
            if isinstance(data, Unset):
                return data
            return cast(float | str | Unset, data)

        max_applicable_quantity = _parse_max_applicable_quantity(d.pop("max_applicable_quantity", UNSET))

        _qualified_menu_items = d.pop("qualified_menu_items", UNSET)
        qualified_menu_items: list[QualifiedMenuItem] | Unset = UNSET
        if _qualified_menu_items is not UNSET:
            qualified_menu_items = []
            for qualified_menu_items_item_data in _qualified_menu_items:
                qualified_menu_items_item = QualifiedMenuItem.from_dict(qualified_menu_items_item_data)

                qualified_menu_items.append(qualified_menu_items_item)

        _discount_distribution_items = d.pop("discount_distribution_items", UNSET)
        discount_distribution_items: list[DiscountDistributionItem] | Unset = UNSET
        if _discount_distribution_items is not UNSET:
            discount_distribution_items = []
            for discount_distribution_items_item_data in _discount_distribution_items:
                discount_distribution_items_item = DiscountDistributionItem.from_dict(
                    discount_distribution_items_item_data
                )

                discount_distribution_items.append(discount_distribution_items_item)

        _qualifying_conditions = d.pop("qualifying_conditions", UNSET)
        qualifying_conditions: QualifyingConditions | Unset
        if isinstance(_qualifying_conditions, Unset):
            qualifying_conditions = UNSET
        else:
            qualifying_conditions = QualifyingConditions.from_dict(_qualifying_conditions)

        online_redemption = cls(
            status=status,
            category=category,
            redemption_amount=redemption_amount,
            redemption_id=redemption_id,
            redemption_code=redemption_code,
            campaign_name=campaign_name,
            max_applicable_quantity=max_applicable_quantity,
            qualified_menu_items=qualified_menu_items,
            discount_distribution_items=discount_distribution_items,
            qualifying_conditions=qualifying_conditions,
        )

        online_redemption.additional_properties = d
        return online_redemption

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
