"""`punchh-contract listen`: a local receiver that says of each delivery whether it is authentic and fits."""

import contextlib
import json
import os
import secrets
import signal
import threading
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC
from typing import Any

import click
import httpx

from punchh_contract import hosts
from punchh_contract.errors import UsageError
from punchh_contract.events import rendering
from punchh_contract.json_types import JsonValue
from punchh_contract.receiver.app import create_receiver
from punchh_contract.receiver.credentials import SCHEMES, SECRET_VARIABLE, Credentials, Scheme
from punchh_contract.receiver.delivery import Delivery
from punchh_contract.receiver.serving import bind, serving

# Longer than the 15 seconds that the sandbox gives us for its check.
_TIMEOUT = 20.0


@click.command(short_help="Receive deliveries, verify and validate them.")
@click.option(
    "--port", default=8788, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="A loopback address; no other is accepted."
)
@click.option(
    "--scheme",
    type=click.Choice(SCHEMES),
    help="Take only this one; none checks nothing.  [default: all whose variables are set, else none]",
)
@click.option(
    "--secret-env",
    metavar="NAME",
    multiple=True,
    default=[SECRET_VARIABLE],
    show_default=True,
    help="Variable that holds a secret of the HMAC; may be repeated while secrets are rotated.",
)
@click.option(
    "--strict", is_flag=True, help="Report drift too: fields and values that the contract does not know."
)
@click.option(
    "--sandbox",
    metavar="URL",
    help="Subscribe at this sandbox on start, and unsubscribe at the end.",
)
@click.option("--exit-after", type=click.IntRange(1), metavar="N", help="End after so many deliveries.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "ndjson"]),
    default="text",
    show_default=True,
    help="Lines for people, or a JSON document on each line.",
)
@click.pass_context
def command(
    ctx: click.Context,
    port: int,
    host: str,
    scheme: Scheme | None,
    secret_env: tuple[str, ...],
    strict: bool,  # click passes options by name
    sandbox: str | None,
    exit_after: int | None,
    form: str,
) -> None:
    """Receive deliveries of events on this machine: verify and validate each, and print it in a line.

    Any path will do. What is shared with the sender comes from the environment: PUNCHH_WEBHOOK_USER and
    PUNCHH_WEBHOOK_PASSWORD (basic), PUNCHH_WEBHOOK_TOKEN (bearer), PUNCHH_WEBHOOK_SECRET and, if it is to be
    checked, PUNCHH_WEBHOOK_KEY (HMAC). A subscription at a sandbox makes itself a secret if there is none.

    Answers 200 to what fits, 202 to what does not, 401 to what is not authentic. Nothing of a guest is
    printed: values stand as kind and length, such as string(16).

    Ends with Ctrl-C. Exits with 0 if all was fine, 1 if a delivery had findings or was not authentic, 2 if it
    could not run.

    \b
    Examples:
      punchh-contract listen --sandbox http://127.0.0.1:8787
      PUNCHH_WEBHOOK_TOKEN=... punchh-contract listen --scheme bearer --format ndjson
    """
    origin = None if sandbox is None else _sandbox(sandbox)
    credentials = Credentials.from_mapping(os.environ, secret_env)
    if any(not os.environ.get(each) for each in secret_env if each != SECRET_VARIABLE):
        # Its name is not repeated: it may be the secret itself, given by mistake.
        raise UsageError("a variable named by --secret-env is not set, or is empty: export the secret in it")
    if scheme is None and not credentials.schemes:
        if origin is not None:
            credentials = Credentials(key="punchh-contract-listen", secrets=(secrets.token_hex(32),))
        else:
            scheme = "none"
    if missing := credentials.missing(scheme or "none"):
        raise UsageError(f"--scheme {scheme} needs {' and '.join(missing)}: export what the sender has")

    ended = threading.Event()
    log = _Log(form, exit_after, ended)
    app = create_receiver(log.add, credentials, scheme=scheme, strict=strict)
    with (
        _terminated_as_interrupted(),
        contextlib.suppress(KeyboardInterrupt),
        serving(app, bind(host, port)) as url,
    ):
        log.started(url, (scheme,) if scheme else credentials.schemes)
        with _subscribed(origin, url, scheme or credentials.strongest, credentials):
            # Not for ever at once: Windows would not notice Ctrl-C.
            while not ended.wait(1):
                pass
    if log.broken is not None:
        raise log.broken
    log.ended()
    ctx.exit(1 if log.tally.wrong else 0)


@dataclass(slots=True)
class _Tally:
    deliveries: int = 0
    with_findings: int = 0
    refused: int = 0
    """Deliveries that were not authentic, or not whole."""
    checks: int = 0
    refused_checks: int = 0

    @property
    def wrong(self) -> int:
        return self.with_findings + self.refused + self.refused_checks


