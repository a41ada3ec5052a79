"""What a finding may say of a value and of a name."""

import random

import pytest
from events.people import PEOPLE

from punchh_contract import contract
from punchh_contract.events import vocabulary
from punchh_contract.events.masking import described, masked, named, pointer
from punchh_contract.events.persons import is_personal


@pytest.mark.parametrize(
    ("value", "mask"),
    [
        (None, "null"),
        (True, "boolean"),
        (17, "integer"),
        (1.5, "number"),
        ("pat@example.com", "string(15)"),
        ([1, 2], "array(2)"),
        ({"email": "pat@example.com"}, "object(1)"),
    ],
)
def test_a_value_is_its_kind_and_length(value: object, mask: str) -> None:
    assert masked(value) == described(value, show=False) == mask


def test_a_value_is_shown_as_ascii_json_and_cut_when_asked_for() -> None:
    assert described("Pat \x1b[31m\u202e", show=True) == '"Pat \\u001b[31m\\u202e"'
    assert len(described("x" * 1000, show=True)) == 80


@pytest.mark.parametrize("name", ["loyalty_level", "user-uuid", "redemptionId", "POSItems", "location_" * 7])
def test_a_name_of_the_contracts_words_is_printed(name: str) -> None:
    assert named(name, show=False, personal=True) == name


@pytest.mark.parametrize("name", ["loyalty_tier", "guest_status", "itemColor", "reward_webhook_id"])
def test_a_technical_word_beside_one_of_the_contract_is_printed_where_nobody_is_spoken_of(name: str) -> None:
    assert named(name, show=False, personal=False) == name
    assert named(name, show=False, personal=True) == masked(name)


@pytest.mark.parametrize("personal", [True, False])
@pytest.mark.parametrize("form", ["{}", "{}_{}", "{}-{}", "{} {}", "{}{}", "reward_{}", "{}_id", "data_{}"])
def test_no_name_of_a_person_or_a_street_is_printed(form: str, *, personal: bool) -> None:
    assert len(PEOPLE) > 1_000
    chance = random.Random(1)
    others = random.Random(2).sample(PEOPLE, len(PEOPLE))
    shown = []
    for one, other in zip(PEOPLE, others, strict=True):
        # A word that is the contract's too may stand beside the contract's: `guest_id`.
        if one.lower() in vocabulary.ALSO_NAMES and form not in ("{}", "{}_{}", "{}-{}", "{} {}", "{}{}"):
            continue
        name = chance.choice([str, str.lower, str.upper])(form.format(one, other))
        shown += [name] * (named(name, show=False, personal=personal) == name)
    assert shown == []


def test_words_that_are_known_are_nobodys_name() -> None:
    people = {each.lower() for each in PEOPLE}
    assert vocabulary.TECHNICAL & people == set()
    own = {word for word in people if vocabulary.is_known(f"redemption_{word}", personal=False)}
    assert own == vocabulary.ALSO_NAMES & people
    assert {word for word in people if vocabulary.is_known(f"redemption_{word}", personal=True)} == set()


def test_what_speaks_of_a_person_is_the_guest_what_is_marked_and_what_is_unknown() -> None:
    for path in (("payload", "user"), ("payload", "user", "account_balance"), ("payload", "force_message")):
        assert is_personal(path)
    assert is_personal(("payload", "redemption_code_pass", "owner_id"))
    assert is_personal(("payload", "extra"))
    items = ("payload", "redemption_code", "redeemed_menu_items")
    for path in ((), ("payload",), (*items, 3), (*items, 3, "item_name"), (*items, "*")):
        assert not is_personal(path)
    step = ("loyalty_tier",)
    assert pointer(("payload", *step), show=False) == "/payload/loyalty_tier"
    assert pointer((*items, 3, *step), show=False) == f"/{'/'.join(items)}/3/loyalty_tier"
    assert pointer(("payload", "user", *step), show=False) == "/payload/user/string(12)"
    assert pointer(("payload", "user", "loyalty_level"), show=False) == "/payload/user/loyalty_level"


@pytest.mark.parametrize(
    "name",
    [
        "pat@example.com",
        "Pat Invented",
        "pat.invented",
        "5550100",
        "+15550100",
        "p5550100",
        "c56a4180-65aa-42ec-a945-5fd21dec0538",
        "a" * 65,
        "data_" * 13,
        "zebediah_quill",
        "Zebediah",
        "zebediah-quill",
        "reward_for_zebediah",
        "sk_sandbox_abcdefghij",
        "",
        "_",
        "x",
        "user_j",
        "JP",
        "jUser",
        "user_4155",
        "cc_last4",
        "loactionName",
        "redemtion_status",
        "rewards_locations",
        "heather_price",
        "Zo\u00eb",
        "name\n",
        "\u0661",
    ],
)
def test_a_name_that_can_be_personal_is_masked(name: str) -> None:
    for personal in (True, False):
        assert named(name, show=False, personal=personal) == f"string({len(name)})"


def test_a_name_is_shown_when_asked_for_without_its_control_characters() -> None:
    assert named("pat@example.com\x1b", show=True, personal=True) == "pat@example.com\\u001b"


def test_every_name_of_the_contract_is_printed() -> None:
    schemas = contract.event_schema()
    names = {
        name
        for schema in [schemas, *schemas.get("$defs", {}).values()]
        for name in schema.get("properties", {})
    }
    assert len(names) > 80
    assert {name for name in names if named(name, show=False, personal=True) != name} == set()


def test_a_pointer_escapes_and_masks_its_steps() -> None:
    assert pointer(("payload", "items", 0, "a/b~c"), show=True) == "/payload/items/0/a~1b~0c"
    assert pointer(("payload", "a/b~c"), show=False) == "/payload/string(5)"
    assert pointer((), show=False) == ""
