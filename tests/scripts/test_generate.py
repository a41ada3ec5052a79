"""`make generate` writes everything or nothing; `make check-generated` notices every kind of staleness."""

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import generate
import generate_client
import pytest
from generate import GateError, build, differences, gate, main, mypy_findings, tree, write
from prepare_contract import REWRITES

Document = dict[str, Any]
VERSIONS = {"openapi-python-client": "0", "ruff": "0"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout in which `generate.py` ran once. Read only."""
    root = tmp_path_factory.mktemp("checkout")
    (root / "spec").mkdir()
    shutil.copy(generate.ROOT / "spec" / "openapi.yaml", root / "spec")
    shutil.copy(generate.ROOT / "pyproject.toml", root)
    assert main([], root=root) == 0
    return root


@pytest.fixture
def checkout(written: Path, tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    shutil.copytree(written, root)
    return root


@pytest.fixture
def remembered(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`build` hands out the tree that was built once: what is tested is the comparison."""
    monkeypatch.setattr(
        generate, "build", lambda document, target, versions: shutil.copytree(written / "generated", target)
    )


def test_it_writes_the_whole_tree(written: Path) -> None:
    names = tree(written / "generated").keys()
    assert {
        "README.md",
        "punchh_client/py.typed",
        "punchh_client/client.py",
        "punchh_client/api/pos/process_batch_redemption.py",
        "schemas/openapi.json",
        "schemas/redemption-event.schema.json",
        "schemas/redemption-event.strict.schema.json",
    } <= names
    assert not [name for name in names if "cache" in name]
    assert sorted(path.name for path in written.iterdir()) == ["generated", "pyproject.toml", "spec"]


def test_no_path_time_or_machine_stands_in_the_output(written: Path) -> None:
    content = b"\n".join(tree(written / "generated").values())
    for word in (str(written), str(generate.ROOT), sys.prefix, "/tmp/"):  # noqa: S108  # must not be named
        assert word.encode() not in content
    assert not re.search(rb"(?i)generated (at|on)\b", content)


def test_the_readme_names_the_command_and_every_rewrite(written: Path) -> None:
    text = (written / "generated" / "README.md").read_text()
    assert "make generate" in text
    for rewrite in REWRITES:
        assert f"`{rewrite.__name__}`: {(rewrite.__doc__ or '').splitlines()[0]}" in text


def test_what_was_just_written_is_fresh(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"], root=written) == 0, capsys.readouterr().err


STALE: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a file changed by hand": (
        "generated/punchh_client/client.py: differs",
        lambda folder: (folder / "punchh_client" / "client.py").write_text("# mine"),
    ),
    "a file deleted": (
        "generated/punchh_client/py.typed: is missing",
        lambda folder: (folder / "punchh_client" / "py.typed").unlink(),
    ),
    "a file that nothing tracks": (
        "generated/punchh_client/models/left_over.py: does not belong there",
        lambda folder: (folder / "punchh_client" / "models" / "left_over.py").touch(),
    ),
    "a schema changed": (
        "generated/schemas/openapi.json: differs",
        lambda folder: (folder / "schemas" / "openapi.json").write_text("{}"),
    ),
    "nothing there at all": ("generated/README.md: is missing", shutil.rmtree),
}


