"""What a control plane says of some guests at one moment, as values that can be compared."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from punchh_contract.conformance.laws.control import Control

Held = tuple[str, str]
"""What a guest holds: its kind, in the words of the control plane, and for what is counted singly its id."""
POINTS, BANKED, CARDS, FUEL = (
    ("points", ""),
    ("banked_cents", ""),
    ("visit_cards", ""),
    ("fuel_points", ""),
)

PROFILE = ("email", "first_name", "last_name")
"""Who a guest is, in the words of the control plane and of an event alike."""


@dataclasses.dataclass(frozen=True)
class Guest:
    """One guest: `held` is how much of each thing there is (a used reward: 0; a subscription: minus its
    uses), `records` the redemptions by id, `profile` who it is: e-mail address and names.
    """

    user_id: int
    held: Mapping[Held, int]
    basket: tuple[int, ...]
    locked_by: str | None
    records: Mapping[int, Mapping[str, Any]]
    profile: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str], repr=False)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Guest":
        """Read the control plane's document of a guest."""
        held: dict[Held, int] = {key: int(document.get(key[0]) or 0) for key in (POINTS, BANKED, CARDS, FUEL)}
        for each in document.get("rewards") or ():
            held["reward", str(each["reward_id"])] = 0 if each.get("used") else 1
        for each in document.get("subscriptions") or ():
            held["subscription", str(each["subscription_id"])] = -int(each.get("uses") or 0)
        for each in document.get("codes") or ():
            held["code", each["code"]] = 0 if each.get("processed") else 1
        return cls(
            int(document["user_id"]),
            held,
            tuple(int(each["item_id"]) for each in document.get("basket") or ()),
            document.get("locked_by"),
            {int(each["redemption_id"]): each for each in document.get("redemptions") or ()},
            {name: str(document[name]) for name in PROFILE if document.get(name)},
        )

    def same(self, other: "Guest") -> bool:
        """Whether nothing was taken, given or recorded in between; a lock may have come or gone."""
        return (self.held, self.basket, self.records) == (other.held, other.basket, other.records)


@dataclasses.dataclass(frozen=True)
class View:
    """Guests by id, the sandbox's time, and the events since the story began."""

    now: dt.datetime
    guests: Mapping[int, Guest]
    events: tuple[Mapping[str, Any], ...] = ()


def time(control: Control) -> dt.datetime:
    """What time it is there. Raises ControlError."""
    return dt.datetime.fromisoformat(control.ask("GET", "clock")["now"])


def look(control: Control, user_ids: Iterable[int], known: Mapping[int, Guest]) -> dict[int, Guest]:
    """Look at some guests, but for those that are `known` to be as they were. Raises ControlError."""
    return {each: known.get(each) or Guest.of(control.ask("GET", f"guests/{each}")) for each in user_ids}


def taken(before: View, after: View) -> dict[tuple[int, Held], int]:
    """What each guest has less of afterwards (negative: more); what only came into being is no debit."""
    found: dict[tuple[int, Held], int] = {}
    for user_id, guest in before.guests.items():
        later = after.guests[user_id].held
        for key, amount in guest.held.items():
            if (less := amount - later.get(key, 0)) != 0:
                found[user_id, key] = less
    return found
