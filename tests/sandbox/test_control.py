"""The control plane: its document and its routes are one, it sets any guest, it answers only to loopback."""

from typing import Any

import jsonschema_rs
import pytest
import yaml
from openapi_spec_validator import validate
from sandbox.calling import ADA, ALAN, GRACE, Caller, Clock

from punchh_contract.auth import Credentials
from punchh_contract.conformance.fixtures import read
from punchh_contract.contract import load
from punchh_contract.sandbox import seed
from punchh_contract.sandbox.fixtures import SPEND

HEALTH = {
    "status": "ok",
    "clock": "wall",
    "now": "2026-03-02T18:05:01Z",
    "guests": len(seed.load().guests),
    "requests": 0,
    "contract_breaks": 0,
}


CONTENT_ID = "00000000-0000-5000-8000-000000000000"
PATHS = {
    "user_id": GRACE,
    "redemption_id": 1,
    "name": "one",
    "content_id": CONTENT_ID,
    "subscriber_id": 1,
    "delivery_id": 1,
    "fault_id": 1,
}
BODIES: dict[str, dict[str, Any]] = {
    "put_guest": {"points": 5},
    "add_reward": {"reward_id": 99, "name": "New", "discount_cents": 100},
    "add_subscription": {"subscription_id": 99, "plan_id": 44},
    "add_code": {"code": "NEW", "name": "New", "discount_cents": 100},
    "add_basket_item": {"item_id": 99, "discount_type": "card_completion"},
    "change_business": {"settings": {"reward_locking": True}},
    "transfer_redemption": {"user_id": ADA},
    "set_clock": {"now": "2026-03-02T19:00:00Z"},
    "advance_clock": {"seconds": 1},
    "add_subscriber": {"url": "http://127.0.0.1:1/"},
    "change_subscriber": {"url": "http://127.0.0.1:1/"},
    "add_fault": {"kind": "html_502"},
}
NOTHING_THERE = {
    "get_redemption",
    "cancel_redemption",
    "expire_redemption",
    "transfer_redemption",
    "delete_snapshot",
    "restore_snapshot",
    "get_event",
    "get_subscriber",
    "change_subscriber",
    "delete_subscriber",
    "activate_subscriber",
    "redeliver",
    "get_fault",
    "delete_fault",
}


