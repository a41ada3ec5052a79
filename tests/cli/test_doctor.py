"""`punchh-contract doctor`: names the mistake, looks at the credentials, shows and sends nothing of them."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from punchh_contract import cli
from punchh_contract.signing import sign

OPERATION = "create_online_redemption"
URI = "/api/auth/redemptions/online_order"
CLIENT = "sandbox-client-not-a-real-one-" + "0" * 34
SECRET = "sandbox-secret-not-a-real-one-" + "0" * 34
GOOD = {
    "PUNCHH_CLIENT": CLIENT,
    "PUNCHH_SECRET": SECRET,
    "PUNCHH_ACCESS_TOKEN": "sandbox-access-token",
    "PUNCHH_USER_AGENT": "Cafe/Vendor1/OnlineOrder/1.0/Web/Safari/604.1",
}
ALL = {
    **GOOD,
    "PUNCHH_LOCATION_KEY": "sandbox-location-key",
    "PUNCHH_BUSINESS_KEY": "00000000-0000-4000-8000-000000009054",
    "PUNCHH_ADMIN_KEY": "sandbox-admin-key",
}
BODY = json.dumps({"client": CLIENT, "note": "Café"}, separators=(",", ":"), ensure_ascii=False).encode()
NAMES = [*ALL, "PUNCHH_ID_TOKEN", "PUNCHH_BASE_URL", "PUNCHH_ONLINE_SECRET", "PUNCHH_MOBILE_SECRET"]

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    def run(*arguments: str, body: bytes = b"", **environment: str) -> Result:
        given = {**dict.fromkeys(NAMES), **(environment or GOOD)}
        return CliRunner().invoke(cli.main, ["doctor", *arguments], input=body, env=given)

    return run


def silent(result: Result) -> None:
    """No secret anywhere, and no traceback."""
    for each in (CLIENT, SECRET, "sandbox-access-token", "sandbox-admin-key", "Café", "Traceback"):
        assert each not in result.output


@pytest.mark.parametrize(
    ("digest", "says"),
    [
        (sign("sha256", SECRET, URI, BODY), "made with SHA256"),
        (sign("sha1", SECRET, f"https://pos.punchh.com{URI}", BODY), "whole URL was signed"),
        (sign("sha1", SECRET, URI, json.dumps(json.loads(BODY)).encode()), "spaces after separators"),
        (sign("sha1", SECRET, URI, BODY + b"\n"), "line break at its end"),
    ],
    ids=["algorithm", "full url", "spaces", "newline"],
)
def test_it_names_the_mistake(run: Run, tmp_path: Path, digest: str, says: str) -> None:
    (tmp_path / "order.json").write_bytes(BODY)
    result = run(
        OPERATION,
        "--data",
        f"@{tmp_path / 'order.json'}",
        "--digest",
        digest,
        "--url",
        "https://pos.punchh.com",
    )
    assert result.exit_code == 1
    assert says in result.stdout
    assert f"{len(BODY)} bytes of body with HMAC-SHA1" in result.stdout
    silent(result)


@pytest.mark.parametrize(
    ("digest", "says"),
    [("xyz", "neither hexadecimal nor Base64"), (SECRET, "the client secret itself was sent")],
    ids=["a word", "the secret"],
)
def test_what_is_no_digest_is_called_that(run: Run, digest: str, says: str) -> None:
    result = run(OPERATION, "--data", "-", "--digest", digest, body=BODY)
    assert result.exit_code == 1
    assert says in result.stdout
    assert result.stdout.count("  mistake  ") == 1
    silent(result)


def test_a_right_digest_is_fine(run: Run) -> None:
    uri = f"{URI}?trace=1"
    digest = sign("sha1", SECRET, uri, BODY)
    result = run(OPERATION, "--data", "-", "--digest", digest, "--uri", uri, body=BODY)
    assert result.exit_code == 0
    assert "is what these credentials give" in result.stdout
    silent(result)


def test_it_looks_at_the_credentials_of_one_operation_or_of_all(run: Run) -> None:
    one = run(OPERATION)
    assert one.exit_code == 0
    assert one.stdout.count("POST") == 1
    some = run()
    assert some.exit_code == 0
    assert some.stdout.count("POST") == 2
    assert "process_batch_redemption: not set up" in some.stdout
    lacking = run(**GOOD, PUNCHH_LOCATION_KEY="sandbox-location-key")
    assert lacking.exit_code == 1
    assert "wrong credentials: /api/pos takes posKeys; not set: PUNCHH_BUSINESS_KEY" in lacking.stdout
    nothing = run(PUNCHH_BASE_URL="https://pos.punchh.com")
    assert nothing.exit_code == 1
    assert nothing.stdout.count("not set: ") == 4
    whole = run(**ALL)
    assert whole.exit_code == 0, whole.stdout
    assert whole.stdout.count("POST") == 4
    for each in (one, some, lacking, nothing, whole):
        silent(each)


def test_the_address_comes_from_the_environment_too(run: Run) -> None:
    result = run(OPERATION, **GOOD, PUNCHH_BASE_URL="http://pos.punchh.com")
    assert result.exit_code == 1
    assert "use https" in result.stdout


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """An address that answers with its Date, and all that it was sent."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            heard.append(f"{self.requestline}\n{self.headers}")
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}", heard
        made.shutdown()
        thread.join()


def test_it_asks_a_server_for_the_time_and_tells_it_nothing(run: Run, server: tuple[str, list[str]]) -> None:
    url, heard = server
    result = run(OPERATION, "--ask", "--url", url)
    assert result.exit_code == 0, result.stdout
    assert "ok    clock: within 60 seconds" in result.stdout
    (asked,) = heard
    assert asked.startswith("GET /ping HTTP/1.1")
    assert [name for name, value in GOOD.items() if value in asked] == ["PUNCHH_USER_AGENT"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["no_such"], "it has: force_redeem"),
        ([OPERATION, "--digest", "ab"], "give all three"),
        ([OPERATION, "--data", "order.json", "--digest", "ab"], "--data is @"),
        ([OPERATION, "--data", "@/no/such/file", "--digest", "ab"], "cannot be read"),
        (["force_redeem", "--data", "-", "--digest", "ab"], "is not signed"),
        (["--ask"], "give --url"),
        (["--ask", "--url", "https://pos.example.com"], "--allow-host 'pos.example.com'"),
        (["--ask", "--url", "http://127.0.0.1:1"], "does not answer"),
    ],
)
def test_what_it_cannot_do_it_says(run: Run, arguments: list[str], says: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""
    silent(result)


def test_without_the_secret_it_cannot_tell(run: Run) -> None:
    without: dict[str, Any] = {name: value for name, value in GOOD.items() if name != "PUNCHH_SECRET"}
    result = run(OPERATION, "--data", "-", "--digest", "ab" * 20, body=BODY, **without)
    assert result.exit_code == 2
    assert "PUNCHH_SECRET is not set" in result.stderr
