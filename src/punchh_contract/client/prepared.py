"""One call, frozen before it is sent: the exact bytes, what they mean for the guest's money, and their key.

Everything after this module sends, repeats, journals and explains these bytes; nobody writes them again. That
is what makes a repeated call the same call, and a signature that of what was sent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from punchh_contract.client.identity import uuid7
from punchh_contract.client.recipes import recipe
from punchh_contract.errors import UsageError
from punchh_contract.json_types import JsonValue

if TYPE_CHECKING:
    from punchh_contract.contract import Operation

__all__ = ["Prepared", "RequestModel", "prepare", "reopen"]


class RequestModel(Protocol):
    """A request as a model of `punchh_client.models`."""

    def to_dict(self) -> dict[str, Any]:
        """Return the body as plain JSON values."""
        raise NotImplementedError


@dataclass(frozen=True, repr=False)
class Prepared:
    """One call as it is sent, as often as it is sent.

    `uri` is path and query from `/api…` on; `body` the exact compact JSON; `document` the same parsed.
    `external_uid` is the caller's idempotency key in the body, or the minted one; None where there is none.
    `fingerprint` is the SHA-256 (hexadecimal) over method, uri and body: it names the call in logs, journals
    and to support, and gives nothing away. `headers` are those that are the same in each attempt; signature
    and credentials are not among them.

    `committing`: an answer can mean that something was taken or issued; False for a dry run (`query`).
    `keyed`: committing, and the contract says that the same `external_uid` makes a repetition safe.
    """

    operation: Operation
    uri: str
    body: bytes
    external_uid: str | None
    fingerprint: str
    committing: bool
    keyed: bool
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @cached_property
    def document(self) -> dict[str, Any]:
        """The body as it was sent, parsed. Shared: copy before changing it."""
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed

    def at(self, uri: str) -> Prepared:
        """The same call at another path of the same host, as a redirect asks; it stays the same call in every
        other respect, its fingerprint included.
        """
        return replace(self, uri=uri)

    def __repr__(self) -> str:
        return f"Prepared({self.operation.id}, {len(self.body)} bytes, fingerprint={self.fingerprint[:12]})"


def prepare(
    operation: Operation,
    body: RequestModel | Mapping[str, Any],
    *,
    user_agent: str,
    client: str | None = None,
    accept_language: str | None = None,
    accept_timezone: str | None = None,
    mint: Callable[[], str] = uuid7,
) -> Prepared:
    """Freeze one call.

    `body` is a model of `punchh_client.models` or a mapping of the same fields; a mapping may hold `Decimal`
    and aware `datetime` values. `client` fills the field of that name in a signed operation where it is
    absent. Where the contract has an idempotency key and none is given, `mint` makes one for a call that
    commits; not for a dry run, since the vendor locks a basket by it (a `quote` brings its own).
    `accept_language` and `accept_timezone` go to the operations that know them.

    Raises UsageError that names the field: one that is missing or does not fit the contract's schema, a
    number that JSON or cents cannot carry, a time without a zone, a blank `external_uid`, or a `query` other
    than true.
    """
    if not user_agent.strip():
        raise UsageError(
            "every call needs a User-Agent: pass user_agent=UserAgent(…) or set PUNCHH_USER_AGENT, the vendor"
            " refuses a call without one"
        )
    known = recipe(operation)
    if isinstance(body, Mapping):
        if client and operation.signature and not body.get("client"):
            body = {**body, "client": client}
        body = known.model(body)
    kwargs = known.kwargs(
        body, user_agent, {"accept_language": accept_language, "accept_timezone": accept_timezone}
    )
    document: dict[str, Any] = kwargs["json"]
    if "query" in document and document["query"] is not True:
        # Not documented by anybody: it could be read as "commit" (facts, section 5.5).
        raise UsageError(
            f"{operation.id}: query is true for a dry run and is left out to redeem; what any other value"
            " does is not documented"
        )
    committing = known.commits(document)
    external_uid = _key(operation, document, mint if committing else None)
    prepared = _frozen(
        operation,
        str(kwargs["url"]),
        _encoded(operation, document),
        external_uid,
        committing=committing,
        headers={**kwargs["headers"], "Accept": "application/json"},
    )
    known.check(prepared.document)
    return prepared


def reopen(
    operation: Operation, uri: str, body: bytes, *, headers: Mapping[str, str] | None = None
) -> Prepared:
    """Take up a call from its bytes, such as a journal kept them: nothing in them changes.

    `headers` are those that `prepare` would have set; a driver adds what is missing. Raises UsageError if
    `body` is no JSON object, which no call of this client is.
    """
    try:
        document: JsonValue = json.loads(body)
    except ValueError as error:
        raise UsageError(f"{operation.id}: the body that was kept is no JSON") from error
    if not isinstance(document, dict):
        raise UsageError(f"{operation.id}: the body that was kept is no JSON object")
    return _frozen(
        operation,
        uri,
        body,
        _key(operation, document, None),
        committing=recipe(operation).commits(document),
        headers=headers or {},
    )


def _frozen(
    operation: Operation,
    uri: str,
    body: bytes,
    external_uid: str | None,
    *,
    committing: bool,
    headers: Mapping[str, str],
) -> Prepared:
    return Prepared(
        operation=operation,
        uri=uri,
        body=body,
        external_uid=external_uid,
        fingerprint=hashlib.sha256(f"{operation.method} {uri}\n".encode() + body).hexdigest(),
        committing=committing,
        keyed=committing and external_uid is not None,
        headers=headers,
    )


def _key(operation: Operation, document: dict[str, Any], mint: Callable[[], str] | None) -> str | None:
    """Return the call's idempotency key, which is put into `document` if `mint` has to make it."""
    name = operation.retry.key
    if name is None:
        return None
    value = document.get(name)
    if not value and mint is not None:
        value = document[name] = mint()
    if value and not isinstance(value, str):
        raise UsageError(f"{operation.id}: {name} is a text, such as a UUID or the number of your order")
    if value and not value.strip():
        raise UsageError(f"{operation.id}: {name} is blank: leave it out, and one is made")
    return value or None


def _encoded(operation: Operation, document: dict[str, Any]) -> bytes:
    """Write compact JSON in UTF-8: what is signed must be what is sent, without white space (C-1)."""

    def exact(value: object) -> object:
        if isinstance(value, Decimal):
            if value.is_finite() and Decimal(repr(float(value))) == value:
                return float(value)
            raise UsageError(
                f"{operation.id}: a number has more digits than JSON can carry exactly; round it"
            )
        if isinstance(value, datetime):
            if value.utcoffset() is None:
                raise UsageError(f"{operation.id}: a time has no zone; pass an aware datetime")
            return value.isoformat()
        raise UsageError(f"{operation.id}: a value of type {type(value).__name__} is no JSON")

    try:
        text = json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=exact)
        return text.encode()
    except ValueError as error:
        # NaN and infinity; a circle; half a surrogate pair, which UTF-8 has no bytes for.
        raise UsageError(f"{operation.id}: the body holds what JSON cannot carry (NaN, say)") from error
    except RecursionError:
        raise UsageError(f"{operation.id}: the body is nested too deeply") from None
