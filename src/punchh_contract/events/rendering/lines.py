"""One finding as one line, the sums as one sentence: the words that several formats share."""

from punchh_contract.events.findings import Finding, Summary

STDIN = "-"


def as_line(finding: Finding) -> str:
    """Return one line: `file:line:column: /pointer: must be this; found string(1). Fix: do that.`

    The record is named where it is not the line already, as in a JSON array.
    """
    record = f"record {finding.record}: " if finding.record not in (None, finding.line) else ""
    return f"{place(finding)}: {record}{statement(finding)}. Fix: {finding.fix}."


def place(finding: Finding) -> str:
    """Return file, line and column as editors and terminals link them; `event` for one that came alone."""
    steps = [printable(finding.file or "event")]
    steps += [str(step) for step in (finding.line, finding.column) if step is not None]
    return ":".join(steps)


def statement(finding: Finding) -> str:
    """Return what is wrong, without place and fix: `/pointer: drift: must be this; found string(1)`."""
    at = f"{finding.pointer}: " if finding.pointer else ""
    drift = "drift: " if finding.severity == "drift" else ""
    found = f"; found {finding.value}" if finding.value is not None else ""
    return printable(f"{at}{drift}{finding.expectation}{found}")


def as_sentence(summary: Summary) -> str:
    """Return the sums as the last line of the text."""
    text = f"{count(summary.events, 'event')} in {count(summary.files, 'file')}: "
    if summary.findings:
        text += f"{count(summary.findings, 'finding')} in {count(summary.events_with_findings, 'event')}."
    else:
        text += "no findings."
    if summary.events_with_drift and not summary.drift:
        have = "has" if summary.events_with_drift == 1 else "have"
        text += (
            f" {count(summary.events_with_drift, 'event')} {have} fields or values that the contract does"
            " not know; --strict shows them."
        )
    if summary.unreadable:
        text += f" {count(summary.unreadable, 'input')} could not be read."
    return text


def printable(text: str) -> str:
    r"""Return the text with what a terminal would obey, or not show, as escapes: `\x1b`, `\n`."""
    # Nearly every text is, and one look at it is much faster than one at each character.
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text
    )


def count(number: int, noun: str) -> str:
    """Return `1 event`, `2 events`, `1,000 events`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