@pytest.mark.usefixtures("remembered")
@pytest.mark.parametrize(("sentence", "spoil"), STALE.values(), ids=STALE.keys())
def test_the_check_finds(
    sentence: str, spoil: Callable[[Path], object], checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(checkout / "generated")
    before = tree(checkout)
    assert main(["--check"], root=checkout) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert "run `make generate`" in said
    assert tree(checkout) == before


@pytest.mark.usefixtures("remembered")
def test_what_python_leaves_behind_is_no_staleness(checkout: Path) -> None:
    cache = checkout / "generated" / "punchh_client" / "__pycache__"
    cache.mkdir()
    (cache / "client.cpython-311.pyc").touch()
    assert main(["--check"], root=checkout) == 0


def test_a_changed_contract_makes_it_stale(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = checkout / "spec" / "openapi.yaml"
    spec.write_text(
        spec.read_text().replace("    KnownCodeStatus:\n", "    KnownCodeStatus:\n      title: Renamed\n")
    )
    assert main(["--check"], root=checkout) == 1
    # Also: a name that the generator would change behind our back fails the gate, not the comparison.
    assert "KnownCodeStatus" in capsys.readouterr().err


def test_a_failed_generation_leaves_the_old_tree(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = checkout / "spec" / "openapi.yaml"
    text = spec.read_text()
    # Without names of their own, `POS` and `pos` want to be the same member, and the generator falls over.
    broken = re.sub(r"\n +x-enum-varnames: .*", "", text)
    assert broken != text
    spec.write_text(broken)
    before = tree(checkout)
    assert main([], root=checkout) == 1
    assert "refused" in capsys.readouterr().err
    assert tree(checkout) == before


def test_a_failed_gate_leaves_the_old_tree(small: Document, tmp_path: Path) -> None:
    (tmp_path / "generated").mkdir()
    (tmp_path / "generated" / "old.txt").write_text("old")
    small["paths"]["/others"] = small["paths"]["/things"]
    with pytest.raises(GateError, match="nothing dropped"):
        write(tmp_path, small, VERSIONS)
    assert tree(tmp_path) == {"generated/old.txt": b"old"}


def test_a_new_generation_takes_the_place_of_the_whole_old_tree(small: Document, tmp_path: Path) -> None:
    (tmp_path / "generated").mkdir()
    (tmp_path / "generated" / "old.txt").write_text("old")
    write(tmp_path, small, VERSIONS)
    assert [path.name for path in tmp_path.iterdir()] == ["generated"]
    names = tree(tmp_path).keys()
    assert "generated/punchh_client/models/thing.py" in names
    assert "generated/old.txt" not in names


def test_output_that_hangs_on_the_hash_seed_fails_the_gate(
    small: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fickle(document: Document, target: Path, *, hash_seed: int) -> None:
        target.mkdir(parents=True)
        (target / "models.py").write_text(f"SEED = {hash_seed}")

    monkeypatch.setattr(generate, "generate_client", fickle)
    with pytest.raises(GateError, match=r"(?s)same bytes twice.*models\.py: differs"):
        build(small, tmp_path / "fresh", VERSIONS)


def test_the_generator_really_runs_under_the_hash_seed_it_is_given(
    small: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = tmp_path / "runner.py"
    runner.write_text("import os; raise SystemExit('seed ' + os.environ['PYTHONHASHSEED'])")
    monkeypatch.setattr(generate_client, "_RUNNER", runner)
    with pytest.raises(generate_client.GenerationError, match="seed 17"):
        generate_client.generate_client(small, tmp_path / "client", hash_seed=17)


def test_code_that_mypy_refuses_fails_the_gate(real_package: Path, tmp_path: Path) -> None:
    package = tmp_path / "punchh_client"
    shutil.copytree(real_package, package)
    assert mypy_findings(package) == []
    with (package / "errors.py").open("a") as file:
        file.write("\ndef untyped(value): return value\n")
    findings = mypy_findings(package)
    assert any("errors.py" in finding and "no-untyped-def" in finding for finding in findings)
    with pytest.raises(GateError, match="mypy --strict"):
        gate("mypy --strict", findings)


def test_without_ruff_beside_python_it_could_not_run(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lonely = tmp_path / "bin"
    lonely.mkdir()
    (lonely / "python").symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(lonely / "python"))
    # A ruff on PATH is of an unknown version and does not count.
    monkeypatch.setenv("PATH", str(Path(sys.prefix) / "bin"))
    before = tree(checkout)
    assert main([], root=checkout) == 2
    said = capsys.readouterr().err
    assert "no ruff beside" in said
    assert "make install" in said
    assert tree(checkout) == before


@pytest.mark.parametrize("tool", generate_client.PINNED)
def test_another_version_than_the_pinned_one_could_not_run(
    tool: str, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pyproject = checkout / "pyproject.toml"
    text = re.sub(rf'"{tool}==[^"]*"', f'"{tool}==0.0.1"', pyproject.read_text())
    pyproject.write_text(text)
    assert main([], root=checkout) == 2
    said = capsys.readouterr().err
    assert f"{tool} 0.0.1 is pinned" in said
    assert "make install" in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "cannot be read"), ("a: [", "openapi.yaml:"), ("{}", "could not generate")],
)
def test_without_a_contract_it_could_not_run(
    content: str | None, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(generate.ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "spec").mkdir()
    if content is not None:
        (tmp_path / "spec" / "openapi.yaml").write_text(content)
    assert main([], root=tmp_path) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said


def test_differences_are_sorted_and_complete() -> None:
    assert differences({"b": b"1", "a": b"1", "c": b"1"}, {"c": b"2", "b": b"1", "d": b"1"}) == [
        "a: is missing",
        "c: differs",
        "d: does not belong there",
    ]
