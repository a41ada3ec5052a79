"""Where values stand: held against the standard library's reader, on texts as hostile as JSON allows."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from punchh_contract.events.positions import Path, line_and_column, places
from punchh_contract.events.reading import Unreadable, parsed

NAMES = st.one_of(st.sampled_from(["a", "b", "email", "", "é", 'q"', "\\", "a/b~c"]), st.text(max_size=3))
TEXTS = st.one_of(
    st.sampled_from(['"a"', "a", "email", "\\", "{", "]", '\\"', "\U0001f354"]), st.text(max_size=4)
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS
)
BLANKS = st.text(alphabet=" \t\r\n", max_size=2)


@st.composite
def documents(draw: st.DrawFn, depth: int = 3) -> str:
    """JSON texts: any white space, escapes or none, names that stand twice."""
    blank = lambda: draw(BLANKS)  # noqa: E731
    kind = draw(st.sampled_from("{[s" if depth else "s"))
    if kind == "s":
        return blank() + _said(draw, draw(SCALARS)) + blank()
    inner = documents(depth=depth - 1)
    if kind == "[":
        return blank() + "[" + (",".join(draw(st.lists(inner, max_size=4))) or blank()) + "]" + blank()
    members = [
        blank() + _said(draw, draw(NAMES)) + blank() + ":" + draw(inner)
        for _ in range(draw(st.integers(0, 4)))
    ]
    return blank() + "{" + (",".join(members) or blank()) + "}" + blank()


def _said(draw: st.DrawFn, scalar: Any) -> str:
    text = json.dumps(scalar, ensure_ascii=draw(st.booleans()))
    if isinstance(scalar, str) and scalar[:1].isascii() and scalar[:1].isalpha() and draw(st.booleans()):
        text = f'"\\u{ord(scalar[0]):04x}' + text[2:]
    return text


def paths(value: Any, above: Path = ()) -> list[Path]:
    items: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [above, *(path for step, each in items for path in paths(each, (*above, step)))]


def at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def last_of_a_name(text: str) -> Any:
    return json.loads(text)


@settings(max_examples=300, deadline=None)
@given(documents(), st.data())
@example('{"a":{"b":1},"a":{"b":[2,{"a":3}]}}', None)
@example('{"x":"\\"a","a":1}', None)
@example('{"\\u0061":1,"a":2,"\\u0061":3}', None)
@example("[[],[[]],{},0]", None)
def test_every_value_stands_where_json_finds_it(text: str, data: Any) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    value = parsed(raw)
    if isinstance(value, Unreadable):  # half a surrogate pair that Hypothesis thought of
        return
    all_paths = paths(value)
    wanted = all_paths if data is None else data.draw(st.lists(st.sampled_from(all_paths), min_size=1))
    found = places(raw, wanted)
    reader = json.JSONDecoder()
    for path in wanted:
        place = found[path]
        assert reader.raw_decode(raw[place.value :].decode())[0] == at(value, path)
        if path and isinstance(path[-1], str):
            assert place.name is not None
            name, end = reader.raw_decode(raw[place.name :].decode())
            assert name == path[-1]
            between = raw[place.name :].decode()[end:]
            assert between.split(":", 1)[0].strip() == ""
    # Of names that stand twice the last one: nothing of that name follows it in its object.
    for path in wanted:
        if path and isinstance(path[-1], str):
            assert _is_last(raw, found[path].value, path[-1])


def _is_last(raw: bytes, start: int, name: str) -> bool:
    """Whether the object's rest, read as an object of its own, has no such name."""
    _, end = json.JSONDecoder().raw_decode(raw[start:].decode())
    rest = raw[start:].decode()[end:].lstrip(" \t\r\n")
    if not rest.startswith(","):
        return True
    value, _ = json.JSONDecoder().raw_decode("{" + rest[1:].lstrip(" \t\r\n"))
    return name not in value


@pytest.mark.parametrize(
    ("data", "offset", "expected"),
    [
        pytest.param(b"{}", 0, (1, 1), id="the first byte"),
        pytest.param(b'{"a":\r\n 1}', 8, (2, 2), id="CRLF counts once"),
        pytest.param(b'{"a":\r1}', 6, (1, 7), id="a lone CR ends no line"),
        pytest.param('{"é☕":1}'.encode(), 9, (1, 7), id="code points, not bytes"),
        pytest.param('{"\U0001f354":1}'.encode(), 8, (1, 6), id="one beyond the basic plane is one"),
        pytest.param(b'\n\n{"a":1}', 7, (3, 6), id="lines before"),
        pytest.param(b"{\xff\xfe:1}", 4, (1, 5), id="bytes that are no UTF-8 count one each"),
    ],
)
def test_line_and_column(data: bytes, offset: int, expected: tuple[int, int]) -> None:
    assert line_and_column(data, offset) == expected


def test_what_is_long_or_deep_is_skipped() -> None:
    long = json.dumps(["x" * 10, {"y": '\\"' * 5}] * 300_000)
    deep = "[" * 1000 + "]" * 1000
    data = f'{{"long":{long},"text":"{"z" * 2**22}","deep":{deep},"here":1,"also":{{"here":2}}}}'.encode()
    found = places(data, [("here",), ("also", "here")])
    assert data[found["here",].value :].startswith(b"1,")
    assert data[found["also", "here"].value :].startswith(b"2}")
