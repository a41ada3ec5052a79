"""What came of a run, in the form in which its process hands it back: counts, findings, what was spent."""

import dataclasses
from typing import Any

from punchh_contract.conformance.coverage import Coverage
from punchh_contract.conformance.tally import Tally
from punchh_contract.conformance.verdict.findings import Finding


@dataclasses.dataclass
class Result:
    """The state of a run as it grows, and what is left of it at its end.

    `spending` is a row for each fixture, `not_run` one for each thing that was left out (`operation`, `what`,
    `why`), `left_out` the operations that were not called at all, `stopped` why the run ended early, `broken`
    why it cannot be judged. `warnings` are for the user, `handed_out` what the target gave away in its
    answers, which nobody may see.
    """

    tally: Tally
    coverage: Coverage = dataclasses.field(default_factory=Coverage)
    findings: list[Finding] = dataclasses.field(default_factory=list)
    spending: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    not_run: list[dict[str, str]] = dataclasses.field(default_factory=list)
    laws: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    left_out: list[str] = dataclasses.field(default_factory=list)
    stopped: str | None = None
    broken: str | None = None
    warnings: list[str] = dataclasses.field(default_factory=list)
    handed_out: list[str] = dataclasses.field(default_factory=list, repr=False)

    def leave_out(self, operation: str, what: str, why: str) -> None:
        """Note, once, that something was not run."""
        row = {"operation": operation, "what": what, "why": why}
        if row not in self.not_run:
            self.not_run.append(row)

    def dump(self) -> dict[str, Any]:
        """The result as JSON values, for a pipe."""
        return {
            **vars(self),
            "tally": self.tally.dump(),
            "coverage": self.coverage.dump(),
            "findings": [each.dump() for each in self.findings],
        }

    @classmethod
    def load(cls, values: dict[str, Any]) -> "Result":
        """Read what `dump` wrote."""
        read: dict[str, Any] = {
            **values,
            "tally": Tally.load(values["tally"]),
            "coverage": Coverage.load(values["coverage"]),
            "findings": [Finding.load(each) for each in values["findings"]],
        }
        return cls(**read)
