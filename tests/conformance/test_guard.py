"""The guard lets by what names a fixture or nobody, and nothing else, however it is written."""

import json
from typing import Any

import pytest

from punchh_contract.auth import Credentials
from punchh_contract.conformance.fixtures import Fixtures, read
from punchh_contract.conformance.guard import Guard, GuardError
from punchh_contract.contract import load

FORCE = load().operation("force_redeem")
ONLINE = load().operation("create_online_redemption")
HOST = "https://loyalty.example"
FIXTURES = read(
    """
operations:
  force_redeem: {user_id: [4711], redemption.reward_id: [70001]}
  create_online_redemption: {discount_type: [card_completion], redemption_code: [MINE]}
""",
    load(),
    "f",
)


def guard(fixtures: Fixtures = FIXTURES) -> Guard:
    held = Credentials(client="held-client", mobile_client="held-mobile")
    return Guard(load(), fixtures, held, "contract-run-1-", {"HANDED-OUT"})


def check(operation: Any, body: Any, query: str = "", fixtures: Fixtures = FIXTURES) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    guard(fixtures).check(operation.method, HOST + operation.path + query, content)


@pytest.mark.parametrize(
    "body",
    [
        {"user_id": 4711, "redemption": {"reward_id": 70001, "requested_punches": 999999999}},
        {"user_id": 2**63 - 1},
        {"user_id": 2**63, "redemption": {"reward_id": None}},
        {"user_id": 0, "redemption": {"reward_id": [], "force_message": "70002"}},
        {"reward_id": 70001, "external_uid": "contract-run-1-8"},
        {"external_uid": None, "discount_type": "reward"},
        [],
        "text",
        b"\xff\xfe",
        b"{",
        b"",
    ],
)
def test_fixtures_and_impossible_values_pass(body: Any) -> None:
    check(FORCE, body)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"user_id": 469}, "user_id"),
        ({"user_id": 70001}, "user_id"),
        ({"user_id": "4711"}, "user_id"),
        ({"user_id": 4711.0}, "user_id"),
        ({"user_id": True}, "user_id"),
        ({"user_id": [4711]}, "user_id"),
        ({"user_id": {"id": 4711}}, "user_id"),
        ({"USER_ID": 469}, "USER_ID"),
        ({"userId": 469}, "userId"),
        ({"a": [[{"b": {"user_id": 469}}]]}, "user_id"),
        ({"redemption[reward_id]": 469}, "rewardid"),
        ({"redemption": {"requested_punches": 0}}, "requested_punches"),
        ({"redemption": {"requested_punches": None}}, "requested_punches"),
        ({"email": "pat@example.com"}, "email"),
        ({"email": ""}, "email"),
        ({"discount_type": "card_completion"}, "discount_type"),
        ({"discount_type": ["Card_Completion"]}, "discount_type"),
        ({"external_uid": "contract-run-2-8"}, "external_uid"),
        ({"external_uid": 8}, "external_uid"),
        (b'{"user_id": 469, "user_id": 4711}', "user_id"),
        (b"user_id=469", "no JSON"),
        (b"a=1&user%5fid=469", "no JSON"),
        ('{"user_id": 469'.encode("utf-16"), "no JSON"),
        (b"[" * 100_000 + b'{"user_id": 469}', "no JSON"),
    ],
)
def test_anything_else_is_stopped_and_not_shown(body: Any, field: str) -> None:
    with pytest.raises(GuardError) as caught:
        check(FORCE, body)

    assert "force_redeem" in str(caught.value)
    assert field in str(caught.value)
    assert "469" not in str(caught.value)
    assert "example.com" not in str(caught.value)


def test_the_query_is_looked_at_too() -> None:
    check(FORCE, {}, "?added=1")
    with pytest.raises(GuardError, match="user_id"):
        check(FORCE, {}, "?a=1&user_id=469")


def test_a_clients_key_is_that_of_the_operation() -> None:
    check(ONLINE, {"client": "held-client"})
    check(load().operation("create_subscription_redemption_code"), {"client": "held-mobile"})
    with pytest.raises(GuardError, match="client"):
        check(ONLINE, {"client": "held-mobile"})


def test_what_the_target_handed_out_passes_as_text() -> None:
    check(ONLINE, {"redemption_code": "HANDED-OUT"})
    with pytest.raises(GuardError):
        check(ONLINE, {"redemption_code": "NOT-HANDED-OUT"})


def test_a_card_is_redeemed_only_where_the_fixtures_say_so() -> None:
    check(ONLINE, {"discount_type": "card_completion"})
    with pytest.raises(GuardError, match="discount_type"):
        check(ONLINE, {"discount_type": "card_completion"}, fixtures=Fixtures())


def test_a_fixture_of_one_operation_is_none_of_another() -> None:
    with pytest.raises(GuardError, match="user_id"):
        check(load().operation("process_batch_redemption"), {"user_id": 4711})


def test_a_request_to_no_operation_names_nobody() -> None:
    guard().check("POST", f"{HOST}/_sandbox/reset", None)
    with pytest.raises(GuardError, match="no operation"):
        guard().check("POST", f"{HOST}/elsewhere", b'{"user_id": 4711}')
