"""Whole runs over a socket: green against the sandbox, red against each server with one fault."""

import contextlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from conformance.foreign import FORCE, MOBILE, ONLINE
from conformance.proxies import proxied

from punchh_contract.auth import Credentials, digest_header
from punchh_contract.conformance import runner, target
from punchh_contract.conformance.job import Job
from punchh_contract.conformance.result import Result
from punchh_contract.conformance.verdict.findings import Severity
from punchh_contract.contract import load
from punchh_contract.sandbox import server
from punchh_contract.signing import verify

BOTH = (ONLINE, MOBILE)

Serve = Callable[[Any], AbstractContextManager[str]]


def found(result: Result) -> set[str]:
    """The checks that something failed."""
    return {each.check for each in result.findings}


@pytest.fixture(scope="module")
def recorded(tampered: Any, serve: Serve, make_job: Any) -> Any:
    """A function that runs two operations against a fresh sandbox, and gives what arrived."""

    def run() -> tuple[list[Any], Job, Result]:
        app = tampered()
        with serve(app) as url:
            job = make_job(url, *BOTH, max_examples=6)
            result = runner.run(job, lambda _: None)
        return app.exchanges, job, result

    return run


@pytest.fixture(scope="module")
def wire(recorded: Any) -> Any:
    return recorded()


def test_a_right_server_is_green_and_every_request_is_for_an_operation(wire: Any, tell: Any) -> None:
    exchanges, job, result = wire
    told = tell(job, result)

    assert (result.findings, result.stopped, result.left_out) == ([], None, [])
    assert told.report.verdict == "green"
    assert [each for each in exchanges if load().find(each.method, each.path) is None] == []
    # Nothing is capped where the target is restored, and nothing of a fixture's is unaccounted for.
    assert {(row["cap"], row["unknown"]) for row in result.spending} == {(None, 0)}
    assert sum(row["spent"] for row in result.spending) > 10


def test_the_vendor_gets_no_header_that_it_did_not_ask_for(wire: Any) -> None:
    known = {
        *("host", "accept", "accept-encoding", "connection", "content-type", "content-length"),
        *("user-agent", "authorization", "id-token", "x-pch-digest", "accept-language", "accept-timezone"),
    }

    assert {name for each in wire[0] for name in each.headers} <= known


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
    exchanges, _, result = wire

    assert sum(each.calls for each in result.tally.counts.values()) == len(exchanges)


