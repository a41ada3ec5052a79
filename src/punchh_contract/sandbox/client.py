"""The control plane as Python: `Control` has one method for each of its operations.

Documents go in and come out as plain dictionaries, in the shapes of `/_sandbox/openapi.json`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
import yaml

from punchh_contract.sandbox.wire import ControlError, Document, Wire

__all__ = ["Control", "ControlError"]


class Control:
    """Looks into one running sandbox and sets the stage for a test.

    Each method raises ControlError with the words of the problem. Times are aware datetimes or RFC 3339
    text; money is whole cents; lists come oldest first.

    `client` is used as it is and left open; without one the connection is closed with the `Control`, at
    `close()` or the end of a `with`.
    """

    def __init__(self, url: str, *, client: httpx.Client | None = None) -> None:
        self._own = client is None
        # Loopback needs no proxy, whatever the environment says.
        self._client = client or httpx.Client(trust_env=False)
        self._wire = Wire(url, self._client)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, if it is this object's own."""
        if self._own:
            self._client.close()

    # The sandbox as a whole

    def health(self) -> Document:
        """Whether it runs, on which contract, by which clock."""
        return self._wire.one("GET", "/health")

    def credentials(self) -> dict[str, str]:
        """The invented credentials, by the names of the `PUNCHH_*` variables."""
        return self._wire.one("GET", "/credentials")

    def fixtures(self) -> Document:
        """Values that work right now, by operation and field."""
        return dict(yaml.safe_load(self._wire.send("GET", "/fixtures").text))

    def openapi(self) -> Document:
        """The control plane's own document."""
        return self._wire.one("GET", "/openapi.json")

    def reset(self) -> None:
        """Everything as the seed has it; the log is emptied and faults are taken away. The clock stays."""
        self._wire.send("POST", "/reset")

    def snapshots(self) -> list[Document]:
        """The snapshots, by name."""
        return self._wire.many("/snapshots")

    def snapshot(self, name: str) -> Document:
        """Keep the present state under a name (letters, digits, `.`, `_`, `-`)."""
        return self._wire.one("PUT", f"/snapshots/{_quoted(name)}")

    def restore(self, name: str) -> None:
        """Everything as the snapshot has it, but for the clock."""
        self._wire.send("POST", f"/snapshots/{_quoted(name)}/restore")

    def delete_snapshot(self, name: str) -> None:
        """Forget a snapshot."""
        self._wire.send("DELETE", f"/snapshots/{_quoted(name)}")

    def log(
        self,
        *,
        since: int = 0,
        wait: float = 0,
        operation: str | None = None,
        status: int | None = None,
        method: str | None = None,
        limit: int | None = None,
    ) -> list[Document]:
        """The requests after number `since`, each with the ids of the events it caused; `status` 4 is all of
        4xx. While there is none the answer is held back for up to `wait` seconds (30 at most)."""
        return self._wire.many(
            "/log",
            wait=wait,
            since=since,
            operation=operation,
            status=status,
            method=method,
            limit=limit,
        )

    # The world

    def guests(self, *, after: int = 0, limit: int | None = None) -> list[Document]:
        """The guests in short, by id, those after `after`."""
        return self._wire.many("/guests", after=after, limit=limit)

    def guest(self, user_id: int) -> Document:
        """One guest with everything held and every redemption made."""
        return self._wire.one("GET", f"/guests/{user_id}")

    def put_guest(self, user_id: int, /, **members: Any) -> Document:
        """Set what a guest holds, or make a guest; members that are not given stay as they are."""
        return self._wire.one("PUT", f"/guests/{user_id}", members)

    def add_reward(self, user_id: int, /, **reward: Any) -> Document:
        """Give one more reward; the guest comes back."""
        return self._wire.one("POST", f"/guests/{user_id}/rewards", reward)

    def add_subscription(self, user_id: int, /, **subscription: Any) -> Document:
        """Give one more subscription; the guest comes back."""
        return self._wire.one("POST", f"/guests/{user_id}/subscriptions", subscription)

    def add_code(self, user_id: int, /, **code: Any) -> Document:
        """Give one more code; the guest comes back."""
        return self._wire.one("POST", f"/guests/{user_id}/codes", code)

    def add_basket_item(self, user_id: int, /, **item: Any) -> Document:
        """Put one more item into the active basket; the guest comes back."""
        return self._wire.one("POST", f"/guests/{user_id}/basket", item)

    def unlock(self, user_id: int) -> Document:
        """Unlock a guest's basket, whoever locked it."""
        return self._wire.one("POST", f"/guests/{user_id}/basket/unlock")

    def business(self) -> Document:
        """The business, without its keys."""
        return self._wire.one("GET", "/business")

    def set_business(
        self, *, program: str | None = None, locations: Mapping[str, bool] | None = None, **settings: Any
    ) -> Document:
        """Change settings, the program, or which locations redeem: `locations` says of a store number whether
        redemptions are disabled there."""
        change: Document = {}
        if program is not None:
            change["program"] = program
        if locations is not None:
            change["locations"] = [
                {"store_number": number, "redemptions_disabled": disabled}
                for number, disabled in locations.items()
            ]
        if settings:
            change["settings"] = settings
        return self._wire.one("PATCH", "/business", change)

    def redemptions(
        self,
        *,
        user_id: int | None = None,
        external_uid: str | None = None,
        status: str | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> list[Document]:
        """The redemptions that fit, by id, those after `after`."""
        return self._wire.many(
            "/redemptions",
            user_id=user_id,
            external_uid=external_uid,
            status=status,
            after=after,
            limit=limit,
        )

    def redemption(self, redemption_id: int) -> Document:
        """One redemption."""
        return self._wire.one("GET", f"/redemptions/{redemption_id}")

    def cancel(self, redemption_id: int) -> Document:
        """Undo a redemption; what it took is given back."""
        return self._wire.one("POST", f"/redemptions/{redemption_id}/cancel")

    def expire(self, redemption_id: int) -> Document:
        """Let a redemption that waits expire at once."""
        return self._wire.one("POST", f"/redemptions/{redemption_id}/expire")

    def transfer(self, redemption_id: int, user_id: int) -> Document:
        """Give a redemption that waits to another guest."""
        return self._wire.one("POST", f"/redemptions/{redemption_id}/transfer", {"user_id": user_id})

    # The clock

    def clock(self) -> Document:
        """What time it is there, and whether it passes."""
        return self._wire.one("GET", "/clock")

    def set_clock(self, now: datetime | str, *, frozen: bool | None = None) -> Document:
        """Set the time; the clock goes or stands as before unless `frozen` says."""
        body: Document = {"now": _time(now)}
        if frozen is not None:
            body["frozen"] = frozen
        return self._wire.one("PUT", "/clock", body)

    def advance(self, step: float | timedelta) -> Document:
        """Move the clock on by seconds or a timedelta; comes back once what fell due was handled."""
        seconds = step.total_seconds() if isinstance(step, timedelta) else step
        return self._wire.one("POST", "/clock/advance", {"seconds": seconds})

    def freeze(self, at: datetime | str | None = None) -> Document:
        """Stop the clock, where it stands or at a time."""
        return self._wire.one("POST", "/clock/freeze", {} if at is None else {"at": _time(at)})

    def run_clock(self) -> Document:
        """Let the clock go on from where it stands."""
        return self._wire.one("POST", "/clock/run")

    # Events and who gets them

    def events(
        self,
        *,
        since: int = 0,
        wait: float = 0,
        redemption_id: int | None = None,
        user_id: int | None = None,
        limit: int | None = None,
    ) -> list[Document]:
        """The events after number `since`. While there is none the answer is held back for up to `wait`
        seconds (30 at most)."""
        return self._wire.many(
            "/events",
            wait=wait,
            since=since,
            redemption_id=redemption_id,
            user_id=user_id,
            limit=limit,
        )

    def event(self, content_id: str) -> Document:
        """One event."""
        return self._wire.one("GET", f"/events/{_quoted(content_id)}")

    def subscribers(self) -> list[Document]:
        """Who gets the events."""
        return self._wire.many("/subscribers")

    def add_subscriber(
        self,
        url: str,
        *,
        scheme: str = "none",
        name: str | None = None,
        secret: str | None = None,
        knobs: Mapping[str, float] | None = None,
    ) -> Document:
        """Name an address that is to get the events once it is activated. Knobs: duplicate, reorder, drop
        (probabilities), delay (seconds), seed."""
        return self._wire.one(
            "POST",
            "/subscribers",
            {"url": url, "scheme": scheme, "name": name, "secret": secret, "knobs": dict(knobs or {})},
        )

    def subscriber(self, subscriber_id: int) -> Document:
        """One subscriber, without its secret."""
        return self._wire.one("GET", f"/subscribers/{subscriber_id}")

    def change_subscriber(self, subscriber_id: int, /, **changes: Any) -> Document:
        """Change url, scheme, name, secret or knobs."""
        return self._wire.one("PATCH", f"/subscribers/{subscriber_id}", changes)

    def delete_subscriber(self, subscriber_id: int) -> None:
        """Forget a subscriber and what it was owed."""
        self._wire.send("DELETE", f"/subscribers/{subscriber_id}")

    def activate(self, subscriber_id: int) -> Document:
        """Check the address with a GET, and deliver from now on."""
        return self._wire.one("POST", f"/subscribers/{subscriber_id}/activate")

    def deliveries(
        self,
        *,
        subscriber_id: int | None = None,
        content_id: str | None = None,
        state: str | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> list[Document]:
        """The deliveries that fit, with their attempts, by id, those after `after`."""
        return self._wire.many(
            "/deliveries",
            subscriber_id=subscriber_id,
            content_id=content_id,
            state=state,
            after=after,
            limit=limit,
        )

    def redeliver(self, delivery_id: int) -> Document:
        """Deliver an event once more, now."""
        return self._wire.one("POST", f"/deliveries/{delivery_id}/redeliver")

    # Faults

    def faults(self) -> list[Document]:
        """The faults that are planted."""
        return self._wire.many("/faults")

    def add_fault(self, kind: str, operation: str | None = None, **how: Any) -> Document:
        """Plant a fault for one operation or all; `how`: count (None is until taken away), probability, seed,
        seconds, status."""
        return self._wire.one("POST", "/faults", {"kind": kind, "operation": operation, **how})

    def fault(self, fault_id: int) -> Document:
        """One fault and how often it struck."""
        return self._wire.one("GET", f"/faults/{fault_id}")

    def delete_fault(self, fault_id: int) -> None:
        """Take one fault away."""
        self._wire.send("DELETE", f"/faults/{fault_id}")

    def clear_faults(self) -> None:
        """Take all faults away."""
        self._wire.send("DELETE", "/faults")


def _time(moment: datetime | str) -> str:
    return moment if isinstance(moment, str) else moment.isoformat()


def _quoted(text: str) -> str:
    return quote(text, safe="")
