"""`punchh-contract validate`: exit codes, output, and what it does not import."""

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from punchh_contract.cli import main
from punchh_contract.events import rendering

ROOT = Path(__file__).parents[2]
SEED = ROOT / "tests" / "data" / "seed-004-redemptions-event.json"
EXAMPLES = ROOT / "spec" / "examples" / "events"

NO_PROPERTY = "the contract knows no such property"
FIX_VALUE = "Fix: correct the value where it is produced."
FIX_NULL = "Fix: give it a value; leave the property out only if it is optional."
FIX_DRIFT = (
    "Fix: check the spelling; if Punchh sent it, the contract lacks it: report it, with where it was seen."
)


def run(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["validate", *map(str, arguments)], input=stdin)


def seed() -> dict[str, Any]:
    event: dict[str, Any] = json.loads(SEED.read_bytes())
    return event


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    event = seed()
    event["payload"]["redemption_id"] = "x"
    event["payload"]["user"]["phone"] = 17
    event["payload"]["user"]["loyalty_level"] = "gold for FIRST_NAME_GOES_HERE"
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(event))
    return path


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, str):
        yield node


@pytest.mark.parametrize("options", [(), ("--strict",)])
def test_the_seeds_sample_fits(options: tuple[str, ...]) -> None:
    result = run(SEED, *options)
    assert (result.exit_code, result.stdout) == (0, "1 event in 1 file: no findings.\n")


@pytest.mark.parametrize("form", ["text", "json"])
def test_three_faults_are_named_and_no_guest_is(broken: Path, form: str) -> None:
    result = run(broken, "--strict", "--format", form)
    assert result.exit_code == 1
    for place in ("/payload/redemption_id", "/payload/user/phone", "/payload/user/loyalty_level"):
        assert result.output.count(place) == 1
    guest = {*_texts(seed()["payload"]["user"]), "gold for FIRST_NAME_GOES_HERE"}
    assert len(guest) >= 6
    assert [text for text in guest if text in result.output] == []


def test_lines_say_place_expectation_and_fix(broken: Path) -> None:
    text = broken.read_text()
    places = [f"{broken}:1:{text.index(what) + 1}: /payload" for what in ('"x"', "17,", '"loyalty_level')]
    assert run(broken, "--strict").stdout.splitlines() == [
        f"{places[0]}/redemption_id: must be a whole number; found string(1). {FIX_VALUE}",
        f"{places[1]}/user/phone: must be text or null; found integer. Fix: put it in quotes.",
        f"{places[2]}/user/loyalty_level: drift: {NO_PROPERTY}; found string(29). {FIX_DRIFT}",
        "1 event in 1 file: 3 findings in 1 event.",
    ]


def test_values_are_shown_on_demand(broken: Path) -> None:
    assert 'found "gold for FIRST_NAME_GOES_HERE"' in run(broken, "--strict", "--show-values").stdout


def test_drift_alone_is_fine_with_a_hint_and_a_finding_under_strict(tmp_path: Path) -> None:
    path = tmp_path / "drift.json"
    path.write_text(json.dumps({**seed(), "tenant": "demo"}))
    openly = run(path)
    assert openly.exit_code == 0
    assert openly.stdout == (
        "1 event in 1 file: no findings. 1 event has fields or values that the contract does not know;"
        " --strict shows them.\n"
    )
    assert run(path, "--strict").exit_code == 1


def test_a_broken_line_is_a_finding_at_its_line_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "many.ndjson"
    good = json.dumps(seed())
    late = json.dumps({**seed(), "business_id": None})
    path.write_text(f'{good}\n{{"payload":\n\n{good}\r\n{late}\n')
    result = run(path)
    column = late.index("null", late.index("business_id")) + 1
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{path}:2:12: must be complete, and stops short. Fix: look for a recording that was cut.",
        f"{path}:5:{column}: /business_id: must be a whole number; found null. {FIX_NULL}",
        "4 events in 1 file: 2 findings in 2 events.",
    ]


def test_folders_files_and_standard_input_together() -> None:
    result = run(EXAMPLES, SEED, "-", "--strict", stdin=f"[{SEED.read_text()}, 17]".encode())
    last = SEED.read_text().count("\n") + 1
    count = len(list(EXAMPLES.glob("*.json"))) + 3
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"-:{last}:3: record 2: must be an object; found integer. {FIX_VALUE}",
        f"{count} events in {count - 1} files: 1 finding in 1 event.",
    ]


