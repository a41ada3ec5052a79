"""Where a rule stands in spec/openapi.yaml, as JSON pointers (`#/paths/~1api…`), and the rule found there."""

from typing import Any

from punchh_contract.contract import Contract, Operation
from punchh_contract.json_types import JsonValue

MEDIA = "application/json"


def pointer(base: str, *steps: str | int) -> str:
    """Append steps to a pointer."""
    return "/".join([base, *(str(step).replace("~", "~0").replace("/", "~1") for step in steps)])


def at(contract: Contract, clause: str) -> Any:
    """What stands at a pointer of the contract. Raises KeyError if nothing does."""
    node: Any = contract.document
    for step in clause.removeprefix("#").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        try:
            node = node[int(name) if isinstance(node, list) else name]
        except (IndexError, ValueError, TypeError) as error:
            raise KeyError(clause) from error
    return node


def operation(of: Operation) -> str:
    """The operation itself."""
    return pointer("#", "paths", of.path, of.method.lower())


def part(of: Operation, name: str) -> str:
    """A key of the operation: `responses`, `security`, `x-success`."""
    return pointer(operation(of), name)


def parameter(contract: Contract, of: Operation, name: str) -> str:
    """A parameter of the operation; its list of parameters if it has none of that name."""
    clause = part(of, "parameters")
    for place, node in enumerate(at(contract, operation(of)).get("parameters", [])):
        if contract.resolve(node)["name"].lower() == name.lower():
            return _followed(contract, pointer(clause, place))
    return clause


def response(contract: Contract, of: Operation, status: int) -> str:
    """The documented response of a status; all responses if it is not documented."""
    responses = part(of, "responses")
    if status not in of.statuses:
        return responses
    return _followed(contract, pointer(responses, str(status)))


def content(contract: Contract, of: Operation, status: int) -> str:
    """The media types of a documented response."""
    return pointer(response(contract, of, status), "content")


def response_schema(contract: Contract, of: Operation, status: int) -> str:
    """The schema of a documented response."""
    return _followed(contract, pointer(content(contract, of, status), MEDIA, "schema"))


def request_schema(contract: Contract, of: Operation) -> str:
    """The schema of the request's body."""
    body = _followed(contract, part(of, "requestBody"))
    return _followed(contract, pointer(body, "content", MEDIA, "schema"))


def security(contract: Contract, of: Operation, *, digest: bool) -> str:
    """Where the credentials that an operation needs are said; with `digest` the scheme of its signature."""
    if digest:
        for schemes in of.security:
            for scheme in schemes:
                if scheme.signature:
                    return pointer("#", "components", "securitySchemes", scheme.name)
    return part(of, "security") if "security" in at(contract, operation(of)) else "#/security"


def _followed(contract: Contract, clause: str) -> str:
    """Follow a bare `$ref`: a description beside it changes nothing of what is wanted."""
    try:
        node: JsonValue = at(contract, clause)
    except KeyError:
        return clause
    while isinstance(node, dict) and isinstance(ref := node.get("$ref"), str):
        clause, node = ref, at(contract, ref)
    return clause
