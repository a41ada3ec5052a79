"""Makes guests for stories on a sandbox: fresh ones for each, so that no story depends on another."""

import dataclasses
import itertools
import math
from typing import Any

from punchh_contract.auth import Credentials
from punchh_contract.conformance.hooks import Run, answer_of
from punchh_contract.conformance.laws import bodies
from punchh_contract.conformance.laws.control import Control, ControlError
from punchh_contract.conformance.laws.history import BATCH, ONLINE, Asset
from punchh_contract.conformance.laws.names import INVENTED
from punchh_contract.conformance.naming import word
from punchh_contract.json_types import JsonValue, objects

FIRST_ID = 8_800_000_001
"""Ids of everything that stories make begin here: beyond the sandbox's own, and below nobody's real ones."""
AMOUNTS = ("0.01", "1", "2.50", "5", "7.77", "30", "40")
PUNCHES = (1, 2, 5, 7, 3000)
BIG = 100_000

Assets = dict[tuple[str, str], Asset]


@dataclasses.dataclass(frozen=True)
class Guest:
    """A guest that a story made; the secrets are invented."""

    user_id: int
    access_token: str = dataclasses.field(repr=False)
    authentication_token: str = dataclasses.field(repr=False)
    email: str = dataclasses.field(repr=False)
    rewards: tuple[str, ...] = ()
    subscriptions: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    basket: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True)
class Made:
    """A guest, the documents of it that were sent and then shown, its assets, what each basket item is of."""

    guest: Guest
    document: dict[str, Any]
    shown: dict[str, Any]
    assets: Assets
    baskets: dict[int, tuple[str, str]]


