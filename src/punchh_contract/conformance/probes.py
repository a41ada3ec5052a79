"""Our own checks beside the stock ones: a request that was answered well is sent again with one thing wrong,
and must be refused as the contract says.

They stand in for stock checks that cannot sign (see schemathesis.toml). A probe repeats bytes that the target
just accepted, so that nothing but what it changed can be the reason for the answer.
"""

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import requests
from urllib3.util import SKIP_HEADER

from punchh_contract.auth import Credentials, authorization_headers, digest_header
from punchh_contract.contract import Operation
from punchh_contract.signing import ALGORITHMS, sign

WRONG = "wrong-on-purpose"
PER_PROBE = 3
"""How often one probe is made in a run. Each is an authentication that fails, which vendors count."""


@dataclasses.dataclass
class Call:
    """A request about to be sent: what a probe changes."""

    path: str
    headers: dict[str, str]
    body: bytes


Change = Callable[[Operation, Credentials, Call], None]


@dataclasses.dataclass(frozen=True)
class Probe:
    """One thing wrong. `statuses` are those that the answer may have, besides being in the contract."""

    name: str
    statuses: frozenset[int]
    change: Change


class ProbeError(AssertionError):
    """A target answered a probe otherwise than the contract says; the text is for the report."""


def probes_of(operation: Operation) -> Iterator[Probe]:
    """The probes that an operation has: all but the digest's for one that is not signed."""
    if operation.signature is not None:
        refused = frozenset({412})
        yield Probe("no digest", refused, _no_digest)
        yield Probe("a wrong digest", refused, _wrong_digest)
        yield Probe("the other algorithm's digest", refused, _other_algorithm)
        yield Probe("a body changed after signing", refused, _changed_body)
        yield Probe("a query added after signing", refused, _added_query)
    refused = frozenset({401})
    yield Probe("no credential", refused, _no_credential)
    yield Probe("a wrong credential", refused, _wrong_credential)
    yield Probe("another family's credential", refused, _other_family)
    yield Probe("another family's key in this family's form", refused, _foreign_key_in_form)
    schemes = {scheme.name for alternative in operation.security for scheme in alternative}
    if "posKeys" in schemes:
        yield Probe("a wrong location key alone", refused, _wrong_location_key)
        yield Probe("a wrong business key alone", refused, _wrong_business_key)
    if "idToken" in schemes:
        # What the vendor does with somebody else's is assumed; that it identifies the guest is documented.
        yield Probe("a wrong id-token", refused, _wrong_id_token)
    if any(all(scheme.signature for scheme in alternative) for alternative in operation.security):
        # An alternative of nothing but the signature: the body names the guest.
        yield Probe("a wrong token in the body", refused, _wrong_body_token)
    if operation.signature is not None:
        # The digest proves a secret; whose it is stands in the body.
        yield Probe("an unknown client", refused, _unknown_client)
    # The vendor says that it is refused, not how (C-39).
    yield Probe("no User-Agent", frozenset({400, 401, 422}), _no_user_agent)


class Prober:
    """Makes the probes of a run over one session."""

    def __init__(self, credentials: Credentials, count: Callable[[Operation, str, int], None]) -> None:
        self._credentials = credentials
        self._count = count
        self._made: dict[tuple[str, str], int] = {}
        self._session = requests.Session()
        # A redirect would carry the request elsewhere; proxies and .netrc of the machine are not ours.
        self._session.trust_env = False

    def judge(self, operation: Operation, sent: requests.PreparedRequest) -> list[str]:
        """Make every probe that is still due with a request that succeeded; returns what was wrong."""
        findings = []
        for probe in probes_of(operation):
            made = self._made.get((operation.id, probe.name), 0)
            if made < PER_PROBE:
                self._made[operation.id, probe.name] = made + 1
                if finding := self._make(operation, probe, sent):
                    findings.append(finding)
        return findings

    def _make(self, operation: Operation, probe: Probe, sent: requests.PreparedRequest) -> str | None:
        url = urlsplit(str(sent.url))
        body = sent.body if isinstance(sent.body, bytes) else str(sent.body or "").encode()
        call = Call(sent.path_url, {key: _text(value) for key, value in sent.headers.items()}, body)
        probe.change(operation, self._credentials, call)
        call.headers.pop("Content-Length", None)
        request = requests.Request(
            sent.method, f"{url.scheme}://{url.netloc}{call.path}", headers=call.headers, data=call.body
        )
        response = self._session.send(request.prepare(), allow_redirects=False, timeout=10)
        self._count(operation, probe.name, response.status_code)
        return _finding(operation, probe, response)


def _finding(operation: Operation, probe: Probe, response: requests.Response) -> str | None:
    status = response.status_code
    wanted = sorted(probe.statuses & set(operation.statuses))
    if status not in wanted:
        return (
            f"{probe.name}: the same request was accepted before; with this fault it must be answered"
            f" {' or '.join(map(str, wanted))}, and was answered {status}"
        )
    schema = operation.response_schema(status)
    if schema is None:
        return None
    try:
        body = response.json()
    except ValueError:
        return f"{probe.name}: answered {status} as it must, with a body that is no JSON"
    error = next(iter(jsonschema_rs.validator_for(schema, validate_formats=True).iter_errors(body)), None)
    if error is None:
        return None
    place = "/".join(map(str, error.instance_path)) or "the body"
    return f"{probe.name}: answered {status} as it must, but {place} breaks the contract's schema of it"


