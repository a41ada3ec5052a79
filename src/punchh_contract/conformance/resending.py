"""Sends one recorded finding again, through the same wire and under the same rules as a run."""

import dataclasses

import requests

from punchh_contract.conformance import probes
from punchh_contract.conformance.hooks import Run, answer_of
from punchh_contract.conformance.job import Job
from punchh_contract.conformance.prober import parsed, settled
from punchh_contract.conformance.runner import RunError
from punchh_contract.conformance.spending import Outcome as Spent
from punchh_contract.conformance.verdict.answers import Answer
from punchh_contract.conformance.verdict.replay import Call, Outcome, Replay
from punchh_contract.contract import Contract, Operation
from punchh_contract.errors import UsageError

CHANGED = "this replay is not as a run wrote it"


def resend(job: Job, contract: Contract, replay: Replay) -> Outcome:
    """Send the request of a replay once, and judge its answer.

    Raises UsageError for what the replay needs and nobody gave, PunchhContractError for a request that the
    run's rules do not allow, RunError if no answer came.
    """
    run = Run(job, contract, any_run=True)

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
        return answer_of(response)

    try:
        return replay.run(contract, job.credentials, job.fixtures, send)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(CHANGED) from None


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
