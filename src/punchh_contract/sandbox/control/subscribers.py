"""The operations on subscribers, and on what they are owed."""

from typing import Any

from starlette.responses import Response

from punchh_contract.errors import UsageError
from punchh_contract.sandbox.control.asking import Ask
from punchh_contract.sandbox.control.replies import ProblemError, done, missing, reply
from punchh_contract.sandbox.deliveries import Pump
from punchh_contract.sandbox.deliveries.ladder import VERIFIED
from punchh_contract.sandbox.documents import write_time
from punchh_contract.sandbox.store import Store, Transaction
from punchh_contract.sandbox.store.outgoing import Delivery, DeliveryState, Knobs, Scheme, Subscriber
from punchh_contract.sandbox.threads import in_store


class SubscriberHandlers:
    """Each method is named as its operationId in the document."""

    def __init__(self, store: Store, pump: Pump) -> None:
        self._store = store
        self._pump = pump

    async def get_subscribers(self, _: Ask) -> Response:
        """All of them."""

        def look() -> list[dict[str, Any]]:
            with self._store.transaction(write=False) as tx:
                return [_written(each) for each in tx.outbox.subscribers()]

        return reply(await in_store(self._store, look))

    async def get_subscriber(self, ask: Ask) -> Response:
        """One of them."""
        return _shown(await self._one(ask))

    async def add_subscriber(self, ask: Ask) -> Response:
        """Name one."""

        def add() -> Subscriber:
            with self._store.transaction() as tx:
                return tx.outbox.add_subscriber(**self._checked(tx, {}, ask.body))

        return _shown(await in_store(self._store, add), 201)

    async def change_subscriber(self, ask: Ask) -> Response:
        """Change one."""

        def change() -> Subscriber | None:
            subscriber_id = ask.path["subscriber_id"]
            with self._store.transaction() as tx:
                before = tx.outbox.subscriber(subscriber_id)
                if before is None:
                    return None
                kept = {
                    "url": before.url,
                    "scheme": before.scheme,
                    "name": before.name,
                    "knobs": before.knobs,
                }
                if ask.body.get("scheme", before.scheme) == before.scheme:
                    kept["secret"] = before.secret
                return tx.outbox.change_subscriber(subscriber_id, **self._checked(tx, kept, ask.body))

        return _shown(await in_store(self._store, change))

    async def delete_subscriber(self, ask: Ask) -> Response:
        """Forget one."""

        def remove() -> bool:
            with self._store.transaction() as tx:
                return tx.outbox.remove_subscriber(ask.path["subscriber_id"])

        if not await in_store(self._store, remove):
            raise missing("subscriber")
        return done()

    async def activate_subscriber(self, ask: Ask) -> Response:
        """Check one and deliver to it."""
        try:
            answer = await self._pump.activate(ask.path["subscriber_id"])
        except UsageError as error:
            raise missing("subscriber") from error
        if answer.status != VERIFIED:
            came = answer.error if answer.status is None else f"status {answer.status}"
            raise ProblemError(
                409, f"the check, a GET to its url, has to be answered {VERIFIED}; what came: {came}"
            )
        return _shown(await self._one(ask))

    async def get_deliveries(self, ask: Ask) -> Response:
        """A page of deliveries."""
        query, state, content_id = ask.query, ask.query["state"], ask.query["content_id"]

        def look() -> list[dict[str, Any]]:
            with self._store.transaction(write=False) as tx:
                found = tx.outbox.deliveries(
                    query["after"],
                    query["limit"],
                    subscriber_id=query["subscriber_id"],
                    content_id=content_id and content_id.lower(),
                    state=state and DeliveryState(state),
                )
                return [_written_delivery(each) for each in found]

        return reply(await in_store(self._store, look))

    async def redeliver(self, ask: Ask) -> Response:
        """Deliver once more."""

        def owe() -> Delivery | None:
            with self._store.transaction() as tx:
                return tx.outbox.redeliver(ask.path["delivery_id"], tx.now)

        try:
            owed = await in_store(self._store, owe)
        except UsageError as error:
            raise ProblemError(409, str(error)) from error
        if owed is None:
            raise missing("delivery")
        await self._pump.settle()

        def look() -> Delivery | None:
            with self._store.transaction(write=False) as tx:
                return tx.outbox.delivery(owed.delivery_id)

        delivered = await in_store(self._store, look)
        return reply(_written_delivery(delivered or owed), 201)

    async def _one(self, ask: Ask) -> Subscriber | None:
        def look() -> Subscriber | None:
            with self._store.transaction(write=False) as tx:
                return tx.outbox.subscriber(ask.path["subscriber_id"])

        return await in_store(self._store, look)

    def _checked(self, tx: Transaction, kept: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        """The members of a subscriber, what is given over what is kept, if they go together."""
        members: dict[str, Any] = {"scheme": Scheme.NONE, "name": None, "secret": None, **kept, **given}
        scheme = members["scheme"] = Scheme(members["scheme"])
        if "knobs" in given:
            knobs = {name: value for name, value in given["knobs"].items() if name != "seed"}
            members["knobs"] = Knobs(**knobs, seed=int(given["knobs"].get("seed", 0)))
        try:
            self._pump.check(members["url"])
        except UsageError as error:
            raise ProblemError(400, str(error), "/url") from error
        if scheme is not Scheme.NONE and not members["secret"]:
            raise ProblemError(400, f"{scheme.value} needs a secret", "/secret")
        if scheme is Scheme.BASIC and (not members["name"] or ":" in members["name"]):
            raise ProblemError(400, "basic needs a name, without a colon (RFC 7617)", "/name")
        if scheme in (Scheme.HMAC_SHA1, Scheme.HMAC_SHA256):
            members["name"] = members["name"] or tx.business.client
        return members


def _shown(subscriber: Subscriber | None, status: int = 200) -> Response:
    if subscriber is None:
        raise missing("subscriber")
    return reply(_written(subscriber), status)


def _written(subscriber: Subscriber) -> dict[str, Any]:
    """The document of a subscriber, without its secret."""
    knobs = subscriber.knobs
    return {
        "subscriber_id": subscriber.subscriber_id,
        "url": subscriber.url,
        "scheme": subscriber.scheme.value,
        "name": subscriber.name,
        "knobs": {
            "duplicate": knobs.duplicate,
            "reorder": knobs.reorder,
            "drop": knobs.drop,
            "delay": knobs.delay,
            "seed": knobs.seed,
        },
        "state": subscriber.state.value,
        "failures": subscriber.failures,
    }


def _written_delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "delivery_id": delivery.delivery_id,
        "subscriber_id": delivery.subscriber_id,
        "content_id": delivery.content_id,
        "state": delivery.state.value,
        "due_at": write_time(delivery.due_at),
        "attempts": [
            {"at": write_time(each.at), "status": each.status, "error": each.error}
            for each in delivery.attempts
        ],
    }
