"""Read a contract once, with the line of every value, and walk it: operations, schemas, texts, examples."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from strict_twin import local_target

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SCHEMA_PARTS = (
    "items",
    "additionalProperties",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contains",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
)
SCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
SCHEMA_MAPS = ("properties", "patternProperties", "dependentSchemas", "$defs")
# Below these keys lies a payload, not a contract: a `$ref` or a `type` there is somebody's data.
PAYLOADS = {"value", "example", "default", "const", "enum", "x-error"}


class Trouble(NamedTuple):
    """What a rule found: where (JSON pointer), a sentence that says what is wrong, and what to do."""

    pointer: str
    sentence: str
    fix: str


@dataclass(frozen=True, order=True)
class Finding:
    """A trouble with the rule that found it, and its file and line: one line of `make validate`."""

    file: str
    line: int
    rule: str
    pointer: str
    sentence: str
    fix: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: {self.rule}: {self.pointer or '/'}"
        return f"{where}: {self.sentence.rstrip('.')}. Fix: {self.fix.rstrip('.')}."


class Place(NamedTuple):
    """A value of the document and the JSON pointer to it."""

    pointer: str
    value: Any


class UnreadableError(Exception):
    """The file cannot be read as one YAML mapping; the message says why, in one sentence."""


@dataclass(frozen=True)
class Register:
    """contradictions.yaml: its entries in order, and the line where each begins."""

    path: Path
    entries: tuple[dict[str, Any], ...]
    lines: dict[str, int]

    def decided(self) -> set[str]:
        """The ids of the entries on which the contract takes a decision."""
        return {entry["id"] for entry in self.entries if "decision" in entry}


@dataclass(frozen=True)
class Spec:
    """A contract as text, as data, as a map from pointer to line, with the register beside it."""

    path: Path
    text: str
    document: dict[str, Any]
    lines: dict[str, int]
    register: Register

    def line(self, pointer: str) -> int:
        """The line (from 1) where the value at `pointer` begins, or its nearest parent that has one."""
        while pointer not in self.lines and pointer:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer, 1)

    def finding(self, rule: str, trouble: Trouble) -> Finding:
        return Finding(str(self.path), self.line(trouble.pointer), rule, *trouble)

    def resolve(self, node: Any) -> Any:
        """`node`, or what its `$ref` leads to; None when it leads nowhere (a rule of its own reports it)."""
        seen: set[str] = set()
        while isinstance(node, dict) and "$ref" in node and node["$ref"] not in seen:
            seen.add(node["$ref"])
            try:
                node = local_target(self.document, node["$ref"])
            except KeyError:
                return None
        return node

    def place(self, pointer: str, node: Any) -> Place:
        """Like `resolve`, with the pointer to where the target stands."""
        target = self.resolve(node)
        return Place(pointer if target is node else node["$ref"].removeprefix("#"), target)


Rule = Callable[[Spec], Iterator[Trouble]]


def read(path: Path) -> Spec:
    """Read the file at `path` and the register beside it.

    Raises UnreadableError when the file is missing or no mapping in YAML and UTF-8, or the register is none.
    """
    try:
        text = path.read_text(encoding="utf-8")
        lines = dict(_lines(composed(text), ""))
        document = yaml.load(text, Loader=yaml.CSafeLoader)
    except OSError as error:
        raise UnreadableError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise UnreadableError(f"{path}: is not YAML in UTF-8: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict):
        raise UnreadableError(f"{path}: holds no mapping, so it is no OpenAPI document")
    return Spec(path, text, document, lines, read_register(path.parent / "contradictions.yaml"))


def read_register(path: Path) -> Register:
    """The register at `path`, an empty one without such a file. Raises UnreadableError."""
    if not path.exists():
        return Register(path, (), {})
    try:
        text = path.read_text(encoding="utf-8")
        entries = tuple(yaml.load(text, Loader=yaml.CSafeLoader)["contradictions"])
        if not all(isinstance(entry["id"], str) for entry in entries):
            raise TypeError
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as error:
        sentence = "is no register: a mapping with the list `contradictions`, each with an `id`"
        raise UnreadableError(f"{path}: {sentence}") from error
    return Register(path, entries, dict(_lines(composed(text), "")))


def composed(text: str) -> yaml.Node:
    """The YAML nodes of `text`, which know their lines and still have keys that stand twice."""
    return yaml.compose(text, Loader=yaml.CSafeLoader) or yaml.MappingNode("tag:yaml.org,2002:map", [])


def token(key: Any) -> str:
    """One key as a token of a JSON pointer."""
    return str(key).replace("~", "~0").replace("/", "~1")


def operations(spec: Spec, *, webhooks: bool = True) -> Iterator[Place]:
    """Every operation under `paths`, and under `webhooks` unless told otherwise."""
    for top in ("paths", "webhooks") if webhooks else ("paths",):
        for name, item in spec.document.get(top, {}).items():
            for method in METHODS:
                if method in item:
                    yield Place(f"/{top}/{token(name)}/{method}", item[method])


def components(spec: Spec, kind: str) -> Iterator[Place]:
    """Every component of one kind (`schemas`, `responses`, …)."""
    for name, value in spec.document.get("components", {}).get(kind, {}).items():
        yield Place(f"/components/{kind}/{token(name)}", value)


def things(spec: Spec) -> Iterator[Place]:
    """What needs a description and a source: operations, responses, parameters, schemas, security schemes."""
    yield from operations(spec)
    yield from parameters(spec)
    for kind in ("responses", "schemas", "securitySchemes"):
        yield from components(spec, kind)
    for pointer, operation in operations(spec):
        for status, response in operation.get("responses", {}).items():
            if "$ref" not in response:
                yield Place(f"{pointer}/responses/{token(status)}", response)


def parameters(spec: Spec) -> Iterator[Place]:
    """Every parameter, shared or not, once."""
    yield from components(spec, "parameters")
    for pointer, operation in operations(spec):
        for index, parameter in enumerate(operation.get("parameters", [])):
            if "$ref" not in parameter:
                yield Place(f"{pointer}/parameters/{index}", parameter)


def schema_roots(spec: Spec) -> Iterator[Place]:
    """Every schema that is not part of another: named ones, and those of parameters, headers and bodies."""
    yield from components(spec, "schemas")
    for pointer, node in nodes(spec.document):
        if isinstance(node, dict) and "schema" in node and not pointer.startswith("/components/schemas/"):
            yield Place(f"{pointer}/schema", node["schema"])


def subschemas(pointer: str, schema: Any) -> Iterator[Place]:
    """`schema` and every schema inside it; references are not followed."""
    if not isinstance(schema, dict):
        return
    yield Place(pointer, schema)
    for key in SCHEMA_PARTS:
        if key in schema:
            yield from subschemas(f"{pointer}/{key}", schema[key])
    for key in SCHEMA_LISTS:
        for index, part in enumerate(schema.get(key, [])):
            yield from subschemas(f"{pointer}/{key}/{index}", part)
    for key in SCHEMA_MAPS:
        for name, part in schema.get(key, {}).items():
            yield from subschemas(f"{pointer}/{key}/{token(name)}", part)


def schemas(spec: Spec) -> Iterator[Place]:
    """Every schema of the document, however deep."""
    for root in schema_roots(spec):
        yield from subschemas(*root)


def declared(spec: Spec, schema: Any, path: Sequence[str]) -> list[Any]:
    """What `schema` says of the value at `path` of an instance: each schema that describes it."""
    found = [schema]
    for name in path:
        parts = [part for outer in found for part in _parts(spec, outer)]
        key = "items" if name.isdigit() else "properties"
        inner = [part[key] for part in parts if key in part]
        found = inner if key == "items" else [fields[name] for fields in inner if name in fields]
    return found


def _parts(spec: Spec, schema: Any) -> Iterator[dict[str, Any]]:
    """`schema` and all that speaks of the same value: what it refers to and what it is composed of."""
    if isinstance(schema, dict):
        yield schema
        if "$ref" in schema:
            yield from _parts(spec, spec.resolve({"$ref": schema["$ref"]}))
        for key in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(key, []):
                yield from _parts(spec, part)


def nodes(node: Any, pointer: str = "", *, payloads: bool = False) -> Iterator[Place]:
    """`node` and everything in it; payloads (examples, constants, error facts) only when asked for."""
    yield Place(pointer, node)
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    names = pointer.endswith(
        ("/properties", "/schemas")
    )  # their keys are names: a field may be called `value`
    for key, value in items:
        if payloads or names or key not in PAYLOADS:
            yield from nodes(value, f"{pointer}/{token(key)}", payloads=payloads)


def texts(spec: Spec) -> Iterator[Place]:
    """Every text of the document, payloads included; pointers and regular expressions left out."""
    for pointer, node in nodes(spec.document, payloads=True):
        if isinstance(node, str) and not re.search(r"/(\$ref|pattern)$", pointer):
            yield Place(pointer, node)


def media_types(spec: Spec) -> Iterator[Place]:
    """Every media type object (what stands under `content`): bodies of requests, responses and webhooks."""
    for pointer, node in nodes(spec.document):
        if re.search(r"/content/[^/]+$", pointer) and isinstance(node, dict):
            yield Place(pointer, node)


def examples(spec: Spec, pointer: str, holder: dict[str, Any]) -> Iterator[Place]:
    """The values of `example` and `examples` of a media type, parameter or header, wherever they stand."""
    if "example" in holder:
        yield Place(f"{pointer}/example", holder["example"])
    for name, example in holder.get("examples", {}).items():
        place = spec.place(f"{pointer}/examples/{token(name)}", example)
        if isinstance(place.value, dict) and "value" in place.value:
            yield Place(f"{place.pointer}/value", place.value["value"])


def _lines(node: yaml.Node, pointer: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = f"{pointer}/{token(key.value)}"
            yield inner, key.start_mark.line + 1
            yield from _lines(value, inner)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            inner = f"{pointer}/{index}"
            yield inner, value.start_mark.line + 1
            yield from _lines(value, inner)
