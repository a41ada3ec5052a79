"""`punchh-contract call`: one call, shown masked, and an exit code that a script can trust with money."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from punchh_contract import cli
from punchh_contract.contract import load
from punchh_contract.sandbox import Sandbox, running

GUEST = 111111111
ORDER = {
    "store_number": "401",
    "receipt_amount": 10.72,
    "subtotal_amount": 10.72,
    "receipt_datetime": "2026-03-02T18:05:01Z",
    "transaction_no": "A-1001",
    "discount_type": "reward",
    "menu_items": [
        {
            "item_name": "Pizza",
            "item_qty": 1,
            "item_amount": 10.72,
            "menu_item_type": "M",
            "menu_family": "",
            "menu_major_group": "",
            "serial_number": "1.0",
            "menu_item_id": "331",
        }
    ],
}
ONLINE = "create_online_redemption"
PROGRAM = Path(sys.executable).with_name("punchh-contract")
DEEP = b'{"user_id": 1, "redemption": {"requested_punches": ' + b"[" * 500 + b"]" * 500 + b"}}"
FORCED = {"user_id": GUEST, "redemption": {"requested_punches": 5, "force_message": "Sorry, Ada"}}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running() as server:
        yield server


@pytest.fixture(autouse=True)
def stage(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.control.reset()
    for name in [each for each in os.environ if each.startswith("PUNCHH_")]:
        monkeypatch.delenv(name)
    for name, value in sandbox.credentials.items():
        monkeypatch.setenv(name, value)


def run(operation: str, body: Any, *options: str, target: str | None) -> Result:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    where = () if target is None else ("--target", target)
    return CliRunner().invoke(cli.main, ["call", operation, "--data", "@-", *where, *options], input=content)


def order(reward_id: int, **more: Any) -> dict[str, Any]:
    return {**ORDER, "reward_id": reward_id, **more}


def made(sandbox: Sandbox) -> int:
    return len(sandbox.control.redemptions())


def test_a_redemption_is_0_and_prints_the_answer(sandbox: Sandbox) -> None:
    before = made(sandbox)
    result = run(ONLINE, order(70001), target=sandbox.url)
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["category"] == "redeemable"
    assert answer["redemption_id"]
    assert result.stderr.splitlines()[-1] == "committed"
    assert f"POST {sandbox.url}/api/auth/redemptions/online_order" in result.stderr
    assert made(sandbox) == before + 1


def test_what_was_shown_is_what_was_sent(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The journal has the bytes that went out.
    monkeypatch.setenv("PUNCHH_JOURNAL", str(tmp_path / "journal.db"))
    result = run(ONLINE, order(70001), target=sandbox.url)
    shown = json.loads(result.stderr.partition("\n\n")[2].partition("\n(")[0])
    with contextlib.closing(sqlite3.connect(tmp_path / "journal.db")) as journal:
        ((body, fingerprint),) = journal.execute("SELECT body, fingerprint FROM calls").fetchall()
    assert shown == {**json.loads(body), "client": "***"}
    assert shown["external_uid"]
    assert f"({len(body)} bytes are sent, compact; fingerprint {fingerprint[:12]})" in result.stderr


def test_a_quote_is_0_and_takes_nothing(sandbox: Sandbox) -> None:
    before = made(sandbox)
    result = run(ONLINE, order(70001, query=True), target=sandbox.url)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (0, "quoted: nothing was taken")
    assert made(sandbox) == before


@pytest.mark.parametrize(
    ("operation", "body", "says"),
    [
        (ONLINE, order(79003, menu_items=[]), "qualification_failed"),
        (ONLINE, order(999422), ""),
        (
            "force_redeem",
            {"user_id": GUEST, "redemption": {"requested_punches": 10**12}},
            "not_enough_points",
        ),
        ("create_subscription_redemption_code", {"subscription_id": "498702"}, "invalid_subscription"),
    ],
    ids=["a 200 that refuses", "a 422 by magic", "too many points", "a subscription that ended"],
)
def test_a_refusal_is_1(sandbox: Sandbox, operation: str, body: dict[str, Any], says: str) -> None:
    before = made(sandbox)
    result = run(operation, body, target=sandbox.url)
    assert result.exit_code == 1, result.output
    assert "refused" in result.stderr
    assert says in result.stderr
    assert made(sandbox) == before


@pytest.mark.parametrize("kind", ["reply_lost", "truncated_json", "empty_body"])
@pytest.mark.parametrize(
    ("operation", "body"), [(ONLINE, order(70001)), ("force_redeem", FORCED)], ids=["keyed", "forced"]
)
def test_nobody_knows_is_3_and_nothing_is_repeated(
    sandbox: Sandbox, operation: str, body: dict[str, Any], kind: str
) -> None:
    sandbox.control.add_fault(kind, operation)
    before = made(sandbox)
    result = run(operation, body, target=sandbox.url)
    assert result.exit_code == 3, result.output
    assert "OUTCOME UNKNOWN" in result.stderr
    assert ("external_uid" in result.stderr.partition("OUTCOME")[2]) == (operation == ONLINE)
    assert made(sandbox) == before + 1
    assert len(sandbox.control.log(operation=operation)) == 1


def test_an_interruption_while_it_is_sent_is_3(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    from punchh_contract.client.sync import PunchhClient

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(PunchhClient, "force_redeem", interrupted)
    result = run("force_redeem", FORCED, target=sandbox.url)
    assert result.exit_code == 3
    assert "KeyboardInterrupt came between" in result.stderr


def broken_pipe() -> int:
    """The writing end of a pipe that nobody reads."""
    read, write = os.pipe()
    os.close(read)
    return write


def program(target: str, body: dict[str, Any], **streams: Any) -> "subprocess.CompletedProcess[str]":
    """The installed program, in a process whose streams are the system's own."""
    # Unbuffered, Python takes a write that was broken off for a whole one.
    environment = {**os.environ, "PYTHONUNBUFFERED": ""}
    return subprocess.run(
        [PROGRAM, "call", ONLINE, "--data", "@-", "--target", target],
        input=json.dumps(body), text=True, env=environment, timeout=60,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
    )  # fmt: skip


needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
FULL, GONE = "No space left on device", "Broken pipe"


@needs_full
@pytest.mark.parametrize(("output", "why"), [("full", FULL), ("gone", GONE)])
@pytest.mark.parametrize(("reward", "code", "says"), [(70001, 0, "committed"), (79003, 1, "refused: ")])
def test_an_answer_that_cannot_be_shown_changes_no_outcome(
    sandbox: Sandbox, output: str, why: str, reward: int, code: int, says: str
) -> None:
    before = made(sandbox)
    stdout = os.open("/dev/full", os.O_WRONLY) if output == "full" else broken_pipe()
    done = program(sandbox.url, order(reward, **({} if code == 0 else {"menu_items": []})), stdout=stdout)
    os.close(stdout)
    verdict, lost = done.stderr.splitlines()[-2:]
    assert (done.returncode, lost) == (code, f"the answer could not be shown: {why}")
    assert verdict.startswith(says)
    assert made(sandbox) == before + (code == 0)


@needs_full
@pytest.mark.parametrize("output", ["full", "gone"])
def test_what_cannot_be_shown_is_not_sent(sandbox: Sandbox, output: str) -> None:
    stderr = os.open("/dev/full", os.O_WRONLY) if output == "full" else broken_pipe()
    done = program(sandbox.url, order(70001), stderr=stderr)
    also = program("https://not-allowed.example.com", order(70001), stderr=stderr)
    os.close(stderr)
    # Never 1, which says that the vendor refused.
    assert (done.returncode, also.returncode) == (2, 2)
    assert sandbox.control.log() == []


@pytest.mark.parametrize("error", [OSError(28, FULL), KeyboardInterrupt()], ids=["full", "interrupted"])
@pytest.mark.parametrize(
    ("body", "fault", "code"),
    [(order(70001), None, 0), (order(79003, menu_items=[]), None, 1), (order(70001), "reply_lost", 3)],
    ids=["committed", "refused", "unknown"],
)
def test_the_exit_code_tells_the_outcome_though_nothing_can_be_told(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    body: dict[str, Any],
    fault: str | None,
    code: int,
) -> None:
    if fault:
        sandbox.control.add_fault(fault, ONLINE)
    told: list[object] = []

    def echo(text: object, **_: object) -> None:
        told.append(text)
        if len(told) > 1:  # the request could still be shown
            raise error

    monkeypatch.setattr(click, "echo", echo)
    assert run(ONLINE, body, target=sandbox.url).exit_code == code
    assert len(told) > 1


@pytest.mark.parametrize("error", [OSError(28, FULL), KeyboardInterrupt()], ids=["full", "interrupted"])
def test_what_happened_stays_so_when_closing_fails(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    from punchh_contract.client.sync import PunchhClient

    def close(_: object) -> None:
        raise error

    monkeypatch.setattr(PunchhClient, "close", close)
    result = run(ONLINE, order(70001), target=sandbox.url)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (0, "committed")


def test_a_dry_run_sends_nothing(sandbox: Sandbox) -> None:
    result = run("force_redeem", FORCED, "--dry-run", target=sandbox.url)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"POST {sandbox.url}/api2/dashboard/redemptions/force_redeem\n")
    assert '"requested_punches": 5' in result.stdout
    assert sandbox.control.log(operation="force_redeem") == []


