"""`punchh-contract test`: run the contract against a server, and say what came of it."""

import contextlib
import dataclasses
import datetime as dt
import os
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import click

from punchh_contract.cli import Seconds
from punchh_contract.cli.test import console, jobs
from punchh_contract.cli.test.jobs import Options, Setup
from punchh_contract.cli.test.own_sandbox import sandbox, terminated
from punchh_contract.conformance import runner
from punchh_contract.conformance.endings import DEADLINE, FIRST_FINDING, INTERRUPTED
from punchh_contract.conformance.job import PHASES
from punchh_contract.conformance.outcome import Outcome, outcome
from punchh_contract.conformance.verdict import baseline as baseline_file
from punchh_contract.conformance.verdict import replay as replay_file
from punchh_contract.conformance.verdict import writing
from punchh_contract.conformance.verdict.baseline import Baseline
from punchh_contract.contract import Contract, load
from punchh_contract.errors import UsageError

DEFAULT_SEED = 1
DEFAULT_EXAMPLES = 200
FINDINGS, COULD_NOT_RUN, STOPPED_BY_USER = 1, 2, 130


class _Folder(click.Path):
    """A folder with a name: of an empty one Python makes the working directory."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        if value == "":
            self.fail("it is empty: name a folder, or leave it out", param, ctx)
        return super().convert(value, param, ctx)


def _phases(_: click.Context, __: click.Parameter, value: str) -> tuple[str, ...]:
    asked = [each.strip() for each in value.split(",")]
    if unknown := [each for each in asked if each not in PHASES]:
        raise UsageError(f"--phases: {unknown[0]!r} is none; choose of {', '.join(PHASES)}, by commas")
    if len(set(asked)) < len(asked):
        raise UsageError("--phases: each is run once")
    return tuple(asked)


@click.command(short_help="Run the contract against a server.")
@click.option("--target", metavar="URL", help="Origin of a server. Default: a sandbox of its own.")
@click.option(
    "--allow-host", metavar="HOST", multiple=True, help="The target's host once more, unless it is loopback."
)
@click.option(
    "--allow-env",
    metavar="NAME",
    multiple=True,
    help="A value of x-pch-env that you vouch for as a sandbox's; repeatable.",
)
@click.option(
    "--fixtures",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="YAML: guests and assets of yours, and how often each may be redeemed.",
)
@click.option("--operation", "operations", metavar="ID", multiple=True, help="Only this one; repeatable.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=DEFAULT_SEED,
    show_default=True,
    help="The same seed sends the same requests.",
)
@click.option(
    "--max-examples",
    metavar="N",
    type=click.IntRange(1),
    default=DEFAULT_EXAMPLES,
    show_default=True,
    help="Generated cases per operation in the fuzzing phase, and about as many steps in the stateful one.",
)
@click.option(
    "--max-time",
    metavar="SECONDS",
    type=Seconds(0, min_open=True),
    help="End after so long, with a report of what was done.",
)
@click.option(
    "--phases",
    metavar="LIST",
    default=",".join(PHASES),
    show_default=True,
    callback=_phases,
    help="Parts of the run, by commas and in this order: generated requests, laws of what a redemption is.",
)
@click.option(
    "--control",
    is_flag=True,
    help="The target is a sandbox of punchh-contract on this machine: the run resets it, and uses its"
    " credentials and fixtures unless others are given.",
)
@click.option("--fail-fast", is_flag=True, help="End at the first finding.")
@click.option("--plan", is_flag=True, help="Print what would be sent, how often and with which fixtures.")
@click.option(
    "--baseline",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="JSON: findings that are known, each until a day.",
)
@click.option("--update-baseline", is_flag=True, help="Add the new findings to the baseline, for 30 days.")
@click.option(
    "--replay",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Send one finding of an earlier run again: a file of its replay/ folder.",
)
@click.option(
    "--report-dir",
    type=_Folder(file_okay=False, path_type=Path),
    default=Path("build/contract"),
    show_default=True,
    help="Takes receipt.json, junit.xml, summary.md, report.html and replay/.",
)
def command(
    baseline: Path | None, replay: Path | None, report_dir: Path, update_baseline: bool, **values: object
) -> None:
    """Send a server requests generated from the contract, and check every answer.

    Without --target that is a sandbox of its own. To any other target nothing goes that names a guest or an
    asset but the values of --fixtures and impossible ones; credentials are the PUNCHH_* variables.

    Ends with 0 when nothing was found, with 1 when something was, with 2 when the run could not be carried
    out or was stopped for safety, with 130 when it was interrupted.
    """
    options = Options(**values)  # type: ignore[arg-type]  # click's names and types are those of its fields
    contract = load()
    if update_baseline and baseline is None:
        raise UsageError("--update-baseline needs --baseline FILE, which it writes")
    if replay is not None and options.plan:
        raise UsageError("--replay sends a request, and --plan promises that none is sent: leave one out")
    if options.fail_fast and baseline is not None:
        raise UsageError("--fail-fast would end at a finding that --baseline knows: leave one out")
    known = _baseline(baseline, update=update_baseline)
    with terminated(), _setup(options, contract) as setup:
        for warning in setup.warnings:
            click.echo(f"Warning: {warning}", err=True)
        if replay is not None:
            _resend(replay, setup, contract)
        elif options.plan:
            click.echo(console.plan(_run(setup, contract, known, quiet=True)), nl=False)
        else:
            _judge(setup, contract, known, report_dir, baseline if update_baseline else None)


@contextlib.contextmanager
def _setup(options: Options, contract: Contract) -> Generator[Setup]:
    if options.target is not None and options.control:
        with jobs.controlled(options, contract, os.environ) as setup:
            yield setup
        return
    if options.target is not None:
        yield jobs.foreign(options, contract, os.environ)
        return
    jobs.check_own(options)
    with sandbox() as url:
        yield jobs.own(options, contract, url)


def _run(setup: Setup, contract: Contract, known: Baseline, *, quiet: bool = False) -> Outcome:
    started, clock = dt.datetime.now(dt.UTC), time.monotonic()
    result = runner.run(setup.job, (lambda _: None) if quiet else click.echo)
    for warning in result.warnings:
        click.echo(f"Warning: {warning}", err=True)
    return outcome(
        setup.job,
        result,
        contract,
        lacking=setup.lacking,
        usual_examples=DEFAULT_EXAMPLES,
        baseline=known,
        started=started,
        seconds=time.monotonic() - clock,
    )


def _judge(
    setup: Setup, contract: Contract, known: Baseline, report_dir: Path, new_baseline: Path | None
) -> None:
    writing.prepare(report_dir)
    told = _run(setup, contract, known)
    try:
        if new_baseline is not None:
            told = _accepted(told, known, new_baseline)
    finally:  # a baseline that cannot be written costs no report
        writing.write(told.report, report_dir, told.redactor)
        _summarize(report_dir, os.environ)
    click.echo(console.verdict(told), nl=False)
    click.echo(f"{told.report.headline} {told.report.seconds:.0f} s, reports in {report_dir}.")
    if new_baseline is not None:
        click.echo(f"The findings are in {new_baseline}: give each its reason there.")
        if expired := [each for each in told.report.red if each.expired]:
            click.echo(
                f"Expired there, and prolonged by hand only: {', '.join(e.group.id for e in expired)}."
            )
    if code := _exit_code(told):
        raise click.exceptions.Exit(code)


def _accepted(told: Outcome, known: Baseline, path: Path) -> Outcome:
    """Write a baseline that knows what was found, and judge the run by it."""
    today = dt.datetime.now(dt.UTC).date()
    updated = known.updated(told.groups, today)
    _write(path, told.redactor.scrub(updated.dump()))
    findings = tuple(updated.judge(told.groups, today))
    return dataclasses.replace(told, report=dataclasses.replace(told.report, findings=findings))


def _exit_code(told: Outcome) -> int:
    stopped = told.report.stopped
    if stopped == INTERRUPTED:
        return STOPPED_BY_USER
    nothing = not any(each["calls"] for each in told.report.tally.values())
    if stopped is not None and (stopped not in (DEADLINE, FIRST_FINDING) or nothing):
        return COULD_NOT_RUN
    return FINDINGS if told.report.red else 0


def _resend(path: Path, setup: Setup, contract: Contract) -> None:
    from punchh_contract.conformance.resending import resend  # brings Schemathesis, which takes a second

    replay = replay_file.read(_read(path, "--replay"), str(path))
    for warning in replay.warnings(contract):
        click.echo(f"Warning: {warning}", err=True)
    if replay.exchange.operation not in setup.job.operations:
        needs = setup.lacking.get(replay.exchange.operation, "its name in --operation")
        raise UsageError(f"{path}: {replay.exchange.operation} cannot be called: it needs {needs}")
    told = resend(setup.job, contract, replay)
    click.echo(f"{replay.exchange.operation}: answered {told.status}")
    for finding in told.findings:
        click.echo(f"{finding.severity.name} {finding.id} {finding.check}: {finding.statement}")
    outcome = "is still there" if told.reproduced else "was not seen again"
    if told.doubt:
        outcome += f"; inconclusive: {told.doubt}"
    click.echo(f"The finding {replay.finding.id} ({replay.finding.check}) {outcome}.")
    if told.findings or told.doubt:
        raise click.exceptions.Exit(FINDINGS if told.findings else COULD_NOT_RUN)


def _baseline(path: Path | None, *, update: bool) -> Baseline:
    if path is None or (update and not path.exists()):
        return Baseline()
    return baseline_file.read(_read(path, "--baseline"), str(path))


def _summarize(report_dir: Path, environ: Mapping[str, str]) -> None:
    """Give GitHub the summary for the page of the job."""
    if file := environ.get("GITHUB_STEP_SUMMARY"):
        text = (report_dir / writing.SUMMARY).read_text(encoding="utf-8")
        try:
            with Path(file).open("a", encoding="utf-8") as summary:
                summary.write(text)
        except OSError as error:
            click.echo(f"Warning: GITHUB_STEP_SUMMARY cannot be written: {error.strerror}", err=True)


def _read(path: Path, option: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{option} {path}: not UTF-8; is it the right file?") from None
    except OSError as error:
        raise UsageError(f"{option} {path}: cannot be read ({error.strerror})") from None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); name another file") from None
