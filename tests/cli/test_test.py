"""`punchh-contract test` as a user sees it: exit codes, the table, and nothing left behind."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from punchh_contract.cli import main
from punchh_contract.cli import test as test_command
from punchh_contract.conformance import runner
from punchh_contract.conformance.tally import Tally
from punchh_contract.contract import load

COMMAND = [sys.executable, "-c", "from punchh_contract.cli import main; main()", "test"]
MOBILE = "create_subscription_redemption_code"


def test_a_run_is_green_says_what_it_reached_and_leaves_reports_only(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--operation", MOBILE, "--max-examples", "8", "--report-dir", "out"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert (done.returncode, done.stderr) == (0, "")
    rows = [line for line in done.stdout.splitlines() if line.strip().startswith(MOBILE)]
    assert "412:15" in rows[0]
    assert "The contract run is green: seed 1," in done.stdout
    # Progress, phase by phase, before the table.
    assert done.stdout.index("Coverage (in") < done.stdout.index(rows[0])
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "junit.xml").is_file()
    assert "not-a-real-one" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--operation", "redeem_moon"], "the contract has no operation 'redeem_moon'"),
        (["--seed", "one"], "'one' is not a valid integer"),
        (["--max-examples", "0"], "0 is not in the range"),
    ],
)
def test_a_users_mistake_is_said_and_ends_with_2(arguments: list[str], message: str) -> None:
    done = CliRunner().invoke(main, ["test", *arguments])

    assert done.exit_code == 2
    assert message in done.output
    assert "Traceback" not in done.output


@contextlib.contextmanager
def no_sandbox() -> Iterator[str]:
    yield "http://127.0.0.1:1"


def outcome(*, findings: bool, missed: list[str]) -> runner.Outcome:
    return runner.Outcome(Tally(tuple(load().operations)), missed, findings)


@pytest.mark.parametrize(
    ("findings", "missed", "code", "verdict"),
    [(False, [], 0, "green"), (True, ["force_redeem: too little"], 1, "red")],
)
def test_the_exit_code_is_the_verdict(
    monkeypatch: pytest.MonkeyPatch, findings: bool, missed: list[str], code: int, verdict: str
) -> None:
    monkeypatch.setattr(test_command, "sandbox", no_sandbox)
    for name in ("credentials", "fixtures"):
        monkeypatch.setattr(test_command.target, name, lambda _: None)
    monkeypatch.setattr(
        test_command.runner, "run", lambda job, contract: outcome(findings=findings, missed=missed)
    )

    done = CliRunner().invoke(main, ["test", "--seed", "7"])

    assert done.exit_code == code
    assert f"The contract run is {verdict}: seed 7" in done.output
    assert all(f"Floor missed: {each}" in done.output for each in missed)


def test_a_sandbox_that_does_not_answer_ends_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_command, "sandbox", no_sandbox)

    done = CliRunner().invoke(main, ["test"])

    assert done.exit_code == 2
    assert "http://127.0.0.1:1/_sandbox/credentials does not answer" in done.output


def test_the_table_without_a_terminal_is_plain_text() -> None:
    stream = io.StringIO()
    test_command.show(
        Console(width=test_command.WIDTH, file=stream), load(), outcome(findings=False, missed=[])
    )
    text = stream.getvalue()

    assert "\x1b" not in text
    assert all(operation_id in text for operation_id in load().operations)
    assert "Not reached, no floor: force_redeem: status 404 (assumed) was not seen" in text


@pytest.mark.parametrize(("max_examples", "advised"), [("3", True), ("200", False)])
def test_a_missed_floor_of_a_small_run_advises_a_larger_one(
    monkeypatch: pytest.MonkeyPatch, max_examples: str, advised: bool
) -> None:
    monkeypatch.setattr(test_command, "sandbox", no_sandbox)
    for name in ("credentials", "fixtures"):
        monkeypatch.setattr(test_command.target, name, lambda _: None)
    missed = outcome(findings=True, missed=["force_redeem: too little"])
    monkeypatch.setattr(test_command.runner, "run", lambda job, contract: missed)

    done = CliRunner().invoke(main, ["test", "--max-examples", max_examples])

    assert done.exit_code == 1
    advice = "With --max-examples 3 a floor can be missed for want of cases: raise it (default 200)."
    assert (advice in done.output) is advised


def test_a_report_directory_that_cannot_be_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "afile").write_text("")

    done = CliRunner().invoke(main, ["test", "--report-dir", str(tmp_path / "afile" / "x")])

    assert done.exit_code == 2
    assert "reports cannot be written to" in done.output
    assert "Traceback" not in done.output


def test_a_reader_that_leaves_ends_it_as_it_ends_other_tools(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "--operation", MOBILE, "--max-examples", "5", "--report-dir", "out"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()

    assert process.wait(60) == 141
    assert "no request was answered" not in said
    assert "Traceback" not in said


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for what is left running")
def test_the_sandbox_ends_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    program = (
        "import time\nfrom punchh_contract.cli.test import sandbox\n"
        "with sandbox() as url:\n    print(url, flush=True)\n    time.sleep(600)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    mine = _descendants(process.pid)
    assert len(mine) == 1

    process.kill()
    process.communicate(timeout=10)

    assert _left(mine) == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for what is left running")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGHUP, signal.SIGTERM], ids=lambda each: each.name)
def test_an_interrupt_ends_everything(tmp_path: Path, sent: signal.Signals) -> None:
    (tmp_path / "out" / "html").mkdir(parents=True)
    (tmp_path / "out" / "html" / "index.html").write_text("an older run, and green")
    process = subprocess.Popen(
        [*COMMAND, "--report-dir", str(tmp_path / "out"), "--max-examples", "5000"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert process.stdout
    for line in process.stdout:
        if "Examples (in" in line:
            break
    mine = _descendants(process.pid)
    assert len(mine) >= 2

    process.send_signal(sent)
    process.communicate(timeout=60)

    assert process.returncode == 130
    assert _left(mine) == []
    # The run's own folder is gone as well, and no report of this run or an older one passes for its verdict.
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
    assert [each for each in (tmp_path / "out").rglob("*") if each.is_file()] == []


def _left(pids: list[int]) -> list[int]:
    """Which of them still run after some seconds."""
    deadline = time.monotonic() + 5
    while (left := [pid for pid in pids if _alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def _descendants(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(child) for child in children]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
