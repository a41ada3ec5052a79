"""Each law trips over a wrong history and lets a right one pass; none for want of anything to judge."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
import requests
from conformance.laws.telling import (
    ADA,
    BOB,
    CONTRACT,
    NOW,
    REFUSED,
    Book,
    basket,
    code,
    committed,
    guest,
    item,
    order,
    view,
)

from punchh_contract.conformance.laws import bodies
from punchh_contract.conformance.laws.book import BY_ID, LAWS
from punchh_contract.conformance.laws.court import Court
from punchh_contract.conformance.laws.history import Asset, Delivered, History, Move
from punchh_contract.conformance.laws.judges import answers
from punchh_contract.conformance.laws.judges.codes import code_dies_at_expiry
from punchh_contract.conformance.laws.judges.quotes import promise
from punchh_contract.conformance.verdict.findings import Severity
from punchh_contract.json_types import canonical
from punchh_contract.proof.stage import items

ONLINE, BATCH, FORCE, CODE = (
    "create_online_redemption",
    "process_batch_redemption",
    "force_redeem",
    "create_subscription_redemption_code",
)
HAS = guest(rewards={"7": 1}, points=100)
USED = guest(rewards={"7": 0}, points=100)
REWARD = {("reward", "7"): Asset(ADA, "reward", "7", 500)}
QUERY = {"query": True}
UID = {"external_uid": "u1"}
LINES = [{"item_amount": -1.67}, {"item_amount": -1.67}, {"item_amount": -1.66}]


def quoted(*, after: Any = None, second: Any = None, redemption_id: int | None = None) -> History:
    book = Book(HAS, assets=REWARD)
    book.then(ONLINE, order(**QUERY), 200, committed(redemption_id=redemption_id), after)
    return book.then(ONLINE, order(**QUERY), 200, second or committed(redemption_id=None)).history()


def kept(commit: Any, **fields: Any) -> History:
    book = Book(HAS, assets=REWARD).then(ONLINE, order(**QUERY), 200, committed(redemption_id=None))
    return book.then(ONLINE, order(**UID, **fields), 200, commit, view(USED)).history()


def shrunk(amount: float) -> History:
    book = Book(HAS, assets=REWARD).then(ONLINE, order(**QUERY), 200, committed(redemption_id=None))
    return book.then(ONLINE, order(receipt=200), 200, committed(amount), view(USED)).history()


def twice(second: int, points: int, together: bool = False) -> History:
    start, end = guest(points=100), guest(points=points)
    more = {"assets": {("redeemable", "493"): Asset(0, "redeemable", "493", 500, 40)}}
    body = order("redeemable", "493", **UID)
    book = Book(start, **more).then(ONLINE, body, 200, committed(), view(end))
    return book.then(
        ONLINE, body, 200, committed(redemption_id=second), view(end), together=together
    ).history()


def forgotten(*, lost: bool) -> History:
    """Redeemed, perhaps without an answer; and refused when it is sent again."""
    body = order(**UID)
    first = (0, None) if lost else (200, committed())
    book = Book(HAS, assets=REWARD).then(ONLINE, body, *first, view(USED))
    return book.then(ONLINE, body, 200, REFUSED, view(USED)).history()


def refused_again(operation: str, body: Any, done: Any, status: int, answer: Any) -> History:
    """The same where nobody can look: one debit may well stand, and how it is answered is not documented."""
    return (
        Book(assets=REWARD)
        .then(operation, body | UID, 200, done)
        .then(operation, body | UID, status, answer)
        .history()
    )


def after_others(second: int, cents: int) -> History:
    """Five dollars under u1, some cents under other keys, and u1 again, with another receipt's number."""
    book = Book(guest(banked_cents=900))
    body = order("discount_amount", "5", **UID)
    book.then(ONLINE, body, 200, committed(), view(guest(banked_cents=400)))
    for place in range(3):
        small = order("discount_amount", "0.01", external_uid=f"other {place}")
        left = view(guest(banked_cents=399 - place))
        book.then(ONLINE, small, 200, committed(0.01, 80 + place), left)
    again = body | {"transaction_no": "law-2"}
    end = view(guest(banked_cents=cents))
    return book.then(ONLINE, again, 200, committed(redemption_id=second), end).history()


KEYS = ("7", "8")
FULL = guest(rewards=dict.fromkeys(KEYS, 1), codes={"LAW-1": 1}, subscriptions={"3": 0}, basket=(1, 2, 3, 4))


