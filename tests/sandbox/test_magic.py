"""Magic values: complete against the contract, apart from all other values, each with a body that fits."""

from typing import Any

import jsonschema
import pytest

from punchh_contract.conformance import impossible
from punchh_contract.contract import load
from punchh_contract.sandbox import seed
from punchh_contract.sandbox.magic import Magic, MagicValue

CONTRACT = load()
WORLD = seed.load()
WITHOUT = {
    401: "authentication comes before any field is looked at: send a wrong key, token or `client`",
    412: "the digest comes before any field is looked at: send a wrong one",
    "malformed_json": "a body that cannot be read holds no value: send half of one",
}


def wanted(status: int, error: str) -> bool:
    return status not in WITHOUT and error not in WITHOUT


def entries() -> list[Any]:
    return [
        pytest.param(each, id=f"{each.operation}-{each.field}-{each.value}") for each in WORLD.magic.values
    ]


@pytest.mark.parametrize("operation", CONTRACT.operations)
def test_every_error_after_authentication_has_a_value(operation: str) -> None:
    errors = CONTRACT.operation(operation).errors
    there = {(each.status, each.error) for each in WORLD.magic.values if each.operation == operation}
    assert there == {key for key in errors if wanted(*key)}


def test_each_reason_to_leave_one_out_is_needed() -> None:
    keys = {part for operation in CONTRACT.operations.values() for key in operation.errors for part in key}
    assert set(WITHOUT) <= keys


@pytest.mark.parametrize("each", entries())
def test_a_value_brings_a_body_that_the_contract_allows(each: MagicValue) -> None:
    operation = CONTRACT.operation(each.operation)
    fact = operation.errors[each.status, each.error]
    body = fact.body(**each.values)
    schema = operation.response_schema(each.status)
    assert schema is not None
    jsonschema.validate(body, schema)
    assert fact.text.format(**each.values) in str(body) or each.error == "missing_parameter"
    assert not operation.success.holds(each.status, {}, body) or each.status == 200


@pytest.mark.parametrize("each", entries())
def test_a_value_fits_its_field(each: MagicValue) -> None:
    schema = CONTRACT.operation(each.operation).request_schema
    body: dict[str, Any] = {}
    node = body
    *path, last = each.field.split(".")
    for part in path:
        node = node.setdefault(part, {})
    node[last] = each.value
    body |= (
        {"discount_type": last.removesuffix("_id")} if each.operation == "create_online_redemption" else {}
    )
    wrong = [
        error.json_path
        for error in jsonschema.Draft202012Validator(schema).iter_errors(body)
        if each.field in error.json_path
    ]
    assert not wrong


@pytest.mark.parametrize("each", entries())
def test_a_value_is_looked_up_by_operation_and_field(each: MagicValue) -> None:
    body: dict[str, Any] = {"other": 1}
    node = body
    *path, last = each.field.split(".")
    for part in path:
        node = node.setdefault(part, {})
    node[last] = each.value
    assert WORLD.magic.outcome(each.operation, body) == (each.status, each.error, each.values)
    assert WORLD.magic.outcome("another_operation", body) is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"user_id": 111111111},
        {"user_id": None},
        {"user_id": "999404001"},
        {"user_id": [999404001]},
        {"user_id": True},
        {"redemption": 999422001},
        {"redemption": {"reward_id": 999404001}},
        {"redemption": {"requested_punches": 999404001}},
    ],
    ids=str,
)
def test_what_is_no_magic_value(body: dict[str, Any]) -> None:
    assert WORLD.magic.outcome("force_redeem", body) is None


def test_an_integer_may_be_written_with_a_fraction() -> None:
    assert WORLD.magic.outcome("force_redeem", {"user_id": 999404001.0}) is not None


def test_one_value_stands_for_one_thing() -> None:
    one = WORLD.magic.values[0]
    with pytest.raises(ValueError, match="two things"):
        Magic([one, one])


def test_no_value_is_anybodys_or_the_contract_runs() -> None:
    magic = {str(each.value) for each in WORLD.magic.values}
    names = {str(guest.profile.user_id) for guest in WORLD.guests}
    for guest in WORLD.guests:
        names |= {str(each.reward_id) for each in guest.rewards}
        names |= {str(each.subscription_id) for each in guest.subscriptions}
        names |= {each.code for each in guest.codes}
    names |= {each.code for each in WORLD.coupons}
    names |= set(WORLD.business.catalogue.redeemables)
    assert not magic & names
    constants = {value for value in vars(impossible).values() if isinstance(value, str | int | float)}
    assert len(constants) > 3
    assert not magic & {str(value) for value in constants}
    assert all(value.startswith(("999", "MAGIC-")) for value in magic)
