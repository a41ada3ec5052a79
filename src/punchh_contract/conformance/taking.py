"""What a body could be read to take without saying so: an amount that is absent may mean "all" to a server.

The contract says that such a body is refused; nobody's balance is to be what finds out.
"""

from typing import Any

from punchh_contract.conformance.naming import Naming, namings, says
from punchh_contract.conformance.shapes import Shape, shapes
from punchh_contract.contract import Contract, Operation
from punchh_contract.json_types import JsonValue


class Taking:
    """Judges bodies by the amounts that the contract's operations take."""

    def __init__(self, contract: Contract) -> None:
        self._shapes = {each.id: shapes(contract, each) for each in contract.operations.values()}
        self._namings = {each.id: namings(contract, each) for each in contract.operations.values()}

    def lacks_amount(self, operation: Operation, body: dict[str, Any]) -> bool:
        """Whether a body asks for a shape that takes an amount, and has none."""
        return any(
            each.field in shape.needs and each.field not in body and _is_shape(shape, body)
            for shape in self._shapes[operation.id]
            for each in self._amounts(operation)
        )

    def is_open_ended(self, operation: Operation, body: dict[str, Any]) -> bool:
        """Whether a body says neither of an amount and an asset where an operation takes one or the other, or
        has a flag (from another balance, say) beside an asset alone.
        """
        needed = {field for shape in self._shapes[operation.id] for field in shape.needs}
        for amount in self._amounts(operation):
            order: JsonValue = body
            for key in amount.path[:-1]:
                order = order.get(key) if isinstance(order, dict) else None
            said = isinstance(order, dict) and (
                amount.path[-1] in order or self._names_an_asset(operation, amount, order)
            )
            if amount.field not in needed and not said:
                return True
        return False

    def _amounts(self, operation: Operation) -> list[Naming]:
        return [each for each in self._namings[operation.id] if each.kind == "amount"]

    def _names_an_asset(self, operation: Operation, amount: Naming, order: dict[str, Any]) -> bool:
        """Whether an order without an amount names an asset, and has nothing else that might take more."""
        beside = {
            each.path[-1]: each
            for each in self._namings[operation.id]
            if each.path[:-1] == amount.path[:-1] and each.const is None
        }
        named = [key for key, each in beside.items() if key in order and each.accepts(order[key])]
        rest = [value for key, value in order.items() if key not in beside]
        return bool(named) and all(value in (None, False) or isinstance(value, str) for value in rest)


def _is_shape(shape: Shape, body: dict[str, Any]) -> bool:
    """Whether a body asks for a shape, or may be read so; whether as a quote does not count."""
    told = {name: value for name, value in shape.constants.items() if name != shape.query}
    return all(says(body.get(name), value) for name, value in told.items())
