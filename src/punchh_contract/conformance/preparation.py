"""The copy of the contract that Schemathesis generates from: the same operations, bodies and answers, without
security.

Credentials and digests are set by our own auth and tested by our own checks (`probes`). Left in, the schemes
would have Schemathesis invent and remove headers that it cannot sign.
"""

import copy
from typing import Any

from punchh_contract.contract import Contract, Operation

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def prepare(contract: Contract, base_url: str, operation_ids: tuple[str, ...]) -> dict[str, Any]:
    """Return the document for a run against `base_url` that is confined to some operations.

    Raises UsageError for an operation that the contract does not have. Everything else, `x-` included, stays.
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
