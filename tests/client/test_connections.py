"""The pool of a client: given up after an interrupt, and closed by somebody while a call goes on."""

import asyncio
import gc
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import httpcore
import httpx
import pytest
from client.test_deadline import serving, swallow

from punchh_contract import AsyncPunchhClient, PunchhClient
from punchh_contract.client import OutcomeUnknown
from punchh_contract.client.connections import Connections
from punchh_contract.errors import UsageError

HOST = "https://example.com"
ANSWER = b'{"redemption_id":21762,"redemption_status":"redeemable"}'
Bodies = dict[str, dict[str, Any]]


def answer(connection: socket.socket, over: threading.Event) -> None:
    while connection.recv(1, socket.MSG_PEEK):
        swallow(connection)
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%s" % (len(ANSWER), ANSWER))


class Interrupted:
    """httpcore's lock, whose next taking is interrupted when it is taken and nobody knows yet."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.armed = False
        kind: Any = httpcore._sync.http11.Lock  # type: ignore[attr-defined]  # the wall that stands here
        enter: Callable[[Any], Any] = kind.__enter__

        def entered(lock: Any) -> Any:
            enter(lock)
            if self.armed:
                self.armed = False
                raise KeyboardInterrupt
            return lock

        monkeypatch.setattr(kind, "__enter__", entered)


def test_a_call_after_an_interrupt_does_not_wait_for_a_lock_that_nobody_holds(
    keys: dict[str, str], bodies: Bodies, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, results = Interrupted(monkeypatch), []
    with serving(answer) as url:
        client = PunchhClient(environ={}, base_url=url, timeout=5, **keys)
        assert client.force_redeem(bodies["force_redeem"]).committed
        lock.armed = True
        with pytest.raises(KeyboardInterrupt):
            client.force_redeem(bodies["force_redeem"])
        assert not lock.armed

        def again() -> None:
            results.append(client.force_redeem(bodies["force_redeem"]))

        # In a thread of its own, so that a call without an end does not hold the tests.
        thread = threading.Thread(target=again, daemon=True)
        thread.start()
        thread.join(10)
        assert [each.committed for each in results] == [True]
        client.close()


def test_a_pool_that_was_given_up_ends_with_its_last_call(keys: dict[str, str]) -> None:
    reached, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def hold(connection: socket.socket, over: threading.Event) -> None:
        swallow(connection)
        reached.set()
        go_on.wait(10)
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}")
        assert connection.recv(1) == b""
        ended.set()

    with serving(hold) as url:
        connections, statuses = Connections(httpx.URL(url), None, None), []

        def call() -> None:
            response = connections.send(httpx.Request("POST", url, content=b"x"))
            statuses.append((response.status_code, response.read()))
            response.close()

        thread = threading.Thread(target=call)
        thread.start()
        assert reached.wait(10)
        connections.renew()
        go_on.set()
        thread.join(10)
        gc.collect()
        assert statuses == [(201, b"{}")]
        assert ended.wait(10)
        connections.close()
        connections.renew()  # nothing is made any more
        with pytest.raises(UsageError, match="closed"):
            connections.check()


def lost_then(sent: list[httpx.Request]) -> Callable[[httpx.Request], httpx.Response]:
    def lose(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        raise httpx.ReadError("cut")

    return lose


def test_a_client_closed_while_it_waits_to_repeat_leaves_a_doubt(
    keys: dict[str, str], bodies: Bodies, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[httpx.Request] = []
    client = PunchhClient(
        environ={},
        base_url=HOST,
        transport=httpx.MockTransport(lost_then(sent)),
        trust_external_uid=True,
        **keys,
    )
    # Another thread closes it meanwhile.
    monkeypatch.setattr(time, "sleep", lambda _: client.close())
    with pytest.raises(OutcomeUnknown) as caught:
        client.create_online_redemption(bodies["create_online_redemption"])
    assert len(sent) == 1
    assert isinstance(caught.value.__cause__, UsageError)
    assert caught.value.external_uid


def test_the_same_for_a_commit_of_a_quote_and_a_task(keys: dict[str, str], bodies: Bodies) -> None:
    sent: list[httpx.Request] = []
    quoted = {"redemption_amount": 8, "status": "Please HONOR it.", "category": "redeemable"}

    async def calls() -> None:
        lost = asyncio.Event()

        def lose(request: httpx.Request) -> httpx.Response:
            sent.append(request)
            if len(sent) == 1:
                return httpx.Response(200, json=quoted)
            lost.set()
            raise httpx.ReadError("cut")

        client = AsyncPunchhClient(
            environ={},
            base_url=HOST,
            transport=httpx.MockTransport(lose),
            trust_external_uid=True,
            **keys,
        )
        quote = await client.quote(bodies["create_online_redemption"])
        committing = asyncio.create_task(quote.commit())
        await lost.wait()
        await client.close()
        for commit in (committing, quote.commit()):
            with pytest.raises(OutcomeUnknown):
                await commit

    asyncio.run(calls())
    assert len(sent) == 2


def test_a_client_that_was_closed_before_says_so(keys: dict[str, str], bodies: Bodies) -> None:
    client = PunchhClient(environ={}, base_url=HOST, transport=httpx.MockTransport(lost_then([])), **keys)
    client.close()
    with pytest.raises(UsageError, match="closed"):
        client.create_online_redemption(bodies["create_online_redemption"])
