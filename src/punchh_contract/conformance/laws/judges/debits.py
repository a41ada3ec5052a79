"""Debits: exact, of the right kind, from the right guest, once, and none for a refusal."""

import decimal
from collections.abc import Iterator
from typing import Any

from punchh_contract.conformance import tally
from punchh_contract.conformance.laws.history import (
    BATCH,
    CODE_MADE,
    ERROR,
    FORCE,
    ONLINE,
    QUOTE,
    REFUSAL,
    SUCCESS,
    UNKNOWN,
    History,
    Judgement,
    Step,
)
from punchh_contract.conformance.laws.judges.money import (
    Debits,
    asked,
    basket_key,
    cents,
    due,
    expected,
    item_id,
    items,
    plus,
    would_take,
)
from punchh_contract.conformance.laws.judges.shape import undocumented
from punchh_contract.conformance.laws.view import View, taken
from punchh_contract.conformance.verdict.findings import Severity
from punchh_contract.json_types import JsonValue


def exact_debit(history: History) -> Iterator[Judgement]:
    """What was taken in a turn is what its answers say, once for each redemption; so is what is granted."""
    seen: set[tuple[str, int]] = set()
    yield from _only_once(history)
    for step in history.steps:
        if step.granted and step.outcome != UNKNOWN:
            good = step.outcome in (SUCCESS, QUOTE) or undocumented(step)
            yield Judgement(step, None if good else f"{step.granted}, and it was not redeemed", Severity.LOSS)
    for turn in history.turns:
        fresh = [each for each in turn.steps if each.outcome == SUCCESS and _is_new(each, seen)]
        # After a call without an answer it may have been that one that took it: see `debited_once`.
        fresh = [each for each in fresh if not _after_silence(history, each)]
        for each in turn.steps:
            seen |= {(each.operation.id, one) for one in each.redemptions}
        if not fresh or any(each.outcome == UNKNOWN for each in turn.steps):
            continue
        step = fresh[0]
        for each in fresh:
            yield from _worth(history, each)
        if turn.before is None or turn.after is None:
            continue
        total: Debits | None = {}
        for each in _distinct(fresh):
            found = expected(history, each)
            total = None if total is None or found is None else plus(total, found)
        if total is not None:
            yield Judgement(step, *_compared(total, taken(turn.before, turn.after)))
            yield Judgement(step, *_covered(total, turn.before))
        yield from (Judgement(each, _recorded(turn.after, each)) for each in fresh)


def _only_once(history: History) -> Iterator[Judgement]:
    """Whether a reward that was redeemed is redeemed, or promised, again; answers alone tell it."""
    done: dict[tuple[int, str], Step] = {}
    for entry in history.entries:
        if not isinstance(entry, Step):
            if not entry.path.startswith("clock"):
                done.clear()  # it may have been given anew
            continue
        kind, key = asked(entry) if entry.operation.id == ONLINE else ("", "")
        if kind != "reward" or entry.outcome not in (SUCCESS, QUOTE) or history.may_repeat(entry):
            continue
        first = done.get((entry.guest, key))
        if first is None:
            if entry.outcome == SUCCESS:
                done[entry.guest, key] = entry
        elif (entry.turn > first.turn or not entry.asks) and (entry.uid is None or entry.uid != first.uid):
            how = "promised" if entry.asks else "redeemed"
            yield Judgement(entry, f"a reward that was redeemed is {how} again", Severity.SPEND)