def full_basket(*, rewards: int = 0, code: int = 0, uses: int = 1) -> History:
    """Two rewards, a coupon and a subscription in one basket; what is left of the second reward and of the
    coupon, and the uses that were counted."""
    assets = {
        **{("reward", key): Asset(ADA, "reward", key, 500) for key in KEYS},
        ("redemption_code", "LAW-1"): Asset(ADA, "code", "LAW-1", 500),
        ("subscription", "3"): Asset(ADA, "subscription", "3"),
    }
    baskets = dict(enumerate([*assets], 1))
    end = guest(
        rewards={"7": 0, "8": rewards},
        codes={"LAW-1": code},
        subscriptions={"3": -uses},
        records={70 + each: {} for each in range(4)},
    )
    done = [item(each, redemption_id=69 + each) for each in baskets]
    book = Book(FULL, assets=assets, baskets=baskets)
    return book.then(BATCH, bodies.batch(ADA), 200, basket(done), view(end)).history()


def coupon_fails() -> History:
    """A coupon in a basket fails, though it is the guest's, unused, and fits."""
    asset = Asset(ADA, "code", "LAW-1", 500)
    held = guest(codes={"LAW-1": 1}, basket=(1,))
    book = Book(held, assets={("redemption_code", "LAW-1"): asset}, baskets={1: ("redemption_code", "LAW-1")})
    return book.then(BATCH, bodies.batch(ADA), 200, basket([], [item(1, None, None)])).history()


def coupon(terms: dict[str, Any]) -> History:
    """A coupon of five dollars is redeemed."""
    assets = {("redemption_code", "LAW-1"): Asset(ADA, "code", "LAW-1", 500, None, terms)}
    book = Book(guest(codes={"LAW-1": 1}), assets=assets)
    seen = view(guest(codes={"LAW-1": 0}, records={70: {}}))
    return book.then(ONLINE, order("redemption_code", "LAW-1"), 200, committed(), seen).history()


def forced_twice(points: int) -> History:
    """Five points are forced twice at once: no key says that it is one order, and there are two answers."""
    book = Book(guest(points=50))
    end = view(guest(points=points, records={80: {}, 81: {}}))
    body = bodies.force(ADA, requested_punches=5)
    for place in range(2):
        book.then(FORCE, body, 201, {"redemption_id": 80 + place}, end, together=place > 0)
    return book.history()


def unreadable() -> History:
    """A quote, and its commit that takes the reward, with an answer that lacks what tells of it."""
    book = Book(HAS, assets=REWARD).then(ONLINE, order(**QUERY), 200, committed(redemption_id=None))
    spoilt = {key: value for key, value in committed().items() if key != "category"}
    for _ in range(2):
        book.then(ONLINE, order(**UID), 200, spoilt, view(USED), granted="it is theirs")
    return book.history()


def replayed(*, guest_too: bool) -> History:
    """One redemption is the answer to two keys, or to two guests with one."""
    book = Book(HAS, guest(BOB), assets=REWARD).then(ONLINE, order(**UID), 200, committed())
    if guest_too:
        return book.then(ONLINE, order(**UID), 200, committed(), guest=BOB).history()
    return book.then(ONLINE, order(external_uid="u2"), 200, committed()).history()


def debited(after: Any, *others: Any, answer: Any = None) -> History:
    book = Book(HAS, *others, assets=REWARD)
    record = {70: {"status": "honoured"}}
    seen = view(dataclasses.replace(after, records=record), *others)
    return book.then(ONLINE, order(), 200, answer or committed(), seen).history()


def from_bob() -> History:
    book = Book(HAS, guest(BOB, points=9), assets=REWARD)
    return book.then(ONLINE, order(), 200, committed(), view(HAS, guest(BOB, points=0))).history()


def raced(winners: int) -> History:
    book = Book(HAS, assets=REWARD)
    for place in range(3):
        answer = committed(redemption_id=70 + place) if place < winners else REFUSED
        body = order(external_uid=f"u{place}")
        end = dataclasses.replace(USED, records={70 + each: {} for each in range(winners)})
        book.then(ONLINE, body, 200, answer, view(end), together=place > 0)
    return book.history()


def refused(after: Any) -> History:
    return Book(HAS).then(ONLINE, order(), 200, REFUSED, view(after)).history()


def of_bob(answer: Any, status: int = 422, after: Any = None) -> History:
    bob = guest(BOB, rewards={"7": 1})
    assets = {("reward", "7"): Asset(BOB, "reward", "7")}
    seen = view(guest(), after or bob)
    return Book(guest(), bob, assets=assets).then(ONLINE, order(), status, answer, seen).history()


