"""The house rules for schemas: what we receive stays open, what we send is closed, numbers have bounds.

One small function a rule; its name is the rule's id, its docstring the reason.
"""

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from spec_document import Place, Rule, Spec, Trouble, operations, schemas, subschemas, token
from strict_twin import is_open_enum, is_open_enum_branch

INT32_MAX = 2**31 - 1
INT64_MAX = 2**63 - 1
# What JSON Schema 2020-12 judges by and what it only reads, and what OpenAPI 3.1 adds.
KEYWORDS = (
    Draft202012Validator.VALIDATORS.keys()
    | {"then", "else", "minContains", "maxContains", "$defs", "$comment", "title", "description", "default"}
    | {"deprecated", "readOnly", "writeOnly", "examples"}
    | {"discriminator", "example", "externalDocs", "xml"}
)
FORMATS = {"int64": "integer", "float": "number", "double": "number", "date-time": "string"}


def known_keywords(spec: Spec) -> Iterator[Trouble]:
    """JSON Schema ignores a keyword that it does not know, so a misspelt one checks nothing."""
    judging = [
        Place(f"{pointer}/x-success/{part}", operation.get("x-success", {}).get(part))
        for pointer, operation in operations(spec)
        for part in ("request", "body")
    ]
    for pointer, schema in (*schemas(spec), *(one for place in judging for one in subschemas(*place))):
        for key in schema.keys() - KEYWORDS:
            # A key without a value is cut text, which `no_empty_keys` reports.
            if not key.startswith("x-") and schema[key] is not None:
                yield Trouble(f"{pointer}/{token(key)}", f"`{key}` is no keyword", "correct its spelling")


def known_formats(spec: Spec) -> Iterator[Trouble]:
    """A format that is misspelt, or stands on another type, checks nothing and types nothing."""
    for pointer, schema in schemas(spec):
        if "format" in schema:
            types = schema.get("type")
            if FORMATS.get(schema["format"]) not in (types if isinstance(types, list) else [types]):
                wanted = ", ".join(f"{name} ({of})" for name, of in FORMATS.items())
                sentence = f"`{schema['format']}` is no format for this type"
                yield Trouble(f"{pointer}/format", sentence, f"one of {wanted}")


def distinct_values(spec: Spec) -> Iterator[Trouble]:
    """A value that stands twice in a list hides the one that was meant."""
    for pointer, schema in schemas(spec):
        values = schema.get("enum", [])
        if any(value in values[:index] for index, value in enumerate(values)):
            yield Trouble(f"{pointer}/enum", "a value stands twice", "write the one that was meant")


def bounded_integers(spec: Spec) -> Iterator[Trouble]:
    """Ids outgrow 32 bits, and an unbounded integer lets the fuzzer send numbers that no server can hold."""
    for pointer, schema in schemas(spec):
        types = schema.get("type")
        if "integer" not in (types if isinstance(types, list) else [types]) or schema.keys() & {
            "enum",
            "const",
        }:
            continue
        low, high = schema.get("minimum"), schema.get("maximum")
        if low is None or high is None:
            yield Trouble(
                pointer, "the integer lacks minimum or maximum", "add both, and format int64 for ids"
            )
        elif high > INT64_MAX or low < -INT64_MAX - 1:
            yield Trouble(pointer, "the integer's bounds leave 64 bits", f"end at {INT64_MAX}")
        elif (high > INT32_MAX or low < -INT32_MAX - 1) and schema.get("format") != "int64":
            yield Trouble(pointer, "the integer needs 64 bits and does not say so", "add `format: int64`")


def no_one_of_beside_properties(spec: Spec) -> Iterator[Trouble]:
    """The client generator drops `properties` that stand beside `oneOf`, without a word."""
    for pointer, schema in schemas(spec):
        if "oneOf" in schema and "properties" in schema:
            yield Trouble(
                pointer, "oneOf stands beside properties", "put the properties into a base for allOf"
            )


