"""The phase of the laws: tells stories, has them judged, and says which laws could not be."""

import contextlib
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import requests

from punchh_contract.conformance.endings import FIRST_FINDING
from punchh_contract.conformance.hooks import Run
from punchh_contract.conformance.laws import machine
from punchh_contract.conformance.laws.book import LAWS
from punchh_contract.conformance.laws.control import Control, ControlError
from punchh_contract.conformance.laws.court import Breach, Court, severity
from punchh_contract.conformance.laws.given import Teller
from punchh_contract.conformance.laws.history import History
from punchh_contract.conformance.laws.inbox import Inbox, subscribed
from punchh_contract.conformance.laws.law import Law, Need
from punchh_contract.conformance.laws.names import UNTOLD
from punchh_contract.conformance.laws.scene import Scene, settings_of
from punchh_contract.conformance.laws.stories import STORIES, Story
from punchh_contract.conformance.laws.telling import finding
from punchh_contract.conformance.laws.world import World
from punchh_contract.conformance.verdict.findings import Finding
from punchh_contract.conformance.wire import StoppedError, WireError
from punchh_contract.contract import Operation

Say = Callable[[str], None]

_STORY = "story: "
NO_CONTROL = "the sandbox has no control plane, or it does not answer any more"
NEVER_SEEN = "no story came so far as to show it"
NOTHING_LEFT = (
    "no story came so far as to show it: the fixtures listed were refused, or have too little left; a"
    " story takes one of each sort that may be redeemed twice more (`spend`)"
)


def run(run: Run, say: Say) -> None:
    """Carry out the phase; findings, counts and what was not run are in `run.result`.

    A sandbox that does not do what stories need makes it `broken`: what was not judged is not green.
    """
    if run.job.rehearse:
        _rehearse(run)
        return
    started = time.monotonic()
    court = Court()
    broken = run.result.broken
    control = None
    try:
        with control_of(run) as control:
            told = _judged(run, control, court)
    finally:  # also of what Ctrl-C ended
        if run.wire.stopped == FIRST_FINDING:
            run.result.broken = broken  # what was found counts, whatever broke off before it
        if run.watcher is not None:
            court.judged.update(run.watcher.court.judged)
        _count(run, court, control)
    say(
        f"{'laws':>10}: {told} stories, {court.judged.total()} judgements, {time.monotonic() - started:.0f} s"
    )


def _judged(run: Run, control: Control | None, court: Court) -> int:
    """Tell and judge all stories that can be told; returns how many there were."""
    told = 0
    if control is not None:
        try:
            told = _on_a_sandbox(run, control, court)
        except StoppedError:
            pass
        except ControlError as error:
            _broke_off(run, "laws", f"the sandbox's control plane failed: {error}")
    elif run.job.own:
        _broke_off(run, "laws", NO_CONTROL)
    else:
        with contextlib.suppress(StoppedError):
            for history in _given(run, teller := Teller(run)):
                report(run, court.judge(history))
                told += 1
            if not told:
                run.result.leave_out("all", UNTOLD, _refusal(run) or teller.why_none())
    return told


REQUESTS = 1000
"""About so many does the phase send to a sandbox."""


def _rehearse(run: Run) -> None:
    """Count what would be sent, and judge nothing: answers are the contract's own examples."""
    if run.job.own:
        count = sum(set(each.operations) <= set(run.job.operations) for each in STORIES)
        run.result.leave_out(
            "all",
            f"laws: {count} stories, {machine.EXAMPLES} drawn sequences",
            f"they take a sandbox that answers; a run sends about {REQUESTS} requests of guests it makes",
        )
        return
    court = Court()
    with contextlib.suppress(StoppedError):
        for history in _given(run, Teller(run)):
            court.judge(history)
    _count(run, court, None)


def _broke_off(run: Run, what: str, why: str) -> None:
    """Note what could not be told to its end; the run is broken by it, unless it was over by then."""
    run.result.leave_out("all", what, why)
    if run.wire.stopped is None and run.result.broken is None:
        run.result.broken = f"{what}: {why}"


def _given(run: Run, teller: Teller) -> Iterator[History]:
    """What fixtures were good for. A story with a request that must not be sent is left out, and no other.

    Raises StoppedError.
    """
    for name, tell in teller.stories():
        try:
            history = tell()
        except StoppedError:
            raise
        except WireError as error:
            run.result.leave_out("all", f"{_STORY}{name}", str(error))
        else:
            yield history


def _refusal(run: Run) -> str | None:
    """Why a story was left out, if one was."""
    return next((row["why"] for row in run.result.not_run if row["what"].startswith(_STORY)), None)


@contextlib.contextmanager
def control_of(run: Run) -> Generator[Control | None]:
    """The target's control plane for the length of a `with`; None where the run may not use one, or there is
    none."""
    if not run.job.own:
        yield None
        return
    with contextlib.closing(Control(run.job.base_url)) as control:
        yield control if control.present() else None


def _on_a_sandbox(run: Run, control: Control, court: Court) -> int:
    with as_it_was(control, run.job.reset_path):
        return _all(run, control, court)