def another_by_its_key() -> History:
    """A key that was redeemed is sent again with another guest's reward: the answer is the first's."""
    assets = {
        ("reward", "7"): Asset(ADA, "reward", "7", 500),
        ("reward", "8"): Asset(BOB, "reward", "8", 500),
    }
    book = Book(HAS, guest(BOB, rewards={"8": 1}), assets=assets)
    book.then(ONLINE, order(**UID), 200, committed())
    book.then(ONLINE, order("reward", "8", **UID), 200, committed())
    return book.then(ONLINE, order("reward", "8"), 422, ["no"]).history()


def lines_of_before() -> History:
    shares = {"discount_distribution_items": [{"menu_item_id": "7001", "item_amount": -5.0}]}
    book = Book(HAS).then(ONLINE, order(lines=(3000,), **UID), 200, committed(**shares))
    return book.then(ONLINE, order(receipt=120, lines=(120,), **UID), 200, committed(**shares)).history()


def again(uid: str, answer: Any, **fields: Any) -> History:
    """A reward was redeemed under u1, and is asked for once more; nobody could look at the guest."""
    book = Book(assets=REWARD).then(ONLINE, order(**UID), 200, committed())
    return book.then(ONLINE, order(external_uid=uid, **fields), 200, answer).history()


def given_anew() -> History:
    found = again("u2", committed(redemption_id=71))
    first, second = found.entries
    anew = Move("the reward is given anew", "PUT", "guests/1", {"rewards": []})
    return dataclasses.replace(found, entries=(first, anew, second))


def basket_again(uid: str, redemption_id: int) -> History:
    """A basket item was redeemed as 70 under u1, and then once more."""
    book = Book().then(BATCH, bodies.batch(ADA) | UID, 200, basket([item(1)]))
    body = bodies.batch(ADA) | {"external_uid": uid}
    return book.then(BATCH, body, 200, basket([item(1, redemption_id=redemption_id)])).history()


def misnamed(field: str) -> History:
    answer = {"error": f"Required parameter missing or the value is empty: {field}"}
    body, more = order(lines=(1000, 2000)), {"refused": "it is empty", "names": "item_name_1"}
    return Book().then(ONLINE, body, 400, answer, **more).history()


def spoken(name: str) -> History:
    terms = {"translations": {"es": {"name": "Regalo inventado"}}}
    asset = Asset(ADA, "reward", "7", 500, None, terms)
    sent = requests.Request("POST", "http://127.0.0.1:1/", headers={"Accept-Language": "es"}).prepare()
    done = {**item(1, redemption_id=None), "discount_details": {"name": name}}
    book = Book(assets={("reward", "7"): asset}, baskets={1: ("reward", "7")})
    return book.then(BATCH, bodies.batch(ADA), 200, basket([done]), sent=sent).history()


def forced(message: str) -> History:
    end = guest(points=95, records={80: {"message": message}})
    body = bodies.force(ADA, requested_punches=5, force_message="Why")
    return Book(guest(points=100)).then(FORCE, body, 201, {"redemption_id": 80}, view(end)).history()


def unknown(answer: Any) -> History:
    book = Book(HAS).then(ONLINE, order(**QUERY), 200, committed(redemption_id=None))
    return book.then(ONLINE, order(**QUERY, x_new=1), 200, answer, twin=0).history()


def batched(success: Any, failures: Any, left: tuple[int, ...]) -> History:
    start, end = guest(basket=(1, 2)), guest(basket=left)
    return Book(start).then(BATCH, bodies.batch(ADA), 200, basket(success, failures), view(end)).history()


def let_pass(why: str) -> History:
    return Book(HAS).then(ONLINE, order(), 200, committed(), refused=why).history()


def offered(terms: dict[str, Any]) -> History:
    """Five dollars off an order of a dish 7001 for twelve dollars and three of them, of 7002 for the rest."""
    book = Book(HAS, assets={("reward", "7"): Asset(ADA, "reward", "7", 500, None, terms)})
    seen = view(dataclasses.replace(USED, records={70: {}}))
    body = order(lines=(1200, 1800))
    body["menu_items"][0]["item_qty"] = 3
    return book.then(ONLINE, body, 200, committed(), seen).history()


def overdrawn() -> History:
    poor, left = guest(banked_cents=100), guest(banked_cents=-400, records={70: {}})
    return Book(poor).then(ONLINE, order("discount_amount", "5"), 200, committed(), view(left)).history()


def shared_out(number: str) -> History:
    """Five dollars, all off one of two lines: one of 3 dollars, one of 27."""
    shares = [{"menu_item_id": number, "item_amount": -5.0}]
    body = order(lines=(300, 2700))
    return Book(HAS).then(ONLINE, body, 200, committed(discount_distribution_items=shares)).history()


