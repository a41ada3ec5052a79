"""`punchh-contract test --fail-fast` and `--control`: a run against a sandbox that somebody else started ends
at its first finding."""

import contextlib
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from click.testing import CliRunner, Result

from punchh_contract.cli import main
from punchh_contract.cli.test import jobs
from punchh_contract.cli.test.jobs import Options
from punchh_contract.conformance.endings import FIRST_FINDING
from punchh_contract.conformance.job import PHASES
from punchh_contract.contract import load
from punchh_contract.errors import UsageError
from punchh_contract.proof.planting import find, planted
from punchh_contract.sandbox import server
from punchh_contract.sandbox.server import Sandbox

ADA = 111111111


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["test", *map(str, arguments)])


@contextmanager
def sandbox(fault: str | None = None) -> Iterator[Sandbox]:
    with ExitStack() as stack:
        if fault is not None:
            stack.enter_context(planted(find(fault)))
        yield stack.enter_context(server.running(clock="2026-03-02T18:05:01Z"))


@pytest.mark.parametrize(
    ("fault", "phases", "found"),
    [
        ("debits_twice", "laws", "law:"),
        ("force_id_is_missing", "fuzz", "response_schema"),
        ("digest_is_not_checked", "fuzz", "probe:"),
        # Laws that one answer can break are looked at in this phase too.
        ("shares_lose_the_odd_cents", "fuzz,laws", "law:"),
    ],
)
def test_a_run_ends_at_its_first_finding(fault: str, phases: str, found: str, tmp_path: Path) -> None:
    with sandbox(fault) as place:
        done = invoke(
            *("--target", place.url, "--control", "--fail-fast", "--phases", phases),
            *("--max-examples", "2", "--report-dir", tmp_path),
        )

    assert done.exit_code == 1, done.output
    assert f"Stopped: {FIRST_FINDING}." in done.output
    receipt = json.loads((tmp_path / "receipt.json").read_text())
    assert (receipt["verdict"], receipt["stopped"]) == ("red", FIRST_FINDING)
    checks = {each["check"] for each in receipt["findings"]}
    assert any(each.startswith(found) for each in checks)
    assert "goal" not in checks  # what was not reached by then proves nothing
    # Far fewer than the 700 of this phase without a fault.
    assert 0 < sum(each["calls"] for each in receipt["operations"].values()) < 400


def test_a_run_without_a_finding_ends_as_ever(tmp_path: Path) -> None:
    with sandbox() as place:
        done = invoke(
            *("--target", place.url, "--control", "--fail-fast", "--phases", "fuzz", "--max-examples", "1"),
            *("--operation", "create_subscription_redemption_code", "--report-dir", tmp_path),
        )

    assert done.exit_code == 0, done.output
    assert "green" in done.output


def options(url: str, **values: Any) -> Options:
    usual: dict[str, Any] = {"allow_host": (), "allow_env": (), "fixtures": None, "operations": ()}
    usual |= {"seed": 3, "max_examples": 5, "max_time": None, "plan": False, "control": True}
    return Options(**{"target": url, **usual, **values})


def test_a_sandbox_of_somebody_is_put_back_to_its_seed_and_treated_as_our_own() -> None:
    with sandbox() as place:
        untouched = place.control.guest(ADA)
        place.control.put_guest(ADA, points=1)

        with jobs.controlled(options(place.url), load(), {}) as setup:
            job = setup.job

            assert place.control.guest(ADA) == untouched
            assert place.control.business()["settings"]["rate_limits"] is False
            assert (job.own, job.control, job.phases) == (True, True, PHASES)
            assert job.credentials.admin_key == place.credentials["PUNCHH_ADMIN_KEY"]
            assert job.fixtures.of("force_redeem", "user_id")
            # What puts it back later leaves the limits off.
            place.control.put_guest(ADA, points=1)
            httpx.post(place.url + str(job.reset_path), trust_env=False).raise_for_status()
            assert place.control.guest(ADA) == untouched
            assert place.control.business()["settings"]["rate_limits"] is False


@pytest.mark.parametrize("limits", [True, False])
def test_a_sandbox_of_somebody_gets_its_rate_limits_back(limits: bool, tmp_path: Path) -> None:
    """As its seed has them, also after Ctrl-C."""
    world = yaml.safe_load(files("punchh_contract.sandbox").joinpath("seed.yaml").read_bytes())
    world["business"].setdefault("settings", {})["rate_limits"] = limits
    (tmp_path / "seed.yaml").write_text(yaml.safe_dump(world))
    with server.running(clock="2026-03-02T18:05:01Z", seed=tmp_path / "seed.yaml") as place:
        with contextlib.suppress(KeyboardInterrupt), jobs.controlled(options(place.url), load(), {}):
            assert place.control.business()["settings"]["rate_limits"] is False
            raise KeyboardInterrupt

        assert place.control.business()["settings"]["rate_limits"] is limits


def test_credentials_and_fixtures_that_are_given_outrank_the_sandboxs(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("operations: {force_redeem: {user_id: [55501234]}}")
    with sandbox() as place:
        given = options(place.url, fixtures=tmp_path / "mine.yaml")
        with jobs.controlled(given, load(), {"PUNCHH_ADMIN_KEY": "planted-key"}) as setup:
            job = setup.job

        assert job.credentials.admin_key == "planted-key"
        assert job.credentials.location_key == place.credentials["PUNCHH_LOCATION_KEY"]
        assert [each.value for each in job.fixtures] == [55501234]


def test_a_plan_resets_nothing() -> None:
    with sandbox() as place:
        place.control.put_guest(ADA, points=1)

        with jobs.controlled(options(place.url, plan=True), load(), {}) as setup:
            job = setup.job

        assert (job.rehearse, job.reset_path) == (True, None)
        assert place.control.guest(ADA)["points"] == 1


def test_another_machine_has_no_control_plane_of_ours() -> None:
    elsewhere = options("https://target.example", allow_host=("target.example",))
    with (
        pytest.raises(UsageError, match="--control is for a sandbox on this machine"),
        jobs.controlled(elsewhere, load(), {}),
    ):
        pass


def test_a_server_without_a_control_plane_is_told() -> None:
    class Empty(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            self.send_error(404)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Empty) as bare:
        threading.Thread(target=bare.serve_forever, daemon=True).start()
        done = invoke("--target", f"http://127.0.0.1:{bare.server_port}", "--control")
        bare.shutdown()

    assert done.exit_code == 2
    assert "has no control plane; start a sandbox" in done.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--fail-fast", "--baseline", "known.json"],
            "--fail-fast would end at a finding that --baseline knows",
        ),
        (["--phases", "fuzz,fuzz"], "--phases: each is run once"),
        (["--phases", "fuzz,rules"], "--phases: 'rules' is none"),
    ],
)
def test_what_contradicts_itself_is_told(arguments: list[str], message: str) -> None:
    done = invoke(*arguments)

    assert done.exit_code == 2
    assert message in done.output
