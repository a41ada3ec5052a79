"""What a law is: a sentence, its source, what it takes to look, how bad a breach is, and the look."""

import dataclasses
import enum
from collections.abc import Callable, Iterator

from punchh_contract.conformance.laws.history import History, Judgement
from punchh_contract.conformance.verdict.findings import Severity
from punchh_contract.contract import Operation


class Need(enum.Enum):
    """What a law cannot be judged without, in words that say what would help."""

    FIXTURES = "guests and assets that may be spent: list yours in --fixtures"
    CONTROL = "a view of what guests hold: a sandbox of punchh-contract, or --control where the target is one"
    EVENTS = "events that come to a receiver of the run: a sandbox of punchh-contract, or --control"
    CLOCK = "a clock that can be moved: a sandbox of punchh-contract, or --control"
    REFUSALS = "failed authentications, which the own checks of the fuzzing phase spend on a target of yours"


Judge = Callable[[History], Iterator[Judgement]]


@dataclasses.dataclass(frozen=True)
class Law:
    """One law. `id` is that of the contract's `x-law`, `source` a label of spec/README.md, `confidence`
    documented, inferred or assumed, as for `x-source`.
    """

    id: str
    statement: str
    source: str
    confidence: str
    severity: Severity
    judge: Judge
    needs: tuple[Need, ...] = ()

    def applies(self, operation: Operation) -> bool:
        """Whether the contract says that it holds for an operation."""
        return self.id in operation.laws
