"""The decoder never accepts what the reference rejects, and never hides drift.

A sample in every run; with `PUNCHH_CONTRACT_SOAK=1` the 100,000 events of the issue.
"""

import json
import os
import random
import re
from typing import Any

import pytest
from events.mutation import DATE_TIMES, FULL, ODD, SAMPLES, mutated

from punchh_contract import contract
from punchh_contract.events import decoding, formats, validate
from punchh_contract.events.decoding import REFUSED, Decode, UnderivableError, decoder, derived
from punchh_contract.events.engines import engine
from punchh_contract.events.reading import Unreadable, read

SOAK = bool(os.environ.get("PUNCHH_CONTRACT_SOAK"))
SEEDS = 20
EVENTS_A_SEED = 5_000 if SOAK else 60
CLOSED = engine(strict=True)


def takes(decode: Decode, data: bytes | str) -> bool:
    try:
        decode(data)
    except REFUSED:
        return False
    return True


def held_to_the_reference(data: bytes) -> bool:
    """Whether the decoder takes it; then the strict reference must take it too."""
    if not takes(decoder(), data):
        return False
    value = read(data)
    assert not isinstance(value, Unreadable), data
    assert CLOSED.accepts(value), data
    assert CLOSED.all_errors(value) == [], data
    return True


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_contracts_own_samples_go_the_fast_road(path: Any) -> None:
    assert takes(decoder(), path.read_bytes())
    assert takes(decoder(), path.read_text())


NUMBERS = [
    "0",
    "-0",
    "1.0",
    "1e2",
    "1E+2",
    "1e400",
    "-1e400",
    "01",
    "1.",
    ".5",
    "+1",
    "0x1",
    "NaN",
    "Infinity",
]
NUMBERS += [str(10**18), str(2**63 - 1), str(2**63), str(-(2**63)), str(-(2**63) - 1), str(2**64), "9" * 400]
NUMBERS += ["1.7976931348623157e308", "1.7976931348623159e308", "4.9e-324", "1e-400", "-0.0", "true", "null"]
TEXTS = [
    r"\ud800",
    r"\udc00",
    r"\ud83c\udf54",
    r"\u0000",
    "\\",
    "\x00",
    "\x1f",
    "\x7f",
    r"\x41",
    r"\u00e",
    "é",
    '"',
]


def hostile(random_: random.Random, event: Any) -> bytes:
    """An event as text that no serializer would write."""
    text = json.dumps(event, ensure_ascii=random_.random() < 0.5)
    for _ in range(random_.randint(0, 2)):
        at = random_.randrange(len(text))
        match random_.randrange(9):
            case 0:  # a number in place of one
                digits = [
                    place for place, each in enumerate(text) if each.isdigit() and text[place - 1] == " "
                ]
                if digits:
                    at = random_.choice(digits)
                    end = at + len(text[at:]) - len(text[at:].lstrip("0123456789.eE+-"))
                    text = text[:at] + random_.choice(NUMBERS) + text[end:]
            case 1:  # something within a text
                quotes = [place for place, each in enumerate(text) if each == '"']
                at = random_.choice(quotes) + 1
                text = text[:at] + random_.choice(TEXTS) + text[at:]
            case 2:  # a name twice, the right one first or last
                extra = json.dumps(random_.choice(["action", "payload", "timestamp", "more"]))
                pair = f"{extra}: {json.dumps(random_.choice(ODD[:12]))}"
                text = (
                    "{" + pair + ", " + text[1:] if random_.random() < 0.5 else text[:-1] + ", " + pair + "}"
                )
            case 3:  # a name or a text in escapes
                letters = [place for place, each in enumerate(text) if each.isascii() and each not in '"\\']
                at = random_.choice(letters)
                text = text[:at] + f"\\u{ord(text[at]):04x}" + text[at + 1 :]
            case 4:
                text = text[:at] + text[at + 1 :]
            case 5:
                text = text[:at] + random_.choice('{}[]",:0-e \n\t\x0b\ufeff') + text[at:]
            case 6:
                text = (
                    random_.choice(["\ufeff", "\n", "\x0c", " "])
                    + text
                    + random_.choice(["\n", "\0", "x", "{}"])
                )
            case 7:
                text = text.replace(
                    "Z", random_.choice(["z", "+00:00", "+0000", "", "+24:00", "-00:00", ".5Z"]), 1
                )
            case _:
                text = text.replace("T", random_.choice([" ", "t", "_"]), 1)
    data = text.encode("utf-8", "surrogatepass")
    if random_.random() < 0.1:
        at = random_.randrange(len(data))
        data = data[:at] + bytes([random_.randrange(256)]) + data[at:]
    return data


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_the_decoder_takes_the_strict_reference_takes(seed: int) -> None:
    random_ = random.Random(seed)
    taken = 0
    for _ in range(EVENTS_A_SEED):
        event = (
            mutated(random_) if random_.random() < 0.6 else json.loads(random_.choice(SAMPLES).read_bytes())
        )
        taken += held_to_the_reference(hostile(random_, event))
    assert EVENTS_A_SEED // 20 < taken < EVENTS_A_SEED, "the hostile events are all right, or all wrong"


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:30])
def test_every_odd_value_at_every_place_is_held_to_the_reference(odd: Any) -> None:
    for path in _paths(FULL):
        event = json.loads(json.dumps(FULL))
        holder = event
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = odd
        data = json.dumps(event).encode()
        if takes(decoder(), data):  # jsonschema-rs stands for the reference here; test_engines holds the two
            assert CLOSED.accepts(read(data)), path


