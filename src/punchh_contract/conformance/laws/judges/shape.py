"""Whether an answer has a shape that the contract documents. Of one that has none only that is told: what it
means, nobody can say.
"""

from punchh_contract.conformance.laws.history import Step
from punchh_contract.conformance.verdict import judging
from punchh_contract.conformance.verdict.findings import Exchange
from punchh_contract.contract import load


def undocumented(step: Step) -> str | None:
    """What about status, body or content type of a step's answer the contract does not have; None for a
    documented one, and where no answer came.
    """
    if step.raw is None:
        return None
    exchange = Exchange(step.operation.id, "laws", 0, step.operation.path, {"User-Agent": ""}, None)
    found = judging.judge(load(), exchange, step.request, step.raw)
    return found[0].statement if found else None
