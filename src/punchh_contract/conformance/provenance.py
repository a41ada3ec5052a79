"""How a run was made: its options, the command that makes it again, and the versions of what made it."""

import platform
import shlex
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from punchh_contract import hosts
from punchh_contract.conformance.job import PHASES, Job
from punchh_contract.contract import Contract

PACKAGES = ("punchh-contract", "schemathesis", "hypothesis")


def versions() -> dict[str, str]:
    """The versions of this package, of Python and of what generates the requests."""
    return {**{each: version(each) for each in PACKAGES}, "python": platform.python_version()}


def options(job: Job, *, baseline: bool) -> dict[str, Any]:
    """What was asked for, as JSON values. Of files it says only whether there were any."""
    return {
        "own": job.own and not job.control,
        "operations": list(job.operations),
        "phases": list(job.phases),
        "control": job.control,
        "fail_fast": job.fail_fast,
        "max_examples": job.max_examples,
        "max_time": job.max_time,
        "allow_env": list(job.allowed_env),
        "fixtures": len(tuple(job.fixtures)),
        "baseline": baseline,
    }


def command(job: Job, contract: Contract, *, baseline: bool) -> str:
    """The command line of the run. Files have the names of the documentation: where yours lie is yours."""
    words = ["punchh-contract", "test"]
    if job.control:  # which brings its own fixtures
        words += ["--target", job.base_url, "--control"]
    elif not job.own:
        words += ["--target", job.base_url]
        host = urlsplit(job.base_url).hostname or ""
        if not hosts.is_loopback(host):
            words += ["--allow-host", host]
        for each in job.allowed_env:
            words += ["--allow-env", each]
        if tuple(job.fixtures):
            words += ["--fixtures", "fixtures.yaml"]
    if set(job.operations) != set(contract.operations):
        for each in job.operations:
            words += ["--operation", each]
    words += ["--seed", str(job.seed), "--max-examples", str(job.max_examples)]
    if job.max_time is not None:
        words += ["--max-time", f"{job.max_time:g}"]
    if job.phases != PHASES:
        words += ["--phases", ",".join(job.phases)]
    if job.fail_fast:
        words += ["--fail-fast"]
    if baseline:
        words += ["--baseline", "known.json"]
    return shlex.join(words)
