"""The only reader of the contract: its operations, schemas and x- facts as typed values.

It reads `spec/openapi.yaml` of a checkout, or the copy inside an installed wheel, and nothing else; the
vocabulary that it understands is described in `spec/README.md`. Everything returned is shared and cached:
read it, copy before changing it.
"""

import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from punchh_contract.errors import ContractError, UsageError
from punchh_contract.event_schemas import event_schema
from punchh_contract.facts import (
    ErrorFact,
    Json,
    Operation,
    RateLimit,
    Retry,
    SecurityScheme,
    Signature,
    Success,
)
from punchh_contract.json_types import JsonValue

__all__ = [
    "Contract",
    "ErrorFact",
    "Operation",
    "RateLimit",
    "Retry",
    "SecurityScheme",
    "Signature",
    "Success",
    "event_schema",
    "load",
]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
JSON_MEDIA = "application/json"

_PACKAGE = Path(__file__).resolve().parent
# A checkout first, so that an edit shows at once; `_contract` exists only in an installed wheel.
_DOCUMENTS = (_PACKAGE.parents[1] / "spec" / "openapi.yaml", _PACKAGE / "_contract" / "openapi.yaml")


class Contract:
    """The contract, read once.

    `document` is the whole OpenAPI document, `version` its `info.version`, `digest` the SHA-256 (hexadecimal)
    of the YAML bytes, `operations` all operations by id and `security_schemes` all schemes by name, in the
    document's order.
    """

    def __init__(self, document: Json, *, digest: str = "", name: str = "the contract") -> None:
        """Build from a parsed document; `name` stands in errors. Raises ContractError if it breaks the
        vocabulary of `spec/README.md`.
        """
        self.document = document
        self.digest = digest
        self._name = name
        try:
            self.version: str = str(document["info"]["version"])
            schemes = document.get("components", {}).get("securitySchemes", {})
        except (KeyError, TypeError, AttributeError) as error:
            raise ContractError(f"{name}: no OpenAPI document, `info.version` is missing") from error
        self.security_schemes: dict[str, SecurityScheme] = {
            scheme: self._read("security scheme", scheme, self._scheme, scheme, node)
            for scheme, node in schemes.items()
        }
        self.operations: dict[str, Operation] = {}
        for path, item in document.get("paths", {}).items():
            for method in item:
                if method in METHODS:
                    operation = self._read(method.upper(), path, self._operation, method, path, item)
                    if operation.id in self.operations:
                        raise ContractError(f"{name}: operationId {operation.id!r} stands twice")
                    self.operations[operation.id] = operation
        self._by_route = {(each.method, each.path): each for each in self.operations.values()}

    def operation(self, operation_id: str) -> Operation:
        """Return one operation; raises UsageError that lists the known ids."""
        try:
            return self.operations[operation_id]
        except KeyError:
            known = ", ".join(self.operations) or "none"
            raise UsageError(f"the contract has no operation {operation_id!r}; it has: {known}") from None

    def find(self, method: str, path: str) -> Operation | None:
        """Return the operation of a method (any case) and an exact path without query, or None."""
        return self._by_route.get((method.upper(), path))

    def resolve(self, node: Json) -> Json:
        """Follow a local `$ref`, and those that it leads to; a node without one comes back as it is.

        Raises ContractError for a reference to nothing, to another document, or in a circle.
        """
        seen: list[str] = []
        while isinstance(ref := node.get("$ref"), str):
            if ref in seen:
                raise ContractError(f"{self._name}: {ref} refers to itself")
            seen.append(ref)
            node = self._at(ref)
        return node

    def standalone(self, schema: Json) -> Json:
        """Return a JSON Schema 2020-12 that stands alone: `schema` and the `components` that it refers to.

        Raises ContractError as `resolve` does. What is already standalone comes back equal.
        """
        components: dict[str, Json] = {}
        result = {"$schema": DIALECT, **{key: value for key, value in schema.items() if key != "components"}}
        pending: list[Any] = [result]
        while pending:
            for ref in _refs(pending.pop()):
                section, _, name = ref.removeprefix("#/components/").partition("/")
                name = name.split("/")[0]
                group = components.setdefault(section, {})
                if _unescape(name) not in group:
                    target = self._at(f"#/components/{section}/{name}")
                    group[_unescape(name)] = target
                    pending.append(target)
        return {**result, "components": components} if components else result

    def _read(self, kind: str, name: str, reader: Any, *arguments: Any) -> Any:
        """Call a reader; whatever trips it becomes a ContractError that names the place."""
        try:
            return reader(*arguments)
        except KeyError as error:
            raise ContractError(f"{self._name}: {kind} {name}: {error.args[0]!r} is missing") from error
        except (TypeError, ValueError, AttributeError) as error:
            raise ContractError(f"{self._name}: {kind} {name}: {error}") from error

    def _at(self, ref: str) -> Json:
        if not ref.startswith("#/components/"):
            raise ContractError(f"{self._name}: {ref} is no reference into this document's components")
        node: Any = self.document
        for part in ref[2:].split("/"):
            try:
                node = node[_unescape(part)]
            except (KeyError, TypeError):
                raise ContractError(f"{self._name}: {ref} refers to nothing") from None
        found: JsonValue = node
        if not isinstance(found, dict):
            raise ContractError(f"{self._name}: {ref} refers to no object")
        return found

    def _scheme(self, name: str, node: Json) -> SecurityScheme:
        node = self.resolve(node)
        signature = node.get("x-signature")
        return SecurityScheme(
            name=name,
            type=node["type"],
            header=node["name"] if node["type"] == "apiKey" else "Authorization",
            signature=Signature(signature["header"], signature["algorithm"]) if signature else None,
        )

    def _operation(self, method: str, path: str, item: Json) -> Operation:
        node = item[method]
        source = node["x-source"]
        security = tuple(
            tuple(self.security_schemes[name] for name in alternative)
            for alternative in node.get("security", self.document.get("security", []))
        )
        responses = {int(status): self.resolve(response) for status, response in node["responses"].items()}
        limit = node.get("x-rate-limit")
        # Nothing said about repeating a call means that it may not be repeated: the safe reading with money.
        retry = node.get("x-retry", {"safe": "never"})
        success = node["x-success"]
        return Operation(
            id=node["operationId"],
            method=method.upper(),
            path=path,
            tag=node["tags"][0],
            security=security,
            request_schema=self._schema(self.resolve(node["requestBody"])) or {},
            parameters=tuple(
                self.resolve(each) for each in [*item.get("parameters", []), *node.get("parameters", [])]
            ),
            success=Success(
                status=success["status"],
                request=self.standalone(success["request"]) if "request" in success else None,
                body=self.standalone(success["body"]),
            ),
            retry=Retry(retry["safe"], retry.get("key")),
            rate_limit=RateLimit(limit["per_minute"], limit["per_day"]) if limit else None,
            laws=tuple(node.get("x-law", ())),
            source=source["document"],
            confidence=source["confidence"],
            responses={status: self._schema(response) for status, response in responses.items()},
            headers={status: tuple(response.get("headers", ())) for status, response in responses.items()},
            errors={
                (status, error_id): self._error(error_id, status, response, response.get("x-source", source))
                for status, response in responses.items()
                for error_id in response.get("x-error", {})
            },
        )

    def _schema(self, holder: Json) -> Json | None:
        media = holder.get("content", {}).get(JSON_MEDIA, {})
        return self.standalone(media["schema"]) if "schema" in media else None

    def _error(self, error_id: str, status: int, response: Json, source: Json) -> ErrorFact:
        fact = response["x-error"][error_id]
        source = fact.get("x-source", source)
        examples = response.get("content", {}).get(JSON_MEDIA, {}).get("examples", {})
        if error_id not in examples:
            raise ValueError(f"x-error {error_id!r} of status {status} has no example of that name")
        return ErrorFact(
            id=error_id,
            status=status,
            text=fact["text"],
            meaning=fact["meaning"],
            advice=fact["advice"],
            retry=fact["retry"],
            source=source["document"],
            confidence=source["confidence"],
            example=self.resolve(examples[error_id])["value"],
        )


