"""Events are kept with the change that they tell of, and owed to those who were there; knobs repeat."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sandbox.receiving import ADA, NOW, advance, deliveries, emit, redemption, store_at, subscribe, subscriber
from sqlalchemy import event

from punchh_contract.errors import UsageError
from punchh_contract.sandbox.events import Change
from punchh_contract.sandbox.seed import Seed
from punchh_contract.sandbox.store import Store
from punchh_contract.sandbox.store.dispatch import Dispatch
from punchh_contract.sandbox.store.outgoing import DeliveryState, Knobs, Scheme, SubscriberState, fate

URL = "http://127.0.0.1:9/hook"


@pytest.fixture
def store(world: Seed) -> Iterator[Store]:
    made = store_at(NOW, world)
    yield made
    made.close()


def order(store: Store, subscriber_id: int = 1) -> list[int]:
    """Events in the order in which they would be delivered, with the time at which each is due."""
    waiting = deliveries(store, subscriber_id=subscriber_id, state=DeliveryState.WAITING)
    with store.transaction(write=False) as tx:
        rows = tx.connection.exec_driver_sql("SELECT delivery_id, place FROM deliveries").all()
    places = {row.delivery_id: row.place for row in rows}
    waiting = tuple(sorted(waiting, key=lambda each: (each.due_at, places[each.delivery_id])))
    return [each.event_seq for each in waiting]


def test_an_event_is_kept_and_found(store: Store) -> None:
    emit(store, 1, 2, 3)
    with store.transaction(write=False) as tx:
        first, *_ = found = tx.outbox.events()
        assert [each.redemption_id for each in found] == [1, 2, 3]
        assert [each.seq for each in tx.outbox.events(first.seq, 1)] == [first.seq + 1]
        assert [each.seq for each in tx.outbox.events(redemption_id=2)] == [first.seq + 1]
        assert len(tx.outbox.events(user_id=ADA)) == 3
        assert tx.outbox.events(user_id=5) == ()
        assert tx.outbox.event(first.content_id) == first
        assert tx.outbox.event("nothing") is None
    assert len({each.content_id for each in found}) == 3
    assert first.body["content_id"] == first.content_id


def test_a_change_that_is_undone_tells_nobody(store: Store) -> None:
    subscribe(store, URL)

    def change() -> None:
        with store.transaction() as tx:
            tx.emit(Change.CREATED, redemption(1))
            raise LookupError

    with pytest.raises(LookupError):
        change()
    assert deliveries(store) == ()
    with store.transaction(write=False) as tx:
        assert tx.outbox.events() == ()


@pytest.mark.parametrize(
    ("state", "owed"),
    [("pending", 0), ("active", 1), ("suspended", 1), ("deactivated", 0)],
)
def test_who_is_owed_an_event(store: Store, state: str, owed: int) -> None:
    subscribe(store, URL, state=state)
    emit(store, 1)
    assert len(deliveries(store)) == owed


def test_one_event_is_owed_to_each_once(store: Store) -> None:
    subscribe(store, URL)
    subscribe(store, URL)
    emit(store, 1)
    assert [(each.subscriber_id, each.due_at, each.attempts) for each in deliveries(store)] == [
        (1, NOW, ()),
        (2, NOW, ()),
    ]


def test_a_subscriber_is_changed_and_forgotten(store: Store) -> None:
    added = subscribe(store, URL, scheme=Scheme.BASIC, name="ada", secret="invented")
    assert "invented" not in repr(added)
    emit(store, 1)
    with store.transaction() as tx:
        changed = tx.outbox.change_subscriber(added.subscriber_id, url=f"{URL}/2", knobs=Knobs(drop=1))
        assert changed is not None
        assert (changed.url, changed.knobs.drop, changed.secret) == (f"{URL}/2", 1, "invented")
        assert tx.outbox.change_subscriber(9, url=URL) is None
        assert tx.outbox.remove_subscriber(added.subscriber_id)
        assert not tx.outbox.remove_subscriber(added.subscriber_id)
    assert deliveries(store) == ()


def test_an_event_is_delivered_once_more_on_demand(store: Store) -> None:
    subscribe(store, URL, knobs={"drop": 1})
    emit(store, 1)
    (lost,) = deliveries(store)
    assert (lost.state, lost.due_at) == (DeliveryState.DROPPED, None)
    advance(store, 60)
    with store.transaction() as tx:
        again = tx.outbox.redeliver(lost.delivery_id, tx.now)
        assert tx.outbox.redeliver(99, tx.now) is None
    assert again is not None
    assert deliveries(store) == (lost, again)
    assert again.due_at == NOW + timedelta(seconds=60)
    assert again.content_id == lost.content_id
    with store.transaction() as tx:
        tx.outbox.change_subscriber(1, state=SubscriberState.DEACTIVATED)
        with pytest.raises(UsageError, match="activate"):
            tx.outbox.redeliver(lost.delivery_id, tx.now)


def test_deliveries_are_found_by_what_is_asked(store: Store) -> None:
    subscribe(store, URL)
    subscribe(store, URL, knobs={"drop": 1})
    emit(store, 1, 2)
    some = deliveries(store, subscriber_id=2)
    assert [each.state for each in some] == [DeliveryState.DROPPED] * 2
    assert [each.subscriber_id for each in deliveries(store, content_id=some[0].content_id)] == [1, 2]
    assert len(deliveries(store, state=DeliveryState.WAITING)) == 2
    assert deliveries(store, after=some[0].delivery_id) == (
        *deliveries(store, subscriber_id=1)[1:],
        some[1],
    )


# Knobs


@pytest.mark.parametrize("seed", range(20))
def test_a_seed_makes_the_same_choices_and_each_knob_its_own(seed: int) -> None:
    some = Knobs(duplicate=0.5, reorder=0.5, drop=0.2, seed=seed)
    lots = [fate(some, 1, seq) for seq in range(1, 300)]
    assert lots == [fate(some, 1, seq) for seq in range(1, 300)]
    assert lots != [fate(some, 2, seq) for seq in range(1, 300)]
    assert 20 < sum(each.dropped for each in lots) < 110
    assert 60 < sum(each.copies == 2 for each in lots) < 180
    assert all(each.copies == 1 and not each.held for each in lots if each.dropped)
    # Turning one knob changes no choice of another.
    alone = [fate(Knobs(drop=0.2, seed=seed), 1, seq).dropped for seq in range(1, 300)]
    assert alone == [each.dropped for each in lots]


def test_without_knobs_everything_goes_once_and_in_order(store: Store) -> None:
    subscribe(store, URL)
    emit(store, *range(1, 30))
    assert order(store) == list(range(1, 30))
    assert subscriber(store).knobs == Knobs()


def test_a_duplicate_is_owed_twice(store: Store) -> None:
    subscribe(store, URL, knobs={"duplicate": 1})
    emit(store, 1, 2)
    assert order(store) == [1, 1, 2, 2]


def test_a_delay_is_by_the_sandboxs_clock(store: Store) -> None:
    subscribe(store, URL, knobs={"delay": 90.5})
    emit(store, 1)
    assert deliveries(store)[0].due_at == NOW + timedelta(seconds=90.5)


def test_reordering_lets_the_next_one_pass(store: Store) -> None:
    subscribe(store, URL, knobs={"reorder": 1})
    emit(store, 1)
    assert deliveries(store)[0].due_at == NOW + timedelta(seconds=60)
    emit(store, 2)
    assert {each.due_at for each in deliveries(store)} == {NOW}
    assert order(store) == [2, 1]
    emit(store, 3, 4, 5)
    assert order(store) == [2, 1, 4, 3, 5]


def test_what_is_dropped_does_not_free_what_is_held(store: Store) -> None:
    subscribe(store, URL, knobs={"reorder": 1})
    emit(store, 1)
    with store.transaction() as tx:
        tx.outbox.change_subscriber(1, knobs=Knobs(drop=1))
    emit(store, 2)
    assert deliveries(store)[0].due_at == NOW + timedelta(seconds=60)
    with store.transaction() as tx:
        tx.outbox.change_subscriber(1, knobs=Knobs())
    emit(store, 3)
    assert order(store) == [3, 1]


# At a million


def test_nothing_reads_a_table_from_end_to_end(store: Store) -> None:
    subscribe(store, URL)
    emit(store, *range(1, 4))
    asked: list[tuple[str, Any]] = []
    engine = store._engine
    event.listen(
        engine, "before_cursor_execute", lambda _c, _k, text, values, *_: asked.append((text, values))
    )
    content_id = deliveries(store)[0].content_id
    with store.transaction() as tx:
        tx.emit(Change.CREATED, redemption(9))
        tx.outbox.events(1, redemption_id=1)
        tx.outbox.events(1, user_id=ADA)
        tx.outbox.events(1)
        tx.outbox.event(content_id)
        for which in (
            {},
            {"subscriber_id": 1},
            {"state": DeliveryState.FAILED},
            {"content_id": content_id},
            {"subscriber_id": 1, "state": DeliveryState.DELIVERED},
        ):
            tx.outbox.deliveries(1, 10, **which)
        tx.outbox.redeliver(1, tx.now)
        Dispatch(tx.connection).agenda(tx.now)
        Dispatch(tx.connection).resume(tx.now)
    ours = [(text, values) for text, values in asked if "deliveries" in text or "events" in text]
    assert len(ours) > 12
    with store.transaction(write=False) as tx:
        for text, values in ours:
            plan = tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
            slow = [
                row.detail
                for row in plan
                if row.detail in ("SCAN events", "SCAN deliveries")
                # The few deliveries of one event may be sorted.
                or ("TEMP B-TREE" in row.detail and "events.content_id = ?" not in text)
            ]
            assert slow == [], text
