"""From the reference validator's errors to findings: one a fault, at its exact place, in plain words.

An error of `anyOf` is followed into the branch that the value was meant for, so that one wrong value in a
nullable or open union is one finding and not one for each branch.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from punchh_contract.events.findings import Finding, Severity
from punchh_contract.events.masking import described, pointer
from punchh_contract.events.provenance import Rules

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_TYPES = {
    "array": "a list",
    "boolean": "a boolean",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "text",
}
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_NUMERIC = {"integer", "number"}
_FIX_DRIFT = "check the spelling; if Punchh sent it, the contract lacks it: report it, with where it was seen"
_FIX_DATE_TIME = "write `T` between date and time, and `Z` or an offset such as -08:00 after it"
_FIX_DATE_TYPE = "write it as text with its zone, such as 2026-03-02T18:05:01Z"
_FIX_VALUE = "correct the value where it is produced"

UNKNOWN_NAME = "additionalProperties"
"""The keyword by which the strict twin forbids what it does not know."""

Location = tuple[str | None, int | None, int | None, int | None]
"""`file`, `record`, `line` and `column` of a finding."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault before it is worded for a reader: where, which keyword, and the value found there."""

    path: tuple[str | int, ...]
    rule: str
    expectation: str
    fix: str
    steps: tuple[str | int, ...]
    """From the root of the schema to the keyword, as `provenance.Rules.rule` takes them."""
    value: Any = None
    valueless: bool = False
    """Whether there is no value to speak of: something is missing."""

    @property
    def of_name(self) -> bool:
        """Whether it is the name that is wrong, and not the value."""
        return self.rule == UNKNOWN_NAME

    def finding(self, severity: Severity, rules: Rules, location: Location, *, show_values: bool) -> Finding:
        """Return it as a finding, masked unless `show_values`."""
        schema_pointer, source = rules.rule(self.steps)
        file, record, line, column = location
        return Finding(
            pointer=pointer(self.path, show=show_values),
            rule=self.rule,
            expectation=self.expectation,
            fix=self.fix,
            severity=severity,
            value=None if self.valueless else described(self.value, show=show_values),
            file=file,
            record=record,
            line=line,
            column=column,
            schema_pointer=schema_pointer,
            source=source,
        )


def faults(errors: Iterable["ValidationError"], most: int | None = None) -> list[Fault]:
    """Return the faults behind errors, each once, in the order of the errors.

    If there are `most` or more, then exactly so many, of which one may tell the same as another.
    """
    found: dict[tuple[tuple[str | int, ...], str, str], Fault] = {}
    for fault in itertools.chain.from_iterable(map(_faults, errors)):
        found.setdefault((fault.path, fault.rule, fault.expectation), fault)
        if len(found) == most:
            return list(found.values())
    # A value of another type breaks `const` or `enum` beside its type too; that is one fault.
    of_wrong_type = {fault.path for fault in found.values() if fault.rule == "type"}
    return [
        fault
        for fault in found.values()
        if fault.rule not in ("const", "enum") or fault.path not in of_wrong_type
    ]


def _faults(error: "ValidationError") -> Iterator[Fault]:
    if error.validator in ("anyOf", "oneOf") and error.context:
        yield from _union(error)
        return
    path = tuple(error.absolute_path)
    value: Any = error.instance
    limit: Any = error.validator_value
    rule = str(error.validator)
    steps = _steps(error)
    if rule == "required":
        for name in limit:
            if name not in value:
                fix = "add it, or look for what dropped it"
                yield Fault(path, rule, f"must have `{name}`", fix, steps, valueless=True)
    elif rule == UNKNOWN_NAME and isinstance(error.schema, dict):
        for name in value:
            if name not in error.schema.get("properties", {}):
                expectation = "the contract knows no such property"
                yield Fault((*path, name), rule, expectation, _FIX_DRIFT, steps, value[name])
    elif rule == "type":
        fault = _wrong_type(path, steps, [limit] if isinstance(limit, str) else limit, value)
        is_date = isinstance(error.schema, dict) and error.schema.get("format") == "date-time"
        yield replace(fault, fix=_FIX_DATE_TYPE) if is_date else fault
    else:
        expectation, fix = _SENTENCES.get(rule, _other)(limit)
        yield Fault(path, rule, expectation, fix, steps, value)


def _steps(error: "ValidationError") -> tuple[str | int, ...]:
    return tuple(step for step in error.absolute_schema_path if step != "$ref")


def _union(error: "ValidationError") -> Iterator[Fault]:
    """Follow the branch whose type fits the value; when none does, say all the types that would."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context:
        branches.setdefault(inner.relative_schema_path[0], []).append(inner)
    fitting: list[list[Fault]] = []
    types: dict[str, None] = {}
    for branch in branches.values():
        wrong = [inner for inner in branch if inner.validator == "type" and not inner.relative_path]
        if not wrong:
            fitting.append(faults(branch))
        for inner in wrong:
            accepted: Any = inner.validator_value
            types.update(dict.fromkeys([accepted] if isinstance(accepted, str) else accepted))
    if fitting:
        yield from min(fitting, key=len)
    else:
        yield _wrong_type(tuple(error.absolute_path), _steps(error), list(types), error.instance)


def _wrong_type(
    path: tuple[str | int, ...], steps: tuple[str | int, ...], types: list[str], value: Any
) -> Fault:
    words = [_TYPES[each] for each in types]
    expectation = "must be " + " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
    if isinstance(value, str) and _NUMERIC & set(types) and _NUMBER.fullmatch(value):
        fix = "write the number without quotes"
    elif isinstance(value, int | float) and not isinstance(value, bool) and "string" in types:
        fix = "put it in quotes"
    elif value is None:
        fix = "give it a value; leave the property out only if it is optional"
    else:
        fix = _FIX_VALUE
    return Fault(path, "type", expectation, fix, steps, value)


def _const(limit: Any) -> tuple[str, str]:
    return (
        f"must be `{limit}`",
        "correct it, or leave this event out: the contract is for one family of events",
    )


def _enum(limit: Any) -> tuple[str, str]:
    return f"must be one of the values that the contract knows: {', '.join(map(str, limit))}", _FIX_DRIFT


def _minimum(limit: Any) -> tuple[str, str]:
    return f"must be {limit} or more", _FIX_VALUE


def _maximum(limit: Any) -> tuple[str, str]:
    return f"must be {limit} or less", "look for a number that does not fit 64 bits"


def _min_length(limit: Any) -> tuple[str, str]:
    what = "must not be empty" if limit == 1 else f"must have {limit} or more characters"
    return what, "look for what removed the text"


def _format(limit: Any) -> tuple[str, str]:
    if limit == "date-time":
        return (
            "must be a date and time with its zone (RFC 3339), such as 2026-03-02T18:05:01Z",
            _FIX_DATE_TIME,
        )
    return f"must have the format {limit}", _FIX_VALUE


def _other(_: Any) -> tuple[str, str]:
    return "must fit the contract", "compare it with the schema of the event in spec/openapi.yaml"


_SENTENCES: dict[str, Callable[[Any], tuple[str, str]]] = {
    "const": _const,
    "enum": _enum,
    "minimum": _minimum,
    "maximum": _maximum,
    "minLength": _min_length,
    "format": _format,
}

WORDED = frozenset({*_SENTENCES, UNKNOWN_NAME, "anyOf", "oneOf", "required", "type"})
"""Keywords that have words of their own; a test holds them against what the event's schema uses."""