def load(path: Path | None = None) -> Contract:
    """Return the contract of the checkout, else of the installed wheel; or the document at `path`. Cached.

    Raises ContractError that names file and, where it can, line.
    """
    if path is None:
        path = next((each for each in _DOCUMENTS if each.is_file()), None)
        if path is None:
            raise ContractError(
                f"no contract found: neither {_DOCUMENTS[0]} nor {_DOCUMENTS[1]} exists; reinstall"
            )
    return _load(path.resolve())


@functools.cache
def _load(path: Path) -> Contract:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ContractError(f"{path}: cannot be read: {error.strerror}") from error
    return Contract(_parse(content, path), digest=hashlib.sha256(content).hexdigest(), name=str(path))


def _parse(content: bytes, path: Path) -> Json:
    try:
        # A SafeLoader underneath, whichever of the two there is.
        document: JsonValue = yaml.load(content, Loader=_Loader)  # noqa: S506  # see above
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ContractError(
            f"{path}{line}: no YAML that we can read: {error.problem or error.context}"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContractError(f"{path}: no YAML that we can read: {error}") from error
    if not isinstance(document, dict):
        raise ContractError(f"{path}:1: the document is no mapping")
    return document


if TYPE_CHECKING:
    _SafeLoader = yaml.SafeLoader
else:
    _SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):
    """YAML as JSON sees it: a date stays the text that was written, a key that stands twice is an error."""

    yaml_implicit_resolvers: dict[Any, Any] = {  # noqa: RUF012  # as the base declares it
        first: [each for each in resolvers if each[0] != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def __init__(self, stream: bytes) -> None:
        super().__init__(stream)
        self._checked: set[int] = set()

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        # Before `<<` is folded in, whose keys may be overridden; after it, the same node may come here again.
        if id(node) not in self._checked:
            self._checked.add(id(node))
            keys: set[str] = set()
            for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
                if key.value in keys:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key.value!r} stands twice", key.start_mark
                    )
                keys.add(key.value)
        super().flatten_mapping(node)


def _refs(node: JsonValue) -> Iterator[str]:
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            if isinstance(ref := current.get("$ref"), str):
                yield ref
            pending.extend(current.values())
        elif isinstance(current, list):
            pending.extend(current)


def _unescape(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")