def _all(run: Run, control: Control, court: Court) -> int:
    world = World(run, control)
    world.learn()
    wanted = [each for each in STORIES if set(each.operations) <= set(run.job.operations)]
    with listening(control) as inbox:
        for story in (each for each in wanted if each.heard):
            _tell(run, world, inbox, court, story)
    for story in (each for each in wanted if not each.heard):
        _tell(run, world, None, court, story)
    drawn = machine.run(world, _Heard(run, court) if run.job.fail_fast else court)
    if not run.job.fail_fast:  # it was heard, then
        report(run, drawn.breaches)
    if drawn.error is not None:
        raise drawn.error
    return len(wanted) + drawn.count


class _Heard(Court):
    """Reports a breach as soon as it sees it, which ends the run: a shorter story of it is not waited for."""

    def __init__(self, run: Run, court: Court) -> None:
        super().__init__(court.laws)
        self.judged = court.judged
        self._run = run

    def judge(self, history: History) -> list[Breach]:
        found = super().judge(history)
        if not self._run.wire.stopped:
            report(self._run, found)
        return found


@contextlib.contextmanager
def as_it_was(control: Control, reset_path: str | None) -> Generator[None]:
    """Begin and end with the state and the time that the target began with; whatever comes next needs them.

    In between time stands still and calls are not counted, but where a story wants it: what expires or is
    refused by itself would break a law in one run and not in the next.
    """
    clock = control.ask("GET", "clock")
    if reset_path is not None:
        control.ask("POST", reset_path.removeprefix("/_sandbox/"))
    business = control.ask("GET", "business")
    try:
        control.ask("POST", "clock/freeze")
        control.ask("PATCH", "business", {"settings": {"rate_limits": False}})
        yield
    finally:
        # Each by itself. That it answers no more is told by whatever asked first.
        with contextlib.suppress(ControlError):
            control.ask("PUT", "clock", {"now": clock["now"], "frozen": clock["clock"] == "frozen"})
        if reset_path is not None:
            with contextlib.suppress(ControlError):
                control.ask("POST", reset_path.removeprefix("/_sandbox/"))
        with contextlib.suppress(ControlError):
            control.ask("PATCH", "business", settings_of(business))


@contextlib.contextmanager
def listening(control: Control | None) -> Generator[Inbox | None]:
    """An inbox, or None without a control plane, and where the sandbox delivers nothing."""
    with contextlib.ExitStack() as stack:
        inbox = None
        if control is not None:
            with contextlib.suppress(ControlError):
                inbox = stack.enter_context(subscribed(control))
        yield inbox


def _tell(run: Run, world: World, inbox: Inbox | None, court: Court, story: Story) -> None:
    if run.wire.stopped:
        raise StoppedError(run.wire.stopped)
    history, why = told(world, inbox, story)
    if why is not None:
        _broke_off(run, f"{_STORY}{story.name}", why)
    report(run, court.judge(history))


def told(world: World, inbox: Inbox | None, story: Story) -> tuple[History, str | None]:
    """Tell a story; returns it as far as it came, and why it broke off if it did. Raises StoppedError and
    ControlError.
    """
    world.news()
    scene, why = Scene(story.name, world, inbox), None
    try:
        story.tell(scene)
    except StoppedError:
        raise
    except requests.RequestException as error:  # whatever a call did not catch by itself
        why = f"it broke off: {type(error).__name__}"
    except (ControlError, WireError) as error:
        why = str(error)
    finally:
        scene.close()
    return scene.history(), why


def report(run: Run, breaches: list[Breach]) -> None:
    """Make findings of the breaches of a story; such as would be told as one are made once, since of a server
    that is wrong everywhere there are hundreds.
    """
    made: dict[tuple[Any, ...], Finding] = {}
    for each in breaches:
        step, bearer = each.judgement.step, each.judgement.bearer
        key = (
            each.law.id,
            severity(each),
            step and (step.operation.id, step.status),
            bearer and bearer.operation.id,
        )
        if key not in made:
            made[key] = finding(run, each)
        run.add(made[key])
        if run.job.fail_fast:
            return


def _count(run: Run, court: Court, control: Control | None) -> None:
    """Tell which laws were judged, and which were not and why."""
    for law in LAWS:
        for operation in run.operations:
            if not law.applies(operation):
                continue
            count = court.judged[law.id, operation.id]
            run.result.laws.append({"law": law.id, "operation": operation.id, "judged": count})
            if not count:
                why = _why(law, control, listed=_lists(run, operation))
                run.result.leave_out(operation.id, f"law:{law.id}", why)


def _lists(run: Run, operation: Operation) -> bool:
    """Whether the fixtures name what an operation could spend."""
    return any(each.operation == operation.id and each.spend is not None for each in run.job.fixtures)


def _why(law: Law, control: Control | None, *, listed: bool) -> str:
    if control is None:
        if listed and not law.needs:
            return NOTHING_LEFT
        needs = law.needs or (Need.FIXTURES,)
        return "it needs " + "; ".join(each.value for each in needs)
    return Need.REFUSALS.value if Need.REFUSALS in law.needs else NEVER_SEEN
