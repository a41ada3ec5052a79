"""Quotes of a right server pass; those that redeem, or are answered otherwise the second time, are found."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import requests

from punchh_contract.auth import PunchhRequestsAuth, digest_header
from punchh_contract.conformance import target
from punchh_contract.conformance.fixtures import Fixture, Fixtures
from punchh_contract.conformance.prober import NotRun, OwnFinding
from punchh_contract.conformance.quotes import NOTHING_LEFT, Quotes, promise
from punchh_contract.conformance.refusals import Refusals
from punchh_contract.conformance.spending import Spending
from punchh_contract.conformance.tally import ASKED_AGAIN
from punchh_contract.conformance.wire import Wire
from punchh_contract.contract import load

ONLINE = load().operation("create_online_redemption")
BATCH = load().operation("process_batch_redemption")
RECEIPT = {
    "receipt_amount": 30,
    "subtotal_amount": 30,
    "receipt_datetime": "2026-03-02T18:05:01Z",
    "transaction_no": "1",
}
ITEM = {
    "item_name": "Demo",
    "item_qty": 1,
    "amount": 30,
    "item_type": "M",
    "item_id": 331,
    "item_family": "10",
    "item_group": "gp",
}
BATCH_QUOTE = {"user_id": 111111111, "line_items": [ITEM], "query": True, **RECEIPT}

PER_KIND = 3

Serve = Callable[[Any], AbstractContextManager[str]]
Counted = list[tuple[str, str, int]]


class Lenient:
    def check(self, method: str, url: str, body: bytes | None) -> None:
        """Nothing is wrong."""


def ask(url: str, operation: Any, body: dict[str, Any]) -> requests.Response:
    return requests.request(
        operation.method,
        url + operation.path,
        data=json.dumps(body, separators=(",", ":")).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "Example/POS/1.0"},
        auth=PunchhRequestsAuth(target.credentials(url)),
        timeout=10,
    )


def quoted(url: str) -> dict[str, Any]:
    return {
        "client": target.credentials(url).client,
        "discount_type": "reward",
        "reward_id": 70001,
        "store_number": "401",
        "query": True,
        "menu_items": [],
        **RECEIPT,
    }


def judge(
    quotes: Quotes, operation: Any, response: requests.Response, *, repeat: bool = True
) -> OwnFinding | None:
    return quotes.judge(operation, response.request, response.status_code, response.json(), repeat=repeat)


@pytest.fixture
def counted() -> Counted:
    return []


@pytest.fixture
def make(counted: Counted) -> Callable[..., Quotes]:
    def build(url: str, spending: Spending | None = None) -> Quotes:
        return Quotes(
            Wire(load(), url, Lenient(), Refusals.unlimited(), paced=False),
            times=PER_KIND,
            spending=spending or Spending(Fixtures(), capped=False),
            count=lambda operation, name, status: counted.append((operation.id, name, status)),
        )

    return build


def test_quotes_of_a_right_server_pass_and_are_repeated_a_few_times_a_kind(
    tampered: Any, serve: Serve, make: Any, counted: Counted
) -> None:
    with serve(tampered()) as url:
        quotes = make(url)
        for operation, body in (
            (ONLINE, quoted(url)),
            (ONLINE, {**quoted(url), "discount_type": "card_completion"}),
            (BATCH, BATCH_QUOTE),
        ):
            for _ in range(PER_KIND + 1):
                assert judge(quotes, operation, ask(url, operation, body)) is None

    assert counted == [
        *[(ONLINE.id, ASKED_AGAIN, 200)] * (2 * PER_KIND),
        *[(BATCH.id, ASKED_AGAIN, 200)] * PER_KIND,
    ]


def test_nothing_is_repeated_but_quotes_and_only_where_it_may_be(
    tampered: Any, serve: Serve, make: Any, counted: Counted
) -> None:
    with serve(tampered()) as url:
        quotes = make(url)
        assert judge(quotes, ONLINE, ask(url, ONLINE, quoted(url)), repeat=False) is None
        commit = {name: value for name, value in quoted(url).items() if name != "query"}
        response = ask(url, ONLINE, commit)
        assert "redemption_id" in response.json()
        assert judge(quotes, ONLINE, response) is None

    assert counted == []


def test_an_online_quote_with_a_redemption_id_is_found(tampered: Any, serve: Serve, make: Any) -> None:
    def commit(exchange: Any) -> None:
        exchange.answer = json.dumps({**exchange.json(), "redemption_id": 90001}).encode()

    with serve(tampered(after=commit)) as url:
        finding = judge(make(url), ONLINE, ask(url, ONLINE, quoted(url)), repeat=False)

    assert finding
    assert (finding.check, finding.status, finding.wanted) == ("quote_committed", 200, (200,))


@pytest.mark.parametrize("operation", [ONLINE, BATCH], ids=lambda each: each.id)
def test_a_quote_that_takes_something_in_silence_is_found(
    operation: Any, tampered: Any, serve: Serve, make: Any
) -> None:
    """The first answer is a quote's; behind it the server has carried out the request."""

    def forget_query(exchange: Any) -> None:
        body = json.loads(exchange.body)
        del body["query"]
        exchange.body = json.dumps(body, separators=(",", ":")).encode()
        exchange.headers.update(digest_header(operation, own[0], exchange.path, exchange.body))

    def hide(exchange: Any) -> None:
        if exchange.status == 200:
            answer = exchange.json()
            answer.pop("redemption_id", None)
            for item in answer.get("success", []):
                item["redemption_id"] = None
            exchange.answer = json.dumps(answer).encode()

    own: list[Any] = []
    with serve(tampered(before=forget_query, after=hide)) as url:
        own.append(target.credentials(url))
        body = quoted(url) if operation is ONLINE else BATCH_QUOTE
        finding = judge(make(url), operation, ask(url, operation, body))

    assert finding
    assert finding.check == "quote_changed"
    assert finding.statement.startswith(f"{ASKED_AGAIN}: a quote takes nothing")
    assert finding.response is not None


