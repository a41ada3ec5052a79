"""`punchh-contract prove`: count which faults of a sandbox the contract run finds."""

import asyncio
import contextlib
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
from rich.text import Text

import punchh_contract
from punchh_contract.cli import Seconds
from punchh_contract.cli.test.own_sandbox import terminated
from punchh_contract.contract import load
from punchh_contract.errors import UsageError
from punchh_contract.proof import proving, record, score
from punchh_contract.proof.budget import Budget
from punchh_contract.proof.fault import Fault, Kind
from punchh_contract.proof.finding import Result, Told, killers
from punchh_contract.proof.score import Row
from punchh_contract.proof.selection import select
from punchh_contract.proof.zoo import ZOO

NOT_REACHED, COULD_NOT_RUN = 1, 2
_USUAL = Budget()
_File = click.Path(dir_okay=False, path_type=Path)


class _Jobs(click.ParamType[int]):
    """A number, or `auto`: as many as there are cores."""

    name = "jobs"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        return (os.cpu_count() or 1) if value == "auto" else click.IntRange(1).convert(value, param, ctx)


@click.command(short_help="Count the faults of a sandbox that the contract run finds.")
@click.argument("fault_ids", metavar="[FAULT_ID]...", nargs=-1)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice([each.value for each in Kind]),
    multiple=True,
    help="Only these; repeatable.",
)
@click.option(
    "--sample",
    metavar="N",
    type=click.IntRange(1),
    help="About so many, the same each time; at least one of each kind.",
)
@click.option("--list", "listed", is_flag=True, help="Print the faults, and do nothing.")
@click.option(
    "--seed", type=click.IntRange(0), default=_USUAL.seed, show_default=True, help="Seed of each run."
)
@click.option(
    "--budget",
    metavar="SECONDS",
    type=Seconds(1),
    default=_USUAL.seconds,
    show_default=True,
    help="What a run has to find a fault, its start apart.",
)
@click.option(
    "--jobs",
    metavar="N|auto",
    type=_Jobs(),
    default="auto",
    show_default=True,
    help="Runs at once. `auto`: one for each core.",
)
@click.option("--stock", is_flag=True, help="Then the same for Schemathesis by itself.")
@click.option("--faultless", is_flag=True, help="No faults: count false alarms, over --seeds.")
@click.option(
    "--seeds", metavar="N", type=click.IntRange(1), help="With --faultless: so many, from --seed on."
)
@click.option("--json", "json_file", metavar="FILE", type=_File, help="Takes the whole proof.")
@click.option(
    "--table", "table_file", metavar="FILE", type=_File, help="Takes it as a table, between two marks."
)
def command(
    fault_ids: Sequence[str],
    kinds: Sequence[str],
    sample: int | None,
    listed: bool,
    seed: int,
    budget: float,
    jobs: int,
    stock: bool,
    faultless: bool,
    seeds: int | None,
    json_file: Path | None,
    table_file: Path | None,
) -> None:
    """Plant one fault after the other into a sandbox, and count which of them `punchh-contract test` finds.

    Before, it must find nothing in the sandbox as it is. Ends with 0 when it found enough of each kind, with
    1 when it did not (or, with --faultless, raised an alarm), with 2 when that cannot be told: a faultless
    sandbox was found faulty, or a run broke off.
    """
    if faultless and (fault_ids or kinds or sample or listed or stock or json_file or table_file):
        raise UsageError("--faultless is about no fault: it takes --seeds, --seed, --budget and --jobs only")
    if listed and (stock or json_file or table_file):
        raise UsageError("--list proves nothing: it takes fault ids, --kind and --sample only")
    if seeds is not None and not faultless:
        raise UsageError("--seeds is for --faultless: faults are found with one seed, --seed")
    settings = Budget(seed, budget)
    if faultless:
        with terminated():
            _faultless(settings, range(seed, seed + (seeds or 1)), jobs)
        return
    chosen = select(ZOO, fault_ids, [Kind(each) for each in kinds], sample)
    if listed:
        for each in chosen:
            click.echo(f"{each.id:50} {each.kind:7} {each.rule}")
        return
    for file in (json_file, table_file):
        if file is not None and not file.absolute().parent.is_dir():
            raise UsageError(f"{file}: there is no such folder; make it first")
        if file is not None:
            _try(file)
    if table_file is not None:
        _page(table_file, "")  # before the long work, not after it
    started = time.monotonic()
    with terminated():
        runs = asyncio.run(_controlled(settings, jobs))
        rows = asyncio.run(_proven(chosen, settings, jobs))
        ended = time.monotonic()
        if stock:
            rows = asyncio.run(_with_stock(rows, settings, jobs))
    around = _around(jobs, ended - started, time.monotonic() - ended if stock else None)
    code = _summary(rows, around.seconds)  # first: it is there whatever becomes of the files
    try:
        if json_file is not None:
            document = record.document(rows, runs, settings, around)
            _write(json_file, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    finally:
        if table_file is not None:
            _write(table_file, _page(table_file, record.table(rows, settings, around)))
    if code:
        raise click.exceptions.Exit(code)


async def _controlled(budget: Budget, jobs: int) -> list[Told]:
    runs = await proving.control(budget, jobs)
    for told in runs:
        click.echo(f"faultless: {told.why}; {told.requests} requests, {told.seconds:.1f} s")
    return runs


async def _proven(chosen: Sequence[Fault], budget: Budget, jobs: int) -> list[Row]:
    with _progress(len(chosen), "faults") as step:
        return await proving.faults(chosen, budget, jobs, lambda row: step(_line(row.id, row.told)))


async def _with_stock(rows: Sequence[Row], budget: Budget, jobs: int) -> list[Row]:
    with _progress(len(rows), "Schemathesis") as step:
        return await proving.with_stock(
            rows, budget, jobs, lambda row: step(_line(row.id, row.stock) if row.stock else row.id)
        )


def _faultless(budget: Budget, seeds: Sequence[int], jobs: int) -> None:
    with _progress(len(seeds), "seeds") as step:
        runs = asyncio.run(
            proving.faultless(budget, seeds, jobs, lambda seed, told: step(_line(f"seed {seed}", told)))
        )
    alarms = [seed for seed, told in zip(seeds, runs, strict=True) if told.result is Result.KILLED]
    failed = [seed for seed, told in zip(seeds, runs, strict=True) if told.result is Result.ERROR]
    click.echo(f"{len(alarms)} false alarms in {len(runs)} seeds{_named(alarms)}.")
    if failed:
        click.echo(f"{len(failed)} runs could not be carried out{_named(failed)}.")
        raise click.exceptions.Exit(COULD_NOT_RUN)
    if alarms:
        raise click.exceptions.Exit(NOT_REACHED)


def _summary(rows: Sequence[Row], seconds: float) -> int:
    """Print what came of it; returns the exit code."""
    for total in score.totals(rows):
        more = "" if total.stock is None else f"; Schemathesis by itself {total.stock}"
        verdict = "" if total.reached else f", {total.needed} are needed"
        click.echo(f"{total.kind:7} {total.killed} of {total.faults} found{verdict}{more}")
    for row in score.survivors(rows):
        click.echo(f"not found: {row.id} ({row.kind}): {row.told.why}")
    failed = score.errors(rows)
    for row in failed:
        click.echo(f"failed: {row.id} ({row.kind}): {row.told.why}")
    click.echo(f"{len(rows)} faults in {seconds / 60:.1f} minutes.")
    if failed:
        return COULD_NOT_RUN
    return 0 if all(each.reached for each in score.totals(rows)) else NOT_REACHED


def _line(name: str, told: Told) -> str:
    if told.result is Result.KILLED:
        where = f" ({told.phase})" if told.phase else ""
        said = f"{killers(told.by)}{where}, {told.requests} requests, {told.seconds:.1f} s"
    else:
        said = f"{told.why}; {told.requests} requests, {told.seconds:.1f} s"
    return f"{told.result:8} {name}: {said}"


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed * 60:.0f} a minute" if speed else "")


