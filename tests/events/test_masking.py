"""What a finding may say of a value and of a name."""

import pytest

from punchh_contract import contract
from punchh_contract.events.masking import described, masked, named, pointer


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


@pytest.mark.parametrize(
    "name",
    [
        "loyalty_tier",
        "x-extra",
        "cc_last4",
        "redemptionId",
        "_",
        "POSTags",
        "redemtion_status",
        "loactionName",
        "rewards_locations",
        "data_" * 12,
    ],
)
def test_a_name_that_looks_like_an_identifier_is_printed(name: str) -> None:
    assert named(name, show=False) == name


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
        "Zo\u00eb",
        "name\n",
        "\u0661",
    ],
)
def test_a_name_that_can_be_personal_is_masked(name: str) -> None:
    assert named(name, show=False) == f"string({len(name)})"


def test_a_name_is_shown_when_asked_for_without_its_control_characters() -> None:
    assert named("pat@example.com\x1b", show=True) == "pat@example.com\\u001b"


def test_every_name_of_the_contract_is_printed() -> None:
    schemas = contract.event_schema()
    names = {
        name
        for schema in [schemas, *schemas.get("$defs", {}).values()]
        for name in schema.get("properties", {})
    }
    assert len(names) > 80
    assert {name for name in names if named(name, show=False) != name} == set()


def test_a_pointer_escapes_and_masks_its_steps() -> None:
    assert pointer(("payload", "items", 0, "a/b~c"), show=True) == "/payload/items/0/a~1b~0c"
    assert pointer(("user", "a/b~c"), show=False) == "/user/string(5)"
    assert pointer((), show=False) == ""
