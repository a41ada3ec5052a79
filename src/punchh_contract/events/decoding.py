"""The fast road: a decoder of `msgspec`, derived from the strict twin, that reads and accepts in one pass.

It says yes or nothing. What it takes is an event that the strict twin accepts; what it refuses may be valid
all the same (`1.0` for an integer, a byte order mark) and goes to the engines. It is sound by construction
and by test: the keywords that it derives from are listed here, a schema with any other has no decoder at all,
and a differential test holds it against the reference.

- Unknown fields are forbidden, enumerations and constants are literals: no drift passes.
- A key that stands twice must be right both times; the reference judges the last alone.
- `integer` takes no fraction and no exponent, and has bounds within 64 bits; `number` takes what a double
  holds; NaN, invalid UTF-8, half a surrogate pair, and anything after the value are no JSON to it either.
- `date-time` is msgspec's own, which takes two forms too many: a space for the `T`, and an offset without its
  colon. Where a text may hold one, and not in a field of another kind, it is refused. A test tries all forms.
"""

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal, NoReturn, get_args

import msgspec

from punchh_contract.event_schemas import event_schema
from punchh_contract.events.formats import NOT_CHECKED

Decode = Callable[[bytes | str], object]
"""Returns, whatever it is, for an event that the strict twin accepts. Raises one of `REFUSED` otherwise."""

# What each date-time of the two forms holds, behind the minus of its date or its offset, or behind a plus; or
# else one of those characters is written as an escape. All begin with a byte that is found at once.
_LOOSE = re.compile(rb'-[0-9]{2}(?: [0-9]|[0-9]{2}")')
_LOOSE_PLUS = re.compile(rb'\+[0-9]{4}"')
_ESCAPED = re.compile(rb"\\u00(?:2[0bBdD]|3[0-9])")
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+"')

REFUSED = (ValueError, RecursionError)
"""What a `Decode` raises; msgspec's own errors are ValueErrors."""

_SILENT = frozenset({"$schema", "$id", "$comment", "$defs", "title", "description"})
_DATE_TIME: Any = Annotated[dt.datetime, msgspec.Meta(tz=True)]
_INT64 = (-(2**63), 2**63 - 1)


class UnderivableError(Exception):
    """The schema says something that no decoder can be derived from."""


@functools.cache
def decoder() -> Decode:
    """Return the decoder of the contract's event; one that refuses everything if none can be derived.

    Raises ContractError if the schemas were not generated.
    """
    try:
        return derived(event_schema(strict=True))
    except UnderivableError:
        return _refuse


def derived(schema: Mapping[str, Any]) -> Decode:
    """Derive a decoder from a standalone, closed JSON Schema. Raises UnderivableError."""
    derivation = _Derivation(schema.get("$defs", {}))
    try:
        taken = msgspec.json.Decoder(derivation.kind(schema)).decode
    except TypeError as error:  # a union that msgspec cannot tell apart
        raise UnderivableError(str(error)) from error
    other = frozenset(name.encode() for name in derivation.others - derivation.date_times)
    minus, plus, escaped = _LOOSE.search, _LOOSE_PLUS.search, _ESCAPED.search

    def decode(event: bytes | str) -> None:
        taken(event)
        data = event if isinstance(event, bytes) else event.encode()
        if (
            (minus(data) and not _all_within(other, _LOOSE, data))
            or (b"+" in data and plus(data) and not _all_within(other, _LOOSE_PLUS, data))
            or (b"\\" in data and escaped(data))
        ):
            raise ValueError("perhaps a date-time that only msgspec takes")

    return decode


def _all_within(names: frozenset[bytes], form: re.Pattern[bytes], data: bytes) -> bool:
    """Whether all that looks like the form stands in fields of these names, in an event that was taken."""
    at = 0
    while found := form.search(data, at):
        # No date-time has a quote within, so these are its first one and the two of its name.
        opening = data.rfind(b'"', at, found.start())
        end = data.rfind(b'"', at, opening)
        start = data.rfind(b'"', at, max(end, at))
        if start < 0 or data[end + 1 : opening].strip() != b":" or data[start + 1 : end] not in names:
            return False
        whole = _TEXT.match(data, opening)
        if whole is None:
            return False
        at = whole.end()  # or a long text would be gone through for each
    return True


def _refuse(_: bytes | str) -> NoReturn:
    raise ValueError("no decoder")


