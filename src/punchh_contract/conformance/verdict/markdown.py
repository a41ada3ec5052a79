"""The report as Markdown, short: what a person wants to see beside a build."""

import re
from collections.abc import Iterable, Iterator

from punchh_contract.conformance.verdict.baseline import Judged
from punchh_contract.conformance.verdict.redaction import Redactor
from punchh_contract.conformance.verdict.report import COUNTS, SPENDING, Report, mark, shown, statuses

WORST = 10
"""Groups that are shown whole; the rest is in report.html."""
ROWS = 25
"""Rows of any other table."""


def document(report: Report, redactor: Redactor) -> str:
    """Return the Markdown."""
    return redactor.scrub("\n".join(_lines(report, redactor)) + "\n")


def _lines(report: Report, redactor: Redactor) -> Iterator[str]:
    sign = {"green": "✅", "red": "❌"}.get(report.verdict, "⚠️")
    yield f"## {sign} punchh-contract: {report.verdict}"
    yield ""
    yield _cell(report.headline)
    yield ""
    if report.stopped:
        yield f"- **Stopped:** {_cell(report.stopped)}"
    for reason in report.partial:
        yield f"- **Partial:** {_cell(reason)}"
    for entry in report.stale:
        yield f"- Baseline entry `{entry.id}`, `{entry.operation}` {_cell(entry.check)}, was not seen"
    yield ""
    yield from _table(
        ["operation", *COUNTS, "statuses"],
        (
            [f"`{name}`", *(str(counts[each]) for each in COUNTS), statuses(counts)]
            for name, counts in report.tally.items()
        ),
    )
    if report.findings:
        yield from ("### Findings, worst first", "")
        for judged in report.findings[:WORST]:
            yield from _finding(report, judged)
        if len(report.findings) > WORST:
            yield from (f"… and {len(report.findings) - WORST} more, in `report.html`.", "")
    for title, rows in (("Not reached", report.not_reached), ("Not run", report.not_run)):
        if rows:
            yield from _folded(
                f"{title} ({len(rows)})",
                _table(
                    ["operation", "what", "why"],
                    ([row[each] for each in ("operation", "what", "why")] for row in rows),
                ),
            )
    if report.spending:
        spent = [shown(row, redactor) for row in report.spending if row["named"]]
        yield from _folded(
            f"Fixtures ({len(spent)})",
            _table(list(SPENDING), ([_text(row.get(each)) for each in SPENDING.values()] for row in spent)),
        )
    yield (
        f"Contract {report.contract.version} (`{report.contract.digest[:12]}`), run `{report.run_id}`,"
        f" {report.seconds:.0f} s."
    )


def _finding(report: Report, judged: Judged) -> Iterator[str]:
    finding, note = judged.group.first, mark(judged)
    status = "no status" if finding.status is None else f"status {finding.status}"
    yield (
        f"- **{finding.severity.name}** `{finding.operation}` {_cell(finding.check)} ({status}, seen"
        f" {judged.group.count} times, id `{judged.group.id}`){f' — {_cell(note)}' if note else ''}<br>"
    )
    yield f"  {_cell(finding.statement)}<br>"
    yield f"  contract: `{finding.clause}`"
    if snippet := report.curl(judged):
        # Longer than any run of backticks inside, which would end it.
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", snippet)), default=0))
        yield from ("", "  <details><summary>curl</summary>", "", f"  {fence}bash")
        yield from (f"  {line}" for line in snippet.split("\n"))
        yield from (f"  {fence}", "", "  </details>")
    yield ""


def _table(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    listed = list(rows)
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in listed[:ROWS]:
        yield f"| {' | '.join(each if each.startswith('`') else _cell(each) for each in row)} |"
    if len(listed) > ROWS:
        yield from ("", f"… and {len(listed) - ROWS} more, in `report.html`.")
    yield ""


def _folded(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from (f"<details><summary>{title}</summary>", "", *lines, "</details>", "")


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _cell(text: str) -> str:
    """Text that Markdown shows as it is, outside of code spans of ours, on one line and in one cell."""
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;").replace("@", "&#64;")
