"""The receiver over a socket: mounted in Starlette, fed by the sandbox, asked oddly, held up."""

import asyncio
import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from receiver.hooks import CREDENTIALS, GUEST, SECRET, URI, WAIT, done, event, until
from sandbox.databases import DURABLE, FILE, database
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from punchh_contract import sandbox
from punchh_contract.auth import Credentials as Account
from punchh_contract.auth import PunchhAuth
from punchh_contract.events import Findings
from punchh_contract.receiver import (
    SCHEMES,
    Event,
    Inbox,
    Incoming,
    Scheme,
    judge,
    judgement,
    receiver,
)
from punchh_contract.receiver.app import EVENT_LIMIT
from punchh_contract.receiver.authorization import authorization_headers
from punchh_contract.receiver.serving import bind, serving

FORCED = {"user_id": 111111111, "redemption": {"requested_punches": 1}}


@contextlib.contextmanager
def mounted(inbox: Inbox, handler: Any = None, **options: Any) -> Iterator[str]:
    """The recipe of docs/receiving.md, served; its address."""
    app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("the user's own"))])
    app.mount("/punchh", receiver(inbox, options.pop("credentials", CREDENTIALS), handler, **options))
    with serving(app, bind("127.0.0.1", 0)) as url:
        yield url


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    with Inbox(database(FILE, tmp_path)) as opened:
        yield opened


def ask(url: str, method: str = "POST", body: bytes = b"", uri: str = URI, **how: Any) -> httpx.Response:
    headers = authorization_headers(how.pop("scheme", "hmac-sha256"), CREDENTIALS, uri, body)
    with httpx.Client(trust_env=False, timeout=20) as client:
        return client.request(method, url + uri, content=body, headers=headers | how.pop("headers", {}))


@pytest.mark.parametrize("kind", DURABLE)
def test_what_the_sandbox_delivers_in_each_scheme_is_handled_once(kind: str, tmp_path: Path) -> None:
    shared: dict[Scheme, dict[str, str | None]] = {
        "none": {},
        "basic": {"name": CREDENTIALS.user, "secret": CREDENTIALS.password},
        "bearer": {"secret": CREDENTIALS.token},
        "hmac-sha1": {"name": CREDENTIALS.key, "secret": SECRET},
        "hmac-sha256": {"name": CREDENTIALS.key, "secret": SECRET},
    }
    got: list[Event] = []
    with sandbox.running() as server, contextlib.ExitStack() as stack:
        inboxes = {}
        for scheme in SCHEMES:
            inbox = stack.enter_context(Inbox(database(kind, tmp_path)))
            url = stack.enter_context(mounted(inbox, got.append, scheme=scheme))
            values = {name: value for name, value in shared[scheme].items() if value}
            added = server.control.add_subscriber(f"{url}/punchh/hook?a=1", scheme=scheme, **values)
            # It asks first, by a check that carries the same authorization.
            server.control.activate(added["subscriber_id"])
            inboxes[scheme] = inbox
        auth = PunchhAuth(Account.from_mapping(server.credentials))
        with httpx.Client(base_url=server.url, auth=auth, trust_env=False, timeout=20) as client:
            made = client.post("/api2/dashboard/redemptions/force_redeem", json=FORCED).json()
        until(lambda: len(got) == len(SCHEMES), "not every scheme delivered")
        for scheme, inbox in inboxes.items():
            done(inbox)
            assert inbox.counts() == {"waiting": 0, "handled": 1, "stale": 0, "parked": 0}, scheme
    assert {each.redemption_id for each in got} == {made["redemption_id"]}
    assert {each.model.payload.redemption_status for each in got} == {"force_redeemed"}
    assert all(each.times["/payload/updated_at"].tzinfo for each in got)


def test_what_is_not_the_receivers_is_left_to_the_application(inbox: Inbox) -> None:
    with mounted(inbox) as url:
        assert httpx.get(url, trust_env=False).text == "the user's own"
        assert httpx.get(f"{url}/other", trust_env=False).status_code == 404


