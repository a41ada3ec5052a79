"""Placeholder of the state machine."""

from punchh_contract.conformance.hooks import Run
from punchh_contract.conformance.laws.court import Court
from punchh_contract.conformance.laws.inbox import Inbox
from punchh_contract.conformance.laws.world import World


def run(run: Run, world: World, inbox: Inbox | None, court: Court) -> int:
    """Nothing yet."""
    return 0
