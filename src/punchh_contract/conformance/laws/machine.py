"""Sequences that nobody wrote down: Hypothesis draws them over the four operations, the laws judge each, and
what breaks one is shrunk to the shortest story.
"""

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any, cast

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from punchh_contract.conformance.laws.control import ControlError
from punchh_contract.conformance.laws.court import Breach, Court, severity
from punchh_contract.conformance.laws.history import BATCH, CODE_MADE, FORCE, ONLINE
from punchh_contract.conformance.laws.sequence import Sequence
from punchh_contract.conformance.laws.world import World
from punchh_contract.conformance.wire import StoppedError

EXAMPLES = 12
"""Sequences of a run."""
MOST = 120
"""Sequences that are told in all, those of the shrinking among them: a number and no time, so that the same
seed tells the same ones on any machine."""
STEPS = 9
"""Steps of a sequence, at most."""
OPERATIONS = frozenset({ONLINE, BATCH, FORCE, CODE_MADE})
RECEIPTS = (3000, 700, 120)


class BrokenLawError(Exception):
    """A sequence broke a law; Hypothesis shrinks it."""


def run(world: World, court: Court) -> "Drawn":
    """Draw sequences by the run's seed, and have each judged as far as it came.

    Raises what Hypothesis raises where it could not draw, and no law was broken.
    """
    found = Drawn()
    if not set(world.run.job.operations) >= OPERATIONS or world.plan is None:
        return found
    machine = hypothesis.seed(world.run.job.seed)(_machine(world, court, found))
    limits = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        print_blob=False,
        phases=(Phase.generate,) if world.run.job.fail_fast else (Phase.generate, Phase.shrink),
        suppress_health_check=list(cast(Iterable[Any], HealthCheck)),
    )
    try:
        run_state_machine_as_test(machine, settings=limits)
    except (BrokenLawError, HypothesisException, BaseExceptionGroup):
        # That a breach fails to repeat, once enough were told, says nothing; without one it is all there is.
        if not found.breaches and found.error is None:
            raise
    return found


@dataclasses.dataclass
class Drawn:
    """What sequences brought: how many were told, the breaches of the shortest that broke a law, and an error
    that ended the drawing.
    """

    count: int = 0
    breaches: list[Breach] = dataclasses.field(default_factory=list[Breach])
    error: StoppedError | ControlError | None = None

    def note(self, breaches: list[Breach]) -> None:
        """Keep the worst, and of equals those with the shortest history."""
        if not self.breaches or self._rank(breaches) <= self._rank(self.breaches):
            self.breaches = breaches

    @staticmethod
    def _rank(breaches: list[Breach]) -> tuple[int, int]:
        return severity(breaches[0]), len(breaches[0].history.entries)


# Sampled, and no ranges of integers: for those Hypothesis tries constants of whatever happens to be imported.
WHO = st.sampled_from((0, 1))
KEY = st.sampled_from((-2, -1, 0, 1, 2, 3))


def _machine(world: World, court: Court, found: Drawn) -> type[RuleBasedStateMachine]:
    """The state machine of a run; a class, since Hypothesis makes its instances."""

    class Redemptions(RuleBasedStateMachine):
        """Two guests and what they do; see `Sequence`."""

        def __init__(self) -> None:
            super().__init__()
            self.sequence: Sequence | None = None

        @initialize()
        def begin(self) -> None:
            """Make two guests."""
            if found.count >= MOST or found.error is not None:
                return
            found.count += 1

            def make() -> None:
                self.sequence = Sequence(world)

            self._guarded(make)

        @rule(
            who=WHO,
            whose=st.sampled_from((0, 0, 0, 1)),
            what=st.sampled_from(range(6)),
            receipt=st.sampled_from(RECEIPTS),
            asks=st.booleans(),
            key=KEY,
        )
        def online(self, **drawn: Any) -> None:
            """An online order, a quote of one, or one again with a key of before."""
            self._do("online", drawn)

        @rule(who=WHO, receipt=st.sampled_from(RECEIPTS), asks=st.booleans(), key=KEY)
        def batch(self, **drawn: Any) -> None:
            """A batch, a quote of one, or one again."""
            self._do("batch", drawn)

        @rule(who=WHO, count=st.sampled_from((None, 1, 7, 3000)))
        def force(self, **drawn: Any) -> None:
            """Staff take points, more than there are, or the reward."""
            self._do("force", drawn)

        @rule(who=WHO)
        def code(self, **drawn: Any) -> None:
            """A code of the guest's subscription."""
            self._do("code", drawn)

        @rule(who=WHO, place=st.sampled_from(range(4)), asks=st.booleans(), key=KEY)
        def redeem_code(self, **drawn: Any) -> None:
            """A code that was made is redeemed, by whomever."""
            self._do("redeem_code", drawn)

        @rule(seconds=st.sampled_from((1, 300, 601)))
        def wait(self, **drawn: Any) -> None:
            """Time passes; codes expire."""
            self._do("wait", drawn)

        def teardown(self) -> None:
            """Judge what happened; of a sequence that a control plane cut short, what there is."""
            sequence, ended = self.sequence, found.error is not None
            if sequence is None or isinstance(found.error, StoppedError):
                return
            breaches = court.judge(sequence.history())
            if breaches:
                found.note(breaches)
                if not ended:  # or nothing is left to shrink it with
                    raise BrokenLawError(breaches[0].law.id)

        def _do(self, name: str, drawn: dict[str, Any]) -> None:
            sequence = self.sequence
            if sequence is not None:
                self._guarded(lambda: sequence.do(name, **drawn))

        def _guarded(self, do: Callable[[], object]) -> None:
            """What is no fault of the target's ends the drawing, and is raised outside of it."""
            if found.error is None:
                try:
                    do()
                except (StoppedError, ControlError) as error:
                    found.error = error

    return Redemptions
