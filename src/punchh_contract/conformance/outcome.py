"""From what a run brought back to what is said of it: goals become findings, known ones are set apart."""

import dataclasses
import datetime as dt
from collections.abc import Mapping

from punchh_contract.conformance import goals
from punchh_contract.conformance.job import FUZZ, Job
from punchh_contract.conformance.laws.history import CALL
from punchh_contract.conformance.limits import Limits
from punchh_contract.conformance.result import Result
from punchh_contract.conformance.verdict import judging
from punchh_contract.conformance.verdict.baseline import Baseline
from punchh_contract.conformance.verdict.findings import Group, group
from punchh_contract.conformance.verdict.redaction import Redactor
from punchh_contract.conformance.verdict.report import Report
from punchh_contract.contract import Contract

NO_FIXTURES = "no fixtures are given: only refusals are tested; list values of your own in --fixtures"

UNJUDGED = "no story came so far that the law could be judged"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A run as it is told: its report, the result behind it, its findings in groups, and what keeps secrets
    out of all of them.
    """

    report: Report
    result: Result
    groups: tuple[Group, ...]
    redactor: Redactor


def outcome(
    job: Job,
    result: Result,
    contract: Contract,
    *,
    lacking: Mapping[str, str],
    usual_examples: int,
    baseline: Baseline,
    today: dt.date,
    seconds: float,
) -> Outcome:
    """Tell what came of a job.

    `lacking` are the operations that were asked for and could not be called at all: operationId -> what they
    need. `usual_examples` is how many cases are enough to hold a run to its goals.
    """
    judgement = goals.judge(
        contract,
        result.tally,
        Limits.of(
            own=job.own,
            fixtures=job.fixtures,
            spending=result.spending,
            not_run=result.not_run,
            left_out=result.left_out,
            examples=job.max_examples,
            usual_examples=usual_examples,
            stopped=result.stopped,
        ),
    )
    if FUZZ not in job.phases:
        judgement = goals.Judgement([], [])  # nobody tried to reach them
    missed = [judging.goal(contract, goal.operation, goal.label, goal.statement) for goal in judgement.missed]
    if job.own and result.stopped is None and set(job.operations) == set(contract.operations):
        missed += [
            judging.goal(contract, row["operation"], f"law {row['law']}", UNJUDGED)
            for row in result.laws
            if not row["judged"]
        ]
    groups = group([*result.findings, *missed])
    partial = [f"{operation} was left out: it needs {needs}" for operation, needs in lacking.items()]
    partial += [f"{each} was left out: its credentials are refused" for each in result.left_out]
    if not job.own and not job.fixtures:
        partial.append(NO_FIXTURES)
    elif not job.own:
        unnamed = [
            each
            for each in job.operations
            if each not in result.left_out and not any(one.operation == each for one in job.fixtures)
        ]
        partial += [f"{each} has no fixtures: only its refusals are tested" for each in unnamed]
    report = Report(
        target=job.base_url,
        contract=contract,
        seed=job.seed,
        run_id=job.run_id,
        tally={each: counts.summary() for each, counts in result.tally.counts.items()},
        findings=tuple(baseline.judge(groups, today)),
        partial=tuple(partial),
        stopped=result.stopped,
        not_reached=tuple(
            {"operation": goal.operation, "what": goal.label, "why": why}
            for goal, why in judgement.not_reached
        ),
        not_run=tuple(result.not_run),
        spending=tuple(result.spending),
        stale=tuple(baseline.stale(groups)),
        laws=tuple(result.laws),
        checks=_checks(result),
        seconds=seconds,
    )
    return Outcome(report, result, tuple(groups), redactor(job, result, contract))


def _checks(result: Result) -> dict[str, list[str]]:
    """The own checks and the laws of each operation, as checks of findings are called."""
    found = {
        each: [f"probe:{name}" for name in counts.probes if name != CALL]
        for each, counts in result.tally.counts.items()
    }
    for row in result.laws:
        if row["judged"]:
            found[row["operation"]].append(f"law:{row['law']}")
    return found


def redactor(job: Job, result: Result, contract: Contract) -> Redactor:
    """What takes the secrets of a run out of a text."""
    return Redactor(job.credentials, job.fixtures, result.handed_out, contract)
