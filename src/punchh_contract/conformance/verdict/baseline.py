"""Known findings with a date: what a team has seen, and has agreed to live with for a while."""

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from punchh_contract.conformance.verdict.findings import Group, identity
from punchh_contract.errors import UsageError
from punchh_contract.json_types import JsonValue

FORMAT = 1
DAYS = 30
"""How long a finding stays known that `update` adds."""

_KEYS = frozenset({"id", "check", "operation", "clause", "status", "until", "reason"})


@dataclasses.dataclass(frozen=True)
class Known:
    """One entry: a finding by its id, until when (that day included) it is known, and why."""

    id: str
    check: str
    operation: str
    clause: str
    status: int | None
    until: dt.date
    reason: str

    def dump(self) -> dict[str, Any]:
        """The entry as JSON values."""
        return {**vars(self), "until": self.until.isoformat()}


@dataclasses.dataclass(frozen=True)
class Judged:
    """A group of findings, with its entry of the baseline if there is one."""

    group: Group
    known: Known | None = None
    expired: bool = False

    @property
    def red(self) -> bool:
        """Whether it makes the run red: it is new, or its entry has expired."""
        return self.known is None or self.expired


@dataclasses.dataclass(frozen=True)
class Baseline:
    """The entries of a file, in its order."""

    entries: tuple[Known, ...] = ()

    def judge(self, groups: Iterable[Group], today: dt.date) -> list[Judged]:
        """Put each group beside its entry, in the order given."""
        known = {each.id: each for each in self.entries}
        return [
            Judged(each, entry, entry is not None and entry.until < today)
            for each in groups
            for entry in [known.get(each.id)]
        ]

    def stale(self, groups: Iterable[Group]) -> list[Known]:
        """The entries that no group has: mended, or not tried in this run."""
        seen = {each.id for each in groups}
        return [each for each in self.entries if each.id not in seen]

    def updated(self, groups: Iterable[Group], today: dt.date) -> "Baseline":
        """Add what is new, known for `DAYS` from today; entries that stand keep date and reason."""
        known = {each.id for each in self.entries}
        added = [
            Known(
                each.id,
                each.first.check,
                each.first.operation,
                each.first.clause,
                each.first.status,
                today + dt.timedelta(days=DAYS),
                f"added by --update-baseline on {today.isoformat()}: say here why",
            )
            for each in groups
            if each.id not in known
        ]
        return Baseline((*self.entries, *added))

    def dump(self) -> str:
        """The text of the file."""
        entries = [each.dump() for each in self.entries]
        return json.dumps({"format": FORMAT, "findings": entries}, indent=2, ensure_ascii=False) + "\n"


def read(text: str, name: str) -> Baseline:
    """Read a baseline file. Raises UsageError that names file and JSON pointer, and says what to do."""
    try:
        document: JsonValue = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise UsageError(f"{name}{line}: no JSON; write a new one with --update-baseline") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UsageError(
            f'{name}: /format must be {FORMAT} (`{{"format": {FORMAT}, "findings": []}}`);'
            " is this a baseline of punchh-contract? A new one comes from --update-baseline"
        )
    findings: JsonValue = document.get("findings")
    if not isinstance(findings, list):
        raise UsageError(f"{name}: /findings must be a list; write `[]` if nothing is known")
    entries = tuple(_entry(value, f"{name}: /findings/{place}") for place, value in enumerate(findings))
    ids = [each.id for each in entries]
    for place, each in enumerate(ids):
        if each in ids[:place]:
            raise UsageError(
                f"{name}: /findings/{place}/id stands in another entry too; remove one of the two"
            )
    return Baseline(entries)


def _entry(value: JsonValue, where: str) -> Known:
    if not isinstance(value, dict):
        raise UsageError(f"{where} must be an object with {', '.join(sorted(_KEYS))}")
    if lacking := sorted(_KEYS - value.keys()):
        raise UsageError(
            f"{where} must have `{lacking[0]}`; copy it from receipt.json, or use --update-baseline"
        )
    if unknown := sorted(value.keys() - _KEYS):
        raise UsageError(
            f"{where} may have {', '.join(sorted(_KEYS))} only; remove what else it has ({len(unknown)})"
        )
    for key in sorted(_KEYS - {"status"}):
        if not isinstance(value[key], str) or (key != "reason" and not value[key]):
            raise UsageError(f"{where}/{key} must be text; copy it from receipt.json")
    status = value["status"]
    if status is not None and (not isinstance(status, int) or isinstance(status, bool)):
        raise UsageError(f"{where}/status must be a whole number, or null where there was no answer")
    try:
        until = dt.date.fromisoformat(value["until"])
    except ValueError:
        raise UsageError(f"{where}/until must be a day such as 2026-12-31") from None
    read: dict[str, Any] = {**value, "until": until}
    found = Known(**read)
    if found.id != identity(found.check, found.operation, found.clause, found.status):
        raise UsageError(
            f"{where}/id is not that of check, operation, clause and status beside it, so the entry would be"
            " silent about another finding: copy all five from receipt.json"
        )
    return found
