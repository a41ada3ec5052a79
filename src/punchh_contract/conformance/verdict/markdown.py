"""A receipt as Markdown, short: what a person wants to see beside a build."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from punchh_contract.conformance.verdict.receipt import (
    COUNTS,
    KINDS,
    SPENDING,
    Document,
    standing,
    statuses,
)

WORST = 10
"""Findings that are shown whole; the rest is in report.html."""
ROWS = 25
"""Rows of any other table."""


def document(receipt: Document) -> str:
    """Return the Markdown."""
    return "\n".join(_lines(receipt)) + "\n"


def _lines(receipt: Document) -> Iterator[str]:
    sign = {"green": "✅", "red": "❌"}.get(receipt["verdict"], "⚠️")
    yield f"## {sign} punchh-contract: {receipt['verdict']}"
    yield ""
    yield _cell(receipt["headline"])
    yield ""
    if receipt["stopped"]:
        yield f"- **Stopped:** {_cell(receipt['stopped'])}"
    for reason in receipt["partial"]:
        yield f"- **Partial:** {_cell(reason)}"
    for entry in receipt["baseline_stale"]:
        where = f"`{entry['id']}`, `{entry['operation']}` {_cell(entry['check'])}"
        yield f"- Baseline entry {where}, was not seen"
    yield ""
    yield from _table(
        ["operation", *COUNTS, "statuses"],
        (
            [f"`{name}`", *(str(counts[each]) for each in COUNTS), statuses(counts)]
            for name, counts in receipt["operations"].items()
        ),
    )
    if receipt["findings"]:
        yield from ("### Findings, worst first", "")
        for finding in receipt["findings"][:WORST]:
            yield from _finding(finding)
        if len(receipt["findings"]) > WORST:
            yield from (f"… and {len(receipt['findings']) - WORST} more, in `report.html`.", "")
    yield from _coverage(receipt)
    for title, rows in (("Not reached", receipt["not_reached"]), ("Not run", receipt["not_run"])):
        if rows:
            columns = ["operation", "what", "why"]
            yield from _folded(
                f"{title} ({len(rows)})", _table(columns, ([row[each] for each in columns] for row in rows))
            )
    if receipt["spending"]:
        spent = [row for row in receipt["spending"] if row["named"]]
        yield from _folded(
            f"Fixtures ({len(spent)})",
            _table(list(SPENDING), ([_text(row.get(each)) for each in SPENDING.values()] for row in spent)),
        )
    yield (
        f"Contract {receipt['contract']['version']} (`{receipt['contract']['digest'][:12]}`), run"
        f" `{receipt['run_id']}`, {receipt['started']}, {receipt['seconds']:.0f} s, receipt"
        f" `{receipt['digest'][:12]}`."
    )


def _coverage(receipt: Document) -> Iterator[str]:
    totals, operations = receipt["totals"], receipt["coverage"]["operations"]
    kinds = {words: totals["coverage"][kind] for kind, words in KINDS.items()}
    rows = {"operations": operations, **kinds}.items()
    table = [[words, f"{counts['covered']} of {counts['of']}"] for words, counts in rows if counts["of"]]
    if totals["laws"]:
        table.append(["laws judged", f"{totals['laws_judged']} of {totals['laws']}"])
    yield from _folded("Coverage", _table(["what", "covered"], table))


def _finding(finding: Mapping[str, Any]) -> Iterator[str]:
    note = standing(finding["baseline"])
    status = "no status" if finding["status"] is None else f"status {finding['status']}"
    yield (
        f"- **{finding['severity']}** `{finding['operation']}` {_cell(finding['check'])} ({status}, seen"
        f" {finding['count']} times, id `{finding['id']}`){f' — {_cell(note)}' if note else ''}<br>"
    )
    yield f"  {_cell(finding['statement'])}<br>"
    yield f"  contract: `{finding['clause']}`"
    if snippet := finding["curl"]:
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
