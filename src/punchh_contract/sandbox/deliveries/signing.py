"""The headers by which a delivery proves who sent it.

Documented (WH-CONF): the five ways, their words in lowercase, `authorization` and `x-pch-key`. Assumed: that
`hmac` is followed by the digest in lowercase hexadecimal, and that signed are path and query, then the body,
as in the vendor's API.
"""

import base64
from collections.abc import Mapping

from punchh_contract.sandbox.store.outgoing import Scheme, Subscriber
from punchh_contract.signing import Algorithm, sign

_ALGORITHMS: Mapping[Scheme, Algorithm] = {Scheme.HMAC_SHA1: "sha1", Scheme.HMAC_SHA256: "sha256"}


def headers(subscriber: Subscriber, uri: str, body: bytes) -> dict[str, str]:
    """The headers for one request to a subscriber; `uri` is path and query as they are sent, and a GET's body
    is empty."""
    name, secret = subscriber.name or "", subscriber.secret or ""
    match subscriber.scheme:
        case Scheme.NONE:
            return {}
        case Scheme.BASIC:
            pair = base64.b64encode(f"{name}:{secret}".encode()).decode()
            return {"authorization": f"basic {pair}"}
        case Scheme.BEARER:
            return {"authorization": f"bearer {secret}"}
        case _:
            digest = sign(_ALGORITHMS[subscriber.scheme], secret, uri, body)
            return {"authorization": f"hmac {digest}", "x-pch-key": name}
