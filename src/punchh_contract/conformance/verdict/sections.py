"""The parts of the page: what failed, what was tested, laws, what was not run, how to do it again."""

import collections
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from punchh_contract.conformance.verdict import telling
from punchh_contract.conformance.verdict.findings import Story
from punchh_contract.conformance.verdict.markup import chips, code, escape, folded, scroll, table
from punchh_contract.conformance.verdict.receipt import (
    COUNTS,
    KINDS,
    SPENDING,
    Document,
    number,
    red,
    standing,
    statuses,
)

SEVERITIES = {
    "SPEND": "something was taken that must not be",
    "ACCESS": "a request without the right credentials or a needed header was not refused for that",
    "LOSS": "a good request was refused, or got no answer",
    "AMOUNT": "another amount, of another kind or from somebody else was taken or granted",
    "CRASH": "an answer of 5xx",
    "STATUS": "answered with a status that the contract does not have for it",
    "SHAPE": "a body, header or content type breaks the contract",
    "GOAL": "the run did not see what it had to see to be worth anything",
}
SHORT = 8
"""Steps of a story that is shown without being opened."""
NAMES = 60
"""More names than these are in something to open."""

Row = Mapping[str, Any]


def findings(receipt: Document) -> Iterator[str]:
    """What failed, worst first, each with what shows it."""
    told = receipt["findings"]
    if not told:
        yield '<p class="none">Nothing was found.</p>'
        return
    yield "<p>Worst first. Findings that share check, operation, clause and status are one.</p>"
    seen = list(dict.fromkeys(each["severity"] for each in told))
    if len(seen) > 1:
        yield '<fieldset class="filter"><legend>Show</legend>'
        for name in ["all", *seen]:
            checked = " checked" if name == "all" else ""
            yield f'<label><input type="radio" name="only" id="only-{name}"{checked}> {name}</label>'
        yield "</fieldset>"
    for each in told:
        yield from _finding(receipt, each)


def _finding(receipt: Document, finding: Row) -> Iterator[str]:
    name, note = escape(finding["id"]), standing(finding["baseline"])
    status = "no status" if finding["status"] is None else f"status {finding['status']}"
    state = "" if red(finding) else " known"
    yield f'<article id="f-{name}" class="finding {finding["severity"]}{state}" aria-labelledby="t-{name}">'
    yield (
        f'<h3 id="t-{name}"><span class="severity">{finding["severity"]}</span>'
        f" <code>{escape(finding['operation'])}</code> {escape(finding['check'])}</h3>"
    )
    times = "once" if finding["count"] == 1 else f"{finding['count']:,} times"
    yield f'<p class="meta">{status}, seen {times}, id <code>{name}</code></p>'
    if note:
        yield f"<p><em>{escape(note)}</em></p>"
    yield f"<p>{escape(finding['statement'])}</p>"
    yield f'<p class="meta">Contract: <code>{escape(finding["clause"])}</code></p>'
    if finding["story"]:
        story = Story.load(finding["story"])
        steps = "".join(f"<li>{escape(line.partition('. ')[2])}</li>" for line in telling.words(story))
        summary = f"Story: {escape(story.name)}, {number(len(story.scenes), 'step')}"
        yield from folded(
            summary, [f'<ol class="story">{steps}</ol>'], kind="story-of", opened=len(story.scenes) <= SHORT
        )
    if finding["curl"]:
        yield from folded("Send it again with curl", _again(receipt, finding), kind="curl")
    yield "</article>"


def _again(receipt: Document, finding: Row) -> Iterator[str]:
    name = finding["id"]
    yield from code(finding["curl"], f"curl of finding {name}", f"curl-{name}")
    if finding["exchange"]:
        command = f"{receipt['command']} --replay replay/{name}.json"
        yield "<p>Or by its file, which a run writes beside this page:</p>"
        yield from code(command, f"replay of finding {name}", f"replay-{name}")


