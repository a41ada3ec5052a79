"""The crash matrix: each committing call with its request lost, its reply lost or slow, or sent twice; then
what the contract lets a client do next.

With a key (`x-retry` with-key) that is: send the very same again. Without one (never): look, and let be.
"""

import dataclasses
import itertools
from collections.abc import Callable

from punchh_contract.conformance.laws.scene import Order, Scene
from punchh_contract.conformance.laws.stories.debiting import OPERATIONS, right_order
from punchh_contract.conformance.laws.stories.story import story

LOST = ("connection_reset", "html_502", "server_error")
COMMITTED = ("reply_lost", "empty_body", "truncated_json")
SLOW, IMPATIENT = 0.25, 0.1
"""Seconds that an answer takes, and that the client waits."""


KINDS = itertools.cycle(("reward", "discount_amount", "card_completion", "redemption_code"))
"""What an online order or a basket redeems: another thing in each row."""


def _matrix(name: str, crash: Callable[[Scene, Order, bool], None]) -> None:
    """A story for each operation; `crash` gets a right order, and whether it has a key to be repeated by."""
    kind = next(KINDS)

    def tell(scene: Scene, operation: str) -> None:
        order = right_order(scene, operation, kind)
        if order is None:
            return
        key = scene.world.run.contract.operation(operation).retry.key
        if key:
            order = dataclasses.replace(order, body={**order.body, key: scene.world.uid()})
        crash(scene, order, bool(key))

    for each in OPERATIONS:
        story(f"crash: {name}: {each}", each, heard=False)(
            lambda scene, operation=each: tell(scene, operation)  # type: ignore[misc]  # bound at once
        )


def _trouble(kind: str) -> Callable[[Scene, Order, bool], None]:
    def crash(scene: Scene, order: Order, keyed: bool) -> None:  # noqa: FBT001  # as `_matrix` calls it
        scene.fault(kind, order.operation)
        scene.call(dataclasses.replace(order, fault=kind))
        if keyed:
            scene.call(order)
            scene.call(order)

    return crash


def _slow(scene: Scene, order: Order, keyed: bool) -> None:  # noqa: FBT001  # as `_matrix` calls it
    log = scene.control.ask("GET", "log")
    seen = int(log[-1]["seq"]) if log else 0
    scene.fault("latency", order.operation, seconds=SLOW)
    scene.call(dataclasses.replace(order, fault="latency", timeout=IMPATIENT))
    if keyed:
        scene.call(order)
    # The first is still on its way: what it does must be seen too.
    scene.control.ask("GET", "log", since=seen + (1 if keyed else 0), wait=2)
    scene.look_again()


def _twice(scene: Scene, order: Order, keyed: bool) -> None:  # noqa: FBT001  # as `_matrix` calls it
    scene.together([order, order])
    if keyed:  # without a key they are two, and each takes what its answer says
        scene.call(order)


for _kind in LOST + COMMITTED:
    _matrix(_kind, _trouble(_kind))
_matrix("the reply is slow, and the client impatient", _slow)
_matrix("sent twice", _twice)
