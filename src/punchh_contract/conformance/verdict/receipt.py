"""The receipt of a run, as a document: what it is called, what it sums up to, and the digest that it bears.

Everything that is told of a run later is rendered from this document, so that it can be told again. The
digest shows an edit made by accident; whoever wants to make another receipt can make its digest too.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

SCHEMA = "urn:punchh-contract:receipt:1"
"""The `$schema` of a receipt, and the `$id` of receipt.schema.json."""
COUNTS = ("calls", "success", "generated", "quote", "refusal", "error", "probes")
"""The counts of an operation, in the order in which they are shown; `statuses` comes beside them."""
PARTS = ("success", "quote", "committed", "refusal", "error", "probes")
"""The counts of an operation that sum up to its calls."""
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
KINDS = {
    "statuses": "statuses",
    "parameters": "parameters",
    "request_properties": "properties of requests",
    "request_values": "enumeration values sent",
    "answer_properties": "properties of answers",
    "answer_values": "enumeration values answered",
}
"""What is covered of an operation, in the order in which it is shown: key -> words."""

Document = Mapping[str, Any]


def sealed(document: Document) -> dict[str, Any]:
    """The document as it is written, with its digest.

    What no file can hold (lone surrogates, which a generated text may have) is replaced before.
    """
    written = json.dumps({**document, "digest": ""}, ensure_ascii=False).encode(errors="replace")
    clean: dict[str, Any] = json.loads(written)
    return {**clean, "digest": digest(clean)}


def digest(document: Document) -> str:
    """SHA-256 (hexadecimal) over the document without its `digest`: JSON in UTF-8, keys sorted, no spaces."""
    content = {key: value for key, value in document.items() if key != "digest"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def totals(document: Document) -> dict[str, Any]:
    """What the parts of a document sum up to, as its `totals` have it."""
    findings, laws = document["findings"], document["laws"]
    statuses: dict[str, int] = {}
    severities: dict[str, int] = {}
    for counts in document["operations"].values():
        for status, count in counts["statuses"].items():
            statuses[status] = statuses.get(status, 0) + count
    for each in findings:
        severities[each["severity"]] = severities.get(each["severity"], 0) + 1
    inside = document["coverage"]["inside"].values()
    return {
        "calls": sum(counts["calls"] for counts in document["operations"].values()),
        "statuses": {status: statuses[status] for status in sorted(statuses, key=int)},
        "findings": len(findings),
        "red": sum(red(each) for each in findings),
        "severities": severities,
        "laws": len({each["law"] for each in laws}),
        "laws_judged": len({each["law"] for each in laws if each["judged"]}),
        "judgements": sum(each["judged"] for each in laws),
        "coverage": {
            kind: {part: sum(each[kind][part] for each in inside) for part in ("covered", "of")}
            for kind in KINDS
        },
    }


def red(finding: Mapping[str, Any]) -> bool:
    """Whether a finding makes the run red: it is new, or its entry in the baseline has expired."""
    baseline = finding["baseline"]
    return baseline is None or bool(baseline["expired"])


def verdict(findings: Iterable[Mapping[str, Any]], stopped: str | None) -> str:
    """`red` with findings, else `stopped` if the run ended early, else `green`."""
    return "red" if any(map(red, findings)) else "stopped" if stopped else "green"


def headline(document: Document) -> str:
    """The verdict as a sentence."""
    wrong = sum(map(red, document["findings"]))
    known = len(document["findings"]) - wrong
    calls = sum(each["calls"] for each in document["operations"].values())
    return ", ".join(
        [
            f"The contract run is {document['verdict']}: {number(wrong, 'finding')}",
            *([f"{known} known"] if known else []),
            f"{number(calls, 'call')} to {document['target']}",
            f"seed {document['seed']}",
        ]
    ) + ("; partial." if document["partial"] else ".")


def standing(baseline: Mapping[str, Any] | None) -> str:
    """How a finding stands to the baseline, in words; empty for a new one."""
    if baseline is None:
        return ""
    until, why = baseline["until"], f" ({baseline['reason']})" if baseline["reason"] else ""
    if not baseline["expired"]:
        return f"known until {until}{why}"
    return f"expired: was known until {until}{why}; prolong it by hand in the baseline, or mend it"


def statuses(counts: Mapping[str, Any]) -> str:
    """The statuses of an operation in a line: `200:12 422:3`."""
    return " ".join(
        f"{status}:{count}"
        for status, count in sorted(counts["statuses"].items(), key=lambda each: int(each[0]))
    )


def number(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