def test_json_is_one_document_also_without_findings() -> None:
    document = json.loads(run(SEED, "--format", "json").stdout)
    assert document["findings"] == []
    assert document["summary"] == {
        "files": 1,
        "events": 1,
        "events_with_findings": 0,
        "events_with_drift": 0,
        "errors": 0,
        "drift": 0,
        "unreadable": 0,
        "findings": 0,
        "not_shown": 0,
        "stopped": None,
    }
    assert document["unreadable"] == []


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 0),
        (["--fail-on", "error"], 0),
        (["--strict"], 1),
        (["--strict", "--fail-on", "error"], 0),
        (["--fail-on", "drift"], 1),
    ],
)
def test_what_fails_is_the_users_choice(tmp_path: Path, options: list[str], code: int) -> None:
    path = tmp_path / "drift.json"
    path.write_text(json.dumps({**seed(), "tenant": "demo"}))
    assert run(path, *options).exit_code == code
    path.write_text(json.dumps({**seed(), "action": 17}))
    assert run(path, *options).exit_code == 1


@pytest.mark.parametrize("form", rendering.FORMATS)
def test_the_limit_hides_and_does_not_change_the_verdict(broken: Path, form: str) -> None:
    result = run(broken, "--max-findings", "0", "--format", form)
    assert result.exit_code == 1
    assert "/payload" not in result.stdout
    assert "2" in result.stdout


def test_an_empty_file_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.touch()
    result = run(path)
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{path}:1:1: must hold an event, and holds nothing. Fix: ")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param([], "Missing argument", id="no path"),
        pytest.param(["-", "--format", "xml"], "'xml' is not one of", id="an unknown format"),
    ],
)
def test_what_cannot_run_exits_with_2_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("path", "says"),
    [
        pytest.param("none.json", "none.json: cannot be read: No such file or directory", id="no file"),
        pytest.param("empty", "empty: the folder has no file ending in .json", id="an empty folder"),
        pytest.param("folder", "a.json: cannot be read: No such file or directory", id="a file of a folder"),
    ],
)
def test_what_cannot_be_read_is_said_and_the_rest_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Path, path: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("folder").mkdir()
    Path("folder", "a.json").symlink_to("nowhere")
    result = run(broken, path, SEED)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
    assert says in result.stderr
    *lines, last = result.stdout.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["/payload/redemption_id", "/payload/user/phone"]
    assert "2 findings in 1 event." in last
    assert last.endswith(" 1 input could not be read.")

    result = run(broken, path, SEED, "--format", "json")
    document = json.loads(result.stdout)
    assert result.exit_code == 2
    assert (document["summary"]["events"], document["summary"]["findings"]) == (2, 2)
    assert document["summary"]["unreadable"] == 1
    (sentence,) = document["unreadable"]
    assert says in sentence


