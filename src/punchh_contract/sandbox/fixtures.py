"""What the sandbox tells its users to send: the invented credentials, and for each operation the values
that work right now."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from punchh_contract.sandbox.decisions import Claim, Grant
from punchh_contract.sandbox.guests import DiscountType, Guest
from punchh_contract.sandbox.ledger import redeem
from punchh_contract.sandbox.qualification import Receipt
from punchh_contract.sandbox.store import Store

USER_AGENT = "SandboxExample/POS/1.0.0"
RECEIPT = Receipt(3000)
SPEND = 1000
"""Redemptions that one value may be part of: the seed's default guest affords so many of each kind."""


def credentials(store: Store) -> dict[str, str]:
    """The `PUNCHH_*` variables that open this sandbox, as the default guest."""
    business = store.business
    profile = _default(store).profile
    return {
        "PUNCHH_CLIENT": business.client,
        "PUNCHH_SECRET": business.secret,
        "PUNCHH_ACCESS_TOKEN": profile.access_token or "",
        "PUNCHH_ID_TOKEN": profile.id_token or "",
        "PUNCHH_ADMIN_KEY": business.admin_key,
        "PUNCHH_LOCATION_KEY": business.locations[0].location_key,
        "PUNCHH_BUSINESS_KEY": business.business_key,
        "PUNCHH_USER_AGENT": USER_AGENT,
    }


def fixtures(store: Store, now: datetime) -> dict[str, Any]:
    """For each operation, its body fields (dotted where nested) and values to choose from, in the form of the
    contract run's `--fixtures`.

    Values are what the ledger grants at `now` on a receipt of 30 dollars without lines; a list that would
    be empty is left out. Rewards are shared out, the first half to online orders and the rest to force
    redeem, so that neither uses up the other's. `spend` is for what can be taken again and again; a reward, a
    code or a basket ends by itself.
    """
    guest, business = _default(store), store.business
    rewards = [
        int(each) for each in _granted(store, DiscountType.REWARD, (r.reward_id for r in guest.rewards), now)
    ]
    middle = (len(rewards) + 1) // 2
    subscriptions = _granted(
        store, DiscountType.SUBSCRIPTION, (each.subscription_id for each in guest.subscriptions), now
    )
    operations: dict[str, dict[str, list[Any]]] = {
        "force_redeem": {
            "user_id": [guest.profile.user_id],
            "redemption.reward_id": rewards[middle:],
            "redemption.requested_punches": [1, 2, 5],
        },
        "create_online_redemption": {
            "client": [business.client],
            "authentication_token": [guest.profile.authentication_token or ""],
            "email": [guest.profile.email],
            "store_number": [place.store_number for place in business.locations],
            "reward_id": rewards[:middle],
            "redeemable_id": _granted(store, DiscountType.REDEEMABLE, business.catalogue.redeemables, now),
            "redeemed_points": ["1", "2.50", "5"] if guest.account.banked_cents >= 500 else [],
            "redemption_code": _granted(
                store, DiscountType.REDEMPTION_CODE, (each.code for each in guest.codes), now
            ),
            "subscription_id": subscriptions,
            "discount_type": _card(store, now),
        },
        "process_batch_redemption": {
            "user_id": [user_id for user_id in store.users() if store.basket(user_id)],
        },
        "create_subscription_redemption_code": {
            "client": [business.client],
            "subscription_id": subscriptions,
        },
    }
    return {
        "spend": SPEND,
        "operations": {
            name: {field: values for field, values in fields.items() if values}
            for name, fields in operations.items()
        },
    }


def _granted(store: Store, kind: DiscountType, ids: Iterable[object], now: datetime) -> list[str]:
    claims = [Claim(kind, str(each)) for each in ids]
    wallet = store.wallet(store.business.default_guest, claims)
    return [
        claim.discount_id or ""
        for claim in claims
        if wallet and isinstance(redeem(claim, wallet, store.business.catalogue, RECEIPT, now), Grant)
    ]


def _card(store: Store, now: datetime) -> list[str]:
    """The discount that needs no id: granted while the default guest holds a full card."""
    claim = Claim(DiscountType.CARD_COMPLETION)
    wallet = store.wallet(store.business.default_guest, [claim])
    granted = wallet and isinstance(redeem(claim, wallet, store.business.catalogue, RECEIPT, now), Grant)
    return [DiscountType.CARD_COMPLETION.value] if granted else []


def _default(store: Store) -> Guest:
    guest = store.guest(store.business.default_guest)
    if guest is None:
        raise LookupError("the seed was checked to hold its default guest")
    return guest
