"""Which properties of a request name a guest or an asset: the contract's `x-fixture`, by place and by name.

A place (`redemption.reward_id`) is where the contract expects a name. A generator puts a property anywhere
else too, nested, in another case, in a list; servers read more than they document, so what a key is called
counts wherever it stands.
"""

import dataclasses
import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote_plus

import jsonschema_rs

from punchh_contract.contract import Contract, Operation
from punchh_contract.json_types import JsonValue

KEY = "x-fixture"
CAPPED = frozenset({"guest", "asset", "amount"})
"""Kinds that a redemption takes something from; of a store or a client nothing is spent."""
CLIENT = "client"
TOKEN = "authentication_token"  # noqa: S105  # a property's name
"""The property that names the guest of a signed request which carries no access token."""
PARTS = ("allOf", "anyOf", "oneOf")

Json = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Naming:
    """One such property of an operation.

    `field` is dotted from the body's root, `kind` one of guest, asset, amount, store and client, `schema` the
    property's own JSON Schema without references. With a `const` it is that very value that takes something.
    """

    field: str
    kind: str
    schema: Json = dataclasses.field(hash=False)
    const: Any = None

    @property
    def path(self) -> tuple[str, ...]:
        """The keys that lead to it."""
        return tuple(self.field.split("."))

    @property
    def name(self) -> str:
        """Its key as `words` gives it."""
        return word(self.path[-1])

    def accepts(self, value: Any) -> bool:
        """Tell whether a value fits the property's schema."""
        return self._validator.is_valid(value)

    @functools.cached_property
    def _validator(self) -> jsonschema_rs.Validator:
        return jsonschema_rs.validator_for(self.schema, validate_formats=True)


def namings(contract: Contract, operation: Operation) -> tuple[Naming, ...]:
    """Every naming property of an operation, in the contract's order, each once."""
    found: dict[tuple[str, Any], Naming] = {}
    for field, schema in _properties(inlined(contract, operation.request_schema)):
        if KEY in schema:
            const = schema.get("const")
            found.setdefault((field, const), Naming(field, schema[KEY], schema, const))
    return tuple(found.values())


def inlined(contract: Contract, node: JsonValue) -> Any:
    """A copy of a schema in which references are replaced by what they refer to; what stands beside one wins.

    Without `components` and `discriminator`, which refer as well. For schemas of requests, which have no
    circles.
    """
    if isinstance(node, list):
        return [inlined(contract, each) for each in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        node = {**contract.resolve({"$ref": node["$ref"]}), **_without(node, "$ref")}
        return inlined(contract, node)
    return {
        key: inlined(contract, each) for key, each in _without(node, "components", "discriminator").items()
    }


def word(name: str) -> str:
    """A name without what servers and proxies are known to overlook: case, hyphens, underscores, width."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name).casefold())


def words(key: str) -> frozenset[str]:
    """The names that a key may be read as: the whole, and the parts of `redemption[reward_id]`."""
    return frozenset({word(key), *map(word, re.split(r"[\[\].:/]", key))}) - {""}


def mentioned(body: bytes, names: Iterable[str]) -> bool:
    """Tell whether bytes hold one of some names, be they JSON, a form, or UTF-16."""
    # One byte a character: what UTF-16 has between the letters is dropped by `word`.
    read = [word(text) for text in (body.decode("latin-1"), unquote_plus(body.decode("latin-1")))]
    return any(name in text for name in names for text in read)


def same(one: Any, other: Any) -> bool:
    """Tell whether two parsed JSON values are one: `1`, `1.0` and `true` are three."""
    return type(one) is type(other) and bool(one == other)


def member(value: Any, values: Any) -> bool:
    """Tell whether a value is one of some, as `same` has it."""
    return any(same(value, each) for each in values)


def says(value: JsonValue, const: Any) -> bool:
    """Tell whether a value, or anything inside of it, can be read as a constant."""
    if isinstance(value, dict):
        return any(says(each, const) for pair in value.items() for each in pair)
    if isinstance(value, list):
        return any(says(each, const) for each in value)
    return isinstance(value, str) and word(value) == word(str(const))


def holder(body: JsonValue, path: tuple[str, ...]) -> Json | None:
    """The object of a body in which a path ends; None if the body has no such object or it lacks the key."""
    for key in path[:-1]:
        body = body.get(key) if isinstance(body, dict) else None
    return body if isinstance(body, dict) and path[-1] in body else None


def _properties(schema: Json, prefix: str = "") -> Iterator[tuple[str, Json]]:
    for part in PARTS:
        for each in schema.get(part, ()):
            yield from _properties(each, prefix)
    for name, each in schema.get("properties", {}).items():
        yield prefix + name, each
        yield from _properties(each, f"{prefix}{name}.")
    if isinstance(schema.get("items"), dict):
        yield from _properties(schema["items"], prefix)


def _without(node: Json, *keys: str) -> Json:
    return {key: value for key, value in node.items() if key not in keys}
