"""The contract run finds nothing on the sandbox, whatever keeps its state.

CI asks for all laws and a part of the generated cases, `make soak` twenty times for all of both.
"""

import functools
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from sandbox import databases

from punchh_contract.cli import main
from punchh_contract.cli.test import own_sandbox

SOAK = bool(os.environ.get("PUNCHH_CONTRACT_SOAK"))
SEEDS = range(1, 21 if SOAK else 2)
EXAMPLES = "200" if SOAK else "20"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", databases.DURABLE)
def test_the_run_finds_nothing_on_a_database(
    kind: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = functools.partial(own_sandbox.sandbox, databases.database(kind, tmp_path))
    monkeypatch.setattr("punchh_contract.cli.test.sandbox", here)

    done = CliRunner().invoke(
        main,
        [
            *("test", "--seed", str(seed), "--max-examples", EXAMPLES),
            *("--report-dir", str(tmp_path / "out")),
        ],
    )

    assert done.exit_code == 0, done.output
    assert "green" in done.output
