"""The start of the command: its answer to valid events is the command's own, all else is left to it."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from punchh_contract import __main__ as started

EVENT = Path(__file__).parent / "data" / "seed-004-redemptions-event.json"
BYTES = EVENT.read_bytes()
START = "from punchh_contract.__main__ import main"
COMMANDS = "from punchh_contract.cli import main"
SAID = b"1 event in 1 file: no findings.\n"


def run(start: str, folder: Path, *arguments: str, **how: object) -> tuple[int, bytes, bytes, bool]:
    """Exit code, standard output, standard error, and whether the commands were loaded."""
    told = folder / f"loaded.{len(list(folder.iterdir()))}"
    code = (
        "import sys, atexit, pathlib\n"
        f"atexit.register(lambda: pathlib.Path({str(told)!r}).write_text(str('click' in sys.modules)))\n"
        f"sys.argv[0] = 'punchh-contract'\n{start}\nmain()"
    )
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, **how)  # type: ignore[call-overload]
    return done.returncode, done.stdout, done.stderr, told.read_text() == "True"


def test_one_valid_event_is_answered_without_the_commands(tmp_path: Path) -> None:
    assert run(START, tmp_path, "validate", str(EVENT)) == (0, SAID, b"", False)
    assert run(COMMANDS, tmp_path, "validate", str(EVENT)) == (0, SAID, b"", True)


def test_so_are_files_and_folders_of_one_event_each(tmp_path: Path) -> None:
    folder = tmp_path / "recorded"
    folder.mkdir()
    for number in range(1_200):
        (folder / f"{number}.json").write_bytes(BYTES)
    (folder / "linked.JSON").symlink_to(EVENT)
    arguments = ["validate", str(EVENT), "recorded", "recorded/1.json"]
    said = b"1,203 events in 1,203 files: no findings.\n"
    assert run(START, tmp_path, *arguments) == (0, said, b"", False)
    assert run(COMMANDS, tmp_path, *arguments) == (0, said, b"", True)


@pytest.mark.parametrize(
    "more",
    ["bad.json", "two.json", ".json", "lines.ndjson", "README", "below/event.json", "gone.json", "big.json"],
)
def test_of_a_folder_with_anything_else_the_commands_speak(more: str, tmp_path: Path) -> None:
    folder = tmp_path / "recorded"
    (folder / "below").mkdir(parents=True) if "/" in more else folder.mkdir()
    (folder / "event.json").write_bytes(BYTES)
    other = folder / more
    if more == "gone.json":
        other.symlink_to(folder / "nowhere")
    elif more == "big.json":  # each for itself is small enough, all are not
        for number in range(9):
            (folder / f"{number}.json").write_bytes(BYTES + b" " * (2**20 - len(BYTES)))
    else:
        contents = {"bad.json": b"{}", "two.json": b"[%b,%b]" % (BYTES, BYTES)}
        other.write_bytes(contents.get(more, BYTES))
    found = run(START, tmp_path, "validate", "recorded")
    assert found == run(COMMANDS, tmp_path, "validate", "recorded")
    assert found[3], "the commands were not asked"


def test_of_an_empty_folder_too(tmp_path: Path) -> None:
    (tmp_path / "recorded").mkdir()
    for paths in (["recorded"], ["recorded", str(EVENT)], [str(EVENT), "recorded"]):
        found = run(START, tmp_path, "validate", *paths)
        assert found == run(COMMANDS, tmp_path, "validate", *paths)
        assert found[0] == 2


def test_an_interruption_is_said_as_the_commands_say_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(started, "_valid_events", interrupted)
    monkeypatch.setattr(sys, "argv", ["punchh-contract", "validate", str(EVENT)])
    with pytest.raises(SystemExit) as ended:
        started.main()
    assert (ended.value.code, capsys.readouterr().err) == (130, "Interrupted: no verdict.\n")


@pytest.mark.skipif(os.name == "nt", reason="pipes block there")
def test_a_pause_of_a_standard_input_that_does_not_block_is_not_its_end(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    command = [sys.executable, "-m", "punchh_contract", "validate", "-"]
    process = subprocess.Popen(command, cwd=tmp_path, stdin=reading, stdout=subprocess.PIPE)
    os.close(reading)
    os.write(writing, json.dumps(json.loads(BYTES)).encode() + b"\n")
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1.5)
    os.write(writing, b"{\n")
    os.close(writing)
    said, _ = process.communicate()
    assert process.returncode == 1
    assert b"2 events in 1 file: 1 finding in 1 event." in said


LEFT_TO_THE_COMMANDS: dict[str, tuple[str, bytes]] = {
    "a finding": ("event.json", BYTES.replace(b'"redemption_id"', b'"redemption"')),
    "drift": ("event.json", BYTES.replace(b'"bar_code"', b'"bar_codes"')),
    "no JSON": ("event.json", b"{"),
    "nothing": ("event.json", b""),
    "a byte order mark": ("event.json", b"\xef\xbb\xbf" + BYTES),
    "two events": ("event.json", json.dumps([json.loads(BYTES)] * 2).encode()),
    "one event over many lines, as lines": ("event.ndjson", json.dumps(json.loads(BYTES), indent=1).encode()),
    "packed": ("event.json", gzip.compress(BYTES)),
    "long": ("event.json", BYTES + b" " * 2**20),
    "a name that reads like an option": ("-event.json", BYTES),
}


@pytest.mark.parametrize("case", LEFT_TO_THE_COMMANDS)
def test_all_else_is_said_by_the_commands(case: str, tmp_path: Path) -> None:
    name, content = LEFT_TO_THE_COMMANDS[case]
    (tmp_path / name).write_bytes(content)
    found = run(START, tmp_path, "validate", name)
    assert found == run(COMMANDS, tmp_path, "validate", name)
    assert found[3], "the commands were not asked"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--version"],
        ["validate"],
        ["validate", "--help"],
        ["validate", "absent.json"],
        ["validate", "-"],
        ["validate", "."],
        ["validate", str(EVENT), "-"],
        ["validate", str(EVENT), "--strict"],
        ["validate", "--format", "json", str(EVENT)],
        ["sign", str(EVENT)],
    ],
    ids=" ".join,
)
def test_other_arguments_are_the_commands(arguments: list[str], tmp_path: Path) -> None:
    found = run(START, tmp_path, *arguments, stdin=subprocess.DEVNULL)
    assert found == run(COMMANDS, tmp_path, *arguments, stdin=subprocess.DEVNULL)
    assert found[3]


def test_a_shell_that_completes_a_line_gets_no_verdict(tmp_path: Path) -> None:
    how = {"env": {**os.environ, "_PUNCHH_CONTRACT_COMPLETE": "bash_source"}}
    found = run(START, tmp_path, "validate", str(EVENT), **how)
    assert SAID not in found[1]
    assert found == run(COMMANDS, tmp_path, "validate", str(EVENT), **how)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux'")
def test_a_full_disk_is_said(tmp_path: Path) -> None:
    def ended(start: str) -> tuple[int, bytes]:
        command = [sys.executable, "-c", f"{start}; main()", "validate", str(EVENT)]
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, check=False)
        return done.returncode, done.stderr

    code, said = ended(START)
    assert (code, said) == ended(COMMANDS)
    assert code == 2
    assert b"No space left" in said


@pytest.mark.skipif(os.name == "nt", reason="the shell is POSIX's")
def test_without_a_standard_output_the_exit_code_is_the_answer(tmp_path: Path) -> None:
    for start in (START, COMMANDS):
        command = [sys.executable, "-c", f"{start}; main()", "validate", str(EVENT)]
        closed = ["sh", "-c", 'exec "$@" >&-', "sh", *command]
        done = subprocess.run(closed, cwd=tmp_path, stderr=subprocess.PIPE, check=False)
        assert (done.returncode, done.stderr) == (0, b"")


def test_the_module_can_be_run() -> None:
    command = [sys.executable, "-m", "punchh_contract", "validate", str(EVENT)]
    assert subprocess.run(command, capture_output=True, check=True).stdout == SAID


@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise there")
def test_an_error_that_nobody_reads_ends_quietly(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        command = [sys.executable, "-m", "punchh_contract", "validate", "absent.json"]
        assert subprocess.run(command, cwd=tmp_path, stderr=writing, check=False).returncode == 141
        command = [sys.executable, "-m", "punchh_contract", "sign", "absent.json", "--no-such-option"]
        assert subprocess.run(command, cwd=tmp_path, stderr=writing, check=False).returncode == 141
    finally:
        os.close(writing)
