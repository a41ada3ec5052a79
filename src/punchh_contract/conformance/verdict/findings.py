"""What can be wrong, as values: the request that showed it, the finding, and findings grouped by clause."""

import dataclasses
import enum
import hashlib
from collections.abc import Iterable
from typing import Any, Literal

Digest = Literal["none", "right", "other algorithm", "other path", "other body"]
"""What a request's digest was made over: its own bytes, or something else; `none`: it has no digest."""


class Severity(enum.IntEnum):
    """How bad a finding is, worst first: sort ascending."""

    SPEND = 1
    """Something was taken that must not be: a quote that committed, a request that had to be refused."""
    ACCESS = 2
    """A request without the right credentials, or without a needed header, was not refused for that."""
    LOSS = 3
    """A good request was refused, or got no answer."""
    AMOUNT = 4
    """What was taken or granted is another amount, of another kind or from somebody else than asked for."""
    CRASH = 5
    """An answer of 5xx."""
    STATUS = 6
    """A refusal with another status than the contract has for it."""
    SHAPE = 7
    """A body, header or content type that breaks the contract."""
    GOAL = 8
    """The run did not see what it had to see to be worth anything."""


@dataclasses.dataclass(frozen=True)
class Exchange:
    """A request as it can be sent again, without a secret or a guest's data in it.

    `uri` is path and query. `headers` and `body` are templates: JSON with placeholders (see `templates`);
    `headers` lacks what any client sets by itself. `digest` says what was signed, `secret` names the variable
    that holds the secret (None: unsigned). `statuses` are those that the answer may have. `probe` names the
    own check whose request this is. `once` counts what it names and a redemption may use up: assets of the
    fixtures, values that the target handed out.
    """

    operation: str
    phase: str
    seed: int
    uri: str
    headers: dict[str, Any]
    body: Any
    digest: Digest = "none"
    secret: str | None = None
    statuses: tuple[int, ...] = ()
    probe: str | None = None
    once: int = 0

    def dump(self) -> dict[str, Any]:
        """The exchange as JSON values."""
        return {**vars(self), "statuses": list(self.statuses)}

    @classmethod
    def load(cls, values: dict[str, Any]) -> "Exchange":
        """Read what `dump` wrote. Raises KeyError or TypeError for anything else."""
        read: dict[str, Any] = {**values, "statuses": tuple(values["statuses"])}
        return cls(**read)


@dataclasses.dataclass(frozen=True)
class Scene:
    """One thing that happens in a story, in `words`: a request, or what was done through a control plane
    (`move`: method, path below `/_sandbox/`, body). What has the same `turn` was sent at once. `variables`
    are those of the request that the run invented itself.
    """

    words: str
    exchange: Exchange | None = None
    move: tuple[str, str, Any] | None = None
    turn: int | None = None
    variables: dict[str, str] = dataclasses.field(default_factory=dict)

    def dump(self) -> dict[str, Any]:
        """The scene as JSON values."""
        return {**vars(self), "exchange": self.exchange.dump() if self.exchange else None}

    @classmethod
    def load(cls, values: dict[str, Any]) -> "Scene":
        """Read what `dump` wrote. Raises KeyError or TypeError for anything else."""
        exchange, move = values["exchange"], values["move"]
        read: dict[str, Any] = {
            **values,
            "exchange": Exchange.load(exchange) if exchange else None,
            "move": tuple(move) if move else None,
        }
        return cls(**read)


@dataclasses.dataclass(frozen=True)
class Story:
    """What led to a finding of a law, in order. `drawn` are the steps, as the laws name them, of a story that
    nobody wrote down, to tell it again.
    """

    name: str
    scenes: tuple[Scene, ...]
    drawn: tuple[tuple[str, dict[str, Any]], ...] = ()

    def dump(self) -> dict[str, Any]:
        """The story as JSON values."""
        return {
            "name": self.name,
            "scenes": [each.dump() for each in self.scenes],
            "drawn": [list(each) for each in self.drawn],
        }

    @classmethod
    def load(cls, values: dict[str, Any]) -> "Story":
        """Read what `dump` wrote. Raises KeyError or TypeError for anything else."""
        scenes = tuple(Scene.load(each) for each in values["scenes"])
        return cls(values["name"], scenes, tuple((rule, dict(drawn)) for rule, drawn in values["drawn"]))


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that is wrong with one answer, or with the run.

    `check` is one of: server_error, undocumented_status, content_type, response_schema, response_headers,
    accepted_invalid, refused_valid, accepted_without_header, no_answer, `probe:<name>`, quote_committed,
    quote_changed, goal, `law:<id>`. `clause` is a JSON pointer into the contract (`#/components/…`).
    `statement` says in our words what the contract wants; it never quotes a value. `status` is None where
    there was no answer. `story` is what led to it, where one request does not show it.
    """

    check: str
    operation: str
    clause: str
    severity: Severity
    statement: str
    status: int | None = None
    exchange: Exchange | None = None
    story: Story | None = None

    @property
    def id(self) -> str:
        """Eight hexadecimal digits: the same for findings of one check, operation, clause and status."""
        return identity(self.check, self.operation, self.clause, self.status)

    def dump(self) -> dict[str, Any]:
        """The finding as JSON values."""
        return {
            **vars(self),
            "severity": self.severity.name,
            "exchange": self.exchange.dump() if self.exchange else None,
            "story": self.story.dump() if self.story else None,
        }

    @classmethod
    def load(cls, values: dict[str, Any]) -> "Finding":
        """Read what `dump` wrote. Raises KeyError or TypeError for anything else."""
        exchange, story = values["exchange"], values.get("story")
        read: dict[str, Any] = {
            **values,
            "severity": Severity[values["severity"]],
            "exchange": Exchange.load(exchange) if exchange else None,
            "story": Story.load(story) if story else None,
        }
        return cls(**read)


def identity(check: str, operation: str, clause: str, status: int | None) -> str:
    """The id of findings: eight hexadecimal digits of what they share."""
    key = f"{check}|{operation}|{clause}|{'' if status is None else status}"
    return hashlib.sha256(key.encode()).hexdigest()[:8]


@dataclasses.dataclass(frozen=True)
class Group:
    """All findings of one id; `first` stands for them."""

    first: Finding
    count: int

    @property
    def id(self) -> str:
        """The id that its findings share."""
        return self.first.id


def group(findings: Iterable[Finding]) -> list[Group]:
    """Group findings by id, worst first, then by operation and clause.

    Kept of each is one of its worst whose request can best be sent again: the first seen of those that name
    the least that may be used up; of stories the shortest.
    """
    first: dict[str, Finding] = {}
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.id] = counts.get(finding.id, 0) + 1
        kept = first.setdefault(finding.id, finding)
        if _rank(finding) < _rank(kept):
            first[finding.id] = finding
    groups = [Group(finding, counts[each]) for each, finding in first.items()]
    return sorted(
        groups,
        key=lambda each: (
            each.first.severity,
            each.first.operation,
            each.first.check,
            _natural(each.first.clause),
        ),
    )


def _rank(finding: Finding) -> tuple[int, bool, int, int]:
    # One invalid body that was redeemed makes its whole group a matter of money.
    once = finding.exchange.once if finding.exchange else 0
    return finding.severity, finding.exchange is None, len(finding.story.scenes) if finding.story else 0, once


def _natural(clause: str) -> list[tuple[int, str]]:
    """A pointer in the order of a reader: `required/2` before `required/10`."""
    return [(int(step), "") if step.isdecimal() else (-1, step) for step in clause.split("/")]
