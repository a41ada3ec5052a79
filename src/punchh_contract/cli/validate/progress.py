"""How far a long run is, with its rate and the time left, on a terminal; else nothing.

Drawn by click, which is here anyway: `rich` is no part of the base install, and slow to import.
"""

import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, BinaryIO, cast

import click

from punchh_contract.events.sources import Source

_PATIENCE = 1.0
"""Seconds that nobody needs to be told anything."""
_PAUSE = 0.2


class Progress:
    """A line on standard error; cheap to be told of bytes and events."""

    def __init__(self, total: int | None, *, shown: bool) -> None:
        """`total` is in bytes, None if it is not known."""
        self._total = total
        self._shown = shown
        self._began = time.monotonic()
        self._due = self._began + _PATIENCE
        self._bar: Any = None
        self._bytes = self._drawn = self._events = 0

    def watched(self, source: Source) -> Source:
        """Return the source with its reading told here."""
        if not self._shown:
            return source

        @contextmanager
        def open_() -> Generator[BinaryIO]:
            with source.open() as stream:
                yield cast(BinaryIO, _Watched(stream, self))

        return replace(source, open=open_)

    def read(self, number: int) -> None:
        """Take note of bytes that were read."""
        self._bytes += number
        self._draw()

    def events(self, number: int) -> None:
        """Take note of the events so far."""
        self._events = number
        self._draw()

    def end(self) -> None:
        """Leave the line."""
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None
        self._shown = False

    def _draw(self) -> None:
        if not self._shown or (now := time.monotonic()) < self._due:
            return
        self._due = now + _PAUSE
        if self._bar is None:
            self._bar = click.progressbar(
                iter(str, None) if self._total is None else None,  # one without an end
                length=self._total,
                label="Checking",
                file=sys.stderr,
                item_show_func=lambda rate: rate,
            )
            self._bar.start = self._began
        rate = f"{self._events / (now - self._began):,.0f} events/s"
        self._bar.update(self._bytes - self._drawn, rate)
        self._drawn = self._bytes


@contextmanager
def progress(sources: list[Source], *, quiet: bool = False) -> Generator[Progress]:
    """Yield the progress of a run over sources; quiet where standard error is no terminal."""
    shown = not quiet and sys.stderr is not None and sys.stderr.isatty()
    told = Progress(size(sources) if shown else None, shown=shown)
    try:
        yield told
    finally:
        told.end()


def size(sources: list[Source]) -> int | None:
    """Return the bytes of all sources; None if one of them is no file."""
    try:
        return sum(os.stat(source.path or source.name).st_size for source in sources)  # noqa: PTH116  # pathlib is slow to load
    except OSError:
        return None


class _Watched:
    def __init__(self, stream: BinaryIO, told: Progress) -> None:
        self._read = getattr(stream, "read1", stream.read)
        self._told = told

    def read(self, size: int) -> bytes:
        block: bytes = self._read(size)
        self._told.read(len(block))
        return block
