"""Where in an event a person is spoken of, so that a name of a field there may be the name of somebody."""

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from punchh_contract.event_schemas import event_schema
from punchh_contract.events.unions import branch

_GUEST = ("payload", "user")
"""The object that is the guest; most of its fields are `x-pii`, and it is itself not marked so."""
ANY = "*"
"""Stands for each index of a list."""


def is_personal(path: Iterable[str | int]) -> bool:
    """Whether the value at a path is the guest, is marked `x-pii`, is in one of these, or the contract does
    not know it."""
    return _is_personal(tuple(ANY if isinstance(step, int) else step for step in path))


@functools.lru_cache(maxsize=10_000)
def _is_personal(path: tuple[str, ...]) -> bool:
    if path[: len(_GUEST)] == _GUEST:
        return True
    schema = event_schema()
    named = schema.get("$defs", {})
    found = _branches(schema, named)
    for step in path:
        below = [each["items"] for each in found if step == ANY and "items" in each]
        below += [each["properties"][step] for each in found if step in each.get("properties", {})]
        found = [one for each in below for one in _branches(each, named)]
        if not found or any(each.get("x-pii") is True for each in found):
            return True
    return False


def _branches(schema: Mapping[str, Any], named: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A schema and all that it refers to or chooses from."""
    found = [schema]
    if "$ref" in schema:
        found += _branches(branch({"$ref": schema["$ref"]}, named), named)
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        found += _branches(each, named)
    return found
