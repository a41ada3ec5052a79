"""Fixtures: the values of a user's own guests and assets that a run may send, each with its spending cap.

Values are secrets or guests' data: no error and no repr shows one.
"""

import dataclasses
import decimal
from collections.abc import Collection, Iterator
from typing import Any

import yaml

from punchh_contract.conformance.impossible import impossible
from punchh_contract.conformance.naming import CAPPED, Naming, member, namings, same
from punchh_contract.contract import Contract, Operation
from punchh_contract.errors import UsageError

SPEND = 1
"""Redemptions that a guest, an asset or an amount may be part of where the file says nothing."""
FORM = "`operations: {<operationId>: {<field>: [value, {value: …, spend: N}]}}`"


@dataclasses.dataclass(frozen=True)
class Fixture:
    """One value. `field` is dotted, `kind` the contract's `x-fixture`; `spend` is how many redemptions it may
    be part of, None for any number.
    """

    operation: str
    field: str
    value: Any = dataclasses.field(repr=False)
    kind: str
    spend: int | None = None


class Fixtures:
    """The fixtures of a run, in the order of their file."""

    def __init__(self, fixtures: tuple[Fixture, ...] = ()) -> None:
        self._all = fixtures
        self._by_field: dict[tuple[str, str], list[Fixture]] = {}
        for each in fixtures:
            self._by_field.setdefault((each.operation, each.field), []).append(each)

    def __iter__(self) -> Iterator[Fixture]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fixtures) and self._all == other._all

    def __hash__(self) -> int:
        return hash(self._all)

    def __repr__(self) -> str:
        return f"Fixtures({len(self._all)} values)"

    def of(self, operation_id: str, field: str) -> tuple[Fixture, ...]:
        """The fixtures of one field of one operation."""
        return tuple(self._by_field.get((operation_id, field), ()))

    def within(self, operation_ids: Collection[str]) -> "Fixtures":
        """The fixtures of some operations only."""
        return Fixtures(tuple(each for each in self._all if each.operation in operation_ids))

    def dump(self) -> list[list[Any]]:
        """The fixtures as JSON values."""
        return [list(dataclasses.astuple(each)) for each in self._all]

    @classmethod
    def load(cls, values: list[list[Any]]) -> "Fixtures":
        """Read what `dump` wrote."""
        return cls(tuple(Fixture(*each) for each in values))


def choices(naming: Naming, operation_id: str, fixtures: Fixtures) -> tuple[Any, ...]:
    """The values that a generator may choose from for a property: some fixtures, and valid impossible ones.

    Some, since a generator tries each value of an enumeration: grounding puts in the others in their turn.
    """
    known = [each.value for each in fixtures.of(operation_id, naming.field)]
    if naming.const is not None:
        return tuple(each for each in known if same(each, naming.const))
    return (*known[:MOST_CHOICES], *impossible(naming).valid)


MOST_CHOICES = 3


