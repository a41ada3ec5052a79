"""`punchh-contract sandbox` as a process: what it prints works when pasted, and Ctrl-C ends it well."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from punchh_contract.cli import main
from punchh_contract.contract import load

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


@pytest.mark.parametrize(
    ("options", "expected"),
    [
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
