"""Reads a request as the control plane's document has its operation: every parameter and the body, typed,
with defaults, or a problem that says what does not fit.

Nothing is let through silently: a query parameter that the operation does not know is a problem too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import orjson
from starlette.requests import ClientDisconnect, Request

from punchh_contract.json_types import JsonValue
from punchh_contract.sandbox.control.replies import ProblemError
from punchh_contract.sandbox.validation import first_error, pointer

_WHOLE = re.compile(r"0|[1-9][0-9]{0,18}")
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,9})(\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that fits its operation. A query parameter that was not sent and has no default is None."""

    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Any
    """The JSON body; None for an operation without one, or where it may be left out and was."""
    base_url: str


class Form:
    """The parameters and the body of one operation, compiled once."""

    def __init__(
        self, document: Mapping[str, Any], method: str, item: Mapping[str, Any], operation: Mapping[str, Any]
    ) -> None:
        parameters = [
            _Parameter(document, _resolved(document, node))
            for node in (*item.get("parameters", ()), *operation.get("parameters", ()))
        ]
        self._path = [each for each in parameters if each.where == "path"]
        self._query = {each.name: each for each in parameters if each.where == "query"}
        # What a path cannot name cannot be there: only who wants to put something there has to be told why.
        self._no_path = 400 if method == "put" else 404
        body = operation.get("requestBody")
        self._body = (
            None if body is None else _compile(document, body["content"]["application/json"]["schema"])
        )
        self._needs_body = bool(body and body.get("required"))

    async def read(self, request: Request) -> Ask:
        """The request, understood.

        Raises:
            ProblemError: it does not fit.
        """
        path = {each.name: each.read(request.path_params[each.name], self._no_path) for each in self._path}
        query = {name: each.default for name, each in self._query.items()}
        sent = request.query_params.multi_items()
        for name, text in sent:
            if name not in self._query:
                known = ", ".join(self._query) or "none here"
                raise ProblemError(400, f"a query parameter that is not known; known are: {known}")
            if len(request.query_params.getlist(name)) > 1:
                raise ProblemError(400, f"the query parameter {name} stands twice")
            query[name] = self._query[name].read(text, 400)
        return Ask(path, query, await self._read_body(request), str(request.base_url).rstrip("/"))

    async def _read_body(self, request: Request) -> Any:
        if self._body is None:
            return None
        try:
            content = await request.body()
            if not content and not self._needs_body:
                return None
            document = orjson.loads(content)
            error = first_error(self._body, document)
        except (ValueError, ClientDisconnect):  # no JSON, nested deeper than the validator goes, half of it
            raise ProblemError(
                400, "the body is not JSON, or not such that it could be what is asked for"
            ) from None
        if error is not None:
            raise ProblemError(400, _rule(error), _place(error))
        if b"\\u0000" in content and _has_nul(document):
            raise ProblemError(400, "a text in the body holds the character NUL, which no database keeps")
        return document


class _Parameter:
    """One parameter, in the path or in the query."""

    def __init__(self, document: Mapping[str, Any], node: Mapping[str, Any]) -> None:
        self.name: str = node["name"]
        self.where: str = node["in"]
        schema = node["schema"]
        self.default = _resolved(document, schema).get("default")
        types = _types(document, schema)
        self._number = "number" in types
        self._whole = "integer" in types
        self._validator = _compile(document, schema)

    def read(self, text: str, status: int) -> Any:
        value: str | int | float = text
        if self._whole or self._number:
            if not (_WHOLE if self._whole else _NUMBER).fullmatch(text):
                kind = "whole number in plain digits" if self._whole else "decimal number"
                raise ProblemError(status, f"{self.name} is no {kind}")
            value = int(text) if self._whole else float(text)
        elif "\x00" in text:
            raise ProblemError(status, f"{self.name} holds the character NUL")
        error = first_error(self._validator, value)
        if error is not None:
            raise ProblemError(status, f"{self.name} {_rule(error)}")
        return value


def _resolved(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in node:
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def _types(document: Mapping[str, Any], schema: Mapping[str, Any]) -> set[str]:
    schema = _resolved(document, schema)
    if "anyOf" in schema:
        return set[str]().union(*(_types(document, each) for each in schema["anyOf"]))
    return {schema["type"]}


def _compile(document: Mapping[str, Any], schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    whole = dict(schema)
    # Handing them over takes a millisecond, and few parameters refer to any.
    if b'"$ref"' in orjson.dumps(schema):
        whole["components"] = document["components"]
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def _has_nul(node: JsonValue) -> bool:
    if isinstance(node, str):
        return "\x00" in node
    if isinstance(node, list):
        return any(map(_has_nul, node))
    return isinstance(node, dict) and any(_has_nul(key) or _has_nul(value) for key, value in node.items())


def _rule(error: jsonschema_rs.ValidationError) -> str:
    """What is wrong, in words that hold no value of the document."""
    unknown = getattr(error.kind, "unexpected", None)
    if unknown:
        return f"unknown member: {', '.join(map(str, unknown))[:200]}"
    missing = getattr(error.kind, "property", None)
    return f"lacks {missing}" if missing else f"does not fit the rule `{error.kind.name}`"


def _place(error: jsonschema_rs.ValidationError) -> str:
    unknown: list[str] = getattr(error.kind, "unexpected", None) or []
    return pointer([*error.instance_path, *unknown[:1]])
