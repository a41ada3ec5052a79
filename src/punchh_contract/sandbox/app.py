"""The sandbox over HTTP: one fixed order of checks for each operation of the contract, and its own answers
held to the contract.

The order, for every operation (assumed; the vendor documents none): route, User-Agent, signature,
credentials, JSON, schema, then the lookups and rules of `operations`. Bad input is answered with the
contract's errors and never with a 5xx. A 500 means that the sandbox itself broke the contract or failed;
it says so, takes nothing, is logged at ERROR and counted at `/_sandbox/health`.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from punchh_contract.contract import Contract, Operation, load
from punchh_contract.json_types import JsonValue
from punchh_contract.sandbox import answers, control, seed
from punchh_contract.sandbox.answers import Answer
from punchh_contract.sandbox.authentication import Denied, authenticate, check_signature
from punchh_contract.sandbox.clock import Clock, ClockState, wall
from punchh_contract.sandbox.deliveries.pump import Pump
from punchh_contract.sandbox.envelope import Envelope, caused
from punchh_contract.sandbox.faults import Faults
from punchh_contract.sandbox.operations import Operations
from punchh_contract.sandbox.requestlog import RequestLog
from punchh_contract.sandbox.store import Store, Transaction
from punchh_contract.sandbox.store.database import MEMORY
from punchh_contract.sandbox.threads import in_store
from punchh_contract.sandbox.validation import Rules

_log = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(
    world: seed.Seed | None = None,
    *,
    clock: Clock = wall,
    state: ClockState | None = None,
    contract: Contract | None = None,
    operations: type[Operations] = Operations,
    db: str = MEMORY,
    delivery_timeout: float = 15.0,
    delivery_hosts: Sequence[str] = (),
) -> Starlette:
    """The sandbox as an ASGI application with a state of its own.

    `clock` is the wall clock, and `state` how the sandbox's own follows from it; None leaves that to the
    database, and is the wall clock itself in a new one. `operations` lets a test plant a fault. `db` is where
    the state lives (see `store.database`), `world` the seed of a new one; deliveries have `delivery_timeout`
    seconds and go to loopback and to `delivery_hosts`.

    Raises:
        ContractError: the contract cannot be read. UsageError: the seed contradicts itself, or the database
            cannot be used.
    """
    contract = contract or load()
    store = Store(world, wall=clock, url=db, clock=state)
    log, faults = RequestLog(store.now), Faults(contract.operations)
    pump = Pump(store, timeout=delivery_timeout, allow_hosts=delivery_hosts)
    carried_out = operations(contract, store.magic)
    routes = [
        Route(operation.path, _endpoint(operation, carried_out, store, log), methods=[operation.method])
        for operation in contract.operations.values()
    ]
    routes += control.routes(control.Plane(contract, store, log, faults, pump))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        await pump.start()
        try:
            yield
        finally:
            await pump.stop()

    app = Starlette(routes=routes, lifespan=lifespan)
    app.router.redirect_slashes = False
    # In the place of Starlette's own stack, whose outermost layer hides the connection and answers failures.
    app.middleware_stack = Envelope(
        ExceptionMiddleware(app.router, {HTTPException: _no_route}),
        contract=contract,
        log=log,
        faults=faults,
        unlogged=control.PREFIX,
    )
    app.state.store, app.state.log, app.state.faults, app.state.pump = store, log, faults, pump
    return app


def _endpoint(operation: Operation, operations: Operations, store: Store, log: RequestLog) -> Endpoint:
    rules = Rules(operation)

    async def answer(request: Request) -> Response:
        try:
            content = await request.body()
        except ClientDisconnect:
            content = b""  # nobody is left to read the answer
        early = _check(operation, store, request, content)
        if early is not None:
            return _judged(rules, early)
        body = _object(content)

        def carry_out() -> tuple[Response, list[str], datetime]:
            writing = operations.writes(operation, body or {}, store.business.settings)
            while True:
                with store.transaction(write=writing) as tx:
                    # Another process may have changed the settings just now.
                    if writing or not operations.writes(operation, body or {}, tx.business.settings):
                        # Judged before the transaction ends: an answer that nobody gets must not have taken
                        # anything.
                        answer = _answer(operation, operations, tx, rules, request, body)
                        return _judged(rules, answer), tx.emitted, tx.now
                writing = True

        try:
            response, events, now = await in_store(store, carry_out)
        except _BrokenContractError as broken:
            log.count_break()
            _log.error("the answer of %s breaks the contract: %s", operation.id, broken)
            return _json(500, {"error": f"the sandbox broke the contract: {operation.id}: {broken}"})
        caused(request.scope, events, now)
        return response

    return answer


class _BrokenContractError(Exception):
    """An answer breaks the clause of the contract that this names."""


def _judged(rules: Rules, answer: Answer) -> Response:
    body = orjson.dumps(answer.body)
    broken = rules.broken_clause(answer.status, body)
    if broken is not None:
        raise _BrokenContractError(broken)
    headers = None if answer.retry_after is None else {"Retry-After": str(answer.retry_after)}
    return Response(body, answer.status, headers, media_type="application/json")


def _check(operation: Operation, store: Store, request: Request, content: bytes) -> Answer | None:
    """The answer of what can be judged without the store, if it is not as it must be."""
    if not request.headers.get("User-Agent", "").strip():
        return answers.field_error(operation, "User-Agent", missing=True)
    secret = store.business.secret
    denied = check_signature(operation, secret, request.headers, _uri(request.scope), content)
    return answers.error(operation, denied.status, denied.error) if denied is not None else None


def _answer(
    operation: Operation,
    operations: Operations,
    tx: Transaction,
    rules: Rules,
    request: Request,
    body: dict[str, Any] | None,
) -> Answer:
    """The answer of the first check that fails, or of the operation."""
    caller = authenticate(operation, tx, request.headers, body or {})
    if isinstance(caller, Denied):
        return answers.error(operation, caller.status, caller.error)
    if operation.rate_limit is not None and tx.business.settings.rate_limits:
        seconds = tx.limits.wait(operation.id, operation.rate_limit, tx.now)
        if seconds is not None:
            return answers.rate_limited(operation, seconds)
    if body is None:
        return answers.error(operation, 400, "malformed_json")
    fault = rules.fault(body)
    if fault is not None:
        return answers.field_error(operation, fault.field, missing=fault.missing)
    return operations.run(tx, operation, caller, body)


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        body: JsonValue = orjson.loads(content)
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
