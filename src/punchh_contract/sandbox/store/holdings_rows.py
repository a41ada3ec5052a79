"""The tables of guests and what they hold, and their values as rows."""

from dataclasses import fields
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Row, String, Table

from punchh_contract.sandbox.documents import read_terms, write_terms
from punchh_contract.sandbox.guests import Account, Code, Profile
from punchh_contract.sandbox.store.tables import Id, Json, Moment, Word, metadata

PROFILE = tuple(each.name for each in fields(Profile))
ACCOUNT = tuple(each.name for each in fields(Account) if each.name != "user_id")

guests = Table(
    "guests",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("access_token", Word, unique=True),
    Column("authentication_token", Word, unique=True),
    *(
        Column(name, Word)
        for name in PROFILE
        if name not in ("user_id", "access_token", "authentication_token")
    ),
    *(Column(name, BigInteger, nullable=False) for name in ACCOUNT),
    Column("locked_by", Word),
)
rewards = Table(
    "rewards",
    metadata,
    Column("reward_id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner", BigInteger, nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("terms", Json, nullable=False),
    Column("used", Boolean, nullable=False),
    Column("starts_at", Moment),
    Column("expires_at", Moment),
)
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("subscription_id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner", BigInteger, nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("plan_id", BigInteger, nullable=False),
    Column("uses", BigInteger, nullable=False),
    Column("cancelled", Boolean, nullable=False),
    Column("starts_at", Moment),
    Column("expires_at", Moment),
)
codes = Table(
    "codes",
    metadata,
    Column("code", Word, primary_key=True),
    Column("owner", BigInteger),
    Column("position", Integer, nullable=False),
    Column("terms", Json),
    Column("subscription_id", BigInteger),
    Column("redemption_id", BigInteger),
    Column("processed", Boolean, nullable=False),
    Column("expires_at", Moment),
)
baskets = Table(
    "baskets",
    metadata,
    Column("owner", BigInteger, primary_key=True, autoincrement=False),
    Column("item_id", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("discount_type", String, nullable=False),
    Column("discount_id", Word),
    Column("amount_cents", BigInteger),
)
Index("guests_by_email", guests.c.email, guests.c.user_id)
Index("codes_in_order", codes.c.owner, codes.c.position)
Index("baskets_in_order", baskets.c.owner, baskets.c.position)


def code_of(row: Row[Any]) -> Code:
    """The code in a row of `codes`."""
    return Code(
        code=row.code,
        owner=row.owner,
        terms=None if row.terms is None else read_terms(row.terms),
        subscription_id=row.subscription_id,
        redemption_id=row.redemption_id,
        processed=row.processed,
        expires_at=row.expires_at,
    )


def code_row(code: Code, position: int) -> dict[str, Any]:
    """The row of a code."""
    return {
        "code": code.code,
        "owner": code.owner,
        "position": position,
        "terms": None if code.terms is None else write_terms(code.terms),
        "subscription_id": code.subscription_id,
        "redemption_id": code.redemption_id,
        "processed": code.processed,
        "expires_at": code.expires_at,
    }


def guest_row(profile: Profile, account: Account) -> dict[str, Any]:
    """The row of a guest, without the lock of the basket."""
    return {
        **{name: getattr(profile, name) for name in PROFILE},
        **{name: getattr(account, name) for name in ACCOUNT},
    }


def account_of(row: Row[Any]) -> Account:
    """The balances in a row of `guests`."""
    return Account(row.user_id, **{name: getattr(row, name) for name in ACCOUNT})
