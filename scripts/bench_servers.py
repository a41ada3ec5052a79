"""Servers to measure, each in a process of its own as a user's would be, and calls to them."""

import contextlib
import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench_measure import connection, post

from punchh_contract import contract
from punchh_contract.auth import Credentials, authorization_headers, digest_header

HERE = Path(__file__).parent
BARE = """
import socket, sys
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from punchh_contract.sandbox.server import server

async def bare(request):
    await request.body()
    return Response(b'{"ok":true}', media_type="application/json")

app = Starlette(routes=[Route("/_sandbox/health", bare, methods=["GET", "POST"])])
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
server(app).run(sockets=[listener])
"""
SANDBOX = "from punchh_contract.cli import main; main()"
HEALTH = "/_sandbox/health"


@contextlib.contextmanager
def running(program: str, *arguments: str) -> Iterator[str]:
    """Start a server and wait for its first answer; yields host and port."""
    place, process = start(program, *arguments)
    try:
        yield place
    finally:
        process.terminate()
        process.wait(20)


def start(program: str, *arguments: str) -> tuple[str, "subprocess.Popen[bytes]"]:
    """The same, for who ends it himself. A `{port}` among the arguments is a free one."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [each.format(port=port) for each in arguments]
    process = subprocess.Popen(
        [sys.executable, "-c", program, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    while True:
        try:
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            asked.request("GET", HEALTH)
            asked.getresponse().read()
            asked.close()
        except ConnectionError:
            if process.poll() is not None:
                raise SystemExit("a server to measure did not start") from None
            time.sleep(0.002)
        else:
            return f"127.0.0.1:{port}", process


def bare() -> contextlib.AbstractContextManager[str]:
    """A Starlette route that reads a body and answers a constant, served as the sandbox is."""
    return running(BARE, "{port}")


def sandbox(db: str = "sqlite://") -> contextlib.AbstractContextManager[str]:
    """`punchh-contract sandbox`."""
    return running(SANDBOX, "sandbox", "--port", "{port}", "--db", db)


def constant(place: str) -> Callable[[], object]:
    """A call to the bare route, of the same size as the others."""
    content, headers = json.dumps(order()).encode(), {"Content-Type": "application/json"}
    to = connection(place)
    return lambda: post(to, HEALTH, content, headers)


def redemption(place: str, **more: Any) -> Callable[[], object]:
    """A signed call that redeems, or asks with `query`; it is tried first."""
    to = connection(place)
    to.request("GET", "/_sandbox/credentials")
    credentials = Credentials.from_mapping(json.loads(to.getresponse().read()))
    operation = contract.load().operation("create_online_redemption")
    content = json.dumps(order() | {"client": credentials.client} | more, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "punchh-contract/bench",
        **authorization_headers(operation, credentials),
        **digest_header(operation, credentials, operation.path, content),
    }
    answer = post(to, operation.path, content, headers)
    if answer.get("category") != "redeemable":
        raise SystemExit(f"the sandbox refused the benchmark's call: {answer.get('status')}")
    return lambda: post(to, operation.path, content, headers)


def order() -> dict[str, Any]:
    """An online order that takes one cent of banked currency."""
    example = contract.load().document["components"]["examples"]["OnlineDiscountAmountCommit"]["value"]
    return {**example, "redeemed_points": "0.01"}
