"""The examination: one call, or the credentials of one operation, looked at from all sides."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from punchh_contract.auth import authorization_headers
from punchh_contract.client.doctor import checks
from punchh_contract.client.doctor.diagnosis import Check, Diagnosis, Mistake, Verdict
from punchh_contract.client.doctor.mistakes import Signed, decoded, explain

if TYPE_CHECKING:
    from punchh_contract.auth import Credentials
    from punchh_contract.client.answer import Answer
    from punchh_contract.client.prepared import Prepared
    from punchh_contract.facts import Operation

__all__ = ["check_up", "diagnose", "examine"]

_UNREADABLE = Mistake(
    "unreadable",
    "what was sent as the digest is neither hexadecimal nor Base64 of a digest's length",
    "send the lowercase hexadecimal HMAC: 40 characters for SHA-1, 64 for SHA-256",
)
_SECRET_ITSELF = Mistake(
    "secret_itself",
    "the client secret itself was sent in place of a digest",
    "send the HMAC that is made with it, and have PAR replace the secret, which was on its way in the open",
)


def diagnose(
    prepared: Prepared,
    headers: Mapping[str, str],
    credentials: Credentials,
    *,
    base_url: str = "",
    answer: Answer | None = None,
    now: datetime | None = None,
) -> Diagnosis:
    """Say why the vendor may have turned a call away: `headers` are those that were sent.

    `answer` is what came back, `now` the zoned time at which it did. Nothing is asked of anybody.
    """
    return examine(
        prepared.operation,
        prepared.uri,
        prepared.body,
        headers,
        credentials,
        base_url=base_url,
        answer=answer,
        now=now,
    )


def examine(
    operation: Operation,
    uri: str,
    body: bytes,
    headers: Mapping[str, str],
    credentials: Credentials,
    *,
    base_url: str = "",
    answer: Answer | None = None,
    now: datetime | None = None,
) -> Diagnosis:
    """The same for any bytes, JSON or not, that somebody else's program sends."""
    sent = {name.lower(): value for name, value in headers.items()}
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    found = [
        *checks.credential_family(operation, credentials),
        *checks.client_named(operation, credentials, document),
        *(_authorization(operation, credentials, sent) if answer else ()),
        checks.user_agent(operation, sent.get("user-agent")),
        *(checks.address(base_url) if base_url else ()),
        checks.clock(answer.header("Date") if answer else None, now or datetime.now(UTC)),
        *(checks.environment(answer.headers, answer.body) if answer else ()),
    ]
    verdict, mistakes = _signature(operation, uri, body, sent, credentials, base_url)
    if verdict == "right" and answer is not None and answer.status == 412:
        found.append(_right_and_refused(base_url))
    signature = operation.signature
    return Diagnosis(
        operation_id=operation.id,
        verdict=verdict,
        path=_path(uri),
        header=signature.header if signature else None,
        algorithm=signature.algorithm.upper() if signature else None,
        body_sha256=hashlib.sha256(body).hexdigest(),
        body_length=len(body),
        mistakes=mistakes,
        checks=tuple(found),
    )


def check_up(
    operation: Operation,
    credentials: Credentials,
    *,
    base_url: str = "",
    user_agent: str | None = None,
    date: str | None = None,
    now: datetime | None = None,
) -> tuple[Check, ...]:
    """Look at what a call of an operation would be made with, before there is one."""
    return (
        *checks.credential_family(operation, credentials),
        checks.user_agent(operation, user_agent),
        *(checks.address(base_url) if base_url else ()),
        checks.clock(date, now or datetime.now(UTC)),
    )


def _signature(
    operation: Operation,
    uri: str,
    body: bytes,
    sent: Mapping[str, str],
    credentials: Credentials,
    base_url: str,
) -> tuple[Verdict, tuple[Mistake, ...]]:
    if operation.signature is None:
        return "unsigned", ()
    held = credentials.of(operation)
    text = sent.get(operation.signature.header.lower(), "")
    if not text.strip():
        return "absent", ()
    if text.strip() == held.secret:
        return "mistake", (_SECRET_ITSELF,)
    digest, written = decoded(text)
    if digest is None:
        return "mistake", (*written, _UNREADABLE)
    certain = tuple(each for each in written if each.id != "base64")
    if not held.secret:
        return "unexplained", certain
    explained = explain(
        digest,
        Signed(
            algorithm=operation.signature.algorithm,
            method=operation.method,
            uri=uri,
            body=body,
            secret=held.secret,
            base_url=base_url,
            other_keys=tuple(_other_keys(credentials, held)),
        ),
    )
    if explained is None:
        return "unexplained", certain
    mistakes = (*written, *explained)
    return ("mistake" if mistakes else "right"), mistakes


def _other_keys(credentials: Credentials, held: Credentials) -> Iterator[tuple[str, str, str]]:
    yield "key_client", "the client's id was the key", held.client or ""
    others = ("secret", "online_secret", "mobile_secret")
    for name in others:
        if (value := getattr(credentials, name)) and value != held.secret:
            yield "key_family", f"PUNCHH_{name.upper()} was the key, which is another family's", value
    for name in ("access_token", "id_token", "admin_key", "location_key", "business_key"):
        yield f"key_{name}", f"PUNCHH_{name.upper()} was the key", getattr(credentials, name) or ""


def _authorization(
    operation: Operation, credentials: Credentials, sent: Mapping[str, str]
) -> Iterator[Check]:
    """Does the header that was sent say what these credentials give?"""
    for name, value in authorization_headers(operation, credentials).items():
        if name.lower() not in sent:
            yield Check(name, ok=None, text="the credentials give one, and none was sent")
        elif sent[name.lower()] != value:
            yield Check(name, ok=None, text="not what these credentials give")


def _right_and_refused(base_url: str) -> Check:
    return Check(
        "refused all the same",
        ok=False,
        text=(
            "the bytes were signed as PAR says, so the vendor knows another secret for this client, or got"
            " other bytes: compare client, secret and environment with what PAR handed out, and look for a"
            " proxy that rewrites path or body"
            + ("" if base_url else " (give the base URL to have it looked at)")
        ),
    )


def _path(uri: str) -> str:
    path, mark, query = uri.partition("?")
    names = [f"{each.partition('=')[0]}=…" for each in query.split("&") if each]
    return f"{path}{mark}{'&'.join(names)}"
