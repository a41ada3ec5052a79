"""Make the client package from a contract: prepare it, run the pinned generator, tidy with pinned ruff."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from prepare_contract import prepare

Document = dict[str, Any]

PACKAGE = "punchh_client"
PINNED = ("openapi-python-client", "ruff")
# Isolated: with a project's own rules the bytes would hang on pyproject.toml, and the default rules rewrite
# annotations so that mypy fails.
RUFF_STEPS = (
    ("check", "--isolated", "--no-cache", "--quiet", "--select=F401,I001", "--fix-only", "."),
    ("format", "--isolated", "--no-cache", "--quiet", "--line-length=120", "."),
)
_RUNNER = Path(__file__).with_name("run_generator.py")
# Our own ruff runs instead, without a shell and without looking along PATH.
_CONFIG: dict[str, Any] = {
    "project_name_override": "punchh-client",
    "package_name_override": PACKAGE,
    "post_hooks": [],
}


class ToolError(Exception):
    """A tool is missing or of another version than the pinned one: nothing could be generated."""


class GenerationError(Exception):
    """The generator or ruff refused; the message holds what it said."""


def pinned_versions(pyproject: Path) -> dict[str, str]:
    """Return the pinned version of each tool that decides the bytes, and see that those are installed.

    The pins stand in the `dev` group of pyproject.toml and nowhere else. Raises ToolError.
    """
    group = tomllib.loads(pyproject.read_text(encoding="utf-8"))["dependency-groups"]["dev"]
    pins = dict(each.split("==") for each in group if "==" in each)
    for name in PINNED:
        if name not in pins:
            raise ToolError(f"{pyproject.name}: {name} is not pinned with == in the dev group")
        try:
            installed = version(name)
        except PackageNotFoundError:
            installed = "no version"
        if installed != pins[name]:
            raise ToolError(f"{name} {pins[name]} is pinned and {installed} is installed; run `make install`")
    return {name: pins[name] for name in PINNED}


def find_ruff() -> Path:
    """Return the ruff that lies beside this Python. Raises ToolError; PATH is not asked."""
    found = shutil.which("ruff", path=str(Path(sys.executable).parent))
    if found is None:
        raise ToolError(f"no ruff beside {sys.executable}; run `make install`")
    return Path(found)


def generate_client(document: Document, target: Path, *, hash_seed: int = 0) -> None:
    """Write the package for `document` to `target`, a folder that does not exist yet.

    `hash_seed` becomes the generator's PYTHONHASHSEED; the output must not depend on it. Raises ToolError,
    and GenerationError when the generator so much as warns: its warnings are dropped code.
    """
    ruff = find_ruff()
    with tempfile.TemporaryDirectory(prefix="punchh-generate-") as folder:
        source, config = Path(folder, "openapi.json"), Path(folder, "config.json")
        source.write_text(json.dumps(prepare(document)), encoding="utf-8")
        config.write_text(json.dumps(_CONFIG), encoding="utf-8")
        _run(
            [
                *(sys.executable, str(_RUNNER), "generate", "--meta", "none", "--fail-on-warning"),
                *("--path", str(source), "--config", str(config), "--output-path", str(target)),
            ],
            environment={"PYTHONHASHSEED": str(hash_seed)},
        )
    for step in RUFF_STEPS:
        _run([str(ruff), *step], folder=target)
    # `--meta none` leaves it out, and without it type checkers ignore the whole package.
    (target / "py.typed").touch()


def _run(
    command: list[str], *, folder: Path | None = None, environment: dict[str, str] | None = None
) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode != 0:
        said = "\n".join(part.strip() for part in (done.stdout, done.stderr) if part.strip())
        raise GenerationError(f"{Path(command[0]).name} refused (exit {done.returncode}):\n{said}")
