"""What guests hold, as frozen values: balances, rewards, subscriptions, codes, basket items, and the
debits that change them.

Pure like the ledger that reads them: no I/O, no clock, no ids of their own. Money is whole cents, points
and cards are whole numbers.
"""

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class DiscountType(StrEnum):
    """The six things a guest can redeem (documented: SEED-001, GS-OO)."""

    REWARD = "reward"
    REDEEMABLE = "redeemable"
    DISCOUNT_AMOUNT = "discount_amount"
    CARD_COMPLETION = "card_completion"
    REDEMPTION_CODE = "redemption_code"
    SUBSCRIPTION = "subscription"


class Held(StrEnum):
    """What a debit takes from: four balances of the account and three kinds of asset."""

    POINTS = "points"
    BANKED_CENTS = "banked_cents"
    VISIT_CARDS = "visit_cards"
    FUEL_POINTS = "fuel_points"
    REWARD = "reward"
    SUBSCRIPTION = "subscription"
    CODE = "code"


HIGHEST_ID = 2**63 - 1
BALANCES = frozenset({Held.POINTS, Held.BANKED_CENTS, Held.VISIT_CARDS, Held.FUEL_POINTS})


class Spoken(NamedTuple):
    """What an offer is called in one language."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What an offer is worth and when it applies. The qualification model is ours (assumed): a flat amount
    with four conditions."""

    name: str
    discount_cents: int
    minimum_receipt_cents: int = 0
    item_ids: frozenset[str] = frozenset()
    """Menu item ids the offer applies to; empty means every menu item."""
    description: str = ""
    campaign_name: str | None = None
    max_quantity: int | None = None
    """Units of qualifying items that the discount covers, the dearest first; None is all of them."""
    modifiers: bool = False
    """Whether the modifiers N.1, N.2 … of a qualifying item N.0 count into its price."""
    translations: Mapping[str, Spoken] = field(default_factory=dict[str, Spoken], hash=False)
    """By lowercase language tag, such as `es` or `fr-ca`."""

    def spoken(self, language: str) -> Spoken:
        """Name and description in a language: of the tag itself, else of its first part, else in English
        (documented: SEED-002). An empty translation counts as none."""
        tag = language.lower()
        own = self.translations.get(tag) or self.translations.get(tag.partition("-")[0])
        return (
            Spoken(own.name or self.name, own.description or self.description)
            if own
            else Spoken(self.name, self.description)
        )


@dataclass(frozen=True, slots=True)
class Redeemable:
    """An offer of the catalogue that any guest can buy with points."""

    redeemable_id: str
    points: int
    terms: Terms


@dataclass(frozen=True, slots=True)
class Plan:
    """A subscription plan. `use_limit` counts honoured uses of one subscription; None is unlimited."""

    plan_id: int
    terms: Terms
    use_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Reward:
    """One reward in one guest's account; `used` once it was redeemed."""

    reward_id: int
    owner: int
    terms: Terms
    used: bool = False
    starts_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """One guest's subscription to a plan, with the uses honoured so far."""

    subscription_id: int
    owner: int
    plan_id: int
    uses: int = 0
    cancelled: bool = False
    starts_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """A redemption or coupon code, good once. One made for a subscription names it and takes its terms
    from the plan."""

    code: str
    owner: int | None
    """The guest it belongs to; None is a coupon that whoever comes first may use."""
    terms: Terms | None = None
    subscription_id: int | None = None
    redemption_id: int | None = None
    """The redemption that was recorded when the code was made, if one was."""
    processed: bool = False
    expires_at: datetime | None = None

    def alive(self, now: datetime) -> bool:
        """Whether it can still be redeemed at `now`."""
        return not self.processed and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class BasketItem:
    """One discount in a guest's active basket, waiting for a batch redemption."""

    item_id: int
    owner: int
    discount_type: DiscountType
    discount_id: str | None = None
    """The id of the reward, redeemable or subscription, or the code; None for cards and banked currency."""
    amount_cents: int | None = None
    """Banked currency asked for; only with discount_amount."""


