"""One finding in a file of its own, to be sent again: read, fill in what was not written down, judge anew."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from punchh_contract.auth import Credentials
from punchh_contract.conformance.fixtures import Fixtures
from punchh_contract.conformance.verdict import templates
from punchh_contract.conformance.verdict.answers import Answer
from punchh_contract.conformance.verdict.findings import Exchange, Finding, Severity
from punchh_contract.conformance.verdict.judging import judge
from punchh_contract.contract import Contract, Operation
from punchh_contract.errors import UsageError
from punchh_contract.json_types import JsonValue
from punchh_contract.signing import ALGORITHMS, Algorithm, sign

FORMAT = 1

_UNSEEN = {
    "quote_changed": "one request does not show it: a quote has to be asked for twice",
    "response_headers": "headers of an answer are not judged here",
}
"""Checks that `judge` does not make."""
_DOOR = frozenset({401, 403, 412})
_FOR_NAMES = frozenset({404, 422})
"""What a request may be answered for what it names, whatever else is right or wrong with it."""


@dataclasses.dataclass(frozen=True)
class Call:
    """A request ready to be sent as it is: nothing has to be signed or added."""

    operation: str
    method: str
    uri: str
    headers: Mapping[str, str] = dataclasses.field(repr=False)
    body: bytes = dataclasses.field(repr=False)


Send = Callable[[Call], Answer]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of sending again: the status, all findings, whether the old one is among them.

    `doubt` says why an answer without the old finding does not show that it was mended; None if it does.
    """

    status: int
    findings: list[Finding]
    reproduced: bool
    doubt: str | None = None


@dataclasses.dataclass(frozen=True)
class Replay:
    """A file of a replay: the finding with its exchange, and the contract and target of then."""

    finding: Finding
    contract_version: str
    contract_digest: str
    target: str

    def dump(self) -> dict[str, Any]:
        """The file as JSON values."""
        return {
            "format": FORMAT,
            "id": self.finding.id,
            "contract": {"version": self.contract_version, "digest": self.contract_digest},
            "target": self.target,
            "finding": self.finding.dump(),
        }

    @property
    def exchange(self) -> Exchange:
        """The request. A replay has one, or it could not have been read."""
        assert self.finding.exchange is not None  # noqa: S101  # see `read`
        return self.finding.exchange

    def warnings(self, contract: Contract) -> list[str]:
        """What may make the new verdict differ from the old one."""
        if self.contract_digest == contract.digest:
            return []
        return [
            (
                f"the replay was written with another contract ({self.contract_version},"
                f" {self.contract_digest[:12]}) than this one ({contract.version}, {contract.digest[:12]}):"
                " it is judged by this one"
            )
        ]

    def call(self, contract: Contract, credentials: Credentials, fixtures: Fixtures) -> Call:
        """Return the request, placeholders filled and signed as it was then.

        Raises UsageError that names every credential and fixture that is lacking.
        """
        exchange = self.exchange
        operation = contract.operation(exchange.operation)
        values = _Values(credentials, fixtures)
        headers = {name: str(templates.fill(value, values)) for name, value in exchange.headers.items()}
        body = templates.body(exchange.body, values)
        secret = ""
        if exchange.digest != "none":
            secret = str(values({templates.CREDENTIAL: exchange.secret or "PUNCHH_SECRET"}))
        if values.lacking:
            raise UsageError(f"the replay {self.finding.id} needs {', '.join(dict.fromkeys(values.lacking))}")
        return Call(
            operation.id,
            operation.method,
            exchange.uri,
            headers | _digest(operation, exchange, secret, body),
            body,
        )

    def run(self, contract: Contract, credentials: Credentials, fixtures: Fixtures, send: Send) -> Outcome:
        """Send it again through `send`, and judge the answer. Raises UsageError as `call` does."""
        call = self.call(contract, credentials, fixtures)
        answer = send(call)
        try:
            request = json.loads(call.body)
        except ValueError:
            request = None
        findings = judge(contract, self.exchange, request, answer)
        reproduced = any(each.id == self.finding.id for each in findings)
        doubt = None if reproduced else self._doubt(answer.status)
        return Outcome(answer.status, findings, reproduced, doubt)

    def _doubt(self, status: int) -> str | None:
        """Why an answer of a status, in which the finding was not seen, says nothing about it."""
        if reason := _UNSEEN.get(self.finding.check):
            return reason
        if self.finding.story is not None:
            return "a law takes its whole story"  # which whoever resends it tells
        if status == self.finding.status:
            return None
        told = f"answered {status}, the finding was of {self.finding.status or 'no answer'}"
        used_up = f"{told}; what the request names may be used up"
        if self.finding.severity == Severity.SHAPE or self.finding.check == "quote_committed":
            return used_up  # an answer like the one that was wrong did not come
        # The status was what was wrong, so only another can be right; but not one that has its own reason.
        meant = self.exchange.probe or "user-agent" not in map(str.lower, self.exchange.headers)
        if status in _DOOR and not meant:
            return f"{told}; what it was sent with may be wrong"
        return used_up if status in _FOR_NAMES and self._spends() else None

    def _spends(self) -> bool:
        """Whether the request names a guest or an asset that something can be taken from."""
        return self.exchange.once > 0 or templates.holds(
            self.exchange.body, {templates.FIXTURE, templates.HANDED_OUT}
        )


