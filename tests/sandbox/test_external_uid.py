"""What a second call with the same `external_uid` gets: the first answer, and nothing is taken again."""

from pathlib import Path
from typing import Any

import pytest
from sandbox.calling import FULL, GRACE, Caller, Clock, redeemed

from punchh_contract.sandbox import seed
from punchh_contract.sandbox.app import create_app

ONLINE = "create_online_redemption"


def test_it_repeats_the_answer_and_takes_once(sandbox: Caller) -> None:
    first = sandbox.online("redeemable", redeemable_id="493", external_uid="order-1")
    before, events = sandbox.guest(111111111), sandbox.events()
    second = sandbox.online("redeemable", redeemable_id="493", external_uid="order-1")
    assert second.content == first.content
    assert sandbox.guest(111111111) == before
    assert sandbox.events() == events


def test_it_is_the_guests_own(sandbox: Caller) -> None:
    order: dict[str, Any] = {"redeemable_id": "493", "external_uid": "order-1"}
    first = sandbox.online("redeemable", **order)
    other = sandbox.online("redeemable", sandbox.as_guest("grace"), **order)
    assert first.json()["redemption_id"] != other.json()["redemption_id"]
    assert sandbox.guest(GRACE)["points"] == 150


def test_it_is_the_operations_own(sandbox: Caller) -> None:
    first = sandbox.online("card_completion", sandbox.as_guest("grace"), external_uid="order-1")
    batch = sandbox.batch(GRACE, external_uid="order-1")
    assert redeemed(ONLINE, first)
    assert redeemed("process_batch_redemption", batch)


def test_a_refused_attempt_and_a_quote_do_not_use_it_up(sandbox: Caller) -> None:
    assert sandbox.online("reward", reward_id=79001, external_uid="order-2").json()["category"] == "expired"
    assert sandbox.online("reward", reward_id=70001, external_uid="order-2", query=True).status_code == 200
    assert redeemed(ONLINE, sandbox.online("reward", reward_id=70001, external_uid="order-2"))
    # And a quote with a used one is a quote, not a repetition.
    quote = sandbox.online("reward", reward_id=70001, external_uid="order-2", query=True)
    assert quote.json()["category"] == "processed"


def test_a_batch_is_repeated_though_the_basket_is_empty(sandbox: Caller) -> None:
    first = sandbox.batch(FULL, external_uid="till-1")
    second = sandbox.batch(FULL, external_uid="till-1")
    assert first.content == second.content
    assert sandbox.batch(FULL).json() == {"error": "No Basket found"}


def test_a_batch_of_which_nothing_was_redeemed_is_judged_anew(sandbox: Caller) -> None:
    item = {"item_id": 1, "discount_type": "redeemable", "discount_id": "493"}
    assert sandbox.put(GRACE, points=99, basket=[item]).status_code == 200
    assert sandbox.batch(GRACE, external_uid="till-1").json()["success"] == []
    assert sandbox.put(GRACE, points=100).status_code == 200
    assert len(sandbox.batch(GRACE, external_uid="till-1").json()["success"]) == 1


@pytest.mark.parametrize("uid", ["", "\x00", "a\x00b", "ü" * 5000, "'; --", "{x}"])
def test_any_text_will_do(sandbox: Caller, uid: str) -> None:
    answers = [sandbox.online("redeemable", redeemable_id="493", external_uid=uid) for _ in range(2)]
    if uid:
        assert redeemed(ONLINE, answers[0])
        assert answers[0].content == answers[1].content
        assert len(sandbox.events()) == 1
    else:
        assert [each.status_code for each in answers] == [400, 400]


def test_it_outlives_the_sandbox(tmp_path: Path, clock: Clock, world: seed.Seed) -> None:
    """Under locking, and with a quote before: what a till does."""

    def calls(caller: Caller) -> list[bytes]:
        return [
            caller.batch(FULL, external_uid="till-1").content,
            caller.online("redeemable", redeemable_id="493", external_uid="order-1").content,
        ]

    db = f"sqlite:///{tmp_path / 'sandbox.db'}"
    seen, held = [], []
    for start in range(2):
        caller = Caller(create_app(world if start == 0 else None, clock=clock, db=db))
        with caller.client:
            if start == 0:
                caller.switch(reward_locking=True)
                caller.batch(FULL, external_uid="till-1", query=True)
            seen.append(calls(caller))
            held.append((caller.guest(FULL), caller.guest(111111111), caller.events()))
            assert caller.breaks == 0
        caller.app.state.store.close()
        clock.advance(hours=5)
    assert seen[0] == seen[1]
    assert held[0] == held[1]
    assert len(held[0][2]) == 4
