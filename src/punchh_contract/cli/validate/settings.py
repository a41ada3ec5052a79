"""What a user asked of a run, as far as its parts have to know it."""

from typing import NamedTuple

from punchh_contract.events.findings import Findings
from punchh_contract.events.rendering import FailOn


class Settings(NamedTuple):
    """How to judge, and what is bad."""

    strict: bool
    show_values: bool
    fail_on: FailOn

    def fails(self, findings: Findings) -> bool:
        """Whether an event with these findings fails the run."""
        if self.fail_on == "drift":
            return not findings.valid
        return any(each.severity == "error" for each in findings)
