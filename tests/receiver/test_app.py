"""The receiver as an ASGI application: what it answers, and what it tells of a delivery."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from punchh_contract.receiver import Credentials
from punchh_contract.receiver.app import create_receiver
from punchh_contract.receiver.authorization import authorization_headers
from punchh_contract.receiver.delivery import Delivery, Gist

ROOT = Path(__file__).parents[2]
SEED = (ROOT / "tests" / "data" / "seed-004-redemptions-event.json").read_bytes()
CREDENTIALS = Credentials(key="sandbox-webhook-client", secrets=("sandbox-webhook-secret",))
NOW = datetime(2026, 3, 2, 18, 5, 1, tzinfo=UTC)
CONTENT_ID = "00000000-0000-4000-8000-000000000001"
HOST = "receiver.example.com"
URI = "/hook/%C3%A9?store=401"


def ask(
    app: Starlette, method: str, uri: str, *, content: Any = None, headers: Any = None, raises: bool = True
) -> int:
    """The status of an answer to a request in process."""

    async def call() -> int:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=raises)
        async with httpx.AsyncClient(transport=transport, base_url=f"https://{HOST}") as client:
            return (await client.request(method, uri, content=content, headers=headers)).status_code

    return asyncio.run(call())


class Receiver:
    """An application with its deliveries, called in process."""

    def __init__(self, **options: Any) -> None:
        self.deliveries: list[Delivery] = []
        self.app = create_receiver(
            self.deliveries.append, options.pop("credentials", CREDENTIALS), clock=lambda: NOW, **options
        )

    def ask(self, method: str, uri: str, content: Any = None, headers: Any = None) -> int:
        return ask(self.app, method, uri, content=content, headers=headers)

    def post(self, body: bytes, *, signed: bytes | None = None) -> tuple[int, Delivery]:
        headers = authorization_headers("hmac-sha256", CREDENTIALS, URI, body if signed is None else signed)
        return self.ask("POST", URI, body, headers), self.deliveries[-1]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def event(**changes: Any) -> bytes:
    document = json.loads(SEED)
    payload = changes.pop("payload", {})
    document |= {"content_id": CONTENT_ID} | changes
    document["payload"] |= payload
    return json.dumps(document).encode()


def test_a_good_delivery_is_taken_and_told(receiver: Receiver) -> None:
    status, delivery = receiver.post(event())
    assert status == 200
    assert delivery == Delivery(
        received_at=NOW,
        method="POST",
        status=200,
        verification=delivery.verification,
        size=len(event()),
        findings=delivery.findings,
        gist=Gist(CONTENT_ID, "create", "redeemable", 149207972),
    )
    assert str(delivery.verification) == "authentic (hmac-sha256 over the path, hex, with `hmac`)"
    assert delivery.findings is not None
    assert delivery.findings.valid
    assert delivery.fine


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        pytest.param(b'{"content_id":', ["json"], id="not JSON"),
        pytest.param(b"", ["json"], id="empty"),
        pytest.param(b"\xff\xfe{", ["json"], id="not UTF-8"),
        pytest.param(b"[]", ["type"], id="no object"),
        pytest.param(event(business_id="548"), ["type"], id="a field of another kind"),
        pytest.param(event(payload={"user": 7}), ["type"], id="no user"),
    ],
)
def test_what_does_not_fit_is_taken_with_202_and_told(
    receiver: Receiver, body: bytes, rules: list[str]
) -> None:
    status, delivery = receiver.post(body)
    assert delivery.findings is not None
    assert (status, [each.rule for each in delivery.findings]) == (202, rules)
    assert not delivery.fine


def test_drift_is_a_finding_only_if_asked_for() -> None:
    for strict in (False, True):
        status, delivery = Receiver(strict=strict).post(event(tenant="demo"))
        assert delivery.findings is not None
        assert delivery.findings.drifts
        assert (status, len(delivery.findings)) == ((202, 1) if strict else (200, 0))


def test_what_is_not_authentic_is_refused_unread(receiver: Receiver) -> None:
    status, delivery = receiver.post(event(), signed=event() + b" ")
    assert (status, delivery.findings, delivery.gist, delivery.fine) == (401, None, Gist(), False)
    assert "digest is wrong" in str(delivery.verification)


def test_another_uri_than_the_one_signed_is_refused(receiver: Receiver) -> None:
    headers = authorization_headers("hmac-sha256", CREDENTIALS, URI, event())
    for uri in ("/hook/é", "/", URI + "&a=1", "/hook/%C3%A9?store=402"):
        assert receiver.ask("POST", uri, event(), headers) == 401
    assert receiver.ask("POST", URI, event(), headers) == 200


def test_the_full_url_is_known_too(receiver: Receiver) -> None:
    url = f"https://{HOST}{URI}"
    headers = authorization_headers("hmac-sha1", CREDENTIALS, url, event())
    assert receiver.ask("POST", URI, event(), headers) == 200
    assert "hmac-sha1 over the url" in str(receiver.deliveries[-1].verification)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="without credentials"),
        pytest.param(authorization_headers("hmac-sha256", CREDENTIALS, URI, b""), 200, id="authentic"),
        pytest.param(authorization_headers("hmac-sha256", CREDENTIALS, "/", b""), 401, id="wrong"),
    ],
)
def test_the_check_is_answered(receiver: Receiver, headers: dict[str, str], status: int) -> None:
    assert receiver.ask("GET", URI, None, headers) == status
    (delivery,) = receiver.deliveries
    assert (delivery.method, delivery.status, delivery.findings) == ("GET", status, None)


def test_other_methods_are_refused_and_not_told(receiver: Receiver) -> None:
    assert receiver.ask("PUT", URI, event()) == 405
    assert receiver.deliveries == []


def test_unchecked_means_everything_is_taken() -> None:
    receiver = Receiver(credentials=Credentials(), scheme="none")
    assert receiver.ask("POST", "/", event()) == 200
    assert str(receiver.deliveries[0].verification) == "not checked"


def test_a_receiver_that_shares_nothing_takes_nothing() -> None:
    receiver = Receiver(credentials=Credentials())
    assert receiver.ask("POST", "/", event()) == 401


def test_a_body_is_read_up_to_the_limit() -> None:
    receiver = Receiver(limit=1000)
    assert receiver.post(b" " * 1000)[0] == 202
    status, delivery = receiver.post(b" " * 1001)
    assert (status, delivery.verification.reason) == (413, "the body is larger than 1000 bytes")


def test_a_body_without_end_is_not_kept() -> None:
    receiver = Receiver(limit=1000)
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 1_000_000:
            sent += 500
            yield b" " * 500

    async def chunks() -> Any:
        for each in endless():
            yield each

    assert receiver.ask("POST", "/", chunks()) == 413
    assert receiver.deliveries[0].size <= 1500


def called(app: Starlette, messages: list[dict[str, Any]]) -> list[int]:
    """The statuses that are sent when these messages come, and then no more."""
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http", "method": "POST", "path": "/é", "query_string": b"", "headers": [], "scheme": "http",
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    return statuses


def test_a_body_that_stalls_is_given_up() -> None:
    receiver = Receiver(patience=0.01)
    assert called(receiver.app, [{"type": "http.request", "body": b"{", "more_body": True}]) == [408]
    assert receiver.deliveries[0].verification.reason == "the body was not whole after 0.01 seconds"


def test_a_sender_that_goes_away_is_told(receiver: Receiver) -> None:
    called(
        receiver.app,
        [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}],
    )
    assert [each.status for each in receiver.deliveries] == [400]
    assert "went away" in str(receiver.deliveries[0].verification)


def test_a_callback_that_fails_is_answered_500() -> None:
    def fail(_: Delivery) -> None:
        raise RuntimeError("no room left")

    app = create_receiver(fail, Credentials(), scheme="none")
    assert ask(app, "POST", "/", content=event(), raises=False) == 500


def test_it_can_be_mounted(receiver: Receiver) -> None:
    app = Starlette(routes=[Mount("/punchh", receiver.app)])
    headers = authorization_headers("hmac-sha256", CREDENTIALS, "/punchh/hook?a=1", event())
    assert ask(app, "POST", "/punchh/hook?a=1", content=event(), headers=headers) == 200


GUEST = ("Pat", "pat@example.com", "+15550100", "Invented")


@pytest.mark.parametrize("value", [*GUEST, {"email": GUEST[1]}, [GUEST[0]], 15550100, True, 1e300])
@pytest.mark.parametrize("field", ["content_id", "action", "redemption_status", "redemption_id"])
def test_whatever_stands_in_an_event_no_guest_is_told(receiver: Receiver, field: str, value: Any) -> None:
    here = field.startswith("redemption")
    _, delivery = receiver.post(event(payload={field: value}) if here else event(**{field: value}))
    shown = repr(delivery)
    assert [each for each in GUEST if each in shown] == []
    # An id of a redemption is what it is for; a number anywhere else is not.
    assert ("15550100" in shown) == (value == 15550100 and field == "redemption_id")


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, {"payload": 7}, {"payload": None}, {"action": None}])
def test_the_gist_of_anything(value: Any) -> None:
    assert Gist.of(value) == Gist()
