"""The HTTP edge: order of checks, credentials, signatures, names of fields at fault, loud failures."""

import logging
import re
from typing import Any

import httpx
import orjson
import pytest
from sandbox.calling import ADA, ITEMS, LINES, RECEIPT, Caller, Clock, InProcess

from punchh_contract.contract import load
from punchh_contract.sandbox import seed, validation
from punchh_contract.sandbox.answers import Answer
from punchh_contract.sandbox.app import create_app
from punchh_contract.sandbox.operations import Operations
from punchh_contract.sandbox.validation import Fault
from punchh_contract.signing import sign

ONLINE = "/api/auth/redemptions/online_order"
MOBILE = "/api2/mobile/redemptions/subscription"
POS = "/api/pos/batch_redemptions"
DASHBOARD = "/api2/dashboard/redemptions/force_redeem"
SIGN_IN = {"error": "You need to sign in or sign up before continuing."}


def good(sandbox: Caller) -> dict[str, dict[str, Any]]:
    """A body for each path that would be granted."""
    client = sandbox.variables["PUNCHH_CLIENT"]
    return {
        DASHBOARD: {"user_id": ADA, "redemption": {"requested_punches": 1}},
        ONLINE: {"client": client, "discount_type": "reward", "reward_id": 70001, **RECEIPT},
        POS: {
            "user_id": ADA,
            **{k: v for k, v in RECEIPT.items() if k != "store_number"},
            "line_items": LINES,
        },
        MOBILE: {"client": client, "subscription_id": "900699"},
    }


def send(sandbox: Caller, path: str, body: bytes, headers: dict[str, str], query: str = "") -> httpx.Response:
    return sandbox.client.post(path + query, content=body, headers={"User-Agent": "Test/POS/1", **headers})


def right(sandbox: Caller, path: str, body: bytes, uri: str | None = None) -> dict[str, str]:
    """The headers that belong to a request, computed without the package's auth."""
    v = sandbox.variables
    authorization = {
        DASHBOARD: f"Bearer {v['PUNCHH_ADMIN_KEY']}",
        ONLINE: f"Bearer {v['PUNCHH_ACCESS_TOKEN']}",
        POS: f"Token token={v['PUNCHH_LOCATION_KEY']}, btoken={v['PUNCHH_BUSINESS_KEY']}",
        MOBILE: f"Bearer {v['PUNCHH_ACCESS_TOKEN']}",
    }[path]
    headers = {"Authorization": authorization}
    if path == ONLINE:
        headers["x-pch-digest"] = sign("sha1", v["PUNCHH_SECRET"], uri or path, body)
    if path == MOBILE:
        headers["x-pch-digest"] = sign("sha256", v["PUNCHH_SECRET"], uri or path, body)
    return headers


PATHS = [DASHBOARD, ONLINE, POS, MOBILE]


@pytest.mark.parametrize("path", PATHS)
def test_a_right_request_is_granted(sandbox: Caller, path: str) -> None:
    body = orjson.dumps(good(sandbox)[path])
    response = send(sandbox, path, body, right(sandbox, path, body))
    assert response.status_code in (200, 201)
    assert response.headers["x-pch-env"] == "sandbox"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("value", [None, "", "   "], ids=["absent", "empty", "blank"])
def test_no_user_agent_is_refused_first(sandbox: Caller, path: str, value: str | None) -> None:
    request = sandbox.client.build_request("POST", path, content=b"{")
    del request.headers["User-Agent"]
    if value is not None:
        request.headers["User-Agent"] = value
    response = sandbox.client.send(request)
    assert response.status_code == 400
    assert "empty: User-Agent" in response.text


@pytest.mark.parametrize(
    ("path", "body"),
    [(DASHBOARD, SIGN_IN), (POS, {"error": "Invalid Location Key"})],
    ids=["dashboard", "pos"],
)
@pytest.mark.parametrize(
    "header",
    [
        None,
        "Bearer wrong",
        "Bearer sandbox-access-token-not-a-real-one-ada",
        "Token token=sandbox-location-key-not-a-real-one-401, btoken=wrong",
        "Token token=wrong, btoken=sandbox-business-key-not-a-real-one",
        "Token token=, btoken=",
        "Bearer",
        "",
        "Basic Zm9vOmJhcg==",
    ],
)
def test_unsigned_families_refuse_every_other_key(
    sandbox: Caller, path: str, body: object, header: str | None
) -> None:
    response = send(sandbox, path, b"{", {} if header is None else {"Authorization": header})
    assert (response.status_code, response.json()) == (401, body)


