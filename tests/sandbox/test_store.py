"""The store: what the rest relies on beyond what the operations show, on each database."""

import contextlib
import logging
import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy
from sandbox.calling import ADA, GRACE, NOW
from sandbox.databases import ALL, FILE, POSTGRESQL, admin, database, small
from sandbox.receiving import redemption
from sqlalchemy import select

from punchh_contract.facts import RateLimit
from punchh_contract.sandbox import seed
from punchh_contract.sandbox.clock import ClockState
from punchh_contract.sandbox.decisions import Claim, Redemption
from punchh_contract.sandbox.events import Change
from punchh_contract.sandbox.guests import Account, Code, Debit, DiscountType, Guest, Held, Profile, Reward
from punchh_contract.sandbox.identity import tracking_code
from punchh_contract.sandbox.store import ConflictError, Store, Transaction
from punchh_contract.sandbox.store import database as databases
from punchh_contract.sandbox.store.tables import metadata

URL = "http://127.0.0.1:9/hook"


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


def everything(tx: Transaction) -> list[object]:
    """All rows of all tables."""
    ordered = (select(each).order_by(*each.primary_key.columns) for each in metadata.sorted_tables)
    return [[tuple(row) for row in tx.connection.execute(query)] for query in ordered]


def guest(store: Store, user_id: int = ADA) -> Guest:
    with store.transaction(write=False) as tx:
        found = tx.guests.guest(user_id)
    assert found is not None
    return found


# One unit of work


def test_a_transaction_that_fails_changes_nothing(store: Store) -> None:
    told: list[int] = []
    store.listen(lambda: told.append(1))
    with store.transaction(write=False) as tx:
        before = everything(tx)

    def fail() -> None:
        with store.transaction() as tx:
            held = tx.guests.guest(ADA)
            assert held is not None
            tx.put(replace(held, rewards=held.rewards[1:]))
            made = redemption(tx.counters.next_id("redemption"))
            tx.redemptions.add(made)
            tx.guests.apply(ADA, [Debit(Held.REWARD, 70002), Debit(Held.POINTS, ADA, 1)])
            tx.guests.add_codes(Code(tx.new_code(), ADA))
            tx.guests.drop_from_basket(ADA, [260001])
            tx.guests.lock(ADA, "till-1")
            tx.redemptions.remember(("x", ADA, "1"), 200, {})
            tx.outbox.add_subscriber(URL)
            tx.emit(Change.CREATED, made)
            tx.world.set_business({**tx.business.document, "program": "visits"})
            tx.world.set_clock(ClockState(timedelta(1)))
            tx.finish()
            assert all(old != new for old, new in zip(before, everything(tx), strict=True) if new != old)
            assert everything(tx) != before
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.transaction(write=False) as tx:
        assert everything(tx) == before
        assert tx.business.catalogue.program == "points"
    assert store.now() == NOW
    assert told == []


def test_a_transaction_keeps_other_writers_out_until_it_ends(store: Store) -> None:
    entered = threading.Event()

    def second() -> None:
        with store.transaction():
            entered.set()

    thread = threading.Thread(target=second)
    with store.transaction():
        thread.start()
        assert not entered.wait(0.1)
    assert entered.wait(10)
    thread.join()


@pytest.mark.parametrize("kind", [FILE, POSTGRESQL])
def test_also_those_of_another_process(kind: str, tmp_path: Path, world: seed.Seed) -> None:
    url = database(kind, tmp_path)
    with (
        contextlib.closing(Store(world, wall=lambda: NOW, url=url)) as one,
        contextlib.closing(Store(wall=lambda: NOW, url=url)) as other,
        contextlib.closing(Store(wall=lambda: NOW, url=url)) as third,
    ):
        points = guest(one, GRACE).account.points

        def spend() -> None:
            with other.transaction() as tx:
                tx.guests.apply(GRACE, [Debit(Held.POINTS, GRACE, 1)])

        thread = threading.Thread(target=spend)
        with one.transaction() as tx:
            account = tx.guests.account(GRACE)
            thread.start()
            thread.join(0.2)
            assert thread.is_alive()
            # A reader waits for nobody, and sees nothing that may yet be undone.
            assert guest(third, GRACE).account == account
            tx.guests.apply(GRACE, [Debit(Held.POINTS, GRACE, 1)])
        thread.join(30)
        assert guest(one, GRACE).account.points == points - 2


