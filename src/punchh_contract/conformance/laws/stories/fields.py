"""Stories of fields: each that an operation needs is left out once, and each number is sent as text once."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from punchh_contract.conformance.laws import bodies
from punchh_contract.conformance.laws.scene import Scene
from punchh_contract.conformance.laws.stories.debiting import OPERATIONS, right_order
from punchh_contract.conformance.laws.stories.story import BATCH, ONLINE, story

LINES = (1000, 2000)
WHERE = ("menu_items", "line_items")


def _fields(scene: Scene, operation: str) -> None:
    order = right_order(scene, operation)
    if order is None:
        return
    body = dict(order.body)
    if operation == ONLINE:
        body["menu_items"] = bodies.online("reward", "1", lines=LINES)["menu_items"]
    if operation == BATCH:
        body["line_items"] = bodies.batch(order.guest.user_id, lines=LINES)["line_items"]
    for key, value in body.items():
        if type(value) is int:
            scene.world.allow(key, str(value))
    schema = scene.world.run.contract.operation(operation).request_schema
    fits = jsonschema_rs.validator_for(schema, validate_formats=True).is_valid
    for field, index, what, wrong in _spoilt(body):
        if not fits(wrong):
            names = field if index is None else f"{field}_{index}"
            refused = dataclasses.replace(order, body=wrong, refused=f"{names} is {what}", names=names)
            scene.call(dataclasses.replace(refused, look=False))
    scene.call(dataclasses.replace(order, granted="nothing is missing"))


def _spoilt(body: dict[str, Any]) -> Iterator[tuple[str, int | None, str, dict[str, Any]]]:
    """A body with one thing wrong each: the field, the index of its line, what it is, the body."""
    for key, value in body.items():
        yield key, None, "missing", {each: body[each] for each in body if each != key}
        if type(value) is int:
            yield key, None, "text", {**body, key: str(value)}
        if isinstance(value, dict):
            for field in value:
                yield (
                    field,
                    None,
                    "missing",
                    {**body, key: {each: value[each] for each in value if each != field}},
                )
    for key in WHERE:
        *before, last = body.get(key) or [{}]
        for field in last:
            line = {each: last[each] for each in last if each != field}
            yield field, len(before), "missing", {**body, key: [*before, line]}


for _operation in OPERATIONS:
    story(f"fields that are needed: {_operation}", _operation)(
        lambda scene, operation=_operation: _fields(scene, operation)  # type: ignore[misc]  # bound at once
    )
