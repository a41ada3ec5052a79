"""`punchh-contract test` as a user sees it: exit codes, reports, and nothing left behind."""

import contextlib
import dataclasses
import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conformance.foreign import BATCH, COMMAND, FORCE, MARK, MOBILE, Place
from conformance.foreign import place as place_of_a_target

from punchh_contract.auth import Credentials
from punchh_contract.cli import main
from punchh_contract.cli import test as test_command
from punchh_contract.cli.test import own_sandbox
from punchh_contract.conformance import target
from punchh_contract.conformance.endings import DEADLINE, INTERRUPTED
from punchh_contract.conformance.fixtures import Fixtures
from punchh_contract.conformance.result import Result as RunResult
from punchh_contract.conformance.tally import Tally
from punchh_contract.conformance.verdict import clauses, writing
from punchh_contract.conformance.verdict.baseline import Baseline, Known
from punchh_contract.conformance.verdict.findings import Exchange, Finding, Severity
from punchh_contract.conformance.verdict.replay import Replay
from punchh_contract.contract import load
from punchh_contract.errors import UsageError

NOBODY = "http://127.0.0.1:1"


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
    assert "The contract run is green: 0 findings, " in done.stdout
    # Progress, phase by phase, before the table.
    assert done.stdout.index("coverage: ") < done.stdout.index(rows[0])
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
    assert {each.name for each in (tmp_path / "out").iterdir()} == set(writing.FILES)
    assert MARK not in done.stdout


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine's own, and no state of its user."""
    for name in [each for each in os.environ if each.startswith(("PUNCHH_", "GITHUB_"))]:
        monkeypatch.delenv(name)
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def invoke(*arguments: str | Path, **environ: str) -> Result:
    """The command in this process."""
    return CliRunner().invoke(main, ["test", *map(str, arguments)], env=environ)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--operation", "redeem_moon"], "the contract has no operation 'redeem_moon'"),
        (["--seed", "one"], "'one' is not a valid integer"),
        (["--max-examples", "0"], "0 is not in the range"),
        (["--max-time", "0"], "0.0 is not in the range"),
        (["--fixtures", "mine.yaml"], "--fixtures is for a target of yours"),
        (["--allow-host", "target.example"], "--allow-host is for a target of yours"),
        (["--allow-env", "staging"], "--allow-env is for a target of yours"),
        (["--update-baseline"], "--update-baseline needs --baseline"),
        (["--baseline", "nowhere.json"], "--baseline nowhere.json: cannot be read"),
        (["--replay", "nowhere.json"], "--replay nowhere.json: cannot be read"),
        (["--report-dir", ""], "it is empty: name a folder"),
        (["--replay", "x.json", "--plan"], "--plan promises that none is sent"),
        (["--target", NOBODY, "--operation", FORCE], "PUNCHH_ADMIN_KEY"),
        (["--target", "https://target.example"], "--allow-host"),
        (["--target", NOBODY, "--allow-env", "production"], "not possible"),
    ],
)
def test_a_users_mistake_is_said_and_ends_with_2(
    arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "--target" not in arguments and "--replay" in arguments:
        monkeypatch.setattr(test_command, "sandbox", no_sandbox)
        for name, made in (("credentials", Credentials()), ("fixtures", Fixtures())):
            monkeypatch.setattr(target, name, lambda *_, made=made: made)

    done = invoke(*arguments)

    assert done.exit_code == 2
    assert message in done.output
    assert "Traceback" not in done.output


@contextlib.contextmanager
def no_sandbox() -> Iterator[str]:
    yield NOBODY


def test_a_sandbox_that_does_not_answer_ends_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_command, "sandbox", no_sandbox)

    done = invoke()

    assert done.exit_code == 2
    assert f"{NOBODY}/_sandbox/fixtures does not answer" in done.output


def test_a_sandbox_that_never_says_where_it_is_ends_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_sandbox, "_SANDBOX", "import time; time.sleep(600)")
    monkeypatch.setattr(own_sandbox, "START", 0.2)

    with pytest.raises(UsageError, match="the sandbox did not start"), own_sandbox.sandbox():
        pass


Told = Callable[..., Result]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Told:
    """The command with a run that found and did what a test says, against a target that is not there."""

    def run(*arguments: str | Path, findings: Sequence[Finding] = (), **values: Any) -> Result:
        environ = values.pop("environ", {})
        tally = Tally((FORCE,))
        tally.add(load().operation(FORCE), "fuzzing", 404, {}, None)
        found = RunResult(tally, findings=list(findings), **values)
        monkeypatch.setattr(test_command.runner, "run", lambda job, say: found)
        # So few examples, lest goals be missed.
        more = ("--target", NOBODY, "--report-dir", tmp_path / "out", "--max-examples", "1")
        return invoke(*more, *arguments, **{"PUNCHH_ADMIN_KEY": "planted-key", **environ})

    return run


