"""The operations on guests and what they hold."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import IntegrityError
from starlette.responses import Response

from punchh_contract.sandbox import documents
from punchh_contract.sandbox.control.asking import Ask
from punchh_contract.sandbox.control.redemptions import written as written_redemption
from punchh_contract.sandbox.control.replies import ProblemError, missing, reply
from punchh_contract.sandbox.store import ConflictError, Store, Transaction
from punchh_contract.sandbox.threads import in_store
from punchh_contract.sandbox.validation import pointer


class GuestHandlers:
    """Each method is named as its operationId in the document."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get_guests(self, ask: Ask) -> Response:
        """A page of guests, in short."""

        def look() -> list[dict[str, Any]]:
            with self._store.transaction(write=False) as tx:
                users = tx.guests.users(ask.query["after"], ask.query["limit"])
                return [_summary(tx, user_id) for user_id in users]

        return reply(await in_store(self._store, look))

    async def get_guest(self, ask: Ask) -> Response:
        """One guest with everything held."""

        def look() -> dict[str, Any]:
            with self._store.transaction(write=False) as tx:
                return _shown(tx, ask.path["user_id"])

        return reply(await in_store(self._store, look))

    async def put_guest(self, ask: Ask) -> Response:
        """Set what a guest holds."""
        user_id, document = ask.path["user_id"], ask.body
        if document.get("user_id", user_id) != user_id:
            raise ProblemError(400, "differs from the id in the path", "/user_id")
        _check_times(document)

        def change(tx: Transaction) -> None:
            tx.put(documents.read_guest(document, user_id, tx.guests.guest(user_id)))

        return await self._change(user_id, change)

    async def add_reward(self, ask: Ask) -> Response:
        """Give one more reward."""
        return await self._add("rewards", ask)

    async def add_subscription(self, ask: Ask) -> Response:
        """Give one more subscription."""
        return await self._add("subscriptions", ask)

    async def add_code(self, ask: Ask) -> Response:
        """Give one more code."""
        return await self._add("codes", ask)

    async def add_basket_item(self, ask: Ask) -> Response:
        """Put one more item into the basket."""
        return await self._add("basket", ask)

    async def unlock_basket(self, ask: Ask) -> Response:
        """Unlock the basket, whoever locked it."""
        user_id = ask.path["user_id"]
        return await self._change(user_id, lambda tx: tx.guests.lock(user_id, None))

    async def _add(self, kind: str, ask: Ask) -> Response:
        user_id = ask.path["user_id"]
        _check_times({kind: [ask.body]}, skipped=2)

        def change(tx: Transaction) -> None:
            guest = tx.guests.guest(user_id)
            if guest is None:
                raise missing("guest")
            held = documents.write_guest(guest, ())[kind]
            tx.put(documents.read_guest({kind: [*held, ask.body]}, user_id, guest))

        return await self._change(user_id, change, 201)

    async def _change(
        self, user_id: int, change: Callable[[Transaction], None], status: int = 200
    ) -> Response:
        def carry_out() -> dict[str, Any]:
            with self._store.transaction() as tx:
                change(tx)
                return _shown(tx, user_id)

        try:
            return reply(await in_store(self._store, carry_out), status)
        except ConflictError as conflict:
            raise ProblemError(409, str(conflict)) from conflict
        except IntegrityError as error:  # on a server: what both found free, only one of two could take
            raise ProblemError(409, "somebody else took an id, code or token in it just now") from error


def _shown(tx: Transaction, user_id: int) -> dict[str, Any]:
    guest = tx.guests.guest(user_id)
    if guest is None:
        raise missing("guest")
    return {
        **documents.write_guest(guest, ()),
        "locked_by": tx.guests.locked_by(user_id),
        "redemptions": [written_redemption(each) for each in tx.redemptions.of(user_id)],
    }


def _summary(tx: Transaction, user_id: int) -> dict[str, Any]:
    profile, account = tx.guests.profile(user_id), tx.guests.account(user_id)
    if profile is None or account is None:
        raise LookupError("the guest was there a moment ago, in this very transaction")
    return {
        "user_id": user_id,
        "first_name": profile.first_name,
        "last_name": profile.last_name,
        "email": profile.email,
        "points": account.points,
        "banked_cents": account.banked_cents,
        "visit_cards": account.visit_cards,
        "fuel_points": account.fuel_points,
        "locked_by": tx.guests.locked_by(user_id),
    }


def _check_times(document: dict[str, Any], skipped: int = 0) -> None:
    """A problem for a time that RFC 3339 allows and no calendar has. `skipped` parts of its place are not the
    caller's."""
    place = documents.no_time(document)
    if place is not None:
        raise ProblemError(400, "a time that no calendar has in UTC", pointer(place[skipped:]))
