"""Guests and what they hold: who they are, their balances, rewards, subscriptions, codes and baskets.

Setting a guest as a whole is `placing`'s.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, case, delete, func, insert, select, update

from punchh_contract.sandbox.decisions import Claim
from punchh_contract.sandbox.documents import read_terms
from punchh_contract.sandbox.guests import (
    BALANCES,
    Account,
    BasketItem,
    Code,
    Debit,
    DiscountType,
    Guest,
    Held,
    Profile,
    Reward,
    Subscription,
    Wallet,
    debited,
    number_of,
)
from punchh_contract.sandbox.store.holdings_rows import (
    ACCOUNT,
    PROFILE,
    account_of,
    baskets,
    code_of,
    code_row,
    codes,
    guests,
    rewards,
    subscriptions,
)

_OF = {
    name: select(guests).where(guests.c[name] == bindparam("key")).order_by(guests.c.user_id)
    for name in ("user_id", "access_token", "authentication_token", "email")
}
_BASKET = select(baskets).where(baskets.c.owner == bindparam("key")).order_by(baskets.c.position)
# Built once: to build one takes SQLAlchemy longer than SQLite takes to answer it.
_OWNED = {
    table.name: select(table).where(table.c.owner == bindparam("key")).order_by(*order)
    for table, order in (
        (rewards, (rewards.c.position,)),
        (subscriptions, (subscriptions.c.position,)),
        # One that was handed over may have the place of another.
        (codes, (codes.c.position, codes.c.code)),
    )
}
_NAMED = {
    column.table.name: select(column.table).where(column.in_(bindparam("key", expanding=True)))
    for column in (rewards.c.reward_id, subscriptions.c.subscription_id, codes.c.code)
}
_BALANCES = update(guests).where(guests.c.user_id == bindparam("key"))
_Queries = Mapping[str, Select[Any]]


class Guests:
    """The guests in one transaction: nobody else changes what it reads, if it is one that writes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[int, Row[Any]] = {}
        self._profiles: dict[int, Profile] = {}
        self._accounts: dict[int, Account] = {}

    # Reading

    def users(self, after: int = 0, limit: int | None = None) -> tuple[int, ...]:
        """The ids of guests, in order, those greater than `after`."""
        found = select(guests.c.user_id).where(guests.c.user_id > after).order_by(guests.c.user_id)
        return tuple(self._connection.execute(found.limit(limit)).scalars())

    def count(self) -> int:
        """How many guests there are."""
        return int(self._connection.execute(select(func.count()).select_from(guests)).scalar_one())

    def holder(self, kind: str, token: str) -> int | None:
        """Whose `access_token`, `authentication_token` or `email` this is; of several, the first guest's."""
        row = self._find(kind, token)
        return None if row is None else int(row.user_id)

    def profile(self, user_id: int) -> Profile | None:
        """Who a guest is."""
        known = self._profiles.get(user_id)
        if known is None and (row := self._row(user_id)) is not None:
            known = Profile(**{name: getattr(row, name) for name in PROFILE})
            self._profiles[user_id] = known
        return known

    def account(self, user_id: int) -> Account | None:
        """A guest's balances."""
        known = self._accounts.get(user_id)
        if known is None and (row := self._row(user_id)) is not None:
            known = self._accounts[user_id] = account_of(row)
        return known

    def locked_by(self, user_id: int) -> str | None:
        """The `external_uid` that locks a guest's basket."""
        row = self._row(user_id)
        return None if row is None else row.locked_by

    def wallet(self, user_id: int, claims: Iterable[Claim] = ()) -> Wallet | None:
        """A guest's balances and the assets that `claims` name, whoever owns them; None without such a
        guest."""
        account = self.account(user_id)
        if account is None:
            return None
        claims = tuple(claims)
        named = [each.discount_id for each in claims if each.discount_type is DiscountType.REDEMPTION_CODE]
        held = (
            {each.code: each for each in self._codes(_NAMED, sorted(filter(None, named)))}
            if any(named)
            else {}
        )
        wanted: dict[DiscountType, set[int]] = {DiscountType.REWARD: set(), DiscountType.SUBSCRIPTION: set()}
        for claim in claims:
            number = number_of(claim.discount_id or "")
            if number is not None and claim.discount_type in wanted:
                wanted[claim.discount_type].add(number)
        wanted[DiscountType.SUBSCRIPTION] |= {
            each.subscription_id for each in held.values() if each.subscription_id
        }
        numbers = {kind: sorted(each) for kind, each in wanted.items()}
        return Wallet(
            account,
            {each.reward_id: each for each in self._rewards(_NAMED, numbers[DiscountType.REWARD])}
            if numbers[DiscountType.REWARD]
            else {},
            {
                each.subscription_id: each
                for each in self._subscriptions(_NAMED, numbers[DiscountType.SUBSCRIPTION])
            }
            if numbers[DiscountType.SUBSCRIPTION]
            else {},
            held,
        )

    def basket(self, user_id: int) -> tuple[BasketItem, ...]:
        """A guest's active basket, in order."""
        return tuple(
            BasketItem(
                row.item_id, row.owner, DiscountType(row.discount_type), row.discount_id, row.amount_cents
            )
            for row in self._connection.execute(_BASKET, {"key": user_id})
        )

    def guest(self, user_id: int) -> Guest | None:
        """A guest with everything held."""
        profile, account = self.profile(user_id), self.account(user_id)
        if profile is None or account is None:
            return None
        return Guest(
            profile,
            account,
            self._rewards(_OWNED, user_id),
            self._subscriptions(_OWNED, user_id),
            self._codes(_OWNED, user_id),
            self.basket(user_id),
        )

    def code(self, code: str) -> Code | None:
        """One code."""
        return next(iter(self._codes(_NAMED, [code])), None)

    def has_code(self, code: str) -> bool:
        """Whether a code is taken, used ones included."""
        return self._connection.execute(select(codes.c.code).where(codes.c.code == code)).first() is not None

    # Writing

    def apply(self, user_id: int, debits: Iterable[Debit]) -> None:
        """Take the debits of a granted decision from a guest whose wallet was read in this transaction; a
        negative one is given back.

        Raises:
            ValueError: a balance would be overdrawn.
        """
        account = self.account(user_id)
        if account is None:
            raise LookupError("debits are taken from a guest of the store")
        before = account
        for debit in debits:
            if debit.held in BALANCES:
                account = debited(account, debit)
                continue
            # The ledger granted it by what was read in this transaction.
            match debit:
                case Debit(Held.REWARD, key):
                    self._connection.execute(
                        update(rewards).where(rewards.c.reward_id == key).values(used=debit.amount > 0)
                    )
                case Debit(Held.SUBSCRIPTION, key, amount):
                    # Not below none, where a test had set them back before the redemption was called off.
                    uses = case((subscriptions.c.uses + amount < 0, 0), else_=subscriptions.c.uses + amount)
                    used = update(subscriptions).where(subscriptions.c.subscription_id == key)
                    self._connection.execute(used.values(uses=uses))
                case Debit(Held.CODE, key):
                    self._connection.execute(
                        update(codes).where(codes.c.code == key).values(processed=debit.amount > 0)
                    )
                case _:
                    pass
        if account != before:
            self.set_account(account)

    def set_account(self, account: Account) -> None:
        """Set a guest's balances."""
        values = {name: getattr(account, name) for name in ACCOUNT}
        self._connection.execute(_BALANCES, {"key": account.user_id, **values})
        self._accounts[account.user_id] = account

    def set_code(self, code: Code) -> None:
        """Set a code that there is already: whose it is, what it was made with, whether and when it ended."""
        self._connection.execute(
            update(codes)
            .where(codes.c.code == code.code)
            .values(
                processed=code.processed,
                owner=code.owner,
                redemption_id=code.redemption_id,
                expires_at=code.expires_at,
            )
        )

    def add_codes(self, *added: Code) -> None:
        """Keep new codes, each after the others of its owner."""
        for code in added:
            last = select(func.max(codes.c.position)).where(codes.c.owner == code.owner)
            position = self._connection.execute(last).scalar()
            row = code_row(code, 0 if position is None else position + 1)
            self._connection.execute(insert(codes), row)

    def drop_from_basket(self, user_id: int, item_ids: Iterable[int]) -> None:
        """Take items out of a guest's basket."""
        gone = sorted(set(item_ids))
        if gone:
            self._connection.execute(
                delete(baskets).where(baskets.c.owner == user_id, baskets.c.item_id.in_(gone))
            )

    def lock(self, user_id: int, external_uid: str | None) -> None:
        """Lock a guest's basket for an `external_uid`; None unlocks it."""
        self._connection.execute(_BALANCES.values(locked_by=external_uid), {"key": user_id})
        self._rows.pop(user_id, None)

    def forget(self, user_id: int) -> None:
        """Read a guest anew: another room of the store has changed it."""
        for known in (self._rows, self._profiles, self._accounts):
            known.pop(user_id, None)

    def _row(self, user_id: int) -> Row[Any] | None:
        return self._rows.get(user_id) or self._find("user_id", user_id)

    def _find(self, column: str, key: int | str) -> Row[Any] | None:
        row = self._connection.execute(_OF[column], {"key": key}).first()
        if row is not None:
            self._rows[row.user_id] = row
        return row

    def _rewards(self, how: _Queries, key: object) -> tuple[Reward, ...]:
        rows = self._connection.execute(how["rewards"], {"key": key})
        return tuple(
            Reward(row.reward_id, row.owner, read_terms(row.terms), row.used, row.starts_at, row.expires_at)
            for row in rows
        )

    def _subscriptions(self, how: _Queries, key: object) -> tuple[Subscription, ...]:
        rows = self._connection.execute(how["subscriptions"], {"key": key})
        return tuple(
            Subscription(
                row.subscription_id,
                row.owner,
                row.plan_id,
                row.uses,
                row.cancelled,
                row.starts_at,
                row.expires_at,
            )
            for row in rows
        )

    def _codes(self, how: _Queries, key: object) -> tuple[Code, ...]:
        return tuple(map(code_of, self._connection.execute(how["codes"], {"key": key})))
