"""Our own check of quotes: they take nothing, as far as answers can show it.

An answer that names a redemption is no quote. And a quote asked for again at once is answered alike: had the
first one taken the reward, the code or the basket, the second would find it gone. What only a balance would
show stays unseen here; that takes a view of the guest's account.
"""

from collections.abc import Callable
from typing import Any

import requests

from punchh_contract.conformance.probes import PER_PROBE
from punchh_contract.conformance.tally import COMMITTED_QUOTE, forms, judge
from punchh_contract.contract import Operation

ASKED_AGAIN = "a quote asked for again"
"""The name of the repeated request, in the tally and its floors."""


class Quotes:
    """Judges the quotes of a run; the requests that it repeats are counted through `count`."""

    def __init__(self, count: Callable[[Operation, str, int], None]) -> None:
        self._count = count
        self._made: dict[tuple[str, ...], int] = {}
        self._session = requests.Session()
        # Proxies and .netrc of the machine are not ours.
        self._session.trust_env = False

    def judge(
        self,
        operation: Operation,
        sent: requests.PreparedRequest,
        request: Any,
        status: int,
        answer: Any,
        *,
        repeat: bool,
    ) -> str | None:
        """Say what is wrong with the answer to a request, None if nothing is or no quote was asked for.

        `request` and `answer` are the parsed bodies. With `repeat` a quote is asked for again, a few times
        for each kind of discount: what is spent differs with the kind.
        """
        outcome = judge(operation, status, request, answer)
        if outcome == COMMITTED_QUOTE:
            return (
                "a quote that committed: with `query` nothing is taken, and the answer names a redemption"
                " (redemption_id)"
            )
        if outcome != "quote" or not repeat:
            return None
        key = (operation.id, *forms(outcome, request, answer))
        if self._made.get(key, 0) >= PER_PROBE:
            return None
        self._made[key] = self._made.get(key, 0) + 1
        return self._ask_again(operation, sent, status, answer)

    def _ask_again(
        self, operation: Operation, sent: requests.PreparedRequest, status: int, answer: Any
    ) -> str | None:
        response = self._session.send(sent, allow_redirects=False, timeout=10)
        self._count(operation, ASKED_AGAIN, response.status_code)
        try:
            again = response.json()
        except ValueError:
            again = None
        if response.status_code == status and promise(again) == promise(answer):
            return None
        return (
            f"{ASKED_AGAIN}: a quote takes nothing, so the same request must be answered alike; answered"
            f" {status} before and {response.status_code} now, and what it promises"
            f" {'is the same' if promise(again) == promise(answer) else 'differs'}"
        )


def promise(answer: Any) -> Any:
    """What a quote promises: its verdict and amount, or the items of a basket that would and would not do."""
    if not isinstance(answer, dict):
        return None
    return (
        answer.get("category"),
        answer.get("redemption_amount"),
        _items(answer.get("success")),
        _items(answer.get("failures")),
    )


def _items(items: Any) -> list[tuple[str, str]]:
    """Ids and amounts, sorted: that their order repeats is nowhere promised."""
    found = items if isinstance(items, list) else []
    return sorted(
        (str(item.get("discount_basket_item_id")), str(item.get("discount_amount")))
        for item in found
        if isinstance(item, dict)
    )
