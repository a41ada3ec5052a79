"""What the sandbox tells its users to send: the invented credentials, and for each operation the values
that work right now."""

from collections.abc import Iterable
from typing import Any

from punchh_contract.sandbox.decisions import Claim, Grant
from punchh_contract.sandbox.guests import DiscountType
from punchh_contract.sandbox.ledger import closed, redeem, too_many
from punchh_contract.sandbox.qualification import Receipt
from punchh_contract.sandbox.store import Store, Transaction

USER_AGENT = "SandboxExample/POS/1.0.0"
RECEIPT = Receipt(3000)
SPEND = 1000
"""Redemptions that one value may be part of: the seed's default guest affords so many of each kind."""
MOST_BASKETS = 1000
"""Guests that are looked at for a basket: a shared sandbox may have a million."""


def credentials(store: Store) -> dict[str, str]:
    """The `PUNCHH_*` variables that open this sandbox, as the default guest."""
    with store.transaction(write=False) as tx:
        business, profile = tx.business, tx.guests.profile(tx.business.default_guest)
    return {
        "PUNCHH_CLIENT": business.client,
        "PUNCHH_SECRET": business.secret,
        "PUNCHH_ACCESS_TOKEN": (profile and profile.access_token) or "",
        "PUNCHH_ID_TOKEN": (profile and profile.id_token) or "",
        "PUNCHH_ADMIN_KEY": business.admin_key,
        "PUNCHH_LOCATION_KEY": business.locations[0].location_key,
        "PUNCHH_BUSINESS_KEY": business.business_key,
        "PUNCHH_USER_AGENT": USER_AGENT,
    }


def fixtures(tx: Transaction) -> dict[str, Any]:
    """For each operation, its body fields (dotted where nested) and values to choose from, in the form of the
    contract run's `--fixtures`.

    Values are what the ledger grants now on a receipt of 30 dollars without lines; a list that would
    be empty is left out. Rewards are shared out, the first half to online orders and the rest to force
    redeem, so that neither uses up the other's. `spend` is for what can be taken again and again; a reward, a
    code or a basket ends by itself.
    """
    business = tx.business
    guest = tx.guests.guest(business.default_guest)
    operations: dict[str, dict[str, list[Any]]] = {
        "process_batch_redemption": {"user_id": _with_baskets(tx)},
    }
    if guest is not None:
        rewards = [
            int(each) for each in _granted(tx, DiscountType.REWARD, (r.reward_id for r in guest.rewards))
        ]
        middle = (len(rewards) + 1) // 2
        subscriptions = _granted(
            tx, DiscountType.SUBSCRIPTION, (each.subscription_id for each in guest.subscriptions)
        )
        operations |= {
            "force_redeem": {
                "user_id": [guest.profile.user_id],
                "redemption.reward_id": rewards[middle:],
                "redemption.requested_punches": [1, 2, 5],
            },
            "create_online_redemption": {
                "client": [business.client],
                "authentication_token": [guest.profile.authentication_token or ""],
                "email": [guest.profile.email],
                "store_number": [
                    place.store_number for place in business.locations if not closed(business, place)
                ],
                "reward_id": rewards[:middle],
                "redeemable_id": _granted(tx, DiscountType.REDEEMABLE, business.catalogue.redeemables),
                "redeemed_points": ["1", "2.50", "5"] if guest.account.banked_cents >= 500 else [],
                "redemption_code": _granted(
                    tx, DiscountType.REDEMPTION_CODE, (each.code for each in guest.codes)
                ),
                "subscription_id": subscriptions,
                "discount_type": _card(tx),
            },
            "create_subscription_redemption_code": {
                "client": [business.client],
                "subscription_id": subscriptions,
            },
        }
    return {
        "spend": SPEND,
        "operations": {
            name: {field: values for field, values in operations.get(name, {}).items() if values}
            for name in _ORDER
        },
    }


_ORDER = (
    "force_redeem",
    "create_online_redemption",
    "process_batch_redemption",
    "create_subscription_redemption_code",
)


def _with_baskets(tx: Transaction) -> list[int]:
    return [
        user_id
        for user_id in tx.guests.users(limit=MOST_BASKETS)
        if (basket := tx.guests.basket(user_id)) and not too_many(basket, tx.business.settings)
    ]


def _granted(tx: Transaction, kind: DiscountType, ids: Iterable[object]) -> list[str]:
    claims = [Claim(kind, str(each)) for each in ids]
    wallet = tx.guests.wallet(tx.business.default_guest, claims)
    return [
        claim.discount_id or ""
        for claim in claims
        if wallet and isinstance(redeem(claim, wallet, tx.business.catalogue, RECEIPT, tx.now), Grant)
    ]


def _card(tx: Transaction) -> list[str]:
    """The discount that needs no id: granted while the default guest holds a full card."""
    claim = Claim(DiscountType.CARD_COMPLETION)
    wallet = tx.guests.wallet(tx.business.default_guest)
    granted = wallet and isinstance(redeem(claim, wallet, tx.business.catalogue, RECEIPT, tx.now), Grant)
    return [DiscountType.CARD_COMPLETION.value] if granted else []
