"""Quotes: they change nothing, can be repeated, and are kept by the commit."""

from collections.abc import Iterator
from typing import Any

from punchh_contract.conformance import tally
from punchh_contract.conformance.laws.history import (
    BATCH,
    CODE_MADE,
    ERROR,
    QUOTE,
    REFUSAL,
    SUCCESS,
    UNKNOWN,
    History,
    Judgement,
    Step,
)
from punchh_contract.conformance.laws.judges.money import cents, items
from punchh_contract.conformance.laws.judges.shape import undocumented
from punchh_contract.json_types import JsonValue, canonical

_APART = ("query", "external_uid")
_TOLD = (
    "category",
    "redemption_amount",
    "qualified_menu_items",
    "discount_distribution_items",
    "max_applicable_quantity",
    "campaign_name",
)
_RECEIPT = ("receipt_amount", "subtotal_amount", "receipt_datetime", "menu_items", "line_items")
_ITEM = ("discount_amount", "discount_type", "discount_id", "discount_value", "qualified_items", "qualified")


def quote_changes_nothing(history: History) -> Iterator[Judgement]:
    """Compare what was held before and after, and repeated quotes with each other."""
    for turn in history.turns:
        asking = [
            each
            for each in turn.steps
            if each.asks and each.outcome in (QUOTE, REFUSAL, tally.COMMITTED_QUOTE)
        ]
        if not asking or len(asking) != len(turn.steps):
            continue
        step = asking[0]
        if any(each.outcome == tally.COMMITTED_QUOTE for each in asking):
            yield Judgement(step, "with `query` nothing is taken; the answer names a redemption")
        elif turn.before and turn.after:
            changed = [
                each for each, guest in turn.before.guests.items() if not guest.same(turn.after.guests[each])
            ]
            yield Judgement(
                step, "a quote changed what a guest holds, or recorded a redemption" if changed else None
            )
    for first, second in _repeated(history):
        same = first.status == second.status and promise(first) == promise(second)
        yield Judgement(
            second, None if same else "the same quote, with nothing taken in between, was answered otherwise"
        )


def quote_equals_commit(history: History) -> Iterator[Judgement]:
    """Compare a commit with the last quote of the same request before it."""
    for commit in history.steps:
        if commit.asks or commit.fault or commit.wrong or commit.outcome not in (SUCCESS, REFUSAL, ERROR):
            continue
        if history.may_repeat(commit):
            continue
        quotes: list[Step] = []
        for each in _before(history, commit):
            if each.guest == commit.guest and each.outcome == SUCCESS and each.operation.id != CODE_MADE:
                quotes = []  # what was promised then may be gone
            locked = history.settings.get("reward_locking") and each.uid != commit.uid
            if each.asks and each.outcome == QUOTE and _key(each) == _key(commit) and not locked:
                quotes.append(each)
        if quotes:
            yield Judgement(commit, _differs(quotes[-1], commit, "of the quote"))


def changed_receipt_judged_anew(history: History) -> Iterator[Judgement]:
    """A commit whose receipt was another when it was quoted is what a quote of its own receipt says."""
    for commit in history.steps:
        if commit.asks or commit.fault or commit.wrong or commit.outcome not in (SUCCESS, REFUSAL, ERROR):
            continue
        if history.may_repeat(commit):
            continue
        earlier = [
            each
            for each in _standing(history, commit)
            if each.asks and _subject(each) == _subject(commit) and each.guest == commit.guest
        ]
        mine = _receipt(history, commit)
        others = [each for each in earlier if each.outcome == QUOTE and _receipt(history, each) != mine]
        if not others:
            continue
        receipt, amount = cents(commit.request.get("receipt_amount")), granted(commit)
        compared = False
        if commit.outcome == SUCCESS and receipt is not None and amount is not None:
            compared = True
            if amount > receipt:
                yield Judgement(commit, "the receipt shrank after the quote; the old discount was granted")
                continue
        same = [
            each
            for each in earlier
            if _key(each) == _key(commit) and each.outcome in (QUOTE, REFUSAL, ERROR) and not each.wrong
        ]
        if same:
            yield Judgement(commit, _differs(same[-1], commit, "of the receipt that was sent"))
        elif compared:
            yield Judgement(commit)


