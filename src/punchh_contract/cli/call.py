"""`punchh-contract call`: one call of one operation from the shell, and what became of it as exit code."""

import contextlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import click

from punchh_contract import hosts
from punchh_contract.cli import Seconds, standard_input
from punchh_contract.client.errors import (
    LimitError,
    LockedBasketError,
    NotFoundError,
    OutcomeUnknown,
    RefusalError,
    ValidationError,
)
from punchh_contract.contract import Operation, load
from punchh_contract.errors import PunchhContractError, UsageError

if TYPE_CHECKING:
    from punchh_contract.client.prepared import Prepared
    from punchh_contract.client.settings import Settings
    from punchh_contract.client.sync import PunchhClient

REFUSED = 1
COULD_NOT_RUN = 2
UNKNOWN = 3
MASK = "***"

# The vendor judged the call and said no; every other error says that there was no judgement.
_REFUSALS = (RefusalError, LimitError, LockedBasketError, NotFoundError, ValidationError)


@click.command(short_help="Make one call, and say whether it redeemed.")
@click.argument("operation_id", metavar="OPERATION")
@click.option(
    "--data", required=True, metavar="@FILE", help="The body, JSON, from a file; @- is standard input."
)
@click.option(
    "--target", envvar="PUNCHH_BASE_URL", show_envvar=True, metavar="URL", help="The server, https://HOST."
)
@click.option(
    "--allow-host",
    metavar="HOST",
    multiple=True,
    help="Repeat the host of --target, if it is not this machine.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be sent; send nothing.")
@click.option("--timeout", type=Seconds(min=0, min_open=True), help="Seconds for all of it.  [default: 6]")
@click.pass_context
def command(
    ctx: click.Context,
    operation_id: str,
    data: str,
    target: str | None,
    allow_host: tuple[str, ...],
    dry_run: bool,
    timeout: float | None,
) -> None:
    """Make one call of OPERATION, signed and authorized by the PUNCHH_… variables.

    Method, URL, headers and body go to standard error; credentials, and what the contract does not know as
    harmless, are shown as ***. The answer's body goes to standard output as it is: it can hold a code that
    whoever has it can redeem. `client` and `external_uid` are filled in where the body lacks them. What may
    have redeemed is not repeated, unless PUNCHH_TRUST_EXTERNAL_UID is 1.

    A body with "query": true is a quote: nothing is taken. With --dry-run nothing is sent at all.

    Exits with 0 if it redeemed, issued or quoted something, 1 if the vendor refused, 2 if it could not run, 3
    if nobody knows whether it redeemed; so too where its output cannot be written.

    \b
    Examples:
      punchh-contract call create_online_redemption --data @order.json --target http://127.0.0.1:8787
      punchh-contract call force_redeem --data @- --target http://127.0.0.1:8787 --dry-run < body.json
    """
    try:
        code = _called(operation_id, data, target, allow_host, dry_run=dry_run, timeout=timeout)
    except PunchhContractError as error:
        _tell(f"Error: {error}", err=True)
        code = COULD_NOT_RUN
    ctx.exit(code)


def _called(
    operation_id: str,
    data: str,
    target: str | None,
    allow_host: tuple[str, ...],
    *,
    dry_run: bool,
    timeout: float | None,
) -> int:
    operation = load().operation(operation_id)
    if target is None:
        raise UsageError("where to? Give --target https://HOST, or set PUNCHH_BASE_URL")
    origin = hosts.origin(target, allow_host)
    document = _document(data)
    settings = _settings(origin, timeout)
    try:
        prepared = _prepared(operation, document, settings)
        shown = _shown(prepared, origin, _headers(prepared, settings))
    except RecursionError:
        raise UsageError(f"{data!r}: nested deeper than any body that is taken") from None
    if dry_run:
        click.echo(shown)
        return 0
    if _tell(shown, err=True) is not None:
        return COULD_NOT_RUN  # what cannot be shown is not sent
    outcome = _sent(prepared, origin, timeout)
    # Whoever reads only the exit code must be told what happened to the money, whatever the terminal does.
    lost = _tell(outcome.answer) if outcome.answer else None
    _tell(outcome.said, err=True)
    if lost is not None:
        _tell(f"the answer could not be shown: {lost}", err=True)
    return outcome.code


class _Outcome(NamedTuple):
    code: int
    said: str
    """For standard error."""
    answer: str = ""
    """For standard output."""


def _sent(prepared: "Prepared", origin: str, timeout: float | None) -> _Outcome:
    from punchh_contract.client.sync import PunchhClient

    client = PunchhClient(base_url=origin)
    try:
        return _judged(client, prepared, timeout)
    finally:
        # What cannot be closed, or is interrupted in it, changes nothing of what happened.
        with contextlib.suppress(Exception, KeyboardInterrupt):
            client.close()


