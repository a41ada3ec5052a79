"""The rules of redemption: from what a guest holds and asks for, to a grant with its debits or a refusal
with its reason.

Pure: no I/O, no transport, no clock, no ids, no randomness; all of that is passed in. Every function only
decides. Whoever keeps the state applies a grant's debits and writes its record in one transaction (today
`store.Store`), so that deciding twice costs nothing. Which rule is documented and which is assumed stands
in README.md beside this file.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from punchh_contract.sandbox.business import Business, Location, Settings
from punchh_contract.sandbox.decisions import Catalogue, Claim, Decision, Grant, Program, Reason, Refusal
from punchh_contract.sandbox.guests import (
    BasketItem,
    Code,
    Debit,
    DiscountType,
    Held,
    Plan,
    Reward,
    Subscription,
    Terms,
    Wallet,
    number_of,
)
from punchh_contract.sandbox.qualification import Receipt, Unqualified, discount

CODE_LIFETIME = timedelta(minutes=10)
"""Inferred from the sample of SEED-003: created 07:44:38, expiring 07:54:38."""
FORCE_LIFETIME = timedelta(hours=2)
"""Inferred from the sample of SEED-000: created 14:54:44, expiring 16:54:44."""
CODE_DIGITS = 7


def closed(business: Business, location: Location) -> Refusal | None:
    """Why nothing at all can be redeemed at a store now, if that is so: the business switched redemptions
    off, or this store did."""
    if not business.settings.redemptions_enabled:
        return Refusal(Reason.REDEMPTIONS_DISABLED)
    if location.redemptions_disabled:
        return Refusal(Reason.LOCATION_DISABLED, name=location.name)
    return None


def may(external_uid: str | None, locked_by: str | None, settings: Settings) -> Reason | None:
    """Why a transaction may not touch a basket, if so. With locking on, it has to have an `external_uid`
    (documented: OAS-POS2), and only that of the one who locked passes."""
    if not settings.reward_locking:
        return None
    if not external_uid:
        return Reason.EXTERNAL_UID_MISSING
    return Reason.BASKET_LOCKED if locked_by not in (None, external_uid) else None


def too_many(items: Sequence[BasketItem], settings: Settings) -> Reason | None:
    """Why a basket is refused as a whole, if so: it holds more discounts than one batch may."""
    return Reason.DISCOUNT_LIMIT if len(items) > settings.max_discounts else None


def redeem(claim: Claim, wallet: Wallet, catalogue: Catalogue, receipt: Receipt, now: datetime) -> Decision:
    """Judge one claim of the guest who owns `wallet` against a receipt; a quote and a commit are judged
    alike."""
    found = _find(claim, wallet, catalogue, now)
    if isinstance(found, Refusal):
        return found
    terms, debits, points, code = found
    worth = discount(terms, receipt)
    if isinstance(worth, Unqualified):
        return Refusal(Reason(worth.value), name=terms.name, terms=terms)
    if claim.discount_type is DiscountType.DISCOUNT_AMOUNT:
        # Only what comes off the bill is taken from the bank (assumed).
        debits = (Debit(Held.BANKED_CENTS, wallet.account.user_id, worth.cents),)
    return Grant(
        terms=terms,
        cents=worth.cents,
        debits=debits,
        discount_type=claim.discount_type,
        discount_id=claim.discount_id,
        points=points,
        qualified=worth.qualified,
        shares=worth.shares,
        redemption_id=code.redemption_id if code else None,
        tracking_code=code.code if code else None,
    )


def redeem_basket(
    items: Iterable[BasketItem], wallet: Wallet, catalogue: Catalogue, receipt: Receipt, now: datetime
) -> tuple[tuple[BasketItem, Decision], ...]:
    """Judge each basket item once, in order; an item sees the balances and the receipt as the granted ones
    before it leave them."""
    judged: list[tuple[BasketItem, Decision]] = []
    for item in items:
        claim = basket_claim(item)
        decision = redeem(claim, wallet, catalogue, receipt, now)
        if isinstance(decision, Grant):
            wallet = wallet.after(decision.debits)
            receipt = receipt.after(decision.cents, decision.shares)
        judged.append((item, decision))
    return tuple(judged)


def basket_claim(item: BasketItem) -> Claim:
    """What a basket item asks for; a coupon in the basket was claimed when it was put there."""
    return Claim(item.discount_type, item.discount_id, item.amount_cents or 0, claims_coupon=True)


def force_redeem(amount: int, wallet: Wallet, catalogue: Catalogue) -> Decision:
    """Take `amount` of what the business counts: points, whole units of banked currency, or visit cards
    (documented: SUP-360020892274)."""
    if amount <= 0:
        return Refusal(Reason.AMOUNT_IS_ZERO)
    account = wallet.account
    match catalogue.program:
        case Program.POINTS:
            held, balance, asked, short = Held.POINTS, account.points, amount, Reason.NOT_ENOUGH_POINTS
        case Program.BANKED_CURRENCY:
            held, balance, asked, short = (
                Held.BANKED_CENTS,
                account.banked_cents,
                amount * 100,
                Reason.NOT_ENOUGH_BANKED,
            )
        case Program.VISITS:
            held, balance, asked, short = Held.VISIT_CARDS, account.visit_cards, amount, Reason.NO_CARD
    if asked > balance:
        return Refusal(short, balance=balance, requested=asked)
    points = amount if held is Held.POINTS else None
    cents = asked if held is Held.BANKED_CENTS else 0
    return Grant(Terms("", cents), cents, (Debit(held, account.user_id, asked),), points=points)


def force_redeem_fuel(amount: int, wallet: Wallet, settings: Settings) -> Decision:
    """Take `amount` from the fuel balance, in a business that has one. Too little of it reads like too few
    points (assumed)."""
    if not settings.fuel:
        return Refusal(Reason.FEATURE_DISABLED)
    if amount <= 0:
        return Refusal(Reason.AMOUNT_IS_ZERO)
    account = wallet.account
    if amount > account.fuel_points:
        return Refusal(Reason.NOT_ENOUGH_POINTS, balance=account.fuel_points, requested=amount)
    return Grant(Terms("", 0), 0, (Debit(Held.FUEL_POINTS, account.user_id, amount),))


def force_redeem_reward(reward_id: int, wallet: Wallet, now: datetime) -> Decision:
    """Take one reward of the guest without a receipt."""
    found = _reward(reward_id, wallet, now)
    if isinstance(found, Refusal):
        return found
    terms, debits = found
    return Grant(
        terms, terms.discount_cents, debits, discount_type=DiscountType.REWARD, discount_id=str(reward_id)
    )


def subscription_code(subscription_id: int, wallet: Wallet, catalogue: Catalogue, now: datetime) -> Decision:
    """Whether a code may be made for a subscription. Making one takes nothing: the use is counted when the
    code is honoured."""
    found = _subscription(subscription_id, wallet, catalogue, now)
    if isinstance(found, Refusal):
        return found
    terms, _ = found
    return Grant(terms, 0, (), discount_type=DiscountType.SUBSCRIPTION, discount_id=str(subscription_id))


_Found = tuple[Terms, tuple[Debit, ...]]


def _find(
    claim: Claim, wallet: Wallet, catalogue: Catalogue, now: datetime
) -> tuple[Terms, tuple[Debit, ...], int | None, Code | None] | Refusal:
    """What the claim is about and what it costs: terms, debits, points price, code."""
    account = wallet.account
    wanted = claim.discount_id or ""
    match claim.discount_type:
        case DiscountType.REDEMPTION_CODE:
            return _code(claim, wallet, catalogue, now)
        case DiscountType.REDEEMABLE:
            redeemable = catalogue.redeemables.get(wanted)
            if redeemable is None:
                return Refusal(Reason.UNKNOWN_REDEEMABLE)
            if redeemable.points > account.points:
                return Refusal(
                    Reason.NOT_ENOUGH_POINTS,
                    redeemable.terms.name,
                    account.points,
                    redeemable.points,
                    terms=redeemable.terms,
                )
            return (
                redeemable.terms,
                (Debit(Held.POINTS, account.user_id, redeemable.points),),
                redeemable.points,
                None,
            )
        case DiscountType.DISCOUNT_AMOUNT:
            if claim.amount_cents > account.banked_cents:
                return Refusal(
                    Reason.NOT_ENOUGH_BANKED, balance=account.banked_cents, requested=claim.amount_cents
                )
            return Terms("Banked rewards", claim.amount_cents), (), None, None
        case DiscountType.CARD_COMPLETION:
            if account.visit_cards < 1:
                return Refusal(
                    Reason.NO_CARD, catalogue.card.name, account.visit_cards, 1, terms=catalogue.card
                )
            return catalogue.card, (Debit(Held.VISIT_CARDS, account.user_id),), None, None
        case DiscountType.REWARD:
            found = _reward(number_of(wanted), wallet, now)
        case DiscountType.SUBSCRIPTION:
            found = _subscription(number_of(wanted), wallet, catalogue, now)
    return found if isinstance(found, Refusal) else (*found, None, None)


def _reward(reward_id: int | None, wallet: Wallet, now: datetime) -> _Found | Refusal:
    reward = wallet.rewards.get(reward_id) if reward_id is not None else None
    if reward is None or reward.owner != wallet.account.user_id:
        return Refusal(Reason.NOT_ACCESSIBLE)
    if reward.used:
        return Refusal(Reason.PROCESSED, name=reward.terms.name, terms=reward.terms)
    untimely = _untimely(reward, reward.terms, now)
    return untimely or (reward.terms, (Debit(Held.REWARD, reward.reward_id),))


def _subscription(
    subscription_id: int | None, wallet: Wallet, catalogue: Catalogue, now: datetime
) -> _Found | Refusal:
    held = wallet.subscriptions.get(subscription_id) if subscription_id is not None else None
    if held is None or held.owner != wallet.account.user_id:
        return Refusal(Reason.NOT_ACCESSIBLE)
    return _use_of(held, catalogue, now)


def _use_of(held: Subscription, catalogue: Catalogue, now: datetime) -> _Found | Refusal:
    plan = catalogue.plans[held.plan_id]
    return _unusable(held, plan, now) or (plan.terms, (Debit(Held.SUBSCRIPTION, held.subscription_id),))


def _unusable(subscription: Subscription, plan: Plan, now: datetime) -> Refusal | None:
    if subscription.cancelled:
        return Refusal(Reason.CANCELLED, name=plan.terms.name, terms=plan.terms)
    untimely = _untimely(subscription, plan.terms, now)
    if untimely:
        return untimely
    if plan.use_limit is not None and subscription.uses >= plan.use_limit:
        return Refusal(Reason.USE_LIMIT, name=plan.terms.name, terms=plan.terms)
    return None


def _code(
    claim: Claim, wallet: Wallet, catalogue: Catalogue, now: datetime
) -> tuple[Terms, tuple[Debit, ...], None, Code] | Refusal:
    code = wallet.codes.get(claim.discount_id or "")
    if code is None:
        return Refusal(Reason.UNKNOWN_CODE)
    if code.owner not in (None, wallet.account.user_id):
        return Refusal(Reason.NOT_ACCESSIBLE)
    name = code.terms.name if code.terms else ""
    if code.processed:
        return Refusal(Reason.PROCESSED, name=name, terms=code.terms)
    if not code.alive(now):
        return Refusal(Reason.EXPIRED, name=name, terms=code.terms)
    if code.owner is None and not claim.claims_coupon:
        return Refusal(Reason.UNASSIGNED, name=name, terms=code.terms)
    debits: tuple[Debit, ...] = (Debit(Held.CODE, code.code),)
    if code.subscription_id is not None:
        subscription = wallet.subscriptions.get(code.subscription_id)
        if subscription is None:
            return Refusal(Reason.NOT_ACCESSIBLE)
        # Whoever holds the code: it may have been handed over, the subscription stays where it is.
        found = _use_of(subscription, catalogue, now)
        if isinstance(found, Refusal):
            return found
        return found[0], debits + found[1], None, code
    if code.terms is None:
        return Refusal(Reason.UNKNOWN_CODE)
    return code.terms, debits, None, code


def _untimely(held: Reward | Subscription, terms: Terms, now: datetime) -> Refusal | None:
    if held.starts_at is not None and now < held.starts_at:
        return Refusal(Reason.NOT_STARTED, name=terms.name, starts_at=held.starts_at, terms=terms)
    if held.expires_at is not None and now >= held.expires_at:
        return Refusal(Reason.EXPIRED, name=terms.name, terms=terms)
    return None
