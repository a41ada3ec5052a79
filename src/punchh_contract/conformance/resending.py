"""Sends one recorded finding again, through the same wire and under the same rules as a run."""

import requests

from punchh_contract.conformance.hooks import Run, answer_of
from punchh_contract.conformance.job import Job
from punchh_contract.conformance.prober import parsed, settled
from punchh_contract.conformance.runner import RunError
from punchh_contract.conformance.spending import Outcome as Spent
from punchh_contract.conformance.verdict.answers import Answer
from punchh_contract.conformance.verdict.replay import Call, Outcome, Replay
from punchh_contract.contract import Contract


def resend(job: Job, contract: Contract, replay: Replay) -> Outcome:
    """Send the request of a replay once, and judge its answer.

    Raises UsageError for what the replay needs and nobody gave, PunchhContractError for a request that the
    run's rules do not allow, RunError if no answer came.
    """
    run = Run(job, contract, any_run=True)

    def send(call: Call) -> Answer:
        operation = contract.operation(call.operation)
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

    return replay.run(contract, job.credentials, job.fixtures, send)
