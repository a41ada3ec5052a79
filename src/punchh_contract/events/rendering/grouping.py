"""Findings that are the same fault of many events, as one: how often, in how many events, and one of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from punchh_contract.events.findings import Finding

KINDS = 10_000
"""Groups that are kept at most, so that memory is bounded whatever the events hold; the rest is counted."""


@dataclass(slots=True)
class Group:
    """The findings of one fingerprint."""

    sample: Finding
    """The first of them."""
    count: int = 0
    events: int = 0
    """Events that have it; a fault in each item of a list counts once here."""


class Groups:
    """All findings of a run by fingerprint; `add` is called once for each event."""

    def __init__(self, kinds: int = KINDS) -> None:
        """Keep `kinds` groups at most."""
        self._kinds = kinds
        self._groups: dict[str, Group] = {}
        self.ungrouped = 0
        """Findings beyond the groups that are kept."""

    def add(self, findings: Iterable[Finding]) -> None:
        """Count the findings of one event."""
        seen: set[str] = set()
        for finding in findings:
            fingerprint = finding.fingerprint
            group = self._groups.get(fingerprint)
            if group is None:
                if len(self._groups) >= self._kinds:
                    self.ungrouped += 1
                    continue
                group = self._groups[fingerprint] = Group(finding)
            group.count += 1
            if fingerprint not in seen:
                seen.add(fingerprint)
                group.events += 1

    def ranked(self) -> list[Group]:
        """Return them errors first, then by number of findings, then in the order that they were met."""
        return sorted(
            self._groups.values(), key=lambda group: (group.sample.severity == "drift", -group.count)
        )