@dataclass(frozen=True, slots=True)
class Account:
    """A guest's balances. `debited_points` is no balance but the total of all points ever taken."""

    user_id: int
    points: int = 0
    banked_cents: int = 0
    visit_cards: int = 0
    fuel_points: int = 0
    debited_points: int = 0


@dataclass(frozen=True, slots=True)
class Debit:
    """One thing taken: `amount` from a balance (`key` is the guest's id), or one asset used once (`amount`
    is 1). A negative amount gives the same back."""

    held: Held
    key: int | str
    amount: int = 1

    def back(self) -> "Debit":
        """The debit that gives back what this one took."""
        return replace(self, amount=-self.amount)


@dataclass(frozen=True, slots=True)
class Wallet:
    """The part of a guest's holdings that one decision looks at. Assets may belong to somebody else: the
    ledger has to check."""

    account: Account
    rewards: Mapping[int, Reward] = field(default_factory=dict[int, Reward])
    subscriptions: Mapping[int, Subscription] = field(default_factory=dict[int, Subscription])
    codes: Mapping[str, Code] = field(default_factory=dict[str, Code])

    def after(self, debits: Iterable[Debit]) -> "Wallet":
        """The wallet once `debits` are taken. Assets that the wallet does not hold are left alone."""
        account, rewards = self.account, dict(self.rewards)
        subscriptions, codes = dict(self.subscriptions), dict(self.codes)
        for debit in debits:
            if debit.held in BALANCES:
                account = debited(account, debit)
            else:
                use(debit, rewards, subscriptions, codes)
        return Wallet(account, rewards, subscriptions, codes)


def use(
    debit: Debit,
    rewards: MutableMapping[int, Reward],
    subscriptions: MutableMapping[int, Subscription],
    codes: MutableMapping[str, Code],
) -> None:
    """Replace in these mappings the asset that a debit uses or gives back; what they do not hold is left
    alone."""
    match debit:
        case Debit(Held.REWARD, int(key), amount) if key in rewards:
            rewards[key] = replace(rewards[key], used=amount > 0)
        case Debit(Held.SUBSCRIPTION, int(key), amount) if key in subscriptions:
            subscriptions[key] = replace(subscriptions[key], uses=max(0, subscriptions[key].uses + amount))
        case Debit(Held.CODE, str(key), amount) if key in codes:
            codes[key] = replace(codes[key], processed=amount > 0)
        case _:
            pass


def number_of(text: str) -> int | None:
    """The positive 64-bit id that `text` writes in plain digits without leading zeros, or None: ids arrive
    as text in some fields, and not always as ids."""
    if not (text.isascii() and text.isdigit()) or text[0] == "0" or len(text) > len(str(HIGHEST_ID)):
        return None
    number = int(text)
    return number if number <= HIGHEST_ID else None


def debited(account: Account, debit: Debit) -> Account:
    """`account` less one debit of a balance, or with what a negative one gives back.

    Raises:
        ValueError: the balance would fall below zero, which only a wrong rule can ask for.
    """
    match debit.held:
        case Held.POINTS:
            after = replace(
                account,
                points=account.points - debit.amount,
                debited_points=max(0, account.debited_points + debit.amount),
            )
        case Held.BANKED_CENTS:
            after = replace(account, banked_cents=account.banked_cents - debit.amount)
        case Held.VISIT_CARDS:
            after = replace(account, visit_cards=account.visit_cards - debit.amount)
        case Held.FUEL_POINTS:
            after = replace(account, fuel_points=account.fuel_points - debit.amount)
        case _:
            raise ValueError(f"{debit.held} is an asset, not a balance")
    if min(after.points, after.banked_cents, after.visit_cards, after.fuel_points) < 0:
        raise ValueError(f"a debit of {debit.amount} would overdraw {debit.held}")
    return after


@dataclass(frozen=True, slots=True)
class Profile:
    """Who a guest is: invented names and the tokens that open the account. Never printed, never logged."""

    user_id: int
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    access_token: str | None = field(default=None, repr=False)
    authentication_token: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Guest:
    """One guest with everything held; what a seed and the control plane set as a whole."""

    profile: Profile
    account: Account
    rewards: tuple[Reward, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    codes: tuple[Code, ...] = ()
    basket: tuple[BasketItem, ...] = ()
