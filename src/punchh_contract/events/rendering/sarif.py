"""Findings as SARIF 2.1.0, which code scanning of GitHub and Azure and many viewers read."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from punchh_contract.events.findings import Finding, Summary
from punchh_contract.events.rendering.base import Streamed
from punchh_contract.events.rendering.documents import sums
from punchh_contract.events.rendering.lines import STDIN, statement

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RULES = {
    "additionalProperties": "A property that the contract does not know",
    "anyOf": "A value that fits none of the forms that the contract allows",
    "const": "Another value than the only one allowed",
    "enum": "A value that the contract does not know",
    "format": "A text in another form than the contract's",
    "json": "What cannot be read as JSON",
    "limit": "More faults in one event than are told",
    "maximum": "A number that is too large",
    "minLength": "A text that is too short",
    "minimum": "A number that is too small",
    "oneOf": "A value that fits none of the forms that the contract allows, or several",
    "required": "A property that is missing",
    "type": "A value of another type than the contract's",
}
_OTHER = "A value that does not fit the contract"
_LEVELS = {"error": "error", "drift": "warning"}
_HEAD = '{{\n  "$schema": "{}",\n  "version": "2.1.0",\n  "runs": [{{\n    "results": ['


class Sarif(Streamed):
    """One run; its results come first since they are written as they come, then the rules that they name."""

    _rules: dict[str, int]

    def _put(self, findings: Sequence[Finding]) -> None:
        if not self._written:
            self._rules = {}
        for place, finding in enumerate(findings, start=self._written):
            index = self._rules.setdefault(finding.rule, len(self._rules))
            head = "," if place else _HEAD.format(SCHEMA)
            self._write(f"{head}\n      {json.dumps(_result(finding, index))}")

    def end(self, summary: Summary, *, stopped: str | None = None) -> None:
        """Write the rest of the run: rules, and whether all could be read."""
        rules = list(self._rules) if self._written else []
        troubles = [*self._unreadable, *([stopped] if stopped else [])]
        run = {
            "columnKind": "unicodeCodePoints",
            "tool": {
                "driver": {
                    "name": "punchh-contract",
                    "rules": [
                        {"id": rule, "shortDescription": {"text": f"{RULES.get(rule, _OTHER)}."}}
                        for rule in rules
                    ],
                }
            },
            "invocations": [
                {
                    "executionSuccessful": not troubles,
                    "toolExecutionNotifications": [
                        {"level": "error", "message": {"text": each}} for each in troubles
                    ],
                }
            ],
            "properties": sums(summary, self._left_out, stopped),
        }
        self._write("\n    ]" if self._written else f"{_HEAD.format(SCHEMA)}]")
        self._write(f",\n    {json.dumps(run)[1:-1]}\n  }}]\n}}\n")


def _result(finding: Finding, index: int) -> dict[str, Any]:
    details = {
        "fix": finding.fix,
        "pointer": finding.pointer,
        "record": finding.record,
        "schemaPointer": finding.schema_pointer,
        "source": finding.source,
        "value": finding.value,
    }
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{statement(finding)}. Fix: {finding.fix}."},
        "locations": [_location(finding)],
        "partialFingerprints": {"punchhContract/v1": finding.fingerprint},
        "properties": {name: value for name, value in details.items() if value is not None},
    }


def _location(finding: Finding) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri(finding.file)}}
    if finding.line is not None:
        column = {} if finding.column is None else {"startColumn": finding.column}
        physical["region"] = {"startLine": finding.line, **column}
    location: dict[str, Any] = {"physicalLocation": physical}
    if finding.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.pointer, "kind": "member"}]
    return location


def uri(file: str | None) -> str:
    """Return a file's name as a URI reference: relative as it was named, or `file:` for an absolute path."""
    if file in (None, STDIN):
        return "stdin"
    path = Path(str(file))
    try:
        return path.as_uri() if path.is_absolute() else quote(path.as_posix(), safe="/")
    except UnicodeEncodeError:
        return quote(path.as_posix(), safe="/", errors="replace")
