"""Each house rule can fail: a tiny contract, broken in one place, trips that rule and no other."""

from pathlib import Path
from typing import Any

import pytest
import spec_document
import validate_spec
import yaml

BROKEN = Path(__file__).parent.parent / "data" / "broken_specs"
BASE = (BROKEN / "base.yaml").read_text(encoding="utf-8")
CASES: list[dict[str, Any]] = yaml.safe_load((BROKEN / "cases.yaml").read_text(encoding="utf-8"))
REGISTER = {
    "C-1": {"id": "C-1", "decision": "Both are accepted."},
    "C-2": {"id": "C-2", "not_ours": "Another call."},
}


def findings(tmp_path: Path, text: str) -> list[spec_document.Finding]:
    path = tmp_path / "openapi.yaml"
    path.write_text(text, encoding="utf-8")
    return validate_spec.findings(spec_document.read(path, REGISTER))


def test_the_unbroken_contract_keeps_every_rule(tmp_path: Path) -> None:
    assert findings(tmp_path, BASE) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['rule']} finds {case['fault']}")
def test_a_broken_contract_trips_its_rule_and_only_it(case: dict[str, Any], tmp_path: Path) -> None:
    assert BASE.count(case["old"]) == 1, "the text to break must stand in base.yaml exactly once"
    found = findings(tmp_path, BASE.replace(case["old"], case["new"]))
    assert {finding.rule for finding in found} == {case["rule"]}
    finding = next(finding for finding in found if finding.pointer == case["at"])
    # The line is the one that was touched, or the one where what now lacks something begins.
    line = (tmp_path / "openapi.yaml").read_text(encoding="utf-8").splitlines()[finding.line - 1]
    last = case["at"].rpartition("/")[2].replace("~1", "/")
    assert last in line or finding.rule == "json_values" or last.isdigit()
    assert finding.sentence
    assert finding.fix


def test_every_rule_has_a_case_that_breaks_it() -> None:
    rules = {rule.__name__ for rule in validate_spec.RULES} | {"metaschema"}
    assert {case["rule"] for case in CASES} == rules


def test_every_rule_says_why_it_is_there() -> None:
    assert all(rule.__doc__ for rule in validate_spec.RULES)
