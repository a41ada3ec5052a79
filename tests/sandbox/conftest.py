"""A sandbox in process for each test; an answer that breaks the contract fails the test that asked for it."""

from collections.abc import Iterator

import pytest
from sandbox.calling import Caller, Clock

from punchh_contract.sandbox import seed
from punchh_contract.sandbox.app import create_app


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def world() -> seed.Seed:
    return seed.load()


@pytest.fixture
def sandbox(clock: Clock, world: seed.Seed) -> Iterator[Caller]:
    caller = Caller(create_app(world, clock=clock))
    with caller.client:
        yield caller
    assert caller.breaks == 0, "an answer of the sandbox broke the contract; see the log"
