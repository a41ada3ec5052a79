"""What a run says of a sandbox, read from the report that it leaves: found something, found nothing, or was
no run. Pure: reports come in as JSON values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

GREEN, RED = 0, 1
"""The exit codes of a run that was carried out."""
SHOWN = 3
"""Checks that are named of a run that found more."""

Alarm = tuple[str, str]
"""A check of Schemathesis' by its code, and the operation that failed it."""


class Result(StrEnum):
    """What came of a run."""

    KILLED = "killed"
    """It found something."""
    SURVIVED = "survived"
    """It found nothing."""
    ERROR = "error"
    """It was not carried out, or stopped for safety: that says nothing of the fault."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one run says. `by` are the checks that failed, worst first; `phase` is where the first of them
    did. `requests` and `seconds` are how many and how long, the start of the run included. `why` is there
    where nothing failed."""

    result: Result
    by: tuple[str, ...] = ()
    phase: str = ""
    requests: int = 0
    seconds: float = 0.0
    why: str = ""


def told(exit_code: int, report: Mapping[str, Any] | None, said: str, seconds: float) -> Told:
    """Read a contract run: its exit code, its report (None: it left none), the last line of its errors, and
    how long it took with its start."""
    if report is None or exit_code not in (GREEN, RED):
        why = str(report["stopped"]) if report and report.get("stopped") else said
        return Told(Result.ERROR, seconds=seconds, why=why or f"it ended with {exit_code} and without a word")
    requests = sum(counts["calls"] for counts in report["operations"].values())
    red = [each for each in report["findings"] if each["baseline"] is None]
    if exit_code == RED and red:
        by = tuple(dict.fromkeys(each["check"] for each in red))
        return Told(Result.KILLED, by, _phase(red[0]), requests, seconds)
    if exit_code == RED or red:
        why = f"it ended with {exit_code} and {len(red)} findings in its report"
        return Told(Result.ERROR, (), "", requests, seconds, why)
    return Told(Result.SURVIVED, (), "", requests, seconds, _why(report))


def stock_alarms(report: Mapping[str, Any]) -> frozenset[Alarm]:
    """What failed in a run of Schemathesis' own."""
    return frozenset(
        (failure["code"], operation) for failure in report["failures"] for operation in failure["operations"]
    )


def stock_told(
    exit_code: int, report: Mapping[str, Any] | None, said: str, seconds: float, known: frozenset[Alarm]
) -> Told:
    """Read a run of Schemathesis' own; `known` alarms are those that it raises without a fault too."""
    if report is None or exit_code not in (GREEN, RED):
        return Told(
            Result.ERROR, seconds=seconds, why=said or f"it ended with {exit_code} and without a word"
        )
    requests = report["test_cases"]["generated"]
    new = sorted(stock_alarms(report) - known)
    if new:
        return Told(Result.KILLED, tuple(dict.fromkeys(code for code, _ in new)), "", requests, seconds)
    return Told(Result.SURVIVED, (), "", requests, seconds, "nothing but what it says without a fault")


def killers(by: Iterable[str]) -> str:
    """The checks that found something, in a few words."""
    named = list(by)
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return ", ".join(named[:SHOWN]) + more


def _phase(finding: Mapping[str, Any]) -> str:
    if finding["check"].startswith("law:"):
        return "laws"
    exchange = finding["exchange"]
    return str(exchange["phase"]) if exchange else "goals"


def _why(report: Mapping[str, Any]) -> str:
    every = {each["law"] for each in report["laws"]}
    judged = {each["law"] for each in report["laws"] if each["judged"]}
    laws = f"{len(judged)} of {len(every)} laws judged"
    if unjudged := sorted(every - judged):
        laws += f", not {', '.join(unjudged)}"
    end = str(report["stopped"]) if report["stopped"] else "it ran to its end"
    return f"nothing seen; {laws}; {end}"
