"""Of a rule that was broken: where it stands in the schema, and where the contract has it from."""

from collections.abc import Iterable, Mapping
from typing import Any

from punchh_contract.json_types import JsonValue

Schema = Mapping[str, Any]
Step = str | int

# Keywords that lead to the schema of another value; below the others one still speaks of the same value.
_DESCENDING = frozenset({"properties", "items"})
_NAMED = frozenset({"properties", "anyOf", "oneOf"})


class Rules:
    """The rules of one standalone schema; each is looked up once."""

    def __init__(self, schema: Schema) -> None:
        """`schema` has its named schemas in `$defs`."""
        self._schema = schema
        self._known: dict[tuple[Step, ...], tuple[str, str | None]] = {}

    def rule(self, steps: tuple[Step, ...]) -> tuple[str, str | None]:
        """Return the JSON pointer of a rule, and its source.

        `steps` lead from the root to the keyword, without `$ref`: `properties`, `user`, `type`; through a
        union they may lead as if it were merged (`unions`), and the rule is the same. The pointer
        leads to where the rule is written, so it begins anew at each named schema. The source is the document
        of the nearest `x-source` above, and each `x-contradiction` up to there: `SEED-004, C-41`; what a
        property says comes before what the named schema says that it refers to. None where there is neither.
        """
        if steps not in self._known:
            self._known[steps] = self._looked_up(steps)
        return self._known[steps]

    def _looked_up(self, steps: tuple[Step, ...]) -> tuple[str, str | None]:
        node: Any = self._schema
        place: list[Step] = []
        # For each value on the way the schemas that speak of it, outermost first.
        levels: list[list[Schema]] = [[node]]
        left = iter(steps)
        for step in left:
            while step not in node and ("$ref" in node or (step != "type" and "anyOf" in node)):
                if "$ref" in node:
                    place = list(node["$ref"].removeprefix("#/").split("/"))
                    node = self._target(place)
                else:  # in a union that was merged
                    index = next(i for i, each in enumerate(node["anyOf"]) if self._has(each, step))
                    place += ["anyOf", index]
                    node = node["anyOf"][index]
                levels[-1].append(node)
            if step not in node:
                return pointer([*place, "anyOf"]), _source(levels)
            place.append(step)
            node = node[step]
            if step in _DESCENDING:
                levels.append([])
            if step in _NAMED and (name := next(left, None)) is not None:
                place.append(name)
                node = node[name]
            found: JsonValue = node
            if isinstance(found, dict):
                levels[-1].append(found)
        return pointer(place), _source(levels)

    def _has(self, branch: Schema, step: Step) -> bool:
        target = self._target(branch["$ref"].removeprefix("#/").split("/")) if "$ref" in branch else branch
        return step in target

    def _target(self, place: Iterable[Step]) -> Any:
        node: Any = self._schema
        for step in place:
            node = node[step]
        return node


def pointer(steps: Iterable[Step]) -> str:
    """Return the JSON pointer (RFC 6901) of steps through a schema."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _source(levels: list[list[Schema]]) -> str | None:
    document: str | None = None
    contradictions: dict[str, None] = {}
    for level in reversed(levels):
        for schema in level:
            found = schema.get("x-contradiction", [])
            contradictions.update(dict.fromkeys([found] if isinstance(found, str) else found))
        document = next((each["x-source"]["document"] for each in level if "x-source" in each), None)
        if document is not None:
            break
    return ", ".join([*([document] if document else []), *contradictions]) or None
