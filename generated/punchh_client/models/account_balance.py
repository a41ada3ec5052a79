from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AccountBalance")


@_attrs_define
class AccountBalance:
    """The guest's balances after the change. Types and nulls are read off samples of several events.

    Attributes:
        user_id (int | Unset): The guest.
        banked_currency (float | None | Unset): Dollars in the bank; null where the program has none.
        current_membership_level_name (str | Unset): Name of the guest's tier.
        last_visit (None | str | Unset): The last check-in.
        loyalty_points (int | None | Unset): Points that can be redeemed.
        net_balance (float | Unset): Credits less debits.
        net_debits (float | Unset): Debits.
        pending_points (int | None | Unset): Points that cannot be redeemed yet.
        total_credits (int | None | Unset): All credits.
        total_debits (float | None | str | Unset): All debits; text among numbers in the sample.
        total_lifetime_points (float | Unset): Points ever earned.
        total_point_credits (float | None | Unset): Points ever credited.
        total_redeemable_visits (int | None | Unset): Visits that can be redeemed.
        total_visits (int | Unset): Visits.
        unbanked_points (float | None | Unset): Points not banked yet.
        unredeemed_cards (int | None | Unset): Full visit cards.
    """

    user_id: int | Unset = UNSET
    banked_currency: float | None | Unset = UNSET
    current_membership_level_name: str | Unset = UNSET
    last_visit: None | str | Unset = UNSET
    loyalty_points: int | None | Unset = UNSET
    net_balance: float | Unset = UNSET
    net_debits: float | Unset = UNSET
    pending_points: int | None | Unset = UNSET
    total_credits: int | None | Unset = UNSET
    total_debits: float | None | str | Unset = UNSET
    total_lifetime_points: float | Unset = UNSET
    total_point_credits: float | None | Unset = UNSET
    total_redeemable_visits: int | None | Unset = UNSET
    total_visits: int | Unset = UNSET
    unbanked_points: float | None | Unset = UNSET
    unredeemed_cards: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        user_id = self.user_id

        banked_currency: float | None | Unset
        if isinstance(self.banked_currency, Unset):
            banked_currency = UNSET
        else:
            banked_currency = self.banked_currency

        current_membership_level_name = self.current_membership_level_name

        last_visit: None | str | Unset
        if isinstance(self.last_visit, Unset):
            last_visit = UNSET
        else:
            last_visit = self.last_visit

        loyalty_points: int | None | Unset
        if isinstance(self.loyalty_points, Unset):
            loyalty_points = UNSET
        else:
            loyalty_points = self.loyalty_points

        net_balance = self.net_balance

        net_debits = self.net_debits

        pending_points: int | None | Unset
        if isinstance(self.pending_points, Unset):
            pending_points = UNSET
        else:
            pending_points = self.pending_points

        total_credits: int | None | Unset
        if isinstance(self.total_credits, Unset):
            total_credits = UNSET
        else:
            total_credits = self.total_credits

        total_debits: float | None | str | Unset
        if isinstance(self.total_debits, Unset):
            total_debits = UNSET
        else:
            total_debits = self.total_debits

        total_lifetime_points = self.total_lifetime_points

        total_point_credits: float | None | Unset
        if isinstance(self.total_point_credits, Unset):
            total_point_credits = UNSET
        else:
            total_point_credits = self.total_point_credits

        total_redeemable_visits: int | None | Unset
        if isinstance(self.total_redeemable_visits, Unset):
            total_redeemable_visits = UNSET
        else:
            total_redeemable_visits = self.total_redeemable_visits

        total_visits = self.total_visits

        unbanked_points: float | None | Unset
        if isinstance(self.unbanked_points, Unset):
            unbanked_points = UNSET
        else:
            unbanked_points = self.unbanked_points

        unredeemed_cards: int | None | Unset
        if isinstance(self.unredeemed_cards, Unset):
            unredeemed_cards = UNSET
        else:
            unredeemed_cards = self.unredeemed_cards

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if banked_currency is not UNSET:
            field_dict["banked_currency"] = banked_currency
        if current_membership_level_name is not UNSET:
            field_dict["current_membership_level_name"] = current_membership_level_name
        if last_visit is not UNSET:
            field_dict["last_visit"] = last_visit
        if loyalty_points is not UNSET:
            field_dict["loyalty_points"] = loyalty_points
        if net_balance is not UNSET:
            field_dict["net_balance"] = net_balance
        if net_debits is not UNSET:
            field_dict["net_debits"] = net_debits
        if pending_points is not UNSET:
            field_dict["pending_points"] = pending_points
        if total_credits is not UNSET:
            field_dict["total_credits"] = total_credits
        if total_debits is not UNSET:
            field_dict["total_debits"] = total_debits
        if total_lifetime_points is not UNSET:
            field_dict["total_lifetime_points"] = total_lifetime_points
        if total_point_credits is not UNSET:
            field_dict["total_point_credits"] = total_point_credits
        if total_redeemable_visits is not UNSET:
            field_dict["total_redeemable_visits"] = total_redeemable_visits
        if total_visits is not UNSET:
            field_dict["total_visits"] = total_visits
        if unbanked_points is not UNSET:
            field_dict["unbanked_points"] = unbanked_points
        if unredeemed_cards is not UNSET:
            field_dict["unredeemed_cards"] = unredeemed_cards

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        user_id = d.pop("user_id", UNSET)

        def _parse_banked_currency(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        banked_currency = _parse_banked_currency(d.pop("banked_currency", UNSET))

        current_membership_level_name = d.pop("current_membership_level_name", UNSET)

        def _parse_last_visit(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        last_visit = _parse_last_visit(d.pop("last_visit", UNSET))

        def _parse_loyalty_points(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        loyalty_points = _parse_loyalty_points(d.pop("loyalty_points", UNSET))

        net_balance = d.pop("net_balance", UNSET)

        net_debits = d.pop("net_debits", UNSET)

        def _parse_pending_points(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        pending_points = _parse_pending_points(d.pop("pending_points", UNSET))

        def _parse_total_credits(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        total_credits = _parse_total_credits(d.pop("total_credits", UNSET))

        def _parse_total_debits(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        total_debits = _parse_total_debits(d.pop("total_debits", UNSET))

        total_lifetime_points = d.pop("total_lifetime_points", UNSET)

        def _parse_total_point_credits(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        total_point_credits = _parse_total_point_credits(d.pop("total_point_credits", UNSET))

        def _parse_total_redeemable_visits(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        total_redeemable_visits = _parse_total_redeemable_visits(d.pop("total_redeemable_visits", UNSET))

        total_visits = d.pop("total_visits", UNSET)

        def _parse_unbanked_points(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        unbanked_points = _parse_unbanked_points(d.pop("unbanked_points", UNSET))

        def _parse_unredeemed_cards(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        unredeemed_cards = _parse_unredeemed_cards(d.pop("unredeemed_cards", UNSET))

        account_balance = cls(
            user_id=user_id,
            banked_currency=banked_currency,
            current_membership_level_name=current_membership_level_name,
            last_visit=last_visit,
            loyalty_points=loyalty_points,
            net_balance=net_balance,
            net_debits=net_debits,
            pending_points=pending_points,
            total_credits=total_credits,
            total_debits=total_debits,
            total_lifetime_points=total_lifetime_points,
            total_point_credits=total_point_credits,
            total_redeemable_visits=total_redeemable_visits,
            total_visits=total_visits,
            unbanked_points=unbanked_points,
            unredeemed_cards=unredeemed_cards,
        )

        account_balance.additional_properties = d
        return account_balance

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
