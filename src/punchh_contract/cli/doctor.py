"""`punchh-contract doctor`: find out why a signature is turned away, and whether calls are set up right."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click
import httpx

from punchh_contract import hosts
from punchh_contract.auth import Credentials
from punchh_contract.cli import standard_input
from punchh_contract.client.doctor import Check, check_up, examine
from punchh_contract.contract import Contract, Operation, load
from punchh_contract.errors import UsageError

TIMEOUT = 6.0
"""Seconds for the one question that `--ask` puts."""
_MARKS = {True: "ok", False: "wrong", None: "note"}


@click.command(short_help="Find out why a signature or a call is refused.")
@click.argument("operation_id", metavar="[OPERATION]", required=False)
@click.option("--data", metavar="@FILE", help="The body whose digest was turned away; - is standard input.")
@click.option("--digest", metavar="TEXT", help="The digest that your program sent with it.")
@click.option("--uri", metavar="URI", help="Path and query as sent.  [default: the operation's path]")
@click.option(
    "--url", metavar="URL", help="Where calls go, such as https://SERVER.punchh.com.  [env: PUNCHH_BASE_URL]"
)
@click.option("--ask", is_flag=True, help="Ask the server what time it is, without credentials.")
@click.option(
    "--allow-host", metavar="HOST", multiple=True, help="Repeat the host to ask, if it is not this machine."
)
@click.pass_context
def command(
    ctx: click.Context,
    operation_id: str | None,
    data: str | None,
    digest: str | None,
    uri: str | None,
    url: str | None,
    ask: bool,
    allow_host: tuple[str, ...],
) -> None:
    """Look for what is wrong with a signed call, or with how calls are set up.

    With OPERATION, --data and --digest: which bytes have to be signed, and which usual mistakes give the
    digest that was sent, such as the other algorithm, the whole URL, no query, or pretty-printed JSON.
    Without them: are the credentials of OPERATION, or of each that any are set for, there and of the right
    kind?

    Credentials and User-Agent come from the PUNCHH_* variables. Nothing of them is printed, and nothing is
    sent anywhere, but for the one question of --ask.

    Exits with 0 if nothing has to be mended, 1 if something has, 2 if it could not look.

    \b
    Examples:
      punchh-contract doctor
      punchh-contract doctor create_online_redemption --data @order.json --digest 5d1c…
    """
    contract = load()
    credentials = Credentials.from_mapping(os.environ)
    url = url if url is not None else os.environ.get("PUNCHH_BASE_URL", "")
    date = _date(url, allow_host, credentials.user_agent) if ask else None
    if data is None and digest is None and uri is None:
        chosen = [contract.operation(operation_id)] if operation_id else _set_up(contract, credentials)
        ctx.exit(_looked_at(chosen, credentials, url, date))
    if operation_id is None or data is None or digest is None:
        raise UsageError("to examine a digest give all three: OPERATION, --data @FILE and --digest TEXT")
    operation = contract.operation(operation_id)
    if operation.signature is None:
        raise UsageError(f"{operation_id} is not signed: {operation.family} takes no digest")
    if not credentials.of(operation).secret:
        raise UsageError(f"{operation_id}: PUNCHH_SECRET is not set, and without it no digest can be judged")
    diagnosis = examine(
        operation,
        uri or operation.path,
        _body(data),
        {operation.signature.header: digest, "User-Agent": credentials.user_agent or ""},
        credentials,
        base_url=url,
    )
    click.echo(diagnosis)
    ctx.exit(0 if diagnosis.sound else 1)


def _set_up(contract: Contract, credentials: Credentials) -> list[Operation]:
    """The operations that anything is set for; all of them if nothing is set at all. Few need every one."""
    every = list(contract.operations.values())
    chosen = [each for each in every if credentials.missing(each) != Credentials().missing(each)] or every
    for each in every:
        if each not in chosen:
            click.echo(
                f"{each.id}: not set up, which it need not be ({', '.join(credentials.missing(each))})"
            )
    return chosen


def _looked_at(operations: list[Operation], credentials: Credentials, url: str, date: str | None) -> int:
    found = False
    for operation in operations:
        checks = check_up(
            operation,
            credentials,
            base_url=url,
            user_agent=credentials.user_agent,
            date=date,
            now=datetime.now(UTC),
        )
        click.echo(f"{operation.id} ({operation.method} {operation.path})")
        for each in checks:
            click.echo(_line(each))
        found = found or any(each.ok is False for each in checks)
    return 1 if found else 0


def _line(check: Check) -> str:
    return f"  {_MARKS[check.ok]:<6}{check.name}: {check.text}"


def _body(data: str) -> bytes:
    if data == "-":
        return standard_input().read()
    if not data.startswith("@"):
        raise UsageError("--data is @ and the name of a file, such as @order.json, or - for standard input")
    try:
        return Path(data[1:]).read_bytes()
    except OSError as error:
        # repr, since a name can hold what a terminal would obey.
        raise UsageError(f"{data[1:]!r}: cannot be read: {error.strerror}") from error


def _date(url: str, allowed: tuple[str, ...], user_agent: str | None) -> str | None:
    """The `Date` of the server's answer to /ping, which needs no credentials."""
    if not url:
        raise UsageError("--ask needs to know whom: give --url, or set PUNCHH_BASE_URL")
    try:
        origin = hosts.origin(url, allowed)
    except UsageError as error:
        raise UsageError(str(error).replace("--target", "--url")) from None
    headers = {"User-Agent": user_agent} if user_agent else {}
    try:
        with httpx.Client(timeout=TIMEOUT, trust_env=False, headers=headers) as client:
            date: str | None = client.get(f"{origin}/ping").headers.get("Date")
            return date
    except httpx.HTTPError as error:
        raise UsageError(
            f"{origin} does not answer ({type(error).__name__}): is the address right?"
        ) from None
