"""Codes of subscriptions, locks of baskets, the rate limit."""

from collections.abc import Iterator

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
    Turn,
)
from punchh_contract.conformance.laws.judges.answers import moment
from punchh_contract.conformance.laws.judges.money import asked
from punchh_contract.conformance.laws.judges.shape import undocumented
from punchh_contract.conformance.laws.view import taken
from punchh_contract.conformance.verdict.findings import Severity

TOO_MANY = 429


def code_unique(history: History) -> Iterator[Judgement]:
    """No two answers have the same code, or the same redemption."""
    known: set[Name] = set()
    for step in history.steps:
        if step.operation.id != CODE_MADE or step.outcome != SUCCESS:
            continue
        names = given_out(step)
        if known and names:
            told = "a code, or its redemption, was given out before"
            yield Judgement(step, told if names & known else None)
        known |= names


Name = tuple[str, str | int]
"""What something that was given out is called: a code or a redemption, which are numbers alike."""


def given_out(step: Step) -> set[Name]:
    """The code of a success, and its redemption."""
    codes: set[Name] = {("code", step.code)} if step.code is not None else set()
    return codes | {("redemption", each) for each in step.redemptions}


def code_redeemable_once(history: History) -> Iterator[Judgement]:
    """Of all that redeem one code, one succeeds, but for repetitions under its `external_uid`; to make it
    takes nothing yet.
    """
    for turn in history.turns:
        makes = all(each.operation.id == CODE_MADE and each.outcome == SUCCESS for each in turn.steps)
        if turn.steps and makes and turn.before is not None and turn.after is not None:
            lost = taken(turn.before, turn.after)
            yield Judgement(turn.steps[0], "a code took something when it was made" if lost else None)
    made = {step.code: step for step in history.steps if step.code is not None}
    tries: dict[str, list[Step]] = {}
    for step in history.steps:
        if step.operation.id == ONLINE and not step.asks and not step.wrong:
            kind, key = asked(step)
            if kind == "redemption_code" and (key in made or key in _coupons(history)):
                tries.setdefault(key, []).append(step)
    for group in tries.values():
        # The answer to a repeated key may be that of an order of something else.
        good = [each for each in group if each.outcome == SUCCESS and not history.may_repeat(each)]
        uids = {_order(each) for each in good}
        several = bool(good) and len({_order(each) for each in group if each.outcome != UNKNOWN}) > 1
        if several:
            yield Judgement(group[-1], "a code was redeemed more than once" if len(uids) > 1 else None)
        for each in good:
            first = made.get(asked(each)[1])
            # Assumed: nobody says so. Held only against a target that can be looked into, a sandbox of ours.
            if first is not None and each.redemptions and first.redemptions and looked_at(history):
                same = each.redemptions == first.redemptions
                told = "assumed: a code is honoured as the redemption that it was made as"
                yield Judgement(each, None if same else told, Severity.SHAPE)
        if several and (maker := made.get(asked(group[0])[1])) is not None:
            yield Judgement(maker)


def _order(step: Step) -> str:
    """What tells one order of a code from another: its key; without one each call is an order."""
    return step.uid or f"none {step.place}"


def looked_at(history: History) -> bool:
    """Whether anybody could look into the target."""
    return any(each.before is not None or each.after is not None for each in history.steps)


def code_dies_at_expiry(history: History) -> Iterator[Judgement]:
    """Before `expiring_at` an unused code is taken, after it never."""
    used: set[str] = set()
    several = {each.steps[0].turn for each in history.turns if len(each.steps) > 1}
    for step in history.steps:
        if step.operation.id != ONLINE or step.wrong:
            continue
        kind, key = asked(step)
        if step.turn in several or step.outcome == UNKNOWN:
            used |= {key} if kind == "redemption_code" else set()  # by one of them, or perhaps
        if step.before is None or step.turn in several:
            continue
        made = history.code_of(key) if kind == "redemption_code" else None
        ends = moment(made.answer.get("expiring_at")) if made else None
        if made is None or ends is None or key in used:
            continue
        good = step.outcome in (SUCCESS, QUOTE)
        if step.outcome == SUCCESS:
            used.add(key)
        if history.may_repeat(step):
            continue  # it may be the answer of another order
        if step.before.now >= ends:
            late = "a code was taken at its expiring_at, or later" if good else None
            yield Judgement(step, late, bearer=made)
        elif step.guest == made.guest:
            refused = step.outcome in (REFUSAL, ERROR) and not undocumented(step)
            early = "a code was refused before its expiring_at" if refused else None
            yield Judgement(step, early, bearer=made)


def locked_for_others(history: History) -> Iterator[Judgement]:
    """While one `external_uid` holds a basket, every other is refused; its own is not."""
    if not history.settings.get("reward_locking"):
        return
    turns = {step.place: turn for turn in history.turns for step in turn.steps}
    for step in history.steps:
        turn = turns[step.place]
        if step.operation.id != BATCH or turn.before is None or turn.after is None:
            continue
        if len(turn.steps) == 1 and step.outcome == UNKNOWN:
            continue  # nobody knows whether it was let in
        if len(turn.steps) > 1:
            if step is turn.steps[-1]:
                yield Judgement(step, _let_in_at_once(turn))
            continue
        before, after = turn.before.guests[step.guest], turn.after.guests[step.guest]
        served = step.status == step.operation.success.status
        if not step.uid:
            yield Judgement(step, "a basket was looked into without external_uid" if served else None)
        elif before.locked_by is None:
            free = served and bool(after.basket) and after.locked_by != step.uid
            yield Judgement(step, "a batch left its basket open to everybody" if free else None)
        elif before.locked_by != step.uid:
            yield Judgement(step, "a basket that somebody holds was let to another" if served else None)
        else:
            refused = not served and bool(before.basket) and may_pass(step)
            yield Judgement(step, "whoever holds a basket was locked out of it" if refused else None)
        if served and not step.asks and after.locked_by is not None and not after.basket:
            yield Judgement(step, "a basket of which nothing is left is held")


def may_pass(step: Step) -> bool:
    """Whether a batch is a right one, so that nothing but a lock, or its items, is a reason to refuse it."""
    return bool(step.request.get("line_items")) and step.wrong is None and step.fault is None


def _let_in_at_once(turn: Turn) -> str | None:
    """Of callers who come at once with keys of their own, one is let in."""
    served = {each.uid for each in turn.steps if each.status == each.operation.success.status}
    return "a basket was let to several callers at once" if len(served) > 1 else None


def rate_limit_holds(history: History) -> Iterator[Judgement]:
    """In one minute so many calls are let through as the contract says, and not one more."""
    if not history.settings.get("rate_limits"):
        return
    count, lost, last = 0, 0, None
    for entry in history.entries:
        if not isinstance(entry, Step):
            if entry.path.startswith("clock") and last is not None:
                count = lost = 0
            continue
        limit = entry.operation.rate_limit
        if entry.operation.id != FORCE or limit is None:
            continue
        if entry.status is None:
            lost += 1  # it may have been let through
            continue
        last = entry
        if entry.status == TOO_MANY:
            early = count + lost < limit.per_minute
            yield Judgement(entry, "a call was refused before the limit was reached" if early else None)
            continue
        count += 1
        over = count > limit.per_minute
        yield Judgement(entry, "more calls were let through in a minute than the limit has" if over else None)


def _coupons(history: History) -> set[str]:
    return {key for (kind, key) in history.assets if kind == "redemption_code"}
