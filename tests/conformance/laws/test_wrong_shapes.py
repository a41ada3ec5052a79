"""No law stumbles over an answer of a wrong shape: that is told, as a fault of the answer, and no more."""

import contextlib
import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from conformance.laws.telling import (
    ADA,
    BOB,
    CONTRACT,
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
from punchh_contract.conformance.laws.history import BATCH, CODE_MADE, FORCE, ONLINE, Asset, History, Step
from punchh_contract.conformance.laws.judges.money import cents
from punchh_contract.conformance.laws.watching import Watcher
from punchh_contract.conformance.verdict.answers import Answer
from punchh_contract.json_types import JsonValue
from punchh_contract.proof.stage import ADA as STAFFS
from punchh_contract.proof.stage import FULL, Stage, items

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 5, 7.5, 70.0, 1e308, float("inf"), float("nan"), 10**400),
    *("", "x", "5", "1e999999", "-9e999998", "NaN", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z"),
    *([], [1], ["x"], [[]], [{}], [None], {}, {"x": []}),
)
UID = {"external_uid": "u1"}
SENT = requests.Request(
    "POST",
    "http://127.0.0.1:1/",
    headers={"Accept-Language": "es", "Accept-Timezone": "Pacific/Kiritimati"},
    json={},
).prepare()
BASKET = (1, 2)
"""Items in what a right server answers to a batch."""


@pytest.fixture(scope="module")
def right() -> dict[str, Any]:
    """What a right server answers to a commit of each operation."""
    with contextlib.closing(Stage()) as stage:
        return {
            ONLINE: stage.online("reward", reward_id=70001, menu_items=items(10, 20)).body,
            BATCH: _numbered(stage.batch(FULL, external_uid="u1").body),
            CODE_MADE: stage.code().body,
            FORCE: stage.force(STAFFS, requested_punches=5, force_message="Why").body,
        }


def _numbered(answer: Any) -> Any:
    """An answer to a batch whose items are those of BASKET."""
    done = [
        {**each, "discount_basket_item_id": number}
        for number, each in zip(BASKET, answer["success"], strict=False)
    ]
    return {**answer, "success": done}


def changed(value: Any) -> Iterator[Any]:
    """A body with each of its members, and itself, as everything that it could be instead."""
    yield from ODD
    inside: JsonValue = value
    members: list[tuple[Any, Any]] = []
    if isinstance(inside, dict):
        members = list(inside.items())
        for key in inside:
            yield {name: each for name, each in inside.items() if name != key}
    elif isinstance(inside, list):
        members = list(enumerate(inside[:1]))
        yield [*inside, *inside]
    for key, each in members:
        for other in changed(each):
            copy: Any = inside.copy() if isinstance(inside, dict | list) else None
            copy[key] = other
            yield copy


def asked(operation: str) -> dict[str, Any]:
    """A body that an operation takes."""
    return {
        ONLINE: order(lines=(1000, 2000)),
        BATCH: bodies.batch(ADA),
        CODE_MADE: {"client": "c", "subscription_id": "3"},
        FORCE: bodies.force(ADA, requested_punches=5, force_message="Why"),
    }[operation]


def told(seen: bool, answers: dict[str, Any], operation: str) -> History:
    """A quote, a commit, the same again and another, of one operation, and a code that is redeemed."""
    held = guest(rewards={"7": 1}, points=100, basket=(*BASKET, 4), subscriptions={"3": 0})
    after = view(guest(points=95, records={70: {}}, subscriptions={"3": 0}), guest(BOB))
    book = Book(
        *((held, guest(BOB)) if seen else ()),
        assets={("reward", "7"): Asset(BOB, "reward", "7", 500, None, {"translations": {}})},
        baskets=dict(zip(BASKET, (("reward", "7"), ("discount_amount", "150")), strict=False)),
        settings={"program": "points", "reward_locking": True, "rate_limits": True},
    )
    answer, body = answers[operation], asked(operation)
    status = 201 if operation == FORCE else 200
    if operation in (ONLINE, BATCH):
        book.then(operation, bodies.quote(body), 200, answer)
        book.then(operation, {**bodies.quote(body), "x_unknown_field": 1}, 200, answer, twin=0)
        body |= UID
    for place in range(3):
        more = {"external_uid": "u2"} if operation in (ONLINE, BATCH) and place == 2 else {}
        book.then(
            operation, body | more, status, answer, after if seen else None, granted="it is theirs", sent=SENT
        )
    if operation == CODE_MADE:
        text = answer.get("redemption_tracking_code") if isinstance(answer, dict) else None
        for place in range(2):
            again = order("redemption_code", str(text), external_uid=f"c{place}")
            book.then(ONLINE, again, 200, committed(redemption_id=71 + place))
    return book.history()


