"""The usual mistakes of signing, tried one by one and together until the digest that was sent comes out.

Sources: DIG-OO and DIG-MOB say what is signed (documented); which mistakes are usual is our experience with
such schemes (assumed). Only names of mistakes leave this module, never a key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from punchh_contract.client.doctor.diagnosis import Mistake
from punchh_contract.client.doctor.renderings import renderings

__all__ = ["Signed", "decoded", "explain"]

_LENGTHS = {16: "md5", 20: "sha1", 28: "sha224", 32: "sha256", 48: "sha384", 64: "sha512"}
_PREFIX = re.compile(r"(hmac|sha-?1|sha-?256|signature|digest)\s*[ =:]\s*", re.IGNORECASE)
# How many mistakes at a time are looked for, by the length of the body: each try hashes it once.
_MOST = ((4_096, 3), (65_536, 2))

_HEX = "write the digest as lowercase hexadecimal, without a prefix"
_EXACT = "sign the very bytes that are sent, and send compact JSON (C-1)"
_URI = "sign path and query as they are sent, from /api/ or /api2/ on"
_KEY = "the key is the client secret of this operation's family, as it was handed out"


@dataclass(frozen=True, slots=True, repr=False)
class Signed:
    """What should have been signed, and with what. `other_keys` are keys to try besides, by what they are."""

    algorithm: Literal["sha1", "sha256"]
    method: str
    uri: str
    body: bytes
    secret: str
    base_url: str = ""
    other_keys: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class _Option:
    mistake: Mistake | None
    value: bytes


_Making = Callable[[str, bytes, bytes, bytes, bytes], bytes]


def decoded(text: str) -> tuple[bytes | None, tuple[Mistake, ...]]:
    """Return a digest's bytes, and how else it was written than it should be; no bytes if it is none.

    That it was written as Base64 (`base64`) is a guess until something is found that it is the digest of:
    many a word can be read so.
    """
    found: list[Mistake] = []
    bare = text.strip()
    if match := _PREFIX.match(bare):
        bare = bare[match.end() :]
        found.append(Mistake("prefix", "a word stands before the digest", _HEX))
    if re.fullmatch(r"([0-9a-fA-F]{2})+", bare):
        if bare != bare.lower():
            found.append(Mistake("uppercase", "the digest is in capitals", _HEX))
        return bytes.fromhex(bare), tuple(found)
    with_padding = bare.replace("-", "+").replace("_", "/") + "=" * (-len(bare) % 4)
    try:
        raw = base64.b64decode(with_padding, validate=True)
    except (binascii.Error, ValueError):
        return None, tuple(found)
    inner = raw.decode("latin-1")
    if re.fullmatch(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}", inner):
        return bytes.fromhex(inner), (
            *found,
            Mistake("base64_of_hex", "the hexadecimal digest is written as Base64 once more", _HEX),
        )
    if len(raw) not in _LENGTHS:
        return None, tuple(found)
    return raw, (*found, Mistake("base64", "the digest is written as Base64", _HEX))


def explain(digest: bytes, signed: Signed) -> tuple[Mistake, ...] | None:
    """Return the fewest mistakes that give a digest: none if it is right, None if they do not explain it."""
    algorithm = _LENGTHS.get(len(digest))
    if algorithm is None:
        return None
    first: list[Mistake] = []
    if algorithm != signed.algorithm:
        advice = f"this family is signed with HMAC-{signed.algorithm.upper()} (x-signature of the contract)"
        first.append(Mistake("algorithm", f"it was made with {algorithm.upper()}", advice))
    keys, uris, bodies = list(_keys(signed)), list(_uris(signed)), list(_bodies(signed))
    method = signed.method.encode()
    most = next((count for length, count in _MOST if len(signed.body) <= length), 1)
    for key, uri, body, (making_id, making_done, making) in _by_count(keys, uris, bodies, most):
        made = making(algorithm, key.value, method, uri.value, body.value)
        if hmac.compare_digest(made, digest):
            named = Mistake(making_id, making_done, _URI) if making_id else None
            return (*first, *(each for each in (named, key.mistake, uri.mistake, body.mistake) if each))
    return None


def _by_count(
    keys: Sequence[_Option], uris: Sequence[_Option], bodies: Sequence[_Option], most: int
) -> Iterator[tuple[_Option, _Option, _Option, tuple[str, str, _Making]]]:
    """Combinations, those with fewest mistakes first. With another making than HMAC over URI and body, which
    few come to, one mistake more is tried and not two."""
    right, *wrong = _MAKINGS
    for count in range(most + 1):
        for key, uri, body in itertools.product(keys, uris, bodies):
            mistakes = sum(one.mistake is not None for one in (key, uri, body))
            if mistakes == count:
                yield key, uri, body, right
            if mistakes == count - 1 and mistakes <= 1:
                for making in wrong:
                    yield key, uri, body, making


def _keys(signed: Signed) -> Iterable[_Option]:
    secret = signed.secret
    tries = [
        ("", "", secret.encode()),
        ("key_newline", "the secret had a line break at its end", f"{secret}\n".encode()),
        ("key_newline", "the secret had CR and LF at its end", f"{secret}\r\n".encode()),
        ("key_quoted", "the secret was in quotation marks", f'"{secret}"'.encode()),
        ("key_quoted", "the secret was in single quotation marks", f"'{secret}'".encode()),
        ("key_lowercase", "the secret was turned to small letters", secret.lower().encode()),
        ("key_uppercase", "the secret was turned to capitals", secret.upper().encode()),
        ("key_base64", "the secret was encoded as Base64", base64.b64encode(secret.encode())),
        *((name, done, value.encode()) for name, done, value in signed.other_keys if value),
    ]
    if re.fullmatch(r"([0-9a-fA-F]{2})+", secret):
        tries.append(("key_from_hex", "the secret was read as hexadecimal", bytes.fromhex(secret)))
    try:
        from_base64 = base64.b64decode(secret, validate=True)
        tries.append(("key_from_base64", "the secret was decoded from Base64", from_base64))
    except (binascii.Error, ValueError):
        pass
    return _options(tries, _KEY)


def _uris(signed: Signed) -> Iterable[_Option]:
    uri, base = signed.uri, signed.base_url.rstrip("/")
    path, _, query = uri.partition("?")
    after_scheme = base.partition("://")[2]
    base_path = "/" + after_scheme.partition("/")[2] if "/" in after_scheme else ""
    tries = [
        ("", "", uri),
        ("without_query", "the query was left out", path),
        ("full_url", "the whole URL was signed", base + uri),
        ("full_url_without_query", "the whole URL without its query was signed", base + path),
        ("host_and_path", "host and path were signed", after_scheme + uri),
        ("origin", "scheme and host were signed in place of the path", base),
        ("base_path", "the path of the base URL was signed as well", base_path + uri),
        ("no_leading_slash", "the slash at the beginning was left out", uri.removeprefix("/")),
        ("trailing_slash", "a slash was added to the path", path + "/" + (f"?{query}" if query else "")),
        ("no_prefix", "the beginning /api or /api2 was left out", re.sub(r"^/api2?", "", uri)),
        ("decoded", "percent-encoding was undone", unquote(uri)),
        ("no_question_mark", "the question mark was left out", uri.replace("?", "", 1)),
    ]
    return _options(((name, done, text.encode()) for name, done, text in tries), _URI)


def _bodies(signed: Signed) -> Iterable[_Option]:
    tries = [
        (name, f"the body was signed with {done}", value) for name, done, value in renderings(signed.body)
    ]
    return _options(tries, _EXACT)


def _options(tries: Iterable[tuple[str, str, bytes]], advice: str) -> Iterator[_Option]:
    seen: set[bytes] = set()
    for name, done, value in tries:
        # The same bytes under two names would be a guess.
        if value not in seen:
            seen.add(value)
            yield _Option(Mistake(name, done, advice) if name else None, value)


def _hash(algorithm: str, message: bytes) -> bytes:
    return hashlib.new(algorithm, message, usedforsecurity=False).digest()


_MAKINGS: tuple[tuple[str, str, _Making], ...] = (
    ("", "", lambda alg, key, _, uri, body: hmac.digest(key, uri + body, alg)),
    ("body_first", "body and URI changed places",
     lambda alg, key, _, uri, body: hmac.digest(key, body + uri, alg)),
    ("body_only", "the URI was left out", lambda alg, key, _, __, body: hmac.digest(key, body, alg)),
    ("uri_only", "the body was left out", lambda alg, key, _, uri, __: hmac.digest(key, uri, alg)),
    ("line_between", "a line break stood between URI and body",
     lambda alg, key, _, uri, body: hmac.digest(key, uri + b"\n" + body, alg)),
    ("method_first", "the method stood before the URI",
     lambda alg, key, method, uri, body: hmac.digest(key, method + uri + body, alg)),
    ("swapped", "key and message changed places",
     lambda alg, key, _, uri, body: hmac.digest(uri + body, key, alg)),
    ("no_hmac", "it is a plain hash without the secret",
     lambda alg, _, __, uri, body: _hash(alg, uri + body)),
    ("hash_of_secret_first", "it is a plain hash, the secret before the rest",
     lambda alg, key, _, uri, body: _hash(alg, key + uri + body)),
    ("hash_of_secret_last", "it is a plain hash, the secret after the rest",
     lambda alg, key, _, uri, body: _hash(alg, uri + body + key)),
)  # fmt: skip
