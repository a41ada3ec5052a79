"""A sandbox in this process with its clock standing still, and the calls that witnesses are made of:
signed and authorised as an integrator would, or deliberately not."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from punchh_contract.contract import load
from punchh_contract.json_types import JsonValue
from punchh_contract.sandbox import seed
from punchh_contract.sandbox.app import create_app
from punchh_contract.sandbox.clock import ClockState
from punchh_contract.sandbox.fixtures import credentials
from punchh_contract.signing import Algorithm, sign

if TYPE_CHECKING:
    import httpx

NOW = datetime(2026, 3, 2, 18, 5, 1, tzinfo=UTC)
ADA, GRACE, ALAN, HEDY, RADIA = 111111111, 111111112, 111111113, 111111114, 111111115
FULL, MIXED = 111112000, 111113000
"""Guests in whose baskets every item succeeds, and where one of two fails."""
AMOUNTS = {"receipt_amount": 30, "subtotal_amount": 30}
RECEIPT = {**AMOUNTS, "receipt_datetime": "2026-03-02T18:05:01Z", "transaction_no": "5678"}
ABSENT = "-"
"""Stands for a member that an answer does not have."""

_ADDRESS = "http://127.0.0.1:8787"
_HOOK, _SHARED = "/hook?of=zoo", "zoo"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status, headers, the JSON of its body (its text where it is none)."""

    status: int
    headers: "httpx.Headers"
    body: Any

    def told(self, *names: str) -> list[Any]:
        """Its status, then these members of its body, inner ones by dots (`success.0.redemption_id`)."""
        return [self.status, *(member(self.body, name) for name in names)]


def member(document: JsonValue, dotted: str) -> Any:
    """A member of a document; `ABSENT` where there is none."""
    for part in dotted.split("."):
        if isinstance(document, list):
            document = document[int(part)] if part.isdigit() and int(part) < len(document) else ABSENT
        else:
            document = document.get(part, ABSENT) if isinstance(document, dict) else ABSENT
    return document


def items(*amounts: float) -> list[dict[str, Any]]:
    """Menu items of an online order, with ids 330, 331, 332 …"""
    return [
        {
            "item_name": f"Item {index}",
            "item_qty": 1,
            "item_amount": amount,
            "menu_item_type": "M",
            "menu_item_id": str(330 + index),
            "menu_family": "10",
            "menu_major_group": "gp",
            "serial_number": f"{index + 1}.0",
        }
        for index, amount in enumerate(amounts)
    ]


def lines(*amounts: float) -> list[dict[str, Any]]:
    """Lines of a till's receipt."""
    return [
        {
            "item_name": f"Item {index}",
            "item_qty": 1,
            "amount": amount,
            "item_type": "M",
            "item_id": 330 + index,
            "item_family": "10",
            "item_group": "gp",
            "serial_number": index + 1,
        }
        for index, amount in enumerate(amounts)
    ]


