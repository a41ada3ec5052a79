"""No fixture takes part in more redemptions than its cap allows, and what nobody knows counts as one."""

from typing import Any

import pytest

from punchh_contract.conformance.fixtures import read
from punchh_contract.conformance.spending import CapError, Spending
from punchh_contract.contract import load

FORCE = load().operation("force_redeem")
FIXTURES = read(
    """
operations:
  force_redeem: {user_id: [{value: 7, spend: 2}], redemption.reward_id: [70001]}
  create_online_redemption: {store_number: ['401']}
""",
    load(),
    "f",
)
GUEST, REWARD, STORE = FIXTURES
BODY = {"user_id": 7, "redemption": {"reward_id": 70001}}


def test_a_request_reserves_what_it_holds_and_gives_back_what_it_did_not_take() -> None:
    spending = Spending(FIXTURES, capped=True)
    bill = spending.reserve(FORCE, BODY)

    assert set(bill.fixtures) == {GUEST, REWARD}
    assert (spending.left(GUEST), spending.left(REWARD)) == (1, 0)
    spending.settle(bill, "free")
    assert (spending.left(GUEST), spending.left(REWARD)) == (2, 1)


@pytest.mark.parametrize("outcome", ["spent", "unknown"])
def test_what_was_or_may_have_been_taken_is_gone(outcome: Any) -> None:
    spending = Spending(FIXTURES, capped=True)
    spending.settle(spending.reserve(FORCE, BODY), outcome)

    assert spending.left(REWARD) == 0
    spending.settle(spending.reserve(FORCE, {"user_id": 7}), "free")
    with pytest.raises(CapError, match=r"force_redeem: a fixture of redemption\.reward_id is spent"):
        spending.reserve(FORCE, BODY)
    assert spending.left(GUEST) == 1, "a request that is not sent reserves nothing"
    row = spending.rows()[1]
    assert (row["cap"], row["spent"], row["unknown"]) == (1, outcome == "spent", outcome == "unknown")


def test_of_a_store_nothing_is_spent() -> None:
    assert Spending(FIXTURES, capped=True).left(STORE) is None


def test_on_a_target_of_our_own_all_is_counted_and_nothing_limited() -> None:
    spending = Spending(FIXTURES, capped=False)
    for _ in range(5):
        spending.settle(spending.reserve(FORCE, BODY), "spent")

    assert spending.left(REWARD) is None
    assert [(row["field"], row["position"], row["cap"], row["spent"]) for row in spending.rows()] == [
        ("user_id", 1, None, 5),
        ("redemption.reward_id", 1, None, 5),
        ("store_number", 1, None, 0),
    ]


@pytest.mark.parametrize(
    "body", [{"a": [{"Reward-Id": 70001}]}, {"redemption[reward_id]": 70001}, [{"rewardId": 70001}]]
)
def test_a_fixture_is_found_wherever_it_stands(body: Any) -> None:
    assert Spending(FIXTURES, capped=True).reserve(FORCE, body).fixtures == (REWARD,)


def test_another_type_or_another_operation_is_no_fixture() -> None:
    spending = Spending(FIXTURES, capped=True)

    assert spending.reserve(FORCE, {"user_id": "7", "redemption": {"reward_id": 70001.0}}).fixtures == ()
    assert spending.reserve(load().operation("process_batch_redemption"), {"user_id": 7}).fixtures == ()
