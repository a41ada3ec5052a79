"""An answer is read to a bound, whatever its Content-Encoding says and however it was packed."""

import asyncio
import contextlib
import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from client.test_deadline import serving, swallow

from punchh_contract import AsyncPunchhClient, PunchhClient
from punchh_contract.client import OutcomeUnknown, PunchhError
from punchh_contract.client.calls import LIMIT
from punchh_contract.client.decoding import Body

BODY = b'{"redemption_id":21762,"redemption_status":"redeemable"}'
Bodies = dict[str, dict[str, Any]]


@contextlib.contextmanager
def answering(encoding: str, body: bytes) -> Iterator[str]:
    head = f"HTTP/1.1 201 Created\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"

    def play(connection: socket.socket, over: threading.Event) -> None:
        swallow(connection)
        connection.sendall(head.encode() + body)
        over.wait(5)

    with serving(play) as url:
        yield url


def called(kind: str, url: str, keys: dict[str, str], body: Any, **options: Any) -> Any:
    """What a call brings: a result or an error."""

    async def call() -> Any:
        async with AsyncPunchhClient(environ={}, base_url=url, **{**keys, **options}) as client:
            return await client.force_redeem(body)

    try:
        if kind == "async":
            return asyncio.run(call())
        with PunchhClient(environ={}, base_url=url, **{**keys, **options}) as client:
            return client.force_redeem(body)
    except PunchhError as error:
        return error


both = pytest.mark.parametrize("kind", ["sync", "async"])


@both
@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(BODY)),
        ("X-GZIP", gzip.compress(BODY)),
        ("deflate", zlib.compress(BODY)),
        ("identity", BODY),
        ("identity, gzip", gzip.compress(BODY)),
    ],
    ids=["gzip", "x-gzip", "deflate", "identity", "identity and gzip"],
)
def test_one_layer_is_undone(
    kind: str, encoding: str, body: bytes, keys: dict[str, str], bodies: Bodies
) -> None:
    with answering(encoding, body) as url:
        assert called(kind, url, keys, bodies["force_redeem"]).redemption_id == 21762


@both
def test_a_stack_of_layers_is_not_undone(kind: str, keys: dict[str, str], bodies: Bodies) -> None:
    bomb = gzip.compress(gzip.compress(gzip.compress(bytes(100_000_000), 9), 9), 9)
    assert len(bomb) < 1_000
    with answering("gzip, gzip, gzip", bomb) as url:
        # Once before, so that only the second call's own memory is measured.
        assert type(called(kind, url, keys, bodies["force_redeem"])) is OutcomeUnknown
        tracemalloc.start()
        start = time.monotonic()
        error = called(kind, url, keys, bodies["force_redeem"], timeout=5)
        took = time.monotonic() - start
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert type(error) is OutcomeUnknown
    assert most < LIMIT
    assert took < 5


@both
def test_one_layer_is_not_undone_beyond_what_is_read(kind: str, keys: dict[str, str], bodies: Bodies) -> None:
    with answering("gzip", gzip.compress(bytes(20 * LIMIT), 9)) as url:
        tracemalloc.start()
        error = called(kind, url, keys, bodies["force_redeem"])
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert type(error) is OutcomeUnknown
    assert most < 5 * LIMIT


@both
@pytest.mark.parametrize(("encoding", "body"), [("br", BODY), ("gzip", BODY), ("deflate", BODY)])
def test_what_cannot_be_undone_is_no_answer(
    kind: str, encoding: str, body: bytes, keys: dict[str, str], bodies: Bodies
) -> None:
    with answering(encoding, body) as url:
        assert type(called(kind, url, keys, bodies["force_redeem"])) is OutcomeUnknown


def test_what_somebody_has_read_already_is_taken_as_it_is() -> None:
    body = Body(httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=gzip.compress(BODY)))
    assert body.whole
    assert body.add(BODY)
    assert bytes(body) == BODY


def test_packed_bytes_that_unpack_to_nothing_are_bounded_too() -> None:
    response = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b""))
    response.is_stream_consumed = False
    body = Body(response)
    assert body.add(gzip.compress(b""))
    assert body.add(bytes(LIMIT - 100))
    assert not body.add(bytes(200))
