"""One question to each operation before a run: are these credentials taken at all?

It names nothing but impossible values, so it can take nothing. Without it a wrong key would be noticed by a
thousand refused requests, and the vendor blocks an address after ten (AE-RATE).
"""

from typing import Any

import requests

from punchh_contract.conformance.fixtures import Fixtures
from punchh_contract.conformance.hooks import OWN_CHECK, Run
from punchh_contract.conformance.naming import TOKEN
from punchh_contract.conformance.refusals import STATUSES
from punchh_contract.conformance.runner import RunError
from punchh_contract.conformance.verdict import judging
from punchh_contract.conformance.wire import StoppedError
from punchh_contract.contract import Contract, Operation

OPENING = "are the credentials taken"


def usable(run: Run) -> tuple[str, ...]:
    """Return the ids of the operations that can be tested: all on a target of our own.

    Elsewhere one whose credentials are refused is left out, and that is a finding. Raises RunError if the
    target cannot be reached, or takes the credentials of no operation.
    """
    if run.job.own or run.job.rehearse:
        return run.job.operations
    # A guest's token is the one fixture that a request cannot do without; it is only shown, nothing is taken.
    grounding = run.grounded(Fixtures(tuple(each for each in run.job.fixtures if each.field == TOKEN)))
    found, refused = list[str](), dict[str, int]()
    for operation in run.operations:
        body = grounding.ground(operation, _example(run.contract, operation), as_written=True)
        try:
            response = run.send(operation, body)
        except StoppedError:
            break
        except requests.RequestException as error:
            raise RunError(
                f"{run.job.base_url} does not answer ({_cause(error)}): is it up, and is the address right?"
            ) from None
        run.result.tally.add_probe(operation, OPENING, response.status_code)
        if response.status_code in STATUSES:
            refused[operation.id] = response.status_code
            _leave_out(run, operation, response)
        else:
            found.append(operation.id)
    if refused and not found:
        told = ", ".join(f"{each}: {status}" for each, status in refused.items())
        raise RunError(
            f"the credentials are refused ({told}), so nothing can be tested; check the PUNCHH_* variables"
        )
    return tuple(found)


def _example(contract: Contract, operation: Operation) -> Any:
    """The contract's first example of a request."""
    media = contract.document["paths"][operation.path][operation.method.lower()]["requestBody"]["content"]
    examples = media["application/json"]["examples"]
    return contract.resolve(next(iter(examples.values())))["value"]


def _leave_out(run: Run, operation: Operation, response: requests.Response) -> None:
    status = response.status_code
    run.result.left_out.append(operation.id)
    run.result.leave_out(
        operation.id, "all of it", f"the first request, with the credentials given, was answered {status}"
    )
    good = tuple(each for each in operation.statuses if each not in STATUSES)
    exchange = run.exchange(operation, response.request, OWN_CHECK, good)
    run.add(judging.refused_valid(run.contract, exchange, status))


def _cause(error: BaseException) -> str:
    """The innermost reason, without its text: that may quote what was sent."""
    found: BaseException = error
    while (deeper := found.__cause__ or found.__context__) is not None:
        found = deeper
    return found.strerror if isinstance(found, OSError) and found.strerror else type(found).__name__
