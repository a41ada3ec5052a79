"""Stories of debits: one key several times, refusals, force redeems, other guests' assets, races."""

from punchh_contract.conformance.impossible import impossible
from punchh_contract.conformance.laws.scene import Order, Scene
from punchh_contract.conformance.laws.stories.quoting import BASKET, rich
from punchh_contract.conformance.laws.stories.story import BATCH, CODE_MADE, FORCE, ONLINE, story
from punchh_contract.conformance.naming import namings

MORE, AFFORDABLE = "more than the guest has", "the guest holds it, and it fits"
CALLERS = ("till", "kiosk", "app")
ANOTHER_NUMBER = {"transaction_no": "law-2"}
"""Another receipt's: the key alone says that it is the same order."""
OTHERS = 10
"""Keys between a key and its repetition."""
LONG = "Für den verschütteten Kaffee, den Mantel und den Ärger der señora Inventada, die lange warten musste"
"""A message as staff write them: longer than a column of a database, and with accents."""
COUNTS = (12, 64, 1500)
"""Amounts of a force redeem, of other sizes than the small ones."""
PAST, AHEAD = "2020-01-01T00:00:00Z", "2098-01-01T00:00:00Z"


@story("one external_uid, one order after the other", ONLINE)
def again(scene: Scene) -> None:
    guest, kinds = rich(scene)
    for kind, key in kinds:
        uid = scene.world.uid()
        for caller in CALLERS[:2]:
            scene.online(guest, kind, key, uid=uid, caller=caller)
        scene.online(guest, kind, key, uid=uid, receipt=3100, extra=ANOTHER_NUMBER)


@story("one external_uid for a basket, twice", BATCH)
def again_batch(scene: Scene) -> None:
    guest = scene.guest(
        banked_cents=900, visit_cards=4, rewards=({"discount_cents": 301},), basket=(*BASKET, ("reward", 7))
    )
    uid = scene.world.uid()
    for _ in range(2):
        scene.batch(guest, uid=uid)
    guest = scene.guest(visit_cards=4, basket=(("card_completion", ""), ("card_completion", "")))
    uid = scene.world.uid()
    scene.batch(guest, uid=uid)
    scene.batch(guest, uid=uid)
    filled = {"item_id": scene.world.number(), "discount_type": "card_completion"}
    scene.move("the basket is filled again", "POST", f"guests/{guest.user_id}/basket", filled)
    scene.batch(guest, uid=uid, extra=ANOTHER_NUMBER)


@story("another external_uid is another redemption", ONLINE)
def other_keys(scene: Scene) -> None:
    guest = scene.guest(banked_cents=5000, visit_cards=3)
    first = scene.world.uid()
    scene.online(guest, "discount_amount", "5", uid=first)
    for _ in range(2):
        scene.online(guest, "discount_amount", "5", uid=scene.world.uid())
        scene.online(guest, "card_completion", uid=scene.world.uid())
    other = scene.guest(banked_cents=5000)
    uid = scene.world.uid()
    scene.online(guest, "discount_amount", "5", uid=uid)
    scene.online(other, "discount_amount", "5", uid=uid, granted=AFFORDABLE)
    long = scene.world.uid() + "-" + "x" * 80
    for end in "12":
        scene.online(guest, "discount_amount", "1", uid=long + end, granted=AFFORDABLE)
    for _ in range(OTHERS):
        scene.online(other, "discount_amount", "0.01", uid=scene.world.uid())
    scene.online(guest, "discount_amount", "5", uid=first)


@story("one external_uid for an order and a basket", ONLINE, BATCH)
def two_operations(scene: Scene) -> None:
    guest = scene.guest(banked_cents=5000, rewards=({"discount_cents": 500},), basket=(("reward", 0),))
    uid = scene.world.uid()
    scene.online(guest, "discount_amount", "5", uid=uid)
    scene.online(guest, "reward", guest.rewards[0], query=True)  # which keeps nothing back
    scene.batch(guest, uid=uid, granted=AFFORDABLE)


