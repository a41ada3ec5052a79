"""`punchh-contract receipt`: see whether the receipt of a run is whole, and render it again."""

import os
from pathlib import Path

import click

from punchh_contract.cli import standard_input
from punchh_contract.conformance import verifying
from punchh_contract.conformance.verdict import rendering
from punchh_contract.contract import load
from punchh_contract.errors import UsageError
from punchh_contract.events.rendering import printable

FINDINGS = 1
NO_SIGNATURE = (
    "This is no signature: it shows a change made by accident, and proves nothing about who made the receipt."
)


@click.group(short_help="Verify the receipt of a run, or render it.")
def command() -> None:
    """Verify the receipt of a run, or render it again.

    `punchh-contract test` writes a receipt.json into its --report-dir. FILE may be `-`, standard input.
    """


@command.command(short_help="Check form, sums, digest and contract.")
@click.argument("file")
@click.option(
    "--contract",
    "contract_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The OpenAPI document of the run. Default: the contract of this installation.",
)
def verify(file: str, contract_file: Path | None) -> None:
    """Check a receipt: its schema, its sums, its own digest, and that it is of this contract.

    It is no signature: whoever changes a receipt on purpose can make its digest anew. Ends with 0 when all is
    as it should be, with 1 when something is not, with 2 when FILE is no receipt.
    """
    document = verifying.read(_content(file), _named(file))
    problems = verifying.check(document, load(contract_file))
    for each in problems:
        click.echo(printable(f"{_named(file)}: {each}"))
    if problems:
        click.echo(f"The receipt is not whole: {len(problems)} problem{'s' if len(problems) > 1 else ''}.")
    else:
        click.echo(f"The receipt is whole: schema, sums, digest {document['digest'][:16]}…, contract.")
        click.echo(printable(document["headline"]))
    click.echo(NO_SIGNATURE)
    if problems:
        raise click.exceptions.Exit(FINDINGS)


@command.command(short_help="Make the page, the JUnit XML or the Markdown again.")
@click.argument("file")
@click.option("--format", "name", type=click.Choice(list(rendering.FORMATS)), required=True)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Default: standard output.",
)
def render(file: str, name: str, output: Path | None) -> None:
    """Render a receipt as the run itself did, from the receipt alone.

    A receipt that breaks its schema, or was changed since it was written, is not rendered: exit code 2.
    """
    document = verifying.read(_content(file), _named(file))
    if problems := verifying.formal(document) or verifying.unsealed(document):
        told = printable(str(problems[0]))
        raise UsageError(f"{_named(file)}: {told}; `punchh-contract receipt verify` tells all of it")
    content = rendering.FORMATS[name](document).encode()
    if output is None:
        click.echo(content, nl=False)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{str(output)!r}: cannot be written: {error.strerror}; name another file") from None


def _content(file: str) -> bytes:
    try:
        return standard_input().read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file!r}: cannot be read: {error.strerror}") from None


def _named(file: str) -> str:
    # repr where a name holds what a terminal would obey.
    return file if file.isprintable() else repr(os.fspath(file))
