"""Which files are read, and what is one record."""

import io
import os
from pathlib import Path

import pytest

from punchh_contract.errors import UsageError
from punchh_contract.events.intake import Raw
from punchh_contract.events.reading import EMPTY, Unreadable
from punchh_contract.events.sources import sources


def records(path: Path | str, stdin: bytes = b"") -> list[Raw]:
    return [record for source in sources(str(path), lambda: io.BytesIO(stdin)) for record in source.records()]


def read_as(tmp_path: Path, name: str, data: bytes) -> list[tuple[int | None, object]]:
    """Numbers and values; `Unreadable` stands for whatever could not be read."""
    (tmp_path / name).write_bytes(data)
    return [
        (each.number, Unreadable if isinstance(each.value, Unreadable) else each.value)
        for each in records(tmp_path / name)
    ]


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        pytest.param("a.json", b'{"a":1}\n', [(None, {"a": 1})], id="one event"),
        pytest.param("a.txt", b'{\r\n"a":1\r\n}\r\n', [(None, {"a": 1})], id="any other name, CRLF"),
        pytest.param("a.json", b'[{"a":1},17]', [(1, {"a": 1}), (2, 17)], id="an array"),
        pytest.param("a.ndjson", b'{"a":1}\n', [(1, {"a": 1})], id="one line"),
        pytest.param("a.JSONL", b'{"a":1}\r\n\r\n{"a":2}', [(1, {"a": 1}), (3, {"a": 2})], id="empty lines"),
        pytest.param(
            "a.ndjson",
            b'{"a":\n\xff\n{"a":3}\n',
            [(1, Unreadable), (2, Unreadable), (3, {"a": 3})],
            id="broken lines",
        ),
        pytest.param(
            "a.ndjson", b'\xef\xbb\xbf{"a":1}\n', [(1, {"a": 1})], id="lines with a byte order mark"
        ),
        pytest.param("a.ndjson", b"[1]\n", [(1, [1])], id="a line with a list"),
        pytest.param(
            "a.json", b'{"a":1}\n\n{"a":2}\n', [(1, {"a": 1}), (3, {"a": 2})], id="lines in a .json file"
        ),
        pytest.param(
            "a.json",
            b'\xef\xbb\xbf{"a":\n{"a":2}\n',
            [(1, Unreadable), (2, {"a": 2})],
            id="such lines, the first cut",
        ),
        pytest.param("a.json", b'{\n"a":1,\n}\n', [(None, Unreadable)], id="a broken event over lines"),
        pytest.param("a.json", b"[{},\n{", [(1, {}), (2, Unreadable)], id="a broken array"),
    ],
)
def test_records_of_a_file(
    tmp_path: Path, name: str, data: bytes, expected: list[tuple[int | None, object]]
) -> None:
    assert read_as(tmp_path, name, data) == expected


