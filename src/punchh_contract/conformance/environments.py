"""Which environments a run may meet: a target that names itself does so in `x-pch-env`."""

from collections.abc import Iterable

from punchh_contract.errors import UsageError

HEADER = "x-pch-env"
SANDBOXES = frozenset({"sandbox", "integration"})
"""The values that are nobody's money."""
PRODUCTION = "production"


def environment(value: str) -> str:
    """The environment that a value names, however it is written."""
    return value.strip().lower()


def environments(allowed: Iterable[str]) -> frozenset[str]:
    """The values of `x-pch-env` that a run may meet: a sandbox's, and those that the user vouches for.

    Raises UsageError for `production`, which nobody can vouch for.
    """
    vouched = frozenset(map(environment, allowed))
    if PRODUCTION in vouched:
        raise UsageError(
            f"--allow-env {PRODUCTION}: not possible; a run redeems, so it takes real guests' points there"
        )
    return SANDBOXES | vouched
