"""Each house rule can fail: a tiny contract, broken in one place, trips that rule and no other."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import spec_document
import validate_spec
import vocabulary_shapes
import yaml

BROKEN = Path(__file__).parent.parent / "data" / "broken_specs"
CASES: list[dict[str, Any]] = yaml.safe_load((BROKEN / "cases.yaml").read_text(encoding="utf-8"))


def findings(folder: Path) -> list[spec_document.Finding]:
    return validate_spec.findings(spec_document.read(folder / "openapi.yaml"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The unbroken contract and its register."""
    shutil.copy(BROKEN / "base.yaml", tmp_path / "openapi.yaml")
    shutil.copy(BROKEN / "contradictions.yaml", tmp_path)
    return tmp_path


def test_the_unbroken_contract_keeps_every_rule(folder: Path) -> None:
    assert findings(folder) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['rule']} finds {case['fault']}")
def test_a_broken_contract_trips_its_rule_and_only_it(case: dict[str, Any], folder: Path) -> None:
    path = folder / case.get("in", "openapi.yaml")
    text = path.read_text(encoding="utf-8")
    assert text.count(case["old"]) == 1, "the text to break must stand in the file exactly once"
    path.write_text(text.replace(case["old"], case["new"]), encoding="utf-8")
    found = findings(folder)
    assert {finding.rule for finding in found} == {case["rule"]}
    finding = next(finding for finding in found if finding.pointer == case["at"])
    assert finding.file == str(path)
    # The line is the one that was touched, or the one where what now lacks something begins.
    line = path.read_text(encoding="utf-8").splitlines()[finding.line - 1]
    last = case["at"].rpartition("/")[2].replace("~1", "/")
    assert last in line or finding.rule == "json_values" or last.isdigit()
    assert finding.sentence
    assert finding.fix


def test_every_rule_has_a_case_that_breaks_it() -> None:
    rules = {rule.__name__ for rule in (*validate_spec.FIRST, *validate_spec.RULES)} | {"register"}
    assert {case["rule"] for case in CASES} == rules


def test_every_rule_says_why_it_is_there() -> None:
    assert all(rule.__doc__ for rule in (*validate_spec.FIRST, *validate_spec.RULES))


def test_every_x_key_with_a_shape_is_explained_to_the_reader() -> None:
    readme = (validate_spec.CONTRACT.parent / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(x-[a-z-]+)` \|", readme, re.MULTILINE)) == vocabulary_shapes.SHAPES.keys()
