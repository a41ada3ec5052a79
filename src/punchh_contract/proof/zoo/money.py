"""Faults of what is taken: twice, nothing, from somebody else, of another kind, a cent too much."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from punchh_contract.proof.fault import Fault, Kind, Patch, Witness
from punchh_contract.proof.making import after, argument, around, before, told
from punchh_contract.proof.stage import ADA, ALAN, GRACE, Stage
from punchh_contract.sandbox.decisions import Grant, Reason, Refusal
from punchh_contract.sandbox.guests import Debit, Held

_state = partial(Fault, kind=Kind.STATE)

_APPLY = "store.holdings.Guests.apply"
_BALANCES = ("points", "banked_cents", "visit_cards")


def held(stage: Stage, user_id: int) -> list[int]:
    """Points, banked cents and visit cards of a guest."""
    guest = stage.guest(user_id)
    return [guest[name] for name in _BALANCES]


def _five_off(stage: Stage) -> Any:
    """What Grace has before and after a redeemable of 100 points."""
    before_ = held(stage, GRACE)
    return [stage.online("redeemable", "grace", redeemable_id="493").status, before_, held(stage, GRACE)]


def _banked(points: str, **more: Any) -> Witness:
    """What comes off for banked currency of Grace's, and what she has afterwards."""

    def witness(stage: Stage) -> Any:
        reply = stage.online("discount_amount", "grace", redeemed_points=points, **more)
        return [*reply.told("redemption_amount"), held(stage, GRACE)[1]]

    return witness


def _taking(how: Callable[[int, Any], Any]) -> Patch:
    """Other debits than were decided."""
    return Patch(_APPLY, before(lambda self, user_id, debits: (self, user_id, tuple(how(user_id, debits)))))


def _only(held_: Held, how: Callable[[Debit], Debit | None]) -> Patch:
    """Another debit of one kind; None for none."""

    def change(_: int, debits: Any) -> Any:
        changed = (how(each) if each.held is held_ and each.amount > 0 else each for each in debits)
        return filter(None, changed)

    return _taking(change)


def _from_ada(original: Any, self: Any, user_id: int, debits: Any) -> None:
    original(self, ADA if user_id == GRACE else user_id, debits)


def _asked(decision: Any, claim: Any, wallet: Any, *_: Any) -> Any:
    """All that was asked for, of banked currency, however little comes off the bill."""
    if not isinstance(decision, Grant) or not claim.amount_cents:
        return decision
    return replace(decision, debits=(Debit(Held.BANKED_CENTS, wallet.account.user_id, claim.amount_cents),))


def _sold_short(original: Any, claim: Any, wallet: Any, *rest: Any) -> Any:
    """A redeemable is sold for whatever points there are."""
    decision = original(claim, wallet, *rest)
    if not isinstance(decision, Refusal) or decision.reason is not Reason.NOT_ENOUGH_POINTS:
        return decision
    there = wallet.account.points
    rich = replace(wallet, account=replace(wallet.account, points=decision.requested))
    granted = original(claim, rich, *rest)
    if not isinstance(granted, Grant):
        return granted
    return replace(granted, points=there, debits=(Debit(Held.POINTS, wallet.account.user_id, there),))


