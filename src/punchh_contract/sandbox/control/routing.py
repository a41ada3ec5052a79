"""The routes of the control plane, taken from its document, and the guard before each of them.

It answers only where `Host`, and `Origin` if there is one, name a loopback address: a web page that rebinds
its own name to 127.0.0.1, or posts across origins, gets 403.
"""

import ipaddress
from collections.abc import Awaitable, Callable, Iterable, Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from punchh_contract.sandbox import seed
from punchh_contract.sandbox.control.asking import Ask, Form
from punchh_contract.sandbox.control.replies import ProblemError

Handler = Callable[[Ask], Awaitable[Response]]


def assemble(sections: Iterable[object]) -> list[Route]:
    """One guarded route for each path of the document, so that a 405 names all that the path allows.

    The handler of an operation is the method of its operationId's name, in whichever section has it.

    Raises:
        LookupError: an operation of the document has no handler.
    """
    document = seed.control_document()
    sections = tuple(sections)
    routes: list[Route] = []
    for path, item in document["paths"].items():
        handlers = {
            method.upper(): (
                _handler(sections, operation["operationId"]),
                Form(document, method, item, operation),
            )
            for method, operation in item.items()
            if method != "parameters"
        }
        routes.append(Route(path, _guarded(handlers), methods=list(handlers)))
    return routes


def _handler(sections: Iterable[object], name: str) -> Handler:
    for section in sections:
        handler: Handler | None = getattr(section, name, None)
        if handler is not None:
            return handler
    raise LookupError(f"no section of the control plane handles {name}")


def _guarded(handlers: Mapping[str, tuple[Handler, Form]]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        origin = request.headers.get("Origin")
        host = request.headers.get("Host", "")
        try:
            if not _loopback(f"//{host}") or (origin is not None and not _loopback(origin)):
                raise ProblemError(403, "the control plane answers only to a loopback Host and Origin")
            # HEAD comes with every GET.
            handler, form = handlers["GET" if request.method == "HEAD" else request.method]
            return await handler(await form.read(request))
        except ProblemError as problem:
            return problem.reply()

    return answer


def _loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
