"""The process of a run: what it is given, what it says on its standard output, and how it ends."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conformance.foreign import FORCE

from punchh_contract.auth import Credentials
from punchh_contract.conformance import runner
from punchh_contract.conformance.endings import INTERRUPTED
from punchh_contract.conformance.job import Job
from punchh_contract.conformance.result import Result

PLANTED = "planted-key"
NOBODY = "http://127.0.0.1:1"
_CHILD = """
import os, signal, time
from punchh_contract.conformance import __main__ as child
{}
child.main()
"""
_ENDLESS = """
def drive(run, document, config, say):
    say("under way")
    time.sleep(600)
child.engine.drive = drive
"""

_TELLING = """
def drive(run, document, config, say):
    say(str(os.getpid()))
    time.sleep(600)
child.engine.drive = drive
"""
_PARENT = """
import subprocess, sys
from punchh_contract.conformance import runner
from punchh_contract.conformance.job import Job
start = subprocess.Popen
subprocess.Popen = lambda _, **more: start([sys.executable, "-c", {child!r}], **more)
runner.run(Job.load(sys.stdin.buffer.read()), lambda text: print(text, flush=True))
"""
"""The command as far as it starts a run; what the run says is the id of its process."""

Child = Callable[[str], None]


def job(**more: Any) -> Job:
    """A job that is rehearsed: nothing is sent, whatever it says."""
    values: dict[str, Any] = {
        "base_url": NOBODY,
        "seed": 1,
        "max_examples": 1,
        "operations": (FORCE,),
        "own": False,
        "run_id": "test",
        "credentials": Credentials(admin_key=PLANTED, user_agent="Example/POS/1.0"),
        "rehearse": True,
    }
    return Job(**{**values, **more})


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Child:
    """Lets another program take the place of the run's."""
    start = subprocess.Popen

    def use(text: str) -> None:
        monkeypatch.setattr(
            subprocess, "Popen", lambda _, **keywords: start([sys.executable, "-c", text], **keywords)
        )

    return use


