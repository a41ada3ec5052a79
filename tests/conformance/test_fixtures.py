"""A fixtures file is read strictly: what is wrong is named by line and field, and no value is ever shown."""

import json

import pytest

from punchh_contract.conformance.fixtures import Fixture, Fixtures, choices, read
from punchh_contract.conformance.naming import namings
from punchh_contract.contract import load
from punchh_contract.errors import UsageError

GOOD = """
spend: 3
operations:
  force_redeem:
    user_id: [111111111]
    redemption.reward_id: [70001, {value: 70002, spend: 7}]
  create_online_redemption:
    store_number: ['401', {value: '402', spend: 2}]
    discount_type: [card_completion]
    redeemed_points: ['5.50']
"""


def test_values_come_with_their_kind_and_cap() -> None:
    fixtures = read(GOOD, load(), "fixtures.yaml")

    assert list(fixtures) == [
        Fixture("force_redeem", "user_id", 111111111, "guest", 3),
        Fixture("force_redeem", "redemption.reward_id", 70001, "asset", 3),
        Fixture("force_redeem", "redemption.reward_id", 70002, "asset", 7),
        Fixture("create_online_redemption", "store_number", "401", "store", None),
        Fixture("create_online_redemption", "store_number", "402", "store", 2),
        Fixture("create_online_redemption", "discount_type", "card_completion", "asset", 3),
        Fixture("create_online_redemption", "redeemed_points", "5.50", "amount", 3),
    ]
    assert [each.value for each in fixtures.of("force_redeem", "redemption.reward_id")] == [70001, 70002]
    assert fixtures.of("force_redeem", "email") == ()


def test_without_a_word_about_it_a_value_is_spent_once() -> None:
    (only,) = read("operations: {force_redeem: {user_id: [7]}}", load(), "f")

    assert only.spend == 1


def test_they_survive_the_pipe() -> None:
    fixtures = read(GOOD, load(), "f")

    assert Fixtures.load(json.loads(json.dumps(fixtures.dump()))) == fixtures


def test_no_repr_shows_a_value() -> None:
    fixtures = read(GOOD, load(), "f")

    assert "111111111" not in repr(fixtures) + repr(list(fixtures))


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("", 1, "no mapping"),
        ("operations: {force_redeem: {user_id: [*secret]}}", 1, "no YAML"),
        ("spend: 2", 1, "`operations`"),
        ("spend: 0\noperations: {}", 1, "`spend`"),
        ("spend: true\noperations: {}", 1, "`spend`"),
        ("operations:\n  redeem_moon: {}", 2, "force_redeem"),
        ("operations:\n  force_redeem:\n    usr_id: [4711]", 3, "known: user_id"),
        ("operations:\n  force_redeem:\n    user_id: 4711", 3, "[brackets]"),
        ("operations:\n  force_redeem:\n    user_id: ['4711']", 3, "no quotes"),
        ("operations:\n  force_redeem:\n    user_id: [true]", 3, "whole number"),
        ("operations:\n  force_redeem:\n    user_id: [4711.0]", 3, "whole number"),
        ("operations:\n  force_redeem:\n    user_id: [[4711]]", 3, "single value"),
        ("operations:\n  force_redeem:\n    user_id: [4711, 4711]", 3, "twice"),
        ("operations:\n  force_redeem:\n    user_id: [4711]\n    user_id: [4712]", 4, "twice"),
        ("operations:\n  force_redeem:\n    user_id: [{valu: 4711}]", 3, "known: value, spend"),
        ("operations:\n  force_redeem:\n    user_id: [{spend: 1}]", 3, "no `value`"),
        ("operations:\n  force_redeem:\n    user_id: [{value: 4711, spend: -1}]", 3, "`spend`"),
        ("operations:\n  create_online_redemption:\n    redeemable_id: [4711]", 3, "in quotes"),
        ("operations:\n  create_online_redemption:\n    redemption_code: [2026-01-01]", 3, "in quotes"),
        ("operations:\n  create_online_redemption:\n    redemption_code: ['']", 3, "contract"),
        ("operations:\n  create_online_redemption:\n    redeemed_points: ['0']", 3, "above zero"),
        ("operations:\n  create_online_redemption:\n    redeemed_points: ['-4711']", 3, "above zero"),
        ("operations:\n  create_online_redemption:\n    redeemed_points: [all]", 3, "above zero"),
        ("operations:\n  create_online_redemption:\n    discount_type: [reward]", 3, "card_completion"),
    ],
)
def test_what_is_wrong_is_named_without_its_value(text: str, line: int, word: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text, load(), "mine.yaml")

    assert str(caught.value).startswith(f"mine.yaml:{line}: ")
    assert word in str(caught.value)
    assert "4711" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_generator_chooses_from_a_few_and_from_what_is_impossible() -> None:
    many = ", ".join(map(str, range(70001, 70101)))
    fixtures = read(f"operations: {{force_redeem: {{redemption.reward_id: [{many}]}}}}", load(), "f")
    naming = next(
        each for each in namings(load(), load().operation("force_redeem")) if each.field.endswith("reward_id")
    )

    assert choices(naming, "force_redeem", fixtures) == (70001, 70002, 70003, 2**63 - 1)
    assert choices(naming, "force_redeem", Fixtures()) == (2**63 - 1,)
