"""Streams of any size become records: lines, arrays, documents; what is broken, cut, long, packed."""

import gzip
import io
import json
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from punchh_contract.events import intake
from punchh_contract.events.intake import Raw
from punchh_contract.events.reading import EMPTY, Unreadable
from punchh_contract.events.records import records

EVENT = b'{"content_id":"%d","payload":{"user":{"first_name":"x"},"items":[{"a":1},{"a":2}]}}'


def read(data: bytes, *, as_lines: bool = False, block: int = 2**20) -> list[Raw]:
    return list(records(_Slow(data, block), file="f", as_lines=as_lines))  # type: ignore[arg-type]


class _Slow:
    """A stream that gives a few bytes at a time, as a pipe may."""

    def __init__(self, data: bytes, block: int) -> None:
        self._stream, self._block = io.BytesIO(data), block

    def read(self, size: int) -> bytes:
        return self._stream.read(min(size, self._block))


def told(raws: list[Raw]) -> list[tuple[int | None, int, int, int, object]]:
    """Number, line, column, start, and the data or why there is none."""
    return [
        (
            raw.number,
            raw.line,
            raw.column,
            raw.start,
            raw.value.expectation if isinstance(raw.value, Unreadable) else raw.value,
        )
        for raw in raws
    ]


BROKEN = "must be JSON, and is not"
SHORT = "must be complete, and stops short"
COMMA = "must have an event on both sides of a comma"
FOLLOWED = "must be followed by a comma or the end of the array"
AFTER = "must end after the array"
GOOD = {"action": 1}


@pytest.mark.parametrize("block", [1, 3, 7, 2**20])
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"[]", [(None, 1, 2, 1, EMPTY.expectation)], id="empty"),
        pytest.param(b" [ ] ", [(None, 1, 4, 3, EMPTY.expectation)], id="empty, with blanks"),
        pytest.param(b'[{"a":1},17]', [(1, 1, 2, 1, {"a": 1}), (2, 1, 10, 9, 17)], id="two on a line"),
        pytest.param(
            b'\xef\xbb\xbf[\r\n {"a":1},\r\n [null]\r\n]\r\n',
            [(1, 2, 2, 7, {"a": 1}), (2, 3, 2, 18, [None])],
            id="a byte order mark, CRLF, lines",
        ),
        pytest.param(
            '[{"é":"☕"},"\U0001f354",1]'.encode(),
            [(1, 1, 2, 1, {"é": "☕"}), (2, 1, 12, 14, "\U0001f354"), (3, 1, 16, 21, 1)],
            id="columns are code points, starts are bytes",
        ),
        pytest.param(
            b'["]","\\"]",{"}":"{["}]',
            [(1, 1, 2, 1, "]"), (2, 1, 6, 5, '"]'), (3, 1, 12, 11, {"}": "{["})],
            id="brackets in texts",
        ),
        pytest.param(
            b'[{"a":NaN},{"action":1}]', [(1, 1, 2, 1, BROKEN), (2, 1, 12, 11, GOOD)], id="NaN in one"
        ),
        pytest.param(
            b'[{"a":[1}},{"action":1}]',
            [(1, 1, 2, 1, BROKEN), (2, 1, 12, 11, GOOD)],
            id="brackets that do not fit",
        ),
        pytest.param(
            b'[{"a":"x},{"action":1}, {"action":1}]',
            [(1, 1, 2, 1, SHORT), (2, 1, 11, 10, GOOD), (3, 1, 25, 24, GOOD)],
            id="a quote too few",
        ),
        pytest.param(
            b'[{"a":1}}, {"action":1}]',
            [(1, 1, 2, 1, FOLLOWED), (2, 1, 12, 11, GOOD)],
            id="a bracket too many",
        ),
        pytest.param(
            b'[{"a":1}{"action":1}]',
            [(1, 1, 2, 1, FOLLOWED), (2, 1, 9, 8, GOOD)],
            id="a comma too few",
        ),
        pytest.param(
            b'[{"a":1},,{"action":1}]',
            [(1, 1, 2, 1, {"a": 1}), (None, 1, 10, 9, COMMA), (2, 1, 11, 10, GOOD)],
            id="a comma too many",
        ),
        pytest.param(
            b'[{"a":1},]', [(1, 1, 2, 1, {"a": 1}), (None, 1, 10, 9, COMMA)], id="a comma at the end"
        ),
        pytest.param(b'[{"a":1}', [(1, 1, 2, 1, {"a": 1}), (None, 1, 9, 8, SHORT)], id="cut behind one"),
        pytest.param(
            b'[{"a":1},', [(1, 1, 2, 1, {"a": 1}), (None, 1, 10, 9, SHORT)], id="cut behind a comma"
        ),
        pytest.param(b'[{"a":1},{"a', [(1, 1, 2, 1, {"a": 1}), (2, 1, 10, 9, SHORT)], id="cut within one"),
        pytest.param(
            b'[{"a":1},17', [(1, 1, 2, 1, {"a": 1}), (2, 1, 10, 9, SHORT)], id="cut behind a number"
        ),
        pytest.param(
            b'[{"a":1}] x',
            [(1, 1, 2, 1, {"a": 1}), (None, 1, 11, 10, AFTER)],
            id="more behind it",
        ),
        pytest.param(
            b'[{"a":1}\n{"x":1}, {"action":1}]',
            [(1, 1, 2, 1, FOLLOWED), (2, 2, 1, 9, {"x": 1}), (3, 2, 10, 18, GOOD)],
            id="a comma too few, before what begins as no event does",
        ),
        pytest.param(
            b'[{"a":1} [{"x":1}], 5]',
            [(1, 1, 2, 1, FOLLOWED), (2, 1, 10, 9, [{"x": 1}]), (3, 1, 21, 20, 5)],
            id="a comma too few, before a list",
        ),
        pytest.param(
            b'[{"a":1}}, {"x":1}, 5]',
            [(1, 1, 2, 1, FOLLOWED), (2, 1, 12, 11, {"x": 1}), (3, 1, 21, 20, 5)],
            id="a bracket too many, before what begins as no event does",
        ),
        pytest.param(
            b'[{"a":1}]\n[{"x":1},17]\n',
            [
                (1, 1, 2, 1, {"a": 1}),
                (None, 2, 1, 10, AFTER),
                (2, 2, 2, 11, {"x": 1}),
                (None, 2, 10, 19, AFTER),
            ],
            id="a second array",
        ),
        pytest.param(
            b'[{"a":1}]]\n{"x":1} y {"x":2}',
            [
                (1, 1, 2, 1, {"a": 1}),
                (None, 1, 10, 9, AFTER),
                (2, 2, 1, 11, {"x": 1}),
                (None, 2, 9, 19, AFTER),
                (3, 2, 11, 21, {"x": 2}),
            ],
            id="objects behind it",
        ),
        pytest.param(
            b'[{"a":1}], {"x":',
            [(1, 1, 2, 1, {"a": 1}), (None, 1, 10, 9, AFTER), (2, 1, 12, 11, SHORT)],
            id="cut behind it",
        ),
        pytest.param(
            b'[{"a":\x01}, {"action":1}]',
            [(1, 1, 2, 1, BROKEN), (2, 1, 11, 10, GOOD)],
            id="a control character",
        ),
        pytest.param(b"[" * 2000, [(1, 1, 2, 1, "must have at most 1024 levels")], id="brackets only"),
    ],
)
def test_an_array_goes_on_behind_what_is_broken(
    data: bytes, expected: list[tuple[int | None, int, int, int, object]], block: int
) -> None:
    assert told(read(data, block=block)) == expected


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(VALUES, min_size=1, max_size=5), st.sampled_from([None, 1, 4]), st.booleans(), st.integers(1, 40)
)
def test_an_array_has_the_elements_that_json_finds(
    values: list[object], indent: int | None, ascii_: bool, block: int
) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=ascii_)
    data = text.encode("utf-8", "surrogatepass")
    raws = read(data, block=block)
    assert [raw.number for raw in raws] == list(range(1, len(values) + 1))
    for raw, value in zip(raws, values, strict=True):
        assert json.loads(raw.data) == value
        assert data[raw.start :].startswith(raw.data)
        before = text.encode("utf-8", "surrogatepass")[: raw.start].decode("utf-8", "replace")
        assert (raw.line, raw.column) == (before.count("\n") + 1, len(before) - before.rfind("\n"))


