"""What is told of a run: what it left out, what it could not reach, what is known."""

import dataclasses
from typing import Any

from conformance.foreign import BATCH, FORCE

from punchh_contract.auth import Credentials
from punchh_contract.conformance import outcome
from punchh_contract.conformance.endings import INTERRUPTED
from punchh_contract.conformance.fixtures import Fixture, Fixtures
from punchh_contract.conformance.job import LAWS, Job
from punchh_contract.conformance.laws.names import NO_FIXTURE_LEFT, UNTOLD
from punchh_contract.conformance.result import Result
from punchh_contract.conformance.tally import Tally
from punchh_contract.conformance.verdict.findings import Severity

JOB = Job(
    base_url="http://127.0.0.1:1",
    seed=1,
    max_examples=200,
    operations=(FORCE, BATCH),
    own=False,
    run_id="1",
    credentials=Credentials(admin_key="planted-key"),
)
GUEST = Fixtures((Fixture(FORCE, "user_id", 55501234, "guest", 1),))


def nothing(**values: Any) -> Result:
    return Result(Tally(JOB.operations), **values)


def test_without_fixtures_it_says_that_only_refusals_were_tested(tell: Any) -> None:
    report = tell(JOB, nothing()).report

    assert report.partial == (outcome.NO_FIXTURES,)
    assert report.headline.endswith("; partial.")


def test_operations_without_fixtures_or_credentials_are_named(tell: Any) -> None:
    job = dataclasses.replace(JOB, fixtures=GUEST)
    told = tell(job, nothing(left_out=[]), lacking={"create_online_redemption": "PUNCHH_CLIENT"})

    assert told.report.partial == (
        "create_online_redemption was left out: it needs PUNCHH_CLIENT",
        f"{BATCH} has no fixtures: only its refusals are tested",
    )


def test_a_run_of_laws_alone_that_judged_none_is_red(tell: Any) -> None:
    row = {"law": "documented_answer", "operation": BATCH, "judged": 0}
    job = dataclasses.replace(JOB, fixtures=GUEST, phases=(LAWS,))
    for laws, red in (([row], True), ([], True), ([{**row, "judged": 1}], False)):
        report = tell(job, nothing(laws=laws)).report

        assert report.verdict == ("red" if red else "green")
        assert [each.group.first.check for each in report.red] == ["goal:laws"] * red
        assert [each.group.first.severity for each in report.red] == [Severity.GOAL] * red
    for spared in (
        tell(job, nothing(laws=[row], stopped=INTERRUPTED)),
        tell(dataclasses.replace(job, rehearse=True), nothing(laws=[row])),
        tell(job, nothing(left_out=[FORCE, BATCH])),
    ):
        assert spared.report.red == ()


def test_generated_requests_after_which_no_story_could_be_told_are_a_part_of_a_run(tell: Any) -> None:
    left_out = [{"operation": "all", "what": UNTOLD, "why": NO_FIXTURE_LEFT}]
    job = dataclasses.replace(JOB, fixtures=GUEST)
    report = tell(job, nothing(not_run=left_out)).report

    assert f"{UNTOLD} were not told: {NO_FIXTURE_LEFT}" in report.partial
    assert "goal:laws" not in {each.group.first.check for each in report.findings}


def test_what_was_left_out_has_no_goals(tell: Any) -> None:
    job = dataclasses.replace(JOB, fixtures=GUEST)
    report = tell(job, nothing(left_out=[BATCH])).report

    assert f"{BATCH} was left out: its credentials are refused" in report.partial
    goals = {each.group.first.operation for each in report.findings}
    assert BATCH not in goals | {row["operation"] for row in report.not_reached}


def test_a_target_of_our_own_is_never_partial_and_has_to_reach_its_goals(tell: Any) -> None:
    report = tell(dataclasses.replace(JOB, own=True), nothing()).report

    assert report.partial == ()
    assert report.verdict == "red"
    assert {each.group.first.check.partition(":")[0] for each in report.red} == {"goal"}


def test_a_run_that_was_stopped_is_not_green_and_misses_no_goal(tell: Any) -> None:
    report = tell(dataclasses.replace(JOB, own=True), nothing(stopped=INTERRUPTED)).report

    assert (report.verdict, report.findings) == ("stopped", ())
    assert {row["why"] for row in report.not_reached} == {"the run was stopped: interrupted"}


def test_the_redactor_knows_credentials_fixtures_and_what_was_handed_out(tell: Any) -> None:
    job = dataclasses.replace(JOB, fixtures=GUEST)
    redactor = tell(job, nothing(handed_out=["HANDED-OUT-1"])).redactor

    text = redactor.scrub("planted-key 55501234 HANDED-OUT-1 rest")

    assert not [each for each in ("planted-key", "55501234", "HANDED-OUT") if each in text]
    assert "rest" in text
