"""What else can be wrong with a call, told from its credentials, headers, address and answer alone.

Of a value only its length or its kind is said, never the value.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from punchh_contract.client.doctor.diagnosis import Check
from punchh_contract.json_types import JsonValue

if TYPE_CHECKING:
    from punchh_contract.auth import Credentials
    from punchh_contract.facts import Operation

__all__ = ["address", "client_named", "clock", "credential_family", "environment", "user_agent"]

SKEW = 60.0
"""Seconds that a clock may be off unnoticed; ours (assumed)."""
LENGTH = 64
"""Characters of a client's id and of its secret (GS-SSO, documented)."""
LONGEST_HEADER = 16 * 1024
"""Bytes that one header may have (HDR, documented)."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SLASHED = re.compile(r"[^/\s]+/[^/\s]+/[^/\s]+")
# UA-PF, UA-OO, UA-MOB (documented); which shapes are refused is not, so these make a note and no finding.
_AGENTS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "/api/auth": (
        re.compile(r"[^/]+(/[^/]+){5,}"),
        "Business/Integrator/IntegrationType/Version/Web-or-MobileApp/…",
    ),
    "/api2/mobile": (
        re.compile(r"[^/]+/[^/]+/[^/(]+ ?\(.+\)"),
        "App/Version/Build(device;system;version;…)",
    ),
    "/api/pos": (_SLASHED, "Integrator/IntegrationType/Version"),
    "/api2/dashboard": (_SLASHED, "Integrator/IntegrationType/Version"),
}


def credential_family(operation: Operation, credentials: Credentials) -> Iterator[Check]:
    """Are the credentials that this family takes there, and are they of the right kind?"""
    missing = credentials.missing(operation)
    needs = " or ".join(
        " with ".join(scheme.name for scheme in alternative) for alternative in operation.security
    )
    if missing:
        yield Check(
            "credentials", ok=False, text=f"{operation.family} takes {needs}; not set: {', '.join(missing)}"
        )
    else:
        yield Check("credentials", ok=True, text=f"all that {operation.family} takes are set ({needs})")
    held = credentials.of(operation)
    if operation.signature is not None and held.secret and held.client:
        yield from _pair(credentials, held)
    for name, text in _mixed_up(credentials):
        yield Check(name, ok=False, text=text)


def client_named(operation: Operation, credentials: Credentials, document: JsonValue) -> Iterator[Check]:
    """Does the body name the client whose secret signs?"""
    client = credentials.of(operation).client
    if operation.signature is None or not client:
        return
    named = document.get("client") if isinstance(document, dict) else None
    if named is None:
        yield Check(
            "client",
            ok=False,
            text="the body has no field `client`, so the vendor cannot tell whose secret signs",
        )
    elif named != client:
        yield Check(
            "client",
            ok=False,
            text="the body names another client than the configured one, whose secret signs",
        )
    else:
        yield Check("client", ok=True, text="the body names the client that is configured")


def user_agent(operation: Operation, agent: str | None) -> Check:
    """Is there a User-Agent, and of the shape that PAR describes for the family?"""
    if not (agent or "").strip():
        return Check("User-Agent", ok=False, text="none; the vendor rejects every call without one")
    text = str(agent)
    if len(text) > LONGEST_HEADER:
        return Check("User-Agent", ok=False, text=f"{len(text)} bytes; a header may have {LONGEST_HEADER}")
    pattern, shape = _AGENTS.get(operation.family, (_SLASHED, "Integrator/IntegrationType/Version"))
    if pattern.fullmatch(text):
        return Check("User-Agent", ok=True, text=f"there, in the shape of {operation.family}")
    return Check("User-Agent", ok=None, text=f"there; PAR describes {shape} for {operation.family}")


def address(base_url: str) -> Iterator[Check]:
    """Is the address an origin, over TLS, and one of Punchh's or of this machine?"""
    try:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if not host or parts.scheme not in ("http", "https"):
        yield Check(
            "host", ok=False, text="the base URL is no http(s) address, such as https://SERVER.punchh.com"
        )
        return
    local = host == "localhost" or host == "::1" or host.startswith("127.")
    if parts.scheme == "http" and not local:
        yield Check("host", ok=False, text="http: keys and tokens go over the wire in the open; use https")
    if parts.path.strip("/") or parts.query or parts.fragment:
        yield Check(
            "host",
            ok=False,
            text="the base URL has a path: the vendor signs from /api/ or /api2/ on, so use the bare origin",
        )
    if local:
        yield Check(
            "host",
            ok=None,
            text="this machine: a sandbox has keys of its own, PAR's do not fit it",
        )
    elif host == "punchh.com" or host.endswith(".punchh.com"):
        yield Check(
            "host", ok=True, text="one of punchh.com; its sandbox and its production have keys of their own"
        )
    else:
        yield Check(
            "host",
            ok=None,
            text="not one of punchh.com: something between must pass path, query and body on byte for byte",
        )