def discounted_by_the_till() -> History:
    """The last line is a discount of the till's own, and gets no share of ours."""
    lines = items(35, -5)
    lines[-1]["menu_item_type"] = "D"
    shares = [{"menu_item_id": lines[0]["menu_item_id"], "item_amount": -5.0}]
    body = order() | {"menu_items": lines}
    return Book(HAS).then(ONLINE, body, 200, committed(discount_distribution_items=shares)).history()


def same_number(*lines: int) -> History:
    """Lines of one item, of which one costs what our discount is."""
    body = order(lines=lines)
    for each in body["menu_items"]:
        each["menu_item_id"] = "7001"
    shares = [{"menu_item_id": "7001", "item_amount": -5.0}]
    return Book(HAS).then(ONLINE, body, 200, committed(discount_distribution_items=shares)).history()


def of_an_item_that_is_not_there() -> History:
    shares = [{"menu_item_id": "7009", "item_amount": -5.0}]
    body = order(lines=(3000,))
    return Book(HAS).then(ONLINE, body, 200, committed(discount_distribution_items=shares)).history()


def of_dollars(amount: float, *, seen: bool = False) -> History:
    """Five dollars of the balance are asked for, and so many are granted."""
    book = Book(guest(banked_cents=900)) if seen else Book()
    left = view(guest(banked_cents=900 - round(amount * 100), records={70: {}})) if seen else None
    return book.then(ONLINE, order("discount_amount", "5"), 200, committed(amount), left).history()


def numbered_alike() -> History:
    """A code that has the digits of another one's redemption."""
    book = Book().then(CODE, {"subscription_id": "3"}, 200, code("1234567", 900))
    return book.then(CODE, {"subscription_id": "3"}, 200, code("900", 901)).history()


def locked_at_once(winners: int) -> History:
    book = Book(guest(basket=(1,)), settings={"reward_locking": True})
    for place in range(3):
        body = bodies.batch(ADA) | {"external_uid": f"u{place}"}
        let = place < winners
        book.then(BATCH, body, 200 if let else 422, basket() if let else ["held"], together=place > 0)
    return book.history()


def emptied(holder: str | None) -> History:
    book = Book(guest(basket=(1,), locked_by="mine"), settings={"reward_locking": True})
    body = bodies.batch(ADA) | {"external_uid": "mine"}
    return book.then(BATCH, body, 200, basket([item(1)]), view(guest(locked_by=holder))).history()


def locked(status: int, answer: Any, uid: str = "other") -> History:
    held = guest(basket=(1,), locked_by="mine")
    book = Book(held, settings={"reward_locking": True})
    return book.then(BATCH, bodies.batch(ADA) | {"external_uid": uid}, status, answer).history()


def codes(*texts: str) -> History:
    book = Book()
    for place, text in enumerate(texts):
        book.then(CODE, {"subscription_id": "3"}, 200, code(text, 90 + place))
    return book.history()


def redeemed_code(*answers: Any, now: dt.datetime = NOW, seen: bool = True) -> History:
    book = Book(guest()) if seen else Book()
    after = view(guest(), now=now) if seen else None
    book.then(CODE, {"subscription_id": "3"}, 200, code(), after)
    for place, answer in enumerate(answers):
        body = order("redemption_code", "1234567", external_uid=f"u{place}")
        book.then(ONLINE, body, 200, answer)
    return book.history()


def repeated_late() -> History:
    """An order under a key, and after the code's end that key again: its answer may be the first order's."""
    book = Book(guest())
    book.then(CODE, {"subscription_id": "3"}, 200, code(), view(guest()))
    book.then(
        ONLINE, order(external_uid="u"), 200, committed(), view(guest(), now=NOW + dt.timedelta(minutes=11))
    )
    body = order("redemption_code", "1234567", external_uid="u")
    return book.then(ONLINE, body, 200, committed()).history()


def made_dearly() -> History:
    start, end = guest(subscriptions={"3": 0}), guest(subscriptions={"3": -1})
    return Book(start).then(CODE, {"subscription_id": "3"}, 200, code(), view(end)).history()


def timed(**times: Any) -> History:
    return Book(guest()).then(CODE, {"subscription_id": "3"}, 200, code(**times)).history()


def door(status: int, wanted: int, after: Any = HAS) -> History:
    more = {"wrong": "a wrong digest", "wanted": frozenset({wanted})}
    return Book(HAS).then(ONLINE, order(), status, ["no"], view(after), **more).history()


def limited(calls: int, last: int) -> History:
    book = Book(settings={"rate_limits": True})
    body = bodies.force(ADA, requested_punches=1)
    for _ in range(calls - 1):
        book.then(FORCE, body, 422, {"error": "x"})
    return book.then(FORCE, body, last, {"error": "x"}).history()