class World:
    """What stories have in common on one target. Raises ControlError and WireError."""

    def __init__(self, run: Run, control: Control) -> None:
        self.run = run
        self.control = control
        self._since = 0
        self._ids = itertools.count(FIRST_ID)
        self._uids = itertools.count(1)
        self.redeemables: dict[str, tuple[int | None, int | None]] = {}
        """Ids of offers for points that everybody may redeem -> (points, worth in cents) as a quote told."""
        business = control.ask("GET", "business")
        self.program = str(business["program"])
        self.locations: tuple[dict[str, Any], ...] = tuple(business["locations"])
        self.stores = tuple(str(each["store_number"]) for each in self.locations)
        for store in self.stores:
            self.allow("store_number", store)
        self.allow("discount_type", "card_completion")
        for amount in AMOUNTS:
            self.allow("redeemed_points", amount)
        for count in PUNCHES:
            self.allow("requested_punches", count)
        self._plan = self._known_plan()

    @property
    def plan(self) -> int | None:
        """A plan that subscriptions can be of; None where the target's fixtures show none."""
        return self._plan

    def allow(self, field: str, value: str | int) -> None:
        """Let requests name something that was made here."""
        self.run.made.add((word(field), type(value), value))

    def uid(self) -> str:
        """A fresh `external_uid`."""
        return f"{self.run.uid_prefix}law-{next(self._uids)}"

    def number(self) -> int:
        """A fresh id."""
        return next(self._ids)

    def client(self, operation: str) -> str:
        """The business's client, for an operation."""
        return self.run.job.credentials.of(self.run.contract.operation(operation)).client or ""

    def credentials(self, guest: Guest, *, header: bool = True) -> Credentials:
        """The run's credentials with a guest's own token, or none at all."""
        return dataclasses.replace(
            self.run.job.credentials, access_token=guest.access_token if header else None, id_token=None
        )

    def named(self, body: dict[str, Any]) -> dict[str, Any]:
        """An online order's body with client and store."""
        return {"client": self.client(ONLINE), "store_number": self.stores[0], **body}

    def guest(
        self,
        *,
        rewards: tuple[dict[str, Any], ...] = (),
        coupons: tuple[dict[str, Any], ...] = (),
        subscriptions: int | tuple[dict[str, Any], ...] = 0,
        basket: tuple[tuple[str, str | int], ...] = (),
        **held: Any,
    ) -> Made:
        """Make a guest: with rewards and coupons of these terms (`discount_cents`, …), subscriptions of these
        or so many, and a basket of kinds and what they name: an id, or the place of a reward, coupon or
        subscription among those, cents of banked currency. `held` are balances by the control plane's names.

        Raises ControlError.
        """
        number = next(self._ids)
        assets: Assets = {}
        document: dict[str, Any] = {
            "user_id": number,
            "first_name": "Law",
            "last_name": "Sandbox",
            "email": f"law-{number}@example.com",
            "access_token": f"{INVENTED}{number}",
            "authentication_token": f"law-authentication-token-not-a-real-one-{number}",
            "rewards": [],
            "subscriptions": [],
            "codes": [],
            "basket": [],
            **held,
        }
        for terms in rewards:
            reward_id = next(self._ids)
            document["rewards"].append({"reward_id": reward_id, "name": f"Law Treat {reward_id}", **terms})
            assets["reward", str(reward_id)] = _asset(number, "reward", str(reward_id), terms)
            self.allow("reward_id", reward_id)
        for terms in coupons:
            code = f"LAW-COUPON-{next(self._ids)}"
            document["codes"].append({"code": code, "name": "Law Coupon", **terms})
            assets["redemption_code", code] = _asset(number, "code", code, terms)
            self.allow("redemption_code", code)
        for terms in ({},) * subscriptions if isinstance(subscriptions, int) else subscriptions:
            subscription = next(self._ids)
            held_plan = {"subscription_id": subscription, "plan_id": self._plan, **terms}
            document["subscriptions"].append(held_plan)
            key = str(subscription)
            assets["subscription", key] = Asset(number, "subscription", key)
            self.allow("subscription_id", key)
        baskets: dict[int, tuple[str, str]] = {}
        for kind, what in basket:
            item = next(self._ids)
            entry: dict[str, Any] = {"item_id": item, "discount_type": kind}
            key = str(what)
            if kind in _LISTED and isinstance(what, int) and what < len(document[_LISTED[kind][0]]):
                plural, name = _LISTED[kind]
                key = str(document[plural][what][name])
            if kind == "discount_amount":
                entry["amount_cents"] = what
            elif kind != "card_completion":
                entry["discount_id"] = key
            document["basket"].append(entry)
            baskets[item] = (kind, key)
        for key, (points, worth) in self.redeemables.items():
            assets["redeemable", key] = Asset(0, "redeemable", key, worth, points)
        self.allow("user_id", number)
        self.allow("authentication_token", document["authentication_token"])
        self.allow("email", document["email"])
        shown = self.control.ask("PUT", f"guests/{number}", document)
        guest = Guest(
            number,
            document["access_token"],
            document["authentication_token"],
            document["email"],
            tuple(str(each["reward_id"]) for each in document["rewards"]),
            tuple(str(each["subscription_id"]) for each in document["subscriptions"]),
            tuple(each["code"] for each in document["codes"]),
            tuple(baskets),
        )
        return Made(guest, document, shown, assets, baskets)

    def settlers(self, most: int) -> list[Guest]:
        """Guests that were there before any story, as far as they can sign in."""
        found: list[Guest] = []
        for each in self.control.ask("GET", "guests", limit=most):
            document = self.control.ask("GET", f"guests/{each['user_id']}")
            access, token = document.get("access_token"), document.get("authentication_token")
            if access and token and document.get("email"):
                self.allow("user_id", int(document["user_id"]))
                self.allow("authentication_token", token)
                found.append(Guest(int(document["user_id"]), access, token, document["email"]))
        return found

    def learn(self, most: int = 2) -> None:
        """Learn what offers for points cost and are worth, from quotes of a basket that holds one.

        Elsewhere than on a target of our own they are fixtures with a cap, and left alone.
        """
        if not self.run.job.own:
            return
        listed = [str(each.value) for each in self.run.job.fixtures.of(ONLINE, "redeemable_id")]
        for key in listed[:most]:
            self.allow("redeemable_id", key)
            points = worth = None
            if BATCH in self.run.job.operations:
                guest = self.guest(points=BIG, basket=(("redeemable", key),)).guest
                operation = self.run.contract.operation(BATCH)
                response = self.run.send(operation, bodies.quote(bodies.batch(guest.user_id)))
                points, worth = _told(answer_of(response).json)
            self.redeemables[key] = points, worth

    def news(self) -> list[dict[str, Any]]:
        """The events since this was asked for last, oldest first."""
        events = self.control.events(self._since)
        if events:
            self._since = int(events[-1]["seq"])
        return events

    def _known_plan(self) -> int | None:
        """The plan of a subscription of the fixtures, as the control plane shows it."""
        listed = {str(each.value) for each in self.run.job.fixtures if each.field == "subscription_id"}
        for each in self.run.job.fixtures:
            if each.field == "user_id":
                try:
                    found = self.control.ask("GET", f"guests/{each.value}")["subscriptions"]
                except ControlError:
                    continue
                for subscription in found:
                    if str(subscription["subscription_id"]) in listed:
                        return int(subscription["plan_id"])
        return None


_LISTED = {
    "reward": ("rewards", "reward_id"),
    "redemption_code": ("codes", "code"),
    "subscription": ("subscriptions", "subscription_id"),
}
"""Where a guest's document lists what a basket item can name, and by what."""


def _asset(owner: int, kind: str, key: str, terms: dict[str, Any]) -> Asset:
    return Asset(owner, kind, key, terms.get("discount_cents"), None, terms)


def _told(answer: JsonValue) -> tuple[int | None, int | None]:
    item = next(iter(objects(answer.get("success") if isinstance(answer, dict) else None)), None)
    if item is None:
        return None, None
    details: JsonValue = item.get("discount_details")
    first: JsonValue = details[0] if isinstance(details, list) and details else details
    points = first.get("points") if isinstance(first, dict) else None
    amount = item.get("discount_amount")
    worth = round(amount * 100) if isinstance(amount, int | float) and math.isfinite(amount) else None
    return points if isinstance(points, int) else None, worth
