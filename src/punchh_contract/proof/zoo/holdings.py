"""Faults of what a guest may redeem: somebody else's, used, expired, not begun, switched off; and refusals
that are none."""

from dataclasses import replace
from functools import partial
from typing import Any

from punchh_contract.proof.fault import Fault, Kind, Patch, Witness
from punchh_contract.proof.making import WALLET, after, around, ran, returning, told
from punchh_contract.proof.stage import ADA, ALAN, GRACE, NOW, Stage, items
from punchh_contract.sandbox.guests import Debit, Held

_state = partial(Fault, kind=Kind.STATE)


def _reward(reward_id: int) -> Witness:
    """What becomes of a reward of Ada's, as she asks for it."""
    return lambda stage: stage.online("reward", reward_id=reward_id).told("category", "redemption_amount")


def _subscription(number: str) -> Witness:
    return lambda stage: stage.online("subscription", subscription_id=number).told("category")


def _changed(kind: str, **members: Any) -> Patch:
    """Rewards or subscriptions are looked at as if their members were others."""

    def change(wallet: Any, *_: Any) -> Any:
        looked = {key: replace(each, **members) for key, each in getattr(wallet, kind).items()}
        return replace(wallet, **{kind: looked})

    return Patch(WALLET, after(change))


def _owned(kind: str) -> Patch:
    """Whatever is found belongs to whoever asks."""

    def change(wallet: Any, *_: Any) -> Any:
        owner = wallet.account.user_id
        held = {
            # Of codes only coupons: those of subscriptions are another fault's.
            key: each if getattr(each, "redemption_id", None) else replace(each, owner=owner)
            for key, each in getattr(wallet, kind).items()
        }
        return replace(wallet, **{kind: held})

    return Patch(WALLET, after(change))


def _taken_anyway(answer: Any, tx: Any, caller: Any, request: Any) -> None:
    """A reward that does not fit the receipt is used up by asking."""
    if answer.redeemed or answer.status != 200 or request.get("query") or "reward_id" not in request:
        return
    tx.guests.apply(caller.user_id, (Debit(Held.REWARD, int(request["reward_id"])),))


def _emptied(answer: Any, tx: Any, caller: Any, request: Any) -> None:
    """Too much banked currency is refused, and all that there is, is taken."""
    if answer.redeemed or request.get("discount_type") != "discount_amount" or request.get("query"):
        return
    there = tx.guests.account(caller.user_id).banked_cents
    tx.guests.apply(caller.user_id, (Debit(Held.BANKED_CENTS, caller.user_id, there),))


def _closed(stage: Stage) -> Any:
    stage.switch(redemptions_enabled=False)
    return stage.online("reward", reward_id=70001).told("category")


def _due(stage: Stage) -> Any:
    """A reward in the second in which it expires."""
    ends = {"reward_id": 9, "name": "Ends", "discount_cents": 100, "expires_at": NOW.isoformat()}
    stage.put(ALAN, rewards=[ends])
    return stage.online("reward", "alan", reward_id=9).told("category")


def _a_day_late(original: Any, held: Any, terms: Any, now: Any) -> Any:
    kept = held if held.expires_at is None or held.expires_at != now else replace(held, expires_at=None)
    return original(kept, terms, now)


