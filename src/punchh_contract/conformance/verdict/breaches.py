"""Where a body breaks a schema of the contract: place, rule and what is wanted, never the value.

A union that is broken is followed into the one branch that the value was plainly meant for.
"""

import dataclasses
import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jsonschema_rs

from punchh_contract.conformance.verdict import clauses
from punchh_contract.contract import Contract, Operation
from punchh_contract.json_types import JsonValue

Kind = jsonschema_rs.ValidationErrorKind
Error = jsonschema_rs.ValidationError

_TYPES = {
    "array": "a list",
    "boolean": "a boolean",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "text",
}
_LIMITS = {
    "minimum": "must be {} or more",
    "maximum": "must be {} or less",
    "exclusiveMinimum": "must be more than {}",
    "exclusiveMaximum": "must be less than {}",
    "minLength": "must have {} or more characters",
    "maxLength": "must have {} or fewer characters",
    "minItems": "must have {} or more entries",
    "maxItems": "must have {} or fewer entries",
    "minProperties": "must have {} or more properties",
    "maxProperties": "must have {} or fewer properties",
    "format": "must have the format {}",
    "const": "must be `{}`",
}


@dataclasses.dataclass(frozen=True)
class Breach:
    """One rule that a body breaks: its clause, the place in the body (a JSON pointer), and what is wanted."""

    clause: str
    place: str
    wanted: str

    def sentence(self, whole: str) -> str:
        """Say it; `whole` names the body where the place is the body itself."""
        return f"{f'`{self.place}`' if self.place else whole} {self.wanted}"


def breaches(contract: Contract, schema: dict[str, Any], clause: str, body: Any) -> list[Breach]:
    """Return what a parsed body breaks of a standalone schema that stands at `clause`; each clause once."""
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    names = _names(contract)
    found: dict[str, Breach] = {}
    for error in _leaves(validator.iter_errors(body)):
        breach = _breach(contract, clause, names, error)
        found.setdefault(breach.clause, breach)
    return list(found.values())


def broken_headers(contract: Contract, operation: Operation, headers: Mapping[str, Any]) -> list[Breach]:
    """Return which headers of a request, as it is recorded, break their schema."""
    sent = {name.lower(): value for name, value in headers.items()}
    return [
        Breach(
            clauses.parameter(contract, operation, name),
            "",
            f"is fine, but the header {name} breaks its schema",
        )
        for name, schema in ((each["name"], each.get("schema", {})) for each in operation.parameters)
        if isinstance(value := sent.get(name.lower()), str)
        and not jsonschema_rs.is_valid(contract.standalone(schema), value)
    ]


def kind_of(value: object) -> str:
    """The JSON type of a value in words."""
    names: dict[type[Any], str] = {
        bool: "boolean",
        int: "integer",
        float: "number",
        str: "string",
        list: "array",
        dict: "object",
    }
    return _TYPES[names.get(type(value), "null")]


def _leaves(errors: Iterable[Error]) -> Iterator[Error]:
    for error in errors:
        context = getattr(error.kind, "context", None)
        branch = _meant(error, context) if context else None
        if branch is None:
            yield error
        else:
            yield from _leaves(branch)


def _meant(union: Error, branches: list[list[Error]]) -> list[Error] | None:
    """The branch that a value was meant for: by its type, then by its constants; None if two may be."""
    fitting = [each for each in branches if each and not any(_stranger(union, error) for error in each)]
    by_constant = [
        each for each in fitting if not any(isinstance(error.kind, Kind.Constant) for error in each)
    ]
    fitting = by_constant or fitting
    if len(fitting) > 1:
        # A branch that has the value's properties and minds what is in them beats one that misses some.
        fitting = [each for each in fitting if not any(_lacks(union, error) for error in each)]
    return fitting[0] if len(fitting) == 1 else None


def _stranger(union: Error, error: Error) -> bool:
    return isinstance(error.kind, Kind.Type) and error.instance_path == union.instance_path


def _lacks(union: Error, error: Error) -> bool:
    return isinstance(error.kind, Kind.Required) and error.instance_path == union.instance_path


def _breach(contract: Contract, root: str, names: frozenset[str], error: Error) -> Breach:
    steps = list(error.schema_path)
    clause = clauses.pointer("#" if steps[:1] == ["components"] else root, *steps)
    place = "".join(
        "/" + (str(step) if isinstance(step, int) else _shown(step, names)) for step in error.instance_path
    )
    if isinstance(error.kind, Kind.Required):
        required: JsonValue = _limit(contract, clause)
        name = error.kind.property
        if isinstance(required, list) and name in required:
            clause = clauses.pointer(clause, required.index(name))
        return Breach(clause, place, f"must have `{name}`")
    wanted = _wanted(error, _limit(contract, clause))
    return Breach(_declared(contract, root, error) or clause, place, wanted)


def _declared(contract: Contract, root: str, error: Error) -> str | None:
    """The property that refers to the broken rule, where the rule is that of a shared schema such as an id.

    Which property was broken is what a reader looks for, and what tells two findings apart.
    """
    here, holder, since = root, None, list[str | int]()
    for step in error.evaluation_path:
        if step != "$ref":
            here, since = clauses.pointer(here, step), [*since, step]
            continue
        ref = _limit(contract, clauses.pointer(here, "$ref"))
        if not isinstance(ref, str):
            if here == root:
                continue  # the root was followed already
            return None
        holder, here, since = here, ref, []
    if holder is None or {"properties", "items"} & set(since):
        return None
    return holder if holder.split("/")[-2:-1] == ["properties"] else None


def _wanted(error: Error, limit: Any) -> str:
    rule = error.kind.name
    if isinstance(error.kind, Kind.Type):
        return (
            f"must be {_either([_TYPES[each] for each in error.kind.types])}, not {kind_of(error.instance)}"
        )
    if isinstance(error.kind, Kind.Enum):
        return f"must be one of {', '.join(f'`{each}`' for each in error.kind.options)}"
    if rule in ("anyOf", "oneOf"):
        types = _accepted(error)
        if types:
            return f"must be {_either(types)}, not {kind_of(error.instance)}"
        return "must have one of the forms that the contract lists"
    if rule in _LIMITS and limit is not None:
        return _LIMITS[rule].format(limit)
    if rule in ("additionalProperties", "unevaluatedProperties"):
        return "must not have a property that the contract does not know"
    return f"must keep the rule `{rule}`"


def _accepted(union: Error) -> list[str]:
    """The types of a union that a value has none of; empty if it has one."""
    types: dict[str, None] = {}
    for branch in getattr(union.kind, "context", []):
        wrong = [
            error.kind.types
            for error in branch
            if isinstance(error.kind, Kind.Type) and _stranger(union, error)
        ]
        if not wrong:
            return []
        types.update(dict.fromkeys(_TYPES[each] for each in wrong[0]))
    return list(types)


def _either(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _shown(name: str, names: frozenset[str]) -> str:
    # A key that the contract does not have may be a guest's data: an e-mail address in a map of errors.
    return name.replace("~", "~0").replace("/", "~1") if name in names else "*"


def _limit(contract: Contract, clause: str) -> Any:
    try:
        return clauses.at(contract, clause)
    except KeyError:
        return None


@functools.cache
def _names(contract: Contract) -> frozenset[str]:
    """Every name of a property in the contract."""
    found: set[str] = set()
    pending: list[JsonValue] = [
        contract.document["paths"],
        contract.document.get("components", {}).get("schemas", {}),
    ]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            properties: JsonValue = node.get("properties")
            if isinstance(properties, dict):
                found.update(properties)
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
    return frozenset(found)