def _no_digest(operation: Operation, _: Credentials, call: Call) -> None:
    _drop(call, _digest_name(operation))


def _wrong_digest(operation: Operation, _: Credentials, call: Call) -> None:
    digest = _drop(call, _digest_name(operation))
    call.headers[_digest_name(operation)] = digest[:-1] + ("0" if digest[-1:] != "0" else "1")


def _other_algorithm(operation: Operation, credentials: Credentials, call: Call) -> None:
    name = _digest_name(operation)
    _drop(call, name)
    for algorithm in ALGORITHMS:
        if operation.signature and algorithm != operation.signature.algorithm:
            call.headers[name] = sign(algorithm, str(credentials.secret), call.path, call.body)


def _changed_body(_: Operation, __: Credentials, call: Call) -> None:
    body = json.loads(call.body)
    body["unsigned_addition"] = True
    call.body = _compact(body)


def _added_query(_: Operation, __: Credentials, call: Call) -> None:
    call.path += ("&" if "?" in call.path else "?") + "added=1"


def _no_credential(operation: Operation, credentials: Credentials, call: Call) -> None:
    _strip(operation, credentials, call)


def _wrong_credential(operation: Operation, credentials: Credentials, call: Call) -> None:
    _strip(operation, credentials, call)
    wrong = dataclasses.replace(
        credentials,
        admin_key=WRONG,
        access_token=WRONG,
        location_key=WRONG,
        business_key=WRONG,
        id_token=None,
    )
    call.headers.update(authorization_headers(operation, wrong))


def _wrong_location_key(operation: Operation, credentials: Credentials, call: Call) -> None:
    _authorize(operation, dataclasses.replace(credentials, location_key=WRONG), call)


def _wrong_business_key(operation: Operation, credentials: Credentials, call: Call) -> None:
    _authorize(operation, dataclasses.replace(credentials, business_key=WRONG), call)


def _foreign_key_in_form(operation: Operation, credentials: Credentials, call: Call) -> None:
    foreign = dataclasses.replace(
        credentials,
        admin_key=credentials.location_key or WRONG,
        access_token=credentials.location_key or WRONG,
        location_key=credentials.admin_key or WRONG,
        id_token=None,
    )
    _strip(operation, credentials, call)
    call.headers.update(authorization_headers(operation, foreign))


def _wrong_id_token(_: Operation, __: Credentials, call: Call) -> None:
    _drop(call, "id-token")
    call.headers["id-token"] = WRONG


def _wrong_body_token(operation: Operation, credentials: Credentials, call: Call) -> None:
    _strip(operation, credentials, call)
    call.body = _compact({**json.loads(call.body), "authentication_token": WRONG})
    _sign_again(operation, credentials, call)


def _unknown_client(operation: Operation, credentials: Credentials, call: Call) -> None:
    call.body = _compact({**json.loads(call.body), "client": WRONG})
    _sign_again(operation, credentials, call)


def _other_family(operation: Operation, credentials: Credentials, call: Call) -> None:
    _strip(operation, credentials, call)
    headers = {scheme.name for schemes in operation.security for scheme in schemes}
    foreign = credentials.access_token if "accessToken" not in headers else credentials.admin_key
    call.headers["Authorization"] = f"Bearer {foreign}"


def _no_user_agent(_: Operation, __: Credentials, call: Call) -> None:
    _drop(call, "User-Agent")
    # Without the mark urllib3 would put its own name there.
    call.headers["User-Agent"] = SKIP_HEADER


def _strip(operation: Operation, credentials: Credentials, call: Call) -> None:
    """Take every credential off, the guest's token in the body included, and sign what is left."""
    for schemes in operation.security:
        for scheme in schemes:
            if scheme.signature is None:
                _drop(call, scheme.header)
    body = json.loads(call.body)
    if body.pop("authentication_token", None) is not None:
        call.body = _compact(body)
    _sign_again(operation, credentials, call)


def _authorize(operation: Operation, credentials: Credentials, call: Call) -> None:
    """Put other credentials into the headers, and leave the body as it is."""
    headers = authorization_headers(operation, credentials)
    for name in headers:
        _drop(call, name)
    call.headers.update(headers)


def _sign_again(operation: Operation, credentials: Credentials, call: Call) -> None:
    if operation.signature is not None:
        _drop(call, _digest_name(operation))
        call.headers.update(digest_header(operation, credentials, call.path, call.body))


def _digest_name(operation: Operation) -> str:
    return operation.signature.header if operation.signature else ""


def _drop(call: Call, name: str) -> str:
    dropped = ""
    for header in [each for each in call.headers if each.lower() == name.lower()]:
        dropped = call.headers.pop(header)
    return dropped


def _compact(body: Any) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
