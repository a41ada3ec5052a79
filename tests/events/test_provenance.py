"""Where a rule is written, and where the contract has it from."""

from typing import Any

import pytest

from punchh_contract.events import validate
from punchh_contract.events.provenance import Rules

SCHEMA: dict[str, Any] = {
    "required": ["plain"],
    "x-source": {"document": "ROOT", "confidence": "documented"},
    "properties": {
        "plain": {"type": "string"},
        "own": {"type": "string", "x-source": {"document": "OWN", "confidence": "documented"}},
        "odd": {"type": "string", "x-contradiction": "C-1"},
        "named": {"$ref": "#/$defs/Named", "x-contradiction": ["C-2", "C-3"]},
        "renamed": {"$ref": "#/$defs/Named", "x-source": {"document": "HERE", "confidence": "inferred"}},
        "union": {"anyOf": [{"$ref": "#/$defs/Named"}, {"type": "null"}], "x-contradiction": "C-4"},
        "list": {"type": "array", "items": {"$ref": "#/$defs/Silent"}, "x-contradiction": "C-5"},
        "a/b~c": {"type": "string"},
    },
    "$defs": {
        "Named": {
            "type": "object",
            "properties": {"deep": {"minLength": 1}},
            "x-source": {"document": "NAMED", "confidence": "documented"},
            "x-contradiction": "C-9",
        },
        "Silent": {"type": "string"},
    },
}


@pytest.mark.parametrize(
    ("steps", "place", "source"),
    [
        pytest.param("required", "/required", "ROOT", id="the root"),
        pytest.param("properties plain type", "/properties/plain/type", "ROOT", id="from above"),
        pytest.param("properties own type", "/properties/own/type", "OWN", id="its own"),
        pytest.param(
            "properties odd type", "/properties/odd/type", "ROOT, C-1", id="a contradiction on the way"
        ),
        pytest.param(
            "properties named type", "/$defs/Named/type", "NAMED, C-2, C-3, C-9", id="a named schema"
        ),
        pytest.param(
            "properties renamed type", "/$defs/Named/type", "HERE, C-9", id="the property comes first"
        ),
        pytest.param(
            "properties named properties deep minLength",
            "/$defs/Named/properties/deep/minLength",
            "NAMED, C-2, C-3, C-9",
            id="below a named schema",
        ),
        pytest.param("properties union anyOf", "/properties/union/anyOf", "ROOT, C-4", id="a union"),
        pytest.param(
            "properties union anyOf 0 type", "/$defs/Named/type", "NAMED, C-4, C-9", id="a branch of it"
        ),
        pytest.param("properties list items type", "/$defs/Silent/type", "ROOT, C-5", id="an element"),
        pytest.param("properties a/b~c type", "/properties/a~1b~0c/type", "ROOT", id="escapes"),
    ],
)
def test_a_rule_has_a_place_and_a_source(steps: str, place: str, source: str) -> None:
    taken = tuple(int(step) if step.isdigit() else step for step in steps.split())
    assert Rules(SCHEMA).rule(taken) == (place, source)


def test_a_schema_that_names_no_source_has_none() -> None:
    assert Rules({"type": "object"}).rule(("type",)) == ("/type", None)


@pytest.mark.parametrize(
    ("data", "place", "source"),
    [
        (
            b'{"payload":{"user":{"email":1}}}',
            "/$defs/EventUser/properties/email/type",
            "SEED-004, EV-REXP, C-44",
        ),
        (
            b'{"payload":{"internal_tracking_code":1.5}}',
            "/$defs/RedemptionPayload/properties/internal_tracking_code/anyOf",
            "SEED-004, EV-BRZ, EV-MP, C-41",
        ),
    ],
)
def test_a_finding_names_the_rule_of_the_contract(data: bytes, place: str, source: str) -> None:
    (finding,) = (each for each in validate(data) if each.rule != "required")
    assert (finding.schema_pointer, finding.source) == (place, source)


def test_a_fingerprint_is_of_the_fault_and_not_of_the_event() -> None:
    def prints(data: bytes) -> set[str]:
        return {each.fingerprint for each in validate(data, strict=True) if each.rule != "required"}

    def lines(index: int, value: str) -> bytes:
        before = '{"item_name":"x"},' * index
        code = f'{{"redeemed_menu_items":[{before}{{"item_name":"x","item_qty":{value}}}]}}'
        return f'{{"payload":{{"redemption_code":{code}}}}}'.encode()

    (one,) = prints(lines(0, '"x"'))
    assert prints(lines(3, "true")) == {one}
    assert len(one) == 12
    assert prints(lines(0, "9223372036854775808")) != {one}
    assert prints(b'{"payload":{"user":{"email":1}}}').isdisjoint({one})


def test_what_breaks_one_rule_in_several_ways_has_a_fingerprint_for_each() -> None:
    missing = [each for each in validate({"payload": {}}) if each.rule == "required" and not each.pointer]
    assert len(missing) > 3
    assert len({each.fingerprint for each in missing}) == len(missing)
    unreadable = [validate(data)[0] for data in (b"{", b"", b"nonsense", b"\xff", b"{} {}")]
    assert len({each.fingerprint for each in unreadable}) == len(unreadable)
    assert validate(b"{")[0].fingerprint == validate(b'{"a":')[0].fingerprint
