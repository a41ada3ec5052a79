"""What is committed under `generated/` is what `make generate` writes today; all gates run on the way."""

import generate
import pytest


def test_the_committed_tree_is_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--check"]) == 0, capsys.readouterr().err
