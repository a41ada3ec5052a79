"""The same JSON in other bytes, as other libraries write it: white space, escapes, order of keys.

White space and escapes are changed token by token, so that numbers stay as they were written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

__all__ = ["Rendering", "renderings"]

Rendering = tuple[str, str, bytes]
"""An id, what was done, the bytes."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')
# json.dumps escapes what is not ASCII, as Ruby's and PHP's writers do on request.
_ESCAPES: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("", "", lambda text: text),
    ("escaped_unicode", "Unicode escaped (\\u00e9)", lambda text: _again(text, ascii_only=True)),
    ("unescaped_unicode", "Unicode not escaped", lambda text: _again(text, ascii_only=False)),
    ("escaped_slashes", "slashes escaped (\\/)", lambda text: _again(text).replace("/", "\\/")),
    ("unescaped_slashes", "slashes not escaped", lambda text: _again(text)),
    ("escaped_html", "<, > and & escaped", lambda text: _html(_again(text))),
)


def renderings(body: bytes) -> Iterator[Rendering]:
    """Yield other ways to write a body, the first, which has no id, as it is."""
    yield "", "", body
    try:
        text = body.decode().removeprefix("\ufeff")
        document = json.loads(text)
    except (ValueError, RecursionError):
        text, document = "", None
    if text:
        yield from _written(text)
        yield "sorted_keys", "its keys sorted", _compact(document, sort_keys=True)
        yield "rewritten", "its numbers written anew (30.0 for 30.00)", _compact(document)
        yield "quoted", "the JSON itself as a JSON text, in quotation marks", json.dumps(text).encode()
        yield "as_python", "Python's repr in place of JSON", repr(document).encode()
    yield "no_white_space", "all white space removed, inside texts too", re.sub(rb"\s", b"", body)
    yield "trimmed", "white space around it removed", body.strip()
    for end, name in ((b"\n", "a line break"), (b"\r\n", "CR and LF")):
        yield "trailing_newline", f"{name} at its end", body + end
    yield "byte_order_mark", "a byte order mark before it", b"\xef\xbb\xbf" + body
    yield "crlf", "CR and LF at each line's end", re.sub(rb"\r?\n", b"\r\n", body)
    yield "lf", "line breaks without CR", body.replace(b"\r\n", b"\n")


def _written(text: str) -> Iterator[Rendering]:
    tokens = _TOKEN.findall(text)
    for escape_id, escape, change in _ESCAPES:
        changed = [change(each) if each.startswith('"') else each for each in tokens]
        for space_id, space, layout in _SPACES:
            laid_out = layout(changed)
            for end in ("", "\n"):
                ids = [space_id, escape_id, "trailing_newline" if end else ""]
                said = [space, escape, "a line break at its end" if end else ""]
                # Without spaces it may be what was sent, or differ from it only in what was escaped.
                yield (
                    "+".join(filter(None, ids)) or "compact",
                    ", ".join(filter(None, said)) or "written compactly",
                    (laid_out + end).encode("utf-8", "surrogatepass"),
                )


def _plain(tokens: list[str]) -> str:
    return "".join(tokens)


def _spaced(tokens: list[str]) -> str:
    return "".join({":": ": ", ",": ", "}.get(each, each) for each in tokens)


def _after_colons(tokens: list[str]) -> str:
    return "".join(": " if each == ":" else each for each in tokens)


def _pretty(indent: str) -> Callable[[list[str]], str]:
    def layout(tokens: list[str]) -> str:
        depth, parts = 0, list[str]()
        for place, part in enumerate(tokens):
            following = tokens[place + 1] if place + 1 < len(tokens) else ""
            if part in "{[" and following not in ("}", "]"):
                depth += 1
                parts.append(f"{part}\n{indent * depth}")
            elif part in "}]" and tokens[place - 1] not in ("{", "["):
                depth -= 1
                parts.append(f"\n{indent * depth}{part}")
            elif part == ",":
                parts.append(f",\n{indent * depth}")
            else:
                parts.append(": " if part == ":" else part)
        return "".join(parts)

    return layout


_SPACES: tuple[tuple[str, str, Callable[[list[str]], str]], ...] = (
    ("", "", _plain),
    ("spaces", "spaces after separators", _spaced),
    ("spaces_after_colons", "spaces after colons", _after_colons),
    ("pretty_2", "pretty-printed with two spaces", _pretty("  ")),
    ("pretty_4", "pretty-printed with four spaces", _pretty("    ")),
    ("pretty_tab", "pretty-printed with tabs", _pretty("\t")),
)


def _compact(document: object, *, sort_keys: bool = False) -> bytes:
    written = json.dumps(document, separators=(",", ":"), sort_keys=sort_keys, ensure_ascii=False)
    return written.encode("utf-8", "surrogatepass")


def _again(token: str, *, ascii_only: bool = False) -> str:
    try:
        return json.dumps(json.loads(token), ensure_ascii=ascii_only)
    except ValueError:
        return token


def _html(token: str) -> str:
    return token.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
