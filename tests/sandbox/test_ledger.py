"""The rules of redemption, without I/O: each case is one sentence."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from punchh_contract.sandbox import ledger
from punchh_contract.sandbox.business import Business, Location, Settings
from punchh_contract.sandbox.decisions import Catalogue, Claim, Decision, Grant, Program, Reason, Refusal
from punchh_contract.sandbox.guests import (
    Account,
    BasketItem,
    Code,
    Debit,
    DiscountType,
    Held,
    Plan,
    Redeemable,
    Reward,
    Subscription,
    Terms,
    Wallet,
    debited,
)
from punchh_contract.sandbox.qualification import Line, Receipt

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIVE = Terms("Five off", 500)
CATALOGUE = Catalogue(
    program=Program.POINTS,
    redeemables={"493": Redeemable("493", 100, FIVE), "494": Redeemable("494", 5000, FIVE)},
    plans={44: Plan(44, Terms("Coffee club", 300)), 45: Plan(45, Terms("Two cups", 300), use_limit=2)},
    card=Terms("Full card", 800),
)
ME, OTHER = 1, 2
WALLET = Wallet(
    Account(ME, points=250, banked_cents=1000, visit_cards=1),
    rewards={
        10: Reward(10, ME, FIVE),
        11: Reward(11, ME, FIVE, used=True),
        12: Reward(12, ME, FIVE, expires_at=NOW),
        13: Reward(13, ME, FIVE, starts_at=NOW + HOUR),
        14: Reward(14, OTHER, FIVE),
        15: Reward(15, ME, replace(FIVE, minimum_receipt_cents=5000)),
    },
    subscriptions={
        20: Subscription(20, ME, 44),
        21: Subscription(21, ME, 45, uses=2),
        22: Subscription(22, ME, 44, cancelled=True),
        23: Subscription(23, ME, 44, expires_at=NOW - HOUR),
        24: Subscription(24, OTHER, 44),
    },
    codes={
        "OPEN": Code("OPEN", None, FIVE),
        "MINE": Code("MINE", ME, FIVE, expires_at=NOW + HOUR),
        "LATE": Code("LATE", ME, FIVE, expires_at=NOW),
        "USED": Code("USED", ME, FIVE, processed=True),
        "HERS": Code("HERS", OTHER, FIVE),
        "1234567": Code("1234567", ME, subscription_id=20, redemption_id=900, expires_at=NOW + HOUR),
        "7654321": Code("7654321", ME, subscription_id=21, redemption_id=901, expires_at=NOW + HOUR),
    },
)
BILL = Receipt(2000)
T = DiscountType


def outcome(decision: Decision) -> object:
    return decision.reason if isinstance(decision, Refusal) else (decision.cents, decision.debits)


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        pytest.param(Claim(T.REWARD, "10"), (500, (Debit(Held.REWARD, 10),)), id="a reward is consumed"),
        pytest.param(Claim(T.REWARD, "11"), Reason.PROCESSED, id="a used reward is processed"),
        pytest.param(Claim(T.REWARD, "12"), Reason.EXPIRED, id="a reward expires at the instant it names"),
        pytest.param(Claim(T.REWARD, "13"), Reason.NOT_STARTED, id="a reward of tomorrow waits"),
        pytest.param(Claim(T.REWARD, "14"), Reason.NOT_ACCESSIBLE, id="another guest's reward"),
        pytest.param(Claim(T.REWARD, "99"), Reason.NOT_ACCESSIBLE, id="no such reward"),
        pytest.param(Claim(T.REWARD, "x"), Reason.NOT_ACCESSIBLE, id="a reward id that is no number"),
        pytest.param(Claim(T.REWARD, "15"), Reason.QUALIFICATION_FAILED, id="a bill below the minimum"),
        pytest.param(
            Claim(T.REDEEMABLE, "493"), (500, (Debit(Held.POINTS, ME, 100),)), id="a redeemable costs points"
        ),
        pytest.param(Claim(T.REDEEMABLE, "494"), Reason.NOT_ENOUGH_POINTS, id="too few points"),
        pytest.param(Claim(T.REDEEMABLE, "1"), Reason.UNKNOWN_REDEEMABLE, id="no such redeemable"),
        pytest.param(
            Claim(T.DISCOUNT_AMOUNT, amount_cents=700),
            (700, (Debit(Held.BANKED_CENTS, ME, 700),)),
            id="banked currency",
        ),
        pytest.param(
            Claim(T.DISCOUNT_AMOUNT, amount_cents=1001), Reason.NOT_ENOUGH_BANKED, id="a cent too much"
        ),
        pytest.param(Claim(T.DISCOUNT_AMOUNT, amount_cents=0), Reason.AMOUNT_IS_ZERO, id="nothing asked for"),
        pytest.param(
            Claim(T.CARD_COMPLETION), (800, (Debit(Held.VISIT_CARDS, ME, 1),)), id="one card for one card"
        ),
        pytest.param(Claim(T.REDEMPTION_CODE, "OPEN"), Reason.UNASSIGNED, id="a coupon that nobody claimed"),
        pytest.param(
            Claim(T.REDEMPTION_CODE, "OPEN", claims_coupon=True),
            (500, (Debit(Held.CODE, "OPEN"),)),
            id="a coupon that the guest claims",
        ),
        pytest.param(
            Claim(T.REDEMPTION_CODE, "MINE"), (500, (Debit(Held.CODE, "MINE"),)), id="the guest's own code"
        ),
        pytest.param(Claim(T.REDEMPTION_CODE, "LATE"), Reason.EXPIRED, id="an expired code"),
        pytest.param(Claim(T.REDEMPTION_CODE, "USED"), Reason.PROCESSED, id="a used code"),
        pytest.param(Claim(T.REDEMPTION_CODE, "HERS"), Reason.NOT_ACCESSIBLE, id="another guest's code"),
        pytest.param(Claim(T.REDEMPTION_CODE, "NONE"), Reason.UNKNOWN_CODE, id="no such code"),
        pytest.param(
            Claim(T.REDEMPTION_CODE, "1234567"),
            (300, (Debit(Held.CODE, "1234567"), Debit(Held.SUBSCRIPTION, 20))),
            id="a subscription's code counts a use",
        ),
        pytest.param(
            Claim(T.REDEMPTION_CODE, "7654321"), Reason.USE_LIMIT, id="a code of a used-up subscription"
        ),
        pytest.param(
            Claim(T.SUBSCRIPTION, "20"), (300, (Debit(Held.SUBSCRIPTION, 20),)), id="a subscription's use"
        ),
        pytest.param(Claim(T.SUBSCRIPTION, "21"), Reason.USE_LIMIT, id="a used-up subscription"),
        pytest.param(Claim(T.SUBSCRIPTION, "22"), Reason.CANCELLED, id="a cancelled subscription"),
        pytest.param(Claim(T.SUBSCRIPTION, "23"), Reason.EXPIRED, id="an expired subscription"),
        pytest.param(Claim(T.SUBSCRIPTION, "24"), Reason.NOT_ACCESSIBLE, id="another guest's subscription"),
    ],
)
def test_redeem(claim: Claim, expected: object) -> None:
    assert outcome(ledger.redeem(claim, WALLET, CATALOGUE, BILL, NOW)) == expected


def test_only_what_comes_off_the_bill_leaves_the_bank() -> None:
    decision = ledger.redeem(Claim(T.DISCOUNT_AMOUNT, amount_cents=900), WALLET, CATALOGUE, Receipt(250), NOW)
    assert outcome(decision) == (250, (Debit(Held.BANKED_CENTS, ME, 250),))


def test_without_a_card_there_is_no_card_discount() -> None:
    poor = replace(WALLET, account=Account(ME))
    assert outcome(ledger.redeem(Claim(T.CARD_COMPLETION), poor, CATALOGUE, BILL, NOW)) is Reason.NO_CARD


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param(Claim(T.REWARD, "10"), id="reward"),
        pytest.param(Claim(T.REDEMPTION_CODE, "MINE"), id="code"),
        pytest.param(Claim(T.CARD_COMPLETION), id="card"),
        pytest.param(Claim(T.REDEMPTION_CODE, "1234567"), id="subscription code"),
    ],
)
def test_what_is_good_once_is_refused_after_its_debits(claim: Claim) -> None:
    first = ledger.redeem(claim, WALLET, CATALOGUE, BILL, NOW)
    assert isinstance(first, Grant)
    second = ledger.redeem(claim, WALLET.after(first.debits), CATALOGUE, BILL, NOW)
    assert isinstance(second, Refusal)


def test_a_code_completes_the_redemption_recorded_when_it_was_made() -> None:
    decision = ledger.redeem(Claim(T.REDEMPTION_CODE, "1234567"), WALLET, CATALOGUE, BILL, NOW)
    assert isinstance(decision, Grant)
    assert (decision.redemption_id, decision.tracking_code) == (900, "1234567")


def basket(*claims: Claim) -> list[BasketItem]:
    return [
        BasketItem(300 + n, ME, claim.discount_type, claim.discount_id, claim.amount_cents or None)
        for n, claim in enumerate(claims)
    ]


def test_a_basket_judges_each_item_once_and_in_order() -> None:
    items = basket(Claim(T.REWARD, "10"), Claim(T.REWARD, "12"), Claim(T.CARD_COMPLETION))
    judged = ledger.redeem_basket(items, WALLET, CATALOGUE, BILL, NOW)
    assert [item.item_id for item, _ in judged] == [300, 301, 302]
    assert [outcome(decision) for _, decision in judged] == [
        (500, (Debit(Held.REWARD, 10),)),
        Reason.EXPIRED,
        (800, (Debit(Held.VISIT_CARDS, ME, 1),)),
    ]


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        pytest.param([Claim(T.REWARD, "10")] * 2, [None, Reason.PROCESSED], id="one reward twice"),
        pytest.param(
            [Claim(T.REDEEMABLE, "493")] * 3, [None, None, Reason.NOT_ENOUGH_POINTS], id="points run out"
        ),
        pytest.param([Claim(T.CARD_COMPLETION)] * 2, [None, Reason.NO_CARD], id="one card twice"),
        pytest.param(
            [Claim(T.REDEMPTION_CODE, "1234567"), Claim(T.SUBSCRIPTION, "20")],
            [None, None],
            id="a subscription without limit serves twice",
        ),
    ],
)
def test_an_item_sees_what_the_ones_before_it_left(
    claims: list[Claim], expected: list[Reason | None]
) -> None:
    judged = ledger.redeem_basket(basket(*claims), WALLET, CATALOGUE, BILL, NOW)
    assert [d.reason if isinstance(d, Refusal) else None for _, d in judged] == expected


def test_a_basket_never_takes_more_than_the_bill() -> None:
    items = basket(Claim(T.REWARD, "10"), Claim(T.CARD_COMPLETION), Claim(T.REDEEMABLE, "493"))
    judged = ledger.redeem_basket(items, WALLET, CATALOGUE, Receipt(900), NOW)
    assert [d.cents if isinstance(d, Grant) else d.reason for _, d in judged] == [
        500,
        400,
        Reason.AMOUNT_IS_ZERO,
    ]


def test_a_basket_never_takes_more_off_a_line_than_it_costs() -> None:
    pizza = replace(FIVE, discount_cents=300, item_ids=frozenset({"331"}))
    wallet = replace(WALLET, rewards={n: Reward(n, ME, pizza) for n in (30, 31)})
    bill = Receipt(3000, (Line(0, "M", "331", 300), Line(1, "M", "999", 2700)))
    items = basket(Claim(T.REWARD, "30"), Claim(T.REWARD, "31"), Claim(T.CARD_COMPLETION))
    judged = [decision for _, decision in ledger.redeem_basket(items, wallet, CATALOGUE, bill, NOW)]
    assert [d.cents if isinstance(d, Grant) else d.reason for d in judged] == [
        300,
        Reason.AMOUNT_IS_ZERO,
        800,
    ]
    assert isinstance(judged[2], Grant)
    assert [(share.index, share.cents) for share in judged[2].shares] == [(1, 800)]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_in_a_basket_no_line_and_no_bill_falls_below_zero(seed: int) -> None:
    rng = random.Random(seed)
    granted = 0
    for _ in range(50):
        costs = [rng.randint(1, 900) for _ in range(rng.randint(1, 4))]
        bill = Receipt(
            rng.randint(1, sum(costs)), tuple(Line(n, "M", str(n), cost) for n, cost in enumerate(costs))
        )
        rewards = {
            n: Reward(
                n,
                ME,
                Terms("x", rng.randint(1, 900), item_ids=frozenset(rng.choice([[], ["0"], ["0", "1"]]))),
            )
            for n in range(40, 46)
        }
        items = basket(*(Claim(T.REWARD, str(n)) for n in rewards))
        judged = ledger.redeem_basket(items, replace(WALLET, rewards=rewards), CATALOGUE, bill, NOW)
        grants = [decision for _, decision in judged if isinstance(decision, Grant)]
        granted += len(grants)
        assert sum(grant.cents for grant in grants) <= bill.amount_cents
        for n, cost in enumerate(costs):
            assert sum(s.cents for grant in grants for s in grant.shares if s.index == n) <= cost
    assert granted > 50, "hardly anything was granted"


@pytest.mark.parametrize(
    ("program", "amount", "expected"),
    [
        pytest.param(Program.POINTS, 250, Debit(Held.POINTS, ME, 250), id="all points"),
        pytest.param(Program.POINTS, 251, Reason.NOT_ENOUGH_POINTS, id="a point too many"),
        pytest.param(Program.BANKED_CURRENCY, 10, Debit(Held.BANKED_CENTS, ME, 1000), id="whole dollars"),
        pytest.param(Program.BANKED_CURRENCY, 11, Reason.NOT_ENOUGH_BANKED, id="a dollar too many"),
        pytest.param(Program.VISITS, 1, Debit(Held.VISIT_CARDS, ME, 1), id="a card"),
        pytest.param(Program.VISITS, 2, Reason.NO_CARD, id="a card too many"),
        pytest.param(Program.POINTS, 0, Reason.AMOUNT_IS_ZERO, id="nothing"),
        pytest.param(Program.POINTS, -5, Reason.AMOUNT_IS_ZERO, id="less than nothing"),
    ],
)
def test_force_redeem_takes_what_the_business_counts(program: Program, amount: int, expected: object) -> None:
    decision = ledger.force_redeem(amount, WALLET, replace(CATALOGUE, program=program))
    assert (decision.reason if isinstance(decision, Refusal) else decision.debits[0]) == expected


@pytest.mark.parametrize(
    ("reward_id", "expected"),
    [
        pytest.param(10, (500, (Debit(Held.REWARD, 10),)), id="takes the reward"),
        pytest.param(11, Reason.PROCESSED, id="not a used one"),
        pytest.param(14, Reason.NOT_ACCESSIBLE, id="not another guest's"),
    ],
)
def test_force_redeem_of_a_reward(reward_id: int, expected: object) -> None:
    assert outcome(ledger.force_redeem_reward(reward_id, WALLET, NOW)) == expected


@pytest.mark.parametrize(
    ("subscription_id", "expected"),
    [
        pytest.param(20, (0, ()), id="making a code takes nothing"),
        pytest.param(21, Reason.USE_LIMIT, id="none for a used-up subscription"),
        pytest.param(22, Reason.CANCELLED, id="none for a cancelled one"),
        pytest.param(24, Reason.NOT_ACCESSIBLE, id="none for another guest's"),
    ],
)
def test_subscription_code(subscription_id: int, expected: object) -> None:
    assert outcome(ledger.subscription_code(subscription_id, WALLET, CATALOGUE, NOW)) == expected


@pytest.mark.parametrize(
    ("fuel", "amount", "expected"),
    [
        pytest.param(True, 20, (0, (Debit(Held.FUEL_POINTS, ME, 20),)), id="all of it"),
        pytest.param(True, 21, Reason.NOT_ENOUGH_POINTS, id="one too many"),
        pytest.param(True, 0, Reason.AMOUNT_IS_ZERO, id="nothing"),
        pytest.param(False, 1, Reason.FEATURE_DISABLED, id="a business without fuel"),
    ],
)
def test_force_redeem_of_fuel(fuel: bool, amount: int, expected: object) -> None:
    wallet = replace(WALLET, account=replace(WALLET.account, fuel_points=20))
    assert outcome(ledger.force_redeem_fuel(amount, wallet, Settings(fuel=fuel))) == expected


@pytest.mark.parametrize(
    ("locking", "external_uid", "locked_by", "expected"),
    [
        pytest.param(True, "till-1", None, None, id="nobody holds it"),
        pytest.param(True, "till-1", "till-1", None, id="the locker passes"),
        pytest.param(True, "till-2", "till-1", Reason.BASKET_LOCKED, id="others do not"),
        pytest.param(True, None, "till-1", Reason.EXTERNAL_UID_MISSING, id="without a name"),
        pytest.param(True, "", None, Reason.EXTERNAL_UID_MISSING, id="with an empty name"),
        pytest.param(False, "till-2", "till-1", None, id="an old lock means nothing when locking is off"),
        pytest.param(False, None, None, None, id="no name is needed when locking is off"),
    ],
)
def test_who_may_touch_a_basket(
    locking: bool, external_uid: str | None, locked_by: str | None, expected: Reason | None
) -> None:
    assert ledger.may(external_uid, locked_by, Settings(reward_locking=locking)) == expected


@pytest.mark.parametrize(
    ("count", "most", "expected"),
    [(10, 10, None), (11, 10, Reason.DISCOUNT_LIMIT), (3, 2, Reason.DISCOUNT_LIMIT), (0, 1, None)],
)
def test_a_basket_holds_at_most_so_many(count: int, most: int, expected: Reason | None) -> None:
    items = basket(*[Claim(T.CARD_COMPLETION)] * count)
    assert ledger.too_many(items, Settings(max_discounts=most)) == expected


@pytest.mark.parametrize(
    ("enabled", "disabled_here", "expected"),
    [
        pytest.param(True, False, None, id="open"),
        pytest.param(False, False, Refusal(Reason.REDEMPTIONS_DISABLED), id="the business"),
        pytest.param(True, True, Refusal(Reason.LOCATION_DISABLED, name="Here"), id="the store"),
        pytest.param(False, True, Refusal(Reason.REDEMPTIONS_DISABLED), id="the business comes first"),
    ],
)
def test_where_nothing_is_redeemed(enabled: bool, disabled_here: bool, expected: Refusal | None) -> None:
    here = Location("401", 1, "Here", "key", redemptions_disabled=disabled_here)
    business = Business(
        "c", "s", "a", "b", ME, 1, {}, (here,), CATALOGUE, Settings(redemptions_enabled=enabled)
    )
    assert ledger.closed(business, here) == expected


def test_a_code_uses_the_subscription_that_it_names_whoever_holds_it() -> None:
    handed_over = replace(WALLET, codes={"C": Code("C", ME, subscription_id=24)})
    decision = ledger.redeem(Claim(T.REDEMPTION_CODE, "C"), handed_over, CATALOGUE, BILL, NOW)
    assert outcome(decision) == (300, (Debit(Held.CODE, "C"), Debit(Held.SUBSCRIPTION, 24)))


@pytest.mark.parametrize("held", [Held.POINTS, Held.BANKED_CENTS, Held.VISIT_CARDS, Held.FUEL_POINTS])
def test_no_debit_overdraws(held: Held) -> None:
    with pytest.raises(ValueError, match="overdraw"):
        debited(Account(ME), Debit(held, ME, 1))


@pytest.mark.parametrize(
    "debit",
    [
        Debit(Held.POINTS, ME, 100),
        Debit(Held.BANKED_CENTS, ME, 7),
        Debit(Held.VISIT_CARDS, ME),
        Debit(Held.REWARD, 10),
        Debit(Held.SUBSCRIPTION, 20),
        Debit(Held.CODE, "MINE"),
    ],
    ids=lambda debit: debit.held.value,
)
def test_what_was_taken_and_given_back_was_never_taken(debit: Debit) -> None:
    taken = WALLET.after([debit])
    assert taken != WALLET
    assert taken.after([debit.back()]) == WALLET


def test_debited_points_add_up() -> None:
    account = WALLET.after([Debit(Held.POINTS, ME, 100), Debit(Held.POINTS, ME, 50)]).account
    assert (account.points, account.debited_points) == (100, 150)
    assert debited(account, Debit(Held.POINTS, ME, -50)).debited_points == 100


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_claimed_balances_never_fall_below_zero_and_nothing_goes_twice(seed: int) -> None:
    rng = random.Random(seed)
    wallet, taken = WALLET, []
    for _ in range(200):
        kind = rng.choice(list(DiscountType))
        wanted = rng.choice(["10", "12", "14", "20", "21", "493", "494", "OPEN", "MINE", "1234567", "x"])
        claim = Claim(kind, wanted, rng.randint(0, 300), claims_coupon=True)
        decision = ledger.redeem(claim, wallet, CATALOGUE, Receipt(rng.randint(-100, 3000)), NOW)
        if isinstance(decision, Grant):
            wallet = wallet.after(decision.debits)
            taken += [d for d in decision.debits if d.held in (Held.REWARD, Held.CODE)]
    account = wallet.account
    assert min(account.points, account.banked_cents, account.visit_cards) >= 0
    assert len(taken) == len(set(taken))
    assert taken, "the walk never took an asset"
