"""The budget of refused authentications: vendors block an address after ten in ten minutes (AE-RATE, quoting
PAR; not ours to try), so a run keeps to eight, and remembers them between runs.
"""

import contextlib
import json
import math
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from punchh_contract.errors import UsageError

STATUSES = frozenset({401, 403, 412})
"""What an authentication that failed is answered with: 412 is a digest's."""
LIMIT = 8
WINDOW = 600.0
"""Seconds in which so many are allowed."""

Clock = Callable[[], float]
"""Gives Unix seconds: a history outlives the process, so a monotonic clock would not do."""


class Refusals:
    """Counts refusals in a sliding window.

    `history` are the times of earlier ones, in Unix seconds; `limit` None is for a target of our own, where
    nobody counts. `save` is given all that still count, whenever one is added.
    """

    def __init__(
        self,
        history: Iterable[float],
        clock: Clock,
        limit: int | None = LIMIT,
        window: float = WINDOW,
        save: Callable[[list[float]], None] | None = None,
    ) -> None:
        self._clock = clock
        self._limit = limit
        self._window = window
        self._save = save
        self._times = sorted(history)

    @classmethod
    def unlimited(cls) -> "Refusals":
        """The budget on a target of our own: none, and nothing to remember."""
        return cls((), lambda: 0.0, limit=None)

    @property
    def left(self) -> int | None:
        """How many calls that expect a refusal may still be made now; None is no limit."""
        return None if self._limit is None else max(0, self._limit - len(self._counting()))

    @property
    def blocked(self) -> bool:
        """Whether more were seen than a run may cause: it has to stop."""
        return self._limit is not None and len(self._counting()) > self._limit

    @property
    def wait(self) -> float:
        """Seconds until a call that expects a refusal may be made; 0 when one may be made now."""
        counting = self._counting()
        if self._limit is None or len(counting) < self._limit:
            return 0.0
        return counting[-self._limit] + self._window - self._clock()

    def take(self) -> bool:
        """Ask for a call that expects a refusal; False means that it must not be made.

        A granted one counts at once, whatever its answer will be. Report it with `seen(…, expected=True)`.
        """
        if self.left == 0:
            return False
        self._add()
        return True

    def seen(self, status: int, *, expected: bool = False) -> None:
        """Count an answer; `expected` says that its call was granted by `take`, and so is counted already."""
        if status in STATUSES and not expected:
            self._add()

    def _add(self) -> None:
        if self._limit is None:
            return
        self._times = sorted([*self._counting(), self._clock()])
        if self._save:
            self._save(self._times)

    def _counting(self) -> list[float]:
        # Times beyond the window ahead are those of a clock that was set back; they would block for ages.
        now = self._clock()
        return [each for each in self._times if now - self._window < each <= now + self._window]


class History:
    """The file in which refusals are remembered: JSON, `{origin: [Unix seconds, …]}`.

    `warning` says what is wrong with it, None if nothing is. Of runs that overlap only the last one's stay.
    """

    def __init__(self, path: Path, origin: str) -> None:
        self._path = path
        self._origin = origin
        self.warning: str | None = None

    def load(self) -> list[float]:
        """The times for the origin; none, and a warning, if the file is not what it should be."""
        return self._read().get(self._origin, [])

    def check(self) -> None:
        """Raise UsageError if the file cannot be written, before anything is sent that would have to be."""
        try:
            self._write(self._read())
        except OSError as error:
            raise UsageError(
                f"{self._path}: refused authentications are remembered there, and it cannot be written:"
                f" {error.strerror}; make its folder writable"
            ) from error

    def save(self, times: list[float]) -> None:
        """Put the times for the origin into the file; a failure becomes a warning, for the run goes on."""
        newest = max(times, default=0.0)
        others = {
            origin: kept
            for origin, each in self._read().items()
            if origin != self._origin and (kept := [time for time in each if time > newest - WINDOW])
        }
        try:
            self._write({**others, self._origin: times})
        except OSError as error:
            self.warning = (
                f"{self._path}: could not be written ({error.strerror}); the next run will not know of the"
                " refusals of this one"
            )

    def _read(self) -> dict[str, list[float]]:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            self.warning = f"{self._path}: cannot be read ({error.strerror}); earlier refusals are not known"
            return {}
        try:
            return _entries(json.loads(content))
        except (ValueError, OverflowError, RecursionError):
            self.warning = f"{self._path}: not a history of refusals; taken for empty and written anew"
            return {}

    def _write(self, entries: dict[str, list[float]]) -> None:
        """Write beside it and rename, so that no reader ever finds half a file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=f"{self._path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(entries, file)
            Path(name).replace(self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise


def remembered(path: Path, origin: str, clock: Clock, *, keep: bool = True) -> tuple[Refusals, History]:
    """The budget for a target of somebody else's, and the file behind it, whose `warning` is to be shown.

    With `keep` false the file is read and never written: for a rehearsal, which sends nothing. Raises
    UsageError if the file cannot be written.
    """
    history = History(path, origin)
    times = history.load()
    if keep:
        history.check()
    return Refusals(times, clock, save=history.save if keep else None), history


def _entries(document: Any) -> dict[str, list[float]]:
    """Raises ValueError for a document of another form."""
    if not isinstance(document, dict):
        raise ValueError("no object")  # noqa: TRY004  # one kind of error for one kind of fault
    for times in document.values():
        if not isinstance(times, list) or not all(
            type(each) in (int, float) and math.isfinite(each) for each in times
        ):
            raise ValueError("no list of times")
    return {origin: [float(each) for each in times] for origin, times in document.items()}