@story("one external_uid again, much later", ONLINE, BATCH)
def much_later(scene: Scene) -> None:
    guest = scene.guest(banked_cents=5000, rewards=({"discount_cents": 500},), basket=(("reward", 0),))
    one, other = scene.world.uid(), scene.world.uid()
    for seconds in (61, 86400, 0):
        scene.online(guest, "discount_amount", "5", uid=one)
        scene.batch(guest, uid=other)
        if seconds:
            scene.move(f"{seconds} s later", "POST", "clock/advance", {"seconds": seconds})


@story("refused, and then affordable", ONLINE)
def affordable(scene: Scene) -> None:
    guest = scene.guest(banked_cents=100)
    uid = scene.world.uid()
    scene.online(guest, "discount_amount", "5", uid=uid, refused=MORE)
    scene.move("the bank is filled", "PUT", f"guests/{guest.user_id}", {"banked_cents": 900})
    scene.online(guest, "discount_amount", "5", uid=uid, granted=AFFORDABLE)


@story("signed in as one guest, with another's token in the body", ONLINE)
def two_guests(scene: Scene) -> None:
    guest, other = scene.guest(banked_cents=900), scene.guest(banked_cents=900)
    extra = {"authentication_token": other.authentication_token}
    scene.online(guest, "discount_amount", "5", extra=extra, granted=AFFORDABLE)


@story("a business that is closed", ONLINE, BATCH)
def closed(scene: Scene) -> None:
    guest = scene.guest(banked_cents=900, rewards=({"discount_cents": 500},), basket=(("reward", 0),))
    scene.setting(redemptions_enabled=False)
    for query in (True, False):
        scene.online(guest, "discount_amount", "5", query=query, refused="redemptions are switched off")
        scene.batch(guest, query=query, refused="redemptions are switched off")


@story("one external_uid at once", ONLINE)
def at_once(scene: Scene) -> None:
    guest, kinds = rich(scene)
    for kind, key in kinds:
        uid = scene.world.uid()
        scene.together([scene.online_order(guest, kind, key, uid=uid, caller=each) for each in CALLERS])


@story("one external_uid at once, with a basket", BATCH)
def at_once_batch(scene: Scene) -> None:
    guest = scene.guest(banked_cents=900, visit_cards=4, rewards=({"discount_cents": 301},), basket=BASKET)
    uid = scene.world.uid()
    scene.together([scene.batch_order(guest, uid=uid, caller=each) for each in CALLERS])


@story("till, kiosk and app want one thing", ONLINE)
def race(scene: Scene) -> None:
    guest = scene.guest(
        banked_cents=500,
        visit_cards=1,
        rewards=({"discount_cents": 500},),
        coupons=({"discount_cents": 200},),
    )
    for kind, key in (
        ("reward", guest.rewards[0]),
        ("redemption_code", guest.codes[0]),
        ("discount_amount", "5"),
        ("card_completion", ""),
    ):
        scene.together(
            [scene.online_order(guest, kind, key, uid=scene.world.uid(), caller=each) for each in CALLERS]
        )


@story("till, kiosk and app, and enough for all", ONLINE)
def enough(scene: Scene) -> None:
    points = sum(each[0] or 0 for each in scene.world.redeemables.values())
    guest = scene.guest(points=3 * points, banked_cents=1500, visit_cards=3)
    for kind, key in (
        ("discount_amount", "5"),
        ("card_completion", ""),
        *(("redeemable", each) for each in scene.world.redeemables),
    ):
        scene.together(
            [
                scene.online_order(guest, kind, key, uid=scene.world.uid(), caller=each, granted=AFFORDABLE)
                for each in CALLERS
            ]
        )


@story("till, kiosk and app want one reward by three roads", ONLINE, BATCH, FORCE)
def race_by_roads(scene: Scene) -> None:
    for _ in range(3):
        guest = scene.guest(rewards=({"discount_cents": 500},), basket=(("reward", 0),))
        scene.together(
            [
                scene.online_order(guest, "reward", guest.rewards[0], uid=scene.world.uid(), caller="app"),
                scene.batch_order(guest, uid=scene.world.uid(), caller="till"),
                scene.force_order(guest, reward_id=int(guest.rewards[0]), caller="support"),
            ]
        )