def test_each_answer_over_the_wire(inbox: Inbox) -> None:
    with mounted(inbox) as url:
        wrong = {"authorization": "hmac " + "0" * 64}
        answers = [
            ask(url, body=event()),
            ask(url, body=event()),
            ask(url, body=event(payload={"redemption_status": "redeemed"})),
            ask(url, body=b"{"),
            ask(url, body=event(2, event_name="users")),
            ask(url, body=event(), headers=wrong),
            ask(url, "GET"),
            ask(url, "GET", headers=wrong),
            ask(url, "HEAD"),
            ask(url, "PUT", event()),
            ask(url, "DELETE"),
            ask(url, body=b" " * 1024 * 1024),
            ask(url, body=b" " * (1024 * 1024 + 1)),
        ]
        bare = httpx.get(url + URI, trust_env=False)
    assert [each.status_code for each in answers] == [
        200, 200, 202, 202, 202, 401, 200, 401, 200, 405, 405, 202, 413,
    ]  # fmt: skip
    assert bare.status_code == 401
    assert {each.content for each in answers if each.status_code != 405} == {b""}


def test_a_check_may_be_open_if_asked_for(inbox: Inbox) -> None:
    with mounted(inbox, open_check=True) as url:
        assert httpx.get(url + URI, trust_env=False).status_code == 200
        assert ask(url, "GET", headers={"authorization": "bearer wrong"}).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"content-type": "application/json; charset=utf-16"}, 200),
        ({"content-type": "text/plain"}, 200),
        ({"content-type": b"\xff;;=,"}, 200),
        ({"content-encoding": "gzip"}, 200),
        ({"x-pch-key": "another"}, 401),
    ],
    ids=str,
)
def test_the_bytes_decide_and_not_what_they_are_called(inbox: Inbox, headers: Any, status: int) -> None:
    with mounted(inbox) as url:
        assert ask(url, body=event(), headers=headers).status_code == status


def test_behind_a_proxy_the_address_that_the_vendor_was_given_counts(inbox: Inbox) -> None:
    url = "https://shop.example.com/hooks/punchh"
    signed = authorization_headers("hmac-sha1", CREDENTIALS, url, event())
    for given, status in ((None, 401), (url, 200)):
        with mounted(inbox, url=given) as address, httpx.Client(trust_env=False) as client:
            assert client.post(address + URI, content=event(), headers=signed).status_code == status


def test_a_handler_that_hangs_keeps_no_answer_waiting(inbox: Inbox) -> None:
    may_end = threading.Event()

    def hang(_: Event) -> None:
        assert may_end.wait(60)

    try:
        with mounted(inbox, hang) as url:
            began = time.monotonic()
            assert [ask(url, body=event(number)).status_code for number in range(1, 11)] == [200] * 10
            # The limit is 15 seconds for each; what hangs does so for all.
            assert time.monotonic() - began < 15
            assert inbox.counts()["waiting"] == 10
    finally:
        may_end.set()
    done(inbox)


