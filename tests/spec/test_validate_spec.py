"""`make validate` on the real contract, on event samples with a fault, on files that are no contract."""

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import validate_spec
from spec_document import read
from strict_examples import event_sample_findings

BROKEN = Path(__file__).parent.parent / "data" / "broken_specs"
SEED = json.loads(validate_spec.SEED_SAMPLE.read_text(encoding="utf-8"))


def test_the_contract_and_its_samples_have_no_findings(capsys: pytest.CaptureFixture[str]) -> None:
    code = validate_spec.main([])
    output = capsys.readouterr().out
    assert code == 0, output
    assert "house rules kept" in output


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A folder with the tiny contract, whose event is `{state, amount}`, and a register."""
    path = tmp_path / "openapi.yaml"
    shutil.copy(BROKEN / "base.yaml", path)
    shutil.copy(BROKEN / "contradictions.yaml", tmp_path)
    (tmp_path / "examples" / "events").mkdir(parents=True)
    return path


def sample(tiny: Path, text: str) -> None:
    (tiny.parent / "examples" / "events" / "redemptions.create.json").write_text(text, encoding="utf-8")


def test_a_fitting_event_sample_is_fine(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sample(tiny, '{"state": "expired", "amount": 2.5}')
    assert validate_spec.main([str(tiny)]) == 0
    assert "1 event samples fit" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('{"state": 1}', "/state: ", id="a wrong type"),
        pytest.param('{"state": "expired", "amuont": 1}', "'amuont' was unexpected", id="a misspelt key"),
        pytest.param('{"state": "gone"}', "/state: ", id="an unknown value"),
        pytest.param('{"state"', "cannot be read as JSON", id="half a file"),
    ],
)
def test_an_event_sample_with_a_fault_is_a_finding(
    tiny: Path, capsys: pytest.CaptureFixture[str], text: str, expected: str
) -> None:
    sample(tiny, text)
    assert validate_spec.main([str(tiny)]) == 1
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    assert "redemptions.create.json:1: event_samples: " in line
    assert expected in line
    assert ". Fix: " in line


def test_a_finding_is_one_line_with_file_line_rule_pointer_sentence_and_fix(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tiny.read_text(encoding="utf-8")
    tiny.write_text(text.replace("openapi: 3.1.0", "openapi: 3.1.1"), encoding="utf-8")
    assert validate_spec.main([str(tiny)]) == 1
    assert capsys.readouterr().out == (
        f"{tiny}:2: openapi_3_1_0: /openapi: the document is not OpenAPI 3.1.0. "
        "Fix: write `openapi: 3.1.0`.\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="no file"),
        pytest.param("a: [", id="no YAML"),
        pytest.param("- a list", id="no mapping"),
    ],
)
def test_what_cannot_be_read_is_exit_code_2_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    path = tmp_path / "openapi.yaml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert validate_spec.main([str(path)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(str(path))
    assert output.err.count("\n") == 1


@pytest.mark.parametrize(
    "text", ["a: [", "- a list", "contradictions: 7", "contradictions: [{title: No id}]"]
)
def test_a_register_that_is_none_is_exit_code_2_without_a_traceback(
    tiny: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    register = tiny.parent / "contradictions.yaml"
    register.write_text(text, encoding="utf-8")
    assert validate_spec.main([str(tiny)]) == 2
    assert capsys.readouterr().err.startswith(f"{register}: is no register")


def seed_with(pointer: str, value: Any) -> Any:
    event = copy.deepcopy(SEED)
    *parents, last = pointer.split("/")[1:]
    node = event
    for name in parents:
        node = node[int(name) if isinstance(node, list) else name]
    node[last] = value
    return event


@pytest.mark.parametrize(
    "pointer",
    [
        "/contnet_id",
        "/payload/redemption_di",
        "/payload/redemption_code/satus",
        "/payload/redemption_code/redeemed_menu_items/0/item_nmae",
        "/payload/user/emial",
        "/payload/user/account_balance/net_balnace",
    ],
)
def test_a_misspelt_key_anywhere_in_the_vendors_sample_is_found(pointer: str, tmp_path: Path) -> None:
    spec = read(validate_spec.CONTRACT)
    path = tmp_path / "event.json"
    path.write_text(json.dumps(seed_with(pointer, "x")), encoding="utf-8")
    found = list(event_sample_findings(spec, [path, validate_spec.SEED_SAMPLE]))
    assert [finding.file for finding in found] == [str(path)]
