"""What an error may show of an answer: the contract's own words and names; of all else the kind and length.

A list of what may be shown, not of what may not: whatever a server echoes or a guest is called, it is not on
it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from punchh_contract.client.texts import same_text
from punchh_contract.client.values import is_array, is_object

if TYPE_CHECKING:
    from punchh_contract.facts import Operation

__all__ = ["is_field", "masked_json", "masked_text"]

_LENGTH = 1000
_ITEMS = 50
_MEDIA = frozenset(
    {"application/json", "application/problem+json", "application/xml", "text/html", "text/plain", "text/xml"}
)
# What tells a proxy's page apart. `captcha` is the vendor's own (FAQ-API, documented).
_SIGNS = (
    *(each.phrase for each in HTTPStatus if each >= HTTPStatus.BAD_REQUEST),
    *("nginx", "cloudflare", "openresty", "varnish", "awselb", "captcha"),
)


def masked_json(operation: Operation, body: Any) -> str:
    """Return a parsed body as JSON, every text masked that is not the contract's; cut to 1000 characters."""
    vocabulary = _vocabulary(operation)
    text = json.dumps(_masked(body, vocabulary, named=False), ensure_ascii=False)
    return text if len(text) <= _LENGTH else f"{text[:_LENGTH]}…"


def is_field(operation: Operation, name: str) -> bool:
    """Tell whether the contract knows a field or header of that name in the operation's request."""
    return name in _vocabulary(operation).fields


def masked_text(content_type: str | None, body: bytes) -> str:
    """Return a line about a body that is no JSON: media type, length, and the signs of a known page."""
    if not body:
        return "(empty)"
    media = (content_type or "").partition(";")[0].strip().lower()
    text = body[:20_000].decode("utf-8", "replace").lower()
    signs = [each for each in _SIGNS if each.lower() in text]
    about = f"{media if media in _MEDIA else 'unknown type'}, {len(body)} bytes"
    return f"({about}: {', '.join(signs)})" if signs else f"({about})"


class _Vocabulary:
    """Names and values that the contract prints itself, of one operation."""

    def __init__(self, operation: Operation) -> None:
        self.texts = tuple(dict.fromkeys(fact.text for fact in operation.errors.values()))
        self.names: set[str] = {"error", "errors", "message", "code", "status"}
        self.values: set[str] = set()
        self.fields = {str(each["name"]) for each in operation.parameters}
        for node in _nodes(operation.request_schema):
            if is_object(properties := node.get("properties")):
                self.fields.update(properties)
        for schema in operation.responses.values():
            for node in _nodes(schema):
                if is_object(properties := node.get("properties")):
                    self.names.update(name for name, each in properties.items() if not _is_pii(each))
                self.values.update(each for each in node.get("enum", ()) if isinstance(each, str))
        for fact in operation.errors.values():
            for node in _nodes(fact.example):
                self.names.update(node)

    def shown(self, text: str) -> str | None:
        """Return what may stand for a text: itself if it is a known value, the contract's if it is one."""
        if text in self.values:
            return text
        return next((each for each in self.texts if same_text(each, text)), None)


_built: dict[str, tuple[Operation, _Vocabulary]] = {}


def _vocabulary(operation: Operation) -> _Vocabulary:
    held = _built.get(operation.id)
    if held is None or held[0] is not operation:
        held = _built[operation.id] = (operation, _Vocabulary(operation))
    return held[1]


def _masked(node: Any, vocabulary: _Vocabulary, *, named: bool) -> Any:
    if is_object(node):
        return {
            (key if key in vocabulary.names else f"name({len(key)})"): _masked(
                node[key], vocabulary, named=key in vocabulary.names
            )
            for key in list(node)[:_ITEMS]
        }
    if is_array(node):
        return [_masked(each, vocabulary, named=named) for each in node[:_ITEMS]]
    if isinstance(node, str):
        return vocabulary.shown(node) or f"string({len(node)})"
    # True, False and null tell nothing; a number does, where nobody says what it counts.
    return node if named or node is None or isinstance(node, bool) else "number"


def _is_pii(schema: object) -> bool:
    return is_object(schema) and schema.get("x-pii") is True


def _nodes(root: Any) -> Iterator[dict[str, Any]]:
    pending: list[Any] = [root]
    while pending:
        node = pending.pop()
        if is_object(node):
            yield node
            pending.extend(node.values())
        elif is_array(node):
            pending.extend(node)
