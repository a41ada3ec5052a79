"""Raise the exactly pinned tools to newer versions, and commit that alone, with what it did to `generated/`.

`make upgrade-tools` takes the newest of each, `make upgrade-tools TOOLS="ruff==1.2.3"` just that version of
that one. It locks, installs and generates anew, shows the diff of `generated/`, and commits pyproject.toml,
requirements/ and generated/ in one commit. It starts from a clean tree only, so that nothing else travels
along. Exit codes: 0 fine (also: nothing newer), 2 could not run.
"""

import argparse
import difflib
import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lock_requirements import LockError, lock
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ("openapi-python-client", "schemathesis", "ruff")
# Tool -> a requirement of ours that must stay within what the tool itself asks for.
FOLLOWERS = {"schemathesis": "jsonschema-rs"}
COMMITTED = ("pyproject.toml", "requirements", "generated")


class UpgradeError(Exception):
    """The upgrade cannot be done, or not finished; the message says why and how things stand."""


@dataclass(frozen=True)
class Release:
    """One version of a tool, and what it requires (as in its metadata)."""

    name: str
    version: str
    requires: tuple[str, ...] = ()


def pins(text: str) -> dict[str, str]:
    """The exact version of each tool, from the text of pyproject.toml. Raises UpgradeError."""
    found = {}
    for name in TOOLS:
        versions = re.findall(rf'"{re.escape(name)}==([^"]+)"', text)
        if len(versions) != 1:
            raise UpgradeError(f"pyproject.toml must pin {name} with == once; it does {len(versions)} times")
        found[name] = versions[0]
    return found


def wishes(words: Sequence[str]) -> dict[str, str | None]:
    """Tool -> the version that was asked for (None: the newest), from `NAME==VERSION` words; none: all tools.

    Raises UpgradeError for another tool or form.
    """
    wanted: dict[str, str | None] = {}
    for word in words:
        name, equals, version = word.partition("==")
        try:
            if name not in TOOLS or (equals and not Version(version)):
                raise InvalidVersion
        except InvalidVersion:
            raise UpgradeError(
                f"{word!r} is not understood: give NAME or NAME==VERSION, NAME one of {', '.join(TOOLS)}"
            ) from None
        wanted[name] = version or None
    return wanted or dict.fromkeys(TOOLS)


def changes(text: str, releases: Sequence[Release], *, older: Sequence[str] = ()) -> tuple[str, list[str]]:
    """The new text of pyproject.toml, and a line `name: old -> new` for each thing that changes.

    A release that is not newer than the pin changes nothing, unless its tool is in `older` (it was asked for
    by version). What follows a tool takes over the range that the tool asks for. Raises UpgradeError.
    """
    now, lines = pins(text), []
    for release in releases:
        old, new = now[release.name], release.version
        if Version(new) == Version(old) or (Version(new) < Version(old) and release.name not in older):
            continue
        text = text.replace(f'"{release.name}=={old}"', f'"{release.name}=={new}"')
        lines.append(f"{release.name}: {old} -> {new}")
        if follower := FOLLOWERS.get(release.name):
            text, line = follow(text, follower, release)
            lines.extend(line)
    return text, lines


def follow(text: str, name: str, release: Release) -> tuple[str, list[str]]:
    """Give our requirement `name` the range that a release asks for; no line if it has that already."""
    asked = next(
        (
            requirement.specifier
            for requirement in map(Requirement, release.requires)
            if requirement.name == name and "extra" not in str(requirement.marker)
        ),
        None,
    )
    ours = re.findall(rf'"{re.escape(name)}([^"]*)"', text)
    if asked is None or len(ours) != 1:
        raise UpgradeError(
            f"{release.name} {release.version} asks for no {name}, or pyproject.toml names it {len(ours)}"
            " times: look at both by hand"
        )
    if SpecifierSet(ours[0]) == asked:
        return text, []
    new = ",".join(sorted(map(str, asked), key=lambda each: each.startswith("<")))  # lower bound first
    return text.replace(f'"{name}{ours[0]}"', f'"{name}{new}"'), [f"{name}: {ours[0]} -> {new}"]