def debited_once(history: History) -> Iterator[Judgement]:
    """All that was sent with one `external_uid` took what one of its answers says, and no more."""
    by_uid: dict[tuple[str, int, str], list[Step]] = {}
    for step in history.steps:
        if step.uid and not step.asks and not step.wrong:
            by_uid.setdefault((step.operation.id, step.guest, step.uid), []).append(step)
    for group in by_uid.values():
        if len(group) < 2 and group[0].outcome != UNKNOWN:
            continue
        yield from _forgotten(history, group)
        last = group[-1]
        answered = [each for each in group if each.outcome == SUCCESS]
        ids = {each.redemptions for each in answered}
        if len(ids) > 1:
            yield Judgement(
                last, "the same external_uid was redeemed twice: answers name different redemptions"
            )
            continue
        turns = [each for each in history.turns if any(one in group for one in each.steps)]
        if any(one not in group for turn in turns for one in turn.steps):
            continue
        total: Debits = {}
        for turn in turns:
            if turn.before is None or turn.after is None:
                if answered and sum(each.outcome != UNKNOWN for each in group) > 1:
                    yield Judgement(last)  # as far as answers show it
                break
            total = plus(total, taken(turn.before, turn.after))
        else:
            yield Judgement(last, _once(history, group, answered, total))
    yield from _unanswered(history)
    yield from _shared(history)


def _forgotten(history: History, group: list[Step]) -> Iterator[Judgement]:
    """What was redeemed under a key is answered as redeemed when the very same is sent again.

    The vendor says that it is not redeemed twice, and not how the second is answered: this is an assumption,
    and held only against a target that can be looked into, which is a sandbox of ours.
    """
    turns = {step.place: turn for turn in history.turns for step in turn.steps}
    done: Step | None = None
    for step in group:
        turn = turns[step.place]
        seen = turn.before is not None and turn.after is not None
        again = done is not None and done.turn < step.turn and step.request == done.request
        if again and seen and not step.fault:
            refused = step.outcome in (REFUSAL, ERROR) and not undocumented(step)
            told = "assumed: what was redeemed under an external_uid is no refusal when it is sent again"
            yield Judgement(step, told if refused else None, Severity.LOSS)
        lost = step.outcome == UNKNOWN and len(turn.steps) == 1
        if done is None and (
            step.outcome == SUCCESS
            or (lost and turn.before and turn.after and taken(turn.before, turn.after))
        ):
            done = step


def _shared(history: History) -> Iterator[Judgement]:
    """A redemption belongs to one key of one guest."""
    whose: dict[tuple[str, int], tuple[int, str]] = {}
    for step in history.steps:
        for redemption in step.redemptions if step.uid and not step.asks else ():
            mine = step.guest, step.uid or ""
            owner = whose.get((step.operation.id, redemption))
            if owner is None:
                whose[step.operation.id, redemption] = mine
                continue
            told = "two external_uid, or two guests, were answered with one redemption"
            yield Judgement(step, None if owner == mine else told)


def _unanswered(history: History) -> Iterator[Judgement]:
    """What was not answered, and has no key, took nothing or what it stands for."""
    for turn in history.turns:
        lost = [each for each in turn.steps if each.outcome == UNKNOWN and not each.uid]
        if len(turn.steps) != 1 or not lost or turn.before is None or turn.after is None:
            continue
        once, found = would_take(history, lost[0]), taken(turn.before, turn.after)
        if once is not None:
            right = found == {} or (found == once and lost[0].fault not in NEVER_RAN)
            yield Judgement(
                lost[0], None if right else "a call without an answer took what it does not stand for"
            )


NEVER_RAN = frozenset({"connection_reset", "server_error", "html_502", "rate_limited"})
"""Trouble by which an operation is not reached."""


def refusal_debits_nothing(history: History) -> Iterator[Judgement]:
    """Nothing is held less, recorded or told after what was refused; and what the contract refuses is."""
    for step in history.steps:
        if step.refused:
            good = step.outcome in (SUCCESS, QUOTE, tally.COMMITTED_QUOTE)
            yield Judgement(step, f"{step.refused}, and it was not refused" if good else None)
    for turn in history.turns:
        refused = [each for each in turn.steps if each.outcome in (REFUSAL, ERROR) and not each.asks]
        if not refused or len(refused) != len(turn.steps) or any(each.fault for each in refused):
            continue
        if turn.before is None or turn.after is None:
            continue
        changed = [
            each for each, guest in turn.before.guests.items() if not guest.same(turn.after.guests[each])
        ]
        if changed and any(undocumented(each) for each in refused):
            continue  # a redemption, perhaps, that nobody can read
        yield Judgement(
            refused[0],
            "something was taken, given or recorded, and the answer is a refusal" if changed else None,
        )


