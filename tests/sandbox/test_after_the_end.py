"""What was called off or has ended stays so: its code, its answer, and who may ask for it."""

from datetime import timedelta
from functools import partial

import pytest
from sandbox.calling import ADA, NOW, Caller

from punchh_contract.sandbox.clock import ClockState
from punchh_contract.sandbox.decisions import Refusal
from punchh_contract.sandbox.recording import cancelled, expired

COUPON = "SANDBOX-COUPON"


@pytest.mark.parametrize("end", [cancelled, expired])
def test_a_clock_set_back_brings_no_code_back(sandbox: Caller, end: object) -> None:
    made = sandbox.code("900699").json()
    with sandbox.app.state.store.transaction() as tx:
        ended = end(tx, tx.redemptions.get(made["redemption_id"]))  # type: ignore[operator]  # one of two
        assert not isinstance(ended, Refusal)
        tx.world.set_clock(ClockState(frozen_at=NOW - timedelta(days=1)))

    answer = sandbox.online("redemption_code", redemption_code=made["redemption_tracking_code"]).json()

    assert answer["category"] == "expired"
    assert "redemption_id" not in answer


def test_after_a_cancel_the_same_external_uid_is_judged_anew(sandbox: Caller) -> None:
    first = sandbox.online("reward", reward_id=70001, external_uid="order-1").json()
    assert sandbox.online("reward", reward_id=70001, external_uid="order-1").json() == first
    with sandbox.app.state.store.transaction() as tx:
        assert not isinstance(cancelled(tx, tx.redemptions.get(first["redemption_id"])), Refusal)

    again = sandbox.online("reward", reward_id=70001, external_uid="order-1").json()

    assert again["category"] == "redeemable"
    assert again["redemption_id"] != first["redemption_id"]
    statuses = [each["status"] for each in sandbox.guest(ADA)["redemptions"]]
    assert statuses == ["cancelled", "honoured"]


def test_of_a_basket_the_answer_stands_as_long_as_one_of_its_redemptions(sandbox: Caller) -> None:
    guest = 111112000
    first = sandbox.batch(guest, external_uid="till-1").json()
    ids = [each["redemption_id"] for each in first["success"]]
    for place, redemption_id in enumerate(ids):
        assert sandbox.batch(guest, external_uid="till-1").json() == first, place
        with sandbox.app.state.store.transaction() as tx:
            assert not isinstance(cancelled(tx, tx.redemptions.get(redemption_id)), Refusal)

    assert sandbox.batch(guest, external_uid="till-1").status_code == 422


def cancel(sandbox: Caller, redemption_id: int) -> None:
    with sandbox.app.state.store.transaction() as tx:
        assert not isinstance(cancelled(tx, tx.redemptions.get(redemption_id)), Refusal)


@pytest.mark.parametrize("where", ["online", "in a basket"])
def test_a_code_that_was_cancelled_is_honoured_by_no_answer_of_before(sandbox: Caller, where: str) -> None:
    """Its record was made by another operation than the one that answers."""
    made = sandbox.code("900699").json()
    code = made["redemption_tracking_code"]
    if where == "online":
        ask = partial(sandbox.online, "redemption_code", redemption_code=code, external_uid="order-1")
    else:
        item = {"item_id": 5, "discount_type": "redemption_code", "discount_id": code}
        sandbox.put(ADA, basket=[item])
        ask = partial(sandbox.batch, ADA, external_uid="order-1")
    first = ask().json()
    assert ask().json() == first
    cancel(sandbox, made["redemption_id"])

    again = ask().json()

    assert again != first
    assert not again.get("redemption_id")
    assert not again.get("success")


def test_one_key_of_two_operations_is_forgotten_by_the_one_that_was_cancelled(sandbox: Caller) -> None:
    sandbox.put(ADA, basket=[{"item_id": 6, "discount_type": "reward", "discount_id": "70002"}])
    batch = sandbox.batch(ADA, external_uid="order-1").json()
    online = sandbox.online("reward", reward_id=70001, external_uid="order-1").json()
    cancel(sandbox, online["redemption_id"])

    again = sandbox.online("reward", reward_id=70001, external_uid="order-1").json()

    assert again["category"] == "redeemable"
    assert again["redemption_id"] != online["redemption_id"]
    assert sandbox.batch(ADA, external_uid="order-1").json() == batch


def test_uses_that_were_set_back_are_not_given_back_once_more(sandbox: Caller) -> None:
    held = {"subscription_id": 900699, "plan_id": 45, "uses": 0}
    sandbox.put(ADA, subscriptions=[held])
    redeemed = sandbox.online("subscription", subscription_id="900699").json()
    sandbox.put(ADA, subscriptions=[held])
    cancel(sandbox, redeemed["redemption_id"])
    assert sandbox.guest(ADA)["subscriptions"][0]["uses"] == 0


def test_an_address_opens_no_answer_that_a_token_got(sandbox: Caller) -> None:
    sandbox.online("redeemable", redeemable_id="493", external_uid="order-1").raise_for_status()
    mail = {"email": sandbox.guest(ADA)["email"], "redemption_code": COUPON, "external_uid": "order-1"}
    nobody = sandbox.auth(access_token=None, id_token=None)

    answer = sandbox.online("redemption_code", nobody, **mail).json()

    assert answer["redemption_code"] == COUPON
    assert sandbox.online("redemption_code", nobody, **mail).json() == answer
