"""Starts a contract run in a process of its own and brings back what came of it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping

from punchh_contract.conformance.endings import INTERRUPTED
from punchh_contract.conformance.job import Job
from punchh_contract.conformance.result import Result
from punchh_contract.errors import PunchhContractError

GRACE = 15.0
"""Seconds that an interrupted run has to end by itself, with what it knows."""
_CHANGING = ("SCHEMATHESIS_", "HYPOTHESIS_", "PUNCHH_")
SAY, RESULT = "say", "result"
"""The two kinds of line that the process writes: progress for a person, and its result."""

Say = Callable[[str], None]


class RunError(PunchhContractError):
    """The run could not be carried out; the text says why."""


def run(job: Job, say: Say) -> Result:
    """Carry out a job; `say` takes each line of progress.

    An interruption stops the run and comes back as a result that says so, and so does a fault of ours once
    something was sent. Raises RunError if the run broke off, and passes on what `say` raises (BrokenPipeError
    when nobody reads any more) once the process ended.
    """
    with tempfile.TemporaryDirectory(prefix="punchh-contract-") as folder:
        process = subprocess.Popen(  # our own module, in our own interpreter
            [sys.executable, "-m", "punchh_contract.conformance"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Dropped: libraries warn and trace there, with whatever they held in hand.
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment(os.environ),
            # So that a terminal's Ctrl-C reaches us only, and we end it once and in order.
            start_new_session=True,
        )
        try:
            result = _converse(process, job, say)
        except BaseException:
            _interrupt(process)  # nobody hears any more what it would still do
            raise
        finally:
            _end(process)
    if result is None:
        raise RunError(
            f"the contract run broke off (exit code {process.returncode}) and left no result;"
            " `python -m punchh_contract.conformance` is what it runs"
        )
    if result.broken:
        if not any(counts.calls for counts in result.tally.counts.values()):
            raise RunError(result.broken)
        # What was sent may have been spent: whoever started it has to know, whatever broke.
        result.stopped = result.broken
    return result


def environment(outer: Mapping[str, str]) -> dict[str, str]:
    """The environment of a run's process: ours, without what would change the run.

    Requests carry credentials and would go through a proxy that the environment names; Schemathesis' own
    variables would set another target or other headers, Hypothesis' another folder; the PUNCHH_* ones come
    with the job.
    """
    kept = {
        name: value
        for name, value in outer.items()
        if not name.lower().endswith("_proxy") and not name.upper().startswith(_CHANGING)
    }
    # NO_PROXY, since some systems name a proxy elsewhere too. PYTHONHASHSEED, since the same seed sends the
    # same requests only while sets keep their order.
    return {**kept, "NO_PROXY": "*", "PYTHONHASHSEED": "0"}


def _converse(process: "subprocess.Popen[bytes]", job: Job, say: Say) -> Result | None:
    try:
        if process.stdin:  # stays open: closed, it tells the process that we are gone
            process.stdin.write(job.dump() + b"\n")
            process.stdin.flush()
    except BrokenPipeError:
        return None  # it ended before it had read; its exit code is told
    try:
        return _listen(process, say)
    except KeyboardInterrupt:
        _interrupt(process)
        timer = threading.Timer(GRACE, process.kill)
        timer.start()
        try:
            result = _listen(process, lambda _: None)
        finally:
            timer.cancel()
        if result is None:
            raise
        result.stopped = INTERRUPTED
        return result


def _listen(process: "subprocess.Popen[bytes]", say: Say) -> Result | None:
    """Read lines until the process has no more."""
    result = None
    for line in process.stdout or ():
        message = json.loads(line)
        if SAY in message:
            say(message[SAY])
        else:
            result = Result.load(message[RESULT])
    return result


def _interrupt(process: "subprocess.Popen[bytes]") -> None:
    if os.name == "nt":  # no signal there that a process could answer to in its own time
        process.terminate()
    else:
        process.send_signal(signal.SIGINT)


def _end(process: "subprocess.Popen[bytes]") -> None:
    for pipe in (process.stdout, process.stdin):
        with contextlib.suppress(BrokenPipeError):
            if pipe:
                pipe.close()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
