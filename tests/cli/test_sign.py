"""`punchh-contract sign`, and the group around it, shown on this smallest of its commands."""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from punchh_contract import cli
from punchh_contract import contract as reader
from punchh_contract.contract import load
from punchh_contract.errors import ContractError
from punchh_contract.signing import sign

ROOT = Path(__file__).resolve().parents[2]
SECRET = "sandbox-secret"
ONLINE = "/api/auth/redemptions/online_order"
BODY = b'{"client":"sandbox-client"}'
VECTORS = json.loads((ROOT / "tests" / "data" / "signing_vectors.json").read_text("utf-8"))["vectors"]

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    def run(*arguments: str, body: bytes = BODY, **environment: str | None) -> Result:
        environment = {"PUNCHH_SECRET": SECRET, **environment}
        return CliRunner().invoke(cli.main, ["sign", *arguments], input=body, env=environment)

    return run


def assert_refused(result: Result, *says: str) -> None:
    """Exit 2, nothing on standard output, a sentence and no traceback on standard error."""
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    for each in says:
        assert each in result.stderr


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_it_prints_the_digest_that_openssl_gave(run: Run, vector: dict[str, Any]) -> None:
    result = run(
        "-", "--algorithm", vector["algorithm"], "--uri", vector["uri"],
        body=vector["body"].encode(), PUNCHH_SECRET=vector["secret"],
    )  # fmt: skip
    assert (result.exit_code, result.stdout) == (0, vector["digest"] + "\n")


def test_it_reads_a_file_as_bytes(run: Run, tmp_path: Path) -> None:
    body = b'{"a":"b"}\r\n\xff'
    (tmp_path / "body.json").write_bytes(body)
    result = run(str(tmp_path / "body.json"), "--operation", "create_online_redemption")
    assert result.stdout == sign("sha1", SECRET, ONLINE, body) + "\n"


@pytest.mark.parametrize("operation_id", ["create_online_redemption", "create_subscription_redemption_code"])
def test_an_operation_brings_algorithm_and_path(run: Run, operation_id: str) -> None:
    operation = load().operation(operation_id)
    assert operation.signature is not None
    result = run("--operation", operation_id)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == sign(operation.signature.algorithm, SECRET, operation.path, BODY) + "\n"
    queried = run("--operation", operation_id, "--uri", f"{operation.path}?a=%20b")
    assert (
        queried.stdout == sign(operation.signature.algorithm, SECRET, f"{operation.path}?a=%20b", BODY) + "\n"
    )


@pytest.mark.parametrize("operation_id", ["force_redeem", "process_batch_redemption"])
def test_an_operation_that_is_not_signed_says_so(run: Run, operation_id: str) -> None:
    assert_refused(run("--operation", operation_id), f"{operation_id} is not signed")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--operation ID, or both --algorithm and --uri"),
        (["--uri", ONLINE], "--operation ID, or both"),
        (["--algorithm", "sha1"], "--operation ID, or both"),
        (["--algorithm", "md5", "--uri", ONLINE], "md5"),
        (["--operation", "force_reedem"], "force_redeem, create_online_redemption"),
        (["--operation", "create_online_redemption", "--algorithm", "sha1"], "leave --algorithm away"),
        (["--operation", "create_online_redemption", "--uri", "/api/auth/x"], f"pass {ONLINE}?your=query"),
        (
            ["--operation", "create_online_redemption", "--uri", f"https://demo.example.com{ONLINE}"],
            f"pass --uri '{ONLINE}'",
        ),
        (
            ["--algorithm", "sha1", "--uri", f"https://demo.example.com{ONLINE}?a=1"],
            f"not a full URL: pass --uri '{ONLINE}?a=1'",
        ),
        (["--algorithm", "sha1", "--uri", "https://demo.example.com/x"], "what follows the host"),
        (["--algorithm", "sha1", "--uri", "api/auth/x"], "must start with /api/ or /api2/"),
        (["--algorithm", "sha1", "--uri", f"{ONLINE}?q=a b"], "percent-encoded"),
        (["--algorithm", "sha1", "--uri", f"{ONLINE}?q=é"], "percent-encoded"),
        (["--algorithm", "sha1", "--uri", f"{ONLINE}#top"], "percent-encoded"),
        (["no-such-file.json", "--algorithm", "sha1", "--uri", ONLINE], "no-such-file.json"),
        (["/", "--algorithm", "sha1", "--uri", ONLINE], "directory"),
    ],
)
def test_a_mistake_is_refused_with_what_to_do(run: Run, arguments: list[str], says: str) -> None:
    assert_refused(run(*arguments), says)


