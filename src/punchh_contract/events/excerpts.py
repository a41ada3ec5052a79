"""A long event in parts, since an engine makes all faults of a value at once, and 16 MB can hold millions.

What is long in it is a list. Of each list that is, every part has the next thousand elements; the rest of the
event is the same in all parts.
"""

from collections.abc import Iterator
from typing import NamedTuple

from punchh_contract.events.positions import Path
from punchh_contract.json_types import JsonValue

LENGTH = 1000
"""Elements of a list in one part."""

# Below the contract's own lists. What lies deeper is in no schema, and makes one fault at most.
_LEVELS = 8


class Excerpt(NamedTuple):
    """One part of an event."""

    value: JsonValue
    start: int = 0
    """Which element of the long lists is their first one here."""
    lists: frozenset[Path] = frozenset()
    """Where the long lists are."""

    def place(self, path: Path) -> Path | None:
        """Return the way to a value of this part in the whole event; None if an earlier part had it."""
        for length in range(len(path)):
            step = path[length]
            if isinstance(step, int) and path[:length] in self.lists:
                return (*path[:length], step + self.start, *path[length + 1 :])
        return None if self.start else path


def excerpts(value: JsonValue) -> Iterator[Excerpt]:
    """Yield the parts of an event, or of whatever value it is: one part if nothing in it is long."""
    lists = dict(_long(value, (), _LEVELS)) if isinstance(value, dict) else dict[Path, int]()
    if not lists:
        yield Excerpt(value)
        return
    paths = frozenset(lists)
    for start in range(0, max(lists.values()), LENGTH):
        yield Excerpt(_part(value, (), paths, start), start, paths)


def _long(node: dict[str, JsonValue], path: Path, levels: int) -> Iterator[tuple[Path, int]]:
    for name, each in node.items():
        if isinstance(each, list):
            if len(each) > LENGTH:
                yield (*path, name), len(each)
        elif isinstance(each, dict) and levels:
            yield from _long(each, (*path, name), levels - 1)


def _part(node: JsonValue, path: Path, lists: frozenset[Path], start: int) -> JsonValue:
    if isinstance(node, list):
        return node[start : start + LENGTH] if path in lists else node
    if isinstance(node, dict) and any(each[: len(path)] == path for each in lists):
        return {name: _part(each, (*path, name), lists, start) for name, each in node.items()}
    return node
