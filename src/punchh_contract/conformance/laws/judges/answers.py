"""What one answer says by itself: shape, sums, items, times, doors."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from punchh_contract.conformance.laws.history import (
    BATCH,
    CODE_MADE,
    FORCE,
    ONLINE,
    QUOTE,
    SUCCESS,
    UNKNOWN,
    History,
    Judgement,
    Step,
)
from punchh_contract.conformance.laws.judges.money import cents, items
from punchh_contract.conformance.laws.judges.quotes import granted
from punchh_contract.conformance.laws.view import taken
from punchh_contract.conformance.verdict import judging
from punchh_contract.conformance.verdict.findings import Exchange
from punchh_contract.contract import load

LIFETIMES = {CODE_MADE: dt.timedelta(minutes=10), FORCE: dt.timedelta(hours=2)}
"""How long what was made can be used, by the vendor's samples (SEED-003, SEED-000); for sandboxes only."""
CLOCKS_APART = dt.timedelta(seconds=5)


def documented_answer(history: History) -> Iterator[Judgement]:
    """Every answer has a status and a body of the contract."""
    for step in history.steps:
        if step.fault:
            continue  # the answer is the trouble's
        if step.raw is None:
            yield Judgement(step, "no answer came")
            continue
        exchange = Exchange(step.operation.id, "laws", 0, step.operation.path, {"User-Agent": ""}, None)
        found = judging.judge(load(), exchange, step.request, step.raw)
        yield Judgement(step, found[0].statement if found else None)


def discount_within_receipt(history: History) -> Iterator[Judgement]:
    """No discount is more than the receipt, or below nothing."""
    for step in history.steps:
        if step.operation.id not in (ONLINE, BATCH) or step.outcome not in (SUCCESS, QUOTE):
            continue
        if history.may_repeat(step):
            continue  # the answer of the first, whose receipt may have been another
        receipt, amount = cents(step.request.get("receipt_amount")), granted(step)
        if receipt is None or amount is None or receipt < 0:
            continue
        if amount > receipt:
            yield Judgement(step, "the discount is more than the receipt")
        else:
            yield Judgement(step, "the discount is below nothing" if amount < 0 else None)


def distribution_sums_to_discount(history: History) -> Iterator[Judgement]:
    """The shares of a discount are negative and sum to it, in cents."""
    for step in history.steps:
        if step.operation.id != ONLINE or step.outcome not in (SUCCESS, QUOTE):
            continue
        shares = step.answer.get("discount_distribution_items")
        if not isinstance(shares, list) or not shares:
            continue
        amounts = [cents(each.get("item_amount")) for each in shares if isinstance(each, dict)]
        amount = cents(step.answer.get("redemption_amount"))
        if None in amounts or amount is None:
            continue
        known = [each for each in amounts if each is not None]
        if -sum(known) != amount:
            yield Judgement(step, "the shares of the discount do not sum to it")
        elif any(each > 0 for each in known):
            yield Judgement(step, "a share of the discount is no discount")
        else:
            odd = any(each != each.to_integral_value() for each in known)
            yield Judgement(step, "a share of the discount is no whole cents" if odd else None)


def basket_items_end_once(history: History) -> Iterator[Judgement]:
    """Each basket item is in exactly one of success and failures; what was redeemed leaves the basket."""
    for step in history.steps:
        if step.operation.id != BATCH or step.status != step.operation.success.status or step.wrong:
            continue
        if step.outcome == UNKNOWN:
            continue
        good = [each.get("discount_basket_item_id") for each in items(step, "success")]
        bad = [each.get("discount_basket_item_id") for each in items(step, "failures")]
        breach = None
        if len(set(good) | set(bad)) != len(good) + len(bad):
            breach = "a basket item is told of more than once"
        elif step.before and step.after and not history.may_repeat(step):
            before, after = step.before.guests[step.guest].basket, step.after.guests[step.guest].basket
            left = [each for each in before if step.asks or each not in good]
            if set(before) != set(good) | set(bad):
                breach = "the items of the answer are not those of the basket"
            elif list(after) != left:
                breach = "the basket afterwards is not what was left of it"
        yield Judgement(step, breach)


def ordered_times(history: History) -> Iterator[Judgement]:
    """Times have a zone and follow one another, and what was made lives as long as it is documented to."""
    for step in history.steps:
        if step.outcome != SUCCESS or step.operation.id not in LIFETIMES:
            continue
        yield Judgement(step, _times(step))
    for turn in history.turns:
        if turn.before is not None and turn.after is not None and turn.steps:
            for event in turn.after.events[len(turn.before.events) :]:
                yield Judgement(turn.steps[0], _event_times(event.get("document")))


def _times(step: Step) -> str | None:
    read = {key: moment(step.answer.get(key)) for key in ("created_at", "updated_at", "expiring_at")}
    if any(each is None for key, each in read.items() if step.answer.get(key) is not None):
        return "a time has no zone, or is none"
    created, updated, ends = read["created_at"], read["updated_at"], read["expiring_at"]
    if (created and updated and created > updated) or (created and ends and created >= ends):
        return "times do not follow one another: created, updated, expiring"
    if step.before is None or step.after is None or created is None:
        return None
    if not step.before.now - CLOCKS_APART <= created <= step.after.now + CLOCKS_APART:
        return "it was created at another time than it is at the server"
    if ends is not None and ends - created != LIFETIMES[step.operation.id]:
        return "it does not live as long as the vendor's sample says"
    return None


def _event_times(document: Any) -> str | None:
    payload = document.get("payload") if isinstance(document, dict) else None
    if not isinstance(payload, dict):
        return None
    read = {key: moment(payload[key]) for key in _EVENT_TIMES if payload.get(key) is not None}
    if None in read.values():
        return "a time of the event has no zone, or is none"
    known = [each for key in _EVENT_TIMES[:3] if (each := read.get(key)) is not None]
    return "times of the event do not follow one another" if known != sorted(known) else None


_EVENT_TIMES = ("created_at", "updated_at", "expiring_on", "processed_at", "redemption_code_processed_at")


def moment(value: Any) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def signature_required(history: History) -> Iterator[Judgement]:
    """What was not signed as it was sent is refused for that, and takes nothing."""
    yield from _door(history, signed=True)


def credential_required(history: History) -> Iterator[Judgement]:
    """What comes without the right credentials is refused for that, and takes nothing."""
    yield from _door(history, signed=False)


def _door(history: History, *, signed: bool) -> Iterator[Judgement]:
    for step in history.steps:
        if step.wrong is None or not step.wanted or (412 in step.wanted) != signed:
            continue
        if step.status not in step.wanted:
            told = " or ".join(map(str, sorted(step.wanted)))
            yield Judgement(step, f"{step.wrong}: must be answered {told}, and was answered {step.status}")
        elif step.before and step.after:
            lost = taken(step.before, step.after)
            yield Judgement(step, f"{step.wrong}: refused, and something was taken" if lost else None)
        else:
            yield Judgement(step)
