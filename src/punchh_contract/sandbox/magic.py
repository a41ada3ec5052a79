"""Magic values: to send one is to get the documented error or refusal that stands behind it, on demand.

Pure: seed.yaml lists them, this finds the one that a request body holds. An answer by magic takes nothing
and changes nothing.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, cast


@dataclasses.dataclass(frozen=True, slots=True)
class MagicValue:
    """One value of one field, and the `x-error` of the contract that it brings."""

    operation: str
    field: str
    """Dotted where it is nested."""
    value: str | int
    status: int
    error: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any], hash=False)
    """What fills the placeholders of the error's text."""


Outcome = tuple[int, str, Mapping[str, Any]]
"""Status, `x-error` id, and what fills the placeholders of its text."""


class Magic:
    """All magic values of a world.

    Raises:
        ValueError: one value of one field stands for two things.
    """

    def __init__(self, values: Iterable[MagicValue] = ()) -> None:
        self.values = tuple(values)
        self._found: dict[str, dict[str, dict[str | int, Outcome]]] = {}
        for each in self.values:
            outcomes = self._found.setdefault(each.operation, {}).setdefault(each.field, {})
            if each.value in outcomes:
                raise ValueError(
                    f"/magic: {each.value} as {each.field} of {each.operation} stands for two things"
                )
            outcomes[each.value] = (each.status, each.error, each.values)

    def outcome(self, operation: str, body: Mapping[str, Any]) -> Outcome | None:
        """What the first magic value in a request body brings; None if it holds none. Fields go in the order
        of the seed; a text of digits is not the number."""
        for name, outcomes in self._found.get(operation, {}).items():
            value: Any = body
            for part in name.split("."):
                value = cast(Mapping[str, Any], value).get(part) if isinstance(value, Mapping) else None
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            if isinstance(value, str | int) and value in outcomes:
                return outcomes[value]
        return None
