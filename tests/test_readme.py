"""What the README tells people to type works: targets exist, short recipes run, the Python one redeems."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from punchh_contract.cli import COMMANDS, main

ROOT = Path(__file__).parents[1]
PAGES = ["README.md", "CONTRIBUTING.md", "spec/README.md", "generated/README.md"]
README = (ROOT / "README.md").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def recipes() -> list[str]:
    return [each.replace("\\\n", "") for each in blocks("sh") if "punchh-contract" in each]


def command_of(recipe: str) -> list[str]:
    words = shlex.split(recipe)
    return words[words.index(".venv/bin/punchh-contract") + 1 :]


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


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: command_of(recipe)[0])
def test_a_recipe_uses_options_that_exist(recipe: str) -> None:
    name, *words = command_of(recipe)
    context = click.Context(main, info_name="punchh-contract")
    command = main.get_command(context, name)
    assert command is not None
    command.make_context(name, words, parent=context)


@pytest.mark.parametrize("name", ["validate", "sign"])
def test_a_short_recipe_runs_as_printed(name: str) -> None:
    recipe = next(each for each in recipes() if command_of(each)[0] == name)
    # The interpreter that runs the tests, wherever its environment lies.
    recipe = recipe.replace(".venv/bin/punchh-contract", str(Path(sys.executable).parent / "punchh-contract"))
    done = subprocess.run(recipe, shell=True, cwd=ROOT, capture_output=True, text=True)  # noqa: S602  # as a reader would
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert done.stderr == ""


def test_the_python_recipe_gets_a_code() -> None:
    (recipe,) = blocks("python")
    done = subprocess.run([sys.executable, "-c", recipe], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"[0-9]{7}\n", done.stdout)
