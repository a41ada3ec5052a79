"""Stories of fields: each that an operation needs is left out once, each number is sent as text once, and
such as nobody knows stand where an order has room for them."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from punchh_contract.conformance.laws import bodies
from punchh_contract.conformance.laws.scene import Scene
from punchh_contract.conformance.laws.stories.debiting import OPERATIONS, right_order
from punchh_contract.conformance.laws.stories.quoting import UNKNOWN
from punchh_contract.conformance.laws.stories.story import BATCH, ONLINE, story
from punchh_contract.json_types import JsonValue

LINES = (1000, 2000)
SMALL = (250, 350)
WHERE = {ONLINE: "menu_items", BATCH: "line_items"}
"""Where the lines of a receipt stand, by operation."""


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
    if operation in WHERE:
        small = {**body, **_small(operation, body)}
        plain = scene.call(dataclasses.replace(order, body=bodies.quote(small)))
        where = WHERE[operation]
        more = {**small, where: [{**each, **UNKNOWN} for each in small[where]]}
        scene.call(dataclasses.replace(order, body=bodies.quote(more), twin=plain.place))
    granted = scene.call(dataclasses.replace(order, granted="nothing is missing"))
    if operation not in WHERE:
        more = {key: _with_unknown(value) for key, value in body.items()}
        scene.call(dataclasses.replace(order, body={**more, **UNKNOWN}, twin=granted.place))


def _with_unknown(value: JsonValue) -> JsonValue:
    return {**value, **UNKNOWN} if isinstance(value, dict) else value


def _small(operation: str, body: dict[str, Any]) -> dict[str, Any]:
    """A receipt that is hardly more than the offer of an order: half of it would be less."""
    made = (
        bodies.online("reward", "1", receipt=sum(SMALL), lines=SMALL)
        if operation == ONLINE
        else bodies.batch(body["user_id"], receipt=sum(SMALL), lines=SMALL)
    )
    return {name: made[name] for name in ("receipt_amount", "subtotal_amount", WHERE[operation])}


def _spoilt(body: dict[str, Any]) -> Iterator[tuple[str, int | None, str, dict[str, Any]]]:
    """A body with one thing wrong each: the field, the index of its line, what it is, the body."""
    value: JsonValue
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
    for key in WHERE.values():
        written: list[dict[str, Any]] = body.get(key) or [{}]
        *before, last = written
        for field in last:
            line = {each: last[each] for each in last if each != field}
            yield field, len(before), "missing", {**body, key: [*before, line]}


for _operation in OPERATIONS:
    story(f"fields that are needed: {_operation}", _operation)(
        lambda scene, operation=_operation: _fields(scene, operation)  # type: ignore[misc]  # bound at once
    )
