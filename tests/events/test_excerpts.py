"""A long event: its faults are found wherever they are, as one by one, and not more of them than are told."""

import copy
import tracemalloc
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from punchh_contract.events import validate
from punchh_contract.events.engines import MOST, engine
from punchh_contract.events.excerpts import LENGTH, excerpts
from punchh_contract.events.wording import Fault, faults

FULL = orjson.loads((Path(__file__).parents[1] / "data" / "seed-004-redemptions-event.json").read_bytes())
ITEM = FULL["payload"]["redemption_code"]["redeemed_menu_items"][0]


def long(number: int, **others: Any) -> dict[str, Any]:
    """An event with so many lines, and others by their position."""
    event: dict[str, Any] = copy.deepcopy(FULL)
    items = [dict(ITEM) for _ in range(number)]
    for position, other in others.items():
        items[int(position.removeprefix("at"))] = other
    event["payload"]["redemption_code"]["redeemed_menu_items"] = items
    return event


@pytest.mark.parametrize("number", [0, 1, LENGTH, LENGTH + 1, 3 * LENGTH, 3 * LENGTH + 7])
def test_a_long_event_that_is_right_is_right(number: int) -> None:
    assert validate(long(number), strict=True).valid


def test_each_fault_is_found_once_and_at_its_place() -> None:
    other = {**ITEM, "item_qty": "2"}
    event = long(2 * LENGTH + 9, at0=1, at999={**ITEM, "new": 1}, at1000="x", at2008=other)
    event["payload"]["redemption_id"] = "no number"
    data = orjson.dumps(event, option=orjson.OPT_INDENT_2)
    found = {each.pointer: each for each in validate(data, strict=True)}
    base = "/payload/redemption_code/redeemed_menu_items"
    assert sorted(found) == sorted(
        [
            "/payload/redemption_id",
            f"{base}/0",
            f"{base}/1000",
            f"{base}/2008/item_qty",
            next(each for each in found if each.startswith(f"{base}/999/")),
        ]
    )
    line = found[f"{base}/2008/item_qty"].line
    assert line is not None
    assert data.decode().splitlines()[line - 1].strip() == '"item_qty": "2",'


@pytest.mark.parametrize("seed", range(5))
def test_the_parts_amount_to_what_the_reference_finds_in_the_whole(seed: int) -> None:
    odd: list[Any] = [None, 1, "x", [], {}, {**ITEM, "item_amount": "1"}, {**ITEM, "serial_number": 5}]
    places = {f"at{(997 + 11 * step + seed) % (LENGTH + 50)}": each for step, each in enumerate(odd)}
    event = long(LENGTH + 50, **places)
    opened = engine(strict=False)
    by_parts = faults(opened.errors(event, opened.refusals(event)))
    assert len({fault.path[:4] for fault in by_parts}) >= len(odd) - 1  # `{}` may lack nothing
    in_the_whole = faults(opened.all_errors(event))

    def said(those: list[Fault]) -> list[tuple[Any, ...]]:
        return [(each.path, each.rule, each.expectation, each.value) for each in those]

    assert said(by_parts) == said(in_the_whole)


def test_two_long_lists_are_each_looked_at_to_the_end() -> None:
    """The contract has one list today."""
    value = {"a": list(range(LENGTH + 2)), "b": {"c": list(range(2 * LENGTH + 1))}, "d": 5}
    parts = list(excerpts(value))
    assert [len(part.value["a"]) for part in parts] == [LENGTH, 2, 0]
    assert [len(part.value["b"]["c"]) for part in parts] == [LENGTH, LENGTH, 1]
    assert [part.value["d"] for part in parts] == [5, 5, 5]
    assert parts[1].place(("a", 1)) == ("a", LENGTH + 1)
    assert parts[2].place(("b", "c", 0, "x")) == ("b", "c", 2 * LENGTH, "x")
    assert parts[0].place(("d",)) == ("d",)
    assert parts[1].place(("d",)) is None
    assert list(excerpts([1] * 5000)) == [([1] * 5000, 0, frozenset())]


@pytest.mark.parametrize("strict", [False, True])
def test_of_an_event_with_more_faults_than_are_told_that_is_said(strict: bool) -> None:
    event = long(0)
    event["payload"]["redemption_code"]["redeemed_menu_items"] = [1] * 50_000
    data = orjson.dumps(event)
    validate(data)  # what is made once
    tracemalloc.start()
    found = validate(data, strict=strict)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == MOST + 1
    assert (found[-1].rule, found[-1].severity, found[-1].line) == ("limit", "error", 1)
    assert "more than 1,000 places" in found[-1].expectation
    assert peak < 20 * 2**20, "it was 300 MB"


def test_as_many_faults_as_are_told_are_all() -> None:
    event = long(0)
    event["payload"]["redemption_code"]["redeemed_menu_items"] = [1] * MOST
    assert len(validate(event)) == MOST
    assert {each.rule for each in validate(event)} == {"type"}


def test_of_drift_too_not_all_is_told() -> None:
    event = {**FULL, **{f"new_{number}": 1 for number in range(MOST + 1)}}
    assert validate(event).valid
    found = validate(event, strict=True)
    assert len(found) == MOST + 1
    assert (found[-1].rule, found[-1].severity) == ("limit", "drift")


def test_as_many_as_are_asked_for_though_one_fault_is_told_in_two_ways() -> None:
    """A value of another type breaks the list of values too; that must not hide that there are more."""
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string", "enum": ["x"]}, "b": {"additionalProperties": False}},
    }
    value = {"a": 5, "b": {f"new_{number}": 1 for number in range(20)}}
    errors = list(Draft202012Validator(schema).iter_errors(value))
    assert len(faults(errors)) == 21
    assert len(faults(errors, 10)) == 10