def tested(receipt: Document) -> Iterator[str]:
    """Calls and coverage."""
    rows = [
        (name, *(counts[each] for each in COUNTS), statuses(counts))
        for name, counts in receipt["operations"].items()
    ]
    heads = ("operation", *("own checks" if each == "probes" else each for each in COUNTS), "status:calls")
    yield "<h3>Calls</h3>"
    yield from scroll(
        "Calls by operation",
        table(heads, rows, numbers=range(1, len(COUNTS) + 1), texts={len(COUNTS) + 1}, codes={0}),
    )
    coverage = receipt["coverage"]
    yield "<h3>Coverage of the contract</h3>"
    yield (
        "<p>Sent or answered at least once, in any call of the run, of all that the contract has. A body that"
        " breaks its schema covers nothing.</p>"
    )
    yield from scroll("Coverage by operation", _coverage(coverage["inside"]))
    for row in coverage["operations"]["items"]:
        if row["count"]:
            yield from _operation(row["name"], coverage["inside"][row["name"]])
        else:
            why = escape(row["why"] or "nothing was sent")
            yield f"<p><code>{escape(row['name'])}</code> was not called: {why}.</p>"


def _coverage(inside: Mapping[str, Any]) -> Iterator[str]:
    heads = "".join(f'<th scope="col" class="wrap">{words}</th>' for words in KINDS.values())
    yield f'<table><thead><tr><th scope="col">operation</th>{heads}</tr></thead><tbody>'
    for name, kinds in inside.items():
        cells = "".join(_bar(f"{name}, {words}", kinds[kind]) for kind, words in KINDS.items())
        yield f'<tr><th scope="row" class="short"><code>{escape(name)}</code></th>{cells}</tr>'
    yield "</tbody></table>"


def _bar(label: str, counts: Row) -> str:
    covered, of = counts["covered"], counts["of"]
    if not of:
        return '<td class="short quiet">none</td>'
    return (
        f'<td class="short">{covered} of {of}<progress value="{covered}" max="{of}"'
        f' aria-label="{escape(label)}"></progress></td>'
    )


def _operation(name: str, kinds: Mapping[str, Any]) -> Iterator[str]:
    rest = sum(each["of"] - each["covered"] for each in kinds.values())
    told = f"{rest} not covered" if rest else "all covered"
    yield from folded(f"<code>{escape(name)}</code>: {told}", _inside(kinds), kind="panel")


def _inside(kinds: Mapping[str, Any]) -> Iterator[str]:
    missing: dict[str, list[str]] = collections.defaultdict(list)
    for kind, words in KINDS.items():
        for row in kinds[kind]["items"]:
            if not row["count"]:
                of = f" of status {row['status']}" if "status" in row else ""
                why = f": {row['why']}" if row["why"] else ""
                missing[f"{words}{of}{why}"].append(_item(row))
    for title, names in missing.items():
        yield f'<p class="head">Not covered: {escape(title)}</p>'
        yield from chips(names)
    for kind, words in KINDS.items():
        if seen := [f"{_placed(row)}: {row['count']:,}" for row in kinds[kind]["items"] if row["count"]]:
            title = f"Covered {words}: {len(seen)}"
            yield from folded(title, chips(seen), opened=not missing and len(seen) <= NAMES)


def _item(row: Row) -> str:
    return f"{row['name']} = {row['value']}" if "value" in row else str(row["name"])


def _placed(row: Row) -> str:
    return f"{row['status']} {_item(row)}" if "status" in row else _item(row)


def laws(receipt: Document) -> Iterator[str]:
    """Which laws were judged and how often, and what would let the others be."""
    if not receipt["laws"]:
        return
    totals = receipt["totals"]
    yield (
        f"<p>{totals['laws_judged']} of {totals['laws']} laws were judged, {totals['judgements']:,} times. A"
        " law is a sentence on what a redemption is, which one answer alone does not show.</p>"
    )
    by_law: dict[str, list[Row]] = collections.defaultdict(list)
    for row in receipt["laws"]:
        by_law[row["law"]].append(row)
    broken = {each["check"] for each in receipt["findings"]}
    rows = [
        (
            name,
            _outcome(name, of, broken),
            sum(each["judged"] for each in of),
            of[0]["severity"],
            of[0]["statement"],
            "; ".join(_sources(of)),
        )
        for name, of in by_law.items()
    ]
    rows.sort(key=lambda row: ["broken", "not run", "held"].index(row[1]))
    heads = ("law", "outcome", "judged", "severity", "what it says", "source")
    yield from scroll("Laws", table(heads, rows, numbers={2}, texts={4, 5}, codes={0}))
    reasons: dict[str, list[str]] = collections.defaultdict(list)
    for row in receipt["laws"]:
        if not row["judged"]:
            reasons[row["why"]].append(f"{row['law']} ({row['operation']})")
    if reasons:
        yield "<h3>Laws that were not judged, and what would let them be</h3>"
        for why, names in reasons.items():
            yield from folded(f"{escape(why)}: {len(names)}", chips(names), opened=len(reasons) == 1)


