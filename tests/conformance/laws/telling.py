"""Histories written by hand: what somebody asked, was answered, and what guests held around it."""

import datetime as dt
import json
from typing import Any

from punchh_contract.conformance.laws import bodies
from punchh_contract.conformance.laws.history import Asset, Delivered, History, Step
from punchh_contract.conformance.laws.view import Guest, View
from punchh_contract.conformance.verdict.answers import Answer
from punchh_contract.contract import load

NOW = dt.datetime(2026, 3, 2, 18, 5, 1, tzinfo=dt.UTC)
ADA, BOB = 1, 2
CONTRACT = load()


def guest(user_id: int = ADA, **held: Any) -> Guest:
    """A guest; of `held` `rewards`, `codes`, `subscriptions` are dicts of id to what the view has."""
    basket, locked = tuple(held.pop("basket", ())), held.pop("locked_by", None)
    records = held.pop("records", {})
    counted = {
        (kind, ""): held.pop(kind, 0) for kind in ("points", "banked_cents", "visit_cards", "fuel_points")
    }
    single = {
        (plural.removesuffix("s"), key): count for plural, each in held.items() for key, count in each.items()
    }
    return Guest(user_id, counted | single, basket, locked, records)


def view(*guests: Guest, now: dt.datetime = NOW, events: tuple[Any, ...] = ()) -> View:
    return View(now, {each.user_id: each for each in guests}, events)


def committed(amount: float = 5.0, redemption_id: int | None = 70, **more: Any) -> dict[str, Any]:
    """An online answer; without an id a quote's."""
    answer = {"status": "Fine.", "redemption_amount": amount, "category": "redeemable", **more}
    return answer | ({"redemption_id": redemption_id} if redemption_id else {})


REFUSED = {"status": "Not so.", "redemption_amount": 0, "category": "invalid"}


def item(item_id: int, amount: float | None = 5.0, redemption_id: int | None = 70) -> dict[str, Any]:
    return {"discount_basket_item_id": item_id, "discount_amount": amount, "redemption_id": redemption_id}


def basket(success: tuple[Any, ...] = (), failures: tuple[Any, ...] = ()) -> dict[str, Any]:
    return {"redemption_ref": "r", "success": list(success), "failures": list(failures)}


def code(text: str = "1234567", redemption_id: int = 90, **more: Any) -> dict[str, Any]:
    return {
        "redemption_status": "redeemable",
        "redemption_id": redemption_id,
        "redemption_tracking_code": text,
        "created_at": "2026-03-02T18:05:01Z",
        "updated_at": "2026-03-02T18:05:01Z",
        "expiring_at": "2026-03-02T18:15:01Z",
        **more,
    }


class Book:
    """Writes a history step by step; what follows a step is what came before the next."""

    def __init__(self, *guests: Guest, **more: Any) -> None:
        self._view: View | None = view(*guests) if guests else None
        self._steps: list[Step] = []
        self.headers: dict[str, str] = {}
        """What answers have instead of their own headers; an empty one is as good as none."""
        self._more = {"settings": {"program": "points"}, **more}

    def then(
        self,
        operation: str,
        body: dict[str, Any],
        status: int,
        answer: Any,
        after: View | None = None,
        *,
        together: bool = False,
        **more: Any,
    ) -> "Book":
        """One more step; `after` is what is seen then, the same as before where nothing is given."""
        seen = after if after is not None else self._view
        turn = len(self._steps) + (0 if together else 1)
        before: View | None = self._view
        if together and self._steps:
            turn, before = self._steps[-1].turn, None
        headers = {
            "content-type": "application/json",
            "x-request-id": f"request {len(self._steps)}",
            "x-pch-env": "sandbox",
        }
        raw = Answer(status, headers | self.headers, json.dumps(answer).encode()) if status else None
        self._steps.append(
            Step(
                len(self._steps),
                turn,
                CONTRACT.operation(operation),
                more.pop("guest", ADA),
                body,
                status or None,
                answer,
                raw=raw,
                before=before,
                after=seen,
                **more,
            )
        )
        self._view = seen
        return self

    def history(self) -> History:
        return History("by hand", tuple(self._steps), **self._more)


def order(kind: str = "reward", key: str = "7", **more: Any) -> dict[str, Any]:
    """An online order; `receipt`, `lines` and fields of the body."""
    shape = {name: more.pop(name) for name in ("receipt", "lines") if name in more}
    return bodies.online(kind, key, **shape) | more


__all__ = ["Asset", "Book", "Delivered"]