@pytest.mark.parametrize("path", [ONLINE, MOBILE])
@pytest.mark.parametrize(
    "header",
    [
        "Bearer wrong",
        "Bearer sandbox-admin-key-not-a-real-one",
        "Token token=sandbox-location-key-not-a-real-one-401, btoken=sandbox-business-key-not-a-real-one",
        "",
    ],
)
def test_signed_families_refuse_every_other_key(sandbox: Caller, path: str, header: str) -> None:
    body = orjson.dumps(good(sandbox)[path])
    response = send(sandbox, path, body, {**right(sandbox, path, body), "Authorization": header})
    assert response.status_code == 401
    assert "unauthorized" in response.text


@pytest.mark.parametrize("path", [ONLINE, MOBILE])
def test_an_id_token_of_somebody_else_spoils_the_request(sandbox: Caller, path: str) -> None:
    body = orjson.dumps(good(sandbox)[path])
    headers = right(sandbox, path, body)
    mine, other = (
        {**headers, "id-token": f"sandbox-id-token-not-a-real-one-{who}"} for who in ("ada", "grace")
    )
    assert send(sandbox, path, body, other).status_code == 401
    assert send(sandbox, path, body, mine).status_code == 200


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        pytest.param("sandbox-authentication-token-not-a-real-one-ada", "redeemable", id="the guest's"),
        pytest.param("wrong", "invalid_token", id="unknown"),
        pytest.param(None, "sign in", id="none"),
        pytest.param("sandbox-access-token-not-a-real-one-ada", "invalid_token", id="an access token"),
        pytest.param(7, "sign in", id="no text"),
    ],
)
def test_the_body_may_name_the_guest(sandbox: Caller, token: object, expected: str) -> None:
    content = {**good(sandbox)[ONLINE], **({} if token is None else {"authentication_token": token})}
    body = orjson.dumps(content)
    headers = right(sandbox, ONLINE, body)
    del headers["Authorization"]
    response = send(sandbox, ONLINE, body, headers)
    assert expected in response.text
    assert response.status_code == (200 if expected == "redeemable" else 401)


def test_the_mobile_family_takes_no_token_in_the_body(sandbox: Caller) -> None:
    token = "sandbox-authentication-token-not-a-real-one-ada"
    body = orjson.dumps({**good(sandbox)[MOBILE], "authentication_token": token})
    headers = right(sandbox, MOBILE, body)
    del headers["Authorization"]
    assert send(sandbox, MOBILE, body, headers).status_code == 401


@pytest.mark.parametrize("path", [ONLINE, MOBILE])
def test_an_unknown_client_is_refused(sandbox: Caller, path: str) -> None:
    body = orjson.dumps({**good(sandbox)[path], "client": "another"})
    response = send(sandbox, path, body, right(sandbox, path, body))
    assert response.status_code == 401
    assert "unknown_client" in response.text


@pytest.mark.parametrize("path", [ONLINE, MOBILE])
@pytest.mark.parametrize(
    "fault", ["absent", "empty", "upper case", "other algorithm", "other secret", "other body", "not ascii"]
)
def test_a_wrong_digest_is_a_412_and_takes_nothing(sandbox: Caller, path: str, fault: str) -> None:
    body = orjson.dumps(good(sandbox)[path])
    before = sandbox.guest(ADA)
    headers = right(sandbox, path, body)
    secret, digest = sandbox.variables["PUNCHH_SECRET"], headers.pop("x-pch-digest")
    faulty = {
        "empty": "",
        "upper case": digest.upper(),
        "other algorithm": sign("sha256" if path == ONLINE else "sha1", secret, path, body),
        "other secret": sign("sha1" if path == ONLINE else "sha256", "other", path, body),
        "other body": digest,
        "not ascii": "é" * 40,
    }
    if fault == "other body":
        body += b" "
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    if fault != "absent":
        raw.append((b"x-pch-digest", faulty[fault].encode("latin-1")))
    request = sandbox.client.build_request("POST", path, content=body, headers=raw)
    response = sandbox.client.send(request)
    assert response.status_code == 412
    assert "ignature" in response.text
    assert sandbox.guest(ADA) == before


@pytest.mark.parametrize("query", ["?a=1", "?", "?x=%C3%A9&y=a+b", "?a=%2F"])
def test_the_query_string_is_signed_as_sent(sandbox: Caller, query: str) -> None:
    body = orjson.dumps(good(sandbox)[ONLINE])
    # httpx sends a lone question mark; servers do not tell it from none, so callers sign without it.
    uri = ONLINE + ("" if query == "?" else query)
    assert send(sandbox, ONLINE, body, right(sandbox, ONLINE, body, uri), query).status_code == 200
    if query != "?":
        assert send(sandbox, ONLINE, body, right(sandbox, ONLINE, body), query).status_code == 412


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b"\xff\xfe",
        b'{"a":NaN}',
        b'{"a":1e400}',
        b'{"a":"\\ud800"}',
        b"[" * 5000,
    ],
)
def test_what_is_no_json_object_is_a_400(sandbox: Caller, path: str, body: bytes) -> None:
    response = send(sandbox, path, body, right(sandbox, path, body))
    text = "data was not valid JSON"
    expected = {"errors": {"invalid_json": [text]}} if path == MOBILE else {"status": 400, "error": text}
    assert (response.status_code, response.json()) == (400, expected)


