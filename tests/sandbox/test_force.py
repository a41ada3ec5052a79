"""Force redeem over the ASGI app: what staff take, from which balance, and how often they may."""

from typing import Any

import httpx
import orjson
import pytest
from sandbox.calling import ADA, GRACE, HEDY, Caller, Clock
from sqlalchemy import update

from punchh_contract.contract import load
from punchh_contract.facts import RateLimit
from punchh_contract.sandbox.store import limits


def test_it_takes_points_and_keeps_the_message(sandbox: Caller) -> None:
    response = sandbox.force(GRACE, requested_punches=50, force_message="Wrong order")
    assert response.status_code == 201
    body = response.json()
    assert (body["redeemed_value"], body["expiring_at"]) == (50, "2026-03-02T20:05:01Z")
    assert "Wrong order" not in response.text
    guest = sandbox.guest(GRACE)
    assert guest["points"] == 200
    assert guest["redemptions"][-1]["message"] == "Wrong order"
    [event] = sandbox.events()
    assert event["payload"]["force_message"] == "Wrong order"


@pytest.mark.parametrize(
    ("program", "balance", "taken", "text"),
    [
        pytest.param("points", "points", 5, "Not enough points to redeem", id="points"),
        pytest.param(
            "banked_currency",
            "banked_cents",
            500,
            "Current Balance of 15.00 is less than 10000.00 requested",
            id="banked currency",
        ),
        pytest.param("visits", "visit_cards", 5, "Not enough points to redeem", id="visits"),
    ],
)
def test_an_amount_is_of_what_the_program_counts(
    sandbox: Caller, program: str, balance: str, taken: int, text: str
) -> None:
    assert sandbox.client.patch("/_sandbox/business", json={"program": program}).status_code == 200
    assert sandbox.put(GRACE, visit_cards=7).status_code == 200
    before = sandbox.held(GRACE)
    refused = sandbox.force(GRACE, requested_punches=10000)
    assert (refused.status_code, text in refused.text) == (422, True)
    assert sandbox.held(GRACE) == before
    assert sandbox.force(GRACE, requested_punches=5).json()["redeemed_value"] == 5
    after = sandbox.held(GRACE)
    assert before[balance] - after[balance] == taken
    others = {"points", "banked_cents", "visit_cards"} - {balance}
    assert all(before[other] == after[other] for other in others)


def test_a_reward_is_taken_once(sandbox: Caller) -> None:
    body = sandbox.force(GRACE, reward_id=72001).json()
    assert (body["redeemable_name"], body["redeemed_value"]) == ("Free Tea", 0)
    assert sandbox.force(GRACE, reward_id=72001).status_code == 422
    assert sandbox.guest(GRACE)["rewards"][0]["used"] is True


@pytest.mark.parametrize(
    "more",
    [{"requested_punches": 5}, {"fuel_redemption": True}, {"fuel_redemption": True, "requested_punches": 5}],
)
def test_a_reward_wins_over_an_amount_of_anything(sandbox: Caller, more: dict[str, Any]) -> None:
    sandbox.switch(fuel=True)
    before = sandbox.held(GRACE)
    answer = sandbox.force(GRACE, reward_id=72001, **more)
    assert (answer.status_code, answer.json()["redeemed_value"]) == (201, 0)
    after = sandbox.held(GRACE)
    assert {name: before[name] for name in before if name != "rewards"} == {
        name: after[name] for name in after if name != "rewards"
    }


def test_fuel_is_taken_from_its_own_balance(sandbox: Caller) -> None:
    assert sandbox.force(HEDY, requested_punches=5, fuel_redemption=True).status_code == 422
    sandbox.switch(fuel=True)
    before = sandbox.guest(HEDY)
    answer = sandbox.force(HEDY, requested_punches=15, fuel_redemption=True)
    assert (answer.status_code, answer.json()["redeemed_value"]) == (201, 15)
    too_much = sandbox.force(HEDY, requested_punches=15, fuel_redemption=True)
    assert (too_much.status_code, "Not enough points" in too_much.text) == (422, True)
    after = sandbox.guest(HEDY)
    assert (before["fuel_points"], after["fuel_points"]) == (20, 5)
    assert before["points"] == after["points"]
    [event] = sandbox.events()
    assert event["payload"]["redemption_type"] == "FuelRewardRedemption"


