"""Where a value stands in the text of an event: offsets in bytes, then line and column.

Runs on records with findings only. The text is known to be JSON (`orjson` read it), so nothing is checked
here. A name that stands once in the document is looked for as text; else members and elements on the way to a
place are walked through, and all else is skipped. Of a property that stands twice the last one is followed,
since the last one counts. No recursion: a value to be skipped can have any depth.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import orjson

Path = tuple[str | int, ...]

# Possessive, so that a text of 10 MB leaves nothing behind to come back to.
_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_BLANK = rb"[ \t\r\n]*+"
# A name, then a value that is no object or list with what follows it, or nothing of one that is.
_MEMBER = re.compile(
    rb"%b(%b)%b:%b(?:(%b|[^ \t\r\n,:\"{}\[\]]++)%b,?)?" % (_BLANK, _TEXT, _BLANK, _BLANK, _TEXT, _BLANK)
)
_ELEMENT = re.compile(rb"%b(?:(%b|[^ \t\r\n,:\"{}\[\]]++)%b,?)?" % (_BLANK, _TEXT, _BLANK))
_NO_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|%b)*+' % _TEXT)
_COMMA = re.compile(rb"%b,?" % _BLANK)
_COLON = re.compile(rb"%b:%b" % (_BLANK, _BLANK))
_GAP = re.compile(_BLANK)


class Place(NamedTuple):
    """Where a value begins, and its name if it is a property's; offsets in bytes."""

    value: int
    name: int | None = None


def places(data: bytes, paths: Iterable[Path]) -> dict[Path, Place]:
    """Return where the values at `paths` begin in `data`, a JSON document that has all of them."""
    found: dict[Path, Place] = {(): Place(_GAP.match(data).end())}  # type: ignore[union-attr]  # matches anywhere
    wanted: dict[Path, set[str | int]] = {}
    for path in paths:
        _want(data, path, wanted, found)
    pending = [path for path in wanted if path in found]
    while pending:
        path = pending.pop()
        for step, place in _below(data, found[path].value, wanted.get(path, set())).items():
            found[*path, step] = place
            if (*path, step) in wanted:
                pending.append((*path, step))
    return found


def _want(data: bytes, path: Path, wanted: dict[Path, set[str | int]], found: dict[Path, Place]) -> None:
    """Note what has to be walked through to `path`: all that is below its last name that stands once."""
    while path not in found:
        if (place := _once(data, path[-1])) is not None:
            found[path] = place
            return
        steps = wanted.setdefault(path[:-1], set())
        if path[-1] in steps:
            return
        steps.add(path[-1])
        path = path[:-1]


def _once(data: bytes, name: str | int) -> Place | None:
    r"""The place of a name that stands but once in all the document, be it as a name or a value.

    It is there, and without escapes, since an identifier needs none and the document has no `\u`.
    """
    if isinstance(name, int) or not name.isidentifier() or not name.isascii():
        return None
    quoted = b'"%b"' % name.encode()
    if data.count(quoted) != 1 or b"\\u" in data:
        return None
    start = data.index(quoted)
    colon = _COLON.match(data, start + len(quoted))
    return Place(colon.end(), start) if colon else None


def line_and_column(data: bytes, offset: int) -> tuple[int, int]:
    """Return line and column, from 1, of a byte of `data`; columns are code points."""
    start = data.rfind(b"\n", 0, offset) + 1
    return data.count(b"\n", 0, start) + 1, len(data[start:offset].decode("utf-8", "replace")) + 1


def _below(data: bytes, start: int, steps: set[str | int]) -> Mapping[str | int, Place]:
    """The places of the wanted members of the object, or elements of the list, that begins at `start`."""
    match data[start : start + 1]:
        case b"{":
            return _members(data, start + 1, {step for step in steps if isinstance(step, str)})
        case b"[":
            return _elements(data, start + 1, {step for step in steps if isinstance(step, int)})
        case _:
            return {}


def _members(data: bytes, at: int, names: set[str]) -> dict[str | int, Place]:
    plain = {b'"%b"' % name.encode("utf-8", "surrogatepass"): name for name in names}
    found: dict[str | int, Place] = {}
    while member := _MEMBER.match(data, at):
        raw = member[1]
        # Most names have no escape; those that have are read by who read the document.
        name = plain.get(raw) if b"\\" not in raw else orjson.loads(raw)
        if name in names:
            found[name] = Place(member.end() if member[2] is None else member.start(2), member.start(1))
        at = member.end() if member[2] is not None else _comma(data, _after(data, member.end()))
    return found


def _elements(data: bytes, at: int, indexes: set[int]) -> dict[str | int, Place]:
    found: dict[str | int, Place] = {}
    for index in range(max(indexes, default=-1) + 1):
        element = _ELEMENT.match(data, at)
        if element is None or (element[1] is None and data[element.end()] not in b"{["):
            break
        if index in indexes:
            found[index] = Place(element.end() if element[1] is None else element.start(1))
        at = element.end() if element[1] is not None else _comma(data, _after(data, element.end()))
    return found


def _comma(data: bytes, at: int) -> int:
    """The offset behind the comma that may follow."""
    return _COMMA.match(data, at).end()  # type: ignore[union-attr]  # it matches anywhere


def _after(data: bytes, at: int) -> int:
    """The offset behind the object or list that begins at `at`."""
    depth = 0
    while True:
        at = _NO_BRACKET.match(data, at).end()  # type: ignore[union-attr]  # it matches anywhere
        depth += 1 if data[at] in b"{[" else -1
        at += 1
        if not depth:
            return at