def message(lines: Sequence[str]) -> str:
    """The commit's message: what moved, from where to where."""
    names = [line.partition(":")[0] for line in lines]
    tools = [name for name in names if name in TOOLS]
    return "\n".join([f"Upgrade {' and '.join(tools)}", "", *lines])


def from_index(name: str, version: str | None) -> Release:
    """Ask pip, as it is set up here, for a version of a tool or for the newest. Raises UpgradeError."""
    wanted = f"{name}=={version}" if version else name
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--dry-run"]
    options = ["--ignore-installed", "--no-deps", "--only-binary=:all:", "--report=-", wanted]
    try:
        report: dict[str, Any] = json.loads(said([*pip, *options], ROOT))
    except UpgradeError as error:
        # pip lists every version there ever was before its last line.
        raise UpgradeError(f"{wanted} cannot be had: {str(error).splitlines()[-1]}") from None
    metadata = report["install"][0]["metadata"]
    return Release(name, metadata["version"], tuple(metadata.get("requires_dist", ())))


def upgrade(
    root: Path,
    words: Sequence[str],
    *,
    dry_run: bool,
    find: Callable[[str, str | None], Release] = from_index,
    rebuild: Callable[[Path], None] | None = None,
) -> int:
    """Do it all below `root`; the exit code comes back. `find` and `rebuild` are what reaches out of it."""
    wanted = wishes(words)
    if not dry_run and (dirty := git(root, "status", "--porcelain")):
        raise UpgradeError(f"the tree is not clean: commit or stash first\n{dirty}")
    pyproject = root / "pyproject.toml"
    old = pyproject.read_text(encoding="utf-8")
    releases = [find(name, version) for name, version in wanted.items()]
    new, lines = changes(old, releases, older=[name for name, version in wanted.items() if version])
    if not lines:
        print("Nothing newer: " + ", ".join(f"{name} {version}" for name, version in pins(old).items()))
        return 0
    print("\n".join(lines))
    if dry_run:
        diff = [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line[0] in "+-"]
        print("\n".join(["Nothing is written (--dry-run). In pyproject.toml it would be:", *diff]))
        return 0
    pyproject.write_text(new, encoding="utf-8")
    try:
        (rebuild or rebuilt)(root)
    except (LockError, UpgradeError) as error:
        raise UpgradeError(f"{error}\n{_way_back()}") from error
    commit(root, message(lines))
    return 0


def rebuilt(root: Path) -> None:
    """Lock, install and generate anew. Raises LockError or UpgradeError."""
    lock(root)
    # In a process of its own, and through the menu: this one still has the old versions loaded.
    said(["make", "--no-print-directory", "generate"], root)


def commit(root: Path, text: str) -> None:
    """Show what changed, `generated/` in full, and commit that alone. Raises UpgradeError if more changed."""
    git(root, "add", "--all", "--", *COMMITTED)
    if more := [line for line in git(root, "status", "--porcelain").splitlines() if line[1] != " "]:
        more.append(_way_back())
        raise UpgradeError("\n".join(["other files changed too; nothing is committed:", *more]))
    print(git(root, "diff", "--cached", "--stat"))
    print(git(root, "diff", "--cached", "--", "generated") or "generated/ is the same to the byte.")
    git(root, "commit", "--quiet", "--message", text)
    print(f"\nCommitted: {text}\nNow `make check`; `git reset --hard HEAD~ && make install` takes it back.")


def git(root: Path, *arguments: str) -> str:
    """What git says. Raises UpgradeError."""
    return said(["git", "--no-pager", *arguments], root)


def said(words: Sequence[str], folder: Path) -> str:
    """Run a tool and return its standard output, less the last line break. Raises UpgradeError."""
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UpgradeError(
            f"`{' '.join(words)}` ended with {done.returncode}\n{done.stdout}{done.stderr}".rstrip()
        )
    return done.stdout.rstrip("\n")


def _way_back() -> str:
    paths = " ".join(COMMITTED)
    return (
        f"`git restore --staged --worktree {paths} && git clean -fd {paths} && make install` takes all back."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Upgrade; the exit code comes back."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("tools", nargs="*", metavar="NAME[==VERSION]", help="default: the newest of each")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    options = parser.parse_args(arguments)
    try:
        return upgrade(ROOT, options.tools, dry_run=options.dry_run)
    except (UpgradeError, LockError, InvalidRequirement) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
