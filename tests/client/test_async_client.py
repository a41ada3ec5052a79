"""`AsyncPunchhClient`: what differs from the sync one is awaiting, being cancelled, functions that await."""

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from client.conftest import fixture

from punchh_contract import AsyncPunchhClient, PunchhClient
from punchh_contract.client import (
    BatchResult,
    BulkMisuse,
    CallTimeout,
    CodeResult,
    ConnectionFailed,
    ForceResult,
    OnlineResult,
    OutcomeUnknown,
    SignatureError,
)
from punchh_contract.client.journal import Entry, Journal
from punchh_contract.errors import UsageError
from punchh_contract.sandbox import Sandbox

HOST = "https://example.com"
ONLINE = "create_online_redemption"

Bodies = dict[str, dict[str, Any]]
Order = dict[str, Any]


def at(answer: Callable[[httpx.Request], Any], keys: dict[str, Any], **options: Any) -> AsyncPunchhClient:
    return AsyncPunchhClient(
        environ={}, base_url=HOST, transport=httpx.MockTransport(answer), **{**keys, **options}
    )


def kept(path: Path, host: str = HOST) -> Entry:
    entry = Journal(path, host).entry(1)
    assert entry is not None
    return entry


def test_the_four_operations_redeem(
    environ: dict[str, str], order: Order, bodies: Bodies, punchh_sandbox: Sandbox
) -> None:
    plan = fixture(punchh_sandbox, "create_subscription_redemption_code", "subscription_id")

    async def calls() -> tuple[OnlineResult, BatchResult, ForceResult, CodeResult]:
        async with AsyncPunchhClient(environ=environ) as client:
            quote = await client.quote(order)
            assert quote.quoted
            return (
                await quote.commit(),
                await client.process_batch_redemption(bodies["process_batch_redemption"]),
                await client.force_redeem(bodies["force_redeem"]),
                await client.create_subscription_redemption_code({"subscription_id": plan}),
            )

    results = asyncio.run(calls())
    assert [type(each) for each in results] == [OnlineResult, BatchResult, ForceResult, CodeResult]
    assert all(each.committed for each in results)


def test_many_calls_at_once_redeem_one_order_once(
    environ: dict[str, str], order: Order, punchh_sandbox: Sandbox
) -> None:
    body = {**order, "external_uid": "one-order-many-tasks"}

    async def calls() -> list[OnlineResult]:
        async with AsyncPunchhClient(environ=environ) as client:
            return await asyncio.gather(*(client.create_online_redemption(body) for _ in range(8)))

    results = asyncio.run(calls())
    assert len({each.redemption_id for each in results}) == 1
    assert len(punchh_sandbox.control.redemptions(external_uid="one-order-many-tasks")) == 1


def test_an_unknown_outcome_is_resolved_and_recovered(
    tmp_path: Path, environ: dict[str, str], order: Order, bodies: Bodies, punchh_sandbox: Sandbox
) -> None:
    path = tmp_path / "redemptions.db"
    punchh_sandbox.control.add_fault("reply_lost", operation=ONLINE)
    punchh_sandbox.control.add_fault("reply_lost", operation="force_redeem")

    async def calls() -> list[bool]:
        async with AsyncPunchhClient(environ=environ, journal=path) as client:
            with pytest.raises(OutcomeUnknown) as caught:
                await client.create_online_redemption(order)
            with pytest.raises(UsageError, match="trust_external_uid"):
                await caught.value.resolve()
            trusting = client.with_options(trust_external_uid=True)
            resolved = await trusting.resolve(caught.value)
            assert resolved.committed
            assert await client.recover() == []
            punchh_sandbox.control.add_fault("connection_reset", operation=ONLINE)
            with pytest.raises(OutcomeUnknown):
                await client.create_online_redemption({**order, "reward_id": 70002})
            with pytest.raises(OutcomeUnknown):
                await client.force_redeem(bodies["force_redeem"])
            return [each.known for each in await trusting.recover()]

    assert asyncio.run(calls()) == [True, False]
    assert kept(path, punchh_sandbox.url).state == "answered"


def test_functions_may_be_coroutine_functions_and_are_asked_before_each_call(
    keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]
) -> None:
    said = []

    def answer(request: httpx.Request) -> httpx.Response:
        said.append(request.headers["Authorization"])
        return httpx.Response(201, json=answers["force_redeem"])

    names = iter(["first", "second"])

    async def key() -> str:
        await asyncio.sleep(0)
        return next(names)

    async def calls() -> None:
        async with at(answer, {**keys, "admin_key": key}) as client:
            for _ in range(2):
                await client.force_redeem(bodies["force_redeem"])

    asyncio.run(calls())
    assert said == ["Bearer first", "Bearer second"]


def test_a_token_that_does_not_come_cannot_hold_a_call(keys: dict[str, str], bodies: Bodies) -> None:
    async def never() -> str:
        await asyncio.Event().wait()
        return ""

    async def calls() -> None:
        async with at(lambda _: httpx.Response(500), {**keys, "admin_key": never}, timeout=0.05) as client:
            with pytest.raises(CallTimeout, match="credentials"):
                await client.force_redeem(bodies["force_redeem"])

    asyncio.run(calls())