def read(text: str, name: str) -> Replay:
    """Read a file of a replay. Raises UsageError that names the file and what to do."""
    try:
        values: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(f"{name}: no JSON; take a file of replay/ from a run's reports") from None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise UsageError(f"{name}: /format must be {FORMAT}; take a file of replay/ from a run's reports")
    try:
        finding = Finding.load(values["finding"])
        contract = values["contract"]
        found = Replay(finding, str(contract["version"]), str(contract["digest"]), str(values["target"]))
        if finding.exchange is None or not isinstance(cast(object, finding.exchange.headers), dict):
            raise KeyError("exchange")
    except (KeyError, TypeError, AttributeError):
        raise UsageError(
            f"{name}: no whole replay; take a file of replay/ from a run's reports, unchanged"
        ) from None
    return found


class _Values:
    """Gives placeholders their values, and notes which have none."""

    def __init__(self, credentials: Credentials, fixtures: Fixtures) -> None:
        self._credentials = credentials
        self._fixtures = fixtures
        self.lacking: list[str] = []

    def __call__(self, placeholder: dict[str, Any]) -> Any:
        value, name = self._find(placeholder)
        if value is None:
            self.lacking.append(name)
            return ""
        return value

    def _find(self, placeholder: dict[str, Any]) -> tuple[Any, str]:
        match templates.kind(placeholder):
            case "$credential":
                name = str(placeholder[templates.CREDENTIAL])
                return getattr(self._credentials, name.removeprefix("PUNCHH_").lower(), None), name
            case "$fixture":
                position: int
                operation, field, position = placeholder[templates.FIXTURE]
                known = self._fixtures.of(operation, field)
                name = f"value {position} of `{field}` of {operation} in --fixtures"
                return (known[position - 1].value if 0 < position <= len(known) else None), name
            case "$handed_out":
                return None, "a value that the target gave in an earlier answer: use the curl of the report"
            case _:
                return None, "a value that was not written down"


def _digest(operation: Operation, exchange: Exchange, secret: str, body: bytes) -> dict[str, str]:
    if operation.signature is None or exchange.digest == "none":
        return {}
    algorithm: Algorithm = operation.signature.algorithm
    uri = exchange.uri
    match exchange.digest:
        case "other algorithm":
            algorithm = next(each for each in ALGORITHMS if each != algorithm)
        case "other path":
            uri = uri.partition("?")[0]
        case "other body":
            body += b"-as-it-was-not-sent"
        case _:
            pass
    return {operation.signature.header: sign(algorithm, secret, uri, body)}
