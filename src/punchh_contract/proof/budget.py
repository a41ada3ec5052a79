"""At what budget a fault has to be found: one set of settings for all faults, for the faultless runs before
them, and for the runs over many seeds that must raise no alarm."""

from dataclasses import dataclass
from pathlib import Path

CLOCK = "2026-03-02T18:05:01Z"
"""The sandbox's time stands still, as where a contract run starts one itself."""
PHASES = "laws,fuzz"
"""Laws first: they see most kinds of faults, and what they leave of the time is for generated requests."""
EXAMPLES = 5
"""Cases per operation that are drawn at random. Most of a small budget goes to the cases that are not."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What one run has: its seed, and `seconds` between its first and its last request."""

    seed: int = 1
    seconds: float = 13.0

    def arguments(self, url: str, folder: Path) -> list[str]:
        """The contract run against a sandbox, as a command line; its reports come into a folder."""
        return [
            "test",
            *("--target", url, "--control", "--fail-fast"),
            *("--phases", PHASES, "--max-examples", str(EXAMPLES)),
            *("--seed", str(self.seed), "--max-time", f"{self.seconds:g}"),
            *("--report-dir", str(folder)),
        ]

    def stock(self, url: str, contract: Path, report: Path) -> list[str]:
        """The same for Schemathesis' own command; it goes on after a failure, since it may be a false one."""
        return [
            "run",
            *(str(contract), "--url", url, "--continue-on-failure"),
            # It would make up credentials otherwise, which then stand before the right ones.
            *("--generation-with-security-parameters", "false"),
            *("--seed", str(self.seed), "--max-time", f"{self.seconds:g}"),
            *("--report", "json", "--report-json-path", str(report)),
        ]
