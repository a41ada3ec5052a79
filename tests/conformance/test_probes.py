"""The own checks against a right server, which refuses them all, and against servers that let one through."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
import requests

from punchh_contract.auth import Credentials, PunchhRequestsAuth, authorization_headers, digest_header
from punchh_contract.conformance import target
from punchh_contract.conformance.fixtures import Fixture, Fixtures
from punchh_contract.conformance.guard import Guard
from punchh_contract.conformance.impossible import INT64, TEXT
from punchh_contract.conformance.prober import (
    CANNOT_TELL,
    CONTROL,
    NO_BASE,
    NO_BUDGET,
    NOTHING_LEFT,
    PER_PROBE,
    NotRun,
    OwnFinding,
    Prober,
    plan,
    settled,
)
from punchh_contract.conformance.probes import WRONG, probes_of
from punchh_contract.conformance.refusals import LIMIT, Refusals
from punchh_contract.conformance.spending import Spending
from punchh_contract.conformance.wire import Wire
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


class Lenient:
    def check(self, method: str, url: str, body: bytes | None) -> None:
        """Nothing is wrong."""


def impossible_body(operation: Operation, credentials: Credentials) -> dict[str, Any]:
    """A good body that names nobody."""
    nobody = {"user_id": INT64, "authentication_token": TEXT, "store_number": TEXT, "subscription_id": TEXT}
    body = {
        name: nobody.get(name, value)
        for name, value in body_of(operation, credentials).items()
        if name != "authentication_token"
    }
    if operation.id == "create_online_redemption":
        body |= {"discount_type": "reward", "reward_id": INT64}
    if operation.id == "force_redeem":
        body["redemption"] = {"requested_punches": 999999999}
    return body


def sent_with(
    url: str, operation: Operation, credentials: Credentials, body: dict[str, Any]
) -> requests.Response:
    headers = {"Content-Type": "application/json", "User-Agent": "Example/POS/1.0"}
    return requests.request(
        operation.method,
        url + operation.path,
        data=json.dumps(body, separators=(",", ":")).encode(),
        headers=headers,
        auth=PunchhRequestsAuth(credentials),
        timeout=10,
    )


def accepted(url: str, operation: Operation, credentials: Credentials) -> requests.Response:
    """A request that the sandbox has just answered with a success."""
    body = body_of(operation, credentials)
    response = sent_with(url, operation, credentials, body)
    assert operation.success.holds(response.status_code, body, response.json())
    return response


def refused(url: str, operation: Operation, credentials: Credentials) -> requests.Response:
    """A request that the sandbox has just refused, for nothing but what it names."""
    response = sent_with(url, operation, credentials, impossible_body(operation, credentials))
    assert response.status_code in (200, 404, 422)
    return response


Counted = dict[str, list[int]]


def prober_for(
    url: str,
    operations: list[Operation],
    counted: Counted,
    *,
    own: bool = True,
    credentials: Credentials | None = None,
    budget: Refusals | None = None,
    spending: Spending | None = None,
    guard: Any = None,
) -> Prober:
    credentials = credentials or target.credentials(url)
    budget = budget or (Refusals.unlimited() if own else Refusals((), lambda: 1000.0))
    return Prober(
        Wire(load(), url, guard or Lenient(), budget, paced=False),
        credentials,
        budget,
        plan(operations, credentials, budget.left),
        own=own,
        spending=spending or Spending(Fixtures(), capped=not own),
        count=lambda _, name, status: counted.setdefault(name, []).append(status),
    )


def given(prober: Prober, operation: Operation, response: requests.Response) -> list[OwnFinding]:
    return prober.judge(operation, response.request, response.status_code, response.json())


def names(findings: list[OwnFinding]) -> list[str]:
    return [each.check.removeprefix("probe:") for each in findings]


@pytest.fixture
def counted() -> Counted:
    return {}


@pytest.fixture
def judge(counted: Counted) -> Callable[[str, Operation], list[OwnFinding]]:
    def run(url: str, operation: Operation) -> list[OwnFinding]:
        prober = prober_for(url, [operation], counted)
        return given(prober, operation, accepted(url, operation, target.credentials(url)))

    return run


@pytest.fixture(scope="module")
def sandbox(tampered: Any, serve: Serve) -> Iterator[str]:
    with serve(tampered()) as url:
        yield url


@pytest.mark.parametrize("operation", load().operations.values(), ids=lambda each: each.id)
def test_a_right_server_refuses_every_probe(
    operation: Operation, sandbox: str, judge: Any, counted: Counted
) -> None:
    assert judge(sandbox, operation) == []
    # Without a User-Agent it may be refused as for any other reason, so it is sent once more with one.
    assert counted.pop(CONTROL) in ([200], [201], [422])
    assert set(counted) == {probe.name for probe in probes_of(operation)}
    assert set(map(tuple, counted.values())) <= {(400,), (401,), (412,)}


def test_signed_operations_have_the_probes_of_a_digest() -> None:
    counts = {each.id: len(list(probes_of(each))) for each in load().operations.values()}

    assert counts == {
        "force_redeem": 5,
        "create_online_redemption": 14,
        "process_batch_redemption": 7,
        "create_subscription_redemption_code": 13,
    }


def test_a_probe_is_made_a_few_times_only(sandbox: str, counted: Counted) -> None:
    operation, credentials = load().operation("force_redeem"), target.credentials(sandbox)
    prober = prober_for(sandbox, [operation], counted)
    response = accepted(sandbox, operation, credentials)
    for _ in range(PER_PROBE + 2):
        given(prober, operation, response)

    assert prober.not_run() == []
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

    assert names(findings) == [
        "a body changed after signing",
        "no digest",
        "a wrong digest",
        "the other algorithm's digest",
        "a query added after signing",
    ]
    assert {(each.status, each.wanted) for each in findings} == {(200, (412,))}
    assert all("must be answered 412, and was answered 200" in each.statement for each in findings)
    assert all(each.response is not None and each.request.body for each in findings)


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
    assert names(findings) == [
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
            ["a wrong location key alone", "another family's key in this family's form"],
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

    assert names(findings) == found


@pytest.mark.parametrize("operation_id", ["create_online_redemption", "create_subscription_redemption_code"])
def test_a_server_that_checks_no_id_token_is_found(
    operation_id: str, tampered: Any, serve: Serve, judge: Any
) -> None:
    def forget(exchange: Any) -> None:
        exchange.headers.pop("id-token", None)

    with serve(tampered(before=forget)) as url:
        findings = judge(url, load().operation(operation_id))

    assert names(findings) == ["a wrong id-token"]


@pytest.mark.parametrize("operation_id", ["create_online_redemption", "create_subscription_redemption_code"])
def test_a_server_that_an_id_token_opens_is_found(
    operation_id: str, tampered: Any, serve: Serve, judge: Any
) -> None:
    operation, own = load().operation(operation_id), []

    def let_in(exchange: Any) -> None:
        if exchange.headers.get("id-token") == own[0].id_token and CREDENTIALS not in exchange.headers:
            exchange.headers[CREDENTIALS] = authorization_headers(operation, own[0])["Authorization"]

    with serve(tampered(before=let_in)) as url:
        own.append(target.credentials(url))
        findings = judge(url, operation)

    assert names(findings) == ["an id-token alone"]


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

    assert names(findings) == [found]


def test_a_refusal_with_a_body_that_the_contract_does_not_know_is_found(
    tampered: Any, serve: Serve, judge: Any
) -> None:
    def reword(exchange: Any) -> None:
        if exchange.status == 401:
            exchange.answer = b'{"problem":"who are you"}'

    with serve(tampered(after=reword)) as url:
        findings = judge(url, load().operation("force_redeem"))

    assert len(findings) == 4
    assert all("answered 401 as it must, but" in each.statement for each in findings)


def test_a_statement_repeats_nothing_of_the_answer(tampered: Any, serve: Serve, judge: Any) -> None:
    def leak(exchange: Any) -> None:
        if exchange.status == 401:
            exchange.answer = b'{"error":{"planted-secret":["planted-secret"]}}'

    with serve(tampered(after=leak)) as url:
        findings = judge(url, load().operation("force_redeem"))

    assert findings
    assert not [each for each in findings if "planted" in each.statement + repr(each)]


def test_a_probe_that_is_not_answered_is_found(
    sandbox: str, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = load().operation("force_redeem")
    spending = Spending(Fixtures((Fixture(operation.id, "user_id", 111111111, "guest", 9),)), capped=True)
    prober = prober_for(sandbox, [operation], counted, spending=spending)
    response = accepted(sandbox, operation, target.credentials(sandbox))

    def silent(*_: Any, **__: Any) -> Any:
        raise requests.Timeout

    monkeypatch.setattr(Wire, "send", silent)
    findings = given(prober, operation, response)

    assert names(findings) == [probe.name for probe in probes_of(operation)]
    assert {(each.status, each.response) for each in findings} == {(None, None)}
    assert spending.rows()[0]["unknown"] == len(findings)


def test_a_refusal_that_could_have_another_reason_is_no_probe(
    tampered: Any, serve: Serve, counted: Counted
) -> None:
    """The target refuses each redemption but the first, as it refuses a missing header."""
    operation, redeemed = load().operation("force_redeem"), []

    def use_up(exchange: Any) -> None:
        if exchange.status == 201:
            redeemed.append(exchange)
            if len(redeemed) > 1:
                exchange.status, exchange.answer = 400, b'{"error":"no"}'

    with serve(tampered(after=use_up)) as url:
        prober = prober_for(url, [operation], counted)
        findings = given(prober, operation, accepted(url, operation, target.credentials(url)))

    assert findings == []
    assert prober.not_run() == [NotRun(operation.id, "no User-Agent", CANNOT_TELL)]
    # Both calls are counted, and neither as the probe.
    assert counted[CONTROL] == [400, 400]
    assert "no User-Agent" not in counted
    assert len(redeemed) == 2


# --- a target of somebody else's ---

FOUR = list(load().operations.values())


@pytest.mark.parametrize("operation", FOUR, ids=lambda each: each.id)
def test_a_request_that_names_nobody_does_for_every_probe(
    operation: Operation, sandbox: str, counted: Counted
) -> None:
    """And passes the guard, which lets nothing else through."""
    credentials = target.credentials(sandbox)
    budget = Refusals((), lambda: 1000.0, limit=100)
    guard = Guard(load(), Fixtures(), credentials, "contract-run-", ())
    prober = prober_for(sandbox, [operation], counted, own=False, budget=budget, guard=guard)
    response = refused(sandbox, operation, credentials)

    assert given(prober, operation, response) == []
    # Refused anyway, so that it shows nothing where the status could be the same.
    missed = {probe.name for probe in probes_of(operation) if response.status_code in probe.statuses}
    assert missed <= {"no User-Agent"}
    assert counted.pop(CONTROL, None) == (None if missed else [response.status_code])
    assert set(counted) == {probe.name for probe in probes_of(operation)} - missed
    assert all(statuses in ([400], [401], [412]) for statuses in counted.values())
    assert {each.what for each in prober.not_run()} == missed


@pytest.mark.parametrize("operation", FOUR, ids=lambda each: each.id)
def test_a_server_that_looks_up_before_it_authenticates_is_found(
    operation: Operation, tampered: Any, serve: Serve, counted: Counted
) -> None:
    own: list[Credentials] = []

    def let_in(exchange: Any) -> None:
        exchange.headers.update(
            {name.lower(): value for name, value in authorization_headers(operation, own[0]).items()}
        )

    with serve(tampered(before=let_in)) as url:
        own.append(target.credentials(url))
        prober = prober_for(url, [operation], counted, own=False)
        findings = given(prober, operation, refused(url, operation, own[0]))

    assert "a wrong credential" in names(findings) or "a wrong location key alone" in names(findings)


def test_eight_calls_are_given_out_in_turn_to_four_operations(sandbox: str, counted: Counted) -> None:
    credentials = target.credentials(sandbox)
    budget = Refusals((), lambda: 1000.0)
    prober = prober_for(sandbox, FOUR, counted, own=False, budget=budget)
    for operation in FOUR:
        for _ in range(3):
            assert given(prober, operation, refused(sandbox, operation, credentials)) == []

    assert {name: len(statuses) for name, statuses in counted.items()} == {
        "a wrong credential": 3,
        "no credential": 1,
        "a body changed after signing": 2,
        "a wrong location key alone": 1,
        "a wrong business key alone": 1,
    }
    assert (budget.left, budget.blocked) == (0, False)
    rows = prober.not_run()
    assert len(rows) == sum(len(list(probes_of(each))) for each in FOUR) - LIMIT
    assert {each.why for each in rows} == {NO_BUDGET}


@pytest.mark.parametrize("budget", [0, 1, 3, 8, 20, 100])
def test_a_plan_is_never_larger_than_the_budget_and_says_what_is_left_out(budget: int) -> None:
    every = {(operation.id, probe.name) for operation in FOUR for probe in probes_of(operation)}
    full = Credentials(admin_key="a", access_token="t", id_token="i", location_key="l")
    planned = plan(FOUR, full, budget)

    assert len(planned.due) == min(budget, len(every))
    assert set(planned.due.values()) <= {1}
    assert set(planned.due) | {(each.operation, each.what) for each in planned.not_run} == every
    assert len(planned.due) + len(planned.not_run) == len(every)


def test_what_lacks_a_credential_is_not_planned_and_costs_no_budget() -> None:
    planned = plan(FOUR, Credentials(), 100)

    assert {(each.operation, each.what, each.why) for each in planned.not_run} >= {
        (
            "process_batch_redemption",
            "another family's key in this family's form",
            "PUNCHH_ADMIN_KEY is not given",
        ),
        ("create_online_redemption", "a wrong id-token", "PUNCHH_ACCESS_TOKEN is not given"),
    }
    assert all("is not given" in each.why for each in planned.not_run)


def test_a_till_without_other_keys_sends_its_own_and_wrong_ones_only(
    tampered: Any, serve: Serve, counted: Counted
) -> None:
    operation, app = load().operation("process_batch_redemption"), tampered()
    with serve(app) as url:
        full = target.credentials(url)
        till = Credentials(location_key=full.location_key, business_key=full.business_key)
        prober = prober_for(url, [operation], counted, own=False, credentials=till)
        response = refused(url, operation, till)
        given(prober, operation, response)
        sent = {each.headers.get(CREDENTIALS) for each in app.exchanges}

    assert None in sent
    parts = {part.rpartition("=")[2] for header in sent if header for part in header.split(", ")}
    assert parts == {till.location_key, till.business_key, WRONG}


def test_probes_that_find_no_budget_at_their_turn_are_listed(sandbox: str, counted: Counted) -> None:
    operation, budget = load().operation("force_redeem"), Refusals((), lambda: 1000.0)
    prober = prober_for(sandbox, [operation], counted, own=False, budget=budget)
    for _ in range(LIMIT - 1):
        budget.seen(401)
    given(prober, operation, refused(sandbox, operation, target.credentials(sandbox)))

    assert sum(map(len, counted.values())) == 1
    assert {each.why for each in prober.not_run()} == {NO_BUDGET}


@pytest.mark.parametrize(("spend", "made"), [(1, 0), (2, 6)])
def test_a_redemption_is_repeated_only_while_its_fixtures_may_be_spent(
    spend: int, made: int, sandbox: str, counted: Counted
) -> None:
    operation, credentials = load().operation("force_redeem"), target.credentials(sandbox)
    spending = Spending(Fixtures((Fixture(operation.id, "user_id", 111111111, "guest", spend),)), capped=True)
    spending.settle(spending.reserve(operation, body_of(operation, credentials)), "spent")
    prober = prober_for(sandbox, [operation], counted, own=False, spending=spending)
    given(prober, operation, accepted(sandbox, operation, credentials))

    assert sum(map(len, counted.values())) == made
    # One of the calls is no probe: the request without the fault, which redeems.
    assert counted.get(CONTROL, []) == ([201] if made else [])
    assert spending.rows()[0]["spent"] == spend
    assert {each.why for each in prober.not_run()} == (set() if made else {NOTHING_LEFT})
    if not made:
        given(prober, operation, refused(sandbox, operation, credentials))
        assert {each.what for each in prober.not_run()} <= {"no User-Agent"}


def test_what_a_lenient_server_takes_is_spent_and_the_caps_hold(
    tampered: Any, serve: Serve, counted: Counted
) -> None:
    operation, own = load().operation("force_redeem"), []

    def let_in(exchange: Any) -> None:
        exchange.headers[CREDENTIALS] = authorization_headers(operation, own[0])["Authorization"]

    app = tampered(before=let_in)
    spending = Spending(Fixtures((Fixture(operation.id, "user_id", 111111111, "guest", 3),)), capped=True)
    with serve(app) as url:
        own.append(target.credentials(url))
        prober = prober_for(url, [operation], counted, own=False, spending=spending)
        bill = spending.reserve(operation, body_of(operation, own[0]))
        response = accepted(url, operation, own[0])
        spending.settle(bill, "spent")
        findings = given(prober, operation, response)

    assert len(findings) == 2
    assert spending.rows()[0]["spent"] == 3
    assert sum(each.status == 201 for each in app.exchanges) == 3


def test_on_a_target_of_our_own_only_what_redeemed_is_repeated(sandbox: str, counted: Counted) -> None:
    operation = load().operation("force_redeem")
    prober = prober_for(sandbox, [operation], counted)
    given(prober, operation, refused(sandbox, operation, target.credentials(sandbox)))

    assert counted == {}
    assert prober.not_run() == [NotRun(operation.id, probe.name, NO_BASE) for probe in probes_of(operation)]


@pytest.mark.parametrize(
    ("status", "body"),
    [(401, {"user_id": INT64, "redemption": {"requested_punches": 1}}), (422, {"user_id": "x"}), (404, None)],
)
def test_what_did_not_get_past_the_door_or_is_no_good_body_is_no_base(
    status: int, body: Any, sandbox: str, counted: Counted
) -> None:
    operation = load().operation("force_redeem")
    sent = requests.Request("POST", sandbox + operation.path, data=json.dumps(body)).prepare()
    prober = prober_for(sandbox, [operation], counted, own=False)

    assert prober.judge(operation, sent, status, {"error": "no"}) == []
    assert counted == {}


def test_a_stopped_run_makes_no_probes_and_says_so(sandbox: str, counted: Counted) -> None:
    operation = load().operation("force_redeem")
    prober = prober_for(sandbox, [operation], counted, own=False)
    response = refused(sandbox, operation, target.credentials(sandbox))
    prober._wire.stop("interrupted")

    assert given(prober, operation, response) == []
    assert {each.why for each in prober.not_run()} == {"interrupted"}


def test_a_probe_keeps_the_runs_external_uid(tampered: Any, serve: Serve, counted: Counted) -> None:
    operation, app = load().operation("create_online_redemption"), tampered()
    with serve(app) as url:
        credentials = target.credentials(url)
        body = {**impossible_body(operation, credentials), "external_uid": "contract-run-1-0"}
        prober = prober_for(url, [operation], counted, own=False)
        given(prober, operation, sent_with(url, operation, credentials, body))

    assert len(app.exchanges) == 1 + LIMIT
    assert {json.loads(each.body)["external_uid"] for each in app.exchanges} == {"contract-run-1-0"}


def test_overridden_credentials_sign_the_probes(tampered: Any, serve: Serve, counted: Counted) -> None:
    operation = load().operation("create_online_redemption")
    with serve(tampered()) as url:
        full = target.credentials(url)
        own = {"online_client": full.client, "online_secret": full.secret}
        credentials = Credentials(**{**vars(full), "client": "plain", "secret": "plain", **own})
        prober = prober_for(url, [operation], counted, credentials=credentials)
        assert given(prober, operation, accepted(url, operation, full)) == []

    assert counted["a wrong credential"] == [401]


@pytest.mark.parametrize(
    ("status", "request_body", "answer", "outcome"),
    [
        (404, {}, None, "free"),
        (500, {}, None, "unknown"),
        (302, {}, None, "unknown"),
        (200, {}, {"category": "redeemable", "redemption_id": 1}, "spent"),
        (200, {}, {"status": "x", "redemption_amount": 0, "category": "invalid"}, "free"),
        (200, {"query": True}, {"status": "x", "redemption_amount": 1, "category": "redeemable"}, "free"),
        (
            200,
            {"query": True},
            {"status": "x", "redemption_amount": 1, "category": "redeemable", "redemption_id": 1},
            "spent",
        ),
        (200, {}, None, "spent"),
        (200, {}, {"surprise": 1}, "spent"),
        (202, {}, {"status": "x", "redemption_amount": 0, "category": "invalid"}, "spent"),
    ],
)
def test_only_what_surely_took_nothing_is_free(
    status: int, request_body: Any, answer: Any, outcome: str
) -> None:
    assert settled(load().operation("create_online_redemption"), status, request_body, answer) == outcome