@pytest.mark.parametrize(("name", "data"), [("a.json", b""), ("a.json", b"[]"), ("a.ndjson", b"\n \n")])
def test_a_file_without_events_is_one_record_that_says_so(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    (record,) = records(path)
    assert (record.file, record.number, record.value) == (str(path), None, EMPTY)


def test_a_folder_is_searched_in_order_and_below(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("c.NDJSON", "b/z.json", "b/a.jsonl", "a.json", "README.md", "x.yaml"):
        (tmp_path / name).write_bytes(b"{}")
    assert [Path(each.file).relative_to(tmp_path).as_posix() for each in records(tmp_path)] == [
        "a.json",
        "b/a.jsonl",
        "b/z.json",
        "c.NDJSON",
    ]


def test_standard_input_is_read_like_a_file() -> None:
    assert from_stdin(b'{"a":1}\n{"a":2}\n') == [("-", 1, {"a": 1}), ("-", 2, {"a": 2})]
    assert from_stdin(b'{"a":1}') == [("-", None, {"a": 1})]
    assert from_stdin(b"") == [("-", None, EMPTY)]


def from_stdin(data: bytes) -> list[tuple[str, int | None, object]]:
    return [(each.file, each.number, each.value) for each in records("-", data)]


def test_standard_input_named_twice_is_empty_the_second_time() -> None:
    stdin = io.BytesIO(b"{}")
    found = [each for _ in range(2) for source in sources("-", lambda: stdin) for each in source.records()]
    assert [each.value for each in found] == [{}, EMPTY]


def test_standard_input_is_not_touched_for_a_file(tmp_path: Path) -> None:
    def closed() -> io.BytesIO:
        raise UsageError("closed")

    (tmp_path / "a.json").write_bytes(b"{}")
    (source,) = sources(str(tmp_path / "a.json"), closed)
    assert [each.value for each in source.records()] == [{}]
    (source,) = sources("-", closed)
    with pytest.raises(UsageError, match="closed"):
        list(source.records())


def test_a_file_is_named_as_the_user_named_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.json").write_bytes(b"{}")
    monkeypatch.chdir(tmp_path)
    assert [each.file for each in records("./a.json")] == ["./a.json"]


def test_what_does_not_exist_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.json: cannot be read: No such file"):
        sources(str(tmp_path / "none.json"), io.BytesIO)


def test_a_folder_without_events_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("none here")
    with pytest.raises(UsageError, match=r"no file ending in \.json, \.ndjson, \.jsonl"):
        sources(str(tmp_path), io.BytesIO)


def test_a_linked_folder_is_searched_once_and_a_loop_ends(tmp_path: Path) -> None:
    searched, elsewhere = tmp_path / "searched", tmp_path / "elsewhere"
    (elsewhere / "deep").mkdir(parents=True)
    (elsewhere / "deep" / "a.json").write_bytes(b"{}")
    searched.mkdir()
    for name in ("one", "two"):
        (searched / name).symlink_to(elsewhere)
    (elsewhere / "deep" / "up").symlink_to(searched)
    assert [each.file for each in records(searched)] == [str(searched / "one" / "deep" / "a.json")]


def test_of_a_folder_only_regular_files_are_taken(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(UsageError, match="the folder has no file"):
        sources(str(tmp_path), io.BytesIO)
    (tmp_path / "z.json").write_bytes(b"{}")
    (tmp_path / "link.json").symlink_to(tmp_path / "z.json")
    assert [Path(each.name).name for each in sources(str(tmp_path), io.BytesIO)] == ["link.json", "z.json"]


def test_a_pipe_that_is_named_is_taken(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (source,) = sources(str(tmp_path / "pipe.json"), io.BytesIO)
    # Opened for both, so that neither end waits for the other.
    end = os.open(tmp_path / "pipe.json", os.O_RDWR)
    os.write(end, b"{}")
    reader = source.open()
    os.close(end)
    with reader as stream:
        assert stream.read() == b"{}"


def test_a_link_to_nowhere_in_a_folder_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.json").symlink_to(tmp_path / "none.json")
    with pytest.raises(UsageError, match=r"a\.json: cannot be read: No such file"):
        records(tmp_path)


def test_a_name_with_control_characters_is_said_in_escapes(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\\x1b\[2J\\n\.json: cannot be read"):
        sources(str(tmp_path / "\x1b[2J\n.json"), io.BytesIO)


def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"{}")
    (source,) = sources(str(path), io.BytesIO)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(UsageError, match=r"a\.json: cannot be read: Permission denied"):
        list(source.records())


def test_a_link_to_itself_is_reported_when_it_is_read_and_the_others_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"{}")
    for name in ("b.json", "folder"):
        (tmp_path / name).symlink_to(tmp_path / name)
    first, second = sources(str(tmp_path), io.BytesIO)
    assert len(list(first.records())) == 1
    with pytest.raises(UsageError, match=r"b\.json: cannot be read: "):
        list(second.records())


def test_a_folder_that_cannot_be_listed_is_reported_when_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "locked", "z"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "event.json").write_bytes(b"{}")
    listed = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    first, locked, last = sources(str(tmp_path), io.BytesIO)
    assert [Path(each.name).parent.name for each in (first, last)] == ["a", "z"]
    with pytest.raises(UsageError, match="locked: cannot be read: "):
        list(locked.records())


def test_a_name_that_is_no_text_can_be_printed(tmp_path: Path) -> None:
    try:
        (tmp_path / "a\udcff.json").write_bytes(b"{}")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    (record,) = records(tmp_path)
    assert record.file.encode().decode().endswith("a\ufffd.json")
