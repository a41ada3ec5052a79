"""Carries out stories: sends each step through the run's one wire, and looks around it where it can."""

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import requests

from punchh_contract.auth import Credentials, PunchhRequestsAuth
from punchh_contract.conformance.laws import bodies
from punchh_contract.conformance.laws import view as views
from punchh_contract.conformance.laws.control import Control
from punchh_contract.conformance.laws.history import (
    BATCH,
    CALL,
    CODE_MADE,
    FORCE,
    ONLINE,
    SUCCESS,
    Asset,
    History,
    Move,
    Step,
)
from punchh_contract.conformance.laws.inbox import Inbox
from punchh_contract.conformance.laws.view import View, look
from punchh_contract.conformance.laws.world import Guest, World
from punchh_contract.conformance.probes import Call, Probe
from punchh_contract.conformance.verdict.answers import Answer
from punchh_contract.conformance.verdict.templates import compact
from punchh_contract.conformance.wire import WireError
from punchh_contract.contract import Contract, Operation


@dataclasses.dataclass(frozen=True)
class Order:
    """A request that a story wants sent.

    `by_body` names the guest by the token in the body instead of a header. `wrong` is a fault of credentials.
    `headers` come beside the usual ones. `look` False leaves out the looks before and after. `timeout` is in
    seconds. `refused` is why the contract has it refused, `granted` why it has not; `names` is the field that
    a refusal has to name if it names one.
    """

    operation: str
    guest: Guest
    body: dict[str, Any]
    caller: str = "till"
    by_body: bool = False
    wrong: Probe | None = None
    fault: str | None = None
    twin: int | None = None
    timeout: float | None = None
    look: bool = True
    headers: tuple[tuple[str, str], ...] = ()
    refused: str | None = None
    granted: str | None = None
    names: str | None = None


