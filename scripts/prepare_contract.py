"""Rewrite the contract for the client generator: each rewrite one function, the contract itself stays.

openapi-python-client reads OpenAPI 3.1 with gaps. What can be mended in the document is mended here, so that
no template has to be forked. The first paragraph of each docstring stands in `generated/README.md`.
"""

import re
from collections.abc import Callable
from typing import Any

from strict_twin import local_target

Document = dict[str, Any]
Rewrite = Callable[[Document], Document]

# Below these keys lies somebody's data, not a schema; below those, schemas by a name that may be any word.
_PAYLOADS = frozenset({"value", "example", "examples", "default", "const", "enum"})
_BY_NAME = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs", "schemas"})
_DATES = frozenset({"date-time", "date"})
# A line end inside of a paragraph: no empty line, no item of a list, no indented or quoted line after it.
_LINE_END = re.compile(r"(?<!\n)\n(?![\n\s>|*-]|\d+\.|\Z)")
_SCALARS = frozenset({"string", "integer", "number", "boolean", "null"})


def dates_as_text(document: Document) -> Document:
    """`format: date-time` and `date` are left out, so that a date stays the text that the vendor sent.

    Generated code would parse it, lose the whole answer over an odd one such as `2018-11-28 02:13:00 UTC`,
    and write `…Z` back as `…+00:00`. Zoned datetimes are the business of the handwritten client.
    """

    def rewrite(node: Document) -> Document:
        if isinstance(node.get("format"), str) and node["format"] in _DATES:
            return {key: value for key, value in node.items() if key != "format"}
        return node

    return _everywhere(document, rewrite)


def own_descriptions(document: Document) -> Document:
    """A `$ref` to a plain value with a description beside it becomes that value with that description.

    The generator documents an attribute with the description of what it refers to ("An id that Punchh gave
    out") and drops the one beside the reference ("The guest who is debited"). Objects and enumerations stay
    references, since their models are named by them.
    """

    def rewrite(node: Document) -> Document:
        if not (isinstance(node.get("$ref"), str) and isinstance(node.get("description"), str)):
            return node
        try:
            target = local_target(document, node["$ref"])
        except KeyError:
            return node  # the generator says what it thinks of a reference that leads nowhere
        if not _is_plain_value(target):
            return node
        return {**target, **{key: value for key, value in node.items() if key != "$ref"}}

    return _everywhere(document, rewrite)


def described_parameters(document: Document) -> Document:
    """The description of a parameter is given to its schema too, where the generator looks for it."""

    def rewrite(node: Document) -> Document:
        schema = node.get("schema")
        if not ({"name", "in", "description"} <= node.keys() and isinstance(schema, dict)):
            return node
        return {**node, "schema": {"description": node["description"], **schema}}

    return _everywhere(document, rewrite)


def unbroken_paragraphs(document: Document) -> Document:
    """The lines of a paragraph in a description become one line, since the generator breaks lines anew.

    It would keep our line ends and add its own, which leaves lines of one word in the docstrings. Lists and
    indented blocks keep their lines.
    """

    def rewrite(node: Document) -> Document:
        text = node.get("description")
        return {**node, "description": _LINE_END.sub(" ", text)} if isinstance(text, str) else node

    return _everywhere(document, rewrite)


def credentials_left_to_auth(document: Document) -> Document:
    """`security` is left out, so that a plain `Client` may call: credentials and digest come from an auth.

    The generator knows one kind of credential, and would ask for an `AuthenticatedClient` that puts
    `Authorization: Bearer` on every call, the till's too; `PunchhAuth` leaves a header that is there alone.
    """

    def rewrite(node: Document) -> Document:
        return {key: value for key, value in node.items() if key != "security"}

    return _everywhere(document, rewrite)


REWRITES: tuple[Rewrite, ...] = (
    dates_as_text,
    own_descriptions,
    described_parameters,
    unbroken_paragraphs,
    credentials_left_to_auth,
)


def prepare(document: Document) -> Document:
    """Return the document that the generator is given; the argument is left alone."""
    for rewrite in REWRITES:
        document = rewrite(document)
    return document


def _everywhere(document: Document, rewrite: Rewrite) -> Document:
    rewritten: Document = _rewritten(document, rewrite)
    return rewritten


def _rewritten(node: Any, rewrite: Rewrite) -> Any:
    """A copy of `node` in which every mapping outside of payloads went through `rewrite`, parents first."""
    if isinstance(node, list):
        return [_rewritten(item, rewrite) for item in node]
    if not isinstance(node, dict):
        return node
    copy: Document = {}
    for key, value in rewrite(node).items():
        if key in _BY_NAME and isinstance(value, dict):
            copy[key] = {name: _rewritten(schema, rewrite) for name, schema in value.items()}
        else:
            copy[key] = value if key in _PAYLOADS else _rewritten(value, rewrite)
    return copy


def _is_plain_value(schema: Any) -> bool:
    """Whether a schema is one scalar, or a nullable one: no object, list, enumeration or composition."""
    if not isinstance(schema, dict) or "type" not in schema or {"enum", "properties"} & schema.keys():
        return False
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return set(types) <= _SCALARS and not {"$ref", "allOf", "anyOf", "oneOf"} & schema.keys()