def shell(command: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which `punchh-contract` is the installed program."""
    # Unbuffered, Python takes one big write that a pipe breaks off for a whole one: nothing is raised.
    environment = {
        **os.environ,
        "PYTHONUNBUFFERED": "",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    return subprocess.run(
        ["bash", "-c", command, "bash", *map(str, arguments)],
        capture_output=True, text=True, check=False, env=environment, timeout=60,
    )  # fmt: skip


def test_standard_input_may_be_closed_unless_it_is_asked_for() -> None:
    done = shell('punchh-contract validate "$1" <&-', SEED)
    assert (done.returncode, done.stderr) == (0, "")
    done = shell('punchh-contract validate - "$1" <&-', SEED)
    assert done.returncode == 2
    assert done.stdout == "1 event in 2 files: no findings. 1 input could not be read.\n"
    assert done.stderr.startswith("Error: -: cannot be read: standard input is closed")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("form", rendering.FORMATS)
def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path, form: str) -> None:
    path = tmp_path / "many.ndjson"
    # Many kinds of findings, so that what is grouped is more than a pipe holds.
    words = ["reward", "location", "user", "code", "status", "level", "receipt", "amount", "business"]
    unknown = {"_".join(each): None for each in itertools.product(words, repeat=3)}
    path.write_text(json.dumps({**seed(), **unknown}) + "\n")
    done = shell(
        'punchh-contract validate --strict --format "$2" "$1" | head -1; exit ${PIPESTATUS[0]}', path, form
    )
    assert len(done.stdout.splitlines()) == 1
    assert (done.returncode, done.stderr) == (141, "")


needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
FULL = "the output: cannot be written: No space left on device; the result is incomplete"


@needs_full
@pytest.mark.parametrize("form", rendering.FORMATS)
@pytest.mark.parametrize("many", [False, True])
def test_a_full_disk_is_one_sentence_and_no_verdict(tmp_path: Path, form: str, *, many: bool) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text(json.dumps({**seed(), "business_id": "x"}) + ("\n{" * 2_000 if many else "\n"))
    done = shell('punchh-contract validate --format "$2" "$1" > /dev/full', path, form)
    assert (done.returncode, done.stderr) == (2, f"Error: {FULL}\n")


@needs_full
@pytest.mark.parametrize(
    "arguments", ["--help", "--version", "validate --help", "nonsense", "validate none.json"]
)
def test_where_nothing_can_be_written_the_exit_code_says_so(arguments: str) -> None:
    done = shell(f"punchh-contract {arguments} > /dev/full 2>&1")
    assert (done.returncode, done.stderr) == (2, "")


@needs_full
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("split", ["/dev/full bad", "good /dev/full"])
@pytest.mark.parametrize("times", [1, 2_000])
def test_a_split_that_cannot_be_written_is_named(tmp_path: Path, split: str, jobs: int, times: int) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes((json.dumps(seed()).encode() + b"\n" + b"{" * 500 + b"\n") * times)
    done = shell(f'cd "$2" && punchh-contract validate "$1" --jobs {jobs} --split {split}', path, tmp_path)
    sentence = "--split /dev/full: cannot be written: No space left on device"
    assert (done.returncode, done.stderr) == (2, f"Error: {sentence}\n")
    assert f"Incomplete: {sentence}\n" in done.stdout


def test_a_split_that_is_refused_leaves_both_files_as_they_are(tmp_path: Path) -> None:
    for name in ("kept", "a.ndjson"):
        (tmp_path / name).write_text("kept")
    for split in (("kept", "absent/b"), ("absent/b", "kept")):
        done = run(tmp_path / "a.ndjson", "--split", *(tmp_path / each for each in split))
        assert done.exit_code == 2
        assert (tmp_path / "kept").read_text() == "kept"


def test_a_name_that_is_no_text_is_that_file_and_no_other(tmp_path: Path) -> None:
    odd, other = (
        os.fsdecode(os.fsencode(tmp_path) + name) for name in (b"/\xff.json", b"/\xef\xbf\xbd.json")
    )
    try:
        Path(odd).write_bytes(SEED.read_bytes())
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    done = run(odd, "--split", odd, tmp_path / "bad")
    assert done.exit_code == 2
    assert "is an input too" in done.output
    assert Path(odd).read_bytes() == SEED.read_bytes()
    assert run(odd, "--split", other, tmp_path / "bad").exit_code == 0
    Path(other).write_bytes(b'{"content_id": 17}')
    assert run(odd, "--jobs", "2").exit_code == 0


def test_what_is_read_from_standard_input_is_not_written_over(tmp_path: Path) -> None:
    path, other = tmp_path / "same.ndjson", tmp_path / "other"
    path.write_text(json.dumps(seed()) + "\n")
    before = path.read_bytes()
    (tmp_path / "link").symlink_to(path)
    for split in ("same.ndjson other", "other same.ndjson", "link other"):
        done = shell(f'cd "$1" && punchh-contract validate - --split {split} < same.ndjson', tmp_path)
        assert (done.returncode, path.read_bytes()) == (2, before)
        assert "is an input too; write to another place" in done.stderr
        assert not other.exists()
    done = shell('cat "$1" | punchh-contract validate - --split "$2" "$3"', path, other, tmp_path / "bad")
    assert (done.returncode, other.read_bytes()) == (0, before)


def test_the_name_of_a_file_gives_the_terminal_no_orders(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[2J\n.json"
    path.write_text("17")
    result = run(path)
    assert result.stdout.splitlines() == [
        f"{tmp_path}/a\\x1b[2J\\n.json:1:1: must be an object; found integer. {FIX_VALUE}",
        "1 event in 1 file: 1 finding in 1 event.",
    ]
    assert json.loads(run(path, "--format", "json").stdout)["findings"][0]["file"] == str(path)


def test_help_says_what_and_how() -> None:
    result = run("--help")
    assert result.exit_code == 0
    options = ("--fail-on", "--max-findings", "--split", "--jobs")
    for word in (*options, "--strict", "--show-values", "--format", "PATH...", "Exits with 0", "Examples:"):
        assert word in result.stdout


@pytest.mark.parametrize(
    ("event", "code", "never"),
    [
        pytest.param(
            "good",
            0,
            {"jsonschema", "jsonschema_rs", "yaml", "hashlib", "punchh_contract.events.wording"},
            id="a valid event needs nothing that is slow to import",
        ),
        pytest.param("bad", 1, set(), id="an invalid event"),
    ],
)
def test_nothing_of_the_network_is_imported(broken: Path, event: str, code: int, never: set[str]) -> None:
    script = (
        "import json, sys\n"
        "from punchh_contract.cli import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit as end:\n    print(json.dumps([end.code, sorted(sys.modules)]))\n"
    )
    path = SEED if event == "good" else broken
    done = subprocess.run(
        [sys.executable, "-c", script, "validate", str(path)], capture_output=True, text=True, check=True
    )
    exit_code, modules = json.loads(done.stdout.splitlines()[-1])
    assert exit_code == code
    never = never | {
        "httpx",
        "starlette",
        "schemathesis",
        "requests",
        "uvicorn",
        "rich",
        "punchh_client",
    }
    never |= {"multiprocessing", "concurrent.futures", "xml"}
    assert never & set(modules) == set()
    assert "punchh_contract.events.decoding" in modules
