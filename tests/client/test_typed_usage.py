"""Type checkers, at their strictest, find nothing wrong with how the client is used; and would. Who runs none
is told the same in a sentence.
"""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from punchh_contract import PunchhClient
from punchh_contract.errors import UsageError

ROOT = Path(__file__).parents[2]
USAGE = Path(__file__).parent / "typed_usage.py"
MISTAKES = {
    "redeemed.amount, Decimal | None": "redeemed.amount, float",
    "quote.commit(timeout=2), OnlineResult": "quote.commit(timeout=2), BatchResult",
    "error.field, str | None": "error.field, int",
    'total=Decimal("21.00")': "total=21.0",
    "reward_id=70001": 'reward_id="70001"',
    "connect_timeout=2.0": 'connect_timeout="2"',
}
"""What is right in the usage -> what is wrong in its place, one error each."""


@pytest.fixture
def mistaken(tmp_path: Path) -> Path:
    """The usage with every mistake in it."""
    text = USAGE.read_text()
    for right, wrong in MISTAKES.items():
        assert text.count(right) == 1
        text = text.replace(right, wrong)
    path = tmp_path / "usage.py"
    path.write_text(text)
    return path


def test_mypy_strict_accepts_the_usage_and_no_mistake(tmp_path: Path, mistaken: Path) -> None:
    # Both at once, since it is slow; with a cache of its own, since another run may write the checkout's.
    strictly = ["mypy", "--strict", "--no-error-summary", "--cache-dir", str(tmp_path / "cache")]
    done = subprocess.run(
        [sys.executable, "-m", *strictly, str(USAGE), str(mistaken)], cwd=ROOT, capture_output=True, text=True
    )
    found = [each for each in done.stdout.splitlines() if "error:" in each]
    assert [each for each in found if not each.startswith(str(mistaken))] == []
    assert len(found) == len(MISTAKES), done.stdout + done.stderr


def pyright(path: Path, folder: Path) -> list[str]:
    """The findings of `basedpyright`, which is pyright with a Node.js of its own; strict as pyright is."""
    config = {
        "include": [str(path)],
        "extraPaths": [str(ROOT / "src"), str(ROOT / "generated")],
        "pythonVersion": "3.11",
        "typeCheckingMode": "strict",
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(config))
    command = ["basedpyright", "--outputjson", "--project", str(folder), "--pythonpath", sys.executable]
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == 1
    return [each["message"] for each in report["generalDiagnostics"]]


@pytest.mark.skipif(importlib.util.find_spec("basedpyright") is None, reason="basedpyright is not installed")
def test_pyright_strict_accepts_the_usage_and_no_mistake(tmp_path: Path, mistaken: Path) -> None:
    assert pyright(USAGE, tmp_path) == []
    assert len(pyright(mistaken, tmp_path)) >= len(MISTAKES)


@pytest.fixture
def environ() -> dict[str, str]:
    return {"PUNCHH_BASE_URL": "https://sandbox.example.com", "PUNCHH_USER_AGENT": "Sandbox/Test/1.0"}


@pytest.mark.parametrize("calls", [1.5, "x", None, True, -5], ids=repr)
def test_a_forecast_of_no_number_is_refused(environ: dict[str, str], calls: Any) -> None:
    with PunchhClient(environ=environ) as client, pytest.raises(UsageError, match="whole number"):
        client.forecast(calls)


def test_a_forecast_of_none_and_of_many_is_made(environ: dict[str, str]) -> None:
    with PunchhClient(environ=environ) as client:
        assert client.forecast(0).seconds == 0
        assert client.forecast(501).seconds > 0


@pytest.mark.parametrize("request_", [None, 5, "text"], ids=repr)
def test_a_quote_of_no_request_is_refused(environ: dict[str, str], request_: Any) -> None:
    with PunchhClient(environ=environ) as client, pytest.raises(UsageError, match="model or mapping"):
        client.quote(request_)


def test_the_transport_of_the_page_can_be_brought(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    page = (ROOT / "docs" / "client.md").read_text()
    (recipe,) = re.findall(r"^```python\n([^`]*HTTPTransport[^`]*)^```", page, re.MULTILINE)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    exec(compile(recipe, "client.md", "exec"), {})  # noqa: S102  # our own page