def test_a_cancelled_call_stays_open_in_the_journal(
    tmp_path: Path, keys: dict[str, str], bodies: Bodies
) -> None:
    path = tmp_path / "redemptions.db"
    reached = asyncio.Event()

    async def hold(_: httpx.Request) -> httpx.Response:
        reached.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody lets it go")

    async def calls() -> None:
        async with at(hold, keys, journal=path) as client:
            call = asyncio.create_task(client.force_redeem(bodies["force_redeem"]))
            await reached.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            # Nobody is at it any more, so that even this process may take it up.
            assert [each.id for each in Journal(path, HOST).pending()] == [1]
            assert isinstance((await client.recover())[0].error, OutcomeUnknown)

    asyncio.run(calls())
    assert kept(path).state == "pending"


def test_a_call_that_is_cancelled_while_its_intent_is_written_never_happened(
    tmp_path: Path, keys: dict[str, str], bodies: Bodies, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "redemptions.db"
    begun, go_on = threading.Event(), threading.Event()
    begin = Journal.begin

    def slowly(self: Journal, *arguments: Any, **more: Any) -> int:
        begun.set()
        assert go_on.wait(10)
        return begin(self, *arguments, **more)

    monkeypatch.setattr(Journal, "begin", slowly)

    def never(request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"{request.url} was sent")

    async def calls() -> None:
        async with at(never, keys, journal=path) as client:
            call = asyncio.create_task(client.force_redeem(bodies["force_redeem"]))
            await asyncio.to_thread(begun.wait, 10)
            call.cancel()
            go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await call

    asyncio.run(calls())
    assert kept(path).state == "failed"


def test_the_journal_does_not_stop_the_loop(
    tmp_path: Path,
    keys: dict[str, str],
    bodies: Bodies,
    answers: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads = set()
    for name in ("begin", "answered"):
        monkeypatch.setattr(Journal, name, noting(threads, getattr(Journal, name)))

    async def calls() -> None:
        transport_answer = httpx.Response(201, json=answers["force_redeem"])
        async with at(lambda _: transport_answer, keys, journal=tmp_path / "redemptions.db") as client:
            assert (await client.force_redeem(bodies["force_redeem"])).committed

    asyncio.run(calls())
    assert threads
    assert threading.get_ident() not in threads


def noting(threads: set[int], method: Callable[..., Any]) -> Callable[..., Any]:
    def noted(*arguments: Any, **more: Any) -> Any:
        threads.add(threading.get_ident())
        return method(*arguments, **more)

    return noted


def test_errors_are_those_of_the_sync_client(
    environ: dict[str, str], order: Order, keys: dict[str, str], bodies: Bodies
) -> None:
    async def calls() -> None:
        async with AsyncPunchhClient(environ=environ) as client:
            with pytest.raises(SignatureError) as caught:
                await client.with_options(secret="another-invented-secret").create_online_redemption(order)
            assert caught.value.diagnosis is not None
            assert "invented" not in repr(client)

        def refuse(_: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("refused")

        async with at(refuse, keys) as client:
            with pytest.raises(ConnectionFailed):
                await client.create_online_redemption(bodies[ONLINE], timeout=5)
        with pytest.raises(UsageError, match="closed"):
            await client.create_online_redemption(bodies[ONLINE])
        with pytest.raises(UsageError, match="journal="):
            await client.recover()

    asyncio.run(calls())


def test_bulk_use_is_refused_here_too(keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]) -> None:
    from punchh_contract.client.budget import BULK

    async def calls() -> None:
        async with at(lambda _: httpx.Response(201, json=answers["force_redeem"]), keys) as client:
            for _ in range(BULK["force_redeem"]):
                await client.force_redeem(bodies["force_redeem"])
            with pytest.raises(BulkMisuse):
                await client.force_redeem(bodies["force_redeem"])
            assert client.forecast(1).bulk

    asyncio.run(calls())


def test_waits_do_not_stop_the_loop(
    keys: dict[str, str], bodies: Bodies, answers: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(seconds: float) -> None:
        raise AssertionError(f"the loop stood still for {seconds} s")

    monkeypatch.setattr(time, "sleep", stop)
    lost = [httpx.ConnectError("refused"), httpx.ConnectError("refused")]

    def answer(_: httpx.Request) -> httpx.Response:
        if lost:
            raise lost.pop()
        return httpx.Response(200, json=answers[ONLINE])

    async def calls() -> OnlineResult:
        async with at(answer, keys) as client:
            return await client.create_online_redemption(bodies[ONLINE])

    assert asyncio.run(calls()).attempts == 3


def test_a_brought_client_is_used_and_left_open(
    keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]
) -> None:
    async def calls() -> None:
        transport = httpx.MockTransport(lambda _: httpx.Response(201, json=answers["force_redeem"]))
        async with httpx.AsyncClient(transport=transport, auth=("user", "word")) as http:
            async with AsyncPunchhClient(environ={}, base_url=HOST, http_client=http, **keys) as client:
                assert (await client.force_redeem(bodies["force_redeem"])).committed
            assert not http.is_closed
            with pytest.raises(UsageError, match="not both"):
                AsyncPunchhClient(environ={}, base_url=HOST, http_client=http, transport=transport, **keys)

    asyncio.run(calls())


def test_both_clients_can_do_the_same() -> None:
    def public(kind: type) -> set[str]:
        return {name for name in dir(kind) if not name.startswith("_")}

    assert public(AsyncPunchhClient) == public(PunchhClient)
