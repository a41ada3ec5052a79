"""The event's schema, compiled twice: `jsonschema-rs` to accept fast, `jsonschema` for verdict and words.

Both get the same format checks, so that they give one verdict; a differential test holds them together.
`jsonschema` needs two milliseconds for an event, so it is asked only about the values that `jsonschema-rs`
finds wrong, each with the keywords that speak of it; the same test holds the two roads to the same findings.
"""

import functools
import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from punchh_contract.event_schemas import event_schema
from punchh_contract.events import formats
from punchh_contract.events.excerpts import excerpts
from punchh_contract.events.provenance import Rules
from punchh_contract.events.unions import merged
from punchh_contract.json_types import JsonValue

if TYPE_CHECKING:
    import jsonschema_rs
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

Step = str | int

# Deeper than any schema looks, shallower than Python's own recursion limit, which `jsonschema` would reach
# when it writes its messages.
DEPTH = 100

MOST = 1000
"""Faults of one record that are told. Each takes some kilobytes and 40 µs until it is worded."""

# As a double, the least integer of 64 bits can also be one just below it, which `orjson` rounds. Refused as
# an integer: by jsonschema-rs of itself, by the reference because it is given the integer below.
_LEAST_DOUBLE = -(2.0**63)


class Refusal(NamedTuple):
    """One thing that the fast engine finds wrong."""

    path: tuple[Step, ...]
    """To the value."""
    place: tuple[Step, ...]
    """To the keyword, from the root of the schema whose unions are merged."""
    evaluated: tuple[Step, ...]
    """The way to the keyword that the engine went, with `$ref`s."""

    @classmethod
    def of(cls, error: Any, path: tuple[Step, ...]) -> "Refusal":
        """Take over what jsonschema-rs says of the value at `path`."""
        return cls(path, tuple(error.schema_path), tuple(error.evaluation_path))


class Engine:
    """One schema of the event, compiled once, when it is first needed."""

    def __init__(self, schema: dict[str, Any]) -> None:
        """`schema` is a standalone JSON Schema 2020-12 whose formats `formats` knows."""
        self.schema = schema
        self.rules = Rules(schema)
        self._fast = _compiled(schema)
        self._telling = merged(schema)
        self._near: dict[tuple[Step, ...], Any] = {}

    def accepts(self, value: Any) -> bool:
        """Whether a value, as `reading.read` returned it, fits: the fast pass."""
        return self._fast.is_valid(value)

    def refusals(self, value: Any) -> list[Refusal] | None:
        """Return what the fast engine finds wrong, each once: empty if nothing, `MOST` and one if that is not
        all; None if it is too deep to be told."""
        found: dict[Refusal, None] = {}
        try:
            for part in excerpts(value):
                for each in _innermost(list(self._teller.iter_errors(part.value))):
                    if (path := part.place(tuple(each.instance_path))) is not None:
                        found[Refusal.of(each, path)] = None
                        if len(found) > MOST:
                            return list(found)
        except ValueError:
            return None
        return list(found)

    def errors(self, value: Any, refusals: list[Refusal] | None) -> list["ValidationError"]:
        """Return the errors of the reference, asked where the fast engine refused.

        What is deeper than `DEPTH` levels is taken for empty. The errors quote the event: their `message`
        must never be shown.
        """
        found: list[ValidationError] = []
        for refusal in refusals or ():
            found += self._asked(value, refusal)
        return found if found or refusals == [] else self.all_errors(value)

    def all_errors(self, value: Any) -> list["ValidationError"]:
        """Return the errors of the reference, asked about everything: what `errors` must amount to."""
        return list(itertools.islice(self._reference.iter_errors(_prepared(value, DEPTH)), MOST + 1))

    def _asked(self, value: Any, refusal: Refusal) -> Iterator["ValidationError"]:
        """Ask the reference about one value and one keyword."""
        for step in refusal.path:
            value = value[step]
        if refusal.place not in self._near:
            schema: Any = self._telling
            *steps, keyword = refusal.place
            for step in steps:
                schema = schema[step]
            self._near[refusal.place] = self._reference.evolve(schema=_alone(schema, keyword))
        for error in self._near[refusal.place].iter_errors(_exact(value)):
            error.path.extendleft(reversed(refusal.path))
            error.relative_schema_path.extendleft(
                step for step in reversed(refusal.evaluated[:-1]) if step != "$ref"
            )
            yield error

    @functools.cached_property
    def _teller(self) -> "jsonschema_rs.Draft202012Validator":
        return _compiled(self._telling)

    @functools.cached_property
    def _reference(self) -> Any:
        return reference(self.schema)


def _compiled(schema: dict[str, Any]) -> "jsonschema_rs.Draft202012Validator":
    # Here, since most runs see valid events only, and those never need it.
    import jsonschema_rs

    # Masked, or it would write the event into messages that nobody reads.
    return jsonschema_rs.Draft202012Validator(
        schema, formats=formats.CHECKS, validate_formats=True, mask="a value"
    )


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
    return Engine(event_schema(strict=strict))


def _innermost(refusals: list[Any]) -> Iterator[Any]:
    """Follow a union into its only branch whose type fits, as `wording` does; all else as it is."""
    for refusal in refusals:
        fitting = []
        if (kind := refusal.kind).name == "anyOf":
            path = refusal.instance_path
            fitting = [branch for branch in kind.context if not _of_wrong_type(branch, path)]
        if len(fitting) == 1:
            yield from _innermost(fitting[0])
        else:
            yield refusal


def _of_wrong_type(branch: list[Any], path: list[Step]) -> bool:
    return any(each.kind.name == "type" and each.instance_path == path for each in branch)


def _alone(schema: Mapping[str, Any], keyword: Step) -> dict[str, Any]:
    """The schema with one keyword, and beside it what says nothing but is read for the words."""
    alone = {key: part for key, part in schema.items() if key in (keyword, "format")}
    if keyword == "additionalProperties":
        alone["properties"] = dict.fromkeys(schema.get("properties", ()), True)
    return alone


def _prepared(value: JsonValue, levels: int) -> Any:
    if isinstance(value, dict):
        return {key: _prepared(each, levels - 1) for key, each in value.items()} if levels else {}
    if isinstance(value, list):
        return [_prepared(each, levels - 1) for each in value] if levels else []
    return _exact(value)


def _exact(value: Any) -> Any:
    if isinstance(value, float) and value == _LEAST_DOUBLE:
        return -(2**63) - 1
    return value