def own_assets_only(history: History) -> Iterator[Judgement]:
    """What names another guest's asset is refused, and takes nothing from anybody."""
    turns = {step.place: turn for turn in history.turns for step in turn.steps}
    for step in history.steps:
        foreign = _foreign(history, step)
        if not foreign or history.may_repeat(step):
            continue  # of a repetition the answer is that of the first, which may have named something else
        if step.operation.id == BATCH:
            done = {item_id(each) for each in items(step, "success")}
            if done & foreign:
                yield Judgement(step, "a basket item that names another guest's asset was redeemed")
                continue
        elif step.outcome in (SUCCESS, QUOTE):
            yield Judgement(step, "another guest's asset was redeemed, or promised")
            continue
        turn = turns[step.place]
        lost = (
            turn.before
            and turn.after
            and len(turn.steps) == 1
            and any(
                user_id != step.guest and amount
                for (user_id, _), amount in taken(turn.before, turn.after).items()
            )
        )
        undocumented = step.status is not None and step.status not in step.operation.statuses
        yield Judgement(
            step,
            "another guest lost something"
            if lost
            else "another guest's asset must be refused as the contract documents it"
            if undocumented
            else None,
        )


def force_keeps_message(history: History) -> Iterator[Judgement]:
    """The record of a force redeem has the message that was given with it."""
    for step in history.steps:
        if step.operation.id != FORCE or step.outcome != SUCCESS or step.after is None:
            continue
        order: dict[str, Any] = step.request.get("redemption") or {}
        message = order.get("force_message")
        record = step.after.guests[step.guest].records.get(step.answer["redemption_id"])
        if message and record is not None:
            kept = record.get("message") == message
            yield Judgement(step, None if kept else "the message of a force redeem was not kept with it")


def _after_silence(history: History, step: Step) -> bool:
    return bool(step.uid) and any(
        each.uid == step.uid and each.turn < step.turn and each.outcome == UNKNOWN for each in history.steps
    )


def _is_new(step: Step, seen: set[tuple[str, int]]) -> bool:
    return not step.redemptions or any((step.operation.id, one) not in seen for one in step.redemptions)


def _distinct(steps: list[Step]) -> list[Step]:
    found: dict[tuple[str, frozenset[int]], Step] = {}
    for each in steps:
        found.setdefault((each.operation.id, each.redemptions), each)
    return list(found.values())


def _compared(wanted: Debits, found: Debits) -> tuple[str | None, Severity | None]:
    if any(amount > 1 and kind in ("reward", "code") for (_, (kind, _)), amount in wanted.items()):
        return "what there is once was redeemed more than once", Severity.SPEND
    if wanted == found:
        return None, None
    guests = {user_id for user_id, _ in wanted}
    if any(user_id not in guests for user_id, _ in found):
        return "something was taken from another guest, or given to one", None
    kinds = {kind for _, (kind, _) in wanted}
    if any(kind not in kinds for _, (kind, _) in found):
        return f"taken was something else than {_listed(kinds)}", None
    if not found:
        # Given away: whoever comes next gets it once more.
        return f"the answer is a redemption, and nothing was taken of {_listed(kinds)}", Severity.SPEND
    kinds = {key[0] for (user_id, key), amount in wanted.items() if found.get((user_id, key), 0) != amount}
    if any(kind in ("reward", "code") and not found.get((user, (kind, key))) for user, (kind, key) in wanted):
        return f"the answer is a redemption, and nothing was taken of {_listed(kinds)}", Severity.SPEND
    more = any(found.get(key, 0) > amount for key, amount in wanted.items())
    return f"{'more' if more else 'less'} was taken of {_listed(kinds)} than the answer stands for", None


def _covered(wanted: Debits, before: View) -> tuple[str | None, Severity | None]:
    """Whether there was as much as was redeemed; uses of a subscription are not counted down."""
    for (user_id, key), amount in wanted.items():
        guest = before.guests.get(user_id)
        if guest is not None and key[0] != "subscription" and guest.held.get(key, 0) < amount:
            return f"more was redeemed of {key[0]} than the guest held", Severity.SPEND
    return None, None


