"""What is read from a document is what is written to it, in the form of control-openapi.yaml."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import orjson
import pytest

from punchh_contract.sandbox import documents, seed
from punchh_contract.sandbox.business import Settings
from punchh_contract.sandbox.decisions import Redemption
from punchh_contract.sandbox.guests import Debit, DiscountType, Guest, Held, Spoken, Terms

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORLD = seed.load()
GUESTS = [guest for guest in WORLD.guests if guest.profile.user_id < 111112001]
RICH = Terms(
    "Pizza",
    500,
    1000,
    frozenset({"331", "332"}),
    "One pizza.",
    "Spring",
    max_quantity=2,
    modifiers=True,
    translations={"es": Spoken("Pizza", ""), "fr-ca": Spoken("Pizza", "Une pizza.")},
)
REDEMPTION = Redemption(
    700,
    1,
    "create_online_redemption",
    "transferred",
    NOW,
    NOW,
    DiscountType.REWARD,
    "10",
    500,
    tracking_code="1234567",
    debits=(Debit(Held.REWARD, 10), Debit(Held.FUEL_POINTS, 1, 5)),
    name="Pizza",
    location_id=900031,
    channel="pos",
    receipt={"receipt_amount": 12.5, "menu_items": []},
    code_id=700,
    processed_at=NOW,
    transferred_to=2,
)


def check(name: str, document: Any) -> Any:
    """The document as it comes over the wire, once it fits its schema."""
    sent = orjson.loads(orjson.dumps(document))
    jsonschema_rs.Draft202012Validator(seed.schema_of(name), validate_formats=True).validate(sent)
    return sent


@pytest.mark.parametrize("guest", GUESTS, ids=lambda guest: str(guest.profile.user_id))
def test_a_guest_comes_back_as_it_was(guest: Guest) -> None:
    document = check("Guest", documents.write_guest(guest, (REDEMPTION,)))
    assert documents.read_guest(document, guest.profile.user_id) == guest


@pytest.mark.parametrize("terms", [RICH, Terms("x", 1)], ids=lambda terms: terms.name)
def test_terms_come_back_as_they_were(terms: Terms) -> None:
    document = check("Terms", documents.write_terms(terms))
    assert documents.read_terms(document) == terms


def test_a_redemption_fits_its_schema_in_every_state() -> None:
    for status in ("redeemable", "honoured", "force_redeemed", "expired", "cancelled", "transferred"):
        assert check("Redemption", documents.write_redemption(replace(REDEMPTION, status=status)))
    assert check(
        "Redemption", documents.write_redemption(Redemption(1, 1, "force_redeem", "cancelled", NOW, NOW))
    )


def test_a_business_reads_the_same_from_its_own_document_as_json() -> None:
    document = check("Business", WORLD.business.document)
    again = seed.read_business(document)
    assert again == WORLD.business
    assert again.document == document


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, Settings()),
        ({"languages": ["ES", "es", "fr-CA"]}, Settings(languages=("en", "es", "fr-ca"))),
        ({"languages": []}, Settings(languages=("en",))),
        ({"max_discounts": 3.0, "fuel": True}, Settings(max_discounts=3, fuel=True)),
    ],
    ids=str,
)
def test_settings(document: dict[str, Any], expected: Settings) -> None:
    check("Settings", document)
    assert seed.read_settings(document) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr-ca", Spoken("Pizza", "Une pizza.")),
        ("FR-CA", Spoken("Pizza", "Une pizza.")),
        ("fr", Spoken("Pizza", "One pizza.")),
        ("es", Spoken("Pizza", "One pizza.")),
        ("es-US", Spoken("Pizza", "One pizza.")),
        ("en", Spoken("Pizza", "One pizza.")),
        ("", Spoken("Pizza", "One pizza.")),
    ],
)
def test_a_missing_translation_is_english(language: str, expected: Spoken) -> None:
    assert RICH.spoken(language) == expected


def test_a_tag_with_a_country_finds_its_language() -> None:
    terms = WORLD.business.catalogue.redeemables["493"].terms
    assert terms.spoken("es-US").name == terms.spoken("es").name != terms.spoken("en").name
