"""`punchh-contract send`: exactly these bytes, signed, to this machine; and what is said of the answer."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from punchh_contract.cli import main, send
from punchh_contract.receiver import SCHEMES, Credentials, verify
from punchh_contract.receiver.serving import bind, serving

SEED = Path(__file__).parents[1] / "data" / "seed-004-redemptions-event.json"
VARIABLES = {
    "PUNCHH_WEBHOOK_USER": "sandbox-user",
    "PUNCHH_WEBHOOK_PASSWORD": "sandbox-password",
    "PUNCHH_WEBHOOK_TOKEN": "sandbox-webhook-token",
    "PUNCHH_WEBHOOK_KEY": "sandbox-webhook-client",
    "PUNCHH_WEBHOOK_SECRET": "sandbox-webhook-secret",
}
CREDENTIALS = Credentials.from_mapping(VARIABLES)
GUEST = "pat@example.com"


class Hook:
    """A receiver that keeps what comes, and answers as it is told to."""

    def __init__(self) -> None:
        self.answer: tuple[int, bytes, dict[str, str]] = (200, b"", {})
        self.requests: list[tuple[Request, bytes]] = []
        self.url = ""
        self.app = Starlette(routes=[Route("/{path:path}", self.take, methods=["POST", "GET"])])

    async def take(self, request: Request) -> Response:
        self.requests.append((request, await request.body()))
        status, body, headers = self.answer
        return Response(body, status, headers)


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    with serving(hook.app, bind("127.0.0.1", 0)) as hook.url:
        yield hook


def run(*arguments: object, stdin: bytes | None = None, variables: dict[str, str] | None = None) -> Result:
    cleared = dict.fromkeys((name for name in os.environ if name.startswith("PUNCHH_")), None)
    return CliRunner().invoke(
        main, ["send", *map(str, arguments)], input=stdin, env={**cleared, **(variables or {})}
    )


def sent(hook: Hook) -> tuple[Request, bytes]:
    (only,) = hook.requests
    return only


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_scheme_proves_the_bytes_as_they_go_out(hook: Hook, scheme: str) -> None:
    url = f"{hook.url}/hook/%C3%A9?store=401&q=a%20b"
    result = run(SEED, "--to", url, "--scheme", scheme, variables=VARIABLES)
    assert result.exit_code == 0, result.output
    request, body = sent(hook)
    assert body == SEED.read_bytes()
    verdict = verify(
        request.headers, "POST", "/hook/%C3%A9?store=401&q=a%20b", body, CREDENTIALS, scheme=scheme
    )  # type: ignore[arg-type]
    assert (verdict.authentic, verdict.scheme) == (True, scheme)
    assert ("authorization" in request.headers) == (scheme != "none")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("punchh-contract/")


@pytest.mark.parametrize(
    "body", [b"", b'{ "a" : 1 }\r\n', b"\xef\xbb\xbf{}", b"\xff\x00not json", b"x" * 300_000]
)
def test_any_body_goes_out_byte_by_byte(hook: Hook, body: bytes) -> None:
    assert run("-", "--to", hook.url, stdin=body, variables=VARIABLES).exit_code == 0
    request, received = sent(hook)
    assert received == body
    assert verify(request.headers, "POST", "/", body, CREDENTIALS, scheme="hmac-sha256").authentic


@pytest.mark.parametrize(
    ("names", "scheme"),
    [
        ([], "none"),
        (["USER", "PASSWORD"], "basic"),
        (["USER", "PASSWORD", "TOKEN"], "bearer"),
        (["TOKEN", "KEY", "SECRET"], "hmac-sha256"),
    ],
)
def test_the_strongest_scheme_that_is_set_is_taken(hook: Hook, names: list[str], scheme: str) -> None:
    variables = {f"PUNCHH_WEBHOOK_{name}": VARIABLES[f"PUNCHH_WEBHOOK_{name}"] for name in names}
    result = run(SEED, "--to", hook.url, variables=variables)
    assert (result.exit_code, f"({scheme}, " in result.stdout) == (0, True)


@pytest.mark.parametrize(
    ("status", "body", "code", "says"),
    [
        (200, b"", 0, "the answer: empty"),
        (202, b'{"id": 1, "ok": true}', 0, "the answer: object(2), 21 bytes"),
        (201, b"created", 1, "the answer: no JSON, 7 bytes"),
        (204, b"", 1, "the answer: empty"),
        (401, GUEST.encode(), 1, "the answer: no JSON, 15 bytes"),
        (422, b'"' + GUEST.encode() + b'"', 1, "the answer: string(15), 17 bytes"),
        (500, b"x" * 70_000, 1, "the answer: more than 65536 bytes"),
    ],
)
def test_the_answer_is_told_and_never_repeated(
    hook: Hook, status: int, body: bytes, code: int, says: str
) -> None:
    hook.answer = (status, body, {})
    result = run(SEED, "--to", f"{hook.url}/?q={GUEST}", variables=VARIABLES)
    assert result.exit_code == code
    (line,) = result.stdout.splitlines()
    assert line.startswith(f"{status} in ")
    assert line.endswith(says)
    assert f"{len(SEED.read_bytes())} bytes sent" in line
    assert [each for each in (GUEST, *VARIABLES.values()) if each in result.output] == []


def test_a_redirect_is_an_answer_and_not_followed(hook: Hook) -> None:
    hook.answer = (307, b"", {"Location": f"{hook.url}/elsewhere"})
    assert run(SEED, "--to", f"{hook.url}/here", variables=VARIABLES).exit_code == 1
    assert sent(hook)[0].url.path == "/here"


def test_proxies_of_the_environment_are_not_used(hook: Hook) -> None:
    proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:9")
    assert run(SEED, "--to", hook.url, variables={**proxies, "no_proxy": "", "NO_PROXY": ""}).exit_code == 0


def test_it_is_sent_as_often_as_asked(hook: Hook) -> None:
    result = run(SEED, "--to", hook.url, "--count", 3)
    assert (result.exit_code, len(hook.requests)) == (0, 3)
    assert result.stdout.splitlines()[3:] == ["3 deliveries: 3 taken, 0 refused."]
    hook.answer = (503, b"", {})
    result = run(SEED, "--to", hook.url, "--count", 2)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (1, "2 deliveries: 0 taken, 2 refused.")


@pytest.mark.parametrize(
    ("arguments", "variables", "says"),
    [
        (["none.json", "--to", "http://127.0.0.1:9"], {}, "'none.json': cannot be read"),
        ([SEED], {}, "Missing option '--to'"),
        ([SEED, "--to", "https://hooks.example.com/x"], {}, "--allow-host 'hooks.example.com'"),
        ([SEED, "--to", "http://127.0.0.1@hooks.example.com/"], {}, "--to holds a user name"),
        ([SEED, "--to", "http://127.0.0.1\\@hooks.example.com/"], {}, "--to must be printable ASCII"),
        ([SEED, "--to", "http://hooks.example.com?@127.0.0.1/"], {}, "hooks.example.com is not this machine"),
        ([SEED, "--to", "http://127.0.0.1:9/#part"], {}, "no fragment"),
        ([SEED, "--to", "http://127.0.0.1:9/a b"], {}, "no spaces"),
        ([SEED, "--to", "127.0.0.1:9/hook"], {}, "--to is a URL that begins with http://"),
        ([SEED, "--to", "ftp://127.0.0.1/hook"], {}, "--to is a URL that begins with http://"),
        ([SEED, "--to", "http://127.0.0.1:9/" + "x" * 70_000], {}, "shorten path and query"),
        ([SEED, "--to", "http://127.0.0.1:9/", "--scheme", "bearer"], {}, "needs PUNCHH_WEBHOOK_TOKEN"),
        (
            [SEED, "--to", "http://127.0.0.1:9/"],
            {"PUNCHH_WEBHOOK_SECRET": "sandbox-webhook-secret"},
            "needs PUNCHH_WEBHOOK_KEY",
        ),
        (
            [SEED, "--to", "http://127.0.0.1:9/"],
            {"PUNCHH_WEBHOOK_TOKEN": "sandbox a"},
            "PUNCHH_WEBHOOK_TOKEN",
        ),
        ([SEED, "--to", "http://127.0.0.1:9/", "--count", "0"], {}, "--count"),
    ],
)
def test_what_cannot_run_exits_with_2_and_says_why(
    arguments: list[object], variables: dict[str, str], says: str
) -> None:
    result = run(*arguments, variables=variables)
    assert result.exit_code == 2
    assert says in " ".join(result.stderr.split())
    assert "Traceback" not in result.output
    assert "--target" not in result.output


def test_a_host_that_is_repeated_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def no_lookup(host: str, *_: object, **__: object) -> None:
        asked.append(host.decode() if isinstance(host, bytes) else host)
        raise socket.gaierror(socket.EAI_NONAME, "nobody is asked in tests")

    monkeypatch.setattr(socket, "getaddrinfo", no_lookup)
    result = run(SEED, "--to", "https://hooks.example.com/x", "--allow-host", "hooks.example.com")
    assert (result.exit_code, asked) == (2, ["hooks.example.com"])
    assert "nothing was answered (ConnectError)" in result.stderr


def test_nobody_there_exits_with_2() -> None:
    with contextlib.closing(bind("127.0.0.1", 0)) as nobody:
        result = run(SEED, "--to", f"http://127.0.0.1:{nobody.getsockname()[1]}/?q={GUEST}")
    assert result.exit_code == 2
    assert "nothing was answered" in result.stderr
    assert GUEST not in result.output


def answering(listener: socket.socket, pieces: list[bytes], release: threading.Event) -> threading.Thread:
    """Take one connection, write these pieces, and hold it until released."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            for each in pieces:
                connection.sendall(each)
            release.wait(20)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize(
    "pieces", [[], [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"]], ids=["no answer", "half an answer"]
)
def test_it_is_given_up_after_the_time_that_the_vendor_waits(
    monkeypatch: pytest.MonkeyPatch, pieces: list[bytes]
) -> None:
    assert send.TIMEOUT == 15
    monkeypatch.setattr(send, "TIMEOUT", 0.3)
    release = threading.Event()
    with contextlib.closing(bind("127.0.0.1", 0)) as listener:
        listener.listen()
        thread = answering(listener, pieces, release)
        result = run(SEED, "--to", f"http://127.0.0.1:{listener.getsockname()[1]}")
        release.set()
        thread.join(20)
    assert (result.exit_code, "no answer within 0.3 seconds" in result.stderr) == (2, True), result.output


@pytest.mark.parametrize(
    "pieces", [[], [b"no HTTP at all\r\n\r\n"], [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"]]
)
def test_an_answer_that_breaks_off_is_none(pieces: list[bytes]) -> None:
    release = threading.Event()
    release.set()
    with contextlib.closing(bind("127.0.0.1", 0)) as listener:
        listener.listen()
        thread = answering(listener, pieces, release)
        result = run(SEED, "--to", f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread.join(20)
    assert (result.exit_code, "nothing was answered" in result.stderr) == (2, True), result.output
