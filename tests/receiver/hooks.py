"""Deliveries for the tests of the receiver: events, signed as the vendor signs them."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from punchh_contract.receiver import Credentials, Inbox, Incoming, Scheme
from punchh_contract.receiver.authorization import authorization_headers

SEED = (Path(__file__).parents[1] / "data" / "seed-004-redemptions-event.json").read_bytes()
SECRET = "sandbox-webhook-secret"
CREDENTIALS = Credentials(
    user="sandbox-user",
    password="sandbox-password",
    token="sandbox-webhook-token",
    key="sandbox-webhook-client",
    secrets=(SECRET,),
)
URI = "/punchh/hook?store=401"
GUEST = ("Pat", "pat@example.com", "+15550100", "Invented")
WAIT = 30.0


def event(number: int = 1, **changes: Any) -> bytes:
    """The seed's event as message `number` of redemption `number`, of an invented guest."""
    document = json.loads(SEED)
    payload = {"redemption_id": number} | changes.pop("payload", {})
    document |= {"content_id": f"00000000-0000-4000-8000-{number:012}"} | changes
    document["payload"] |= payload
    document["payload"]["user"] |= {"first_name": GUEST[0], "email": GUEST[1], "phone": GUEST[2]}
    return json.dumps(document).encode()


def sent(
    body: bytes, method: str = "POST", *, uri: str = URI, scheme: Scheme = "hmac-sha256", **headers: str
) -> Incoming:
    """An authentic request."""
    signed = authorization_headers(scheme, CREDENTIALS, uri, body)
    return Incoming(method, uri, {**signed, **headers}, body)


def until(holds: Callable[[], bool], what: str = "it did not come to pass") -> None:
    """Return once it holds; the test fails if it does not."""
    deadline = time.monotonic() + WAIT
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)


def done(inbox: Inbox) -> None:
    """Return once nothing waits."""
    until(lambda: inbox.counts()["waiting"] == 0, "events still wait")