@story("till and kiosk redeem one basket", BATCH)
def race_basket(scene: Scene) -> None:
    guest = scene.guest(banked_cents=150, visit_cards=1, rewards=({"discount_cents": 301},), basket=BASKET)
    scene.together([scene.batch_order(guest, uid=scene.world.uid(), caller=each) for each in CALLERS])


@story("orders that are refused", ONLINE)
def refused(scene: Scene) -> None:
    guest = scene.guest(
        banked_cents=100,
        rewards=(
            {"discount_cents": 500, "used": True},
            {"discount_cents": 500, "expires_at": PAST},
            {"discount_cents": 500, "starts_at": AHEAD},
            {"discount_cents": 500, "minimum_receipt_cents": 9000},
            {"discount_cents": 500, "item_ids": ["1"]},
            {"discount_cents": 500},
        ),
        coupons=(
            {"discount_cents": 200, "processed": True},
            {"discount_cents": 200, "expires_at": PAST},
        ),
    )
    for reward in guest.rewards[:5]:
        for query in (True, False):
            scene.online(guest, "reward", reward, lines=(3000,), query=query)
    for code in guest.codes:
        scene.online(guest, "redemption_code", code, uid=scene.world.uid())
    scene.online(guest, "discount_amount", "5", refused=MORE)
    scene.online(guest, "card_completion", refused=MORE)
    for key in scene.world.redeemables:
        scene.online(guest, "redeemable", key, refused=MORE)
    scene.online(guest, "reward", guest.rewards[5], receipt=0, refused="a receipt of nothing")
    operation = scene.world.run.contract.operation(ONLINE)
    for each in namings(scene.world.run.contract, operation):
        if each.field in ("reward_id", "redeemable_id", "subscription_id", "redemption_code"):
            kind = "redemption_code" if each.field == "redemption_code" else each.field.removesuffix("_id")
            scene.online(guest, kind, str(impossible(each).valid[0]))
    scene.online(guest, "reward", guest.rewards[5], extra={"receipt_datetime": ""})
    scene.online(guest, "reward", guest.rewards[5], extra={"query": False})
    scene.online(guest, "reward", guest.rewards[5])


@story("baskets that are refused", BATCH)
def refused_batch(scene: Scene) -> None:
    full = scene.guest(visit_cards=20, basket=tuple(("card_completion", "") for _ in range(11)))
    scene.batch(full, refused="a basket of eleven discounts")
    guest = scene.guest(
        visit_cards=2, rewards=({"discount_cents": 1, "expires_at": PAST},), basket=(*BASKET, ("reward", 0))
    )
    scene.batch(guest, extra={"subtotal_amount": 1.0}, refused="a receipt unlike its subtotal")
    scene.batch(
        guest, extra={"receipt_amount": -5.0, "subtotal_amount": -5.0}, refused="a receipt below nothing"
    )
    scene.batch(guest, extra={"query": False})
    scene.batch(guest, extra={"line_items": []})
    scene.batch(guest)
    scene.batch(guest)
    empty = scene.guest()
    scene.batch(empty, refused="an empty basket")
    for each in namings(scene.world.run.contract, scene.world.run.contract.operation(BATCH)):
        if each.field == "user_id":
            nobody = {"user_id": impossible(each).valid[0]}
            scene.batch(empty, extra=nobody, refused="a guest that there is not")


@story("force redeems of everything", FORCE)
def forced(scene: Scene) -> None:
    guest = scene.guest(points=100, banked_cents=1000, visit_cards=9, rewards=({"discount_cents": 500},))
    other = scene.guest(points=100, banked_cents=1000, visit_cards=9, rewards=({"discount_cents": 500},))
    scene.force(guest, requested_punches=7, force_message="An invented reason")
    scene.force(other, requested_punches=5, force_message="Another invented reason")
    scene.force(guest, reward_id=int(guest.rewards[0]), force_message=LONG)
    scene.force(guest, reward_id=int(guest.rewards[0]))
    scene.force(other, reward_id=int(other.rewards[0]), requested_punches=5)
    scene.force(guest, requested_punches=3000, refused="more than the guest has")
    scene.force(guest, refused="a force redeem of nothing")
    scene.force(guest, requested_punches=1)
    scene.force(guest, requested_punches=1)
    rich_one = scene.guest(points=5000)
    for count in COUNTS:
        scene.world.allow("requested_punches", count)
        scene.force(rich_one, requested_punches=count)


