"""spec/README.md explains every x- key and every source label that the contract uses."""

import re
from pathlib import Path

from spec_document import nodes, read
from vocabulary_rules import CONFIDENCE, SOURCES

SPEC = Path(__file__).parent.parent.parent / "spec"
README = (SPEC / "README.md").read_text(encoding="utf-8")


def test_every_x_key_of_the_contract_is_explained() -> None:
    used = {
        key
        for pointer, node in nodes(read(SPEC / "openapi.yaml").document, payloads=True)
        if isinstance(node, dict) and not pointer.endswith("/headers")
        for key in node
        if key.startswith("x-")
    }
    table = set(re.findall(r"^\| `(x-[a-z-]+)` \|", README, re.MULTILINE))
    assert len(used) >= 9
    assert used == table


def test_every_source_label_is_listed_and_every_listed_label_is_known() -> None:
    rows = [
        row.split("|")[1] for row in README.partition("| label |")[2].splitlines()[2:] if row.startswith("|")
    ]
    listed = {label.strip() for row in rows for label in row.split(",")}
    assert listed == SOURCES | {"SUP- and a number"}


def test_the_three_words_for_confidence_are_explained() -> None:
    assert re.findall(r"^- `(\w+)`: ", README, re.MULTILINE) == list(CONFIDENCE)
