"""What a request or an answer can hold: each property at each depth, and each value of a closed set.

Read from the body's schema, all branches of `oneOf`, `anyOf` and `allOf` together. A property has a dotted
path, with `[]` behind a list: `menu_items[].item_name`. Only names and values of the contract come out of
here, never one that a body brought.
"""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from punchh_contract.contract import Operation
from punchh_contract.json_types import JsonValue


@dataclasses.dataclass
class _Node:
    """A place in a body: where the contract has it, its properties, what its list holds, and the closed set
    of its values as JSON.
    """

    pointer: str = ""
    properties: "dict[str, _Node]" = dataclasses.field(default_factory=dict)
    items: "_Node | None" = None
    values: dict[str, None] = dataclasses.field(default_factory=dict)
    choices: tuple[Any, ...] = ()


@dataclasses.dataclass(frozen=True)
class Seen:
    """What one body has: paths present, paths absent whose parent is present, and (path, value as JSON)."""

    present: frozenset[str]
    absent: frozenset[str]
    values: frozenset[tuple[str, str]]


class Properties:
    """The properties of one operation's request, or of its answer of a status, in the contract's order.

    `paths` are all of them, `pointers` says where each stands in its schema (in that of a branch, where it
    has several: the first), `values` are all pairs of a path and a value (JSON) of an enumeration or a
    constant.
    `choices` are the enumerations of the body's own properties, by name: any of them may stand for another,
    which the constants that tell branches apart may not.
    """

    def __init__(self, operation: Operation, status: int | None = None) -> None:
        """With `status` those of that answer; of one without a body there are none."""
        schema = operation.request_schema if status is None else operation.response_schema(status) or {}
        self._root = _Node("#")
        _grow(self._root, schema, schema.get("components", {}).get("schemas", {}), (), "#")
        self._validator = jsonschema_rs.validator_for(schema, validate_formats=True)
        self.paths: tuple[str, ...] = tuple(path for path, _ in _walk(self._root, ""))
        self.pointers: dict[str, str] = {path: node.pointer for path, node in _walk(self._root, "")}
        self.values: tuple[tuple[str, str], ...] = tuple(
            (path, value) for path, node in _walk(self._root, "") for value in node.values
        )
        self.choices: dict[str, tuple[Any, ...]] = {
            name: node.choices for name, node in self._root.properties.items() if node.choices
        }

    def seen(self, body: JsonValue) -> Seen:
        """What a parsed body has.

        A property counts as present, and a value as seen, in a body that keeps the schema only: one that is
        refused for its form says nothing of them. Absent is absent, whatever else is wrong.
        """
        present, absent, values = set[str](), set[str](), set[tuple[str, str]]()
        if isinstance(body, dict):
            _look(self._root, body, "", present, absent, values)
        if not present or not self._validator.is_valid(body):
            return Seen(frozenset(), frozenset(absent), frozenset())
        return Seen(frozenset(present), frozenset(absent), frozenset(values))


def _grow(
    node: _Node, schema: JsonValue, schemas: dict[str, Any], within: tuple[str, ...], here: str
) -> None:
    """Add to a place what a schema, which stands at `here`, says of it; `within` are the schemas entered on
    the way to it.
    """
    if not isinstance(schema, dict):
        return
    if isinstance(ref := schema.get("$ref"), str) and ref not in within:
        _grow(node, schemas[ref.rpartition("/")[2]], schemas, (*within, ref), ref)
    for word in ("allOf", "oneOf", "anyOf"):
        for place, branch in enumerate(schema.get(word, ())):
            _grow(node, branch, schemas, within, f"{here}/{word}/{place}")
    for name, child in schema.get("properties", {}).items():
        there = f"{here}/properties/{name.replace('~', '~0').replace('/', '~1')}"
        _grow(node.properties.setdefault(name, _Node(there)), child, schemas, within, there)
    if "items" in schema:
        node.items = node.items or _Node()
        _grow(node.items, schema["items"], schemas, within, f"{here}/items")
    node.choices = node.choices or tuple(schema.get("enum", ()))
    closed = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ())]
    node.values.update(dict.fromkeys(map(json.dumps, closed)))


def _walk(node: _Node, path: str) -> Iterator[tuple[str, _Node]]:
    if node.items is not None:
        yield from _walk(node.items, f"{path}[]")
    for name, child in node.properties.items():
        here = f"{path}.{name}" if path else name
        yield here, child
        yield from _walk(child, here)


def _look(
    node: _Node,
    value: JsonValue,
    path: str,
    present: set[str],
    absent: set[str],
    values: set[tuple[str, str]],
) -> None:
    if isinstance(value, dict):
        for name, child in node.properties.items():
            here = f"{path}.{name}" if path else name
            if name in value:
                present.add(here)
                _look(child, value[name], here, present, absent, values)
            else:
                absent.add(here)
    elif isinstance(value, list):
        for each in value if node.items is not None else ():
            _look(node.items, each, f"{path}[]", present, absent, values)  # type: ignore[arg-type]
    elif node.values and (text := json.dumps(value)) in node.values:
        values.add((path, text))