def paths() -> list[tuple[str, str, str]]:
    return [
        (method.upper(), path.format(**PATHS), operation["operationId"])
        for path, item in seed.control_document()["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    ]


def operations() -> list[tuple[str, str]]:
    return [
        (method.upper(), path)
        for path, item in seed.control_document()["paths"].items()
        for method in item
        if method != "parameters"
    ]


def test_the_document_is_openapi() -> None:
    validate(seed.control_document())


def test_the_document_and_the_routes_are_one(sandbox: Caller) -> None:
    routes = {
        (method, route.path)
        for route in sandbox.app.router.routes
        for method in route.methods - {"HEAD"}
        if route.path.startswith("/_sandbox/")
    }
    assert routes == set(operations())


@pytest.mark.parametrize(("method", "path", "operation_id"), paths(), ids=[each[2] for each in paths()])
def test_answers_are_those_of_the_document(
    sandbox: Caller, method: str, path: str, operation_id: str
) -> None:
    response = sandbox.client.request(method, path, json=BODIES.get(operation_id))
    document = seed.control_document()
    operation = next(
        each
        for item in document["paths"].values()
        for each in item.values()
        if isinstance(each, dict) and each.get("operationId") == operation_id
    )
    assert (response.status_code == 404) is (operation_id in NOTHING_THERE)
    assert response.status_code in (200, 201, 204, 404)
    declared = operation["responses"][str(response.status_code)]
    if response.status_code == 204:
        assert response.content == b""
        return
    if "$ref" in declared:
        declared = document["components"]["responses"][declared["$ref"].rpartition("/")[2]]
    (media_type, content), *others = declared["content"].items()
    assert not others
    assert response.headers["content-type"].partition(";")[0] == media_type
    answer = yaml.safe_load(response.text) if media_type == "application/yaml" else response.json()
    schema = {**content["schema"], "components": document["components"]}
    errors = list(jsonschema_rs.Draft202012Validator(schema, validate_formats=True).iter_errors(answer))
    assert errors == []


def test_health(sandbox: Caller) -> None:
    health = sandbox.client.get("/_sandbox/health").json()
    assert health == {**HEALTH, "contract_version": load().version, "contract_digest": load().digest}


def test_credentials_open_every_operation(sandbox: Caller) -> None:
    credentials = Credentials.from_mapping(sandbox.client.get("/_sandbox/credentials").json())
    assert {operation.id: credentials.missing(operation) for operation in load().operations.values()} == (
        dict.fromkeys(load().operations, ())
    )


def test_openapi_is_served_with_the_address_that_was_called(sandbox: Caller) -> None:
    served = sandbox.client.get("/_sandbox/openapi.json").json()
    validate(served)
    assert [server["url"] for server in served["servers"]] == ["http://127.0.0.1:8787"]


def test_every_fixture_works(sandbox: Caller) -> None:
    known = yaml.safe_load(sandbox.client.get("/_sandbox/fixtures").text)["operations"]
    assert set(known) == set(load().operations)
    online = known["create_online_redemption"]
    one_each = [
        ("reward", "reward_id"),
        ("redeemable", "redeemable_id"),
        ("discount_amount", "redeemed_points"),
        ("redemption_code", "redemption_code"),
        ("subscription", "subscription_id"),
    ]
    for kind, field in one_each:
        for value in (online[field][0], online[field][-1]):
            assert sandbox.online(kind, **{field: value}).json()["category"] == "redeemable"
    assert online["discount_type"] == ["card_completion"]
    assert sandbox.online("card_completion").json()["category"] == "redeemable"
    for subscription_id in known["create_subscription_redemption_code"]["subscription_id"]:
        assert sandbox.code(subscription_id).status_code == 200
    for user_id in known["process_batch_redemption"]["user_id"]:
        assert sandbox.batch(user_id).json()["success"]
    force = known["force_redeem"]
    for reward_id in (force["redemption.reward_id"][0], force["redemption.reward_id"][-1]):
        assert sandbox.force(force["user_id"][0], reward_id=reward_id).status_code == 201
    assert not set(force["redemption.reward_id"]) & set(online["reward_id"])
    assert min(len(force["redemption.reward_id"]), len(online["reward_id"])) >= 400
    assert len(known["process_batch_redemption"]["user_id"]) >= 40


def test_the_contract_run_reads_the_fixtures_and_the_default_guest_affords_them(sandbox: Caller) -> None:
    text = sandbox.client.get("/_sandbox/fixtures").text
    fixtures = read(text, load(), "fixtures")
    guest = sandbox.client.get("/_sandbox/guests/111111111").json()

    assert yaml.safe_load(text)["spend"] == SPEND
    capped = {each.spend for each in fixtures if each.kind in ("guest", "asset", "amount")}
    assert capped == {SPEND}
    assert guest["points"] >= SPEND * 100 * 2
    assert guest["banked_cents"] >= SPEND * sum(
        round(float(each.value) * 100) for each in fixtures.of("create_online_redemption", "redeemed_points")
    )
    assert guest["visit_cards"] >= SPEND


def test_a_guest_without_a_full_card_offers_none(sandbox: Caller) -> None:
    guest = sandbox.client.get("/_sandbox/guests/111111111").json()
    sandbox.client.put("/_sandbox/guests/111111111", json={**guest, "visit_cards": 0})
    known = yaml.safe_load(sandbox.client.get("/_sandbox/fixtures").text)["operations"]

    assert "discount_type" not in known["create_online_redemption"]


def test_reset_brings_everything_back(sandbox: Caller) -> None:
    before = sandbox.guest(ADA)
    first = sandbox.online("reward", reward_id=70001).content, sandbox.code("900699").content
    assert sandbox.guest(ADA) != before
    assert sandbox.client.post("/_sandbox/reset").status_code == 204
    assert sandbox.guest(ADA) == before
    assert sandbox.client.get("/_sandbox/log").json() == []
    assert (sandbox.online("reward", reward_id=70001).content, sandbox.code("900699").content) == first


@pytest.mark.parametrize("user_id", [ADA, GRACE, ALAN, 111112005])
def test_what_get_answers_can_be_put_back(sandbox: Caller, user_id: int) -> None:
    sandbox.batch(user_id)
    before = sandbox.guest(user_id)
    assert sandbox.put(user_id, **before).json() == before
    assert sandbox.guest(user_id) == before


def test_put_sets_what_is_given_and_leaves_the_rest(sandbox: Caller) -> None:
    before = sandbox.guest(GRACE)
    basket = [{"item_id": 1, "discount_type": "card_completion", "discount_id": None, "amount_cents": None}]
    after = sandbox.put(GRACE, points=7, basket=basket).json()
    assert after == {**before, "points": 7, "basket": basket}


def test_put_makes_a_guest_who_can_redeem_at_once(sandbox: Caller) -> None:
    reward = {"reward_id": 99, "name": "New", "discount_cents": 100}
    made = sandbox.put(4711, access_token="brand-new", rewards=[reward], email="new@example.com")
    assert made.status_code == 200
    answer = sandbox.online("reward", sandbox.auth(access_token="brand-new", id_token=None), reward_id=99)
    assert answer.json()["redemption_amount"] == 1


@pytest.mark.parametrize(
    ("document", "status", "pointer"),
    [
        pytest.param({"poinst": 1}, 400, "/poinst", id="unknown member"),
        pytest.param({"points": -1}, 400, "/points", id="below zero"),
        pytest.param({"points": "1"}, 400, "/points", id="text"),
        pytest.param({"email": "no mail"}, 400, "/email", id="no mail address"),
        pytest.param({"rewards": [{"reward_id": 1}]}, 400, "/rewards/0", id="reward without terms"),
        pytest.param({"codes": [{"code": "x"}]}, 400, "/codes/0", id="code without terms"),
        pytest.param({"user_id": ADA}, 400, "/user_id", id="another id than the path's"),
        pytest.param(
            {"rewards": [{"reward_id": 1, "name": "x", "discount_cents": 1, "expires_at": "soon"}]},
            400,
            "/rewards/0/expires_at",
            id="no time",
        ),
        pytest.param(
            {
                "rewards": [
                    {
                        "reward_id": 1,
                        "name": "x",
                        "discount_cents": 1,
                        "expires_at": "9999-12-31T23:59:59-23:00",
                    }
                ]
            },
            400,
            "/rewards/0/expires_at",
            id="a time beyond the calendar",
        ),
        pytest.param(
            {"rewards": [{"reward_id": 70001, "name": "x", "discount_cents": 1}]},
            409,
            None,
            id="another guest's reward",
        ),
        pytest.param(
            {"codes": [{"code": "x", "subscription_id": 498800, "discount_cents": 1}]},
            400,
            "/codes/0",
            id="half the terms",
        ),
        pytest.param(
            {"codes": [{"code": "x", "name": "x", "discount_cents": 1, "redemption_id": 7}]},
            409,
            None,
            id="no such redemption",
        ),
        pytest.param(
            {"basket": [{"item_id": 1, "discount_type": "reward", "discount_id": 10**23}]},
            400,
            "/basket/0/discount_id",
            id="beyond 64 bits",
        ),
        pytest.param({"subscriptions": [{"subscription_id": 5, "plan_id": 5}]}, 409, None, id="no such plan"),
        pytest.param({"subscriptions": [{"subscription_id": 900699, "plan_id": 44}]}, 409, None, id="taken"),
        pytest.param(
            {"codes": [{"code": "SANDBOX-COUPON", "name": "x", "discount_cents": 1}]},
            409,
            None,
            id="code taken",
        ),
        pytest.param(
            {"access_token": "sandbox-access-token-not-a-real-one-ada"}, 409, None, id="token of another"
        ),
        pytest.param(
            {"basket": [{"item_id": 1, "discount_type": "card_completion"}] * 2}, 409, None, id="item twice"
        ),
    ],
)
def test_put_refuses_and_changes_nothing(
    sandbox: Caller, document: dict[str, Any], status: int, pointer: str | None
) -> None:
    before = sandbox.guest(GRACE)
    response = sandbox.put(GRACE, **document)
    assert response.status_code == status
    assert response.json().get("pointer") == pointer
    assert sandbox.guest(GRACE) == before


def test_a_code_cannot_stand_for_a_redemption_of_somebody_else(sandbox: Caller) -> None:
    hers = sandbox.auth(access_token="sandbox-access-token-not-a-real-one-grace", id_token=None)
    number = sandbox.online("card_completion", hers).json()["redemption_id"]
    mine = sandbox.code("900699").json()["redemption_id"]
    terms = {"name": "x", "discount_cents": 1}
    for taken in (number, mine):
        code = {"code": "x", "redemption_id": taken, **terms}
        assert sandbox.put(ADA, codes=[code]).status_code == 409
    assert sandbox.put(ADA, **sandbox.guest(ADA)).status_code == 200


@pytest.mark.parametrize("written", [b"70001", b"70001.0", b"7.0001e4", b'"70001"'])
def test_a_number_in_a_basket_is_kept_by_its_digits(sandbox: Caller, written: bytes) -> None:
    content = b'{"basket":[{"item_id":1,"discount_type":"reward","discount_id":%b}]}' % written
    document = sandbox.client.put(f"/_sandbox/guests/{GRACE}", content=content).json()
    assert document["basket"][0]["discount_id"] == "70001"


def test_a_405_names_every_method_of_the_path(sandbox: Caller) -> None:
    response = sandbox.client.delete(f"/_sandbox/guests/{GRACE}")
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "PUT"}
    assert sandbox.client.head(f"/_sandbox/guests/{GRACE}").status_code == 200


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"7", b"\xff", b"[" * 900 + b"]" * 900])
def test_put_of_what_is_no_guest_is_a_400(sandbox: Caller, content: bytes) -> None:
    assert sandbox.client.put(f"/_sandbox/guests/{GRACE}", content=content).status_code == 400


