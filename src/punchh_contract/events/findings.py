"""What a check returns: findings, the findings of one event, and the sums over many."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, overload

Severity = Literal["error", "drift"]
"""`error` breaks the contract; `drift` is a field or value that the contract, open on purpose, lacks."""

# Rules that one place of the schema can break in several ways, told apart by what was expected.
_MANIFOLD = frozenset({"json", "required"})
_INDEX = re.compile(r"/(?:0|[1-9][0-9]*)(?=/|$)")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with one event.

    Nothing in it is a guest's data unless values were asked for; see `masking`.
    """

    pointer: str
    """JSON pointer into the event, `` for the event itself; a name that may be personal is masked in it."""
    rule: str
    """The keyword of JSON Schema that was broken (`type`, `required`), `json` for what cannot be read, or
    `limit` for an event that has more faults than are told, 1,000."""
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
    line: int | None = None
    """Line of the file, or of an event that came by itself, from 1; None if it came as a mapping. Lines end
    with a line feed."""
    column: int | None = None
    """Column in that line, from 1, in Unicode code points as editors count them, a byte order mark not
    counted. Line and column say where the value begins; for a property that is missing where its object
    begins, for one that is unknown where its name begins, for what is no JSON where reading stopped. Of a
    property that stands twice it is the last one, which counts."""
    schema_pointer: str = ""
    """JSON pointer of the rule in the generated schema of the event, its strict twin if it is drift:
    `/$defs/EventUser/properties/email/type`. `` for what is no JSON."""
    source: str | None = None
    """Where the contract has the rule from: document and contradiction nearest above it, `SEED-004, C-41`."""

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits, the same for the same fault of any event, record or place in a list."""
        import hashlib  # here: OpenSSL takes a tenth of a command's time, and most runs find nothing

        place = _INDEX.sub("/*", self.pointer)
        how = self.expectation if self.rule in _MANIFOLD else ""
        said = "\n".join((self.rule, self.severity, place, self.schema_pointer, *([how] if how else ())))
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:12]


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


VALID = Findings()
"""What nearly every event gets: no finding, no drift."""


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
        if not findings.items:  # nearly every one
            self.events += 1
            self.events_with_drift += findings.drifts
            return
        drift = sum(each.severity == "drift" for each in findings)
        self.events += 1
        self.events_with_findings += 1
        self.events_with_drift += findings.drifts
        self.errors += len(findings) - drift
        self.drift += drift

    def merge(self, other: "Summary") -> None:
        """Add the events of another run over other events; its files and inputs are not counted here."""
        self.events += other.events
        self.events_with_findings += other.events_with_findings
        self.events_with_drift += other.events_with_drift
        self.errors += other.errors
        self.drift += other.drift
