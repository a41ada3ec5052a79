"""Stories of quotes: asked twice, then kept by the commit; with other receipts; with fields nobody knows."""

from typing import Any

from punchh_contract.conformance.laws.scene import Scene
from punchh_contract.conformance.laws.stories.story import BATCH, ONLINE, story
from punchh_contract.conformance.laws.world import Guest

LINES = (333, 1333, 1334)
UNKNOWN = {"x_unknown_field": "of no meaning", "redemption_amount": 9999, "x_nested": {"points": 5}}
"""Fields that no operation has in its request."""
HELD = "the guest holds it, and it fits"
BASKET = (("reward", 0), ("card_completion", ""), ("discount_amount", 150))


def rich(scene: Scene) -> tuple[Guest, list[tuple[str, str]]]:
    """A guest who has one of each kind of discount, and the list of them."""
    plan = scene.world.plan is not None
    guest = scene.guest(
        points=100_000,
        banked_cents=5000,
        visit_cards=3,
        rewards=({"discount_cents": 500},),
        coupons=({"discount_cents": 199},),
        subscriptions=1 if plan else 0,
    )
    kinds = [
        ("reward", guest.rewards[0]),
        ("redemption_code", guest.codes[0]),
        ("discount_amount", "7.77"),
        ("card_completion", ""),
        *(("redeemable", key) for key in scene.world.redeemables),
        *(("subscription", each) for each in guest.subscriptions),
    ]
    return guest, kinds


@story("each kind of discount is quoted twice and committed", ONLINE)
def quoted_and_committed(scene: Scene) -> None:
    guest, kinds = rich(scene)
    for place, (kind, key) in enumerate(kinds):
        lines = LINES if place % 2 else ()
        by_body = bool(place % 2)
        uid = scene.world.uid()
        for _ in range(2):
            # A quote with the key of its commit is not what the key stands for.
            asked_by = uid if by_body else None
            scene.online(guest, kind, key, lines=lines, query=True, by_body=by_body, uid=asked_by)
        scene.online(guest, kind, key, lines=lines, uid=uid, by_body=by_body, granted=HELD)
    guest, kinds = rich(scene)
    for kind, key in kinds:
        scene.online(guest, kind, key, lines=LINES, query=True)
        scene.online(guest, kind, key, lines=LINES)


@story("each store redeems", ONLINE)
def stores(scene: Scene) -> None:
    guest = scene.guest(banked_cents=5000)
    for store in scene.world.stores[:3]:
        scene.online(guest, "discount_amount", "1", extra={"store_number": store}, granted=HELD)


@story("a basket is quoted twice and committed", BATCH)
def basket_quoted(scene: Scene) -> None:
    plan = scene.world.plan is not None
    one_of_each: tuple[tuple[str, str | int], ...] = (
        *(("reward", 0), ("reward", 1), ("redemption_code", 0), ("card_completion", "")),
        ("discount_amount", 150),
        *(("redeemable", key) for key in scene.world.redeemables),
        *((("subscription", 0),) if plan else ()),
    )
    for lines in ((), LINES):
        guest = scene.guest(
            points=100_000,
            banked_cents=5000,
            visit_cards=2,
            rewards=({"discount_cents": 301}, {"discount_cents": 250}),
            coupons=({"discount_cents": 199},),
            subscriptions=1 if plan else 0,
            basket=one_of_each,
        )
        for _ in range(2):
            scene.batch(guest, lines=lines, query=True)
        scene.batch(guest, lines=lines, uid=scene.world.uid())


@story("names in the language asked for", BATCH)
def spoken(scene: Scene) -> None:
    guest = scene.guest(
        rewards=({"discount_cents": 500, "translations": {"es": {"name": "Regalo inventado"}}},),
        basket=(("reward", 0),),
    )
    scene.setting(languages=["es"])
    scene.batch(guest, query=True)
    for query in (True, False):
        scene.batch(guest, query=query, headers=(("Accept-Language", "es"),))


@story("a receipt changes between quote and commit", ONLINE)
def changed_online(scene: Scene) -> None:
    guest = scene.guest(
        rewards=(
            {"discount_cents": 500},
            {"discount_cents": 500, "minimum_receipt_cents": 2000},
            {"discount_cents": 500, "item_ids": ["7001"]},
            {"discount_cents": 400},
        ),
        banked_cents=5000,
    )
    for reward, before, after in (
        (guest.rewards[0], 3000, 200),
        (guest.rewards[1], 3000, 1999),
        (guest.rewards[3], 100, 3000),
    ):
        scene.online(guest, "reward", reward, receipt=after, query=True)
        scene.online(guest, "reward", reward, receipt=before, query=True)
        scene.online(guest, "reward", reward, receipt=after, uid=scene.world.uid())
    scene.online(guest, "reward", guest.rewards[2], lines=(100, 2900), query=True)
    scene.online(guest, "reward", guest.rewards[2], lines=(2000, 1000), query=True)
    scene.online(guest, "reward", guest.rewards[2], lines=(100, 2900))
    scene.online(guest, "discount_amount", "5", receipt=3000, query=True)
    scene.online(guest, "discount_amount", "5", receipt=300)


