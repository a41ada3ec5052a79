"""The headers of a delivery, as a sender makes them: the other side of `verification`.

Of an HMAC the vendor does not say all (see there); assumed here: the word `hmac`, then the digest as
lowercase hexadecimal, over the path with its query and the body.
"""

import base64

from punchh_contract.errors import UsageError
from punchh_contract.receiver.credentials import Credentials, Scheme
from punchh_contract.signing import Algorithm, sign

__all__ = ["authorization_headers"]


def authorization_headers(scheme: Scheme, credentials: Credentials, uri: str, body: bytes) -> dict[str, str]:
    """Return the headers that prove a delivery to its receiver; empty for `none`.

    `uri` is the path with its query, and `body` what is sent, byte by byte. Raises UsageError that names the
    variables that are missing.
    """
    missing = credentials.missing(scheme)
    if scheme.startswith("hmac") and not credentials.key:
        missing += ("PUNCHH_WEBHOOK_KEY",)
    if missing:
        raise UsageError(f"{scheme} needs {' and '.join(missing)}: export what you share with the receiver")
    if scheme == "basic":
        pair = f"{credentials.user}:{credentials.password}".encode()
        return {"authorization": f"basic {base64.b64encode(pair).decode()}"}
    if scheme == "bearer":
        return {"authorization": f"bearer {credentials.token}"}
    if scheme == "none":
        return {}
    algorithm: Algorithm = "sha1" if scheme == "hmac-sha1" else "sha256"
    digest = sign(algorithm, credentials.secrets[0], uri, body)
    return {"authorization": f"hmac {digest}", "x-pch-key": credentials.key or ""}
