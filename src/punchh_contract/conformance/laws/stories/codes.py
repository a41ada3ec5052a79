"""Stories of subscription codes, locks, and what becomes of a redemption later."""

import datetime as dt

from punchh_contract.conformance.laws import view as views
from punchh_contract.conformance.laws.scene import Scene
from punchh_contract.conformance.laws.stories.debiting import CALLERS, PAST
from punchh_contract.conformance.laws.stories.story import BATCH, CODE_MADE, FORCE, ONLINE, story

UNTIL, SINCE = "it ends just then", "it begins just then"
ZONES = ("America/New_York", "Asia/Kolkata", "Nowhere/At_All")


@story("codes are made, redeemed, and redeemed again", CODE_MADE, ONLINE)
def codes(scene: Scene) -> None:
    if scene.world.plan is None:
        return
    guest, other = scene.guest(subscriptions=2), scene.guest(subscriptions=1)
    made = [scene.code(guest, each) for each in (*guest.subscriptions, guest.subscriptions[0])]
    made.append(scene.code(other, other.subscriptions[0]))
    for zone in ZONES:
        scene.code(guest, guest.subscriptions[0], headers=(("Accept-Timezone", zone),))
    texts = [str(each.answer.get("redemption_tracking_code")) for each in made if each.outcome == "success"]
    if len(texts) < 4:
        return
    uid = scene.world.uid()
    scene.online(guest, "redemption_code", texts[0], query=True)
    scene.online(guest, "redemption_code", texts[0], uid=uid)
    scene.online(guest, "redemption_code", texts[0], uid=uid)
    scene.online(guest, "redemption_code", texts[0], uid=scene.world.uid())
    scene.online(guest, "redemption_code", texts[0])
    scene.online(guest, "redemption_code", texts[3], uid=scene.world.uid())
    scene.together(
        [
            scene.online_order(guest, "redemption_code", texts[1], uid=scene.world.uid(), caller=each)
            for each in CALLERS
        ]
    )


@story("codes of what cannot be used", CODE_MADE)
def no_codes(scene: Scene) -> None:
    if scene.world.plan is None:
        return
    guest = scene.guest(subscriptions=2)
    scene.code(guest, guest.subscriptions[0])
    scene.move(
        "one subscription ended",
        "PUT",
        f"guests/{guest.user_id}",
        {
            "subscriptions": [
                {
                    "subscription_id": int(guest.subscriptions[0]),
                    "plan_id": scene.world.plan,
                    "cancelled": True,
                },
                {
                    "subscription_id": int(guest.subscriptions[1]),
                    "plan_id": scene.world.plan,
                    "expires_at": PAST,
                },
            ]
        },
    )
    for each in guest.subscriptions:
        scene.code(guest, each, refused="a subscription that has ended")
        if ONLINE in scene.world.run.job.operations:
            scene.online(guest, "subscription", each, query=True, refused="a subscription that has ended")
            scene.online(guest, "subscription", each, refused="a subscription that has ended")


@story("just before and just after an end, and a beginning", ONLINE)
def reward_ends(scene: Scene) -> None:
    plan, makes_codes = scene.world.plan is not None, CODE_MADE in scene.world.run.job.operations
    for seconds in (59, 60):
        then = (views.time(scene.control) + dt.timedelta(seconds=60)).isoformat()
        guest = scene.guest(
            rewards=(
                {"discount_cents": 500, "expires_at": then},
                {"discount_cents": 500, "starts_at": then},
            ),
            coupons=({"discount_cents": 200, "expires_at": then},),
            subscriptions=({"expires_at": then},) if plan else (),
        )
        scene.move(f"{seconds} s later", "POST", "clock/advance", {"seconds": seconds})
        scene.online(guest, "reward", guest.rewards[0], query=True)
        before, from_then_on = ("granted", "refused") if seconds < 60 else ("refused", "granted")
        scene.online(guest, "reward", guest.rewards[0], **{before: UNTIL})
        scene.online(guest, "reward", guest.rewards[1], **{from_then_on: SINCE})
        scene.online(guest, "redemption_code", guest.codes[0], **{before: UNTIL})
        for each in guest.subscriptions:
            scene.online(guest, "subscription", each, query=True, **{before: UNTIL})
            if makes_codes:
                scene.code(guest, each, **{before: UNTIL})


