"""Faults of times, limits and what should not matter: zones, order, lifetimes, rate limits, unknown fields,
languages."""

from dataclasses import replace
from datetime import UTC, timedelta
from functools import partial
from typing import Any

from punchh_contract.proof.fault import Fault, Kind, Patch, Witness
from punchh_contract.proof.making import around, before, constant, result, returning, strange
from punchh_contract.proof.stage import ADA, GRACE, Stage

_state = partial(Fault, kind=Kind.STATE)


def _code_times(**headers: str) -> Witness:
    return lambda stage: stage.code(**headers).told("created_at", "expiring_at")


def _limited(stage: Stage) -> Any:
    """The last call of a minute that is allowed, and the one after."""
    broken = stage.request("force_redeem", b"{")
    for _ in range(499):
        stage.send(broken)
    return [stage.send(broken).status, stage.send(broken).status]


def _recovers(stage: Stage) -> Any:
    _limited(stage)
    stage.advance(60)
    return stage.send(stage.request("force_redeem", b"{")).status


def _testing(original: Any, self: Any, tx: Any, operation: Any, caller: Any, request: Any) -> Any:
    """A field that nobody knows makes a dry run of it."""
    changed = {**request, "query": True} if strange(operation, request) else request
    return original(self, tx, operation, caller, changed)


def _cheaper(original: Any, self: Any, tx: Any, operation: Any, caller: Any, request: Any) -> Any:
    """A field that nobody knows is taken for a part of the receipt."""
    if strange(operation, request) and "receipt_amount" in request:
        request = {
            **request,
            "receipt_amount": 1,
            "subtotal_amount": 1,
            "menu_items": None,
            "line_items": None,
        }
    return original(self, tx, operation, caller, request)


def _unknown(stage: Stage) -> Any:
    reply = stage.online("redeemable", "grace", redeemable_id="493", unheard_of="1")
    return [*reply.told("category", "redemption_amount"), stage.guest(GRACE)["points"]]


FAULTS = (
    _state(
        id="zone_asked_for_is_lost",
        suffers="The app shows the code's end hours away from the guest's clock.",
        rule="`Accept-Timezone` gives the times of a code in that zone.",
        source="documented: SEED-003",
        patches=(Patch("authentication._zone", returning(UTC)),),
        witness=_code_times(Accept_Timezone="America/Los_Angeles"),
        faultless=[200, "2026-03-02T10:05:01-08:00", "2026-03-02T10:15:01-08:00"],
    ),
    _state(
        id="local_times_are_labelled_utc",
        suffers="A code looks eight hours expired the moment it is made.",
        rule="A time with an offset is the right moment.",
        source="documented: SEED-003",
        patches=(
            Patch(
                "bodies._zoned",
                result(lambda text: text if text is None or text.endswith("Z") else text[:19] + "Z"),
            ),
        ),
        witness=_code_times(Accept_Timezone="America/Los_Angeles"),
        faultless=[200, "2026-03-02T10:05:01-08:00", "2026-03-02T10:15:01-08:00"],
    ),
    _state(
        id="forced_redemption_ends_before_it_begins",
        suffers="Whoever sorts by time finds the end first.",
        rule="`expiring_at` is not before `created_at`.",
        source="inferred: SEED-000",
        patches=(Patch("ledger.FORCE_LIFETIME", constant(timedelta(hours=-2))),),
        witness=lambda stage: stage.force(ADA, requested_punches=1).told("created_at", "expiring_at"),
        faultless=[201, "2026-03-02T18:05:01Z", "2026-03-02T20:05:01Z"],
    ),
    _state(
        id="code_was_changed_before_it_was_made",
        suffers="A sync that asks for what changed since yesterday never sees the code.",
        rule="`updated_at` is not before `created_at`.",
        source="inferred: SEED-003",
        patches=(
            Patch(
                "bodies.subscription_code",
                result(lambda body: {**body, "updated_at": "2026-03-01T18:05:01Z"}),
            ),
        ),
        witness=lambda stage: stage.code().told("updated_at"),
        faultless=[200, "2026-03-02T18:05:01Z"],
    ),
    _state(
        id="rate_limit_never_strikes",
        suffers="A client that floods the dashboard works here and is throttled in production.",
        rule="500 force redeems a minute, then 429.",
        source="documented: SEED-000",
        patches=(Patch("store.limits.Limits.wait", returning(None)),),
        witness=_limited,
        faultless=[400, 429],
    ),
    _state(
        id="rate_limit_always_strikes",
        suffers="Staff cannot redeem at all.",
        rule="Under the limit a force redeem is carried out.",
        source="documented: SEED-000",
        patches=(Patch("store.limits.Limits.wait", returning(60)),),
        witness=lambda stage: stage.force(ADA, requested_punches=1).status,
        faultless=201,
    ),
    _state(
        id="rate_limit_is_a_hundredth",
        suffers="A client that keeps to the documented budget is throttled all the same.",
        rule="500 force redeems a minute are allowed.",
        source="documented: SEED-000",
        patches=(
            Patch(
                "store.limits.Limits.wait",
                around(
                    lambda original, self, name, limit, now: original(
                        self, name, type(limit)(per_minute=5, per_day=limit.per_day), now
                    )
                ),
            ),
        ),
        witness=lambda stage: [stage.force(ADA, requested_punches=1).status for _ in range(6)],
        faultless=[201] * 6,
    ),
    _state(
        id="rate_limit_never_ends",
        suffers="One busy minute locks staff out for the rest of the day.",
        rule="After the minute the next call is allowed.",
        source="documented: SEED-000",
        patches=(
            Patch(
                "store.limits.Limits.wait",
                before(lambda self, name, limit, now: (self, name, replace(limit, per_day=500), now)),
            ),
        ),
        witness=_recovers,
        faultless=400,
    ),
    _state(
        id="unknown_field_makes_a_dry_run",
        suffers="A client sends one field more, is told that all is well, and nothing was redeemed.",
        rule="Unknown fields change nothing.",
        source="assumed: SEED-001",
        patches=(Patch("operations.Operations.run", around(_testing)),),
        witness=_unknown,
        faultless=[200, "redeemable", 5, 150],
    ),
    _state(
        id="unknown_field_changes_the_amount",
        suffers="A client sends one field more, and the discount is another one.",
        rule="Unknown fields change nothing.",
        source="assumed: SEED-001",
        patches=(Patch("operations.Operations.run", around(_cheaper)),),
        witness=_unknown,
        faultless=[200, "redeemable", 5, 150],
    ),
    _state(
        id="language_asked_for_is_lost",
        suffers="Guests read names of offers in a language that they did not ask for.",
        rule="`Accept-Language` gives names in a language that the business has.",
        source="documented: SEED-002",
        patches=(Patch("authentication._language", returning("en")),),
        witness=lambda stage: stage.code(Accept_Language="es").told("redeemable_name"),
        faultless=[200, "Club del café"],
    ),
)
