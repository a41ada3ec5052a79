"""A receipt as one HTML page that needs nothing beside it: its frame, its head, and the order of its parts.

The page may load and run nothing but the style and the script that it holds, by their hashes; without the
script everything is there to be read.
"""

import base64
import functools
import hashlib
import html
from collections.abc import Iterator
from importlib.resources import files

from punchh_contract.conformance.verdict import sections
from punchh_contract.conformance.verdict.markup import escape, scroll, table
from punchh_contract.conformance.verdict.receipt import KINDS, Document, number

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
<script>{script}</script>
</body>
</html>
"""
_PARTS = (
    ("overview", "Overview", None),
    ("findings", "What failed", sections.findings),
    ("tested", "What was tested", sections.tested),
    ("laws", "Laws", sections.laws),
    ("left-out", "What was not run", sections.left_out),
    ("fixtures", "Fixtures", sections.fixtures),
    ("again", "How to reproduce", sections.again),
    ("receipt", "About this receipt", sections.about),
)


def document(receipt: Document) -> str:
    """Return the page."""
    style, script = _file("page.css"), _file("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none';"
        " form-action 'none'"
    )
    title = f"{receipt['verdict']}: contract run against {receipt['target']}"
    return _PAGE.format(
        policy=policy,
        title=html.escape(title),
        style=style,
        script=script,
        body="\n".join(_body(receipt)),
    )


def _body(receipt: Document) -> Iterator[str]:
    yield '<a class="skip" href="#main">Skip to the content</a>'
    yield from _head(receipt)
    parts = {
        name: (title, list(make(receipt) if make else _overview(receipt))) for name, title, make in _PARTS
    }
    yield '<div class="layout">'
    yield '<nav aria-label="Contents"><ol>'
    yield from (f'<li><a href="#{name}">{title}</a></li>' for name, (title, lines) in parts.items() if lines)
    yield '</ol><p class="tools"><button type="button" data-opens="yes" hidden>Open all</button>'
    yield '<button type="button" data-opens="no" hidden>Close all</button></p></nav>'
    yield '<main id="main" tabindex="-1">'
    for name, (title, lines) in parts.items():
        if lines:
            yield f'<section id="{name}" aria-labelledby="{name}-title"><h2 id="{name}-title">{title}</h2>'
            yield from lines
            yield "</section>"
    yield (
        "<footer>Unofficial: punchh-contract is not affiliated with PAR Technology. This page loads and sends"
        f" nothing. Receipt <code>{receipt['digest']}</code>.</footer>"
    )
    yield '</main></div><p id="spoken" class="spoken" role="status"></p>'


def _head(receipt: Document) -> Iterator[str]:
    totals = receipt["totals"]
    known = totals["findings"] - totals["red"]
    yield '<header><p class="brand">punchh-contract: receipt of a contract run</p>'
    counts = f"{number(totals['red'], 'finding')}{f', {known} known' if known else ''}"
    yield (
        f'<h1><span class="badge {receipt["verdict"]}">{receipt["verdict"]}</span>'
        f" {counts} in {totals['calls']:,} calls</h1>"
    )
    notes = [f"Stopped: {receipt['stopped']}"] if receipt["stopped"] else []
    notes += [f"Partial: {each}" for each in receipt["partial"]]
    notes += [
        f"Baseline entry {each['id']} ({each['check']} of {each['operation']}) was not seen in this run"
        for each in receipt["baseline_stale"]
    ]
    if notes:
        yield f'<ul class="notes">{"".join(f"<li>{escape(each)}</li>" for each in notes)}</ul>'
    options = receipt["options"]
    own = (
        " (a sandbox that the command started for itself)"
        if options["own"]
        else " (a sandbox that the run could set up)"
        if options["control"]
        else ""
    )
    contract = receipt["contract"]
    facts = {
        "Target": f"<code>{escape(receipt['target'])}</code>{own}",
        "Started": f"{_time(receipt['started'])}, {receipt['seconds']:.0f} s",
        "Contract": f"{escape(contract['version'])}, <code>{contract['digest'][:16]}…</code>",
        "Seed and run": f"{receipt['seed']}, <code>{escape(receipt['run_id'])}</code>",
    }
    told = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts.items())
    yield f'<dl class="facts">{told}</dl></header>'


def _overview(receipt: Document) -> Iterator[str]:
    totals = receipt["totals"]
    cards = [(f"{totals['calls']:,}", "calls"), (f"{totals['red']}", "findings that count")]
    operations = receipt["coverage"]["operations"]
    cards.append((f"{operations['covered']} of {operations['of']}", "operations called"))
    if totals["laws"]:
        cards.append((f"{totals['laws_judged']} of {totals['laws']}", "laws judged"))
    cards += [
        (f"{counts['covered']} of {counts['of']}", words)
        for kind, words in KINDS.items()
        if (counts := totals["coverage"][kind])["of"]
    ]
    yield '<ul class="cards">'
    yield from (f"<li><strong>{figure}</strong><span>{words}</span></li>" for figure, words in cards)
    yield "</ul>"
    if totals["severities"]:
        rows = [(name, sections.SEVERITIES[name], count) for name, count in totals["severities"].items()]
        yield from scroll(
            "Findings by severity", table(("severity", "what it means", "findings"), rows, numbers={2})
        )


def _time(text: str) -> str:
    return f'<time datetime="{escape(text)}">{escape(text.replace("T", " ").replace("Z", " UTC"))}</time>'


@functools.cache
def _file(name: str) -> str:
    return files("punchh_contract.conformance.verdict").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
