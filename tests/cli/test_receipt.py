"""`punchh-contract receipt`: exit codes, plain words, and nothing beside the receipt that it needs."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conformance import receipts

from punchh_contract.cli import main
from punchh_contract.conformance.verdict import receipt, rendering
from punchh_contract.contract import load

RED = receipts.receipt(red=True)
ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["receipt", *arguments], input=given)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path, RED)


def written(folder: Path, document: dict[str, Any]) -> Path:
    path = folder / "receipt.json"
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False), encoding="utf-8")
    return path


def test_a_whole_receipt_is_0_and_it_says_what_it_does_not_prove(file: Path) -> None:
    result = run("verify", str(file))

    assert result.exit_code == 0
    assert "The receipt is whole" in result.stdout
    assert RED["headline"] in result.stdout
    assert "This is no signature" in result.stdout
    assert "proves nothing about who made the receipt" in result.stdout


def test_a_changed_receipt_is_1_and_says_where(tmp_path: Path) -> None:
    document = {**RED, "totals": {**RED["totals"], "calls": 7}}
    result = run("verify", str(written(tmp_path, document)))

    assert result.exit_code == 1
    assert "/digest: is not that of the content" in result.stdout
    assert (
        f"/totals/calls: is `7`, and the rest of the receipt makes it `{RED['totals']['calls']}`"
        in result.stdout
    )
    assert "not whole: 2 problems" in result.stdout
    assert "This is no signature" in result.stdout


def test_the_contract_of_the_run_can_be_named(file: Path, tmp_path: Path) -> None:
    spec = ROOT / "spec" / "openapi.yaml"
    other = tmp_path / "other.yaml"
    other.write_bytes(spec.read_bytes() + b"# another byte\n")

    assert run("verify", str(file), "--contract", str(spec)).exit_code == 0
    result = run("verify", str(file), "--contract", str(other))
    assert result.exit_code == 1
    assert "/contract/digest" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [("verify", "nowhere.json"), ("verify", "."), ("render", "nowhere.json", "--format", "html")],
)
def test_what_cannot_be_read_is_2(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert "cannot be read" in result.stderr
    assert "Traceback" not in result.output


def test_what_is_no_receipt_is_2() -> None:
    result = run("verify", "-", given=b"{}")

    assert result.exit_code == 2
    assert "no receipt" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("name", list(rendering.FORMATS))
def test_each_format_is_rendered_from_the_receipt_alone(file: Path, tmp_path: Path, name: str) -> None:
    wanted = rendering.FORMATS[name](RED).encode()

    assert run("render", str(file), "--format", name).stdout_bytes == wanted
    assert run("render", "-", "--format", name, given=file.read_bytes()).stdout_bytes == wanted
    result = run("render", str(file), "--format", name, "-o", str(tmp_path / "out"))
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "out").read_bytes() == wanted


def test_a_changed_receipt_is_not_rendered(tmp_path: Path) -> None:
    for change in ({"headline": "All is well."}, {"more": 1}):
        result = run("render", str(written(tmp_path, {**RED, **change})), "--format", "html")

        assert result.exit_code == 2
        assert "receipt verify" in result.stderr
        assert result.stdout == ""


def test_a_file_that_cannot_be_written_is_2(file: Path, tmp_path: Path) -> None:
    result = run("render", str(file), "--format", "junit", "-o", str(tmp_path / "no" / "folder"))

    assert result.exit_code == 2
    assert "name another file" in result.stderr


def test_what_a_terminal_would_obey_is_not_passed_on(tmp_path: Path) -> None:
    loud = {**RED, "target": "https://x.example.com\x1b[31m"}
    told = receipt.sealed({**loud, "headline": receipt.headline(loud)})
    for document in (told, {**told, "headline": "\x1b]0;title\x07"}):
        result = run("verify", str(written(tmp_path, document)))

        assert "\\x1b" in result.output
        assert "\x1b" not in result.output


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_a_full_disk_is_2_and_a_sentence(file: Path) -> None:
    script = "from punchh_contract.cli import main; main()"
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", script, "receipt", "render", str(file), "--format", "html"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )

    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_needs_no_extra(file: Path) -> None:
    script = (
        "import sys; from punchh_contract.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: code = end.code\n"
        "print(code, sorted({'schemathesis', 'requests', 'hypothesis', 'starlette'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "receipt", "verify", str(file)], capture_output=True, text=True
    )

    assert done.stdout.splitlines()[-1] == "0 []", done.stderr


def test_the_schema_of_receipts_is_named_by_receipts() -> None:
    schema = json.loads(
        (ROOT / "src/punchh_contract/conformance/verdict/receipt.schema.json").read_text(encoding="utf-8")
    )

    assert schema["$id"] == RED["$schema"]
    assert RED["contract"]["digest"] == load().digest
