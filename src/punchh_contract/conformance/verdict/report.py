"""The report of a run: one model, from which every format is written, and its JSON."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from punchh_contract.conformance.verdict import curl, telling
from punchh_contract.conformance.verdict.baseline import Judged, Known
from punchh_contract.conformance.verdict.redaction import MASK, Redactor
from punchh_contract.contract import Contract

FORMAT = 1
COUNTS = ("calls", "success", "generated", "quote", "refusal", "error", "probes")
"""The counts of an operation, in the order in which they are shown; `statuses` comes beside them."""
SPENDING = {
    **{each: each for each in ("operation", "field", "position", "kind", "value", "cap")},
    "in requests": "named",
    "spent": "spent",
    "unknown": "unknown",
}
"""The columns of what was spent, in their order: title -> key of a row."""
CASES = frozenset({"all of it", "further generated cases"})
"""What rows of `not_run` say where no own check was left out, but an operation or the rest of its cases."""
CHECKS = (
    "server_error",
    "undocumented_status",
    "content_type",
    "response_schema",
    "response_headers",
    "accepted_invalid",
    "refused_valid",
    "accepted_without_header",
    "no_answer",
)
"""The checks that every operation of a run has."""


@dataclasses.dataclass(frozen=True)
class Report:
    """Everything that a run has to say.

    `target` is the origin. `tally` has for each operation `COUNTS` and `statuses` (status -> number).
    `findings` are groups worst first, each with its entry of the baseline. `partial` says why the run did not
    cover all (no credentials for an operation, no fixtures), `stopped` why it ended early. `not_reached` and
    `not_run` are rows of `operation`, `what` and `why`; `spending` rows are those of `Spending.rows`. `stale`
    are entries of the baseline that this run did not see. `laws` says how often each was judged. `checks`
    names the checks made of an operation beside `CHECKS`: own checks as `probe:<name>`, laws as `law:<id>`.
    """

    target: str
    contract: Contract = dataclasses.field(repr=False)
    seed: int
    run_id: str
    tally: Mapping[str, Mapping[str, Any]]
    findings: tuple[Judged, ...] = ()
    partial: tuple[str, ...] = ()
    stopped: str | None = None
    not_reached: tuple[Mapping[str, str], ...] = ()
    not_run: tuple[Mapping[str, str], ...] = ()
    spending: tuple[Mapping[str, Any], ...] = ()
    stale: tuple[Known, ...] = ()
    laws: tuple[Mapping[str, Any], ...] = ()
    checks: Mapping[str, Iterable[str]] = dataclasses.field(default_factory=dict)
    seconds: float = 0.0

    @property
    def red(self) -> tuple[Judged, ...]:
        """The groups that make the run red: new, or known and expired."""
        return tuple(each for each in self.findings if each.red)

    @property
    def known(self) -> tuple[Judged, ...]:
        """The groups that the baseline allows for now."""
        return tuple(each for each in self.findings if not each.red)

    @property
    def verdict(self) -> str:
        """`red` with findings, else `stopped` if the run ended early, else `green`."""
        return "red" if self.red else "stopped" if self.stopped else "green"

    @property
    def headline(self) -> str:
        """The verdict as a sentence."""
        parts = [f"The contract run is {self.verdict}: {_number(len(self.red), 'finding')}"]
        if self.known:
            parts.append(f"{len(self.known)} known")
        parts.append(
            f"{_number(sum(each['calls'] for each in self.tally.values()), 'call')} to {self.target}"
        )
        parts.append(f"seed {self.seed}")
        return ", ".join(parts) + ("; partial." if self.partial else ".")

    def curl(self, judged: Judged) -> str | None:
        """The snippet that sends a group's request again, or its story; None where it has none (a goal)."""
        exchange, story = judged.group.first.exchange, judged.group.first.story
        if story is not None:
            return telling.script(self.contract, story, self.target)
        return curl.snippet(self.contract, exchange, self.target) if exchange else None

    def dump(self, redactor: Redactor) -> dict[str, Any]:
        """The report as JSON values, without a secret and without a guest's data."""
        document: dict[str, Any] = redactor.tree(
            {
                "format": FORMAT,
                "verdict": self.verdict,
                "headline": self.headline,
                "target": self.target,
                "contract": {"version": self.contract.version, "digest": self.contract.digest},
                "seed": self.seed,
                "run_id": self.run_id,
                "seconds": round(self.seconds, 1),
                "partial": self.partial,
                "stopped": self.stopped,
                "operations": self.tally,
                "findings": [self._finding(each) for each in self.findings],
                "not_reached": self.not_reached,
                "not_run": self.not_run,
                "laws": self.laws,
                "spending": [shown(row, redactor) for row in self.spending],
                "baseline_stale": [each.dump() for each in self.stale],
            }
        )
        return document

    def _finding(self, judged: Judged) -> dict[str, Any]:
        known = judged.known
        return {
            "id": judged.group.id,
            **judged.group.first.dump(),
            "count": judged.group.count,
            "baseline": None
            if known is None
            else {"until": known.until.isoformat(), "reason": known.reason, "expired": judged.expired},
            "curl": self.curl(judged),
        }


def shown(row: Mapping[str, Any], redactor: Redactor) -> dict[str, Any]:
    """A row of what was spent, its value masked if it names a guest or a client."""
    if redactor.secret(row["kind"], row["field"], row["value"]):
        return {**row, "value": MASK}
    return dict(row)


def mark(judged: Judged) -> str:
    """How a group stands to the baseline, in words; empty for a new one."""
    if judged.known is None:
        return ""
    until = judged.known.until.isoformat()
    why = f" ({judged.known.reason})" if judged.known.reason else ""
    if not judged.expired:
        return f"known until {until}{why}"
    return f"expired: was known until {until}{why}; prolong it by hand in the baseline, or mend it"


def statuses(counts: Mapping[str, Any]) -> str:
    """The statuses of an operation in a line: `200:12 422:3`."""
    return " ".join(
        f"{status}:{number}" for status, number in sorted(counts["statuses"].items(), key=_status)
    )


def _status(item: tuple[Any, Any]) -> int:
    return int(item[0])


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
