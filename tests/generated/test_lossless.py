"""`to_dict(from_dict(x)) == x`, types included, for every example and for what may yet come.

What may yet come: unknown fields in every object, null wherever it is allowed, a value nobody knows wherever
an enumeration is open, a field left out where it is optional, another alternative where there are several.
"""

import copy
import functools
import importlib
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import jsonschema_rs
import pytest
from punchh_client import Client, models

from punchh_contract import contract

CONTRACT = contract.load()
SCHEMAS = CONTRACT.document["components"]["schemas"]
ROOT = Path(__file__).resolve().parents[2]
EVENT_FILES = sorted((ROOT / "spec" / "examples" / "events").glob("*.json"))
SEED_EVENT = ROOT / "tests" / "data" / "seed-004-redemptions-event.json"
UNKNOWN = {"brand_new": [1, 1.0, True, None, "…", {"deep": []}], "brand new!": None, "class": 0.10}
Json = Any


class Case(NamedTuple):
    """A document, the schema it is an instance of, and how it travels through the generated code."""

    schema: Json
    value: Json
    travel: Any

    def __repr__(self) -> str:
        return "case"


def model_travel(name: str) -> Any:
    return lambda value: getattr(models, name).from_dict(value).to_dict()


def request_travel(schema: Json) -> Any:
    """The variant is chosen as a caller would: by the only model that the contract allows for the body."""

    def travel(value: Json) -> Json:
        branches = CONTRACT.resolve(schema).get("oneOf", [schema])
        fitting = [branch for branch in branches if valid(branch, value)]
        assert len(fitting) == 1
        return model_travel(fitting[0]["$ref"].rpartition("/")[2])(value)

    return travel


def response_travel(module: str, status: int) -> Any:
    """Through the operation's own parser, as an answer would come."""
    parse = importlib.import_module(f"punchh_client.api.{module}")._parse_response
    client = Client(base_url="http://sandbox.example.com", raise_on_unexpected_status=True)

    def travel(value: Json) -> Json:
        parsed = parse(client=client, response=httpx.Response(status, json=value))
        return parsed if isinstance(parsed, list) else parsed.to_dict()

    return travel


def media(holder: Json) -> Json:
    return CONTRACT.resolve(holder)["content"]["application/json"]


def examples(content: Json) -> Iterator[tuple[str, Json]]:
    for name, example in content["examples"].items():
        yield name, CONTRACT.resolve(example)["value"]


def cases() -> dict[str, Case]:
    found = {}
    for operation in CONTRACT.operations.values():
        node = CONTRACT.document["paths"][operation.path][operation.method.lower()]
        content = media(node["requestBody"])
        for name, value in examples(content):
            travel = request_travel(content["schema"])
            found[f"{operation.id}-request-{name}"] = Case(content["schema"], value, travel)
        module = f"{operation.tag.lower().replace(' ', '_')}.{operation.id}"
        for status, response in node["responses"].items():
            content = media(response)
            for name, value in examples(content):
                travel = response_travel(module, int(status))
                found[f"{operation.id}-{status}-{name}"] = Case(content["schema"], value, travel)
    content = media(CONTRACT.document["webhooks"]["redemptions"]["post"]["requestBody"])
    events = {
        **dict(examples(content)),
        **{path.stem: json.loads(path.read_bytes()) for path in [*EVENT_FILES, SEED_EVENT]},
    }
    for name, value in events.items():
        found[f"event-{name}"] = Case(content["schema"], value, model_travel("RedemptionsEvent"))
    return found


CASES = cases()
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def same(one: Json, other: Json) -> bool:
    """Equality of JSON with its types: 1, 1.0 and true are three values."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def assert_lossless(case: Case, value: Json) -> None:
    before = copy.deepcopy(value)
    result = case.travel(value)
    assert same(result, before), (before, result)
    assert exact(result)


def exact(value: Json) -> bool:
    """Whether only JSON's own types came back: a member of a StrEnum equals its text and is not one."""
    if type(value) is dict:
        return all(type(key) is str and exact(each) for key, each in value.items())
    if type(value) is list:
        return all(map(exact, value))
    return type(value) in (str, int, float, bool, type(None))


def with_unknown_fields(value: Json) -> Json:
    if isinstance(value, dict):
        return {**{key: with_unknown_fields(each) for key, each in value.items()}, **copy.deepcopy(UNKNOWN)}
    return [with_unknown_fields(each) for each in value] if isinstance(value, list) else value


# --- what else the schema allows ---


_VALIDATORS: dict[int, Any] = {}


def valid(schema: Json, value: Json) -> bool:
    # The contract is cached and so are its schemas: the same place is the same object in every test.
    validator = _VALIDATORS.get(id(schema))
    if validator is None:
        validator = _VALIDATORS[id(schema)] = jsonschema_rs.validator_for(CONTRACT.standalone(schema))
    return bool(validator.is_valid(value))


@functools.cache
def _samples(place: int) -> list[Json]:
    return [sample for sample in SAMPLES if _VALIDATORS[place].is_valid(sample)]


def samples(schema: Json) -> list[Json]:
    """Those of SAMPLES that a schema allows."""
    valid(schema, None)
    return _samples(id(schema))


