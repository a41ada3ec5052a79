"""Everything that the five seeds name stands in the contract under its own name, type, format and values.

The list of what they name is `tests/data/seed_fields.yaml`; a case here is one field, header or status of it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from spec_document import read
from strict_twin import local_target

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "tests" / "data"
SEEDS: dict[str, Any] = yaml.safe_load((DATA / "seed_fields.yaml").read_text(encoding="utf-8"))
SPEC = read(ROOT / "spec" / "openapi.yaml")
CONTRACT = SPEC.document

Schema = dict[str, Any]


class Field(NamedTuple):
    """One field that a seed names: where, and what it says of it."""

    operation: str
    body: str  # "request" or a status
    path: tuple[str, ...]
    fact: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.operation} {self.body} {'.'.join(self.path)}"


def fields(operation: str, body: str, named: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[Field]:
    for name, said in named.items():
        fact = said if isinstance(said, dict) else {"type": said}
        yield Field(operation, body, (*path, name), fact)
        for deeper in ("fields", "items"):
            # A list's objects may be an alternative of a single object: the fields are the same.
            yield from fields(operation, body, fact.get(deeper, {}), (*path, name))


FIELDS = [
    field
    for operation, seed in SEEDS.items()
    for body, named in {"request": seed["request"], **seed.get("responses", {})}.items()
    for field in fields(operation, body, named)
]


def contract_operation(document: Schema, operation: str) -> Schema:
    seed = SEEDS[operation]
    item = document["webhooks"][seed["webhook"]] if "webhook" in seed else document["paths"][seed["path"]]
    found: Schema = item["post"]
    assert found["operationId"] == operation
    return found


def body_schema(document: Schema, operation: str, body: str) -> Schema:
    found = contract_operation(document, operation)
    node = found["requestBody"] if body == "request" else found["responses"][body]
    if "$ref" in node:
        node = local_target(document, node["$ref"])
    schema: Schema = node["content"]["application/json"]["schema"]
    return schema


def alternatives(document: Schema, schema: Schema) -> list[Schema]:
    """The plain schemas that `schema` can be: references followed, anyOf and oneOf spread, allOf merged."""
    found = [{key: value for key, value in schema.items() if key not in ("$ref", "allOf", "anyOf", "oneOf")}]
    parts = [local_target(document, schema["$ref"])] if "$ref" in schema else []
    for part in (*parts, *schema.get("allOf", [])):
        found = [merged(left, right) for left in found for right in alternatives(document, part)]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            branches = [one for branch in schema[key] for one in alternatives(document, branch)]
            found = [merged(left, right) for left in found for right in branches]
    return found


def merged(left: Schema, right: Schema) -> Schema:
    both = {**right, **left}
    both["properties"] = {**left.get("properties", {}), **right.get("properties", {})}
    both["required"] = [*left.get("required", []), *right.get("required", [])]
    return both


def objects(document: Schema, schema: Schema) -> list[Schema]:
    """The objects that `schema` can be, those in a list included."""
    found = alternatives(document, schema)
    inner = [one for plain in found if "items" in plain for one in alternatives(document, plain["items"])]
    return [plain for plain in (*found, *inner) if plain.get("properties")]


def owners(document: Schema, field: Field) -> list[Schema]:
    """The objects of the contract that have `field` (its name: the last of its path)."""
    holders = objects(document, body_schema(document, field.operation, field.body))
    for name in field.path[:-1]:
        inner = [plain["properties"][name] for plain in holders if name in plain["properties"]]
        holders = [one for schema in inner for one in objects(document, schema)]
    return [plain for plain in holders if field.path[-1] in plain["properties"]]


def troubles(document: Schema, field: Field) -> list[str]:
    """What the contract does not say of `field` although the seed does."""
    name = field.path[-1]
    holders = owners(document, field)
    if not holders:
        return ["is missing"]
    found = [one for holder in holders for one in alternatives(document, holder["properties"][name])]
    said = field.fact["type"]
    problems = []
    if said.endswith("!") and not all(name in holder.get("required", []) for holder in holders):
        problems.append("is not required")
    for kind in said.rstrip("!").split("|"):
        problems += (
            [] if any(takes(plain, *kind.partition("/")[::2]) for plain in found) else [f"is no {kind}"]
        )
    values = {value for plain in found for value in plain.get("enum", [plain.get("const")])} - {None}
    wanted = set(field.fact.get("values", ()))
    if not wanted <= values:
        problems.append(f"lacks {sorted(wanted - values)}")
    if wanted and field.body == "request" and "path" in SEEDS[field.operation] and values != wanted:
        problems.append(f"accepts {sorted(values - wanted)} too")
    return problems


def takes(plain: Schema, kind: str, form: str) -> bool:
    types = plain.get("type", [])
    accepted = types if isinstance(types, list) else [types]
    # A number accepts what the seed calls an integer; amounts are numbers on purpose (C-12, C-21).
    fits = kind == "any" or kind in accepted or (kind == "integer" and "number" in accepted)
    return fits and (not form or plain.get("format") == form)


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_a_field_of_the_seeds_is_in_the_contract_as_they_say(field: Field) -> None:
    assert troubles(CONTRACT, field) == []


@pytest.mark.parametrize(
    ("operation", "status"),
    [(operation, status) for operation, seed in SEEDS.items() for status in seed.get("responses", {})],
)
def test_a_status_of_the_seeds_is_in_the_contract(operation: str, status: str) -> None:
    assert status in contract_operation(CONTRACT, operation)["responses"]


@pytest.mark.parametrize(
    ("operation", "header"),
    [(operation, header) for operation, seed in SEEDS.items() for header in seed.get("headers", [])],
)
def test_a_header_of_the_seeds_is_a_parameter_or_a_security_scheme(operation: str, header: str) -> None:
    found = contract_operation(CONTRACT, operation)
    parameters = [SPEC.resolve(parameter)["name"] for parameter in found.get("parameters", [])]
    schemes = {name for requirement in found["security"] for name in requirement}
    described = [CONTRACT["components"]["securitySchemes"][name] for name in schemes]
    secured = ["Authorization" if scheme["type"] == "http" else scheme["name"] for scheme in described]
    assert header in parameters or header in secured


def test_every_key_of_the_vendors_event_sample_is_in_the_list() -> None:
    listed = {field.path for field in FIELDS if field.operation == "redemptions_event"}

    def paths(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        for item in node if isinstance(node, list) else [node]:
            for key, value in item.items() if isinstance(item, dict) else ():
                yield (*path, key)
                yield from paths(value, (*path, key))

    sample = json.loads((DATA / "seed-004-redemptions-event.json").read_text(encoding="utf-8"))
    found = set(paths(sample))
    assert len(found) > 70
    assert found <= listed


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        pytest.param({"type": "string"}, [], id="as the contract has it"),
        pytest.param({"type": "string!"}, ["is not required"], id="a duty that the contract does not state"),
        pytest.param({"type": "string/uuid"}, ["is no string/uuid"], id="a format that it does not have"),
        pytest.param({"type": "object"}, ["is no object"], id="another type"),
        pytest.param(
            {"type": "string", "values": ["x"]}, ["lacks ['x']"], id="a value that it does not know"
        ),
    ],
)
def test_the_comparison_sees_what_differs(fact: dict[str, Any], expected: list[str]) -> None:
    field = Field("redemptions_event", "request", ("payload", "redemption_code", "revenue_code"), fact)
    assert troubles(CONTRACT, field) == expected


def test_the_comparison_sees_what_is_missing() -> None:
    field = Field(
        "process_batch_redemption", "200", ("success", "discount_details", "nmae"), {"type": "string"}
    )
    assert troubles(CONTRACT, field) == ["is missing"]
