"""The locks: what pyproject.toml asks for, complete on each system, no address, no path; and the upgrade."""

import re
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import lock_requirements
import pytest
import upgrade_tools
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from places import PLACES, PYTHONS, SYSTEMS, place
from upgrade_tools import Release, UpgradeError

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
LOCKS = {
    path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "requirements").glob("*.txt"))
}


def locked(name: str) -> list[Requirement]:
    """Every line of a lock that is a requirement."""
    text = LOCKS[name].replace("\\\n", " ")
    lines = [re.sub(r"\s+--hash=\S+", "", line).strip() for line in text.splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def here(requirements: list[Requirement], environment: dict[str, str]) -> dict[str, Requirement]:
    return {
        canonicalize_name(each.name): each
        for each in requirements
        if each.marker is None or each.marker.evaluate(environment)
    }


def asked(name: str) -> list[Requirement]:
    """What pyproject.toml itself asks for, for the set of a lock."""
    extras = PROJECT["optional-dependencies"]
    base = PROJECT["dependencies"]
    contract = [*extras["sandbox"], *(each for each in extras["contract"] if "[" not in each)]
    postgres = [each for each in extras["postgres"] if not each.startswith("punchh-contract")]
    groups = PYPROJECT["dependency-groups"]
    dev = [each for each in groups["dev"] if isinstance(each, str)]
    texts = {
        "base": base,
        "sandbox": [*base, *extras["sandbox"]],
        "contract": [*base, *contract],
        "build": groups["build"],
        "dev": [*base, *contract, *postgres, *groups["build"], *dev],
    }
    return [Requirement(each) for each in texts[name]]


def closure(requirements: list[Requirement], environment: dict[str, str]) -> dict[str, Requirement]:
    """All that is needed in a place, as far as what is installed here can tell."""
    found: dict[str, Requirement] = {}
    waiting = list(here(requirements, environment).values())
    while waiting:
        each = waiting.pop()
        name = canonicalize_name(each.name)
        if name in found and not each.extras:
            continue
        found[name] = each
        try:
            more = [Requirement(text) for text in requires(name) or []]
        except PackageNotFoundError:
            continue  # of another system, and without requirements of its own (colorama)
        for extra in ("", *each.extras):
            waiting.extend(here(more, {**environment, "extra": extra}).values())
    return found


def test_there_is_a_lock_for_every_set() -> None:
    assert set(LOCKS) == set(lock_requirements.SETS)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_no_address_and_no_path(name: str) -> None:
    lines = [line for line in LOCKS[name].splitlines() if not line.lstrip().startswith("--hash=")]
    assert "://" not in LOCKS[name]
    assert [line for line in lines if "@" in line or line.startswith("-")] == []
    assert {
        word for line in lines for word in line.split() if "/" in word or "\\" in word.rstrip("\\")
    } == set()


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_of_a_lock_is_exact_and_hashed(name: str) -> None:
    entries = re.findall(r"^[a-zA-Z0-9].*?(?=^[a-zA-Z0-9]|\Z)", LOCKS[name], re.MULTILINE | re.DOTALL)
    assert len(entries) == len(locked(name)) > 5
    assert [each for each in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", each)] == []
    operators = {spec.operator for each in locked(name) for spec in each.specifier}
    assert operators == {"=="}


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.parametrize(("system", "python"), PLACES)
def test_a_lock_has_what_pyproject_asks_for_within_its_ranges(name: str, system: str, python: str) -> None:
    environment = place(system, python)
    has = here(locked(name), environment)
    for each in here(asked(name), environment).values():
        (pin,) = has[canonicalize_name(each.name)].specifier
        assert each.specifier.contains(pin.version), each


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.parametrize(("system", "python"), PLACES)
def test_a_lock_is_complete_and_has_nothing_more(name: str, system: str, python: str) -> None:
    environment = place(system, python)
    assert set(here(locked(name), environment)) == set(closure(asked(name), environment))


@pytest.mark.parametrize("name", ["base", "sandbox", "contract", "build"])
def test_what_is_tested_is_what_users_install(name: str) -> None:
    tested = {each.name: str(each.specifier) for each in locked("dev")}
    assert {each.name: str(each.specifier) for each in locked(name)}.items() <= tested.items()


def test_the_environment_of_these_tests_is_the_locked_one() -> None:
    other = {}
    for each in locked("dev"):
        try:
            installed = version(each.name)
        except PackageNotFoundError:
            continue
        if not each.specifier.contains(installed):
            other[each.name] = installed
    assert other == {}


def test_loops_and_colours_are_for_the_systems_that_have_them() -> None:
    for python in PYTHONS:
        on = {system: here(locked("dev"), place(system, python)) for system in SYSTEMS}
        assert {system for system in on if "uvloop" in on[system]} == {"Linux", "macOS"}
        assert {system for system in on if "colorama" in on[system]} == {"Windows"}
        assert {system for system in on if "httptools" in on[system]} == set(SYSTEMS)
        assert not any("winloop" in each for each in on.values())


# The upgrade.

TEXT = """\
dependencies = [
    "jsonschema-rs>=0.60.1,<0.61",
]
contract = ["schemathesis==4.32.5"]
dev = [
    "openapi-python-client==0.29.1",
    "ruff==0.17.6",
]
"""
NEWER = Release(
    "schemathesis",
    "4.33.0",
    ("click>=8", "jsonschema-rs<0.70.0,>=0.62.0", 'jsonschema-rs>=1; extra == "dev"', "rich"),
)


def test_the_pins_are_found_in_our_own_pyproject() -> None:
    found = upgrade_tools.pins((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(found) == set(upgrade_tools.TOOLS)
    assert all(Version(each) for each in found.values())


def test_a_tool_without_an_exact_pin_is_a_mistake() -> None:
    with pytest.raises(UpgradeError, match="ruff with == once"):
        upgrade_tools.pins(TEXT.replace("ruff==", "ruff>="))


def test_a_newer_tool_moves_its_pin_and_what_must_follow_it() -> None:
    text, lines = upgrade_tools.changes(TEXT, [Release("ruff", "0.18.0"), NEWER])
    assert lines == [
        "ruff: 0.17.6 -> 0.18.0",
        "schemathesis: 4.32.5 -> 4.33.0",
        "jsonschema-rs: >=0.60.1,<0.61 -> >=0.62.0,<0.70.0",
    ]
    assert text == TEXT.replace("0.17.6", "0.18.0").replace("4.32.5", "4.33.0").replace(
        ">=0.60.1,<0.61", ">=0.62.0,<0.70.0"
    )


def test_the_same_range_written_otherwise_is_left_alone() -> None:
    release = Release("schemathesis", "4.32.6", ("jsonschema-rs<0.61.0,>=0.60.1",))
    assert upgrade_tools.changes(TEXT, [release])[1] == ["schemathesis: 4.32.5 -> 4.32.6"]


def test_a_tool_that_no_longer_asks_for_its_follower_needs_a_person() -> None:
    with pytest.raises(UpgradeError, match="asks for no jsonschema-rs"):
        upgrade_tools.changes(TEXT, [Release("schemathesis", "5.0.0", ("click>=8",))])


@pytest.mark.parametrize("found", ["0.17.6", "0.17.6.0", "0.17.5"])
def test_nothing_newer_changes_nothing(found: str) -> None:
    assert upgrade_tools.changes(TEXT, [Release("ruff", found)]) == (TEXT, [])


def test_an_older_version_is_taken_when_it_was_asked_for() -> None:
    _, lines = upgrade_tools.changes(TEXT, [Release("ruff", "0.17.5")], older=["ruff"])
    assert lines == ["ruff: 0.17.6 -> 0.17.5"]


def test_wishes_name_tools_and_versions() -> None:
    assert upgrade_tools.wishes([]) == dict.fromkeys(upgrade_tools.TOOLS)
    assert upgrade_tools.wishes(["ruff==0.18.0", "schemathesis"]) == {"ruff": "0.18.0", "schemathesis": None}


@pytest.mark.parametrize("word", ["flask", "ruff==", "ruff==new", "ruff>=1", "--index-url=x", ""])
def test_a_wish_that_is_none_is_refused(word: str) -> None:
    with pytest.raises(UpgradeError, match="not understood"):
        upgrade_tools.wishes([word])


def git(folder: Path, *words: str) -> str:
    return upgrade_tools.git(folder, *words)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project in a repository of its own, with a clean tree."""
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, "/dev/null")
    for who, what in [("NAME", "An Example"), ("EMAIL", "example@example.com")]:
        monkeypatch.setenv(f"GIT_AUTHOR_{who}", what)
        monkeypatch.setenv(f"GIT_COMMITTER_{who}", what)
    for name in ("requirements/dev.txt", "generated/client.py", "src/ours.py"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("old\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(TEXT, encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "First")
    return tmp_path


def rebuild(root: Path) -> None:
    """What lock, install and generate do, in small."""
    (root / "requirements" / "dev.txt").write_text("new\n", encoding="utf-8")
    (root / "generated" / "client.py").write_text("new\n", encoding="utf-8")
    (root / "generated" / "more.py").write_text("new\n", encoding="utf-8")


def find(name: str, wanted: str | None) -> Release:
    newest = {"ruff": Release("ruff", "0.18.0"), "schemathesis": NEWER}
    return newest.get(name, Release(name, wanted or "0.29.1"))


def test_an_upgrade_is_one_commit_with_pins_locks_and_generated_code(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert upgrade_tools.upgrade(project, [], dry_run=False, find=find, rebuild=rebuild) == 0
    assert git(project, "status", "--porcelain") == ""
    assert git(project, "rev-list", "--count", "HEAD") == "2"
    files = git(project, "show", "--format=", "--name-only", "HEAD").splitlines()
    assert files == ["generated/client.py", "generated/more.py", "pyproject.toml", "requirements/dev.txt"]
    told = git(project, "show", "--no-patch", "--format=%B", "HEAD")
    assert told.splitlines()[0] == "Upgrade schemathesis and ruff"
    assert {"schemathesis: 4.32.5 -> 4.33.0", "ruff: 0.17.6 -> 0.18.0"} < set(told.splitlines())
    printed = capsys.readouterr().out
    assert "4 files changed" in printed
    assert "+++ b/generated/more.py" in printed


def test_a_dirty_tree_is_refused(project: Path) -> None:
    (project / "notes.txt").write_text("mine\n", encoding="utf-8")
    with pytest.raises(UpgradeError, match=r"not clean(.|\n)*notes\.txt"):
        upgrade_tools.upgrade(project, [], dry_run=False, find=find, rebuild=rebuild)
    assert (project / "pyproject.toml").read_text(encoding="utf-8") == TEXT


def test_a_dry_run_changes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "notes.txt").write_text("mine\n", encoding="utf-8")
    assert upgrade_tools.upgrade(project, ["ruff"], dry_run=True, find=find, rebuild=rebuild) == 0
    assert git(project, "status", "--porcelain") == "?? notes.txt"
    assert '+     "ruff==0.18.0",' in capsys.readouterr().out


def test_nothing_newer_is_said_and_not_committed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["openapi-python-client"]
    assert upgrade_tools.upgrade(project, words, dry_run=False, find=find, rebuild=rebuild) == 0
    assert "Nothing newer: openapi-python-client 0.29.1" in capsys.readouterr().out
    assert git(project, "rev-list", "--count", "HEAD") == "1"


def test_a_change_elsewhere_is_not_committed_along(project: Path) -> None:
    def careless(root: Path) -> None:
        rebuild(root)
        (root / "src" / "ours.py").write_text("new\n", encoding="utf-8")

    with pytest.raises(UpgradeError, match=r"src/ours\.py"):
        upgrade_tools.upgrade(project, [], dry_run=False, find=find, rebuild=careless)
    assert git(project, "rev-list", "--count", "HEAD") == "1"


def test_a_failing_rebuild_says_the_way_back_and_it_is_one(project: Path) -> None:
    def failing(root: Path) -> None:
        rebuild(root)
        raise UpgradeError("the generator refused")

    with pytest.raises(UpgradeError, match="refused") as caught:
        upgrade_tools.upgrade(project, [], dry_run=False, find=find, rebuild=failing)
    way = re.search(r"`(.*) && make install`", str(caught.value))
    assert way
    subprocess.run(way[1], cwd=project, shell=True, check=True)  # noqa: S602  # as a reader would
    assert (project / "pyproject.toml").read_text(encoding="utf-8") == TEXT
    assert git(project, "status", "--porcelain") == ""


def test_uv_is_told_to_name_no_index_and_no_folder() -> None:
    for name in lock_requirements.SETS:
        words = lock_requirements.arguments(name)
        assert {"--universal", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"} < set(
            words
        )
        assert words[-1] == f"requirements/{name}.txt"
        assert ("--constraint=requirements/dev.txt" in words) == (name != "dev")


def test_without_uv_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(lock_requirements.LockError, match="pip install uv"):
        lock_requirements.lock(ROOT)
