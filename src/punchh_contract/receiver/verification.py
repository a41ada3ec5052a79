"""Is a request from whom it says: the authorization of one delivery, judged in constant time.

Documented (WH-CONF): the five schemes, their words in lowercase, and that the HMAC is over URI and body with
the client id in `x-pch-key`. Not documented: whether the URI is the path or the full URL, whether the digest
is hexadecimal or base64, whether the word `hmac` stands before it. So each of them is tried, a word in any
case, and what matched is reported: `Verification.form`.

Whatever a request can hold, the answer is a `Verification`; nothing is raised for it. What no request holds
(a header that is a number, a body that is text) is the caller's mistake, and a UsageError. Time depends on
what was sent and on how many secrets there are, not on how much of anything was right.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from punchh_contract.errors import UsageError
from punchh_contract.receiver.credentials import Credentials, Scheme
from punchh_contract.signing import Algorithm, sign

__all__ = ["Form", "Headers", "Verification", "verify"]

Headers = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]
"""Names in any case; a mapping, or pairs as ASGI has them, in which a name can stand twice."""

Signed = Literal["path", "url"]
Encoding = Literal["hex", "base64"]

_AUTHORIZATION = re.compile(r"(?:(basic|bearer|hmac)[ \t]+)?([\x21-\x7e]+)", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9_.:\[\]-]{1,255}")
_ORIGIN = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
# Length of a digest as text -> how it was made.
_LENGTHS: Mapping[int, tuple[Algorithm, Encoding]] = {
    40: ("sha1", "hex"),
    64: ("sha256", "hex"),
    28: ("sha1", "base64"),
    44: ("sha256", "base64"),
}
_SCHEMES: Mapping[Algorithm, Scheme] = {"sha1": "hmac-sha1", "sha256": "hmac-sha256"}

ABSENT = "there is no Authorization header"


@dataclass(frozen=True, slots=True)
class Form:
    """How the HMAC of an authentic delivery was written, which the vendor does not say."""

    signed: Signed
    """Whether the path with its query was signed before the body, or the full URL."""
    encoding: Encoding
    word: bool
    """Whether the word `hmac` stood before the digest."""
    secret: int
    """Position of the secret that it was made with, from 0."""


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a request is authentic. Nothing in it is secret."""

    authentic: bool
    scheme: Scheme | None = None
    """How it was proved; `none` where nothing was asked for, None where nothing was proved."""
    form: Form | None = None
    """Of an HMAC that matched."""
    reason: str | None = None
    """Why it is not authentic, as a sentence without its full stop."""

    @classmethod
    def refused(cls, reason: str) -> "Verification":
        """Not authentic, for a reason."""
        return cls(authentic=False, reason=reason)

    def __str__(self) -> str:
        if not self.authentic:
            return f"not authentic: {self.reason}"
        if self.scheme == "none":
            return "not checked"
        if self.form is None:
            return f"authentic ({self.scheme})"
        word = "with" if self.form.word else "without"
        older = "" if self.form.secret == 0 else f", secret {self.form.secret + 1}"
        made = f"{self.scheme} over the {self.form.signed}, {self.form.encoding}, {word} `hmac`{older}"
        return f"authentic ({made})"


