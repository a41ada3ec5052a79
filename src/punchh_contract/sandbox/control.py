"""The control plane over HTTP: routes and validation come from control-openapi.yaml, the handlers here
only look and set.

Answers only where `Host`, and `Origin` if there is one, name a loopback address: a web page that rebinds
its own name to 127.0.0.1, or posts across origins, gets 403.
"""

import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import orjson
import yaml
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from punchh_contract.contract import Contract
from punchh_contract.sandbox import documents, seed
from punchh_contract.sandbox.fixtures import credentials, fixtures
from punchh_contract.sandbox.guests import number_of
from punchh_contract.sandbox.operations import Clock
from punchh_contract.sandbox.requestlog import RequestLog
from punchh_contract.sandbox.store import ConflictError, Store
from punchh_contract.sandbox.validation import first_error, pointer

PREFIX = "/_sandbox/"

Handler = Callable[[Request], Awaitable[Response]]


class Plane:
    """The handlers, each named as its operationId in the document."""

    def __init__(
        self, contract: Contract, store: Store, log: RequestLog, clock: Clock, *, frozen: bool
    ) -> None:
        self._contract = contract
        self._store = store
        self._log = log
        self._clock = clock
        self._frozen = frozen
        self._guest = jsonschema_rs.Draft202012Validator(seed.schema_of("Guest"), validate_formats=True)

    async def get_health(self, _: Request) -> Response:
        """Whether it runs, on which contract, by which clock."""
        broken = self._log.contract_breaks
        return _json(
            {
                "status": "contract_broken" if broken else "ok",
                "contract_version": self._contract.version,
                "contract_digest": self._contract.digest,
                "clock": "frozen" if self._frozen else "wall",
                "now": documents.write_time(self._clock()),
                "guests": len(self._store.users()),
                "requests": self._log.requests,
                "contract_breaks": broken,
            }
        )

    async def get_credentials(self, _: Request) -> Response:
        """The invented credentials."""
        return _json(credentials(self._store))

    async def get_fixtures(self, _: Request) -> Response:
        """Values that work right now."""
        with self._store.transaction():
            text = yaml.safe_dump(fixtures(self._store, self._clock()), sort_keys=False)
        return Response(text, media_type="application/yaml")

    async def reset(self, _: Request) -> Response:
        """Everything as the seed has it."""
        self._store.reset()
        self._log.reset()
        return Response(status_code=204)

    async def get_guest(self, request: Request) -> Response:
        """One guest with everything held."""
        user_id = number_of(request.path_params["user_id"])
        return self._show(user_id) if user_id else _problem(404, "no guest has this id")

    async def put_guest(self, request: Request) -> Response:
        """Set what a guest holds."""
        user_id = number_of(request.path_params["user_id"])
        if not user_id:
            return _problem(400, "the id in the path is no positive 64-bit integer in plain digits")
        try:
            document = orjson.loads(await request.body())
            error = first_error(self._guest, document)
        except (ValueError, ClientDisconnect):  # no JSON, nested deeper than the validator goes, half of it
            return _problem(400, "the body is not JSON, or not such that it could be a guest")
        if error is not None:
            return _problem(400, _rule(error), _place(error))
        if int(document.get("user_id", user_id)) != user_id:
            return _problem(400, "differs from the id in the path", "/user_id")
        place = documents.no_time(document)
        if place is not None:
            return _problem(400, "a time that no calendar has in UTC", pointer(place))
        try:
            with self._store.transaction():
                self._store.put(documents.read_guest(document, user_id, self._store.guest(user_id)))
        except ConflictError as conflict:
            return _problem(409, str(conflict))
        return self._show(user_id)

    async def get_log(self, _: Request) -> Response:
        """The last requests."""
        return _json(
            [
                {
                    "seq": entry.seq,
                    "time": documents.write_time(entry.time),
                    "method": entry.method,
                    "path": entry.path,
                    "operation": entry.operation,
                    "status": entry.status,
                    "request_id": entry.request_id,
                }
                for entry in self._log.entries
            ]
        )

    async def get_openapi(self, request: Request) -> Response:
        """The document itself, with the address that the caller reached."""
        here = {"url": str(request.base_url).rstrip("/"), "description": "This sandbox."}
        return _json({**seed.control_document(), "servers": [here]})

    def _show(self, user_id: int) -> Response:
        with self._store.transaction():
            guest, redemptions = self._store.guest(user_id), self._store.redemptions(user_id)
        if guest is None:
            return _problem(404, "no guest has this id")
        return _json(documents.write_guest(guest, redemptions))


def routes(plane: Plane) -> list[Route]:
    """One guarded route for each path of the document, so that a 405 names all that the path allows."""
    handlers: dict[str, dict[str, Handler]] = {
        path: {
            method.upper(): getattr(plane, operation["operationId"])
            for method, operation in item.items()
            if method != "parameters"
        }
        for path, item in seed.control_document()["paths"].items()
    }
    return [Route(path, _guarded(by_method), methods=list(by_method)) for path, by_method in handlers.items()]


def _guarded(handlers: Mapping[str, Handler]) -> Handler:
    async def answer(request: Request) -> Response:
        origin = request.headers.get("Origin")
        if not _loopback(f"//{request.headers.get('Host', '')}") or (
            origin is not None and not _loopback(origin)
        ):
            return _problem(403, "the control plane answers only to a loopback Host and Origin")
        # HEAD comes with every GET.
        return await handlers["GET" if request.method == "HEAD" else request.method](request)

    return answer


def _loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _rule(error: jsonschema_rs.ValidationError) -> str:
    """What is wrong, in words that hold no value of the document."""
    unknown = getattr(error.kind, "unexpected", None)
    if unknown:
        return f"unknown member: {', '.join(map(str, unknown))[:200]}"
    missing = getattr(error.kind, "property", None)
    return f"lacks {missing}" if missing else f"does not fit the rule `{error.kind.name}`"


def _place(error: jsonschema_rs.ValidationError) -> str:
    unknown = getattr(error.kind, "unexpected", None)
    return pointer([*error.instance_path, *(unknown or [])[:1]])


def _json(body: object) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")


def _problem(status: int, text: str, place: str | None = None) -> Response:
    body: dict[str, Any] = {"error": f"{HTTPStatus(status).phrase}: {text}"}
    if place is not None:
        body["pointer"] = place
    return Response(orjson.dumps(body), status, media_type="application/json")
