"""The transport for users' tests does what each act says, sync and async, and what got through is counted."""

import asyncio
import gzip
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from punchh_contract.client import chaos
from punchh_contract.client.chaos import EVERY_ACT, PASS, Act, ChaosTransport, rate_limited, slow

PAGE = Path(__file__).parents[2] / "docs" / "client-testing.md"
BODY = b'{"redemption_id":21762}'
Call = Callable[[ChaosTransport], httpx.Response]


def inner() -> httpx.MockTransport:
    return httpx.MockTransport(
        lambda request: httpx.Response(
            201, headers={"Content-Encoding": "gzip", "X-Request-Id": "ab-12"}, content=gzip.compress(BODY)
        )
    )


def sync_call(transport: ChaosTransport, **options: Any) -> httpx.Response:
    with httpx.Client(transport=transport, base_url="http://127.0.0.1", **options) as client:
        return client.post("/api/x", content=b"bytes")


def async_call(transport: ChaosTransport, **options: Any) -> httpx.Response:
    async def go() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", **options) as client:
            return await client.post("/api/x", content=b"bytes")

    return asyncio.run(go())


async def no_wait(_: float) -> None:
    return


calls = pytest.mark.parametrize("call", [sync_call, async_call], ids=["sync", "async"])


@calls
@pytest.mark.parametrize("act", EVERY_ACT, ids=lambda act: act.name)
def test_each_act_does_what_it_says(call: Call, act: Act) -> None:
    transport = ChaosTransport(inner(), [act])
    if act.error is not None:
        with pytest.raises(act.error) as caught:
            call(transport)
        assert type(caught.value) is act.error
    else:
        answer = call(transport)
        if act.status is not None:
            assert (answer.status_code, answer.content) == (act.status, act.content)
        else:
            assert answer.status_code == 201
            assert answer.headers["X-Request-Id"] == "ab-12"
            assert answer.content == BODY[: int(len(BODY) * act.keep)]
    assert [each.content for each in transport.seen] == [b"bytes"]
    assert len(transport.reached) == act.reaches


def test_every_act_that_is_named_is_in_the_list() -> None:
    named = [each for each in vars(chaos).values() if isinstance(each, Act)]
    assert all(each in EVERY_ACT for each in named)
    assert len({each.name for each in EVERY_ACT}) == len(EVERY_ACT)


@calls
def test_after_the_script_all_pass(call: Call) -> None:
    transport = ChaosTransport(inner(), [chaos.EMPTY])
    assert call(transport).content == b""
    assert call(transport).content == BODY
    assert len(transport.reached) == 2


def test_a_script_may_be_endless() -> None:
    chance = random.Random(7)
    transport = ChaosTransport(inner(), iter(lambda: chance.choice([PASS, chaos.EMPTY]), None))
    lengths = {len(sync_call(transport).content) for _ in range(20)}
    assert lengths == {0, len(BODY)}


@pytest.mark.parametrize(
    ("retry_after", "value"),
    [
        (42, "42"),
        (0, "0"),
        (100_000_000, "100000000"),
        (datetime(2026, 3, 2, 18, 0, 30, tzinfo=UTC), "Mon, 02 Mar 2026 18:00:30 GMT"),
    ],
)
def test_429_in_both_forms(retry_after: Any, value: str) -> None:
    answer = sync_call(ChaosTransport(inner(), [rate_limited(retry_after)]))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, value)
    assert answer.json() == {"error": "Too many requests"}


def test_429_without_a_word() -> None:
    assert "Retry-After" not in sync_call(ChaosTransport(inner(), [rate_limited()])).headers


@pytest.mark.parametrize("call", [sync_call, async_call], ids=["sync", "async"])
def test_slow_within_the_read_timeout_is_an_answer(call: Any) -> None:
    slept: list[float] = []
    transport = ChaosTransport(inner(), [slow(3)], sleep=slept.append, async_sleep=no_wait)
    assert call(transport, timeout=5).content == BODY
    assert slept in ([3], [])


@pytest.mark.parametrize("call", [sync_call, async_call], ids=["sync", "async"])
def test_slower_than_the_read_timeout_is_none_though_the_server_did_it(call: Any) -> None:
    slept: list[float] = []
    transport = ChaosTransport(inner(), [slow(8)], sleep=slept.append, async_sleep=no_wait)
    with pytest.raises(httpx.ReadTimeout):
        call(transport, timeout=5)
    assert slept in ([5], [])
    assert len(transport.reached) == 1


def test_async_waits_by_itself() -> None:
    assert async_call(ChaosTransport(inner(), [slow(0.001)])).content == BODY


@pytest.mark.parametrize("call", [sync_call, async_call], ids=["sync", "async"])
def test_it_closes_what_it_stands_before(call: Any) -> None:
    closed: list[str] = []

    class Inner(httpx.MockTransport):
        def close(self) -> None:
            closed.append("sync")

        async def aclose(self) -> None:
            closed.append("async")

    call(ChaosTransport(Inner(lambda request: httpx.Response(200))))
    assert len(closed) == 1


def test_the_page_runs_as_it_is_printed(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "test_page.py").write_text("\n".join(blocks), encoding="utf-8")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PUNCHH_")}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "test_page.py"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " passed" in run.stdout


def test_the_page_lists_every_act() -> None:
    page = PAGE.read_text(encoding="utf-8")
    missing = [
        name for name, each in vars(chaos).items() if isinstance(each, Act) and f"`{name}`" not in page
    ]
    assert missing == []