def test_a_database_that_hangs_is_answered_503_in_time_and_its_repetition_is_no_second_event(
    inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    with mounted(inbox, answer_seconds=0.6) as url:
        with inbox._database.transaction():  # as somebody who holds the database
            assert ask(url, body=event()).status_code == 503
        # It was kept after all, or is now.
        until(lambda: ask(url, body=event()).status_code == 200)
        assert inbox.counts()["waiting"] == 1
    assert "could not be kept in time" in caplog.text


def test_a_database_that_fails_is_answered_503_and_nothing_is_told(
    inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    with mounted(inbox) as url, caplog.at_level(logging.DEBUG):
        with inbox._database.transaction() as connection:  # as somebody's accident
            connection.exec_driver_sql("DROP TABLE punchh_inbox_deliveries")
        assert ask(url, body=event()).status_code == 503
        assert ask(url, "GET").status_code == 200
    assert "could not be kept: the database failed: OperationalError" in caplog.text
    assert [each for each in (*GUEST, SECRET) if each in caplog.text] == []


def large(size: int) -> bytes:
    """An event of so many bytes with as many faults as fit."""
    document = json.loads(event())
    document["payload"]["redemption_code"]["redeemed_menu_items"] = []
    empty = json.dumps(document, separators=(",", ":")).encode()
    faults = b"[" + b",".join([b"1"] * ((size - len(empty)) // 2)) + b"]"
    body = empty.replace(b'"redeemed_menu_items":[]', b'"redeemed_menu_items":' + faults)
    return body.ljust(size)


@pytest.mark.parametrize("size", [100_000, EVENT_LIMIT])
def test_as_large_and_as_wrong_as_it_may_be_it_is_put_aside_with_202(inbox: Inbox, size: int) -> None:
    with mounted(inbox) as url:
        assert [ask(url, body=large(size)).status_code for _ in range(2)] == [202, 202]
        assert ask(url, body=large(size) + b" " * (EVENT_LIMIT + 1 - size)).status_code == 413
    (entry,) = inbox.entries("parked")
    assert entry.received == 2
    assert "/payload/redemption_code/redeemed_menu_items/0 must be an object" in (entry.reason or "")


def test_the_repetition_of_what_took_too_long_to_judge_is_answered_without_judging_it_again(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, may_end, worded = judgement.validate, threading.Event(), []

    def slow(body: Any, **options: Any) -> Findings:
        worded.append(len(body))
        assert may_end.wait(WAIT)
        return words(body, **options)

    monkeypatch.setattr(judgement, "validate", slow)
    wrong = event(business_id="548")
    try:
        with mounted(inbox, answer_seconds=0.6) as url:
            assert ask(url, body=wrong).status_code == 503
    finally:
        may_end.set()
    until(lambda: inbox.counts()["parked"] == 1)
    with mounted(inbox) as url:
        assert ask(url, body=wrong).status_code == 202
    assert worded == [len(wrong)]
    (entry,) = inbox.entries()
    assert entry.received == 2
    assert "/business_id" in (entry.reason or "")


@pytest.mark.parametrize("seconds", [(0.0, 11.0), (7.0, 4.5)], ids=["body at once", "body slow"])
def test_what_the_body_left_of_the_time_is_there_to_keep_it(seconds: tuple[float, float]) -> None:
    """Of 12 seconds, by a clock that moves where something takes time, and never else."""
    now = 0.0

    class Loop(asyncio.SelectorEventLoop):
        def time(self) -> float:
            return now

    def takes(wait: float) -> None:
        nonlocal now
        now += wait

    class Slow:
        def receive(self, *_: Any, **__: Any) -> Any:
            takes(seconds[1])
            return judge(Incoming("POST", URI, {}, event()), CREDENTIALS, scheme="none")

    async def receive() -> dict[str, Any]:
        takes(seconds[0])
        return {"type": "http.request", "body": event()}

    async def send(message: Any) -> None:
        answers.append(message.get("status"))

    answers: list[int | None] = []
    app: Any = receiver(Slow(), CREDENTIALS)  # type: ignore[arg-type]
    scope = {"type": "http", "method": "POST", "path": "/hook", "query_string": b"", "headers": []}
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(app(scope, receive, send))
    assert answers[0] == 200


def test_a_sender_that_stalls_is_answered_408_in_time(inbox: Inbox) -> None:
    with mounted(inbox, answer_seconds=0.3) as url:
        address = httpx.URL(url)
        with socket.create_connection((address.host, address.port or 80), timeout=20) as connection:
            connection.sendall(b"POST /punchh/hook HTTP/1.1\r\nhost: h\r\ncontent-length: 9\r\n\r\n{")
            assert connection.recv(100).startswith(b"HTTP/1.1 408 ")


def test_many_at_once_are_all_kept_once(inbox: Inbox) -> None:
    handled: list[int] = []

    async def storm(url: str) -> list[int]:
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:

            async def one(number: int) -> int:
                body = event(number)
                headers = authorization_headers("hmac-sha256", CREDENTIALS, URI, body)
                return (await client.post(url + URI, content=body, headers=headers)).status_code

            return await asyncio.gather(*(one(number % 20 + 1) for number in range(60)))

    with mounted(inbox, lambda each: handled.append(each.redemption_id)) as url:
        assert asyncio.run(storm(url)) == [200] * 60
        done(inbox)
    assert sorted(handled) == list(range(1, 21))


def test_the_recipe_of_the_document_works_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (Path(__file__).parents[2] / "docs" / "receiving.md").read_text()
    recipe, parked = (part.partition("```")[0] for part in text.split("```python\n")[1:])
    monkeypatch.chdir(tmp_path)
    for name, value in (("SECRET", SECRET), ("KEY", CREDENTIALS.key), ("TOKEN", ""), ("USER", "")):
        monkeypatch.setenv(f"PUNCHH_WEBHOOK_{name}", value or "")
    names: dict[str, Any] = {}
    exec(compile(recipe, "docs/receiving.md", "exec"), names)  # noqa: S102  # our own document
    with names["inbox"] as inbox, serving(names["app"], bind("127.0.0.1", 0)) as url:
        assert ask(url, body=event(7)).status_code == 200
        assert ask(url, body=b"{").status_code == 202
        done(inbox)
        exec(compile(parked, "docs/receiving.md", "exec"), names)  # noqa: S102
        told = capsys.readouterr().out
    assert told.startswith("7 redeemable 2020-09-29 17:54:40+00:00\n2 it cannot be read: must be complete")
