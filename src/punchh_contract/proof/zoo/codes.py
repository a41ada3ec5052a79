"""Faults of subscription codes: not unique, good twice, never dead, or good for the wrong guest."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete

from punchh_contract.proof.fault import Fault, Kind, Patch
from punchh_contract.proof.making import WALLET, after, argument, around, before, constant, result
from punchh_contract.proof.stage import ADA, Stage
from punchh_contract.sandbox.decisions import Grant
from punchh_contract.sandbox.guests import Debit, Held
from punchh_contract.sandbox.store.holdings_rows import codes

_state = partial(Fault, kind=Kind.STATE)


def made(stage: Stage, guest: str = "ada", subscription: str = "900699") -> str:
    """A fresh code."""
    return str(stage.code(subscription, guest).body["redemption_tracking_code"])


def redeem(stage: Stage, code: str, guest: str = "ada") -> Any:
    """What becomes of a code at the till of an online order."""
    return stage.online("redemption_code", guest, redemption_code=code).told("category")


def _used(stage: Stage) -> Any:
    return [stage.guest(ADA)["subscriptions"][0]["uses"]]


def _once(stage: Stage) -> Any:
    code = made(stage)
    return [redeem(stage, code), redeem(stage, code), *_used(stage)]


def _after(seconds: float) -> Any:
    """A code after some time."""

    def witness(stage: Stage) -> Any:
        code = made(stage)
        stage.advance(seconds)
        return redeem(stage, code)

    return witness


def _by_grace(stage: Stage) -> Any:
    code = made(stage)
    return [redeem(stage, code, "grace"), redeem(stage, code)]


def _same(_: Any) -> Any:
    """Everybody gets one number; who asked last has it."""

    def new_code(_tx: Any) -> str:
        return "7654321"

    return new_code


def _replacing(original: Any, self: Any, *added: Any) -> Any:
    connection = getattr(self, "_connection")  # noqa: B009
    for each in added:
        connection.execute(delete(codes).where(codes.c.code == each.code))
    return original(self, *added)


def _paid_when_made(
    original: Any, tx: Any, operation_id: str, user_id: int, subscription_id: int, name: str
) -> Any:
    tx.guests.apply(user_id, (Debit(Held.SUBSCRIPTION, subscription_id),))
    return original(tx, operation_id, user_id, subscription_id, name)


def _unowned(wallet: Any, *_: Any) -> Any:
    made_ = {
        key: replace(each, owner=wallet.account.user_id) if each.subscription_id else each
        for key, each in wallet.codes.items()
    }
    return replace(wallet, codes=made_)


def _usable(number: Any, wallet: Any, catalogue: Any, now: Any) -> Any:
    held = {
        key: replace(each, expires_at=None, cancelled=False, uses=0)
        for key, each in wallet.subscriptions.items()
    }
    return number, replace(wallet, subscriptions=held), catalogue, now


def _ids(stage: Stage) -> Any:
    """The redemption of a code when it is made and when it is honoured."""
    reply = stage.code()
    code = reply.body["redemption_tracking_code"]
    honoured = stage.online("redemption_code", redemption_code=code)
    return [reply.body["redemption_id"], honoured.body.get("redemption_id")]


FAULTS = (
    _state(
        id="code_is_not_unique",
        suffers="Two guests stand at the till with one code, and one of them is sent away.",
        rule="A code is unlike every other.",
        source="inferred: SEED-003",
        patches=(
            Patch("store.transaction.Transaction.new_code", _same),
            Patch("store.holdings.Guests.add_codes", around(_replacing)),
        ),
        witness=lambda stage: len({made(stage), made(stage, "grace", "498800")}),
        faultless=2,
    ),
    _state(
        id="code_is_redeemable_twice",
        suffers="One code pours two coffees, or as many as there are tills.",
        rule="A code is honoured once.",
        source="inferred: SUP-360038096614",
        patches=(
            Patch(
                "store.holdings.Guests.apply",
                before(
                    lambda self, user_id, debits: (
                        self,
                        user_id,
                        tuple(each for each in debits if each.held is not Held.CODE),
                    )
                ),
            ),
        ),
        witness=_once,
        faultless=[[200, "redeemable"], [200, "processed"], 1],
    ),
    _state(
        id="code_is_immortal",
        suffers="A code from last year's photo is honoured.",
        rule="A code is dead after `expiring_at`.",
        source="inferred: SEED-003",
        patches=(Patch("guests.Code.alive", around(lambda _, code, __: not code.processed)),),
        witness=_after(601),
        faultless=[200, "expired"],
    ),
    _state(
        id="code_lives_a_second_too_long",
        suffers="App and till disagree in the last second.",
        rule="A code is dead at `expiring_at`.",
        source="assumed: SEED-003",
        patches=(
            Patch(
                "guests.Code.alive",
                around(
                    lambda _, code, now: (
                        not code.processed and (code.expires_at is None or now <= code.expires_at)
                    )
                ),
            ),
            # The same mistake where codes that ended are looked for.
            Patch(
                "store.records.Records.due",
                argument(1, lambda now: now - timedelta(seconds=1)),
            ),
        ),
        witness=_after(600),
        faultless=[200, "expired"],
    ),
    _state(
        id="code_lives_an_hour",
        suffers="The countdown of the app is wrong, and codes are passed on.",
        rule="A code lives ten minutes.",
        source="inferred: SEED-003",
        patches=(Patch("ledger.CODE_LIFETIME", constant(timedelta(hours=1))),),
        witness=lambda stage: stage.code().told("expiring_at"),
        faultless=[200, "2026-03-02T18:15:01Z"],
    ),
    _state(
        id="code_dies_at_once",
        suffers="The guest shows a code that the app says is good, and is sent away.",
        rule="A code lives until `expiring_at`.",
        source="inferred: SEED-003",
        patches=(
            Patch("guests.Code.alive", after(lambda alive, code, _: alive and not code.subscription_id)),
        ),
        witness=lambda stage: redeem(stage, made(stage)),
        faultless=[200, "redeemable"],
    ),
    _state(
        id="code_is_honoured_for_another_guest",
        suffers="Whoever reads the code over a shoulder drinks the coffee.",
        rule="A code belongs to the guest it was made for.",
        source="assumed: SEED-003",
        patches=(Patch(WALLET, after(_unowned)),),
        witness=_by_grace,
        faultless=[[422, "-"], [200, "redeemable"]],
    ),
    _state(
        id="code_costs_a_use_when_made",
        suffers="A guest who opens the app twice has drunk nothing and used the month up.",
        rule="Making a code takes nothing.",
        source="inferred: SUP-360038096614",
        patches=(Patch("recording.issued", around(_paid_when_made)),),
        witness=lambda stage: [made(stage) != "", stage.guest(ADA)["subscriptions"][0]["uses"]],
        faultless=[True, 0],
    ),
    _state(
        id="code_honoured_is_another_redemption",
        suffers="The app waits for ever for the redemption that it was told of.",
        rule="Honouring a code completes the redemption made with it.",
        source="assumed: SEED-003",
        patches=(
            Patch(
                "ledger.redeem",
                result(
                    lambda decision: (
                        replace(decision, redemption_id=None) if isinstance(decision, Grant) else decision
                    )
                ),
            ),
        ),
        witness=_ids,
        faultless=[6440001, 6440001],
    ),
    _state(
        id="code_is_made_for_a_dead_subscription",
        suffers="The app shows a code that no till takes.",
        rule="No code for a subscription that has ended, is cancelled or used up.",
        source="assumed: OAS-SUB",
        patches=(Patch("ledger.subscription_code", before(_usable)),),
        witness=lambda stage: [stage.code(each).status for each in ("498701", "498702", "498703")],
        faultless=[422, 422, 422],
    ),
    _state(
        id="code_is_made_for_another_guests_subscription",
        suffers="Whoever knows a number drinks on somebody else's plan.",
        rule="A subscription of another guest is refused.",
        source="documented: OAS-SUB",
        patches=(
            Patch(
                "ledger.subscription_code",
                argument(
                    1,
                    lambda wallet: replace(
                        wallet,
                        subscriptions={
                            key: replace(each, owner=wallet.account.user_id)
                            for key, each in wallet.subscriptions.items()
                        },
                    ),
                ),
            ),
        ),
        witness=lambda stage: stage.code("498800").status,
        faultless=422,
    ),
)