class Stage:
    """One sandbox. `set` puts it back to its beginning."""

    def __init__(self) -> None:
        import httpx  # not above: who plants a fault of the zoo has no stage, and sends nothing

        self.app = create_app(seed.load(), clock=lambda: NOW, state=ClockState(frozen_at=NOW))
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url=_ADDRESS)
        self.keys = credentials(self.app.state.store)

    def close(self) -> None:
        """Let go of everything."""
        self._runner.run(self.client.aclose())
        self._runner.close()
        self.app.state.store.close()

    def set(self) -> None:
        """State, log and clock as at the beginning."""
        self.control("POST", "reset")
        self.clock(NOW)

    # The operations

    def online(self, kind: str, guest: str = "ada", **more: Any) -> Reply:
        """An online order with one discount."""
        return self.send(self.order(kind, guest, **more))

    def order(self, kind: str, guest: str = "ada", **more: Any) -> "httpx.Request":
        """The request of an online order, not yet sent."""
        body = {"client": self.keys["PUNCHH_CLIENT"], "discount_type": kind, "store_number": "401", **RECEIPT}
        return self.request("create_online_redemption", {**body, **more}, guest)

    def batch(self, user_id: object, **more: Any) -> Reply:
        """A till's batch on a receipt of one line over 30 dollars."""
        body = {"user_id": user_id, **RECEIPT, "line_items": lines(30), **more}
        return self.send(self.request("process_batch_redemption", body))

    def force(self, user_id: int, **redemption: Any) -> Reply:
        """What staff take."""
        return self.send(self.request("force_redeem", {"user_id": user_id, "redemption": redemption}))

    def code(self, subscription_id: str = "900699", guest: str = "ada", **headers: str) -> Reply:
        """A code for a subscription."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = {"client": self.keys["PUNCHH_CLIENT"], "subscription_id": subscription_id}
        return self.send(self.request("create_subscription_redemption_code", body, guest, headers=named))

    def request(
        self,
        operation_id: str,
        body: Any,
        guest: str = "ada",
        *,
        query: str = "",
        signed: str | None = None,
        algorithm: Algorithm | None = None,
        secret: str | None = None,
        headers: Mapping[str, str | None] = {},  # only read
    ) -> "httpx.Request":
        """A request for an operation, right unless told otherwise: signed over another uri or with another
        algorithm or secret, with other headers, or without one (None). A body of bytes is sent as it is."""
        operation = load().operation(operation_id)
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        uri = operation.path + query
        sent: dict[str, str | None] = {
            "User-Agent": self.keys["PUNCHH_USER_AGENT"],
            "Content-Type": "application/json",
            "Authorization": self.authorization(operation.family, guest),
        }
        if operation.signature is not None:
            chosen = algorithm or operation.signature.algorithm
            key = self.keys["PUNCHH_SECRET"] if secret is None else secret
            sent[operation.signature.header] = sign(chosen, key, uri if signed is None else signed, content)
        sent |= headers
        request = self.client.build_request("POST", uri, content=content)
        del request.headers["User-Agent"]
        for name, value in sent.items():
            if value is not None:
                request.headers[name] = value
        return request

    def authorization(self, family: str, guest: str = "ada") -> str:
        """The header that opens a family of operations."""
        if family == "/api2/dashboard":
            return f"Bearer {self.keys['PUNCHH_ADMIN_KEY']}"
        if family == "/api/pos":
            keys = self.keys["PUNCHH_LOCATION_KEY"], self.keys["PUNCHH_BUSINESS_KEY"]
            return f"Token token={keys[0]}, btoken={keys[1]}"
        return f"Bearer sandbox-access-token-not-a-real-one-{guest}"

    def send(self, request: "httpx.Request") -> Reply:
        """Send one request."""
        return self.run(self._send(request))

    def together(self, requests: Iterable["httpx.Request"]) -> list[Reply]:
        """Send requests at the same time; their answers in the order of the requests."""

        async def gathered() -> list[Reply]:
            return await asyncio.gather(*map(self._send, requests))

        return self.run(gathered())

    # The control plane

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the control plane, which must succeed."""
        reply = self.send(self.client.build_request(method, f"/_sandbox/{path}", json=body))
        if reply.status >= 400:
            raise RuntimeError(f"{method} {path}: {reply.status} {reply.body}")
        return reply.body

    def guest(self, user_id: int) -> Any:
        """A guest with everything held, without the tokens that open the account."""
        return self.control("GET", f"guests/{user_id}")

    def put(self, user_id: int, **document: Any) -> None:
        """Set what a guest holds."""
        self.control("PUT", f"guests/{user_id}", document)

    def switch(self, **settings: Any) -> None:
        """Change settings of the business."""
        self.control("PATCH", "business", {"settings": settings})

    def clock(self, to: datetime) -> None:
        """Set the clock, which stands still."""
        self.control("PUT", "clock", {"now": to.isoformat()})

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.control("POST", "clock/advance", {"seconds": seconds})

    def events(self) -> list[Any]:
        """The documents of all events so far, in order."""
        return [each["document"] for each in self.control("GET", "events")]

    def records(self, user_id: int) -> list[Any]:
        """The redemptions of a guest, in order."""
        redemptions: list[Any] = self.guest(user_id)["redemptions"]
        return redemptions

    # Below

    def run(self, work: Awaitable[_T]) -> _T:
        """Carry out asynchronous work on this stage's loop."""

        async def done() -> _T:
            return await work

        return self._runner.run(done())

    async def delivering(
        self, scheme: str, statuses: Iterable[int], act: Callable[[], Awaitable[None]]
    ) -> list[Any]:
        """What a subscriber gets of what `act` does, while events are delivered: for each request whether it
        carries the right HMAC (SHA-256), and the event's `content_id`. It answers with `statuses`, then with
        200."""
        got: list[Any] = []
        left = iter(statuses)

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            fields = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if line)
            body = await reader.readexactly(int(fields.get("content-length", 0)))
            if body:
                right = f"hmac {sign('sha256', _SHARED, _HOOK, body)}"
                got.append([fields.get("authorization") == right, orjson.loads(body)["content_id"]])
            status = next(left, 200) if body else 200
            writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
            await writer.drain()
            writer.close()

        async with contextlib.AsyncExitStack() as stack:
            server = await stack.enter_async_context(await asyncio.start_server(answer, "127.0.0.1", 0))
            pump = self.app.state.pump
            await pump.start()
            stack.push_async_callback(pump.stop)
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{_HOOK}"
            wanted = {"url": url, "scheme": scheme}
            if scheme != "none":
                wanted |= {"name": "zoo", "secret": _SHARED}
            added = (await self.client.post("/_sandbox/subscribers", json=wanted)).json()
            await self.client.post(f"/_sandbox/subscribers/{added['subscriber_id']}/activate")
            await act()
            await pump.settle()
        return got

    async def _send(self, request: "httpx.Request") -> Reply:
        response = await self.client.send(request)
        content = await response.aread()
        try:
            body = orjson.loads(content)
        except orjson.JSONDecodeError:
            body = content.decode(errors="replace")
        return Reply(response.status_code, response.headers, body)
