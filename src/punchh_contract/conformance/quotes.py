"""Our own check of quotes: they take nothing, as far as answers can show it.

An answer that names a redemption is no quote. And a quote asked for again at once is answered alike: had the
first one taken the reward, the code or the basket, the second would find it gone. What only a balance would
show stays unseen here; that takes a view of the guest's account.
"""

import collections
from typing import Any

import requests

from punchh_contract.conformance.prober import Count, NotRun, OwnFinding, parsed, settled
from punchh_contract.conformance.spending import Bill, CapError, Outcome, Spending
from punchh_contract.conformance.tally import ASKED_AGAIN, COMMITTED_QUOTE, forms, judge
from punchh_contract.conformance.wire import StoppedError, Wire
from punchh_contract.contract import Operation
from punchh_contract.json_types import JsonValue, canonical, objects

NOTHING_LEFT = "what may be spent of the fixtures is spent: a wrong server could commit the second time"


class Quotes:
    """Judges the quotes of a run; each kind of them is asked for again `times` times at most."""

    def __init__(self, wire: Wire, *, times: int, spending: Spending, count: Count) -> None:
        self._wire = wire
        self._times = times
        self._spending = spending
        self._count = count
        self._made: collections.Counter[tuple[str, ...]] = collections.Counter()
        self._why: dict[str, str] = {}

    def judge(
        self,
        operation: Operation,
        sent: requests.PreparedRequest,
        status: int,
        answer: Any,
        *,
        repeat: bool,
    ) -> OwnFinding | None:
        """Say what is wrong with the answer to a request, None if nothing is or no quote was asked for.

        `answer` is the parsed body. With `repeat` a quote is asked for again: what is spent differs with the
        kind of discount.
        """
        request = parsed(sent.body)
        outcome = judge(operation, status, request, answer)
        if outcome == COMMITTED_QUOTE:
            return OwnFinding(
                "quote_committed",
                "a quote that committed: with `query` nothing is taken, and the answer names a redemption"
                " (redemption_id)",
                status,
                (status,),
                sent,
                None,
            )
        if outcome != "quote" or not repeat:
            return None
        key = (operation.id, *forms(outcome, request, answer))
        if self._made[key] >= self._times:
            return None
        try:
            bill = self._spending.reserve(operation, request)
        except CapError:
            self._why[operation.id] = NOTHING_LEFT
            return None
        self._made[key] += 1
        return self._ask_again(operation, sent, status, answer, bill)

    def not_run(self) -> list[NotRun]:
        """Quotes that came and were never asked for again, by operation."""
        asked = {key[0] for key in self._made}
        return [
            NotRun(operation, ASKED_AGAIN, why)
            for operation, why in self._why.items()
            if operation not in asked
        ]

    def _ask_again(
        self, operation: Operation, sent: requests.PreparedRequest, status: int, answer: Any, bill: Bill
    ) -> OwnFinding | None:
        settlement: Outcome = "free"  # of what is not sent
        try:
            response = self._wire.send(sent.copy())
            again = parsed(response.content)
            settlement = settled(operation, response.status_code, parsed(sent.body), again)
        except StoppedError:
            return None
        except requests.RequestException:
            settlement = "unknown"
            if self._wire.cut_off:
                return None
            return OwnFinding("quote_changed", f"{ASKED_AGAIN}: no answer came", None, (status,), sent, None)
        finally:
            self._spending.settle(bill, settlement)
        self._count(operation, ASKED_AGAIN, response.status_code)
        if response.status_code == status and promise(again) == promise(answer):
            return None
        same = promise(again) == promise(answer)
        return OwnFinding(
            "quote_changed",
            f"{ASKED_AGAIN}: a quote takes nothing, so the same request must be answered alike; answered"
            f" {status} before and {response.status_code} now, and what it promises"
            f" {'is the same' if same else 'differs'}",
            response.status_code,
            (status,),
            response.request,
            response,
        )


def promise(answer: JsonValue) -> Any:
    """What a quote promises: its verdict and amount, or the items of a basket that would and would not do."""
    if not isinstance(answer, dict):
        return None
    return (
        answer.get("category"),
        answer.get("redemption_amount"),
        _items(answer.get("success")),
        _items(answer.get("failures")),
    )


def _items(items: JsonValue) -> list[tuple[str, str]]:
    """Ids and amounts, sorted: that their order repeats is nowhere promised."""
    return sorted(
        (str(item.get("discount_basket_item_id")), canonical(item.get("discount_amount")))
        for item in objects(items)
    )
