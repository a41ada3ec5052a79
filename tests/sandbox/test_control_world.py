"""The world through `Control`: guests, the business, redemptions, snapshots, the clock."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sandbox.calling import ADA, ALAN, GRACE, NOW, Caller, Clock

from punchh_contract.sandbox.client import Control, ControlError
from punchh_contract.sandbox.deliveries import expire_due

URL = "http://127.0.0.1:8787"


@pytest.fixture
def control(sandbox: Caller) -> Iterator[Control]:
    with Control(URL, client=sandbox.client) as control:
        yield control


def subscription_code(sandbox: Caller) -> tuple[int, str]:
    """A waiting redemption of Ada's, and its code."""
    answer = sandbox.code("900699").json()
    return answer["redemption_id"], answer["redemption_tracking_code"]


def statuses(control: Control) -> list[tuple[int, str]]:
    return [
        (event["redemption_id"], event["document"]["payload"]["redemption_status"])
        for event in control.events()
    ]


# Guests


def test_guests_come_in_pages(control: Control) -> None:
    first = control.guests(limit=50)
    rest = control.guests(after=first[-1]["user_id"], limit=1000)
    ids = [guest["user_id"] for guest in [*first, *rest]]
    assert len(first) == 50
    assert ids == sorted(set(ids))
    assert len(ids) == control.health()["guests"]
    assert control.guests(after=ids[-1]) == []


def test_a_guest_in_short_is_the_guest(control: Control) -> None:
    short = control.guests(limit=1)[0]
    whole = control.guest(short["user_id"])
    assert {name: whole[name] for name in short} == short


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("rewards", {"reward_id": 990001, "name": "Free Cake", "discount_cents": 250}),
        ("subscriptions", {"subscription_id": 990002, "plan_id": 44}),
        ("codes", {"code": "ONE-MORE", "name": "One More", "discount_cents": 150}),
        ("basket", {"item_id": 990003, "discount_type": "card_completion"}),
    ],
)
def test_one_more_is_added_and_nothing_else_changes(
    control: Control, kind: str, entry: dict[str, object]
) -> None:
    add = {
        "rewards": control.add_reward,
        "subscriptions": control.add_subscription,
        "codes": control.add_code,
        "basket": control.add_basket_item,
    }[kind]
    before = control.guest(GRACE)
    after = add(GRACE, **entry)
    assert after == control.guest(GRACE)
    assert {name: after[name] for name in after if name != kind} == {
        name: before[name] for name in before if name != kind
    }
    *kept, added = after[kind]
    assert kept == before[kind]
    assert entry.items() <= added.items()

    with pytest.raises(ControlError) as twice:
        add(GRACE, **entry)
    assert twice.value.status == 409
    with pytest.raises(ControlError) as nobody:
        add(5, **entry)
    assert nobody.value.status == 404
    assert control.guest(GRACE) == after


def test_an_added_reward_can_be_redeemed(control: Control, sandbox: Caller) -> None:
    control.add_reward(ADA, reward_id=990001, name="Free Cake", discount_cents=250)
    assert sandbox.online("reward", reward_id=990001).json()["redemption_amount"] == 2.5


def test_a_basket_is_unlocked(control: Control, sandbox: Caller) -> None:
    control.set_business(reward_locking=True)
    basket = 111112000
    assert sandbox.batch(basket, external_uid="first", query=True).status_code == 200
    assert control.guest(basket)["locked_by"] == "first"
    assert sandbox.batch(basket, external_uid="second").status_code == 422
    assert control.unlock(basket)["locked_by"] is None
    assert control.unlock(basket)["locked_by"] is None
    assert sandbox.batch(basket, external_uid="second").json()["success"]


def test_the_lock_survives_what_get_answered_being_put_back(control: Control, sandbox: Caller) -> None:
    with sandbox.app.state.store.transaction() as tx:
        tx.guests.lock(GRACE, "first")
    document = control.guest(GRACE)
    assert control.put_guest(GRACE, **{**document, "locked_by": None})["locked_by"] == "first"


# The business


def test_a_change_of_the_business_changes_what_is_given_and_no_more(control: Control) -> None:
    before = control.business()
    after = control.set_business(max_discounts=3, reward_locking=True)
    assert after == control.business()
    assert after == {**before, "settings": {**before["settings"], "max_discounts": 3, "reward_locking": True}}
    assert control.set_business(program="visits", locations={"402": True}) == {
        **after,
        "program": "visits",
        "locations": [
            {**place, "redemptions_disabled": place["store_number"] == "402"} for place in before["locations"]
        ],
    }