def verify(
    headers: Headers,
    method: str,
    uri: str,
    body: bytes,
    credentials: Credentials,
    *,
    scheme: Scheme | None = None,
) -> Verification:
    """Judge one request.

    `uri` is the path with its query as in the request line (bytes that are not UTF-8 as surrogate escapes):
    as the full URL then counts that path after the `Host` header, with http and with https. Or it is the full
    URL as the vendor was given it, which is better behind a proxy. `body` is what was sent, byte by byte.

    `scheme` is the one that is taken; `"none"` takes everything unchecked. Without it, any that `credentials`
    can check is taken, so nothing is where there are none.

    Raises UsageError, and nothing else, for arguments that are no request: headers that are not text or
    bytes, a method or URI that is not text, a body that is not bytes. It repeats none of them.
    """
    # Not all who call us have their types checked.
    if not (isinstance(method, str) and isinstance(uri, str) and isinstance(body, bytes)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise UsageError("a request is a method and a URI, which are text, and a body, which is bytes")
    if scheme == "none":
        return Verification(authentic=True, scheme="none")
    if method.upper() not in ("GET", "POST"):
        return Verification.refused("deliveries are sent with POST, and checks with GET")
    authorization, keys, hosts = _values(headers, "authorization", "x-pch-key", "host")
    if not authorization:
        return Verification.refused(ABSENT)
    if len(authorization) > 1 or len(keys) > 1:
        return Verification.refused("Authorization or x-pch-key stands in the request more than once")
    found = _AUTHORIZATION.fullmatch(authorization[0].strip(" \t"))
    if found is None:
        return Verification.refused(
            "the Authorization header is neither basic, bearer or hmac with a value, nor a bare digest"
        )
    word, value = (found[1] or "").lower(), found[2]
    taken = credentials.schemes
    if scheme is not None:
        taken = (scheme,) if scheme in taken else ()
    if word in ("basic", "bearer"):
        return _shared("basic" if word == "basic" else "bearer", value, credentials, taken)
    return _signed(
        value,
        _uris(uri, hosts[0] if len(hosts) == 1 else ""),
        body,
        credentials,
        taken,
        key=keys[0] if keys else None,
        word=bool(word),
    )


def _shared(
    word: Literal["basic", "bearer"], value: str, credentials: Credentials, taken: tuple[Scheme, ...]
) -> Verification:
    if word not in taken:
        return _unexpected(f"it comes with {word}")
    if word == "bearer":
        expected = (credentials.token or "").encode()
    else:
        expected = base64.b64encode(f"{credentials.user}:{credentials.password}".encode())
    if not _same(value, expected):
        what = "token" if word == "bearer" else "user or password"
        return Verification.refused(f"the {what} is wrong")
    return Verification(authentic=True, scheme=word)


def _signed(
    value: str,
    uris: Sequence[tuple[Signed, str]],
    body: bytes,
    credentials: Credentials,
    taken: tuple[Scheme, ...],
    *,
    key: str | None,
    word: bool,
) -> Verification:
    if len(value) not in _LENGTHS:
        return Verification.refused("what is sent as a digest has the length of none")
    algorithm, encoding = _LENGTHS[len(value)]
    scheme = _SCHEMES[algorithm]
    if scheme not in taken:
        return _unexpected(f"it comes with {scheme}")
    if encoding == "hex":
        value = value.lower()
    form: Form | None = None
    # All of them, whatever matched before: time tells nothing.
    for number, secret in enumerate(credentials.secrets):
        for signed, uri in uris:
            digest = sign(algorithm, secret, uri, body)
            if encoding == "base64":
                digest = base64.b64encode(bytes.fromhex(digest)).decode()
            if _same(value, digest.encode()):
                form = form or Form(signed, encoding, word, number)
    known = not credentials.key or _same(key or "", credentials.key.encode())
    if form is None:
        return Verification.refused(
            "the digest is wrong: another secret, or other bytes or another URI were signed"
        )
    if not known:
        return Verification.refused("x-pch-key is another, or missing")
    return Verification(authentic=True, scheme=scheme, form=form)


def _unexpected(what: str) -> Verification:
    return Verification.refused(f"{what}, which is not what this receiver was given credentials for")


def _uris(uri: str, host: str) -> list[tuple[Signed, str]]:
    """What may have been signed before the body; nothing if no request line can hold the URI."""
    try:
        uri.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return []
    if origin := _ORIGIN.match(uri):
        path = uri[origin.end() :]
        return [("path", path if path.startswith("/") else f"/{path}"), ("url", uri)]
    found: list[tuple[Signed, str]] = [("path", uri)]
    # The sender's word for the host: it widens nothing, since the path alone is taken too.
    if _HOST.fullmatch(host):
        found.extend([("url", f"https://{host}{uri}"), ("url", f"http://{host}{uri}")])
    return found


def _same(sent: str, expected: bytes) -> bool:
    # Of hashes, since compare_digest itself tells the length.
    given = sent.encode(errors="surrogatepass")
    return hmac.compare_digest(hashlib.sha256(given).digest(), hashlib.sha256(expected).digest())


def _values(headers: Headers, *names: str) -> list[list[str]]:
    """The values of each name, in the order of the request."""
    found: dict[str, list[str]] = {name: [] for name in names}
    try:
        every: Iterable[tuple[str | bytes, str | bytes]] = (
            cast(Mapping[str, str], headers).items() if isinstance(headers, Mapping) else headers
        )
        pairs = [(name, value) for name, value in every]
    except (TypeError, ValueError):
        # Not from the cause, which can show them.
        raise UsageError("headers are a mapping, or pairs of a name and a value") from None
    for name, value in pairs:
        wanted = found.get(_text(name).lower())
        if wanted is not None:
            wanted.append(_text(value))
    return list(found.values())


def _text(value: str | bytes) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # see `verify`
        raise UsageError("a header's name and value are text or bytes")
    return value
