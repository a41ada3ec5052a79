"""A subscriber over a real socket that answers what a test says, and a sandbox whose time a test moves."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

from punchh_contract.sandbox.clock import ClockState
from punchh_contract.sandbox.decisions import Redemption
from punchh_contract.sandbox.events import Change
from punchh_contract.sandbox.guests import Debit, DiscountType, Held
from punchh_contract.sandbox.seed import Seed
from punchh_contract.sandbox.store import Store
from punchh_contract.sandbox.store.outgoing import Delivery, Knobs, Scheme, Subscriber

NOW = datetime(2026, 3, 2, 18, 5, 1, tzinfo=UTC)
ADA = 111111111
WAIT = 20.0


def store_at(moment: datetime, seed: Seed, url: str = "sqlite://") -> Store:
    """A store whose clock stands still, with Ada alone: a whole world takes half a second to make."""
    ada = next(each for each in seed.guests if each.profile.user_id == ADA)
    alone = replace(ada, rewards=(), subscriptions=(), codes=(), basket=())
    seed = replace(seed, guests=(alone,), coupons=())
    return Store(seed, wall=lambda: datetime.now(UTC), url=url, clock=ClockState(frozen_at=moment))


def advance(store: Store, seconds: float) -> None:
    """Move the clock that stands still."""
    with store.transaction() as tx:
        tx.world.set_clock(ClockState(frozen_at=tx.now + timedelta(seconds=seconds)))


def redemption(number: int, now: datetime = NOW, **members: Any) -> Redemption:
    """A redemption of Ada's, honoured unless something else is said."""
    values: dict[str, Any] = {
        "redemption_id": number,
        "user_id": ADA,
        "operation": "create_online_redemption",
        "status": "honoured",
        "created_at": now,
        "updated_at": now,
        "discount_type": DiscountType.REDEEMABLE,
        "discount_id": "493",
        "cents": 500,
        "points": 100,
        "tracking_code": f"{7000000 + number}",
        "expires_at": None,
        "debits": (Debit(Held.POINTS, ADA, 100),),
        "name": "Five Off",
        "location_id": 900031,
        "code_id": number,
    }
    return Redemption(**values | members)


def emit(store: Store, *numbers: int, change: Change = Change.CREATED, **members: Any) -> None:
    """Keep redemptions with these ids and tell of each, a transaction each."""
    for number in numbers:
        with store.transaction() as tx:
            kept = redemption(number, tx.now, **members)
            tx.redemptions.add(kept)
            tx.emit(change, kept)


def subscribe(store: Store, url: str, **how: Any) -> Subscriber:
    """A subscriber that is active without having been asked."""
    with store.transaction() as tx:
        added = tx.outbox.add_subscriber(
            url,
            scheme=how.pop("scheme", Scheme.NONE),
            name=how.pop("name", None),
            secret=how.pop("secret", None),
            knobs=Knobs(**how.pop("knobs", {})),
        )
        active = tx.outbox.change_subscriber(added.subscriber_id, **{"state": "active", **how})
    assert active is not None
    return active


def subscriber(store: Store, subscriber_id: int = 1) -> Subscriber:
    with store.transaction(write=False) as tx:
        found = tx.outbox.subscriber(subscriber_id)
    assert found is not None
    return found


def deliveries(store: Store, **which: Any) -> tuple[Delivery, ...]:
    with store.transaction(write=False) as tx:
        return tx.outbox.deliveries(limit=10_000, **which)


@dataclass(frozen=True)
class Got:
    """One request that a subscriber got."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def redemption_id(self) -> int:
        return int(orjson.loads(self.body)["payload"]["redemption_id"])


Reply = Callable[[Got], int]


class Receiver:
    """What it got, in order; `reply` says what the next request is answered with."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.reply: Reply = lambda _: 200
        self.headers: dict[str, str] = {}
        self.body = b""
        self.url = ""
        self._changed = threading.Condition()

    @property
    def posts(self) -> list[int]:
        """The redemptions of the deliveries that came, in order."""
        return [each.redemption_id for each in self.got if each.method == "POST"]

    def answers(self, *statuses: int) -> None:
        """Answer these one after the other, and the last for ever."""
        left = list(statuses)
        self.reply = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def take(self, got: Got) -> int:
        with self._changed:
            self.got.append(got)
            self._changed.notify_all()
        return self.reply(got)

    def wait_for(self, count: int) -> None:
        """Until so many requests came; the test fails if they do not."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.got) >= count, WAIT)


@contextmanager
def receiving(path: str = "/hook") -> Iterator[Receiver]:
    """A receiver on a free port of this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = receiver.take(Got(self.command, self.path, headers, body))
            try:
                self.send_response(status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(receiver.body)))
                self.end_headers()
                self.wfile.write(receiver.body)
            except OSError:
                pass  # whoever asked is gone

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its name upstream
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}{path}"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join(WAIT)
        server.server_close()