def _judged(client: "PunchhClient", prepared: "Prepared", timeout: float | None) -> _Outcome:
    try:
        # The body as it was frozen: its key is minted once, and what was shown is what is sent.
        result = getattr(client, prepared.operation.id)(prepared.document, timeout=timeout)
    except OutcomeUnknown as unknown:
        uid = f"; external_uid {unknown.external_uid}" if unknown.external_uid else ""
        return _Outcome(UNKNOWN, f"OUTCOME UNKNOWN: {unknown}{uid}")
    except _REFUSALS as refused:
        masked = f"\nthe answer, masked: {_plain(refused.raw)}" if refused.raw else ""
        return _Outcome(REFUSED, f"refused: {refused}{masked}")
    except PunchhContractError:
        raise
    except BaseException as error:
        # Ctrl-C, a full disk, a bug of ours: whatever it is, the request may have gone out before.
        if not prepared.committing:
            raise
        return _Outcome(
            UNKNOWN,
            f"OUTCOME UNKNOWN: {type(error).__name__} came between; look it up before it is sent again",
        )
    try:
        answer = json.dumps(result.body, indent=2)
    except RecursionError:
        answer = "the answer is nested too deeply to be shown"
    if result.refused:
        refusal = result.refusal
        why = f": {refusal.error_id}: {refusal.meaning} {refusal.advice}" if refusal.error_id else ""
        return _Outcome(REFUSED, f"refused{why}", answer)
    return _Outcome(0, "committed" if result.committed else "quoted: nothing was taken", answer)


def _tell(text: str, *, err: bool = False) -> str | None:
    """Write a line. What stands in the way of that is returned, not raised: the exit code says more."""
    try:
        click.echo(text, err=err)
    except (OSError, ValueError, KeyboardInterrupt) as error:
        # What waits in the buffer would fail once more on Python's way out, and change the exit code.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), (sys.stderr if err else sys.stdout).fileno())
        return getattr(error, "strerror", None) or type(error).__name__
    return None


def _document(data: str) -> dict[str, Any]:
    if not data.startswith("@"):
        raise UsageError(
            "--data takes @FILE, or @- for standard input: a body on the command line is seen by all"
        )
    name = data.removeprefix("@")
    try:
        content = standard_input().read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        # repr, since a name can hold what a terminal would obey.
        raise UsageError(f"{name!r}: cannot be read: {error.strerror}") from error
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise UsageError(f"{name!r}: no JSON that can be read{where}") from None
    if not isinstance(document, dict):
        raise UsageError(f"{name!r}: the body of each operation is an object, {{…}}")
    return cast("dict[str, Any]", document)


def _settings(origin: str, timeout: float | None) -> "Settings":
    from punchh_contract.client.settings import Settings

    return Settings.read(os.environ, {"base_url": origin, "timeout": timeout})


def _prepared(operation: Operation, document: Mapping[str, Any], settings: "Settings") -> "Prepared":
    from punchh_contract.client.prepared import prepare

    def frozen(body: Mapping[str, Any]) -> "Prepared":
        return prepare(
            operation,
            body,
            user_agent=settings.user_agent_of(operation),
            client=settings.credentials(operation).of(operation).client,
            accept_language=settings.accept_language,
            accept_timezone=settings.accept_timezone,
        )

    # Twice, as the client will do it again: a key that was minted moves to where a model has it.
    return frozen(frozen(document).document)


def _headers(prepared: "Prepared", settings: "Settings") -> dict[str, str]:
    """All headers, credentials and digest masked. Raises UsageError that names what is not given."""
    from punchh_contract.auth import authorization_headers

    operation = prepared.operation
    credentials = settings.credentials(operation)
    if missing := credentials.missing(operation):
        raise UsageError(f"{operation.id} needs {', '.join(missing)}, which is not given")
    headers = dict(prepared.headers)
    for name, value in authorization_headers(operation, credentials).items():
        scheme = value.partition(" ")[0] + " " if " " in value else ""
        headers[name] = f"{scheme}{MASK}"
    if operation.signature:
        headers[operation.signature.header] = f"{MASK} (HMAC with {operation.signature.algorithm})"
    return headers


def _shown(prepared: "Prepared", origin: str, headers: Mapping[str, str]) -> str:
    harmless = _harmless(prepared.operation)
    body = json.dumps(_masked(prepared.document, harmless), indent=2)
    return "\n".join(
        [
            f"{prepared.operation.method} {origin}{prepared.uri}",
            *(f"{name}: {_plain(value)}" for name, value in headers.items()),
            "",
            body,
            f"({len(prepared.body)} bytes are sent, compact; fingerprint {prepared.fingerprint[:12]})",
        ]
    )


def _harmless(operation: Operation) -> set[str]:
    """The fields that the request may have and that are nobody's data, wherever they stand."""
    known: dict[str, bool] = {}
    pending: list[object] = [operation.request_schema]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending.extend(cast("list[object]", node))
        elif isinstance(node, dict):
            schema = cast("dict[str, Any]", node)
            fields: dict[str, dict[str, Any]] = schema.get("properties") or {}
            for name, each in fields.items():
                known[name] = known.get(name, False) or each.get("x-pii") is True
            pending.extend(schema.values())
    return {name for name, personal in known.items() if not personal}


def _masked(value: object, harmless: set[str]) -> object:
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return {name: _masked(each, harmless) if name in harmless else MASK for name, each in fields.items()}
    if isinstance(value, list):
        return [_masked(each, harmless) for each in cast("list[object]", value)]
    return value


def _plain(text: str) -> str:
    """Without what a terminal would obey."""
    return "".join(each if each.isprintable() else " " for each in text)