def finding(check: str = "server_error") -> Finding:
    exchange = Exchange(FORCE, "fuzzing", 1, load().operation(FORCE).path, {}, {"user_id": 0})
    return Finding(check, FORCE, "#/paths/x", Severity.CRASH, "words", 500, exchange)


@pytest.mark.parametrize(
    ("findings", "stopped", "code", "verdict"),
    [
        ([], None, 0, "green"),
        ([finding()], None, 1, "red"),
        ([], DEADLINE, 0, "stopped"),
        ([finding()], DEADLINE, 1, "red"),
        ([finding()], INTERRUPTED, 130, "red"),
        ([finding()], "no sandbox", 2, "red"),
    ],
)
def test_the_exit_code_is_the_verdict(
    told: Told, tmp_path: Path, findings: list[Finding], stopped: str | None, code: int, verdict: str
) -> None:
    done = told(findings=findings, stopped=stopped)

    assert done.exit_code == code
    assert f"The contract run is {verdict}: " in done.output
    report = json.loads((tmp_path / "out" / "receipt.json").read_text())
    assert (report["verdict"], report["stopped"]) == (verdict, stopped)
    assert len(list((tmp_path / "out" / "replay").glob("*.json"))) == len(findings)


def baseline(path: Path, entry: Finding, until: dt.date, reason: str = "agreed") -> Path:
    known = Known(entry.id, entry.check, entry.operation, entry.clause, entry.status, until, reason)
    path.write_text(Baseline((known,)).dump())
    return path


TODAY = dt.datetime.now(dt.UTC).date()
EXPIRED = TODAY - dt.timedelta(days=2)


