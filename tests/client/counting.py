"""Counts calls in a process of its own, which can import this and not a test."""

from pathlib import Path
from typing import Any

from punchh_contract.client.budget import Budget
from punchh_contract.client.errors import BudgetExceeded
from punchh_contract.contract import load
from punchh_contract.facts import Operation

FORCE = load().operation("force_redeem")
assert FORCE.rate_limit is not None
MINUTE = FORCE.rate_limit.per_minute


class Allowed(Budget):
    """A budget whose every call is one for which bulk use was allowed by name."""

    def take(self, operation: Operation, calls: int = 1, **more: Any) -> None:
        super().take(operation, calls, **{"allow_bulk_force_redeem": True, **more})


def take_many(path: Path, start: Any, results: Any) -> None:
    """Take calls, together with others, until there are no more."""
    budget, taken = Allowed(path), 0
    start.wait()
    for _ in range(MINUTE):
        try:
            budget.take(FORCE)
            taken += 1
        except BudgetExceeded:
            break
    budget.close()
    results.put(taken)
