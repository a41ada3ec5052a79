"""Write docs/reference/ from docstrings, the commands and the contract, or prove with `--check` that it
is fresh.

    python scripts/reference.py [--check]

Exit codes: 0 fine, 1 a page is stale.
"""

import argparse
import ast
import inspect
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from punchh_contract import contract
from punchh_contract.cli import COMMANDS
from punchh_contract.cli import main as group
from punchh_contract.client import error_table
from punchh_contract.contract import Contract, ErrorFact, Operation

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "punchh_contract"
FOLDER = ROOT / "docs" / "reference"
COMMAND = "make reference"

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

MODULES = {
    "The client": (
        "client/sync.py",
        "client/asynchronous.py",
        "client/options.py",
        "client/user_agents.py",
    ),
    "Results": ("client/results.py", "client/outcomes.py"),
    "Quotes": ("client/flows.py",),
    "Receipts": ("client/menu.py", "client/receipt.py", "client/money.py"),
    "Journal": ("client/journal.py", "client/entry.py", "client/recovery.py"),
    "Budget": ("client/budget.py",),
    "Doctor": ("client/doctor/examination.py", "client/doctor/diagnosis.py"),
    "For your tests": ("client/chaos.py",),
}
"""The modules of client.md, by section; what each has in `__all__` is shown, as its docstrings say it."""

_MADE = f"<!-- Made by `{COMMAND}`; edit what it is made from. -->\n"
CLIENT = f"""{_MADE}# Reference: the client

From the docstrings of `punchh_contract.client`. How to use it: [client.md](../client.md),
[flows.md](../flows.md); what it raises: [errors.md](errors.md).
"""
CLI = f"""{_MADE}# Reference: the command line

What `punchh-contract COMMAND --help` says. Exit codes where a command names no others: 0 fine, 1 findings, 2
could not run.
"""
ERRORS = f"""{_MADE}# Reference: errors

What a call raises, and what the contract knows of the vendor's refusals (`x-error` in
[the contract](../../spec/openapi.yaml)): what each means and what to do about it. How we know a text stands
in the last column.

## Classes

All derive from `PunchhError`; import them from `punchh_contract.client.errors`.
"""
REFUSALS = """## Refusals, by operation

A text that is not listed is judged by its status alone. Refusals of status 200 are no exceptions: the result
has `refused` and `refusal`; `raise_for_refusal()` raises the class named here.
"""


def pages(known: Contract) -> dict[str, str]:
    """Every page by its file name."""
    return {
        "client.md": "\n".join([CLIENT, *client()]),
        "cli.md": "\n".join([CLI, *cli()]),
        "errors.md": "\n".join([ERRORS, *classes(), REFUSALS, *refusals(known)]),
    }


def client() -> Iterator[str]:
    """A section for each group of modules, an entry for each public thing."""
    for heading, paths in MODULES.items():
        yield f"## {heading}\n"
        for path in paths:
            module = ast.parse((SOURCE / path).read_text(encoding="utf-8"))
            public = exported(module)
            for node in module.body:
                if isinstance(node, Definition) and node.name in public:
                    yield from entry(node, path, module)


def exported(module: ast.Module) -> list[str]:
    """The names in a module's `__all__`."""
    for node in module.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    return []


def entry(node: Definition, path: str, module: ast.Module) -> Iterator[str]:
    """A class with its public members, those of private bases too, or a function."""
    name = f"punchh_contract.{path.removesuffix('.py').removesuffix('/__init__').replace('/', '.')}"
    bases = (
        [base for each in node.bases if not (base := ast.unparse(each)).startswith(("_", "Generic"))]
        if isinstance(node, ast.ClassDef)
        else []
    )
    kind = f"class of `{name}`" if isinstance(node, ast.ClassDef) else f"function of `{name}`"
    derived = f", derives from {', '.join(f'`{each}`' for each in bases)}" if bases else ""
    yield f"### {node.name}\n"
    yield f"*{kind}{derived}*\n"
    if not isinstance(node, ast.ClassDef):
        yield f"```python\n{signature(node)}\n```\n"
    yield from text(node)
    if not isinstance(node, ast.ClassDef):
        return
    members = [*_inherited(node, module), *node.body]
    fields = list(attributes(members))
    if fields:
        yield "\n".join(fields) + "\n"
    yield from methods(node.name, members)


def methods(owner: str, members: list[ast.stmt]) -> Iterator[str]:
    """How an object is made, and an entry for each public method; overloads stand for what they overload."""
    overloads: list[str] = []
    for each in members:
        if not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if each.name == "__init__":
            if len(each.args.args) + len(each.args.kwonlyargs) > 1:
                yield f"```python\n{signature(each, owner)}\n```\n"
                yield from text(each)
        elif _is(each, "overload"):
            overloads.append(signature(each))
        elif not each.name.startswith("_") and not _is(each, "property", "cached_property"):
            yield f"#### {owner}.{each.name}\n"
            yield "```python\n" + "\n".join(overloads or [signature(each)]) + "\n```\n"
            yield from text(each)
            overloads.clear()


def _inherited(node: ast.ClassDef, module: ast.Module) -> Iterator[ast.stmt]:
    """What a class has of private bases, which have no entry of their own; no constructor."""
    bases = {ast.unparse(each).partition("[")[0] for each in node.bases}
    for base in module.body:
        if isinstance(base, ast.ClassDef) and base.name.startswith("_") and base.name in bases:
            yield from _inherited(base, module)
            yield from (each for each in base.body if getattr(each, "name", "") != "__init__")


