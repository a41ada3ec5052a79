"""Measures speeds as ratios within one run: events against parsing, the sandbox against a bare route, the
client against httpx.

Absolute figures depend on the machine and are printed for orientation only; compare the ratios. Medians of
several rounds, the rivals of a group taking turns in each round. Without arguments all groups run; else those
that are named.
"""

import subprocess
import sys

from bench_client import client
from bench_events import SEED_EVENT, events
from bench_measure import compare
from bench_sandbox import growing, serving, starting


def whole_processes() -> None:
    """What a shell or a pre-commit hook waits for."""
    command = [sys.executable, "-m", "punchh_contract"]
    compare(
        "Whole processes",
        {
            "python -c pass": lambda: subprocess.run([sys.executable, "-c", "pass"], check=True),
            "validate, one valid event": lambda: subprocess.run(
                [*command, "validate", "--strict", str(SEED_EVENT)], check=True, stdout=subprocess.DEVNULL
            ),
        },
        calls=1,
        base="python -c pass",
    )


GROUPS = {
    "events": events,
    "client": client,
    "serving": serving,
    "starting": starting,
    "growing": growing,
    "processes": whole_processes,
}


def main() -> None:
    """Run the groups."""
    wanted = sys.argv[1:] or list(GROUPS)
    unknown = sorted(set(wanted) - set(GROUPS))
    if unknown:
        raise SystemExit(f"no group {', '.join(unknown)}; there are {', '.join(GROUPS)}")
    for name in wanted:
        GROUPS[name]()


if __name__ == "__main__":
    main()
