"""`punchh-contract validate` over much: processes that agree with one, the split, an early end."""

import gzip
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from events.planted import bad_events, leaks

from punchh_contract.cli import main
from punchh_contract.cli.validate import sharing
from punchh_contract.cli.validate.run import Run
from punchh_contract.errors import ContractError, UsageError
from punchh_contract.events import rendering
from punchh_contract.events.intake import RECORD_LIMIT
from punchh_contract.events.many import Record

ROOT = Path(__file__).parents[2]
SEED = json.loads((ROOT / "tests" / "data" / "seed-004-redemptions-event.json").read_bytes())
GOOD = json.dumps(SEED).encode()
BAD = json.dumps({**SEED, "action": 17}).encode()


def run(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["validate", *map(str, arguments)], input=stdin)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of everything: a large file of lines in the middle of small and odd ones."""
    folder = tmp_path_factory.mktemp("archive")
    events = [event if number % 5 == 0 else GOOD for number, event in enumerate(bad_events(3, 600))]
    large = [line + (b"\r\n" if number % 7 == 0 else b"\n") for number, line in enumerate(events)]
    large[100:100] = [b"\n", b"   \n"]
    (folder / "c-large.ndjson").write_bytes(b"\xef\xbb\xbf" + b"".join(large).removesuffix(b"\n"))
    (folder / "a-one.json").write_bytes(GOOD)
    (folder / "b-array.json").write_bytes(b"[\n" + GOOD + b",\n" + BAD + b"]")
    (folder / "d-packed.ndjson.gz").write_bytes(gzip.compress(GOOD + b"\n" + BAD + b"\n"))
    (folder / "e-empty.json").touch()
    (folder / "f-blank.ndjson").write_bytes(b"\n" * 600_000)
    (folder / "g-gone.json").symlink_to("nowhere")
    (folder / "h-last.json").write_bytes(BAD)
    return folder


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "SIZE", 2**18)


@pytest.mark.parametrize("form", ["json", "text", "junit"])
@pytest.mark.parametrize("findings", [20_000, 10])
def test_two_processes_say_what_one_says(
    archive: Path, small_parts: None, monkeypatch: pytest.MonkeyPatch, form: str, findings: int
) -> None:
    monkeypatch.setattr(sharing, "FINDINGS", findings)
    alone = run(archive, "--strict", "--format", form)
    together = run(archive, "--strict", "--format", form, "--jobs", "2")
    assert together.stdout == alone.stdout
    assert (together.exit_code, together.stderr) == (alone.exit_code, alone.stderr)
    assert alone.exit_code == 2
    assert "g-gone.json: cannot be read" in alone.stderr
    assert len(alone.stdout) > 10_000
    assert leaks(alone.stdout) == []


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_each_record_lands_in_exactly_one_file_with_its_bytes(
    tmp_path: Path, archive: Path, small_parts: None, jobs: str
) -> None:
    good, bad = tmp_path / "good.ndjson", tmp_path / "bad.ndjson"
    result = run(archive, "--split", good, bad, "--jobs", jobs, "--format", "ndjson")
    summary = json.loads(result.stdout.splitlines()[-1])
    goods, bads = good.read_bytes().split(b"\n")[:-1], bad.read_bytes().split(b"\n")[:-1]
    large = (archive / "c-large.ndjson").read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    given = [GOOD, GOOD, BAD, *(line for line in large if line.strip()), GOOD, BAD, BAD]
    assert sorted([*goods, *bads]) == sorted(given)
    # The two files that hold nothing are findings and no records.
    assert (len(goods) + len(bads), len(bads)) == (summary["events"] - 2, summary["events_with_findings"] - 2)
    assert run(good).exit_code == 0
    again = json.loads(run(bad, "--format", "json").stdout)["summary"]
    assert again["events"] == again["events_with_findings"] == len(bads)


def test_a_record_of_many_lines_becomes_one(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps(SEED, indent=2) + "\r\n")
    good, bad = tmp_path / "good.ndjson", tmp_path / "bad.ndjson"
    assert run(event, "--split", good, bad).exit_code == 0
    assert bad.read_bytes() == b""
    assert good.read_text().count("\n") == 1
    assert json.loads(good.read_bytes()) == SEED
    assert (
        good.read_text().replace(" ", "") == json.dumps(SEED, separators=(",", ":")).replace(" ", "") + "\n"
    )


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_record_too_long_to_be_kept_is_said_to_be_in_neither_file(tmp_path: Path, jobs: str) -> None:
    path = tmp_path / "long.ndjson"
    path.write_bytes(GOOD + b"\n" + b'{"a":"' + b"x" * RECORD_LIMIT + b'"}\n' + BAD + b"\n")
    result = run(path, "--jobs", jobs, "--split", tmp_path / "good", tmp_path / "bad")
    assert result.exit_code == 2
    assert result.stderr == "Error: --split: 1 record of more than 16 MB in neither file\n"
    assert (tmp_path / "good").read_bytes() == GOOD + b"\n"
    assert (tmp_path / "bad").read_bytes() == BAD + b"\n"


def test_drift_is_split_off_only_if_it_fails(tmp_path: Path) -> None:
    drift = json.dumps({**SEED, "tenant": "demo"}).encode() + b"\n"
    good, bad = tmp_path / "good.ndjson", tmp_path / "bad.ndjson"
    run("-", "--strict", "--fail-on", "error", "--split", good, bad, stdin=drift)
    assert (good.read_bytes(), bad.read_bytes()) == (drift, b"")
    run("-", "--strict", "--split", good, bad, stdin=drift)
    assert (good.read_bytes(), bad.read_bytes()) == (b"", drift)


def test_an_input_is_not_written_over(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_bytes(GOOD)
    for good, bad, says in (
        (event, tmp_path / "bad", "is an input too"),
        (tmp_path / "good", event, "is an input too"),
        (tmp_path / "same", tmp_path / "same", "stands for both"),
        (tmp_path / "none" / "good", tmp_path / "bad", "cannot be written"),
    ):
        result = run(event, "--split", good, bad)
        assert result.exit_code == 2
        assert says in result.stderr
    assert event.read_bytes() == GOOD


def test_a_run_that_fails_in_the_middle_leaves_a_whole_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "events.ndjson"
    path.write_bytes(BAD + b"\n" + BAD + b"\n")
    take = Run.take

    def failing(run: Run, record: Record) -> None:
        take(run, record)
        raise ContractError("the schemas are gone")

    monkeypatch.setattr(Run, "take", failing)
    result = run(path, "--format", "json")
    assert result.exit_code == 2
    assert result.stderr == "Error: the schemas are gone\n"
    document = json.loads(result.stdout)
    assert (len(document["findings"]), document["summary"]["stopped"]) == (1, "the schemas are gone")


def test_a_process_that_is_ended_from_outside_ends_the_run_with_a_word() -> None:
    done: Future[list[sharing.Part | tuple[sharing.Range, str]]] = Future()
    done.set_exception(BrokenProcessPool("a child"))
    with pytest.raises(UsageError, match="ended from outside"):
        sharing._result(done)


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1.5", ""])
def test_a_number_of_processes_is_a_number(tmp_path: Path, jobs: str) -> None:
    result = run(tmp_path, "--jobs", jobs)
    assert result.exit_code == 2
    assert "is not `auto` or a number from 1" in result.stderr


def test_auto_starts_no_process_for_little(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "together", lambda *_: pytest.fail("started"))
    assert run(archive / "a-one.json", "--jobs", "auto").exit_code == 0


@pytest.fixture
def endless(tmp_path: Path) -> Iterator[Path]:
    """A pipe in which some events come, and nothing after them."""
    path = tmp_path / "events"
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR)
    os.write(writer, b"".join([BAD, b"\n", GOOD, b"\n"]))
    yield path
    os.close(writer)


@pytest.mark.parametrize("form", rendering.FORMATS)
def test_an_interrupt_ends_it_with_what_is_known(endless: Path, form: str) -> None:
    command = [sys.executable, "-c", WAITING, "validate", "--format", form, str(endless)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "Interrupted after 1 events.\n"
    assert "/action" in out
    assert "interrupted; this is what is known so far." in out
    if form in ("json", "sarif"):
        json.loads(out)


# Says when the first event is judged, so that the interrupt comes after it, whatever the machine's load.
WAITING = """
import sys
from punchh_contract.cli import main
from punchh_contract.cli.validate.run import Run
take = Run.take
def told(self, record):
    take(self, record)
    print("waiting", file=sys.stderr, flush=True)
    import signal
    signal.pause()
Run.take = told
main(sys.argv[1:])
"""


def test_progress_is_for_a_terminal_only(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    path.write_bytes((GOOD + b"\n") * 600)
    script = (
        "import sys\n"
        "from punchh_contract.cli import main\n"
        "import punchh_contract.cli.validate\n"
        "progress = sys.modules['punchh_contract.cli.validate.progress']\n"
        "progress._PATIENCE = progress._PAUSE = 0.0\n"
        "main(['validate', sys.argv[1]])\n"
    )
    quiet = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    assert quiet.stderr == ""
    leader, follower = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", script, path], stdout=subprocess.PIPE, stderr=follower, text=True, check=True
    )
    os.close(follower)
    said = b""
    while True:
        try:
            piece = os.read(leader, 4096)
        except OSError:
            break
        if not piece:
            break
        said += piece
    os.close(leader)
    assert b"Checking" in said
    assert b" events/s" in said
    assert done.stdout == quiet.stdout == "600 events in 1 file: no findings.\n"
