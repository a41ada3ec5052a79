"""What the contract says of an operation, as values; `contract.py` builds them, no one else does."""

import copy
import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from punchh_contract.errors import ContractError
from punchh_contract.json_types import JsonValue

if TYPE_CHECKING:
    import jsonschema_rs

Json = dict[str, Any]

_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


@dataclass(frozen=True)
class Signature:
    """`x-signature`: which header carries the digest, and the hash under its HMAC."""

    header: str
    algorithm: Literal["sha1", "sha256"]


@dataclass(frozen=True)
class SecurityScheme:
    """One entry of `components.securitySchemes`: name, OpenAPI type, header that it fills, signature."""

    name: str
    type: str
    header: str
    signature: Signature | None


@dataclass(frozen=True)
class RateLimit:
    """`x-rate-limit`: calls that the vendor allows a minute and a day."""

    per_minute: int
    per_day: int


@dataclass(frozen=True)
class Retry:
    """`x-retry`: may a call without an answer be sent again, and the body field that makes it safe."""

    safe: Literal["never", "with-key"]
    key: str | None


@dataclass(frozen=True)
class Success:
    """`x-success`: what makes an answer a redemption, since refusals come as 200 too.

    `request` (None: any) and `body` are standalone JSON Schemas.
    """

    status: int
    request: Json | None
    body: Json

    def holds(self, status: int, request_body: Any, response_body: Any) -> bool:
        """Tell whether an exchange of parsed JSON bodies redeemed something."""
        if status != self.status:
            return False
        request, body = self._validators
        return (request is None or request.is_valid(request_body)) and body.is_valid(response_body)

    @functools.cached_property
    def _validators(self) -> "tuple[jsonschema_rs.Validator | None, jsonschema_rs.Validator]":
        import jsonschema_rs  # here, so that reading the contract costs no validator

        request = None if self.request is None else jsonschema_rs.validator_for(self.request)
        return request, jsonschema_rs.validator_for(self.body)


@dataclass(frozen=True)
class ErrorFact:
    """One entry of `x-error`: a refusal that the vendor sends, what it means and what to do about it.

    `text` is the one string in the body that tells it apart, with `{placeholders}` for what varies; `retry`
    says whether the same call may help later; `example` is a whole body; `confidence` is documented, inferred
    or assumed.
    """

    id: str
    status: int
    text: str
    meaning: str
    advice: str
    retry: bool
    source: str
    confidence: str
    example: Any

    def body(self, **values: object) -> Any:
        """Return a fresh copy of the example, the placeholders of `text` filled with `values`.

        A placeholder without a value keeps what the example has. Raises TypeError for a name that `text` does
        not have, ContractError if `text` is not exactly one string of the example.
        """
        if not values:
            return copy.deepcopy(self.example)
        names = set(_PLACEHOLDER.findall(self.text))
        if unknown := values.keys() - names:
            raise TypeError(
                f"{self.id} has no placeholder {', '.join(sorted(unknown))}; it has: {sorted(names)}"
            )
        filled: list[str] = []
        result = self._fill(self.example, values, filled)
        if len(filled) != 1:
            raise ContractError(
                f"x-error {self.id}: its text stands {len(filled)} times in its example, not once"
            )
        return result

    def _fill(self, node: JsonValue, values: dict[str, object], filled: list[str]) -> Any:
        if isinstance(node, dict):
            return {key: self._fill(value, values, filled) for key, value in node.items()}
        if isinstance(node, list):
            return [self._fill(each, values, filled) for each in node]
        if isinstance(node, str) and (match := self._pattern.fullmatch(node)):
            known = {**match.groupdict(), **values}
            filled.append(node)
            return _PLACEHOLDER.sub(lambda each: str(known[each[1]]), self.text)
        return node

    @functools.cached_property
    def _pattern(self) -> re.Pattern[str]:
        return pattern(self.text)


def pattern(text: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Return what matches an error's text with any values in the place of its `{placeholders}`; each is a
    group of its name, and the same value wherever it stands.
    """
    # Split with one group: literal texts stand at even places, names of placeholders at odd ones.
    parts, seen = list[str](), set[str]()
    for place, part in enumerate(_PLACEHOLDER.split(text)):
        if place % 2 == 0:
            parts.append(re.escape(part))
        else:
            parts.append(f"(?P={part})" if part in seen else f"(?P<{part}>.+?)")
            seen.add(part)
    return re.compile("".join(parts), flags | re.DOTALL)


@dataclass(frozen=True)
class Operation:
    """One operation of the contract.

    `security` lists the alternatives, each all the schemes of which are needed together. `request_schema` and
    what `response_schema` returns are standalone JSON Schemas. `headers` are those that an answer of a status
    has. `errors` are keyed by status and id, 200
    included where the vendor refuses with it. `source` names the vendor's documents, `confidence` is
    documented, inferred or assumed.
    """

    id: str
    method: str
    path: str
    tag: str
    security: tuple[tuple[SecurityScheme, ...], ...]
    request_schema: Json
    parameters: tuple[Json, ...]
    success: Success
    retry: Retry
    rate_limit: RateLimit | None
    laws: tuple[str, ...]
    source: str
    confidence: str
    responses: dict[int, Json | None]
    headers: dict[int, tuple[str, ...]]
    errors: dict[tuple[int, str], ErrorFact]

    @property
    def family(self) -> str:
        """The API family, which settles credentials and signature: `/api/auth`, `/api2/mobile`, …"""
        return "/".join(self.path.split("/")[:3])

    @property
    def signature(self) -> Signature | None:
        """How requests are signed; None for a family that signs nothing."""
        return next((each.signature for schemes in self.security for each in schemes if each.signature), None)

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status that the contract knows for it, in the document's order."""
        return tuple(self.responses)

    def response_schema(self, status: int) -> Json | None:
        """Return the schema of a status' body; None if it has none, or the status is not in the contract."""
        return self.responses.get(status)
