"""A receipt has the serial numbers and sums that the vendor reads, or is not made."""

import random
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest
from punchh_client.models import (
    BatchRedemptionRequest,
    Channel,
    OnlineDiscountAmountRequest,
    OnlineRewardRequest,
)

from punchh_contract.client import money
from punchh_contract.client.menu import MODIFIERS, MenuBuilder, Receipt
from punchh_contract.contract import load
from punchh_contract.errors import UsageError

AT = datetime(2026, 3, 2, 18, 5, 1, 987654, tzinfo=timezone(timedelta(hours=5, minutes=30)))


def pizzas() -> MenuBuilder:
    return (
        MenuBuilder()
        .item("Pizza", item_id=331, total=Decimal("21.00"), quantity=2, family="hot", group="food")
        .modifier("Mushrooms", item_id="332", total="3.00")
        .modifier("Thin crust", item_id=333, total=0)
        .item("Lemonade", item_id=400, total=Decimal("2.72"))
        .discount("Staff", item_id=9, total=Decimal("1.72"))
        .service("Delivery", item_id=8, total=Decimal("4.00"))
        .item("Coffee", item_id=401, total=1)
        .modifier("Oat milk", item_id=402, total=Decimal("0.50"))
    )


def made(builder: MenuBuilder, **given: Any) -> Receipt:
    return builder.receipt(**{"at": AT, "number": "A-1001", **given})


def test_base_items_count_on_and_modifiers_count_under_them() -> None:
    lines = made(pizzas()).lines
    assert [(line.serial_number, line.name) for line in lines] == [
        ("1.0", "Pizza"),
        ("1.1", "Mushrooms"),
        ("1.2", "Thin crust"),
        ("2.0", "Lemonade"),
        ("3.0", "Staff"),
        ("4.0", "Delivery"),
        ("5.0", "Coffee"),
        ("5.1", "Oat milk"),
    ]


def test_a_modifier_has_the_quantity_of_its_item() -> None:
    assert [line.quantity for line in made(pizzas()).lines] == [2, 2, 2, 1, 1, 1, 1, 1]


def test_the_subtotal_is_items_less_discounts() -> None:
    assert made(pizzas(), subtotal="26.50").subtotal == Decimal("26.50")


def test_an_online_request_made_of_it_is_what_the_contract_asks_for() -> None:
    receipt = made(pizzas())
    request = OnlineRewardRequest(
        client="sandbox-client",
        store_number="401",
        discount_type="reward",
        reward_id=70001,
        channel=Channel.ONLINE_ORDER,
        **receipt.online(),
    ).to_dict()
    assert jsonschema_rs.is_valid(load().operation("create_online_redemption").request_schema, request)
    assert request["receipt_amount"] == request["subtotal_amount"] == 26.5
    assert request["receipt_datetime"] == "2026-03-02T12:35:01Z"
    assert request["transaction_no"] == "A-1001"
    assert request["menu_items"][1] == {
        "item_name": "Mushrooms",
        "item_qty": 2,
        "item_amount": 3.0,
        "menu_item_type": "M",
        "menu_family": "",
        "menu_major_group": "",
        "serial_number": "1.1",
        "menu_item_id": "332",
    }


def test_a_batch_request_made_of_it_is_what_the_contract_asks_for() -> None:
    receipt = made(pizzas())
    request = BatchRedemptionRequest(user_id=111111111, **receipt.batch()).to_dict()
    assert jsonschema_rs.is_valid(load().operation("process_batch_redemption").request_schema, request)
    assert request["receipt_datetime"] == "2026-03-02T18:05:01+05:30"
    assert request["line_items"][0] == {
        "item_name": "Pizza",
        "item_qty": 2,
        "amount": 21.0,
        "item_type": "M",
        "item_id": 331,
        "item_family": "hot",
        "item_group": "food",
        "serial_number": 1.0,
    }
    assert [line["serial_number"] for line in request["line_items"]] == [
        1.0,
        1.1,
        1.2,
        2.0,
        3.0,
        4.0,
        5.0,
        5.1,
    ]


def test_banked_dollars_travel_as_text() -> None:
    request = OnlineDiscountAmountRequest(
        client="sandbox-client",
        store_number="401",
        discount_type="discount_amount",
        redeemed_points=money.text(Decimal("5.5")),
        **made(pizzas()).online(),
    )
    assert request.redeemed_points == "5.50"


def test_a_receipt_knows_nothing_of_what_is_done_to_builder_and_fields_later() -> None:
    builder = pizzas()
    receipt = made(builder)
    builder.item("Late", item_id=1, total=100)
    fields = receipt.online()
    fields["menu_items"][0].item_amount = 0.0
    fields["menu_items"].clear()
    assert len(receipt.lines) == 8
    assert receipt.online()["menu_items"][0].item_amount == 21.0
    with pytest.raises(AttributeError):
        receipt.number = "other"  # type: ignore[misc]


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(UsageError, match="no zone"):
        made(pizzas(), at=datetime(2026, 3, 2, 18, 5, 1))  # noqa: DTZ001  # the point


