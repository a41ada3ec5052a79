"""The own checks against a right server, which refuses them all, and against servers that let one through."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
import requests

from punchh_contract.auth import Credentials, PunchhRequestsAuth, authorization_headers, digest_header
from punchh_contract.conformance import target
from punchh_contract.conformance.probes import PER_PROBE, WRONG, Prober, probes_of
from punchh_contract.contract import Operation, load

CREDENTIALS = "authorization"
RECEIPT = {
    "receipt_amount": 30,
    "subtotal_amount": 30,
    "receipt_datetime": "2026-03-02T18:05:01Z",
    "transaction_no": "1",
}
ITEM = {
    "item_name": "Demo",
    "item_qty": 1,
    "amount": 30,
    "item_type": "M",
    "item_id": 331,
    "item_family": "10",
    "item_group": "gp",
}

Serve = Callable[[Any], AbstractContextManager[str]]


def body_of(operation: Operation, credentials: Credentials) -> dict[str, Any]:
    return {
        "force_redeem": {"user_id": 111111111, "redemption": {"requested_punches": 1}},
        "create_online_redemption": {
            "client": credentials.client,
            "authentication_token": "sandbox-authentication-token-not-a-real-one-ada",
            "discount_type": "card_completion",
            "store_number": "401",
            **RECEIPT,
        },
        "process_batch_redemption": {"user_id": 111111111, "line_items": [ITEM], **RECEIPT},
        "create_subscription_redemption_code": {"client": credentials.client, "subscription_id": "900699"},
    }[operation.id]


def accepted(url: str, operation: Operation, credentials: Credentials) -> requests.PreparedRequest:
    """A request that the sandbox has just answered with a success."""
    body = json.dumps(body_of(operation, credentials), separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "Example/POS/1.0"}
    response = requests.request(
        operation.method,
        url + operation.path,
        data=body,
        headers=headers,
        auth=PunchhRequestsAuth(credentials),
        timeout=10,
    )
    assert operation.success.holds(response.status_code, json.loads(body), response.json())
    return response.request


@pytest.fixture
def counted() -> dict[str, list[int]]:
    return {}


@pytest.fixture
def judge(counted: dict[str, list[int]]) -> Callable[[str, Operation], list[str]]:
    def count(_: Operation, probe: str, status: int) -> None:
        counted.setdefault(probe, []).append(status)

    def run(url: str, operation: Operation) -> list[str]:
        credentials = target.credentials(url)
        return Prober(credentials, count).judge(operation, accepted(url, operation, credentials))

    return run


@pytest.fixture(scope="module")
def sandbox(tampered: Any, serve: Serve) -> Iterator[str]:
    with serve(tampered()) as url:
        yield url


@pytest.mark.parametrize("operation", load().operations.values(), ids=lambda each: each.id)
def test_a_right_server_refuses_every_probe(
    operation: Operation, sandbox: str, judge: Any, counted: dict[str, list[int]]
) -> None:
    assert judge(sandbox, operation) == []
    assert set(counted) == {probe.name for probe in probes_of(operation)}
    assert set(map(tuple, counted.values())) <= {(400,), (401,), (412,)}


def test_signed_operations_have_the_probes_of_a_digest() -> None:
    counts = {each.id: len(list(probes_of(each))) for each in load().operations.values()}

    assert counts == {
        "force_redeem": 5,
        "create_online_redemption": 13,
        "process_batch_redemption": 7,
        "create_subscription_redemption_code": 12,
    }


def test_a_probe_is_made_a_few_times_only(sandbox: str, counted: dict[str, list[int]]) -> None:
    operation, credentials = load().operation("force_redeem"), target.credentials(sandbox)
    prober = Prober(credentials, lambda _, name, status: counted.setdefault(name, []).append(status))
    sent = accepted(sandbox, operation, credentials)
    for _ in range(PER_PROBE + 2):
        prober.judge(operation, sent)

    assert {len(each) for each in counted.values()} == {PER_PROBE}


@pytest.mark.parametrize("operation_id", ["create_online_redemption", "create_subscription_redemption_code"])
def test_a_server_that_checks_no_digest_is_found(
    operation_id: str, tampered: Any, serve: Serve, judge: Any
) -> None:
    operation, sandbox_credentials = load().operation(operation_id), []

    def sign_for_the_caller(exchange: Any) -> None:
        uri = exchange.path + (f"?{exchange.query}" if exchange.query else "")
        exchange.headers.update(digest_header(operation, sandbox_credentials[0], uri, exchange.body))

    with serve(tampered(before=sign_for_the_caller)) as url:
        sandbox_credentials.append(target.credentials(url))
        findings = judge(url, operation)

    assert [each.split(":")[0] for each in findings] == [
        "no digest",
        "a wrong digest",
        "the other algorithm's digest",
        "a body changed after signing",
        "a query added after signing",
    ]
    assert all("must be answered 412, and was answered 200" in each for each in findings)


@pytest.mark.parametrize("operation", load().operations.values(), ids=lambda each: each.id)
def test_a_server_that_takes_any_credential_is_found(
    operation: Operation, tampered: Any, serve: Serve, judge: Any
) -> None:
    own: list[Credentials] = []

    def let_in(exchange: Any) -> None:
        for name, value in authorization_headers(operation, own[0]).items():
            exchange.headers[name.lower()] = value

    with serve(tampered(before=let_in)) as url:
        own.append(target.credentials(url))
        findings = judge(url, operation)

    # All of them are refused for a header; the client in the body is not one.
    assert [each.split(":")[0] for each in findings] == [
        probe.name
        for probe in probes_of(operation)
        if probe.statuses == {401} and probe.name != "an unknown client"
    ]


@pytest.mark.parametrize(
    ("operation_id", "lets_through", "found"),
    [
        # Each server takes what its line names for right.
        (
            "process_batch_redemption",
            lambda header, own: f"btoken={own.business_key}" in header,
            ["another family's key in this family's form", "a wrong location key alone"],
        ),
        (
            "process_batch_redemption",
            lambda header, own: f"Token token={own.location_key}" in header,
            ["a wrong business key alone"],
        ),
        (
            "process_batch_redemption",
            lambda header, own: f"Token token={own.admin_key}" in header,
            ["another family's key in this family's form"],
        ),
        (
            "force_redeem",
            lambda header, own: header == f"Bearer {own.location_key}",
            ["another family's key in this family's form"],
        ),
        (
            "create_subscription_redemption_code",
            lambda header, own: header == f"Bearer {own.location_key}",
            ["another family's key in this family's form"],
        ),
    ],
)
def test_a_server_that_takes_half_a_credential_or_a_foreign_key_is_found(
    operation_id: str,
    lets_through: Callable[[str, Credentials], bool],
    found: list[str],
    tampered: Any,
    serve: Serve,
    judge: Any,
) -> None:
    operation, own = load().operation(operation_id), []

    def let_in(exchange: Any) -> None:
        if lets_through(exchange.headers.get(CREDENTIALS, ""), own[0]):
            exchange.headers[CREDENTIALS] = authorization_headers(operation, own[0])["Authorization"]

    with serve(tampered(before=let_in)) as url:
        own.append(target.credentials(url))
        findings = judge(url, operation)

    assert [each.split(":")[0] for each in findings] == found


@pytest.mark.parametrize("operation_id", ["create_online_redemption", "create_subscription_redemption_code"])
def test_a_server_that_checks_no_id_token_is_found(
    operation_id: str, tampered: Any, serve: Serve, judge: Any
) -> None:
    def forget(exchange: Any) -> None:
        exchange.headers.pop("id-token", None)

    with serve(tampered(before=forget)) as url:
        findings = judge(url, load().operation(operation_id))

    assert [each.split(":")[0] for each in findings] == ["a wrong id-token"]


@pytest.mark.parametrize(
    ("operation_id", "field", "found"),
    [
        ("create_online_redemption", "authentication_token", "a wrong token in the body"),
        ("create_online_redemption", "client", "an unknown client"),
        ("create_subscription_redemption_code", "client", "an unknown client"),
    ],
)
def test_a_server_that_does_not_check_what_the_body_names_is_found(
    operation_id: str, field: str, found: str, tampered: Any, serve: Serve, judge: Any
) -> None:
    operation, own = load().operation(operation_id), []

    def correct(exchange: Any) -> None:
        body = json.loads(exchange.body)
        if body.get(field) == WRONG:
            body[field] = body_of(load().operation("create_online_redemption"), own[0])[field]
            exchange.body = json.dumps(body).encode()
            exchange.headers.update(digest_header(operation, own[0], exchange.path, exchange.body))

    with serve(tampered(before=correct)) as url:
        own.append(target.credentials(url))
        findings = judge(url, operation)

    assert [each.split(":")[0] for each in findings] == [found]


def test_a_refusal_with_a_body_that_the_contract_does_not_know_is_found(
    tampered: Any, serve: Serve, judge: Any
) -> None:
    def reword(exchange: Any) -> None:
        if exchange.status == 401:
            exchange.answer = b'{"problem":"who are you"}'

    with serve(tampered(after=reword)) as url:
        findings = judge(url, load().operation("force_redeem"))

    assert len(findings) == 4
    assert all("answered 401 as it must, but" in each for each in findings)