def _paths(node: Any) -> list[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path for step, each in items for path in [(step,), *((step, *below) for below in _paths(each))]]


RARE = {
    "2020-06-08T05:27:23.123456789012345678Z",
    "2016-12-31T23:59:60Z",
    "2017-01-01T05:29:60+05:30",
    "0000-01-01T00:00:00Z",
    "0000-02-29T00:00:00Z",
    "9999-12-31T23:59:59-23:59",
}
"""Right by RFC 3339, and no date-time of Python's, perhaps: they may go the slow road."""


@pytest.mark.parametrize("text", DATE_TIMES)
def test_a_date_time_is_judged_by_our_own_rules(text: str) -> None:
    data = json.dumps({**FULL, "created_at": text}).encode()
    assert takes(decoder(), data) == formats.is_date_time(text) or text in RARE
    assert (validate(data).valid, validate(data.decode()).valid) == (formats.is_date_time(text),) * 2


DATE_TIME_FORMS = [
    "2026-03-02T18:05:01Z",
    "2026-03-02T18:05:01+05:30",
    "2024-02-29t23:59:59.123-00:00",
    "2026-03-02 18:05:01.1z",
    "2026-03-02T18:05:01-0500",
    "2026-03-02T18:05:01.5+0000",
]
ASCII = [chr(code) for code in range(128)]


def _edits(text: str) -> set[str]:
    """Everything that one letter left out, put in or replaced makes of a text."""
    found = {text}
    for at in range(len(text) + 1):
        before, after = text[:at], text[at:]
        found |= {before + letter + after for letter in ASCII}
        if after:
            found |= {before + letter + after[1:] for letter in ["", *ASCII]}
    return found


@pytest.mark.parametrize("form", DATE_TIME_FORMS)
def test_no_date_time_is_taken_that_is_none(form: str) -> None:
    """Whatever is next to a date-time: what msgspec takes and RFC 3339 does not is refused."""
    decode = derived(closed(at={"type": ["string", "null"], "format": "date-time"}))
    taken = 0
    for text in _edits(form):
        for written in (json.dumps(text), '"' + "".join(f"\\u{ord(each):04X}" for each in text) + '"'):
            if takes(decode, f'{{"at": {written}}}'):
                assert formats.is_date_time(text), text
                taken += 1
    assert taken or not formats.is_date_time(form)


LOOSE = ["2026-03-02 18:05:01Z", "2026-03-02T18:05:01-0500", "2026-03-02T18:05:01+0500"]


