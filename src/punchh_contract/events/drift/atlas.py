"""The event as the contract describes it, as a tree of positions: what may stand where, and who says so.

Made of the document itself and not of the schemas derived from it, so that each position knows its pointer
into `spec/openapi.yaml`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from punchh_contract import contract
from punchh_contract.contract import Contract
from punchh_contract.errors import ContractError

_WEBHOOK = "redemptions"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of known values: its pointer into the contract, and its source."""

    spec: str
    source: str | None


@dataclass(slots=True)
class Position:
    """One place of the event; a list's items are one place."""

    pointer: str
    """JSON pointer into the event, `*` for the index of a list."""
    spec: str
    """Pointer into the contract: `#/components/schemas/EventUser/properties/email`."""
    source: str | None
    """Document and contradiction nearest above: `SEED-004, C-41`."""
    personal: bool
    """Whether it, or what it stands in, is `x-pii`."""
    types: set[str] = field(default_factory=set)
    """Types of JSON Schema; empty means any."""
    rules: dict[str, Any] = field(default_factory=dict)
    """Bounds, length, `const` and `format` that hold for every value here."""
    known: dict[str, "Listing"] = field(default_factory=dict)
    """Values that the contract knows, each with the list that it stands in."""
    properties: dict[str, "Position"] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    shape: str = ""
    """Pointer of the object's `properties` into the contract: where an unknown field would be added."""
    shape_source: str | None = None
    items: "Position | None" = None

    def all(self) -> Iterator["Position"]:
        """Yield it and all below it, each before what is in it."""
        yield self
        below = [*self.properties.values(), *([self.items] if self.items else [])]
        for each in below:
            yield from each.all()


def atlas(document: Contract | None = None) -> Position:
    """Return the event's root of a contract, by default the one at hand. Raises ContractError without it."""
    document = document or contract.load()
    try:
        body = document.document["webhooks"][_WEBHOOK]["post"]["requestBody"]
        schema = body["content"]["application/json"]["schema"]
    except (KeyError, TypeError) as error:
        raise ContractError(f"the contract has no webhook `{_WEBHOOK}` with a JSON body") from error
    spec = f"#/webhooks/{_WEBHOOK}/post/requestBody/content/application~1json/schema"
    return _Reader(document).position(schema, "", spec, None, personal=False)


_RULES = ("const", "format", "maximum", "minLength", "minimum")


class _Reader:
    def __init__(self, document: Contract) -> None:
        self._document = document

    def position(
        self, schema: dict[str, Any], pointer: str, spec: str, source: str | None, *, personal: bool
    ) -> Position:
        own = _source(schema)
        found = Position(pointer, spec, own or source, personal or schema.get("x-pii") is True)
        self._take(found, schema, spec, found.source, bounds=True)
        return found

    def _take(
        self, found: Position, schema: dict[str, Any], spec: str, source: str | None, *, bounds: bool
    ) -> None:
        """Add what a schema, its references and branches allow."""
        if isinstance(ref := schema.get("$ref"), str):
            target = self._document.resolve(schema)
            found.personal = found.personal or target.get("x-pii") is True
            inherited = _source(target) or source
            if found.source is None:
                found.source = inherited
            self._take(found, target, ref, inherited, bounds=bounds)
        for branch in ("anyOf", "oneOf"):
            for index, each in enumerate(schema.get(branch, ())):
                # What one branch demands, another may not: bounds hold only where there is no choice.
                self._take(found, each, f"{spec}/{branch}/{index}", _source(each) or source, bounds=False)
        types = schema.get("type", [])
        found.types.update([types] if isinstance(types, str) else types)
        listing = Listing(f"{spec}/enum", source)
        found.known.update({value: listing for value in schema.get("enum", ()) if isinstance(value, str)})
        if bounds or schema.get("format") == "date-time":
            found.rules.update({rule: schema[rule] for rule in _RULES if rule in schema})
        if "properties" in schema:
            found.shape, found.shape_source = f"{spec}/properties", source
            found.required |= frozenset(schema.get("required", ()))
            for name, each in schema["properties"].items():
                below = f"{found.pointer}/{_escaped(name)}"
                where = f"{spec}/properties/{_escaped(name)}"
                found.properties[name] = self.position(each, below, where, source, personal=found.personal)
        if "items" in schema:
            below = f"{found.pointer}/*"
            found.items = self.position(
                schema["items"], below, f"{spec}/items", source, personal=found.personal
            )


def _source(schema: dict[str, Any]) -> str | None:
    document = schema.get("x-source", {}).get("document")
    contradictions = schema.get("x-contradiction", [])
    if isinstance(contradictions, str):
        contradictions = [contradictions]
    return ", ".join([*([document] if document else []), *contradictions]) or None


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
