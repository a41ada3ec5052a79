"""`punchh-contract drift`: what real traffic has that the contract does not say; guests stay masked."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from punchh_contract.cli.validate.inputs import found, noting
from punchh_contract.cli.validate.progress import progress
from punchh_contract.errors import UsageError
from punchh_contract.events.drift import Baseline, Survey
from punchh_contract.events.drift.report import as_document, as_text
from punchh_contract.events.reading import Unreadable
from punchh_contract.events.rendering.lines import count

_INTERRUPTED = 130
_OFTEN = 256
"""Events between two looks at the clock."""


@click.command(short_help="Find what recorded events have that the contract lacks.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Drift that is known: a JSON file that --update-baseline writes. Only new drift fails.",
)
@click.option(
    "--update-baseline", "update", is_flag=True, help="Add all drift of this run to the file of --baseline."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people, or one JSON document.",
)
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    baseline: Path | None,
    update: bool,
    form: str,
) -> None:
    """Compare recorded redemptions events with the contract.

    PATH is as for validate: a JSON file, an NDJSON file, a folder, or - for standard input.

    Told are unknown fields and values, other types, nulls, forms of dates and units of time, with counts,
    first and last seen and where in spec/openapi.yaml they belong; then what the contract has and no event
    had. Values are never shown, but for known ones of a list in another spelling.

    Exits with 0 if all drift is known, 1 if there is new drift, 2 if an input or a record could not be read;
    then the baseline is not updated. `punchh-contract validate` says which records, and why.

    \b
    Examples:
      punchh-contract drift archive/
      punchh-contract drift archive/ --baseline drift.json --update-baseline
      punchh-contract drift today.ndjson --baseline drift.json
    """
    if update and baseline is None:
        raise UsageError("--update-baseline needs --baseline FILE, the file to write")
    known = Baseline({}) if baseline is None else Baseline.read(baseline, missing_ok=update)
    survey = Survey()
    unreadable: list[str] = []
    stopped = None
    try:
        _survey(survey, paths, unreadable)
    except KeyboardInterrupt:
        stopped = "interrupted; this is what is known so far."
    if form == "json":
        said = as_document(survey, known, unreadable, stopped)
    else:
        said = as_text(survey, known, len(unreadable), stopped)
    if sys.stdout is not None:  # as it is where the process was started without one (`>&-`)
        # As one piece of bytes: a name of a file may have what the terminal's encoding lacks.
        encoding = sys.stdout.encoding if form == "text" else "utf-8"
        click.echo(said.encode(encoding, "backslashreplace"), nl=False)
    if stopped:
        click.echo(f"Interrupted after {survey.events:,} events.", err=True)
        ctx.exit(_INTERRUPTED)
    if unreadable or survey.unreadable:
        if update:
            click.echo(f"{baseline}: not updated, since not everything could be read.", err=True)
        ctx.exit(2)
    rows = survey.rows()
    if update and baseline is not None:
        known = known.updated(rows)
        known.write(baseline)
        click.echo(f"{baseline}: {count(len(known.known), 'kind')} of drift are known.", err=True)
    # What was not counted is known by nobody.
    ctx.exit(0 if all(map(known.has, rows)) and not survey.uncounted else 1)


def _survey(survey: Survey, paths: Iterable[str], unreadable: list[str]) -> None:
    sources = found(paths, unreadable.append)
    with progress(sources) as told:
        for source in sources:
            with noting(unreadable.append):
                for raw in told.watched(source).records():
                    value = raw.value
                    if isinstance(value, Unreadable):
                        survey.unreadable += 1
                    else:
                        survey.add(value, source.name, raw.number, raw.line)
                        if not survey.events % _OFTEN:
                            told.events(survey.events)
