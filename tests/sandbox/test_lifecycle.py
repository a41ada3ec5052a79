"""What becomes of a redemption: cancelled, expired, handed over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from punchh_contract.sandbox import lifecycle
from punchh_contract.sandbox.decisions import Reason, Redemption, Refusal
from punchh_contract.sandbox.guests import Code, Debit, DiscountType, Held, Terms
from punchh_contract.sandbox.lifecycle import Change

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ME, OTHER = 1, 2
WAITING = Redemption(
    700,
    ME,
    "create_subscription_redemption_code",
    "redeemable",
    NOW - MINUTE,
    NOW - MINUTE,
    DiscountType.SUBSCRIPTION,
    "20",
    tracking_code="1234567",
    expires_at=NOW + 9 * MINUTE,
)
CODE = Code("1234567", ME, subscription_id=20, redemption_id=700, expires_at=NOW + 9 * MINUTE)
HONOURED = replace(
    WAITING, status="honoured", debits=(Debit(Held.CODE, "1234567"), Debit(Held.SUBSCRIPTION, 20))
)
POINTS = Redemption(701, ME, "force_redeem", "force_redeemed", NOW, NOW, debits=(Debit(Held.POINTS, ME, 50),))
COUPON = Redemption(
    702,
    ME,
    "create_online_redemption",
    "honoured",
    NOW - timedelta(hours=24),
    NOW,
    DiscountType.REDEMPTION_CODE,
    "MINE",
    debits=(Debit(Held.CODE, "MINE"),),
)
MINE = Code("MINE", ME, Terms("x", 200), processed=True)
PAST = [
    pytest.param(replace(WAITING, status="expired"), Reason.EXPIRED, id="expired"),
    pytest.param(replace(WAITING, status="cancelled"), Reason.CANCELLED, id="cancelled"),
    pytest.param(replace(WAITING, status="transferred"), Reason.TRANSFERRED, id="transferred"),
]
DONE = [
    pytest.param(HONOURED, Reason.PROCESSED, id="honoured"),
    pytest.param(POINTS, Reason.PROCESSED, id="forced"),
]


def changed(outcome: Change | Refusal) -> Change:
    assert isinstance(outcome, Change)
    return outcome


def test_a_cancelled_code_can_no_longer_be_redeemed_and_gives_nothing_back() -> None:
    change = changed(lifecycle.cancel(WAITING, CODE, NOW))
    assert (change.redemption.status, change.redemption.updated_at) == ("cancelled", NOW)
    assert change.debits == ()
    assert change.code is not None
    assert not change.code.alive(NOW)


def test_a_cancelled_force_redeem_gives_back_what_it_took() -> None:
    change = changed(lifecycle.cancel(POINTS, None, NOW))
    assert change == Change(
        replace(POINTS, status="cancelled", updated_at=NOW), (Debit(Held.POINTS, ME, -50),), None
    )


def test_a_code_made_with_the_redemption_stays_used_when_that_is_cancelled() -> None:
    change = changed(lifecycle.cancel(HONOURED, replace(CODE, processed=True), NOW))
    assert change.debits == (Debit(Held.SUBSCRIPTION, 20, -1),)
    assert change.code is not None
    assert change.code.processed
    assert not change.code.alive(NOW)


@pytest.mark.parametrize(
    ("later", "expected"),
    [(timedelta(), (Debit(Held.CODE, "MINE", -1),)), (timedelta(microseconds=1), Reason.TOO_LATE)],
    ids=["a day", "a moment more"],
)
def test_a_coupon_comes_back_within_a_day(later: timedelta, expected: object) -> None:
    outcome = lifecycle.cancel(COUPON, MINE, NOW + later)
    assert (outcome.reason if isinstance(outcome, Refusal) else outcome.debits) == expected


@pytest.mark.parametrize(("redemption", "reason"), PAST)
def test_what_is_over_is_not_cancelled(redemption: Redemption, reason: Reason) -> None:
    assert lifecycle.cancel(redemption, CODE, NOW) == Refusal(reason)


def test_what_expires_takes_its_code_along() -> None:
    later = NOW + 10 * MINUTE
    change = changed(lifecycle.expire(WAITING, CODE, later))
    assert (change.redemption.status, change.redemption.expires_at) == ("expired", WAITING.expires_at)
    assert change.code is not None
    assert not change.code.alive(NOW), "not even if the clock is set back"
    early = changed(lifecycle.expire(WAITING, CODE, NOW))
    assert early.redemption.expires_at == NOW
    assert early.code is not None
    assert not early.code.alive(NOW)


@pytest.mark.parametrize(("redemption", "reason"), PAST + DONE)
def test_only_what_waits_expires_or_is_handed_over(redemption: Redemption, reason: Reason) -> None:
    assert lifecycle.expire(redemption, CODE, NOW) == Refusal(reason)
    assert lifecycle.transfer(redemption, CODE, OTHER, NOW) == Refusal(reason)


def test_a_code_that_is_handed_over_is_the_others_and_tied_to_no_redemption() -> None:
    change = changed(lifecycle.transfer(WAITING, CODE, OTHER, NOW))
    assert (change.redemption.status, change.redemption.transferred_to) == ("transferred", OTHER)
    assert change.code == replace(CODE, owner=OTHER, redemption_id=None)
    assert change.debits == ()


@pytest.mark.parametrize(
    ("code", "to", "now", "reason"),
    [
        pytest.param(CODE, ME, NOW, Reason.NOT_ACCESSIBLE, id="to oneself"),
        pytest.param(None, OTHER, NOW, Reason.NOT_ACCESSIBLE, id="without a code"),
        pytest.param(CODE, OTHER, NOW + 9 * MINUTE, Reason.EXPIRED, id="too late"),
    ],
)
def test_what_cannot_be_handed_over(code: Code | None, to: int, now: datetime, reason: Reason) -> None:
    assert lifecycle.transfer(WAITING, code, to, now) == Refusal(reason)
