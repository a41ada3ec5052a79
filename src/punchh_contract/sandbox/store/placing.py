"""Sets guests as a whole, as a seed and the control plane do, if nothing in them belongs to somebody else."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, delete, insert, select

from punchh_contract.errors import UsageError
from punchh_contract.sandbox.business import Business
from punchh_contract.sandbox.documents import write_terms
from punchh_contract.sandbox.guests import Code, Guest
from punchh_contract.sandbox.store.holdings_rows import (
    baskets,
    code_row,
    codes,
    guest_row,
    guests,
    rewards,
    subscriptions,
)
from punchh_contract.sandbox.store.records import redemptions

_CHUNK = 5_000
"""Values in one query; databases have a limit."""
_TOKENS = ("access_token", "authentication_token")


class ConflictError(UsageError):
    """A guest cannot be set because an id, code or token belongs to another guest, or a plan is unknown."""


def place(connection: Connection, business: Business, placed: Sequence[Guest]) -> None:
    """Set everything that these guests hold; what they held before and is not named here is gone.

    Raises:
        ConflictError: an id, code or token belongs to somebody else or stands twice, a plan is unknown,
            or a code names a redemption that was not made with it. Nothing was changed then.
    """
    _check_alone(business, placed)
    _check_against(connection, placed)
    ids = [guest.profile.user_id for guest in placed]
    locks = {row.user_id: row.locked_by for row in _among(connection, guests, guests.c.user_id, ids)}
    for chunk in _chunks(ids):
        for table in (rewards, subscriptions, codes, baskets):
            connection.execute(delete(table).where(table.c.owner.in_(chunk)))
        connection.execute(delete(guests).where(guests.c.user_id.in_(chunk)))
    for table, rows in rows_of(placed, locks).items():
        if rows:
            connection.execute(insert(table), rows)


def place_coupons(connection: Connection, coupons: Sequence[Code]) -> None:
    """Keep codes that belong to nobody yet, in a store without guests. Raises ConflictError as `place`."""
    if any(coupon.redemption_id is not None for coupon in coupons):
        raise ConflictError("a coupon names a redemption, and a seed has none")
    _once("coupons", (coupon.code for coupon in coupons))
    if coupons:
        connection.execute(insert(codes), [code_row(code, place) for place, code in enumerate(coupons)])


def rows_of(placed: Sequence[Guest], locks: Mapping[int, str | None]) -> dict[Table, list[dict[str, Any]]]:
    """Everything that guests are and hold, as rows by table; `locks` says who locks whose basket."""
    rows: dict[Table, list[dict[str, Any]]] = {
        guests: [],
        rewards: [],
        subscriptions: [],
        codes: [],
        baskets: [],
    }
    for guest in placed:
        user_id = guest.profile.user_id
        rows[guests].append(guest_row(guest.profile, guest.account) | {"locked_by": locks.get(user_id)})
        rows[rewards] += [
            {
                "reward_id": each.reward_id,
                "owner": user_id,
                "position": position,
                "terms": write_terms(each.terms),
                "used": each.used,
                "starts_at": each.starts_at,
                "expires_at": each.expires_at,
            }
            for position, each in enumerate(guest.rewards)
        ]
        rows[subscriptions] += [
            {
                "subscription_id": each.subscription_id,
                "owner": user_id,
                "position": position,
                "plan_id": each.plan_id,
                "uses": each.uses,
                "cancelled": each.cancelled,
                "starts_at": each.starts_at,
                "expires_at": each.expires_at,
            }
            for position, each in enumerate(guest.subscriptions)
        ]
        rows[codes] += [code_row(each, position) for position, each in enumerate(guest.codes)]
        rows[baskets] += [
            {
                "owner": user_id,
                "item_id": each.item_id,
                "position": position,
                "discount_type": each.discount_type.value,
                "discount_id": each.discount_id,
                "amount_cents": each.amount_cents,
            }
            for position, each in enumerate(guest.basket)
        ]
    return rows


def _check_alone(business: Business, placed: Sequence[Guest]) -> None:
    """What is wrong whatever the store holds."""
    repeated = [each for each, n in Counter(guest.profile.user_id for guest in placed).items() if n > 1]
    if repeated:
        raise ConflictError(f"guest {repeated[0]} stands twice in the seed")
    for guest in placed:
        for subscription in guest.subscriptions:
            if subscription.plan_id not in business.catalogue.plans:
                raise ConflictError(f"plan {subscription.plan_id} is not in the seed")
        _once("basket", (each.item_id for each in guest.basket))
    _once("rewards", (each.reward_id for guest in placed for each in guest.rewards))
    _once("subscriptions", (each.subscription_id for guest in placed for each in guest.subscriptions))
    _once("codes", (each.code for guest in placed for each in guest.codes))
    for name in _TOKENS:
        found: list[str | None] = [getattr(guest.profile, name) for guest in placed]
        tokens = Counter(filter(None, found))
        if any(n > 1 for n in tokens.values()):
            raise ConflictError(f"its {name} belongs to another guest")


def _check_against(connection: Connection, placed: Sequence[Guest]) -> None:
    """What belongs to somebody else in the store."""
    for name, table, key in (
        ("reward", rewards, rewards.c.reward_id),
        ("subscription", subscriptions, subscriptions.c.subscription_id),
    ):
        owners = {
            getattr(each, key.name): guest.profile.user_id
            for guest in placed
            for each in getattr(guest, table.name)
        }
        for row in _among(connection, table, key, list(owners)):
            if row.owner != owners[getattr(row, key.name)]:
                raise ConflictError(f"{name} {getattr(row, key.name)} belongs to guest {row.owner}")
    makers = {each.code: guest.profile.user_id for guest in placed for each in guest.codes}
    for row in _among(connection, codes, codes.c.code, list(makers)):
        if row.owner != makers[row.code]:
            raise ConflictError("a code in it is taken, by another guest or as a coupon")
    made = {each.redemption_id: each for guest in placed for each in guest.codes if each.redemption_id}
    found = {
        row.redemption_id: (row.user_id, row.tracking_code)
        for row in _among(connection, redemptions, redemptions.c.redemption_id, list(made))
    }
    for redemption_id, code in made.items():
        if found.get(redemption_id) != (code.owner, code.code):
            raise ConflictError("a code in it names a redemption that was not made with it")
    for name in _TOKENS:
        holders = {
            getattr(guest.profile, name): guest.profile.user_id
            for guest in placed
            if getattr(guest.profile, name)
        }
        for row in _among(connection, guests, guests.c[name], list(holders)):
            if row.user_id != holders[getattr(row, name)]:
                raise ConflictError(f"its {name} belongs to another guest")


def _once(name: str, ids: Iterable[object]) -> None:
    if any(n > 1 for n in Counter(ids).values()):
        raise ConflictError(f"an entry of {name} stands twice")


def _among(
    connection: Connection, table: Table, key: Column[Any], values: Sequence[Any]
) -> Iterator[Row[Any]]:
    for chunk in _chunks(values):
        yield from connection.execute(select(table).where(key.in_(chunk)).order_by(key)).all()


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