def event(**changes: Any) -> dict[str, Any]:
    payload = {
        "redemption_id": 70,
        "redemption_status": "redeemed",
        "redemption_type": "RewardRedemption",
        "user_id": ADA,
        "user": {"account_balance": {"loyalty_points": 100}},
    }
    whole = {"content_id": "00000000-0000-4000-8000-000000000001", "business_id": 1}
    whole["timestamp"] = int(NOW.timestamp() * 1000)
    whole |= {
        "event_name": "redemptions",
        "action": "create",
        "payload": payload | changes.pop("payload", {}),
    }
    return {"redemption_id": 70, "user_id": ADA, "document": whole | changes}


SECRET = "law-access-token-not-a-real-one-1"


def told(
    *events: Any, delivered: bool = True, times: int = 1, made: bool = False, points: int = 100
) -> History:
    ids = [each["document"]["content_id"] for each in events] if delivered else []
    got = tuple(Delivered(each, authentic=True) for each in ids * times)
    end = dataclasses.replace(guest(rewards={"7": 0}, points=points), records={70: {"status": "honoured"}})
    book = Book(HAS, assets=REWARD, delivered=got)
    found = book.then(ONLINE, order(), 200, committed(), view(end, events=events)).history()
    guests = (Move("a guest", "PUT", "guests/1", {"access_token": SECRET}),) if made else ()
    return dataclasses.replace(found, entries=(*guests, *found.entries))


