"""What the pages tell people to type works: targets, options and files exist, short recipes run."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from punchh_contract.cli import COMMANDS, main
from punchh_contract.conformance import fixtures
from punchh_contract.conformance.impossible import impossible
from punchh_contract.conformance.naming import namings
from punchh_contract.conformance.refusals import LIMIT
from punchh_contract.conformance.verdict import baseline
from punchh_contract.conformance.verdict.findings import Severity
from punchh_contract.contract import load
from punchh_contract.sandbox.faults import Kind

ROOT = Path(__file__).parents[1]
DOCS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md"))
PAGES = [
    *("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "SECURITY.md", "CHANGELOG.md"),
    *("spec/README.md", "generated/README.md"),
    *DOCS,
]
TESTING = "docs/testing-a-server.md"
"""The page on servers that are not ours."""
SANDBOX = "docs/sandbox.md"
"""The page on using the sandbox."""
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def blocks(language: str, page: str = "README.md") -> list[str]:
    """The fenced blocks of a page, those in lists too, without their indentation."""
    found = re.findall(
        rf"^( *)```{language}\n(.*?)^ *```", (ROOT / page).read_text(), re.DOTALL | re.MULTILINE
    )
    return [re.sub(f"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


def recipes(page: str = "README.md") -> list[str]:
    return [each.replace("\\\n", "") for each in blocks("sh", page) if "punchh-contract" in each]


def menu(page: str) -> list[str]:
    """The calls of make with arguments that a page shows in blocks of their own."""
    return [
        text
        for text in (each.replace("\\\n", "") for each in blocks("sh", page))
        if re.match(r"make \S+ [A-Z]", text)
    ]


def command_of(recipe: str) -> list[str]:
    words = shlex.split(recipe)
    return words[words.index(".venv/bin/punchh-contract") + 1 :]


def parse(words: list[str]) -> click.Context:
    context = click.Context(main, info_name="punchh-contract")
    command = main.get_command(context, words[0])
    assert command is not None
    return command.make_context(words[0], words[1:], parent=context)


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_that_a_page_names_exists(page: str) -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / page).read_text(), re.MULTILINE))
    assert named <= TARGETS


def test_the_menu_has_what_the_issue_asked_for() -> None:
    asked = "install generate check-generated validate lint test contract-test sandbox check bench"
    assert set(asked.split()) <= TARGETS
    listed = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {line.split()[0] for line in listed.splitlines()} == TARGETS


def test_there_is_a_recipe_for_every_command() -> None:
    assert {command_of(each)[0] for each in recipes()} == set(COMMANDS)


@pytest.mark.parametrize(
    "recipe", [*recipes(), *recipes(TESTING)], ids=lambda recipe: " ".join(command_of(recipe))[:60]
)
def test_a_recipe_uses_options_that_exist(recipe: str) -> None:
    parse(command_of(recipe))


@pytest.mark.parametrize("page", ["README.md", TESTING])
def test_make_passes_on_what_a_page_gives_it(page: str) -> None:
    calls = menu(page)
    assert calls
    for call in calls:
        printed = subprocess.run(
            [*shlex.split(call), "-n"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        (line,) = [
            each for each in printed.stdout.replace("\\\n", "").splitlines() if "punchh-contract test" in each
        ]
        given = parse(command_of(line)).params
        assert str(given["target"]).endswith(given["allow_host"][0])
        assert given["fixtures"] == Path("fixtures.yaml")
        assert given["plan"]


@pytest.mark.parametrize("page", PAGES)
def test_a_link_leads_to_a_file(page: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text())
    assert [each for each in links if not ((ROOT / page).parent / each).exists()] == []


@pytest.mark.parametrize("page", ["README.md", TESTING])
def test_fixtures_that_a_page_shows_can_be_read(page: str) -> None:
    (shown,) = [each for each in blocks("yaml", page) if "operations:" in each]
    assert len(fixtures.read(shown, load(), page)) == sum(
        len(values) for fields in yaml.safe_load(shown)["operations"].values() for values in fields.values()
    )


def test_the_baseline_that_a_page_shows_can_be_read() -> None:
    (shown,) = blocks("json", TESTING)
    assert len(baseline.read(shown, TESTING).entries) == 1


def test_the_page_on_testing_has_every_option_field_value_and_severity() -> None:
    page = (ROOT / TESTING).read_text()
    context = click.Context(main, info_name="punchh-contract")
    command = main.get_command(context, "test")
    assert command is not None
    options = {name for each in command.params for name in each.opts if name != "--help"}
    every = [
        (operation, each) for operation in load().operations.values() for each in namings(load(), operation)
    ]
    values = {
        str(value)
        for _, each in every
        for value in impossible(each).all
        if isinstance(value, str | int | float) and value != ""
    }

    assert {each for each in options if f"`{each}" not in page} == set()
    assert {each.name for each in Severity if f"| {each.name} |" not in page} == set()
    assert {each for each in values if each not in page} == set()
    fields = page.partition("These fields can be listed")[2].partition("A value that does not fit")[0]
    lines = {line.split("`")[1]: line for line in fields.splitlines() if line.startswith("| `")}
    assert {
        (operation.id, each.field)
        for operation, each in every
        if f"`{each.field}`" not in lines[operation.id]
    } == set()
    assert f"at most {LIMIT} requests in ten minutes" in page


@pytest.mark.parametrize("name", ["validate", "sign"])
def test_a_short_recipe_runs_as_printed(name: str) -> None:
    recipe = next(each for each in recipes() if command_of(each)[0] == name)
    # The interpreter that runs the tests, wherever its environment lies.
    recipe = recipe.replace(".venv/bin/punchh-contract", str(Path(sys.executable).parent / "punchh-contract"))
    done = subprocess.run(recipe, shell=True, cwd=ROOT, capture_output=True, text=True)  # noqa: S602  # as a reader would
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert done.stderr == ""


def test_the_python_recipe_redeems() -> None:
    recipe = next(each for each in blocks("python") if "PunchhClient" in each)
    done = subprocess.run([sys.executable, "-c", recipe], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"True [0-9]+\n", done.stdout)


@pytest.mark.parametrize(("index", "printed"), [(0, r"120 2026-03-02T18:15:01Z 0\n"), (1, r"pending\n")])
def test_the_python_of_the_page_on_the_sandbox_runs(index: int, printed: str) -> None:
    recipe = blocks("python", SANDBOX)[index]
    done = subprocess.run([sys.executable, "-c", recipe], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(printed, done.stdout)


def test_the_page_on_the_sandbox_has_every_fault() -> None:
    page = (ROOT / SANDBOX).read_text()
    assert {kind for kind in Kind if f"| `{kind}` |" not in page} == set()
