"""Derive the strict twin of a JSON Schema: the same schema, closed, so that drift and misspelt keys show.

The contract's schemas are open on purpose (a vendor's new field must never lose an answer). The twin finds
drift: the event's strict schema is made with it, and so is the schema that every example is checked against.
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_ALTERNATIVES = ("anyOf", "oneOf")
# Keywords whose value is one schema for a part of the instance, and so closes by itself.
_PART = ("items", "additionalProperties", "unevaluatedItems", "contains", "propertyNames")
_PARTS_BY_NAME = ("properties", "patternProperties", "dependentSchemas")
# A text branch with one of these says more than "any text at all", so it is not what opens an enumeration.
_NARROWING = {"const", "enum", "format", "pattern"}


def strict(schema_document: Schema) -> Schema:
    """Return the strict twin of a standalone schema (JSON Schema 2020-12); the argument is left alone.

    Named schemas are closed too, under `$defs` and `components.schemas`; every `$ref` must be local.
    - An object with `properties` takes no others (`additionalProperties: false`); one without stays open, and
      so does one whose `additionalProperties` is a schema.
    - A composition (`allOf`, or alternatives beside `properties`) is closed once, at its top, with
      `unevaluatedProperties: false`. The parts it refers to are inlined open, since a closed base would
      refuse what the composition adds; the same base is closed where it is used by itself.
    - An open enumeration, `anyOf: [{$ref: KnownXyz}, {type: string}]`, loses its branch for any text.
    - `not` is kept as it is: closing what is refused would allow more, not less.

    Raises KeyError for a `$ref` that points at nothing.
    """
    twin: Schema = _Closing(schema_document).closed(
        {key: value for key, value in schema_document.items() if key not in ("$defs", "components")}
    )
    if "$defs" in schema_document:
        twin["$defs"] = _closed_all(schema_document, schema_document["$defs"])
    if "components" in schema_document:
        components = schema_document["components"]
        twin["components"] = {
            **components,
            "schemas": _closed_all(schema_document, components.get("schemas", {})),
        }
    return twin


def local_target(document: Schema, ref: str) -> Any:
    """Return what a local reference (`#/a/b`) points at in `document`; KeyError when there is nothing."""
    if not ref.startswith("#"):
        raise KeyError(ref)
    node: Any = document
    for token in ref.removeprefix("#").split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        try:
            node = node[int(name)] if isinstance(node, list) else node[name]
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise KeyError(ref) from error
    return node


def is_open_enum_branch(branch: Any) -> bool:
    """Whether an `anyOf` branch takes any text: what makes a known list of values open."""
    types = branch.get("type") if isinstance(branch, dict) else None
    takes_text = types == "string" or (isinstance(types, list) and "string" in types)
    return takes_text and not _NARROWING & branch.keys()


def is_open_enum(document: Schema, schema: Schema) -> bool:
    """Whether `schema` is an `anyOf` of a `$ref` to an `enum` schema and a branch for any text."""
    branches = schema.get("anyOf", [])
    return any(_refers_to_enum(document, branch) for branch in branches) and any(
        map(is_open_enum_branch, branches)
    )


def _refers_to_enum(document: Schema, branch: Any) -> bool:
    return isinstance(branch, dict) and "$ref" in branch and "enum" in local_target(document, branch["$ref"])


def _closed_all(document: Schema, named: dict[str, Any]) -> dict[str, Any]:
    return {name: _Closing(document).closed(schema) for name, schema in named.items()}


class _Closing:
    """One walk; it carries the document that the references point into."""

    def __init__(self, document: Schema) -> None:
        self.document = document

    def closed(self, schema: Any) -> Any:
        """`schema` closed, in itself and in all its parts."""
        if not isinstance(schema, dict):
            return schema  # true and false are schemas too
        in_place = [key for key in ("$ref", "allOf", *_ALTERNATIVES) if key in schema]
        has_properties = "properties" in schema
        if not in_place:
            twin = self._with_closed_parts(schema)
            if has_properties and not isinstance(schema.get("additionalProperties"), dict):
                twin["additionalProperties"] = False
            return twin
        if in_place == ["$ref"] and not has_properties:
            return dict(schema)  # the target is closed where it is named
        if len(in_place) == 1 and in_place[0] in _ALTERNATIVES and not has_properties:
            twin = self._with_closed_parts(schema)
            twin[in_place[0]] = [
                self.closed(branch) for branch in self._without_open_branch(schema, in_place[0])
            ]
            return twin
        twin = self._open(schema)
        if any("properties" in part for part in _in_place_parts(twin)):
            twin["unevaluatedProperties"] = False
        return twin

    def _open(self, schema: Any) -> Any:
        """`schema` open in itself, references inlined, its parts closed: fit to stand in a composition."""
        if not isinstance(schema, dict):
            return schema
        twin = self._with_closed_parts(schema)
        if twin.get("additionalProperties") is True:
            del twin["additionalProperties"]  # it would evaluate every property and so undo the closing above
        for key in ("allOf", *_ALTERNATIVES):
            if key in schema:
                twin[key] = [self._open(branch) for branch in self._without_open_branch(schema, key)]
        if "$ref" in schema:
            base = self._open(local_target(self.document, twin.pop("$ref")))
            twin["allOf"] = [base, *twin.get("allOf", [])]
        return twin

    def _with_closed_parts(self, schema: Schema) -> Schema:
        twin = dict(schema)
        for key in _PART:
            if isinstance(schema.get(key), dict):
                twin[key] = self.closed(schema[key])
        for key in _PARTS_BY_NAME:
            if key in schema:
                # dependentSchemas speaks of the same object as its parent, so it stays open.
                close = self._open if key == "dependentSchemas" else self.closed
                twin[key] = {name: close(part) for name, part in schema[key].items()}
        if "prefixItems" in schema:
            twin["prefixItems"] = [self.closed(part) for part in schema["prefixItems"]]
        return twin

    def _without_open_branch(self, schema: Schema, key: str) -> list[Any]:
        branches: list[Any] = schema[key]
        if key != "anyOf" or not is_open_enum(self.document, schema):
            return branches
        kept = [_without_text(branch) if is_open_enum_branch(branch) else branch for branch in branches]
        return [branch for branch in kept if branch is not None]


def _without_text(branch: Schema) -> Schema | None:
    """The branch for any text without the text: `[string, 'null']` keeps its null, a plain `string` goes."""
    types = branch["type"]
    others = [name for name in types if name != "string"] if isinstance(types, list) else []
    return {**branch, "type": others} if others else None


def _in_place_parts(schema: Any) -> Iterator[Schema]:
    """The schema and all that apply to the same instance through allOf, anyOf and oneOf."""
    if isinstance(schema, dict):
        yield schema
        for key in ("allOf", *_ALTERNATIVES):
            for branch in schema.get(key, []):
                yield from _in_place_parts(branch)
