"""Derive `generated/schemas/`: the event's JSON Schema, open and strict, and the contract as JSON."""

import json
from collections.abc import Iterator
from typing import Any

from strict_twin import local_target, strict

Document = dict[str, Any]

WEBHOOK = "redemptions"
URN = "urn:punchh-contract:redemption-event"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_COMPONENTS = "#/components/schemas/"
_DEFS = "#/$defs/"


def schema_files(document: Document) -> dict[str, bytes]:
    """Return the files of `generated/schemas/` by name.

    The `x-` keys stay: validators ignore them, and our own tells by them what to mask. Raises KeyError when
    the document has no such webhook or refers to something that is not there.
    """
    event = event_schema(document)
    twin = {**strict(event), "$id": f"{event['$id']}:strict"}
    return {
        "openapi.json": as_json(document),
        "redemption-event.schema.json": as_json(event),
        "redemption-event.strict.schema.json": as_json(twin),
    }


def event_schema(document: Document) -> Document:
    """Return the schema of the webhook's body as a JSON Schema 2020-12 that stands alone."""
    body = document["webhooks"][WEBHOOK]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    root: Document = local_target(document, schema["$ref"]) if "$ref" in schema else schema
    needed: dict[str, Any] = {}
    pending = list(_references(root))
    while pending:
        ref = pending.pop()
        name = ref.removeprefix(_COMPONENTS)
        if not ref.startswith(_COMPONENTS) or "/" in name:
            raise KeyError(ref)  # only named schemas can move to `$defs`
        if name not in needed:
            needed[name] = local_target(document, ref)
            pending.extend(_references(needed[name]))
    # In the contract's order, so that a diff of the one reads like a diff of the other.
    order = [name for name in document["components"]["schemas"] if name in needed]
    return {
        "$schema": DIALECT,
        "$id": f"{URN}:{document['info']['version']}",
        "$comment": "Written by `make generate` from spec/openapi.yaml; do not edit.",
        "title": "Punchh redemptions event",
        **_moved(root),
        "$defs": {name: _moved(needed[name]) for name in order},
    }


def as_json(value: Any) -> bytes:
    """Return a value as indented JSON in UTF-8, keys in their given order, with a newline at the end."""
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)


def _moved(node: Any) -> Any:
    """A copy whose references point into `$defs`."""
    if isinstance(node, dict):
        return {
            key: _DEFS + value.removeprefix(_COMPONENTS)
            if key == "$ref" and isinstance(value, str)
            else _moved(value)
            for key, value in node.items()
        }
    return [_moved(item) for item in node] if isinstance(node, list) else node
