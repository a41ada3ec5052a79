"""Prove that generated code has everything the contract has: the generator drops code and still exits 0.

Everything is looked up in the contract as it was written, not as it was prepared, and sought in the code that
`generated_code.py` has read.
"""

from collections.abc import Iterator
from typing import Any

from generated_code import ENTRY_POINTS, Attribute, Code, Endpoint, Model
from strict_twin import local_target

Document = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_ALTERNATIVES = ("anyOf", "oneOf")
# Constants that the generator writes the mere type for: wider than the contract, so no field is lost by it.
_UNSAID = {bool: "bool", type(None): "None"}


def dropped(document: Document, code: Code) -> list[str]:
    """Return a sentence for each thing of the contract that the code lacks; an empty list when nothing is.

    Each operation is a module with its four functions, its parameters and its body, to be given or left out
    as documented; each documented status a branch that builds what the status documents; each named object a
    model with all its properties, those of `allOf` included, and with a bag of the documented type for the
    unknown ones, unless the object is closed; each enumeration a class with all its values; each constant a
    literal; each inline object a model too.
    """
    search = _Search(document, code)
    return [*search.operations(), *search.components()]


class _Search:
    """One comparison; it carries the document that references point into, and the code."""

    def __init__(self, document: Document, code: Code) -> None:
        self.document = document
        self.code = code

    def operations(self) -> Iterator[str]:
        seen: dict[str, str] = {}
        expected = 0
        for path, item in self.document.get("paths", {}).items():
            if "$ref" in item:
                yield f"paths {path}: is a reference, so nobody can tell which operations it drops"
            for method in METHODS:
                if method not in item:
                    continue
                expected += 1
                node = item[method]
                operation_id = node["operationId"]
                if operation_id in seen:
                    yield f"operation {operation_id}: stands at {seen[operation_id]} and at {path}"
                seen[operation_id] = path
                endpoint = self.code.endpoints.get((method, path))
                if endpoint is None:
                    yield f"operation {operation_id}: no module sends {method.upper()} {path}"
                    continue
                yield from self._operation(item, node, endpoint)
        if expected != len(self.code.endpoints):
            yield f"operations: {expected} in the contract, {len(self.code.endpoints)} in the code"

    def components(self) -> Iterator[str]:
        for name, schema in self.document.get("components", {}).get("schemas", {}).items():
            where = f"components/schemas/{name}"
            if "enum" in schema:
                yield from self._enum(schema, frozenset({name}), where)
            elif self._is_object(schema):
                model = self.code.models.get(name)
                if model is None:
                    yield f"{where}: no model {name}"
                    continue
                if name not in self.code.exported:
                    yield f"{where}: {name} is not exported by the package of models"
                yield from self._object(schema, model, where)

    def _operation(self, item: Document, node: Document, endpoint: Endpoint) -> Iterator[str]:
        where = f"operation {node['operationId']}"
        if endpoint.module != node["operationId"]:
            yield f"{where}: its module is called {endpoint.module}"
        for function in sorted(ENTRY_POINTS - endpoint.functions):
            yield f"{where}: no function {function}"
        yield from self._parameters(item, node, endpoint, where)
        if "requestBody" in node:
            yield from self._body(self._resolved(node["requestBody"]), endpoint, f"{where}: body")
        for status, reference in node["responses"].items():
            place = f"{where}: status {status}"
            if not str(status).isdecimal():
                yield f"{place}: is no plain number, and this gate knows nothing else"
            elif int(status) not in endpoint.branches:
                yield f"{place}: is not parsed"
            else:
                for schema in self._schemas(self._resolved(reference)):
                    yield from self._typed(schema, endpoint.branches[int(status)], place)

    def _parameters(self, item: Document, node: Document, endpoint: Endpoint, where: str) -> Iterator[str]:
        documented: dict[tuple[str, str], Document] = {}
        for reference in [*item.get("parameters", []), *node.get("parameters", [])]:
            parameter = self._resolved(reference)
            name = parameter.get("name", reference.get("$ref"))
            # The operation's own replaces the one of its path.
            documented[parameter.get("in", ""), name] = parameter
        for (place, name), parameter in documented.items():
            argument = endpoint.parameters.get((place, name))
            if argument is None:
                yield f"{where}: parameter {name} is never sent as {place}"
                continue
            at = f"{where}: parameter {name}"
            yield from self._required(argument, parameter.get("required", False), at)
            yield from self._typed(parameter.get("schema"), argument.names, at)

    def _body(self, body: Document, endpoint: Endpoint, where: str) -> Iterator[str]:
        if endpoint.body is None:
            yield f"{where}: is no argument"
            return
        yield from self._required(endpoint.body, body.get("required", False), where)
        for schema in self._schemas(body):
            yield from self._typed(schema, endpoint.body.names, where)

    def _typed(self, schema: Any, names: frozenset[str], where: str) -> Iterator[str]:
        """What `schema` needs and the names at this place of the code do not have."""
        if not isinstance(schema, dict) or not schema.keys() - {"description"}:
            return
        if "$ref" in schema:
            yield from self._referred(schema["$ref"], names, where)
        elif "enum" in schema:
            yield from self._enum(schema, names, where)
        elif self._is_object(schema):
            yield from self._inline(schema, names, where)
        elif alternatives := [key for key in _ALTERNATIVES if key in schema]:
            for number, branch in enumerate(schema[alternatives[0]]):
                yield from self._typed(branch, names, f"{where}: {alternatives[0]} {number}")
        elif len(schema.get("allOf", [])) == 1:
            yield from self._typed(schema["allOf"][0], names, where)
        elif "const" in schema:
            value = schema["const"]
            if not names & {f"Literal[{value!r}]", _UNSAID.get(type(value))}:
                yield f"{where}: the constant {value!r} does not occur"
        else:
            yield from self._plain(schema, names, where)

    def _referred(self, ref: str, names: frozenset[str], where: str) -> Iterator[str]:
        try:
            target = local_target(self.document, ref)
        except KeyError:
            yield f"{where}: {ref} leads nowhere inside the document"
            return
        name = ref.rpartition("/")[2]
        if "enum" in target or self._is_object(target):
            # The class itself is compared once, as a component.
            if name not in names:
                yield f"{where}: {name} does not occur"
        else:
            yield from self._typed(target, names, where)

    def _plain(self, schema: Document, names: frozenset[str], where: str) -> Iterator[str]:
        types = schema.get("type", [])
        for name in types if isinstance(types, list) else [types]:
            if name == "array":
                if "list" not in names:
                    yield f"{where}: no list"
                yield from self._typed(schema.get("items", {}), names, f"{where}: items")
            elif name in _SCALARS and _SCALARS[name] not in names:
                yield f"{where}: no {_SCALARS[name]} for {name}"

    def _enum(self, schema: Document, names: frozenset[str], where: str) -> Iterator[str]:
        values = {value for value in schema["enum"] if value is not None}
        found = [self.code.enums[name] for name in sorted(names) if name in self.code.enums]
        if not found:
            yield f"{where}: no enumeration"
        elif not any(values <= each for each in found):
            missing = sorted(map(str, values - frozenset().union(*found)))
            yield f"{where}: the enumeration lacks {', '.join(missing)}"

    def _inline(self, schema: Document, names: frozenset[str], where: str) -> Iterator[str]:
        """An object without a name of its own: whatever the class is called, it has the properties."""
        models = [self.code.models[name] for name in sorted(names) if name in self.code.models]
        if not models:
            yield f"{where}: no model"
            return
        # The best match speaks, so that its sentence is about what is really missing.
        yield from min(([*self._object(schema, model, where)] for model in models), key=len)

    def _object(self, schema: Document, model: Model, where: str) -> Iterator[str]:
        properties, required = self._properties(schema)
        for name in sorted(model.twice):
            yield f"{where}: the attribute {name} is declared twice"
        for name, part in properties.items():
            attribute = model.attribute(name)
            if attribute is None:
                yield f"{where}: property {name} is no attribute"
                continue
            yield from self._required(attribute, name in required, f"{where}: property {name}")
            yield from self._typed(part, attribute.names, f"{where}: property {name}")
        yield from self._bag(schema, model, where)

    def _bag(self, schema: Document, model: Model, where: str) -> Iterator[str]:
        """What is lost of the fields that an open object has beside its properties."""
        others = self._others(schema)
        if False in others:
            return
        if model.bag is None:
            yield f"{where}: unknown fields are lost"
            return
        typed = [each for each in others if each not in (True, {})]
        for each in typed:
            yield from self._typed(each, model.bag, f"{where}: unknown fields")
        if not typed and "Any" not in model.bag:
            yield f"{where}: unknown fields have a type in the code alone"

    def _others(self, schema: Any) -> list[Any]:
        """What an object and all that it is composed of say of further fields: a schema, True or False."""
        if not isinstance(schema, dict):
            return []
        own = schema.get("additionalProperties", schema.get("unevaluatedProperties", True))
        parts = [*schema.get("allOf", []), *([schema] if "$ref" in schema else [])]
        return [own, *(each for part in parts for each in self._others(self._resolved(part)))]

    def _required(self, found: Attribute, required: bool, where: str) -> Iterator[str]:  # noqa: FBT001  # private
        if required == found.optional:
            demand = "is required and may be left out" if required else "is optional and has to be given"
            yield f"{where} {demand} in the code"

    def _properties(self, schema: Any) -> tuple[dict[str, Any], frozenset[str]]:
        """All properties that apply to one object, with those of its compositions, and the required ones."""
        if not isinstance(schema, dict):
            return {}, frozenset()
        properties = dict(schema.get("properties", {}))
        required = frozenset(schema.get("required", []))
        if "$ref" in schema:
            schema = {**schema, "allOf": [*schema.get("allOf", []), self._resolved(schema)]}
        for part in schema.get("allOf", []):
            inherited, inherited_required = self._properties(self._resolved(part))
            properties = {**inherited, **properties}
            required |= inherited_required
        for key in _ALTERNATIVES:
            for branch in schema.get(key, []):
                properties = {**self._properties(self._resolved(branch))[0], **properties}
        return properties, required

    def _is_object(self, schema: Any) -> bool:
        """Whether the schema describes one object, and not only a choice between several."""
        if not isinstance(schema, dict):
            return False
        if "properties" in schema or "object" in schema.get("type", ""):
            return True
        if isinstance(schema.get("additionalProperties"), dict):
            return True  # a typed map, even if nobody wrote `type: object`
        return any(self._is_object(self._resolved(part)) for part in schema.get("allOf", []))

    def _resolved(self, node: Any) -> Any:
        while isinstance(node, dict) and "$ref" in node:
            try:
                node = local_target(self.document, node["$ref"])
            except KeyError:
                return {}  # reported where it is used as a schema
        return node

    @staticmethod
    def _schemas(holder: Document) -> list[Any]:
        return [media["schema"] for media in holder.get("content", {}).values() if "schema" in media]
