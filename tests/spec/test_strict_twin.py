"""The strict twin refuses what the open schema lets through by design: unknown keys, unknown values."""

import copy
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from strict_twin import is_open_enum, local_target, strict

DOCUMENT: dict[str, Any] = {
    "$ref": "#/components/schemas/Envelope",
    "components": {
        "schemas": {
            "KnownColour": {"type": "string", "enum": ["red", "green"]},
            "Base": {"type": "object", "properties": {"id": {"type": "integer"}}},
            "Tagged": {
                "description": "A composition: what it adds, its base must not refuse.",
                "allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"tag": {"type": "string"}}}],
            },
            "Free": {"type": "object", "description": "No properties: anything goes."},
            "Envelope": {
                "type": "object",
                "properties": {
                    "base": {"$ref": "#/components/schemas/Base"},
                    "tagged": {"$ref": "#/components/schemas/Tagged"},
                    "free": {"$ref": "#/components/schemas/Free"},
                    "colour": {
                        "anyOf": [
                            {"$ref": "#/components/schemas/KnownColour"},
                            {"type": "string"},
                            {"type": "null"},
                        ]
                    },
                    "shade": {
                        "anyOf": [{"$ref": "#/components/schemas/KnownColour"}, {"type": ["string", "null"]}]
                    },
                    "number_or_text": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
                    "one_of_two": {
                        "anyOf": [
                            {"$ref": "#/components/schemas/Tagged"},
                            {"type": "object", "properties": {"other": {"const": 1}}, "required": ["other"]},
                        ]
                    },
                    "list": {"type": "array", "items": {"$ref": "#/components/schemas/Tagged"}},
                    "map": {
                        "type": "object",
                        "properties": {"known": {"type": "integer"}},
                        "additionalProperties": {"type": "integer"},
                    },
                    "said_open": {
                        "allOf": [
                            {"$ref": "#/components/schemas/Base"},
                            {"properties": {"more": {}}, "additionalProperties": True},
                        ]
                    },
                    "referred_and_widened": {
                        "$ref": "#/components/schemas/Base",
                        "properties": {"extra": {"type": "string"}},
                    },
                    "either_id": {
                        "properties": {"a": {}, "b": {}},
                        "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
                    },
                },
            },
        }
    },
}

FINE = {
    "every object with its own keys": {"base": {"id": 1}, "tagged": {"id": 1, "tag": "x"}},
    "an object without properties takes any key": {"free": {"anything": {"at": "all"}}},
    "a known value": {"colour": "red", "shade": "green"},
    "null beside an enumeration": {"colour": None, "shade": None},
    "text beside a number is no open enumeration": {"number_or_text": "x"},
    "each alternative by itself": {"one_of_two": {"other": 1}},
    "a composition inside a list": {"list": [{"id": 1, "tag": "x"}]},
    "a typed map keeps its unknown keys": {"map": {"known": 1, "unknown": 2}},
    "a part that said it was open": {"said_open": {"id": 1, "more": 1}},
    "a reference with properties beside it": {"referred_and_widened": {"id": 1, "extra": "x"}},
    "properties beside alternatives": {"either_id": {"a": 1, "b": 2}},
}
# Open schema: fine. Strict twin: refused.
DRIFT = {
    "an unknown key at the top": {"bass": {}},
    "an unknown key in a base used by itself": {"base": {"id": 1, "tag": "x"}},
    "an unknown key in a composition": {"tagged": {"id": 1, "tga": "x"}},
    "an unknown value": {"colour": "rouge"},
    "an unknown value where text and null share a branch": {"shade": "rouge"},
    "an unknown key in an alternative": {"one_of_two": {"id": 1, "tga": "x"}},
    "an unknown key inside a list": {"list": [{"tga": "x"}]},
    "an unknown key in a part that said it was open": {"said_open": {"mroe": 1}},
    "an unknown key beside a widened reference": {"referred_and_widened": {"id": 1, "xtra": "x"}},
    "an unknown key beside alternatives": {"either_id": {"a": 1, "c": 2}},
}
# Refused by both: closing must not loosen.
WRONG = {
    "a wrong type in a base": {"tagged": {"id": "x"}},
    "a wrong type in what a composition adds": {"tagged": {"tag": 1}},
    "a number where an enumeration stands": {"colour": 1},
    "a wrong value in a typed map": {"map": {"unknown": "x"}},
}


@pytest.mark.parametrize("instance", FINE.values(), ids=FINE.keys())
def test_what_the_schema_names_is_valid_in_both(instance: Any) -> None:
    assert Draft202012Validator(DOCUMENT).is_valid(instance)
    assert Draft202012Validator(strict(DOCUMENT)).is_valid(instance)


@pytest.mark.parametrize("instance", DRIFT.values(), ids=DRIFT.keys())
def test_drift_is_valid_open_and_refused_strict(instance: Any) -> None:
    assert Draft202012Validator(DOCUMENT).is_valid(instance)
    assert not Draft202012Validator(strict(DOCUMENT)).is_valid(instance)


@pytest.mark.parametrize("instance", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_refused_by_both(instance: Any) -> None:
    assert not Draft202012Validator(DOCUMENT).is_valid(instance)
    assert not Draft202012Validator(strict(DOCUMENT)).is_valid(instance)


def test_the_twin_is_a_valid_schema_and_leaves_the_original_alone() -> None:
    before = copy.deepcopy(DOCUMENT)
    twin = strict(DOCUMENT)
    Draft202012Validator.check_schema(twin)
    assert before == DOCUMENT
    assert strict(twin) == strict(strict(twin))


def test_schemas_under_defs_are_closed_like_those_under_components() -> None:
    document = {"$ref": "#/$defs/A", "$defs": {"A": {"properties": {"a": {}}}}}
    assert Draft202012Validator(strict(document)).is_valid({"a": 1})
    assert not Draft202012Validator(strict(document)).is_valid({"b": 1})


def test_an_open_enumeration_needs_both_the_known_values_and_any_text() -> None:
    known = {"$ref": "#/components/schemas/KnownColour"}
    assert is_open_enum(DOCUMENT, {"anyOf": [known, {"type": "string"}]})
    assert not is_open_enum(DOCUMENT, {"anyOf": [known, {"type": "null"}]})
    assert not is_open_enum(DOCUMENT, {"anyOf": [known, {"type": "string", "pattern": "^x"}]})
    assert not is_open_enum(DOCUMENT, {"anyOf": [{"type": "integer"}, {"type": "string"}]})


@pytest.mark.parametrize(
    "ref", ["#/components/schemas/Nobody", "https://example.com/x", "#/components/schemas/Base/0"]
)
def test_a_reference_to_nothing_is_an_error(ref: str) -> None:
    with pytest.raises(KeyError):
        local_target(DOCUMENT, ref)