@pytest.mark.parametrize(
    ("path", "change", "expected"),
    [
        pytest.param(POS, {"user_id": None}, "empty: user_id", id="null"),
        pytest.param(POS, {"line_items": []}, "empty: line_items", id="empty list"),
        pytest.param(POS, {"line_items": [{}]}, "empty: item_name_0", id="item name"),
        pytest.param(
            POS,
            {"line_items": [LINES[0], {**LINES[0], "item_name": ""}]},
            "empty: item_name_1",
            id="empty name",
        ),
        pytest.param(
            POS,
            {"line_items": [{k: v for k, v in LINES[0].items() if k != "item_qty"}]},
            "empty: item_qty_0",
            id="item quantity",
        ),
        pytest.param(POS, {"receipt_amount": "30"}, "Invalid value for parameter: receipt_amount", id="type"),
        pytest.param(POS, {"query": False}, "Invalid value for parameter: query", id="query false"),
        pytest.param(
            POS,
            {"receipt_datetime": "yesterday"},
            "Invalid value for parameter: receipt_datetime",
            id="format",
        ),
        pytest.param(POS, {"user_id": 2**70}, "Invalid value for parameter: user_id", id="beyond 64 bits"),
        pytest.param(DASHBOARD, {"user_id": ...}, "empty: user_id", id="dashboard user"),
        pytest.param(DASHBOARD, {"redemption": ...}, "empty: redemption", id="dashboard order"),
        pytest.param(
            DASHBOARD,
            {"redemption": {"requested_punches": 0}},
            "Invalid value for parameter: requested_punches",
            id="nothing",
        ),
        pytest.param(ONLINE, {"client": ...}, '"client":"Required', id="online client"),
        pytest.param(ONLINE, {"discount_type": ...}, "empty: discount_type", id="no discount type"),
        pytest.param(
            ONLINE, {"discount_type": "fuel"}, "Invalid value for parameter: discount_type", id="unknown type"
        ),
        pytest.param(ONLINE, {"reward_id": ...}, "empty: reward_id", id="reward without id"),
        pytest.param(ONLINE, {"discount_type": "subscription"}, "empty: subscription_id", id="another's id"),
        pytest.param(ONLINE, {"transaction_no": ""}, "empty: transaction_no", id="empty text"),
        pytest.param(ONLINE, {"query": False}, "Invalid value for parameter: query", id="online query false"),
        pytest.param(
            ONLINE, {"menu_items": [{**ITEMS[0], "item_qty": "1"}]}, "parameter: item_qty_0", id="menu item"
        ),
        pytest.param(MOBILE, {"client": ...}, '"client":"Required', id="mobile client"),
        pytest.param(MOBILE, {"subscription_id": ...}, "empty: subscription_id", id="mobile subscription"),
        pytest.param(MOBILE, {"subscription_id": 900699}, "parameter: subscription_id", id="mobile number"),
    ],
)
def test_a_400_names_the_field(sandbox: Caller, path: str, change: dict[str, Any], expected: str) -> None:
    content = {k: v for k, v in {**good(sandbox)[path], **change}.items() if v is not ...}
    body = orjson.dumps(content) if 2**70 not in content.values() else b'{"user_id":%d}' % 2**70
    if 2**70 in content.values():
        body = orjson.dumps({**content, "user_id": 0}).replace(b'"user_id":0', b'"user_id":%d' % 2**70)
    response = send(sandbox, path, body, right(sandbox, path, body))
    assert response.status_code == 400
    assert expected in response.text


@pytest.mark.parametrize("path", PATHS)
def test_unknown_fields_are_let_be(sandbox: Caller, path: str) -> None:
    content = {**good(sandbox)[path], "brand_new": {"a": [None]}}
    if path == ONLINE:
        content["menu_items"] = [{**ITEMS[0], "brand_new": 1}]
    body = orjson.dumps(content)[:-1] + b',"deep":' + b"[" * 300 + b"]" * 300 + b"}"
    response = send(sandbox, path, body, right(sandbox, path, body))
    assert response.status_code in (200, 201)


def test_an_item_of_the_receipt_may_hold_more_than_an_answer_can(sandbox: Caller) -> None:
    item = orjson.dumps(ITEMS[0])[:-1] + b',"deep":' + b"[" * 300 + b"]" * 300 + b"}"
    body = orjson.dumps(good(sandbox)[ONLINE])[:-1] + b',"menu_items":[' + item + b"]}"
    response = send(sandbox, ONLINE, body, right(sandbox, ONLINE, body))
    assert response.status_code == 200
    assert "deep" not in response.text


