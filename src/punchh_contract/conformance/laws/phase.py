"""The phase of the laws: tells stories, has them judged, and says which laws could not be."""

import contextlib
import time
from collections.abc import Callable, Iterator

import requests

from punchh_contract.conformance.hooks import Run
from punchh_contract.conformance.laws import machine
from punchh_contract.conformance.laws.book import LAWS
from punchh_contract.conformance.laws.control import Control, ControlError
from punchh_contract.conformance.laws.court import Breach, Court
from punchh_contract.conformance.laws.given import Teller
from punchh_contract.conformance.laws.inbox import Inbox, subscribed
from punchh_contract.conformance.laws.law import Law, Need
from punchh_contract.conformance.laws.scene import Scene
from punchh_contract.conformance.laws.stories import STORIES, Story
from punchh_contract.conformance.laws.telling import finding
from punchh_contract.conformance.laws.world import World
from punchh_contract.conformance.wire import StoppedError, WireError

Say = Callable[[str], None]

NEVER_SEEN = "no story came so far as to show it"


def run(run: Run, say: Say) -> None:
    """Carry out the phase; findings, counts and what was not run are in `run.result`."""
    if run.job.rehearse:
        return
    started = time.monotonic()
    court = Court()
    control = _control(run)
    told = 0
    if control is not None:
        try:
            told = _on_a_sandbox(run, control, court)
        except StoppedError:
            pass
        except ControlError as error:
            run.result.leave_out("all", "laws", f"the sandbox's control plane failed: {error}")
    else:
        with contextlib.suppress(StoppedError):
            for history in Teller(run).histories():
                report(run, court.judge(history))
                told += 1
    if run.watcher is not None:
        court.judged.update(run.watcher.court.judged)
    _count(run, court, control)
    say(
        f"{'laws':>10}: {told} stories, {court.judged.total()} judgements, {time.monotonic() - started:.0f} s"
    )


def _control(run: Run) -> Control | None:
    if not (run.job.own or run.job.control):
        return None
    control = Control(run.job.base_url)
    return control if control.present() else None


def _on_a_sandbox(run: Run, control: Control, court: Court) -> int:
    if run.job.reset_path:
        control.ask("POST", "reset")
    business = control.ask("GET", "business")
    world = World(run, control)
    world.learn()
    count = 0
    with _listening(control) as inbox:
        for story in STORIES:
            if set(story.operations) <= set(run.job.operations):
                _tell(run, world, inbox, court, story, business)
                count += 1
        drawn, breaches = machine.run(world, inbox, court)
        report(run, breaches)
    return count + drawn


@contextlib.contextmanager
def _listening(control: Control) -> Iterator[Inbox | None]:
    """An inbox, or None where the sandbox delivers nothing."""
    with contextlib.ExitStack() as stack:
        try:
            inbox = stack.enter_context(subscribed(control))
        except ControlError:
            inbox = None
        yield inbox


def _tell(
    run: Run, world: World, inbox: Inbox | None, court: Court, story: Story, business: dict[str, object]
) -> None:
    world.mark()
    scene = Scene(story.name, world, inbox)
    try:
        story.tell(scene)
    except StoppedError:
        raise
    except requests.RequestException as error:  # whatever a call did not catch by itself
        run.result.leave_out("all", f"story: {story.name}", f"it broke off: {type(error).__name__}")
    except (ControlError, WireError) as error:
        run.result.leave_out("all", f"story: {story.name}", str(error))
    finally:
        if not run.wire.stopped:
            _restore(world.control, scene, business)
    report(run, court.judge(scene.history()))


def report(run: Run, breaches: list[Breach]) -> None:
    """Make findings of breaches."""
    for each in breaches:
        run.add(finding(run, each))


def _restore(control: Control, scene: Scene, business: dict[str, object]) -> None:
    control.ask("DELETE", "faults")
    if scene.changed:
        change = {"program": business["program"], "settings": business["settings"]}
        control.ask("PATCH", "business", change)


def _count(run: Run, court: Court, control: Control | None) -> None:
    """Tell which laws were judged, and which were not and why."""
    for law in LAWS:
        for operation in run.operations:
            if not law.applies(operation):
                continue
            count = court.judged[law.id, operation.id]
            run.result.laws.append({"law": law.id, "operation": operation.id, "judged": count})
            if not count:
                run.result.leave_out(operation.id, f"law:{law.id}", _why(law, control))


def _why(law: Law, control: Control | None) -> str:
    if control is None:
        needs = law.needs or (Need.FIXTURES,)
        return "it needs " + "; ".join(each.value for each in needs)
    return Need.REFUSALS.value if Need.REFUSALS in law.needs else NEVER_SEEN
