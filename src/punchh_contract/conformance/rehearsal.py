"""Stands in for the target where nothing may be sent: answers each request from the contract's own examples.

It is nobody's server: it knows no guest and forgets every call. What it answers shows how far a request would
get on a target that knows all fixtures and no other value.
"""

import io
import json
from typing import Any

import jsonschema_rs
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from urllib3.util import SKIP_HEADER

from punchh_contract.auth import Credentials, authorization_headers, digest_header
from punchh_contract.conformance import tally
from punchh_contract.conformance.fixtures import Fixtures
from punchh_contract.conformance.naming import CLIENT, TOKEN, Naming, holder, member, namings
from punchh_contract.contract import Contract, Operation
from punchh_contract.json_types import JsonValue

Answer = tuple[int, Any]


class Rehearsal(HTTPAdapter):
    """To be mounted on a session in place of the network; never opens a socket."""

    def __init__(self, contract: Contract, credentials: Credentials, fixtures: Fixtures) -> None:
        super().__init__()
        self._contract = contract
        self._credentials = credentials
        self._fixtures = fixtures
        self._validators: dict[str, jsonschema_rs.Validator] = {}
        self._handed_out: list[Any] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Answer, and send nothing."""
        status, body = self._answer(request)
        content = json.dumps(body).encode()
        raw = HTTPResponse(
            io.BytesIO(content),
            {"Content-Type": "application/json", "Content-Length": str(len(content))},
            status,
            version=11,
            preload_content=False,
        )
        return self.build_response(request, raw)

    def _answer(self, request: requests.PreparedRequest) -> Answer:
        """The first thing that is wrong, in the order of our sandbox' looks, or what was asked for."""
        path = request.path_url.partition("?")[0]
        operation = self._contract.find(request.method or "", path)
        if operation is None:
            return 404, {"error": "no operation of the contract"}
        content = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        try:
            body = json.loads(content)
        except (ValueError, RecursionError):
            body = None
        if request.headers.get("User-Agent") in (None, "", SKIP_HEADER):
            return _error(operation, 400, 422)
        if not self._is_signed(operation, request, content):
            return _error(operation, 412)
        if not self._is_known(operation, request, body):
            return _error(operation, 401)
        if not self._is_valid(operation, body):
            return _error(operation, 400, 422)
        if not all(self._is_named(operation, each, body) for each in namings(self._contract, operation)):
            return _error(operation, 404, 422, 200)
        return self._granted(operation, body)

    def _is_signed(self, operation: Operation, request: requests.PreparedRequest, content: bytes) -> bool:
        wanted = digest_header(operation, self._credentials, request.path_url, content)
        return all(request.headers.get(name) == value for name, value in wanted.items())

    def _is_known(self, operation: Operation, request: requests.PreparedRequest, body: JsonValue) -> bool:
        """Whether the credentials are ours: in headers, or a guest's token in the body where that will do."""
        wanted = authorization_headers(operation, self._credentials)
        sent = {
            scheme.header: request.headers[scheme.header]
            for alternative in operation.security
            for scheme in alternative
            if scheme.signature is None and scheme.header in request.headers
        }
        if any(wanted.get(name) != value for name, value in sent.items()):
            return False
        named = body if isinstance(body, dict) else {}
        client = self._credentials.of(operation).client
        if operation.signature is not None and named.get(CLIENT, client) != client:
            return False
        by_body = any(all(each.signature for each in schemes) for schemes in operation.security)
        tokens = [each.value for each in self._fixtures.of(operation.id, TOKEN)]
        return "Authorization" in sent or (by_body and member(named.get(TOKEN), tokens))

    def _is_valid(self, operation: Operation, body: Any) -> bool:
        if operation.id not in self._validators:
            self._validators[operation.id] = jsonschema_rs.validator_for(
                operation.request_schema, validate_formats=True
            )
        return self._validators[operation.id].is_valid(body)

    def _is_named(self, operation: Operation, naming: Naming, body: Any) -> bool:
        """Whether a property is left out, or holds a fixture or what was handed out."""
        place = holder(body, naming.path)
        if place is None or naming.field == CLIENT:
            return True
        value = place[naming.path[-1]]
        if naming.const is not None and value != naming.const:
            return True
        known = [each.value for each in self._fixtures.of(operation.id, naming.field)]
        return member(value, known) or member(value, self._handed_out)

    def _granted(self, operation: Operation, body: Any) -> Answer:
        """The first example that is what was asked for: a quote, or a redemption."""
        status = operation.success.status
        wanted = "quote" if operation.success.request and "query" in body else "success"
        response = self._contract.document["paths"][operation.path][operation.method.lower()]["responses"]
        examples = self._contract.resolve(response[str(status)])["content"]["application/json"]["examples"]
        for each in examples.values():
            answer = self._contract.resolve(each)["value"]
            if tally.judge(operation, status, body, answer) == wanted:
                self._handed_out += [value for value in answer.values() if isinstance(value, str)]
                return status, answer
        return _error(operation, 422, 400)


def _error(operation: Operation, *statuses: int) -> Answer:
    """The first documented error of the first status that has one."""
    for status in statuses:
        for fact in operation.errors.values():
            if fact.status == status:
                return status, fact.body()
    return statuses[0], {"error": "the contract has no example of this refusal"}
