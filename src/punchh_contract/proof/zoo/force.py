"""Faults of force redeem: another amount, another kind, no message, more than there is."""

from dataclasses import replace
from functools import partial
from typing import Any

from punchh_contract.proof.fault import Fault, Kind, Patch
from punchh_contract.proof.making import argument, around, before, result
from punchh_contract.proof.stage import ADA, ALAN, GRACE, HEDY, Stage
from punchh_contract.sandbox.decisions import Grant, Program, Refusal
from punchh_contract.sandbox.guests import Debit, Held

_state = partial(Fault, kind=Kind.STATE)


def _ten(stage: Stage) -> Any:
    """Ten points of Grace's, taken by staff."""
    reply = stage.force(GRACE, requested_punches=10, force_message="Sorry for the wait")
    guest = stage.guest(GRACE)
    return [*reply.told("redeemed_value"), guest["points"], guest["banked_cents"]]


def _more_than_there_is(original: Any, amount: int, wallet: Any, catalogue: Any) -> Any:
    return original(
        min(amount, wallet.account.points) if wallet.account.points else amount, wallet, catalogue
    )


def _overdrawn(original: Any, amount: int, wallet: Any, catalogue: Any) -> Any:
    """Whoever asks for more than there is gets it, and nothing is taken."""
    decision = original(amount, wallet, catalogue)
    if not isinstance(decision, Refusal) or amount <= 0:
        return decision
    rich = replace(wallet, account=replace(wallet.account, points=amount))
    granted = original(amount, rich, catalogue)
    return replace(granted, debits=()) if isinstance(granted, Grant) else granted


def _one_more(decision: Any, *_: Any) -> Any:
    if not isinstance(decision, Grant):
        return decision
    return replace(decision, debits=tuple(replace(each, amount=each.amount + 1) for each in decision.debits))


def _amount_first(original: Any, self: Any, tx: Any, operation: Any, caller: Any, request: Any) -> Any:
    order = request.get("redemption")
    if operation.id == "force_redeem" and order and order.get("requested_punches"):
        request = {**request, "redemption": {**order, "reward_id": None}}
    return original(self, tx, operation, caller, request)


def _both(stage: Stage) -> Any:
    stage.force(GRACE, requested_punches=10, reward_id=72001)
    guest = stage.guest(GRACE)
    return [guest["points"], guest["rewards"][0]["used"]]


def _fuel(stage: Stage) -> Any:
    stage.switch(fuel=True)
    stage.put(HEDY, points=100)
    status = stage.force(HEDY, requested_punches=5, fuel_redemption=True).status
    guest = stage.guest(HEDY)
    return [status, guest["fuel_points"], guest["points"]]


def _message(stage: Stage) -> Any:
    _ten(stage)
    return [stage.records(GRACE)[0]["message"], stage.events()[0]["payload"]["force_message"]]


def _as_points(decision: Any, wallet: Any) -> Any:
    if not isinstance(decision, Grant):
        return decision
    taken = decision.debits[0].amount
    return replace(decision, debits=(Debit(Held.POINTS, wallet.account.user_id, taken),))


FAULTS = (
    _state(
        id="force_forgets_its_message",
        suffers="Nobody can tell later why staff took a guest's points.",
        rule="`force_message` is kept with the redemption.",
        source="inferred: SUP-360020892274, SEED-004",
        patches=(Patch("recording.forced", argument(-1, lambda _: None)),),
        witness=_message,
        faultless=["Sorry for the wait", "Sorry for the wait"],
    ),
    _state(
        id="force_takes_one_more",
        suffers="Staff type ten and eleven are gone.",
        rule="A force redeem takes what was asked for.",
        source="documented: SUP-360020892274",
        patches=(Patch("ledger.force_redeem", result(_one_more)),),
        witness=_ten,
        faultless=[201, 10, 240, 1500],
    ),
    _state(
        id="force_takes_less_than_asked",
        suffers="Staff type ten, the answer says ten, and five are gone.",
        rule="A force redeem takes what was asked for.",
        source="documented: SUP-360020892274",
        patches=(Patch("ledger.force_redeem", argument(0, lambda amount: (amount + 1) // 2)),),
        witness=_ten,
        faultless=[201, 10, 240, 1500],
    ),
    _state(
        id="force_takes_from_the_bank",
        suffers="In a business of points, staff take a guest's dollars.",
        rule="A force redeem takes what the business counts.",
        source="documented: SUP-360020892274",
        patches=(
            Patch(
                "ledger.force_redeem",
                before(
                    lambda amount, wallet, catalogue: (
                        amount,
                        wallet,
                        replace(catalogue, program=Program.BANKED_CURRENCY),
                    )
                ),
            ),
        ),
        witness=_ten,
        faultless=[201, 10, 240, 1500],
    ),
    _state(
        id="force_ignores_the_balance",
        suffers="Staff give away what the guest does not have.",
        rule="More than there is, is refused.",
        source="assumed: OAS-PF",
        patches=(Patch("ledger.force_redeem", around(_overdrawn)),),
        witness=lambda stage: stage.force(ALAN, requested_punches=10).status,
        faultless=422,
    ),
    _state(
        id="force_takes_what_is_left",
        suffers="Staff ask for a thousand points, and the guest loses all two hundred and fifty.",
        rule="More than there is, is refused, and a refusal takes nothing.",
        source="assumed: OAS-PF",
        patches=(Patch("ledger.force_redeem", around(_more_than_there_is)),),
        witness=lambda stage: [
            stage.force(GRACE, requested_punches=1000).status,
            stage.guest(GRACE)["points"],
        ],
        faultless=[422, 250],
    ),
    _state(
        id="force_takes_another_guests_reward",
        suffers="A mistyped number takes somebody else's reward.",
        rule="A reward of another guest is refused.",
        source="assumed: OAS-PF",
        patches=(
            Patch(
                "ledger.force_redeem_reward",
                before(
                    lambda reward_id, wallet, now: (
                        reward_id,
                        replace(
                            wallet,
                            rewards={
                                key: replace(each, owner=wallet.account.user_id)
                                for key, each in wallet.rewards.items()
                            },
                        ),
                        now,
                    )
                ),
            ),
        ),
        witness=lambda stage: [
            stage.force(ADA, reward_id=72001).status,
            stage.guest(GRACE)["rewards"][0]["used"],
        ],
        faultless=[422, False],
    ),
    _state(
        id="force_takes_points_for_a_reward",
        suffers="Staff name a reward, and the guest's points are gone instead.",
        rule="The reward that is named wins over an amount.",
        source="assumed: OAS-PF",
        patches=(Patch("operations.Operations.run", around(_amount_first)),),
        witness=_both,
        faultless=[250, True],
    ),
    _state(
        id="force_takes_points_for_fuel",
        suffers="Points are gone where fuel should be.",
        rule="With `fuel_redemption` the fuel balance is taken from.",
        source="documented: OAS-PF",
        patches=(
            Patch(
                "ledger.force_redeem_fuel",
                around(
                    lambda original, amount, wallet, settings: _as_points(
                        original(amount, wallet, settings), wallet
                    )
                ),
            ),
        ),
        witness=_fuel,
        faultless=[201, 15, 100],
    ),
)
