"""The process that carries out one contract run: a job on standard input, Schemathesis' output on ours.

A process of its own because Schemathesis keeps registrations and caches for the life of one, writes where it
stands, and draws sets whose order depends on PYTHONHASHSEED, which only a parent can fix.
"""

import json
import sys
from pathlib import Path

from schemathesis.cli import schemathesis as cli

from punchh_contract.conformance import hooks
from punchh_contract.conformance.job import Job
from punchh_contract.conformance.preparation import prepare
from punchh_contract.contract import load

PHASES = "examples,coverage,fuzzing,stateful"
SETTINGS = Path(__file__).with_name("schemathesis.toml")


def main() -> None:
    """Run the job and leave its tally in the working directory, which is a temporary one."""
    job = Job.load(sys.stdin.buffer.read())
    contract = load()
    document = Path("contract.json")
    document.write_text(json.dumps(prepare(contract, job.base_url, job.operations)))
    run = hooks.install(job, contract)
    try:
        cli.main(args=arguments(job, document), prog_name="schemathesis")
    finally:
        Path("tally.json").write_text(json.dumps(run.tally.dump()))


def arguments(job: Job, document: Path) -> list[str]:
    """The command line of `schemathesis` for a job; everything that is not of this job is in SETTINGS."""
    return [
        f"--config-file={SETTINGS}",
        "run",
        str(document),
        f"--url={job.base_url}",
        f"--phases={PHASES}",
        f"--seed={job.seed}",
        f"--max-examples={job.max_examples}",
        "--report=junit,html",
        f"--report-dir={job.report_dir}",
        f"--report-junit-path={job.report_dir / 'junit.xml'}",
        f"--report-html-path={job.report_dir / 'html'}",
    ]


if __name__ == "__main__":
    main()
