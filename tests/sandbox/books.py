"""Do the books of a sandbox balance? Reads its database through a store of its own, after whatever happened:
each debit has its record, each record its debit and its events, and nothing stands twice.
"""

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.calling import NOW
from sqlalchemy import func, select

from punchh_contract.sandbox import seed
from punchh_contract.sandbox.decisions import Redemption
from punchh_contract.sandbox.guests import BALANCES, Guest, Held
from punchh_contract.sandbox.store import Store, Transaction
from punchh_contract.sandbox.store.counters import counters
from punchh_contract.sandbox.store.records import answers, redemptions

Answered = Mapping[int, Mapping[str, Any]]
"""What callers were told of: members of records by their ids."""
PAGE = 100_000


@contextlib.contextmanager
def reading(db: str) -> Iterator[Transaction]:
    """A look into a database that others may be using."""
    with contextlib.closing(Store(wall=lambda: NOW, url=db)) as store, store.transaction(write=False) as tx:
        yield tx


def balance(db: str, answered: Answered = {}) -> None:  # noqa: B006  # only read
    """Raise AssertionError if what is held, recorded and told does not agree; guests began as the seed has
    them."""
    with reading(db) as tx:
        records = tx.redemptions.find(limit=PAGE)
        for each in seed.load().guests:
            _guest(tx, each, [record for record in records if record.user_id == each.profile.user_id])
        _events(tx, records)
        _numbers(tx, records)
        known = {each.redemption_id: each for each in records}
        for redemption_id, members in answered.items():
            assert redemption_id in known, f"redemption {redemption_id} was answered and is lost"
            for name, value in members.items():
                assert getattr(known[redemption_id], name) == value, f"{name} of {redemption_id}"


def _guest(tx: Transaction, before: Guest, records: list[Redemption]) -> None:
    user_id = before.profile.user_id
    after = tx.guests.guest(user_id)
    assert after is not None
    taken: Counter[tuple[Held, object]] = Counter()
    for record in records:
        if record.status != "cancelled":
            for debit in record.debits:
                taken[debit.held, debit.key] += debit.amount
    for held in BALANCES:
        gone = getattr(before.account, held.value) - getattr(after.account, held.value)
        assert gone == taken[held, user_id], (
            f"{held} of {user_id}: {gone} gone, {taken[held, user_id]} recorded"
        )
        assert getattr(after.account, held.value) >= 0
    rewards = {each.reward_id: each.used for each in before.rewards}
    for reward in after.rewards:
        assert reward.used - rewards[reward.reward_id] == taken[Held.REWARD, reward.reward_id], reward
    uses = {each.subscription_id: each.uses for each in before.subscriptions}
    for subscription in after.subscriptions:
        number = subscription.subscription_id
        assert subscription.uses - uses[number] == taken[Held.SUBSCRIPTION, number], subscription
    used = {each.code for each in before.codes if each.processed}
    for code in after.codes:
        recorded = sum(debit.key == code.code for record in records for debit in record.debits)
        assert recorded <= 1, f"code {code.code} was taken {recorded} times"
        assert code.processed == (code.code in used or taken[Held.CODE, code.code] == 1), code


def _events(tx: Transaction, records: tuple[Redemption, ...]) -> None:
    events = tx.outbox.events(limit=PAGE)
    assert [each.seq for each in events] == list(range(1, len(events) + 1))
    assert len({each.content_id for each in events}) == len(events)
    told = Counter(each.redemption_id for each in events)
    assert set(told) == {each.redemption_id for each in records}
    for record in records:
        # Made, and ended: what was there already when it was made has one event.
        changed = record.status in ("expired", "cancelled", "transferred") or (
            record.status == "honoured" and record.operation == "create_subscription_redemption_code"
        )
        assert told[record.redemption_id] in ((2, 3) if changed else (1,)), record


def _numbers(tx: Transaction, records: tuple[Redemption, ...]) -> None:
    reached = {row.name: row.value for row in tx.connection.execute(select(counters))}
    first = tx.business.first_ids.get("redemption", 1)
    ids = [each.redemption_id for each in records]
    assert ids == list(range(first, reached["redemption"])), "ids without a gap: a failure counts nothing"
    assert len(tx.outbox.events(limit=PAGE)) == reached["event"] - 1
    # One answer for each transaction of a caller, and no record under it twice.
    # What was cancelled does not count: its answer is forgotten, and who asks again makes another.
    uids = Counter(
        (each.user_id, each.operation, each.external_uid)
        for each in records
        if each.external_uid and each.status != "cancelled"
    )
    online = [n for (_, operation, _), n in uids.items() if operation == "create_online_redemption"]
    assert max(online, default=1) == 1
    kept = tx.connection.execute(select(func.count()).select_from(answers)).scalar_one()
    stands = select(func.count(redemptions.c.external_uid.distinct())).where(
        redemptions.c.status == "honoured"
    )
    made = tx.connection.execute(stands).scalar_one()
    assert kept >= made
