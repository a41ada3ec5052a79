"""Read generated code with `ast`, without importing it: its models, enumerations and operations."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ENTRY_POINTS = frozenset({"sync", "sync_detailed", "asyncio", "asyncio_detailed"})

# The dictionaries that a generated request is put together in, by the place that OpenAPI calls them by.
_PLACES = {"headers": "header", "params": "query", "cookies": "cookie"}
_BAG = "additional_properties"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Attribute:
    """A model's attribute or a function's argument: the names in its annotation, and whether it is optional.

    A constant is a name too, such as `Literal['reward']`.
    """

    names: frozenset[str]
    optional: bool


@dataclass(frozen=True)
class Model:
    """A generated class.

    `attributes` by Python name; `written` maps a wire name to the variable that `to_dict` writes it from;
    `read` holds the wire names that `from_dict` takes; `twice` the attributes that are declared again.
    `bag` the names in the type of the values that unknown fields are kept as, or None if they are not kept.
    """

    attributes: dict[str, Attribute]
    written: dict[str, str]
    read: frozenset[str]
    twice: frozenset[str]
    bag: frozenset[str] | None

    def attribute(self, wire: str) -> Attribute | None:
        """The attribute of a property, if the class declares, reads and writes it; else None."""
        return self.attributes.get(self.written.get(wire, "")) if wire in self.read else None


@dataclass(frozen=True)
class Endpoint:
    """A generated operation.

    `functions` that its module defines, `body` the argument for its body, `parameters` the arguments that
    are sent, by place (such as `header`) and wire name, `branches` the names that occur where each status
    is parsed.
    """

    module: str
    functions: frozenset[str]
    body: Attribute | None
    parameters: dict[tuple[str, str], Attribute]
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
        bag=_bag(node) if to_dict and from_dict and _keeps(to_dict, from_dict) else None,
    )


def _bag(node: ast.ClassDef) -> frozenset[str] | None:
    """Names in the value type of `additional_properties: dict[str, …]`, if that is declared."""
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and each.target.id == _BAG:
            kind = each.annotation
            if isinstance(kind, ast.Subscript) and isinstance(kind.slice, ast.Tuple):
                return _names(kind.slice.elts[-1])
    return None


def _keeps(to_dict: ast.AST, from_dict: ast.AST) -> bool:
    """Whether the bag is written, and filled as in `model.additional_properties = d`."""
    written = any(isinstance(each, ast.Attribute) and each.attr == _BAG for each in ast.walk(to_dict))
    return written and any(
        isinstance(each, ast.Assign)
        and isinstance(each.targets[0], ast.Attribute)
        and each.targets[0].attr == _BAG
        and isinstance(each.value, ast.Name)
        for each in ast.walk(from_dict)
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
    arguments = _arguments(get_kwargs)
    return Endpoint(
        module=module,
        functions=frozenset(functions),
        body=arguments.get("body"),
        parameters=dict(_parameters(get_kwargs, arguments)),
        branches=dict(_branches(functions["_parse_response"])),
    )


def _arguments(function: _Function) -> dict[str, Attribute]:
    spec = function.args
    first_default = len(spec.args) - len(spec.defaults)
    given = [*((each, number >= first_default) for number, each in enumerate(spec.args))]
    named = zip(spec.kwonlyargs, (default is not None for default in spec.kw_defaults), strict=True)
    return {
        each.arg: Attribute(_names(each.annotation) if each.annotation else frozenset(), optional=optional)
        for each, optional in [*given, *named]
    }


def _parameters(
    get_kwargs: _Function, arguments: dict[str, Attribute]
) -> Iterator[tuple[tuple[str, str], Attribute]]:
    """Place and wire name of each parameter, and the argument that it is sent from."""
    for node in ast.walk(get_kwargs):
        for place, wire, value in _sent(node):
            for name in sorted(_names(value)):
                # What has to be made from an argument `a` first is called `json_a`.
                argument = arguments.get(name) or arguments.get(name.removeprefix("json_"))
                if argument:
                    yield (place, wire), argument


def _sent(node: ast.AST) -> Iterator[tuple[str, str, ast.expr]]:
    """Place, wire name and value of `headers["A"] = a` and of `"/{a}".format(a=a)`."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        holder, key = node.targets[0].value, node.targets[0].slice
        if isinstance(holder, ast.Name) and holder.id in _PLACES and isinstance(key, ast.Constant):
            yield _PLACES[holder.id], str(key.value), node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        for each in node.keywords:
            yield "path", each.arg or "", each.value


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
    """All names in a piece of code; forward references in quotes, `None` and each `Literal['a']` included."""
    names: set[str] = set()
    todo: list[ast.AST] = [node]
    while todo:
        each = todo.pop()
        if isinstance(each, ast.Subscript) and ast.unparse(each.value) == "Literal":
            # Its values are no names: `Literal['Channel']` says nothing about a class Channel.
            values = each.slice.elts if isinstance(each.slice, ast.Tuple) else [each.slice]
            names.update(f"Literal[{ast.unparse(value)}]" for value in values)
            continue
        todo.extend(ast.iter_child_nodes(each))
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
