"""A schema without unions of objects, lists and null: the same values, errors at their place.

An engine reports a fault inside such a union as one of the union, with the faults of each branch and the
whole value in it, which takes ten times as long. Branches of different types can be one schema: `properties`
says nothing of a list and `items` nothing of an object, so each keyword still meets its own values only.
"""

from collections.abc import Mapping
from typing import Any

from punchh_contract.json_types import JsonValue

_KEYWORDS: dict[str, frozenset[str]] = {
    "object": frozenset({"properties", "required", "additionalProperties"}),
    "array": frozenset({"items"}),
    "null": frozenset(),
}


def merged(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a standalone schema with such unions merged; all others, and all else, as they are."""
    named: Mapping[str, Any] = schema.get("$defs", {})
    whole: dict[str, Any] = _merged(schema, named)
    return whole


def branch(schema: Mapping[str, Any], named: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a branch of a union, or what it refers to."""
    found: Mapping[str, Any] = (
        named[schema["$ref"].removeprefix("#/$defs/")] if set(schema) == {"$ref"} else schema
    )
    return found


def _merged(node: JsonValue | Mapping[str, Any], named: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_merged(each, named) for each in node]
    if not isinstance(node, Mapping):
        return node
    if isinstance(node.get("anyOf"), list):
        branches = [branch(each, named) for each in node["anyOf"]]
        if _can_be_one(branches):
            one = {key: part for key, part in node.items() if key != "anyOf"}
            for each in branches:
                one |= {key: part for key, part in each.items() if key in _KEYWORDS[each["type"]]}
            one["type"] = [each["type"] for each in branches]
            return _merged(one, named)
    return {key: _merged(part, named) for key, part in node.items()}


def _can_be_one(branches: list[Mapping[str, Any]]) -> bool:
    types = [each.get("type") for each in branches]
    return (
        all(isinstance(each, str) and each in _KEYWORDS for each in types)
        and len(set(types)) == len(types)
        and all(_said(each) <= {"type", *_KEYWORDS[each["type"]]} for each in branches)
    )


def _said(schema: Mapping[str, Any]) -> set[str]:
    return {key for key in schema if key != "description" and not key.startswith("x-")}