def test_a_url_inside_the_query_is_no_full_url(run: Run) -> None:
    uri = f"{ONLINE}?back=https://demo.example.com/"
    assert run("--algorithm", "sha1", "--uri", uri).stdout == sign("sha1", SECRET, uri, BODY) + "\n"


@pytest.mark.parametrize("value", [None, ""], ids=["unset", "empty"])
def test_without_a_secret_it_names_the_variable(run: Run, value: str | None) -> None:
    result = run("--operation", "create_online_redemption", PUNCHH_SECRET=value)
    assert_refused(result, "PUNCHH_SECRET is not set, or is empty")


def test_the_secret_may_stand_in_another_variable(run: Run) -> None:
    arguments = ("--operation", "create_online_redemption", "--secret-env", "OTHER_SECRET")
    result = run(*arguments, PUNCHH_SECRET="wrong", OTHER_SECRET=SECRET)
    assert result.stdout == sign("sha1", SECRET, ONLINE, BODY) + "\n"


def test_a_secret_given_where_its_variables_name_belongs_is_not_repeated(run: Run) -> None:
    result = run("--operation", "create_online_redemption", "--secret-env", SECRET)
    assert_refused(result, "the variable named by --secret-env is not set")
    assert SECRET not in result.output


def test_a_secret_that_is_no_text_is_refused_and_nothing_of_it_shown(run: Run) -> None:
    result = run("--operation", "create_online_redemption", PUNCHH_SECRET="bytes\udcff")
    assert_refused(result, "the value of PUNCHH_SECRET is not UTF-8 text")
    for part in ("bytes", "ff", "position"):
        assert part not in result.stderr
    assert isinstance(result.exception, SystemExit)


