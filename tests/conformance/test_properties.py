"""What a request can hold, read from its schema, and what one body has of it."""

import json
from typing import Any

from punchh_contract.conformance.properties import Properties
from punchh_contract.contract import load

ONLINE = Properties(load().operation("create_online_redemption"))
BATCH = Properties(load().operation("process_batch_redemption"))
FORCE = Properties(load().operation("force_redeem"))
RECEIPT: dict[str, Any] = {
    "client": "sandbox-client",
    "store_number": "401",
    "receipt_amount": 10,
    "subtotal_amount": 10,
    "receipt_datetime": "2026-03-02T18:05:01Z",
    "transaction_no": "7",
    "discount_type": "card_completion",
}


def test_every_branch_list_and_reference_of_a_schema_is_read() -> None:
    assert FORCE.paths == (
        "user_id",
        "redemption",
        "redemption.requested_punches",
        "redemption.force_message",
        "redemption.reward_id",
        "redemption.fuel_redemption",
    )
    assert {"subscription_id", "redeemed_points", "menu_items[].menu_item_id"} < set(ONLINE.paths)
    assert len(set(ONLINE.paths)) == len(ONLINE.paths)


def test_values_of_enumerations_and_constants_are_read() -> None:
    assert {("query", "true"), ("channel", '"kiosk"'), ("discount_type", '"reward"')} < set(ONLINE.values)
    assert FORCE.values == ()


def test_a_choice_is_an_enumeration_and_no_constant_that_tells_branches_apart() -> None:
    assert ONLINE.choices == {
        "channel": ("pos", "web", "online_order", "mobile", "dashboard", "chatbot", "kiosk"),
        "state": ("committed", "pending", "void"),
    }
    assert FORCE.choices == {}


def test_a_body_shows_what_it_has_and_what_it_lacks() -> None:
    seen = ONLINE.seen({**RECEIPT, "channel": "web", "query": True, "menu_items": []})

    assert {"client", "channel", "query", "menu_items", "discount_type"} < seen.present
    assert {"reward_id", "email"} < seen.absent
    assert seen.values == {("channel", '"web"'), ("query", "true"), ("discount_type", '"card_completion"')}
    assert not any("[]" in path for path in seen.present | seen.absent)


def test_a_property_is_absent_only_where_its_parent_is_present() -> None:
    assert "redemption.reward_id" in FORCE.seen({"user_id": 1, "redemption": {}}).absent
    assert not any("." in path for path in FORCE.seen({"user_id": 1}).absent)
    assert not any("." in path for path in FORCE.seen({"user_id": 1, "redemption": [{}]}).absent)


def test_one_item_of_a_list_with_a_property_and_one_without_show_both() -> None:
    seen = BATCH.seen({"line_items": [{"item_name": "A"}, {"item_id": 1}]})

    assert {"line_items[].item_name", "line_items[].item_id"} < seen.absent


def test_a_body_that_breaks_the_schema_shows_only_what_it_lacks() -> None:
    seen = ONLINE.seen({**RECEIPT, "channel": "web", "store_number": None})

    assert not seen.present
    assert not seen.values
    assert "reward_id" in seen.absent


def test_no_object_shows_nothing() -> None:
    for body in (None, [], "x", 1, True):
        seen = ONLINE.seen(body)
        assert not seen.present | seen.absent


def test_values_that_the_contract_does_not_have_are_not_kept() -> None:
    seen = ONLINE.seen({**RECEIPT, "email": "ada@example.com", "authentication_token": "sandbox-token"})

    assert "email" in seen.present
    assert seen.values == {("discount_type", '"card_completion"')}


def test_numbers_that_json_only_half_knows_are_no_fault() -> None:
    for text in ("NaN", "Infinity", "1e400", "9" * 400):
        seen = FORCE.seen(json.loads(f'{{"user_id": {text}, "redemption": {{}}}}'))
        assert "redemption.reward_id" in seen.absent
