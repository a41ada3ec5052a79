"""Keeps secrets and guests' data out of everything that is written: templates for requests, a net for texts.

Secret are all credentials, every fixture that names a guest or a client or stands in a field that the
contract marks `x-pii`, and what the target handed out in its answers. What the run generated is nobody's.
"""

import dataclasses
import functools
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from punchh_contract.auth import Credentials
from punchh_contract.conformance.fixtures import Fixture, Fixtures
from punchh_contract.conformance.verdict import templates
from punchh_contract.conformance.verdict.writings import digits, writings
from punchh_contract.contract import Contract, Operation, load
from punchh_contract.json_types import JsonValue

MASK = "***"
SHORT = 4
"""A value with fewer characters could stand anywhere by chance: the net leaves it, templates do not."""

_NOTHING = r"(?!)"
_SECRET_KINDS = frozenset({"guest", "client"})
_FAMILIES = {"/api/auth": "online_", "/api2/mobile": "mobile_"}


class Redactor:
    """Knows what must not be shown, and takes it out.

    `handed_out` may grow while the redactor is in use. `contract` says which fields are `x-pii`.
    """

    def __init__(
        self,
        credentials: Credentials,
        fixtures: Fixtures,
        handed_out: Collection[object] = (),
        contract: Contract | None = None,
    ) -> None:
        self.credentials = credentials
        self._handed_out = handed_out
        pii = frozenset(_pii(contract or load()))
        self._fixtures = [
            (fixture, position)
            for fixture, position in _positions(fixtures)
            if fixture.kind in _SECRET_KINDS or _leaf(fixture.field) in pii
        ]
        self._assets = {
            (_leaf(fixture.field), _typed(fixture.value)) for fixture in fixtures if fixture.kind == "asset"
        }
        self._held = {
            field.name: value
            for field in dataclasses.fields(credentials)
            if (value := getattr(credentials, field.name))
        }
        self._ours = _own_words() | (contract or load()).operations.keys()
        self._compiled: _Patterns | None = None
        self._scrubbed: dict[str, str] = {}

    def secret(self, kind: str, field: str, value: object) -> bool:
        """Whether a fixture is one that may not be shown."""
        return kind in _SECRET_KINDS or any(
            fixture.value == value and _leaf(fixture.field) == _leaf(field) for fixture, _ in self._fixtures
        )

    def once(self, body: Any) -> int:
        """How much a JSON value names that a redemption may use up: assets of the fixtures, and values that
        the target handed out.
        """
        return sum(
            (name, _typed(value)) in self._assets or (isinstance(value, str) and value in self._handed_out)
            for name, value in _scalars("", body)
        )

    def template(self, operation: Operation, body: Any) -> Any:
        """Return a JSON value with placeholders in the place of what is secret; see `templates`."""
        return self._template(operation, body, "")

    def scrub(self, text: str) -> str:
        """Replace what is secret in a text, raw or encoded (JSON, URL, HTML, shell, base64): the last net."""
        net = self._patterns().net
        if text not in self._scrubbed:  # a report says the same few hundred things thousands of times
            self._scrubbed[text] = net.sub(MASK, text)
        return self._scrubbed[text]

    def tree(self, value: JsonValue | tuple[Any, ...]) -> Any:
        """Scrub every text and key of a JSON value; its numbers are counts of ours, and stay."""
        if isinstance(value, dict):
            return {
                key if key in self._ours else self.scrub(key): self.tree(each) for key, each in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.tree(each) for each in value]
        return self.scrub(value) if isinstance(value, str) else value

    def _template(self, operation: Operation, value: JsonValue, field: str) -> Any:
        if isinstance(value, dict):
            filled = {
                self.scrub(key): self._template(operation, each, f"{field}.{key}".removeprefix("."))
                for key, each in value.items()
            }
            return {templates.LITERAL: filled} if templates.kind(filled) else filled
        if isinstance(value, list):
            return [self._template(operation, each, field) for each in value]
        found = self._placeholder(operation, value, field)
        if found is None and isinstance(value, str):
            return self._joined(operation, value, field)
        return value if found is None else found

    def _placeholder(self, operation: Operation, value: Any, field: str) -> dict[str, Any] | None:
        """The placeholder of a whole value; it has the value again once it is filled."""
        if value is None or isinstance(value, bool) or value == "":
            return None
        if isinstance(value, str):
            if name := self._variable(operation, value, field):
                return {templates.CREDENTIAL: name}
            if value in self._handed_out:
                return {templates.HANDED_OUT: True}
        matches = [
            (fixture, position)
            for fixture, position in self._fixtures
            if fixture.value == value
            and type(fixture.value) is type(value)
            # A short number is taken for a guest's only where guests are named: 1 may be how many.
            and (_leaf(fixture.field) == _leaf(field) or len(str(value)) >= SHORT or isinstance(value, str))
        ]
        if not matches:
            return None
        fixture, position = max(
            matches,
            key=lambda each: (
                each[0].operation == operation.id,
                each[0].field == field,
                _leaf(each[0].field) == _leaf(field),
            ),
        )
        kind = "string" if isinstance(value, str) else "number"
        return {templates.FIXTURE: [fixture.operation, fixture.field, position], "type": kind}

    def _variable(self, operation: Operation, value: str, field: str) -> str | None:
        names = [name for name, held in self._held.items() if held == value]
        if not names:
            return None
        prefix = _FAMILIES.get(operation.family, "-")
        best = max(
            names, key=lambda each: (each.removeprefix(prefix) == _leaf(field), each.startswith(prefix))
        )
        return variable(best)

    def _joined(self, operation: Operation, text: str, field: str) -> Any:
        """A text with secrets inside, as its parts; what is encoded there is masked, and lost."""
        parts: list[Any] = []
        end = 0
        for match in self._patterns().raw.finditer(text):
            parts += [self.scrub(text[end : match.start()]), self._of_text(operation, match[0], field)]
            end = match.end()
        rest = self.scrub(text[end:])
        return {templates.JOIN: [each for each in (*parts, rest) if each != ""]} if parts else rest

    def _of_text(self, operation: Operation, text: str, field: str) -> Any:
        found = self._placeholder(operation, text, field)
        if found is None:
            number = next(
                (fixture.value for fixture, _ in self._fixtures if str(fixture.value) == text), None
            )
            found = None if number is None else self._placeholder(operation, number, field)
        return found or {templates.WITHHELD: True}

    def _values(self) -> Iterator[str]:
        yield from map(str, self._held.values())
        yield from (str(fixture.value) for fixture, _ in self._fixtures)
        yield from (str(each) for each in self._handed_out)

    def _patterns(self) -> "_Patterns":
        if self._compiled is None or self._compiled.handed_out != len(self._handed_out):
            # The longest first, or a shorter one would leave the rest of it.
            secrets = {value for value in self._values() if len(value) >= SHORT}
            # A word of ours stands in every receipt: it tells nobody anything, and without it there is none.
            secrets -= {value for value in secrets if value.lower() in self._ours}
            values = sorted(secrets, key=len, reverse=True)
            patterns = [*writings(values)]
            # A short id of a guest: where its field is named before it, in any notation.
            patterns += [
                rf"(?<={_leaf(fixture.field)})[\"'\\\s:=]{{1,6}}{fixture.value}(?![\w.])"
                for fixture, _ in self._fixtures
                if isinstance(fixture.value, int) and len(str(fixture.value)) < SHORT
            ]
            self._scrubbed.clear()
            self._compiled = _Patterns(
                len(self._handed_out),
                re.compile("|".join(patterns) or _NOTHING, re.IGNORECASE),
                re.compile("|".join(map(_whole, values)) or _NOTHING),
            )
        return self._compiled


