"""An entry of the journal: what was sent, where, by whom, and what is known of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from punchh_contract.auth import Credentials
    from punchh_contract.facts import Operation

__all__ = ["COLUMNS", "Entry", "Intent", "Place", "State", "authority_of", "entry_of"]

State = Literal["pending", "answered", "failed"]

COLUMNS = (
    "id, host, operation, method, uri, body, external_uid, fingerprint, keyed, authority,"
    " state, owner, begun_at, ended_at, status, answer, reason"
)


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One commit: what was sent, where, and what is known of it.

    `body` and `answer` are the exact bytes and hold guests' data; the repr shows neither. `authority` is a
    digest of the guest's access token that it was signed in with (None: none was sent). `state` is `pending`
    while the outcome is unknown, `answered` once it is known, `failed` if it certainly did not happen.
    `owner` is the process that is at it. Times have UTC.
    """

    id: int
    host: str
    operation_id: str
    method: str
    uri: str
    body: bytes
    external_uid: str | None
    fingerprint: str
    keyed: bool
    authority: str | None
    state: State
    owner: str | None
    begun_at: datetime
    ended_at: datetime | None
    status: int | None
    answer: bytes | None
    reason: str | None

    def __repr__(self) -> str:
        return (
            f"Entry(id={self.id}, operation_id={self.operation_id!r}, state={self.state!r},"
            f" external_uid={self.external_uid!r}, fingerprint={self.fingerprint!r})"
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call stands: in which journal, as which entry. The fingerprint is the call's: in another file,
    or in one that was made anew, the same number is another call.
    """

    journal: Path
    id: int
    fingerprint: str


class Intent:
    """What a running call knows of its entry. The journal holds it weakly: a call that is over, however it
    ended, is then at its entry no more.

    `place` is None as long as nothing is written down. `abandoned`: the call was given up before it sent
    anything, so that whoever is still writing the intent down takes it back.
    """

    __slots__ = ("__weakref__", "abandoned", "place")

    def __init__(self, place: Place | None = None) -> None:
        self.place = place
        self.abandoned = False


def authority_of(operation: Operation, credentials: Credentials) -> str | None:
    """Return a digest that tells whose access token a call carries; None if it carries none.

    Tills and staff name the guest in the body, so their keys do not matter here.
    """
    schemes = {scheme.name for alternative in operation.security for scheme in alternative}
    if "accessToken" not in schemes or not credentials.access_token:
        return None
    return hashlib.sha256(credentials.access_token.encode()).hexdigest()


def entry_of(row: tuple[object, ...]) -> Entry:
    """Return a row of the table, its columns those of `COLUMNS`, as an entry."""
    values = dict(zip((each.strip() for each in COLUMNS.split(",")), row, strict=True))
    values["operation_id"] = values.pop("operation")
    values["keyed"] = bool(values["keyed"])
    for name in ("begun_at", "ended_at"):
        seconds = values[name]
        values[name] = datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, float) else None
    return Entry(**values)  # type: ignore[arg-type]  # only `begin` writes rows
