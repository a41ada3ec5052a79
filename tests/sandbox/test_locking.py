"""Reward locking: who may touch a basket, and for how long."""

from pathlib import Path

import pytest
from sandbox.calling import ADA, FULL, MIXED, Caller, Clock

from punchh_contract.contract import load
from punchh_contract.sandbox import seed
from punchh_contract.sandbox.app import create_app

LOCKED = load().operation("process_batch_redemption").errors[422, "basket_locked"].body()


@pytest.fixture
def locking(sandbox: Caller) -> Caller:
    sandbox.switch(reward_locking=True)
    return sandbox


@pytest.mark.parametrize("query", [{}, {"query": True}], ids=["commit", "quote"])
def test_an_external_uid_is_needed(locking: Caller, query: dict[str, bool]) -> None:
    answer = locking.batch(MIXED, **query)
    text = "Required parameter missing or the value is empty: external_uid"
    assert (answer.status_code, answer.json()) == (400, {"error": text})


@pytest.mark.parametrize("query", [{}, {"query": True}], ids=["commit", "quote"])
def test_who_comes_first_locks_others_out_and_passes(locking: Caller, query: dict[str, bool]) -> None:
    assert locking.batch(MIXED, external_uid="till-1", **query).status_code == 200
    before = locking.guest(MIXED)
    for other in ({"external_uid": "till-2"}, {"external_uid": "till-2", "query": True}):
        answer = locking.batch(MIXED, **other)
        assert (answer.status_code, answer.json()) == (422, LOCKED)
    assert locking.guest(MIXED) == before
    assert locking.batch(MIXED, external_uid="till-1").status_code == 200


def test_the_control_plane_unlocks(locking: Caller) -> None:
    locking.batch(MIXED, external_uid="till-1", query=True)
    assert locking.client.post(f"/_sandbox/guests/{MIXED}/basket/unlock").status_code == 200
    assert locking.batch(MIXED, external_uid="till-2").status_code == 200
    assert locking.batch(MIXED, external_uid="till-1").json() == LOCKED


def test_a_basket_of_which_nothing_is_left_locks_nobody_out(locking: Caller) -> None:
    first = locking.batch(FULL, external_uid="till-1")
    assert first.json()["failures"] == []
    assert locking.batch(FULL, external_uid="till-2").json() == {"error": "No Basket found"}
    item = {"item_id": 1, "discount_type": "card_completion"}
    assert locking.client.post(f"/_sandbox/guests/{FULL}/basket", json=item).status_code == 201
    assert len(locking.batch(FULL, external_uid="till-2").json()["success"]) == 1


def test_the_lock_is_the_guests_own(locking: Caller) -> None:
    locking.batch(MIXED, external_uid="till-1", query=True)
    assert locking.batch(MIXED + 1, external_uid="till-2").status_code == 200


def test_a_refused_batch_locks_nothing(locking: Caller) -> None:
    assert locking.batch(MIXED, external_uid="till-1", subtotal_amount=1, query=True).status_code == 422
    assert locking.batch(MIXED, external_uid="till-2").status_code == 200


def test_a_repeated_batch_has_its_first_answer_though_others_hold_the_basket(locking: Caller) -> None:
    first = locking.batch(MIXED, external_uid="till-1")
    locking.client.post(f"/_sandbox/guests/{MIXED}/basket/unlock")
    assert locking.batch(MIXED, external_uid="till-2").status_code == 200
    events = len(locking.events())
    again = locking.batch(MIXED, external_uid="till-1")
    assert (again.status_code, again.content) == (200, first.content)
    assert len(locking.events()) == events


def test_online_orders_do_not_look_at_the_basket(locking: Caller) -> None:
    locking.batch(ADA, external_uid="till-1", query=True)
    assert locking.online("redeemable", redeemable_id="493").json()["category"] == "redeemable"


def test_without_locking_a_lock_that_is_left_binds_nobody(locking: Caller) -> None:
    locking.batch(MIXED, external_uid="till-1", query=True)
    locking.switch(reward_locking=False)
    assert locking.batch(MIXED, external_uid="till-2", query=True).status_code == 200


def test_locking_that_another_process_switched_on_holds_for_the_next_quote(
    tmp_path: Path, clock: Clock, world: seed.Seed
) -> None:
    db = f"sqlite:///{tmp_path / 'shared.db'}"
    one, two = (Caller(create_app(world, clock=clock, db=db)) for _ in range(2))
    with one.client, two.client:
        assert two.batch(MIXED, query=True).status_code == 200
        one.switch(reward_locking=True)
        assert two.batch(MIXED, external_uid="till-2", query=True).status_code == 200
        assert one.batch(MIXED, external_uid="till-1").json() == LOCKED
        assert (one.breaks, two.breaks) == (0, 0)
    one.app.state.store.close()
    two.app.state.store.close()