@functools.cache
def _own_words() -> frozenset[str]:
    """The names and values that a receipt and a replay have by themselves, and names of credentials."""
    schema = Path(__file__).with_name("receipt.schema.json").read_text(encoding="utf-8")
    credentials = " ".join(variable(field.name) for field in dataclasses.fields(Credentials))
    words = re.findall(r"\w+", f"{schema} {credentials}".lower())
    return frozenset(each for word in words for each in (word, *word.split("_")) if not each.isdigit())


class _Patterns(NamedTuple):
    """Compiled for so many handed-out values: for the net, and for secrets as they are inside a text."""

    handed_out: int
    net: re.Pattern[str]
    raw: re.Pattern[str]


def variable(credential: str) -> str:
    """The environment variable of a credential's name."""
    return f"PUNCHH_{credential.upper()}"


def _whole(value: str) -> str:
    """A pattern for a raw value."""
    return digits([value]) if value.isdigit() else re.escape(value)


def _positions(fixtures: Fixtures) -> Iterator[tuple[Fixture, int]]:
    counts: dict[tuple[str, str], int] = {}
    for fixture in fixtures:
        key = (fixture.operation, fixture.field)
        counts[key] = counts.get(key, 0) + 1
        yield fixture, counts[key]


def _typed(value: object) -> tuple[type, object]:
    """A scalar as it is told from others: `1` is neither `1.0` nor `true`."""
    return type(value), value


def _scalars(name: str, node: JsonValue) -> Iterator[tuple[str, Any]]:
    """Every scalar of a JSON value with the nearest key above it."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _scalars(key, value)
    elif isinstance(node, list):
        for value in node:
            yield from _scalars(name, value)
    else:
        yield name, node


def _leaf(field: str) -> str:
    return field.rpartition(".")[2]


def _pii(contract: Contract) -> Iterable[str]:
    """The names of all fields that the contract marks as personal data."""
    pending: list[JsonValue] = [contract.document]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            properties: JsonValue = node.get("properties")
            if isinstance(properties, dict):
                schema: JsonValue
                for name, schema in properties.items():
                    if isinstance(schema, dict) and schema.get("x-pii") is True:
                        yield name
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
