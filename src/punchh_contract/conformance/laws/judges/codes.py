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
    History,
    Judgement,
    Step,
)
from punchh_contract.conformance.laws.judges.answers import moment
from punchh_contract.conformance.laws.judges.money import asked

TOO_MANY = 429


def code_unique(history: History) -> Iterator[Judgement]:
    """No two answers have the same code, or the same redemption."""
    codes: set[str] = set()
    for step in history.steps:
        if step.operation.id != CODE_MADE or step.outcome != SUCCESS:
            continue
        code = str(step.answer.get("redemption_tracking_code"))
        names = {code, *map(str, step.redemptions)}
        yield Judgement(step, "a code, or its redemption, was given out before" if names & codes else None)
        codes |= names


def code_redeemable_once(history: History) -> Iterator[Judgement]:
    """Of all that redeem one code, one succeeds, but for repetitions under its `external_uid`."""
    made = {
        step.answer.get("redemption_tracking_code"): step
        for step in history.steps
        if step.operation.id == CODE_MADE and step.outcome == SUCCESS
    }
    tries: dict[str, list[Step]] = {}
    for step in history.steps:
        if step.operation.id == ONLINE and not step.asks and not step.wrong:
            kind, key = asked(step)
            if kind == "redemption_code" and (key in made or key in _coupons(history)):
                tries.setdefault(key, []).append(step)
    for group in tries.values():
        good = [each for each in group if each.outcome == SUCCESS]
        uids = {each.uid or f"none {each.place}" for each in good}
        yield Judgement(group[-1], "a code was redeemed more than once" if len(uids) > 1 else None)
        if (maker := made.get(asked(group[0])[1])) is not None:
            yield Judgement(maker)


def code_dies_at_expiry(history: History) -> Iterator[Judgement]:
    """Before `expiring_at` an unused code is taken, after it never."""
    used: set[str] = set()
    for step in history.steps:
        if step.operation.id != ONLINE or step.wrong or step.before is None:
            continue
        kind, key = asked(step)
        made = history.code_of(key) if kind == "redemption_code" else None
        ends = moment(made.answer.get("expiring_at")) if made else None
        if made is None or ends is None or key in used:
            continue
        good = step.outcome in (SUCCESS, QUOTE)
        if step.outcome == SUCCESS:
            used.add(key)
        yield Judgement(made)
        if step.before.now > ends:
            yield Judgement(step, "a code was taken after its expiring_at" if good else None)
        elif step.before.now < ends and step.guest == made.guest:
            refused = step.outcome in (REFUSAL, ERROR)
            yield Judgement(step, "a code was refused before its expiring_at" if refused else None)


def locked_for_others(history: History) -> Iterator[Judgement]:
    """While one `external_uid` holds a basket, every other is refused; its own is not."""
    if not history.settings.get("reward_locking"):
        return
    turns = {step.place: turn for turn in history.turns for step in turn.steps}
    for step in history.steps:
        turn = turns[step.place]
        if step.operation.id != BATCH or turn.before is None or turn.after is None or len(turn.steps) > 1:
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
            yield Judgement(step, None if served else "whoever holds a basket was locked out of it")


def rate_limit_holds(history: History) -> Iterator[Judgement]:
    """In one minute so many calls are let through as the contract says, and not one more."""
    if not history.settings.get("rate_limits"):
        return
    count, last = 0, None
    for entry in history.entries:
        if not isinstance(entry, Step):
            if entry.path.startswith("clock") and last is not None:
                count = 0
            continue
        limit = entry.operation.rate_limit
        if entry.operation.id != FORCE or limit is None or entry.status is None:
            continue
        last = entry
        if entry.status == TOO_MANY:
            early = count < limit.per_minute
            yield Judgement(entry, "a call was refused before the limit was reached" if early else None)
            continue
        count += 1
        over = count > limit.per_minute
        yield Judgement(entry, "more calls were let through in a minute than the limit has" if over else None)


def _coupons(history: History) -> set[str]:
    return {key for (kind, key) in history.assets if kind == "redemption_code"}
