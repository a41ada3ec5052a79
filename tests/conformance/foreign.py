"""A foreign target as the run sees it, and the run as a user starts it: a process with its own folders."""

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import yaml
from conformance.proxies import Proxy, proxied

from punchh_contract.sandbox import server

CLOCK = "2026-03-02T18:05:01Z"
_PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
from punchh_contract.cli import main
main()
"""
"""The command. What a shell or nohup starts in the background ignores Ctrl-C or the end of a terminal; here
both are heard."""
COMMAND = [sys.executable, "-c", _PROGRAM, "test"]
TIMEOUT = 300
FUZZ, LAWS = ("--phases", "fuzz"), ("--phases", "laws")
"""Arguments of a run that is about one of its phases; without them it has both."""
MARK = "not-a-real-one"
"""Stands in each of the sandbox's keys, so in no output."""
PLENTY = 100_000
ONCE = ("reward_id", "redemption_code")
"""Fields whose values the sandbox takes once."""
KINDS = {
    "guest": ("user_id", "email", "authentication_token"),
    "asset": (
        *("reward_id", "redeemable_id", "subscription_id", "redemption_code"),
        *("punchh_key", "discount_type"),
    ),
    "amount": ("redeemed_points", "requested_punches"),
    "store": ("store_number",),
    "client": ("client",),
}
"""What a name stands for, spelled out here and not read from the contract: this is the proof."""
CAPPED = {name for kind in ("guest", "asset", "amount") for name in KINDS[kind]}

FORCE = "force_redeem"
ONLINE = "create_online_redemption"
BATCH = "process_batch_redemption"
MOBILE = "create_subscription_redemption_code"
ALL = (FORCE, ONLINE, BATCH, MOBILE)

Fixtures = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Place:
    """A sandbox behind a proxy. Only tests know the sandbox's own address; `credentials` open it
    (`PUNCHH_*`), `fixtures` are the document that it gives, as far as it names guests and assets."""

    sandbox: str
    proxy: Proxy
    credentials: dict[str, str]
    fixtures: Fixtures

    def reset(self) -> None:
        """Nothing spent, nothing recorded, nothing planted."""
        httpx.post(f"{self.sandbox}/_sandbox/reset", trust_env=False).raise_for_status()
        self.proxy.forget()