RIGHT: dict[str, list[History]] = {
    "quote_changes_nothing": [quoted()],
    "quote_equals_commit": [kept(committed())],
    "changed_receipt_judged_anew": [shrunk(2.0)],
    "debited_once": [
        twice(70, 60),
        twice(70, 60, together=True),
        refused_again(ONLINE, order(), committed(), 200, REFUSED),
        refused_again(BATCH, bodies.batch(ADA), basket([item(1)]), 422, {"error": "No basket."}),
        after_others(70, 397),
    ],
    "exact_debit": [
        debited(USED),
        raced(1),
        offered({"expires_at": "2098-01-01T00:00:00Z", "minimum_receipt_cents": 3000}),
        offered({"item_ids": ["7001"]}),
        again("u1", committed()),
        again("u2", REFUSED),
        given_anew(),
        full_basket(),
        coupon({"expires_at": (NOW + dt.timedelta(seconds=1)).isoformat()}),
        offered({"starts_at": NOW.isoformat()}),
        forced_twice(40),
        of_dollars(4),
        of_dollars(5, seen=True),
    ],
    "refusal_debits_nothing": [refused(HAS), refused(dataclasses.replace(HAS, locked_by="x"))],
    "own_assets_only": [of_bob(["no"]), of_bob(REFUSED, 200), another_by_its_key()],
    "force_keeps_message": [forced("Why")],
    "unknown_fields_ignored": [unknown(committed(redemption_id=None))],
    "basket_items_end_once": [batched([item(1)], [item(2, None, None)], (2,)), basket_again("u1", 70)],
    "locked_for_others": [
        locked(422, ["held"]),
        locked(200, basket([item(1)]), "mine"),
        locked_at_once(1),
        emptied(None),
    ],
    "code_unique": [codes("1234567", "1234568"), numbered_alike()],
    "code_redeemable_once": [
        redeemed_code(committed(redemption_id=90), REFUSED),
        redeemed_code(committed(redemption_id=71), REFUSED, seen=False),
    ],
    "code_dies_at_expiry": [
        redeemed_code(committed()),
        redeemed_code(REFUSED, now=NOW + dt.timedelta(minutes=11)),
    ],
    "discount_within_receipt": [shrunk(2.0)],
    "distribution_sums_to_discount": [
        debited(USED, answer=committed(discount_distribution_items=LINES)),
        shared_out("7002"),
        lines_of_before(),
        discounted_by_the_till(),
        same_number(500, -200),
    ],
    "signature_required": [door(412, 412)],
    "credential_required": [door(401, 401)],
    "documented_answer": [refused(HAS)],
    "ordered_times": [timed()],
    "rate_limit_holds": [limited(501, 429), limited(500, 422)],
    "one_event_per_change": [told(event()), told(event(), times=2)],
}
WRONG: dict[str, list[History]] = {
    "quote_changes_nothing": [
        quoted(after=view(USED)),
        quoted(redemption_id=70),
        quoted(second=committed(4.0, None)),
        quoted(second=REFUSED),
    ],
    "quote_equals_commit": [
        kept(committed(4.0)),
        kept(REFUSED),
        kept(committed(campaign_name="Another")),
        kept(committed(discount_distribution_items=LINES)),
    ],
    "changed_receipt_judged_anew": [shrunk(5.0)],
    "debited_once": [
        twice(71, 60),
        twice(70, 20),
        twice(70, 20, together=True),
        twice(70, 100),
        forgotten(lost=False),
        forgotten(lost=True),
        replayed(guest_too=True),
        replayed(guest_too=False),
        after_others(71, 397),
        after_others(70, -103),
    ],
    "exact_debit": [
        debited(HAS),
        debited(guest(rewards={"7": 0}, points=60)),
        debited(guest(rewards={"7": 1}, points=60)),
        debited(USED, answer=committed(6.0)),
        from_bob(),
        raced(2),
        offered({"used": True}),
        offered({"expires_at": NOW.isoformat()}),
        offered({"starts_at": "2098-01-01T00:00:00Z"}),
        offered({"minimum_receipt_cents": 3001}),
        offered({"item_ids": ["7009"]}),
        offered({"item_ids": ["7001"], "max_quantity": 1}),
        overdrawn(),
        again("u2", committed(redemption_id=71)),
        again("u2", committed(redemption_id=None), **QUERY),
        full_basket(rewards=1),
        full_basket(code=1),
        full_basket(uses=0),
        coupon({"expires_at": NOW.isoformat()}),
        coupon({"starts_at": (NOW + dt.timedelta(seconds=1)).isoformat()}),
        forced_twice(45),
        forced_twice(35),
        of_dollars(5.01),
        of_dollars(4, seen=True),
    ],
    "refusal_debits_nothing": [
        refused(USED),
        refused(dataclasses.replace(HAS, records={1: {}})),
        let_pass("a receipt unlike its subtotal"),
    ],
    "own_assets_only": [
        of_bob(committed(), 200),
        of_bob(["no"], 418),
        of_bob(["no"], after=guest(BOB, rewards={"7": 0})),
    ],
    "force_keeps_message": [forced("Something else")],
    "unknown_fields_ignored": [unknown(committed(4.0, None)), unknown(REFUSED)],
    "basket_items_end_once": [
        batched([item(1)], [item(1)], (2,)),
        batched([item(1)], [], (2,)),
        batched([item(1)], [item(2, None, None)], (1, 2)),
        basket_again("u2", 71),
        coupon_fails(),
    ],
    "locked_for_others": [
        locked(200, basket()),
        locked(422, ["held"], "mine"),
        locked_at_once(2),
        emptied("mine"),
    ],
    "code_unique": [codes("1234567", "1234567")],
    "code_redeemable_once": [
        redeemed_code(committed(), committed(redemption_id=71)),
        redeemed_code(committed(redemption_id=71)),
        made_dearly(),
    ],
    "code_dies_at_expiry": [
        redeemed_code(committed(), now=NOW + dt.timedelta(minutes=11)),
        redeemed_code(REFUSED),
    ],
    "discount_within_receipt": [shrunk(2.01), shrunk(-1.0)],
    "distribution_sums_to_discount": [
        debited(USED, answer=committed(discount_distribution_items=LINES[:2])),
        debited(USED, answer=committed(discount_distribution_items=[{"item_amount": 5.0}])),
        shared_out("7001"),
        same_number(300, 100),
        of_an_item_that_is_not_there(),
    ],
    "signature_required": [door(200, 412), door(401, 412), door(412, 412, USED)],
    "credential_required": [door(200, 401), door(401, 401, USED)],
    "documented_answer": [
        Book().then(ONLINE, order(), 500, {}).history(),
        Book().then(ONLINE, order(), 200, {}).history(),
    ],
    "ordered_times": [
        timed(created_at="2026-03-02T18:05:01"),
        timed(expiring_at="2026-03-02T18:05:00Z"),
        timed(expiring_at="2026-03-02T19:05:01Z"),
        timed(created_at="2026-03-02T10:05:01Z"),
    ],
    "rate_limit_holds": [limited(501, 422), limited(400, 429)],
    "one_event_per_change": [
        told(),
        told(event(), event(content_id="00000000-0000-4000-8000-000000000002")),
        told(event(), delivered=False),
        told(event(payload={"redemption_status": "expired"})),
        told(event(payload={"user_id": BOB})),
        told(event(payload={"user": {"account_balance": {"loyalty_points": 99}}})),
        told(event(timestamp="soon")),
        told(event(action="update")),
        told(event(timestamp=int(NOW.timestamp()))),
        told(event(payload={"redemption_type": "BankedRewardRedemption"})),
        told(event(payload={"store_number": "999"})),
        told(event(payload={"user": {"user_id": BOB}})),
        told(event(payload={"redemption_code": {"discount": 500}})),
        told(event(payload={"bar_code": SECRET}), made=True),
        told(event(payload={"points_requested": None}), points=60),
    ],
}