def runs(process: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat").read_text()
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc").exists()
    # It ended, and whoever took it over has not looked.
    return state.rpartition(")")[2].split()[0] != "Z"


def quiet(_: str) -> None:
    """Nobody listens."""


def leave(_: str) -> None:
    raise BrokenPipeError


def interrupt(_: str) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def started(text: str, folder: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """A run's process that has its job; its standard input stays open."""
    with subprocess.Popen(
        [sys.executable, "-c", text],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
    ) as process:
        try:
            assert process.stdin
            process.stdin.write(job().dump() + b"\n")
            process.stdin.flush()
            yield process
        finally:
            process.kill()


def test_its_job_is_one_line() -> None:
    assert b"\n" not in job().dump()


def test_its_output_is_lines_of_json_and_the_last_is_the_result(tmp_path: Path) -> None:
    with started(_CHILD.format(""), tmp_path) as process:
        assert process.stdout
        assert process.stderr
        # To the end, which it reaches while its standard input is still open.
        stdout = process.stdout.read()
        errors = process.stderr.read()
        assert process.wait(60) == 0

    *said, last = [json.loads(line) for line in stdout.splitlines()]
    assert [list(each) for each in said] == [["say"]] * 4
    assert list(last) == ["result"]
    result = Result.load(last["result"])
    assert (result.broken, result.findings) == (None, [])
    assert result.tally.counts[FORCE].calls > 10
    assert PLANTED.encode() not in stdout + errors


def test_it_ends_at_once_when_nobody_holds_its_standard_input(tmp_path: Path) -> None:
    with started(_CHILD.format(_ENDLESS), tmp_path) as process:
        assert process.stdout
        assert process.stdin
        assert json.loads(process.stdout.readline()) == {"say": "under way"}
        process.stdin.close()
        code = process.wait(30)
        rest = process.stdout.read()

    assert (code, rest) == (1, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="nothing there tells that a pipe's other end is gone")
def test_a_killed_parent_ends_it_at_once(tmp_path: Path) -> None:
    """Nobody would read what it does, and it would redeem on: nothing of it may outlive who started it."""
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT.format(child=_CHILD.format(_TELLING))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
    )
    with parent:
        assert parent.stdin
        assert parent.stdout
        parent.stdin.write(job().dump())
        parent.stdin.close()
        child = int(parent.stdout.readline())
        assert runs(child)
        parent.kill()
    try:
        until = time.monotonic() + 10
        while runs(child) and time.monotonic() < until:
            time.sleep(0.02)
        assert not runs(child)
    finally:
        if runs(child):
            os.kill(child, signal.SIGKILL)


def test_the_environment_is_ours_without_proxies_and_what_is_for_the_parent() -> None:
    outer = {
        "PATH": "/bin",
        "Https_Proxy": "x",
        "no_proxy": "y",
        "SCHEMATHESIS_HOOKS": "z",
        "PUNCHH_SECRET": "planted",
        "Punchh_Admin_Key": "planted",
        "PYTHONHASHSEED": "7",
    }

    assert runner.environment(outer) == {"PATH": "/bin", "NO_PROXY": "*", "PYTHONHASHSEED": "0"}


def test_credentials_reach_the_process_by_its_pipe_alone(
    program: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUNCHH_ADMIN_KEY", PLANTED)
    program(
        _CHILD.format(
            "def usable(run):\n"
            "    run.result.warnings += [name for name in os.environ if 'PUNCHH' in name.upper()]\n"
            "    run.result.warnings += [run.job.credentials.admin_key[:7]]\n"
            "    return ()\n"
            "child.preflight.usable = usable"
        )
    )

    assert runner.run(job(), quiet).warnings == ["planted"]


def test_what_a_library_prints_is_no_line_of_the_run(program: Child) -> None:
    program(
        _CHILD.format(
            "def usable(run):\n"
            "    print('noise')\n"
            "    os.write(1, b'more noise')\n"
            "    return ()\n"
            "child.preflight.usable = usable"
        )
    )
    said: list[str] = []

    result = runner.run(job(), said.append)

    assert (said, result.broken) == ([], None)


def test_a_defect_is_told_by_its_place_and_quotes_nothing(program: Child) -> None:
    program(
        _CHILD.format(
            "def usable(run):\n"
            "    raise ValueError(f'{run.job.credentials.admin_key} and a guest')\n"
            "child.preflight.usable = usable"
        )
    )

    with pytest.raises(runner.RunError) as error:
        runner.run(job(), quiet)

    assert str(error.value) == (
        "the run failed with ValueError at <string>:5; this is a defect of punchh-contract"
    )


def test_a_run_that_breaks_after_something_was_sent_comes_back_and_says_why(program: Child) -> None:
    """What was sent may have been spent."""
    program(
        _CHILD.format(
            "drive = child.engine.drive\n"
            "def broken(run, *more):\n"
            "    drive(run, *more)\n"
            "    raise ValueError(run.job.credentials.admin_key)\n"
            "child.engine.drive = broken"
        )
    )

    result = runner.run(job(), quiet)

    assert result.tally.counts[FORCE].calls > 0
    assert result.stopped == (
        "the run failed with ValueError at <string>:7; this is a defect of punchh-contract"
    )
    assert PLANTED not in json.dumps(result.dump())


def test_a_process_that_breaks_off_is_no_verdict(program: Child) -> None:
    program("raise SystemExit(3)")

    with pytest.raises(runner.RunError, match=r"broke off \(exit code 3\)"):
        runner.run(job(), quiet)


def test_what_the_user_can_mend_before_the_run_is_told(tmp_path: Path) -> None:
    (tmp_path / "afile").write_text("")
    place = tmp_path / "afile" / "refusals.db"

    with pytest.raises(runner.RunError, match="cannot be written"):
        runner.run(job(rehearse=False, refusals_file=place), quiet)


@pytest.mark.skipif(sys.platform == "win32", reason="nothing there interrupts a process in its own time")
@pytest.mark.parametrize("before", ["", "signal.signal(signal.SIGINT, signal.SIG_IGN)"])
def test_an_interrupted_run_comes_back_and_says_so(program: Child, before: str) -> None:
    """Also where a shell had started the command in the background, which lets it ignore Ctrl-C."""
    program(_CHILD.format(before + _ENDLESS))

    try:
        result = runner.run(job(), interrupt)
    except KeyboardInterrupt:  # which would end pytest
        pytest.fail("the run did not hear of it")

    assert result.stopped == INTERRUPTED
    assert result.tally.counts[FORCE].calls == 0


@pytest.mark.skipif(sys.platform == "win32", reason="nothing there interrupts a process in its own time")
def test_an_interrupt_between_two_phases_is_not_lost(program: Child) -> None:
    """Schemathesis drops a KeyboardInterrupt that comes while it lets its workers go."""
    program(
        _CHILD.format(
            "from schemathesis.engine.run.unit import WorkerPool\n"
            "leave = WorkerPool.__exit__\n"
            "def interrupted(*arguments):\n"
            "    os.kill(os.getpid(), signal.SIGINT)\n"
            "    return leave(*arguments)\n"
            "WorkerPool.__exit__ = interrupted"
        )
    )

    result = runner.run(job(max_examples=5), quiet)

    assert result.stopped == INTERRUPTED
    # The first phase was over, and no other had begun to count.
    assert {phase for phase, _ in result.tally.counts[FORCE].outcomes} == {"examples"}


@pytest.mark.skipif(sys.platform == "win32", reason="nothing there interrupts a process in its own time")
def test_a_run_whose_reader_leaves_does_not_go_on(program: Child) -> None:
    program(_CHILD.format(_ENDLESS))
    started = time.monotonic()

    with pytest.raises(BrokenPipeError):
        runner.run(job(), leave)

    # It ended by itself, and was not killed after the time that it has for that.
    assert time.monotonic() - started < runner.GRACE - 3