PIECES = st.sampled_from(
    [
        b'{"action":1}',
        b'{"x":[{"action":2},{"y":"],["}]}',
        b"{",
        b"}",
        b"]",
        b"[",
        b",",
        b":",
        b'"',
        b"17",
        b"word",
        b'{"x":',
        b'"text"',
        b" ",
        b"\n",
        b"\\",
        b"\xff",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=14), st.integers(1, 30))
def test_nothing_of_an_array_is_in_no_record(pieces: list[bytes], block: int) -> None:
    """But white space, and the array's own brackets and commas: what `--split` writes is what was read."""
    data = b'[{"first":0},' + b"".join(pieces)
    raws = read(data, block=block)
    at = 0
    for raw in raws:
        for word in raw.data.split():
            found = data.index(word, at)
            assert data[at:found].strip(b"[], \n") == b""
            at = found + len(word)
    assert data[at:].strip(b"[], \n") == b""
    # Each line and column is that of the start.
    for raw in raws:
        before = data[: raw.start].decode("utf-8", "replace")
        assert (raw.line, raw.column) == (before.count("\n") + 1, len(before) - before.rfind("\n"))


@pytest.mark.parametrize("block", [1, 5, 2**20])
def test_lines_have_numbers_and_starts(block: int) -> None:
    data = b'\xef\xbb\xbf{"a":1}\r\n\r\n  \n{"a":\n{"a":3}'
    assert told(read(data, as_lines=True, block=block)) == [
        (1, 1, 1, 3, {"a": 1}),
        (4, 4, 1, 17, SHORT),
        (5, 5, 1, 23, {"a": 3}),
    ]


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> int:
    for module in ("arrays", "records", "intake"):
        monkeypatch.setattr(f"punchh_contract.events.{module}.RECORD_LIMIT", 100)
    return 100