def test_an_offset_that_rfc_3339_cannot_write_becomes_utc() -> None:
    old = timezone(timedelta(hours=5, minutes=53, seconds=28))
    at = datetime(2026, 3, 2, 18, 5, 1, tzinfo=old)
    assert made(pizzas(), at=at).batch()["receipt_datetime"] == "2026-03-02T12:11:33+00:00"


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: made(MenuBuilder()), "no line"),
        (lambda: made(pizzas(), number=""), "no number"),
        (lambda: made(pizzas(), subtotal=Decimal("26.51")), r"26\.51 dollars, but .* 26\.50"),
        (lambda: made(pizzas(), subtotal=26.5), "float"),
        (lambda: made(pizzas().discount("All", item_id=1, total=27)), r"0\.50 dollars more"),
        (lambda: made(pizzas().payment("Cash", item_id=1, total=30)), r"30\.00 dollars, .* 30\.50"),
        (lambda: MenuBuilder().modifier("Salt", item_id=1, total=0), "modifies nothing"),
        (lambda: pizzas().service("Tip", item_id=1, total=1).modifier("x", item_id=1, total=0), "modifies"),
        (lambda: pizzas().item("", item_id=1, total=1), "no name"),
        (lambda: pizzas().item("Tea", item_id=1, total=1, quantity=0), "quantity"),
        (lambda: pizzas().item("Tea", item_id=1, total=1, quantity=True), "quantity"),
        (lambda: pizzas().item("Tea", item_id=1, total=1, quantity=1.5), "whole number"),  # type: ignore[arg-type]
        (lambda: pizzas().item("Tea", item_id=1, total=1, quantity="2"), "whole number"),  # type: ignore[arg-type]
        (lambda: pizzas().item("Tea", item_id=None, total=1), "item_id"),  # type: ignore[arg-type]
        (lambda: pizzas().item("Tea", item_id=1.0, total=1), "item_id"),  # type: ignore[arg-type]
        (lambda: pizzas().item("Tea", item_id=True, total=1), "item_id"),
        (lambda: pizzas().tax("Tax", item_id="", total=1), "item_id"),
        (lambda: pizzas().item(5, item_id=1, total=1), "no name"),  # type: ignore[arg-type]
        (lambda: pizzas().item("Tea", item_id=1, total=1, family=None), "texts"),  # type: ignore[arg-type]
        (lambda: pizzas().modifier("Tea", item_id=1, total=1, group=7), "texts"),  # type: ignore[arg-type]
        (lambda: made(pizzas(), at="2026-01-01"), "time is a str"),
        (lambda: made(pizzas(), at=None), "time is a NoneType"),
        (lambda: made(pizzas(), number=1001), "as text"),
        (lambda: pizzas().item("Tea", item_id=1, total=-1), "below zero"),
        (lambda: pizzas().item("Tea", item_id=1, total=Decimal("0.005")), "Tea has a fraction"),
        (lambda: made(pizzas().item("Tea", item_id="T-1", total=1)).batch(), "integers"),
        (lambda: made(pizzas().item("Tea", item_id=2**63, total=1)).batch(), "integers"),
    ],
    ids=[
        "no line",
        "no number",
        "subtotal is not the sum",
        "subtotal is a float",
        "more discount than items",
        "payments do not cover it",
        "modifier of nothing",
        "modifier of a service",
        "no name",
        "no quantity",
        "quantity is a bool",
        "half an item",
        "quantity is text",
        "no id",
        "id is a float",
        "id is a bool",
        "id is empty",
        "name is a number",
        "no family",
        "group is a number",
        "time is text",
        "no time",
        "number is no text",
        "negative item",
        "fraction of a cent",
        "text id in a batch",
        "id of more than 64 bits in a batch",
    ],
)
def test_what_the_vendor_would_misread_is_refused(build: Any, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        build()


def test_payments_cover_items_services_and_taxes() -> None:
    builder = pizzas().tax("State tax", item_id=7, total=Decimal("2.11"))
    receipt = made(builder.payment("Card", item_id=5, total=Decimal("32.61")))
    assert receipt.subtotal == Decimal("26.50")


def test_serial_numbers_end_where_a_number_would_repeat_one() -> None:
    builder = MenuBuilder().item("Pizza", item_id=331, total=10)
    for number in range(MODIFIERS):
        builder.modifier(f"Topping {number}", item_id=number, total=1)
    serials = [
        line["serial_number"] for line in (each.to_dict() for each in made(builder).batch()["line_items"])
    ]
    assert len(set(serials)) == len(serials) == 10
    with pytest.raises(UsageError, match="tenth"):
        builder.modifier("Straw", item_id=99, total=1)


@pytest.mark.parametrize("seed", range(20))
def test_sums_are_exact_whatever_the_cents(seed: int) -> None:
    draw = random.Random(seed)
    builder, cents = MenuBuilder(), 0
    for number in range(draw.randint(1, 60)):
        price = draw.randint(0, 99_999)
        builder.item(
            f"Item {number}", item_id=number, total=Decimal(price) / 100, quantity=draw.randint(1, 9)
        )
        cents += price
    receipt = made(builder, subtotal=Decimal(cents) / 100, at=datetime.now(UTC))
    assert Decimal(str(receipt.online()["subtotal_amount"])) * 100 == cents
    assert sum(Decimal(str(each.amount)) for each in receipt.batch()["line_items"]) * 100 == cents
