"""Write `generated/` from `spec/openapi.yaml`, or prove with `--check` that what is committed is just that.

Whatever is written went through every gate first, and replaces the old tree as a whole or not at all.
Exit codes: 0 fine, 1 a gate failed or `generated/` is stale, 2 could not run.
"""

import argparse
import importlib.util
import inspect
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from derive_schemas import schema_files
from generate_client import PACKAGE, GenerationError, ToolError, generate_client, pinned_versions
from generated_code import read
from generated_gates import dropped
from prepare_contract import REWRITES

from punchh_contract import contract
from punchh_contract.errors import ContractError

Document = dict[str, Any]
Tree = dict[str, bytes]

ROOT = Path(__file__).resolve().parents[1]
COMMAND = "make generate"
_HASH_SEEDS = (0, 1)


class GateError(Exception):
    """A gate failed; the message has a line for each finding."""


def build(document: Document, target: Path, versions: dict[str, str]) -> None:
    """Write the whole of `generated/` for `document` to `target`, through every gate.

    Raises GenerationError, GateError or ToolError, and then `target` is worth nothing.
    """
    again = target.with_name(f"{target.name}-again")
    with ThreadPoolExecutor() as both:
        runs = [
            both.submit(generate_client, document, folder / PACKAGE, hash_seed=seed)
            for folder, seed in zip((target, again), _HASH_SEEDS, strict=True)
        ]
        for run in runs:
            run.result()
    gate("the same bytes twice", differences(tree(target), tree(again)))
    shutil.rmtree(again)
    gate("nothing dropped", dropped(document, read(target / PACKAGE)))
    gate("mypy --strict", mypy_findings(target / PACKAGE))
    (target / "schemas").mkdir()
    for name, content in schema_files(document).items():
        (target / "schemas" / name).write_bytes(content)
    (target / "README.md").write_text(readme(document, versions), encoding="utf-8")


def gate(name: str, findings: Sequence[str]) -> None:
    """Raise GateError if there are findings."""
    if findings:
        raise GateError("\n".join([f"gate failed: {name}", *(f"  {finding}" for finding in findings)]))


def mypy_findings(package: Path) -> list[str]:
    """What `mypy --strict` says of a package, whatever our own configuration; empty if clean."""
    if importlib.util.find_spec("mypy") is None:
        raise ToolError(f"no mypy for {sys.executable}; run `make install`")
    options = ["--strict", "--config-file=", f"--cache-dir={os.devnull}", "--no-error-summary"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, PACKAGE],
        cwd=package.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
    return (lines or [f"mypy ended with exit {done.returncode}"]) if done.returncode else []


def tree(folder: Path) -> Tree:
    """All files below a folder by their path in it; what Python leaves when it imports does not count."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def differences(expected: Tree, actual: Tree) -> list[str]:
    """Say of each file how `actual` differs from `expected`: missing, changed, or one too many."""
    return [
        f"{name}: is missing"
        if name not in actual
        else f"{name}: does not belong there"
        if name not in expected
        else f"{name}: differs"
        for name in sorted(expected.keys() | actual.keys())
        if expected.get(name) != actual.get(name)
    ]


def readme(document: Document, versions: dict[str, str]) -> str:
    """The text of `generated/README.md`: how it was made, and every rewrite with its reason."""
    tools = " and ".join(f"{name} {versions[name]}" for name in versions)
    rewrites = "\n".join(f"- `{rewrite.__name__}`: {_first_paragraph(rewrite)}" for rewrite in REWRITES)
    return f"""# Generated: do not edit

Everything here is written from `spec/openapi.yaml` (version {document["info"]["version"]}) by

    {COMMAND}

and proven fresh by `make check-generated`. To change it, change the contract.
Made with {tools}.

- `punchh_client/`: the output of openapi-python-client, with `py.typed`. Models keep unknown fields and
  unknown values; dates are the vendor's text. It signs nothing by itself.
- `schemas/redemption-event.schema.json`: the event as JSON Schema 2020-12, standing alone.
- `schemas/redemption-event.strict.schema.json`: its strict twin. Unknown fields and
  values fail, so it finds drift.
- `schemas/openapi.json`: the contract as JSON, for Postman, Prism and the like.

## What is rewritten for the generator

The contract stays as it is; the generator is given a copy with these changes (`scripts/prepare_contract.py`):

{rewrites}

Beside the document, `additional_properties` is made a reserved word of the generator
(`scripts/run_generator.py`), since the event has a property of that name; the attribute is called
`additional_properties_`.
"""


def _first_paragraph(rewrite: Callable[..., Any]) -> str:
    return " ".join((inspect.getdoc(rewrite) or "").partition("\n\n")[0].split())


def write(root: Path, document: Document, versions: dict[str, str]) -> None:
    """Replace `generated/` by a fresh one; any failure before the last step leaves the old one untouched."""
    target = root / "generated"
    # Beside the target, so that the swap is a rename within one file system.
    with tempfile.TemporaryDirectory(prefix=".generated-", dir=root) as folder:
        fresh, old = Path(folder, "fresh"), Path(folder, "old")
        build(document, fresh, versions)
        if target.exists():
            target.rename(old)
        try:
            fresh.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise


def check(root: Path, document: Document, versions: dict[str, str]) -> None:
    """Raise GateError unless `generated/` is what `write` would write, file by file; nothing is changed."""
    with tempfile.TemporaryDirectory(prefix="punchh-check-") as folder:
        fresh = Path(folder, "fresh")
        build(document, fresh, versions)
        findings = differences(tree(fresh), tree(root / "generated"))
    if findings:
        gate("fresh", [*(f"generated/{finding}" for finding in findings), f"run `{COMMAND}`"])


def main(arguments: Sequence[str] | None = None, *, root: Path = ROOT) -> int:
    """Run the command for a checkout; return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail if generated/ is stale")
    checking = parser.parse_args(arguments).check
    try:
        versions = pinned_versions(root / "pyproject.toml")
        document = contract.load(root / "spec" / "openapi.yaml").document
        (check if checking else write)(root, document, versions)
    except (GateError, GenerationError) as error:
        print(error, file=sys.stderr)
        return 1
    except (ContractError, ToolError, OSError, KeyError) as error:
        reason = f"the contract lacks {error}" if isinstance(error, KeyError) else error
        print(f"could not generate: {reason}", file=sys.stderr)
        return 2
    print("generated/ is fresh and drops nothing" if checking else f"wrote {root / 'generated'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