def read(text: str, contract: Contract, name: str) -> Fixtures:
    """Read a fixtures file (YAML); `name` stands in errors.

    Raises UsageError that names file, line and field, says what to do, and never shows a value.
    """
    return _Reader(text, contract, name).read()


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The quick one, where PyYAML has it."""


class _Reader:
    """Reads nodes, not values: they know their lines, and keys that stand twice."""

    def __init__(self, text: str, contract: Contract, name: str) -> None:
        self._contract = contract
        self._name = name
        try:
            self._loader = _Loader(text)
            self._root = self._loader.get_single_node()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = f"{name}:{mark.line + 1}" if mark else name
            raise UsageError(
                f"{where}: this is no YAML; check quotes, colons and indentation there"
            ) from None
        except yaml.YAMLError:
            raise UsageError(f"{name}: this is no YAML in UTF-8; save the file as plain text") from None

    def read(self) -> Fixtures:
        top = self._mapping(self._root, "the file", ("spend", "operations"))
        if "operations" not in top:
            raise self._error(self._root, "there is no `operations`", f"write {FORM}")
        usual = self._spend(top["spend"]) if "spend" in top else SPEND
        found: list[Fixture] = []
        for operation_id, node in self._mapping(
            top["operations"], "operations", tuple(self._contract.operations)
        ).items():
            operation = self._contract.operation(operation_id)
            known = {each.field: each for each in namings(self._contract, operation)}
            for field, values in self._mapping(node, operation_id, tuple(known)).items():
                found += self._values(operation, known[field], values, usual)
        return Fixtures(tuple(found))

    def _values(self, operation: Operation, naming: Naming, node: Any, usual: int) -> Iterator[Fixture]:
        place = f"{operation.id}.{naming.field}"
        if not isinstance(node, yaml.SequenceNode):
            raise self._error(node, f"{place} is no list", "put the values into [brackets]")
        seen: set[tuple[type, object]] = set()
        for each in node.value:
            spend = usual if naming.kind in CAPPED else None
            scalar = each
            if isinstance(each, yaml.MappingNode):
                entry = self._mapping(each, place, ("value", "spend"))
                if "value" not in entry:
                    raise self._error(
                        each, f"an entry of {place} has no `value`", "write {value: …, spend: N}"
                    )
                scalar = entry["value"]
                spend = self._spend(entry["spend"]) if "spend" in entry else spend
            value: object = self._value(naming, place, scalar)
            if (type(value), value) in seen:
                raise self._error(
                    scalar, f"a value of {place} stands twice", "list each once, with its `spend`"
                )
            seen.add((type(value), value))
            yield Fixture(operation.id, naming.field, value, naming.kind, spend)

    def _value(self, naming: Naming, place: str, node: Any) -> Any:
        value = self._scalar(node)
        kind = naming.schema.get("type")
        wanted = {
            "string": "text (in quotes, if it looks like a number)",
            "integer": f"a whole number of at least {naming.schema.get('minimum', 1)}, no quotes",
        }
        if not isinstance(value, str | int) or isinstance(value, bool) or not naming.accepts(value):
            fix = f"write {wanted.get(str(kind), str(kind))}"
            if naming.const is not None:
                fix = f"the one value that it can have is {naming.const}"
            raise self._error(node, f"a value of {place} does not fit the contract", fix)
        if value == "" or member(value, impossible(naming).all):
            raise self._error(
                node, f"a value of {place} names nothing", "list values that exist on the target"
            )
        if naming.kind == "amount" and not _is_positive(value):
            raise self._error(
                node, f"a value of {place} is no amount above zero", "write one such as 5 or 5.50"
            )
        return value

    def _spend(self, node: Any) -> int:
        value = self._scalar(node)
        if type(value) is not int or value < 1:
            raise self._error(
                node, "`spend` is no whole number of at least 1", "say how many redemptions it may be"
            )
        return value

    def _scalar(self, node: Any) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            raise self._error(node, "here a single value is wanted", f"the form is {FORM}")
        try:
            return self._loader.construct_object(node)  # pyright: ignore[reportUnknownMemberType]  # its stubs
        except (ValueError, yaml.YAMLError):
            raise self._error(node, "this value cannot be read", "put it in quotes") from None

    def _mapping(self, node: Any, place: str, known: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(node, yaml.MappingNode):
            raise self._error(node, f"{place} is no mapping", f"the form is {FORM}")
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name not in known:
                raise self._error(
                    key, f"{place} has a key that means nothing here", f"known: {', '.join(known)}"
                )
            if name in found:
                raise self._error(key, f"{name} stands twice in {place}", "put its values into one list")
            found[name] = value
        return found

    def _error(self, node: Any, sentence: str, fix: str) -> UsageError:
        line = node.start_mark.line + 1 if node is not None else 1
        return UsageError(f"{self._name}:{line}: {sentence}; {fix}")


def _is_positive(value: Any) -> bool:
    try:
        amount = decimal.Decimal(str(value))
    except decimal.InvalidOperation:
        return False
    return amount.is_finite() and amount > 0
