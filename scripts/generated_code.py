"""Read generated code with `ast`, without importing it: its models, enumerations and operations."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ENTRY_POINTS = frozenset({"sync", "sync_detailed", "asyncio", "asyncio_detailed"})

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Attribute:
    """A model's attribute: the names that stand in its annotation, and whether it may be left out."""

    names: frozenset[str]
    optional: bool


@dataclass(frozen=True)
class Model:
    """A generated class.

    `attributes` by Python name; `written` maps a wire name to the variable that `to_dict` writes it from;
    `read` holds the wire names that `from_dict` takes; `twice` the attributes that are declared again.
    """

    attributes: dict[str, Attribute]
    written: dict[str, str]
    read: frozenset[str]
    twice: frozenset[str]

    def attribute(self, wire: str) -> Attribute | None:
        """The attribute of a property, if the class declares, reads and writes it; else None."""
        return self.attributes.get(self.written.get(wire, "")) if wire in self.read else None


@dataclass(frozen=True)
class Endpoint:
    """A generated operation.

    `functions` that its module defines, `body` the names in the annotation of its body, `texts` those that
    occur where the request is put together, `branches` the names that occur where each status is parsed.
    """

    module: str
    functions: frozenset[str]
    body: frozenset[str]
    texts: frozenset[str]
    branches: dict[int, frozenset[str]]


@dataclass(frozen=True)
class Code:
    """A generated package: models and enumerations by class name, operations by method and path."""

    models: dict[str, Model]
    enums: dict[str, frozenset[str | int]]
    endpoints: dict[tuple[str, str], Endpoint]
    exported: frozenset[str]


def read(package: Path) -> Code:
    """Read a generated package. Raises OSError or SyntaxError for what is no Python."""
    models: dict[str, Model] = {}
    enums: dict[str, frozenset[str | int]] = {}
    for path in sorted((package / "models").glob("*.py")):
        for node in _parsed(path).body:
            if isinstance(node, ast.ClassDef) and _method(node, "from_dict"):
                models[node.name] = _model(node)
            elif isinstance(node, ast.ClassDef):
                enums[node.name] = frozenset(_values(node))
    endpoints = {}
    for path in sorted((package / "api").glob("*/*.py")):
        tree = _parsed(path)
        functions = {each.name: each for each in tree.body if isinstance(each, _FUNCTIONS)}
        if "_get_kwargs" in functions and "_parse_response" in functions:
            endpoints[_route(functions["_get_kwargs"])] = _endpoint(path.stem, functions)
    exports = package / "models" / "__init__.py"
    exported = frozenset(_texts(_parsed(exports))) if exports.is_file() else frozenset[str]()
    return Code(models, enums, endpoints, exported)


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes(), filename=str(path))


def _method(node: ast.ClassDef, name: str) -> _Function | None:
    return next((each for each in node.body if isinstance(each, _FUNCTIONS) and each.name == name), None)


def _model(node: ast.ClassDef) -> Model:
    attributes: dict[str, Attribute] = {}
    twice = set()
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            if each.target.id in attributes:
                twice.add(each.target.id)
            attributes[each.target.id] = Attribute(_names(each.annotation), optional=each.value is not None)
    to_dict, from_dict = _method(node, "to_dict"), _method(node, "from_dict")
    return Model(
        attributes=attributes,
        written=dict(_written(to_dict)) if to_dict else {},
        read=frozenset(_read(from_dict)) if from_dict else frozenset(),
        twice=frozenset(twice),
    )


def _written(to_dict: ast.AST) -> Iterator[tuple[str, str]]:
    """Wire name and variable of `field_dict.update({"a": a})` and `field_dict["a"] = a`."""
    for node in ast.walk(to_dict):
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            pairs = zip([node.targets[0].slice], [node.value], strict=True)
        else:
            continue
        for key, value in pairs:
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and isinstance(value, ast.Name):
                yield key.value, value.id


def _read(from_dict: ast.AST) -> Iterator[str]:
    """Wire names of `d.pop("a")` and `d.pop("a", UNSET)`."""
    for node in ast.walk(from_dict):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "pop":
            key = node.args[0] if node.args else None
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value


def _values(node: ast.ClassDef) -> Iterator[str | int]:
    for each in node.body:
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant):
            value = each.value.value
            if isinstance(value, str | int):
                yield value


def _route(get_kwargs: _Function) -> tuple[str, str]:
    """Method (lowercase) and path template of the literal that is handed to httpx."""
    found = {"method": "", "url": ""}
    for node in ast.walk(get_kwargs):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in found:
                    # A path with parameters is `"/a/{id}".format(…)`: the template comes first in the walk.
                    found[key.value] = next(iter(_texts(value)), "")
    return found["method"], found["url"]


def _endpoint(module: str, functions: dict[str, _Function]) -> Endpoint:
    get_kwargs = functions["_get_kwargs"]
    arguments = [*get_kwargs.args.args, *get_kwargs.args.kwonlyargs]
    body = next((each.annotation for each in arguments if each.arg == "body"), None)
    return Endpoint(
        module=module,
        functions=frozenset(functions),
        body=_names(body) if body else frozenset(),
        texts=frozenset(_texts(get_kwargs)),
        branches=dict(_branches(functions["_parse_response"])),
    )


def _branches(parse_response: _Function) -> Iterator[tuple[int, frozenset[str]]]:
    """Status and names of each `if response.status_code == 200:` that returns something."""
    for node in parse_response.body:
        if not (isinstance(node, ast.If) and isinstance(node.test, ast.Compare)):
            continue
        left, operators, right = node.test.left, node.test.ops, node.test.comparators[0]
        if not (isinstance(left, ast.Attribute) and left.attr == "status_code"):
            continue
        # `==` alone: a range such as 4XX is parsed by a comparison that this reading does not know.
        returns = isinstance(operators[0], ast.Eq) and any(isinstance(each, ast.Return) for each in node.body)
        if returns and isinstance(right, ast.Constant) and isinstance(right.value, int):
            yield right.value, frozenset().union(*map(_names, node.body))


def _names(node: ast.AST) -> frozenset[str]:
    """All names in a piece of code, forward references in quotes and `None` included."""
    names = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            names.add(each.id)
        elif isinstance(each, ast.Constant) and each.value is None:
            names.add("None")
        elif isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value.isidentifier():
            names.add(each.value)
    return frozenset(names)


def _texts(node: ast.AST) -> Iterator[str]:
    return (
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )
