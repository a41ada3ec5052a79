"""What names a guest or an asset is read from the contract, and found however it is written."""

import pytest

from punchh_contract.conformance.impossible import impossible
from punchh_contract.conformance.naming import Naming, namings, same, says, words
from punchh_contract.contract import load

EVERY = {each.field: each for operation in load().operations.values() for each in namings(load(), operation)}


def test_every_operation_names_its_guests_and_assets() -> None:
    found = {
        operation.id: {f"{each.kind} {each.field}" for each in namings(load(), operation)}
        for operation in load().operations.values()
    }

    assert found == {
        "force_redeem": {
            "guest user_id",
            "amount redemption.requested_punches",
            "asset redemption.reward_id",
        },
        "create_online_redemption": {
            "client client",
            "guest authentication_token",
            "guest email",
            "store store_number",
            "asset reward_id",
            "asset redeemable_id",
            "asset subscription_id",
            "asset redemption_code",
            "asset discount_type",
            "amount redeemed_points",
        },
        "process_batch_redemption": {"guest user_id", "asset punchh_key"},
        "create_subscription_redemption_code": {"client client", "asset subscription_id"},
    }


@pytest.mark.parametrize(
    "key",
    ["reward_id", "Reward_ID", "rewardId", "reward-id", "REWARD ID", "redemption[reward_id]", "a.reward_id"],
)
def test_a_name_is_known_however_it_is_written(key: str) -> None:
    assert "rewardid" in words(key)


def test_another_name_is_another() -> None:
    assert "rewardid" not in words("reward_ids_count") | words("id") | words("")


def test_a_constant_is_known_inside_of_anything() -> None:
    assert says("Card-Completion ", "card_completion")
    assert says([{"a": ["card_completion"]}], "card_completion")
    assert not says("reward", "card_completion")


def test_one_and_true_are_two() -> None:
    assert not same(1, True)
    assert not same(1, 1.0)
    assert same("1", "1")


@pytest.mark.parametrize("naming", EVERY.values(), ids=EVERY)
def test_impossible_values_keep_or_break_the_schema_and_none_is_one_that_servers_cast(naming: Naming) -> None:
    values = impossible(naming)

    assert values.invalid
    assert values.valid or naming.const is not None
    assert all(naming.accepts(each) for each in values.valid)
    assert not any(naming.accepts(each) for each in values.invalid)
    for each in values.all:
        assert not isinstance(each, bool)
        if isinstance(each, int | float):
            assert each in (0, -1) or each >= 999_999_999
        if isinstance(each, str) and naming.kind != "amount":
            assert not any(letter.isdigit() for letter in each)
        if naming.kind == "amount":
            assert each not in (None, "", [], {}, 0, -1)
