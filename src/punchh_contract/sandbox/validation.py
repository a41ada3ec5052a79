"""Judges requests and answers by the contract, with validators compiled once, and names the field at fault
as the vendor does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import orjson

from punchh_contract.contract import Operation
from punchh_contract.json_types import JsonValue

ITEMS = 20
"""How many entries of a list are looked at together for the fault to name."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a request: `missing` (absent, null or empty where something is needed) or not,
    and the field's name."""

    field: str
    missing: bool


class Rules:
    """The compiled schemas of one operation."""

    def __init__(self, operation: Operation) -> None:
        schema = operation.request_schema
        self._request = _compile(schema)
        self._named_by, mapping = _variants(schema)
        self._variants = {
            name: _compile({"$ref": ref, "components": schema["components"]}) for name, ref in mapping.items()
        }
        self._responses = {
            status: _compile(response)
            for status in operation.statuses
            if (response := operation.response_schema(status)) is not None
        }
        self._statuses = frozenset(operation.statuses)

    def fault(self, body: Mapping[str, Any]) -> Fault | None:
        """The first thing wrong with a request body, missing fields before wrong ones; None if it fits."""
        try:
            if self._request.is_valid(body):
                return None
            validator = self._request
            if self._named_by is not None:
                name = body.get(self._named_by)
                if not isinstance(name, str) or name not in self._variants:
                    return Fault(self._named_by, missing=name in (None, "", [], {}))
                validator = self._variants[name]
            faults = [_fault(error) for error in _errors(validator, body)]
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


def first_error(
    validator: jsonschema_rs.Draft202012Validator, document: object
) -> jsonschema_rs.ValidationError | None:
    """The first error of a document, at a cost that does not grow with their number; None if it fits.

    Raises:
        ValueError: the document is nested deeper than the validator goes.
    """
    try:
        validator.validate(document)
    except jsonschema_rs.ValidationError as error:
        return error
    return None


def _variants(schema: Mapping[str, Any]) -> tuple[str | None, Mapping[str, str]]:
    """The field that tells the variants of a request apart, and what each of its values refers to."""
    name = schema.get("$ref", "").rpartition("/")[2]
    root = schema["components"]["schemas"][name] if name else schema
    told_by = root.get("discriminator", {})
    return told_by.get("propertyName"), told_by.get("mapping", {})


def _errors(
    validator: jsonschema_rs.Draft202012Validator, body: Mapping[str, Any]
) -> list[jsonschema_rs.ValidationError]:
    """All errors of a body whose lists are cut short, or where those are well, the first of the whole body.

    The validator makes every error before it hands out one: a body of ten thousand faulty items would hold
    everybody else up for seconds.
    """
    short: dict[str, JsonValue] = {
        key: value[:ITEMS] if isinstance(value, list) else value for key, value in body.items()
    }
    errors = list(validator.iter_errors(short))
    first = None if errors else first_error(validator, body)
    return errors if first is None else [first]


def _fault(error: jsonschema_rs.ValidationError) -> Fault:
    kind, path = error.kind, list(error.instance_path)
    if kind.name == "required":
        return Fault(field_name([*path, getattr(kind, "property", "")]), missing=True)
    empty = error.instance is None or error.instance in ("", [], {})
    return Fault(field_name(path), missing=empty)
