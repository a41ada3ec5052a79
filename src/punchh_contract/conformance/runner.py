"""Starts a contract run in a process of its own and brings back its verdict."""

import dataclasses
import errno
import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from punchh_contract.conformance import floors
from punchh_contract.conformance.job import Job
from punchh_contract.conformance.tally import Tally
from punchh_contract.contract import Contract
from punchh_contract.errors import PunchhContractError

CLEAN, FINDINGS = 0, 1
REPORTS = ("junit.xml", "html/index.html")
"""What a run writes, below its report directory."""
GRACE = 10
"""Seconds that an interrupted run has to end by itself."""


STDOUT = 1


class RunError(PunchhContractError):
    """The run could not be carried out; the text says why, or that the run itself printed it."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a run: the tally, the floors that were missed, and whether there was any finding."""

    tally: Tally
    missed: list[str]
    findings: bool


def run(job: Job, contract: Contract) -> Outcome:
    """Carry out a job; its progress goes to our own standard output.

    Raises RunError if the run broke off or cannot write its reports, BrokenPipeError if nobody reads our
    standard output any more, and passes KeyboardInterrupt on once its process has ended.
    """
    _make(job.report_dir)
    _forget(job.report_dir)
    with tempfile.TemporaryDirectory(prefix="punchh-contract-") as folder:
        job = dataclasses.replace(job, report_dir=job.report_dir.resolve())
        code = _execute(job, Path(folder))
        if _unread():
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
        if code not in (CLEAN, FINDINGS):
            raise RunError(f"the contract run broke off (exit code {code}); its own message stands above")
        tally = Tally.load(json.loads((Path(folder) / "tally.json").read_text()))
    if not any(counts.calls for counts in tally.counts.values()):
        raise RunError(f"no request was answered by {job.base_url}: is it up, and are the credentials whole?")
    return Outcome(tally, floors.missed(contract, tally), code == FINDINGS)


def environment(outer: Mapping[str, str]) -> dict[str, str]:
    """The environment of a run's process: ours, without what would change the run.

    Schemathesis' requests carry credentials and would go through a proxy that the environment names; its own
    variables would set another target or other headers.
    """
    kept = {
        name: value
        for name, value in outer.items()
        if not name.lower().endswith("_proxy") and not name.upper().startswith("SCHEMATHESIS_")
    }
    # NO_PROXY, since some systems name a proxy elsewhere too. PYTHONHASHSEED, since the same seed sends the
    # same requests only while sets keep their order.
    return {**kept, "NO_PROXY": "*", "PYTHONHASHSEED": "0"}


def _make(report_dir: Path) -> None:
    try:
        report_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=report_dir):
            pass  # only whether it can be written
    except OSError as error:
        raise RunError(
            f"reports cannot be written to {report_dir}: {error.strerror}; name another --report-dir"
        ) from error


def _forget(report_dir: Path) -> None:
    """Remove the reports of a run: an older one's would pass for those of a run that broke off."""
    for name in REPORTS:
        (report_dir / name).unlink(missing_ok=True)


def _unread() -> bool:
    """Whether our standard output is a pipe whose reader has gone (`| head`)."""
    if not hasattr(select, "poll"):  # Windows: the next write will tell
        return False
    poll = select.poll()
    poll.register(STDOUT, 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


def _execute(job: Job, folder: Path) -> int:
    process = subprocess.Popen(  # our own module, in our own interpreter
        [sys.executable, "-m", "punchh_contract.conformance"],
        stdin=subprocess.PIPE,
        cwd=folder,
        env=environment(os.environ),
        # So that a terminal's Ctrl-C reaches us only, and we end it once and in order.
        start_new_session=True,
    )
    try:
        process.communicate(job.dump())
    except BaseException:
        process.terminate()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _forget(job.report_dir)  # begun, and not whole
        raise
    return process.returncode
