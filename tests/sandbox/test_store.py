"""The store: what the rest relies on beyond what the operations show."""

import random
import threading
from dataclasses import replace

import pytest
from sandbox.calling import ADA, NOW

from punchh_contract.sandbox import seed
from punchh_contract.sandbox.decisions import Redemption
from punchh_contract.sandbox.guests import Code, Debit, Held
from punchh_contract.sandbox.store import ConflictError, Store


class Repeating(random.Random):
    """Gives each number twice."""

    def __init__(self) -> None:
        super().__init__(0)
        self._given = iter([7, 7, 8])

    def randrange(self, *_: object) -> int:  # type: ignore[override]  # a loaded die
        return next(self._given)


def test_a_code_that_is_taken_is_not_given_again(world: seed.Seed) -> None:
    store = Store(world)
    store._random = Repeating()
    codes = []
    for _ in range(2):
        codes.append(store.new_code())
        store.add_code(Code(codes[-1], ADA))
    assert codes == ["0000007", "0000008"]


def test_a_transaction_keeps_others_out_until_it_ends(world: seed.Seed) -> None:
    store, entered = Store(world), threading.Event()

    def second() -> None:
        with store.transaction():
            entered.set()

    thread = threading.Thread(target=second)
    with store.transaction():
        thread.start()
        assert not entered.wait(0.1)
    assert entered.wait(10)
    thread.join()


def test_a_debit_that_would_overdraw_leaves_no_half(world: seed.Seed) -> None:
    store = Store(world)
    before = store.guest(ADA)
    record = Redemption(1, ADA, "x", "honoured", NOW, NOW)
    debits = [Debit(Held.REWARD, 70001), Debit(Held.POINTS, ADA, 1), Debit(Held.VISIT_CARDS, ADA, 10**9)]
    try:
        store.apply(ADA, debits, record)
    except ValueError:
        assert (store.guest(ADA), store.redemptions(ADA)) == (before, ())
    else:
        raise AssertionError("it was overdrawn")


def test_a_coupon_cannot_name_a_redemption_that_is_yet_to_come(world: seed.Seed) -> None:
    coupon = replace(world.coupons[0], redemption_id=world.business.first_ids["redemption"])
    with pytest.raises(ConflictError, match="coupon"):
        Store(replace(world, coupons=(coupon,)))


def everything(store: Store) -> object:
    """All that can be seen, and what the next ids and codes would be."""
    guests = [(store.guest(user_id), store.redemptions(user_id)) for user_id in store.users()]
    return guests, store.answer(("x", ADA, "1")), dict(store._ids), store._random.getstate()


def test_a_transaction_that_fails_changes_nothing(world: seed.Seed) -> None:
    store = Store(world)
    guest = store.guest(ADA)
    assert guest is not None
    before = everything(store)

    def fail() -> None:
        with store.transaction():
            store.put(replace(guest, rewards=guest.rewards[1:]))
            record = Redemption(store.next_id("redemption"), ADA, "x", "honoured", NOW, NOW)
            store.apply(ADA, [Debit(Held.REWARD, 70002), Debit(Held.POINTS, ADA, 1)], record)
            store.add_code(Code(store.new_code(), ADA))
            store.drop_from_basket(ADA, [260001])
            store.remember(("x", ADA, "1"), object())
            assert everything(store) != before
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert everything(store) == before