def no_if_then(spec: Spec) -> Iterator[Trouble]:
    """Under if/then the fuzzer reaches one of six variants; named variants under oneOf are all reached."""
    for pointer, schema in schemas(spec):
        if schema.keys() & {"if", "then", "else"}:
            yield Trouble(pointer, "the schema branches with if/then", "write named variants under oneOf")


def open_objects(spec: Spec) -> Iterator[Trouble]:
    """A vendor's new field is drift to report, never an answer to lose; the strict twin is derived."""
    for pointer, schema in schemas(spec):
        for key in ("additionalProperties", "unevaluatedProperties"):
            if schema.get(key) is False:
                yield Trouble(f"{pointer}/{key}", "the object is closed", "leave it out; the twin closes it")


def open_response_enums(spec: Spec) -> Iterator[Trouble]:
    """The vendor adds values without notice: a known list stands beside any text, in a schema named Known…"""
    for pointer, schema, opened in _reached(spec, _received(spec)):
        if "enum" not in schema:
            continue
        if not re.fullmatch(r"/components/schemas/Known[A-Z]\w*", pointer):
            fix = "move it to `components/schemas/Known…`"
            yield Trouble(pointer, "a list of values that we receive has no name of its own", fix)
        elif not opened:
            fix = "refer to it as `anyOf: [{$ref: …}, {type: string}]`"
            yield Trouble(pointer, "we receive this list of values closed", fix)


def closed_request_enums(spec: Spec) -> Iterator[Trouble]:
    """What we send, we know: an unknown value there is the caller's typing error."""
    for pointer, schema, _ in _reached(spec, _sent(spec)):
        if is_open_enum(spec.document, schema):
            fix = "refer to the list alone"
            yield Trouble(pointer, "a list of values that we send is open", fix)


def _received(spec: Spec) -> list[Place]:
    """What the vendor sends: responses and their headers, and the body of a webhook."""
    places = []
    for pointer, operation in operations(spec):
        if pointer.startswith("/webhooks/"):
            places.append(Place(f"{pointer}/requestBody", operation.get("requestBody")))
        else:
            places.append(Place(f"{pointer}/responses", operation.get("responses")))
    return places


def _sent(spec: Spec) -> list[Place]:
    """What the vendor receives: parameters and bodies of requests."""
    return [
        Place(f"{pointer}/{key}", operation[key])
        for pointer, operation in operations(spec, webhooks=False)
        for key in ("parameters", "requestBody")
        if key in operation
    ]


def _reached(spec: Spec, places: list[Place]) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Every schema reached from `places`; the flag says whether an open enumeration led to it."""
    seen: set[tuple[str, bool]] = set()
    waiting = [(place.pointer, place.value, False) for place in places]
    while waiting:
        pointer, node, opened = waiting.pop()
        if isinstance(node, list):
            waiting += [(f"{pointer}/{index}", item, False) for index, item in enumerate(node)]
        if not isinstance(node, dict) or (pointer, opened) in seen:
            continue
        seen.add((pointer, opened))
        if "$ref" in node:
            place = spec.place(pointer, {"$ref": node["$ref"]})
            waiting.append((place.pointer, place.value, opened))
        yield pointer, node, opened
        for key, value in node.items():
            if key == "anyOf":
                opens = any(map(is_open_enum_branch, value))
                waiting += [(f"{pointer}/anyOf/{index}", item, opens) for index, item in enumerate(value)]
            elif key not in ("examples", "example", "enum", "const", "links") and not key.startswith("x-"):
                waiting.append((f"{pointer}/{token(key)}", value, False))


RULES: tuple[Rule, ...] = (
    known_keywords,
    known_formats,
    distinct_values,
    bounded_integers,
    no_one_of_beside_properties,
    no_if_then,
    open_objects,
    open_response_enums,
    closed_request_enums,
)
