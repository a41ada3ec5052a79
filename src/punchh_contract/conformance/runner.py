"""Starts a contract run in a process of its own and brings back its verdict."""

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from punchh_contract.conformance import floors
from punchh_contract.conformance.job import Job
from punchh_contract.conformance.tally import Tally
from punchh_contract.contract import Contract
from punchh_contract.errors import PunchhContractError

CLEAN, FINDINGS = 0, 1
GRACE = 10
"""Seconds that an interrupted run has to close its reports."""


class RunError(PunchhContractError):
    """The run could not be carried out; what stopped it was printed by the run itself."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a run: the tally, the floors that were missed, and whether there was any finding."""

    tally: Tally
    missed: list[str]
    findings: bool


def run(job: Job, contract: Contract) -> Outcome:
    """Carry out a job; its progress goes to our own standard output.

    Raises RunError if the run broke off, and passes KeyboardInterrupt on once its process has ended.
    """
    job.report_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="punchh-contract-") as folder:
        job = dataclasses.replace(job, report_dir=job.report_dir.resolve())
        code = _execute(job, Path(folder))
        if code not in (CLEAN, FINDINGS):
            raise RunError(f"the contract run broke off (exit code {code}); its own message stands above")
        tally = Tally.load(json.loads((Path(folder) / "tally.json").read_text()))
    if not any(counts.calls for counts in tally.counts.values()):
        raise RunError(f"no request was answered by {job.base_url}: is it up, and are the credentials whole?")
    return Outcome(tally, floors.missed(contract, tally), code == FINDINGS)


def _execute(job: Job, folder: Path) -> int:
    process = subprocess.Popen(  # our own module, in our own interpreter
        [sys.executable, "-m", "punchh_contract.conformance"],
        stdin=subprocess.PIPE,
        cwd=folder,
        # The same seed sends the same requests only while sets keep their order.
        env={**os.environ, "PYTHONHASHSEED": "0"},
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
        raise
    return process.returncode
