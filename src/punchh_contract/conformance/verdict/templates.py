"""Templates: JSON in which placeholders stand for what must not be written down, and how to fill them again.

`{"$credential": "PUNCHH_CLIENT"}` is a credential by its variable;
`{"$fixture": [operation, field, position]}` the value at that place (from 1) of the fixtures, with its JSON
type under `type`; `{"$handed_out": true}` a value that the target gave in an earlier answer;
`{"$withheld": true}` something that we could not name.
`{"$join": [...]}` is text made of parts, `{"$raw": text}` a body that is not compact JSON,
`{"$literal": {...}}` an object whose own keys look like ours.
"""

import json
from collections.abc import Callable, Container
from typing import Any

from punchh_contract.json_types import JsonValue

CREDENTIAL, FIXTURE, HANDED_OUT, WITHHELD = "$credential", "$fixture", "$handed_out", "$withheld"
JOIN, RAW, LITERAL = "$join", "$raw", "$literal"
VALUES = frozenset({CREDENTIAL, FIXTURE, HANDED_OUT, WITHHELD})
"""The placeholders that stand for one value each."""
RESERVED = VALUES | {JOIN, RAW, LITERAL}

Resolve = Callable[[dict[str, Any]], Any]


def kind(node: JsonValue) -> str | None:
    """The key of ours that makes a node a placeholder; None for plain JSON."""
    return next((key for key in node if key in RESERVED), None) if isinstance(node, dict) else None


def numeric(placeholder: dict[str, Any]) -> bool:
    """Whether the value of a placeholder stands in JSON without quotes."""
    return bool(placeholder.get("type", "string") != "string")


def holds(template: JsonValue, kinds: Container[str]) -> bool:
    """Whether a placeholder of one of these kinds is in a template."""
    found = kind(template)
    if found is not None and found in kinds:
        return True
    children = (
        template.values() if isinstance(template, dict) else template if isinstance(template, list) else ()
    )
    return any(holds(each, kinds) for each in children)


def fill(template: Any, resolve: Resolve) -> Any:
    """Return the JSON value of a template; `resolve` gives the value of each placeholder."""
    match kind(template):
        case None:
            plain: JsonValue = template
            if isinstance(plain, dict):
                return {key: fill(value, resolve) for key, value in plain.items()}
            return [fill(each, resolve) for each in plain] if isinstance(plain, list) else plain
        case "$join":
            return "".join(str(fill(each, resolve)) for each in template[JOIN])
        case "$raw":
            return fill(template[RAW], resolve)
        case "$literal":
            return {key: fill(value, resolve) for key, value in template[LITERAL].items()}
        case _:
            return resolve(template)


def body(template: Any, resolve: Resolve) -> bytes:
    """Return the bytes of a body's template: what was sent, if the placeholders have the values of then."""
    value = fill(template, resolve)
    return value.encode() if kind(template) == RAW else compact(value)


def compact(value: Any) -> bytes:
    """JSON as the run sends it: no white space between tokens, UTF-8."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
