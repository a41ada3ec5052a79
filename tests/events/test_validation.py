"""`validate`: verdict, place and words; nothing of a guest in them."""

import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from events.mutation import FULL, SAMPLES, mutated

from punchh_contract.errors import UsageError
from punchh_contract.events import validate
from punchh_contract.events.findings import Findings
from punchh_contract.events.rendering import as_line
from punchh_contract.events.rendering.documents import as_document

INVALID = Path(__file__).parents[1] / "data" / "events" / "invalid"
EXPECTED: dict[str, dict[str, str]] = yaml.safe_load((INVALID / "expected.yaml").read_text())
MEGABYTES = 10 * 2**20


def event(**changes: Any) -> dict[str, Any]:
    """A valid event with changes in its payload."""
    copy: dict[str, Any] = json.loads(json.dumps(FULL))
    copy["payload"].update(changes)
    return copy


def pointers(findings: Findings) -> list[str]:
    return [each.pointer for each in findings]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_valid_event_has_no_findings_and_no_drift(path: Path) -> None:
    assert validate(path.read_bytes(), strict=True) == Findings()
    assert validate(path.read_text(), strict=True).valid
    assert validate(json.loads(path.read_bytes())) == Findings()


def test_every_invalid_event_is_expected_and_there() -> None:
    assert {path.stem for path in INVALID.glob("*.json")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_one_fault_is_one_finding(name: str) -> None:
    data = (INVALID / f"{name}.json").read_bytes()
    (finding,) = validate(data, strict=True)
    assert {key: getattr(finding, key) for key in EXPECTED[name]} == EXPECTED[name]
    assert finding.fix
    openly = validate(data)
    assert openly.valid == (finding.severity == "drift")
    assert openly.drifts == (finding.severity == "drift")


def test_errors_come_before_drift_and_drift_only_under_strict() -> None:
    bad = event(redemption_id="x", channel="fax", item_color=1)
    assert pointers(validate(bad)) == ["/payload/redemption_id"]
    assert validate(bad).drifts
    findings = validate(bad, strict=True)
    assert pointers(findings) == ["/payload/redemption_id", "/payload/channel", "/payload/item_color"]
    assert [each.severity for each in findings] == ["error", "drift", "drift"]


def test_a_value_that_no_branch_takes_is_one_finding_in_strict_too() -> None:
    (finding,) = validate(event(redemption_status=5), strict=True)
    assert (finding.severity, finding.expectation) == ("error", "must be text")


def test_a_wrong_type_of_a_constant_is_one_finding() -> None:
    bad = event()
    bad["event_name"] = 5
    assert [each.rule for each in validate(bad, strict=True)] == ["type"]


def test_all_faults_inside_the_chosen_branch_are_found() -> None:
    items = [{"item_name": "Demo"}, {"item_qty": "two", "item_amount": None}]
    findings = validate(event(redemption_code={"redeemed_menu_items": items, "status": 1}))
    assert sorted((each.pointer, each.expectation) for each in findings) == [
        ("/payload/redemption_code/redeemed_menu_items/1", "must have `item_name`"),
        ("/payload/redemption_code/redeemed_menu_items/1/item_amount", "must be a number"),
        ("/payload/redemption_code/redeemed_menu_items/1/item_qty", "must be a whole number"),
        ("/payload/redemption_code/status", "must be text"),
    ]


def test_every_missing_property_is_a_finding() -> None:
    assert [each.expectation for each in validate(b"{}")] == [
        f"must have `{name}`"
        for name in ("content_id", "timestamp", "business_id", "event_name", "action", "payload")
    ]


@pytest.mark.parametrize("data", [b"17", b'"x"', b"null", b"[]", b"true"])
def test_json_that_is_no_object_is_a_finding(data: bytes) -> None:
    (finding,) = validate(data)
    assert (finding.pointer, finding.rule, finding.expectation) == ("", "type", "must be an object")


@pytest.mark.parametrize(
    "data", [b"", b"{", b"NaN", b"\xff", pytest.param("[" * 10**6, id="a million brackets")]
)
def test_what_cannot_be_read_is_a_finding(data: bytes | str) -> None:
    (finding,) = validate(data)
    assert (finding.rule, finding.severity, finding.value) == ("json", "error", None)


def test_a_mapping_that_is_no_json_is_a_finding() -> None:
    assert [each.rule for each in validate({"payload": object()})] == ["json"]


def test_an_integer_of_64_bits_is_exact_and_one_more_is_refused() -> None:
    assert validate(event(redemption_id=2**63 - 1)).valid
    assert [each.rule for each in validate(event(redemption_id=2**63))] == ["maximum"]
    assert validate(event(internal_tracking_code=-(2**63))).valid
    for below in (-(2**63) - 1, -(2.0**63)):
        assert [each.rule for each in validate(event(internal_tracking_code=below))] == ["minimum"]
        assert validate(event(points_requested=below)).valid, "any number will do there"
    assert validate(event(redemption_id=1.0)).valid, "1.0 is an integer in JSON Schema"


def test_ten_megabytes_are_judged_and_only_measured() -> None:
    long = "x" * MEGABYTES
    assert validate(event(location_name=long)).valid
    (finding,) = validate(event(redemption_id=long))
    assert finding.value == f"string({MEGABYTES})"


@pytest.mark.parametrize("levels", [50, 99, 100, 101, 500, 1000])
def test_depth_is_a_finding_where_it_is_wrong_and_drift_where_it_is_unknown(levels: int) -> None:
    nested = "[" * levels + "]" * levels
    data = json.dumps(event(redemption_id=7777, item_color=8888))
    wrong = validate(data.replace("7777", nested), strict=True, show_values=True)
    assert pointers(wrong) == ["/payload/redemption_id", "/payload/item_color"]
    unknown = validate(data.replace("8888", nested), strict=True)
    assert [each.value for each in unknown] == ["array(1)"]


@pytest.mark.parametrize("value", [None, True, 17, 1.5, [1], [], (1, 2)])
def test_a_value_of_json_that_is_no_object_is_a_finding(value: Any) -> None:
    (finding,) = validate(value)
    assert (finding.rule, finding.expectation, finding.line) == ("type", "must be an object", None)


def test_what_is_like_bytes_is_bytes() -> None:
    data = json.dumps(event()).encode()
    for whole in (bytearray(data), memoryview(data), memoryview(data + data)[: len(data)]):
        assert validate(whole).valid
    assert validate(memoryview(b"{")) == validate(b"{")


@pytest.mark.parametrize("value", [object(), {1, 2}, dt.datetime.now(dt.UTC), Path(), validate])
def test_what_no_json_can_be_is_a_mistake_of_the_caller(value: Any) -> None:
    with pytest.raises(UsageError, match=f"no {type(value).__name__}: give its JSON"):
        validate(value)


def test_values_are_shown_only_when_asked_for() -> None:
    bad = event(redemption_id="Pat Invented")
    assert [each.value for each in validate(bad)] == ["string(12)"]
    assert [each.value for each in validate(bad, show_values=True)] == ['"Pat Invented"']


SECRETS = [f"Secret{word}@example.com 555-01{number:02}" for number, word in enumerate("ABCDEFGHIJ")]


@pytest.mark.parametrize("seed", range(20))
def test_no_planted_guest_is_in_any_rendering(seed: int) -> None:
    random_ = random.Random(seed)
    found = 0
    for _ in range(30):
        planted = _planted(mutated(random_), random_)
        for strict in (False, True):
            findings = validate(json.dumps(planted), strict=strict)
            found += len(findings)
            text = "\n".join(map(as_line, findings)) + as_document(_summary(findings), findings)
            assert "Secret" not in text
            assert "example.com" not in text
            assert "555-01" not in text
    assert found > 100


def _summary(findings: Findings) -> Any:
    from punchh_contract.events import Summary

    summary = Summary()
    summary.add(findings)
    return summary


def _planted(node: Any, random_: random.Random) -> Any:
    """Every text a guest's secret; here and there a number in its place, or a secret for a name."""
    if isinstance(node, dict):
        planted = {key: _planted(value, random_) for key, value in node.items()}
        if random_.random() < 0.2:
            planted[random_.choice(SECRETS)] = random_.choice(SECRETS)
        return planted
    if isinstance(node, list):
        return [_planted(value, random_) for value in node]
    if isinstance(node, str) or random_.random() < 0.1:
        return random_.choice(SECRETS)
    return node
