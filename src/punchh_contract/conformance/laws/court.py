"""Judges a history by every law that can be judged on this target, and keeps count."""

import collections
import dataclasses

from punchh_contract.conformance.laws.book import LAWS
from punchh_contract.conformance.laws.history import History, Judgement
from punchh_contract.conformance.laws.law import Law


@dataclasses.dataclass(frozen=True)
class Breach:
    """A law, and the judgement by which it was broken."""

    law: Law
    judgement: Judgement
    history: History


class Court:
    """Counts how often each law was judged, by operation: what was never judged proves nothing."""

    def __init__(self, laws: tuple[Law, ...] = LAWS) -> None:
        self.laws = laws
        self.judged: collections.Counter[tuple[str, str]] = collections.Counter()

    def judge(self, history: History) -> list[Breach]:
        """Every breach in a history, those of the worst law first."""
        found: list[Breach] = []
        for law in self.laws:
            for judgement in law.judge(history):
                step = judgement.bearer or judgement.step
                if step is not None and not law.applies(step.operation):
                    continue
                if step is not None:
                    self.judged[law.id, step.operation.id] += 1
                if judgement.breach is not None:
                    found.append(Breach(law, judgement, history))
        return sorted(found, key=severity)


def severity(breach: Breach) -> int:
    """How bad it is; the smaller the worse."""
    return breach.judgement.severity or breach.law.severity
