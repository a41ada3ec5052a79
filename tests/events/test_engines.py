"""Two engines, one verdict; and the facts of the schema that our decisions rest on."""

import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
from events.mutation import DATE_TIMES, FULL, ODD, mutated

from punchh_contract.events.engines import Engine, engine
from punchh_contract.events.formats import CHECKS, NOT_CHECKED
from punchh_contract.events.reading import Unreadable, read
from punchh_contract.events.wording import WORDED, Fault, faults

ENGINES = {strict: engine(strict=strict) for strict in (False, True)}
EVENTS_A_SEED = 150
SOAK = bool(os.environ.get("PUNCHH_CONTRACT_SOAK"))


def reference(engine_: Engine, value: Any) -> bool:
    return engine_.all_errors(value) == []


def verdict(value: Any) -> tuple[bool, bool]:
    """Hold the engines together; return whether the value is valid openly and strictly."""
    opened, closed = (ENGINES[strict].accepts(value) for strict in (False, True))
    assert (opened, closed) == tuple(reference(ENGINES[strict], value) for strict in (False, True))
    assert opened or not closed, "the strict twin accepts what the open schema refuses"
    return opened, closed


@pytest.mark.parametrize("seed", range(20))
def test_both_engines_judge_mutated_events_alike(seed: int) -> None:
    random_ = random.Random(seed)
    verdicts = []
    for _ in range(EVENTS_A_SEED):
        value = read(json.dumps(mutated(random_)))
        assert not isinstance(value, Unreadable)
        verdicts.append(verdict(value))
    for kind in ((True, True), (True, False), (False, False)):
        assert verdicts.count(kind) >= 10, f"the mutations hardly ever give {kind}"


def said(engine_: Engine, fault: Fault) -> str:
    # Not the value: what is too deep is emptied on one road and not on the other.
    rule = engine_.rules.rule(fault.steps)
    return repr((fault.path, fault.rule, fault.expectation, fault.fix, rule, fault.valueless))


@pytest.mark.parametrize("seed", range(20))
def test_the_reference_says_the_same_asked_about_the_wrong_values_only(seed: int) -> None:
    random_ = random.Random(seed)
    found = 0
    for _ in range(1000 if SOAK else 40):
        value = read(json.dumps(mutated(random_)))
        for each in ENGINES.values():
            refusals = each.refusals(value)
            asked = sorted(said(each, fault) for fault in faults(each.errors(value, refusals)))
            assert asked == sorted(said(each, fault) for fault in faults(each.all_errors(value)))
            assert bool(asked) == (refusals != [])
            found += len(asked)
    assert found > 40


@pytest.mark.parametrize("strict", [False, True])
def test_every_fault_leads_to_a_rule_and_its_source(strict: bool) -> None:
    random_ = random.Random(7)
    sources = set()
    for _ in range(200):
        value = read(json.dumps(mutated(random_)))
        for fault in faults(ENGINES[strict].errors(value, ENGINES[strict].refusals(value))):
            place, source = ENGINES[strict].rules.rule(fault.steps)
            *_, keyword = place.split("/")
            assert keyword in (fault.rule, "anyOf")
            node: Any = ENGINES[strict].schema
            for step in place.split("/")[1:]:
                node = node[int(step)] if isinstance(node, list) else node[step]
            assert source
            sources.add(source)
    assert len(sources) > 10


@pytest.mark.parametrize(
    "path",
    [
        ("timestamp",),
        ("created_at",),
        ("action",),
        ("payload", "redemption_id"),
        ("payload", "channel"),
        ("payload", "expired_at"),
        ("payload", "internal_tracking_code"),
        ("payload", "points_requested"),
        ("payload", "redemption_code"),
        ("payload", "redemption_code", "redeemed_menu_items"),
        ("payload", "user", "account_balance", "total_debits"),
    ],
    ids="/".join,
)
def test_both_engines_judge_every_odd_value_alike(path: tuple[str, ...]) -> None:
    verdicts = set()
    for odd in ODD:
        event = json.loads(json.dumps(FULL))
        holder = event
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = odd
        verdicts.add(verdict(read(json.dumps(event)))[0])
    assert verdicts == {True, False}


@pytest.mark.parametrize("value", [None, True, 17, 1.5, "x", [], {}, [{}]])
def test_both_engines_judge_what_is_no_event_alike(value: Any) -> None:
    assert verdict(value) == (False, False)


def test_formats_are_checked_by_both() -> None:
    event = json.loads(json.dumps(FULL))
    refused = 0
    for text in DATE_TIMES:
        event["payload"]["created_at"] = text
        assert verdict(event)[0] == CHECKS["date-time"](text)
        refused += not CHECKS["date-time"](text)
    assert refused > 10


def test_a_value_deeper_than_the_interpreter_can_print_is_judged() -> None:
    data = json.dumps(FULL).replace("900000101", "[" * 1000 + "]" * 1000)
    value = read(data)
    assert not isinstance(value, Unreadable)
    assert verdict(value) == (False, False)


@pytest.mark.parametrize("strict", [False, True])
def test_the_schema_uses_only_keywords_and_formats_that_we_know(strict: bool) -> None:
    structure = {"$schema", "$id", "$comment", "$ref", "$defs", "title", "description", "properties", "items"}
    seen: set[str] = set()
    for schema in _schemas(ENGINES[strict].schema):
        seen |= {keyword for keyword in schema if not keyword.startswith("x-")}
        assert schema.get("format", "int64") in CHECKS.keys() | NOT_CHECKED
        assert isinstance(schema.get("additionalProperties", False), bool)
    assert seen <= structure | WORDED | {"format"}
    assert {"anyOf", "enum", "const", "required", "minimum"} <= seen


@pytest.mark.parametrize("strict", [False, True])
def test_every_integer_is_bounded_by_64_bits_and_no_number_is_bounded(strict: bool) -> None:
    """So an integer that orjson rounds to a double gets the verdict that it would get exactly."""
    integers = 0
    for schema in _schemas(ENGINES[strict].schema):
        types = schema.get("type", [])
        types = [types] if isinstance(types, str) else types
        if "integer" in types:
            integers += 1
            assert -(2**63) <= schema["minimum"] < schema["maximum"] <= 2**63 - 1
        if "number" in types:
            assert not {"minimum", "maximum", "multipleOf", "enum", "const"} & schema.keys()
    assert integers


def _schemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    for key in ("properties", "$defs"):
        for part in schema.get(key, {}).values():
            yield from _schemas(part)
    for part in [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]:
        yield from _schemas(part)
