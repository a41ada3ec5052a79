"""Stories on a target that nobody can look into: with the fixtures that are left, and within their caps.

What answers alone can break is judged; what was taken, only the guest's account would show.
"""

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import requests

from punchh_contract.conformance.fixtures import Fixture
from punchh_contract.conformance.hooks import Run
from punchh_contract.conformance.laws import bodies
from punchh_contract.conformance.laws.history import (
    BATCH,
    CALL,
    CODE_MADE,
    ONLINE,
    SUCCESS,
    Asset,
    History,
    Step,
)
from punchh_contract.conformance.laws.names import NO_FIXTURE_LEFT, NO_STORY
from punchh_contract.conformance.naming import TOKEN, word
from punchh_contract.conformance.prober import settled
from punchh_contract.conformance.spending import CapError, Outcome
from punchh_contract.conformance.verdict.answers import Answer

ONCE = ("reward",)
"""Kinds of discount of which there is one by the contract (OAS-OO1): a reward is gone afterwards. A coupon
that somebody lists may be good for many orders, and nothing here tells.
"""
UNKNOWN = {"x_unknown_field": "of no meaning"}
KEPT = 2
"""Redemptions that a fixture must have left: one, and another that a wrong target makes of its repetition."""

Tell = Callable[[], History]


class Teller:
    """Tells one story after the other by means of a run's fixtures."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._numbers = itertools.count(1)

    def stories(self) -> Iterator[tuple[str, Tell]]:
        """Each story that the fixtures are good for when it is its turn: its name, and what tells it."""
        for operation, listed in ((ONLINE, self._online), (BATCH, self._batch), (CODE_MADE, self._codes)):
            if operation in self._run.job.operations and operation not in self._run.result.left_out:
                yield from listed()

    def why_none(self) -> str:
        """Why there was none: what would help."""
        return NO_FIXTURE_LEFT if {ONLINE, BATCH, CODE_MADE} & set(self._run.job.operations) else NO_STORY

    def _online(self) -> Iterator[tuple[str, Tell]]:
        for kind, field in (*bodies.FIELDS.items(), ("card_completion", "discount_type")):
            asset = self._left(ONLINE, field)
            body = self._ordered(kind, str(asset.value)) if asset else None
            if asset is not None and body is not None:
                name = f"a fixture of {field} is quoted, committed and sent again"
                yield name, functools.partial(self._kept, name, ONLINE, body, once=kind in ONCE)

    def _batch(self) -> Iterator[tuple[str, Tell]]:
        guest = self._left(BATCH, "user_id")
        if guest is not None:
            name = "a basket is quoted, committed and sent again"
            body = bodies.batch(guest.value)
            yield name, functools.partial(self._kept, name, BATCH, body, once=True)

    def _codes(self) -> Iterator[tuple[str, Tell]]:
        subscription = self._left(CODE_MADE, "subscription_id")
        if subscription is not None:
            client = self._run.job.credentials.of(self._run.contract.operation(CODE_MADE)).client
            body = {"client": client, "subscription_id": subscription.value}
            name = "two codes of one subscription, and one of them redeemed by two orders"
            yield name, functools.partial(self._two_codes, name, body)

    def _two_codes(self, name: str, body: dict[str, Any]) -> History:
        story = _Story(name)
        made = [self._send(story, CODE_MADE, body) for _ in range(2)]
        code = made[0].answer.get("redemption_tracking_code") if made[0] and made[0].redemptions else None
        if isinstance(code, str) and code and ONLINE in self._run.job.operations:
            self._redeemed_twice(story, code, body)
        return story.history()

    def _redeemed_twice(self, story: "_Story", code: str, subscription: dict[str, Any]) -> None:
        """Redeem a code under two keys. The first is what the code was made, and counted, for; the second
        must be refused, and is counted in case that it is not.
        """
        run = self._run
        order = self._ordered("redemption_code", code)
        if order is None:
            return
        run.made.add((word("redemption_code"), str, code))
        first = self._send(story, ONLINE, order | self._key())
        if first is None or first.outcome != SUCCESS:
            return
        try:
            bill = run.spending.reserve(run.contract.operation(CODE_MADE), subscription)
        except CapError:
            return
        outcome: Outcome = "unknown"
        try:
            second = self._send(story, ONLINE, order | self._key())
            if second is None:
                outcome = "free"
            elif second.raw is not None:
                outcome = settled(second.operation, second.raw.status, second.request, second.answer)
        finally:
            run.spending.settle(bill, outcome)

    def _key(self) -> dict[str, str]:
        return {"external_uid": f"{self._run.uid_prefix}law-given-{next(self._numbers)}"}

    def _ordered(self, kind: str, key: str) -> dict[str, Any] | None:
        """An order of what a key names; None where the fixtures name no guest and no store for it."""
        run = self._run
        stores = run.job.fixtures.of(ONLINE, "store_number")
        body = bodies.online(kind, key, lines=(333, 1333, 1334))
        body["client"] = run.job.credentials.of(run.contract.operation(ONLINE)).client
        if not stores:
            return None
        body["store_number"] = stores[0].value
        if not run.job.credentials.access_token:
            token = self._left(ONLINE, TOKEN)
            if token is None:
                return None
            body["authentication_token"] = token.value
        return body

    def _kept(self, name: str, operation: str, body: dict[str, Any], *, once: bool) -> History:
        """Quoted, committed and sent again. What there is `once` is also asked for under another key: a right
        target refuses that, and takes nothing.
        """
        kind, field = str(body.get("discount_type")), bodies.FIELDS.get(str(body.get("discount_type")), "")
        story = _Story(
            name, {(kind, str(body[field])): Asset(0, kind, str(body[field]))} if once and field else {}
        )
        quote = bodies.quote(body)
        first = self._send(story, operation, quote)
        self._send(story, operation, quote)
        if first is not None:
            self._send(story, operation, {**quote, **UNKNOWN}, twin=first.place)
        key = self._key()
        done = self._send(story, operation, body | key)
        if done is not None and done.outcome == SUCCESS:
            if once:
                self._send(story, operation, quote)
                self._send(story, operation, body | self._key())
            self._send(story, operation, body | key)
        return story.history()

    def _left(self, operation: str, field: str) -> Fixture | None:
        for each in self._run.job.fixtures.of(operation, field):
            left = self._run.spending.left(each)
            if left is None or left >= KEPT:
                return each
        return None

    def _send(
        self, story: "_Story", operation_id: str, body: dict[str, Any], twin: int | None = None
    ) -> Step | None:
        run, operation = self._run, self._run.contract.operation(operation_id)
        try:
            response = run.send(operation, body)
        except CapError:
            return None
        except requests.RequestException:
            run.wire.excuse()
            return story.note(
                Step(len(story.steps), len(story.steps), operation, 0, body, None, None, twin=twin)
            )
        run.result.tally.add_probe(operation, CALL, response.status_code)
        raw = Answer(response.status_code, dict(response.headers), response.content or b"")
        return story.note(
            Step(
                len(story.steps),
                len(story.steps),
                operation,
                0,
                body,
                raw.status,
                raw.json,
                sent=response.request,
                raw=raw,
                twin=twin,
            )
        )


class _Story:
    def __init__(self, name: str, assets: dict[tuple[str, str], Asset] | None = None) -> None:
        self._name = name
        self._assets = assets or {}
        self.steps: list[Step] = []

    def note(self, step: Step) -> Step:
        self.steps.append(step)
        return step

    def history(self) -> History:
        return History(self._name, tuple(self.steps), self._assets)
