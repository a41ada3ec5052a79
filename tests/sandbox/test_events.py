"""Every event that the sandbox can make is one that the contract knows to the last member."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sandbox.calling import ITEMS, LINES
from sandbox.receiving import ADA, NOW, redemption

from punchh_contract.contract import load
from punchh_contract.events import validate
from punchh_contract.sandbox.business import Business
from punchh_contract.sandbox.decisions import Redemption
from punchh_contract.sandbox.events import Change, redemption_event
from punchh_contract.sandbox.guests import Account, Debit, DiscountType, Held, Profile
from punchh_contract.sandbox.seed import Seed

PROFILE = Profile(
    ADA, "Ada", "Sandbox", "ada.sandbox@example.com", "secret-access", "secret-authentication", "secret-id"
)
ACCOUNT = Account(ADA, points=900, banked_cents=1250, visit_cards=2, debited_points=100)
RECEIPT = {
    "receipt_amount": 21.72,
    "subtotal_amount": 21.72,
    "receipt_datetime": "2026-03-02T10:05:00-08:00",
    "transaction_no": 5678,
    "employee_id": 7,
    "menu_items": ITEMS,
}
LATER = NOW + timedelta(hours=2)

# What happened, and the record's status then -> the event's action, redemption and code (SEED-004, EV-BRZ).
SAID = {
    ("created", "redeemable"): ("create", "redeemable", "redeemable"),
    ("created", "honoured"): ("create", "redeemed", "processed"),
    ("redeemed", "honoured"): ("update", "redeemed", "processed"),
    ("forced", "force_redeemed"): ("create", "force_redeemed", "processed"),
    ("expired", "expired"): ("update", "expired", "expired"),
    ("cancelled", "cancelled"): ("update", "cancelled", "cancelled"),
    ("transferred", "transferred"): ("update", "transferred", "redeemable"),
}
TYPES = {
    DiscountType.REWARD: "RewardRedemption",
    DiscountType.REDEEMABLE: "RedeemableRedemption",
    DiscountType.DISCOUNT_AMOUNT: "BankedRewardRedemption",
    DiscountType.CARD_COMPLETION: "CardRedemption",
    DiscountType.REDEMPTION_CODE: "Redemption",
    DiscountType.SUBSCRIPTION: "SubscriptionRedemption",
}


@pytest.fixture(scope="module")
def business(world: Seed) -> Business:
    return replace(world.business, business_uuid="invented-business-uuid")


def event(business: Business, change: str, of: Redemption, account: Account = ACCOUNT) -> dict[str, Any]:
    document = redemption_event(change, of, PROFILE, account, business, NOW, "invented-content-id")
    # What is delivered is JSON, so that is what is judged.
    sent: dict[str, Any] = orjson.loads(orjson.dumps(document))
    return sent


def fits(document: dict[str, Any]) -> None:
    findings = validate(document, strict=True, show_values=True)
    assert not tuple(findings), "\n".join(map(str, findings))


@pytest.mark.parametrize(("change", "status"), SAID)
@pytest.mark.parametrize("kind", [None, *DiscountType])
@pytest.mark.parametrize("code_id", [None, 17])
def test_every_change_of_every_kind_fits_the_strict_contract(
    business: Business, change: str, status: str, kind: DiscountType | None, code_id: int | None
) -> None:
    made = redemption(
        1, status=status, discount_type=kind, receipt=RECEIPT, code_id=code_id, expires_at=LATER, message="m"
    )
    document = event(business, change, made)
    fits(document)
    payload = document["payload"]
    action, redeemed, code = SAID[change, status]
    assert (document["action"], payload["redemption_status"]) == (action, redeemed)
    assert payload["redemption_type"] == (TYPES[kind] if kind else "Redemption")
    if code_id is None:
        assert payload["redemption_code"] is None
    else:
        assert payload["redemption_code"]["status"] == code


@pytest.mark.parametrize("change", list(Change))
def test_a_change_that_leads_elsewhere_is_refused(business: Business, change: Change) -> None:
    impossible = {status for _, status in SAID} - {status for each, status in SAID if each == change}
    for status in impossible:
        with pytest.raises(ValueError, match=status):
            event(business, change, redemption(1, status=status))


def test_the_words_are_the_contracts() -> None:
    words = load().document["components"]["schemas"]
    assert {said[1] for said in SAID.values()} == set(words["KnownRedemptionStatus"]["enum"])
    assert {said[2] for said in SAID.values()} == set(words["KnownCodeStatus"]["enum"])
    assert set(TYPES.values()) < set(words["KnownRedemptionType"]["enum"])


@pytest.mark.parametrize(
    ("held", "kind"),
    [
        (Held.POINTS, "Redemption"),
        (Held.BANKED_CENTS, "BankedRewardRedemption"),
        (Held.VISIT_CARDS, "CardRedemption"),
        (Held.FUEL_POINTS, "FuelRewardRedemption"),
    ],
)
def test_what_staff_took_names_the_kind(business: Business, held: Held, kind: str) -> None:
    taken = redemption(
        1, status="force_redeemed", discount_type=None, discount_id=None, debits=(Debit(held, ADA, 50),)
    )
    document = event(business, "forced", taken)
    fits(document)
    assert document["payload"]["redemption_type"] == kind


def test_the_balance_is_the_one_after_the_change(business: Business) -> None:
    balance = event(business, "created", redemption(1))["payload"]["user"]["account_balance"]
    assert balance["loyalty_points"] == balance["net_balance"] == 900
    assert balance["net_debits"] == 100
    assert balance["total_debits"] == "100.0"
    assert balance["total_credits"] == 1000
    assert balance["banked_currency"] == 12.5
    assert balance["unredeemed_cards"] == 2


def test_the_time_is_in_milliseconds(business: Business) -> None:
    assert event(business, "created", redemption(1))["timestamp"] == 1772474701000


def test_no_token_and_no_key_is_told(business: Business) -> None:
    told = orjson.dumps(event(business, "created", redemption(1, receipt=RECEIPT))).decode()
    for secret in ("secret-", business.secret, business.client, business.admin_key, business.business_key):
        assert secret not in told


def test_the_receipt_is_told_as_the_vendor_writes_it(business: Business) -> None:
    document = event(business, "created", redemption(1, receipt=RECEIPT, processed_at=NOW))
    code = document["payload"]["redemption_code"]
    assert code["receipt_datetime"] == "2026-03-02 10:05:00 -0800"
    assert (code["receipt_amount"], code["subtotal_amount"]) == (21.72, 21.72)
    assert (code["transaction_no"], code["employee_id"]) == ("5678", "7")
    assert code["redeemed_menu_items"][0] == {**ITEMS[0], "serial_number": "1"}
    assert code["discount"] == 5
    assert (
        code["processed_at"] == document["payload"]["redemption_code_processed_at"] == "2026-03-02T18:05:01Z"
    )


def test_a_batch_line_is_told_in_the_same_words(business: Business) -> None:
    document = event(business, "created", redemption(1, receipt={"menu_items": LINES}))
    fits(document)
    line = document["payload"]["redemption_code"]["redeemed_menu_items"][0]
    assert line == {
        "item_name": "Pizza",
        "item_qty": 1,
        "item_amount": 30,
        "menu_item_id": "331",
        "menu_item_type": "M",
        "menu_family": "10",
        "menu_major_group": "gp",
        "serial_number": "1",
    }


@pytest.mark.parametrize("text", ["yesterday", "", "2026-03-02", "2026-03-02T10:05:00", None])
def test_a_receipt_time_that_is_none_stays_as_it_came(business: Business, text: str | None) -> None:
    document = event(business, "created", redemption(1, receipt={"receipt_datetime": text}))
    fits(document)
    assert document["payload"]["redemption_code"]["receipt_datetime"] == text


def test_what_was_paid_with_is_told(business: Business) -> None:
    points = event(business, "created", redemption(1))["payload"]
    assert (points["points_requested"], points["redeemed_points"], points["redeemable_id"]) == (
        100,
        None,
        493,
    )
    banked = redemption(
        2,
        discount_type=DiscountType.DISCOUNT_AMOUNT,
        discount_id=None,
        points=None,
        debits=(Debit(Held.BANKED_CENTS, ADA, 550),),
    )
    told = event(business, "created", banked)["payload"]
    assert (told["points_requested"], told["redeemed_points"], told["redeemable_id"]) == (None, 5.5, None)
    reward = redemption(3, discount_type=DiscountType.REWARD, discount_id="70001", points=None, debits=())
    assert event(business, "created", reward)["payload"]["reward_id"] == 70001


def test_only_an_expired_redemption_has_expired(business: Business) -> None:
    waits = redemption(1, status="redeemable", expires_at=LATER, debits=())
    assert event(business, "created", waits)["payload"]["expired_at"] is None
    gone = event(business, "expired", replace(waits, status="expired", updated_at=LATER))["payload"]
    assert gone["expired_at"] == gone["expiring_on"] == "2026-03-02T20:05:01Z"
    assert gone["user"]["last_activity_at"] == "2026-03-02T18:05:01Z"


@pytest.mark.parametrize("seed", range(20))
def test_whatever_a_record_holds_fits(business: Business, seed: int) -> None:
    draw = random.Random(seed)
    kinds: list[DiscountType | None] = [None, *DiscountType]
    for number in range(1, 40):
        change, status = draw.choice(list(SAID))
        made = redemption(
            number,
            status=status,
            discount_type=draw.choice(kinds),
            discount_id=draw.choice([None, "493", "A-CODE", "", "0", "9" * 30]),
            cents=draw.choice([0, 1, 99, 100, 10**11]),
            points=draw.choice([None, 0, 5]),
            tracking_code=draw.choice([None, "7000001"]),
            expires_at=draw.choice([None, LATER]),
            message=draw.choice([None, "", "Wrong order"]),
            name=draw.choice(["", "Five Off"]),
            location_id=draw.choice([None, 900031, 311032, 5]),
            channel=draw.choice([None, "pos", "web", "kiosk"]),
            receipt=draw.choice(
                [None, {}, RECEIPT, {"menu_items": LINES}, {"menu_items": [], "employee_id": None}]
            ),
            code_id=draw.choice([None, 3]),
            processed_at=draw.choice([None, NOW]),
            transferred_to=draw.choice([None, 111111112]),
            debits=draw.choice([(), (Debit(Held.CODE, "A-CODE"),), (Debit(Held.POINTS, ADA, 7),)]),
        )
        account = Account(ADA, *(draw.choice([0, 1, 10**12]) for _ in range(5)))
        fits(event(business, change, made, account))
