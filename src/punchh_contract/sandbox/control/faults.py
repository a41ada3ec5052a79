"""The operations on planted faults."""

from typing import Any

from starlette.responses import Response

from punchh_contract.errors import UsageError
from punchh_contract.sandbox.control.asking import Ask
from punchh_contract.sandbox.control.replies import ProblemError, done, missing, reply
from punchh_contract.sandbox.faults import Fault, Faults, Kind, Planted


class FaultHandlers:
    """Each method is named as its operationId in the document."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    async def get_faults(self, _: Ask) -> Response:
        """All of them, in order."""
        return reply([_written(each) for each in self._faults.list()])

    async def add_fault(self, ask: Ask) -> Response:
        """Plant one."""
        given: dict[str, Any] = {**ask.body, "kind": Kind(ask.body["kind"])}
        for name in ("count", "seed", "status"):
            if given.get(name) is not None:  # 1.0 is the integer, to JSON Schema
                given[name] = int(given[name])
        try:
            return reply(_written(self._faults.add(Fault(**given))), 201)
        except UsageError as error:
            raise ProblemError(400, str(error)) from error

    async def get_fault(self, ask: Ask) -> Response:
        """One of them."""
        planted = self._faults.get(ask.path["fault_id"])
        if planted is None:
            raise missing("fault")
        return reply(_written(planted))

    async def delete_fault(self, ask: Ask) -> Response:
        """Take one away."""
        if not self._faults.remove(ask.path["fault_id"]):
            raise missing("fault")
        return done()

    async def clear_faults(self, _: Ask) -> Response:
        """Take all away."""
        self._faults.clear()
        return done()


def _written(planted: Planted) -> dict[str, Any]:
    fault = planted.fault
    return {
        "fault_id": planted.id,
        "kind": fault.kind.value,
        "operation": fault.operation,
        "count": fault.count,
        "probability": fault.probability,
        "seed": fault.seed,
        "seconds": fault.seconds,
        "status": fault.status,
        "seen": planted.seen,
        "struck": planted.struck,
    }
