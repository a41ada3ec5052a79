"""The event's schema, compiled twice: `jsonschema-rs` to accept fast, `jsonschema` for verdict and words.

Both get the same format checks, so that they give one verdict; a differential test holds them together.
"""

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from punchh_contract import contract
from punchh_contract.events import formats

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

# Deeper than any schema looks, shallower than Python's own recursion limit, which `jsonschema` would reach
# when it writes its messages.
DEPTH = 100

# As a double, the least integer of 64 bits can also be one just below it, which `orjson` rounds. Refused as
# an integer: by jsonschema-rs of itself, by the reference because it is given the integer below.
_LEAST_DOUBLE = -(2.0**63)


class Engine:
    """One schema of the event, compiled once, when it is first needed."""

    def __init__(self, schema: dict[str, Any]) -> None:
        """`schema` is a standalone JSON Schema 2020-12 whose formats `formats` knows."""
        self.schema = schema
        self._fast = jsonschema_rs.Draft202012Validator(schema, formats=formats.CHECKS, validate_formats=True)

    def accepts(self, value: Any) -> bool:
        """Whether a value, as `reading.read` returned it, fits: the fast pass."""
        return self._fast.is_valid(value)

    def errors(self, value: Any) -> Iterator["ValidationError"]:
        """Yield the errors of the reference; values deeper than `DEPTH` levels are emptied first.

        The errors quote the event: their `message` must never be shown.
        """
        return self._reference.iter_errors(_prepared(value, DEPTH))

    @functools.cached_property
    def _reference(self) -> "Draft202012Validator":
        return reference(self.schema)


def reference(schema: dict[str, Any]) -> "Draft202012Validator":
    """The validator of `jsonschema` for a schema, with our checks of formats in place of its own."""
    # Here, since importing jsonschema takes longer than all else and valid events never need it.
    from jsonschema import Draft202012Validator, FormatChecker

    checker = FormatChecker(formats=())
    for name, check in formats.CHECKS.items():
        checker.checks(name)(check)
    return Draft202012Validator(schema, format_checker=checker)


@functools.cache
def engine(*, strict: bool) -> Engine:
    """Return the engine of the open schema, or of its strict twin.

    Raises ContractError if the schemas were not generated.
    """
    return Engine(contract.event_schema(strict=strict))


def _prepared(value: Any, levels: int) -> Any:
    if isinstance(value, dict):
        return {key: _prepared(each, levels - 1) for key, each in value.items()} if levels else {}
    if isinstance(value, list):
        return [_prepared(each, levels - 1) for each in value] if levels else []
    if isinstance(value, float) and value == _LEAST_DOUBLE:
        return -(2**63) - 1
    return value
