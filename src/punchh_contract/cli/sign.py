"""`punchh-contract sign`: print the digest of a request body; the secret comes from the environment only."""

import os
import re
from pathlib import Path

import click
import orjson

from punchh_contract.cli import standard_input
from punchh_contract.contract import load
from punchh_contract.errors import UsageError
from punchh_contract.signing import ALGORITHMS, Algorithm, sign

DEFAULT_SECRET_ENV = "PUNCHH_SECRET"  # noqa: S105  # a variable's name, not a secret

_JSON_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')


@click.command(short_help="Print the digest of a request body.")
@click.argument("file", default="-")
@click.option("--algorithm", type=click.Choice(ALGORITHMS), help="Hash under the HMAC; needs --uri.")
@click.option(
    "--operation", metavar="ID", help="Take algorithm and path from this operation of the contract."
)
@click.option("--uri", help="Path and query as sent, from /api/ or /api2/ on.")
@click.option(
    "--secret-env",
    metavar="NAME",
    default=DEFAULT_SECRET_ENV,
    show_default=True,
    help="Environment variable that holds the client secret.",
)
def command(
    file: str, algorithm: Algorithm | None, operation: str | None, uri: str | None, secret_env: str
) -> None:
    """Print the x-pch-digest of FILE's bytes (default: standard input) as they are.

    Signed are the URI followed by the body, keyed with the client secret, which is read from an environment
    variable and from nowhere else.
    """
    if operation is not None:
        algorithm, uri = _from_contract(operation, algorithm, uri)
    if algorithm is None or uri is None:
        raise UsageError("give --operation ID, or both --algorithm and --uri")
    _check_uri(uri)
    secret = _secret(secret_env)
    body = _body(file)
    if reason := _not_compact(body):
        click.echo(
            f"Warning: {reason}. The bytes are signed as they are; PAR says that white space is removed"
            " before signing (C-1), so send, and sign, compact JSON.",
            err=True,
        )
    click.echo(sign(algorithm, secret, uri, body))


def _body(file: str) -> bytes:
    try:
        return standard_input().read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        # repr, since a name can hold what a terminal would obey.
        raise UsageError(f"{file!r}: cannot be read: {error.strerror}") from error


def _from_contract(operation_id: str, algorithm: str | None, uri: str | None) -> tuple[Algorithm, str]:
    operation = load().operation(operation_id)
    if operation.signature is None:
        raise UsageError(
            f"{operation_id} is not signed: {operation.family} takes no digest, send the call without one"
        )
    if algorithm is not None:
        raise UsageError(f"--operation {operation_id} settles the algorithm: leave --algorithm away")
    if uri is not None and uri.partition("?")[0] != operation.path:
        _check_uri(uri)
        raise UsageError(
            f"--uri is not the path of {operation_id}: leave it away, or pass {operation.path}?your=query"
        )
    return operation.signature.algorithm, uri or operation.path


def _check_uri(uri: str) -> None:
    if "://" in uri.partition("?")[0]:
        place = re.search(r"/api2?/", uri)
        hint = (
            f"--uri '{uri[place.start() :]}'" if place else "what follows the host, from /api/ or /api2/ on"
        )
        raise UsageError(f"--uri is path and query, not a full URL: pass {hint}")
    if not uri.startswith(("/api/", "/api2/")):
        raise UsageError("--uri must start with /api/ or /api2/ (does your shell rewrite paths?)")
    if "#" in uri or not uri.isascii() or not uri.isprintable() or " " in uri:
        raise UsageError("--uri must be percent-encoded as it is sent: no spaces, no fragment, ASCII only")


def _secret(variable: str) -> str:
    # A name other than the default is not repeated: it may be the secret itself, given by mistake.
    name = variable if variable == DEFAULT_SECRET_ENV else "the variable named by --secret-env"
    secret = os.environ.get(variable, "")
    if not secret:
        raise UsageError(f"{name} is not set, or is empty: export the client secret in it")
    try:
        secret.encode()
    except UnicodeEncodeError:
        # Its own words would quote from the secret.
        raise UsageError(
            f"the value of {name} is not UTF-8 text: export the client secret as you were given it"
        ) from None
    if secret != secret.strip():
        click.echo(f"Warning: the value of {name} has white space around it; it is used as it is.", err=True)
    return secret


def _not_compact(body: bytes) -> str | None:
    """Say why the body is not compact JSON; None when it is, or when there is none."""
    if not body:
        return None
    try:
        # The reader of the events too: NaN, numbers beyond a double and 1025 levels are read by few others.
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return "the body cannot be read as JSON"
    if body.endswith((b"\n", b"\r")):
        return "the body ends in a line break"
    if re.search(rb"\s", _JSON_STRING.sub(b"", body)):
        return "the body has white space between its JSON tokens"
    return None