def test_the_business_shows_no_key(control: Control, sandbox: Caller) -> None:
    text = sandbox.client.get("/_sandbox/business").text
    secrets = {value for name, value in sandbox.variables.items() if name != "PUNCHH_USER_AGENT"}
    assert secrets
    assert not [secret for secret in secrets if secret in text]


def test_a_change_of_the_business_holds_at_once(control: Control, sandbox: Caller) -> None:
    control.set_business(redemptions_enabled=False)
    assert "redemption_id" not in sandbox.online("reward", reward_id=70001).json()
    control.set_business(redemptions_enabled=True)
    assert sandbox.online("reward", reward_id=70001).json()["redemption_id"]


def test_an_unknown_location_changes_nothing(control: Control) -> None:
    before = control.business()
    with pytest.raises(ControlError) as caught:
        control.set_business(program="visits", locations={"401": True, "999": True})
    assert (caught.value.status, caught.value.pointer) == (404, "/locations/1/store_number")
    assert control.business() == before


# Redemptions


def test_redemptions_are_found_by_whose_they_are_and_how_they_stand(
    control: Control, sandbox: Caller
) -> None:
    honoured = sandbox.online("reward", reward_id=70001, external_uid="bill-1").json()["redemption_id"]
    waiting, _ = subscription_code(sandbox)
    hers = sandbox.force(GRACE, requested_punches=1)
    assert hers.status_code == 201

    assert [each["redemption_id"] for each in control.redemptions(user_id=ADA)] == [honoured, waiting]
    assert [each["redemption_id"] for each in control.redemptions(external_uid="bill-1")] == [honoured]
    assert [each["redemption_id"] for each in control.redemptions(status="redeemable")] == [waiting]
    assert {each["user_id"] for each in control.redemptions(after=waiting)} == {GRACE}
    assert control.redemptions(user_id=ALAN) == []
    assert control.redemption(honoured) == control.redemptions(limit=1)[0]
    assert control.guest(ADA)["redemptions"] == control.redemptions(user_id=ADA)


def test_a_cancelled_redemption_gives_back_what_it_took(control: Control, sandbox: Caller) -> None:
    before = control.guest(ADA)
    taken = [
        sandbox.online("reward", reward_id=70001),
        sandbox.online("redeemable", redeemable_id="493"),
        sandbox.online("discount_amount", redeemed_points="2.50"),
        sandbox.online("card_completion"),
        sandbox.online("subscription", subscription_id="900699"),
    ]
    during = control.guest(ADA)
    assert during["points"] < before["points"]
    for answer in taken:
        assert control.cancel(answer.json()["redemption_id"])["status"] == "cancelled"
    after = control.guest(ADA)
    held = ("points", "banked_cents", "visit_cards", "rewards", "subscriptions", "codes")
    assert {name: after[name] for name in held} == {name: before[name] for name in held}
    assert [status for _, status in statuses(control)] == ["redeemed"] * 5 + ["cancelled"] * 5
    with pytest.raises(ControlError, match="it was cancelled already") as caught:
        control.cancel(taken[0].json()["redemption_id"])
    assert caught.value.status == 409
    assert control.guest(ADA) == after


def test_an_expired_code_is_worth_nothing(control: Control, sandbox: Caller) -> None:
    number, code = subscription_code(sandbox)
    assert control.expire(number)["status"] == "expired"
    assert "redemption_id" not in sandbox.online("redemption_code", redemption_code=code).json()
    with pytest.raises(ControlError, match="it has expired"):
        control.expire(number)
    assert statuses(control) == [(number, "redeemable"), (number, "expired")]


def test_a_transferred_code_is_the_other_guests(control: Control, sandbox: Caller) -> None:
    number, code = subscription_code(sandbox)
    assert control.transfer(number, GRACE)["transferred_to"] == GRACE
    assert [each["code"] for each in control.guest(GRACE)["codes"]][-1] == code
    assert "redemption_id" not in sandbox.online("redemption_code", redemption_code=code).json()
    hers = sandbox.auth(access_token="sandbox-access-token-not-a-real-one-grace", id_token=None)
    assert sandbox.online("redemption_code", hers, redemption_code=code).json()["redemption_id"]


