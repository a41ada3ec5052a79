"""From what a run brought back to what is said of it: goals become findings, known ones are set apart."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from punchh_contract.conformance import coverage, goals, provenance
from punchh_contract.conformance.goals import Goal, Judgement
from punchh_contract.conformance.job import FUZZ, LAWS, Job
from punchh_contract.conformance.laws.book import BY_ID
from punchh_contract.conformance.laws.history import CALL
from punchh_contract.conformance.laws.names import NO_FIXTURE_LEFT, UNTOLD
from punchh_contract.conformance.limits import Limits
from punchh_contract.conformance.result import Result
from punchh_contract.conformance.verdict import clauses, judging
from punchh_contract.conformance.verdict.baseline import Baseline
from punchh_contract.conformance.verdict.findings import Finding, Group, group
from punchh_contract.conformance.verdict.redaction import Redactor
from punchh_contract.conformance.verdict.report import Report
from punchh_contract.contract import Contract

NO_FIXTURES = "no fixtures are given: only refusals are tested; list values of your own in --fixtures"

UNASKED = "the phase {} was not asked for (--phases)"

_KINDS = {"present": coverage.SENT, "value": coverage.SENT_VALUES, "status": coverage.STATUSES}
"""Goals that are about something that can be covered."""

UNJUDGED = "no story came so far that the law could be judged"
NO_LAW = "a run of laws alone has to judge one"


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
    started: dt.datetime,
    seconds: float,
) -> Outcome:
    """Tell what came of a job.

    `lacking` are the operations that were asked for and could not be called at all: operationId -> what they
    need. `usual_examples` is how many cases are enough to hold a run to its goals. `started` has a zone, and
    its day is the one by which the baseline is judged.
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
        judgement = Judgement([], [])  # nobody tried to reach them
    missed = [_missed(contract, goal) for goal in judgement.missed]
    if job.own and result.stopped is None and set(job.operations) == set(contract.operations):
        missed += [
            judging.goal(contract, row["operation"], f"law {row['law']}", UNJUDGED)
            for row in result.laws
            if not row["judged"]
        ]
    if _judged_nothing(job, result):
        asked = [each for each in job.operations if each not in result.left_out]
        why = next((row["why"] for row in result.not_run if row["what"] == UNTOLD), NO_FIXTURE_LEFT)
        missed.append(judging.goal(contract, asked[0], "laws", f"{NO_LAW}: {why}"))
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
    partial += [
        f"{row['what']} were not told: {row['why']}"
        for row in result.not_run
        if row["what"] == UNTOLD and FUZZ in job.phases and job.fixtures and not job.own
    ]
    report = Report(
        target=job.base_url,
        contract=contract,
        seed=job.seed,
        run_id=job.run_id,
        tally={each: counts.summary() for each, counts in result.tally.counts.items()},
        started=started,
        findings=tuple(baseline.judge(groups, started.date())),
        partial=tuple(partial),
        stopped=result.stopped,
        not_reached=tuple(
            {"operation": goal.operation, "what": goal.label, "why": why}
            for goal, why in judgement.not_reached
        ),
        not_run=tuple(result.not_run),
        # Of a target of our own, which has a thousand, only those that were in a request.
        spending=tuple(row for row in result.spending if row["named"] or not job.own),
        stale=tuple(baseline.stale(groups)),
        laws=tuple(_laws(job, result, contract)),
        checks=_checks(result),
        coverage=_coverage(job, result, contract, judgement, lacking),
        options=provenance.options(job, baseline=bool(baseline.entries)),
        command=provenance.command(job, contract, baseline=bool(baseline.entries)),
        versions=provenance.versions(),
        seconds=seconds,
    )
    return Outcome(report, result, tuple(groups), redactor(job, result, contract))


def _judged_nothing(job: Job, result: Result) -> bool:
    """Whether a run of laws alone on somebody else's target came to its end without having judged one."""
    return (
        not job.own
        and job.phases == (LAWS,)
        and not job.rehearse
        and result.stopped is None
        and set(job.operations) > set(result.left_out)
        and not any(row["judged"] for row in result.laws)
    )


def _missed(contract: Contract, goal: Goal) -> Finding:
    return judging.goal(contract, goal.operation, goal.label, goal.statement)


def _laws(job: Job, result: Result, contract: Contract) -> Iterator[dict[str, Any]]:
    """Every law of the operations that were asked for: how often it was judged, or why it was not."""
    judged = {(row["law"], row["operation"]): row["judged"] for row in result.laws}
    why = {(row["what"], row["operation"]): row["why"] for row in result.not_run}
    otherwise = f"the run was stopped: {result.stopped}" if result.stopped else UNJUDGED
    if LAWS not in job.phases:
        otherwise = UNASKED.format(LAWS)
    for operation in map(contract.operation, job.operations):
        for law in (BY_ID[each] for each in operation.laws):
            count = judged.get((law.id, operation.id), 0)
            yield {
                "law": law.id,
                "operation": operation.id,
                "judged": count,
                "statement": law.statement,
                "severity": law.severity.name,
                "source": law.source,
                "confidence": law.confidence,
                "why": None if count else why.get((f"law:{law.id}", operation.id), otherwise),
            }


def _coverage(
    job: Job, result: Result, contract: Contract, judgement: Judgement, lacking: Mapping[str, str]
) -> dict[str, Any]:
    """What was covered of the contract, and why not the rest."""
    reasons: dict[str, dict[Any, str]] = {each: {} for each in contract.operations}
    for goal, why in [
        *judgement.not_reached,
        *((each, f"missed: finding {_missed(contract, each).id}") for each in judgement.missed),
    ]:
        if kind := _KINDS.get(goal.kind):
            reasons[goal.operation][kind, None, goal.name, goal.value or None] = why
    inside = {}
    rows: list[dict[str, Any]] = []
    for operation in contract.operations.values():
        unasked = None
        if operation.id not in job.operations:
            needs = lacking.get(operation.id)
            unasked = f"it needs {needs}" if needs else "it was not asked for (--operation)"
        elif operation.id in result.left_out:
            unasked = "its credentials are refused"
        counts = result.tally.counts.get(operation.id)
        calls = counts.calls if counts else 0
        rows.append({"name": operation.id, "at": clauses.operation(operation), "count": calls})
        if not calls:
            rows[-1]["why"] = unasked
        inside[operation.id] = result.coverage.rows(
            contract,
            operation,
            counts.statuses if counts else {},
            reasons[operation.id],
            otherwise=unasked or (None if FUZZ in job.phases else UNASKED.format(FUZZ)),
        )
    covered = sum(row["count"] > 0 for row in rows)
    return {"operations": {"covered": covered, "of": len(rows), "items": rows}, "inside": inside}


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
