"""Many records: what was planted is found where it was planted, and nothing else; from any source."""

import gzip
import io
import json
import os
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from events.faults import EMAIL, KINDS, NAMES, PHONE, Planted, good, planted
from events.mutation import VALID

from punchh_contract.errors import UsageError
from punchh_contract.events import Finding, Record, Summary, validate_many
from punchh_contract.events.ranges import LEAST, in_order, range_records, ranges, validate_range

SOAK = bool(os.environ.get("PUNCHH_CONTRACT_SOAK"))
EVENTS, FAULTS = (1_000_000, 1_000) if SOAK else (20_000, 200)
BASE = VALID[-1]  # the seed's


def raw(event: Any) -> str:
    return json.dumps(event, ensure_ascii=False)


def archive(path: Path, events: int, faults: int) -> dict[int, Planted]:
    """Write NDJSON with faults at random lines; return them by line."""
    random_ = random.Random(20261122)
    lines = set(random_.sample(range(1, events + 1), faults))
    kinds = iter(KINDS * (faults // len(KINDS) + 1))
    found = {}
    # A few good events again and again: what is made is not what is tested.
    filler = [raw(good(BASE, number, random_)) for number in range(50)]
    with path.open("w", encoding="utf-8", newline="") as file:
        for line in range(1, events + 1):
            text = filler[line % len(filler)]
            if line in lines:
                found[line] = planted(
                    next(kinds), good(BASE, line, random_), random_.choice((raw, json.dumps))
                )
                text = found[line].text
            file.write(text + "\n")
    return found


def places(findings: list[Finding]) -> list[tuple[Any, ...]]:
    return [
        (each.record, each.line, each.column, each.rule, each.pointer, each.severity) for each in findings
    ]


def expected(faults: dict[int, Planted]) -> list[tuple[Any, ...]]:
    return [
        (line, line, each.column, each.rule, each.pointer, each.severity)
        for line, each in sorted(faults.items())
    ]


def test_exactly_the_planted_faults_are_found_where_they_are(tmp_path: Path) -> None:
    path = tmp_path / "archive.ndjson"
    faults = archive(path, EVENTS, FAULTS)
    assert len({fault.rule + fault.pointer for fault in faults.values()}) >= 40
    summary, found = Summary(), []
    with path.open("rb") as file:
        for record in validate_many(path, strict=True):
            summary.add(record.findings)
            found += record.findings
            if record.findings:
                assert record.start is not None
                file.seek(record.start)
                assert file.read(record.length) == record.raw
                assert record.line in faults
    assert places(found) == expected(faults)
    assert (summary.events, summary.findings) == (EVENTS, FAULTS)
    said = " ".join(map(repr, found))
    assert not any(word in said for word in (*NAMES, EMAIL, PHONE, "5550142", "fax"))


@pytest.mark.parametrize("marks", [1, 2])
def test_ranges_are_the_whole_where_each_line_has_a_byte_order_mark(tmp_path: Path, marks: int) -> None:
    path = tmp_path / "a.ndjson"
    line = b"\xef\xbb\xbf" * marks + raw(BASE).encode() + b"\n"
    path.write_bytes(line * (4 * LEAST // len(line)))
    parts = ranges(path, 3)
    assert len(parts) == 3
    told = [record for part in parts for record in range_records(part)]
    alone = list(validate_many(path))
    assert [each.raw for each in told] == [each.raw for each in alone]
    assert [each.findings.valid for each in told] == [each.findings.valid for each in alone]


def test_ranges_find_the_same_in_several_processes(tmp_path: Path) -> None:
    path = tmp_path / "archive.ndjson"
    faults = archive(path, 2_000, 80)
    parts = ranges(path, 7)
    assert len(parts) == 7
    assert [part.start for part in parts[1:]] == [part.end for part in parts[:-1]]
    with ProcessPoolExecutor(2) as pool:
        done = list(in_order(pool.map(_strictly, parts)))
    assert places([each for part in done for record in part.records for each in record.findings]) == expected(
        faults
    )
    assert sum(part.summary.events for part in done) == 2_000
    data = path.read_bytes()
    for part in done:
        for record in part.records:
            assert record.start is not None
            assert record.line == data.count(b"\n", 0, record.start) + 1


def _strictly(part: Any) -> Any:
    return validate_range(part, strict=True)


@pytest.mark.parametrize("name", ["a.ndjson", "a.json", "a.NDJSON"])
def test_only_lines_are_split_and_only_long_files(tmp_path: Path, name: str) -> None:
    line = raw(BASE).encode() + b"\n"
    for data, several in ((line * 400, True), (line * 3, False), (b"[" + line * 400, name != "a.json")):
        (tmp_path / name).write_bytes(data)
        assert (len(ranges(tmp_path / name, 4)) > 1) == several
    (tmp_path / name).write_bytes(gzip.compress(os.urandom(2**20)))
    assert len(ranges(tmp_path / name, 4)) == 1
    with pytest.raises(UsageError, match="cannot be read"):
        ranges(tmp_path / "none.ndjson", 4)


GOOD = raw(BASE).encode()
BAD = raw({**BASE, "content_id": 17}).encode()


def told(records: Iterator[Record]) -> list[tuple[str | None, int | None, int]]:
    return [(record.file, record.record, len(record.findings)) for record in records]


def test_any_source_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = GOOD + b"\n" + BAD + b"\n{\n"
    path = tmp_path / "a.ndjson"
    path.write_bytes(lines)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines))
    (tmp_path / "c.json").write_bytes(b"[" + GOOD + b",\n" + BAD + b"]")
    one, two, three = str(path), str(tmp_path / "b.jsonl.gz"), str(tmp_path / "c.json")
    of_lines = [(1, 0), (2, 1), (3, 1)]
    whole = (
        [(one, *each) for each in of_lines]
        + [(two, *each) for each in of_lines]
        + [(three, 1, 0), (three, 2, 1)]
    )
    assert told(validate_many(path)) == whole[:3]
    assert told(validate_many(str(tmp_path))) == whole
    assert told(validate_many(str(tmp_path / "*.js*"))) == whole[3:]
    assert told(validate_many(str(tmp_path / "**" / "a.*"))) == whole[:3]
    assert told(validate_many(io.BytesIO(lines))) == [(None, *each) for each in of_lines]
    assert told(validate_many(lines)) == [(None, *each) for each in of_lines]
    assert told(validate_many(iter([GOOD, BAD]))) == [(None, 1, 0), (None, 2, 1)]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines)))
    assert told(validate_many("-")) == [("-", *each) for each in of_lines]


