"""Stories of doors: all that can be wrong with credentials and signatures, and calls beyond the limit."""

import dataclasses

from punchh_contract.conformance.laws.scene import Scene
from punchh_contract.conformance.laws.stories.debiting import orders
from punchh_contract.conformance.laws.stories.story import FORCE, story
from punchh_contract.conformance.probes import probes_of

BROKEN = {"client": None, "user_id": None, "x": 1}


@story("wrong credentials and signatures")
def doors(scene: Scene) -> None:
    if scene.world.run.budget.left is not None:
        return  # the own checks of the fuzzing phase have it
    contract = scene.world.run.contract
    for order in orders(scene):
        for probe in probes_of(contract.operation(order.operation)):
            if all(getattr(scene.world.run.job.credentials, name) for name in probe.needs):
                scene.call(dataclasses.replace(order, wrong=probe))
        scene.call(order)


@story("more calls than a minute has", FORCE)
def beyond(scene: Scene) -> None:
    limit = scene.world.run.contract.operation(FORCE).rate_limit
    if limit is None or not scene.world.run.job.own:
        return  # elsewhere the run keeps the limit itself
    guest = scene.guest(points=10 * limit.per_minute)
    scene.move("the clock stands still", "POST", "clock/freeze")
    scene.setting(rate_limits=True)
    scene.move("a minute later", "POST", "clock/advance", {"seconds": 61})
    scene.force(guest, requested_punches=1)
    for _ in range(limit.per_minute - 2):
        scene.force(guest, requested_punches=1, look=False)
    for _ in range(3):
        scene.force(guest, requested_punches=1)
    scene.move("a minute later", "POST", "clock/advance", {"seconds": 61})
    scene.force(guest, requested_punches=1)