@pytest.mark.parametrize("form", LOOSE)
@pytest.mark.parametrize(
    ("event", "right"),
    [
        pytest.param('{"text":"%s"}', True, id="a text"),
        pytest.param('{"text" :\n "%s", "at":null}', True, id="a text, with blanks"),
        pytest.param('{"text":"%s","at":"%s"}', False, id="a text and a date-time"),
        pytest.param('{"at":"%s"}', False, id="a date-time"),
        pytest.param('{"below":{"at":"%s"}}', False, id="a date-time below"),
        pytest.param('{"both":"%s"}', False, id="a text whose name is a date-time's below"),
        pytest.param('{"below":{"both":"%s"}}', False, id="a date-time whose name is a text's above"),
        pytest.param('{"texts":["%s"]}', False, id="a list of texts"),
        pytest.param('{"times":["%s"]}', False, id="a list of date-times"),
        pytest.param('{"\\u0061t":"%s"}', False, id="a name in escapes"),
        pytest.param('{"text":"\\"text\\":","at":"%s"}', False, id="a name within a text"),
        pytest.param('{"text":"x%s"}', True, id="within a text"),
    ],
)
def test_what_only_looks_like_a_date_time_is_taken_in_a_text(event: str, form: str, right: bool) -> None:
    """`receipt_datetime` is a text in the till's own form, and a phone number may look like an offset."""
    date_time = {"type": "string", "format": "date-time"}
    decode = derived(
        closed(
            text=TEXT,
            at={"anyOf": [date_time, {"type": "null"}]},
            texts={"type": "array", "items": TEXT},
            times={"type": "array", "items": date_time},
            both=TEXT,
            below=closed(at=date_time, both=date_time),
        )
    )
    assert takes(decode, event.replace("%s", form)) == right


@pytest.mark.parametrize("form", LOOSE)
@pytest.mark.parametrize("digits", ["04x", "04X"])
def test_a_single_escape_hides_no_date_time_that_is_none(form: str, digits: str) -> None:
    decode = derived(closed(at={"type": ["string", "null"], "format": "date-time"}))
    for at, letter in enumerate(form):
        written = f"{form[:at]}\\u{ord(letter):{digits}}{form[at + 1 :]}"
        assert json.loads(f'"{written}"') == form
        assert not takes(decode, f'{{"at":"{written}"}}'), written


