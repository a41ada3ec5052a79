"""What has to be closed before this process is forked, and who goes on with it afterwards.

SQLite keeps locks, and what it knows of a file's log, for a process; a child that inherits an open file takes
its parent's locks for its own, and what it writes can be lost. So files are closed for the fork and opened
again by both, each when it next needs them.
"""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from typing import Generic, Protocol, TypeVar

__all__ = ["Forkable", "Forkables"]


class Forkable(Protocol):
    """What holds files of SQLite."""

    def before_fork(self) -> None:
        """Close them, and let no thread use them until `after_fork`."""
        raise NotImplementedError

    def after_fork(self, *, child: bool) -> None:
        """Let them be used again; in the child as somebody new."""
        raise NotImplementedError


F = TypeVar("F", bound=Forkable)


class Forkables(Generic[F]):
    """Objects of this process that still exist, each told of a fork by Python's `os.fork`."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._known: weakref.WeakSet[F] = weakref.WeakSet()
        self._held: tuple[F, ...] = ()
        if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
            os.register_at_fork(
                before=self._before,
                after_in_parent=lambda: self._after(child=False),
                after_in_child=lambda: self._after(child=True),
            )

    def add(self, each: F) -> None:
        """Know an object from now on, for as long as it exists."""
        with self._lock:
            self._known.add(each)

    def all(self) -> tuple[F, ...]:
        """Return those that exist now."""
        with self._lock:
            return tuple(self._known)

    def _before(self) -> None:
        # Held until after the fork, so that nothing new is opened meanwhile.
        self._lock.acquire()
        self._held = tuple(self._known)
        for each in self._held:
            each.before_fork()

    def _after(self, *, child: bool) -> None:
        for each in self._held:
            with contextlib.suppress(Exception):
                each.after_fork(child=child)
        self._held = ()
        self._lock.release()
