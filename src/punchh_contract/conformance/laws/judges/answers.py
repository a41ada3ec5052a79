"""What one answer says by itself: shape, sums, items, times, doors."""

import datetime as dt
import decimal
import json
import re
import zoneinfo
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
    identity,
)
from punchh_contract.conformance.laws.judges.money import basket_key, cents, due, item_id, items, lines
from punchh_contract.conformance.laws.judges.quotes import granted
from punchh_contract.conformance.laws.judges.shape import undocumented
from punchh_contract.conformance.laws.view import BANKED, taken
from punchh_contract.conformance.verdict.findings import Severity
from punchh_contract.json_types import JsonValue, objects

LIFETIMES = {CODE_MADE: dt.timedelta(minutes=10), FORCE: dt.timedelta(hours=2)}
"""How long what was made can be used, by the vendor's samples (SEED-003, SEED-000); for sandboxes only."""
REQUEST_ID = "x-request-id"
CLOCKS_APART = dt.timedelta(seconds=5)


def documented_answer(history: History) -> Iterator[Judgement]:
    """Every answer has a status and a body of the contract, and on a sandbox its headers."""
    named: dict[str, int] = {}
    for step in history.steps:
        if step.fault:
            continue  # the answer is the trouble's
        if step.raw is None:
            yield Judgement(step, "no answer came")
            continue
        reason = undocumented(step) or _misnamed(step) or _unspoken(history, step)
        yield Judgement(step, reason or (_unnamed(step, named) if history.looked else None))


def _unnamed(step: Step, named: dict[str, int]) -> str | None:
    """Whether an answer lacks a header, or has the `X-Request-Id` of another one, which `named` holds.

    Of sandboxes only: on the way from any other server a proxy may take headers away.
    """
    if step.raw is None:
        return None
    headers = {name.lower(): value for name, value in step.raw.headers.items()}
    for name in step.operation.headers.get(step.raw.status, ()):
        if not headers.get(name.lower()):
            return f"the answer lacks the header {name}"
    if named.setdefault(headers.get(REQUEST_ID, ""), step.place) != step.place:
        return "two answers have one X-Request-Id"
    return None


def _misnamed(step: Step) -> str | None:
    """Whether a refusal names another field than the one at fault; a line's has its index from zero."""
    for (status, _), fact in step.operation.errors.items():
        text, mark, rest = fact.text.partition("{field}")
        if step.names is None or status != step.status or not mark or rest:
            continue
        told = re.search(re.escape(text) + r"(\w+)", json.dumps(step.answer))
        if told is not None and told[1] != step.names:
            return "the error names another field than the one that is wrong"
    return None


def _unspoken(history: History, step: Step) -> str | None:
    """Whether the name of an offer is in another language than the one that was asked for."""
    language = step.sent.headers.get("Accept-Language") if step.sent is not None else None
    if step.operation.id != BATCH or not language:
        return None
    for each in items(step, "success"):
        asset = history.assets.get(basket_key(history, each))
        words = asset.terms.get("translations", {}).get(language) if asset is not None else None
        details: JsonValue = each.get("discount_details")
        told = details.get("name") if isinstance(details, dict) else None
        if words is not None and told is not None and told != words["name"]:
            return "a name is not in the language that `Accept-Language` asks for"
    return None


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
        # Of a receipt that is no whole number of cents nobody has said how it is rounded.
        if amount > receipt.to_integral_value(decimal.ROUND_CEILING):
            yield Judgement(step, "the discount is more than the receipt")
        else:
            yield Judgement(step, "the discount is below nothing" if amount < 0 else None)


def distribution_sums_to_discount(history: History) -> Iterator[Judgement]:
    """The shares of a discount are negative and sum to it, in cents."""
    for step in history.steps:
        if step.operation.id != ONLINE or step.outcome not in (SUCCESS, QUOTE):
            continue
        told: JsonValue = step.answer.get("discount_distribution_items")
        amount = cents(step.answer.get("redemption_amount"))
        shares = [(each, cents(each.get("item_amount"))) for each in objects(told)]
        known = [(each, part) for each, part in shares if part is not None]
        if amount is None or not known or not isinstance(told, list) or len(known) != len(told):
            continue
        parts = [part for _, part in known]
        breach = None
        if -sum(parts) != amount:
            breach = "the shares of the discount do not sum to it"
        elif any(each > 0 for each in parts):
            breach = "a share of the discount is no discount"
        elif any(each != each.to_integral_value() for each in parts):
            breach = "a share of the discount is no whole cents"
        # Of a repetition the answer is that of the first, whose lines may have been others.
        elif not history.may_repeat(step) and _overdone(step, known):
            breach = "a line gets more of the discount than it costs"
        yield Judgement(step, breach)


def _overdone(step: Step, shares: list[tuple[dict[str, Any], decimal.Decimal]]) -> bool:
    """Whether an item gets more than its lines cost. A line below nothing, which is a discount that the till
    gave itself, takes nothing from the others of its item.
    """
    prices: dict[str, decimal.Decimal] = {}
    for number, price in lines(step):
        prices[number] = prices.get(number, decimal.Decimal(0)) + max(price, decimal.Decimal(0))
    given: dict[str, decimal.Decimal] = {}
    for share, part in shares:
        if share.get("menu_item_id") is not None:
            number = str(share["menu_item_id"])
            given[number] = given.get(number, decimal.Decimal(0)) - part
    return bool(prices) and any(each > prices.get(number, 0) for number, each in given.items())


