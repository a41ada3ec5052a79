"""The few ways in which the zoo's faults change what they find: another value, another answer, other
arguments, nothing done."""

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any, TypeVar

import orjson
from starlette.responses import Response

from punchh_contract.contract import Operation
from punchh_contract.json_types import JsonValue
from punchh_contract.proof.fault import Change, Patch

_Given = TypeVar("_Given")
Some = (
    Callable[[Any], _Given]
    | Callable[[Any, Any], _Given]
    | Callable[[Any, Any, Any], _Given]
    | Callable[[Any, Any, Any, Any], _Given]
    | Callable[[Any, Any, Any, Any, Any], _Given]
    | Callable[[Any, Any, Any, Any, Any, Any], _Given]
    | Callable[..., _Given]
)
"""A function of any parameters; in so many words, since a type checker takes those of a lambda from the one
that has as many."""


def constant(value: Any) -> Change:
    """Another value in the place of the one there."""
    return lambda _: value


def returning(value: Any) -> Change:
    """A function that does nothing and gives a value."""

    def given(*_args: Any, **_named: Any) -> Any:
        return value

    return lambda _: given


def result(how: Callable[[Any], Any]) -> Change:
    """The function with another result: `how(result)`."""

    def then(given: Any, *_: Any) -> Any:
        return how(given)

    return after(then)


def argument(place: int, how: Callable[[Any], Any]) -> Change:
    """The function with another value of one positional argument: `how(argument)`."""

    def first(*args: Any) -> tuple[Any, ...]:
        others = list(args)
        others[place] = how(others[place])
        return tuple(others)

    return before(first)


def after(then: Some[Any]) -> Change:
    """The function, and then `then(result, *arguments)` in the place of its result."""
    run: Callable[..., Any] = then

    def change(original: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def changed(*args: Any, **named: Any) -> Any:
            return run(original(*args, **named), *args)

        return changed

    return change


def before(first: Some[tuple[Any, ...]]) -> Change:
    """The function with the arguments that `first` makes of the positional ones."""
    make: Callable[..., tuple[Any, ...]] = first

    def change(original: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def changed(*args: Any, **named: Any) -> Any:
            return original(*make(*args), **named)

        return changed

    return change


def around(run: Some[Any]) -> Change:
    """`run(original, *arguments)` in the place of the function."""
    instead: Callable[..., Any] = run

    def change(original: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def changed(*args: Any, **named: Any) -> Any:
            return instead(original, *args, **named)

        return changed

    return change


def spoiled(how: Callable[[Response], Response | None]) -> Patch:
    """Change an answer of an operation after the sandbox held it to the contract and before it commits."""
    return Patch("app._judged", result(lambda response: how(response) or response))


WALLET = "operations.Operations._wallet"
"""What an operation looks at of a guest's holdings. The fixtures that a sandbox tells look elsewhere, and
stay what they are without a fault."""
UNJUDGED = Patch("validation.Rules.broken_clause", returning(None))
"""The sandbox no longer holds its answers to the contract; for a fault whose answers it would not let out."""


def body_of(response: Response) -> Any:
    """The JSON of an answer; None for no body."""
    return orjson.loads(response.body) if response.body else None


def with_body(response: Response, body: Any) -> Response:
    """The answer with another body, which need not be what the contract has."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Response(content, response.status_code, headers)


def told(member: str, how: Callable[[dict[str, Any]], Any]) -> Patch:
    """Change the bodies that are objects with a certain member: `how` changes one where it is, or gives
    another one in its place."""

    def change(response: Response) -> Response | None:
        body: JsonValue = body_of(response)
        if not isinstance(body, dict) or member not in body:
            return None
        other = how(body)
        return with_body(response, body if other is None else other)

    return spoiled(change)


def ran(operation_id: str | None, then: Callable[..., Any]) -> Patch:
    """Change the answer of an operation (None: of any) inside its transaction, before it is judged:
    `then(answer, tx, caller, request)` may write, and gives another answer or None."""

    def change(answer: Any, _: Any, tx: Any, operation: Any, caller: Any, request: Any) -> Any:
        if operation_id not in (None, operation.id):
            return answer
        other = then(answer, tx, caller, request)
        return answer if other is None else other

    return Patch("operations.Operations.run", after(change))


def raising(error: type[Exception]) -> Change:
    """A function that only fails."""

    def fail(*_args: Any, **_named: Any) -> Any:
        raise error("a planted fault")

    return lambda _: fail


_known: dict[str, frozenset[str]] = {}


def strange(operation: Operation, request: Mapping[str, Any]) -> set[str]:
    """The fields of a request that no schema of its operation has, at any depth."""
    if operation.id not in _known:
        _known[operation.id] = frozenset(_names(operation.request_schema))
    return set(request) - _known[operation.id]


def _names(node: JsonValue) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node.get("properties", ())
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _names(each)