def _listed(kinds: set[str]) -> str:
    return " and ".join(sorted(kinds)) or "anything"


def _worth(history: History, step: Step) -> Iterator[Judgement]:
    """Whether what is granted is what the offer is worth on this receipt, where that is known.

    Less may be granted where nobody can look: the contract does not say that a target may not give what is
    left.
    """
    granted: list[tuple[str, str, decimal.Decimal | None]] = []
    if step.operation.id == ONLINE:
        granted = [(*asked(step), cents(step.answer.get("redemption_amount")))]
    elif step.operation.id == BATCH:
        granted = [
            (*basket_key(history, each), cents(each.get("discount_amount"))) for each in _in_order(step)
        ]
    left, compared = cents(step.request.get("receipt_amount")), False
    for kind, key, amount in granted:
        right = due(history, step, kind, key)
        if right is not None and left is not None and amount is not None:
            compared, most = True, min(right, left)
            if amount > most or (amount < most and step.before is not None):
                told = "the discount is not what the offer is worth on this receipt"
                never = "what cannot be redeemed, or not with this receipt, was redeemed"
                yield Judgement(step, told if right else never)
                return
        # Of a basket the later ones are worth what the earlier ones left of the receipt.
        left = left - amount if left is not None and amount is not None else None
    if compared:
        yield Judgement(step)


def _in_order(step: Step) -> list[dict[str, Any]]:
    """What of a basket was redeemed, in the basket's own order where it is known."""
    done = items(step, "success")
    if step.before is None or step.guest not in step.before.guests:
        return done if len(done) == 1 else []
    order = {number: place for place, number in enumerate(step.before.guests[step.guest].basket)}
    return sorted(done, key=lambda each: order.get(item_id(each) or 0, -1))


def _recorded(after: View, step: Step) -> str | None:
    if step.operation.id == CODE_MADE and step.guest not in after.guests:
        return None
    known = after.guests[step.guest].records
    if not step.redemptions <= set(known):
        return "a redemption was answered that nobody recorded"
    return None


def _once(history: History, group: list[Step], answered: list[Step], total: Debits) -> str | None:
    if answered:
        wanted = expected(history, answered[0])
        if wanted is None or wanted == total:
            return None
        more = any(total.get(key, 0) > amount for key, amount in wanted.items())
        return (
            "one external_uid debited more than once"
            if more
            else "one external_uid was answered as a redemption, and its debit is missing or of another kind"
        )
    if any(each.outcome == UNKNOWN for each in group):
        wanted = would_take(history, group[0])
        if wanted is not None and total not in ({}, wanted):
            return "calls without an answer took what one external_uid does not stand for"
        return None
    if any(undocumented(each) for each in group):
        return None  # no refusal either
    return "something was taken, and every answer was a refusal" if total else None


def _foreign(history: History, step: Step) -> set[int]:
    """Basket items, or as the one member the step's place, that are of another guest's asset."""
    request: JsonValue = step.request
    if step.wrong or not isinstance(request, dict):
        return set()
    named: tuple[str, str] | None = None
    if step.operation.id == BATCH:
        before = step.before.guests[step.guest].basket if step.before else ()
        return {
            item
            for item, key in history.baskets.items()
            if item in before
            and (asset := history.assets.get(key)) is not None
            and asset.owner not in (0, step.guest)
        }
    order: dict[str, Any] = (step.operation.id == FORCE and request.get("redemption")) or {}
    if step.operation.id == ONLINE:
        named = asked(step)
    elif step.operation.id == FORCE and order.get("reward_id") is not None:
        named = "reward", str(order["reward_id"])
    elif step.operation.id == CODE_MADE:
        named = "subscription", str(request.get("subscription_id"))
    asset = history.assets.get(named) if named else None
    return {step.place} if asset is not None and asset.owner not in (0, step.guest) else set()
