"""Keeps the sandbox's state in memory: guests, what they hold, redemptions, answers to repeat, counters.

The only place that changes state. It decides nothing: it loads what a decision looks at and applies what
was decided, inside `transaction()`. A database takes this class's place later; nothing outside asks how it
stores.
"""

import random
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from punchh_contract.errors import UsageError
from punchh_contract.sandbox.decisions import Claim, Redemption
from punchh_contract.sandbox.guests import (
    BALANCES,
    Account,
    BasketItem,
    Code,
    Debit,
    DiscountType,
    Guest,
    Profile,
    Reward,
    Subscription,
    Wallet,
    debited,
    number_of,
    use,
)
from punchh_contract.sandbox.ledger import CODE_DIGITS
from punchh_contract.sandbox.seed import Business, Seed

Scope = tuple[str, int, str]
"""Where an answer is repeated: operation, guest, external_uid (assumed)."""


class ConflictError(UsageError):
    """A guest cannot be set because an id, code or token belongs to another guest, or a plan is unknown."""


class Store:
    """All state of one sandbox, as its seed has it until something changes it."""

    def __init__(self, seed: Seed) -> None:
        self._seed = seed
        self._lock = threading.RLock()
        self.reset()

    @property
    def business(self) -> Business:
        """The one business."""
        return self._seed.business

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One critical section: whatever is read in it still holds when it is written, and if it ends in an
        exception nothing was written.

        All values are frozen, so copies of the tables are the whole state.
        """
        with self._lock:
            before = {name: table.copy() for name, table in vars(self).items() if isinstance(table, dict)}
            numbers = self._random.getstate()
            try:
                yield
            except BaseException:
                vars(self).update(before)
                self._random.setstate(numbers)
                raise

    def reset(self) -> None:
        """Everything as the seed has it, counters and the code generator included.

        Raises:
            UsageError: the seed gives one id, code or token to two guests, or a subscription an unknown plan.
        """
        with self._lock:
            self._profiles: dict[int, Profile] = {}
            self._accounts: dict[int, Account] = {}
            self._rewards: dict[int, Reward] = {}
            self._subscriptions: dict[int, Subscription] = {}
            self._codes: dict[str, Code] = {coupon.code: coupon for coupon in self._seed.coupons}
            self._baskets: dict[int, tuple[BasketItem, ...]] = {}
            self._redemptions: dict[int, Redemption] = {}
            self._answers: dict[Scope, object] = {}
            self._tokens: dict[tuple[str, str], int] = {}
            self._ids: dict[str, int] = dict(self.business.first_ids)
            # Codes have to repeat with the seed, not to be hard to guess: nothing here is worth a guess.
            self._random = random.Random(self.business.code_seed)  # noqa: S311  # see above
            if any(coupon.redemption_id is not None for coupon in self._seed.coupons):
                raise ConflictError("a coupon names a redemption, and a seed has none")
            for guest in self._seed.guests:
                if guest.profile.user_id in self._accounts:
                    raise ConflictError(f"guest {guest.profile.user_id} stands twice in the seed")
                self.put(guest)

    # Reading

    def users(self) -> tuple[int, ...]:
        """The ids of all guests, in order of appearance."""
        return tuple(self._accounts)

    def profile(self, user_id: int) -> Profile | None:
        """Who a guest is."""
        return self._profiles.get(user_id)

    def holder(self, kind: str, token: str) -> int | None:
        """Whose `access_token` or `authentication_token` this is."""
        return self._tokens.get((kind, token))

    def wallet(self, user_id: int, claims: Iterable[Claim] = ()) -> Wallet | None:
        """A guest's balances and the assets that `claims` name, whoever owns them; None without such a
        guest."""
        account = self._accounts.get(user_id)
        if account is None:
            return None
        rewards: dict[int, Reward] = {}
        subscriptions: dict[int, Subscription] = {}
        codes: dict[str, Code] = {}
        for claim in claims:
            wanted = claim.discount_id or ""
            number = number_of(wanted)
            if claim.discount_type is DiscountType.REDEMPTION_CODE and wanted in self._codes:
                codes[wanted] = self._codes[wanted]
                number = codes[wanted].subscription_id
            if claim.discount_type is DiscountType.REWARD and number in self._rewards:
                rewards[number] = self._rewards[number]
            elif claim.discount_type is not DiscountType.REWARD and number in self._subscriptions:
                subscriptions[number] = self._subscriptions[number]
        return Wallet(account, rewards, subscriptions, codes)

    def basket(self, user_id: int) -> tuple[BasketItem, ...]:
        """A guest's active basket, in order."""
        return self._baskets.get(user_id, ())

    def redemption(self, redemption_id: int) -> Redemption | None:
        """One record."""
        return self._redemptions.get(redemption_id)

    def redemptions(self, user_id: int) -> tuple[Redemption, ...]:
        """A guest's records, oldest first."""
        return tuple(each for each in self._redemptions.values() if each.user_id == user_id)

    def guest(self, user_id: int) -> Guest | None:
        """A guest with everything held."""
        if user_id not in self._accounts:
            return None
        return Guest(
            self._profiles[user_id],
            self._accounts[user_id],
            tuple(each for each in self._rewards.values() if each.owner == user_id),
            tuple(each for each in self._subscriptions.values() if each.owner == user_id),
            tuple(each for each in self._codes.values() if each.owner == user_id),
            self.basket(user_id),
        )

    def answer(self, scope: Scope) -> object | None:
        """The answer to repeat, if this transaction was answered before."""
        return self._answers.get(scope)

    # Writing, inside a transaction

    def next_id(self, counter: str) -> int:
        """The next id of a counter; each begins at 1 or where the seed says."""
        value = self._ids.get(counter, 1)
        self._ids[counter] = value + 1
        return value

    def new_code(self) -> str:
        """Digits that no code in the store has, so that a code is unique longer than it lives."""
        while True:
            code = f"{self._random.randrange(10**CODE_DIGITS):0{CODE_DIGITS}d}"
            if code not in self._codes:
                return code

    def add_code(self, code: Code) -> None:
        """Keep a new code."""
        self._codes[code.code] = code

    def apply(self, user_id: int, debits: Iterable[Debit], redemption: Redemption) -> None:
        """Take the debits of a granted decision and keep its record; a record with a known id replaces it.

        Raises:
            ValueError: a balance would be overdrawn; nothing was changed then.
        """
        debits = tuple(debits)
        account = self._accounts[user_id]
        for debit in debits:
            if debit.held in BALANCES:
                account = debited(account, debit)
        self._accounts[user_id] = account
        self._redemptions[redemption.redemption_id] = redemption
        for debit in debits:
            use(debit, self._rewards, self._subscriptions, self._codes)

    def drop_from_basket(self, user_id: int, item_ids: Iterable[int]) -> None:
        """Take items out of a guest's basket."""
        gone = set(item_ids)
        self._baskets[user_id] = tuple(each for each in self.basket(user_id) if each.item_id not in gone)

    def remember(self, scope: Scope, answer: object) -> None:
        """Keep an answer to repeat."""
        self._answers[scope] = answer

    def put(self, guest: Guest) -> None:
        """Set everything that a guest holds; what was held before and is not in `guest` is gone.

        Raises:
            ConflictError: an id, code or token belongs to somebody else or stands twice, a plan is unknown,
                or a code names a redemption that was not made with it.
        """
        user_id = guest.profile.user_id
        self._check(guest)
        if user_id in self._accounts:
            self._tokens = {key: owner for key, owner in self._tokens.items() if owner != user_id}
            self._rewards = {key: each for key, each in self._rewards.items() if each.owner != user_id}
            self._subscriptions = {
                key: each for key, each in self._subscriptions.items() if each.owner != user_id
            }
            self._codes = {key: each for key, each in self._codes.items() if each.owner != user_id}
        self._profiles[user_id] = guest.profile
        self._accounts[user_id] = guest.account
        self._baskets[user_id] = guest.basket
        self._tokens.update(dict.fromkeys(_tokens(guest.profile), user_id))
        self._rewards.update({each.reward_id: each for each in guest.rewards})
        self._subscriptions.update({each.subscription_id: each for each in guest.subscriptions})
        self._codes.update({each.code: each for each in guest.codes})

    def _check(self, guest: Guest) -> None:
        user_id = guest.profile.user_id
        for reward in guest.rewards:
            other = self._rewards.get(reward.reward_id)
            if other is not None and other.owner != user_id:
                raise ConflictError(f"reward {reward.reward_id} belongs to guest {other.owner}")
        for subscription in guest.subscriptions:
            held = self._subscriptions.get(subscription.subscription_id)
            if held is not None and held.owner != user_id:
                raise ConflictError(
                    f"subscription {subscription.subscription_id} belongs to guest {held.owner}"
                )
            if subscription.plan_id not in self.business.catalogue.plans:
                raise ConflictError(f"plan {subscription.plan_id} is not in the seed")
        for code in guest.codes:
            known = self._codes.get(code.code)
            if known is not None and known.owner != user_id:
                raise ConflictError("a code in it is taken, by another guest or as a coupon")
            made = self._redemptions.get(code.redemption_id or 0)
            if code.redemption_id is not None and (
                made is None or (made.user_id, made.tracking_code) != (user_id, code.code)
            ):
                raise ConflictError("a code in it names a redemption that was not made with it")
        for key in _tokens(guest.profile):
            if self._tokens.get(key, user_id) != user_id:
                raise ConflictError(f"its {key[0]} belongs to another guest")
        for name, ids in (
            ("rewards", [each.reward_id for each in guest.rewards]),
            ("subscriptions", [each.subscription_id for each in guest.subscriptions]),
            ("codes", [each.code for each in guest.codes]),
            ("basket", [each.item_id for each in guest.basket]),
        ):
            if len(ids) != len(set(ids)):
                raise ConflictError(f"an entry of {name} stands twice")


def _tokens(profile: Profile) -> list[tuple[str, str]]:
    tokens = (("access_token", profile.access_token), ("authentication_token", profile.authentication_token))
    return [(kind, token) for kind, token in tokens if token]
