"""What comes in: a stream of bytes, held by blocks, and the record as it was read, not judged yet."""

import codecs
import contextlib
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, NamedTuple

from punchh_contract.events.reading import Unreadable, parsed

BLOCK = 2**17
"""Bytes that are read at once."""
RECORD_LIMIT = 16 * 2**20
"""Bytes of a record at most. An event has 2,500."""

TOO_LONG = Unreadable(
    f"must be one event, and is longer than {RECORD_LIMIT // 2**20} MB",
    "put one event on each line, or all into a JSON array",
)
_GZIP = b"\x1f\x8b"  # no text begins like that
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_CUT = Unreadable("must be whole gzip, and stops short or is damaged", "copy the file anew; the rest is lost")


class Raw(NamedTuple):
    """One record as it was read."""

    data: bytes
    """Its bytes, without line feed or comma; empty if it is longer than `RECORD_LIMIT`."""
    file: str = ""
    """As the user named it; `` for a stream that came by itself."""
    number: int | None = None
    """As `Finding.record`."""
    line: int = 1
    column: int = 1
    """Where it begins; the column in code points."""
    start: int = 0
    """Byte of the file, unpacked, where it begins."""
    problem: Unreadable | None = None
    """What is wrong with it, whatever it holds."""

    @property
    def value(self) -> Any | Unreadable:
        """Its JSON value, or why there is none."""
        return self.problem or parsed(self.data)

    def __repr__(self) -> str:
        """What it holds is a guest's, and is not shown."""
        return f"Raw({len(self.data)} bytes of {self.file}, record {self.number})"


class Input:
    """A stream, and what was read of it and not used yet; gzip is unpacked, a byte order mark left out."""

    def __init__(self, stream: BinaryIO, file: str = "", *, start: int = 0) -> None:
        """Read the first block. `file` is its name for the user; `start` is where the stream begins in it:
        only at 0 it can be packed."""
        # A pipe gives what it has, and is not waited for until a block is full.
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self._ended = False
        self.file = file
        self.problem: Unreadable | None = None
        """Why it ended before its end."""
        self.held = b""
        self.start = start
        """Byte of the file where `held` begins."""
        self._hold(len(_GZIP))
        self.packed = start == 0 and self.held.startswith(_GZIP)
        if self.packed:
            self._read = _Unpacking(self._read, self.held).read
            self.held = b""
        self._hold(len(codecs.BOM_UTF8))
        if start == 0 and self.held.startswith(codecs.BOM_UTF8):
            self.drop(len(codecs.BOM_UTF8))

    def more(self, size: int = BLOCK) -> bool:
        """Hold one block more, of `size` bytes at most; False at the end."""
        block = b""
        if not self._ended:
            try:
                block = self._read(size)
            except (EOFError, zlib.error):
                self.problem = _CUT
        self._ended = not block
        self.held += block
        return bool(block)

    def _hold(self, length: int) -> None:
        while len(self.held) < length and self.more():
            pass

    def drop(self, length: int) -> None:
        """Let go of the first bytes."""
        self.held = self.held[length:]
        self.start += length

    def take(self) -> bytes:
        """Return and let go of what is held, or else of the next block; empty at the end."""
        if not self.held:
            self.more()
        taken, self.held = self.held, b""
        self.start += len(taken)
        return taken


class _Unpacking:
    """Gzip undone block by block, from any stream, also where several were joined."""

    def __init__(self, read: Callable[[int], bytes], packed: bytes) -> None:
        self._read, self._packed = read, packed
        self._member = zlib.decompressobj(_GZIP_WINDOW)
        self._damaged = False

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, none at the end. Raises EOFError or zlib.error for what is damaged."""
        while True:
            plain = self._unpacked(size)
            if plain:
                return plain
            if self._member.eof:
                # What follows may be padded with zeros.
                self._packed = self._member.unused_data.lstrip(b"\0")
                while not self._packed and (block := self._read(BLOCK)):
                    self._packed = block.lstrip(b"\0")
                if not self._packed:
                    return b""
                self._member = zlib.decompressobj(_GZIP_WINDOW)
            elif not self._packed:
                self._packed = self._read(BLOCK)
                if not self._packed:
                    raise EOFError

    def _unpacked(self, size: int) -> bytes:
        if self._damaged:
            raise EOFError
        before = self._member.copy()
        try:
            plain = self._member.decompress(self._packed, size)
        except zlib.error:
            # With it went what stands before the damage: byte by byte up to there.
            self._damaged = True
            whole = bytearray()
            with contextlib.suppress(zlib.error):
                for place in range(len(self._packed)):
                    whole += before.decompress(self._packed[place : place + 1])
                    if len(whole) > RECORD_LIMIT:
                        break
            return bytes(whole)
        self._packed = self._member.unconsumed_tail
        return plain