def test_asking_again_reserves_and_is_free_when_it_was_a_quote(
    tampered: Any, serve: Serve, make: Any
) -> None:
    fixtures = Fixtures((Fixture(ONLINE.id, "reward_id", 70001, "asset", 1),))
    spending = Spending(fixtures, capped=True)
    with serve(tampered()) as url:
        quotes = make(url, spending)
        judge(quotes, ONLINE, ask(url, ONLINE, quoted(url)))
        assert (spending.rows()[0]["spent"], spending.rows()[0]["unknown"]) == (0, 0)
        assert quotes.not_run() == []


def test_a_quote_is_not_asked_again_when_nothing_may_be_spent(
    tampered: Any, serve: Serve, make: Any, counted: Counted
) -> None:
    spending = Spending(Fixtures((Fixture(ONLINE.id, "reward_id", 70001, "asset", 1),)), capped=True)
    spending.settle(spending.reserve(ONLINE, {"reward_id": 70001}), "spent")
    with serve(tampered()) as url:
        quotes = make(url, spending)
        assert judge(quotes, ONLINE, ask(url, ONLINE, quoted(url))) is None

    assert counted == []
    assert quotes.not_run() == [NotRun(ONLINE.id, ASKED_AGAIN, NOTHING_LEFT)]


def test_a_quote_that_is_not_answered_again_is_found_and_its_cost_unknown(
    tampered: Any, serve: Serve, make: Any
) -> None:
    spending = Spending(Fixtures((Fixture(ONLINE.id, "reward_id", 70001, "asset", 1),)), capped=True)
    with serve(tampered()) as url:
        quotes = make(url, spending)
        response = ask(url, ONLINE, quoted(url))
    finding = judge(quotes, ONLINE, response)

    assert finding
    assert (finding.check, finding.status, finding.response) == ("quote_changed", None, None)
    assert spending.rows()[0]["unknown"] == 1


def test_a_promise_is_what_would_be_given_and_not_how_it_is_worded() -> None:
    item, other = (
        {"discount_basket_item_id": "1", "discount_amount": 5, "redemption_ref": "a"},
        {"discount_basket_item_id": "2", "discount_amount": 1},
    )
    first = {"redemption_ref": "x", "success": [item, other], "failures": []}
    again = {"redemption_ref": "y", "success": [other, item], "failures": []}

    assert promise(first) == promise(again)
    assert promise(first) != promise({**first, "success": [item]})
    assert promise(first) != promise({**first, "success": [{**item, "discount_amount": 4}, other]})
    assert promise(None) is None
