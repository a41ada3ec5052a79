"""What the wire sends and what it refuses, over real sockets and through Schemathesis' own transport."""

import contextlib
import gzip
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import pytest
import requests
import schemathesis
from schemathesis.transport.requests import ManagedCookiesSession

from punchh_contract.conformance import intake
from punchh_contract.conformance import wire as module
from punchh_contract.conformance.environments import environments
from punchh_contract.conformance.refusals import LIMIT, Refusals
from punchh_contract.conformance.wire import (
    SILENCES,
    UNANSWERED,
    StoppedError,
    Wire,
    WireError,
)
from punchh_contract.contract import load
from punchh_contract.errors import PunchhContractError, UsageError

FORCE = load().operation("force_redeem")
PLANTED = "planted-secret"


class Seen(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes


class Server:
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.drop = False
        self.body = b"{}"
        self.pieces: Iterable[bytes] = ()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.seen.append(Seen(self.path, headers, body))
                if outer.drop:
                    self.close_connection = True
                    return
                self.send_response(outer.status)
                for name, value in {"Content-Length": str(len(outer.body)), **outer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(outer.body)
                for piece in outer.pieces:
                    self.wfile.write(piece)

            do_GET = do_POST  # noqa: N815  # the name that http.server calls

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server's name
                """Say nothing."""

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, request: Any, client_address: Any) -> None:
                """A dropped connection is meant."""

        self._http = Quiet(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


class Lenient:
    """A guard that lets all through, and remembers."""

    def __init__(self) -> None:
        self.checked: list[tuple[str, str, bytes | None]] = []

    def check(self, method: str, url: str, body: bytes | None) -> None:
        self.checked.append((method, url, body))


class Strict:
    def check(self, method: str, url: str, body: bytes | None) -> None:
        raise PunchhContractError("force_redeem: user_id is no fixture")


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture
def make(server: Server) -> Iterator[Callable[..., Wire]]:
    with contextlib.ExitStack() as stack:

        def build(guard: Any = None, refusals: Refusals | None = None, **options: Any) -> Wire:
            return stack.enter_context(
                Wire(
                    load(),
                    server.url,
                    guard or Lenient(),
                    refusals or Refusals((), time.time),
                    **{"paced": False, **options},
                )
            )

        yield build


def post(
    wire: Wire, server: Server, headers: dict[str, str] | None = None, **options: Any
) -> requests.Response:
    request = requests.Request("POST", server.url + FORCE.path, headers=headers, data=b'{"user_id":1}')
    return wire.send(request.prepare(), **options)


# --- what goes out ---


def test_nothing_is_added_and_what_schemathesis_adds_is_taken_off(make: Any, server: Server) -> None:
    headers = {"X-Schemathesis-TestCaseId": "abc", "x-schemathesis-other": "1", "User-Agent": "Example/1.0"}
    response = post(make(), server, headers)

    (seen,) = server.seen
    assert set(seen.headers) == {"host", "user-agent", "accept-encoding", "content-length"}
    assert (seen.headers["user-agent"], seen.body) == ("Example/1.0", b'{"user_id":1}')
    assert not [name for name in response.request.headers if "schemathesis" in name.lower()]


def test_a_missing_user_agent_stays_missing_and_leaves_no_mark(make: Any, server: Server) -> None:
    response = post(make(), server)

    assert "user-agent" not in server.seen[0].headers
    assert "User-Agent" not in response.request.headers


def test_a_session_has_no_headers_of_its_own(make: Any, server: Server) -> None:
    make().post(server.url + FORCE.path, data="{}")

    assert not {"user-agent", "accept", "cookie"} & set(server.seen[0].headers)


def test_proxies_netrc_and_cookies_are_left_alone(
    make: Any, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1 login pat password {PLANTED}")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.headers = {"Set-Cookie": "guest=1"}
    wire = make()
    wire.post(server.url + FORCE.path, data="{}", proxies={"http": "http://127.0.0.1:1"})
    wire.post(server.url + FORCE.path, data="{}")

    assert len(server.seen) == 2
    assert not {"authorization", "cookie"} & set(server.seen[0].headers) | set(server.seen[1].headers) & {
        "cookie"
    }


@pytest.mark.parametrize("place", ["/elsewhere", "http://127.0.0.1:1/", "http://[bad", ""])
@pytest.mark.parametrize("status", [301, 307, 308])
def test_a_redirect_is_an_answer(status: int, place: str, make: Any, server: Server) -> None:
    server.status, server.headers = status, {"Location": place}
    response = make().post(server.url + FORCE.path, data="{}", allow_redirects=True)

    assert response.status_code == status
    assert len(server.seen) == 1


def test_certificates_are_those_of_the_bundle_whatever_the_caller_says(
    make: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[Any] = []
    sent = requests.Session.send

    def send(self: Any, request: Any, **kwargs: Any) -> Any:
        used.append(kwargs["verify"])
        return sent(self, request, **{**kwargs, "verify": True})

    monkeypatch.setattr(requests.Session, "send", send)
    make(ca_bundle="/etc/example/ca.pem").post(server.url + FORCE.path, verify=False)
    make().post(server.url + FORCE.path, verify=False)

    assert used == ["/etc/example/ca.pem", True]


# --- what does not ---


def test_the_guard_judges_the_bytes_that_go_out(make: Any, server: Server) -> None:
    guard = Lenient()
    make(guard).post(server.url + FORCE.path + "?x=1", json={"note": "é"})

    assert guard.checked == [("POST", server.url + FORCE.path + "?x=1", server.seen[0].body)]


def test_what_the_guard_refuses_is_not_sent_and_is_no_network_error(make: Any, server: Server) -> None:
    with pytest.raises(WireError, match="user_id is no fixture") as refusal:
        post(make(Strict()), server)

    assert not isinstance(refusal.value, requests.RequestException | OSError)
    assert server.seen == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1{path}",
        "http://127.0.0.1.example.com{path}",
        "https://{host}{path}",
        "http://pat@{host}{path}",
        "http://localhost:{port}{path}",
        "http://{host}/",
        "http://{host}{path}/more",
        "http://{host}/elsewhere{path}",
        "http://{host}/_sandbox/reset",
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_nothing_goes_anywhere_but_to_the_contracts_operations(
    method: str, url: str, make: Any, server: Server
) -> None:
    host = server.url.partition("://")[2]
    made = url.format(host=host, port=host.partition(":")[2], path=FORCE.path)
    with pytest.raises(WireError, match="a request to none of the contract's operations"):
        make().send(requests.Request(method, made).prepare())
    assert server.seen == []


def test_an_operation_has_one_method(make: Any, server: Server) -> None:
    with pytest.raises(WireError, match="none of the contract's operations"):
        make().get(server.url + FORCE.path)
    assert server.seen == []


def test_no_header_names_another_site_on_the_same_machine(make: Any, server: Server) -> None:
    post(make(), server, {"host": "another.example.com"})

    assert server.seen[0].headers["host"] == server.url.partition("://")[2]


def test_a_stream_is_not_sent(make: Any, server: Server) -> None:
    with pytest.raises(WireError, match="streamed"):
        make().post(server.url + FORCE.path, data=iter([b"{}"]))
    assert server.seen == []


def test_a_case_is_sent_once(make: Any, server: Server) -> None:
    wire = make()
    headers = {"X-Schemathesis-TestCaseId": "abc"}
    post(wire, server, headers)
    with pytest.raises(WireError, match="a second time"):
        post(wire, server, headers)
    # Ids are short: another case may draw the same. Our own checks repeat on purpose, and have none.
    wire.post(server.url + FORCE.path, data="{}", headers=headers)
    post(wire, server)
    post(wire, server)

    assert len(server.seen) == 4


def test_schemathesis_does_not_send_again_when_a_connection_is_dropped(make: Any, server: Server) -> None:
    """It would: a kept-alive connection that closes without an answer is taken for one that was stale."""
    schema = schemathesis.openapi.from_dict(
        {
            "openapi": "3.1.0",
            "info": {"title": "t", "version": "1"},
            "paths": {FORCE.path: {"post": {"responses": {"200": {"description": "fine"}}}}},
        }
    )
    operation = schema[FORCE.path]["POST"]

    def calls(session: requests.Session, dropped: Callable[[], None]) -> int:
        server.drop, server.seen = False, []
        operation.Case().call(base_url=server.url, session=session)
        server.drop = True
        dropped()
        return len(server.seen)

    def raises() -> None:
        with pytest.raises(requests.ConnectionError):
            operation.Case().call(base_url=server.url, session=stock)

    def stands_in() -> None:
        response = operation.Case().call(base_url=server.url, session=ours)
        assert (response.status_code, response.content) == (504, b"")
        assert response.headers[UNANSWERED] == ["1"]
        assert response.request.url == server.url + FORCE.path

    with ManagedCookiesSession() as stock:
        stock.trust_env = False
        assert calls(stock, raises) == 3
    ours = make()
    assert calls(ours, stands_in) == 2
    assert ours.stopped is None


# --- when it is over ---


def test_a_stopped_wire_sends_nothing_and_says_why_once(make: Any, server: Server) -> None:
    wire, calls = make(), []
    wire.on_stop = lambda: calls.append(1)
    wire.stop("first")
    wire.stop("second")
    with pytest.raises(StoppedError, match="first"):
        post(wire, server)

    assert (wire.stopped, calls, server.seen) == ("first", [1], [])


@pytest.mark.parametrize("value", ["sandbox", "Integration", " sandbox "])
def test_a_sandbox_may_say_so(value: str, make: Any, server: Server) -> None:
    server.headers = {"x-pch-env": value}
    wire = make()
    post(wire, server)

    assert wire.stopped is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("production", "production): point the run at a sandbox"),
        ("PRODUCTION", "production"),
        ("staging", "--allow-env staging"),
        ("sandbox, production", "something else"),
        (PLANTED + "-Token token=1", "something else"),
        ("", "something else"),
    ],
)
def test_any_other_environment_stops_the_run(value: str, words: str, make: Any, server: Server) -> None:
    server.headers = {"X-PCH-Env": value}
    wire = make()
    assert post(wire, server).status_code == 200

    assert wire.stopped
    assert words in wire.stopped
    assert PLANTED not in wire.stopped
    with pytest.raises(StoppedError):
        post(wire, server)
    assert len(server.seen) == 1


def test_an_environment_that_the_user_vouches_for_is_met(make: Any, server: Server) -> None:
    server.headers = {"x-pch-env": "staging"}
    wire = make(environments=environments(["Staging"]))
    post(wire, server)

    assert wire.stopped is None


@pytest.mark.parametrize("value", ["production", " Production"])
def test_nobody_can_vouch_for_production(value: str) -> None:
    with pytest.raises(UsageError, match="not possible"):
        environments(["staging", value])


@pytest.mark.parametrize("status", [401, 403, 412])
def test_the_ninth_refusal_stops_the_run(status: int, make: Any, server: Server) -> None:
    server.status = status
    wire = make()
    for count in range(LIMIT + 1):
        assert wire.stopped is None, count
        post(wire, server)

    assert wire.stopped
    assert "too many refused authentications (401, 403, 412)" in wire.stopped
    assert (
        "for which vendors block an address: check the credentials, or why the target refuses what is right"
        in wire.stopped
    )
    with pytest.raises(StoppedError):
        post(wire, server)


def test_a_run_that_begins_blocked_sends_nothing(make: Any, server: Server) -> None:
    now = time.time()
    with pytest.raises(StoppedError, match="wait"):
        post(make(refusals=Refusals([now] * (LIMIT + 1), time.time)), server)
    assert server.seen == []


def test_a_granted_refusal_counts_once(make: Any, server: Server) -> None:
    budget = Refusals((), time.time)
    server.status = 401
    budget.take()
    post(make(refusals=budget), server, expects_refusal=True)

    assert budget.left == LIMIT - 1


def test_a_refusal_counts_although_its_body_never_comes(make: Any, server: Server) -> None:
    budget = Refusals((), time.time)
    server.status, server.headers = 401, {"Content-Length": "100", "Connection": "close"}
    server.body = b"{"
    wire = make(refusals=budget)
    with pytest.raises(requests.RequestException):
        post(wire, server, timeout=0.2)

    assert budget.left == LIMIT - 1


def test_a_target_that_keeps_silent_stops_the_run_whoever_asks(make: Any, server: Server) -> None:
    """A generated case is answered by a stand-in, an own check by an error; both were not answered."""
    server.drop = True
    wire = make()
    for count in range(SILENCES):
        assert wire.stopped is None, count
        if count % 2:
            assert UNANSWERED in wire.post(server.url + FORCE.path, data="{}").headers
        else:
            with pytest.raises(requests.ConnectionError):
                post(wire, server)

    assert wire.stopped == f"{server.url} does not answer any more: 5 requests in a row had none"
    with pytest.raises(StoppedError, match="does not answer"):
        post(wire, server)
    with pytest.raises(StoppedError, match="does not answer"):
        wire.post(server.url + FORCE.path, data="{}")
    assert len(server.seen) == SILENCES


def test_an_answer_between_two_silences_begins_the_count_anew(make: Any, server: Server) -> None:
    wire = make()
    for drop in [*[True] * (SILENCES - 1), False, *[True] * (SILENCES - 1)]:
        server.drop = drop
        assert (UNANSWERED in wire.post(server.url + FORCE.path, data="{}").headers) == drop

    assert wire.stopped is None


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Length": "100", "Connection": "close"}, b"{"),
        ({"Transfer-Encoding": "chunked", "Connection": "close"}, b"64\r\n{"),
    ],
)
def test_half_an_answer_is_none(headers: dict[str, str], body: bytes, make: Any, server: Server) -> None:
    server.headers, server.body = headers, body
    wire = make()
    for _ in range(SILENCES):
        response = wire.post(server.url + FORCE.path, data="{}", timeout=0.2)
        assert UNANSWERED in response.headers

    assert wire.stopped


ENDLESS = {"Content-Length": str(10**12), "Connection": "close"}


def ticking() -> Callable[[], float]:
    """A clock on which each look takes a second."""
    seconds = itertools.count(0.0, 1.0)
    return lambda: next(seconds)


def test_an_endless_answer_is_none(make: Any, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "LARGEST", 100_000)
    server.headers, server.pieces = ENDLESS, itertools.repeat(b"x" * 1000)
    wire = make()
    with pytest.raises(intake.EndlessError, match="did not end") as error:
        post(wire, server)
    for _ in range(SILENCES - 1):
        assert UNANSWERED in wire.post(server.url + FORCE.path, data="{}").headers

    assert error.value.request is not None
    assert wire.stopped
    assert "5 requests in a row had none" in wire.stopped


def test_a_steady_drip_is_none(make: Any, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "LARGEST", 10**12)
    monkeypatch.setattr(intake, "LONGEST", 3.0)
    server.headers, server.pieces = ENDLESS, itertools.repeat(b"x")
    with pytest.raises(requests.ConnectionError):
        post(make(clock=ticking()), server)


def test_a_drip_ends_with_the_run(make: Any, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "LARGEST", 10**12)
    monkeypatch.setattr(intake, "LONGEST", 10.0**12)
    server.headers, server.pieces = ENDLESS, itertools.repeat(b"x")
    wire = make(clock=ticking(), deadline=8.0)
    with pytest.raises(requests.ConnectionError):
        post(wire, server)
    with pytest.raises(StoppedError, match="--max-time"):
        post(wire, server)


@contextlib.contextmanager
def dripping(head: bytes) -> Iterator[tuple[str, threading.Event]]:
    """A server of one connection, that says a head and then a byte every now and then. The event tells that
    it came to its end, after ten seconds at least, and was not left before.
    """
    over, ended = threading.Event(), threading.Event()

    def drip() -> None:
        with contextlib.suppress(OSError), listener.accept()[0] as connection:
            connection.recv(65536)
            connection.sendall(head)
            for _ in range(500):
                if over.wait(0.02):
                    return
                connection.sendall(b"x")
            ended.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", ended
        finally:
            over.set()
            thread.join()


HEADS = [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n"]


@pytest.mark.parametrize("head", HEADS, ids=["head", "body"])
@pytest.mark.parametrize("bound", ["run", "answer"])
def test_a_head_or_a_body_that_drips_ends_with_the_run_and_within_its_time(
    head: bytes, bound: str, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes well within the time-out of a request."""
    if bound == "answer":
        monkeypatch.setattr(intake, "LONGEST", 0.3)
    wire = make(deadline=time.monotonic() + (0.3 if bound == "run" else 60))
    with dripping(head) as (url, ended):
        wire._origin = url
        with pytest.raises((requests.Timeout, requests.ConnectionError)):
            wire.send(requests.Request("POST", url + FORCE.path).prepare(), timeout=10)

        assert not ended.is_set()
    assert wire.cut_off is (bound == "run")


def test_a_bomb_is_no_answer_and_what_is_packed_honestly_is_one(
    make: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LARGEST", 100_000)
    server.headers = {"Content-Encoding": "gzip"}
    wire = make()
    server.body = gzip.compress(b'{"a":1}')
    assert post(wire, server).json() == {"a": 1}
    server.body = gzip.compress(b"x" * 10**7)
    assert len(server.body) < intake.LARGEST
    with pytest.raises(intake.EndlessError):
        post(wire, server)


def test_what_is_said_to_be_packed_and_is_not_is_no_answer(make: Any, server: Server) -> None:
    server.headers, server.body = {"Content-Encoding": "gzip"}, b"no gzip at all"

    with pytest.raises(requests.ConnectionError, match="cannot be read"):
        post(make(), server)


def test_no_error_is_its_own_cause(make: Any, server: Server) -> None:
    """Whoever looks for the first cause goes along the chain to its end."""
    server.drop = True
    with pytest.raises(requests.ConnectionError) as raised:
        post(make(), server)

    seen: list[BaseException] = []
    error: BaseException | None = raised.value
    while error is not None:
        assert error not in seen
        seen.append(error)
        error = error.__cause__ or error.__context__


def test_what_must_not_be_sent_has_no_stand_in(make: Any, server: Server) -> None:
    with pytest.raises(WireError):
        make(Strict()).post(server.url + FORCE.path, data="{}")


def test_after_the_deadline_nothing_is_sent(make: Any, server: Server) -> None:
    now = [0.0]
    wire = make(deadline=10.0, clock=lambda: now[0])
    post(wire, server)
    now[0] = 10.0
    with pytest.raises(StoppedError, match="--max-time"):
        post(wire, server)

    assert len(server.seen) == 1


def test_no_answer_is_waited_for_beyond_the_deadline(make: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        wire = make(deadline=time.monotonic() + 0.2)
        wire._origin = f"http://127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(requests.Timeout):
            wire.send(requests.Request("POST", wire._origin + FORCE.path).prepare(), timeout=30)
        assert time.monotonic() - started < 5
        assert wire.cut_off, "the run was over: the target is not to blame"


def test_an_answer_that_never_came_is_the_targets_while_there_is_time(make: Any, server: Server) -> None:
    server.drop = True
    wire = make(deadline=time.monotonic() + 60)
    with pytest.raises(requests.ConnectionError):
        post(wire, server)

    assert not wire.cut_off


# --- rate limits ---


def test_a_paced_wire_keeps_the_contracts_limits(
    make: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SLICE", 0.01)
    now = [0.0]

    def clock() -> float:
        now[0] += 1.0
        return now[0]

    wire = make(paced=True, clock=clock)
    post(wire, server)
    (bucket,) = wire._limiters[FORCE.id].buckets()
    assert FORCE.rate_limit is not None
    assert [(rate.limit, rate.interval) for rate in bucket.rates] == [
        (FORCE.rate_limit.per_minute, 60_000),
        (FORCE.rate_limit.per_day, 86_400_000),
    ]

    for _ in range(FORCE.rate_limit.per_minute - 1):
        assert wire._limiters[FORCE.id].try_acquire(FORCE.id, blocking=False)
    with pytest.raises(StoppedError, match="a day"):
        post(wire, server)
    assert len(server.seen) == 1


def test_a_wait_for_the_limit_ends_with_the_run(
    make: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SLICE", 0.01)
    wire = make(paced=True)
    post(wire, server)
    assert FORCE.rate_limit is not None
    for _ in range(FORCE.rate_limit.per_minute - 1):
        wire._limiters[FORCE.id].try_acquire(FORCE.id, blocking=False)
    timer = threading.Timer(0.05, wire.stop, ["interrupted"])
    timer.start()
    with pytest.raises(StoppedError, match="interrupted"):
        post(wire, server)
    timer.join()


def test_a_target_of_our_own_has_no_limits_and_neither_has_what_the_contract_does_not_limit(
    make: Any, server: Server
) -> None:
    own, paced = make(), make(paced=True)
    post(own, server)
    paced.post(server.url + load().operation("process_batch_redemption").path, data="{}")

    assert own._limiters == paced._limiters == {}


# --- threads ---


def test_threads_send_one_at_a_time(make: Any, server: Server) -> None:
    """So no refusal is on its way while another is asked for."""
    busy, most = [0], [0]

    class Counting:
        def check(self, method: str, url: str, body: bytes | None) -> None:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
            time.sleep(0.001)
            busy[0] -= 1

    wire = make(Counting())
    threads = [
        threading.Thread(target=lambda: [post(wire, server) for _ in range(5)], daemon=True) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert (len(server.seen), most[0]) == (20, 1)
    assert json.loads(server.seen[-1].body) == {"user_id": 1}
