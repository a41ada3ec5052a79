"""Receivers of deliveries as ASGI applications: one that keeps them in an inbox, one that tells a callback.

What they answer is said in `judgement`, and beyond it, before anything is judged:

- 405: neither GET nor POST.
- 408: the body was not whole in time, which the vendor repeats (documented: WH-DEL).
- 413: it is larger than the limit, which is ours: hundreds of times an event.
- 503: it could not be kept, which the vendor repeats for nearly four hours. Never for what was sent.

Content-Type is not looked at: the bytes are JSON or they are not, whatever they are called.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

import anyio
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from punchh_contract.errors import PunchhContractError
from punchh_contract.receiver.credentials import Credentials, Scheme
from punchh_contract.receiver.delivery import Delivery, Gist
from punchh_contract.receiver.incoming import Incoming
from punchh_contract.receiver.judgement import Verdict, judge
from punchh_contract.receiver.verification import Verification

if TYPE_CHECKING:
    from punchh_contract.receiver.handling import Handler
    from punchh_contract.receiver.inbox import Inbox

__all__ = ["EVENT_LIMIT", "LIMIT", "PATIENCE", "create_receiver", "receiver"]

LIMIT = 10 * 1024 * 1024
"""Bytes of a body that are taken at most."""
EVENT_LIMIT = 1024 * 1024
"""The same for an inbox: hundreds of times an event, and no more than is judged in time."""
PATIENCE = 15.0
"""Seconds that a body may take; the vendor's limit for the whole request (WH-CONF)."""
ANSWER_SECONDS = 12.0
"""Within which an inbox's answer goes out: the vendor's limit, less the way there and back."""
_BODY_SECONDS = 8.0
_THREADS = 8

_log = logging.getLogger(__name__)

Trouble = tuple[int, str]
"""Status and reason of what is not whole."""
Answer = Callable[[Incoming, Trouble | None, float], Awaitable[int]]
"""Of a request, what is wrong with it, and when it began, by the loop's clock."""


def receiver(
    inbox: "Inbox",
    credentials: Credentials,
    handler: "Handler | None" = None,
    *,
    scheme: Scheme | None = None,
    open_check: bool = False,
    url: str | None = None,
    limit: int = EVENT_LIMIT,
    answer_seconds: float = ANSWER_SECONDS,
) -> Starlette:
    """Return an application that keeps deliveries in `inbox` at any path, to serve or to mount.

    Each is answered once it is kept, within `answer_seconds`, whatever a handler does: events are handed to
    `handler` in threads of the inbox's own, from now on; without one, by whoever calls `Inbox.start`, in this
    process or another.

    `credentials` and `scheme` are those of `verify`. `url` is the full address that the vendor was given, for
    a proxy that changes host or path on the way here. A check has to be authentic too, unless `open_check`
    (see `judge`). Raises UsageError as `Inbox.start` does.
    """
    if handler is not None:
        inbox.start(handler)
    threads: list[anyio.CapacityLimiter] = []

    def keep(incoming: Incoming) -> int:
        return inbox.receive(incoming, credentials, scheme=scheme, open_check=open_check).status

    async def answer(incoming: Incoming, trouble: Trouble | None) -> int:
        if trouble is not None:
            return trouble[0]
        if not threads:
            # Ours alone: others may keep the common ones busy. Made where there is a loop.
            threads.append(anyio.CapacityLimiter(_THREADS))
        try:
            return await run_sync(keep, incoming, limiter=threads[0], abandon_on_cancel=True)
        except Exception as error:
            said = error if isinstance(error, PunchhContractError) else type(error).__name__
            _log.error("a delivery could not be kept: %s", said)
            return 503

    async def in_time(incoming: Incoming, trouble: Trouble | None, began: float) -> int:
        try:
            async with asyncio.timeout_at(began + answer_seconds):
                return await answer(incoming, trouble)
        except TimeoutError:
            # It may yet be kept. Then its repetition is a duplicate.
            _log.error("a delivery could not be kept in time")
            return 503

    body_seconds = min(_BODY_SECONDS, answer_seconds * 2 / 3)
    return _application(in_time, limit, body_seconds, url)


def create_receiver(
    on_delivery: Callable[[Delivery], None],
    credentials: Credentials,
    *,
    scheme: Scheme | None = None,
    strict: bool = False,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    limit: int = LIMIT,
    patience: float = PATIENCE,
) -> Starlette:
    """Return an application that tells of deliveries at any path and keeps none, to look at what comes.

    `on_delivery` is called on the event loop before the answer goes out, for refused deliveries too, so it
    has to be quick; if it raises, 500 is answered, which the vendor repeats. `credentials` and `scheme` are
    those of `verify`; `strict` makes findings of drift. A check without credentials is answered too.
    """

    def judged(incoming: Incoming) -> Verdict:
        return judge(incoming, credentials, scheme=scheme, strict=strict, open_check=True)

    async def answer(incoming: Incoming, trouble: Trouble | None, _: float) -> int:
        if trouble is not None:
            status, reason = trouble
            verdict = Verdict(status, Verification.refused(reason), "refuse", gist=Gist())
        else:
            # A large event with many findings takes seconds, in which others are to be answered.
            verdict = await run_sync(judged, incoming)
        on_delivery(
            Delivery(
                clock(),
                incoming.method,
                verdict.status,
                verdict.verification,
                len(incoming.body),
                verdict.findings,
                verdict.gist,
            )
        )
        return verdict.status

    return _application(answer, limit, patience, None)


def _application(answer: Answer, limit: int, patience: float, url: str | None) -> Starlette:
    async def endpoint(request: Request) -> Response:
        began = asyncio.get_running_loop().time()
        body, trouble = await _body(request, limit, patience)
        incoming = Incoming(request.method, url or _uri(request), request.scope["headers"], body)
        status = await answer(incoming, trouble, began)
        # What is left of a body that was not read must not pass for the next request.
        return Response(status_code=status, headers={"Connection": "close"} if trouble else None)

    return Starlette(routes=[Route("/{path:path}", endpoint, methods=["GET", "POST"])])


async def _body(request: Request, limit: int, patience: float) -> tuple[bytes, Trouble | None]:
    """The body, and what is wrong if it is not whole."""
    body = bytearray()
    try:
        async with asyncio.timeout(patience):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    return bytes(body), (413, f"the body is larger than {limit} bytes")
    except TimeoutError:
        return bytes(body), (408, f"the body was not whole after {patience:g} seconds")
    except ClientDisconnect:
        return bytes(body), (400, "the sender went away before the body was whole")
    return bytes(body), None


def _uri(request: Request) -> str:
    """Path and query as they stand in the request line."""
    raw: bytes = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    query: bytes = request.scope["query_string"]
    return (raw + (b"?" + query if query else b"")).decode(errors="surrogateescape")