@story("a code just before and just after its end", CODE_MADE, ONLINE)
def expiry(scene: Scene) -> None:
    if scene.world.plan is None:
        return
    guest = scene.guest(subscriptions=1)
    for seconds in (599, 600):
        made = scene.code(guest, guest.subscriptions[0])
        if made.outcome != "success":
            return
        text = str(made.answer["redemption_tracking_code"])
        scene.move(f"{seconds} s later", "POST", "clock/advance", {"seconds": seconds})
        scene.online(guest, "redemption_code", text, query=True)
        scene.online(guest, "redemption_code", text, uid=scene.world.uid())
    scene.move("a day later", "POST", "clock/advance", {"seconds": 86400})


@story("a basket that is held", BATCH)
def held(scene: Scene) -> None:
    for query in (False, True):
        guest = scene.guest(
            visit_cards=3,
            rewards=({"discount_cents": 500, "expires_at": PAST}, {"discount_cents": 300}),
            basket=(("reward", 0), ("reward", 1), ("card_completion", "")),
        )
        scene.setting(reward_locking=True)
        mine, other = scene.world.uid(), scene.world.uid()
        scene.batch(guest)
        scene.batch(guest, uid=mine, query=query)
        scene.batch(guest, uid=other, query=True, caller="kiosk")
        scene.batch(guest, uid=other, caller="kiosk")
        scene.batch(guest, uid=mine)
        scene.move("the basket is let go", "POST", f"guests/{guest.user_id}/basket/unlock")
        scene.batch(guest, uid=other, caller="kiosk")


@story("a basket that several want to hold", BATCH)
def wanted(scene: Scene) -> None:
    scene.setting(reward_locking=True)
    guest = scene.guest(visit_cards=2, basket=(("card_completion", ""),))
    mine = scene.world.uid()
    scene.batch(guest, uid=mine, query=True)
    scene.batch(guest, uid=mine)
    again = {"item_id": scene.world.number(), "discount_type": "card_completion"}
    scene.move("the basket is filled again", "POST", f"guests/{guest.user_id}/basket", again)
    scene.batch(guest, uid=scene.world.uid(), granted="nobody holds the basket")
    guest = scene.guest(visit_cards=1, rewards=({"discount_cents": 300},), basket=(("reward", 0),))
    scene.batch(guest, uid=scene.world.uid(), query=True)
    scene.move("the basket is let go", "POST", f"guests/{guest.user_id}/basket/unlock")
    scene.batch(guest, uid=scene.world.uid())
    guest = scene.guest(
        visit_cards=1,
        rewards=({"discount_cents": 500, "expires_at": PAST},),
        basket=(("reward", 0), ("card_completion", "")),
    )
    scene.together([scene.batch_order(guest, uid=scene.world.uid(), caller=each) for each in CALLERS])


@story("a receiver that fails at first", ONLINE)
def failing(scene: Scene) -> None:
    guest = scene.guest(rewards=({"discount_cents": 500},))
    scene.fail_deliveries(1)
    scene.online(guest, "reward", guest.rewards[0])
    scene.deliveries_failed()
    scene.move("a day later", "POST", "clock/advance", {"seconds": 86400})


@story("what becomes of redemptions", ONLINE, FORCE)
def later(scene: Scene) -> None:
    guest, other = (
        scene.guest(points=100, banked_cents=1000, rewards=({"discount_cents": 500},)),
        scene.guest(),
    )
    done = [
        scene.online(guest, "reward", guest.rewards[0]),
        scene.online(guest, "discount_amount", "5"),
        scene.force(guest, requested_punches=5),
    ]
    for each in done:
        for redemption in each.redemptions:
            scene.move("a redemption is cancelled", "POST", f"redemptions/{redemption}/cancel")
    if scene.world.plan is None or CODE_MADE not in scene.world.run.job.operations:
        return
    subscriber = scene.guest(subscriptions=1)
    for what, body in (("expire", None), ("transfer", {"user_id": other.user_id})):
        made = scene.code(subscriber, subscriber.subscriptions[0])
        for redemption in made.redemptions:
            scene.move(f"a waiting redemption: {what}", "POST", f"redemptions/{redemption}/{what}", body)
