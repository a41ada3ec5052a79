"""The room table of the design, held: who may import whom, how long a room is, who may print."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
PACKAGE = SOURCE / "punchh_contract"
WALL = 400

# Room -> what it may import of ours. A room is the longest key that a module's name begins with; a room may
# always import itself. `None`: everything.
LEDGER = {
    f"sandbox.{each}"
    for each in (
        "business",
        "clock",
        "decisions",
        "documents",
        "events",
        "guests",
        "ledger",
        "lifecycle",
        "magic",
        "qualification",
    )
}
WORLD = {"sandbox.seed", "sandbox.fixtures"}
STORE = LEDGER | {"sandbox.store", "sandbox.identity"}
OPERATIONS = {
    f"sandbox.{each}"
    for each in ("answers", "authentication", "bodies", "operations", "receipts", "recording", "validation")
}
# The contract run, inside: what a body names, the last look at it, the one session, the verdict.
NAMES = {
    f"conformance.{each}"
    for each in (
        "fixtures",
        "impossible",
        "naming",
        "properties",
        "shapes",
        "spending",
        "sweeping",
        "taking",
    )
}
GUARD = {"conformance.fixtures", "conformance.impossible", "conformance.naming"}
VERDICT = {"conformance.acceptance", "conformance.fixtures", "conformance.impossible", "conformance.tally"}
ROOMS: dict[str, set[str] | None] = {
    "errors": set(),
    "json_types": set(),
    "signing": set(),
    "hosts": {"errors"},
    "contract": {"errors", "facts", "event_schemas"},
    "event_schemas": {"errors"},
    "facts": {"errors"},
    "auth": {"signing", "contract", "errors"},
    "client": {"auth", "contract", "facts", "signing", "errors", "punchh_client"},
    "events": {"contract", "event_schemas", "errors", "punchh_client.models"},
    "receiver": {"contract", "event_schemas", "events", "signing", "errors", "punchh_client.models"},
    **dict.fromkeys(LEDGER, LEDGER | {"errors"}),
    "sandbox.identity": LEDGER,
    "sandbox.store": STORE | {"sandbox.seed", "facts", "errors"},
    **dict.fromkeys(WORLD, STORE | WORLD | {"sandbox.validation", "contract", "errors"}),
    **dict.fromkeys(OPERATIONS, OPERATIONS | STORE | WORLD | {"contract", "signing", "facts", "errors"}),
    "sandbox.deliveries": STORE | {"sandbox.recording", "sandbox.threads", "signing", "errors"},
    "sandbox": {"contract", "signing", "errors"},
    **dict.fromkeys(NAMES, NAMES | {"contract", "errors"}),
    # Not grounding, which writes what the guard reads: a fault of one must not be a fault of both.
    "conformance.guard": GUARD | {"auth", "contract", "errors"},
    "conformance.refusals": {"errors"},
    "conformance.intake": set(),
    "conformance.environments": {"errors"},
    "conformance.endings": set(),
    "conformance.wire": {
        "conformance.environments",
        "conformance.endings",
        "conformance.intake",
        "conformance.refusals",
        "contract",
        "errors",
    },
    # The history of a story, and nothing that could ask for more.
    "conformance.laws.judges": {
        "conformance.laws.history",
        "conformance.laws.view",
        "conformance.tally",
        "conformance.verdict",
        "contract",
        "events",
    },
    "conformance.verdict": VERDICT | {"auth", "contract", "signing", "errors"},
    "conformance": {"contract", "facts", "signing", "auth", "events", "receiver", "hosts", "errors"},
    # Plants faults into the sandbox. What judges them is a process of its own.
    "proof": {"sandbox", "contract", "signing", "errors"},
    # Loaded by Schemathesis' own command, which signs with it: what that finds by itself is measured too.
    "proof.stock_hooks": {"auth", "contract"},
    "cli": None,
    "__main__": {"cli", "events", "errors"},
}
IMPURE = frozenset(
    [
        "json",
        "orjson",
        "yaml",
        "sqlite3",
        "sqlalchemy",
        "starlette",
        "uvicorn",
        "httpx",
        "socket",
        "os",
        "pathlib",
        "time",
        "random",
        "secrets",
        "uuid",
        "logging",
        "jsonschema",
        "jsonschema_rs",
    ]
)
STRANGERS = {"punchh_contract.sandbox", "punchh_client"}
NETWORK = {"httpx", "requests", "socket", "urllib3"}
SCHEMATHESIS = {
    "proof.stock_hooks",
    *(
        f"conformance.{each}"
        for each in ("acceptance", "engine", "hooks", "labelling", "verdict.translation", "wire")
    ),
}
"""The modules that reach into Schemathesis: what a new version of it has to be looked at for."""
SERVING = {"sqlalchemy", "starlette", "uvicorn"}
PRINTERS = {"click", "rich"}
ELSEWHERE = {"punchh_contract.conformance", "punchh_client", "punchh_contract.auth", "schemathesis"}
"""What the sandbox is tested against, or tests."""
# The parts of the receiver that judge a request, and know nothing of where it came in.
JUDGES = {
    f"receiver.{each}"
    for each in (
        "authorization",
        "credentials",
        "delivery",
        "event",
        "incoming",
        "judgement",
        "stamps",
        "times",
        "verification",
    )
}
# What a room must not touch, ours or not: the pure middle knows no I/O, no JSON, no SQL, no HTTP.
NEVER: dict[str, set[str] | frozenset[str]] = {
    **dict.fromkeys(LEDGER, IMPURE),
    "signing": {"os", "logging", "httpx", "requests", "time"},
    "contract": {"httpx", "requests", "socket", "starlette"},
    "events": {"httpx", "requests", "socket", "starlette", "sqlite3", "sqlalchemy"},
    **dict.fromkeys(JUDGES, NETWORK | {*SERVING, "os", "pathlib", "time", "random", "logging"}),
    "client": {"punchh_contract.sandbox", "punchh_contract.conformance", "requests", *SERVING},
    "conformance": STRANGERS,
    **dict.fromkeys(NAMES, STRANGERS | NETWORK | {"os", "pathlib", "random", "time"}),
    "conformance.guard": STRANGERS | NETWORK | {"os", "pathlib", "random", "time"},
    "conformance.laws": STRANGERS,
    "conformance.laws.judges": STRANGERS | NETWORK | {"os", "pathlib", "random", "time"},
    "conformance.verdict": STRANGERS | NETWORK | {"random", "time"},
    "proof": {*ELSEWHERE, "punchh_contract.receiver", "random", "time"},
    "proof.stock_hooks": {"punchh_contract.conformance", "punchh_client", "punchh_contract.sandbox"},
    "sandbox": ELSEWHERE,
    "sandbox.store": ELSEWHERE | NETWORK | {"starlette", "uvicorn", "time", "os"},
    **dict.fromkeys(OPERATIONS, ELSEWHERE | NETWORK | {"sqlalchemy", "starlette", "uvicorn", "time", "os"}),
}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix("__init__").rstrip(".")
        yield name, path


def imports(source: str) -> set[str]:
    """Every imported module of a source text, wherever it stands, names of `from x import y` as `x.y` too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "import by full name, so that this test can read it"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def within(name: str, roots: Iterable[str]) -> bool:
    return any(name == root or name.startswith(f"{root}.") for root in roots)


