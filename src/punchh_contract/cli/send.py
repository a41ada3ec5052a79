"""`punchh-contract send`: deliver any body to a receiver, byte by byte, signed as the vendor signs."""

import asyncio
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import httpx

from punchh_contract import __version__, hosts
from punchh_contract.cli import standard_input
from punchh_contract.errors import UsageError
from punchh_contract.events.masking import masked
from punchh_contract.events.reading import Unreadable, read
from punchh_contract.receiver.authorization import authorization_headers
from punchh_contract.receiver.credentials import SCHEMES, Credentials, Scheme

TIMEOUT = 15.0
"""Seconds for a whole delivery, the vendor's limit (WH-CONF)."""
ANSWER = 64 * 1024
"""Bytes of an answer that are read at most."""
SUCCESS = (200, 202)
"""What the vendor takes for success (WH-DEL)."""


@click.command(short_help="Sign a body and deliver it to a receiver.")
@click.argument("file")
@click.option("--to", "url", metavar="URL", required=True, help="Where to: path and query included.")
@click.option(
    "--scheme",
    type=click.Choice(SCHEMES),
    help="How to prove who sends.  [default: the strongest whose variables are set, else none]",
)
@click.option(
    "--allow-host",
    metavar="HOST",
    multiple=True,
    help="Repeat the host of --to, if it is not this machine.",
)
@click.option("--count", default=1, show_default=True, type=click.IntRange(1), help="Send it so many times.")
@click.pass_context
def command(
    ctx: click.Context,
    file: str,
    url: str,
    scheme: Scheme | None,
    allow_host: tuple[str, ...],
    count: int,
) -> None:
    """Deliver FILE's bytes (- for standard input) as they are, signed over exactly those.

    What is shared with the receiver comes from the environment: PUNCHH_WEBHOOK_USER and
    PUNCHH_WEBHOOK_PASSWORD (basic), PUNCHH_WEBHOOK_TOKEN (bearer), PUNCHH_WEBHOOK_KEY and
    PUNCHH_WEBHOOK_SECRET (HMAC over path, query and body, as hexadecimal after the word hmac).

    Of the answer are printed status, time, kind and length, never its text: it could repeat what was sent. No
    redirect is followed, no proxy of the environment used, and after 15 seconds it is given up.

    Exits with 0 if the receiver answers 200 or 202 each time, 1 if it answers anything else, 2 if it does not
    answer or nothing could be sent.

    \b
    Examples:
      punchh-contract send event.json --to http://127.0.0.1:8788/hook
      jq -c .event export.json | punchh-contract send - --to http://localhost:3000/punchh --scheme hmac-sha256
    """
    address = target(url, allow_host)
    credentials = Credentials.from_mapping(os.environ)
    body = _body(file)
    content = _Content(address, scheme or credentials.strongest, credentials, body)
    failed = 0
    for _ in range(count):
        answer = asyncio.run(_delivered(content))
        failed += answer.status not in SUCCESS
        click.echo(
            f"{answer.status} in {answer.seconds * 1000:.0f} ms ({content.scheme}, {len(body)} bytes sent);"
            f" the answer: {answer.described}"
        )
    if count > 1:
        click.echo(f"{count} deliveries: {count - failed} taken, {failed} refused.")
    ctx.exit(1 if failed else 0)


@dataclass(frozen=True, slots=True)
class _Content:
    url: str
    scheme: Scheme
    credentials: Credentials
    body: bytes


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    seconds: float
    body: bytes

    @property
    def described(self) -> str:
        """Kind and length, since a receiver may answer with the guest's data that it was sent."""
        if not self.body:
            return "empty"
        if len(self.body) > ANSWER:
            return f"more than {ANSWER} bytes"
        value: Any = read(self.body)
        kind = "no JSON" if isinstance(value, Unreadable) else masked(value)
        return f"{kind}, {len(self.body)} bytes"


async def _delivered(content: _Content) -> _Answer:
    """Send once. Raises UsageError if there is no answer."""
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=None) as client:  # noqa: S113  # one limit for all of it, below
        try:
            request = client.build_request("POST", content.url, content=content.body)
        except httpx.InvalidURL:
            raise UsageError("--to is no URL that can be sent: shorten path and query") from None
        # Over the path as it goes out, whatever the library made of it.
        uri = request.url.raw_path.decode("ascii")
        request.headers.update(
            {
                "Accept-Encoding": "identity",
                "Content-Type": "application/json",
                "User-Agent": f"punchh-contract/{__version__}",
                **authorization_headers(content.scheme, content.credentials, uri, content.body),
            }
        )
        started = time.monotonic()
        try:
            async with asyncio.timeout(TIMEOUT):
                response = await client.send(request, stream=True)
                try:
                    received = await _start(response)
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise UsageError(
                f"no answer within {TIMEOUT:g} seconds; the vendor gives up then, too"
            ) from error
        except (httpx.HTTPError, OSError) as error:
            # Its own words can hold the address with its query.
            raise UsageError(
                f"nothing was answered ({type(error).__name__}): does a receiver listen"
                " at the address of --to?"
            ) from error
        return _Answer(response.status_code, time.monotonic() - started, received)


async def _start(response: httpx.Response) -> bytes:
    """The raw body up to where it is longer than `ANSWER`."""
    received = b""
    async for chunk in response.aiter_raw():
        received += chunk
        if len(received) > ANSWER:
            break
    return received


def target(url: str, allowed: tuple[str, ...]) -> str:
    """The URL with its origin normalised. Raises UsageError that repeats nothing of it but its host."""
    if "#" in url or not url.isascii() or not url.isprintable() or " " in url:
        raise UsageError("--to must be percent-encoded as it is sent: no spaces, no fragment, ASCII only")
    found = re.match(r"([^:/?#]*://[^/?]*)(.*)", url)
    start, rest = found.groups() if found else (url, "")
    try:
        origin = hosts.origin(start, allowed)
    except UsageError as error:
        raise UsageError(str(error).replace("--target", "--to")) from None
    return origin + (rest if rest.startswith("/") else f"/{rest}")


def _body(file: str) -> bytes:
    try:
        return standard_input().read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        # repr, since a name can hold what a terminal would obey.
        raise UsageError(f"{file!r}: cannot be read: {error.strerror}") from error
