"""`punchh-contract sandbox` as a process: what it prints works when pasted, and Ctrl-C ends it well."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from punchh_contract.cli import main
from punchh_contract.contract import load
from punchh_contract.sandbox import running
from punchh_contract.sandbox.store.database import schema

COMMAND = [sys.executable, "-c", "from punchh_contract.cli import main; main()", "sandbox"]


def start(*options: str) -> tuple[subprocess.Popen[str], str]:
    """A sandbox on a free port, and all it prints until it is ready."""
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if line.startswith("Look inside"):
            break
    return process, printed


def stop(process: subprocess.Popen[str], how: signal.Signals = signal.SIGINT) -> tuple[int, str]:
    process.send_signal(how)
    _, errors = process.communicate(timeout=20)
    return process.returncode, errors


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    process, printed = start("--clock", "2026-03-02T18:05:01Z")
    yield printed
    assert stop(process) == (0, "")


def test_a_time_that_is_no_number_is_refused() -> None:
    result = CliRunner().invoke(main, ["sandbox", "--port", "0", "--delivery-timeout", "nan"])
    assert result.exit_code == 2
    assert "'nan' is no number" in result.output


def test_a_sqlite_file_takes_no_options(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main, ["sandbox", "--port", "0", "--db", f"sqlite:///{tmp_path}/a.db?mode=ro"]
    )
    assert result.exit_code == 2
    assert not (tmp_path / "a.db").exists()


def test_it_prints_address_credentials_and_a_curl_for_each_operation(sandbox: str) -> None:
    url = re.search(r"Sandbox at (http://127\.0\.0\.1:[1-9][0-9]*)", sandbox)
    assert url is not None
    exported = dict(re.findall(r"^export (PUNCHH_[A-Z_]+)=(.*)$", sandbox, re.MULTILINE))
    assert exported == httpx.get(f"{url[1]}/_sandbox/credentials").json()
    assert re.findall(r"^# (\w+)$", sandbox, re.MULTILINE) == list(load().operations)


@pytest.mark.parametrize("operation_id", list(load().operations))
def test_the_curl_works_when_pasted(sandbox: str, operation_id: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed: the printed commands cannot be tried")
    found = re.search(rf"^# {operation_id}\n(curl .*?)\n\n", sandbox, re.MULTILINE | re.DOTALL)
    assert found is not None
    script = found[1] + " -w '\\n%{http_code}'"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=20, check=True)
    body, _, status = done.stdout.rpartition("\n")
    assert load().operation(operation_id).success.holds(int(status), {}, json.loads(body)), done.stdout


def test_two_frozen_runs_print_the_same_but_for_the_port(sandbox: str) -> None:
    process, printed = start("--clock", "2026-03-02T18:05:01Z")
    assert stop(process) == (0, "")
    port = re.compile(r"127\.0\.0\.1:\d+")
    assert port.sub("", printed) == port.sub("", sandbox)


def test_a_database_goes_on_with_its_own_keys_and_clock(tmp_path: Path) -> None:
    db = ["--db", f"sqlite:///{tmp_path}/sandbox.db"]
    text = resources.files("punchh_contract.sandbox").joinpath("seed.yaml").read_text()
    file = tmp_path / "seed.yaml"
    file.write_text(text.replace("sandbox-admin-key-not-a-real-one", "another-admin-key-not-a-real-one"))
    process, printed = start(*db, "--seed", str(file), "--clock", "2026-03-02T18:05:01Z")
    url = re.search(r"http://127\.0\.0\.1:\d+", printed)
    assert url is not None
    httpx.put(f"{url[0]}/_sandbox/guests/111111111", json={"points": 77}).raise_for_status()
    assert stop(process) == (0, "")

    process, printed = start(*db)
    try:
        url = re.search(r"http://127\.0\.0\.1:\d+", printed)
        assert url is not None
        assert "export PUNCHH_ADMIN_KEY=another-admin-key-not-a-real-one" in printed
        assert httpx.get(f"{url[0]}/_sandbox/guests/111111111").json()["points"] == 77
        assert httpx.get(f"{url[0]}/_sandbox/clock").json()["now"] == "2026-03-02T18:05:01Z"
    finally:
        assert stop(process) == (0, "")


def test_another_seed_for_a_database_that_is_there_is_refused(tmp_path: Path) -> None:
    db = f"sqlite:///{tmp_path}/sandbox.db"
    with running(db=db):
        pass
    text = resources.files("punchh_contract.sandbox").joinpath("seed.yaml").read_text()
    file = tmp_path / "seed.yaml"
    file.write_text(text.replace("sandbox-admin-key", "another-admin-key"))
    result = CliRunner().invoke(main, ["sandbox", "--port", "0", "--db", db, "--seed", str(file)])
    assert (result.exit_code, "another seed" in result.output) == (2, True), result.output
    assert len(result.output.splitlines()) == 1


def test_a_database_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    db = f"sqlite:///{tmp_path}/sandbox.db"
    with running(db=db):
        pass
    with contextlib.closing(sqlite3.connect(tmp_path / "sandbox.db")) as database, database:
        database.execute(f"UPDATE {schema.name} SET version = version + 1")  # noqa: S608  # our own table
    result = CliRunner().invoke(main, ["sandbox", "--port", "0", "--db", db])
    assert (result.exit_code, "newer" in result.output) == (2, True), result.output
    assert len(result.output.splitlines()) == 1


def test_hosts_that_are_named_may_get_deliveries() -> None:
    process, printed = start("--deliver-to", "hooks.example.com", "--deliver-to", "10.1.2.3")
    try:
        url = re.search(r"http://127\.0\.0\.1:\d+", printed)
        assert url is not None
        hosts = ("hooks.example.com", "10.1.2.3", "other.example.com")
        answers = [
            httpx.post(f"{url[0]}/_sandbox/subscribers", json={"url": f"https://{host}/x", "scheme": "none"})
            for host in hosts
        ]
        assert [each.is_success for each in answers] == [True, True, False]
    finally:
        assert stop(process) == (0, "")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--db", "mysql://somebody:hunter2@127.0.0.1/x"], "sqlite:///file.db"),
        (["--db", "sqlite:////no/such/folder/sandbox.db"], "cannot be used"),
        (["--db", "sqlite:///pyproject.toml"], "cannot be used"),
        (["--host", "0.0.0.0"], "loopback"),  # noqa: S104  # must be refused
        (["--clock", "soon"], "ISO 8601"),
        (["--clock", "9999-12-31T23:59:59Z"], "9998"),
        (["--port", "70000"], "70000"),
        (["--seed", "no-such-file.yaml"], "no-such-file.yaml"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(options: list[str], expected: str) -> None:
    result = CliRunner().invoke(main, ["sandbox", *options])
    assert result.exit_code == 2
    assert expected in result.output
    assert "Traceback" not in result.output
    assert "hunter2" not in result.output


def test_a_seed_that_is_wrong_is_named(tmp_path: Path) -> None:
    file = tmp_path / "seed.yaml"
    file.write_text("guests: []\n")
    result = CliRunner().invoke(main, ["sandbox", "--seed", str(file)])
    assert (result.exit_code, "seed.yaml" in result.output) == (2, True)


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /api/pos/batch_redemptions HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
        b"PUT /_sandbox/guests/7 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
        b"POST /api",
    ],
    ids=["half a body", "half a guest", "half a head"],
)
def test_ctrl_c_with_a_half_sent_request_is_quiet(sent: bytes) -> None:
    process, printed = start()
    port = re.search(r"http://127\.0\.0\.1:(\d+)", printed)
    assert port is not None
    with socket.create_connection(("127.0.0.1", int(port[1]))) as caller:
        caller.sendall(sent)
        # Whoever connects later is answered later: by then the half request has arrived.
        httpx.get(f"http://127.0.0.1:{port[1]}/_sandbox/health")
        assert stop(process) == (0, "")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to catch")
def test_it_ends_on_sigterm_too(tmp_path: Path) -> None:
    process, _ = start()
    code, errors = stop(process, signal.SIGTERM)
    assert (code, errors) == (-signal.SIGTERM, "")
