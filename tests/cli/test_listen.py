"""`punchh-contract listen` as a process: what it prints of a delivery, and how it ends."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from punchh_contract import sandbox
from punchh_contract.auth import Credentials as Account
from punchh_contract.auth import PunchhAuth
from punchh_contract.cli import main
from punchh_contract.receiver import Credentials, Scheme
from punchh_contract.receiver.authorization import authorization_headers
from punchh_contract.receiver.serving import bind, serving

SEED = Path(__file__).parents[1] / "data" / "seed-004-redemptions-event.json"
COMMAND = [sys.executable, "-c", "from punchh_contract.cli import main; main()", "listen", "--port", "0"]
CONTENT_ID = "00000000-0000-4000-8000-000000000001"
SECRETS = {"PUNCHH_WEBHOOK_KEY": "sandbox-webhook-client", "PUNCHH_WEBHOOK_SECRET": "sandbox-webhook-secret"}
CREDENTIALS = Credentials.from_mapping(SECRETS)
GUEST = ("pat@example.com", "Pat Invented", "+15550100")
TIME = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def environment(variables: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PUNCHH_")}
    return {**kept, **variables}


class Listening:
    """The command on a free port, from its first line on."""

    def __init__(self, *options: str, **variables: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(variables),
        )  # fmt: skip
        self.first = self.line()
        found = re.search(r"http://[^/]+:\d+", self.first)
        assert found is not None, self.process.communicate()
        self.url = found[0]

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def post(self, body: bytes, path: str = "/hook", scheme: Scheme = "none") -> int:
        headers = authorization_headers(scheme, CREDENTIALS, path, body)
        return httpx.post(self.url + path, content=body, headers=headers, trust_env=False).status_code

    def end(self, how: signal.Signals | None = signal.SIGINT) -> tuple[int, list[str], str]:
        """Exit code, the rest of the output, and the errors."""
        if how is not None:
            self.process.send_signal(how)
        output, errors = self.process.communicate(timeout=20)
        return self.process.returncode, output.splitlines(), errors


@contextlib.contextmanager
def listening(*options: str, **variables: str) -> Iterator[Listening]:
    found = Listening(*options, **variables)
    try:
        yield found
    finally:
        found.process.kill()
        found.process.communicate()


def event(**changes: Any) -> bytes:
    document = json.loads(SEED.read_bytes())
    document |= {"content_id": CONTENT_ID} | changes
    document["payload"]["user"] |= {"email": GUEST[0], "first_name": GUEST[1], "phone": GUEST[2]}
    return json.dumps(document).encode()


def test_each_delivery_is_a_line_and_its_findings_stand_under_it() -> None:
    with listening(**SECRETS) as command:
        assert command.first == (
            f"Listening at {command.url}/ and any path below; takes hmac-sha1 or hmac-sha256."
            " Stop it with Ctrl-C."
        )
        assert httpx.get(f"{command.url}/hook", trust_env=False).status_code == 200
        assert re.fullmatch(
            TIME + " GET 200 check: not authentic: there is no Authorization header", command.line()
        )

        assert command.post(event(), scheme="hmac-sha1") == 200
        ids = f"{CONTENT_ID} create redeemable 149207972: authentic"
        assert re.fullmatch(
            rf"{TIME} POST 200 {ids} \(hmac-sha1 over the path, hex, with `hmac`\); no findings",
            command.line(),
        )

        assert command.post(event(tenant="demo"), scheme="hmac-sha256") == 200
        assert command.line().endswith("; no findings; drift, which --strict shows")

        wrong = event(business_id=GUEST[1], created_at=GUEST[0], action=GUEST[2])
        assert command.post(wrong, scheme="hmac-sha256") == 202
        assert f"{CONTENT_ID} string(9) redeemable 149207972: authentic" in (line := command.line())
        assert line.endswith("; 2 findings")
        # The line, and the column in it where the value begins.
        under = sorted([command.line(), command.line()])
        assert [each.partition(": must")[0] for each in under] == sorted(
            f"  event:1:{wrong.index(name) + len(name) + 1}: /{name[1:-3].decode()}"
            for name in (b'"business_id": ', b'"created_at": ')
        )

        assert command.post(b"{", scheme="hmac-sha256") == 202
        assert "POST 202 - - - -: authentic" in (line := command.line())
        assert line.endswith("; 1 finding")
        assert re.match(r"  event(:\d+:\d+)?: must be complete, and stops short", command.line())

        assert command.post(event()) == 401
        assert re.fullmatch(
            TIME + " POST 401 not authentic: there is no Authorization header", command.line()
        )
        code, rest, errors = command.end()
    assert (code, errors) == (1, "")
    assert rest == ["5 deliveries: 2 fine, 2 with findings, 1 refused."]


@pytest.mark.parametrize("form", ["text", "ndjson"])
def test_no_guest_and_no_secret_is_printed(form: str) -> None:
    with listening("--format", form, "--strict", **SECRETS) as command:
        printed = command.first
        for body in (
            event(),
            event(content_id=GUEST[0], action=GUEST[1], business_id=GUEST[2], **{GUEST[0]: GUEST[1]}),
            json.dumps(GUEST).encode(),
            GUEST[0].encode(),
        ):
            command.post(body, f"/{GUEST[0]}", "hmac-sha256")
            command.post(body, f"/?q={GUEST[0]}")
        code, rest, errors = command.end()
    assert len(rest) > 8
    printed += "\n".join(rest) + errors
    assert code == 1
    assert [each for each in (*GUEST, *SECRETS.values()) if each in printed] == []


def test_ndjson_is_a_document_on_each_line() -> None:
    with listening("--format", "ndjson", "--strict", "--exit-after", "2", **SECRETS) as command:
        assert json.loads(command.first) == {
            "type": "listening",
            "url": command.url,
            "schemes": ["hmac-sha1", "hmac-sha256"],
        }
        body = event(tenant="demo")
        command.post(body, scheme="hmac-sha256")
        delivery = json.loads(command.line())
        command.post(event())
        refused = json.loads(command.line())
        code, rest, errors = command.end(None)
    (finding,) = delivery.pop("findings")
    assert (finding["pointer"], finding["severity"], finding["value"]) == ("/string(6)", "drift", "string(4)")
    assert re.fullmatch(TIME, delivery.pop("time"))
    assert delivery == {
        "type": "delivery",
        "status": 202,
        "content_id": CONTENT_ID,
        "action": "create",
        "redemption_status": "redeemable",
        "redemption_id": 149207972,
        "authentic": True,
        "scheme": "hmac-sha256",
        "form": {"signed": "path", "encoding": "hex", "word": True, "secret": 0},
        "reason": None,
        "bytes": len(body),
        "drift": True,
    }
    assert (refused["status"], refused["authentic"], refused["findings"]) == (401, False, None)
    (summary,) = [json.loads(each) for each in rest]
    assert summary == {
        "type": "summary",
        "deliveries": 2,
        "with_findings": 1,
        "refused": 1,
        "checks": 0,
        "refused_checks": 0,
    }
    assert (code, errors) == (1, "")


def test_it_ends_after_so_many_and_answers_the_last() -> None:
    with listening("--exit-after", "1") as command:
        assert "takes anything, unchecked" in command.first
        assert httpx.get(command.url, trust_env=False).status_code == 200
        assert command.post(event()) == 200
        code, rest, errors = command.end(None)
    assert (code, errors) == (0, "")
    assert rest[-1] == "1 delivery: 1 fine, 0 with findings, 0 refused."
    assert rest[-2].endswith(": not checked; no findings")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to catch")
def test_it_ends_on_sigterm_as_on_ctrl_c() -> None:
    with listening() as command:
        assert command.end(signal.SIGTERM) == (0, ["0 deliveries: 0 fine, 0 with findings, 0 refused."], "")


def test_a_check_with_wrong_credentials_is_no_good_end() -> None:
    with listening("--scheme", "hmac-sha256", **SECRETS) as command:
        headers = {"authorization": f"hmac {'0' * 64}", "x-pch-key": SECRETS["PUNCHH_WEBHOOK_KEY"]}
        assert httpx.get(command.url, headers=headers, trust_env=False).status_code == 401
        code, rest, _ = command.end()
    assert code == 1
    assert rest[-1] == "0 deliveries: 0 fine, 0 with findings, 0 refused. 1 of 1 checks refused."


def test_secrets_rotate_by_naming_two_variables() -> None:
    options = ("--secret-env", "NEW", "--secret-env", "OLD", "--exit-after", "1")
    with listening(*options, NEW="sandbox-new", OLD=SECRETS["PUNCHH_WEBHOOK_SECRET"]) as command:
        assert command.post(event(), scheme="hmac-sha256") == 200
        assert "with `hmac`, secret 2)" in command.line()
        assert command.end(None)[0] == 0


def test_ctrl_c_with_a_half_sent_delivery_is_quiet() -> None:
    with listening() as command:
        host, port = command.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as caller:
            caller.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
            # Whoever asks later is answered later: by then the half delivery has arrived.
            httpx.get(command.url, trust_env=False)
            code, _, errors = command.end()
    assert (code in (0, 1), errors) == (True, "")


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    with listening() as command:
        assert command.process.stdout is not None
        command.process.stdout.close()
        assert command.post(event()) == 200
        assert command.process.wait(timeout=20) == 141
        assert command.process.stderr is not None
        assert command.process.stderr.read() == ""
        command.process.stdout = None


@pytest.mark.parametrize(
    ("options", "variables", "says"),
    [
        (["--host", "0.0.0.0"], {}, "loopback"),  # noqa: S104  # must be refused
        (["--host", "receiver.example.com"], {}, "loopback"),
        (["--port", "70000"], {}, "70000"),
        (["--scheme", "basic"], {}, "PUNCHH_WEBHOOK_USER and PUNCHH_WEBHOOK_PASSWORD"),
        (["--scheme", "hmac-sha1"], {}, "PUNCHH_WEBHOOK_SECRET"),
        (["--secret-env", "sandbox-not-a-name"], {}, "a variable named by --secret-env is not set"),
        ([], {"PUNCHH_WEBHOOK_TOKEN": "sandbox two words"}, "PUNCHH_WEBHOOK_TOKEN"),
        (["--sandbox", "https://sandbox.example.com"], {}, "--sandbox is the address"),
        (["--exit-after", "0"], {}, "--exit-after"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(options: list[str], variables: dict[str, str], says: str) -> None:
    cleared = dict.fromkeys((name for name in os.environ if name.startswith("PUNCHH_")), None)
    result = CliRunner().invoke(main, ["listen", "--port", "0", *options], env={**cleared, **variables})
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output
    assert "sandbox-not-a-name" not in result.output
    assert "two words" not in result.output


def test_a_port_that_is_taken_is_said() -> None:
    with contextlib.closing(bind("127.0.0.1", 0)) as taken:
        taken.listen()
        result = CliRunner().invoke(main, ["listen", "--port", str(taken.getsockname()[1])])
    assert (result.exit_code, "cannot listen on port" in result.stderr) == (2, True)


class Plane:
    """A control plane with the part that `--sandbox` uses, as control-openapi.yaml has it."""

    def __init__(self, refusal: dict[str, tuple[int, Any]] | None = None) -> None:
        self.refusals = refusal or {}
        self.subscribers: dict[int, dict[str, Any]] = {}
        self.seen: list[str] = []
        self.app = Starlette(
            routes=[
                Route("/_sandbox/subscribers", self.add, methods=["POST"]),
                Route("/_sandbox/subscribers/{number:int}/activate", self.activate, methods=["POST"]),
                Route("/_sandbox/subscribers/{number:int}", self.delete, methods=["DELETE"]),
            ]
        )

    async def add(self, request: Request) -> Response:
        self.seen.append("add")
        self.subscribers[7] = await request.json()
        return self.answer("add", {"subscriber_id": 7}, 201)

    async def activate(self, request: Request) -> Response:
        self.seen.append("activate")
        await run_in_threadpool(self.deliver, request.path_params["number"], "GET", b"")
        return self.answer("activate", {"subscriber_id": 7}, 200)

    async def delete(self, request: Request) -> Response:
        self.seen.append("delete")
        self.subscribers.pop(request.path_params["number"])
        return Response(status_code=204)

    def answer(self, name: str, document: Any, status: int) -> Response:
        status, document = self.refusals.get(name, (status, document))
        return JSONResponse(document, status)

    def deliver(self, number: int, method: str, body: bytes) -> int:
        wanted = self.subscribers[number]
        name, secret = wanted.get("name", "any"), wanted.get("secret", "")
        # As the real control plane does: one name and one secret, whatever the scheme.
        credentials = Credentials(name, secret, secret, name, (secret,))
        headers = authorization_headers(wanted["scheme"], credentials, "/", body)
        return httpx.request(
            method, wanted["url"], content=body, headers=headers, trust_env=False
        ).status_code


@pytest.mark.parametrize(
    ("variables", "scheme"),
    [
        ({}, "hmac-sha256"),
        (SECRETS, "hmac-sha256"),
        ({"PUNCHH_WEBHOOK_SECRET": "sandbox-webhook-secret"}, "hmac-sha256"),
        ({"PUNCHH_WEBHOOK_TOKEN": "sandbox-webhook-token"}, "bearer"),
        ({"PUNCHH_WEBHOOK_USER": "sandbox-user", "PUNCHH_WEBHOOK_PASSWORD": "sandbox-pass"}, "basic"),
    ],
)
def test_it_subscribes_at_a_sandbox_and_unsubscribes_at_the_end(
    variables: dict[str, str], scheme: Scheme
) -> None:
    plane = Plane()
    with serving(plane.app, bind("127.0.0.1", 0)) as url, listening("--sandbox", url, **variables) as command:
        assert f"GET 200 check: authentic ({scheme}" in command.line()
        assert plane.subscribers[7]["url"] == f"{command.url}/"
        assert plane.deliver(7, "POST", event()) == 200
        assert f"authentic ({scheme}" in command.line()
        # Without a secret of the user's there is one nobody else knows.
        assert command.post(event()) == 401
        code, rest, errors = command.end()
        assert (code, errors) == (1, "")
        assert rest[-1] == "2 deliveries: 1 fine, 0 with findings, 1 refused."
        assert plane.subscribers == {}
    assert plane.seen == ["add", "activate", "delete"]


def test_a_sandbox_that_is_gone_at_the_end_is_no_matter() -> None:
    plane = Plane()
    with contextlib.ExitStack() as stack:
        with serving(plane.app, bind("127.0.0.1", 0)) as url:
            command = stack.enter_context(listening("--sandbox", url))
            assert "check" in command.line()
        code, _, errors = command.end()
    assert (code, errors) == (0, "")
    assert plane.seen == ["add", "activate"]


@pytest.mark.parametrize(
    ("refusals", "says", "seen"),
    [
        ({"add": (400, {"error": "only loopback"})}, "the subscription: 400 only loopback", ["add"]),
        ({"add": (500, "x")}, "the subscription: 500", ["add"]),
        (
            {"activate": (409, {"error": "answered 401\x1b"})},
            r"409 answered 401\x1b",
            ["add", "activate", "delete"],
        ),
    ],
)
def test_a_sandbox_that_refuses_is_quoted(
    refusals: dict[str, tuple[int, Any]], says: str, seen: list[str]
) -> None:
    plane = Plane(refusals)
    with serving(plane.app, bind("127.0.0.1", 0)) as url:
        result = CliRunner().invoke(main, ["listen", "--port", "0", "--sandbox", url])
    assert (result.exit_code, says in result.stderr) == (2, True), result.output
    assert plane.seen == seen


def test_no_sandbox_at_all_is_said() -> None:
    with contextlib.closing(bind("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        result = CliRunner().invoke(main, ["listen", "--port", "0", "--sandbox", url])
    assert (result.exit_code, "no sandbox answers" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        SECRETS,
        {"PUNCHH_WEBHOOK_TOKEN": "sandbox-webhook-token"},
        {"PUNCHH_WEBHOOK_USER": "sandbox-user", "PUNCHH_WEBHOOK_PASSWORD": "sandbox-webhook-password"},
    ],
    ids=["its own secret", "hmac", "bearer", "basic"],
)
def test_it_gets_the_events_of_a_real_sandbox(variables: dict[str, str]) -> None:
    with sandbox.running() as server:
        listening = Listening("--sandbox", server.url, "--exit-after", "1", **variables)
        while not any(each["state"] == "active" for each in server.control.subscribers()):
            assert listening.process.poll() is None, listening.process.communicate()
        auth = PunchhAuth(Account.from_mapping(server.credentials))
        body = {"user_id": 111111112, "redemption": {"requested_punches": 3}}
        httpx.post(
            f"{server.url}/api2/dashboard/redemptions/force_redeem", json=body, auth=auth
        ).raise_for_status()
        out, err = listening.process.communicate(timeout=30)
        assert (listening.process.returncode, err) == (0, "")
        assert "force_redeemed" in out
        assert server.control.subscribers() == []
