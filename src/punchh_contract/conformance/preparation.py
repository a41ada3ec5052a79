"""The copy of the contract that Schemathesis generates from: the same operations and answers, without
security, and with requests that can name nothing but fixtures and impossible values.

Credentials and digests are set by our own auth and tested by our own checks (`probes`). Left in, the schemes
would have Schemathesis invent and remove headers that it cannot sign. On a target that is not our own, what
names the caller is taken out too (`client`, the guest's token, User-Agent): a generated fault there would be
an authentication that fails, and vendors count those.
"""

import copy
from typing import Any

from punchh_contract.conformance.fixtures import Fixtures, choices
from punchh_contract.conformance.naming import CLIENT, KEY, TOKEN, holder, inlined, namings, says
from punchh_contract.contract import Contract, Operation

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
JSON_MEDIA = "application/json"
IDENTITY = (CLIENT, TOKEN)
"""Properties that a run fills in itself on a target that is not its own."""
USER_AGENT = "User-Agent"

Json = dict[str, Any]


def prepare(
    contract: Contract,
    base_url: str,
    operation_ids: tuple[str, ...],
    fixtures: Fixtures,
    *,
    own: bool,
) -> Json:
    """Return the document for a run against `base_url` that is confined to some operations.

    Each operation gets a request schema of its own, without references, in which every property that names
    something is an enumeration (see `fixtures.choices`); its examples name the same. Raises UsageError for an
    operation that the contract does not have. Everything else, `x-` included, stays.
    """
    wanted = {contract.operation(each).id for each in operation_ids}
    document = copy.deepcopy(contract.document)
    document["servers"] = [{"url": base_url}]
    # Webhooks go the other way; nothing can be sent to the target from them.
    document.pop("webhooks", None)
    document.pop("security", None)
    document["components"].pop("securitySchemes", None)
    for path, item in list(document["paths"].items()):
        for method in [each for each in item if each in METHODS]:
            item[method].pop("security", None)
            if item[method]["operationId"] not in wanted:
                del item[method]
                continue
            operation = contract.operation(item[method]["operationId"])
            item[method]["requestBody"] = _Request(contract, operation, fixtures, own=own).body(item[method])
            if not own:
                _drop_user_agent(contract, item, item[method])
        if not any(method in item for method in METHODS):
            del document["paths"][path]
    _drop_links(document, wanted)
    return document


def links(
    contract: Contract, operation_ids: tuple[str, ...]
) -> dict[str, tuple[Operation, Operation, dict[str, Any]]]:
    """The declared links between the operations of a run: name -> source, target and request body."""
    found: dict[str, tuple[Operation, Operation, dict[str, Any]]] = {}
    for operation_id in operation_ids:
        source = contract.operation(operation_id)
        node = contract.document["paths"][source.path][source.method.lower()]
        for response in map(contract.resolve, node["responses"].values()):
            for name, link in response.get("links", {}).items():
                if link.get("operationId") in operation_ids:
                    target = contract.operation(link["operationId"])
                    found[name] = (source, target, link.get("requestBody", {}))
    return found


class _Request:
    """Rewrites the request body of one operation."""

    def __init__(self, contract: Contract, operation: Operation, fixtures: Fixtures, *, own: bool) -> None:
        self._contract = contract
        self._removed = () if own else IDENTITY
        self._choices = {
            (each.field, each.const): (each, choices(each, operation.id, fixtures))
            for each in namings(contract, operation)
        }

    def body(self, node: Json) -> Json:
        """Return the request body of an operation's node."""
        body = inlined(self._contract, self._contract.resolve(node["requestBody"]))
        media = body["content"][JSON_MEDIA]
        media["schema"] = self._confined(media["schema"])
        for name, example in list(media.get("examples", {}).items()):
            value = self._example(example.get("value"))
            if value is None:
                del media["examples"][name]
            else:
                media["examples"][name] = {**example, "value": value}
        if not media.get("examples", True):
            del media["examples"]
        return dict(body)

    def _confined(self, schema: Json, prefix: str = "") -> Json:
        """A schema whose naming properties are enumerations, without branches that have nothing to choose."""
        schema = dict(schema)
        for part in ("allOf", "anyOf", "oneOf"):
            if part in schema:
                schema[part] = [
                    self._confined(each, prefix) for each in schema[part] if self._possible(each, prefix)
                ]
        if "items" in schema:
            schema["items"] = self._confined(schema["items"], prefix)
        if "properties" in schema:
            removed = self._removed if not prefix else ()
            properties = {name: each for name, each in schema["properties"].items() if name not in removed}
            schema["properties"] = {
                name: self._property(f"{prefix}{name}", each) for name, each in properties.items()
            }
            schema["required"] = [name for name in schema.get("required", ()) if name not in removed]
        elif not prefix and "required" in schema:
            schema["required"] = [name for name in schema["required"] if name not in self._removed]
        return schema

    def _property(self, field: str, schema: Json) -> Json:
        if KEY not in schema:
            return self._confined(schema, f"{field}.")
        if "const" in schema:
            return schema
        _, values = self._choices[field, None]
        # Type first, so that a wrong type is still tried. Bounds and examples would only be other values.
        return {
            **{key: schema[key] for key in ("type", "description", KEY) if key in schema},
            "enum": [*values],
        }

    def _possible(self, schema: Json, prefix: str) -> bool:
        """Whether a branch can be sent: not if a constant in it takes something and is no fixture."""
        for name, each in schema.get("properties", {}).items():
            key = (f"{prefix}{name}", each.get("const"))
            if KEY in each and "const" in each and not self._choices[key][1]:
                return False
        return all(self._possible(each, prefix) for each in schema.get("allOf", ()))

    def _example(self, value: Any) -> Any:
        """An example with names that exist, None if it cannot be sent."""
        value = copy.deepcopy(value)
        for naming, values in self._choices.values():
            place = holder(value, naming.path)
            if place is None:
                continue
            if naming.path[0] in self._removed:
                del place[naming.path[-1]]
            elif naming.const is None:
                place[naming.path[-1]] = values[0]
            elif not values and says(place[naming.path[-1]], naming.const):
                return None
        return value


def _drop_user_agent(contract: Contract, *nodes: Json) -> None:
    for node in nodes:
        if "parameters" in node:
            node["parameters"] = [
                each for each in node["parameters"] if contract.resolve(each)["name"] != USER_AGENT
            ]


def _drop_links(document: dict[str, Any], wanted: set[str]) -> None:
    """A link to an operation that is left out would be an error of the document."""
    responses: list[Any] = list(document["components"].get("responses", {}).values())
    for item in document["paths"].values():
        for method in item:
            if method in METHODS:
                responses += item[method]["responses"].values()
    for response in responses:
        for name, link in list(response.get("links", {}).items()):
            if link.get("operationId") not in wanted:
                del response["links"][name]