def test_what_is_known_is_not_red_until_its_day_is_over(told: Told, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"

    known = told("--baseline", baseline(path, finding(), TODAY + dt.timedelta(days=2)), findings=[finding()])
    expired = told("--baseline", baseline(path, finding(), EXPIRED), findings=[finding()])
    new = told("--baseline", path, findings=[finding("content_type")])

    assert (known.exit_code, expired.exit_code, new.exit_code) == (0, 1, 1)
    assert "1 known" in known.output
    assert f"expired: was known until {EXPIRED} (agreed)" in expired.output
    assert f"In the baseline and not seen: {finding().id}" in new.output


def test_an_update_takes_up_what_is_new_and_keeps_reasons(told: Told, tmp_path: Path) -> None:
    path = baseline(tmp_path / "baseline.json", finding(), TODAY)
    both = [finding(), finding("content_type")]

    first = told("--baseline", path, "--update-baseline", findings=both)
    entries = json.loads(path.read_text())["findings"]
    second = told("--baseline", path, findings=both)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "The contract run is green: 0 findings, 2 known" in first.output
    assert [each["check"] for each in entries] == ["server_error", "content_type"]
    assert (entries[0]["reason"], entries[0]["until"]) == ("agreed", TODAY.isoformat())
    assert "say here why" in entries[1]["reason"]


def test_an_update_writes_the_first_baseline_and_renews_none_that_expired(told: Told, tmp_path: Path) -> None:
    path = tmp_path / "new.json"
    first = told("--baseline", path, "--update-baseline", findings=[finding()])
    report = json.loads((tmp_path / "out" / "receipt.json").read_text())
    assert first.exit_code == 0
    # Whoever reads the report of that run finds the verdict that its exit code is.
    assert "The contract run is green: 0 findings, 1 known" in first.output
    assert (report["verdict"], report["findings"][0]["baseline"]["expired"]) == ("green", False)
    assert "<failure" not in (tmp_path / "out" / "junit.xml").read_text()
    assert "Expired" not in first.output
    assert told("--baseline", path, findings=[finding()]).exit_code == 0

    baseline(path, finding(), EXPIRED)

    renewed = told("--baseline", path, "--update-baseline", findings=[finding(), finding("content_type")])

    assert renewed.exit_code == 1
    assert "The contract run is red: 1 finding, 1 known" in renewed.output
    assert f"Expired there, and prolonged by hand only: {finding().id}." in renewed.output
    assert json.loads(path.read_text())["findings"][0]["until"] == EXPIRED.isoformat()


def test_a_baseline_that_was_edited_by_hand_silences_nothing(told: Told, tmp_path: Path) -> None:
    path = baseline(tmp_path / "b.json", finding(), TODAY)
    path.write_text(path.read_text().replace("server_error", "content_type"))

    done = told("--baseline", path, findings=[finding()])

    assert done.exit_code == 2
    assert f"{path}: /findings/0/id" in done.output


def test_a_baseline_that_cannot_be_written_costs_no_report(told: Told, tmp_path: Path) -> None:
    done = told("--baseline", tmp_path / "no" / "b.json", "--update-baseline", findings=[finding()])

    assert done.exit_code == 2
    assert "cannot be written" in done.output
    assert json.loads((tmp_path / "out" / "receipt.json").read_text())["verdict"] == "red"


def test_github_gets_the_summary_after_what_stands_there(told: Told, tmp_path: Path) -> None:
    step = tmp_path / "step.md"
    step.write_text("before\n")

    told(environ={"GITHUB_STEP_SUMMARY": str(step)})

    assert step.read_text() == "before\n" + (tmp_path / "out" / "summary.md").read_text()


def test_a_summary_that_cannot_be_written_is_a_warning_and_no_verdict(told: Told, tmp_path: Path) -> None:
    done = told(environ={"GITHUB_STEP_SUMMARY": str(tmp_path)})

    assert done.exit_code == 0
    assert "Warning: GITHUB_STEP_SUMMARY cannot be written" in done.output


def test_warnings_of_the_run_are_shown(told: Told) -> None:
    assert "Warning: the state was lost" in told(warnings=["the state was lost"]).output


def test_a_report_directory_that_cannot_be_ends_with_2(tmp_path: Path, told: Told) -> None:
    (tmp_path / "afile").write_text("")

    done = told("--report-dir", tmp_path / "afile" / "x")

    assert done.exit_code == 2
    assert "reports cannot be written to" in done.output
    assert "Traceback" not in done.output


@pytest.fixture(scope="module")
def shared() -> Iterator[Place]:
    with place_of_a_target() as found:
        yield found


@pytest.fixture
def place(shared: Place) -> Place:
    shared.reset()
    return shared


def test_a_wrong_key_leaves_its_operation_out_and_the_rest_is_tested(place: Place, tmp_path: Path) -> None:
    done = invoke(
        *("--target", place.proxy.url, "--report-dir", tmp_path / "out", "--max-examples", "1"),
        *("--operation", FORCE, "--operation", BATCH),
        **{**place.credentials, "PUNCHH_ADMIN_KEY": "invented-and-wrong"},
    )

    assert done.exit_code == 1, done.output
    asked = [each.operation.id for each in place.proxy.requests if each.operation]
    assert asked.count(FORCE) == 1
    assert asked.count(BATCH) > 10
    assert f"Partial: {FORCE} was left out: its credentials are refused." in done.output
    report = json.loads((tmp_path / "out" / "receipt.json").read_text())
    assert [(each["check"], each["operation"]) for each in report["findings"]] == [("refused_valid", FORCE)]
    assert "invented-and-wrong" not in done.output + str(report)


def test_where_all_keys_are_wrong_it_ends_with_2_and_a_target_that_is_not_there_does(
    place: Place, tmp_path: Path
) -> None:
    wrong = {**dict.fromkeys(place.credentials, "invented-and-wrong")}

    refused = invoke("--target", place.proxy.url, "--report-dir", tmp_path / "out", **wrong)
    away = invoke("--target", NOBODY, "--report-dir", tmp_path / "out", **place.credentials)

    assert (refused.exit_code, away.exit_code) == (2, 2)
    assert len(place.proxy.requests) <= 4
    assert "the credentials are refused" in refused.output
    assert f"{NOBODY} does not answer (Connection refused)" in away.output
    # Nobody takes an empty folder for a verdict.
    assert list((tmp_path / "out").iterdir()) == []


def test_a_plan_opens_no_socket_to_the_target(place: Place, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        url = "http://{}:{}".format(*listening.getsockname())
        done = invoke("--target", url, "--plan", "--max-examples", "1", **place.credentials)

        assert done.exit_code == 0, done.output
        assert f"Nothing was sent. Target: {url}" in done.output
        with pytest.raises(BlockingIOError):
            listening.accept()
    # Nor is anything written: no report, and no refusal is counted.
    assert list(tmp_path.iterdir()) == []


def replay(folder: Path, **changes: Any) -> Path:
    """The file of a finding: a body that breaks its schema, and was answered 500."""
    exchange = Exchange(
        FORCE,
        "fuzzing",
        1,
        load().operation(FORCE).path,
        {
            "User-Agent": "Example/POS/1.0",
            "Content-Type": "application/json",
            "Authorization": {"$join": ["Bearer ", {"$credential": "PUNCHH_ADMIN_KEY"}]},
        },
        {"user_id": 0},
    )
    clause = clauses.part(load().operation(FORCE), "responses")
    found = dataclasses.replace(finding(), clause=clause, exchange=exchange)
    file = {
        **Replay(found, "1", load().digest, NOBODY).dump(),
        **changes,
    }
    (folder / "replay.json").write_text(json.dumps(file))
    return folder / "replay.json"


def test_a_replay_is_1_while_it_is_seen_and_0_once_it_is_mended(place: Place, tmp_path: Path) -> None:
    file = replay(tmp_path, contract={"version": "0.9", "digest": "0" * 64})
    place.proxy.plant = lambda _, answer: answer.but(status=500)
    arguments = ("--target", place.proxy.url, "--operation", FORCE, "--replay", file)

    seen = invoke(*arguments, **place.credentials)
    place.proxy.forget()
    mended = invoke(*arguments, **place.credentials)

    assert (seen.exit_code, mended.exit_code) == (1, 0), seen.output + mended.output
    assert "is still there." in seen.output
    assert "was not seen again." in mended.output
    assert "Warning: the replay was written with another contract (0.9, 000000000000)" in seen.output
    assert len(place.proxy.requests) == 1


def test_a_replay_that_decides_nothing_is_2(place: Place, tmp_path: Path) -> None:
    """A reward that was redeemed when its answer was found to be wrong is gone."""
    fixture = place.fixtures["operations"][FORCE]["redemption.reward_id"][0]
    guest = place.fixtures["operations"][FORCE]["user_id"][0]
    (tmp_path / "f.yaml").write_text(
        f"spend: 5\noperations: {{{FORCE}: {{user_id: [{guest}], redemption.reward_id: [{fixture}]}}}}"
    )
    document = json.loads(replay(tmp_path).read_text())
    body = {
        "user_id": {"$fixture": [FORCE, "user_id", 1], "type": "number"},
        "redemption": {"reward_id": fixture},
        "redemption_type": "reward",
    }
    document["finding"] |= {"check": "response_schema", "severity": "SHAPE", "status": 201}
    document["finding"]["exchange"] |= {"body": body, "once": 1, "statuses": [201, 404, 422]}
    (tmp_path / "replay.json").write_text(json.dumps(document))
    place.proxy.plant = lambda _, answer: answer.but_json(["Redemption is not possible."]).but(status=422)

    done = invoke(
        *("--target", place.proxy.url, "--operation", FORCE, "--replay", tmp_path / "replay.json"),
        *("--fixtures", tmp_path / "f.yaml"),
        **place.credentials,
    )

    assert done.exit_code == 2, done.output
    assert (
        "was not seen again; inconclusive: answered 422, the finding was of 201;"
        " what the request names may be used up."
    ) in done.output
    assert len(place.proxy.requests) == 1


def test_a_replay_needs_the_credentials_of_its_operation(place: Place, tmp_path: Path) -> None:
    till = {name: place.credentials[name] for name in ("PUNCHH_LOCATION_KEY", "PUNCHH_BUSINESS_KEY")}

    done = invoke("--target", place.proxy.url, "--replay", replay(tmp_path), **till)

    assert done.exit_code == 2
    assert f"{FORCE} cannot be called: it needs PUNCHH_ADMIN_KEY" in done.output
    assert place.proxy.connections == 0


def test_the_time_of_a_run_is_kept_and_its_end_is_no_failure(tmp_path: Path) -> None:
    started = time.monotonic()

    done = invoke(
        *("--operation", MOBILE, "--max-time", "2", "--max-examples", "5000"),
        *("--report-dir", tmp_path / "out"),
    )

    assert time.monotonic() - started < 20
    assert done.exit_code == 0, done.output
    assert f"Stopped: {DEADLINE}." in done.output
    assert json.loads((tmp_path / "out" / "receipt.json").read_text())["verdict"] == "stopped"


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
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGHUP], ids=lambda each: each.name)
def test_an_interrupt_ends_everything_and_reports_what_was_done(tmp_path: Path, sent: signal.Signals) -> None:
    reports = tmp_path / "out"
    (reports / "html").mkdir(parents=True)
    (reports / "html" / "index.html").write_text("an older run, and green")
    process = subprocess.Popen(
        [*COMMAND, "--operation", MOBILE, "--report-dir", str(reports), "--max-examples", "5000"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert process.stdout
    for line in process.stdout:
        if "examples: " in line:
            break
    mine = _descendants(process.pid)
    assert len(mine) >= 2

    process.send_signal(sent)
    try:
        said, _ = process.communicate(timeout=60)
    finally:
        process.kill()

    assert process.returncode == 130
    assert _left(mine) == []
    # The run's own folder is gone as well, and no report of an older run passes for this one's.
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
    assert {each.name for each in reports.rglob("*") if each.is_file()} == set(writing.FILES)
    report = json.loads((reports / "receipt.json").read_text())
    assert (report["verdict"], report["stopped"]) == ("stopped", "interrupted")
    assert report["operations"][MOBILE]["calls"] >= 10
    assert "Stopped: interrupted." in said


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