def unknown_fields_ignored(history: History) -> Iterator[Judgement]:
    """Compare a request with the same one that has fields nobody knows."""
    by_place = {each.place: each for each in history.steps}
    for step in history.steps:
        if step.twin is None:
            continue
        plain = by_place[step.twin]
        if UNKNOWN in (plain.outcome, step.outcome):
            continue  # a lost answer is none that could differ
        if plain.asks == step.asks:
            same = (plain.status, plain.outcome) == (step.status, step.outcome) and promise(plain) == promise(
                step
            )
        else:  # a quote, and the commit with the fields
            same = (plain.outcome == QUOTE) == (step.outcome == SUCCESS) and _differs(plain, step, "") is None
        yield Judgement(step, None if same else "fields that the contract does not know changed the answer")


def promise(step: Step) -> Any:
    """What an answer promises, without what may differ each time."""
    answer: JsonValue = step.answer
    if not isinstance(answer, dict):
        return None
    if step.operation.id == BATCH:
        return {
            key: sorted(
                (str(each.get("discount_basket_item_id")), canonical([each.get(name) for name in _ITEM]))
                for each in items(step, key)
            )
            for key in ("success", "failures")
        }
    return [answer.get(name) for name in _TOLD]


def granted(step: Step) -> Any:
    """The discount of an answer in cents; None where it has none that can be read."""
    answer: JsonValue = step.answer
    if not isinstance(answer, dict):
        return None
    if step.operation.id == BATCH:
        found = [cents(each.get("discount_amount")) for each in items(step, "success")]
        return sum(each for each in found if each is not None) if None not in found else None
    return cents(answer.get("redemption_amount"))


def _differs(quote: Step, commit: Step, whose: str) -> str | None:
    if (quote.outcome == QUOTE) != (commit.outcome == SUCCESS):
        if undocumented(quote) or undocumented(commit):
            return None  # which of them it is, cannot be read
        return (
            "what was quoted was refused" if quote.outcome == QUOTE else "what a quote refuses was redeemed"
        )
    if quote.outcome == QUOTE and promise(quote) != promise(commit):
        return f"the commit differs from what the answer {whose} promised: amount, items or distribution"
    return None


def _standing(history: History, commit: Step) -> list[Step]:
    """Earlier steps since the guest last redeemed anything: what was promised before may be gone."""
    found: list[Step] = []
    for each in _before(history, commit):
        if each.guest == commit.guest and each.outcome == SUCCESS and each.operation.id != CODE_MADE:
            found.clear()
        found.append(each)
    return found


def _before(history: History, step: Step) -> list[Step]:
    """Earlier steps; of a clock that moved in between nothing promised before counts."""
    found: list[Step] = []
    for each in history.entries:
        if each is step:
            break
        if isinstance(each, Step):
            if each.turn < step.turn:
                found.append(each)
        elif each.path.startswith(("clock", "business", "guests")) and each.method != "PUT":
            found.clear()
    return found


def _repeated(history: History) -> Iterator[tuple[Step, Step]]:
    last: dict[Any, Step] = {}
    for each in history.entries:
        if not isinstance(each, Step) or each.outcome not in (QUOTE, REFUSAL) or not each.asks:
            if not isinstance(each, Step) or each.outcome != ERROR:
                last.clear()
            continue
        key = _key(each)
        if key in last and last[key].turn < each.turn:
            yield last[key], each
        last[key] = each


def _request(step: Step) -> dict[str, Any]:
    request: JsonValue = step.request
    return request if isinstance(request, dict) else {}


def _key(step: Step) -> Any:
    """A request without what tells a quote and a commit of it apart."""
    request = _request(step)
    return step.operation.id, step.guest, str({k: v for k, v in sorted(request.items()) if k not in _APART})


def _receipt(history: History, step: Step) -> Any:
    """The receipt in a request; of one that repeats another with fields that mean nothing, that one's."""
    request = _request(step)
    if step.twin is not None:
        request = next((_request(each) for each in history.steps if each.place == step.twin), request)
    return [request.get(name) for name in _RECEIPT]


def _subject(step: Step) -> Any:
    """What a request is about, whatever the receipt."""
    request = _request(step)
    named = {
        key: value
        for key, value in request.items()
        if key in ("discount_type", "user_id") or key.endswith(("_id", "_code", "_points"))
    }
    return step.operation.id, step.guest, str(sorted(named.items(), key=str))