@contextlib.contextmanager
def _progress(total: int, words: str) -> Generator[Callable[[str], None]]:
    """Print lines, on a terminal above a bar; what it gives is called with each."""
    if not sys.stdout.isatty():
        yield click.echo
        return
    console = Console()
    columns = (words, BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(words, total=total)

        def step(line: str) -> None:
            console.print(line, markup=False, highlight=False, soft_wrap=True)
            bar.advance(task)

        yield step


def _around(jobs: int, seconds: float, stock_seconds: float | None) -> record.Circumstances:
    contract = load()
    return record.Circumstances(
        date=dt.datetime.now(dt.UTC).date().isoformat(),
        commit=_commit(),
        version=punchh_contract.__version__,
        contract={"version": contract.version, "digest": contract.digest},
        machine={
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
        },
        jobs=jobs,
        seconds=seconds,
        stock_seconds=stock_seconds,
    )


def _commit() -> str | None:
    """The commit of the checkout that this is a part of, `-dirty` if it was changed since; None elsewhere."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return None


def _named(seeds: Sequence[int]) -> str:
    return f" ({', '.join(map(str, seeds))})" if seeds else ""


def _page(path: Path, table: str) -> str:
    """The page in a file with a table in it. Raises UsageError for one that cannot take it."""
    try:
        return record.page(path.read_text(encoding="utf-8") if path.exists() else "", table)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); name another file") from error
    except ValueError as error:  # no UTF-8 either
        why = "it is no text in UTF-8" if isinstance(error, UnicodeDecodeError) else error
        raise UsageError(f"{path}: {why}; put them in, or name another file") from error


def _try(path: Path) -> None:
    """Raises UsageError for a file that cannot be written; leaves it, or that there is none, as it was."""
    try:
        new = not (path.exists() or path.is_symlink())
        with path.open("ab"):
            pass
        if new:
            path.unlink()
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> UsageError:
    return UsageError(f"{path}: cannot be written ({error.strerror}); name another file")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _unwritable(path, error) from error