def attributes(members: list[ast.stmt]) -> Iterator[str]:
    """A line for each public field and property."""
    following: list[ast.stmt | None] = [*members[1:], None]
    for each, after in zip(members, following, strict=True):
        if isinstance(each, ast.AnnAssign) and not (name := ast.unparse(each.target)).startswith("_"):
            default = f" = {ast.unparse(each.value)}" if each.value else ""
            said = after.value.value if _is_text(after) else ""  # type: ignore[union-attr]  # as `_is_text` found
            yield f"- `{name}: {ast.unparse(each.annotation)}{default}` {said}".rstrip()
        elif (
            isinstance(each, ast.FunctionDef)
            and _is(each, "property", "cached_property")
            and not each.name.startswith("_")
        ):
            returned = ast.unparse(each.returns) if each.returns else "Any"
            yield f"- `{each.name}: {returned}` {' '.join((ast.get_docstring(each) or '').split())}"


def signature(node: ast.FunctionDef | ast.AsyncFunctionDef, name: str = "") -> str:
    """How it is called, a parameter to a line where it is long; `name` for a constructor."""
    given = [each for each in parameters(node.args) if each not in ("self", "cls")]
    returned = f" -> {ast.unparse(node.returns)}" if node.returns and not name else ""
    called = f"{'async ' if isinstance(node, ast.AsyncFunctionDef) else ''}{name or node.name}"
    line = f"{called}({', '.join(given)}){returned}"
    if len(line) <= 100:
        return line
    return f"{called}(\n" + "".join(f"    {each},\n" for each in given) + f"){returned}"


def parameters(arguments: ast.arguments) -> Iterator[str]:
    """Each parameter with its type and default, the bare star among them."""
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    for place, (each, default) in enumerate(zip(positional, defaults, strict=True), 1):
        yield _parameter(each, default)
        if place == len(arguments.posonlyargs):
            yield "/"
    if arguments.vararg:
        yield f"*{ast.unparse(arguments.vararg)}"
    elif arguments.kwonlyargs:
        yield "*"
    for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _parameter(each, default)
    if arguments.kwarg:
        yield f"**{ast.unparse(arguments.kwarg)}"


def _parameter(each: ast.arg, default: ast.expr | None) -> str:
    if default is None:
        return ast.unparse(each)
    return f"{ast.unparse(each)}{' = ' if each.annotation else '='}{ast.unparse(default)}"


def text(node: Definition) -> Iterator[str]:
    """The docstring; an indented example in it stays one."""
    said = ast.get_docstring(node)
    if said:
        yield said + "\n"


def _is(node: ast.FunctionDef | ast.AsyncFunctionDef, *decorators: str) -> bool:
    return any(ast.unparse(each).rpartition(".")[2] in decorators for each in node.decorator_list)


def _is_text(node: ast.stmt | None) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def cli() -> Iterator[str]:
    """A section for each command: how it is called, what it says of itself, its options."""
    context = click.Context(group, info_name="punchh-contract")
    for name in COMMANDS:
        if (command := group.get_command(context, name)) is None:
            continue
        own = click.Context(command, info_name=name, parent=context)
        yield f"## {name}\n"
        yield f"```sh\n{' '.join(['punchh-contract', name, *command.collect_usage_pieces(own)])}\n```\n"
        yield _help(command.help or "")
        records = [each.get_help_record(own) for each in command.params]
        yield table(
            ("option", "means"), ((f"`{names}`", words) for names, words in filter(None, records) if words)
        )


def _help(said: str) -> str:
    """The text of a command; click's `\\b` marks a block whose lines stay as they are."""
    blocks = inspect.cleandoc(said).replace("\f", "").split("\n\n")
    return (
        "\n\n".join(
            "```text\n" + each.removeprefix("\b\n") + "\n```" if each.startswith("\b") else each
            for each in blocks
        )
        + "\n"
    )


def classes() -> Iterator[str]:
    """A line for each error class."""
    module = ast.parse((SOURCE / "client" / "errors.py").read_text(encoding="utf-8"))
    rows = []
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            bases = ", ".join(f"`{ast.unparse(each)}`" for each in node.bases)
            rows.append((f"`{node.name}`", bases, " ".join((ast.get_docstring(node) or "").split())))
    yield table(("class", "is a", "says"), rows)


def refusals(known: Contract) -> Iterator[str]:
    """A table for each operation, in the contract's order."""
    for operation in known.operations.values():
        yield f"### {operation.id}\n"
        yield f"{_retry(operation)}\n"
        yield table(
            ("status", "id", "text", "means", "do", "class", "known how"),
            (
                (
                    str(fact.status),
                    f"`{fact.id}`",
                    fact.text,
                    fact.meaning,
                    f"{fact.advice}{' The same call may help later.' if fact.retry else ''}",
                    f"`{error_table.class_of(fact.status, fact.id).__name__}`",
                    _known(fact),
                )
                for fact in operation.errors.values()
            ),
        )


def _retry(operation: Operation) -> str:
    if operation.retry.safe == "never":
        return "Never sent again once it was written: there is no key that would make a repetition harmless."
    return (
        f"`{operation.retry.key}` makes a repetition harmless, by the contract; the client repeats a commit"
        " only with `trust_external_uid=True`."
    )


def _known(fact: ErrorFact) -> str:
    return f"{fact.confidence}: {fact.source}"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(each) for each in line)} |" for line in lines) + "\n"


def _cell(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|")


def main(arguments: list[str] | None = None) -> int:
    """Write the pages or compare them; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if a page is stale")
    options = parser.parse_args(arguments)
    wanted = pages(contract.load())
    if not options.check:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, page in wanted.items():
            (FOLDER / name).write_text(page, encoding="utf-8")
        return 0
    stale = [
        name
        for name, page in wanted.items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text(encoding="utf-8") != page
    ]
    for name in stale:
        print(f"docs/reference/{name} is stale: run `{COMMAND}`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
