"""Judges requests and answers by the contract, with validators compiled once, and names the field at fault
as the vendor does."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import orjson

from punchh_contract.contract import Operation


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a request: `missing` (absent, null or empty where something is needed) or not,
    and the field's name."""

    field: str
    missing: bool


class Rules:
    """The compiled schemas of one operation."""

    def __init__(self, operation: Operation) -> None:
        self._request = _compile(operation.request_schema)
        self._responses = {
            status: _compile(schema)
            for status in operation.statuses
            if (schema := operation.response_schema(status)) is not None
        }
        self._statuses = frozenset(operation.statuses)

    def fault(self, body: object) -> Fault | None:
        """The first thing wrong with a request body, missing fields before wrong ones; None if it fits."""
        try:
            if self._request.is_valid(body):
                return None
            faults = [_fault(error) for error in _leaves(self._request.iter_errors(body))]
        except ValueError:
            # Deeper than the validator goes: no field of the contract is.
            return Fault("body", missing=False)
        return min(faults, key=lambda fault: not fault.missing)

    def broken_clause(self, status: int, content: bytes) -> str | None:
        """The clause of the contract that an answer breaks; None if it keeps to it. Names no value of the
        answer."""
        if status not in self._statuses:
            return f"status {status} is not in the contract"
        validator = self._responses.get(status)
        if validator is None:
            return None if not content else f"status {status} has no body in the contract"
        error = next(iter(validator.iter_errors(orjson.loads(content))), None)
        if error is None:
            return None
        return f"status {status}, {pointer(error.instance_path) or 'the body'}: {pointer(error.schema_path)}"


def pointer(path: Iterable[str | int]) -> str:
    """A JSON Pointer."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def field_name(path: Iterable[str | int]) -> str:
    """The name of a field as the vendor writes it: `item_name_0` for that of the first line item
    (documented: OAS-POS2)."""
    name, index = "body", ""
    for part in path:
        if isinstance(part, int):
            index += f"_{part}"
        else:
            name = part
    return name + index


def _compile(schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True)


def _leaves(errors: Iterable[jsonschema_rs.ValidationError]) -> Iterator[jsonschema_rs.ValidationError]:
    """The errors that say something: of a choice between variants, those of the variant that the body
    comes closest to.

    What decides is the constant that names a variant. A constant that every variant misses is the fault
    itself.
    """
    for error in errors:
        branches: list[list[jsonschema_rs.ValidationError]] = getattr(error.kind, "context", None) or []
        if not branches:
            yield error
            continue
        missed = [
            {tuple(each.instance_path) for each in branch if each.kind.name == "const"} for branch in branches
        ]
        everywhere = set.intersection(*missed)
        if everywhere:
            yield from (each for each in branches[0] if tuple(each.instance_path) in everywhere)
        else:
            yield from _leaves(min(zip(missed, branches, strict=True), key=lambda pair: len(pair[0]))[1])


def _fault(error: jsonschema_rs.ValidationError) -> Fault:
    kind, path = error.kind, list(error.instance_path)
    if kind.name == "required":
        return Fault(field_name([*path, getattr(kind, "property", "")]), missing=True)
    empty = error.instance is None or error.instance in ("", [], {})
    return Fault(field_name(path), missing=empty)
