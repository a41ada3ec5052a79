"""The shapes that a request of an operation can have: its named variants, each asked for and only quoted.

Read from the schema of the request: a variant is a branch of its `oneOf` that constants tell apart, a quote
is a body with the property whose absence `x-success` demands.
"""

import dataclasses
from collections.abc import Iterator
from typing import Any

from punchh_contract.contract import Contract, Operation


@dataclasses.dataclass(frozen=True)
class Shape:
    """One shape: the constants that a body of it has, and the fields that it needs.

    `query` is the field that makes a body a quote (None where there is no such field), `quote` whether this
    shape has it.
    """

    constants: dict[str, Any]
    needs: tuple[str, ...]
    query: str | None
    quote: bool


def shapes(contract: Contract, operation: Operation) -> tuple[Shape, ...]:
    """Every shape of an operation, in the contract's order; without variants and quotes there is just one."""
    found: list[Shape] = []
    for properties, required in _variants(contract, operation.request_schema):
        consts = {name: node["const"] for name, node in properties.items() if "const" in node}
        constants = {name: value for name, value in consts.items() if name in required}
        barred = (operation.success.request or {}).get("not", {}).get("required", [])
        query = next((name for name in barred if name in consts), None)
        found.append(Shape(constants, required, query, quote=False))
        if query is not None:
            found.append(Shape({**constants, query: consts[query]}, required, query, quote=True))
    return tuple(found)


def _variants(
    contract: Contract, schema: dict[str, Any]
) -> Iterator[tuple[dict[str, dict[str, Any]], tuple[str, ...]]]:
    """The properties and required names of each variant, those of all that it is composed of."""
    schema = contract.resolve(schema)
    if "oneOf" in schema:
        for branch in schema["oneOf"]:
            yield from _variants(contract, branch)
        return
    properties = dict(schema.get("properties", {}))
    required = list(schema.get("required", []))
    for branch in schema.get("allOf", []):
        for more, needs in _variants(contract, branch):
            properties |= more
            required += needs
    yield properties, tuple(required)