FAULTS = (
    _state(
        id="another_guests_reward_is_accepted",
        suffers="Whoever guesses a number spends somebody else's reward.",
        rule="Somebody else's reward is refused as not accessible.",
        source="documented: OAS-OO1",
        patches=(_owned("rewards"),),
        witness=lambda stage: [*_reward(72001)(stage), stage.guest(GRACE)["rewards"][0]["used"]],
        faultless=[422, "-", "-", False],
    ),
    _state(
        id="another_guests_subscription_is_accepted",
        suffers="One subscription serves everybody who knows its number.",
        rule="Somebody else's subscription is refused as not accessible.",
        source="assumed: OAS-OO1",
        patches=(_owned("subscriptions"),),
        witness=_subscription("498800"),
        faultless=[422, "-"],
    ),
    _state(
        id="another_guests_coupon_is_accepted",
        suffers="A coupon that was shared as a picture is spent by whoever sees it first.",
        rule="A coupon of one guest is not honoured for another.",
        source="assumed: OAS-OO1",
        patches=(_owned("codes"),),
        witness=lambda stage: stage.online("redemption_code", redemption_code="SANDBOX-GRACE-0").told(
            "category"
        ),
        faultless=[422, "-"],
    ),
    _state(
        id="used_reward_is_accepted",
        suffers="A reward that was spent years ago is spent again.",
        rule="A used reward is refused.",
        source="inferred: SUP-360034709233",
        patches=(_changed("rewards", used=False),),
        witness=_reward(79002),
        faultless=[200, "processed", 0],
    ),
    _state(
        id="expired_reward_is_accepted",
        suffers="Rewards of last year come off this year's bills.",
        rule="An expired reward is refused.",
        source="documented: SUP-360034709233",
        patches=(_changed("rewards", expires_at=None),),
        witness=_reward(79001),
        faultless=[200, "expired", 0],
    ),
    _state(
        id="reward_lives_a_second_too_long",
        suffers="At midnight two systems disagree about the same reward.",
        rule="A reward ends when its time has come.",
        source="assumed: SUP-360034709233",
        patches=(Patch("ledger._untimely", around(_a_day_late)),),
        witness=_due,
        faultless=[200, "expired"],
    ),
    _state(
        id="reward_is_accepted_before_it_begins",
        suffers="Tomorrow's offer is given away today.",
        rule="A reward that has not begun is refused.",
        source="inferred: SUP-360034709233",
        patches=(_changed("rewards", starts_at=None),),
        witness=_reward(79005),
        faultless=[200, "invalid", 0],
    ),
    _state(
        id="expired_subscription_is_accepted",
        suffers="Guests who stopped paying go on drinking.",
        rule="A subscription that has ended is refused.",
        source="inferred: SUP-360038096614",
        patches=(_changed("subscriptions", expires_at=None),),
        witness=_subscription("498702"),
        faultless=[200, "expired"],
    ),
    _state(
        id="cancelled_subscription_is_accepted",
        suffers="Guests who cancelled go on drinking.",
        rule="A cancelled subscription is refused.",
        source="assumed: OAS-SUB",
        patches=(_changed("subscriptions", cancelled=False),),
        witness=_subscription("498703"),
        faultless=[200, "expired"],
    ),
    _state(
        id="use_limit_is_ignored",
        suffers="A plan of two cups a month pours without end.",
        rule="A plan's use limit holds.",
        source="inferred: SUP-360038096614",
        patches=(_changed("subscriptions", uses=0),),
        witness=_subscription("498701"),
        faultless=[200, "invalid"],
    ),
    _state(
        id="used_coupon_is_accepted",
        suffers="One coupon is redeemed by everybody whom it was forwarded to.",
        rule="A coupon is good once.",
        source="documented: GS-OO",
        patches=(_changed("codes", processed=False),),
        witness=lambda stage: stage.online("redemption_code", redemption_code="SANDBOX-ADA-USED").told(
            "category"
        ),
        faultless=[200, "processed"],
    ),
    _state(
        id="closed_business_redeems",
        suffers="Redemptions that were switched off for an incident go on.",
        rule="Where the business switched redemptions off, nothing is redeemed.",
        source="documented: SUP-360034709233",
        patches=(Patch("ledger.closed", returning(None)),),
        witness=_closed,
        faultless=[200, "invalid"],
    ),
    _state(
        id="refusal_uses_the_reward_up",
        suffers="A guest who held the wrong pizza loses the reward, and gets nothing.",
        rule="A refusal takes nothing.",
        source="assumed: SEED-001",
        patches=(ran("create_online_redemption", _taken_anyway),),
        witness=lambda stage: [
            stage.online("reward", reward_id=79003, menu_items=items(5)).told("category"),
            stage.online("reward", reward_id=79003, menu_items=items(5, 5)).told("category"),
        ],
        faultless=[[200, "invalid"], [200, "redeemable"]],
    ),
    _state(
        id="refusal_empties_the_bank",
        suffers="A guest who asks for a dollar too much loses all of them.",
        rule="A refusal takes nothing.",
        source="assumed: SEED-001",
        patches=(ran("create_online_redemption", _emptied),),
        witness=lambda stage: [
            stage.online("discount_amount", "grace", redeemed_points="20").told("category"),
            stage.guest(GRACE)["banked_cents"],
        ],
        faultless=[[200, "invalid"], 1500],
    ),
    _state(
        id="refusal_reads_redeemable",
        suffers="A client takes every refusal for a discount that it never got.",
        rule="Only what is granted has the category `redeemable`.",
        source="documented: SEED-001",
        patches=(told("category", lambda body: body.update(category="redeemable")),),
        witness=_reward(79001),
        faultless=[200, "expired", 0],
    ),
    _state(
        id="redemption_reads_invalid",
        suffers="A client charges the full price for a reward that it spent.",
        rule="What is granted has the category `redeemable`.",
        source="documented: SEED-001",
        patches=(
            told(
                "redemption_id", lambda body: body.update(category="invalid") if "category" in body else None
            ),
        ),
        witness=lambda stage: [*_reward(70001)(stage), stage.guest(ADA)["rewards"][0]["used"]],
        faultless=[200, "redeemable", 3, True],
    ),
)