@pytest.mark.parametrize(
    ("user_id", "order", "status", "text"),
    [
        pytest.param(GRACE, {"requested_punches": 251}, 422, "Not enough points", id="too many points"),
        pytest.param(GRACE, {"requested_punches": 2**63 - 1}, 422, "Not enough points", id="a great many"),
        pytest.param(GRACE, {"reward_id": 70001}, 422, "not accessible", id="another guest's reward"),
        pytest.param(ADA, {"reward_id": 79001}, 422, "not accessible", id="an expired reward"),
        pytest.param(
            GRACE, {"requested_punches": 1, "fuel_redemption": True}, 422, "configuration", id="no fuel here"
        ),
        pytest.param(GRACE, {}, 422, "Nothing to redeem", id="nothing asked for"),
        pytest.param(GRACE, {"fuel_redemption": True}, 422, "Nothing to redeem", id="fuel, but how much"),
        pytest.param(404, {"requested_punches": 1}, 404, "user with ID: 404", id="no such guest"),
    ],
)
def test_refusals_take_nothing(
    sandbox: Caller, user_id: int, order: dict[str, Any], status: int, text: str
) -> None:
    before = sandbox.held(GRACE)
    response = sandbox.force(user_id, **order)
    assert response.status_code == status
    assert text in response.text
    assert sandbox.held(GRACE) == before
    assert sandbox.events() == []


def test_it_goes_past_the_checks_that_a_till_has(sandbox: Caller) -> None:
    change = {
        "settings": {"redemptions_enabled": False},
        "locations": [{"store_number": "401", "redemptions_disabled": True}],
    }
    assert sandbox.client.patch("/_sandbox/business", json=change).status_code == 200
    assert sandbox.force(GRACE, requested_punches=1).status_code == 201


def test_a_query_that_the_operation_does_not_have_is_let_be(sandbox: Caller) -> None:
    body = {"user_id": GRACE, "redemption": {"requested_punches": 1}, "query": True}
    assert sandbox.post("force_redeem", body).status_code == 201
    assert sandbox.guest(GRACE)["points"] == 249


LIMIT = load().operation("force_redeem").rate_limit or RateLimit(0, 0)


def used_up(sandbox: Caller, calls: int) -> None:
    """As if the sandbox had been called so often just now."""
    with sandbox.app.state.store.transaction() as tx:
        for _ in range(calls):
            assert tx.limits.wait("force_redeem", LIMIT, tx.now) is None


def refused(answer: httpx.Response) -> int:
    """Seconds that a refused caller is told to wait."""
    assert (answer.status_code, answer.json()) == (429, {"error": "Too many requests"})
    assert answer.headers["x-pch-env"] == "sandbox"
    return int(answer.headers["Retry-After"])


def test_five_hundred_a_minute(sandbox: Caller, clock: Clock) -> None:
    assert (LIMIT.per_minute, LIMIT.per_day) == (500, 100_000)
    clock.now = clock.now.replace(second=20, microsecond=500_000)
    used_up(sandbox, 499)
    assert sandbox.force(ADA, requested_punches=1).status_code == 201
    points = sandbox.guest(ADA)["points"]
    wait = refused(sandbox.force(ADA, requested_punches=1))
    assert wait == 40
    assert sandbox.guest(ADA)["points"] == points
    assert len(sandbox.events()) == 1
    clock.advance(seconds=wait - 1)
    assert refused(sandbox.force(ADA, requested_punches=1)) == 1
    clock.advance(seconds=1)
    assert sandbox.force(ADA, requested_punches=1).status_code == 201


def test_a_hundred_thousand_a_day(sandbox: Caller, clock: Clock) -> None:
    with sandbox.app.state.store.transaction() as tx:
        assert tx.limits.wait("force_redeem", LIMIT, tx.now) is None
        day = update(limits.calls).where(limits.calls.c.window == 86_400)
        tx.connection.execute(day.values(count=99_999))
    assert sandbox.force(ADA, requested_punches=1).status_code == 201
    wait = refused(sandbox.force(ADA, requested_punches=1))
    clock.advance(minutes=5)
    assert refused(sandbox.force(ADA, requested_punches=1)) == wait - 300
    clock.advance(seconds=wait - 300)
    assert sandbox.force(ADA, requested_punches=1).status_code == 201
    assert (clock.now.hour, clock.now.minute, clock.now.second) == (0, 0, 0)


def test_calls_that_were_refused_count_and_those_without_a_key_do_not(sandbox: Caller) -> None:
    used_up(sandbox, 498)
    path = load().operation("force_redeem").path
    stranger = sandbox.client.post(path, json={}, headers={"Authorization": "Bearer wrong"})
    assert stranger.status_code == 401
    assert sandbox.post("force_redeem", b"{").status_code == 400
    assert sandbox.force(404, requested_punches=1).status_code == 404
    assert refused(sandbox.post("force_redeem", orjson.dumps({"user_id": ADA}))) > 0


def test_limits_can_be_switched_off(sandbox: Caller) -> None:
    used_up(sandbox, 500)
    sandbox.switch(rate_limits=False)
    assert sandbox.force(ADA, requested_punches=1).status_code == 201


def test_other_operations_have_no_limit(sandbox: Caller) -> None:
    used_up(sandbox, 500)
    assert sandbox.online("reward", reward_id=70001).status_code == 200
