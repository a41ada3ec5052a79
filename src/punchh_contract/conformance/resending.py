"""Sends one recorded finding again, or tells its story, through the wire and under the rules of a run."""

import dataclasses

import requests

from punchh_contract.conformance import probes
from punchh_contract.conformance.hooks import Run, answer_of
from punchh_contract.conformance.job import Job
from punchh_contract.conformance.laws.court import Breach
from punchh_contract.conformance.laws.retelling import retell
from punchh_contract.conformance.laws.telling import finding
from punchh_contract.conformance.laws.watching import AS_IT_CAME, CODES_AS_THEY_CAME, Watcher
from punchh_contract.conformance.prober import parsed, settled
from punchh_contract.conformance.runner import RunError
from punchh_contract.conformance.spending import Outcome as Spent
from punchh_contract.conformance.verdict.answers import Answer
from punchh_contract.conformance.verdict.findings import Finding, Story, group
from punchh_contract.conformance.verdict.replay import Call, Outcome, Replay
from punchh_contract.contract import Contract, Operation
from punchh_contract.errors import PunchhContractError, UsageError

CHANGED = "this replay is not as a run wrote it"


def resend(job: Job, contract: Contract, replay: Replay) -> Outcome:
    """Send the request of a replay once, and judge its answer; of a law's finding tell the whole story again.

    Raises UsageError for what the replay needs and nobody gave, PunchhContractError for a request that the
    run's rules do not allow, RunError if no answer came.
    """
    story = replay.finding.story
    if story is not None and story.name not in (AS_IT_CAME, CODES_AS_THEY_CAME):
        return _retold(job, contract, replay, story)
    run = Run(job, contract, any_run=True)
    try:
        return _resent(job, contract, replay, story, run)
    finally:
        run.close()


def _resent(job: Job, contract: Contract, replay: Replay, story: Story | None, run: Run) -> Outcome:
    """Send it as it stands in the file, and what follows from it."""
    watcher, seen = Watcher(), list[Breach]()

    def send(call: Call) -> Answer:
        operation = contract.operation(call.operation)
        _check(call, operation, job)
        refusal = replay.exchange.probe is not None
        if refusal and not run.budget.take():
            raise RunError(
                f"a request that expects a refusal may not be sent to {job.base_url} now, since the vendor"
                f" blocks an address for them: wait {run.budget.wait:.0f} s"
            )
        bill = run.spending.reserve(operation, parsed(call.body))
        outcome: Spent = "unknown"
        try:
            prepared = requests.Request(
                call.method, job.base_url + call.uri, headers=dict(call.headers), data=call.body
            ).prepare()
            response = run.wire.send(prepared, expects_refusal=refusal)
            outcome = settled(operation, response.status_code, parsed(call.body), parsed(response.content))
        except requests.RequestException as error:
            raise RunError(f"{job.base_url} gave no answer: {type(error).__name__}") from None
        finally:
            run.spending.settle(bill, outcome)
        seen.extend(watcher.see(operation, response.request, parsed(call.body), answer_of(response)))
        return answer_of(response)

    try:
        told = replay.run(contract, job.credentials, job.fixtures, send)
        if story is None:
            return told
        if story.name == CODES_AS_THEY_CAME and not seen:
            # One code is like no other; it takes a second one.
            told = replay.run(contract, job.credentials, job.fixtures, send)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(CHANGED) from None
    judged = watcher.court.judged[_law(replay), replay.exchange.operation]
    return _outcome(replay, told.status, [*told.findings, *(finding(run, each) for each in seen)], judged)


def _retold(job: Job, contract: Contract, replay: Replay, story: Story) -> Outcome:
    """Tell a story again. Raises UsageError for one that cannot be told on this target."""
    run = Run(job, contract)
    try:
        history, court, breaches = retell(run, story)
    except UsageError:
        raise
    except PunchhContractError as error:
        raise RunError(f"{story.name!r} broke off: {error}") from error
    finally:
        run.close()
    found = [finding(run, each) for each in breaches]
    mine = next((each for each in found if _same(each, replay.finding)), None)
    last = history.steps[-1].status if history.steps else None
    status = mine.status if mine is not None else last
    return _outcome(replay, status or 0, found, court.judged[_law(replay), replay.finding.operation])


def _outcome(replay: Replay, status: int, found: list[Finding], judged: int) -> Outcome:
    """Seen again is a finding of the same law and operation, whatever the status: the story decides."""
    findings = [each.first for each in group(found)]
    again = any(_same(each, replay.finding) for each in findings)
    doubt = None if again or judged else "the story did not come so far that its law could be judged"
    return Outcome(status, findings, again, doubt)


def _same(one: Finding, other: Finding) -> bool:
    return (one.check, one.operation) == (other.check, other.operation)


def _law(replay: Replay) -> str:
    return replay.finding.check.removeprefix("law:")


def _check(call: Call, operation: Operation, job: Job) -> None:
    """Hold a request to what a run would send: a replay is a file that people pass on, and may be anybody's.

    What its body names the wire's guard judges. Raises UsageError.
    """
    if call.uri not in (operation.path, f"{operation.path}?{probes.ADDED}"):
        raise UsageError(f"{CHANGED}: its path is not that of {operation.id}")
    credentials = {each.header.lower() for schemes in operation.security for each in schemes}
    plain = {"content-type", *(each["name"].lower() for each in operation.parameters)}
    for name, value in call.headers.items():
        if name.lower() not in credentials | plain:
            raise UsageError(f"{CHANGED}: it has a header that {operation.id} does not have")
        if name.lower() in plain and any(each in value for each in _secrets(job)):
            raise UsageError(f"{CHANGED}: a credential stands in a header that is none")


def _secrets(job: Job) -> list[str]:
    held = dataclasses.asdict(job.credentials)
    return [value for name, value in held.items() if value and name != "user_agent"]
