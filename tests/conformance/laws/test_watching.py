"""What is judged in passing: repeated codes are told with the two answers that collide, and cost no more."""

import json
import time
from typing import Any

import requests
from conformance.laws.telling import CONTRACT, code

from punchh_contract.conformance.laws.watching import Watcher
from punchh_contract.conformance.verdict.answers import Answer

OPERATION = CONTRACT.operation("create_subscription_redemption_code")


def seen(watcher: Watcher, answer: dict[str, Any]) -> Any:
    sent = requests.Request("POST", "http://127.0.0.1:1/", json={}).prepare()
    raw = Answer(200, {"content-type": "application/json"}, json.dumps(answer).encode())
    return watcher.see(OPERATION, sent, {"subscription_id": "3"}, raw)


def test_a_code_given_out_again_is_told_with_the_answer_that_gave_it_out_first() -> None:
    watcher = Watcher()
    for number in range(20):
        assert seen(watcher, code(f"{number:07}", 100 + number)) == []
    (breach,) = seen(watcher, code("0000003", 500))

    assert breach.law.id == "code_unique"
    assert [each.answer["redemption_id"] for each in breach.history.steps] == [103, 500]


def test_a_redemption_given_out_again_is_found_too() -> None:
    watcher = Watcher()
    seen(watcher, code("0000001", 100))

    assert [each.law.id for each in seen(watcher, code("0000002", 100))] == ["code_unique"]


def test_a_code_with_the_digits_of_a_redemption_is_another_thing() -> None:
    watcher = Watcher()
    seen(watcher, code("0000001", 900))

    assert seen(watcher, code("900", 901)) == []


def test_one_code_alone_is_not_said_to_be_unique() -> None:
    watcher = Watcher()
    seen(watcher, code("0000001", 100))
    assert watcher.court.judged == {("ordered_times", OPERATION.id): 1}

    seen(watcher, code("0000002", 101))
    assert watcher.court.judged == {("ordered_times", OPERATION.id): 2, ("code_unique", OPERATION.id): 1}


def test_after_a_reset_the_same_code_is_right() -> None:
    watcher = Watcher()
    seen(watcher, code())
    watcher.forget()

    assert seen(watcher, code()) == []


def test_a_server_with_one_code_costs_as_much_for_the_last_answer_as_for_the_first() -> None:
    watcher = Watcher()
    started = time.process_time()
    for _ in range(1000):
        found = seen(watcher, code())
    assert len(found) == 1
    assert watcher.court.judged["code_unique", OPERATION.id] < 2 * 1000
    assert time.process_time() - started < 5  # it was minutes when each was judged with all before