@pytest.mark.parametrize(("law", "history"), [(law, each) for law, all_ in RIGHT.items() for each in all_])
def test_a_right_history_is_judged_and_passes(law: str, history: History) -> None:
    judged = list(BY_ID[law].judge(history))
    assert judged
    assert [each.breach for each in judged if each.breach] == []


@pytest.mark.parametrize(("law", "history"), [(law, each) for law, all_ in WRONG.items() for each in all_])
def test_a_wrong_history_breaks_the_law(law: str, history: History) -> None:
    assert [each.breach for each in BY_ID[law].judge(history) if each.breach]


@pytest.mark.parametrize("law", sorted(set(RIGHT) - {"documented_answer"}))
def test_an_answer_that_was_lost_on_the_way_breaks_no_law(law: str) -> None:
    """Whatever the server did, and whoever could look: silence is no refusal."""
    for history in RIGHT[law]:
        for lost in history.steps:
            gone = dataclasses.replace(lost, status=None, answer=None, raw=None)
            told = dataclasses.replace(
                history, entries=tuple(gone if each is lost else each for each in history.entries)
            )
            assert [each.breach for each in BY_ID[law].judge(told) if each.breach] == []


def test_a_quote_that_was_lost_promises_nothing() -> None:
    book = Book().then(ONLINE, order(**QUERY), 200, committed(redemption_id=None))
    book.then(ONLINE, order(receipt=200, **QUERY), 0, None)
    history = book.then(ONLINE, order(receipt=200), 200, committed(2.0)).history()
    assert [each.breach for law in LAWS[:-1] for each in law.judge(history) if each.breach] == [
        "no answer came"
    ]


def test_of_an_answer_without_a_documented_shape_only_that_is_told() -> None:
    assert {each.law.id for each in Court().judge(unreadable())} == {"documented_answer"}


@pytest.mark.parametrize("history", [full_basket(rewards=1), full_basket(code=1)])
def test_what_a_basket_gives_away_is_spent_again_by_whoever_comes_next(history: History) -> None:
    (found,) = [each for each in BY_ID["exact_debit"].judge(history) if each.breach]
    assert found.severity is Severity.SPEND
    assert "subscription" not in str(found.breach)


def judged(history: History) -> dict[str, int]:
    """How often each law was judged; not counted is that every answer is documented."""
    court = Court()
    assert [each.law.id for each in court.judge(history) if each.law.id != "documented_answer"] == []
    laws = {law for law, _ in court.judged} - {"documented_answer"}
    return {law: sum(court.judged[each] for each in court.judged if each[0] == law) for law in laws}


def on_a_foreign_target(commits: int = 1, **more: Any) -> History:
    """Quoted, quoted again, with an unknown field, and committed: nobody can look."""
    promised, body = committed(redemption_id=None), order()
    book = Book(settings={}, **more).then(ONLINE, bodies.quote(body), 200, promised)
    book.then(ONLINE, bodies.quote(body), 200, promised)
    book.then(ONLINE, {**bodies.quote(body), "x_unknown_field": 1}, 200, promised, twin=0)
    for _ in range(commits):
        book.then(ONLINE, body | UID, 200, committed())
    return book.history()


def test_a_law_is_judged_only_where_there_is_something_to_compare() -> None:
    """Which laws a receipt calls judged: what an offer is worth is not known, and no receipt changed."""
    whole = {
        "quote_changes_nothing": 1,
        "quote_equals_commit": 1,
        "unknown_fields_ignored": 1,
        "discount_within_receipt": 4,
    }
    assert judged(on_a_foreign_target()) == whole
    again = judged(on_a_foreign_target(2))
    assert again.pop("debited_once") > 0
    assert again == whole
    assert judged(on_a_foreign_target(assets=REWARD)) == whole | {"exact_debit": 1}


def test_an_answer_that_may_be_an_earlier_orders_says_nothing_of_a_code() -> None:
    assert list(code_dies_at_expiry(repeated_late())) == []


def test_a_promise_is_the_same_in_whatever_form_it_is_written() -> None:
    first = item(1) | {"discount_amount": 5, "qualified": [{"a": 1, "b": 2.0}]}
    again = item(1) | {"discount_amount": 5.0, "qualified": [{"b": 2, "a": 1}]}
    other = item(1) | {"discount_amount": 5.01}
    one, two, three = (
        Book().then(BATCH, bodies.quote(bodies.batch(ADA)), 200, basket([each])).history().steps[0]
        for each in (first, again, other)
    )
    assert promise(one) == promise(two) != promise(three)
    assert canonical({"a": [1.0, True, None], "b": "1"}) == canonical({"b": "1", "a": [1, True, None]})
    assert len({canonical(each) for each in (1, "1", True, 1.5, None, [1], {"a": 1})}) == 7


