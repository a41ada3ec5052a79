"""Sequences that nobody wrote down: Hypothesis draws them over the four operations, the laws judge each, and
what breaks one is shrunk to the shortest story.
"""

import time
from collections.abc import Callable
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from punchh_contract.conformance.laws.control import ControlError
from punchh_contract.conformance.laws.court import Breach, Court, severity
from punchh_contract.conformance.laws.history import BATCH, CODE_MADE, FORCE, ONLINE, SUCCESS
from punchh_contract.conformance.laws.inbox import Inbox
from punchh_contract.conformance.laws.scene import Scene
from punchh_contract.conformance.laws.world import Guest, World
from punchh_contract.conformance.wire import StoppedError

EXAMPLES = 20
"""Sequences of a run."""
STEPS = 9
"""Steps of a sequence, at most."""
SECONDS = 12.0
"""After so long nothing is drawn or shrunk any more, on however slow a machine."""
OPERATIONS = frozenset({ONLINE, BATCH, FORCE, CODE_MADE})
RECEIPTS = (3000, 700, 120)


class BrokenLawError(Exception):
    """A sequence broke a law; Hypothesis shrinks it."""


def run(world: World, inbox: Inbox | None, court: Court) -> tuple[int, list[Breach]]:
    """Draw sequences by the run's seed; returns how many, and the breaches of the shortest that broke a law.

    Raises StoppedError and ControlError.
    """
    if not set(world.run.job.operations) >= OPERATIONS or world.plan is None:
        return 0, []
    found = _Found()
    machine = _machine(world, inbox, court, found)
    machine = hypothesis.seed(world.run.job.seed)(machine)
    limits = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        print_blob=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(machine, settings=limits)
    except (StoppedError, ControlError):
        raise
    except (BrokenLawError, HypothesisException, BaseExceptionGroup):
        pass  # what was found is in `found`; that it fails to repeat, once time is over, says nothing
    if found.error is not None:
        raise found.error
    return found.count, found.breaches


class _Found:
    """What sequences brought: the breaches of the shortest, and an error that is none of the target's."""

    def __init__(self) -> None:
        self.count = 0
        self.breaches: list[Breach] = []
        self.error: StoppedError | ControlError | None = None
        self.ends = time.monotonic() + SECONDS

    def note(self, breaches: list[Breach]) -> None:
        """Keep the worst, and of equals those with the shortest history."""
        if not self.breaches or self._rank(breaches) <= self._rank(self.breaches):
            self.breaches = breaches

    @staticmethod
    def _rank(breaches: list[Breach]) -> tuple[int, int]:
        return severity(breaches[0]), len(breaches[0].history.entries)


