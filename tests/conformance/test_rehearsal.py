"""A rehearsal answers as the contract says, and opens no socket."""

import json
import socket
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
import requests
from schemathesis import Response

from punchh_contract.auth import Credentials, PunchhRequestsAuth
from punchh_contract.conformance import tally
from punchh_contract.conformance.fixtures import Fixture, Fixtures
from punchh_contract.conformance.naming import namings
from punchh_contract.conformance.prober import CONTROL, Prober, plan
from punchh_contract.conformance.probes import probes_of
from punchh_contract.conformance.refusals import Refusals
from punchh_contract.conformance.rehearsal import Rehearsal
from punchh_contract.conformance.spending import Spending
from punchh_contract.conformance.wire import Wire
from punchh_contract.contract import Operation, load

FULL = Credentials(
    client="sandbox-client",
    secret="sandbox-secret",
    access_token="sandbox-access",
    id_token="sandbox-id",
    admin_key="sandbox-admin",
    location_key="sandbox-location",
    business_key="sandbox-business",
)
URL = "https://sandbox.example.com"
OPERATIONS = list(load().operations.values())
EXAMPLES = [
    pytest.param(operation, load().resolve(example)["value"], id=f"{operation.id}-{name}")
    for operation in OPERATIONS
    for name, example in load()
    .document["paths"][operation.path][operation.method.lower()]["requestBody"]["content"][
        "application/json"
    ]["examples"]
    .items()
]

Send = Callable[..., requests.Response]


class Lenient:
    def check(self, method: str, url: str, body: bytes | None) -> None:
        """Nothing is wrong."""


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def fixtures_of(operation: Operation, body: dict[str, Any]) -> Fixtures:
    """Whatever a body names, as fixtures."""
    found = []
    for each in namings(load(), operation):
        value: Any = body
        for name in each.path:
            value = value.get(name) if isinstance(value, dict) else None
        if value is not None and (each.const is None or value == each.const):
            found.append(Fixture(operation.id, each.field, value, each.kind, 1))
    return Fixtures(tuple(found))


def wire_for(fixtures: Fixtures, credentials: Credentials = FULL) -> Wire:
    adapter = Rehearsal(load(), credentials, fixtures)
    return Wire(load(), URL, Lenient(), Refusals.unlimited(), paced=False, adapter=adapter)


def ours(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "client": FULL.client} if "client" in body else body


def send(
    operation: Operation, body: Any, fixtures: Fixtures, credentials: Credentials = FULL, **headers: str
) -> requests.Response:
    return wire_for(fixtures).request(
        operation.method,
        URL + operation.path,
        data=json.dumps(body, separators=(",", ":")).encode(),
        headers={"User-Agent": "Example/1.0", **headers},
        auth=PunchhRequestsAuth(credentials),
    )


def assert_documented(operation: Operation, response: requests.Response) -> None:
    schema = operation.response_schema(response.status_code)
    assert schema is not None
    assert jsonschema_rs.is_valid(schema, response.json())
    assert response.headers["Content-Type"] == "application/json"
    # Schemathesis reads answers in its own way.
    assert Response.from_requests(response, verify=True).json() == response.json()


@pytest.mark.parametrize(("operation", "body"), EXAMPLES)
def test_what_names_fixtures_only_is_granted(operation: Operation, body: dict[str, Any]) -> None:
    body = ours(body)
    response = send(operation, body, fixtures_of(operation, body))

    outcome = tally.judge(operation, response.status_code, body, response.json())
    assert outcome == ("quote" if "query" in body else "success")
    assert_documented(operation, response)


@pytest.mark.parametrize(("operation", "body"), EXAMPLES)
def test_anything_else_is_refused(operation: Operation, body: dict[str, Any]) -> None:
    response = send(operation, ours(body), Fixtures())

    assert response.status_code in (404, 422)
    assert_documented(operation, response)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.id)
@pytest.mark.parametrize("body", [{}, [], None, "x"])
def test_a_body_that_breaks_the_schema_is_refused(operation: Operation, body: Any) -> None:
    response = send(operation, body, Fixtures())

    assert response.status_code == 400
    assert_documented(operation, response)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.id)
def test_every_probe_is_refused_as_it_must(operation: Operation) -> None:
    # A copy: the example is the contract's, which every test of this process reads.
    body = dict(ours(next(each.values[1] for each in EXAMPLES if each.values[0] is operation)))
    body.pop("query", None)
    fixtures = fixtures_of(operation, body)
    counted: dict[str, int] = {}
    wire, budget = wire_for(fixtures), Refusals.unlimited()
    response = send(operation, body, fixtures)
    prober = Prober(
        wire,
        FULL,
        budget,
        plan([operation], FULL, None),
        own=True,
        spending=Spending(fixtures, capped=False),
        count=lambda _, name, status: counted.setdefault(name, status),
    )

    assert prober.judge(operation, response.request, response.status_code, response.json()) == []
    assert set(counted) == {each.name for each in probes_of(operation)} | {CONTROL}


def test_a_guest_may_be_named_by_a_token_in_the_body() -> None:
    operation = load().operation("create_online_redemption")
    body = ours(next(each.values[1] for each in EXAMPLES if "reward_commit" in str(each.id)))
    credentials = Credentials(client=FULL.client, secret=FULL.secret)
    fixtures = fixtures_of(operation, body)

    def status(known: Fixtures, sent: dict[str, Any]) -> int:
        adapter = Rehearsal(load(), credentials, known)
        with Wire(load(), URL, Lenient(), Refusals.unlimited(), paced=False, adapter=adapter) as wire:
            return wire.post(
                URL + operation.path,
                data=json.dumps(sent).encode(),
                headers={"User-Agent": "Example/1.0"},
                auth=PunchhRequestsAuth(credentials),
            ).status_code

    assert status(fixtures, body) == 200
    assert status(fixtures, {**body, "authentication_token": "another"}) == 401
    assert status(Fixtures(), body) == 401


def test_what_was_handed_out_is_known() -> None:
    mobile = load().operation("create_subscription_redemption_code")
    online = load().operation("create_online_redemption")
    code = {"client": FULL.client, "subscription_id": "900699"}
    redeem = ours(next(each.values[1] for each in EXAMPLES if "redemption_code_commit" in str(each.id)))
    known = [each for each in fixtures_of(online, redeem) if each.field != "redemption_code"]
    wire = wire_for(Fixtures((*fixtures_of(mobile, code), *known)))

    def post(operation: Operation, body: dict[str, Any]) -> requests.Response:
        return wire.post(
            URL + operation.path,
            data=json.dumps(body).encode(),
            headers={"User-Agent": "Example/1.0"},
            auth=PunchhRequestsAuth(FULL),
        )

    redeem["redemption_code"] = "7000002"
    assert post(online, redeem).status_code == 422
    assert post(mobile, code).json()["redemption_tracking_code"] == "7000002"
    assert post(online, redeem).json()["category"] == "redeemable"


def test_what_the_contract_does_not_know_is_not_found() -> None:
    request = requests.Request("GET", f"{URL}/elsewhere").prepare()

    assert Rehearsal(load(), FULL, Fixtures()).send(request).status_code == 404
