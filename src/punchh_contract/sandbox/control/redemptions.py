"""The operations on redemptions: look them up, and end them as the business or time would."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response

from punchh_contract.sandbox import documents, recording
from punchh_contract.sandbox.control.asking import Ask
from punchh_contract.sandbox.control.replies import ProblemError, missing, reply
from punchh_contract.sandbox.decisions import Reason, Redemption, Refusal
from punchh_contract.sandbox.store import Store, Transaction
from punchh_contract.sandbox.threads import in_store

Ending = Callable[[Transaction, Redemption], Redemption | Refusal]

_WHY: Mapping[Reason, str] = {
    Reason.PROCESSED: "it was honoured already",
    Reason.EXPIRED: "it has expired",
    Reason.CANCELLED: "it was cancelled already",
    Reason.TRANSFERRED: "it was transferred already",
    Reason.TOO_LATE: "a coupon can be cancelled for 24 hours only",
    Reason.NOT_ACCESSIBLE: "only a code that waits can be transferred, and only to another guest",
}


class RedemptionHandlers:
    """Each method is named as its operationId in the document."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get_redemptions(self, ask: Ask) -> Response:
        """A page of redemptions."""

        def look() -> list[dict[str, Any]]:
            with self._store.transaction(write=False) as tx:
                return [written(each) for each in tx.redemptions.find(**ask.query)]

        return reply(await in_store(self._store, look))

    async def get_redemption(self, ask: Ask) -> Response:
        """One redemption."""

        def look() -> Redemption | None:
            with self._store.transaction(write=False) as tx:
                return tx.redemptions.get(ask.path["redemption_id"])

        redemption = await in_store(self._store, look)
        if redemption is None:
            raise missing("redemption")
        return reply(written(redemption))

    async def cancel_redemption(self, ask: Ask) -> Response:
        """Undo it and give back what it took."""
        return await self._end(ask, recording.cancelled)

    async def expire_redemption(self, ask: Ask) -> Response:
        """Let it expire at once."""
        return await self._end(ask, recording.expired)

    async def transfer_redemption(self, ask: Ask) -> Response:
        """Give it to another guest."""
        to = int(ask.body["user_id"])

        def transfer(tx: Transaction, redemption: Redemption) -> Redemption | Refusal:
            if tx.guests.account(to) is None:
                raise ProblemError(409, "no guest has this id", "/user_id")
            return recording.transferred(tx, redemption, to)

        return await self._end(ask, transfer, to)

    async def _end(self, ask: Ask, ending: Ending, *others: int) -> Response:
        redemption_id = ask.path["redemption_id"]

        def end() -> Redemption | Refusal:
            with self._store.transaction() as tx:
                seen = tx.redemptions.find(after=redemption_id - 1, limit=1)
                if not seen or seen[0].redemption_id != redemption_id:
                    raise missing("redemption")
                # Guests are locked before what is theirs, and in order, as everywhere: no ring of waiters.
                for user_id in sorted({seen[0].user_id, *others}):
                    tx.guests.account(user_id)
                redemption = tx.redemptions.get(redemption_id)
                if redemption is None:
                    raise missing("redemption")
                return ending(tx, redemption)

        ended = await in_store(self._store, end)
        if isinstance(ended, Refusal):
            raise ProblemError(409, _WHY.get(ended.reason, "it is in no state for that"))
        return reply(written(ended))


def written(redemption: Redemption) -> dict[str, Any]:
    """The document of a redemption, with whose it is."""
    return {"user_id": redemption.user_id, **documents.write_redemption(redemption)}
