"""What counts as JSON, decided once: see the module's own list."""

import datetime as dt
import decimal
import types
from typing import Any

import pytest

from punchh_contract.events.reading import EMPTY, Unreadable, read


@pytest.mark.parametrize(
    ("data", "says", "at"),
    [
        pytest.param(b'{"a":NaN}', "must be JSON, and is not", 5, id="NaN"),
        pytest.param(b'{"a":-Infinity}', "must be JSON, and is not", 6, id="Infinity"),
        pytest.param(b'{"a":1e400}', "must have numbers that fit a double", 5, id="1e400"),
        pytest.param(
            b'{"a":' + b"9" * 5000 + b"}", "must have numbers that fit a double", 5, id="5000 digits"
        ),
        pytest.param(
            b'{"a":"\\ud800"}', "must have whole characters in its text", 6, id="half a surrogate pair, high"
        ),
        pytest.param(
            b'{"a":"\\udc00"}', "must have whole characters in its text", 6, id="half a surrogate pair, low"
        ),
        pytest.param(b'{"a":"\xff"}', "must be UTF-8, and is not", 6, id="Latin-1"),
        pytest.param('{"a":1}'.encode("utf-16"), "must be UTF-8, and is UTF-16", 0, id="UTF-16"),
        pytest.param(b"[" * 100_000, "must have at most 1024 levels", 1025, id="too deep"),
        pytest.param(b'{"a":"\x01"}', "must escape control characters in text", 6, id="a control character"),
        pytest.param(b'{"a":1}{"a":2}', "must end after one value", 7, id="two values"),
        pytest.param(b'{"a":1', "must be complete, and stops short", 6, id="cut"),
        pytest.param(b'{"a":1,}', "must be JSON, and is not", 6, id="a comma too many"),
        pytest.param(b"{\n'a': 1\n}", "must be JSON, and is not", 2, id="single quotes"),
        pytest.param(b'{"a":01}', "must be JSON, and is not", 5, id="a leading zero"),
        pytest.param(b"\x1f\x8b\x08\x00", "must be UTF-8, and is not", 1, id="gzip"),
    ],
)
def test_what_is_no_json_is_said_without_its_content(data: bytes, says: str, at: int) -> None:
    problem = read(data)
    assert isinstance(problem, Unreadable)
    assert (problem.expectation, problem.at) == (says, at)
    assert problem.fix


@pytest.mark.parametrize("data", [b"", b" \r\n\t", b"\xef\xbb\xbf", "", "\ufeff\n"])
def test_nothing_is_said_to_be_nothing(data: bytes | str) -> None:
    assert read(data) is EMPTY


@pytest.mark.parametrize(
    ("data", "value"),
    [
        pytest.param(b'\xef\xbb\xbf{"a":1}', {"a": 1}, id="a byte order mark"),
        pytest.param('\ufeff{"a":1}', {"a": 1}, id="a byte order mark in text"),
        pytest.param(b'\r\n{"a":\r\n1}\r\n', {"a": 1}, id="CRLF"),
        pytest.param(b'{"a":1,"a":2}', {"a": 2}, id="a key that stands twice: the last one counts"),
        pytest.param(b'{"a":18446744073709551616}', {"a": 2.0**64}, id="beyond 64 bits: a double"),
        pytest.param(b'{"a":1.0}', {"a": 1.0}, id="1.0"),
        pytest.param('"\U0001f354"', "\U0001f354", id="an emoji"),
    ],
)
def test_what_is_json_is_read(data: bytes | str, value: object) -> None:
    assert read(data) == value


def test_text_with_half_a_surrogate_is_refused() -> None:
    assert isinstance(read('{"a":"\ud800"}'), Unreadable)


def test_a_mapping_is_read_as_it_would_be_sent() -> None:
    assert read(types.MappingProxyType({"a": (1, 2), 3: None})) == {"a": [1, 2], "3": None}


def _endless() -> dict[str, Any]:
    event: dict[str, Any] = {}
    event["payload"] = event
    return event


def _deep() -> dict[str, Any]:
    event: dict[str, Any] = {}
    for _ in range(100_000):
        event = {"a": event}
    return event


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({"at": dt.datetime(2026, 3, 2, tzinfo=dt.UTC)}, id="a datetime"),
        pytest.param({"amount": decimal.Decimal("1.5")}, id="a Decimal"),
        pytest.param({"a": b"x"}, id="bytes"),
        pytest.param({(1, 2): 3}, id="a tuple as key"),
        pytest.param({"a": float("nan")}, id="NaN"),
        pytest.param({"a": 10**5000}, id="an integer of 5001 digits"),
        pytest.param({"a": "\ud800"}, id="half a surrogate pair"),
        pytest.param(_endless(), id="a circle"),
        pytest.param(_deep(), id="endless depth"),
    ],
)
def test_a_mapping_that_is_no_json_is_a_problem_not_an_exception(event: dict[str, Any]) -> None:
    assert isinstance(read(event), Unreadable)
