"""What a run must have seen before it may be green, derived from the contract, and what of it was missed."""

from collections.abc import Iterator

from punchh_contract.conformance.preparation import links
from punchh_contract.conformance.probes import probes_of
from punchh_contract.conformance.quotes import ASKED_AGAIN
from punchh_contract.conformance.shapes import shapes
from punchh_contract.conformance.tally import Tally
from punchh_contract.contract import Contract, Operation

SUCCESSES = 5
"""Real successes of each operation that generated cases must reach: one could be luck."""
FORMS = {
    "force_redeem": ("by points", "by reward"),
    "process_batch_redemption": ("an item redeemed", "an item refused"),
}
"""What else an operation must have done: forms that its request's schema does not tell apart."""


def missed(contract: Contract, tally: Tally) -> list[str]:
    """Name every floor that a run over the operations of `tally` did not reach; empty is good."""
    found = []
    for operation_id, counts in tally.counts.items():
        operation = contract.operation(operation_id)
        successes = counts.total("success", generated=True)
        if successes < SUCCESSES:
            found.append(
                f"{operation_id}: {successes} real successes from generated cases, wanted {SUCCESSES}"
            )
        found += [
            f"{operation_id}: no generated case reached: {form}"
            for form in (*_forms(contract, operation), *_link_forms(contract, operation, tally))
            if not counts.form(form)
        ]
        found += [
            f"{operation_id}: the own check was never made: {name}"
            for name in own_checks(contract, operation)
            if not counts.probes[name]
        ]
        found += [
            f"{operation_id}: the contract documents status {status}, and it was never seen"
            for status, confidence in statuses(contract, operation)
            if confidence != "assumed" and not counts.statuses[status]
        ]
    return found


def unseen(contract: Contract, tally: Tally) -> list[str]:
    """Name the assumed statuses that no answer had: nobody says that a target sends them, so no floor."""
    return [
        f"{operation_id}: status {status} (assumed) was not seen"
        for operation_id, counts in tally.counts.items()
        for status, confidence in statuses(contract, contract.operation(operation_id))
        if confidence == "assumed" and not counts.statuses[status]
    ]


def own_checks(contract: Contract, operation: Operation) -> Iterator[str]:
    """The names of the own checks that an operation must have had."""
    for probe in probes_of(operation):
        yield probe.name
    if any(shape.quote for shape in shapes(contract, operation)):
        yield ASKED_AGAIN


def statuses(contract: Contract, operation: Operation) -> Iterator[tuple[int, str]]:
    """The statuses of an operation, each with the confidence that the contract has in it."""
    node = contract.document["paths"][operation.path][operation.method.lower()]
    for status, response in node["responses"].items():
        source = contract.resolve(response).get("x-source", {})
        yield int(status), source.get("confidence", operation.confidence)


def _forms(contract: Contract, operation: Operation) -> Iterator[str]:
    for shape in shapes(contract, operation):
        kind = shape.constants.get("discount_type")
        if kind is not None:
            yield f"{kind} {'quote' if shape.quote else 'commit'}"
        elif shape.quote:
            yield "a quote"
    yield from FORMS.get(operation.id, ())


def _link_forms(contract: Contract, operation: Operation, tally: Tally) -> Iterator[str]:
    for name, (_, target, _) in links(contract, tuple(tally.counts)).items():
        if target.id == operation.id:
            yield f"link {name}"
