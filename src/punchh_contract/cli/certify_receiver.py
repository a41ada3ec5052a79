"""`punchh-contract certify-receiver`: play the vendor at its worst to somebody's handler, and grade it."""

import json
import os
import secrets
from datetime import UTC, datetime

import click

from punchh_contract.cli import Seconds
from punchh_contract.cli.send import TIMEOUT, target
from punchh_contract.errors import UsageError
from punchh_contract.receiver.certify import Result, certify
from punchh_contract.receiver.certify.rendering import as_document, as_lines, closing
from punchh_contract.receiver.credentials import SCHEMES, Credentials, Scheme


@click.command(short_help="Play the vendor at its worst to your handler.")
@click.argument("url")
@click.option(
    "--scheme",
    type=click.Choice(SCHEMES),
    help="How to prove who sends.  [default: the strongest whose variables are set, else none]",
)
@click.option(
    "--allow-host",
    metavar="HOST",
    multiple=True,
    help="Repeat the host of URL, if it is not this machine.",
)
@click.option(
    "--limit",
    default=TIMEOUT,
    show_default=True,
    type=Seconds(0.1, TIMEOUT),
    help="Seconds that an answer may take; PAR gives 15.",
)
@click.option(
    "--stall",
    default=5.0,
    show_default=True,
    type=Seconds(0, 600),
    help="Seconds that a connection stands still at least.",
)
@click.option(
    "--concurrency",
    default=20,
    show_default=True,
    type=click.IntRange(2, 500),
    help="How many deliveries to send at once.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Lines for people, or one JSON document.",
)
@click.pass_context
def command(
    ctx: click.Context,
    url: str,
    scheme: Scheme | None,
    allow_host: tuple[str, ...],
    limit: float,
    stall: float,
    concurrency: int,
    form: str,
) -> None:
    """Send the handler at URL what PAR sends, and worse, and grade each answer by what PAR would do.

    Good deliveries, forged and repeated ones, late and unknown and unreadable ones, the health check, many at
    once, a connection that stands still. Events are invented and valid; point it at a handler whose database
    may hold them. Only the answer and its time are seen: what else matters is asked at the end.

    What is shared with the handler comes from the environment, as in `send`: PUNCHH_WEBHOOK_USER and
    PUNCHH_WEBHOOK_PASSWORD (basic), PUNCHH_WEBHOOK_TOKEN (bearer), PUNCHH_WEBHOOK_KEY and
    PUNCHH_WEBHOOK_SECRET (HMAC).

    Exits with 0 if no case failed (notes do not count), 1 if one did, 2 if nothing could be played.

    \b
    Examples:
      punchh-contract certify-receiver http://127.0.0.1:8000/hook
      punchh-contract certify-receiver http://localhost:3000/punchh --scheme bearer --format json
    """
    try:
        address = target(url, allow_host)
    except UsageError as error:
        raise UsageError(str(error).replace("--to", "URL")) from None
    report = certify(
        address,
        Credentials.from_mapping(os.environ),
        run=secrets.token_hex(8),
        now=datetime.now(UTC),
        scheme=scheme,
        limit=limit,
        stall=stall,
        concurrency=concurrency,
        progress=_print if form == "text" else None,
    )
    if form == "json":
        click.echo(json.dumps(as_document(report), indent=2))
    else:
        click.echo("\n".join(closing(report)))
    ctx.exit(1 if report.failed else 0)


def _print(result: Result) -> None:
    click.echo("\n".join(as_lines(result)))