def test_a_source_that_is_not_there_is_refused_at_once(tmp_path: Path) -> None:
    for name in ("none.json", "none*.json"):
        with pytest.raises(UsageError, match="cannot be read"):
            validate_many(tmp_path / name)


def test_of_a_folder_all_is_read_before_what_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.json").symlink_to(tmp_path / "nowhere")
    (tmp_path / "b.json").write_bytes(GOOD)
    found = validate_many(tmp_path)
    assert next(found).findings.valid
    with pytest.raises(UsageError, match=r"a\.json: cannot be read"):
        next(found)


@pytest.mark.parametrize("indent", [None, 2])
def test_findings_of_an_array_have_their_place_in_the_file(tmp_path: Path, indent: int | None) -> None:
    marked = [json.loads(GOOD), {**BASE, "content_id": "MARK"}, json.loads(GOOD)]
    text = "\ufeff" + json.dumps(marked, indent=indent, ensure_ascii=False).replace("POS", "☕")
    before = text[1 : text.index('"MARK"')]  # without the mark of byte order
    path = tmp_path / "a.json"
    path.write_text(text.replace('"MARK"', "17"), encoding="utf-8")
    findings = [each for record in validate_many(path) for each in record.findings]
    (finding,) = findings
    column = len(before) - before.rfind("\n")
    assert (finding.record, finding.line, finding.column) == (2, before.count("\n") + 1, column)


def test_what_is_shown_of_a_record_is_not_its_content() -> None:
    (record,) = validate_many(BAD)
    assert "FIRST_NAME" not in repr(record)
    assert record.raw == BAD


def test_a_structural_fault_has_its_place() -> None:
    found = [each for record in validate_many(b"[" + GOOD + GOOD + b"\n,]") for each in record.findings]
    assert [(each.record, each.line, each.column, each.rule) for each in found] == [
        (1, 1, len(GOOD.decode()) + 2, "json"),
        (None, 2, 2, "json"),
    ]


def test_one_after_the_other_may_be_bytes_or_text() -> None:
    good = raw(BASE)
    several: list[Any] = [good, good.encode(), bytearray(good.encode()), memoryview(b"{"), "\ud800", ""]
    found = list(validate_many(several))
    assert [(each.record, each.findings.valid) for each in found] == [
        (1, True),
        (2, True),
        (3, True),
        (4, False),
        (5, False),
        (6, False),
    ]
    assert found[0].raw == good.encode()
    assert [each.findings.valid for each in validate_many(memoryview(good.encode()))] == [True]


@pytest.mark.parametrize("source", [None, 17, [{"a": 1}], [None]])
def test_what_is_no_source_of_events_is_a_mistake_of_the_caller(source: Any) -> None:
    with pytest.raises(UsageError, match=r"events come from a path|is bytes or text, and no"):
        list(validate_many(source))
