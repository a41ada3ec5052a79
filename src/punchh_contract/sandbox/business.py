"""The business as values: who it is, its stores, what it offers, and the settings that switch rules on and
off.

Pure: read from the `business` part of a seed (`seed.read_business`), and again from the document that a
store keeps of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from punchh_contract.sandbox.decisions import Catalogue

ENGLISH = "en"
MOST_DISCOUNTS = 10
"""Discounts in one batch, unless the business has fewer (documented: TUT-6B)."""


@dataclass(frozen=True, slots=True)
class Location:
    """A store: the number that tills send, its id, its name, and the key of its tills."""

    store_number: str
    location_id: int
    name: str
    location_key: str = field(repr=False)
    redemptions_disabled: bool = False
    """This store takes no redemptions (documented: OAS-POS1 has the text)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a business switches: all of it may change while the sandbox runs."""

    redemptions_enabled: bool = True
    """Off: nothing can be redeemed at any store."""
    reward_locking: bool = False
    """On: a batch or its quote locks the basket with its `external_uid` (documented: OAS-POS2)."""
    qualifying_conditions: bool = False
    """On: a redemption that does not fit says what the offer asks for (documented: OAS-POS2, SEED-001)."""
    fuel: bool = False
    """On: staff may take from the fuel balance."""
    rate_limits: bool = True
    """On: the limits that the contract gives for an operation are held."""
    max_discounts: int = MOST_DISCOUNTS
    """Items that the basket of one batch may hold."""
    languages: tuple[str, ...] = (ENGLISH, "es", "fr-ca")
    """Locales the business has set up; English is always among them."""


@dataclass(frozen=True, slots=True)
class Business:
    """The one business of the sandbox. `locations` begins with the default one."""

    client: str = field(repr=False)
    secret: str = field(repr=False)
    admin_key: str = field(repr=False)
    business_key: str = field(repr=False)
    default_guest: int
    code_seed: int
    first_ids: Mapping[str, int]
    locations: tuple[Location, ...]
    catalogue: Catalogue
    settings: Settings = Settings()
    business_id: int = 1
    business_uuid: str = ""
    admin_id: int = 1
    """The one administrator, whose key `admin_key` is."""
    document: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False, compare=False)
    """The plain document it was read from, which can be kept as JSON and read again."""

    def location(self, store_number: str) -> Location:
        """The location with a store number; the default one for a number that is nobody's (assumed)."""
        known = (place for place in self.locations if place.store_number == store_number)
        return next(known, self.locations[0])

    def location_of(self, location_id: int) -> Location:
        """The location with an id; the default one for an id that is nobody's (assumed)."""
        known = (place for place in self.locations if place.location_id == location_id)
        return next(known, self.locations[0])

    def with_key(self, location_key: str) -> Location | None:
        """The location whose tills send this key."""
        return next((place for place in self.locations if place.location_key == location_key), None)
