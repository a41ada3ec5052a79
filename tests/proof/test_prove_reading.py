"""A run's report, read: a find is one only if a run that was carried out says so."""

from typing import Any

import pytest

from punchh_contract.proof.finding import Result, killers, stock_alarms, stock_told, told

LAWS = [
    {"law": "debited_once", "judged": 3},
    {"law": "debited_once", "judged": 0},
    {"law": "exact_debit", "judged": 0},
]


def finding(check: str, phase: str | None = "coverage", **more: Any) -> dict[str, Any]:
    exchange = None if phase is None else {"phase": phase}
    return {"check": check, "exchange": exchange, "baseline": None, **more}


def report(*findings: dict[str, Any], stopped: str | None = None) -> dict[str, Any]:
    operations = {"force_redeem": {"calls": 3}, "process_batch_redemption": {"calls": 4}}
    return {"findings": list(findings), "stopped": stopped, "operations": operations, "laws": LAWS}


def test_a_find_is_told_with_who_where_and_after_how_many_requests() -> None:
    found = report(finding("law:exact_debit", None), finding("response_schema"), finding("law:exact_debit"))

    seen = told(1, found, "", 4.25)

    assert (seen.result, seen.by) == (Result.KILLED, ("law:exact_debit", "response_schema"))
    assert (seen.phase, seen.requests, seen.seconds) == ("laws", 7, 4.25)


@pytest.mark.parametrize(
    ("first", "phase"),
    [
        (finding("response_schema"), "coverage"),
        (finding("probe:no digest", "own check"), "own check"),
        (finding("goal", None), "goals"),
        (finding("law:exact_debit", "fuzzing"), "laws"),
    ],
    ids=lambda each: each["check"] if isinstance(each, dict) else each,
)
def test_the_phase_is_that_of_the_worst_find(first: dict[str, Any], phase: str) -> None:
    assert told(1, report(first, finding("server_error", "examples")), "", 1).phase == phase


@pytest.mark.parametrize(
    ("code", "left", "said", "why"),
    [
        (1, None, "ImportError: no module", "ImportError: no module"),
        (1, None, "", "it ended with 1 and without a word"),
        (-1, None, "it did not end within 100 s", "it did not end within 100 s"),
        (
            2,
            report(finding("response_schema"), stopped="the target is no sandbox"),
            "x",
            "the target is no sandbox",
        ),
        (130, report(stopped="interrupted"), "", "interrupted"),
        (1, report(), "", "it ended with 1 and 0 findings in its report"),
        (0, report(finding("response_schema")), "", "it ended with 0 and 1 findings in its report"),
        (
            1,
            report(finding("goal", baseline={"expired": False})),
            "",
            "it ended with 1 and 0 findings in its report",
        ),
    ],
)
def test_a_run_that_breaks_finds_nothing(code: int, left: dict[str, Any] | None, said: str, why: str) -> None:
    seen = told(code, left, said, 1)

    assert (seen.result, seen.by, seen.why) == (Result.ERROR, (), why)


@pytest.mark.parametrize(
    ("stopped", "end"),
    [("the time of this run is over", "the time of this run is over"), (None, "it ran to its end")],
)
def test_what_was_not_found_is_told_with_what_was_looked_at(stopped: str | None, end: str) -> None:
    seen = told(0, report(stopped=stopped), "a warning", 1)

    assert seen.result is Result.SURVIVED
    assert seen.why == f"nothing seen; 1 of 2 laws judged, not exact_debit; {end}"


def test_many_checks_are_told_in_few_words() -> None:
    assert killers(["a", "b", "c"]) == "a, b, c"
    assert killers(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


ALARMS = {
    "failures": [{"code": "ST202", "operations": ["POST /a", "POST /b"]}],
    "test_cases": {"generated": 9},
}


def test_schemathesis_finds_what_it_does_not_say_without_a_fault() -> None:
    known = stock_alarms({"failures": [{"code": "ST202", "operations": ["POST /a"]}]})

    assert stock_alarms(ALARMS) == {("ST202", "POST /a"), ("ST202", "POST /b")}
    seen = stock_told(1, ALARMS, "", 2.0, known)
    assert (seen.result, seen.by, seen.requests) == (Result.KILLED, ("ST202",), 9)
    assert stock_told(1, ALARMS, "", 2.0, stock_alarms(ALARMS)).result is Result.SURVIVED
    assert stock_told(1, None, "no such option", 2.0, known).result is Result.ERROR
    assert stock_told(2, ALARMS, "", 2.0, known).result is Result.ERROR
