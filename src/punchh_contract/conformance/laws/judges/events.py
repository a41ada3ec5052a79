"""Events: one for each change of a redemption, valid, and about what was changed."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from punchh_contract.conformance.laws.history import History, Judgement, Turn
from punchh_contract.conformance.laws.judges import payload
from punchh_contract.conformance.laws.judges.money import cents
from punchh_contract.conformance.laws.view import BANKED, CARDS, POINTS, Guest, Held, taken
from punchh_contract.events import validate
from punchh_contract.json_types import JsonValue

STATUSES = {
    "redeemable": "redeemable",
    "honoured": "redeemed",
    "force_redeemed": "force_redeemed",
    "expired": "expired",
    "cancelled": "cancelled",
    "transferred": "transferred",
}
"""The event's word for a state of the control plane's (SEED-004)."""


APART = 5
"""Seconds that two clocks may differ."""
_APART = dt.timedelta(seconds=APART)
_BALANCE: tuple[tuple[Held, str, tuple[str, ...]], ...] = (
    (POINTS, "points", ("loyalty_points", "net_balance")),
    (BANKED, "banked currency", ("banked_currency",)),
    (CARDS, "visit cards", ("unredeemed_cards", "total_redeemable_visits", "total_visits")),
)
"""What a balance counts, and the members that say it (which ones count visits is assumed, as in the sandbox
that alone can be looked into)."""


def one_event_per_change(history: History) -> Iterator[Judgement]:
    """As many events as changes, each with its own id, the right ids, status and balance, and delivered
    where somebody listened.
    """
    seen: set[str] = set()
    for turn in history.turns:
        if turn.before is None or turn.after is None:
            continue
        step = turn.steps[0] if turn.steps else None
        events = turn.after.events[len(turn.before.events) :]
        changes = _changes(turn)
        told = sorted(int(each["redemption_id"]) for each in events)
        if told != sorted(changes):
            more = len(told) > len(changes)
            yield Judgement(
                step,
                f"{'more' if more else 'fewer'} events than changes of redemptions"
                if len(told) != len(changes)
                else "an event is about another redemption than the one that changed",
            )
            continue
        last = {each.get("user_id"): place for place, each in enumerate(events)}
        for place, each in enumerate(events):
            content_id = str(each["document"].get("content_id"))
            breach = "a content_id was used before" if content_id in seen else None
            seen.add(content_id)
            alone = len(events) == 1
            yield Judgement(
                step,
                breach
                # Of several events of a guest, the last one has the balance that is seen then.
                or _wrong(each["document"], changes, turn, last=last[each.get("user_id")] == place)
                or _otherwise(history, each["document"], changes, turn, alone=alone)
                or _undelivered(history, content_id),
            )
        if not events and turn.steps:
            yield Judgement(step)


def _changes(turn: Turn) -> dict[int, tuple[Guest, Mapping[str, Any]]]:
    """The redemptions that came or changed their state, each with its guest and record afterwards."""
    found: dict[int, tuple[Guest, Mapping[str, Any]]] = {}
    if turn.before is None or turn.after is None:
        return {}
    for user_id, guest in turn.after.guests.items():
        known = turn.before.guests.get(user_id)
        earlier: Mapping[int, Mapping[str, Any]] = known.records if known is not None else {}
        for redemption_id, record in guest.records.items():
            before = earlier.get(redemption_id)
            if before is None or before.get("status") != record.get("status"):
                found[redemption_id] = guest, record
    return found


def _wrong(
    document: Mapping[str, Any],
    changes: Mapping[int, tuple[Guest, Mapping[str, Any]]],
    turn: Turn,
    *,
    last: bool,
) -> str | None:
    findings = validate(document)
    if not findings.valid:
        return "the event does not fit the contract: " + next(iter(findings)).expectation
    told = document["payload"]
    guest, record = changes.get(told["redemption_id"], (None, None))
    if guest is None or record is None:
        return "the event's redemption_id is not that of the change"
    if told.get("user_id") not in (None, guest.user_id):
        return "the event's user_id is not the guest's"
    if told["redemption_status"] != STATUSES.get(str(record.get("status"))):
        return "the event's redemption_status is not that of the redemption"
    reward = record.get("discount_id") if record.get("discount_type") == "reward" else None
    if reward is not None and str(told.get("reward_id")) != str(reward):
        return "the event's reward_id is not that of the redemption"
    made = document["action"] == "create"
    if made != (
        turn.before is None or told["redemption_id"] not in turn.before.guests[guest.user_id].records
    ):
        return "the event's action is not that of the change"
    return _profile(told, guest) or (_balance(told, guest) if last else None)


def _otherwise(
    history: History,
    document: Mapping[str, Any],
    changes: Mapping[int, tuple[Guest, Mapping[str, Any]]],
    turn: Turn,
    *,
    alone: bool,
) -> str | None:
    """What the event tells otherwise than the answer of the call that brought it about."""
    if turn.before is None or turn.after is None:
        return None
    if payload.leaks(history, document):
        return "a guest's secret stands in an event"
    told = document["payload"]
    seconds = document["timestamp"] / 1000
    if not turn.before.now.timestamp() - APART <= seconds <= turn.after.now.timestamp() + APART:
        return "the event's timestamp is not the time of the change in milliseconds"
    guest, record = changes[told["redemption_id"]]
    made = told["redemption_id"] not in turn.before.guests[guest.user_id].records
    if found := _times(document, record, turn.before.now, turn.after.now, made=made):
        return found
    if found := payload.misplaced(history, told, record):
        return found
    step = next((each for each in turn.steps if told["redemption_id"] in each.redemptions), None)
    if step is None:
        return None
    return payload.wrong(history, told, step, taken(turn.before, turn.after) if alone else None)


def _times(
    document: Mapping[str, Any],
    record: Mapping[str, Any],
    before: dt.datetime,
    after: dt.datetime,
    *,
    made: bool,
) -> str | None:
    """Hold an event's times against the clock of the two looks, and against the record."""
    told = document["payload"]
    code: JsonValue = told.get("redemption_code")
    now: dict[str, JsonValue] = {name: document.get(name) for name in ("created_at", "updated_at")}
    now["payload/updated_at"] = told.get("updated_at")
    if made:
        now["payload/created_at"] = told.get("created_at")
    if told["redemption_status"] in ("redeemed", "force_redeemed"):
        now["payload/redemption_code_processed_at"] = told.get("redemption_code_processed_at")
        now["payload/redemption_code/processed_at"] = (
            code.get("processed_at") if isinstance(code, dict) else None
        )
    for name, text in now.items():
        moment = _moment(text)
        if moment is not None and not before - _APART <= moment <= after + _APART:
            return f"the event's {name} is not the time of the change"
    for name, known in (("created_at", "created_at"), ("expiring_on", "expires_at")):
        moment, recorded = _moment(told.get(name)), _moment(record.get(known))
        if moment is not None and recorded is not None and abs(moment - recorded) > _APART:
            return f"the event's payload/{name} is not that of the redemption"
    return None


