"""A receiver of deliveries as an ASGI application: verifies, validates, tells a callback, and answers.

What it answers follows from what the vendor does next (WH-CONF, WH-DEL; documented unless said otherwise):

- 200: authentic and without findings. Also for GET, by which the vendor checks an address before it activates
  it and then every few hours. A check with credentials that are wrong is refused, one without any is not:
  whether it carries them is inferred, and there is nothing to get by it.
- 202: authentic, but not JSON, or not the event of the contract. It was taken, for a person to look at. Not
  400: it would be no better the next time, and what the vendor does after a 4xx is not stated. Least of all
  5xx: seven repetitions, and in the end the breaker that suspends all deliveries.
- 401: not authentic; the body is not looked into. What the vendor does then is not stated.
- 408: the body was not whole after 15 seconds, when the vendor has given up. 413: it is larger than 10 MB,
  thousands of times an event; a limit of ours. 405: neither GET nor POST.

A callback that raises is answered 500, which the vendor repeats: the delivery was not taken.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from punchh_contract.events import Findings, validate
from punchh_contract.events.reading import read
from punchh_contract.receiver.credentials import Credentials, Scheme
from punchh_contract.receiver.delivery import Delivery, Gist
from punchh_contract.receiver.verification import ABSENT, Verification, verify

__all__ = ["LIMIT", "PATIENCE", "create_receiver"]

LIMIT = 10 * 1024 * 1024
"""Bytes of a body that are taken at most."""
PATIENCE = 15.0
"""Seconds that a body may take; the vendor's limit for the whole request (WH-CONF)."""


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
    """Return an application that takes deliveries at any path, to serve or to mount.

    `on_delivery` is called on the event loop before the answer goes out, for refused deliveries too, so it
    has to be quick. `credentials` and `scheme` are those of `verify`; `strict` makes findings of drift.
    """

    async def endpoint(request: Request) -> Response:
        body, trouble = await _body(request, limit, patience)
        received_at = clock()
        findings: Findings | None = None
        gist = Gist()
        if trouble is not None:
            status, reason = trouble
            verification = Verification.refused(reason)
        else:
            check = request.method != "POST"
            verification = verify(
                request.scope["headers"],
                "GET" if check else "POST",
                _uri(request),
                body,
                credentials,
                scheme=scheme,
            )
            if check:
                status = 200 if verification.authentic or verification.reason == ABSENT else 401
            elif not verification.authentic:
                status = 401
            else:
                # A large event with many findings takes seconds, in which others are to be answered.
                findings, gist = await run_in_threadpool(_judged, body, strict=strict)
                status = 202 if findings else 200
        on_delivery(Delivery(received_at, request.method, status, verification, len(body), findings, gist))
        # What is left of a body that was not read must not pass for the next request.
        return Response(status_code=status, headers={"Connection": "close"} if trouble else None)

    return Starlette(routes=[Route("/{path:path}", endpoint, methods=["GET", "POST"])])


def _judged(body: bytes, *, strict: bool) -> tuple[Findings, Gist]:
    return validate(body, strict=strict), Gist.of(read(body))


async def _body(request: Request, limit: int, patience: float) -> tuple[bytes, tuple[int, str] | None]:
    """The body, and status and reason if it is not whole."""
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
