"""`punchh-contract test`: run the contract against a sandbox of its own, and say what was reached."""

import contextlib
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import click
from rich import box
from rich.console import Console
from rich.table import Table

from punchh_contract.conformance import floors, runner, target
from punchh_contract.conformance.job import Job
from punchh_contract.conformance.runner import Outcome
from punchh_contract.conformance.tally import PROBES
from punchh_contract.contract import Contract, load
from punchh_contract.errors import UsageError

CLOCK = "2026-03-02T18:05:01Z"
"""The sandbox's time stands still, or codes would expire in one run and not in the next."""
DEFAULT_SEED = 1
DEFAULT_EXAMPLES = 200
WIDTH = 150
"""Columns of the tables where there is no terminal."""

_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
_SANDBOX = """
import os, threading

def end_with_parent():
    os.read(0, 1)
    os._exit(0)

threading.Thread(target=end_with_parent, daemon=True).start()
from punchh_contract.cli import main
main()
"""
"""The sandbox's program. Its standard input is a pipe that only we hold: closed once we end, even killed."""


@click.command(short_help="Run the contract against a server.")
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
@click.option("--operation", "operations", metavar="ID", multiple=True, help="Only this one; repeatable.")
@click.option(
    "--report-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/contract"),
    show_default=True,
    help="Takes junit.xml and html/index.html.",
)
def command(seed: int, max_examples: int, operations: tuple[str, ...], report_dir: Path) -> None:
    """Start a sandbox, send it requests generated from the contract, and check every answer.

    Ends with 0 when nothing was found and every floor was reached, with 1 otherwise, with 2 when the run
    could not be carried out.
    """
    contract = load()
    chosen = {contract.operation(each).id for each in operations} or set(contract.operations)
    started = time.monotonic()
    with sandbox() as url:
        job = Job(
            base_url=url,
            seed=seed,
            max_examples=max_examples,
            operations=tuple(each for each in contract.operations if each in chosen),
            report_dir=report_dir,
            credentials=target.credentials(url),
            fixtures=target.fixtures(url),
            reset_path=target.RESET_PATH,
        )
        outcome = runner.run(job, contract)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    with console.capture() as text:  # rich would end us by its own code for a broken pipe
        show(console, contract, outcome)
    click.echo(text.get(), nl=False)
    if outcome.missed and max_examples < DEFAULT_EXAMPLES:
        click.echo(
            f"With --max-examples {max_examples} a floor can be missed for want of cases:"
            f" raise it (default {DEFAULT_EXAMPLES})."
        )
    verdict = "red" if outcome.findings else "green"
    click.echo(
        f"The contract run is {verdict}: seed {seed}, {time.monotonic() - started:.0f} s,"
        f" reports in {report_dir}."
    )
    if outcome.findings:
        raise click.exceptions.Exit(1)


@contextlib.contextmanager
def sandbox() -> Iterator[str]:
    """A sandbox on a free port for the length of a `with`, in a process of its own; gives its address.

    Of its own, so that it does not share an interpreter with the run. Raises UsageError if it does not start.
    """
    process = subprocess.Popen(  # noqa: S603  # our own command, in our own interpreter
        [sys.executable, "-c", _SANDBOX, "sandbox", "--port", "0", "--clock", CLOCK],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # Ctrl-C must not take it away while the run still closes its reports.
        start_new_session=True,
    )
    try:
        with _terminated():
            yield _address(process)
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


def show(console: Console, contract: Contract, outcome: Outcome) -> None:
    """Print what was called and reached, and what was not."""
    calls = Table(box=box.SIMPLE_HEAD)
    calls.add_column("operation", no_wrap=True)
    for name in ("calls", "success", "generated", "quote", "refusal", "error", PROBES):
        calls.add_column(name, justify="right")
    calls.add_column("statuses")
    shapes = Table("operation", "what was redeemed, and how", box=box.SIMPLE_HEAD)
    shapes.add_column("generated", justify="right")
    for operation_id, counts in outcome.tally.counts.items():
        calls.add_row(
            operation_id,
            str(counts.calls),
            str(counts.total("success")),
            str(counts.total("success", generated=True)),
            *(str(counts.total(each)) for each in ("quote", "refusal", "error")),
            str(counts.probes.total()),
            " ".join(f"{status}:{count}" for status, count in sorted(counts.statuses.items())),
        )
        for form in sorted({form for _, form in counts.forms}):
            shapes.add_row(operation_id, form, str(counts.form(form)))
    console.print(calls)
    console.print(shapes)
    for line in floors.unseen(contract, outcome.tally):
        console.print(f"Not reached, no floor: {line}", markup=False, highlight=False)
    for line in outcome.missed:
        console.print(f"Floor missed: {line}", markup=False, highlight=False)


def _address(process: "subprocess.Popen[str]") -> str:
    line = process.stdout.readline() if process.stdout else ""
    found = _ADDRESS.search(line)
    if found is None:
        raise UsageError("the sandbox did not start; `punchh-contract sandbox --port 0` shows why")
    target.wait_until_up(found[0])
    return found[0]


@contextlib.contextmanager
def _terminated() -> Iterator[None]:
    """Let SIGTERM and a terminal that closes end us as Ctrl-C does: no process of ours stays behind."""

    def stop(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    # Windows has no SIGHUP.
    ends = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {each: signal.getsignal(each) for each in ends}
    for each, handler in before.items():
        if handler != signal.SIG_IGN:  # nohup means it
            signal.signal(each, stop)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
