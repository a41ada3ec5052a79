"""The wheel: what is in it, what it asks for on which system, and that a fault in either is seen.

That it works where it is installed, `make check-wheel` tries in empty environments.
"""

import ast
import importlib.metadata
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import check_wheel
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from places import PLACES, PYTHONS, SYSTEMS, place

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "punchh_contract"
# Room -> the extra that its imports may need beside the base.
EXTRAS = {
    "sandbox": "sandbox",
    "proof/stock_hooks.py": "contract",
    "proof": "sandbox",
    "receiver/": "receiver",
    "conformance": "contract",
    "cli/listen.py": "sandbox",
    "cli/prove.py": "contract",
    "cli/sandbox.py": "sandbox",
    "cli/test/": "contract",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without an index."""
    return check_wheel.build(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def asked(wheel: Path) -> list[Requirement]:
    """What the wheel's own metadata ask for, extras as markers."""
    (content,) = [text for name, text in check_wheel.members(wheel).items() if name.endswith("/METADATA")]
    return [Requirement(each) for each in message_from_bytes(content).get_all("Requires-Dist", [])]


def needed(asked: list[Requirement], environment: dict[str, str], extra: str = "") -> set[str]:
    return {
        canonicalize_name(each.name)
        for each in asked
        if each.marker is None or each.marker.evaluate({**environment, "extra": extra})
    }


def changed(wheel: Path, folder: Path, **changes: bytes | None) -> Path:
    """A copy of a wheel with members changed, added, or (None) taken away."""
    copy = folder / wheel.name
    with zipfile.ZipFile(copy, "w") as archive:
        for name, content in {**check_wheel.members(wheel), **changes}.items():
            if content is not None:
                archive.writestr(name, content)
    return copy


def test_the_wheel_holds_both_packages_the_contract_and_nothing_else(wheel: Path) -> None:
    assert check_wheel.findings(wheel, ROOT) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"punchh_client/py.typed": None}, "punchh_client/py.typed: is missing"),
        (
            {"punchh_contract/_contract/openapi.yaml": None},
            "punchh_contract/_contract/openapi.yaml: is missing",
        ),
        (
            {"punchh_contract/_contract/openapi.yaml": b"old"},
            "punchh_contract/_contract/openapi.yaml: differs",
        ),
        ({"tests/test_line.py": b""}, "tests/test_line.py: does not belong there"),
        ({"punchh_contract/x.pyc": b""}, "punchh_contract/x.pyc: does not belong there"),
        (
            {"punchh_contract/signing.py": f"# {ROOT}/src".encode()},
            "punchh_contract/signing.py: holds a path",
        ),
        ({"p.dist-info/x": str(Path.home() / "x").encode()}, "p.dist-info/x: holds a path of this machine"),
    ],
)
def test_a_wheel_with_a_fault_is_told_from_a_good_one(
    wheel: Path, tmp_path: Path, changes: dict[str, bytes | None], said: str
) -> None:
    found = check_wheel.findings(changed(wheel, tmp_path, **changes), ROOT)
    assert [each for each in found if each.startswith(said)]


def test_the_sdist_holds_what_the_locked_build_needs(tmp_path: Path) -> None:
    with tarfile.open(check_wheel.build(ROOT, tmp_path, kind="sdist")) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"requirements/build.txt", "requirements/base.txt", "spec/openapi.yaml", "LICENSE"} <= names


@pytest.mark.parametrize(("system", "python"), PLACES)
def test_each_extra_asks_for_what_is_right_on_each_system(
    asked: list[Requirement], system: str, python: str
) -> None:
    environment = place(system, python)
    base = needed(asked, environment)
    assert base == {
        *("anyio", "attrs", "click", "httpcore", "httpx", "jsonschema", "jsonschema-rs", "msgspec", "orjson"),
        *("pyrate-limiter", "pyyaml"),
    }
    loop = set() if system == "Windows" else {"uvloop"}
    sandbox = needed(asked, environment, "sandbox")
    zones = {"tzdata"} if system == "Windows" else set()
    assert sandbox - base == {"httptools", "sqlalchemy", "starlette", "uvicorn"} | loop | zones
    contract = needed(asked, environment, "contract")
    assert contract - sandbox == {
        "hypothesis",
        "requests",
        "rich",
        "schemathesis",
        "urllib3",
    }
    receiver = needed(asked, environment, "receiver")
    assert receiver - base == {"sqlalchemy", "starlette", "uvicorn"}
    postgres = needed(asked, environment, "postgres")
    assert postgres - sandbox == {"psycopg"}
    assert needed(asked, environment, "all") == contract | postgres


def test_another_interpreter_gets_no_loop_that_it_cannot_build(asked: list[Requirement]) -> None:
    pypy = {**place("Linux", "3.11"), "platform_python_implementation": "PyPy", "implementation_name": "pypy"}
    assert "uvloop" not in needed(asked, pypy, "all")
    assert {system for system in SYSTEMS if "uvloop" in needed(asked, place(system, PYTHONS[0]), "all")} == {
        "Linux",
        "macOS",
    }


def imports(path: Path) -> Iterator[str]:
    """The first part of every name that a module imports, but for type checkers alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for branch in node.body
        for inner in ast.walk(branch)
    }
    for node in ast.walk(tree):
        if id(node) in guarded:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_what_a_room_imports_is_asked_for_by_its_extra(asked: list[Requirement]) -> None:
    distributions = importlib.metadata.packages_distributions()
    ours = sys.stdlib_module_names | {"punchh_contract", "punchh_client"}
    wrong = []
    for path in sorted([*SOURCE.rglob("*.py"), *(ROOT / "generated" / "punchh_client").rglob("*.py")]):
        name = path.relative_to(SOURCE).as_posix() if path.is_relative_to(SOURCE) else ""
        extra = next((extra for room, extra in EXTRAS.items() if name.startswith(room)), "")
        has = needed(asked, place("Linux", "3.11"), extra)
        if name == "sandbox/pytest_plugin.py":
            has |= {"pytest"}  # which imports it
        wrong += [
            f"{path.relative_to(ROOT)} imports {each}, which [{extra}] does not ask for"
            for each in set(imports(path)) - ours
            if not {canonicalize_name(one) for one in distributions.get(each, [])} & has
        ]
    assert wrong == []


def environment(folder: Path, script: str) -> check_wheel.Environment:
    """An installed command that is a shell script."""
    made = check_wheel.Environment(folder)
    made.elsewhere.mkdir(parents=True)
    made.command.parent.mkdir(parents=True)
    made.command.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    made.command.chmod(0o755)
    return made


@pytest.mark.parametrize(
    "script",
    ["exit 1", "echo 'Traceback (most recent call last):' >&2; exit 2", "echo something else; exit 2"],
    ids=["another exit code", "a traceback", "another text"],
)
def test_a_command_that_does_not_do_what_is_expected_is_seen(tmp_path: Path, script: str) -> None:
    with pytest.raises(check_wheel.WheelError, match="`punchh-contract sandbox` ended with"):
        check_wheel.check_missing(environment(tmp_path, script), ROOT)


def test_a_command_that_does_is_not(tmp_path: Path) -> None:
    script = 'case $1 in test) e=contract;; *) e=sandbox;; esac; echo "get punchh-contract[$e]" >&2; exit 2'
    check_wheel.check_missing(environment(tmp_path, script), ROOT)


def test_the_environment_gives_nothing_of_ours_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PUNCHH_ADMIN_KEY", "GITHUB_STEP_SUMMARY", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "ours")
    made = environment(tmp_path, "env")
    assert "=ours" not in made.run("anything")
