from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.known_code_status import KnownCodeStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.redeemed_menu_item import RedeemedMenuItem


T = TypeVar("T", bound="EventRedemptionCode")


@_attrs_define
class EventRedemptionCode:
    """The code by which the redemption is honoured.

    Attributes:
        redemption_code_id (int | Unset): The code's id.
        status (KnownCodeStatus | str | Unset): Where the code stands.
        business_id (int | Unset): The business.
        business_uuid (str | Unset): The business's key at the till.
        created_at (str | Unset): When the code was made.
        updated_at (str | Unset): When it last changed.
        processed_at (None | str | Unset): When it was used; null until then.
        discount (float | None | Unset): The discount that the conditions allow; filled in before the code is used.
        employee_id (None | str | Unset): Who served.
        location_id (int | Unset): The store.
        receipt_amount (float | None | Unset): The receipt's amount, the same as `subtotal_amount`.
        receipt_datetime (None | str | Unset): Time of the receipt as text; sent as `2018-11-28 02:13:00 -0800`, not as
            ISO 8601.
        redeemable_id (int | None | Unset): The offer; null, we infer, where none was redeemed.
        redeemed_menu_items (list[RedeemedMenuItem] | RedeemedMenuItem | Unset): The discounted lines. A list in the
            sample; the table says object.
        revenue_code (None | str | Unset): How the order was handed over, such as dine-in or delivery, by name.
        revenue_id (None | str | Unset): The same, by the till's id.
        subtotal_amount (float | None | Unset): The receipt's subtotal.
        transaction_no (None | str | Unset): The receipt's number.
    """

    redemption_code_id: int | Unset = UNSET
    status: KnownCodeStatus | str | Unset = UNSET
    business_id: int | Unset = UNSET
    business_uuid: str | Unset = UNSET
    created_at: str | Unset = UNSET
    updated_at: str | Unset = UNSET
    processed_at: None | str | Unset = UNSET
    discount: float | None | Unset = UNSET
    employee_id: None | str | Unset = UNSET
    location_id: int | Unset = UNSET
    receipt_amount: float | None | Unset = UNSET
    receipt_datetime: None | str | Unset = UNSET
    redeemable_id: int | None | Unset = UNSET
    redeemed_menu_items: list[RedeemedMenuItem] | RedeemedMenuItem | Unset = UNSET
    revenue_code: None | str | Unset = UNSET
    revenue_id: None | str | Unset = UNSET
    subtotal_amount: float | None | Unset = UNSET
    transaction_no: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        redemption_code_id = self.redemption_code_id

        status: str | Unset
        if isinstance(self.status, Unset):
            status = UNSET
        elif isinstance(self.status, KnownCodeStatus):
            status = self.status.value
        else:
            status = self.status

        business_id = self.business_id

        business_uuid = self.business_uuid

        created_at = self.created_at

        updated_at = self.updated_at

        processed_at: None | str | Unset
        if isinstance(self.processed_at, Unset):
            processed_at = UNSET
        else:
            processed_at = self.processed_at

        discount: float | None | Unset
        if isinstance(self.discount, Unset):
            discount = UNSET
        else:
            discount = self.discount

        employee_id: None | str | Unset
        if isinstance(self.employee_id, Unset):
            employee_id = UNSET
        else:
            employee_id = self.employee_id

        location_id = self.location_id

        receipt_amount: float | None | Unset
        if isinstance(self.receipt_amount, Unset):
            receipt_amount = UNSET
        else:
            receipt_amount = self.receipt_amount

        receipt_datetime: None | str | Unset
        if isinstance(self.receipt_datetime, Unset):
            receipt_datetime = UNSET
        else:
            receipt_datetime = self.receipt_datetime

        redeemable_id: int | None | Unset
        if isinstance(self.redeemable_id, Unset):
            redeemable_id = UNSET
        else:
            redeemable_id = self.redeemable_id

        redeemed_menu_items: dict[str, Any] | list[dict[str, Any]] | Unset
        if isinstance(self.redeemed_menu_items, Unset):
            redeemed_menu_items = UNSET
        elif isinstance(self.redeemed_menu_items, list):
            redeemed_menu_items = []
            for redeemed_menu_items_type_0_item_data in self.redeemed_menu_items:
                redeemed_menu_items_type_0_item = redeemed_menu_items_type_0_item_data.to_dict()
                redeemed_menu_items.append(redeemed_menu_items_type_0_item)

        else:
            redeemed_menu_items = self.redeemed_menu_items.to_dict()

        revenue_code: None | str | Unset
        if isinstance(self.revenue_code, Unset):
            revenue_code = UNSET
        else:
            revenue_code = self.revenue_code

        revenue_id: None | str | Unset
        if isinstance(self.revenue_id, Unset):
            revenue_id = UNSET
        else:
            revenue_id = self.revenue_id

        subtotal_amount: float | None | Unset
        if isinstance(self.subtotal_amount, Unset):
            subtotal_amount = UNSET
        else:
            subtotal_amount = self.subtotal_amount

        transaction_no: None | str | Unset
        if isinstance(self.transaction_no, Unset):
            transaction_no = UNSET
        else:
            transaction_no = self.transaction_no

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if redemption_code_id is not UNSET:
            field_dict["redemption_code_id"] = redemption_code_id
        if status is not UNSET:
            field_dict["status"] = status
        if business_id is not UNSET:
            field_dict["business_id"] = business_id
        if business_uuid is not UNSET:
            field_dict["business_uuid"] = business_uuid
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at
        if processed_at is not UNSET:
            field_dict["processed_at"] = processed_at
        if discount is not UNSET:
            field_dict["discount"] = discount
        if employee_id is not UNSET:
            field_dict["employee_id"] = employee_id
        if location_id is not UNSET:
            field_dict["location_id"] = location_id
        if receipt_amount is not UNSET:
            field_dict["receipt_amount"] = receipt_amount
        if receipt_datetime is not UNSET:
            field_dict["receipt_datetime"] = receipt_datetime
        if redeemable_id is not UNSET:
            field_dict["redeemable_id"] = redeemable_id
        if redeemed_menu_items is not UNSET:
            field_dict["redeemed_menu_items"] = redeemed_menu_items
        if revenue_code is not UNSET:
            field_dict["revenue_code"] = revenue_code
        if revenue_id is not UNSET:
            field_dict["revenue_id"] = revenue_id
        if subtotal_amount is not UNSET:
            field_dict["subtotal_amount"] = subtotal_amount
        if transaction_no is not UNSET:
            field_dict["transaction_no"] = transaction_no

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.redeemed_menu_item import RedeemedMenuItem  # noqa: PLC0415

        d = dict(src_dict)
        redemption_code_id = d.pop("redemption_code_id", UNSET)

        def _parse_status(data: object) -> KnownCodeStatus | str | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                status_type_0 = KnownCodeStatus(data)

                return status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(KnownCodeStatus | str | Unset, data)

        status = _parse_status(d.pop("status", UNSET))

        business_id = d.pop("business_id", UNSET)

        business_uuid = d.pop("business_uuid", UNSET)

        created_at = d.pop("created_at", UNSET)

        updated_at = d.pop("updated_at", UNSET)

        def _parse_processed_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        processed_at = _parse_processed_at(d.pop("processed_at", UNSET))

        def _parse_discount(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        discount = _parse_discount(d.pop("discount", UNSET))

        def _parse_employee_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        employee_id = _parse_employee_id(d.pop("employee_id", UNSET))

        location_id = d.pop("location_id", UNSET)

        def _parse_receipt_amount(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        receipt_amount = _parse_receipt_amount(d.pop("receipt_amount", UNSET))

        def _parse_receipt_datetime(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        receipt_datetime = _parse_receipt_datetime(d.pop("receipt_datetime", UNSET))

        def _parse_redeemable_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        redeemable_id = _parse_redeemable_id(d.pop("redeemable_id", UNSET))

        def _parse_redeemed_menu_items(data: object) -> list[RedeemedMenuItem] | RedeemedMenuItem | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                redeemed_menu_items_type_0 = []
                _redeemed_menu_items_type_0 = data
                for redeemed_menu_items_type_0_item_data in _redeemed_menu_items_type_0:
                    redeemed_menu_items_type_0_item = RedeemedMenuItem.from_dict(redeemed_menu_items_type_0_item_data)

                    redeemed_menu_items_type_0.append(redeemed_menu_items_type_0_item)

                return redeemed_menu_items_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            redeemed_menu_items_type_1 = RedeemedMenuItem.from_dict(data)

            return redeemed_menu_items_type_1

        redeemed_menu_items = _parse_redeemed_menu_items(d.pop("redeemed_menu_items", UNSET))

        def _parse_revenue_code(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        revenue_code = _parse_revenue_code(d.pop("revenue_code", UNSET))

        def _parse_revenue_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        revenue_id = _parse_revenue_id(d.pop("revenue_id", UNSET))

        def _parse_subtotal_amount(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        subtotal_amount = _parse_subtotal_amount(d.pop("subtotal_amount", UNSET))

        def _parse_transaction_no(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        transaction_no = _parse_transaction_no(d.pop("transaction_no", UNSET))

        event_redemption_code = cls(
            redemption_code_id=redemption_code_id,
            status=status,
            business_id=business_id,
            business_uuid=business_uuid,
            created_at=created_at,
            updated_at=updated_at,
            processed_at=processed_at,
            discount=discount,
            employee_id=employee_id,
            location_id=location_id,
            receipt_amount=receipt_amount,
            receipt_datetime=receipt_datetime,
            redeemable_id=redeemable_id,
            redeemed_menu_items=redeemed_menu_items,
            revenue_code=revenue_code,
            revenue_id=revenue_id,
            subtotal_amount=subtotal_amount,
            transaction_no=transaction_no,
        )

        event_redemption_code.additional_properties = d
        return event_redemption_code

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