def test_a_record_that_is_too_long_is_passed_over(small_limit: int) -> None:
    long, short = b'{"a":"%s"}' % (b"x" * 500), b'{"action":1}'
    too_long = intake.TOO_LONG.expectation
    for block in (1, 64, 2**20):
        assert told(read(b"\n".join([short, long, short]), as_lines=True, block=block)) == [
            (1, 1, 1, 0, GOOD),
            (2, 2, 1, 13, too_long),
            (3, 3, 1, 522, GOOD),
        ]
        found = told(read(b"[" + b",".join([short, long, short]) + b"]", block=block))
        assert found == [(1, 1, 2, 1, GOOD), (2, 1, 15, 14, too_long), (3, 1, 524, 523, GOOD)]
        assert told(read(long + b" ", block=block)) == [(None, 1, 1, 0, too_long)]


def test_one_of_ten_megabytes_is_read() -> None:
    block = 2**20
    long = b'{"a":"%s"}' % (b"x" * (10 * 2**20))
    for raws in (
        read(long, block=block),
        read(long + b"\n", as_lines=True, block=block),
        read(b"[" + long + b"]", block=block),
    ):
        (raw,) = raws
        assert raw.data.strip() == long


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(gzip.compress(b"%s"), id="one"),
        pytest.param(gzip.compress(b"%s"[:1]) + gzip.compress(b"%s"[1:]), id="two joined"),
    ],
)
def test_gzip_is_known_by_its_beginning(packed: bytes) -> None:
    data = b'{"a":1}\n{"a":2}\n'
    whole = (
        gzip.compress(data)
        if packed == gzip.compress(b"%s")
        else gzip.compress(data[:5]) + gzip.compress(data[5:])
    )
    for block in (1, 2**20):
        assert [raw.value for raw in read(whole, block=block)] == [{"a": 1}, {"a": 2}]
        assert [raw.value for raw in read(whole + b"\0" * 9, block=block)] == [{"a": 1}, {"a": 2}]


CUT = "must be whole gzip, and stops short or is damaged"


def test_gzip_that_is_cut_gives_what_is_there_and_says_so() -> None:
    lines = b"".join(b'{"a":%d}\n' % (number * 7919) for number in range(3000))
    packed = gzip.compress(lines)
    found = told(read(packed[: len(packed) // 2]))
    assert len(found) > 100
    assert found[-1][4] == CUT
    assert all(isinstance(each[4], dict) for each in found[:-2])
    assert told(read(packed + b"garbage"))[-1][4] == CUT
    array = gzip.compress(b"[" + lines.strip().replace(b"\n", b",") + b"]")
    found = told(read(array[: len(array) // 2]))
    assert len(found) > 100
    assert found[-1][4] == CUT
    assert sum(each[4] == CUT for each in found) == 1
    assert told(read(gzip.compress(b'{"a":1}')[:-9]))[-1][4] == CUT
    assert told(read(b"\x1f\x8b"))[-1][4] == CUT


def test_what_stands_before_the_damage_in_gzip_is_read() -> None:
    """Also where nothing but the checksum is wrong, which is known at the end."""
    lines = b"".join(b'{"a":%d}\n' % (number * 7919) for number in range(3000))
    packed = bytearray(gzip.compress(lines))
    packed[-5] ^= 1
    for block in (7, 2**20):
        found = told(read(bytes(packed), block=block))
        assert [each[4] for each in found[:-1]] == [{"a": number * 7919} for number in range(3000)]
        assert found[-1][4] == CUT
    one = bytearray(gzip.compress(b'{"a":1}'))
    one[-5] ^= 1
    assert told(read(bytes(one)))[0][4] in ({"a": 1}, CUT)


def test_memory_is_bounded_by_blocks_and_records() -> None:
    """A bomb of 64 MB of one array in half a megabyte of gzip, one element after the other."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    element = EVENT % 1 + b" " * 2**16
    packed = packer.compress(b"[" + element)
    packed += (
        b"".join(packer.compress(b"," + element) for _ in range(1000))
        + packer.compress(b"]")
        + packer.flush()
    )
    tracemalloc.start()
    lengths = {len(raw.data) for raw in records(io.BytesIO(packed), file="f", as_lines=False)}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert lengths == {len(EVENT % 1)}
    assert peak < 4 * 2**20


def test_a_stream_is_read_as_it_comes() -> None:
    """The first record of a pipe is told before the second is written."""

    class Endless:
        def __init__(self) -> None:
            self.given = 0

        def read(self, size: int) -> bytes:
            self.given += 1
            return b'{"a":%d}\n' % self.given

    stream = Endless()
    found = records(stream, as_lines=False)  # type: ignore[arg-type]
    assert next(found).value == {"a": 1}
    assert next(found).value == {"a": 2}
    assert stream.given < 5
