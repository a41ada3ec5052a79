"""Events: one for each change of a redemption, valid, and about what was changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from punchh_contract.conformance.laws.history import History, Judgement, Turn
from punchh_contract.conformance.laws.judges import payload
from punchh_contract.conformance.laws.judges.money import cents
from punchh_contract.conformance.laws.view import BANKED, POINTS, Guest, taken
from punchh_contract.events import validate

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
        for each in events:
            content_id = str(each["document"].get("content_id"))
            breach = "a content_id was used before" if content_id in seen else None
            seen.add(content_id)
            alone = len(events) == 1
            yield Judgement(
                step,
                breach
                or _wrong(each["document"], changes, turn, alone=alone)
                or _otherwise(history, each["document"], turn, alone=alone)
                or _undelivered(history, content_id),
            )
        if not events and turn.steps:
            yield Judgement(step)


def _changes(turn: Turn) -> dict[int, tuple[Guest, Mapping[str, Any]]]:
    """The redemptions that came or changed their state, each with its guest and record afterwards."""
    found = {}
    if turn.before is None or turn.after is None:
        return {}
    for user_id, guest in turn.after.guests.items():
        earlier = turn.before.guests[user_id].records if user_id in turn.before.guests else {}
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
    alone: bool,
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
    return _balance(told, guest) if alone else None


def _otherwise(history: History, document: Mapping[str, Any], turn: Turn, *, alone: bool) -> str | None:
    """What the event tells otherwise than the answer of the call that brought it about."""
    if turn.before is None or turn.after is None:
        return None
    if payload.leaks(history, document):
        return "a guest's secret stands in an event"
    told = document["payload"]
    seconds = document["timestamp"] / 1000
    if not turn.before.now.timestamp() - APART <= seconds <= turn.after.now.timestamp() + APART:
        return "the event's timestamp is not the time of the change in milliseconds"
    step = next((each for each in turn.steps if told["redemption_id"] in each.redemptions), None)
    if step is None:
        return None
    return payload.wrong(history, told, step, taken(turn.before, turn.after) if alone else None)


def _balance(told: Mapping[str, Any], guest: Guest) -> str | None:
    user = told.get("user")
    balance = user.get("account_balance") if isinstance(user, Mapping) else None
    if not isinstance(balance, Mapping):
        return None
    points, banked = balance.get("loyalty_points"), balance.get("banked_currency")
    if points is not None and points != guest.held[POINTS]:
        return "the event's account_balance is not what the guest holds after the change: points"
    if banked is not None and cents(banked) != guest.held[BANKED]:
        return "the event's account_balance is not what the guest holds after the change: banked currency"
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
