"""A clock that the test moves, a way into the app without a socket, a caller that signs as real ones do."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from starlette.applications import Starlette

from punchh_contract.auth import Credentials, PunchhAuth
from punchh_contract.contract import load
from punchh_contract.events import validate
from punchh_contract.sandbox.fixtures import credentials

NOW = datetime(2026, 3, 2, 18, 5, 1, tzinfo=UTC)
ADA, GRACE, ALAN, HEDY, RADIA = 111111111, 111111112, 111111113, 111111114, 111111115
FULL, MIXED = 111112000, 111113000
"""The first of the guests in whose baskets every item succeeds, and of those where one fails."""
RECEIPT = {
    "store_number": "401",
    "receipt_amount": 30,
    "subtotal_amount": 30,
    "receipt_datetime": "2026-03-02T18:05:01Z",
    "transaction_no": "5678",
}
ITEMS = [
    {
        "item_name": name,
        "item_qty": 1,
        "item_amount": amount,
        "menu_item_type": "M",
        "menu_item_id": item_id,
        "menu_family": "10",
        "menu_major_group": "gp",
        "serial_number": serial,
    }
    for name, amount, item_id, serial in [
        ("Coffee", 10, "330", "1.0"),
        ("Pizza", 10, "331", "2.0"),
        ("Cake", 10, "332", "3.0"),
    ]
]
LINES = [
    {
        "item_name": "Pizza",
        "item_qty": 1,
        "amount": 30,
        "item_type": "M",
        "item_id": 331,
        "item_family": "10",
        "item_group": "gp",
        "serial_number": 1,
    }
]


def redeemed(operation_id: str, response: httpx.Response, request: dict[str, Any] | None = None) -> bool:
    """Whether an answer redeemed something, by the contract."""
    success = load().operation(operation_id).success
    return success.holds(response.status_code, request or {}, response.json())


class Clock:
    """Time that moves when the test says so."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **step: int) -> None:
        self.now += timedelta(**step)


class InProcess(httpx.BaseTransport):
    """An ASGI app for a synchronous httpx client; an app that fails is answered as a server would: 500."""

    def __init__(self, app: Starlette) -> None:
        self._app = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._runner = asyncio.Runner()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._runner.run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await self._app.handle_async_request(request)
        return httpx.Response(response.status_code, headers=response.headers, content=await response.aread())

    def close(self) -> None:
        self._runner.close()


class Caller:
    """Calls the operations of one app, signed with the sandbox's own credentials."""

    def __init__(self, app: Starlette) -> None:
        self.app = app
        self.client = httpx.Client(transport=InProcess(app), base_url="http://127.0.0.1:8787")
        self.variables = credentials(app.state.store)
        self.credentials = Credentials.from_mapping(self.variables)

    def auth(self, **changes: str | None) -> PunchhAuth:
        fields = {name.removeprefix("PUNCHH_").lower(): value for name, value in self.variables.items()}
        return PunchhAuth(Credentials(**{**fields, **changes}))

    def as_guest(self, name: str) -> PunchhAuth:
        """The credentials of another guest of the seed."""
        return self.auth(access_token=f"sandbox-access-token-not-a-real-one-{name}", id_token=None)

    def post(
        self, operation_id: str, body: Any, auth: httpx.Auth | None = None, **how: Any
    ) -> httpx.Response:
        path = load().operation(operation_id).path
        kind = "content" if isinstance(body, bytes) else "json"
        return self.client.post(path, auth=auth or self.auth(), **{kind: body}, **how)

    def online(self, discount_type: str, auth: httpx.Auth | None = None, **more: Any) -> httpx.Response:
        body = {"client": self.variables["PUNCHH_CLIENT"], "discount_type": discount_type, **RECEIPT, **more}
        return self.post("create_online_redemption", body, auth)

    def batch(self, user_id: int, auth: httpx.Auth | None = None, **more: Any) -> httpx.Response:
        receipt = {key: value for key, value in RECEIPT.items() if key != "store_number"}
        body = {"user_id": user_id, **receipt, "line_items": LINES, **more}
        return self.post("process_batch_redemption", body, auth)

    def force(self, user_id: int, **redemption: Any) -> httpx.Response:
        return self.post("force_redeem", {"user_id": user_id, "redemption": redemption})

    def code(self, subscription_id: str, auth: httpx.Auth | None = None, **headers: str) -> httpx.Response:
        body = {"client": self.variables["PUNCHH_CLIENT"], "subscription_id": subscription_id}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.post("create_subscription_redemption_code", body, auth, headers=named)

    def guest(self, user_id: int) -> dict[str, Any]:
        document: dict[str, Any] = self.client.get(f"/_sandbox/guests/{user_id}").json()
        return document

    def held(self, user_id: int) -> dict[str, Any]:
        """All that a debit can take, without the history."""
        return {key: value for key, value in self.guest(user_id).items() if key != "redemptions"}

    def put(self, user_id: int, /, **document: Any) -> httpx.Response:
        return self.client.put(f"/_sandbox/guests/{user_id}", json=document)

    def switch(self, **settings: Any) -> None:
        """Change settings of the business."""
        answer = self.client.patch("/_sandbox/business", json={"settings": settings})
        assert answer.status_code == 200, answer.text

    def events(self, since: int = 0) -> list[dict[str, Any]]:
        """The events after a number, each one that fits the contract strictly and has an id of its own."""
        found = [each["document"] for each in self.client.get(f"/_sandbox/events?since={since}").json()]
        for each in found:
            assert list(validate(each, strict=True)) == []
        assert len({each["content_id"] for each in found}) == len(found)
        return found

    @property
    def breaks(self) -> int:
        count: int = self.app.state.log.contract_breaks
        return count