def clock(date: str | None, now: datetime) -> Check:
    """Is the clock of this machine that of the server, by the answer's `Date`?"""
    try:
        there = parsedate_to_datetime(date or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return Check("clock", ok=None, text="not compared: no answer with a Date")
    if there.tzinfo is None:
        there = there.replace(tzinfo=UTC)
    off = (now - there).total_seconds()
    if abs(off) <= SKEW:
        return Check("clock", ok=True, text=f"within {SKEW:.0f} seconds of the server's")
    ahead = "ahead of" if off > 0 else "behind"
    return Check(
        "clock",
        ok=False,
        text=f"{abs(off):.0f} seconds {ahead} the server's; receipts and tokens are judged by time",
    )


def environment(headers: Mapping[str, str], body: bytes) -> Iterator[Check]:
    """What the answer itself says about who gave it."""
    named = {name.lower(): value for name, value in headers.items()}
    if re.fullmatch(r"[a-z0-9_-]{1,40}", named.get("x-pch-env", "")):
        yield Check(
            "environment",
            ok=None,
            text=f"the server calls itself {named['x-pch-env']}; are the keys of that one?",
        )
    if b"captcha" in body[:20_000].lower():
        yield Check(
            "allow-list",
            ok=False,
            text="a captcha is asked for: your address is not on PAR's allow-list, or headers lack (FAQ-API)",
        )


def _pair(credentials: Credentials, held: Credentials) -> Iterator[Check]:
    used = "PUNCHH_SECRET" if held.secret == credentials.secret else "the secret of its family alone"
    others = {credentials.secret, credentials.online_secret, credentials.mobile_secret} - {held.secret, None}
    more = "; another family has a secret of its own" if others else ""
    yield Check("secret", ok=None, text=f"signed with {used}, {len(held.secret or '')} characters{more}")
    if held.secret == held.client:
        yield Check("secret", ok=False, text="client and secret are the same text: one was pasted twice")
    for name, value in (("client", held.client), ("secret", held.secret)):
        if len(value or "") != LENGTH:
            yield Check(name, ok=None, text=f"{len(value or '')} characters; PAR's have {LENGTH}")


def _mixed_up(credentials: Credentials) -> Iterator[tuple[str, str]]:
    fields = [each.name for each in dataclasses.fields(credentials)]
    values = {name: getattr(credentials, name) for name in fields if getattr(credentials, name)}
    for name, value in values.items():
        if re.match(r"(bearer|token)\b[ =]", value, re.IGNORECASE):
            yield name, "the value begins with the word Bearer or Token: give the bare value"
    keys = [
        name
        for name in ("access_token", "id_token", "admin_key", "location_key", "business_key")
        if name in values
    ]
    for place, name in enumerate(keys):
        for other in keys[place + 1 :]:
            if values[name] == values[other]:
                yield name, f"the same value as {other}: each family has credentials of its own"
    location, business = values.get("location_key", ""), values.get("business_key", "")
    if _UUID.fullmatch(location) and not _UUID.fullmatch(business):
        yield "location_key", "it looks like a business key, which is a UUID: were the two keys swapped?"
