"""Whole runs over a socket: green against the sandbox, red against each server with one fault."""

import contextlib
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from punchh_contract.auth import Credentials, digest_header
from punchh_contract.conformance import runner, target
from punchh_contract.conformance.job import Job
from punchh_contract.contract import load
from punchh_contract.signing import verify

MOBILE = "create_subscription_redemption_code"
ONLINE = "create_online_redemption"
BOTH = (ONLINE, MOBILE)

Serve = Callable[[Any], AbstractContextManager[str]]


def failures(report_dir: Path) -> str:
    """What JUnit says went wrong."""
    tree = ET.parse(report_dir / "junit.xml")  # noqa: S314  # our own report
    return "\n".join(f"{each.get('message')} {each.text}" for each in tree.iter("failure"))


@pytest.fixture(scope="module")
def recorded(tampered: Any, serve: Serve, make_job: Any, tmp_path_factory: Any) -> Any:
    """A function that runs two operations against a fresh sandbox, and gives what arrived."""

    def run() -> tuple[list[Any], Job, runner.Outcome]:
        app = tampered()
        with serve(app) as url:
            job = make_job(url, tmp_path_factory.mktemp("report"), *BOTH, max_examples=6)
            outcome = runner.run(job, load())
        return app.exchanges, job, outcome

    return run


@pytest.fixture(scope="module")
def wire(recorded: Any) -> Any:
    exchanges, job, outcome = recorded()
    # Schemathesis asks once how the server reads odd paths; that request is for no operation.
    ours = [each for each in exchanges if load().find(each.method, each.path)]
    assert len(exchanges) - len(ours) <= 1
    return ours, job, outcome


def test_every_body_is_compact_and_every_digest_is_over_it(wire: Any) -> None:
    exchanges, job, _ = wire
    right, compact = 0, 0
    for each in exchanges:
        operation = load().find(each.method, each.path)
        assert operation
        assert operation.signature
        # Some cases send no JSON on purpose; their bytes are signed all the same.
        with contextlib.suppress(ValueError):
            body = json.loads(each.body)
            assert each.body == json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
            compact += 1
        uri = each.path + (f"?{each.query}" if each.query else "")
        digest = each.headers.get(operation.signature.header, "")
        right += verify(operation.signature.algorithm, str(job.credentials.secret), uri, each.body, digest)
    assert compact > len(exchanges) / 2
    # All but those that own checks spoil, of which each is made three times for an operation.
    assert len(exchanges) - right == 2 * 3 * 5


def test_a_missing_user_agent_is_missing_on_the_wire(wire: Any) -> None:
    exchanges, _, _ = wire
    without = [each for each in exchanges if "user-agent" not in each.headers]

    # Three by an own check for each operation, and the generated ones.
    assert len(without) > 6
    assert {each.status for each in without} <= {400, 401}


def test_ordinary_cases_carry_the_callers_user_agent(wire: Any) -> None:
    exchanges, job, _ = wire
    ordinary = [each for each in exchanges if each.headers.get("user-agent") == job.credentials.user_agent]

    assert len(ordinary) > len(exchanges) / 2


def test_the_tally_counts_every_request(wire: Any) -> None:
    exchanges, _, outcome = wire

    assert sum(each.calls for each in outcome.tally.counts.values()) == len(exchanges)


