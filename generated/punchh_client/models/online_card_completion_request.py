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

from ..models.channel import Channel
from ..models.checkin_state import CheckinState
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.menu_item import MenuItem


T = TypeVar("T", bound="OnlineCardCompletionRequest")


@_attrs_define
class OnlineCardCompletionRequest:
    """Redeems one completed card of a visit-based program; no id is needed.

    Attributes:
        client (str): The client key of the business.
        store_number (str): The store where it is redeemed.
        receipt_amount (float): Dollars before tax and after discounts; loyalty is computed from it.
        subtotal_amount (float): The same as `receipt_amount`, kept for old times' sake.
        receipt_datetime (str): Time of the receipt with its zone, such as `2026-03-02T18:05:01Z`. Free text in the
            vendor's schema.
        transaction_no (str): Number of the receipt.
        discount_type (Literal['card_completion']): Redeem a full visit card.
        authentication_token (str | Unset): Names the guest in place of the bearer token; comes from a sign-in.
        query (bool | Unset): Only to ask what would happen; nothing is taken. Leave it out to redeem.
        external_uid (str | Unset): Your own unique id of the order; the same one again does not redeem twice.
        menu_items (list[MenuItem] | Unset): The order's lines. Optional in the vendor's schema, though offers are
            judged by them.
        channel (Channel | Unset): Where the redemption was asked for.
        state (CheckinState | Unset): The vendor describes it as the state of the check-in; what it does here is not
            documented.
        email (str | Unset): The guest's address, for coupons and promotions only. We assume that it claims a coupon
            which belongs to nobody yet, and that it names the guest of one where no token does.
        cc_last4 (str | Unset): The last four digits of the card.
        employee_id (str | Unset): Who served.
        employee_name (str | Unset): Who served, by name.
    """

    client: str
    store_number: str
    receipt_amount: float
    subtotal_amount: float
    receipt_datetime: str
    transaction_no: str
    discount_type: Literal["card_completion"]
    authentication_token: str | Unset = UNSET
    query: bool | Unset = UNSET
    external_uid: str | Unset = UNSET
    menu_items: list[MenuItem] | Unset = UNSET
    channel: Channel | Unset = UNSET
    state: CheckinState | Unset = UNSET
    email: str | Unset = UNSET
    cc_last4: str | Unset = UNSET
    employee_id: str | Unset = UNSET
    employee_name: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        client = self.client

        store_number = self.store_number

        receipt_amount = self.receipt_amount

        subtotal_amount = self.subtotal_amount

        receipt_datetime = self.receipt_datetime

        transaction_no = self.transaction_no

        discount_type = self.discount_type

        authentication_token = self.authentication_token

        query = self.query

        external_uid = self.external_uid

        menu_items: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.menu_items, Unset):
            menu_items = []
            for menu_items_item_data in self.menu_items:
                menu_items_item = menu_items_item_data.to_dict()
                menu_items.append(menu_items_item)

        channel: str | Unset = UNSET
        if not isinstance(self.channel, Unset):
            channel = self.channel.value

        state: str | Unset = UNSET
        if not isinstance(self.state, Unset):
            state = self.state.value

        email = self.email

        cc_last4 = self.cc_last4

        employee_id = self.employee_id

        employee_name = self.employee_name

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "client": client,
                "store_number": store_number,
                "receipt_amount": receipt_amount,
                "subtotal_amount": subtotal_amount,
                "receipt_datetime": receipt_datetime,
                "transaction_no": transaction_no,
                "discount_type": discount_type,
            }
        )
        if authentication_token is not UNSET:
            field_dict["authentication_token"] = authentication_token
        if query is not UNSET:
            field_dict["query"] = query
        if external_uid is not UNSET:
            field_dict["external_uid"] = external_uid
        if menu_items is not UNSET:
            field_dict["menu_items"] = menu_items
        if channel is not UNSET:
            field_dict["channel"] = channel
        if state is not UNSET:
            field_dict["state"] = state
        if email is not UNSET:
            field_dict["email"] = email
        if cc_last4 is not UNSET:
            field_dict["cc_last4"] = cc_last4
        if employee_id is not UNSET:
            field_dict["employee_id"] = employee_id
        if employee_name is not UNSET:
            field_dict["employee_name"] = employee_name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.menu_item import MenuItem  # noqa: PLC0415

        d = dict(src_dict)
        client = d.pop("client")

        store_number = d.pop("store_number")

        receipt_amount = d.pop("receipt_amount")

        subtotal_amount = d.pop("subtotal_amount")

        receipt_datetime = d.pop("receipt_datetime")

        transaction_no = d.pop("transaction_no")

        discount_type = cast(Literal["card_completion"], d.pop("discount_type"))
        if discount_type != "card_completion":
            raise ValueError(f"discount_type must match const 'card_completion', got '{discount_type}'")

        authentication_token = d.pop("authentication_token", UNSET)

        query = d.pop("query", UNSET)

        external_uid = d.pop("external_uid", UNSET)

        _menu_items = d.pop("menu_items", UNSET)
        menu_items: list[MenuItem] | Unset = UNSET
        if _menu_items is not UNSET:
            menu_items = []
            for menu_items_item_data in _menu_items:
                menu_items_item = MenuItem.from_dict(menu_items_item_data)

                menu_items.append(menu_items_item)

        _channel = d.pop("channel", UNSET)
        channel: Channel | Unset
        if isinstance(_channel, Unset):
            channel = UNSET
        else:
            channel = Channel(_channel)

        _state = d.pop("state", UNSET)
        state: CheckinState | Unset
        if isinstance(_state, Unset):
            state = UNSET
        else:
            state = CheckinState(_state)

        email = d.pop("email", UNSET)

        cc_last4 = d.pop("cc_last4", UNSET)

        employee_id = d.pop("employee_id", UNSET)

        employee_name = d.pop("employee_name", UNSET)

        online_card_completion_request = cls(
            client=client,
            store_number=store_number,
            receipt_amount=receipt_amount,
            subtotal_amount=subtotal_amount,
            receipt_datetime=receipt_datetime,
            transaction_no=transaction_no,
            discount_type=discount_type,
            authentication_token=authentication_token,
            query=query,
            external_uid=external_uid,
            menu_items=menu_items,
            channel=channel,
            state=state,
            email=email,
            cc_last4=cc_last4,
            employee_id=employee_id,
            employee_name=employee_name,
        )

        online_card_completion_request.additional_properties = d
        return online_card_completion_request

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
