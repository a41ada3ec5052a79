"""SARIF 2.1.0: what its schema demands, written down as far as we use it, since there is no network."""

import json
from typing import Any

import pytest
from events.rendering.findings_zoo import DRIFT, NASTY, finding, rendered
from jsonschema import Draft202012Validator

from punchh_contract.events.rendering import Options
from punchh_contract.events.rendering.sarif import RULES, uri
from punchh_contract.events.wording import WORDED

MESSAGE = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1}},
    "additionalProperties": False,
}
POSITIVE = {"type": "integer", "minimum": 1}
ESSENTIALS = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "additionalProperties": False,
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "properties": {"type": "object"},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "additionalProperties": False,
                                "properties": {
                                    "name": {"type": "string"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "required": ["id"],
                                            "additionalProperties": False,
                                            "properties": {
                                                "id": {"type": "string"},
                                                "shortDescription": MESSAGE,
                                            },
                                        },
                                    },
                                },
                            }
                        },
                    },
                    "invocations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["executionSuccessful"],
                            "additionalProperties": False,
                            "properties": {
                                "executionSuccessful": {"type": "boolean"},
                                "toolExecutionNotifications": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "required": ["message"],
                                        "properties": {
                                            "message": MESSAGE,
                                            "level": {"enum": ["none", "note", "warning", "error"]},
                                        },
                                    },
                                },
                            },
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": -1},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": MESSAGE,
                                "partialFingerprints": {
                                    "type": "object",
                                    "additionalProperties": {"type": "string"},
                                },
                                "properties": {"type": "object"},
                                "locations": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "additionalProperties": False,
                                        "properties": {
                                            "physicalLocation": {
                                                "type": "object",
                                                "required": ["artifactLocation"],
                                                "additionalProperties": False,
                                                "properties": {
                                                    "artifactLocation": {
                                                        "type": "object",
                                                        "required": ["uri"],
                                                        "properties": {
                                                            "uri": {
                                                                "type": "string",
                                                                "pattern": r"^[A-Za-z0-9%._~/:-]+$",
                                                            }
                                                        },
                                                    },
                                                    "region": {
                                                        "type": "object",
                                                        "required": ["startLine"],
                                                        "additionalProperties": False,
                                                        "properties": {
                                                            "startLine": POSITIVE,
                                                            "startColumn": POSITIVE,
                                                        },
                                                    },
                                                },
                                            },
                                            "logicalLocations": {
                                                "type": "array",
                                                "items": {
                                                    "type": "object",
                                                    "additionalProperties": False,
                                                    "properties": {
                                                        "fullyQualifiedName": {"type": "string"},
                                                        "kind": {"type": "string"},
                                                    },
                                                },
                                            },
                                        },
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


def run(text: str) -> dict[str, Any]:
    document = json.loads(text)
    Draft202012Validator(ESSENTIALS).validate(document)
    only: dict[str, Any]
    (only,) = document["runs"]
    rules = [rule["id"] for rule in only["tool"]["driver"]["rules"]]
    assert all(rules[each["ruleIndex"]] == each["ruleId"] for each in only["results"])
    return only


def test_a_result_has_place_level_rule_and_fingerprint() -> None:
    found = run(rendered("sarif", [finding(), DRIFT], [finding(rule="json")]))
    first, drift, _ = found["results"]
    assert found["columnKind"] == "unicodeCodePoints"
    assert [rule["id"] for rule in found["tool"]["driver"]["rules"]] == [
        "type",
        "additionalProperties",
        "json",
    ]
    assert first["level"] == "error"
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a.ndjson"},
        "region": {"startLine": 7, "startColumn": 13},
    }
    assert first["partialFingerprints"] == {"punchhContract/v1": finding().fingerprint}
    assert first["properties"]["source"] == "SEED-004, C-41"
    assert drift["level"] == "warning"
    assert "region" not in drift["locations"][0]["physicalLocation"]
    assert found["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_without_findings_it_is_whole_too() -> None:
    assert run(rendered("sarif", []))["results"] == []


def test_what_could_not_be_read_is_told_by_the_invocation() -> None:
    (invocation,) = run(rendered("sarif", [], unreadable=["b.json: cannot be read"]))["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "b.json" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_findings_beyond_the_limit_are_counted() -> None:
    found = run(rendered("sarif", [finding("/a"), finding("/b")], options=Options(limit=1)))
    assert (len(found["results"]), found["properties"]["not_shown"]) == (1, 1)


def test_every_rule_that_has_words_has_a_description() -> None:
    assert WORDED | {"json"} <= RULES.keys()


@pytest.mark.parametrize("name", NASTY)
def test_a_files_name_is_a_uri(name: str) -> None:
    run(rendered("sarif", [finding(file=name)]))


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        ("a b/c.json", "a%20b/c.json"),
        ("/tmp/a.json", "file:///tmp/a.json"),  # noqa: S108  # a name
        ("a:b.json", "a%3Ab.json"),
        ("-", "stdin"),
        (None, "stdin"),
    ],
)
def test_names_as_uris(file: str | None, shown: str) -> None:
    assert uri(file) == shown
