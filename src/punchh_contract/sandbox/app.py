"""The sandbox over HTTP: one fixed order of checks for each operation of the contract, and its own answers
held to the contract.

The order, for every operation (assumed; the vendor documents none): route, User-Agent, signature,
credentials, JSON, schema, then the lookups and rules of `operations`. Bad input is answered with the
contract's errors and never with a 5xx. A 500 means that the sandbox itself broke the contract or failed;
it says so, takes nothing, is logged at ERROR and counted at `/_sandbox/health`.
"""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from punchh_contract.contract import Contract, Operation, load
from punchh_contract.sandbox import answers, control, seed
from punchh_contract.sandbox.answers import Answer
from punchh_contract.sandbox.authentication import Caller, Denied, authenticate, check_signature
from punchh_contract.sandbox.operations import Clock, Operations
from punchh_contract.sandbox.requestlog import RequestLog
from punchh_contract.sandbox.store import Store
from punchh_contract.sandbox.validation import Rules

_log = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(
    world: seed.Seed | None = None,
    *,
    clock: Clock,
    frozen: bool = False,
    contract: Contract | None = None,
    operations: type[Operations] = Operations,
) -> Starlette:
    """The sandbox as an ASGI application with a state of its own.

    `clock` gives aware times; `frozen` is only reported. `operations` lets a test plant a fault.

    Raises:
        ContractError: the contract cannot be read. UsageError: the seed contradicts itself.
    """
    contract = contract or load()
    store = Store(world or seed.load())
    log = RequestLog(clock)
    carried_out = operations(contract, store, clock)
    routes = [
        Route(operation.path, _endpoint(operation, carried_out, store, log), methods=[operation.method])
        for operation in contract.operations.values()
    ]
    routes += control.routes(control.Plane(contract, store, log, clock, frozen=frozen))
    app = Starlette(routes=routes, exception_handlers={HTTPException: _no_route})
    app.router.redirect_slashes = False
    app.add_middleware(_Envelope, log=log, contract=contract)
    app.state.store, app.state.log, app.state.clock = store, log, clock
    return app


def _endpoint(operation: Operation, operations: Operations, store: Store, log: RequestLog) -> Endpoint:
    rules = Rules(operation)

    async def answer(request: Request) -> Response:
        try:
            content = await request.body()
        except ClientDisconnect:
            content = b""  # nobody is left to read the answer
        try:
            checked = _check(operation, store, rules, request, content)
            if isinstance(checked, Answer):
                return _judged(rules, checked)
            # Judged before the transaction ends: an answer that nobody gets must not have taken anything.
            with store.transaction():
                return _judged(rules, operations.run(operation, *checked))
        except _BrokenContractError as broken:
            log.contract_breaks += 1
            _log.error("the answer of %s breaks the contract: %s", operation.id, broken)
            return _json(500, {"error": f"the sandbox broke the contract: {operation.id}: {broken}"})

    return answer


class _BrokenContractError(Exception):
    """An answer breaks the clause of the contract that this names."""


def _judged(rules: Rules, answer: Answer) -> Response:
    body = orjson.dumps(answer.body)
    broken = rules.broken_clause(answer.status, body)
    if broken is not None:
        raise _BrokenContractError(broken)
    return Response(body, answer.status, media_type="application/json")


def _check(
    operation: Operation, store: Store, rules: Rules, request: Request, content: bytes
) -> Answer | tuple[Caller, dict[str, Any]]:
    """Who calls and what is asked, or the answer of the first check that fails."""
    headers = request.headers
    if not headers.get("User-Agent", "").strip():
        return answers.field_error(operation, "User-Agent", missing=True)
    denied = check_signature(operation, store.business.secret, headers, _uri(request.scope), content)
    if denied is not None:
        return answers.error(operation, denied.status, denied.error)
    body = _object(content)
    caller = authenticate(operation, store, headers, body or {})
    if isinstance(caller, Denied):
        return answers.error(operation, caller.status, caller.error)
    if body is None:
        return answers.error(operation, 400, "malformed_json")
    fault = rules.fault(body)
    if fault is not None:
        return answers.field_error(operation, fault.field, missing=fault.missing)
    return caller, body


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _uri(scope: Scope) -> str:
    """Path and query exactly as they stood in the request line; that is what callers sign (C-3)."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return (raw.partition(b"?")[0] + (b"?" + query if query else b"")).decode("utf-8", "surrogateescape")


def _json(status: int, body: object, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, media_type="application/json")


async def _no_route(_: Request, error: Exception) -> Response:
    """404 and 405, with `Allow`; no operation of the contract is concerned, so the words are HTTP's own."""
    if not isinstance(error, HTTPException):
        raise error
    return _json(
        error.status_code, {"error": HTTPStatus(error.status_code).phrase}, dict(error.headers or {})
    )


class _Envelope:
    """What every answer carries, and the log line of every request that is not the control plane's."""

    def __init__(self, app: ASGIApp, log: RequestLog, contract: Contract) -> None:
        self._app = app
        self._log = log
        self._contract = contract

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        ours = path.startswith(control.PREFIX)
        request_id = self._log.next_request_id() if not ours else self._log.control_request_id()

        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", request_id.encode()),
                    (b"x-pch-env", b"sandbox"),
                ]
                if not ours:
                    operation = self._contract.find(method, path)
                    name = operation.id if operation else None
                    self._log.add(request_id, method, path, name, message["status"])
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception as error:
            self._log.contract_breaks += 1
            _log.exception("the sandbox failed")
            if started:
                raise
            response = _json(500, {"error": f"the sandbox failed: {type(error).__name__}"})
            await response(scope, receive, with_headers)