def test_who_reads_sees_one_moment(tmp_path: Path, world: seed.Seed) -> None:
    url = database(POSTGRESQL, tmp_path)
    with contextlib.closing(Store(world, wall=lambda: NOW, url=url)) as store:
        with store.transaction(write=False) as tx:
            before = tx.guests.account(ADA)

            def spend() -> None:
                with store.transaction() as tx:
                    tx.guests.apply(ADA, [Debit(Held.POINTS, ADA, 1)])
                    tx.redemptions.add(redemption(1))

            thread = threading.Thread(target=spend)
            thread.start()
            thread.join(10)
            assert not thread.is_alive()
            tx.guests.forget(ADA)
            assert (tx.guests.account(ADA), tx.redemptions.count()) == (before, 0)
        assert guest(store).account != before


def test_who_reads_cannot_write(store: Store) -> None:
    with pytest.raises(sqlalchemy.exc.DBAPIError, match="read"), store.transaction(write=False) as tx:
        tx.guests.lock(ADA, "till-1")
    # And is itself again afterwards.
    for _ in range(2):
        with store.transaction() as tx:
            tx.guests.lock(ADA, "till-1")
        with store.transaction(write=False) as tx:
            assert tx.guests.locked_by(ADA) == "till-1"


def test_a_transaction_inside_another_is_told_at_once(store: Store) -> None:
    with (
        pytest.raises(RuntimeError, match="inside another"),
        store.transaction(),
        store.transaction(write=False),
    ):
        pass
    with store.transaction() as tx:
        tx.guests.lock(ADA, "till-1")
    assert guest(store).profile.user_id == ADA


def test_a_listener_is_told_after_each_commit_and_its_failure_is_its_own(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str | None] = []

    def fail() -> None:
        raise ValueError("secret of a guest")

    def look() -> None:
        # It is committed by now, and nobody is kept out: a listener may use the store.
        with store.transaction(write=False) as tx:
            seen.append(tx.guests.locked_by(ADA))

    store.listen(fail)
    store.listen(look)
    with caplog.at_level(logging.ERROR), store.transaction() as tx:
        tx.guests.lock(ADA, "till-1")
    with store.transaction(write=False):
        pass
    assert seen == ["till-1"]
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("kind", [FILE, POSTGRESQL])
def test_many_threads_at_once_run_out_of_nothing(kind: str, tmp_path: Path, world: seed.Seed) -> None:
    """More readers and writers than there are connections."""
    url = database(kind, tmp_path)
    failures: list[BaseException] = []
    together = threading.Barrier(60)
    with contextlib.closing(Store(world, wall=lambda: NOW, url=url)) as store:
        before = guest(store).account.points

        def work(number: int) -> None:
            try:
                together.wait(30)
                for _ in range(3):
                    with store.transaction(write=number % 2 == 0) as tx:
                        assert tx.guests.account(ADA) is not None
                        if number % 2 == 0:
                            tx.guests.apply(ADA, [Debit(Held.POINTS, ADA, 1)])
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(60)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(60)
        assert failures == []
        assert before - guest(store).account.points == 90


