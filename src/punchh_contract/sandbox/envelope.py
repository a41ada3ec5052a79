"""Around every request: limits on its size, planted faults, the headers that each answer carries, the line in
the log.

Stands outside Starlette's own middleware, next to the server, because faults have to reach the connection.
"""

import asyncio
import logging
import math
import sys
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from http import HTTPStatus

import orjson
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from punchh_contract.contract import Contract, Operation
from punchh_contract.sandbox import connection
from punchh_contract.sandbox.faults import Fault, Faults, Kind
from punchh_contract.sandbox.requestlog import RequestLog
from punchh_contract.sandbox.store.database import BusyError

HEADER_BYTES = 16 * 1024
"""Of one header, name and value (HDR; that a KB is 1,024 bytes is assumed)."""
HEADERS_BYTES = 32 * 1024
"""Of all headers together (HDR)."""
BODY_BYTES = 10 * 1024 * 1024
"""Of a request body, the control plane's too (assumed; the vendor tells no limit)."""
TOO_LONG = {"error": "Content Too Large"}
"""RFC 9110's phrase for 413; Python's own differs by version."""
BUSY = "another program holds the sandbox's database; nothing was done, try again"

_CAUSED = "punchh_contract.caused"
_ENVIRONMENT = (b"x-pch-env", b"sandbox")
_PAGE = (
    "<html>\n<head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1></body>\n</html>\n"
)

_log = logging.getLogger(__name__)


def caused(scope: Scope, events: Iterable[str], at: datetime | None = None) -> None:
    """Tell the log which events (content ids) a request caused, and when, if that is known already. Call it
    before the answer starts."""
    scope[_CAUSED] = (tuple(events), at)


class Envelope:
    """An ASGI application around another one."""

    def __init__(
        self, app: ASGIApp, *, contract: Contract, log: RequestLog, faults: Faults, unlogged: str
    ) -> None:
        """Paths that begin with `unlogged` are the control plane's: no faults, no line in the log."""
        self._app = app
        self._contract = contract
        self._log = log
        self._faults = faults
        self._unlogged = unlogged

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        logged = not scope["path"].startswith(self._unlogged)
        operation = self._contract.find(scope["method"], scope["path"]) if logged else None
        refusal, length_known = _refusal(scope)
        fault = self._faults.take(operation.id) if operation is not None and refusal is None else None
        answer = _Answer(self._log, scope, send, operation, fault, logged=logged)
        if refusal is not None:
            await _refuse(refusal, scope, receive, answer)
            return
        if not length_known:
            receive = _counted(receive)
        try:
            if fault is None:
                await self._run(scope, receive, answer)
            else:
                await self._strike(fault, scope, receive, send, answer)
        except asyncio.CancelledError:
            # The server stops while somebody waits, for a planted latency or for news in the log; uvicorn
            # would print a traceback. In process the task is the caller's, and so is the exception.
            if not await connection.drop(receive, send):
                raise

    async def _strike(
        self, fault: Fault, scope: Scope, receive: Receive, send: Send, answer: "_Answer"
    ) -> None:
        """Answer as a planted fault will have it."""
        match fault.kind:
            case Kind.LATENCY:
                await self._run(scope, receive, answer, fault.seconds)
            case Kind.RATE_LIMITED:
                seconds = str(math.ceil(fault.seconds))
                await _json(429, answer.rate_limited(), {"Retry-After": seconds})(scope, receive, answer.send)
            case Kind.SERVER_ERROR:
                await _json(fault.status)(scope, receive, answer.send)
            case Kind.HTML_502:
                await Response(_PAGE, 502, media_type="text/html")(scope, receive, answer.send)
            case Kind.CONNECTION_RESET:
                await connection.read(receive)
                answer.enter(None)
                await connection.reset(receive, send)
            case _:
                kept = _Kept()
                await self._run(scope, receive, kept)
                await _spoil(fault.kind, kept, receive, send, answer)

    async def _run(
        self, scope: Scope, receive: Receive, answer: "_Answer | _Kept", latency: float | None = None
    ) -> None:
        """Let the application answer, after some seconds; if it fails, say so in its place."""
        try:
            if latency is not None:
                receive = await _whole(receive)
                await asyncio.sleep(latency)
            await self._app(scope, receive, answer.send)
        except _TooLongError:
            await _refuse(_json(413, TOO_LONG), scope, receive, answer)
        except BusyError:
            _log.error("another program holds the sandbox's file; %s was not carried out", scope["path"])
            await _json(503, {"error": BUSY})(scope, receive, answer.send)
        except Exception as error:
            self._log.count_break()
            _log.exception("the sandbox failed")
            if answer.started:
                raise
            words = {"error": f"the sandbox failed: {type(error).__name__}"}
            await _json(500, words)(scope, receive, answer.send)