def basket_items_end_once(history: History) -> Iterator[Judgement]:
    """Each basket item is in exactly one of success and failures; what was redeemed leaves the basket, and
    is not redeemed again.
    """
    yield from _redeemed_again(history)
    for step in history.steps:
        if step.operation.id != BATCH or step.status != step.operation.success.status or step.wrong:
            continue
        if step.outcome == UNKNOWN:
            continue
        good = [item_id(each) for each in items(step, "success")]
        bad = [item_id(each) for each in items(step, "failures")]
        breach = None
        if None in good + bad:
            continue  # which items it tells of, nobody can say
        if len(set(good) | set(bad)) != len(good) + len(bad):
            breach = "a basket item is told of more than once"
        elif step.before and step.after and not history.may_repeat(step):
            before, after = step.before.guests[step.guest].basket, step.after.guests[step.guest].basket
            left = [each for each in before if step.asks or each not in good]
            if set(before) != set(good) | set(bad):
                breach = "the items of the answer are not those of the basket"
            elif list(after) != left:
                breach = "the basket afterwards is not what was left of it"
            elif _failed_in_vain(history, step, bad):
                breach = "an item that the guest holds, and that fits the receipt, failed"
        yield Judgement(step, breach)


def _redeemed_again(history: History) -> Iterator[Judgement]:
    """Whether an item of a basket was redeemed before, by another redemption."""
    done: dict[tuple[int, int], frozenset[int]] = {}
    for entry in history.entries:
        if not isinstance(entry, Step):
            if not entry.path.startswith("clock"):
                done.clear()  # it may be in the basket anew
            continue
        if entry.operation.id != BATCH or entry.outcome != SUCCESS or history.may_repeat(entry):
            continue
        again = False
        for each in items(entry, "success"):
            number, redeemed = item_id(each), identity(each.get("redemption_id"))
            if number is None or redeemed is None:
                continue
            if (known := done.get((entry.guest, number))) is None:
                done[entry.guest, number] = entry.redemptions
            else:
                again = again or redeemed not in known
        if again:
            yield Judgement(entry, "a basket item that was redeemed is redeemed again", Severity.SPEND)


_SINGLE = {"reward": "reward", "redemption_code": "code"}
"""Kinds of discount of which there is one, as they are called among what a guest holds."""


def _failed_in_vain(history: History, step: Step, failed: list[int | None]) -> bool:
    """Whether an item failed though the receipt has room for it, and nothing else had used it up."""
    receipt, amount = cents(step.request.get("receipt_amount")), granted(step)
    if step.before is None or receipt is None or amount is None or step.request.get("query") is False:
        return False
    held = step.before.guests[step.guest].held
    done = [basket_key(history, each) for each in items(step, "success")]
    for item in failed:
        kind, key = history.baskets.get(item or 0, ("", ""))
        worth = due(history, step, kind, key) if kind in (*_SINGLE, "discount_amount") else None
        if not worth or amount + worth > receipt or (kind, key) in done:
            continue
        if kind in _SINGLE and held.get((_SINGLE[kind], key), 0) == 1:
            return True
        spent = any(each[0] == kind for each in done)
        if kind == "discount_amount" and not spent and held.get(BANKED, 0) >= worth:
            return True
    return False


def ordered_times(history: History) -> Iterator[Judgement]:
    """Times have a zone and follow one another, and what was made lives as long as it is documented to."""
    for step in history.steps:
        if step.outcome != SUCCESS or step.operation.id not in LIFETIMES:
            continue
        yield Judgement(step, _times(step))
    for turn in history.turns:
        if turn.before is not None and turn.after is not None:
            step_of = turn.steps[0] if turn.steps else None
            for event in turn.after.events[len(turn.before.events) :]:
                yield Judgement(step_of, _event_times(event.get("document")))


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
    zone = _zone(step)
    if zone is not None and not all(_is_in(zone, each) for each in read.values() if each):
        return "its times are not in the zone that `Accept-Timezone` asks for"
    return None


def _is_in(zone: zoneinfo.ZoneInfo, time: dt.datetime) -> bool:
    try:
        return time.utcoffset() == time.astimezone(zone).utcoffset()
    except OverflowError:  # there it is a year that no calendar has
        return False


def _zone(step: Step) -> zoneinfo.ZoneInfo | None:
    """The zone that a call asks for, if it is one."""
    name = step.sent.headers.get("Accept-Timezone") if step.sent is not None else None
    try:
        return zoneinfo.ZoneInfo(str(name)) if name else None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return None


def _event_times(document: JsonValue) -> str | None:
    payload: JsonValue = document.get("payload") if isinstance(document, dict) else None
    if not isinstance(payload, dict):
        return None
    read = {key: moment(payload[key]) for key in _EVENT_TIMES if payload.get(key) is not None}
    if any(moment(each) is None for each in _times_in(document)):
        return "a time of the event has no zone, or is none"
    created, *later = (read.get(key) for key in _EVENT_TIMES)
    early = created is not None and any(each is not None and each < created for each in later)
    return "a time of the event is before it was created" if early else None


_EVENT_TIMES = ("created_at", "updated_at", "expiring_on", "processed_at", "redemption_code_processed_at")


def _times_in(value: JsonValue) -> Iterator[Any]:
    """Whatever a document has under the name of a time."""
    each: JsonValue
    if isinstance(value, dict):
        for key, each in value.items():
            if key.endswith("_at") and each is not None and not isinstance(each, dict | list):
                yield each
            yield from _times_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _times_in(each)


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
        if step.wrong is None or not step.wanted or (412 in step.wanted) != signed or step.status is None:
            continue  # that no answer came says nothing of the door
        if step.status not in step.wanted:
            told = " or ".join(map(str, sorted(step.wanted)))
            yield Judgement(step, f"{step.wrong}: must be answered {told}, and was answered {step.status}")
        elif step.before and step.after:
            lost = taken(step.before, step.after)
            yield Judgement(step, f"{step.wrong}: refused, and something was taken" if lost else None)
        else:
            yield Judgement(step)
