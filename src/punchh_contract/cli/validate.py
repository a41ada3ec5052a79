"""`punchh-contract validate`: check recorded events against the contract; guests' data stays masked."""

import contextlib
from collections.abc import Iterable, Iterator

import click

from punchh_contract.cli import standard_input
from punchh_contract.errors import UsageError
from punchh_contract.events import rendering
from punchh_contract.events.findings import Finding, Summary
from punchh_contract.events.sources import Source, sources
from punchh_contract.events.validation import validate_records


@click.command(short_help="Check recorded events against the contract.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "--strict", is_flag=True, help="Report drift too: fields and values that the contract does not know."
)
@click.option(
    "--show-values",
    is_flag=True,
    help="Print values and all names as they are. They can be guests' data: not for shared logs.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A line for each finding, or one JSON document.",
)
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    strict: bool,  # click passes options by name
    show_values: bool,
    form: str,
) -> None:
    """Check redemptions events against the contract.

    PATH is a JSON file (one event or an array of them), an NDJSON file, a folder that is searched for
    .json, .ndjson and .jsonl, or - for standard input.

    Values are printed as kind and length, such as string(16), and so are names of properties that do not
    look like identifiers.

    Exits with 0 if every event fits, 1 if there are findings, 2 if something could not be read; the rest is
    checked all the same.

    \b
    Examples:
      punchh-contract validate event.json
      punchh-contract validate --strict --format json archive/ today.ndjson
      jq -c '.[].event' export.json | punchh-contract validate -
    """
    summary = Summary()
    kept: list[Finding] = []
    unreadable: list[str] = []
    for source in _found(paths, unreadable):
        summary.files += 1
        with _noting(unreadable):
            for findings in validate_records(source.records(), strict=strict, show_values=show_values):
                summary.add(findings)
                if form == "json":
                    kept.extend(findings)
                else:
                    for each in findings:
                        click.echo(rendering.as_line(each))
    summary.unreadable = len(unreadable)
    click.echo(
        rendering.as_document(summary, kept, unreadable) if form == "json" else rendering.as_sentence(summary)
    )
    if unreadable:
        ctx.exit(2)
    ctx.exit(1 if summary.findings else 0)


def _found(paths: Iterable[str], unreadable: list[str]) -> Iterator[Source]:
    for path in paths:
        found: list[Source] = []
        with _noting(unreadable):
            found = sources(path, standard_input)
        yield from found


@contextlib.contextmanager
def _noting(unreadable: list[str]) -> Iterator[None]:
    """Keep, and say at once on standard error, that an input cannot be read; the others still can."""
    try:
        yield
    except UsageError as error:
        unreadable.append(str(error))
        click.echo(f"Error: {error}", err=True)
