"""Bodies come to mean something on the target, invalid ones stay invalid, one seed gives the same again."""

import copy
from typing import Any

import jsonschema_rs
import pytest

from punchh_contract.conformance.grounding import Grounding
from punchh_contract.contract import load

ONLINE = load().operation("create_online_redemption")
FORCE = load().operation("force_redeem")
MOBILE = load().operation("create_subscription_redemption_code")
FIXTURES = {
    "create_online_redemption": {
        "client": ("known-client",),
        "reward_id": (70001, 70002, 70003),
        "redeemable_id": ("493",),
        "redemption_code": ("KNOWN-CODE",),
        "redeemed_points": ("5",),
        "subscription_id": ("900699",),
        "receipt_amount": (30,),
    },
    "force_redeem": {"user_id": (111111111,), "redemption.reward_id": (71001,)},
    "create_subscription_redemption_code": {"client": ("known-client",), "subscription_id": ("900699",)},
}
VALID = jsonschema_rs.validator_for(ONLINE.request_schema, validate_formats=True)


def grounding(seed: int = 1) -> Grounding:
    return Grounding(seed, FIXTURES, load())


def order(**more: Any) -> dict[str, Any]:
    return {
        "client": "0",
        "store_number": "0",
        "receipt_amount": 0,
        "subtotal_amount": -7.5,
        "receipt_datetime": "0",
        "transaction_no": "0",
        "discount_type": "reward",
        "reward_id": 1,
        **more,
    }


@pytest.mark.parametrize("seed", range(20))
def test_most_bodies_become_meaningful_and_all_stay_valid(seed: int) -> None:
    ground = grounding(seed)
    bodies = [ground.ground(ONLINE, order()) for _ in range(60)]

    assert all(VALID.is_valid(body) for body in bodies)
    known = [body for body in bodies if body["client"] == "known-client"]
    assert len(known) >= 45
    plausible = [body for body in bodies if body["receipt_amount"] == body["subtotal_amount"] >= 20]
    assert len(plausible) >= 45


@pytest.mark.parametrize("seed", range(20))
def test_every_strange_value_has_its_turn_and_comes_alone(seed: int) -> None:
    ground = grounding(seed)
    bodies = [ground.ground(ONLINE, order()) for _ in range(60)]
    strange = [
        {
            "client": body["client"] != "known-client",
            "reward": body.get("reward_id") == 1,
            "receipt": body["receipt_amount"] != body["subtotal_amount"],
        }
        for body in bodies
    ]

    assert all(sum(each.values()) <= 1 for each in strange)
    assert all(any(each[name] for each in strange) for name in ("client", "reward", "receipt"))


def test_every_shape_has_its_turn() -> None:
    ground = grounding()
    bodies = [ground.ground(ONLINE, order()) for _ in range(60)]

    shapes = {(body["discount_type"], "query" in body) for body in bodies}
    assert len(shapes) == 12


@pytest.mark.parametrize(
    "broken",
    [
        order(client=""),
        order(client=7),
        order(reward_id="70001"),
        order(reward_id=0),
        order(reward_id=2**63),
        order(reward_id=True),
        order(receipt_amount="1"),
        order(external_uid=""),
        order(external_uid=None),
        order(query=False),
        order(discount_type="moon"),
        {"client": "0", "discount_type": "reward"},
    ],
)
def test_a_body_that_breaks_its_schema_still_does(broken: dict[str, Any]) -> None:
    assert not VALID.is_valid(broken)
    assert not VALID.is_valid(grounding().ground(ONLINE, broken))


@pytest.mark.parametrize("body", [None, [], "text", 7, [order()]])
def test_what_is_no_object_stays_as_it_is(body: Any) -> None:
    assert grounding().ground(ONLINE, body) == body


def test_the_case_of_the_generator_is_not_changed() -> None:
    body = {"user_id": 5, "redemption": {"reward_id": 9}}
    before = copy.deepcopy(body)

    grounded = grounding().ground(FORCE, body, as_written=True)

    assert body == before
    assert grounded == {"user_id": 111111111, "redemption": {"reward_id": 71001}}


def test_an_example_keeps_its_shape_and_gets_known_ids() -> None:
    ground = grounding()
    examples = [
        ground.ground(ONLINE, order(discount_type="card_completion", reward_id=8), as_written=True)
        for _ in range(12)
    ]

    assert {each["discount_type"] for each in examples} == {"card_completion"}
    assert {each["client"] for each in examples} == {"known-client"}
    assert {each["reward_id"] for each in examples} == {70001, 70002, 70003}


def test_fixtures_are_spent_in_turn() -> None:
    ground = grounding()
    spent = [ground.ground(ONLINE, order(), as_written=True)["reward_id"] for _ in range(4)]

    assert spent == [70001, 70002, 70003, 70001]


def test_a_value_that_the_target_handed_out_stays() -> None:
    ground = grounding()
    ground.kept["create_online_redemption", "redemption_code"].add("7000002")
    handed_out = order(discount_type="redemption_code", redemption_code="7000002")

    grounded = [ground.ground(ONLINE, handed_out) for _ in range(12)]

    assert {each["redemption_code"] for each in grounded} == {"7000002"}
    assert {each["discount_type"] for each in grounded} == {"redemption_code"}


def test_external_uids_are_unique_but_for_some_repeats() -> None:
    ground = grounding()
    uids = [
        ground.ground(ONLINE, order(external_uid="0"), as_written=True)["external_uid"] for _ in range(40)
    ]

    assert len(set(uids)) == 36


def test_an_operation_without_a_key_keeps_what_was_generated() -> None:
    body = {"client": "0", "subscription_id": "0", "external_uid": "0"}

    assert grounding().ground(MOBILE, body, as_written=True)["external_uid"] == "0"


def test_the_same_seed_gives_the_same_bodies_and_another_does_not() -> None:
    def bodies(seed: int) -> list[Any]:
        ground = grounding(seed)
        return [ground.ground(ONLINE, order(transaction_no=str(n))) for n in range(20)]

    assert bodies(3) == bodies(3)
    assert bodies(3) != bodies(4)


def test_every_other_quote_of_a_handed_out_value_becomes_a_commit() -> None:
    ground = grounding()
    ground.kept["create_online_redemption", "redemption_code"].add("7000002")
    quote = order(discount_type="redemption_code", redemption_code="7000002", query=True)

    assert ["query" in ground.ground(ONLINE, quote) for _ in range(4)] == [False, True, False, True]