def _outcome(name: str, rows: Iterable[Row], broken: Collection[str]) -> str:
    if f"law:{name}" in broken:
        return "broken"
    return "held" if any(each["judged"] for each in rows) else "not run"


def _sources(rows: Iterable[Row]) -> Iterable[str]:
    return dict.fromkeys(f"{each['source']}, {each['confidence']}" for each in rows)


def left_out(receipt: Document) -> Iterator[str]:
    """What was not run and what could not be reached, with what would let it; laws have their own part."""
    not_run = [each for each in receipt["not_run"] if not each["what"].startswith("law:")]
    for title, rows, words in (
        ("Not run", not_run, "Own checks and cases that were left out."),
        ("Not reached", receipt["not_reached"], "What this run could not reach; that is no finding."),
    ):
        if not rows:
            continue
        grouped: dict[tuple[str, str], list[str]] = collections.defaultdict(list)
        for row in rows:
            grouped[row["operation"], row["why"]].append(row["what"])
        yield f"<h3>{title}</h3><p>{words}</p>"
        told = [(operation, "; ".join(what), why) for (operation, why), what in grouped.items()]
        yield from scroll(title, table(("operation", "what", "why"), told, texts={1, 2}, codes={0}))


def fixtures(receipt: Document) -> Iterator[str]:
    """What was named and spent."""
    if not receipt["spending"]:
        return
    named = [row for row in receipt["spending"] if row["named"]]
    rows = [tuple(row[each] for each in SPENDING.values()) for row in named]
    idle = receipt["options"]["fixtures"] - len(named)
    yield f"<p>In requests: {number(len(named), 'fixture')}; in none: {idle}.</p>"
    if rows:
        lines = list(scroll("Fixtures", table(SPENDING, rows, numbers={2, 5, 6, 7, 8}, codes={0, 1})))
        yield from folded("What was spent of each", lines, opened=len(rows) <= NAMES // 3)


def again(receipt: Document) -> Iterator[str]:
    """The command, and with what it was run."""
    yield "<p>The same seed sends the same requests, as long as answers and fixtures are the same.</p>"
    yield from code(receipt["command"], "the command of this run", "command")
    if not receipt["options"]["own"]:
        yield (
            "<p>Credentials come from the environment (<code>PUNCHH_…</code>). Files have the names of the"
            " documentation; give yours. One finding is sent again by its snippet or its replay file.</p>"
        )
    rows = [
        *((name, value) for name, value in sorted(receipt["versions"].items())),
        ("contract", f"{receipt['contract']['version']}, SHA-256 {receipt['contract']['digest']}"),
        ("generated cases per operation", f"up to {receipt['options']['max_examples']}"),
        ("phases", ", ".join(receipt["options"]["phases"])),
        ("fixtures given", receipt["options"]["fixtures"]),
        ("baseline given", "yes" if receipt["options"]["baseline"] else "no"),
    ]
    yield from scroll("Versions and options", table(("what", "with"), rows, texts={1}))


def about(receipt: Document) -> Iterator[str]:
    """What the receipt is and is not."""
    yield (
        "<p>This page was rendered from a <code>receipt.json</code> and from nothing else. It holds neither"
        " credentials nor guests' data. Its digest shows a change made by accident; it is no signature, and"
        " proves nothing about who made it.</p>"
    )
    yield from code("punchh-contract receipt verify receipt.json", "verify the receipt", "verify")
    command = "punchh-contract receipt render receipt.json --format html -o report.html"
    yield from code(command, "render it again", "render")
    yield f"<p>Digest of the receipt: <code>{escape(receipt['digest'])}</code></p>"
