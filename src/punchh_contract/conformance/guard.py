"""The last look at a request before it leaves: whatever names a guest or an asset is a fixture, impossible,
or what the target itself handed out. Independent of how the body came about.

By name, at any depth and in any case, over all such names of the whole contract; see `naming`.
"""

import collections
import json
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from punchh_contract.auth import Credentials
from punchh_contract.conformance.fixtures import Fixtures
from punchh_contract.conformance.impossible import impossible
from punchh_contract.conformance.naming import (
    CLIENT,
    Naming,
    member,
    mentioned,
    namings,
    same,
    says,
    word,
    words,
)
from punchh_contract.contract import Contract, Operation
from punchh_contract.errors import PunchhContractError

HARMLESS_UIDS: tuple[Any, ...] = (None, "", [], {})


class GuardError(PunchhContractError):
    """A request that may not be sent; names operation and field, never a value."""


class Guard:
    """Checks the requests of one run.

    `uid_prefix` begins every `external_uid` that the run may send. `handed_out` is the run's own, live
    collection of texts that the target gave in its answers; `made` likewise of what the run itself made on a
    sandbox through its control plane: name (see `naming.word`), type and value.
    """

    def __init__(
        self,
        contract: Contract,
        fixtures: Fixtures,
        credentials: Credentials,
        uid_prefix: str,
        handed_out: Collection[Any],
        made: Collection[tuple[str, type, Any]] = (),
    ) -> None:
        self._contract = contract
        self._fixtures = fixtures
        self._credentials = credentials
        self._uid_prefix = uid_prefix
        self._handed_out = handed_out
        self._made = made
        self._names: dict[str, list[Naming]] = collections.defaultdict(list)
        for operation in contract.operations.values():
            for each in namings(contract, operation):
                self._names[each.name].append(each)
        self._uids = {word(each.retry.key) for each in contract.operations.values() if each.retry.key}
        self._allowed: dict[tuple[str, str], list[Any]] = {}

    def check(self, method: str, url: str, body: bytes | None) -> None:
        """Raise GuardError unless a request names nothing but what it may, in its query and its body.

        A body that is no JSON cannot be judged by its values: it may hold no name at all.
        """
        parts = urlsplit(url)
        operation = self._contract.find(method, parts.path)
        label = operation.id if operation else "a request to no operation of the contract"
        for key, value in parse_qsl(parts.query, keep_blank_values=True):
            self._judge(operation, label, key, value)
        if body:
            try:
                json.loads(body, object_pairs_hook=lambda found: self._judge_all(operation, label, found))
            except (ValueError, RecursionError):
                if mentioned(body, {*self._names, *self._uids}):
                    raise GuardError(f"{label}: the body is no JSON, and holds a name") from None

    def _judge_all(self, operation: Operation | None, label: str, found: list[tuple[str, Any]]) -> Any:
        """Judge each pair of an object; a key that stands twice would be lost in the object."""
        for key, value in found:
            self._judge(operation, label, key, value)
        return dict(found)

    def _judge(self, operation: Operation | None, label: str, key: str, value: Any) -> None:
        for name in words(key):
            if name in self._uids and not self._is_own_uid(value):
                raise GuardError(f"{label}: {key_shown(key, name)} is not of this run")
            if name in self._names and not self._may(operation, name, value):
                raise GuardError(
                    f"{label}: {key_shown(key, name)} holds a value that is neither a fixture nor impossible"
                )

    def _may(self, operation: Operation | None, name: str, value: Any) -> bool:
        if isinstance(value, str | int) and (name, type(value), value) in self._made:
            return True
        known = self._values(operation, name)
        consts = [each.const for each in self._names[name] if each.const is not None]
        if consts:
            # Of such a property every value is free but the one that takes without naming anything.
            return member(value, known) or not any(says(value, const) for const in consts)
        return member(value, known) or (isinstance(value, str) and value in self._handed_out)

    def _values(self, operation: Operation | None, name: str) -> list[Any]:
        """What a name may hold in a request of an operation, besides what was handed out."""
        operation_id = operation.id if operation else ""
        if (operation_id, name) not in self._allowed:
            self._allowed[operation_id, name] = list(self._listed(operation, name))
        return self._allowed[operation_id, name]

    def _listed(self, operation: Operation | None, name: str) -> Iterator[Any]:
        for each in self._names[name]:
            yield from impossible(each).all
        if operation is None:
            return
        for fixture in self._fixtures:
            if fixture.operation == operation.id and word(fixture.field.rpartition(".")[2]) == name:
                yield fixture.value
        if name == word(CLIENT):
            yield self._credentials.of(operation).client

    def _is_own_uid(self, value: Any) -> bool:
        if isinstance(value, str) and value:
            return value.startswith(self._uid_prefix)
        return any(same(value, each) for each in HARMLESS_UIDS)


def key_shown(key: str, name: str) -> str:
    """A key for an error: as it was sent if it is a plain one, else as it is read."""
    return key if word(key) == name and key.isidentifier() else name