@dataclasses.dataclass(frozen=True)
class Folders:
    """Every place that a run may write to; `home` holds them all."""

    home: Path

    @property
    def reports(self) -> Path:
        return self.home / "reports"

    @property
    def cache(self) -> Path:
        return self.home / "cache"

    def environment(self) -> dict[str, str]:
        """An environment that has nothing of the machine's but what Python needs."""
        for name in ("work", "tmp", "cache", "user"):
            (self.home / name).mkdir(parents=True, exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT", "LANG")}
        return {
            **kept,
            "HOME": str(self.home / "user"),
            "TMPDIR": str(self.home / "tmp"),
            "XDG_CACHE_HOME": str(self.cache),
            "XDG_STATE_HOME": str(self.home / "state"),
        }

    def files(self) -> list[Path]:
        """Every file that is there now."""
        return [each for each in sorted(self.home.rglob("*")) if each.is_file()]


@dataclasses.dataclass(frozen=True)
class Ran:
    """A run that ended."""

    code: int
    stdout: str
    stderr: str
    folders: Folders

    @property
    def report(self) -> dict[str, Any]:
        """receipt.json."""
        found: dict[str, Any] = json.loads((self.folders.reports / "receipt.json").read_text())
        return found

    @property
    def found(self) -> set[tuple[str, str]]:
        """Check and operation of every finding in receipt.json."""
        return set(_pairs(self.report["findings"]))

    def said(self) -> str:
        """What it printed, for a message of an assertion."""
        return f"exit code {self.code}\n{self.stdout[-4000:]}\n{self.stderr[-4000:]}"


@contextlib.contextmanager
def place() -> Iterator[Place]:
    """A sandbox whose time stands still, and the proxy through which alone runs may reach it."""
    with server.running(clock=CLOCK) as sandbox, proxied(sandbox.url) as proxy:
        text = httpx.get(f"{sandbox.url}/_sandbox/fixtures", trust_env=False).raise_for_status().text
        given = httpx.get(f"{sandbox.url}/_sandbox/credentials", trust_env=False).raise_for_status().json()
        yield Place(sandbox.url, proxy, given, _named(yaml.safe_load(text)))


def spending(
    document: Fixtures, *, guests: int = PLENTY, assets: int = 1, most: int | None = None
) -> Fixtures:
    """The fixtures with a cap for each value: what the sandbox takes once gets `assets`, the rest `guests`.

    `most` keeps only so many values of each field.
    """
    operations = {
        operation: {
            field: [
                {"value": value, "spend": assets if _leaf(field) in ONCE else guests}
                if _leaf(field) in CAPPED
                else value
                for value in values[:most]
            ]
            for field, values in fields.items()
        }
        for operation, fields in document["operations"].items()
    }
    return {"operations": operations}


def caps(document: Fixtures) -> dict[tuple[str, str, Any], int]:
    """What a document of `spending` allows: (operation, dotted field, value) -> redemptions."""
    return {
        (operation, field, each["value"]): each["spend"]
        for operation, fields in document["operations"].items()
        for field, values in fields.items()
        for each in values
        if isinstance(each, dict)
    }


def command(folders: Folders, *arguments: str, fixtures: Fixtures | None = None) -> list[str]:
    """The command line of a run, its fixtures written beside its folders."""
    more = ["--report-dir", str(folders.reports)]
    if fixtures is not None:
        folders.home.mkdir(parents=True, exist_ok=True)
        (folders.home / "fixtures.yaml").write_text(yaml.safe_dump(fixtures))
        more += ["--fixtures", str(folders.home / "fixtures.yaml")]
    return [*COMMAND, *arguments, *more]


def run(
    home: Path,
    *arguments: str,
    credentials: Mapping[str, str],
    fixtures: Fixtures | None = None,
    more: Mapping[str, str] | None = None,
) -> Ran:
    """Run `punchh-contract test` with these arguments, and wait for its end.

    `home` holds every folder that it may write to. Its output may never hold a key of the sandbox.
    """
    with started(home, *arguments, credentials=credentials, fixtures=fixtures, more=more) as process:
        return process(lambda _: None)


Ending = Callable[[Callable[["subprocess.Popen[str]"], None]], Ran]


@contextlib.contextmanager
def started(
    home: Path,
    *arguments: str,
    credentials: Mapping[str, str],
    fixtures: Fixtures | None = None,
    more: Mapping[str, str] | None = None,
) -> Iterator[Ending]:
    """A run under way: call what is given with what to do to the process before its end is awaited."""
    folders = Folders(home)
    process = subprocess.Popen(
        command(folders, *arguments, fixtures=fixtures),
        env={**folders.environment(), **credentials, **(more or {})},
        cwd=home / "work",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    def end(act: Callable[["subprocess.Popen[str]"], None]) -> Ran:
        act(process)
        stdout, stderr = process.communicate(timeout=TIMEOUT)
        ran = Ran(process.returncode, stdout, stderr, folders)
        assert "Traceback" not in stdout + stderr, ran.said()
        assert_no_key(ran)
        return ran

    try:
        yield end
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=TIMEOUT)


def assert_no_key(ran: Ran) -> None:
    """No output and no file of a run holds a key of the sandbox; the fixtures that a test wrote may."""
    assert MARK not in ran.stdout + ran.stderr
    for path in ran.folders.files():
        if path.name != "fixtures.yaml":
            assert MARK.encode() not in path.read_bytes(), path


def _named(document: Fixtures) -> Fixtures:
    """What names a guest or an asset of what the sandbox gives, and the discount that names none."""
    names = {name for each in KINDS.values() for name in each}
    operations = {
        operation: {field: values for field, values in fields.items() if _leaf(field) in names}
        for operation, fields in document["operations"].items()
    }
    operations[ONLINE].setdefault("discount_type", ["card_completion"])
    return {"operations": operations}


def _leaf(field: str) -> str:
    return field.rpartition(".")[2]


def _pairs(node: Any) -> Iterator[tuple[str, str]]:
    """Every `check` with its `operation`, however findings are grouped."""
    if isinstance(node, dict):
        if isinstance(node.get("check"), str):
            yield node["check"], str(node.get("operation"))
        for value in node.values():
            yield from _pairs(value)
    elif isinstance(node, list):
        for value in node:
            yield from _pairs(value)
