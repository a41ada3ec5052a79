"""`punchh-contract validate`: check recorded events against the contract; guests' data stays masked."""

import contextlib
import errno
import io
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, Literal

import click

from punchh_contract.cli.validate.inputs import found
from punchh_contract.cli.validate.progress import progress, size
from punchh_contract.cli.validate.run import Run
from punchh_contract.cli.validate.settings import Settings
from punchh_contract.errors import PunchhContractError
from punchh_contract.events import rendering
from punchh_contract.events.sources import Source

if TYPE_CHECKING:
    from punchh_contract.cli.validate.splitting import Splitter

_INTERRUPTED = 130
# What is written at the end, and not over the line of the progress.
_LATE = frozenset({"text", "markdown", "github"})
_WORTH_IT = 32 * 2**20
"""Bytes from which `--jobs auto` starts more processes, each of which takes a third of a second."""


def _jobs(ctx: click.Context, param: click.Parameter, value: str) -> int | None:
    """The number, or None for `auto`."""
    if value == "auto":
        return None
    if value.isascii() and value.isdecimal() and int(value) > 0:
        return int(value)
    raise click.BadParameter(f"{value!r} is not `auto` or a number from 1", ctx, param)


@click.command(short_help="Check recorded events against the contract.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "--strict", is_flag=True, help="Report drift too: fields and values that the contract does not know."
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "drift"]),
    help="What exits with 1: errors only, or drift too (and --strict). By default what is reported.",
)
@click.option(
    "--show-values",
    is_flag=True,
    help="Print values and all names as they are. They can be guests' data: not for shared logs.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(rendering.FORMATS)),
    default="text",
    show_default=True,
    help="text, markdown, github: each kind of finding once, counted. The others: every finding.",
)
@click.option(
    "--max-findings",
    type=click.IntRange(min=0),
    metavar="N",
    help="Print N findings at most, or N kinds where they are grouped. All are counted.",
)
@click.option(
    "--split",
    type=click.Path(dir_okay=False),
    nargs=2,
    metavar="GOOD BAD",
    help="Write each record to one of two NDJSON files, as it was read: BAD gets what would exit with 1.",
)
@click.option(
    "--jobs",
    callback=_jobs,
    default="1",
    show_default=True,
    metavar="N|auto",
    help="Processes that check; NDJSON is shared out among them, also one file. The output is the same.",
)
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    strict: bool,  # click passes options by name
    fail_on: Literal["error", "drift"] | None,
    show_values: bool,
    form: str,
    max_findings: int | None,
    split: tuple[str, str] | None,
    jobs: int | None,
) -> None:
    """Check redemptions events against the contract.

    PATH is a JSON file (one event or an array of them), an NDJSON file, either of them packed by gzip, a
    folder that is searched for .json, .ndjson and .jsonl, a pattern in quotes, or - for standard input.

    Values are printed as kind and length, such as string(16), and so are names of properties that do not
    look like those of fields.

    Exits with 0 if every event fits, 1 if there are findings, 2 if something could not be read; the rest is
    checked all the same.

    \b
    Examples:
      punchh-contract validate event.json
      punchh-contract validate --strict --format json archive/ today.ndjson
      punchh-contract validate --jobs auto --split good.ndjson bad.ndjson archive.ndjson
      jq -c '.[].event' export.json | punchh-contract validate -
    """
    settings = Settings(strict or fail_on == "drift", show_values, fail_on or "drift")
    with contextlib.ExitStack() as stack:
        write, flush = _output(form)
        said = rendering.rendering(form, write, rendering.Options(max_findings, settings.fail_on))
        missing: list[str] = []
        sources = found(paths, missing.append)
        splitter = stack.enter_context(_splitter(*split, sources)) if split else None
        told = stack.enter_context(progress(sources, quiet=_is_in_the_way(form)))
        run = Run(settings, said, told, splitter)
        for sentence in missing:
            run.note(sentence)
        stopped: str | None = None
        failure: PunchhContractError | None = None
        try:
            _judge(run, sources, jobs)
            run.close()
        except KeyboardInterrupt:
            stopped = "interrupted; this is what is known so far."
        except PunchhContractError as error:
            # What was written so far gets its end all the same.
            stopped, failure = f"{error}", error
        told.end()
        said.end(run.summary, stopped=stopped)
        flush()
    if failure:
        raise failure
    if stopped:
        click.echo(f"Interrupted after {run.summary.events:,} events.", err=True)
        ctx.exit(_INTERRUPTED)
    if run.summary.unreadable:
        ctx.exit(2)
    ctx.exit(1 if (run.summary.errors if fail_on == "error" else run.summary.findings) else 0)


def _splitter(good: str, bad: str, sources: list[Source]) -> contextlib.AbstractContextManager["Splitter"]:
    # Here, since most runs split nothing, and `pathlib` takes a twentieth of a short one.
    from pathlib import Path

    from punchh_contract.cli.validate.splitting import splitter

    return splitter(Path(good), Path(bad), sources)


def _judge(run: Run, sources: list[Source], jobs: int | None) -> None:
    if jobs is None:
        jobs = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        if (size(sources) or 0) < _WORTH_IT:
            jobs = 1
    if jobs == 1:
        run.alone(sources)
        return
    # Here, since most runs start no process, and should not wait for what does.
    from punchh_contract.cli.validate.sharing import together

    together(run, sources, jobs)


def _is_in_the_way(form: str) -> bool:
    """Whether the progress would stand between what is written as it goes, on the same terminal."""
    return form not in _LATE and sys.stdout is not None and sys.stdout.isatty()


def _output(form: str) -> tuple[rendering.Write, Callable[[], None]]:
    """How to write to standard output: UTF-8 for programs, for people what their terminal takes."""
    # None if the process was started without one (`>&-`), whatever the type says.
    stream: BinaryIO = sys.stdout.buffer if sys.stdout else io.BytesIO()
    encoding = sys.stdout.encoding if sys.stdout and form == "text" else "utf-8"

    def write(text: str) -> None:
        data = text.encode(encoding, "backslashreplace")
        while data:  # unbuffered (`python -u`), a stream may take a part
            taken: int | None = stream.write(data)
            if not taken:
                raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
            data = data[taken:]

    return write, stream.flush
