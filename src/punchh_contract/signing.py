"""The request signature of PAR Punchh, `x-pch-digest`: bytes in, digest out, from the standard library alone.

Sources: DIG-OO and DIG-MOB (documented: HMAC keyed with the client secret over the URI followed by the body);
that a query string belongs to the URI is inferred from PAR's Postman scripts (C-3), that the digest is
lowercase hexadecimal is inferred from published samples. `/api/auth` signs with SHA-1, `/api2/mobile` with
SHA-256; which operation uses which stands in the contract (`x-signature`), not here.
"""

import hmac
from typing import Literal

__all__ = ["ALGORITHMS", "Algorithm", "sign", "verify"]

Algorithm = Literal["sha1", "sha256"]

ALGORITHMS: tuple[Algorithm, ...] = ("sha1", "sha256")


def sign(algorithm: Algorithm, secret: str, uri: str, body: bytes) -> str:
    """Return the digest as lowercase hexadecimal text, 40 (sha1) or 64 (sha256) characters.

    `uri` is path and query as they stand in the request line, from `/api/` or `/api2/` on, percent-encoding
    untouched (bytes that are not UTF-8 may come as surrogate escapes). `body` is exactly what is sent, `b""`
    when nothing is: nothing is trimmed or reformatted, so send compact JSON (C-1). Raises ValueError for any
    other algorithm.
    """
    if algorithm not in ALGORITHMS:
        raise ValueError(f"algorithm must be one of {', '.join(ALGORITHMS)}, not {algorithm!r}")
    return hmac.digest(secret.encode(), uri.encode(errors="surrogateescape") + body, algorithm).hex()


def verify(algorithm: Algorithm, secret: str, uri: str, body: bytes, digest: str) -> bool:
    """Tell in constant time whether `digest` is what `sign` returns for the same arguments.

    Only the exact lowercase form is accepted: whether PAR compares regardless of case is unknown (assumed). A
    digest of another length, or with characters that no digest has, is simply wrong. Raises ValueError as
    `sign` does.
    """
    expected = sign(algorithm, secret, uri, body)
    # Bytes, because compare_digest refuses text beyond ASCII; what "replace" puts in is no hex digit.
    return hmac.compare_digest(expected.encode(), digest.encode(errors="replace"))
