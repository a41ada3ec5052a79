"""What `punchh-contract test` is pointed at: target, credentials and fixtures become a job."""

import contextlib
import dataclasses
import os
import secrets
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import punchh_contract
from punchh_contract import hosts
from punchh_contract.auth import Credentials
from punchh_contract.conformance import fixtures as fixtures_file
from punchh_contract.conformance import target
from punchh_contract.conformance.environments import environments
from punchh_contract.conformance.fixtures import Fixtures
from punchh_contract.conformance.job import PHASES, Job
from punchh_contract.conformance.laws.control import Control, ControlError
from punchh_contract.conformance.naming import TOKEN, namings
from punchh_contract.contract import Contract, Operation
from punchh_contract.errors import UsageError

SNAPSHOT = "contract-run"
"""The name under which a run keeps the state that it begins with, in a sandbox that it did not start."""
REFUSALS_FILE = Path("punchh-contract", "refusals.db")


@dataclasses.dataclass(frozen=True)
class Options:
    """The options of the command that make a job."""

    target: str | None
    allow_host: Sequence[str]
    allow_env: Sequence[str]
    fixtures: Path | None
    operations: Sequence[str]
    seed: int
    max_examples: int
    max_time: float | None
    plan: bool
    phases: tuple[str, ...] = PHASES
    control: bool = False
    fail_fast: bool = False


@dataclasses.dataclass(frozen=True)
class Setup:
    """A job, what could not become a part of it (operationId -> what it needs), and warnings for the user."""

    job: Job
    lacking: Mapping[str, str]
    warnings: tuple[str, ...] = ()


def own(options: Options, contract: Contract, url: str) -> Setup:
    """The job against a sandbox that was started for it: it hands out its credentials and fixtures itself.

    Raises UsageError for an operation that the contract does not have.
    """
    operations = _asked(options, contract)
    fixtures = target.fixtures(url, contract).within(operations)
    job = _own(options, url, operations, target.credentials(url), fixtures)
    return Setup(dataclasses.replace(job, reset_path=target.RESET_PATH), {})


@contextlib.contextmanager
def controlled(options: Options, contract: Contract, environ: Mapping[str, str]) -> Generator[Setup]:
    """The job against a sandbox that somebody started on this machine: as one of our own, from the beginning
    of its seed on. Credentials and fixtures that the user gives outrank the ones that it hands out. For the
    length of the `with` it keeps no rate limits, unless nothing will be sent.

    Raises UsageError for a target that is none, for fixtures that cannot be read and for an operation that
    the contract does not have, and TargetError for a sandbox that does not do what it is asked.
    """
    origin = hosts.origin(str(options.target), options.allow_host)
    try:
        control = Control(origin)
    except ControlError:
        raise UsageError(
            f"--control is for a sandbox on this machine, and {origin} is another: leave it out"
        ) from None
    operations = _asked(options, contract)
    with contextlib.closing(control):
        if not control.present():
            raise UsageError(
                f"--control: {origin} has no control plane; start a sandbox (`punchh-contract sandbox`), or"
                " leave it out"
            )
        given = {name: value for name, value in vars(Credentials.from_mapping(environ)).items() if value}
        fixtures = (
            _fixtures(options.fixtures, contract) if options.fixtures else target.fixtures(origin, contract)
        )
        job = _own(
            options,
            origin,
            operations,
            dataclasses.replace(target.credentials(origin), **given),
            fixtures.within(operations),
        )
        job = dataclasses.replace(job, control=True)
        if options.plan:
            yield Setup(job, {})
            return
        with _reset(control) as reset_path:
            yield Setup(dataclasses.replace(job, reset_path=reset_path), {})


@contextlib.contextmanager
def _reset(control: Control) -> Generator[str]:
    """Put a sandbox back to its seed, for the length of a `with` without its rate limits, which a run goes
    beyond. Gives the path that puts it there again.
    """
    control.ask("POST", "reset")
    limits = control.ask("GET", "business")["settings"]["rate_limits"]
    try:
        control.ask("PATCH", "business", {"settings": {"rate_limits": False}})
        control.ask("PUT", f"snapshots/{SNAPSHOT}")
        yield f"/_sandbox/snapshots/{SNAPSHOT}/restore"
    finally:
        with contextlib.suppress(ControlError):  # that it answers no more is the run's to tell
            control.ask("PATCH", "business", {"settings": {"rate_limits": limits}})


