"""`punchh-contract validate`: check recorded events against the contract; guests' data stays masked."""

import sys

import click

from punchh_contract.events import rendering
from punchh_contract.events.findings import Finding, Summary
from punchh_contract.events.sources import sources
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
    strict: bool,  # noqa: FBT001  # click passes options by name
    show_values: bool,  # noqa: FBT001
    form: str,
) -> None:
    """Check redemptions events against the contract.

    PATH is a JSON file (one event or an array of them), an NDJSON file, a folder that is searched for
    .json, .ndjson and .jsonl, or - for standard input.

    Values are printed as kind and length, such as string(16), and so are names of properties that do not
    look like identifiers.

    Exits with 0 if every event fits, 1 if there are findings, 2 if something could not be read.

    \b
    Examples:
      punchh-contract validate event.json
      punchh-contract validate --strict --format json archive/ today.ndjson
      jq -c '.[].event' export.json | punchh-contract validate -
    """
    summary = Summary()
    kept: list[Finding] = []
    for source in sources(paths, sys.stdin.buffer):
        summary.files += 1
        for findings in validate_records(source.records(), strict=strict, show_values=show_values):
            summary.add(findings)
            if form == "json":
                kept.extend(findings)
            else:
                for each in findings:
                    click.echo(rendering.as_line(each))
    click.echo(rendering.as_document(summary, kept) if form == "json" else rendering.as_sentence(summary))
    ctx.exit(1 if summary.findings else 0)
