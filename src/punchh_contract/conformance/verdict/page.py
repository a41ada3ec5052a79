"""The report as one HTML page that needs nothing beside it."""

import html
from collections.abc import Iterable, Iterator

from punchh_contract.conformance.verdict.baseline import Judged
from punchh_contract.conformance.verdict.redaction import Redactor
from punchh_contract.conformance.verdict.report import COUNTS, SPENDING, Report, mark, shown, statuses

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fdfdfc; --line: #d5d5d0; --soft: #f1f1ec;
  --red: #b3261e; --green: #1c6b3a; --amber: #8a5a00 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e4; --paper: #16181a; --line: #3a3d40;
  --soft: #202326; --red: #ff8a80; --green: #7bd69b; --amber: #f0bf5c } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 70rem;
  margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
.red { color: var(--red) } .green { color: var(--green) } .stopped { color: var(--amber) }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
code, pre { font: .88em/1.45 ui-monospace, monospace } code { overflow-wrap: anywhere }
pre { background: var(--soft); padding: .75rem; overflow-x: auto; border-radius: 4px }
section { border: 1px solid var(--line); border-left: 4px solid var(--red); border-radius: 4px;
  padding: .5rem 1rem; margin: 1rem 0 }
section.known { border-left-color: var(--amber) } section p { margin: .3rem 0 }
footer { margin: 2rem 0; color: var(--amber) }
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>punchh-contract</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def document(report: Report, redactor: Redactor) -> str:
    """Return the page; everything in it but the frame is scrubbed."""
    return _PAGE.format(style=_STYLE, body=redactor.scrub("\n".join(_body(report, redactor))))


def _body(report: Report, redactor: Redactor) -> Iterator[str]:
    yield f'<h1 class="{report.verdict}">{_e(report.headline)}</h1>'
    notes = [f"Stopped: {report.stopped}"] if report.stopped else []
    notes += [f"Partial: {each}" for each in report.partial]
    notes += [
        f"Baseline entry {each.id} ({each.check} of {each.operation}) was not seen in this run"
        for each in report.stale
    ]
    if notes:
        yield f"<ul>{''.join(f'<li>{_e(each)}</li>' for each in notes)}</ul>"
    yield "<h2>Operations</h2>"
    yield from _table(
        ("operation", *COUNTS, "statuses"),
        (
            (name, *(counts[each] for each in COUNTS), statuses(counts))
            for name, counts in report.tally.items()
        ),
    )
    if report.findings:
        yield "<h2>Findings, worst first</h2>"
        for judged in report.findings:
            yield from _finding(report, judged)
    for title, rows in (("Not reached", report.not_reached), ("Not run", report.not_run)):
        if rows:
            yield f"<h2>{title}</h2>"
            columns = ("operation", "what", "why")
            yield from _table(columns, (tuple(row[each] for each in columns) for row in rows))
    if report.spending:
        yield "<h2>Fixtures</h2>"
        named = [shown(row, redactor) for row in report.spending if row["named"]]
        yield from _table(SPENDING, (tuple(row[each] for each in SPENDING.values()) for row in named))
        yield f"<p>{len(report.spending) - len(named)} more were in no request.</p>"
    yield (
        f"<footer>Contract {_e(report.contract.version)} (<code>{_e(report.contract.digest[:12])}</code>),"
        f" run <code>{_e(report.run_id)}</code>, {report.seconds:.0f} s</footer>"
    )


def _finding(report: Report, judged: Judged) -> Iterator[str]:
    finding, note = judged.group.first, mark(judged)
    status = "no status" if finding.status is None else f"status {finding.status}"
    yield f'<section id="f-{judged.group.id}" class="{"new" if judged.red else "known"}">'
    yield (
        f"<p><strong>{finding.severity.name}</strong> <code>{_e(finding.operation)}</code>"
        f" {_e(finding.check)}, {status}, seen {judged.group.count} times,"
        f" id <code>{judged.group.id}</code></p>"
    )
    if note:
        yield f"<p><em>{_e(note)}</em></p>"
    yield f"<p>{_e(finding.statement)}</p><p>contract: <code>{_e(finding.clause)}</code></p>"
    if snippet := report.curl(judged):
        yield f"<details><summary>curl</summary><pre>{_e(snippet)}</pre></details>"
        yield f"<p>again: <code>punchh-contract test --replay replay/{judged.group.id}.json</code></p>"
    yield "</section>"


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    yield f'<div class="wide"><table><tr>{"".join(f"<th>{_e(each)}</th>" for each in head)}</tr>'
    for row in rows:
        yield f"<tr>{''.join(f'<td>{_e(each)}</td>' for each in row)}</tr>"
    yield "</table></div>"


def _e(value: object) -> str:
    return "" if value is None else html.escape(str(value))