def properties_of(schema: Json) -> tuple[dict[str, Json], set[str]]:
    schema = CONTRACT.resolve(schema)
    properties, required = dict(schema.get("properties", {})), set(schema.get("required", []))
    for part in schema.get("allOf", []):
        inherited, needed = properties_of(part)
        properties, required = {**inherited, **properties}, required | needed
    return properties, required


def branches_of(schema: Json) -> list[Json]:
    schema = CONTRACT.resolve(schema)
    return [
        leaf
        for branch in schema.get("anyOf", schema.get("oneOf", []))
        for leaf in (branches_of(branch) or [branch])
    ]


SAMPLES: tuple[Json, ...] = (
    *(None, "brand_new", "", "7", 0, 1, 1.0, 2**53 + 1, 9223372036854775807, 0.1, 21.72, -5, True, False),
    *(
        [],
        ["brand_new", "no"],
        ["ab"],
        {},
        {"brand_new": "text"},
        {"brand_new": ["a", "b"]},
        {"message": "m"},
    ),
)


def variants(schema: Json, value: Json) -> Iterator[Json]:
    """`value` with one place changed: to every sample that the schema allows there, or left out."""
    for branch in branches_of(schema) or [schema]:
        if not valid(branch, value):
            continue
        branch = CONTRACT.resolve(branch)
        properties, required = properties_of(branch)
        if isinstance(value, dict):
            for name in value:
                part = properties.get(name, branch.get("additionalProperties"))
                if not isinstance(part, dict):
                    continue
                if name not in required:
                    yield {key: each for key, each in value.items() if key != name}
                yield from ({**value, name: sample} for sample in samples(part))
                yield from ({**value, name: changed} for changed in variants(part, value[name]))
            for name in properties.keys() - value.keys():
                yield from ({**value, name: each} for each in samples(properties[name]))
        elif isinstance(value, list) and "items" in branch:
            yield from ([*value, sample] for sample in samples(branch["items"]))
            for index, each in enumerate(value):
                for changed in variants(branch["items"], each):
                    yield [*value[:index], changed, *value[index + 1 :]]


@every_case
def test_an_example_travels_unchanged(case: Case) -> None:
    assert valid(case.schema, case.value)
    assert_lossless(case, case.value)


@every_case
def test_unknown_fields_travel_in_every_object(case: Case) -> None:
    assert_lossless(case, with_unknown_fields(case.value))


@every_case
def test_whatever_else_the_contract_allows_travels_too(case: Case) -> None:
    tried = 0
    for value in variants(case.schema, case.value):
        if valid(case.schema, value):
            assert_lossless(case, value)
            tried += 1
    assert tried or not isinstance(case.value, dict)


@every_case
def test_many_changes_at_once_travel_too(case: Case) -> None:
    for seed in range(20):
        chance = random.Random(seed)
        value = case.value
        for _ in range(4):
            changed = chance.choice(list(variants(case.schema, value)) or [value])
            value = changed if valid(case.schema, changed) else value
        assert_lossless(case, with_unknown_fields(value))


def test_the_variants_reach_what_they_should() -> None:
    """The generator of cases is itself no dead letter: each kind of change occurs in the event."""
    case = CASES["event-create"]
    found = list(variants(case.schema, case.value))
    payloads = [each["payload"] for each in found]
    assert any(each["redemption_status"] == "brand_new" for each in payloads)  # an open enumeration
    assert any(each.get("points_requested", 0) is None for each in payloads)  # null
    assert any(each.get("internal_tracking_code") == 2**53 + 1 for each in payloads)  # another alternative
    assert any("bar_code" not in each for each in payloads)  # left out
    assert any(
        each.get("user", {}).get("account_balance", {}).get("total_debits") == 21.72 for each in payloads
    )  # deep down
    assert any(each.get("redemption_code", 0) is None for each in payloads)
    assert any(each.get("redemption_code", {"status": 0}) == {} for each in payloads)  # an empty object
    assert all(valid(case.schema, each) for each in found)


def test_types_count() -> None:
    assert not same({"a": 1}, {"a": 1.0})
    assert not same({"a": 1}, {"a": True})
    assert not exact({"a": models.Channel.POS})


def test_dates_stay_the_vendors_text() -> None:
    """An odd date may not lose an answer that was paid with points."""
    for text in ("2018-11-28 02:13:00 -0800", "2017-02-08 14:54:44 UTC", "2026-03-02T18:05:01Z", "soon", ""):
        value = {**CASES["event-create"].value, "created_at": text}
        event = models.RedemptionsEvent.from_dict(value)
        assert event.created_at == text
        assert event.to_dict() == value


@pytest.mark.parametrize("path", [SEED_EVENT], ids=["the seed's event"])
def test_the_event_that_is_named_like_the_bag_of_unknown_fields(path: Path) -> None:
    value = json.loads(path.read_bytes())
    payload = models.RedemptionsEvent.from_dict({**value, "brand_new": 1}).payload
    assert payload.additional_properties_ == value["payload"]["additional_properties"]
    assert payload.additional_properties == {}
