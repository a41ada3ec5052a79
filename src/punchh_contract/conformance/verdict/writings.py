"""Patterns of values, each character as a report or a library may write it down; and of their base64.

A character at a time, so that a mixture is found too: JSON within HTML, a part of it percent-encoded.
"""

import base64
import os.path
import re
from collections.abc import Iterable, Iterator

_ENTITIES = {"&": ("amp",), "<": ("lt",), ">": ("gt",), '"': ("quot",), "'": ("apos",)}
_BACKSLASHES = re.compile(r"\\+")
_BRANCHINGS = 20
"""So often is a common beginning looked for within another; a pattern cannot be nested without end."""


def writings(values: Iterable[str]) -> Iterator[str]:
    """Yield patterns (case ignored) that together find all of some values, none of them empty, however they
    are written; where one begins with another, the longer one is found."""
    each = set(values)
    if texts := {value for value in each if not value.isdigit()}:
        yield _tree(texts)
    if numbers := each - texts:
        yield digits(numbers)
    if each:
        contents = [_bytes(value) for value in each]
        encoded = {*map(base64.b64encode, contents), *map(base64.urlsafe_b64encode, contents)}
        # Without the padding, which finds it with padding too.
        yield _tree({value.decode().rstrip("=") for value in encoded})


def digits(values: Iterable[str]) -> str:
    """A pattern for numbers: as whole words, since they stand inside others by chance."""
    # What stands before may be an escape that ends in a letter or a digit: `\\n`, `%5B`.
    return rf"(?:(?<![^\W_])|(?<=\\[bfnrt])|(?<=%[0-9a-f]{{2}})){_tree(values)}(?![^\W_])"


def _tree(values: Iterable[str], branchings: int = _BRANCHINGS) -> str:
    """A pattern for values. What they begin with in common stands in it once: a target has hundreds that are
    alike, and one by one they take longer, to compile and to look for, than many a run."""
    heads: dict[str, list[str]] = {}
    for value in values:
        # Case is ignored, and a run of backslashes is found by one.
        plain = _BACKSLASHES.sub(r"\\", "".join(_lower(one) for one in value))
        heads.setdefault(plain[0], []).append(plain)
    return f"(?:{'|'.join(_branch(sorted(set(heads[head])), branchings) for head in sorted(heads))})"


def _branch(values: list[str], branchings: int) -> str:
    """Values that begin alike: the longer ones first, so that they leave nothing of themselves."""
    if not branchings:
        return "|".join("".join(map(_written, value)) for value in reversed(values))
    common = os.path.commonprefix(values)  # noqa: RUF071  # by character is what is meant
    rests = [value[len(common) :] for value in values if value != common]
    ends = "?" if len(rests) < len(values) else ""
    return "".join(map(_written, common)) + (_tree(rests, branchings - 1) + ends if rests else "")


def _bytes(text: str) -> bytes:
    """In UTF-8; half a pair of surrogates, which JSON can write, as itself unless it stands for a byte."""
    try:
        return text.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return text.encode(errors="surrogatepass")


def _lower(one: str) -> str:
    lower = one.lower()
    return lower if len(lower) == 1 else one


def _written(one: str) -> str:
    if one.isascii() and one.isalnum():
        return one
    upper = one.upper()  # whose bytes are others
    ways = [*_ways(one), *(_ways(upper) if upper != one and len(upper) == 1 else ())]
    return f"(?:{'|'.join(ways)})"


def _ways(one: str) -> Iterator[str]:
    number, content = ord(one), _bytes(one)
    units = one.encode("utf-16-be", errors="surrogatepass")
    if one == "'":
        yield r"'\\''"  # within the single quotes of a shell
    if number < 256:
        yield rf"\\+x{number:02x}"  # within $'' of a shell
    yield r"\\+" if one == "\\" else rf"\\*{re.escape(one)}"
    yield rf"&(?:amp;)?#0*{number};"
    yield rf"&(?:amp;)?#x0*{number:x};"
    yield "".join(f"%{each:02x}" for each in content)
    yield "".join(rf"\\+u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))
    for name in _ENTITIES.get(one, ()):
        yield rf"&(?:amp;)?{name};"
    if one == " ":
        yield r"\+"