def _machine(world: World, inbox: Inbox | None, court: Court, found: _Found) -> type[RuleBasedStateMachine]:
    """The state machine of a run; a class, since Hypothesis makes its instances."""

    class Redemptions(RuleBasedStateMachine):
        """Two guests and what they do; see the rules."""

        def __init__(self) -> None:
            super().__init__()
            self.scene: Scene | None = None
            self.uids: list[str] = []
            self.codes: list[str] = []

        @initialize()
        def begin(self) -> None:
            """Make two guests who hold a little of everything."""
            if time.monotonic() > found.ends or found.error is not None:
                return
            found.count += 1

            def make() -> None:
                world.mark()
                scene = Scene("a sequence that was drawn", world, inbox)
                scene.move("the clock stands still", "POST", "clock/freeze")
                held: dict[str, Any] = {
                    "points": 250,
                    "banked_cents": 900,
                    "visit_cards": 2,
                    "rewards": ({"discount_cents": 500}, {"discount_cents": 333}),
                    "coupons": ({"discount_cents": 199},),
                    "subscriptions": 1,
                    "basket": (("reward", 1), ("card_completion", ""), ("discount_amount", 150)),
                }
                self.guests = [scene.guest(**held), scene.guest(**held)]
                self.scene = scene

            self._guarded(make)

        @rule(
            who=st.integers(0, 1),
            whose=st.sampled_from((0, 0, 0, 1)),
            what=st.integers(0, 5),
            receipt=st.sampled_from(RECEIPTS),
            asks=st.booleans(),
            key=st.integers(-2, 3),
        )
        def online(self, who: int, whose: int, what: int, receipt: int, key: int, *, asks: bool) -> None:
            """An online order, a quote of one, or one again with a key of before."""
            owner = self._guest(who if not whose else 1 - who)
            if owner is None or self.scene is None:
                return
            kinds = [
                ("reward", owner.rewards[0]),
                ("reward", owner.rewards[1]),
                ("redemption_code", owner.codes[0]),
                ("discount_amount", "5"),
                ("card_completion", ""),
                *(("redeemable", each) for each in list(world.redeemables)[:1]),
            ]
            kind, name = kinds[min(what, len(kinds) - 1)]
            scene, guest, uid = self.scene, self.guests[who], self._key(key, asks=asks)
            self._guarded(
                lambda: scene.online(
                    guest, kind, name, receipt=receipt, lines=(receipt,), query=asks, uid=uid
                )
            )

        @rule(
            who=st.integers(0, 1),
            receipt=st.sampled_from(RECEIPTS),
            asks=st.booleans(),
            key=st.integers(-1, 3),
        )
        def batch(self, who: int, receipt: int, key: int, *, asks: bool) -> None:
            """A batch, a quote of one, or one again."""
            if self.scene is None:
                return
            scene, guest, uid = self.scene, self.guests[who], self._key(key, asks=asks)
            self._guarded(lambda: scene.batch(guest, receipt=receipt, query=asks, uid=uid))

        @rule(who=st.integers(0, 1), count=st.sampled_from((None, 1, 7, 3000)))
        def force(self, who: int, count: int | None) -> None:
            """Staff take points, more than there are, or the reward."""
            if self.scene is None:
                return
            scene, guest = self.scene, self.guests[who]
            order: dict[str, Any] = (
                {"requested_punches": count} if count else {"reward_id": int(guest.rewards[0])}
            )
            self._guarded(lambda: scene.force(guest, force_message="Drawn", **order))

        @rule(who=st.integers(0, 1))
        def code(self, who: int) -> None:
            """A code of the guest's subscription."""
            if self.scene is None:
                return
            scene, guest = self.scene, self.guests[who]

            def make() -> None:
                step = scene.code(guest, guest.subscriptions[0])
                if step.outcome == SUCCESS:
                    self.codes.append(str(step.answer["redemption_tracking_code"]))

            self._guarded(make)

        @rule(who=st.integers(0, 1), place=st.integers(0, 3), asks=st.booleans(), key=st.integers(-2, 3))
        def redeem_code(self, who: int, place: int, key: int, *, asks: bool) -> None:
            """A code that was made is redeemed, by whomever."""
            if self.scene is None or not self.codes:
                return
            scene, guest, uid = self.scene, self.guests[who], self._key(key, asks=asks)
            text = self.codes[place % len(self.codes)]
            self._guarded(lambda: scene.online(guest, "redemption_code", text, query=asks, uid=uid))

        @rule(seconds=st.sampled_from((1, 300, 601)))
        def wait(self, seconds: int) -> None:
            """Time passes; codes expire."""
            if self.scene is None:
                return
            scene = self.scene
            self._guarded(
                lambda: scene.move(f"{seconds} s later", "POST", "clock/advance", {"seconds": seconds})
            )

        def teardown(self) -> None:
            """Judge what happened."""
            if self.scene is None or found.error is not None:
                return
            breaches: list[Breach] = []
            scene = self.scene
            self._guarded(lambda: breaches.extend(court.judge(scene.history())))
            if breaches:
                found.note(breaches)
                raise BrokenLawError(breaches[0].law.id)

        def _guest(self, place: int) -> Guest | None:
            return self.guests[place] if self.scene is not None else None

        def _key(self, number: int, *, asks: bool) -> str | None:
            """A key: none, a fresh one, or one of before."""
            if number < -1 or asks:
                return None
            if number < 0 or number >= len(self.uids):
                self.uids.append(world.uid())
                return self.uids[-1]
            return self.uids[number]

        def _guarded(self, do: Callable[[], object]) -> None:
            """What is no fault of the target's ends the drawing, and is raised outside of it."""
            if found.error is None:
                try:
                    do()
                except (StoppedError, ControlError) as error:
                    found.error = error

    return Redemptions
