"""The elements of a JSON array of any size, one at a time; where one is broken, the next is looked for.

An element is cut out by its brackets, texts in quotes skipped over, and is judged by others. It is broken if
brackets or quotes do not fit. Then all belongs to it up to the next place where an event seems to begin: an
object whose first name is one of the envelope's, behind a comma or a closing brace. What stood between counts
as that one record. No byte is passed over but white space, and the brackets and commas of the array itself.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import replace

from punchh_contract.event_schemas import event_schema
from punchh_contract.events.intake import BLOCK, RECORD_LIMIT, TOO_LONG, Input, Raw
from punchh_contract.events.reading import BLANK, EMPTY, Unreadable, parsed

_OPEN_TEXT = rb'"[^"\\\x00-\x1f]*+(?:\\[^\x00-\x1f][^"\\\x00-\x1f]*+)*+'
# What can stand outside of texts and brackets: numbers, the three words, and those that are none (NaN).
_BETWEEN = re.compile(rb'(?:[ \t\r\n,:0-9+\-.eEtrufalsnNIiy]++|%b")*+' % _OPEN_TEXT)
_SCALAR = re.compile(rb'%b"|[^ \t\r\n,\[\]{}"]++' % _OPEN_TEXT)
_CUT_TEXT = re.compile(rb"%b\\?\Z" % _OPEN_TEXT)
# What is no value, up to where one may begin or end; a colon says that it is a piece of an object.
_STRAY = re.compile(rb'[^,:\[\]{"]++(?=[,\[\]{])')
_BLANK = rb"[ \t\r\n]*+"
_GAP = re.compile(_BLANK)
_CLOSERS = {ord("{"): ord("}"), ord("["): ord("]")}
# Bytes at the end of a block that may be the beginning of a sign.
_SIGN_LENGTH = 4096

_STOPS_SHORT = Unreadable("must be complete, and stops short", "look for a recording that was cut")
_SEPARATOR = Unreadable(
    "must be followed by a comma or the end of the array", "put the comma there, or look for cut bytes"
)
_COMMA = Unreadable(
    "must have an event on both sides of a comma", "remove the comma, or look for what is lost"
)
_AFTER = Unreadable("must end after the array", "put one array into each file")


class _IncompleteError(Exception):
    """The end of an element is not there yet."""


class _BrokenError(Exception):
    """Brackets or quotes of an element do not fit."""


def elements(source: Input) -> Iterator[Raw]:
    """Yield the elements of the array that `source` begins with, or a record that says it is empty."""
    yield from _Walk(source).elements()


class _Walk:
    """One walk: where it stands in what the source holds, and up to where lines were counted."""

    def __init__(self, source: Input) -> None:
        self._source = source
        self._at = self._counted = self._number = 0
        self._line = self._column = 1
        self._over = False

    def elements(self) -> Iterator[Raw]:
        self._next()
        self._at += 1  # the bracket
        due = False  # whether a comma said that there is more
        while (byte := self._next()) != b"]":
            if byte is None:
                yield self._problem(self._source.problem or _STOPS_SHORT)
                return
            if byte == b",":
                yield self._problem(_COMMA)
                self._at += 1
                continue
            yield self._element()
            if self._over:
                return
            due = self._next() == b","
            self._at += due
        if due:
            yield self._problem(_COMMA)
        elif not self._number:
            yield self._problem(EMPTY)
        self._at += 1
        yield from self._behind()

    def _behind(self) -> Iterator[Raw]:
        """What stands behind the array: one finding, and objects are judged all the same, as are those of
        further arrays."""
        told = False
        while (byte := self._next()) is not None:
            if byte in b"{[],":
                if not told:
                    yield self._problem(_AFTER)
                if byte == b"{":
                    yield self._element(alone=True)
                else:
                    self._at += 1
            else:
                place = self._place()
                junk = self._junk()
                problem = _AFTER if junk else TOO_LONG
                yield Raw(junk, self._source.file, None, *place, self._source.problem or problem)
            if self._over:
                return
            told = True
        if self._source.problem:
            yield self._problem(self._source.problem)

    def _element(self, *, alone: bool = False) -> Raw:
        """Return the element here, and stand behind it. `alone` if nothing is due behind it."""
        self._number += 1
        line, column, start = self._place()
        raw = Raw(b"", self._source.file, self._number, line, column, start)
        end = self._end()
        if end is None:
            data = self._resume()
            if not data:
                return raw._replace(problem=TOO_LONG)
            problem = self._source.problem if self._over else None
            if problem is None and not isinstance(parsed(data), Unreadable):
                problem = replace(_STOPS_SHORT, at=len(data))  # as in `[17`
            return raw._replace(data=data, problem=problem)
        data = self._source.held[self._at : end]
        self._at = end
        if len(data) > RECORD_LIMIT:
            data = b""
            raw = raw._replace(problem=TOO_LONG)
        if alone or (byte := self._next()) in (b",", b"]", None):
            return raw._replace(data=data)
        problem = raw.problem or replace(_SEPARATOR, at=len(data))
        if byte not in (b"{", b"["):  # else only the comma is missing
            junk = self._junk()
            if not (data and junk) or len(data) + len(junk) > RECORD_LIMIT:
                return raw._replace(problem=TOO_LONG)
            data += b" " + junk
        return raw._replace(data=data, problem=(self._over and self._source.problem) or problem)

    def _junk(self) -> bytes:
        """Pass over what is no element, and return it: to the next bracket or comma if that is near and
        nothing before it is of an object, else as `_resume`."""
        self._hold(_SIGN_LENGTH)
        if stray := _STRAY.match(self._source.held, self._at, self._at + _SIGN_LENGTH):
            self._at = stray.end()
            return stray[0].rstrip(BLANK)
        return self._resume()

    def _end(self) -> int | None:
        """Where the element here ends; None if it is broken, cut or too long."""
        while True:
            try:
                return _end(self._source.held, self._at)
            except _BrokenError:
                return None
            except _IncompleteError:
                if len(self._source.held) - self._at > RECORD_LIMIT or not self._more():
                    return None

    def _resume(self) -> bytes:
        """Stand where the next event seems to begin, or at the end. Return what was passed over; nothing if
        that is longer than a record may be."""
        lost = False
        searched = self._at + 1
        while True:
            if sign := _sign().search(self._source.held, searched):
                data = self._source.held[self._at : sign.start()]
                self._at = sign.end()
                return b"" if lost else data.rstrip(BLANK)
            length = len(self._source.held) - self._at
            if lost or length > RECORD_LIMIT:
                lost = True
                self._at += max(length - _SIGN_LENGTH, 0)
                length = min(length, _SIGN_LENGTH)
            if not self._more():
                data = self._source.held[self._at :]
                self._at = len(self._source.held)
                self._over = True
                return b"" if lost else data.rstrip(BLANK)
            searched = max(length - _SIGN_LENGTH, 0 if lost else 1)

    def _hold(self, length: int) -> None:
        while len(self._source.held) - self._at < length and self._more():
            pass

    def _next(self) -> bytes | None:
        """Pass over white space; return the byte behind it, None at the end."""
        while True:
            self._at = _GAP.match(self._source.held, self._at).end()  # type: ignore[union-attr]  # anywhere
            if self._at < len(self._source.held):
                return self._source.held[self._at : self._at + 1]
            if not self._more():
                return None

    def _more(self) -> bool:
        """Let go of what is behind, and hold more: twice as much, so that a long element is not looked
        through for each block of it."""
        self._count()
        self._source.drop(self._at)
        self._at = self._counted = 0
        return self._source.more(max(BLOCK, len(self._source.held)))

    def _count(self) -> None:
        passed = self._source.held[self._counted : self._at]
        self._counted = self._at
        if breaks := passed.count(b"\n"):
            self._line += breaks
            self._column = 1
            passed = passed[passed.rindex(b"\n") + 1 :]
        self._column += len(passed) if passed.isascii() else len(passed.decode("utf-8", "replace"))

    def _place(self) -> tuple[int, int, int]:
        self._count()
        return self._line, self._column, self._source.start + self._at

    def _problem(self, problem: Unreadable) -> Raw:
        """A record for what is wrong with the array itself, here."""
        return Raw(b"", self._source.file, None, *self._place(), problem)


def _end(held: bytes, at: int) -> int:
    """Where the value that begins at `at` ends. Raises _IncompleteError or _BrokenError."""
    if held[at] not in _CLOSERS:
        scalar = _SCALAR.match(held, at)
        if scalar is None or scalar.end() == len(held):
            raise _IncompleteError if scalar or _CUT_TEXT.match(held, at) else _BrokenError
        return scalar.end()
    due = bytearray()
    while True:
        at = _BETWEEN.match(held, at).end()  # type: ignore[union-attr]  # it matches anywhere
        if at == len(held):
            raise _IncompleteError
        if (closer := _CLOSERS.get(held[at])) is not None:
            due.append(closer)
        elif held[at] != due[-1]:
            raise _IncompleteError if _CUT_TEXT.match(held, at) else _BrokenError
        else:
            due.pop()
        at += 1
        if not due:
            return at


@functools.cache
def _begin() -> re.Pattern[bytes]:
    """What an event begins with."""
    names = b"|".join(re.escape(name).encode() for name in event_schema()["properties"])
    return re.compile(rb"\{%b\"(?:%b)\"%b:" % (_BLANK, names, _BLANK))


@functools.cache
def _sign() -> re.Pattern[bytes]:
    """What stands before such a beginning."""
    return re.compile(rb"(?:,|(?<=\}))%b(?=%b)" % (_BLANK, _begin().pattern))