def test_the_same_seed_sends_the_same_requests(
    wire: Any, recorded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sent(exchanges: list[Any]) -> list[Any]:
        return [
            (
                each.method,
                each.path,
                each.query,
                each.body,
                {name: value for name, value in each.headers.items() if name != "host"},
            )
            for each in exchanges
        ]

    monkeypatch.setenv("PYTHONHASHSEED", "4711")
    again = recorded()[0]

    assert len(again) > 100
    assert sent(again) == sent(wire[0])


def run_small(
    app: Any, serve: Serve, make_job: Any, *operations: str, max_examples: int = 8
) -> tuple[Job, Result]:
    with serve(app) as url:
        job = make_job(url, *operations, max_examples=max_examples)
        return job, runner.run(job, lambda _: None)


def test_wrong_answers_are_red_each_for_its_own_reason(tampered: Any, serve: Serve, make_job: Any) -> None:
    def spoil(exchange: Any) -> None:
        match exchange.status:
            case 200:
                exchange.answer = json.dumps({**exchange.json(), "redemption_id": "900000103"}).encode()
            case 422:
                exchange.status = 409
            case 401:
                exchange.status, exchange.answer = 500, b"{}"

    _, result = run_small(tampered(after=spoil), serve, make_job, MOBILE)

    assert {"response_schema", "undocumented_status", "server_error"} <= found(result)
    # Of what was answered: a string where a number must be, 409, and 500.
    by_check = {each.check: each.status for each in result.findings}
    assert by_check["response_schema"] == 200
    assert (by_check["undocumented_status"], by_check["server_error"]) == (409, 500)


def test_refusing_what_is_valid_and_taking_what_is_not_is_red(
    tampered: Any, serve: Serve, make_job: Any
) -> None:
    success: list[bytes] = []

    def swap(exchange: Any) -> None:
        if exchange.status == 200:
            success.append(exchange.answer)
        elif exchange.status == 422:
            exchange.status = 400
        elif exchange.status == 400 and success:
            exchange.status, exchange.answer = 200, success[0]

    _, result = run_small(tampered(after=swap), serve, make_job, MOBILE)

    assert {"refused_valid", "accepted_invalid"} <= found(result)


def test_a_server_that_checks_no_digest_is_red(tampered: Any, serve: Serve, make_job: Any) -> None:
    own: list[Credentials] = []

    def sign_for_the_caller(exchange: Any) -> None:
        operation = load().operation(MOBILE)
        uri = exchange.path + (f"?{exchange.query}" if exchange.query else "")
        exchange.headers.update(digest_header(operation, own[0], uri, exchange.body))

    with serve(tampered(before=sign_for_the_caller)) as url:
        own.append(target.credentials(url))
        result = runner.run(make_job(url, MOBILE, max_examples=3), lambda _: None)

    assert found(result) == {
        *("probe:a wrong digest", "probe:no digest", "probe:the other algorithm's digest"),
        *("probe:a body changed after signing", "probe:a query added after signing"),
    }


def test_a_server_that_redeems_nothing_is_red_for_its_goals(
    tampered: Any, serve: Serve, make_job: Any, tell: Any
) -> None:
    def refuse(exchange: Any) -> None:
        if exchange.status == 201:
            exchange.status, exchange.answer = 422, b'{"errors":{"base":["Not enough points to redeem"]}}'

    job, result = run_small(tampered(after=refuse), serve, make_job, FORCE, max_examples=3)

    # As if so few cases were many: then what was not seen counts.
    report = tell(job, result, usual=job.max_examples).report
    assert report.verdict == "red"
    assert "goal:5 successes" in {each.group.first.check for each in report.red}
    few = tell(job, result).report
    assert {row["why"] for row in few.not_reached if row["what"] == "5 successes"} == {
        "not judged with --max-examples 3, below 200"
    }


def test_quotes_that_commit_are_red(tampered: Any, serve: Serve, make_job: Any) -> None:
    def commit(exchange: Any) -> None:
        with contextlib.suppress(ValueError):
            answer = exchange.json()
            if isinstance(answer, dict) and answer.get("category") == "redeemable":
                exchange.answer = json.dumps({"redemption_id": 90001, **answer}).encode()

    _, result = run_small(tampered(after=commit), serve, make_job, ONLINE, max_examples=3)

    assert found(result) == {"quote_committed"}
    assert {each.severity for each in result.findings} == {Severity.SPEND}


def test_no_request_goes_through_a_proxy_and_no_setting_comes_from_outside(
    tampered: Any, serve: Serve, make_job: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody listens there: a request that took it would fail.
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "SCHEMATHESIS_BASE_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("PUNCHH_SECRET", "another")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    _, result = run_small(tampered(), serve, make_job, MOBILE, max_examples=2)

    assert result.findings == []
    assert result.tally.counts[MOBILE].total("success") > 0


def silenced(every: int) -> Any:
    """A plant that drops each so-manieth answer."""
    turns = iter(range(10**6))
    return lambda _, answer: answer if (next(turns) + 1) % every else None


def test_a_dropped_connection_is_a_finding_and_the_run_goes_on(make_job: Any) -> None:
    with server.running() as sandbox, proxied(sandbox.url) as proxy:
        job = make_job(sandbox.url, MOBILE, max_examples=2, base_url=proxy.url, reset_path=None)
        proxy.plant = silenced(every=10)
        result = runner.run(job, lambda _: None)

    dropped = [each.request for each in proxy.exchanges if each.sent is None]
    assert len(dropped) >= 4
    assert (result.stopped, result.broken) == (None, None)
    assert found(result) <= {"no_answer", *(each for each in found(result) if each.startswith("probe:"))}
    assert len([each for each in result.findings if each.check == "no_answer"]) >= 3
    assert {each.status for each in result.findings} == {None}
    # After the last one that was dropped the run went on, and no phase ended before its time.
    assert {phase for phase, _ in result.tally.counts[MOBILE].outcomes} >= {"examples", "coverage", "fuzzing"}


def test_five_silences_in_a_row_stop_the_run(make_job: Any) -> None:
    with server.running() as sandbox, proxied(sandbox.url) as proxy:
        job = make_job(sandbox.url, MOBILE, max_examples=2, base_url=proxy.url, reset_path=None)
        # After the own checks, which come with the first redemptions.
        proxy.plant = lambda _, answer: answer if len(proxy.requests) <= 70 else None
        result = runner.run(job, lambda _: None)

    assert result.stopped == f"{proxy.url} does not answer any more: 5 requests in a row had none"
    assert len([each for each in proxy.exchanges if each.sent is None]) == 5
    # What was seen until then is there.
    assert result.tally.counts[MOBILE].calls == 70
