"""`punchh-contract prove` as a user sees it: exit codes, files, and no process left behind."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from punchh_contract.cli import main
from punchh_contract.proof import proving, record
from punchh_contract.proof.budget import Budget
from punchh_contract.proof.finding import Result as Came
from punchh_contract.proof.finding import Told

COMMAND = [sys.executable, "-c", "from punchh_contract.cli import main; main()", "prove"]
FOUND = Told(Came.KILLED, ("law:exact_debit",), "laws", 12, 3.2)
NOT = Told(Came.SURVIVED, (), "", 900, 14.0, "nothing seen")
FAILED = Told(Came.ERROR, why="it did not end")


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["prove", *map(str, arguments)])


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> dict[str, Told]:
    """What runs against faults say; those not named here find them, and nothing where is none."""
    said: dict[str, Told] = {}

    async def run(fault_id: str, budget: Budget) -> Told:
        key = f"{fault_id} {budget.seed}" if fault_id == "none" else fault_id
        return said.get(key, NOT if fault_id == "none" else FOUND)

    monkeypatch.setattr(proving, "run", run)
    return said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["debits_thrice"], "the zoo has no fault 'debits_thrice'"),
        (["debits_twice", "--kind", "event"], "no fault is of these ids and kinds"),
        (["--kind", "money"], "'money' is not one of"),
        (["--jobs", "0"], "0 is not in the range"),
        (["--jobs", "some"], "'some' is not a valid integer"),
        (["--faultless", "debits_twice"], "--faultless is about no fault"),
        (["--seeds", "3"], "--seeds is for --faultless"),
        (["--json", "nowhere/prove.json"], "there is no such folder"),
        (["--budget", "nan"], "'nan' is no number"),
        (["--list", "--json", "prove.json"], "--list proves nothing"),
        (["--list", "--stock"], "--list proves nothing"),
    ],
)
def test_a_users_mistake_is_said_and_ends_with_2(arguments: list[str], message: str) -> None:
    done = invoke(*arguments)

    assert done.exit_code == 2
    assert message in done.output


@pytest.mark.parametrize(
    ("said", "code", "line"),
    [
        ({}, 0, "state   1 of 1 found"),
        ({"debits_twice": NOT}, 1, "not found: debits_twice (state): nothing seen"),
        ({"debits_twice": FAILED}, 2, "failed: debits_twice (state): it did not end"),
        ({"none 1": FOUND}, 2, "the faultless sandbox is found faulty with seed 1: law:exact_debit"),
        ({"none 2": FAILED}, 2, "the contract run could not be carried out: it did not end"),
    ],
)
def test_the_exit_code_says_whether_enough_was_found(
    said: dict[str, Told], code: int, line: str, runs: dict[str, Told]
) -> None:
    runs.update(said)

    done = invoke("debits_twice", "event_is_missing", "--jobs", "2")

    assert done.exit_code == code
    assert line in done.output


def test_each_fault_is_told_with_who_found_it(runs: dict[str, Told]) -> None:
    done = invoke("debits_twice", "--jobs", "1")

    assert "killed   debits_twice: law:exact_debit (laws), 12 requests, 3.2 s\n" in done.output
    assert done.output.endswith("1 faults in 0.0 minutes.\n")


@pytest.mark.usefixtures("runs")
def test_the_proof_is_kept(tmp_path: Path) -> None:
    page = tmp_path / "proof.md"
    page.write_text(f"# Words\n\n{record.BEGIN}\nold\n{record.END}\n")

    done = invoke("--sample", "9", "--json", tmp_path / "prove.json", "--table", page)

    assert done.exit_code == 0
    assert len(json.loads((tmp_path / "prove.json").read_text())["faults"]) == 9
    assert page.read_text().startswith("# Words\n")
    assert page.read_text().count("law:exact_debit") == 9


@pytest.mark.usefixtures("runs")
@pytest.mark.parametrize("option", ["--json", "--table"])
def test_a_file_that_cannot_be_written_is_said_before_anything_is_run(option: str, tmp_path: Path) -> None:
    done = invoke("debits_twice", option, tmp_path / ("x" * 300))

    assert done.exit_code == 2
    assert "cannot be written" in done.output
    assert "faultless" not in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_any_more_costs_neither_the_summary_nor_the_other(
    runs: dict[str, Told], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def taken(*_: object) -> list[Told]:
        (tmp_path / "prove.json").mkdir()
        return [NOT]

    monkeypatch.setattr(proving, "control", taken)

    done = invoke("debits_twice", "--json", tmp_path / "prove.json", "--table", tmp_path / "proof.md")

    assert done.exit_code == 2
    assert "1 faults in 0.0 minutes." in done.output
    assert "prove.json: cannot be written" in done.output
    assert "debits_twice" in (tmp_path / "proof.md").read_text()


@pytest.mark.parametrize("former", [b"# My notes\n", b"\xff", f"{record.BEGIN} alone".encode()])
def test_a_page_that_no_table_belongs_to_is_left_alone(
    runs: dict[str, Told], tmp_path: Path, former: bytes
) -> None:
    page = tmp_path / "notes.md"
    page.write_bytes(former)

    done = invoke("debits_twice", "--table", page)

    assert done.exit_code == 2
    assert "name another file" in done.output
    assert "faultless" not in done.output  # said before anything is run
    assert page.read_bytes() == former


@pytest.mark.parametrize(
    ("said", "code", "line"),
    [
        ({}, 0, "0 false alarms in 3 seeds."),
        ({"none 5": FOUND}, 1, "1 false alarms in 3 seeds (5)."),
        ({"none 6": FAILED, "none 5": FOUND}, 2, "1 runs could not be carried out (6)."),
    ],
)
def test_false_alarms_are_counted_by_seed(
    said: dict[str, Told], code: int, line: str, runs: dict[str, Told]
) -> None:
    runs.update(said)

    done = invoke("--faultless", "--seed", "4", "--seeds", "3", "--jobs", "2")

    assert done.exit_code == code
    assert line in done.output


def test_faults_are_listed() -> None:
    done = invoke("--list", "--kind", "access")

    assert done.exit_code == 0
    assert "digest_is_not_checked" in done.output
    assert len(done.output.splitlines()) > 15


@contextlib.contextmanager
def proving_process(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", list[int]]]:
    """A proof that is under way, and the processes that it started."""
    process = subprocess.Popen(
        [*COMMAND, "debits_twice", "--jobs", "1", "--budget", "120"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    try:
        until = time.monotonic() + 60
        while len(mine := descendants(process.pid)) < 3:  # sandbox, command, run
            assert time.monotonic() < until
            time.sleep(0.05)
        yield process, mine
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for what is left running")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_an_interrupt_ends_everything(tmp_path: Path, sent: signal.Signals) -> None:
    with proving_process(tmp_path) as (process, mine):
        process.send_signal(sent)
        said, _ = process.communicate(timeout=60)

        assert (process.returncode, said) == (130, "Interrupted: no verdict.\n")
        assert left(mine, 5) == []
        assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for what is left running")
def test_even_killed_it_leaves_nothing_running(tmp_path: Path) -> None:
    with proving_process(tmp_path) as (process, mine):
        process.kill()

        assert left(mine, 60) == []


def descendants(parent: int) -> list[int]:
    try:
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [each for child in map(int, children) for each in (child, *descendants(child))]


def left(pids: list[int], seconds: float) -> list[int]:
    """Those that still run after so many seconds at most."""
    until = time.monotonic() + seconds
    while (running := [each for each in pids if _runs(each)]) and time.monotonic() < until:
        time.sleep(0.05)
    return running


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
