"""Who calls, and whether the bytes are theirs: signature and credentials of a request, as the contract
asks for them.

Which header, which algorithm and which alternatives an operation takes stand in its `security`; the keys
come from the seed. Nothing here is logged or repeated in an answer.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

from punchh_contract.contract import Operation
from punchh_contract.sandbox.seed import Business, Location
from punchh_contract.sandbox.store import Store
from punchh_contract.signing import verify

_POS_KEYS = re.compile(r'Token\s+token="?([^",\s]+)"?\s*,\s*btoken="?([^",\s]+)"?\s*', re.IGNORECASE)
_BEARER = re.compile(r"Bearer\s+(\S+)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a request is made: the guest of a token, or the store of a till; neither for an
    administrator."""

    user_id: int | None = None
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Denied:
    """A request that may not go on; `error` is the id of an `x-error` of the operation."""

    status: int
    error: str


def check_signature(
    operation: Operation, secret: str, headers: Mapping[str, str], uri: str, body: bytes
) -> Denied | None:
    """Compare the digest header with the bytes that arrived; None is fine, and operations without a
    signature always are."""
    if operation.signature is None:
        return None
    sent = headers.get(operation.signature.header, "")
    if verify(operation.signature.algorithm, secret, uri, body, sent):
        return None
    known = ("invalid_signature", "signature_mismatch")
    return Denied(412, next(error for error in known if (412, error) in operation.errors))


def authenticate(
    operation: Operation, store: Store, headers: Mapping[str, str], body: Mapping[str, object]
) -> Caller | Denied:
    """Who calls. `body` is the JSON object of the request, or empty where it could not be read.

    A header outranks `authentication_token` in the body; `client`, where the body has one, must be the
    business's.
    """
    schemes = {scheme.name for alternative in operation.security for scheme in alternative}
    header = headers.get("Authorization")
    if "adminKey" in schemes:
        return _administrator(store.business, header)
    if "posKeys" in schemes:
        return _till(store.business, header)
    # An alternative of nothing but the signature: the body names the guest (SEED-001).
    by_body = any(all(scheme.signature for scheme in alternative) for alternative in operation.security)
    caller = _guest(store, header, body) if header is not None or by_body else Denied(401, "unauthorized")
    if isinstance(caller, Denied):
        return caller
    profile = store.profile(caller.user_id or 0)
    id_token = headers.get("id-token")
    # The id token alone opens nothing (documented); one that belongs to somebody else spoils the request
    # (assumed).
    if id_token is not None and (profile is None or not _same(id_token, profile.id_token or "")):
        return Denied(401, "unauthorized")
    client = body.get("client")
    if isinstance(client, str) and client and not _same(client, store.business.client):
        return Denied(401, "unknown_client")
    return caller


def _administrator(business: Business, header: str | None) -> Caller | Denied:
    found = _BEARER.fullmatch(header or "")
    return Caller() if found and _same(found[1], business.admin_key) else Denied(401, "sign_in_required")


def _till(business: Business, header: str | None) -> Caller | Denied:
    found = _POS_KEYS.fullmatch(header or "")
    known = (place for place in business.locations if found and _same(found[1], place.location_key))
    location = next(known, None)
    if found and location and _same(found[2], business.business_key):
        return Caller(location=location)
    return Denied(401, "invalid_location_key")


def _guest(store: Store, header: str | None, body: Mapping[str, object]) -> Caller | Denied:
    if header is not None:
        found = _BEARER.fullmatch(header)
        user_id = store.holder("access_token", found[1]) if found else None
        return Caller(user_id) if user_id is not None else Denied(401, "unauthorized")
    token = body.get("authentication_token")
    if not isinstance(token, str) or not token:
        return Denied(401, "sign_in_required")
    user_id = store.holder("authentication_token", token)
    return Caller(user_id) if user_id is not None else Denied(401, "invalid_token")


def _same(given: str, wanted: str) -> bool:
    return bool(wanted) and hmac.compare_digest(given.encode(errors="replace"), wanted.encode())
