"""Write `requirements/*.txt` from `pyproject.toml` with uv: versions and hashes, for every platform.

Versions that are locked already stay as they are where pyproject.toml still allows them; `--upgrade` takes
the newest. The smaller sets are held to the versions of `dev`, so that what is tested is what users install.
Exit codes: 0 fine, 2 could not run.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = "requirements"
DEV = f"{FOLDER}/dev.txt"
PYTHON = "3.11"
SOURCE = "pyproject.toml"
# Set -> what of pyproject.toml is in it. `dev` comes first: the others are held to it.
SETS: dict[str, tuple[str, ...]] = {
    "dev": ("--all-extras", "--group", "dev", SOURCE),
    "base": (SOURCE,),
    "sandbox": ("--extra", "sandbox", SOURCE),
    "contract": ("--extra", "contract", SOURCE),
    "build": ("--group", "build"),
}
# No address and no path of the machine that locked: where packages come from is the reader's matter.
OPTIONS = (
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-header",
    "--quiet",
    f"--python-version={PYTHON}",
)


class LockError(Exception):
    """uv is missing, or found no set of versions; the message holds what it said."""


def lock(root: Path, *, upgrade: bool = False) -> None:
    """Write all locks below `root`. Raises LockError; the locks before the one that failed are written."""
    uv = find_uv()
    for name in SETS:
        done = subprocess.run(
            [uv, *arguments(name, upgrade=upgrade)], cwd=root, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise LockError(f"{FOLDER}/{name}.txt could not be locked:\n{done.stderr.strip()}")


def arguments(name: str, *, upgrade: bool = False) -> list[str]:
    """The arguments of uv for one set."""
    # `dev` says who wants each package; a smaller set would only repeat it, with a line for the constraint.
    held = () if name == "dev" else ("--no-annotate", f"--constraint={DEV}")
    return [
        *("pip", "compile", *OPTIONS, *held, *(("--upgrade",) if upgrade else ())),
        *(*SETS[name], "-o", f"{FOLDER}/{name}.txt"),
    ]


def find_uv() -> str:
    """Return the uv beside this Python, or else the one on PATH. Raises LockError."""
    found = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if found is None:
        raise LockError("uv is needed to lock and was not found: install it (`pip install uv`) on the PATH")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the locks; the exit code comes back."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--upgrade", action="store_true", help="take the newest version of everything")
    options = parser.parse_args(arguments)
    try:
        lock(ROOT, upgrade=options.upgrade)
    except LockError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"Locked {', '.join(f'{FOLDER}/{name}.txt' for name in SETS)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
