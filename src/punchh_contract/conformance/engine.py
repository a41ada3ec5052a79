"""Drives Schemathesis' engine through its events: nothing of its console, reports, caches or crash files is
made, since those show what was sent and answered, secrets and guests' data included.
"""

import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import context, events, from_schema
from schemathesis.engine.run import PhaseName, probes

from punchh_contract.conformance.endings import INTERRUPTED
from punchh_contract.conformance.hooks import Run, UnsendableError
from punchh_contract.conformance.verdict.translation import findings_of
from punchh_contract.conformance.wire import StoppedError, Wire
from punchh_contract.errors import PunchhContractError

Say = Callable[[str], None]


def drive(run: Run, document: dict[str, Any], config: SchemathesisConfig, say: Say) -> None:
    """Carry out the run; what came of it is in `run.result`. `say` takes a line of progress.

    Both replacements reach into Schemathesis: its session, so that every byte goes through our wire, and its
    questions about the server's abilities, which go to a path that no contract has. Held by its exact pin.
    """

    def session(*_: Any, **__: Any) -> Wire:
        return run.wire

    context.make_session = session
    probes.PROBES = ()  # type: ignore[assignment]  # a tuple of other length
    if run.job.fail_fast:
        # So that a scenario ends with its first failure, which reaches us with the end of its scenario.
        config.projects.default.continue_on_failure = False
        config.projects.default.generation.no_shrink = True
    schema = schemathesis.openapi.from_dict(document, config=config)
    stream = from_schema(schema).execute()
    run.wire.on_stop = stream.stop
    # As a KeyboardInterrupt it could be lost: Schemathesis catches it between two phases, and goes on.
    signal.signal(signal.SIGINT, lambda _, __: _interrupt(run))
    started = time.monotonic()
    for event in stream:
        match event:
            case events.ScenarioFinished():
                for finding in findings_of(event.recorder, run.contract, run.job, run.redactor):
                    run.add(finding)
            case events.NonFatalError():
                _note(run, event)
            case events.FatalError():
                run.result.broken = f"Schemathesis broke off: {type(event.exception).__name__}"
            case events.Interrupted():
                run.result.stopped = run.result.stopped or run.wire.stopped or INTERRUPTED
            case events.PhaseFinished(phase=phase) if phase.name in _TESTED:
                calls = sum(counts.calls for counts in run.result.tally.counts.values())
                say(
                    f"{phase.name.value:>10}: {calls} calls, {len(run.result.findings)} failures so far,"
                    f" {time.monotonic() - started:.0f} s"
                )
            case _:
                pass


_TESTED = (PhaseName.EXAMPLES, PhaseName.COVERAGE, PhaseName.FUZZING, PhaseName.STATEFUL_TESTING)


def _interrupt(run: Run) -> None:
    # In a thread, since stopping takes a lock that whoever was interrupted may hold.
    threading.Thread(target=run.wire.stop, args=(INTERRUPTED,)).start()


def _note(run: Run, event: events.NonFatalError) -> None:
    """Whatever is no answer of the target's is a fault of the run's, unless we did not send on purpose."""
    causes = list(_causes(event.value))
    if any(isinstance(each, StoppedError | UnsendableError) for each in causes) or run.wire.stopped:
        return
    ours = next((each for each in causes if isinstance(each, PunchhContractError)), None)
    if run.result.broken is None:
        run.result.broken = str(ours) if ours else f"{event.label}: {defect(causes[-1])}"


def defect(error: BaseException) -> str:
    """Where an error of ours comes from, without its text: that may quote what was sent."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"the run failed with {type(error).__name__}{place}; this is a defect of punchh-contract"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for each in cast(BaseExceptionGroup[BaseException], error).exceptions:
                yield from _causes(each)
        error = error.__cause__ or error.__context__
