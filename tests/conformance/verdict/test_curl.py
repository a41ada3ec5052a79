"""The curl of a report, run by bash: the very bytes arrive, signed."""

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from punchh_contract.auth import Credentials
from punchh_contract.conformance.verdict import curl, templates
from punchh_contract.conformance.verdict.findings import Exchange
from punchh_contract.contract import Contract
from punchh_contract.signing import ALGORITHMS, sign, verify

pytestmark = pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("curl")), reason="needs bash and curl"
)


class Echo(http.server.BaseHTTPRequestHandler):
    seen: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))  # type: ignore[attr-defined]
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's name
        pass


@pytest.fixture(scope="module")
def echo() -> Iterator[http.server.ThreadingHTTPServer]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.seen = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


Run = Callable[[Exchange], tuple[str, dict[str, str], bytes]]
Shell = Callable[..., subprocess.CompletedProcess[str]]
PLAIN = ("bash",)


@pytest.fixture
def shell(
    echo: http.server.ThreadingHTTPServer, contract: Contract, credentials: Credentials, tmp_path: Path
) -> Shell:
    """Run the snippet of an exchange, with the variables that it names but for those to `forget`."""
    echo.seen.clear()  # type: ignore[attr-defined]
    values = {f"PUNCHH_{name.upper()}": value for name, value in vars(credentials).items() if value}
    values |= {
        "FIXTURE_EMAIL_1": "pat.planted+1@example.com",
        "FIXTURE_EMAIL_2": "o'\"\\$`\u00fc@example.com",
        "FIXTURE_AUTHENTICATION_TOKEN_1": "planted-guest-token",
        "FIXTURE_USER_ID_1": "55501234",
        "FIXTURE_FORCE_REDEEM_USER_ID_1": "55501234",
        "HANDED_OUT": "HANDED-OUT-CODE",
    }

    def run(
        exchange: Exchange,
        *forget: str,
        bash: tuple[str, ...] = PLAIN,
        path: str | None = None,
        after: str = "",
    ) -> subprocess.CompletedProcess[str]:
        text = curl.snippet(contract, exchange, "http://127.0.0.1:1") + after
        port = echo.server_address[1]
        environment = {
            **{name: value for name, value in values.items() if name not in forget},
            "PATH": path or f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "NO_PROXY": "*",
            "PUNCHH_TARGET": f"http://127.0.0.1:{port}",
        }
        return subprocess.run(
            [*bash],
            input=text + "\n",
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
        )

    return run


@pytest.fixture(params=[PLAIN, ("bash", "--norc", "-i")], ids=["script", "interactive"])
def run(request: pytest.FixtureRequest, echo: http.server.ThreadingHTTPServer, shell: Shell) -> Run:
    """Run the snippet, in a script and as pasted; returns what arrived."""

    def send(exchange: Exchange) -> tuple[str, dict[str, str], bytes]:
        done = shell(exchange, bash=request.param)
        assert done.returncode == 0, done.stderr
        found: tuple[str, dict[str, str], bytes] = echo.seen.pop()  # type: ignore[attr-defined]
        return found

    return send


NASTY = {
    "quotes": 'it\'s "so" `date` $(date) ${HOME} $HOME \\ \\n \n\t! !! %s %% ~ * \u00fc\u2028\U0001f36a \x7f',
    "ends in": "a backslash\\",
    "": ["'", '"', "''", "\\'", "\x00\x01"],
    "n": [1, 0.1, 10**30, -1, None, True, {}, [], {"$literal": 1}],
}


def test_every_byte_arrives_with_its_signature(run: Run, exchanged: Callable[..., Exchange]) -> None:
    body = {
        **NASTY,
        "client": "planted-client/+'\"\\<&>x",
        "email": "o'\"\\$`\u00fc@example.com",
        "authentication_token": "planted-guest-token",
        "redemption_code": "HANDED-OUT-CODE",
        "external_uid": "run-planted-guest-token's-1",
        "user_id": 55501234,
    }
    exchange = exchanged(
        "create_online_redemption", body, add={"X-Odd": "it's \u00fc \\ $HOME", "X-Empty": ""}
    )
    path, headers, sent = run(exchange)
    assert sent == templates.compact(body)
    assert path == "/api/auth/redemptions/online_order"
    assert headers["authorization"] == "Bearer planted-access-token"
    assert headers["id-token"] == "planted-id-token"
    assert headers["user-agent"] == "Planted/POS/1.0"
    assert headers["content-type"] == "application/json"
    assert headers["x-empty"] == ""
    assert headers["x-odd"] == "it's \u00fc \\ $HOME"
    assert verify("sha1", "planted-online-secret", path, sent, headers["x-pch-digest"])


LACKING = [
    (["FIXTURE_EMAIL_1"], "FIXTURE_EMAIL_1: value 1 of email of create_online_redemption in the fixtures"),
    (["PUNCHH_ACCESS_TOKEN"], "PUNCHH_ACCESS_TOKEN: as for the run"),
    (["PUNCHH_ONLINE_SECRET"], "PUNCHH_ONLINE_SECRET: the client secret"),
]


@pytest.mark.parametrize("bash", [PLAIN, ("bash", "--norc", "-i")], ids=["script", "interactive"])
@pytest.mark.parametrize(("forget", "said"), LACKING, ids=[each[0][0] for each in LACKING])
@pytest.mark.parametrize("after", ["", " && true", " || true"])
def test_a_variable_that_is_not_set_sends_nothing_and_leaves_the_shell_alone(
    shell: Shell,
    exchanged: Callable[..., Exchange],
    echo: http.server.ThreadingHTTPServer,
    bash: tuple[str, ...],
    forget: list[str],
    said: str,
    after: str,
) -> None:
    exchange = exchanged("create_online_redemption", {"email": "pat.planted+1@example.com"})
    done = shell(exchange, *forget, bash=bash, after=f"{after}\necho still=here $-")
    assert said in done.stderr
    assert "still=here" in done.stdout
    assert "u" not in done.stdout.rpartition("still=here")[2]
    assert echo.seen == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("bash", [PLAIN, ("bash", "--norc", "-i")], ids=["script", "interactive"])
