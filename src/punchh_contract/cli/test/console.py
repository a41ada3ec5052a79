"""What `punchh-contract test` prints: tables of a run, its findings worst first, what it could not reach."""

import collections
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from punchh_contract.conformance.outcome import Outcome
from punchh_contract.conformance.result import Result
from punchh_contract.conformance.verdict import telling
from punchh_contract.conformance.verdict.report import COUNTS, Report, mark, shown, statuses

WIDTH = 150
"""Columns of the tables where there is no terminal."""
FEW = 3
"""Fixtures of a field that are listed though nothing was spent of them; the reports list all."""
SHOWN = 10
"""Findings that are printed with their curl; the reports have them all."""


def verdict(told: Outcome) -> str:
    """The text of a run that was carried out, without a secret or a guest's data."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    report = told.report
    with console.capture() as text:  # rich would end us by its own code for a broken pipe
        console.print(_calls(report))
        if forms := _forms(told.result):
            console.print(forms)
        if report.spending and any(row["cap"] is not None for row in report.spending):
            console.print(_spending(told, planned=False))
        _rows(console, "Not run", report.not_run)
        _rows(console, "Not reached", report.not_reached)
        if report.laws:
            judged = {row["law"] for row in report.laws if row["judged"]}
            total = sum(row["judged"] for row in report.laws)
            every = len({row["law"] for row in report.laws})
            _line(console, f"Laws: {len(judged)} of {every} judged, {total} times.")
        _findings(console, report)
        for each in report.stale:
            _line(console, f"In the baseline and not seen: {each.id} {each.operation} {each.check}")
        for line in report.partial:
            _line(console, f"Partial: {line}.")
        if report.stopped:
            _line(console, f"Stopped: {report.stopped}.")
    return told.redactor.scrub(text.get())


def plan(told: Outcome) -> str:
    """The text of a rehearsal: what would be sent, how often, with which fixtures."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    report = told.report
    calls = Table(box=box.SIMPLE_HEAD, title="What would be sent, about", title_justify="left")
    calls.add_column("operation", no_wrap=True)
    for name in ("calls", "that could redeem", "own checks, most of them to be refused"):
        calls.add_column(name, justify="right")
    for operation, counts in report.tally.items():
        calls.add_row(operation, str(counts["calls"]), str(counts["success"]), str(counts["probes"]))
    with console.capture() as text:
        console.print(calls)
        if report.spending:
            console.print(_spending(told, planned=True))
        _rows(console, "Would not run", report.not_run)
        for line in report.partial:
            _line(console, f"Partial: {line}.")
        _line(console, f"Nothing was sent. Target: {report.target}, seed {report.seed}.")
    return told.redactor.scrub(text.get())


def _calls(report: Report) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("operation", no_wrap=True)
    for name in COUNTS:
        table.add_column("own check" if name == "probes" else name, justify="right")
    table.add_column("statuses")
    for operation, counts in report.tally.items():
        table.add_row(operation, *(str(counts[name]) for name in COUNTS), statuses(counts))
    return table


def _forms(result: Result) -> Table | None:
    table = Table("operation", "what was redeemed, and how", box=box.SIMPLE_HEAD)
    table.add_column("generated", justify="right")
    for operation, counts in result.tally.counts.items():
        for form in sorted({form for _, form in counts.forms}):
            table.add_row(operation, form, str(counts.form(form)))
    return table if table.row_count else None


def _spending(told: Outcome, *, planned: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title="Fixtures", title_justify="left")
    table.add_column("operation", no_wrap=True)
    table.add_column("fixture")
    for name in ("value", "cap", "in requests", "would spend" if planned else "spent", "unknown"):
        table.add_column(name, justify="right")
    idle: collections.Counter[tuple[str, str]] = collections.Counter()
    for row in told.report.spending:
        each = shown(row, told.redactor)
        if not each["spent"] and not each["unknown"] and each["position"] > FEW:
            idle[each["operation"], each["field"]] += 1
            continue
        cap = "none" if each["cap"] is None else str(each["cap"])
        table.add_row(
            each["operation"],
            f"{each['field']} #{each['position']}",
            str(each["value"]),
            cap,
            str(each["named"]),
            str(each["spent"]),
            str(each["unknown"]),
        )
    for (operation, field), count in idle.items():
        table.add_row(operation, f"{field}: {count} more", "", "", "", "0", "0")
    return table


def _rows(console: Console, title: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows by operation and reason: there are dozens where a run has no fixtures."""
    grouped: dict[tuple[str, str], list[str]] = collections.defaultdict(list)
    for row in rows:
        grouped[row["operation"], row["why"]].append(row["what"])
    for (operation, why), what in grouped.items():
        _line(console, f"{title}: {operation}: {', '.join(what)} ({why})")


def _findings(console: Console, report: Report) -> None:
    for place, judged in enumerate(report.findings):
        first = judged.group.first
        times = f" ({judged.group.count} times)" if judged.group.count > 1 else ""
        _line(console, "")
        _line(console, f"{first.severity.name} {judged.group.id} {first.operation}: {first.check}{times}")
        _line(console, f"  {first.statement}")
        _line(console, f"  {first.clause}")
        if first.story:
            _line(console, f"  story: {first.story.name}")
            _line(console, "\n".join(f"    {line}" for line in telling.words(first.story)))
        if standing := mark(judged):
            _line(console, f"  {standing}")
        if place < SHOWN and judged.red and (curl := report.curl(judged)):
            _line(console, "\n".join(f"    {line}" for line in curl.splitlines()))


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