def test_a_secret_with_white_space_is_used_with_a_warning(run: Run) -> None:
    result = run("--operation", "create_online_redemption", PUNCHH_SECRET=f"{SECRET}\r")
    assert result.stdout == sign("sha1", f"{SECRET}\r", ONLINE, BODY) + "\n"
    assert "white space around it" in result.stderr
    assert SECRET not in result.stderr


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"client": "x"}', "white space between"),
        (b'{\n"client":"x"}', "white space between"),
        (b'{"client":"x"}\n', "ends in a line break"),
        (b'{"note":"a \\" b", "c":1}', "white space between"),
        (b"client=x", "cannot be read as JSON"),
        (b"\xff", "cannot be read as JSON"),
        (b"[" * 100_000, "cannot be read as JSON"),
        (b'{"n":NaN}', "cannot be read as JSON"),
        (b"1" * 5_000, "cannot be read as JSON"),
    ],
)
def test_a_body_that_is_not_compact_json_is_signed_with_a_warning(run: Run, body: bytes, says: str) -> None:
    result = run("--operation", "create_online_redemption", body=body)
    assert result.exit_code == 0
    assert result.stdout == sign("sha1", SECRET, ONLINE, body) + "\n"
    assert result.stderr.startswith("Warning: the body")
    assert says in result.stderr
    assert "C-1" in result.stderr


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"a":"b c","d":"\\" , "}', b"17", b"1" * 300, '{"a":"é ☕"}'.encode()]
)
def test_compact_json_and_no_body_bring_no_warning(run: Run, body: bytes) -> None:
    result = run("--operation", "create_online_redemption", body=body)
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("file", [[], ["-"]], ids=["by default", "named"])
def test_a_closed_standard_input_is_refused(file: list[str]) -> None:
    program = Path(sys.executable).parent / "punchh-contract"
    done = subprocess.run(
        ["bash", "-c", '"$0" sign --operation create_online_redemption "$@" <&-', program, *file],
        capture_output=True, text=True, env={**os.environ, "PUNCHH_SECRET": SECRET}, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: -: cannot be read: standard input is closed")
    assert len(done.stderr.splitlines()) == 1


def test_a_file_is_signed_while_standard_input_is_closed(tmp_path: Path) -> None:
    (tmp_path / "body.json").write_bytes(BODY)
    program = Path(sys.executable).parent / "punchh-contract"
    line = '"$0" sign --operation create_online_redemption "$1" <&-'
    done = subprocess.run(
        ["bash", "-c", line, program, tmp_path / "body.json"],
        capture_output=True, text=True, env={**os.environ, "PUNCHH_SECRET": SECRET}, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == (sign("sha1", SECRET, ONLINE, BODY) + "\n", "")


def test_the_name_of_a_body_that_is_not_there_gives_the_terminal_no_orders(run: Run) -> None:
    result = run("a\x1b[2J.json", "--operation", "create_online_redemption")
    assert_refused(result, r"'a\x1b[2J.json': cannot be read")


# --- the group ---


def test_version_names_package_and_contract() -> None:
    result = CliRunner().invoke(cli.main, ["--version"])
    assert result.exit_code == 0
    assert result.stdout == f"punchh-contract {version('punchh-contract')} (contract {load().version})\n"


def test_version_without_a_contract_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reader, "_DOCUMENTS", (tmp_path / "a.yaml", tmp_path / "b.yaml"))
    assert_refused(CliRunner().invoke(cli.main, ["--version"]), "Error: no contract found")


def test_help_lists_every_command_and_imports_none() -> None:
    code = (
        "import sys; from punchh_contract.cli import main; main(['--help'], standalone_mode=False);"
        "print(sorted(name for name in sys.modules if name.startswith('punchh_contract.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *help_text, modules = done.stdout.splitlines()
    assert modules == "['punchh_contract.cli', 'punchh_contract.errors']"
    listed = [line.split()[0] for line in help_text[help_text.index("Commands:") + 1 :]]
    assert listed == [
        "call", "certify-receiver", "doctor", "drift", "listen", "prove", "receipt", "sandbox", "send",
        "sign", "test", "validate",
    ]  # fmt: skip


def test_every_command_file_is_listed() -> None:
    folder = ROOT / "src" / "punchh_contract" / "cli"
    files = {path.stem.replace("_", "-") for path in folder.glob("*.py") if path.stem != "__init__"}
    assert files <= set(cli.COMMANDS)


def test_signing_imports_no_http_client_and_no_validator() -> None:
    code = (
        "import sys; from punchh_contract.cli import main; main(sys.argv[1:], standalone_mode=False);"
        "print(*{'httpx', 'requests', 'jsonschema', 'jsonschema_rs', 'starlette'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "sign", "--operation", "create_online_redemption"],
        capture_output=True, text=True, check=True, input="{}", env={**os.environ, "PUNCHH_SECRET": SECRET},
    )  # fmt: skip
    assert done.stdout == sign("sha1", SECRET, ONLINE, b"{}") + "\n\n"


def _raising(error: BaseException) -> click.Command:
    @click.command
    def command() -> None:
        raise error

    return command


def _plant(monkeypatch: pytest.MonkeyPatch, command: click.Command) -> None:
    monkeypatch.setattr(importlib.import_module("punchh_contract.cli.sign"), "command", command)


def test_our_own_errors_are_a_sentence_and_exit_2(monkeypatch: pytest.MonkeyPatch) -> None:
    _plant(monkeypatch, _raising(ContractError("spec/openapi.yaml:7: no such thing")))
    result = CliRunner().invoke(cli.main, ["sign"])
    assert_refused(result)
    assert result.stderr == "Error: spec/openapi.yaml:7: no such thing\n"


def test_an_interrupt_exits_130(monkeypatch: pytest.MonkeyPatch) -> None:
    _plant(monkeypatch, _raising(KeyboardInterrupt()))
    result = CliRunner().invoke(cli.main, ["sign"])
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "Interrupted: no verdict.\n"


def test_an_error_that_is_ours_to_mend_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    _plant(monkeypatch, _raising(ZeroDivisionError()))
    assert isinstance(CliRunner().invoke(cli.main, ["sign"]).exception, ZeroDivisionError)


@pytest.mark.parametrize(("command", "extra"), [("sandbox", "sandbox"), ("test", "contract")])
def test_a_command_without_its_extra_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, command: str, extra: str
) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError("No module named 'starlette'", name="starlette")

    monkeypatch.setattr(importlib, "import_module", absent)
    result = CliRunner().invoke(cli.main, [command])
    assert_refused(result, f"`{command}` needs starlette", f"pip install 'punchh-contract[{extra}]'")


def test_an_unknown_command_is_refused() -> None:
    assert_refused(CliRunner().invoke(cli.main, ["sing"]), "No such command")


def test_the_installed_command_speaks_and_exits_the_same() -> None:
    program = Path(sys.executable).parent / "punchh-contract"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PUNCHH_")}
    done = subprocess.run(
        [program, "sign", "--operation", "create_online_redemption"],
        capture_output=True, text=True, input="{}", env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "Error: PUNCHH_SECRET is not set, or is empty: export the client secret in it\n"