class _Derivation:
    """One walk through a schema; each named schema becomes one type."""

    def __init__(self, named: Mapping[str, Any]) -> None:
        self._named = named
        self._kinds: dict[str, Any] = {}
        self._open: set[str] = set()
        self.date_times: set[str] = set()
        """Names of properties that can be a date-time."""
        self.others: set[str] = set()
        """Names of properties that cannot; of two objects, one's may and the other's may not."""

    def kind(self, schema: Mapping[str, Any]) -> Any:
        """The type of a schema."""
        said = {key for key in schema if key not in _SILENT and not key.startswith("x-")}
        if said == {"$ref"}:
            return self._of_name(schema["$ref"])
        if said == {"anyOf"}:
            return _union(self.kind(branch) for branch in schema["anyOf"])
        types = schema.get("type")
        names = (types,) if isinstance(types, str) else tuple(types or ())
        known = {"type"}.union(*(_KEYWORDS.get(name, ()) for name in names))
        if not names or said - known or not set(names) <= _KEYWORDS.keys():
            raise UnderivableError(f"keywords {sorted(said)} of type {types}")
        # Keywords that hold for all types, or for two, would be lost on those that do not look at them.
        if {"const", "enum"} & said and names != ("string",):
            raise UnderivableError(f"listed values of type {types}")
        if {"minimum", "maximum"} & said and "number" in names:
            raise UnderivableError("a number with bounds")
        return _union(self._of_type(name, schema) for name in names)

    def _of_name(self, ref: str) -> Any:
        name = ref.removeprefix("#/$defs/")
        if name not in self._named or name in self._open:
            raise UnderivableError(f"reference {ref}")  # to elsewhere, or into itself
        if name not in self._kinds:
            self._open.add(name)
            self._kinds[name] = self.kind(self._named[name])
            self._open.remove(name)
        return self._kinds[name]

    def _of_type(self, name: str, schema: Mapping[str, Any]) -> Any:
        match name:
            case "null":
                return None
            case "boolean":
                return bool
            case "number":
                return float
            case "integer":
                return _integer(schema)
            case "string":
                return _string(schema)
            case "array":
                return list[self.kind(schema["items"])]  # type: ignore[misc]  # a type made at run time
            case _:
                return self._struct(schema)

    def _struct(self, schema: Mapping[str, Any]) -> Any:
        properties = schema.get("properties", {})
        required = set(schema.get("required", ()))
        if schema.get("additionalProperties") is not False or not required <= properties.keys():
            raise UnderivableError("an object that is not closed, or requires what it does not describe")
        if not all(name.isidentifier() for name in properties):
            raise UnderivableError("a name that is no identifier")
        # By name, as the vendor's serializer writes them: msgspec looks for the next field first.
        kinds = {name: self.kind(properties[name]) for name in sorted(properties)}
        for name, kind in kinds.items():
            dated = kind == _DATE_TIME or _DATE_TIME in get_args(kind)
            (self.date_times if dated else self.others).add(name)
        fields: list[Any] = [
            (name, kind) if name in required else (name, kind, None) for name, kind in kinds.items()
        ]
        return msgspec.defstruct("Event", fields, forbid_unknown_fields=True, kw_only=True, gc=False)


_KEYWORDS: dict[str, frozenset[str]] = {
    "null": frozenset(),
    "boolean": frozenset(),
    "number": frozenset({"format"}),
    "integer": frozenset({"minimum", "maximum", "format"}),
    "string": frozenset({"const", "enum", "minLength", "format"}),
    "array": frozenset({"items"}),
    "object": frozenset({"properties", "required", "additionalProperties"}),
}


def _union(kinds: Iterable[Any]) -> Any:
    return functools.reduce(lambda one, other: one | other, kinds)


def _integer(schema: Mapping[str, Any]) -> Any:
    least, most = schema.get("minimum"), schema.get("maximum")
    if type(least) is not int or type(most) is not int or not _INT64[0] <= least <= most <= _INT64[1]:
        raise UnderivableError("an integer without bounds within 64 bits")
    return Annotated[int, msgspec.Meta(ge=least, le=most)]


def _string(schema: Mapping[str, Any]) -> Any:
    if values := schema.get("enum", [schema["const"]] if "const" in schema else []):
        if {"minLength", "format"} & schema.keys() or not all(isinstance(each, str) for each in values):
            raise UnderivableError("values that are not all text, or text that says more")
        return Literal[tuple(values)]
    if schema.get("format") == "date-time":
        if "minLength" in schema:
            raise UnderivableError("a date-time with a length")
        return _DATE_TIME
    if schema.get("format", "int64") not in NOT_CHECKED:
        raise UnderivableError(f"format {schema['format']}")
    return Annotated[str, msgspec.Meta(min_length=schema["minLength"])] if "minLength" in schema else str
