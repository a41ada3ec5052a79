"""The survey as text and JSON, against a baseline; and no guest in either."""

import json
import os
from pathlib import Path
from typing import Any

import orjson
import pytest
from events.drift.test_survey import SEED, changed, surveyed
from events.planted import bad_events, leaks

from punchh_contract.errors import UsageError
from punchh_contract.events.drift import Baseline, Survey
from punchh_contract.events.drift.report import as_document, as_text

EVENTS = 3_000
NOTHING = Baseline({})


def test_text_says_what_where_how_often_and_where_it_belongs() -> None:
    text = as_text(surveyed(SEED, changed("/payload/user/loyalty_level", "gold")), NOTHING)
    assert text.startswith(
        "/payload/user/loyalty_level: field that the contract lacks: string;"
        " the contract says: no such field.\n"
        "  1 time in 1 event, sent 2020-06-08T05:28:24Z\n"
        "  first a.ndjson:2\n"
        "  belongs at #/components/schemas/EventUser/properties (SEED-004, EV-REXP, C-44) ["
    )
    assert "In the contract and never seen:\n  /business_slug: #/components/" in text
    assert text.endswith("\n2 events: 1 new kind of drift.\n")
    assert "gold" not in text


def test_what_is_known_is_counted_and_what_is_not_seen_any_more_is_named() -> None:
    both = surveyed(changed("/payload/user/loyalty_level", 1), changed("/payload/user/first_name", None))
    baseline = NOTHING.updated(both.rows())
    now = surveyed(changed("/payload/user/first_name", None), changed("/payload/user/phone", 1))
    text = as_text(now, baseline)
    assert "/payload/user/phone: another type: integer" in text
    assert "Known: 1 kind of the baseline, seen 1 time." in text
    assert "In the baseline and not seen:\n  " in text
    assert " unknown_field /payload/user/loyalty_level integer\n" in text
    assert text.endswith("2 events: 1 new kind of drift, 1 known.\n")
    document = json.loads(as_document(now, baseline, []))
    assert [(row["pointer"], row["known"]) for row in document["drift"]] == [
        ("/payload/user/first_name", True),
        ("/payload/user/phone", False),
    ]
    assert [each["pointer"] for each in document["not_seen_of_baseline"]] == ["/payload/user/loyalty_level"]
    assert document["summary"] == {
        "events": 2,
        "new": 1,
        "known": 1,
        "not_counted": 0,
        "unreadable_records": 0,
        "unreadable_inputs": 0,
        "stopped": None,
    }


def test_a_baseline_comes_back_as_it_was_and_keeps_its_notes(tmp_path: Path) -> None:
    path = tmp_path / "drift.json"
    rows = surveyed(changed("/payload/user/loyalty_level", 1), changed("/payload/user/phone", 1)).rows()
    first = NOTHING.updated(rows[:1])
    next(iter(first.known.values()))["note"] = "asked PAR on 2026-03-02"
    first.updated(rows).write(path)
    read = Baseline.read(path)
    assert all(map(read.has, rows))
    assert "asked PAR on 2026-03-02" in path.read_text()
    before = path.read_bytes()
    read.updated(rows).write(path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["drift.json"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"version": 2, "known": []}',
        '{"version": 1}',
        '{"version": 1, "known": [{"kind": "x"}]}',
        "[" * 9999,
    ],
)
def test_what_is_no_baseline_is_refused_with_the_way_to_one(tmp_path: Path, content: str) -> None:
    path = tmp_path / "drift.json"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"is no baseline of drift .*--update-baseline"):
        Baseline.read(path)
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        Baseline.read(tmp_path / "none.json")
    assert Baseline.read(tmp_path / "none.json", missing_ok=True) == NOTHING
    with pytest.raises(UsageError, match="cannot be written"):
        NOTHING.write(tmp_path / "none" / "drift.json")


def test_what_is_no_file_is_not_replaced_by_a_baseline(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match="cannot be written: it is no file"):
        NOTHING.write(pipe)
    assert [each.name for each in tmp_path.iterdir()] == ["pipe"]
    assert pipe.is_fifo()


def test_no_guest_is_in_any_form_of_it(tmp_path: Path) -> None:
    survey = Survey()
    for number, line in enumerate(bad_events(2, EVENTS), start=1):
        try:
            value: Any = orjson.loads(line)
        except orjson.JSONDecodeError:
            survey.unreadable += 1
            continue
        survey.add(value, "a.ndjson", number, number)
    baseline = NOTHING.updated(survey.rows())
    baseline.write(tmp_path / "drift.json")
    for text in (
        as_text(survey, NOTHING),
        as_document(survey, NOTHING, []),
        (tmp_path / "drift.json").read_text(),
        repr(survey.rows()),
    ):
        assert len(text) > 5_000
        assert leaks(text) == []
