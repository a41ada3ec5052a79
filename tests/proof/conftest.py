"""One sandbox for all tests of the zoo: faults are planted into it and taken out again."""

import logging
from collections.abc import Iterator

import pytest

from punchh_contract.proof.stage import Stage


@pytest.fixture(scope="session")
def only_stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.close()


@pytest.fixture
def stage(only_stage: Stage, caplog: pytest.LogCaptureFixture) -> Stage:
    """The sandbox at its beginning. What faults make it log is not a failure of these tests."""
    caplog.set_level(logging.CRITICAL)
    only_stage.set()
    return only_stage