def room_of(module: str, rooms: dict[str, object]) -> str | None:
    return max((room for room in rooms if within(module, {room})), key=len, default=None)


def trespasses(module: str, source: str) -> list[str]:
    room = room_of(module, ROOMS)  # type: ignore[arg-type]  # only the keys
    if room is None:
        return [f"{module} is in no room of the table"]
    allowed = ROOMS[room]
    found = []
    for name in sorted(imports(source)):
        ours = name.removeprefix("punchh_contract.")
        if (
            name.startswith(("punchh_contract.", "punchh_client"))
            and allowed is not None
            and not within(ours, allowed | {room, "json_types"})
        ):
            found.append(f"{module} ({room}) imports {name}")
        if within(name, NEVER.get(room_of(module, NEVER) or "", set())):  # type: ignore[arg-type]  # only the keys
            found.append(f"{module} must never touch {name}")
    return found


@pytest.mark.parametrize(
    ("module", "path"), [pytest.param(*each, id=each[0] or "package") for each in modules()]
)
def test_a_room_imports_only_what_the_table_allows(module: str, path: Path) -> None:
    if module:
        assert trespasses(module, path.read_text()) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("sandbox.ledger", "import json"),
        ("sandbox.ledger", "from punchh_contract.sandbox.store import Store"),
        ("sandbox.app", "from punchh_contract.conformance import run"),
        ("sandbox.events", "from punchh_contract.sandbox.store import Store"),
        ("sandbox.store.records", "from punchh_contract.sandbox import answers"),
        ("sandbox.store.records", "import httpx"),
        ("sandbox.operations", "import sqlalchemy"),
        ("sandbox.operations", "from starlette.requests import Request"),
        ("sandbox.deliveries.pump", "from punchh_contract.sandbox import operations"),
        ("client.sync", "from punchh_contract.sandbox import running"),
        ("client.journal", "from punchh_contract.receiver import Inbox"),
        ("conformance.hooks", "from punchh_contract.sandbox import running"),
        ("conformance.hooks", "def f():\n    import punchh_client"),
        ("conformance.guard", "from punchh_contract.conformance.grounding import Grounding"),
        ("conformance.verdict.curl", "import requests"),
        ("conformance.verdict.curl", "from punchh_contract import sandbox"),
        ("conformance.wire", "from punchh_contract.conformance.hooks import Run"),
        ("conformance.laws.judges.debits", "from punchh_contract.conformance.laws.control import Control"),
        ("conformance.laws.judges.debits", "import requests"),
        ("conformance.laws.world", "from punchh_contract.sandbox import running"),
        ("conformance.naming", "import random"),
        ("signing", "import os"),
        ("events.validation", "from punchh_contract.cli import main"),
        ("receiver.app", "from punchh_contract.sandbox import running"),
        ("receiver.verification", "import starlette"),
        ("proof.zoo.money", "from punchh_contract.conformance import run"),
        ("proof.planting", "import schemathesis"),
        ("elsewhere", "x = 1"),
    ],
)
def test_a_trespass_is_seen(module: str, source: str) -> None:
    assert trespasses(module, source)


def importers(roots: Iterable[str]) -> set[str]:
    return {
        module for module, path in modules() if any(within(each, roots) for each in imports(path.read_text()))
    }


def test_schemathesis_is_reached_into_from_these_modules_only() -> None:
    assert importers({"schemathesis"}) == SCHEMATHESIS


def test_only_the_command_line_knows_how_to_print() -> None:
    assert {each for each in importers(PRINTERS) if not within(each, {"cli"})} == set()


def test_no_room_is_longer_than_the_wall() -> None:
    lengths = {module: len(path.read_text().splitlines()) for module, path in modules()}
    assert {module: length for module, length in lengths.items() if length > WALL} == {}


def test_each_room_opens_with_a_sentence_of_duty() -> None:
    assert [module for module, path in modules() if not ast.get_docstring(ast.parse(path.read_text()))] == []
