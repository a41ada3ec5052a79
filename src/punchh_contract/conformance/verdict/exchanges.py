"""From a request as it left to an `Exchange`: templates for values, and what its digest was of."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from punchh_contract.conformance.impossible import TEXT
from punchh_contract.conformance.verdict import templates
from punchh_contract.conformance.verdict.findings import Digest, Exchange
from punchh_contract.conformance.verdict.redaction import Redactor, variable
from punchh_contract.contract import Operation
from punchh_contract.signing import ALGORITHMS, sign

_CLIENTS_OWN = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "host", "transfer-encoding", "keep-alive"}
)
_CREDENTIALS = frozenset({"authorization", "id-token", "proxy-authorization", "cookie"})


def record(
    operation: Operation,
    redactor: Redactor,
    *,
    url: str,
    headers: Mapping[str, str | bytes],
    body: bytes | str | None,
    phase: str,
    seed: int,
    statuses: tuple[int, ...] = (),
    probe: str | None = None,
) -> Exchange:
    """Return the exchange of a request, by its bytes: `url` whole or only path and query, `body` as sent."""
    parts = urlsplit(url)
    uri = parts.path + (f"?{parts.query}" if parts.query else "")
    content = body.encode() if isinstance(body, str) else body or b""
    plain = {
        name: value.decode("latin-1") if isinstance(value, bytes) else value
        for name, value in headers.items()
    }
    held = redactor.credentials.of(operation)
    name = operation.signature.header.lower() if operation.signature else ""
    digest = next((value for header, value in plain.items() if header.lower() == name), None)
    return Exchange(
        operation=operation.id,
        phase=phase,
        seed=seed,
        uri=redactor.scrub(uri),
        headers={
            header: _header(operation, redactor, header, value)
            for header, value in plain.items()
            if header.lower() not in _CLIENTS_OWN
            and header.lower() != name
            and not header.lower().startswith("x-schemathesis")
        },
        body=body_template(operation, redactor, content),
        digest=_signed(operation, held.secret or "", uri, content, digest),
        secret=_secret_variable(operation, redactor) if operation.signature else None,
        statuses=tuple(sorted(statuses)),
        probe=probe,
        once=redactor.once(_parsed(content)),
    )


def body_template(operation: Operation, redactor: Redactor, content: bytes) -> Any:
    """The template of a body; one that is not compact JSON stays text, and an absent one is an empty text."""
    try:
        value = json.loads(content, parse_constant=_refuse)
        if templates.compact(value) == content:
            return redactor.template(operation, value)
    except (ValueError, RecursionError):
        pass
    return {templates.RAW: redactor.template(operation, content.decode(errors="replace"))}


def _header(operation: Operation, redactor: Redactor, name: str, value: str) -> Any:
    template = redactor.template(operation, value)
    # A credential that we do not know by its value cannot be named, and must not be shown; but for the wrong
    # one of a probe, which is nobody's.
    if name.lower() in _CREDENTIALS and isinstance(template, str) and TEXT not in template:
        return {templates.WITHHELD: True}
    return template


def _signed(operation: Operation, secret: str, uri: str, body: bytes, digest: str | None) -> Digest:
    if operation.signature is None or digest is None:
        return "none"
    algorithm = operation.signature.algorithm
    if digest == sign(algorithm, secret, uri, body):
        return "right"
    if digest == sign(algorithm, secret, uri.partition("?")[0], body):
        return "other path"
    if digest in (sign(each, secret, uri, body) for each in ALGORITHMS):
        return "other algorithm"
    return "other body"


def _secret_variable(operation: Operation, redactor: Redactor) -> str:
    held = redactor.credentials.of(operation).secret
    names = [
        field
        for field in ("online_secret", "mobile_secret")
        if held and getattr(redactor.credentials, field) == held
    ]
    family = {"/api/auth": "online_secret", "/api2/mobile": "mobile_secret"}.get(operation.family)
    return variable(family if family is not None and family in names else "secret")


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> Any:
    raise ValueError(constant)
