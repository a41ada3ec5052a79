"""`punchh-contract drift`: exit codes, the baseline, and what it reads; what it counts is the survey's."""

import copy
import functools
import gzip
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from events.planted import bad_events, leaks

from punchh_contract import cli
from punchh_contract.cli import drift

ROOT = Path(__file__).parents[2]
SEED = ROOT / "tests" / "data" / "seed-004-redemptions-event.json"


def run(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli.main, ["drift", *map(str, arguments)], input=stdin)


def event(**user: Any) -> bytes:
    found: dict[str, Any] = copy.deepcopy(json.loads(SEED.read_bytes()))
    found["payload"]["user"] |= user
    return json.dumps(found).encode() + b"\n"


@pytest.fixture
def traffic(tmp_path: Path) -> Path:
    path = tmp_path / "traffic.ndjson"
    path.write_bytes(event() + event(loyalty_level="gold") + event(loyalty_level="gold", phone=5550142))
    return path


def test_drift_that_was_not_counted_is_known_by_nobody(
    traffic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    baseline = tmp_path / "known.json"
    assert run(traffic, "--baseline", baseline, "--update-baseline").exit_code == 0
    monkeypatch.setattr(drift, "Survey", functools.partial(drift.Survey, kinds=1))
    done = run(traffic, "--baseline", baseline)
    assert done.exit_code == 1
    assert "not counted" in done.output


def test_what_fits_is_fine() -> None:
    result = run(SEED)
    assert result.exit_code == 0
    assert result.stdout.endswith("1 event: 0 new kinds of drift.\n")


@pytest.mark.parametrize("form", ["text", "json"])
def test_new_drift_exits_with_1_and_is_told_without_a_value(traffic: Path, form: str) -> None:
    result = run(traffic, "--format", form)
    assert result.exit_code == 1
    assert "/payload/user/loyalty_level" in result.stdout
    assert not [each for each in ("gold", "0142", "test@example.com") if each in result.output]


def test_a_baseline_silences_what_it_knows_and_nothing_else(traffic: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "drift.json"
    first = run(traffic, "--baseline", baseline, "--update-baseline")
    assert (first.exit_code, first.stderr) == (0, f"{baseline}: 2 kinds of drift are known.\n")
    assert run(traffic, "--baseline", baseline).exit_code == 0
    traffic.write_bytes(event(loyalty_level="gold", first_name=None))
    result = run(traffic, "--baseline", baseline)
    assert result.exit_code == 1
    assert result.stdout.startswith("/payload/user/first_name: null where none is documented")
    assert result.stdout.endswith("1 event: 1 new kind of drift, 1 known.\n")
    assert run(traffic, "--baseline", baseline, "--update-baseline").exit_code == 0
    assert len(json.loads(baseline.read_bytes())["known"]) == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([SEED, "--update-baseline"], "--update-baseline needs --baseline FILE"),
        ([SEED, "--baseline", "none.json"], "none.json: cannot be read"),
        ([SEED, "--baseline", SEED], "is no baseline of drift"),
        (["none.json"], "none.json: cannot be read"),
    ],
)
def test_what_cannot_run_exits_with_2(arguments: list[object], says: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.json", b'{"a":'),
        ("cut.ndjson", event() + b"{\n" + event()),
        ("cut.json.gz", gzip.compress(event() * 50)[:-9]),
        ("cut-array.json", b"[" + event()),
        ("empty.json", b""),
        ("none.json", None),
    ],
)
def test_a_run_that_could_not_read_all_exits_with_2_and_does_not_update(
    tmp_path: Path, traffic: Path, name: str, content: bytes | None
) -> None:
    baseline, path = tmp_path / "drift.json", tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert run(path).exit_code == 2
    result = run(traffic, path, "--baseline", baseline, "--update-baseline")
    assert result.exit_code == 2
    assert f"{baseline}: not updated, since not everything could be read.\n" in result.stderr
    assert not baseline.exists()
    assert run(traffic, "--baseline", baseline, "--update-baseline").exit_code == 0
    before = baseline.read_bytes()
    assert run(SEED, path, "--baseline", baseline, "--update-baseline").exit_code == 2
    assert baseline.read_bytes() == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("device", ["/dev/full", "/dev/zero", "/dev/null"])
def test_a_device_is_no_baseline_and_is_not_read_without_end(traffic: Path, device: str) -> None:
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31)); {MAIN}"
    done = subprocess.run(
        [sys.executable, "-c", limit, "drift", traffic, "--baseline", device, "--update-baseline"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: {device}: is no baseline of drift")
    assert not Path(device).is_file()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_full_disk_is_one_sentence_and_no_verdict(traffic: Path, form: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", MAIN, "drift", traffic, "--format", form],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    sentence = "the output: cannot be written: No space left on device; the result is incomplete"
    assert (done.returncode, done.stderr) == (2, f"Error: {sentence}\n")


def test_everything_that_validate_reads_is_read_and_the_unreadable_counted(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"[" + event() + b"," + event(loyalty_level=1) + b"]")
    (tmp_path / "b.ndjson.gz").write_bytes(gzip.compress(event() + b"{broken\n" + event(loyalty_level=2)))
    result = run(tmp_path, "-", "--format", "json", stdin=event())
    document = json.loads(result.stdout)
    (row,) = document["drift"]
    assert (row["pointer"], row["found"], row["count"]) == ("/payload/user/loyalty_level", "integer", 2)
    assert (row["first"]["file"], row["first"]["record"]) == (str(tmp_path / "a.json"), 2)
    assert (row["last"]["file"], row["last"]["line"]) == (str(tmp_path / "b.ndjson.gz"), 3)
    assert row["spec"] == "#/components/schemas/EventUser/properties"
    assert (document["summary"]["events"], document["summary"]["unreadable_records"]) == (5, 1)


def test_no_guest_is_in_its_output(tmp_path: Path) -> None:
    path = tmp_path / "bad.ndjson"
    path.write_bytes(b"\n".join(bad_events(4, 1_000)))
    for form in ("text", "json"):
        result = run(path, "--format", form)
        assert result.exit_code == 2
        assert leaks(result.output.replace(str(path), "")) == []


def test_help_says_what_and_how() -> None:
    result = run("--help")
    for word in ("--baseline", "--update-baseline", "--format", "PATH...", "Exits with 0", "Examples:"):
        assert word in result.stdout


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path) -> None:
    path = tmp_path / "many.ndjson"
    words = ["reward", "location", "user", "code", "status", "level", "receipt", "amount"]
    names = {"_".join(each): 1 for each in itertools.product(words, repeat=3)}
    path.write_bytes(event(**names))
    # Unbuffered, Python takes one big write that a pipe breaks off for a whole one: nothing is raised.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        [
            "bash",
            "-c",
            '"$0" -c "$1" drift "$2" | head -1; exit ${PIPESTATUS[0]}',
            sys.executable,
            MAIN,
            path,
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environment,
    )
    assert (done.returncode, done.stderr) == (141, "")


MAIN = "from punchh_contract.cli import main; main()"


@pytest.mark.skipif(os.name == "nt", reason="the shell is POSIX's")
@pytest.mark.parametrize("form", ["text", "json"])
def test_without_a_standard_output_the_exit_code_is_the_answer(traffic: Path, form: str) -> None:
    command = [sys.executable, "-m", "punchh_contract", "drift", "--format", form, str(traffic)]
    closed = ["sh", "-c", 'exec "$@" >&-', "sh", *command]
    done = subprocess.run(closed, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
