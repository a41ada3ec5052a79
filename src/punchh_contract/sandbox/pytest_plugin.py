"""The pytest fixture `punchh_sandbox`: a started sandbox, as its seed has it for each test.

pytest loads this into every run where the package is installed, so it imports nothing that costs time or may
be missing until a test asks for the fixture.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from punchh_contract.sandbox import Sandbox

CLOCK = "2026-03-02T18:05:01Z"
"""Where the clock of the fixture's sandbox stands at the start of each test."""


@pytest.fixture(scope="session")
def _punchh_sandbox() -> "Iterator[Sandbox]":
    try:
        from punchh_contract.sandbox import running
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("punchh_c"):
            raise
        pytest.fail(
            f"punchh_sandbox needs {error.name}, which is not installed: "
            "pip install 'punchh-contract[sandbox]'",
            pytrace=False,
        )
    with running(clock=CLOCK) as sandbox:
        yield sandbox


@pytest.fixture
def punchh_sandbox(_punchh_sandbox: "Sandbox") -> "Sandbox":
    """A sandbox of Punchh's redemption APIs on this machine: its `url`, `credentials`, `control` and `app`.

    One runs for the whole session (starting takes 30 times as long as resetting); each test finds it as its
    seed has it, without faults, log or snapshots. The clock stands still, so that ids, codes and times
    repeat: move it with `control.advance(…)`, or let it go with `control.run_clock()`.
    """
    control = _punchh_sandbox.control
    control.reset()
    for snapshot in control.snapshots():
        control.delete_snapshot(snapshot["name"])
    control.freeze(CLOCK)
    return _punchh_sandbox