@pytest.mark.parametrize("after", ["", " && true", " || true"])
@pytest.mark.parametrize("sign", ["is not there", "fails"])
def test_a_signature_that_cannot_be_made_sends_nothing(
    shell: Shell,
    exchanged: Callable[..., Exchange],
    echo: http.server.ThreadingHTTPServer,
    tmp_path: Path,
    bash: tuple[str, ...],
    after: str,
    sign: str,
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "curl", "sed"):
        (tools / name).symlink_to(str(shutil.which(name)))
    if sign == "fails":
        (tools / "punchh-contract").write_text("#!/bin/sh\nexit 2\n")
        (tools / "punchh-contract").chmod(0o755)
    done = shell(exchanged("create_online_redemption", {}), bash=bash, path=str(tools), after=after)
    assert echo.seen == []  # type: ignore[attr-defined]
    assert (done.returncode == 0) == ("||" in after)


def test_a_secret_that_is_set_and_not_exported_is_enough(
    shell: Shell, exchanged: Callable[..., Exchange], echo: http.server.ThreadingHTTPServer, tmp_path: Path
) -> None:
    (tmp_path / "rc").write_text("PUNCHH_ONLINE_SECRET=planted-online-secret\n")
    interactive = ("bash", "--rcfile", "rc", "-i")
    done = shell(exchanged("create_online_redemption", {}), "PUNCHH_ONLINE_SECRET", bash=interactive)
    assert done.returncode == 0, done.stderr
    path, headers, sent = echo.seen.pop()  # type: ignore[attr-defined]
    assert verify("sha1", "planted-online-secret", path, sent, headers["x-pch-digest"])


@pytest.mark.parametrize(
    "body", [{}, [], None, "text", 5, "'", b"", b"no json 'at' $all\\", b'{"a": 1}\n', b"\ta\x1b!b\x7f1'"]
)
def test_a_body_of_any_form_arrives(run: Run, exchanged: Callable[..., Exchange], body: Any) -> None:
    path, headers, sent = run(exchanged("create_subscription_redemption_code", body))
    assert sent == (body if isinstance(body, bytes) else templates.compact(body))
    assert verify("sha256", "planted-secret-0001", path, sent, headers["x-pch-digest"])


def test_an_unsigned_operation_needs_no_secret(
    run: Run, exchanged: Callable[..., Exchange], contract: Contract
) -> None:
    exchange = exchanged("process_batch_redemption", {"user_id": 55501234})
    _, headers, sent = run(exchange)
    assert json.loads(sent) == {"user_id": 55501234}
    assert headers["authorization"] == "Token token=planted-location-key, btoken=planted-business-key"
    assert "sign" not in curl.snippet(contract, exchange, "http://h")


def test_what_a_probe_left_out_is_left_out(run: Run, exchanged: Callable[..., Exchange]) -> None:
    left_out = ("User-Agent", "Authorization", "id-token", "x-pch-digest")
    _, headers, _ = run(exchanged("create_online_redemption", {}, drop=left_out))
    assert not {each.lower() for each in left_out} & headers.keys()


def test_a_probes_wrong_signature_is_wrong_in_its_own_way(
    run: Run, exchanged: Callable[..., Exchange], contract: Contract
) -> None:
    operation = contract.operation("create_online_redemption")
    body = {"a": "it's"}
    content = templates.compact(body)
    query = f"{operation.path}?added=1&b=%20'"
    secret = "planted-online-secret"

    other = sign("sha256", secret, operation.path, content)
    _, headers, sent = run(exchanged(operation.id, body, add={"x-pch-digest": other}))
    assert (headers["x-pch-digest"], sent) == (other, content)

    unsigned = sign("sha1", secret, operation.path, content)
    path, headers, _ = run(exchanged(operation.id, body, uri=query, add={"x-pch-digest": unsigned}))
    assert (path, headers["x-pch-digest"]) == (query, unsigned)

    path, headers, sent = run(exchanged(operation.id, body, uri=query))
    assert verify("sha1", secret, path, sent, headers["x-pch-digest"])

    _, headers, sent = run(exchanged(operation.id, body, add={"x-pch-digest": "0" * 40}))
    assert sent == content
    assert not any(verify(each, secret, operation.path, sent, headers["x-pch-digest"]) for each in ALGORITHMS)


def test_the_snippet_says_what_its_variables_are_and_shows_none(
    exchanged: Callable[..., Exchange], contract: Contract, secrets: tuple[str, ...]
) -> None:
    body = {"email": "pat.planted+1@example.com", "user_id": 55501234, "redemption_code": "HANDED-OUT-CODE"}
    text = curl.snippet(contract, exchanged("create_online_redemption", body), "https://a.example")
    assert "${FIXTURE_EMAIL_1:?value 1 of email of create_online_redemption in the fixtures}" in text
    assert "${FIXTURE_FORCE_REDEEM_USER_ID_1:?value 1 of user_id of force_redeem in the fixtures}" in text
    assert "${PUNCHH_ONLINE_SECRET:?" in text
    assert "PUNCHH_TARGET=${PUNCHH_TARGET:-https://a.example}" in text
    assert not [each for each in secrets if each in text]
