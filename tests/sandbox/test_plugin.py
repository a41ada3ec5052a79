"""The pytest fixture, as a user's run has it: in a pytest of its own, where warnings are errors."""

import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGIN = "punchh_contract.sandbox.pytest_plugin"
COMMAND = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
CLOCK = "2026-03-02T18:05:01Z"


def run(folder: Path, test: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_theirs.py").write_text(test)
    return subprocess.run(
        [*COMMAND, *options, f"--rootdir={folder}", str(folder)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_three_lines_of_the_readme_are_enough(tmp_path: Path) -> None:
    shown = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (lines,) = [each for each in shown if "(punchh_sandbox)" in each]
    assert len(lines.partition("(punchh_sandbox):\n")[2].splitlines()) == 3
    done = run(tmp_path, lines)
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout + done.stderr


def test_three_lines_that_claim_what_is_not_so_fail(tmp_path: Path) -> None:
    claim = (
        'def test_it(punchh_sandbox):\n    assert punchh_sandbox.control.guest(111111112)["points"] == 1\n'
    )
    done = run(tmp_path, claim)
    assert (done.returncode, "1 failed" in done.stdout) == (1, True), done.stdout + done.stderr


ALONE = """
import httpx
import pytest

@pytest.mark.parametrize("turn", range(2))
def test_each_finds_the_world_of_the_seed(punchh_sandbox, turn):
    control = punchh_sandbox.control
    assert control.guest(111111112)["points"] == 250
    assert control.clock() == {"now": "2026-03-02T18:05:01Z", "clock": "frozen"}
    assert control.business()["settings"]["reward_locking"] is False
    assert [control.snapshots(), control.faults(), control.log()] == [[], [], []]
    assert [control.subscribers(), control.events()] == [[], []]
    assert httpx.post(punchh_sandbox.url + "/nowhere").headers["x-request-id"].startswith("REQUEST")

    control.put_guest(111111112, points=1)
    control.set_business(reward_locking=True)
    control.add_fault("server_error", count=None)
    control.add_subscriber("http://127.0.0.1:9/hook")
    control.snapshot("mine")
    control.advance(3600)
    control.run_clock()
    control.put_guest(5, email="five@example.com", points=1)

def test_nothing_is_left_of_guests_that_a_test_made(punchh_sandbox):
    assert punchh_sandbox.control.guests(limit=1)[0]["user_id"] == 111111111

def test_it_is_one_server(punchh_sandbox, request):
    assert punchh_sandbox is request.getfixturevalue("punchh_sandbox")
"""


def test_no_test_sees_what_another_one_did(tmp_path: Path) -> None:
    from punchh_contract.sandbox.identity import named

    done = run(tmp_path, ALONE.replace("REQUEST", named("request", 1)))
    assert (done.returncode, "4 passed" in done.stdout) == (0, True), done.stdout + done.stderr


IDLE = """
import sys

def test_without_the_fixture():
    heavy = {"starlette", "uvicorn", "sqlalchemy", "httpx", "yaml"}
    assert heavy & set(sys.modules) == set()
"""


def test_who_does_not_ask_for_it_pays_nothing(tmp_path: Path) -> None:
    # Only this plugin: others of this environment bring httpx.
    done = subprocess.run(
        [*COMMAND, f"--rootdir={tmp_path}", str(_written(tmp_path, IDLE))],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        timeout=120,
    )
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout + done.stderr


MISSING = """
import sys

sys.modules["starlette"] = None  # as if it were not installed

def test_it(punchh_sandbox):
    pass

def test_another():
    pass
"""


def test_without_the_extra_the_fixture_says_which_one_and_the_rest_runs(tmp_path: Path) -> None:
    done = run(tmp_path, MISSING)
    assert "pip install 'punchh-contract[sandbox]'" in done.stdout
    assert "Traceback" not in done.stdout
    assert "1 passed, 1 error" in done.stdout, done.stdout + done.stderr


def test_pytest_finds_it_by_itself() -> None:
    found = [each.value for each in entry_points(group="pytest11") if each.name == "punchh_contract"]
    if not found:
        pytest.skip("this installation is older than the entry point: `make install`")
    assert set(found) == {PLUGIN}


def test_it_is_described_where_pytest_lists_fixtures(tmp_path: Path) -> None:
    done = run(tmp_path, "", "--fixtures")
    assert re.search(r"^punchh_sandbox .*\n +A sandbox of Punchh's", done.stdout, re.MULTILINE), done.stdout


def _written(folder: Path, test: str) -> Path:
    file = folder / "test_theirs.py"
    file.write_text(test)
    return file
