"""Who calls, whether the bytes are theirs, and how they want to be answered: signature, credentials, language
and time zone of a request.

Which header, which algorithm and which alternatives an operation takes stand in its `security`; the keys
come from the seed. Nothing here is logged or repeated in an answer.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from punchh_contract.contract import Operation
from punchh_contract.sandbox.business import ENGLISH, Business, Location
from punchh_contract.sandbox.store import Transaction
from punchh_contract.signing import verify

_POS_KEYS = re.compile(r'Token\s+token="?([^",\s]+)"?\s*,\s*btoken="?([^",\s]+)"?\s*', re.IGNORECASE)
_BEARER = re.compile(r"Bearer\s+(\S+)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a request is made: the guest of a token, or the store of a till; neither for an
    administrator. And the language and zone of what is told."""

    user_id: int | None = None
    location: Location | None = None
    by_mail: bool = False
    """The guest was named by nothing but an address."""
    language: str = ENGLISH
    zone: tzinfo = UTC


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
    operation: Operation, tx: Transaction, headers: Mapping[str, str], body: Mapping[str, object]
) -> Caller | Denied:
    """Who calls, and how to answer. `body` is the JSON object of the request, or empty where it could not be
    read.

    A header outranks `authentication_token` in the body; `client`, where the body has one, must be the
    business's.
    """
    caller = _caller(operation, tx, headers, body)
    if isinstance(caller, Denied):
        return caller
    language = _language(headers.get("Accept-Language", ""), tx.business.settings.languages)
    return replace(caller, language=language, zone=_zone(headers.get("Accept-Timezone", "")))


def _caller(
    operation: Operation, tx: Transaction, headers: Mapping[str, str], body: Mapping[str, object]
) -> Caller | Denied:
    schemes = {scheme.name for alternative in operation.security for scheme in alternative}
    header = headers.get("Authorization")
    if "adminKey" in schemes:
        return _administrator(tx.business, header)
    if "posKeys" in schemes:
        return _till(tx.business, header)
    # An alternative of nothing but the signature: the body names the guest (SEED-001).
    by_body = any(all(scheme.signature for scheme in alternative) for alternative in operation.security)
    caller = _guest(tx, header, body) if header is not None or by_body else Denied(401, "unauthorized")
    if isinstance(caller, Denied):
        return caller
    profile = tx.guests.profile(caller.user_id or 0)
    id_token = headers.get("id-token")
    # The id token alone opens nothing (documented); one that belongs to somebody else spoils the request
    # (assumed).
    if id_token is not None and (profile is None or not _same(id_token, profile.id_token or "")):
        return Denied(401, "unauthorized")
    client = body.get("client")
    if isinstance(client, str) and client and not _same(client, tx.business.client):
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


def _guest(tx: Transaction, header: str | None, body: Mapping[str, object]) -> Caller | Denied:
    if header is not None:
        found = _BEARER.fullmatch(header)
        user_id = tx.guests.holder("access_token", found[1]) if found else None
        return Caller(user_id) if user_id is not None else Denied(401, "unauthorized")
    token = body.get("authentication_token")
    if isinstance(token, str) and token:
        user_id = tx.guests.holder("authentication_token", token)
        return Caller(user_id) if user_id is not None else Denied(401, "invalid_token")
    user_id = _by_mail(tx, body)
    return Caller(user_id, by_mail=True) if user_id is not None else Denied(401, "sign_in_required")


def _by_mail(tx: Transaction, body: Mapping[str, object]) -> int | None:
    """The guest of the `email` that comes with a coupon which belongs to nobody yet (assumed; the vendor says
    that the field is for coupons and promotions only). Nothing else opens by an address that anyone may
    know."""
    mail, code = body.get("email"), body.get("redemption_code")
    if body.get("discount_type") != "redemption_code" or not isinstance(code, str):
        return None
    user_id = tx.guests.holder("email", mail) if isinstance(mail, str) and mail else None
    coupon = tx.guests.code(code) if user_id is not None else None
    return user_id if coupon is not None and coupon.owner is None else None


def _language(wanted: str, known: tuple[str, ...]) -> str:
    """The first language asked for that the business has, or its first part; else English (documented:
    SEED-002). Weights are not looked at (assumed)."""
    for each in wanted.split(","):
        tag = each.partition(";")[0].strip().lower()
        for language in (tag, tag.partition("-")[0]):
            if language in known:
                return language
    return ENGLISH


def _zone(wanted: str) -> tzinfo:
    """The zone asked for; UTC for none and for one that there is not (assumed)."""
    try:
        return ZoneInfo(wanted) if wanted and wanted != "UTC" else UTC
    except (LookupError, ValueError, OSError):  # no such zone; a path or no zone's file; a folder
        return UTC


def _same(given: str, wanted: str) -> bool:
    return bool(wanted) and hmac.compare_digest(given.encode(errors="replace"), wanted.encode())