def test_the_same_seed_sends_the_same_requests(
    wire: Any, recorded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sent(exchanges: list[Any]) -> list[Any]:
        volatile = {"host", "x-schemathesis-testcaseid"}
        return [
            (
                each.method,
                each.path,
                each.query,
                each.body,
                {name: value for name, value in each.headers.items() if name not in volatile},
            )
            for each in exchanges
        ]

    monkeypatch.setenv("PYTHONHASHSEED", "4711")
    again = [each for each in recorded()[0] if load().find(each.method, each.path)]

    assert len(again) > 100
    assert sent(again) == sent(wire[0])


def run_small(
    app: Any, serve: Serve, make_job: Any, report_dir: Path, *operations: str, max_examples: int = 8
) -> runner.Outcome:
    with serve(app) as url:
        return runner.run(make_job(url, report_dir, *operations, max_examples=max_examples), load())


def test_a_right_server_is_green_and_leaves_reports(
    tampered: Any, serve: Serve, make_job: Any, tmp_path: Path
) -> None:
    outcome = run_small(tampered(), serve, make_job, tmp_path, MOBILE)

    assert (outcome.findings, outcome.missed) == (False, [])
    assert failures(tmp_path) == ""
    assert (tmp_path / "html" / "index.html").stat().st_size > 0


def test_wrong_answers_are_red_each_for_its_own_reason(
    tampered: Any, serve: Serve, make_job: Any, tmp_path: Path
) -> None:
    def spoil(exchange: Any) -> None:
        match exchange.status:
            case 200:
                exchange.answer = json.dumps({**exchange.json(), "redemption_id": "900000103"}).encode()
            case 422:
                exchange.status = 409
            case 401:
                exchange.status, exchange.answer = 500, b"{}"

    outcome = run_small(tampered(after=spoil), serve, make_job, tmp_path, MOBILE)

    assert outcome.findings
    found = failures(tmp_path)
    for title in ("Response violates schema", "Undocumented status code", "Server error"):
        assert title in found


def test_refusing_what_is_valid_and_taking_what_is_not_is_red(
    tampered: Any, serve: Serve, make_job: Any, tmp_path: Path
) -> None:
    success: list[bytes] = []

    def swap(exchange: Any) -> None:
        if exchange.status == 200:
            success.append(exchange.answer)
        elif exchange.status == 422:
            exchange.status = 400
        elif exchange.status == 400 and success:
            exchange.status, exchange.answer = 200, success[0]

    outcome = run_small(tampered(after=swap), serve, make_job, tmp_path, MOBILE)

    assert outcome.findings
    found = failures(tmp_path)
    for title in ("Schema-valid request rejected", "Schema-violating request accepted"):
        assert title in found


def test_a_server_that_checks_no_digest_is_red(
    tampered: Any, serve: Serve, make_job: Any, tmp_path: Path
) -> None:
    own: list[Credentials] = []

    def sign_for_the_caller(exchange: Any) -> None:
        operation = load().operation(MOBILE)
        uri = exchange.path + (f"?{exchange.query}" if exchange.query else "")
        exchange.headers.update(digest_header(operation, own[0], uri, exchange.body))

    with serve(tampered(before=sign_for_the_caller)) as url:
        own.append(target.credentials(url))
        outcome = runner.run(make_job(url, tmp_path, MOBILE, max_examples=3), load())

    assert outcome.findings
    assert "a wrong digest: the same request was accepted before" in failures(tmp_path)


def test_a_server_that_redeems_nothing_is_red_for_its_floors(
    tampered: Any, serve: Serve, make_job: Any, tmp_path: Path
) -> None:
    def refuse(exchange: Any) -> None:
        if exchange.status == 201:
            exchange.status, exchange.answer = 422, b'{"errors":{"base":["Not enough points to redeem"]}}'

    outcome = run_small(tampered(after=refuse), serve, make_job, tmp_path, "force_redeem", max_examples=3)

    assert outcome.findings
    assert "force_redeem: 0 real successes from generated cases, wanted 5" in outcome.missed
    assert "floors_are_reached" in failures(tmp_path)


def test_quotes_that_commit_are_red(tampered: Any, serve: Serve, make_job: Any, tmp_path: Path) -> None:
    def commit(exchange: Any) -> None:
        with contextlib.suppress(ValueError):
            answer = exchange.json()
            if isinstance(answer, dict) and answer.get("category") == "redeemable":
                exchange.answer = json.dumps({"redemption_id": 90001, **answer}).encode()

    outcome = run_small(tampered(after=commit), serve, make_job, tmp_path, ONLINE, max_examples=3)

    assert outcome.findings
    assert "a quote that committed" in failures(tmp_path)
    assert f"{ONLINE}: no generated case reached: reward quote" in outcome.missed


def test_no_request_goes_through_a_proxy_and_no_setting_comes_from_outside(
    tampered: Any, serve: Serve, make_job: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody listens there: a request that took it would fail.
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "SCHEMATHESIS_BASE_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    outcome = run_small(tampered(), serve, make_job, tmp_path, MOBILE)

    assert (outcome.findings, outcome.missed) == (False, [])


def test_the_runs_environment_is_ours_without_proxies_and_schemathesis_variables() -> None:
    outer = {
        "PATH": "/bin",
        "Https_Proxy": "x",
        "no_proxy": "y",
        "SCHEMATHESIS_HOOKS": "z",
        "PYTHONHASHSEED": "7",
    }

    assert runner.environment(outer) == {"PATH": "/bin", "NO_PROXY": "*", "PYTHONHASHSEED": "0"}


def test_reports_that_cannot_be_written_are_said_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "afile").write_text("")
    credentials = Credentials(admin_key="invented")
    # A place below a file, and a folder in which nothing can be made, not even by root.
    places = [tmp_path / "afile" / "x", *(each for each in [Path("/proc/self")] if each.is_dir())]
    for place in places:
        with pytest.raises(runner.RunError, match="reports cannot be written to"):
            runner.run(Job("http://127.0.0.1:1", 1, 1, ("force_redeem",), place, credentials), load())


def test_a_run_without_one_answer_is_no_finding(tmp_path: Path) -> None:
    nobody = Job("http://127.0.0.1:1", 1, 1, ("force_redeem",), tmp_path, Credentials(admin_key="invented"))

    with pytest.raises(runner.RunError, match="no request was answered"):
        runner.run(nobody, load())