@pytest.mark.parametrize("seen", [True, False])
@pytest.mark.parametrize("operation", [ONLINE, BATCH, CODE_MADE, FORCE])
def test_no_law_stumbles_over_an_answer(right: dict[str, Any], operation: str, seen: bool) -> None:
    court, odd = Court(tuple(each for each in LAWS if each.id != "documented_answer")), 0
    for answer in changed(right[operation]):
        court.judge(told(seen, right | {operation: answer}, operation))
        odd += 1
    assert odd > 300


@pytest.mark.parametrize("operation", [ONLINE, BATCH, CODE_MADE, FORCE])
def test_most_of_them_are_told_as_no_documented_answer(right: dict[str, Any], operation: str) -> None:
    """A sample: to judge an answer by its schema takes longest."""
    odd = list(changed(right[operation]))[::20]
    law = BY_ID["documented_answer"]
    shown = [
        any(each.breach for each in law.judge(told(False, right | {operation: answer}, operation)))
        for answer in odd
    ]
    assert sum(shown) > len(odd) / 2


CASES: list[tuple[str, dict[str, Any], Any]] = [
    (ONLINE, order(lines=(3000,)), committed(discount_distribution_items=["x"])),
    (ONLINE, order(lines=(3000,)), committed("1e999999")),  # type: ignore[arg-type]  # what is no number
    (BATCH, bodies.batch(ADA), basket((item([]),))),  # type: ignore[arg-type]  # what is no id
    (BATCH, bodies.batch(ADA), basket((item("abc"),))),  # type: ignore[arg-type]
    (BATCH, bodies.batch(ADA), basket((item(float("inf")),))),  # type: ignore[arg-type]
    (BATCH, bodies.batch(ADA), basket((item(1, redemption_id=[1]),))),  # type: ignore[arg-type]
    (CODE_MADE, {"subscription_id": "3"}, {"redemption_tracking_code": ["7"]}),
]


@pytest.mark.parametrize("seen", [True, False])
@pytest.mark.parametrize(("operation", "body", "answer"), CASES)
def test_what_is_no_documented_answer_is_told_as_that(
    operation: str,
    body: dict[str, Any],
    answer: Any,
    seen: bool,
) -> None:
    if operation == CODE_MADE:
        answer = {"redemption_status": "redeemable", "redemption_id": 90, **answer}
    book = Book(*(guest(rewards={"7": 1}, basket=(1,)),) * seen, baskets={1: ("reward", "7")})
    history = book.then(operation, body, 200, answer).history()

    assert history.steps[0].outcome == "success"
    assert "documented_answer" in {each.law.id for each in Court().judge(history)}


@pytest.mark.parametrize("operation", [ONLINE, BATCH, CODE_MADE, FORCE])
def test_nor_does_what_is_judged_in_passing(right: dict[str, Any], operation: str) -> None:
    """Requests too are odd there, and a server that is wrong redeems them."""
    body = asked(operation)
    watcher, place = Watcher(), CONTRACT.operation(operation)
    status = 201 if operation == FORCE else 200
    pairs = [(body, answer) for answer in changed(right[operation])]
    pairs += [(each, right[operation]) for each in changed(body)]
    for request, answer in pairs:
        raw = Answer(status, {"content-type": "application/json"}, json.dumps(answer).encode())
        watcher.see(place, SENT, request, raw)
    assert watcher.court.judged.total() > 100


def test_a_time_that_its_zone_has_not_is_in_no_zone() -> None:
    times = {
        "created_at": "2026-03-03T08:05:01+14:00",
        "updated_at": "9999-12-31T23:59:59Z",
        "expiring_at": "2026-03-03T08:15:01+14:00",
    }
    book = Book(guest()).then(CODE_MADE, {"subscription_id": "3"}, 200, code(**times), sent=SENT)

    (judged,) = BY_ID["ordered_times"].judge(book.history())
    assert judged.breach == "its times are not in the zone that `Accept-Timezone` asks for"


@pytest.mark.parametrize("value", ["1e999999", "-1e999999", "9e999997", "sNaN", "inf", [], {}, True, None])
def test_what_is_no_amount_is_none(value: Any) -> None:
    assert cents(value) is None


def test_an_id_may_be_written_with_a_point() -> None:
    """JSON Schema's integers have no other than these."""
    step: Step = Book().then(ONLINE, order(), 200, committed()).history().steps[0]
    for given, read in ((70.0, {70}), (70.5, set()), (True, set()), (None, set())):
        answer = {**committed(), "redemption_id": given}
        assert dataclasses.replace(step, answer=answer).redemptions == read
