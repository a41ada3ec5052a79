"""A sequence of two guests' calls, step by step: what Hypothesis draws, and what a replay tells again."""

from collections.abc import Iterable, Mapping
from typing import Any

from punchh_contract.conformance.laws.history import SUCCESS, History
from punchh_contract.conformance.laws.scene import Scene
from punchh_contract.conformance.laws.world import World
from punchh_contract.errors import UsageError
from punchh_contract.json_types import JsonValue

DRAWN = "a sequence that was drawn"
"""What every such story is called."""
RULES: Mapping[str, frozenset[str]] = {
    "online": frozenset({"who", "whose", "what", "receipt", "asks", "key"}),
    "batch": frozenset({"who", "receipt", "asks", "key"}),
    "force": frozenset({"who", "count"}),
    "code": frozenset({"who"}),
    "redeem_code": frozenset({"who", "place", "asks", "key"}),
    "wait": frozenset({"seconds"}),
}
"""The steps that there are, each with its arguments: small numbers, so that they can be written down."""
MOST = 100
"""Steps of a sequence that is told again, at most."""

Step = tuple[str, dict[str, Any]]


class Sequence:
    """Two guests who hold a little of everything, and what they do. Raises ControlError and StoppedError."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.news()
        self._scene = Scene(DRAWN, world, None)
        self._uids: list[str] = []
        self._codes: list[str] = []
        self._steps: list[Step] = []
        held: dict[str, Any] = {
            "points": 250,
            "banked_cents": 900,
            "visit_cards": 2,
            "rewards": ({"discount_cents": 500}, {"discount_cents": 333}),
            "coupons": ({"discount_cents": 199},),
            "subscriptions": 1 if world.plan else 0,
            "basket": (
                ("reward", 0),
                ("reward", 1),
                ("redemption_code", 0),
                ("card_completion", ""),
                ("discount_amount", 150),
            ),
        }
        self._guests = [self._scene.guest(**held), self._scene.guest(**held)]

    def do(self, rule: str, **arguments: Any) -> None:
        """Take one step of RULES."""
        self._steps.append((rule, arguments))
        getattr(self, f"_{rule}")(**arguments)

    def history(self) -> History:
        """What happened so far."""
        return self._scene.history(tuple(self._steps))

    def _online(self, who: int, whose: int, what: int, receipt: int, asks: bool, key: int) -> None:  # noqa: FBT001
        owner = self._guests[1 - who if whose else who]
        kinds = [
            ("reward", owner.rewards[0]),
            ("reward", owner.rewards[1]),
            ("redemption_code", owner.codes[0]),
            ("discount_amount", "5"),
            ("card_completion", ""),
            *(("redeemable", each) for each in list(self._world.redeemables)[:1]),
        ]
        kind, name = kinds[min(what, len(kinds) - 1)]
        self._scene.online(
            self._guests[who],
            kind,
            name,
            receipt=receipt,
            lines=(receipt,),
            query=asks,
            uid=self._key(key, asks=asks),
        )

    def _batch(self, who: int, receipt: int, asks: bool, key: int) -> None:  # noqa: FBT001
        self._scene.batch(self._guests[who], receipt=receipt, query=asks, uid=self._key(key, asks=asks))

    def _force(self, who: int, count: int | None) -> None:
        guest = self._guests[who]
        order: dict[str, Any] = (
            {"requested_punches": count} if count else {"reward_id": int(guest.rewards[0])}
        )
        self._scene.force(guest, force_message="Drawn", **order)

    def _code(self, who: int) -> None:
        guest = self._guests[who]
        if guest.subscriptions:
            step = self._scene.code(guest, guest.subscriptions[0])
            if step.outcome == SUCCESS:
                self._codes.append(str(step.answer["redemption_tracking_code"]))

    def _redeem_code(self, who: int, place: int, asks: bool, key: int) -> None:  # noqa: FBT001
        if self._codes:
            text = self._codes[place % len(self._codes)]
            self._scene.online(
                self._guests[who], "redemption_code", text, query=asks, uid=self._key(key, asks=asks)
            )

    def _wait(self, seconds: int) -> None:
        self._scene.move(f"{seconds} s later", "POST", "clock/advance", {"seconds": seconds})

    def _key(self, number: int, *, asks: bool) -> str | None:
        """A key: none, a fresh one, or one of before."""
        if number < -1 or asks:
            return None
        if number < 0 or number >= len(self._uids):
            self._uids.append(self._world.uid())
            return self._uids[-1]
        return self._uids[number]


def checked(steps: JsonValue | tuple[Any, ...]) -> tuple[Step, ...]:
    """Steps as a file has them. Raises UsageError for what no sequence of ours could be."""
    if not isinstance(steps, list | tuple) or len(steps) > MOST:
        raise UsageError("these are no steps of a sequence that a run drew")
    found: list[Step] = []
    each: JsonValue | tuple[Any, ...]
    for each in steps:
        pair: Iterable[Any] = each if isinstance(each, list | tuple) and len(each) == 2 else ("", {})
        rule, arguments = pair
        given: JsonValue = arguments
        if not isinstance(given, dict) or frozenset(given) != RULES.get(str(rule)):
            raise UsageError("these are no steps of a sequence that a run drew")
        if not all(value is None or isinstance(value, int) for value in given.values()):
            raise UsageError("these are no steps of a sequence that a run drew")
        found.append((str(rule), dict(given)))
    return tuple(found)
