"""Tells a story again that broke a law: by its name, or by its steps where nobody had written it down.

Nothing of the file but these goes to the target: guests, assets, codes and keys are made anew by telling.
"""

from punchh_contract.conformance.hooks import Run
from punchh_contract.conformance.laws import phase
from punchh_contract.conformance.laws.control import Control, ControlError
from punchh_contract.conformance.laws.court import Breach, Court
from punchh_contract.conformance.laws.given import Teller
from punchh_contract.conformance.laws.history import History
from punchh_contract.conformance.laws.sequence import DRAWN, Sequence, checked
from punchh_contract.conformance.laws.stories import STORIES
from punchh_contract.conformance.laws.world import World
from punchh_contract.conformance.verdict.findings import Story
from punchh_contract.conformance.wire import StoppedError, WireError
from punchh_contract.errors import UsageError


class UntoldError(UsageError):
    """A story that cannot be told on this target; the text says why, and what would let it be."""


def retell(run: Run, story: Story) -> tuple[History, Court, list[Breach]]:
    """Tell a story again, and judge it by every law.

    Raises UntoldError for a story that does not fit the target or this version, and ControlError, WireError
    and StoppedError if it broke off.
    """
    history = _told(run, story)
    if run.wire.stopped:
        raise StoppedError(run.wire.stopped)
    court = Court()
    return history, court, court.judge(history)


def _told(run: Run, story: Story) -> History:
    with phase.control_of(run) as control:
        return _told_to(run, control, story)


def _told_to(run: Run, control: Control | None, story: Story) -> History:
    if control is None:
        for name, tell in Teller(run).stories():
            if name == story.name:
                return tell()
        raise UntoldError(
            f"{story.name!r} cannot be told: it takes a sandbox of punchh-contract (leave out --target, or"
            " give --control), or the fixtures that it was told with"
        )
    with phase.as_it_was(control, run.job.reset_path):
        world = World(run, control)
        world.learn()
        if story.name == DRAWN:
            sequence = Sequence(world)
            for rule, drawn in checked(story.drawn):
                sequence.do(rule, **drawn)
            return sequence.history()
        named = next((each for each in STORIES if each.name == story.name), None)
        if named is None:
            raise UntoldError(f"no story of this version is called {story.name!r}: run --phases laws instead")
        if not set(named.operations) <= set(run.job.operations):
            raise UntoldError(
                f"{story.name!r} calls {', '.join(named.operations)}: give no other --operation"
            )
        with phase.listening(control if named.heard else None) as inbox:
            history, why = phase.told(world, inbox, named)
        if why is not None:
            raise WireError(why)
        return history


__all__ = ["ControlError", "UntoldError", "retell"]