class Scene:
    """One story as it is told. Raises ControlError, WireError and StoppedError from whatever is asked."""

    def __init__(self, name: str, world: World, inbox: Inbox | None) -> None:
        self.name = name
        self.world = world
        self._inbox = inbox
        self._got = len(inbox) if inbox else 0
        self._entries: list[Step | Move] = []
        self._guests: list[Guest] = []
        self._assets: dict[tuple[str, str], Asset] = {}
        self._baskets: dict[int, tuple[str, str]] = {}
        self.settings: dict[str, Any] = {"program": world.program, "locations": world.locations}
        self._business: dict[str, Any] | None = None
        self._troubled = False
        self._view: View | None = None
        self._now: dt.datetime | None = None
        self._known: dict[int, views.Guest] = {}
        self._events: list[dict[str, Any]] = []
        self._turn = 0

    @property
    def control(self) -> Control:
        """The control plane of the world."""
        return self.world.control

    def guest(self, **held: Any) -> Guest:
        """Make a guest; see `World.guest`."""
        made = self.world.guest(**held)
        number = made.guest.user_id
        self._guests.append(made.guest)
        self._assets |= made.assets
        self._baskets |= made.baskets
        self._entries.append(Move(f"a guest {len(self._guests)}", "PUT", f"guests/{number}", made.document))
        if self._view is not None:
            self._known |= self._view.guests
        self._known[number] = views.Guest.of(made.shown)
        self._view = None
        return made.guest

    def settlers(self, most: int) -> list[Guest]:
        """Guests that were there before; see `World.settlers`."""
        found = self.world.settlers(most)
        self._guests += found
        self._forget()
        return found

    def move(self, words: str, method: str, path: str, body: Any = None) -> Any:
        """Do something through the control plane."""
        before = self._seen()
        answer = self.control.ask(method, path, body)
        self._forget()
        if path.startswith("clock"):
            self._now = None
        self._entries.append(Move(words, method, path, body, before, self._seen()))
        return answer

    def setting(self, **settings: Any) -> None:
        """Change settings of the business for the length of the story."""
        program = settings.pop("program", None)
        self.settings |= settings | ({"program": program} if program else {})
        change = ({"settings": settings} if settings else {}) | ({"program": program} if program else {})
        if self._business is None:
            self._business = settings_of(self.control.ask("GET", "business"))
        self.move("settings of the business", "PATCH", "business", change)

    def fault(self, kind: str, operation: str, **more: Any) -> None:
        """Order trouble for the next call of an operation."""
        body = {"kind": kind, "operation": operation, **more}
        self._troubled = True
        self.control.ask("POST", "faults", body)
        self._entries.append(Move(f"trouble on order: {kind}", "POST", "faults", body))

    def online(self, guest: Guest, kind: str, key: str = "", **more: Any) -> Step:
        """An online order; `more` are fields of the body besides, and of `Order`."""
        return self.call(self.online_order(guest, kind, key, **more))

    def online_order(
        self,
        guest: Guest,
        kind: str,
        key: str = "",
        *,
        receipt: int = bodies.RECEIPT,
        lines: tuple[int, ...] = (),
        query: bool = False,
        uid: str | None = None,
        extra: dict[str, Any] | None = None,
        **order: Any,
    ) -> Order:
        """The order of an online redemption."""
        body = self.world.named(bodies.online(kind, key, receipt=receipt, lines=lines)) | (extra or {})
        if order.get("by_body"):
            body["authentication_token"] = guest.authentication_token
        return Order(ONLINE, guest, _asked(body, uid, query=query), **order)

    def batch(self, guest: Guest, **more: Any) -> Step:
        """A batch over a guest's basket."""
        return self.call(self.batch_order(guest, **more))

    def batch_order(
        self,
        guest: Guest,
        *,
        receipt: int = bodies.RECEIPT,
        lines: tuple[int, ...] = (),
        query: bool = False,
        uid: str | None = None,
        extra: dict[str, Any] | None = None,
        **order: Any,
    ) -> Order:
        """The order of a batch."""
        body = bodies.batch(guest.user_id, receipt=receipt, lines=lines) | (extra or {})
        return Order(BATCH, guest, _asked(body, uid, query=query), **order)

    def force(self, guest: Guest, **more: Any) -> Step:
        """A force redeem; `more` are fields of its order, and of `Order`."""
        return self.call(self.force_order(guest, **more))

    def force_order(self, guest: Guest, **more: Any) -> Order:
        """The order of a force redeem."""
        order = {key: more.pop(key) for key in tuple(more) if key in _ORDER}
        return Order(FORCE, guest, bodies.force(guest.user_id, **order), **more)

    def code(self, guest: Guest, subscription: str, **more: Any) -> Step:
        """A subscription's redemption code. What it is answered with may be redeemed afterwards."""
        return self.call(self.code_order(guest, subscription, **more))

    def code_order(self, guest: Guest, subscription: str, **more: Any) -> Order:
        """The order of a code."""
        body = {"client": self.world.client(CODE_MADE), "subscription_id": subscription}
        return Order(CODE_MADE, guest, body, "app", **more)

    def call(self, order: Order) -> Step:
        """Send one order and look."""
        before = self._seen() if order.look else None
        response: requests.Response | None
        try:
            response = self.world.run.wire.send(
                self._prepared(order), expects_refusal=order.wrong is not None, timeout=order.timeout
            )
        except requests.RequestException:
            self.world.run.wire.excuse()
            response = None
        self._turn += 1
        return self._note(order, response, before, last=True)

    def together(self, orders: Sequence[Order]) -> list[Step]:
        """Send orders at once, and look before the first and after the last."""
        before = self._seen()
        responses = self.world.run.wire.together([self._prepared(each) for each in orders])
        self.world.run.wire.excuse()
        self._turn += 1
        return [
            self._note(
                order,
                response if isinstance(response, requests.Response) else None,
                before if place == 0 else None,
                last=place == len(orders) - 1,
            )
            for place, (order, response) in enumerate(zip(orders, responses, strict=True))
        ]

    def fail_deliveries(self, times: int) -> None:
        """Let the receiver take nothing for so many deliveries, where there is one."""
        if self._inbox is not None:
            self._inbox.fail(times)

    def deliveries_failed(self) -> None:
        """Wait until it has failed so often."""
        if self._inbox is not None and not self._inbox.failed():
            self._inbox.fail(0)

    def close(self) -> None:
        """Put back what the story changed for others: settings of the business, trouble on order."""
        if self._troubled:
            self.control.ask("DELETE", "faults")
        if self._business is not None:
            self.control.ask("PATCH", "business", self._business)

    def look_again(self) -> None:
        """Take the view after the last step once more: it was too early."""
        self._forget()
        last = self._entries[-1]
        self._entries[-1] = dataclasses.replace(last, after=self._seen())

    def history(self, drawn: tuple[tuple[str, dict[str, Any]], ...] = ()) -> History:
        """The story so far, as laws judge it; `drawn` are the steps of one that nobody wrote down."""
        delivered = None
        if self._inbox is not None:
            view = self._seen()
            self._inbox.wait(each["content_id"] for each in (view.events if view else ()))
            delivered = self._inbox.since(self._got)
        return History(
            self.name,
            tuple(self._entries),
            dict(self._assets),
            dict(self._baskets),
            dict(self.settings),
            delivered,
            drawn,
        )

    def _seen(self) -> View | None:
        if not self._guests:
            return None
        if self._view is None:
            # Time stands still for the whole phase, but for what a story moves it.
            self._now = self._now or views.time(self.control)
            guests = look(self.control, (each.user_id for each in self._guests), self._known)
            self._events += self.world.news()
            self._view = View(
                self._now, guests, tuple(each for each in self._events if each.get("user_id") in guests)
            )
            self._known = {}
        return self._view

    def _forget(self) -> None:
        """What was seen may be otherwise by now."""
        self._view = None
        self._known = {}

    def _prepared(self, order: Order) -> requests.PreparedRequest:
        run, operation = self.world.run, self.world.run.contract.operation(order.operation)
        credentials = self.world.credentials(order.guest, header=not order.by_body)
        prepared = requests.Request(
            operation.method,
            run.job.base_url + operation.path,
            headers={
                "Content-Type": "application/json",
                "User-Agent": credentials.user_agent or "",
                **dict(order.headers),
            },
            data=compact(order.body),
            auth=PunchhRequestsAuth(credentials, run.contract),
        ).prepare()
        if order.wrong is None:
            return prepared
        # The run's own id token: a fault may send it in place of what else tells who asks.
        known = dataclasses.replace(credentials, id_token=run.job.credentials.id_token)
        return _spoilt(operation, order.wrong, known, prepared)

    def _note(
        self, order: Order, response: requests.Response | None, before: View | None, *, last: bool
    ) -> Step:
        contract: Contract = self.world.run.contract
        operation = contract.operation(order.operation)
        raw = None
        if response is not None:
            raw = Answer(response.status_code, dict(response.headers), response.content or b"")
            self.world.run.result.tally.add_probe(operation, CALL, response.status_code)
        self._forget()
        step = Step(
            len(self._entries),
            self._turn,
            operation,
            order.guest.user_id,
            order.body,
            raw.status if raw else None,
            raw.json if raw else None,
            order.caller,
            response.request if response is not None else self._prepared(order),
            raw,
            before,
            self._seen() if last and order.look else None,
            order.fault,
            order.wrong.name if order.wrong else None,
            order.wrong.statuses & frozenset(operation.statuses) if order.wrong else frozenset(),
            order.twin,
            order.refused,
            order.granted,
            order.names,
        )
        if order.operation == CODE_MADE and step.outcome == SUCCESS:
            self.world.allow("redemption_code", str(step.answer.get("redemption_tracking_code")))
        self._entries.append(step)
        return step


def settings_of(business: dict[str, Any]) -> dict[str, Any]:
    """What a story may change of a business, as the control plane takes it."""
    return {"program": business["program"], "settings": business["settings"]}


_ORDER = ("requested_punches", "reward_id", "force_message", "fuel_redemption")


def _asked(body: dict[str, Any], uid: str | None, *, query: bool) -> dict[str, Any]:
    if uid is not None:
        body["external_uid"] = uid
    return bodies.quote(body) if query else body


def _spoilt(
    operation: Operation, probe: Probe, credentials: Credentials, sent: requests.PreparedRequest
) -> requests.PreparedRequest:
    """The request with one thing wrong. Raises WireError for a body that is not ours."""
    if not isinstance(sent.body, bytes) or not json.loads(sent.body):
        raise WireError("a story's request has no body")
    url = urlsplit(str(sent.url))
    headers = {name: str(value) for name, value in sent.headers.items() if name.lower() != "content-length"}
    call = Call(sent.path_url, headers, sent.body)
    probe.change(operation, credentials, call)
    return requests.Request(
        sent.method, f"{url.scheme}://{url.netloc}{call.path}", headers=call.headers, data=call.body
    ).prepare()