@dataclass(slots=True)
class _Log:
    """What is printed and counted; `add` is called by the receiver, in its thread."""

    form: str
    exit_after: int | None
    enough: threading.Event
    tally: _Tally = field(default_factory=_Tally)
    broken: BrokenPipeError | None = None

    def started(self, url: str, schemes: tuple[Scheme, ...]) -> None:
        if self.form == "ndjson":
            _echo({"type": "listening", "url": url, "schemes": schemes})
            return
        taken = "anything, unchecked" if schemes == ("none",) else " or ".join(schemes)
        click.echo(f"Listening at {url}/ and any path below; takes {taken}. Stop it with Ctrl-C.")

    def add(self, delivery: Delivery) -> None:
        self._count(delivery)
        try:
            if self.form == "ndjson":
                _echo(_document(delivery))
            else:
                click.echo("\n".join(_lines(delivery)))
        except BrokenPipeError as error:
            # Nobody reads any more. It ends the command, in its own thread, and is not the sender's matter.
            self.broken = error
            self.enough.set()
        if self.tally.deliveries == self.exit_after:
            self.enough.set()

    def ended(self) -> None:
        tally = self.tally
        if self.form == "ndjson":
            _echo({"type": "summary", **asdict(tally)})
            return
        text = f"{tally.deliveries} {'delivery' if tally.deliveries == 1 else 'deliveries'}: "
        fine = tally.deliveries - tally.with_findings - tally.refused
        text += f"{fine} fine, {tally.with_findings} with findings, {tally.refused} refused."
        if tally.refused_checks:
            text += f" {tally.refused_checks} of {tally.checks} checks refused."
        click.echo(text)

    def _count(self, delivery: Delivery) -> None:
        if delivery.method == "POST":
            self.tally.deliveries += 1
            self.tally.with_findings += bool(delivery.findings)
            self.tally.refused += delivery.findings is None
        else:
            self.tally.checks += 1
            self.tally.refused_checks += not delivery.fine


def _lines(delivery: Delivery) -> Iterator[str]:
    gist, findings = delivery.gist, delivery.findings
    start = f"{_time(delivery)} {delivery.method} {delivery.status}"
    if delivery.method != "POST":
        yield f"{start} check: {delivery.verification}"
    elif findings is None:
        yield f"{start} {delivery.verification}"
    else:
        parts = (gist.content_id, gist.action, gist.redemption_status, gist.redemption_id)
        count = "1 finding" if len(findings) == 1 else f"{len(findings) or 'no'} findings"
        hint = "; drift, which --strict shows" if findings.drifts and not len(findings) else ""
        told = " ".join("-" if each is None else str(each) for each in parts)
        yield f"{start} {told}: {delivery.verification}; {count}{hint}"
        for each in findings:
            yield f"  {rendering.as_line(each)}"


def _document(delivery: Delivery) -> dict[str, Any]:
    verification, findings = delivery.verification, delivery.findings
    return {
        "type": "delivery" if delivery.method == "POST" else "check",
        "time": _time(delivery),
        "status": delivery.status,
        **asdict(delivery.gist),
        **asdict(verification),
        "bytes": delivery.size,
        "drift": None if findings is None else findings.drifts,
        "findings": None if findings is None else [asdict(each) for each in findings],
    }


def _time(delivery: Delivery) -> str:
    return delivery.received_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _echo(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, separators=(",", ":")))


@contextlib.contextmanager
def _terminated_as_interrupted() -> Generator[None]:
    """Let SIGTERM end the command as Ctrl-C does: unsubscribed, and with its summary."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _sandbox(url: str) -> str:
    try:
        return hosts.origin(url, ())
    except UsageError:
        raise UsageError(
            "--sandbox is the address that a sandbox on this machine printed, such as http://127.0.0.1:8787"
        ) from None


@contextlib.contextmanager
def _subscribed(origin: str | None, url: str, scheme: Scheme, credentials: Credentials) -> Generator[None]:
    """Get the events of a sandbox for the length of a `with`; without an origin, none.

    Raises UsageError that says why the sandbox does not take the subscription.
    """
    if origin is None:
        yield
        return
    wanted: dict[str, Any] = {"url": f"{url}/", "scheme": scheme}
    if scheme == "basic":
        wanted |= {"name": credentials.user, "secret": credentials.password}
    elif scheme == "bearer":
        wanted |= {"secret": credentials.token}
    elif scheme != "none":
        wanted |= {"secret": credentials.secrets[0]}
        wanted |= {"name": credentials.key} if credentials.key else {}
    with httpx.Client(base_url=f"{origin}/_sandbox", trust_env=False, timeout=_TIMEOUT) as client:
        number = _asked(client, "POST", "/subscribers", wanted)["subscriber_id"]
        try:
            _asked(client, "POST", f"/subscribers/{number}/activate")
            yield
        finally:
            with contextlib.suppress(httpx.HTTPError):  # the sandbox may have ended before us
                client.delete(f"/subscribers/{number}")


def _asked(client: httpx.Client, method: str, path: str, body: Any = None) -> dict[str, Any]:
    try:
        answer = client.request(method, path, json=body)
    except httpx.HTTPError as error:
        raise UsageError(
            f"no sandbox answers at the address of --sandbox ({type(error).__name__}): start one with"
            " `punchh-contract sandbox`"
        ) from error
    try:
        document: JsonValue = answer.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        document = {}
    if not answer.is_success:
        # The control plane repeats no values in it.
        said = rendering.printable(str(document.get("error", "")))[:200]
        raise UsageError(f"the sandbox does not take the subscription: {answer.status_code} {said}".rstrip())
    return document