def test_a_long_text_is_gone_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A guard that went back to the beginning for each place took 20 seconds for 4 MB."""
    looked: list[int] = []

    class Counting:
        def __init__(self, pattern: re.Pattern[bytes]) -> None:
            self._pattern = pattern

        def search(self, data: bytes, at: int = 0) -> re.Match[bytes] | None:
            looked.append(at)
            return self._pattern.search(data, at)

    monkeypatch.setattr(decoding, "_LOOSE", Counting(decoding._LOOSE))
    decode = derived(closed(text=TEXT, more=TEXT))
    long = "2026-03-02 10:10:00 -0500 " * 1000
    assert takes(decode, json.dumps({"text": long, "more": long}))
    assert len(looked) == 4  # to see whether there is one, then one for each text, and none left


def test_what_is_remembered_of_date_times_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "_KEPT", 10)
    for second in range(60):
        assert formats.is_date_time(f"2026-03-02T18:05:{second:02}Z")
    assert len(formats._CLOCKS) <= 10
    long = "2026-03-02T18:05:01." + "1" * 1000 + "Z"
    assert formats.is_date_time(long)
    assert long[10:] not in formats._CLOCKS


TEXT = {"type": "string"}
INTEGER = {"type": "integer", "minimum": 0, "maximum": 9}


def closed(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param({**closed(a=TEXT), "additionalProperties": True}, id="an open object"),
        pytest.param({"type": "object", "properties": {"a": TEXT}}, id="an object that does not say"),
        pytest.param({**closed(a=TEXT), "minProperties": 1}, id="another keyword"),
        pytest.param({**closed(a=TEXT), "required": ["b"]}, id="a required property that is not described"),
        pytest.param(closed(a={"type": "string", "pattern": "x"}), id="a pattern"),
        pytest.param(closed(a={"type": "string", "format": "uuid"}), id="a format that we do not check"),
        pytest.param(
            closed(a={"type": "string", "format": "date-time", "minLength": 1}), id="a long date-time"
        ),
        pytest.param(closed(a={"type": "integer"}), id="an integer without bounds"),
        pytest.param(closed(a={**INTEGER, "maximum": 2**64}), id="an integer beyond 64 bits"),
        pytest.param(closed(a={**INTEGER, "multipleOf": 2}), id="a multiple"),
        pytest.param(
            closed(a={"type": ["integer", "number"], "minimum": 0, "maximum": 1}), id="a number's bounds"
        ),
        pytest.param(closed(a={"type": ["string", "null"], "enum": ["x"]}), id="values that leave out null"),
        pytest.param(closed(a={"type": "string", "enum": ["x", 1]}), id="values that are not all text"),
        pytest.param(closed(a={"enum": ["x"]}), id="values without a type"),
        pytest.param(closed(a={}), id="anything"),
        pytest.param(closed(a={"anyOf": [TEXT], "type": "string"}), id="a union with more beside it"),
        pytest.param(closed(a={"$ref": "#/$defs/Nowhere"}), id="a reference to nowhere"),
        pytest.param(closed(a={"$ref": "other.json"}), id="a reference to elsewhere"),
        pytest.param(
            {**closed(a={"$ref": "#/$defs/A"}), "$defs": {"A": closed(a={"$ref": "#/$defs/A"})}}, id="a loop"
        ),
        pytest.param(closed(**{"a b": TEXT}), id="a name that is no identifier"),
        pytest.param(closed(a={"anyOf": [closed(b=TEXT), closed(c=TEXT)]}), id="two objects in a union"),
    ],
)
def test_a_schema_that_says_more_has_no_decoder(schema: dict[str, Any]) -> None:
    with pytest.raises(UnderivableError):
        derived(schema)


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (INTEGER, "9", '10 -1 1.0 "1" true null 1e0'),
        ({"type": ["integer", "null"], "minimum": 1, "maximum": 2}, "null", "0 3 false"),
        ({"type": "number"}, "1.5", '"1" true null'),
        ({"type": "string", "minLength": 2}, '"é☕"', '"é" 1 null'),
        ({"type": "string", "const": "x"}, '"\\u0078"', '"X" "" null'),
        ({"type": "string", "enum": ["x", "y"]}, '"y"', '"z" 1 null'),
        ({"type": "array", "items": TEXT}, '["a"]', '[1] {} "a" null'),
        ({"anyOf": [{"type": "array", "items": TEXT}, closed(b=TEXT)]}, '{"b":"1"}', '{"c":1} {"b":1} [1] 1'),
        (
            {"type": ["string", "null"], "format": "date-time"},
            '"2026-03-02T18:05:01Z"',
            '"2026-03-02" 1 [] {}',
        ),
    ],
    ids=lambda each: json.dumps(each) if isinstance(each, dict) else "",
)
def test_a_derived_decoder_takes_what_the_schema_says(kind: dict[str, Any], right: str, wrong: str) -> None:
    decode = derived({**closed(a=kind), "x-source": {}, "title": "ignored"})
    assert takes(decode, f'{{"a":{right}}}')
    assert takes(decode, "{}")
    assert not takes(decode, f'{{"a":{right},"b":1}}')
    for value in wrong.split():
        assert not takes(decode, f'{{"a":{value}}}'), value


def test_a_contract_without_a_decoder_is_judged_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    from punchh_contract.events import validation

    def refuse(_: object) -> None:
        raise ValueError

    monkeypatch.setattr(validation, "decoder", lambda: refuse)
    data = SAMPLES[0].read_bytes()
    assert validate(data, strict=True).valid
    assert not validate(data.replace(b'"payload"', b'"playload"')).valid


def test_the_contract_has_a_decoder() -> None:
    """Else every event would go the slow road, and nobody would notice."""
    derived(contract.event_schema(strict=True))