def test_lines_with_an_unknown_field_are_no_other_receipt() -> None:
    body = order(lines=(3000,))
    odd = body | {"menu_items": [{**each, "x_unknown_field": 1} for each in body["menu_items"]]}
    book = Book().then(ONLINE, bodies.quote(body), 200, committed(redemption_id=None))
    book.then(ONLINE, bodies.quote(odd), 200, committed(redemption_id=None), twin=0)
    history = book.then(ONLINE, body, 200, committed()).history()

    assert "changed_receipt_judged_anew" not in judged(history)


@pytest.mark.parametrize("answers", [(), (committed(),), (REFUSED, REFUSED)])
def test_one_code_and_one_order_of_it_prove_nothing(answers: tuple[Any, ...]) -> None:
    found = judged(redeemed_code(*answers, seen=False))

    assert "code_unique" not in found
    assert "code_redeemable_once" not in found


def test_what_is_assumed_says_so() -> None:
    for law, history in (
        ("debited_once", forgotten(lost=False)),
        ("code_redeemable_once", redeemed_code(committed(redemption_id=71))),
    ):
        told = [each.breach for each in BY_ID[law].judge(history) if each.breach]
        assert told
        assert all(each.startswith("assumed: ") for each in told)


@pytest.mark.parametrize(
    ("history", "right"),
    [
        (misnamed("item_name_1"), True),
        (misnamed("item_name_2"), False),
        (misnamed("item_name"), False),
    ],
)
def test_an_error_names_the_field_that_is_wrong(history: History, right: bool) -> None:
    breaches = [each.breach for each in BY_ID["documented_answer"].judge(history)]
    assert breaches == [None if right else "the error names another field than the one that is wrong"]


def test_names_are_in_the_language_that_was_asked_for() -> None:
    told = "a name is not in the language that `Accept-Language` asks for"
    for name, right in (("Regalo inventado", True), ("Invented Treat", False)):
        breaches = [answers._unspoken(spoken(name), each) for each in spoken(name).steps]
        assert breaches == [None if right else told]


def test_each_law_of_the_contract_is_in_the_book_and_tried_both_ways() -> None:
    named = {law for operation in CONTRACT.operations.values() for law in operation.laws}
    assert set(BY_ID) == named == set(RIGHT) == set(WRONG)
    assert len(LAWS) == len(BY_ID)


def test_what_shows_at_another_operation_counts_for_the_one_that_has_the_law() -> None:
    court = Court()
    found = {each.law.id for each in court.judge(redeemed_code(REFUSED))}
    assert "code_dies_at_expiry" in found
    assert court.judged["code_dies_at_expiry", CODE] == 1


@pytest.mark.parametrize(
    ("amount", "breach"), [(0.26, None), (0.27, "the discount is more than the receipt")]
)
def test_a_receipt_with_parts_of_a_cent_may_be_rounded_up(amount: float, breach: str | None) -> None:
    done = committed() | {"redemption_amount": amount}
    history = Book().then(ONLINE, order(receipt_amount=0.2554474209642828), 200, done).history()

    assert [each.breach for each in BY_ID["discount_within_receipt"].judge(history)] == [breach]


@pytest.mark.parametrize(
    ("header", "value", "breach"),
    [
        ("x-pch-env", "", "the answer lacks the header x-pch-env"),
        ("x-request-id", "", "the answer lacks the header X-Request-Id"),
        ("x-request-id", "always the same", "two answers have one X-Request-Id"),
    ],
)
def test_headers_are_a_sandboxs_own_and_of_others_nobodys_fault(header: str, value: str, breach: str) -> None:
    sandbox, other = Book(HAS), Book(assets=REWARD)
    for book in (sandbox, other):
        book.headers = {header: value}
        for _ in range(2):
            book.then(ONLINE, order(), 200, REFUSED)

    assert breach in {each.breach for each in BY_ID["documented_answer"].judge(sandbox.history())}
    assert {each.breach for each in BY_ID["documented_answer"].judge(other.history())} == {None}


def test_the_court_holds_a_law_only_against_operations_that_it_applies_to() -> None:
    court = Court()
    breaches = court.judge(refused(USED))
    assert [each.law.id for each in breaches] == ["refusal_debits_nothing"]
    assert court.judged["refusal_debits_nothing", ONLINE] == 1
    assert court.judged["ordered_times", CODE] == 0
