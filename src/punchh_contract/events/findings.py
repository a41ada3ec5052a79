"""What a check returns: findings, the findings of one event, and the sums over many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, overload

Severity = Literal["error", "drift"]
"""`error` breaks the contract; `drift` is a field or value that the contract, open on purpose, lacks."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with one event.

    Nothing in it is a guest's data unless values were asked for; see `masking`.
    """

    pointer: str
    """JSON pointer into the event, `` for the event itself; a name that may be personal is masked in it."""
    rule: str
    """The keyword of JSON Schema that was broken (`type`, `required`), or `json` for what cannot be read."""
    expectation: str
    """What the contract expects, as a sentence without its full stop: `must be a whole number`."""
    fix: str
    """What to do about it, in the same form."""
    severity: Severity = "error"
    value: str | None = None
    """What was found: kind and length, or the value if values were asked for; None where nothing was."""
    file: str | None = None
    """The file as the user named it, `-` for standard input; None for an event that came by itself."""
    record: int | None = None
    """Position in a JSON array, or line of an NDJSON file, from 1; None where the file is one event."""


@dataclass(frozen=True, slots=True)
class Findings(Sequence[Finding]):
    """The findings of one event, in the order of the schema, errors before drift. Empty means valid."""

    items: tuple[Finding, ...] = ()
    drifts: bool = False
    """Whether the event, valid or not, has fields or values that the contract does not know. They are among
    the findings only when the check was strict."""

    @property
    def valid(self) -> bool:
        """Whether there is no finding."""
        return not self.items

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.items)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        return self.items[index]


@dataclass(slots=True)
class Summary:
    """Sums over the events of a run; `add` is called once for each event."""

    files: int = 0
    events: int = 0
    events_with_findings: int = 0
    events_with_drift: int = 0
    errors: int = 0
    drift: int = 0
    """Findings of severity `drift`: none unless the check was strict."""
    unreadable: int = 0
    """Files, folders and other inputs that could not be read, or not to their end."""

    @property
    def findings(self) -> int:
        """All findings."""
        return self.errors + self.drift

    def add(self, findings: Findings) -> None:
        """Count one event."""
        drift = sum(each.severity == "drift" for each in findings)
        self.events += 1
        self.events_with_findings += not findings.valid
        self.events_with_drift += findings.drifts
        self.errors += len(findings) - drift
        self.drift += drift
