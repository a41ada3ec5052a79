"""Calls the store from the event loop: where it stands for SQLite, which answers at once and one at a time;
in a worker thread for a database server, which lets the others go on meanwhile."""

from collections.abc import Callable
from typing import Protocol, TypeVar

import anyio.to_thread

_T = TypeVar("_T")


class Stored(Protocol):
    """What this needs to know of a store."""

    @property
    def inline(self) -> bool:
        """Whether a call does not wait for anybody else."""
        raise NotImplementedError


async def in_store(store: Stored, call: Callable[[], _T]) -> _T:
    """What `call` returns or raises; it may use the store as it likes. Once begun it is carried to its end,
    even if the caller is gone: nobody knows half a transaction."""
    if store.inline:
        return call()
    return await anyio.to_thread.run_sync(call)