def _moment(text: object) -> dt.datetime | None:
    """A time with a zone; None for everything else, of which other laws tell."""
    try:
        moment = dt.datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _profile(told: Mapping[str, Any], guest: Guest) -> str | None:
    user: JsonValue = told.get("user")
    if not isinstance(user, dict):
        return None
    for name, known in guest.profile.items():
        if user.get(name) not in (None, known):
            return f"the event's user has another {name} than the guest"
    return None


def _balance(told: Mapping[str, Any], guest: Guest) -> str | None:
    user: JsonValue = told.get("user")
    balance: JsonValue = user.get("account_balance") if isinstance(user, dict) else None
    if not isinstance(balance, dict):
        return None
    for held, what, names in _BALANCE:
        for name in names:
            amount = balance.get(name)
            shown = cents(amount) if held == BANKED else amount
            if amount is not None and shown != guest.held[held]:
                return f"the event's account_balance is not what the guest holds after the change: {what}"
    given, gone, left = (cents(balance.get(name)) for name in ("total_credits", "net_debits", "net_balance"))
    if given is not None and gone is not None and left is not None and given - gone != left:
        return "the event's account_balance does not add up: credits less debits are not what is left"
    return None


def _undelivered(history: History, content_id: str) -> str | None:
    if history.delivered is None:
        return None
    got = [each for each in history.delivered if each.content_id == content_id]
    if not got:
        return "an event was not delivered"
    if not all(each.authentic for each in got):
        return "a delivery does not prove who sends it"
    return "a delivery does not fit the contract" if any(each.findings for each in got) else None
