"""Takes generated names out of wherever a body holds them: nested, in lists, in another case, in another
operation's words. The contract does not look there; a server might.
"""

import collections
from collections.abc import Collection
from typing import Any

from punchh_contract.conformance.impossible import TEXT, impossible
from punchh_contract.conformance.naming import Naming, mentioned, namings, says, word, words
from punchh_contract.contract import Contract
from punchh_contract.json_types import JsonValue

Path = tuple[str, ...]


class Sweeper:
    """Knows every naming property of a contract. `uid_prefix` begins the `external_uid`s of the run."""

    def __init__(self, contract: Contract, uid_prefix: str) -> None:
        self._uid_prefix = uid_prefix
        self._names: dict[str, list[Naming]] = collections.defaultdict(list)
        for operation in contract.operations.values():
            for each in namings(contract, operation):
                self._names[each.name].append(each)
        self._uids = {word(each.retry.key) for each in contract.operations.values() if each.retry.key}

    def swept(self, node: JsonValue, own: Collection[Path], path: Path = ()) -> Any:
        """Return parsed JSON in which every name is impossible, but for those at the paths of `own`."""
        if isinstance(node, list):
            # A path goes through objects only: what lies in a list is nobody's own.
            return [self.swept(each, own, (*path, "")) for each in node]
        if not isinstance(node, dict):
            return node
        found: dict[str, Any] = {}
        for key, value in node.items():
            here = (*path, key)
            meant = [name for name in words(key) if name in self._names or name in self._uids]
            if here in own or not meant:
                found[key] = self.swept(value, own, here)
            elif len(meant) == 1:
                found[key] = self._replaced(meant[0], value, own, here)
            # A key that may be read as two names is left out: no value is harmless as both.
        return found

    def mentions(self, body: bytes) -> bool:
        """Whether bytes that may be no JSON hold one of the names, in whatever encoding."""
        return mentioned(body, {*self._names, *self._uids})

    def _replaced(self, name: str, value: Any, own: Collection[Path], path: Path) -> Any:
        if name in self._uids:
            of_this_run = isinstance(value, str) and value.startswith(self._uid_prefix)
            return value if of_this_run or value in ("", [], {}) else None
        consts = [each.const for each in self._names[name] if each.const is not None]
        if consts:
            return TEXT if any(says(value, each) for each in consts) else self.swept(value, own, path)
        return impossible(self._names[name][0]).valid[0]
