"""The shapes are read from the contract, so that a new variant is covered without a line here."""

from punchh_contract.conformance.shapes import shapes
from punchh_contract.contract import load


def test_the_online_order_has_each_discount_type_as_quote_and_commit() -> None:
    found = shapes(load(), load().operation("create_online_redemption"))

    kinds = [
        "card_completion",
        "discount_amount",
        "redeemable",
        "redemption_code",
        "reward",
        "subscription",
    ]
    assert sorted((each.constants["discount_type"], each.quote) for each in found) == [
        (kind, quote) for kind in kinds for quote in (False, True)
    ]
    assert all(each.constants.get("query", False) is each.quote for each in found)


def test_a_shape_needs_what_its_variant_and_the_base_need() -> None:
    reward = shapes(load(), load().operation("create_online_redemption"))[0]

    assert {"client", "receipt_amount", "discount_type", "reward_id"} <= set(reward.needs)


def test_an_operation_without_variants_and_quotes_has_one_shape() -> None:
    (only,) = shapes(load(), load().operation("create_subscription_redemption_code"))

    assert (only.constants, only.query, only.quote) == ({}, None, False)
