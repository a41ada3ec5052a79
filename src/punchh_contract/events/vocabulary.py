"""The words that names of fields are made of, so that a name of a field can be told from a person's.

`reward_code` and `heather_price` look alike to any pattern, so only words count: those of the contract's own
names and known values, and a few technical ones. Whole words, without plurals and slips: a word that is one
letter away from a known one is a name as often as not (Heather, weather). What is not known is masked, and
file, line and column lead to it.
"""

import functools
import re
from collections.abc import Iterator
from typing import Any

from punchh_contract.event_schemas import event_schema
from punchh_contract.json_types import JsonValue

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^A-Za-z_-]+")

_BOTH = "apple bar card cards guest major mobile net no on pass point reward store to web"
ALSO_NAMES = frozenset(_BOTH.split())
"""Words of the contract that are also names of people or of streets; alone they may be a guest's."""

_THINGS = """
accepted aggregate api app applied array attempt attribute attributes average bool boolean browser
cancellation category checksum client color config configuration correlation counter coupon custom
database date decimal default deleted delivery description device digest disabled discounts document
duplicate enabled encoding endpoint entity enum environment error errors expires expiry export exported
extended extension extra failed filename flag flags format hash header headers history http https
identifiers ids imported index indicator info integer interval invalid ip iso json keyword label
language latitude length limit limits list longitude maximum metadata method millis milliseconds minimum
modified modifier module namespace object offset operation optional original parameter parameters
payment percentage permission platform postal prefix previous primary priority process program promotion
provider quantity query rating received reference region registered rejected request required response
retry rewards schema scheme segment sent sequence server session settings signature size snapshot string
subscriptions suffix summary system tag tags target template tenant text tier time timezone token totals
unit units unknown uri valid validated value values variant vendor verified version visible webhook xml
"""
TECHNICAL = frozenset(_THINGS.split())
"""Words that programmers name things by, none of them a given name, a surname or a word of streets."""


def is_known(name: str, *, personal: bool) -> bool:
    """Whether a name is the contract's, or each of its words is known and one at least is the contract's own.

    Words are parted by capitals, `_` and `-`; what holds a digit or a single letter is not known. At a
    `personal` place, where names of people are likelier than names of fields, all words have to be the
    contract's own, and none of them a name that people have.
    """
    names, own = _own()
    if name in names:
        return True
    words = [word.lower() for word in _WORD.findall(name)]
    strong = [word in own and word not in ALSO_NAMES for word in words]
    if personal:
        return bool(words) and all(strong)
    return any(strong) and all(word in own or word in TECHNICAL for word in words)


@functools.cache
def _own() -> tuple[frozenset[str], frozenset[str]]:
    """The contract's names of fields, and the words of those and of its known values; no single letters."""
    names: set[str] = set()
    values: set[str] = set()
    for node in _nodes(event_schema()):
        names.update(node.get("properties", {}))
        values.update(each for each in (*node.get("enum", ()), node.get("const")) if isinstance(each, str))
    words = {word.lower() for each in names | values for word in _WORD.findall(each)}
    return frozenset(names), frozenset(word for word in words if len(word) > 1)


def _nodes(node: JsonValue) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for each in node.values():
            yield from _nodes(each)
    elif isinstance(node, list):
        for each in node:
            yield from _nodes(each)