def test_ten_thousand_faults_cost_no_more_than_a_few(
    sandbox: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []
    monkeypatch.setattr(validation, "_fault", lambda error: looked_at.append(error) or Fault("x", True))
    for path, field in ((ONLINE, "menu_items"), (POS, "line_items")):
        body = orjson.dumps({**good(sandbox)[path], field: [{}] * 12_000})
        assert send(sandbox, path, body, right(sandbox, path, body)).status_code == 400
    assert 0 < len(looked_at) < 500


def test_a_fault_far_down_a_list_is_named_too(sandbox: Caller) -> None:
    body = orjson.dumps({**good(sandbox)[ONLINE], "menu_items": [*[ITEMS[0]] * 11_999, {}]})
    response = send(sandbox, ONLINE, body, right(sandbox, ONLINE, body))
    assert response.status_code == 400
    assert re.search(r"empty: \w+_11999", response.text)


def test_ids_written_as_floats_are_the_same_ids(sandbox: Caller) -> None:
    body = orjson.dumps(good(sandbox)[ONLINE]).replace(b"70001", b"70001.0")
    assert send(sandbox, ONLINE, body, right(sandbox, ONLINE, body)).json()["category"] == "redeemable"


@pytest.mark.parametrize(
    "path", ["/", "/api", ONLINE + "/", ONLINE + "/7", "/_sandbox", "/_sandbox/nothing", "//"]
)
def test_unknown_routes_are_404(sandbox: Caller, path: str) -> None:
    response = sandbox.client.post(f"http://127.0.0.1:8787{path}")
    assert (response.status_code, response.json()) == (404, {"error": "Not Found"})
    assert response.headers["x-request-id"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_405_with_allow(sandbox: Caller, path: str, method: str) -> None:
    response = sandbox.client.request(method, path)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json() == {"error": "Method Not Allowed"}


def test_every_answer_has_a_request_id_of_its_own(sandbox: Caller) -> None:
    answers = [sandbox.client.post(path) for path in ("/nowhere", POS, DASHBOARD)]
    answers.append(sandbox.client.get("/_sandbox/health"))
    assert len({answer.headers["x-request-id"] for answer in answers}) == 4
    assert {answer.headers["x-pch-env"] for answer in answers} == {"sandbox"}


class WrongType(Operations):
    """A sandbox with a fault planted in it: the redemption's id is text."""

    def run(self, *call: Any) -> Answer:
        answer = super().run(*call)
        return Answer(answer.status, {**answer.body, "redemption_id": "6440001"})


class UnknownStatus(Operations):
    def run(self, *call: Any) -> Answer:
        return Answer(202, super().run(*call).body)


class NoJson(Operations):
    def run(self, *call: Any) -> Answer:
        return Answer(super().run(*call).status, {"redemption_id": 2**70})


class Failing(Operations):
    def run(self, *call: Any) -> Answer:
        super().run(*call)
        raise ZeroDivisionError("a secret that must not be shown")


@pytest.mark.parametrize(
    ("faulty", "clause"),
    [
        pytest.param(WrongType, "/redemption_id", id="a value of another type"),
        pytest.param(UnknownStatus, "status 202", id="a status that is not in the contract"),
        pytest.param(NoJson, "sandbox failed", id="a value that JSON has not"),
        pytest.param(Failing, "ZeroDivisionError", id="an exception"),
    ],
)
def test_an_answer_that_breaks_the_contract_is_loud_and_takes_nothing(
    clock: Clock, world: seed.Seed, caplog: pytest.LogCaptureFixture, faulty: type[Operations], clause: str
) -> None:
    caller = Caller(create_app(world, clock=clock, operations=faulty))
    with caller.client, caplog.at_level(logging.ERROR):
        before = caller.guest(ADA)
        response = caller.online("reward", reward_id=70001, external_uid="order-1")
        assert caller.guest(ADA) == before
        health = caller.client.get("/_sandbox/health").json()
    assert response.status_code == 500
    assert clause in response.json()["error"]
    assert "secret" not in response.text
    assert response.headers["x-pch-env"] == "sandbox"
    assert (health["status"], health["contract_breaks"]) == ("contract_broken", 1)
    assert [record.levelname for record in caplog.records if record.name.startswith("punchh")] == ["ERROR"]


def test_every_operation_of_the_contract_has_a_handler(clock: Clock, world: seed.Seed) -> None:
    app = create_app(world, clock=clock)
    assert set(Operations(load(), app.state.store.magic).handlers) == set(load().operations)


def test_the_transport_of_these_tests_answers_like_a_server(clock: Clock, world: seed.Seed) -> None:
    with httpx.Client(
        transport=InProcess(create_app(world, clock=clock)), base_url="http://localhost"
    ) as client:
        assert client.get("/_sandbox/health").json()["status"] == "ok"