def _own(
    options: Options, url: str, operations: tuple[str, ...], credentials: Credentials, fixtures: Fixtures
) -> Job:
    return Job(
        base_url=url,
        seed=options.seed,
        max_examples=options.max_examples,
        operations=operations,
        own=True,
        run_id=str(options.seed),
        credentials=credentials,
        fixtures=fixtures,
        max_time=options.max_time,
        rehearse=options.plan,
        phases=options.phases,
        fail_fast=options.fail_fast,
    )


def check_own(options: Options) -> None:
    """Raises UsageError for options that say something of another target, where none is named."""
    for name in ("fixtures", "allow_host", "allow_env", "control"):
        if getattr(options, name):
            option = "--" + name.replace("_", "-")
            raise UsageError(f"{option} is for a target of yours: name it with --target URL, or leave it out")


def foreign(options: Options, contract: Contract, environ: Mapping[str, str]) -> Setup:
    """The job against somebody's server. Nothing is sent yet.

    Raises UsageError for a host or an environment that is not allowed, for fixtures that cannot be read, for
    an operation that was asked for and lacks credentials, and if no operation has any.
    """
    origin = hosts.origin(str(options.target), options.allow_host)
    environments(options.allow_env)
    fixtures = _fixtures(options.fixtures, contract)
    credentials = Credentials.from_mapping(environ)
    if not credentials.user_agent:
        # The vendor's form for integrators: name, type, version (UA-PF).
        agent = f"punchh-contract/SystemIntegrator/{punchh_contract.__version__}"
        credentials = dataclasses.replace(credentials, user_agent=agent)
    if any(not each.strip() for each in options.allow_env):
        raise UsageError("--allow-env names nothing: give the value of x-pch-env that you vouch for")
    lacking = {
        each: needs
        for each in _asked(options, contract)
        if (needs := _needs(contract.operation(each), contract, credentials, fixtures))
    }
    operations = tuple(each for each in _asked(options, contract) if each not in lacking)
    if lacking and (options.operations or not operations):
        told = "; ".join(f"{operation}: {needs}" for operation, needs in lacking.items())
        raise UsageError(f"credentials are not given: {told}; set them as environment variables")
    job = Job(
        base_url=origin,
        seed=options.seed,
        max_examples=options.max_examples,
        operations=operations,
        own=False,
        # Unique, or an earlier run's redemptions would be answered instead of new ones.
        run_id="plan" if options.plan else f"{options.seed}-{secrets.token_hex(4)}",
        credentials=credentials,
        fixtures=fixtures.within(operations),
        max_time=options.max_time,
        allowed_env=tuple(options.allow_env),
        refusals_file=refusals_file(environ),
        ca_bundle=_ca_bundle(environ),
        rehearse=options.plan,
        phases=options.phases,
        fail_fast=options.fail_fast,
    )
    warnings: list[str] = []
    if origin.startswith("http://") and not hosts.is_loopback(urlsplit(origin).hostname or ""):
        warnings.append(f"{origin} is plain http: credentials and guests' data travel readable")
    return Setup(job, lacking, tuple(warnings))


def refusals_file(environ: Mapping[str, str]) -> Path:
    """Where failed authentications are remembered between runs: state of this user, on this machine."""
    home = environ.get("XDG_STATE_HOME") or (environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    return (Path(home) if home else Path.home() / ".local" / "state") / REFUSALS_FILE


def _asked(options: Options, contract: Contract) -> tuple[str, ...]:
    chosen = {contract.operation(each).id for each in options.operations} or set(contract.operations)
    return tuple(each for each in contract.operations if each in chosen)


def _needs(operation: Operation, contract: Contract, credentials: Credentials, fixtures: Fixtures) -> str:
    """What an operation lacks; empty if nothing."""
    missing = credentials.missing(operation)
    if missing:
        return ", ".join(missing)
    named_in_body = any(each.field == TOKEN for each in namings(contract, operation))
    if named_in_body and not credentials.access_token and not fixtures.of(operation.id, TOKEN):
        return f"PUNCHH_ACCESS_TOKEN, or {TOKEN} in --fixtures"
    return ""


def _fixtures(path: Path | None, contract: Contract) -> Fixtures:
    if path is None:
        return Fixtures()
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8; save the file as plain text") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); name your fixtures file") from None
    return fixtures_file.read(text, contract, str(path))


def _ca_bundle(environ: Mapping[str, str]) -> str | None:
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        if path := environ.get(name):
            if not Path(path).is_file():
                raise UsageError(f"{name} names a file that is not there: {path}; correct or unset it")
            return str(Path(path).resolve())
    return None
