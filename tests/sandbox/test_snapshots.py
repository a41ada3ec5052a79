"""Named copies of everything, and the way back to them, on each database."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sandbox.calling import ADA, NOW
from sandbox.databases import ALL, DURABLE, database, small
from sandbox.receiving import redemption
from sqlalchemy import select

from punchh_contract.sandbox import seed
from punchh_contract.sandbox.clock import ClockState
from punchh_contract.sandbox.events import Change
from punchh_contract.sandbox.store import Store
from punchh_contract.sandbox.store.snapshots import snapshots as table
from punchh_contract.sandbox.store.tables import metadata


@pytest.fixture(scope="module")
def world() -> seed.Seed:
    return small(seed.load())


@pytest.fixture(params=ALL)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return database(request.param, tmp_path)


@pytest.fixture
def store(url: str, world: seed.Seed) -> Iterator[Store]:
    with contextlib.closing(Store(world, wall=lambda: NOW, url=url)) as store:
        yield store


def everything(store: Store) -> dict[str, list[Any]]:
    """All rows of all tables but the copies themselves; of the world all but its revision."""
    with store.transaction(write=False) as tx:
        return {
            each.name: [
                {name: value for name, value in row._mapping.items() if name != "revision"}
                for row in tx.connection.execute(select(each).order_by(*each.primary_key.columns))
            ]
            for each in metadata.sorted_tables
            if each is not table
        }


def change(store: Store) -> None:
    """Something in nearly every table."""
    with store.transaction() as tx:
        guest = tx.guests.guest(ADA)
        assert guest is not None
        tx.put(replace(guest, rewards=guest.rewards[:3], basket=()))
        tx.guests.lock(ADA, "till-1")
        made = redemption(tx.counters.next_id("redemption"))
        tx.redemptions.add(made)
        tx.redemptions.remember(("force_redeem", ADA, "order-1"), 200, {"a": [1, None, "é"]})
        tx.outbox.add_subscriber("http://127.0.0.1:9/hook", secret="not a real one")
        tx.outbox.change_subscriber(1, state="active")
        tx.emit(Change.CREATED, made)
        tx.world.set_business({**tx.business.document, "program": "banked_currency"})


def test_a_snapshot_brings_everything_back(store: Store) -> None:
    change(store)
    before = everything(store)
    store.snapshot("before")
    change_again = {"program": "points"}
    with store.transaction() as tx:
        tx.guests.lock(ADA, None)
        tx.redemptions.add(redemption(tx.counters.next_id("redemption")))
        tx.world.set_business({**tx.business.document, **change_again})
    assert everything(store) != before
    assert store.restore("before")
    assert everything(store) == before
    assert store.business.catalogue.program == "banked_currency"


def test_a_reset_is_the_seeds_and_leaves_snapshots_and_clock(store: Store) -> None:
    before = everything(store)
    change(store)
    store.snapshot("kept")
    with store.transaction() as tx:
        tx.world.set_clock(ClockState(timedelta(days=3)))
    store.reset()
    after = everything(store)
    assert after["world"] != before["world"]
    assert {k: v for k, v in after.items() if k != "world"} == {
        k: v for k, v in before.items() if k != "world"
    }
    assert store.now() == NOW + timedelta(days=3)
    assert [name for name, _ in store.snapshots()] == ["kept"]
    assert store.business.catalogue.program == "points"


def test_the_clock_survives_a_restore(store: Store) -> None:
    store.snapshot("early")
    frozen = datetime.fromisoformat("2030-01-01T00:00:00.250000+00:00")
    with store.transaction() as tx:
        tx.world.set_clock(ClockState(frozen_at=frozen))
    assert store.restore("early")
    assert store.now() == frozen


@pytest.mark.parametrize("kind", DURABLE)
def test_what_another_process_replaced_is_seen(kind: str, tmp_path: Path, world: seed.Seed) -> None:
    url = database(kind, tmp_path)
    with (
        contextlib.closing(Store(world, wall=lambda: NOW, url=url)) as one,
        contextlib.closing(Store(wall=lambda: NOW, url=url)) as other,
    ):
        one.snapshot("as it was")

        def seen() -> str:
            with other.transaction(write=False) as tx:
                return tx.business.catalogue.program.value

        # Each time the number of changes is the same as the time before.
        for program in ("banked_currency", "visits"):
            with one.transaction() as tx:
                tx.world.set_business({**tx.business.document, "program": program})
            assert seen() == program
            one.restore("as it was")
        assert seen() == "points"


def test_snapshots_are_named_listed_replaced_and_dropped(store: Store) -> None:
    for name in ("b", "a", "B"):
        store.snapshot(name)
    assert store.snapshots() == [("B", NOW), ("a", NOW), ("b", NOW)]
    change(store)
    store.snapshot("a")
    assert store.drop_snapshot("b")
    assert not store.drop_snapshot("b")
    assert not store.restore("b")
    store.reset()
    assert store.restore("a")
    with store.transaction(write=False) as tx:
        assert tx.redemptions.count() == 1
    assert [name for name, _ in store.snapshots()] == ["B", "a"]


def test_the_seeds_copy_is_not_among_them(store: Store) -> None:
    assert store.snapshots() == []


@pytest.mark.parametrize("kind", DURABLE)
def test_snapshots_outlive_the_process(kind: str, tmp_path: Path, world: seed.Seed) -> None:
    url = database(kind, tmp_path)
    with contextlib.closing(Store(world, wall=lambda: NOW, url=url)) as store:
        change(store)
        store.snapshot("kept")
        before = everything(store)
        store.reset()
    with contextlib.closing(Store(world, wall=lambda: NOW, url=url)) as store:
        assert store.snapshots() == [("kept", NOW)]
        assert store.restore("kept")
        assert everything(store) == before


def test_a_snapshot_that_lacks_a_newer_table_leaves_it_empty(store: Store) -> None:
    import orjson

    change(store)
    store.snapshot("old")
    with store.transaction() as tx:
        content = orjson.loads(
            tx.connection.execute(select(table.c.content).where(table.c.name == "old")).scalar_one()
        )
        del content["answers"]
        tx.connection.execute(
            table.update().where(table.c.name == "old").values(content=orjson.dumps(content))
        )
    assert store.restore("old")
    assert everything(store)["answers"] == []
    assert everything(store)["redemptions"] != []