@pytest.mark.parametrize("user_id", ["0", "-1", "x", "9" * 30, str(2**63), "1.0", "01", "%D9%A4"])
def test_an_id_that_is_none(sandbox: Caller, user_id: str) -> None:
    assert sandbox.client.get(f"/_sandbox/guests/{user_id}").status_code == 404
    assert sandbox.client.put(f"/_sandbox/guests/{user_id}", json={}).status_code == 400


def test_the_log_holds_no_secret_and_no_guest(sandbox: Caller) -> None:
    sandbox.online("reward", reward_id=70001)
    sandbox.batch(ALAN)
    sandbox.client.post("/api/auth/ada.sandbox@example.com?token=secret")
    entries = sandbox.client.get("/_sandbox/log").json()
    assert [(each["seq"], each["operation"], each["status"]) for each in entries] == [
        (1, "create_online_redemption", 200),
        (2, "process_batch_redemption", 422),
        (3, None, 404),
    ]
    text = sandbox.client.get("/_sandbox/log").text
    for secret in ("Ada", "example.com", "not-a-real-one", "secret", "70001", str(ALAN)):
        assert secret not in text


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example.com"},
        {"Host": "127.0.0.1.evil.example.com:8787"},
        {"Host": "10.0.0.1:8787"},
        {"Host": ""},
        {"Host": "["},
        {"Origin": "https://evil.example.com"},
        {"Origin": "null"},
    ],
)
def test_only_loopback_gets_in(sandbox: Caller, headers: dict[str, str]) -> None:
    before = sandbox.guest(GRACE)
    statuses = {
        operation_id: sandbox.client.request(method, path, headers=headers, json={"points": 1}).status_code
        for method, path, operation_id in paths()
    }
    assert statuses == dict.fromkeys(statuses, 403)
    assert sandbox.guest(GRACE) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "localhost:1"},
        {"Host": "127.0.0.1"},
        {"Host": "[::1]:8787"},
        {"Origin": "http://localhost:3000"},
    ],
)
def test_every_name_of_loopback_gets_in(sandbox: Caller, headers: dict[str, str]) -> None:
    assert sandbox.client.get("/_sandbox/health", headers=headers).status_code == 200


def test_looking_does_not_change_the_ids_of_answers(sandbox: Caller, clock: Clock) -> None:
    first = sandbox.client.post("/nowhere").headers["x-request-id"]
    sandbox.client.post("/_sandbox/reset")
    for _ in range(3):
        sandbox.client.get("/_sandbox/health")
    assert sandbox.client.post("/nowhere").headers["x-request-id"] == first