FAULTS = (
    _state(
        id="debits_twice",
        suffers="Every redemption costs the guest double.",
        rule="A redeemable costs its points, once.",
        source="documented: GS-OO",
        patches=(_only(Held.POINTS, lambda debit: replace(debit, amount=2 * debit.amount)),),
        witness=_five_off,
        faultless=[200, [250, 1500, 1], [150, 1500, 1]],
    ),
    _state(
        id="debits_nothing",
        suffers="Discounts are given away for nothing until the bookkeeping notices.",
        rule="A redeemable costs its points.",
        source="documented: GS-OO",
        patches=(_taking(lambda _, __: ()),),
        witness=_five_off,
        faultless=[200, [250, 1500, 1], [150, 1500, 1]],
    ),
    _state(
        id="debits_another_guest",
        suffers="Somebody who bought nothing loses points.",
        rule="The guest of the access token pays.",
        source="documented: SEED-001",
        patches=(Patch(_APPLY, around(_from_ada)),),
        witness=lambda stage: [*_five_off(stage), held(stage, ADA)[0]],
        faultless=[200, [250, 1500, 1], [150, 1500, 1], 10000000],
    ),
    _state(
        id="debits_points_for_dollars",
        suffers="A guest who spends banked dollars loses points instead.",
        rule="Banked currency is taken from the bank.",
        source="documented: SEED-001, GS-OO",
        patches=(_only(Held.BANKED_CENTS, lambda debit: replace(debit, held=Held.POINTS)),),
        witness=lambda stage: [
            stage.online("discount_amount", "grace", redeemed_points="1").status,
            held(stage, GRACE),
        ],
        faultless=[200, [250, 1400, 1]],
    ),
    _state(
        id="debits_dollars_for_points",
        suffers="A guest who spends points loses banked dollars instead.",
        rule="A redeemable is paid in points.",
        source="documented: GS-OO",
        patches=(_only(Held.POINTS, lambda debit: replace(debit, held=Held.BANKED_CENTS)),),
        witness=_five_off,
        faultless=[200, [250, 1500, 1], [150, 1500, 1]],
    ),
    _state(
        id="bank_is_a_cent_short",
        suffers="Each redemption of banked dollars loses the guest a cent.",
        rule="What comes off the bill is what is taken, to the cent.",
        source="assumed: SEED-002",
        patches=(_only(Held.BANKED_CENTS, lambda debit: replace(debit, amount=debit.amount + 1)),),
        witness=_banked("2.50"),
        faultless=[200, 2.5, 1250],
    ),
    _state(
        id="bank_pays_whole_dollars",
        suffers="Fifty cents of discount cost the guest a dollar.",
        rule="What comes off the bill is what is taken, to the cent.",
        source="assumed: SEED-002",
        patches=(
            _only(Held.BANKED_CENTS, lambda debit: replace(debit, amount=-(-debit.amount // 100) * 100)),
        ),
        witness=_banked("2.50"),
        faultless=[200, 2.5, 1250],
    ),
    _state(
        id="bank_pays_what_was_asked",
        suffers="A guest who asks for ten dollars off a bill of four pays ten.",
        rule="Of banked currency only what comes off the bill is taken.",
        source="assumed: SEED-002",
        patches=(Patch("ledger.redeem", after(_asked)),),
        witness=_banked("10", receipt_amount=4, subtotal_amount=4),
        faultless=[200, 4, 1100],
    ),
    _state(
        id="bank_is_overdrawn",
        suffers="Guests spend dollars that they do not have, and the business pays.",
        rule="More banked currency than there is, is refused.",
        source="documented: SUP-360046845774",
        patches=(
            Patch(
                "ledger.redeem",
                argument(0, lambda claim: replace(claim, amount_cents=min(claim.amount_cents, 100))),
            ),
        ),
        witness=_banked("20"),
        faultless=[200, 0, 1500],
    ),
    _state(
        id="points_are_sold_short",
        suffers="A guest with ten points gets what costs a hundred.",
        rule="Too few points are refused.",
        source="documented: SEED-001",
        patches=(Patch("ledger.redeem", around(_sold_short)),),
        witness=lambda stage: [
            *stage.online("redeemable", "alan", redeemable_id="493").told("category"),
            held(stage, ALAN),
        ],
        faultless=[200, "invalid", [0, 0, 0]],
    ),
    _state(
        id="card_costs_two",
        suffers="A completed card costs two of them.",
        rule="A card costs one visit card.",
        source="assumed: SEED-002, GS-OO",
        patches=(_only(Held.VISIT_CARDS, lambda debit: replace(debit, amount=2)),),
        witness=lambda stage: [stage.online("card_completion").status, held(stage, ADA)[2]],
        faultless=[200, 99999],
    ),
    _state(
        id="card_costs_nothing",
        suffers="One completed card is redeemed for ever.",
        rule="A card is taken when it is redeemed.",
        source="documented: SEED-002",
        patches=(_only(Held.VISIT_CARDS, lambda _: None),),
        witness=lambda stage: [stage.online("card_completion", "grace").told("category") for _ in range(2)],
        faultless=[[200, "redeemable"], [200, "invalid"]],
    ),
    _state(
        id="reward_stays_after_use",
        suffers="One reward is redeemed at every till of the country.",
        rule="A reward is consumed.",
        source="documented: SEED-002",
        patches=(_only(Held.REWARD, lambda _: None),),
        witness=lambda stage: [stage.online("reward", reward_id=70001).told("category") for _ in range(2)],
        faultless=[[200, "redeemable"], [200, "processed"]],
    ),
    _state(
        id="reward_takes_the_next_one_too",
        suffers="A guest loses a reward that was never redeemed.",
        rule="Only the reward that was asked for is consumed.",
        source="documented: SEED-001",
        patches=(
            _taking(
                lambda _, debits: [
                    each
                    for debit in debits
                    for each in (
                        (debit, replace(debit, key=debit.key + 1)) if debit.held is Held.REWARD else (debit,)
                    )
                ]
            ),
        ),
        witness=lambda stage: [
            stage.online("reward", reward_id=each).told("category") for each in (70001, 70002)
        ],
        faultless=[[200, "redeemable"], [200, "redeemable"]],
    ),
    _state(
        id="subscription_use_is_not_counted",
        suffers="A plan of two cups a month pours without end.",
        rule="Each honoured use of a subscription counts.",
        source="inferred: SUP-360038096614",
        patches=(_only(Held.SUBSCRIPTION, lambda _: None),),
        witness=lambda stage: [
            stage.online("subscription", "hedy", subscription_id="498900").told("category") for _ in range(2)
        ],
        faultless=[[200, "redeemable"], [200, "invalid"]],
    ),
    _state(
        id="subscription_use_counts_twice",
        suffers="A plan of two cups a month pours one.",
        rule="Each honoured use of a subscription counts once.",
        source="inferred: SUP-360038096614",
        patches=(_only(Held.SUBSCRIPTION, lambda debit: replace(debit, amount=2)),),
        witness=lambda stage: [
            stage.online("subscription", subscription_id="900699").status,
            stage.guest(ADA)["subscriptions"][0]["uses"],
        ],
        faultless=[200, 1],
    ),
    _state(
        id="amounts_are_told_in_cents",
        suffers="A till takes a hundred times the discount off the bill.",
        rule="`redemption_amount` is in dollars.",
        source="documented: SEED-001",
        patches=(
            told("category", lambda body: body.update(redemption_amount=body["redemption_amount"] * 100)),
        ),
        witness=_banked("2.50"),
        faultless=[200, 2.5, 1250],
    ),
    _state(
        id="amounts_are_told_in_whole_dollars",
        suffers="The till gives two dollars where the guest paid two and a half.",
        rule="Cents of an amount are told.",
        source="documented: C-12",
        patches=(Patch("bodies.dollars", around(lambda _, amount: int(amount / 100))),),
        witness=_banked("2.50"),
        faultless=[200, 2.5, 1250],
    ),
)