@story("a receipt changes between quote and commit of a basket", BATCH)
def changed_batch(scene: Scene) -> None:
    for small in (200, 450):
        guest = scene.guest(
            rewards=({"discount_cents": 300},), visit_cards=1, banked_cents=500, basket=BASKET
        )
        scene.batch(guest, receipt=small, query=True)
        scene.batch(guest, query=True)
        scene.batch(guest, receipt=small, uid=scene.world.uid())


@story("fields that nobody knows", ONLINE)
def unknown_online(scene: Scene) -> None:
    guest, kinds = rich(scene)
    for kind, key in kinds:
        plain = scene.online(guest, kind, key, lines=LINES, query=True)
        scene.online(guest, kind, key, lines=LINES, query=True, extra=dict(UNKNOWN), twin=plain.place)
        scene.online(guest, kind, key, lines=LINES, extra=dict(UNKNOWN), twin=plain.place)


@story("fields that nobody knows, with a basket", BATCH)
def unknown_batch(scene: Scene) -> None:
    guest = scene.guest(rewards=({"discount_cents": 300},), visit_cards=1, banked_cents=500, basket=BASKET)
    plain = scene.batch(guest, query=True)
    scene.batch(guest, query=True, extra=dict(UNKNOWN), twin=plain.place)
    scene.batch(guest, extra=dict(UNKNOWN), twin=plain.place)


@story("discounts on receipts that are smaller", ONLINE)
def small_receipts(scene: Scene) -> None:
    guest = scene.guest(
        banked_cents=5000,
        visit_cards=2,
        rewards=({"discount_cents": 500}, {"discount_cents": 2}, {"discount_cents": 1000}),
        coupons=({"discount_cents": 199},),
    )
    scene.online(guest, "discount_amount", "5", receipt=101)
    scene.online(guest, "discount_amount", "30", receipt=2999, lines=(999, 1, 999, 1000))
    scene.online(guest, "reward", guest.rewards[0], receipt=1)
    scene.online(guest, "reward", guest.rewards[1], receipt=3, lines=(1, 1, 1), query=True)
    scene.online(guest, "reward", guest.rewards[1], receipt=3, lines=(1, 1, 1))
    scene.online(guest, "reward", guest.rewards[2], lines=(1000, 1000, 1000))
    scene.online(guest, "redemption_code", guest.codes[0], receipt=198)
    scene.online(guest, "card_completion", receipt=50)


@story("offers that cover so many, and what is on them", ONLINE)
def coverage(scene: Scene) -> None:
    dish, topping, other = (
        {
            "item_name": "Invented Dish",
            "item_qty": 1,
            "item_amount": amount,
            "menu_item_type": "M",
            "menu_item_id": number,
            "menu_family": "dishes",
            "menu_major_group": "food",
            "serial_number": serial,
        }
        for amount, number, serial in ((10.0, "7001", "1.0"), (2.0, "7090", "1.1"), (18.0, "7002", "2.0"))
    )
    terms: dict[str, Any] = {"discount_cents": 2900, "item_ids": ["7001"]}
    guest = scene.guest(
        rewards=(terms | {"max_quantity": 1}, terms | {"modifiers": True}, terms | {"modifiers": False})
    )
    several = [{**dish, "item_qty": 2}, {**other, "item_amount": 20.0}]
    scene.online(guest, "reward", guest.rewards[0], extra={"menu_items": several}, query=True)
    scene.online(guest, "reward", guest.rewards[0], extra={"menu_items": several})
    for reward in guest.rewards[1:]:
        scene.online(guest, "reward", reward, extra={"menu_items": [dish, topping, other]}, query=True)
        scene.online(guest, "reward", reward, extra={"menu_items": [dish, topping, other]})


@story("baskets on receipts that are smaller", BATCH)
def small_baskets(scene: Scene) -> None:
    guest = scene.guest(
        points=100_000,
        banked_cents=5000,
        visit_cards=3,
        rewards=({"discount_cents": 500}, {"discount_cents": 300, "expires_at": "2020-01-01T00:00:00Z"}),
        coupons=({"discount_cents": 199},),
        basket=(
            ("reward", 0),
            ("reward", 1),
            ("card_completion", ""),
            ("discount_amount", 1000),
            *(("redeemable", key) for key in scene.world.redeemables),
        ),
    )
    scene.batch(guest, receipt=700, query=True)
    scene.batch(guest, receipt=700)
    scene.batch(guest, receipt=1400)
