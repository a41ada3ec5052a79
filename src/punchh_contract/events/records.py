"""From a stream of bytes to records: lines of NDJSON, elements of a JSON array, or one document.

Memory is bounded whatever the size: blocks come in, records go out, and what is longer than `RECORD_LIMIT`
is a record that says so. A record that is broken never ends the rest. docs/events.md lists the decisions.
"""

import itertools
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Literal, cast

from punchh_contract.events.intake import BLOCK, RECORD_LIMIT, TOO_LONG, Input, Raw
from punchh_contract.events.reading import BLANK, EMPTY, Unreadable, parsed

# Shorter lines may hold nothing at all.
_SHORT = 64
# The first line that holds something, and the first byte of the next.
_TWO_LINES = re.compile(rb"[ \t\r\n]*+([^\n]++)\n[ \t\r\n]*+([^ \t\r\n])")


def records(stream: BinaryIO, *, file: str = "", as_lines: bool) -> Iterator[Raw]:
    """Yield the records of a stream; `as_lines` if it is known to be NDJSON, else its beginning decides.

    What begins with `[` is an array. What begins otherwise is NDJSON if its first filled line is a JSON value
    by itself and another follows, or if it is no JSON and its first two filled lines each open an object, as
    no document does that is cut or broken elsewhere; else it is one event.
    """
    source = Input(stream, file)
    form = "lines" if as_lines else form_of(source)
    if form == "lines":
        yield from lines(source)
    elif form == "array":
        from punchh_contract.events.arrays import elements  # here, since most files hold none

        yield from elements(source)
    elif len(source.held) > RECORD_LIMIT:
        yield Raw(b"", file, start=source.start, problem=TOO_LONG)
    elif source.held.strip(BLANK):
        yield Raw(source.held, file, start=source.start, problem=source.problem)
    else:
        yield Raw(b"", file, problem=source.problem or EMPTY)


def form_of(source: Input) -> Literal["array", "lines", "document"]:
    """What a stream is by its beginning; holds all of it, up to the limit, if it may be one document."""
    while not (begin := source.held.lstrip(BLANK)[:1]) and len(source.held) <= RECORD_LIMIT:
        if not source.more():
            break
    if begin == b"[":
        return "array"
    open_both = decided = False
    while True:
        if not decided and (two := _TWO_LINES.match(source.held)):
            decided = True
            if not isinstance(parsed(two[1]), Unreadable):
                return "lines"
            open_both = two[1].startswith(b"{") and two[2] == b"{"
        if len(source.held) > RECORD_LIMIT or not source.more(max(BLOCK, len(source.held))):
            break
    if open_both and (len(source.held) > RECORD_LIMIT or isinstance(parsed(source.held), Unreadable)):
        return "lines"
    return "document"


def lines(source: Input, *, whole: bool = True) -> Iterator[Raw]:
    """Yield each line that holds something, numbered from 1. `whole`: if none does, a record says so."""
    number, filled, start = 0, False, source.start
    file = source.file
    raw_of = cast(Any, tuple.__new__)  # what NamedTuple calls too, by a detour that is felt
    rest = bytearray()  # of a line whose end has not come yet
    lost = 0  # bytes of that line that were let go, since it is too long
    for block in itertools.chain(iter(source.take, b""), [None]):
        if block is None:
            ended, rest = ([bytes(rest)] if rest or lost else []), bytearray()
        else:
            first, *ended = block.split(b"\n")
            rest += first
            if ended:
                ended, rest = [bytes(rest), *ended[:-1]], bytearray(ended[-1])
        for line in ended:
            number += 1
            length = lost + len(line)
            if length > RECORD_LIMIT:
                filled = True
                yield Raw(b"", file, number, number, 1, start, TOO_LONG)
            elif length > _SHORT or line.strip(BLANK):
                filled = True
                yield raw_of(Raw, (line, file, number, number, 1, start, None))
            start += length + 1
            lost = 0
        if lost + len(rest) > RECORD_LIMIT:
            lost, rest = lost + len(rest), bytearray()
    if source.problem:
        yield Raw(b"", file, None, number or 1, 1, start, source.problem)
    elif whole and not filled:
        yield Raw(b"", file, problem=EMPTY)