class _Answer:
    """The way to the caller: gives the answer its headers and the log its line."""

    __slots__ = ("_fault", "_id", "_log", "_logged", "_operation", "_scope", "_send", "started")

    def __init__(
        self,
        log: RequestLog,
        scope: Scope,
        send: Send,
        operation: Operation | None,
        fault: Fault | None,
        *,
        logged: bool,
    ) -> None:
        self._log = log
        self._scope = scope
        self._send = send
        self._operation = operation
        self._fault = fault
        self._logged = logged
        self._id = log.next_request_id() if logged else log.control_request_id()
        self.started = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            message["headers"] = [*message["headers"], (b"x-request-id", self._id.encode()), _ENVIRONMENT]
            # Before the first byte leaves: who has an answer finds it in the log.
            self.enter(message["status"])
        await self._send(message)

    def enter(self, status: int | None) -> None:
        """Write the line in the log; None for a request that was lost."""
        if self._logged:
            events, at = self._scope.get(_CAUSED, ((), None))
            self._log.add(
                self._id,
                self._scope["method"],
                self._scope["path"],
                self._operation.id if self._operation else None,
                status,
                events=events,
                fault=self._fault.kind.value if self._fault else None,
                at=at,
            )

    def rate_limited(self) -> object:
        """The contract's body for it, where the operation has one (force redeem); else HTTP's words."""
        fact = self._operation.errors.get((429, "rate_limited")) if self._operation else None
        return fact.body() if fact else None


class _Kept:
    """An answer that is kept, to be spoiled."""

    def __init__(self) -> None:
        self.started = False
        self.start: Message = {}
        self.body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started, self.start = True, message
        else:
            self.body += message.get("body", b"")


async def _spoil(kind: Kind, kept: _Kept, receive: Receive, send: Send, answer: _Answer) -> None:
    """Send less than a kept answer; what it tells of has been committed."""
    if kind is Kind.REPLY_LOST:
        answer.enter(kept.start["status"])
        await connection.reset(receive, send)
    elif kind is Kind.TRUNCATED_JSON:
        # The Content-Length stays what it was: that is how a caller sees that something is missing.
        await answer.send(kept.start)
        await send(
            {"type": "http.response.body", "body": kept.body[: len(kept.body) // 2], "more_body": True}
        )
        await connection.close(receive, send)
    else:
        headers = [each for each in kept.start["headers"] if each[0] != b"content-length"]
        await answer.send({**kept.start, "headers": [*headers, (b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _refuse(refusal: Response, scope: Scope, receive: Receive, answer: _Answer | _Kept) -> None:
    """Refuse a request that is too large; the rest of it is read, or closing would cut the answer off."""
    await connection.read(receive)
    await refusal(scope, receive, answer.send)


class _TooLongError(Exception):
    """A body whose length was not announced went beyond `BODY_BYTES`."""


async def _whole(receive: Receive) -> Receive:
    """The request, taken to its end and then given again: who gives up waiting has asked all the same."""
    messages = deque([await receive()])
    while messages[-1].get("more_body"):
        messages.append(await receive())

    async def again() -> Message:
        return messages.popleft() if messages else await receive()

    return again


def _counted(receive: Receive) -> Receive:
    """The same body, with an end to it."""
    left = BODY_BYTES

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            left = sys.maxsize  # told once
            raise _TooLongError
        return message

    return counted


def _refusal(scope: Scope) -> tuple[Response | None, bool]:
    """The answer to a request that is too large; and whether the body's length is known to be within
    bounds."""
    total, length_known = 0, False
    for name, value in scope["headers"]:
        size = len(name) + len(value)
        total += size
        if size > HEADER_BYTES:
            return _json(431), False
        if name == b"content-length" and value.isdigit():
            length_known = True
            if int(value) > BODY_BYTES:
                return _json(413, TOO_LONG), True
    return (_json(431) if total > HEADERS_BYTES else None), length_known


def _json(status: int, body: object = None, headers: dict[str, str] | None = None) -> Response:
    """An answer of HTTP's own, in its own words where no others are given."""
    content = {"error": HTTPStatus(status).phrase} if body is None else body
    return Response(orjson.dumps(content), status, headers, media_type="application/json")
