"""What a run brought back survives its pipe."""

import json

from punchh_contract.conformance.coverage import Coverage
from punchh_contract.conformance.endings import INTERRUPTED
from punchh_contract.conformance.result import Result
from punchh_contract.conformance.tally import Tally
from punchh_contract.conformance.verdict.findings import Exchange, Finding, Scene, Severity, Story
from punchh_contract.contract import load

FORCE = load().operation("force_redeem")


def full() -> Result:
    exchange = Exchange(FORCE.id, "fuzzing", 1, FORCE.path, {"User-Agent": "x"}, {"user_id": 1}, "none")
    tally = Tally((FORCE.id,))
    tally.add(FORCE, "fuzzing", 401, {"user_id": 1}, {"error": "x"})
    coverage = Coverage()
    coverage.add(FORCE, FORCE.path, {"User-Agent": "x"}, b'{"user_id":1}', 401, b'{"error":"x"}')
    story = Story(
        "a story", (Scene("a guest", move=("PUT", "guests/1", {})), Scene("a call", exchange, turn=1))
    )
    return Result(
        tally=tally,
        coverage=coverage,
        findings=[
            Finding("server_error", FORCE.id, "#/paths", Severity.CRASH, "words", 500, exchange),
            Finding("law:exact_debit", FORCE.id, "#/paths", Severity.AMOUNT, "words", 201, exchange, story),
        ],
        laws=[{"law": "exact_debit", "operation": FORCE.id, "judged": 1}],
        spending=[{"operation": FORCE.id, "field": "user_id", "cap": 1, "spent": 1, "unknown": 0}],
        not_run=[{"operation": FORCE.id, "what": "a", "why": "b"}],
        left_out=[FORCE.id],
        stopped=INTERRUPTED,
        broken="broken",
        warnings=["warning"],
        handed_out=["HANDED-OUT"],
    )


def test_every_field_arrives() -> None:
    result = full()
    assert all(vars(result).values())

    again = Result.load(json.loads(json.dumps(result.dump())))

    assert again.tally.counts == result.tally.counts
    assert again.coverage.counts == result.coverage.counts != {}
    compared = {"tally": None, "coverage": None}
    assert {**vars(again), **compared} == {**vars(result), **compared}


def test_what_was_handed_out_is_not_shown() -> None:
    assert "HANDED-OUT" not in repr(full())


def test_what_was_left_out_is_noted_once() -> None:
    result = Result(Tally((FORCE.id,)))

    for why in ("one", "one", "another"):
        result.leave_out(FORCE.id, "all of it", why)

    assert [each["why"] for each in result.not_run] == ["one", "another"]