@story("guests who were there before", ONLINE, FORCE, heard=False)
def settlers(scene: Scene) -> None:
    for guest in scene.settlers(5):
        scene.together(
            [
                scene.online_order(guest, "discount_amount", "1", uid=scene.world.uid(), caller=each)
                for each in CALLERS[:2]
            ]
        )
        for key in list(scene.world.redeemables)[:1]:
            scene.online(guest, "redeemable", key)
        scene.force(guest, requested_punches=1)


def _by_program(scene: Scene, program: str) -> None:
    guest = scene.guest(points=100, banked_cents=1000, visit_cards=9)
    scene.setting(program=program)
    scene.force(guest, requested_punches=5, force_message="By program")
    scene.force(guest, requested_punches=3000, refused="more than the guest has")


for _program in ("points", "visits", "banked_currency"):
    story(f"force redeems where {_program} count", FORCE)(
        lambda scene, program=_program: _by_program(scene, program)  # type: ignore[misc]  # bound at once
    )


@story("force redeems of fuel", FORCE)
def forced_fuel(scene: Scene) -> None:
    guest = scene.guest(points=100, fuel_points=9)
    scene.force(guest, requested_punches=5, fuel_redemption=True)
    scene.setting(fuel=True)
    scene.force(guest, requested_punches=5, fuel_redemption=True)
    scene.force(guest, requested_punches=5, fuel_redemption=True)


@story("what is somebody else's", ONLINE)
def foreign(scene: Scene) -> None:
    _, kinds = rich(scene)
    guest = scene.guest(points=5, banked_cents=1000)
    for kind, key in kinds:
        if kind in ("reward", "redemption_code", "subscription"):
            scene.online(guest, kind, key, query=True)
            scene.online(guest, kind, key, uid=scene.world.uid())
            scene.online(guest, kind, key, by_body=True)


@story("what is somebody else's, in a basket", BATCH)
def foreign_basket(scene: Scene) -> None:
    owner, _ = rich(scene)
    basket = (
        ("reward", owner.rewards[0]),
        ("redemption_code", owner.codes[0]),
        *(("subscription", each) for each in owner.subscriptions),
        ("card_completion", ""),
    )
    guest = scene.guest(visit_cards=1, basket=basket)
    scene.batch(guest, query=True)
    scene.batch(guest)


@story("what is somebody else's, by staff and for a code", FORCE, CODE_MADE)
def foreign_by_staff(scene: Scene) -> None:
    owner, _ = rich(scene)
    guest = scene.guest(points=50)
    scene.force(guest, reward_id=int(owner.rewards[0]))
    for each in owner.subscriptions:
        scene.code(guest, each)


OPERATIONS = (ONLINE, BATCH, FORCE, CODE_MADE)


def right_order(scene: Scene, operation: str, kind: str = "reward") -> Order | None:
    """A right order of an operation, of a guest who can afford it; None without a plan to subscribe to.
    `kind` is what an online order or a basket redeems.
    """
    if operation in (ONLINE, BATCH):
        guest = scene.guest(
            banked_cents=900,
            visit_cards=2,
            rewards=({"discount_cents": 500},),
            coupons=({"discount_cents": 500},),
            basket=((kind, 500 if kind == "discount_amount" else 0),),
        )
        key = {"reward": guest.rewards[0], "redemption_code": guest.codes[0], "discount_amount": "5"}
        if operation == BATCH:
            return scene.batch_order(guest)
        return scene.online_order(guest, kind, key.get(kind, ""))
    if operation == FORCE:
        return scene.force_order(scene.guest(points=50), requested_punches=5)
    if scene.world.plan is None:
        return None
    guest = scene.guest(subscriptions=1)
    return scene.code_order(guest, guest.subscriptions[0])
