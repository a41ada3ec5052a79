"""The derived schemas stand alone, in both validators, and keep what the validator needs for its words."""

import json
import re
from typing import Any

import jsonschema_rs
import pytest
from derive_schemas import DIALECT, event_schema, schema_files
from jsonschema import Draft202012Validator

Document = dict[str, Any]


@pytest.fixture
def schemas(document: Document) -> dict[str, Any]:
    return {name: json.loads(content) for name, content in schema_files(document).items()}


OPEN, STRICT = "redemption-event.schema.json", "redemption-event.strict.schema.json"


@pytest.mark.parametrize(("name", "suffix"), [(OPEN, ""), (STRICT, ":strict")])
def test_it_is_a_named_json_schema_that_stands_alone(
    schemas: dict[str, Any], document: Document, name: str, suffix: str
) -> None:
    schema = schemas[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == DIALECT
    assert schema["$id"] == f"urn:punchh-contract:redemption-event:{document['info']['version']}{suffix}"
    references = set(re.findall(r'"\$ref": "([^"]*)"', json.dumps(schema)))
    assert references
    assert {each.removeprefix("#/$defs/") for each in references} <= schema["$defs"].keys()


def test_it_holds_only_what_the_event_needs(schemas: dict[str, Any]) -> None:
    names = schemas[OPEN]["$defs"].keys()
    assert {"RedemptionPayload", "EventUser", "AccountBalance", "RedeemedMenuItem"} <= names
    assert not {"OnlineRedemptionBase", "AnyError", "LineItem"} & names


def test_the_x_keys_stay(schemas: dict[str, Any]) -> None:
    user = schemas[OPEN]["$defs"]["EventUser"]
    assert user["properties"]["email"]["x-pii"] is True
    assert user["x-source"]["confidence"]
    assert schemas[OPEN]["$defs"]["RedemptionPayload"]["properties"]["internal_tracking_code"][
        "x-contradiction"
    ]


@pytest.mark.parametrize("engine", [Draft202012Validator, jsonschema_rs.validator_for])
def test_both_engines_read_them_and_only_the_strict_one_finds_drift(
    schemas: dict[str, Any], document: Document, engine: Any
) -> None:
    loose, strict = engine(schemas[OPEN]), engine(schemas[STRICT])
    event = document["components"]["examples"]["EventCreate"]["value"]
    assert loose.is_valid(event)
    assert strict.is_valid(event)
    for drifted in (
        {**event, "brand_new": 1},
        {**event, "action": "brand_new"},
        {**event, "payload": {**event["payload"], "brand_new": 1}},
        {**event, "payload": {**event["payload"], "channel": "brand_new"}},
    ):
        assert loose.is_valid(drifted)
        assert not strict.is_valid(drifted)
    broken = {**event, "payload": {**event["payload"], "redemption_id": "x"}}
    assert not loose.is_valid(broken)
    assert not strict.is_valid(broken)


def test_the_json_copy_is_the_contract_in_its_own_order(document: Document) -> None:
    content = schema_files(document)["openapi.json"]
    assert json.dumps(json.loads(content)) == json.dumps(document)
    assert content.endswith(b"}\n")


def test_a_reference_that_cannot_move_is_refused(small: Document) -> None:
    small["components"]["schemas"]["Thing"]["properties"]["colour"] = {"$ref": "other.yaml#/Colour"}
    with pytest.raises(KeyError, match=r"other\.yaml"):
        event_schema(small)
