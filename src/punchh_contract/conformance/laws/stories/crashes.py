"""The crash matrix: each committing call with its request lost, its reply lost or slow, or sent twice; then
what the contract lets a client do next.

With a key (`x-retry` with-key) that is: send the very same again. Without one (never): look, and let be.
"""

import dataclasses

from punchh_contract.conformance.laws.scene import Order, Scene
from punchh_contract.conformance.laws.stories.debiting import orders
from punchh_contract.conformance.laws.stories.story import story

LOST = ("connection_reset", "html_502", "server_error")
COMMITTED = ("reply_lost", "empty_body", "truncated_json")
SLOW, IMPATIENT = 0.3, 0.1
"""Seconds that an answer takes, and that the client waits."""


def _kept(scene: Scene, order: Order) -> Order:
    """The order with a key, where it has one."""
    key = scene.world.run.contract.operation(order.operation).retry.key
    return dataclasses.replace(order, body={**order.body, key: scene.world.uid()}) if key else order


def _crash(scene: Scene, kind: str) -> None:
    for order in [_kept(scene, each) for each in orders(scene)]:
        scene.fault(kind, order.operation)
        scene.call(dataclasses.replace(order, fault=kind))
        if scene.world.run.contract.operation(order.operation).retry.key:
            scene.call(order)
            scene.call(order)


for _kind in LOST + COMMITTED:
    story(f"crash: {_kind}")(lambda scene, kind=_kind: _crash(scene, kind))  # type: ignore[misc]  # bound at once


@story("crash: the reply is slow, and the client impatient")
def slow(scene: Scene) -> None:
    for order in [_kept(scene, each) for each in orders(scene)]:
        log = scene.control.ask("GET", "log")
        seen = int(log[-1]["seq"]) if log else 0
        scene.fault("latency", order.operation, seconds=SLOW)
        scene.call(dataclasses.replace(order, fault="latency", timeout=IMPATIENT))
        keyed = scene.world.run.contract.operation(order.operation).retry.key
        if keyed:
            scene.call(order)
        # The first is still on its way: what it does must be seen too.
        scene.control.ask("GET", "log", since=seen + (1 if keyed else 0), wait=2)
        scene.look_again()


@story("crash: sent twice")
def twice(scene: Scene) -> None:
    for order in [_kept(scene, each) for each in orders(scene)]:
        if scene.world.run.contract.operation(order.operation).retry.key:
            scene.together([order, order])
            scene.call(order)
