"""The report of a run: what is known of it with its secrets still in it, and the receipt made of that."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from punchh_contract.conformance.verdict import curl, receipt, telling
from punchh_contract.conformance.verdict.baseline import Judged, Known
from punchh_contract.conformance.verdict.receipt import COUNTS, SPENDING, statuses
from punchh_contract.conformance.verdict.redaction import MASK, Redactor
from punchh_contract.contract import Contract

__all__ = ["COUNTS", "SPENDING", "Report", "mark", "shown", "statuses"]


@dataclasses.dataclass(frozen=True)
class Report:
    """Everything that a run has to say.

    `target` is the origin. `tally` has for each operation `COUNTS` and `statuses` (status -> number).
    `findings` are groups worst first, each with its entry of the baseline. `partial` says why the run did not
    cover all (no credentials for an operation, no fixtures), `stopped` why it ended early. `not_reached` and
    `not_run` are rows of `operation`, `what` and `why`; `spending` rows are those of `Spending.rows`. `stale`
    are entries of the baseline that this run did not see. `laws` says how often each was judged, and `why`
    where it never was. `checks` names the checks made of an operation beside those that each has: own checks
    as `probe:<name>`, laws as `law:<id>`. `coverage` has `operations`, and `inside` for each operation the
    rows of `Coverage`; `options`, `command` and `versions` say how the run was made (see `provenance`).
    """

    target: str
    contract: Contract = dataclasses.field(repr=False)
    seed: int
    run_id: str
    tally: Mapping[str, Mapping[str, Any]]
    started: dt.datetime
    findings: tuple[Judged, ...] = ()
    partial: tuple[str, ...] = ()
    stopped: str | None = None
    not_reached: tuple[Mapping[str, str], ...] = ()
    not_run: tuple[Mapping[str, str], ...] = ()
    spending: tuple[Mapping[str, Any], ...] = ()
    stale: tuple[Known, ...] = ()
    laws: tuple[Mapping[str, Any], ...] = ()
    checks: Mapping[str, Iterable[str]] = dataclasses.field(default_factory=dict[str, Iterable[str]])
    coverage: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any], repr=False)
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    command: str = ""
    versions: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])
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
        return receipt.verdict(map(_standing, self.findings), self.stopped)

    @property
    def headline(self) -> str:
        """The verdict as a sentence."""
        return receipt.headline(
            {
                "verdict": self.verdict,
                "findings": [_standing(each) for each in self.findings],
                "operations": self.tally,
                "target": self.target,
                "seed": self.seed,
                "partial": self.partial,
            }
        )

    def curl(self, judged: Judged) -> str | None:
        """The snippet that sends a group's request again, or its story; None where it has none (a goal)."""
        exchange, story = judged.group.first.exchange, judged.group.first.story
        if story is not None:
            return telling.script(self.contract, story, self.target)
        return curl.snippet(self.contract, exchange, self.target) if exchange else None

    def receipt(self, redactor: Redactor) -> dict[str, Any]:
        """The receipt: JSON values, without a secret and without a guest's data."""
        ended = self.started + dt.timedelta(seconds=self.seconds)
        told: dict[str, Any] = redactor.tree(
            {
                "verdict": self.verdict,
                "target": self.target,
                "seed": self.seed,
                "run_id": self.run_id,
                "command": self.command,
                "options": self.options,
                "started": _time(self.started),
                "ended": _time(ended),
                "seconds": round(self.seconds, 1),
                "partial": self.partial,
                "stopped": self.stopped,
                "operations": self.tally,
                "findings": [self._finding(each) for each in self.findings],
                "not_reached": self.not_reached,
                "not_run": self.not_run,
                "laws": self.laws,
                "checks": {each: list(names) for each, names in self.checks.items()},
                "spending": [shown(row, redactor) for row in self.spending],
                "baseline_stale": [each.dump() for each in self.stale],
            }
        )
        # Not through the net: names of the contract and digits of ours, in which a secret could stand by
        # chance only, and which would no longer be what they are.
        ours = {
            "contract": {"version": self.contract.version, "digest": self.contract.digest},
            "versions": self.versions,
            "coverage": self.coverage,
        }
        document = {"$schema": receipt.SCHEMA, "headline": receipt.headline(told), **ours, **told}
        return receipt.sealed({**document, "totals": receipt.totals(document)})

    def _finding(self, judged: Judged) -> dict[str, Any]:
        return {
            "id": judged.group.id,
            **judged.group.first.dump(),
            "count": judged.group.count,
            **_standing(judged),
            "curl": self.curl(judged),
        }


def shown(row: Mapping[str, Any], redactor: Redactor) -> dict[str, Any]:
    """A row of what was spent, its value masked if it names a guest or a client."""
    if redactor.secret(row["kind"], row["field"], row["value"]):
        return {**row, "value": MASK}
    return dict(row)


def mark(judged: Judged) -> str:
    """How a group stands to the baseline, in words; empty for a new one."""
    return receipt.standing(_standing(judged)["baseline"])


def _standing(judged: Judged) -> dict[str, Any]:
    known = judged.known
    if known is None:
        return {"baseline": None}
    until = known.until.isoformat()
    return {"baseline": {"until": until, "reason": known.reason, "expired": judged.expired}}


def _time(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
