from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.qualifying_conditions_aggregator_grouping_attributes import (
        QualifyingConditionsAggregatorGroupingAttributes,
    )
    from ..models.qualifying_conditions_item_qualifiers_item import (
        QualifyingConditionsItemQualifiersItem,
    )
    from ..models.qualifying_conditions_line_item_filters_item import (
        QualifyingConditionsLineItemFiltersItem,
    )
    from ..models.qualifying_conditions_receipt_qualifiers_item import (
        QualifyingConditionsReceiptQualifiersItem,
    )


T = TypeVar("T", bound="QualifyingConditions")


@_attrs_define
class QualifyingConditions:
    """Why the offer did not fit, where the business has this switched on. The vendor prints a sample and no types, so the
    contract names the keys and leaves most values open.

        Attributes:
            name (Any | Unset): Name of the criterion.
            external_id (Any | Unset): The business's own id of it.
            amount_cap (Any | Unset): The largest discount.
            rounding_rule (Any | Unset): How amounts are rounded.
            max_discount_units (Any | Unset): How many units are discounted at most.
            target_price (Any | Unset): The price that a rollback leads to.
            effective_location (Any | Unset): Stores where it holds.
            stack_discounting (Any | Unset): Whether it stacks with others.
            reuse_qualifying_items (Any | Unset): Whether a line may qualify twice.
            enable_menu_item_aggregator (Any | Unset): Whether like lines are added up first.
            min_post_rollback_rate (Any | Unset): The lowest price after a rollback.
            unit_discount (Any | Unset): The discount of one unit.
            percentage_of_processed_amount (Any | Unset): The share that is taken off.
            qc_processing_function (Any | Unset): Which computation is used.
            aggregator_grouping_attributes (QualifyingConditionsAggregatorGroupingAttributes | Unset): By which attributes
                like lines are added up.
            receipt_qualifiers (list[QualifyingConditionsReceiptQualifiersItem] | Unset): Conditions on the receipt.
            line_item_filters (list[QualifyingConditionsLineItemFiltersItem] | Unset): Which lines are discounted.
            item_qualifiers (list[QualifyingConditionsItemQualifiersItem] | Unset): Which lines must be there.
    """

    name: Any | Unset = UNSET
    external_id: Any | Unset = UNSET
    amount_cap: Any | Unset = UNSET
    rounding_rule: Any | Unset = UNSET
    max_discount_units: Any | Unset = UNSET
    target_price: Any | Unset = UNSET
    effective_location: Any | Unset = UNSET
    stack_discounting: Any | Unset = UNSET
    reuse_qualifying_items: Any | Unset = UNSET
    enable_menu_item_aggregator: Any | Unset = UNSET
    min_post_rollback_rate: Any | Unset = UNSET
    unit_discount: Any | Unset = UNSET
    percentage_of_processed_amount: Any | Unset = UNSET
    qc_processing_function: Any | Unset = UNSET
    aggregator_grouping_attributes: QualifyingConditionsAggregatorGroupingAttributes | Unset = UNSET
    receipt_qualifiers: list[QualifyingConditionsReceiptQualifiersItem] | Unset = UNSET
    line_item_filters: list[QualifyingConditionsLineItemFiltersItem] | Unset = UNSET
    item_qualifiers: list[QualifyingConditionsItemQualifiersItem] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        external_id = self.external_id

        amount_cap = self.amount_cap

        rounding_rule = self.rounding_rule

        max_discount_units = self.max_discount_units

        target_price = self.target_price

        effective_location = self.effective_location

        stack_discounting = self.stack_discounting

        reuse_qualifying_items = self.reuse_qualifying_items

        enable_menu_item_aggregator = self.enable_menu_item_aggregator

        min_post_rollback_rate = self.min_post_rollback_rate

        unit_discount = self.unit_discount

        percentage_of_processed_amount = self.percentage_of_processed_amount

        qc_processing_function = self.qc_processing_function

        aggregator_grouping_attributes: dict[str, Any] | Unset = UNSET
        if not isinstance(self.aggregator_grouping_attributes, Unset):
            aggregator_grouping_attributes = self.aggregator_grouping_attributes.to_dict()

        receipt_qualifiers: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.receipt_qualifiers, Unset):
            receipt_qualifiers = []
            for receipt_qualifiers_item_data in self.receipt_qualifiers:
                receipt_qualifiers_item = receipt_qualifiers_item_data.to_dict()
                receipt_qualifiers.append(receipt_qualifiers_item)

        line_item_filters: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.line_item_filters, Unset):
            line_item_filters = []
            for line_item_filters_item_data in self.line_item_filters:
                line_item_filters_item = line_item_filters_item_data.to_dict()
                line_item_filters.append(line_item_filters_item)

        item_qualifiers: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.item_qualifiers, Unset):
            item_qualifiers = []
            for item_qualifiers_item_data in self.item_qualifiers:
                item_qualifiers_item = item_qualifiers_item_data.to_dict()
                item_qualifiers.append(item_qualifiers_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if external_id is not UNSET:
            field_dict["external_id"] = external_id
        if amount_cap is not UNSET:
            field_dict["amount_cap"] = amount_cap
        if rounding_rule is not UNSET:
            field_dict["rounding_rule"] = rounding_rule
        if max_discount_units is not UNSET:
            field_dict["max_discount_units"] = max_discount_units
        if target_price is not UNSET:
            field_dict["target_price"] = target_price
        if effective_location is not UNSET:
            field_dict["effective_location"] = effective_location
        if stack_discounting is not UNSET:
            field_dict["stack_discounting"] = stack_discounting
        if reuse_qualifying_items is not UNSET:
            field_dict["reuse_qualifying_items"] = reuse_qualifying_items
        if enable_menu_item_aggregator is not UNSET:
            field_dict["enable_menu_item_aggregator"] = enable_menu_item_aggregator
        if min_post_rollback_rate is not UNSET:
            field_dict["min_post_rollback_rate"] = min_post_rollback_rate
        if unit_discount is not UNSET:
            field_dict["unit_discount"] = unit_discount
        if percentage_of_processed_amount is not UNSET:
            field_dict["percentage_of_processed_amount"] = percentage_of_processed_amount
        if qc_processing_function is not UNSET:
            field_dict["qc_processing_function"] = qc_processing_function
        if aggregator_grouping_attributes is not UNSET:
            field_dict["aggregator_grouping_attributes"] = aggregator_grouping_attributes
        if receipt_qualifiers is not UNSET:
            field_dict["receipt_qualifiers"] = receipt_qualifiers
        if line_item_filters is not UNSET:
            field_dict["line_item_filters"] = line_item_filters
        if item_qualifiers is not UNSET:
            field_dict["item_qualifiers"] = item_qualifiers

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.qualifying_conditions_aggregator_grouping_attributes import (
            QualifyingConditionsAggregatorGroupingAttributes,  # noqa: PLC0415
        )
        from ..models.qualifying_conditions_item_qualifiers_item import (
            QualifyingConditionsItemQualifiersItem,  # noqa: PLC0415
        )
        from ..models.qualifying_conditions_line_item_filters_item import (
            QualifyingConditionsLineItemFiltersItem,  # noqa: PLC0415
        )
        from ..models.qualifying_conditions_receipt_qualifiers_item import (
            QualifyingConditionsReceiptQualifiersItem,  # noqa: PLC0415
        )

        d = dict(src_dict)
        name = d.pop("name", UNSET)

        external_id = d.pop("external_id", UNSET)

        amount_cap = d.pop("amount_cap", UNSET)

        rounding_rule = d.pop("rounding_rule", UNSET)

        max_discount_units = d.pop("max_discount_units", UNSET)

        target_price = d.pop("target_price", UNSET)

        effective_location = d.pop("effective_location", UNSET)

        stack_discounting = d.pop("stack_discounting", UNSET)

        reuse_qualifying_items = d.pop("reuse_qualifying_items", UNSET)

        enable_menu_item_aggregator = d.pop("enable_menu_item_aggregator", UNSET)

        min_post_rollback_rate = d.pop("min_post_rollback_rate", UNSET)

        unit_discount = d.pop("unit_discount", UNSET)

        percentage_of_processed_amount = d.pop("percentage_of_processed_amount", UNSET)

        qc_processing_function = d.pop("qc_processing_function", UNSET)

        _aggregator_grouping_attributes = d.pop("aggregator_grouping_attributes", UNSET)
        aggregator_grouping_attributes: QualifyingConditionsAggregatorGroupingAttributes | Unset
        if isinstance(_aggregator_grouping_attributes, Unset):
            aggregator_grouping_attributes = UNSET
        else:
            aggregator_grouping_attributes = QualifyingConditionsAggregatorGroupingAttributes.from_dict(
                _aggregator_grouping_attributes
            )

        _receipt_qualifiers = d.pop("receipt_qualifiers", UNSET)
        receipt_qualifiers: list[QualifyingConditionsReceiptQualifiersItem] | Unset = UNSET
        if _receipt_qualifiers is not UNSET:
            receipt_qualifiers = []
            for receipt_qualifiers_item_data in _receipt_qualifiers:
                receipt_qualifiers_item = QualifyingConditionsReceiptQualifiersItem.from_dict(
                    receipt_qualifiers_item_data
                )

                receipt_qualifiers.append(receipt_qualifiers_item)

        _line_item_filters = d.pop("line_item_filters", UNSET)
        line_item_filters: list[QualifyingConditionsLineItemFiltersItem] | Unset = UNSET
        if _line_item_filters is not UNSET:
            line_item_filters = []
            for line_item_filters_item_data in _line_item_filters:
                line_item_filters_item = QualifyingConditionsLineItemFiltersItem.from_dict(line_item_filters_item_data)

                line_item_filters.append(line_item_filters_item)

        _item_qualifiers = d.pop("item_qualifiers", UNSET)
        item_qualifiers: list[QualifyingConditionsItemQualifiersItem] | Unset = UNSET
        if _item_qualifiers is not UNSET:
            item_qualifiers = []
            for item_qualifiers_item_data in _item_qualifiers:
                item_qualifiers_item = QualifyingConditionsItemQualifiersItem.from_dict(item_qualifiers_item_data)

                item_qualifiers.append(item_qualifiers_item)

        qualifying_conditions = cls(
            name=name,
            external_id=external_id,
            amount_cap=amount_cap,
            rounding_rule=rounding_rule,
            max_discount_units=max_discount_units,
            target_price=target_price,
            effective_location=effective_location,
            stack_discounting=stack_discounting,
            reuse_qualifying_items=reuse_qualifying_items,
            enable_menu_item_aggregator=enable_menu_item_aggregator,
            min_post_rollback_rate=min_post_rollback_rate,
            unit_discount=unit_discount,
            percentage_of_processed_amount=percentage_of_processed_amount,
            qc_processing_function=qc_processing_function,
            aggregator_grouping_attributes=aggregator_grouping_attributes,
            receipt_qualifiers=receipt_qualifiers,
            line_item_filters=line_item_filters,
            item_qualifiers=item_qualifiers,
        )

        qualifying_conditions.additional_properties = d
        return qualifying_conditions

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