@pytest.mark.parametrize(("to", "word"), [(5, "no guest has this id"), (ADA, "only to another guest")])
def test_a_code_cannot_be_transferred_to_nobody_or_oneself(
    control: Control, sandbox: Caller, to: int, word: str
) -> None:
    number, _ = subscription_code(sandbox)
    with pytest.raises(ControlError, match=word) as caught:
        control.transfer(number, to)
    assert caught.value.status == 409
    assert control.redemption(number)["status"] == "redeemable"


def test_what_was_honoured_cannot_expire(control: Control, sandbox: Caller) -> None:
    number = sandbox.online("card_completion").json()["redemption_id"]
    with pytest.raises(ControlError, match="it was honoured already"):
        control.expire(number)


# Snapshots


def test_a_snapshot_brings_the_world_back(control: Control, sandbox: Caller) -> None:
    control.set_business(reward_locking=True)
    sandbox.online("reward", reward_id=70001)
    before = control.guest(ADA), control.business(), control.events(), control.redemptions()
    assert control.snapshot("before") == {"name": "before", "taken_at": "2026-03-02T18:05:01Z"}
    first = sandbox.online("reward", reward_id=70002).content
    control.set_business(program="visits", reward_locking=False)
    control.put_guest(4711, points=1)

    control.restore("before")

    assert (control.guest(ADA), control.business(), control.events(), control.redemptions()) == before
    assert sandbox.online("reward", reward_id=70002).content == first
    with pytest.raises(ControlError):
        control.guest(4711)


def test_a_snapshot_outlives_a_reset_and_is_replaced_by_name(control: Control) -> None:
    control.snapshot("a")
    control.put_guest(ALAN, points=77)
    control.snapshot("b")
    control.snapshot("a")
    control.reset()
    assert control.guest(ALAN)["points"] == 0
    assert [each["name"] for each in control.snapshots()] == ["a", "b"]
    control.restore("a")
    assert control.guest(ALAN)["points"] == 77
    control.delete_snapshot("a")
    assert [each["name"] for each in control.snapshots()] == ["b"]
    with pytest.raises(ControlError, match="no snapshot has this name"):
        control.restore("a")


# The clock


def test_the_clock_is_moved_stopped_and_let_go(control: Control, clock: Clock) -> None:
    assert control.clock() == {"now": "2026-03-02T18:05:01Z", "clock": "wall"}
    assert control.advance(timedelta(hours=1)) == {"now": "2026-03-02T19:05:01Z", "clock": "shifted"}
    assert control.freeze() == {"now": "2026-03-02T19:05:01Z", "clock": "frozen"}
    clock.advance(minutes=5)
    assert control.advance(30.5)["now"] == "2026-03-02T19:05:31.500000Z"
    assert control.freeze("2026-03-03T02:00:00+02:00") == {"now": "2026-03-03T00:00:00Z", "clock": "frozen"}
    assert control.run_clock() == {"now": "2026-03-03T00:00:00Z", "clock": "shifted"}
    clock.advance(seconds=7)
    assert control.clock()["now"] == "2026-03-03T00:00:07Z"
    assert control.set_clock(datetime(2030, 1, 1, tzinfo=UTC)) == {
        "now": "2030-01-01T00:00:00Z",
        "clock": "shifted",
    }
    assert control.set_clock(clock.now, frozen=True)["clock"] == "frozen"
    assert control.set_clock(clock.now, frozen=False)["clock"] == "wall"
    assert control.health()["clock"] == "wall"


def test_a_code_expires_when_the_clock_passes_its_time(control: Control, sandbox: Caller) -> None:
    number, _ = subscription_code(sandbox)
    control.advance(timedelta(minutes=9, seconds=59))
    assert control.redemption(number)["status"] == "redeemable"
    control.advance(1)
    assert control.redemption(number)["status"] == "expired"
    assert statuses(control) == [(number, "redeemable"), (number, "expired")]


def test_more_codes_than_one_transaction_takes_expire_at_once(
    control: Control, sandbox: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("punchh_contract.sandbox.deliveries.expiry.BATCH", 2)
    monkeypatch.setattr("punchh_contract.sandbox.control.clock.BATCH", 2)
    assert expire_due.__module__ == "punchh_contract.sandbox.deliveries.expiry"
    numbers = [subscription_code(sandbox)[0] for _ in range(5)]
    control.advance(timedelta(hours=1))
    assert {each["redemption_id"] for each in control.redemptions(status="expired")} == set(numbers)


def test_reset_leaves_the_clock(control: Control) -> None:
    control.freeze(NOW + timedelta(days=1))
    control.reset()
    assert control.clock() == {"now": "2026-03-03T18:05:01Z", "clock": "frozen"}
