"""The register and the contract agree: a contradiction is decided where it is met, or is not ours."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from spec_document import nodes, read
from vocabulary_rules import SOURCES

SPEC = Path(__file__).parent.parent.parent / "spec"
REGISTER: list[dict[str, Any]] = yaml.safe_load((SPEC / "contradictions.yaml").read_text(encoding="utf-8"))[
    "contradictions"
]
IDS = [f"C-{number}" for number in range(1, 56)]


def used_in_the_contract() -> set[str]:
    used: set[str] = set()
    for pointer, node in nodes(read(SPEC / "openapi.yaml").document):
        if pointer.endswith("/x-contradiction"):
            used.update(node if isinstance(node, list) else [node])
    return used


def test_all_55_stand_in_the_register_once_and_in_order() -> None:
    assert [entry["id"] for entry in REGISTER] == IDS


@pytest.mark.parametrize("entry", REGISTER, ids=lambda entry: f"{entry['id']} {entry['title']}")
def test_an_entry_has_places_and_either_a_decision_with_its_reason_or_why_it_is_not_ours(
    entry: dict[str, Any],
) -> None:
    keys = {"id", "title", "places"} | ({"not_ours"} if "not_ours" in entry else {"decision", "why"})
    assert keys <= entry.keys() <= keys | {"seen"}
    assert all(text.strip() for key, text in entry.items() if key != "places")
    for place in entry["places"]:
        assert place.keys() == {"source", "says"}
        assert set(place["source"].split(", ")) <= SOURCES


def test_every_decision_stands_in_the_contract_where_it_counts() -> None:
    decided = {entry["id"] for entry in REGISTER if "decision" in entry}
    assert used_in_the_contract() == decided
