"""The process that carries out one contract run: a job as a line on standard input, lines of JSON on standard
output.

A process of its own because Schemathesis keeps registrations and caches for the life of one, writes where it
stands, and draws sets whose order depends on PYTHONHASHSEED, which only a parent can fix.
"""

import contextlib
import json
import os
import signal
import sys
import threading
from typing import Any

from punchh_contract.conformance import acceptance, charmap, engine, hooks, preflight
from punchh_contract.conformance.endings import INTERRUPTED
from punchh_contract.conformance.job import FUZZ, LAWS, Job
from punchh_contract.conformance.laws import phase as laws
from punchh_contract.conformance.preparation import prepare
from punchh_contract.conformance.result import Result
from punchh_contract.conformance.runner import RESULT, SAY, Say
from punchh_contract.conformance.tally import Tally
from punchh_contract.contract import load
from punchh_contract.errors import PunchhContractError


def main() -> None:
    """Run the job that stands on standard input."""
    job = Job.load(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    charmap.lay_out()
    contract = load()
    # What a library prints must not be taken for a line of ours, nor be seen at all.
    lines = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def write(kind: str, value: Any) -> None:
        lines.write(json.dumps({kind: value}) + "\n")
        lines.flush()

    # A shell lets what it starts in the background ignore it, and so the run that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    result = Result(Tally(job.operations))
    run = None
    try:
        run = hooks.Run(job, contract, result)
        operations = preflight.usable(run)
        for phase in job.phases:
            if operations and not run.wire.stopped:
                _PHASES[phase](run, operations, lambda text: write(SAY, text))
    except PunchhContractError as error:
        result.broken = str(error)
    except KeyboardInterrupt:
        result.stopped = result.stopped or INTERRUPTED
    except Exception as error:  # its message may hold what was sent: only its place is told
        result.broken = engine.defect(error)
    if run is not None:
        run.close()
    with contextlib.suppress(BrokenPipeError):
        write(RESULT, result.dump())


def _fuzz(run: hooks.Run, operations: tuple[str, ...], say: Say) -> None:
    job = run.job
    hooks.install(run)
    document = prepare(run.contract, job.base_url, operations, job.fixtures, own=job.own)
    config = acceptance.config(
        run.contract,
        operations,
        base_url=job.base_url,
        seed=job.seed,
        max_examples=job.max_examples,
        own=job.own,
    )
    if not job.own and not job.fixtures:
        # Its steps follow from what was redeemed, and nothing will be.
        config.projects.default.phases.stateful.enabled = False
    engine.drive(run, document, config, say)


def _laws(run: hooks.Run, _: tuple[str, ...], say: Say) -> None:
    laws.run(run, say)


_PHASES = {FUZZ: _fuzz, LAWS: _laws}


def _end_with_parent() -> None:
    """Stop at once when nobody holds the other end of standard input any more: who started us was killed."""
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    main()