def test_a_file_that_somebody_else_keeps_busy_is_waited_for(
    tmp_path: Path, world: seed.Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = database(FILE, tmp_path)
    monkeypatch.setattr(databases, "BUSY_SECONDS", 0.3)
    with (
        contextlib.closing(Store(world, wall=lambda: NOW, url=url)) as store,
        contextlib.closing(Store(wall=lambda: NOW, url=url)) as other,
    ):

        def busy() -> None:
            with other.transaction():
                entered.set()
                leave.wait(20)

        for patient in (True, False, True):
            entered, leave = threading.Event(), threading.Event()
            thread = threading.Thread(target=busy)
            thread.start()
            assert entered.wait(10)
            if patient:
                threading.Timer(0.1, leave.set).start()
                with store.transaction() as tx:
                    assert tx.guests.account(ADA) is not None
            else:
                # It cannot wait for ever; that it gave up harms nothing.
                with pytest.raises(databases.BusyError), store.transaction():
                    pass
                leave.set()
            thread.join(10)


def test_a_connection_that_was_cut_is_made_anew(tmp_path: Path, world: seed.Seed) -> None:
    url = database(POSTGRESQL, tmp_path)
    with contextlib.closing(Store(world, wall=lambda: NOW, url=url)) as store:
        before = guest(store)
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        with admin().connect() as connection:
            gone = connection.exec_driver_sql(cut, (sqlalchemy.make_url(url).database,)).all()
        assert gone
        assert guest(store) == before

        def cut_off() -> None:
            with store.transaction() as tx:
                tx.guests.lock(ADA, "till-1")
                with admin().connect() as connection:
                    connection.exec_driver_sql(cut, (sqlalchemy.make_url(url).database,)).all()

        with pytest.raises(sqlalchemy.exc.OperationalError):
            cut_off()
        with store.transaction() as tx:
            assert tx.guests.locked_by(ADA) is None


# Guests


def test_a_debit_that_would_overdraw_leaves_no_half(store: Store) -> None:
    before = guest(store)
    debits = [Debit(Held.REWARD, 70001), Debit(Held.POINTS, ADA, 1), Debit(Held.VISIT_CARDS, ADA, 10**9)]
    with pytest.raises(ValueError, match="overdraw"), store.transaction() as tx:
        tx.guests.apply(ADA, debits)
    assert guest(store) == before


def test_what_is_taken_can_be_given_back(store: Store, world: seed.Seed) -> None:
    with store.transaction() as tx:
        debits = [
            Debit(Held.POINTS, ADA, 7),
            Debit(Held.BANKED_CENTS, ADA, 5),
            Debit(Held.FUEL_POINTS, ADA, 3),
            Debit(Held.REWARD, 70001),
            Debit(Held.SUBSCRIPTION, 900699),
            Debit(Held.CODE, "SANDBOX-ADA-0"),
        ]
        tx.guests.apply(ADA, debits)
    taken = guest(store)
    assert taken.rewards[0].used
    assert taken.subscriptions[0].uses == 1
    assert taken.codes[0].processed
    assert taken.account.debited_points == 7
    with store.transaction() as tx:
        tx.guests.apply(ADA, [each.back() for each in debits])
    assert guest(store) == next(each for each in world.guests if each.profile.user_id == ADA)


def test_a_guest_is_what_was_put_and_keeps_the_lock(store: Store, world: seed.Seed) -> None:
    told = Guest(Profile(7, "Só", email="x@example.com", access_token="t"), Account(7, 1, 2, 3, 4, 5))
    reward = Reward(1, 7, world.guests[0].rewards[0].terms, starts_at=NOW)
    with store.transaction() as tx:
        tx.put(replace(told, rewards=(reward, replace(reward, reward_id=3), replace(reward, reward_id=2))))
        tx.guests.lock(7, "till-1")
        changed = tx.guests.guest(7)
        assert changed is not None
        assert [each.reward_id for each in changed.rewards] == [1, 3, 2]
        tx.put(replace(changed, rewards=changed.rewards[1:]))
        assert tx.guests.locked_by(7) == "till-1"
    assert [each.reward_id for each in guest(store, 7).rewards] == [3, 2]
    with store.transaction(write=False) as tx:
        assert tx.guests.holder("access_token", "t") == 7
        assert tx.guests.holder("email", "x@example.com") == 7
        assert tx.guests.wallet(7, [Claim(DiscountType.REWARD, "1")]) is not None


@pytest.mark.parametrize("size", [1, 12_000])
def test_however_much_a_guest_holds(size: int, world: seed.Seed) -> None:
    """More than one query takes values."""
    code = world.guests[0].codes[0]
    with contextlib.closing(Store(replace(world, guests=world.guests[:1]), wall=lambda: NOW)) as store:
        held = guest(store)
        many = tuple(replace(code, code=f"many-{n}") for n in range(size))
        for _ in range(2):
            with store.transaction() as tx:
                tx.put(replace(held, codes=many))
        assert guest(store).codes == many


def test_what_belongs_to_somebody_else_cannot_be_put(store: Store) -> None:
    ada, grace = guest(store), guest(store, GRACE)
    wrong = [
        replace(grace, rewards=(replace(ada.rewards[0], owner=GRACE),)),
        replace(grace, subscriptions=(replace(ada.subscriptions[0], owner=GRACE),)),
        replace(grace, codes=(replace(ada.codes[0], owner=GRACE),)),
        replace(grace, profile=replace(grace.profile, access_token=ada.profile.access_token)),
        replace(grace, rewards=grace.rewards * 2),
        replace(grace, subscriptions=(replace(grace.subscriptions[0], plan_id=99),)),
        replace(grace, codes=(replace(grace.codes[0], redemption_id=6440001),)),
    ]
    with store.transaction() as tx:
        for each in wrong:
            with pytest.raises(ConflictError):
                tx.put(each)
    assert (guest(store), guest(store, GRACE)) == (ada, grace)


def test_a_coupon_cannot_name_a_redemption_that_is_yet_to_come(world: seed.Seed) -> None:
    coupon = replace(world.coupons[0], redemption_id=world.business.first_ids["redemption"])
    with pytest.raises(ConflictError, match="coupon"):
        Store(replace(world, coupons=(coupon,)), wall=lambda: NOW)


# Codes and numbers


def test_a_code_that_is_taken_is_not_given_again(store: Store) -> None:
    upcoming = [tracking_code(store.business.code_seed, number) for number in range(1, 5)]
    with store.transaction() as tx:
        tx.guests.add_codes(Code(upcoming[0], ADA), Code(upcoming[2], GRACE, processed=True))
        assert [tx.new_code(), tx.new_code()] == [upcoming[1], upcoming[3]]


def test_codes_stand_in_the_order_in_which_they_came(store: Store) -> None:
    before = [each.code for each in guest(store).codes]
    for code in ("9", "B", "a", "1"):
        with store.transaction() as tx:
            tx.guests.add_codes(Code(code, ADA))
    assert [each.code for each in guest(store).codes] == [*before, "9", "B", "a", "1"]


@pytest.mark.parametrize("number", range(20))
def test_ten_million_codes_in_a_row_are_all_different(number: int) -> None:
    dice = random.Random(number)
    some = [tracking_code(number, n) for n in range(dice.randrange(10**6), 10**7, 997)]
    assert len(set(some)) == len(some)
    assert all(len(each) == 7 for each in some)
    assert tracking_code(number, 3) == tracking_code(number, 10**7 + 3)


def test_numbers_have_no_gap(store: Store) -> None:
    with store.transaction() as tx:
        assert [tx.counters.next_id("redemption") for _ in range(3)] == [6440001, 6440002, 6440003]
        assert tx.counters.next_id("batch") == 1
    with contextlib.suppress(ZeroDivisionError), store.transaction() as tx:
        tx.counters.next_id("redemption")
        raise ZeroDivisionError
    with store.transaction() as tx:
        assert tx.counters.next_id("redemption") == 6440004


# Records


def test_a_record_is_read_as_it_was_written(store: Store) -> None:
    full = redemption(
        1,
        external_uid="x" * 9000 + "\0",
        receipt={"receipt_amount": 1.5, "menu_items": [{"item_name": "é\0"}]},
        processed_at=NOW + timedelta(microseconds=1),
        expires_at=datetime(9998, 1, 1, tzinfo=UTC),
        message="\\0",
    )
    empty = Redemption(2, ADA, "force_redeem", "force_redeemed", NOW, NOW)
    with store.transaction() as tx:
        tx.redemptions.add(full)
        tx.redemptions.add(empty)
    with store.transaction() as tx:
        assert [tx.redemptions.get(1), tx.redemptions.get(2), tx.redemptions.get(3)] == [full, empty, None]
        tx.redemptions.replace(replace(full, status="cancelled"))
        assert tx.redemptions.of(ADA) == (replace(full, status="cancelled"), empty)
        assert tx.redemptions.find(external_uid=full.external_uid) == (replace(full, status="cancelled"),)
        assert tx.redemptions.find(external_uid="x" * 9000) == ()


def test_what_is_due_comes_oldest_first(store: Store) -> None:
    with store.transaction() as tx:
        for number, seconds in ((1, 30), (2, 10), (3, 10), (4, 99)):
            waits = redemption(number, status="redeemable", expires_at=NOW + timedelta(seconds=seconds))
            tx.redemptions.add(waits)
        tx.redemptions.add(redemption(5, expires_at=NOW))
        tx.redemptions.add(redemption(6, status="redeemable"))
        due = tx.redemptions.due(NOW + timedelta(seconds=30))
        assert [each.redemption_id for each in due] == [2, 3, 1]
        assert [each.redemption_id for each in tx.redemptions.due(NOW + timedelta(seconds=30), 1)] == [2]
        assert tx.redemptions.due(NOW + timedelta(seconds=9)) == ()
        assert tx.redemptions.next_due() == NOW + timedelta(seconds=10)


# Limits


def test_calls_are_counted_by_minute_and_day_of_the_sandboxs_clock(store: Store) -> None:
    limit = RateLimit(per_minute=3, per_day=5)
    start = datetime(2026, 3, 2, 23, 57, 10, tzinfo=UTC)
    waits = []
    for seconds in (0, 1, 2, 3, 49, 50, 51, 52, 53, 120, 170, 171):
        with store.transaction() as tx:
            waits.append(tx.limits.wait("force_redeem", limit, start + timedelta(seconds=seconds)))
            assert tx.limits.wait("another", RateLimit(per_minute=10**6, per_day=10**6), tx.now) is None
    assert waits == [None, None, None, 47, 1, None, None, 118, 117, 50, None, None]
