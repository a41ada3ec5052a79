"""The public API, listed: a name, a parameter or an option that comes or goes shows in a diff of one file.

After a change that is meant: `python tests/test_public_api.py > tests/data/public_api.txt`, and an entry in
CHANGELOG.md.
"""

import dataclasses
import functools
import importlib
import inspect
import pkgutil
import subprocess
import sys
import tomllib
import typing
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

import punchh_contract
from punchh_contract import contract
from punchh_contract.cli import COMMANDS, main

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "data" / "public_api.txt"
# What else is installed is a room of ours, that may change with any version.
PUBLIC = (
    "punchh_contract",
    "punchh_contract.auth",
    "punchh_contract.client",
    "punchh_contract.contract",
    "punchh_contract.errors",
    "punchh_contract.events",
    "punchh_contract.receiver",
    "punchh_contract.sandbox",
    "punchh_contract.signing",
    "punchh_client",
)


def listing() -> Iterator[str]:
    for name in PUBLIC:
        yield from exports(importlib.import_module(name))
    yield from generated()
    for name in COMMANDS:
        yield command(name)


def exports(module: ModuleType) -> Iterator[str]:
    for name in sorted(module.__all__):
        yield from described(f"{module.__name__}.{name}", getattr(module, name))


def described(name: str, value: object) -> Iterator[str]:
    if not inspect.isclass(value):
        kind = "function" if inspect.isroutine(value) or hasattr(value, "cache_info") else "value"
        yield f"{name} {kind}{parameters(value) if kind == 'function' else ''}"
    elif typing.is_typeddict(value):
        yield f"{name} typed dict ({', '.join(sorted(value.__annotations__))})"
    elif issubclass(value, Exception):
        yield f"{name} exception ({', '.join(base.__name__ for base in value.__bases__)})"
    else:
        yield f"{name} class{parameters(value) if name.startswith('punchh_contract') else ''}"
        if name.startswith("punchh_contract"):
            for member in members(value):
                yield from described(f"{name}.{member}", inspect.getattr_static(value, member, None))


def members(value: type) -> list[str]:
    """What a class of ours has in public, its fields too; not what a base of another's brings."""
    ours = [each for each in value.__mro__ if each.__module__.startswith("punchh_")]
    names = {name for each in ours for name in vars(each)}
    if dataclasses.is_dataclass(value):
        names |= {field.name for field in dataclasses.fields(value)}
    return sorted(name for name in names if not name.startswith("_"))


def parameters(value: object) -> str:
    """Names and whether they can be left away; annotations are written otherwise by each Python."""
    if isinstance(value, property | functools.cached_property):
        return ""
    value = getattr(value, "__func__", value)
    shown = [
        each.replace(
            annotation=inspect.Parameter.empty, default="…" if each.default is not each.empty else each.empty
        )
        for each in inspect.signature(value).parameters.values()
    ]
    return str(inspect.Signature(shown)).replace("'…'", "…")


def generated() -> Iterator[str]:
    """The generated client's modules and models by name: what is in them follows the contract."""
    for each in pkgutil.walk_packages(
        importlib.import_module("punchh_client.api").__path__, "punchh_client.api."
    ):
        if not each.ispkg:
            yield f"{each.name} module"
    for name in sorted(importlib.import_module("punchh_client.models").__all__):
        yield f"punchh_client.models.{name} class"


def command(name: str) -> str:
    found = main.get_command(click.Context(main), name)
    assert found is not None
    words = [
        each.opts[-1] if isinstance(each, click.Option) else each.make_metavar(click.Context(found))
        for each in found.params
    ]
    return " ".join(["punchh-contract", name, *sorted(words)])


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_module_says_what_is_public_in_it(name: str) -> None:
    module = importlib.import_module(name)
    assert len(set(module.__all__)) == len(module.__all__)
    assert [each for each in module.__all__ if not hasattr(module, each)] == []


def test_the_public_api_is_the_one_that_is_listed() -> None:
    now, listed = list(listing()), GOLDEN.read_text(encoding="utf-8").splitlines()
    assert {"new": [x for x in now if x not in listed], "gone": [x for x in listed if x not in now]} == {
        "new": [],
        "gone": [],
    }, "see the first lines of this test's file"
    assert now == listed


def test_everything_public_is_documented() -> None:
    bare = [
        f"{name}.{each}"
        for name in PUBLIC
        if name != "punchh_client"
        for each in importlib.import_module(name).__all__
        if (
            inspect.isclass(value := getattr(importlib.import_module(name), each)) or inspect.isroutine(value)
        )
        and not inspect.getdoc(value)
    ]
    assert bare == []


def test_package_and_contract_have_a_version_each() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert punchh_contract.__version__ == project["version"]
    done = subprocess.run(
        [sys.executable, "-c", "from punchh_contract.cli import main; main()", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"punchh-contract {project['version']} (contract {contract.load().version})\n"


def test_another_name_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'nonsense'"):
        punchh_contract.nonsense  # noqa: B018  # looking it up is the test


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import punchh_contract", "importlib.metadata yaml httpx orjson"),
        ("import punchh_contract.cli", "yaml httpx orjson rich starlette schemathesis requests"),
        ("import punchh_contract.cli.validate", "httpx rich starlette schemathesis requests"),
        ("import punchh_contract.auth", "starlette schemathesis requests"),
        ("import punchh_contract.signing, punchh_contract.errors", "yaml httpx orjson click"),
    ],
)
def test_an_import_brings_only_what_it_needs(code: str, absent: str) -> None:
    look = f"import sys; {code}; print(*sorted(set({absent.split()!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


if __name__ == "__main__":
    print(*listing(), sep="\n")  # noqa: T201  # this is how the list is written anew
