"""What the command prints of a run: plain text, worst first, and nothing that is secret or a guest's."""

import datetime as dt
from typing import Any

import pytest

from punchh_contract.auth import Credentials
from punchh_contract.cli.test import console as module
from punchh_contract.conformance.fixtures import Fixture, Fixtures
from punchh_contract.conformance.job import Job
from punchh_contract.conformance.outcome import Outcome, outcome
from punchh_contract.conformance.result import Result
from punchh_contract.conformance.spending import Spending
from punchh_contract.conformance.tally import Tally
from punchh_contract.conformance.verdict.baseline import Baseline, Known
from punchh_contract.conformance.verdict.findings import Exchange, Finding, Severity
from punchh_contract.contract import load

FORCE = load().operation("force_redeem")
FIXTURES = Fixtures(
    (
        Fixture(FORCE.id, "user_id", 55501234, "guest", 1),
        *(Fixture(FORCE.id, "redemption.reward_id", 70501 + each, "asset", 1) for each in range(9)),
    )
)
TODAY = dt.date(2026, 3, 2)


def exchange() -> Exchange:
    return Exchange(
        FORCE.id,
        "fuzzing",
        1,
        FORCE.path,
        {"User-Agent": "Example/POS/1.0", "Authorization": {"$credential": "PUNCHH_ADMIN_KEY"}},
        {"user_id": {"$fixture": [FORCE.id, "user_id", 1]}},
    )


def finding(check: str, severity: Severity, status: int | None = 500) -> Finding:
    return Finding(check, FORCE.id, "#/paths/x", severity, f"statement of {check}", status, exchange())


def told(*findings: Finding, baseline: Baseline | None = None, **values: Any) -> Outcome:
    """A foreign run that spent its guest once."""
    job = Job(
        base_url="http://127.0.0.1:1",
        seed=1,
        max_examples=3,
        operations=(FORCE.id,),
        own=False,
        run_id="1",
        credentials=Credentials(admin_key="planted-key"),
        fixtures=FIXTURES,
    )
    tally = Tally((FORCE.id,))
    body = {"user_id": 55501234, "redemption": {"reward_id": 70501}}
    tally.add(FORCE, "fuzzing", 201, body, {"redemption_id": 1})
    spending = Spending(FIXTURES, capped=True)
    spending.settle(spending.reserve(FORCE, body), "spent")
    return outcome(
        job,
        Result(tally, findings=list(findings), spending=spending.rows(), **values),
        load(),
        lacking={"process_batch_redemption": "PUNCHH_LOCATION_KEY"},
        usual_examples=200,
        baseline=baseline or Baseline(),
        started=dt.datetime.combine(TODAY, dt.time(18, 5), dt.UTC),
        seconds=1,
    )


@pytest.fixture(params=[module.verdict, module.plan], ids=["verdict", "plan"])
def text(request: pytest.FixtureRequest) -> str:
    said: str = request.param(
        told(finding("server_error", Severity.CRASH), not_run=[row("a", "why")], handed_out=["HANDED-OUT"])
    )
    return said


def row(what: str, why: str) -> dict[str, str]:
    return {"operation": FORCE.id, "what": what, "why": why}


def test_it_is_plain_text_without_a_secret_or_a_guest(text: str) -> None:
    assert "\x1b" not in text
    assert not [each for each in ("planted", "55501234", "HANDED") if each in text]
    assert FORCE.id in text


def test_fixtures_are_listed_with_what_was_spent_and_idle_ones_in_a_line(text: str) -> None:
    lines = [line.split() for line in text.splitlines()]

    assert [FORCE.id, "user_id", "#1", "***", "1", "1", "1", "0"] in lines
    assert [FORCE.id, "redemption.reward_id", "#1", "70501", "1", "1", "1", "0"] in lines
    assert any(line[:5] == [FORCE.id, "redemption.reward_id:", "6", "more", "0"] for line in lines)


def test_what_was_left_out_is_said(text: str) -> None:
    assert "Partial: process_batch_redemption was left out: it needs PUNCHH_LOCATION_KEY." in text
    assert f"un: {FORCE.id}: a (why)" in text


def test_findings_come_worst_first_each_with_a_curl_that_names_variables() -> None:
    text = module.verdict(
        told(
            finding("content_type", Severity.SHAPE, 200),
            finding("quote_committed", Severity.SPEND, 200),
            finding("quote_committed", Severity.SPEND, 200),
        )
    )

    assert text.index("SPEND") < text.index("SHAPE")
    assert "quote_committed (2 times)" in text
    assert text.count("curl") >= 2
    assert "PUNCHH_ADMIN_KEY" in text


def test_rows_of_one_reason_are_one_line() -> None:
    text = module.verdict(told(not_run=[row("a", "why"), row("b", "why"), row("c", "other")]))

    assert f"Not run: {FORCE.id}: a, b (why)" in text
    assert f"Not run: {FORCE.id}: c (other)" in text


def test_what_is_known_has_no_curl_and_what_is_stale_is_listed() -> None:
    known = finding("server_error", Severity.CRASH)
    entry = Known(known.id, known.check, FORCE.id, known.clause, 500, TODAY, "agreed with the vendor")
    stale = Known("0" * 8, "content_type", FORCE.id, "#/x", 200, TODAY, "")

    text = module.verdict(told(known, baseline=Baseline((entry, stale))))

    assert "known until 2026-03-02 (agreed with the vendor)" in text
    assert "curl" not in text
    assert f"In the baseline and not seen: 00000000 {FORCE.id} content_type" in text


def test_a_run_that_was_stopped_says_why() -> None:
    assert "Stopped: no sandbox." in module.verdict(told(stopped="no sandbox"))


def test_a_plan_says_that_nothing_was_sent() -> None:
    text = module.plan(told())

    assert "Nothing was sent. Target: http://127.0.0.1:1, seed 1." in text
    assert "would spend" in text