@pytest.mark.parametrize("operation", list(load().operations))
@pytest.mark.parametrize("dry", [True, False], ids=["dry run", "sent"])
def test_neither_secrets_nor_a_guest_are_shown(sandbox: Sandbox, operation: str, dry: bool) -> None:
    guest = {
        "email": "ada.sandbox@example.com",
        "authentication_token": "sandbox-authentication-token-not-a-real-one-ada",
        "redemption_code": "SANDBOX-ADA-0",
        "unheard_of": "Ada Sandbox",
    }
    bodies = {
        ONLINE: order(70002, discount_type="redemption_code", **guest),
        "force_redeem": {**FORCED, **guest},
        "process_batch_redemption": {
            "user_id": GUEST,
            "receipt_amount": 5,
            "subtotal_amount": 5,
            "receipt_datetime": "2026-03-02T18:05:01Z",
            "line_items": [
                {
                    "item_name": "Pizza", "item_qty": 1, "amount": 5, "item_type": "M", "item_id": 331,
                    "item_family": "", "item_group": "", "serial_number": 1.0,
                }
            ],
            **guest,
        },
        "create_subscription_redemption_code": {"subscription_id": "900699", **guest},
    }  # fmt: skip
    result = run(operation, bodies[operation], *(["--dry-run"] if dry else []), target=sandbox.url)
    assert result.exit_code == 0, result.output
    said = result.output if dry else result.stderr
    shown = {value for name, value in sandbox.credentials.items() if name != "PUNCHH_USER_AGENT"}
    for each in (*shown, *guest.values(), "Sorry, Ada"):
        assert each not in said
    assert sandbox.credentials["PUNCHH_USER_AGENT"] in said


@pytest.mark.parametrize(
    ("arguments", "body", "says"),
    [
        (["call", "redeem_all", "--data", "@-"], b"{}", "the contract has no operation"),
        (["call", "force_redeem", "--data", "{}"], b"", "@FILE"),
        (["call", "force_redeem", "--data", "@absent.json"], b"", "cannot be read"),
        (["call", "force_redeem", "--data", "@-"], b'{\n"a": ', "line 2"),
        (["call", "force_redeem", "--data", "@-"], b"[" * 100_000, "no JSON"),
        (["call", "force_redeem", "--data", "@-"], DEEP, "Error: "),
        (["call", "force_redeem", "--data", "@-"], b"\xff", "no JSON"),
        (["call", "force_redeem", "--data", "@-"], b"[]", "is an object"),
        (["call", "force_redeem", "--data", "@-"], b'{"user_id": 1}', "redemption"),
        (["call", "force_redeem", "--data", "@-", "--timeout", "0"], b"{}", "--timeout"),
        (["call", ONLINE, "--data", "@-"], b'{"discount_type": "reward", "query": false}', "create_online"),
    ],
    ids=[
        "unknown operation", "no file", "absent file", "broken JSON", "deep JSON", "deep body", "no text",
        "no object", "field missing", "no time", "query false",
    ],
)  # fmt: skip
def test_what_cannot_run_is_2(sandbox: Sandbox, arguments: list[str], body: bytes, says: str) -> None:
    result = CliRunner().invoke(cli.main, [*arguments, "--target", sandbox.url], input=body)
    assert result.exit_code == 2, result.output
    assert says in result.stderr
    assert "Traceback" not in result.output
    assert sandbox.control.log() == []


@pytest.mark.parametrize(
    ("target", "options", "says"),
    [
        (None, [], "PUNCHH_BASE_URL"),
        ("https://sandbox.example.com", [], "--allow-host 'sandbox.example.com'"),
        ("https://sandbox.example.com", ["--allow-host", "other.example.com"], "not this machine"),
        ("ftp://127.0.0.1", [], "http"),
    ],
    ids=["nowhere", "another host", "not the one that was allowed", "no http"],
)
def test_it_goes_to_this_machine_only_unless_the_host_is_repeated(
    target: str | None, options: list[str], says: str
) -> None:
    result = run("force_redeem", FORCED, *options, target=target)
    assert result.exit_code == 2
    assert says in result.stderr


def test_a_host_that_was_repeated_may_be_called() -> None:
    result = run(
        "force_redeem", FORCED, "--allow-host", "sandbox.example.com", "--dry-run",
        target="https://sandbox.example.com",
    )  # fmt: skip
    assert (result.exit_code, result.stdout.split()[1]) == (
        0, "https://sandbox.example.com/api2/dashboard/redemptions/force_redeem"
    )  # fmt: skip


def test_the_address_can_come_from_the_environment(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUNCHH_BASE_URL", sandbox.url)
    assert run("force_redeem", FORCED, target=None).exit_code == 0


def test_credentials_that_are_lacking_are_named(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUNCHH_ADMIN_KEY")
    result = run("force_redeem", FORCED, target=sandbox.url)
    assert result.exit_code == 2
    assert "PUNCHH_ADMIN_KEY" in result.stderr


@pytest.mark.parametrize("variable", ["PUNCHH_SECRET", "PUNCHH_ACCESS_TOKEN"])
def test_a_wrong_secret_or_token_is_2(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "sandbox-wrong")
    result = run(ONLINE, order(70001), target=sandbox.url)
    assert result.exit_code == 2
    assert "sandbox-wrong" not in result.output


def test_nobody_there_is_2(tmp_path: Path) -> None:
    (tmp_path / "body.json").write_text(json.dumps(FORCED))
    result = CliRunner().invoke(
        cli.main,
        ["call", "force_redeem", "--data", f"@{tmp_path / 'body.json'}", "--target", "http://127.0.0.1:9"],
    )
    assert result.exit_code == 2
    assert "Traceback" not in result.output
