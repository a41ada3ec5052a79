"""The receiver that a run starts for itself, and what came to it."""

import contextlib
import threading
from collections.abc import Callable, Generator, Iterable

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from punchh_contract.conformance.laws.control import Control, ControlError
from punchh_contract.conformance.laws.history import Delivered
from punchh_contract.receiver.app import create_receiver
from punchh_contract.receiver.credentials import Credentials
from punchh_contract.receiver.delivery import Delivery
from punchh_contract.receiver.serving import bind, serving

SECRET = "laws-invented-webhook-secret"  # noqa: S105  # invented, and made known to nobody but our sandbox
NAME = "punchh-contract-laws"
TRIES = 3
"""How often the check of our address may fail; it is on this machine."""
PATIENCE, IMPATIENCE = 3.0, 0.1
"""Seconds that an event may take to come; milliseconds are usual."""


class _Door:
    """Answers 503 in the receiver's place, where a delivery is to fail."""

    def __init__(self, app: ASGIApp, fails: Callable[[], bool]) -> None:
        self._app = app
        self._fails = fails

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        failing = scope["type"] == "http" and scope["method"] == "POST" and self._fails()
        await (Response(status_code=503) if failing else self._app)(scope, receive, send)


class Inbox:
    """Everything that was delivered in a run, in order of arrival."""

    def __init__(self) -> None:
        self._got: list[Delivered] = []
        self._change = threading.Condition()
        self._patience = PATIENCE
        self._failing = 0
        self.app = create_receiver(self._take, Credentials(secrets=(SECRET,)), scheme="hmac-sha256")
        self.app.add_middleware(_Door, fails=self._fails)

    def _fails(self) -> bool:
        with self._change:
            failing = self._failing > 0
            self._failing -= failing
            self._change.notify_all()
            return failing

    def wait(self, content_ids: Iterable[str]) -> None:
        """Return once each of these events came, or patience is over; it is short once one was missing."""
        wanted = set(content_ids)
        with self._change:
            if not self._change.wait_for(
                lambda: wanted <= {each.content_id for each in self._got}, timeout=self._patience
            ):
                self._patience = IMPATIENCE

    def fail(self, times: int) -> None:
        """Take no delivery for so many times: each is answered 503."""
        with self._change:
            self._failing = times

    def failed(self) -> bool:
        """Wait until it has failed as often as it was to; whether it has."""
        with self._change:
            return self._change.wait_for(lambda: self._failing == 0, timeout=self._patience)

    def __len__(self) -> int:
        with self._change:
            return len(self._got)

    def since(self, place: int) -> tuple[Delivered, ...]:
        """What came after the first so many."""
        with self._change:
            return tuple(self._got[place:])

    def _take(self, delivery: Delivery) -> None:
        if delivery.method != "POST":
            return
        told = tuple(f"{each.pointer} {each.expectation}" for each in delivery.findings or ())
        with self._change:
            self._got.append(
                Delivered(
                    delivery.gist.content_id,
                    delivery.verification.authentic,
                    told,
                    delivery.gist.redemption_id,
                )
            )
            self._change.notify_all()


@contextlib.contextmanager
def subscribed(control: Control) -> Generator[Inbox]:
    """An inbox that a sandbox delivers to for the length of a `with`. Raises ControlError."""
    inbox = Inbox()
    with serving(inbox.app, bind("127.0.0.1", 0)) as url:
        wanted = {"url": f"{url}/events", "scheme": "hmac-sha256", "name": NAME, "secret": SECRET}
        subscriber = control.ask("POST", "subscribers", wanted)["subscriber_id"]
        for _ in range(TRIES):
            # One that stays inactive gets nothing, and the law says so: its check did not prove who asked.
            with contextlib.suppress(ControlError):
                control.ask("POST", f"subscribers/{subscriber}/activate")
                break
        try:
            yield inbox
        finally:
            control.ask("DELETE", f"subscribers/{subscriber}")
