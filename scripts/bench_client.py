"""The client's own cost: processor time of a call beside raw httpx with the same bytes, and of the import.

Only this process is measured; the server, which answers a constant, is another. Journal and log are off, as
the promise has it.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
from bench_measure import ROUNDS
from bench_servers import running

from punchh_contract import AsyncPunchhClient, PunchhClient, contract
from punchh_contract.client.prepared import prepare

CALLS = 300
STARTS = 15
OPERATION = "create_online_redemption"
CALL, IMPORT = 1.35, 1.5
"""What is promised: as many times the cost of httpx alone."""

SERVER = """
import socket, sys
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from punchh_contract.sandbox.server import server

path, answer = sys.argv[2], sys.argv[3].encode()

async def constant(request):
    await request.body()
    return Response(answer, media_type="application/json")

paths = "/_sandbox/health", path
app = Starlette(routes=[Route(each, constant, methods=["GET", "POST"]) for each in paths])
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
server(app).run(sockets=[listener])
"""
KEYS = {
    "client": "invented-client",
    "secret": "invented-secret",
    "access_token": "invented-token",
    "user_agent": "Example/Bench/OnlineOrder/1.0/Web/1/Linux/Example/Example",
}
STARTING = {
    "httpx": "import httpx; httpx.Client()",
    "PunchhClient": (
        "from punchh_contract import PunchhClient;"
        " PunchhClient(base_url='https://example.com', user_agent='Example/POS/1')"
    ),
    "httpx, async": "import httpx; httpx.AsyncClient()",
    "AsyncPunchhClient": (
        "from punchh_contract import AsyncPunchhClient;"
        " AsyncPunchhClient(base_url='https://example.com', user_agent='Example/POS/1')"
    ),
}


def client() -> None:
    """Calls, sync and async; then starts."""
    operation = contract.load().operation(OPERATION)
    examples = contract.load().document["components"]["examples"]
    body = examples["OnlineRewardCommit"]["value"]
    answer = json.dumps(examples["OnlineCommitted"]["value"], separators=(",", ":"))
    with running(SERVER, "{port}", operation.path, answer.replace("{", "{{").replace("}", "}}")) as place:
        url = f"http://{place}"
        sync_calls(url, body)
        asyncio.run(async_calls(url, body))
    starts()


def sync_calls(url: str, body: Mapping[str, Any]) -> None:
    """`PunchhClient` beside `httpx.Client`."""
    sent = prepare(contract.load().operation(OPERATION), body, user_agent=KEYS["user_agent"])
    headers = {**sent.headers, "Authorization": "Bearer invented-token", "x-pch-digest": "0" * 40}
    with httpx.Client() as raw, PunchhClient(base_url=url, environ={}, **KEYS) as ours:
        cost = {
            "httpx": lambda: raw.post(url + sent.uri, content=sent.body, headers=headers),
            "PunchhClient": lambda: ours.create_online_redemption(body),
        }
        measure("sync", cost)


def measure(title: str, rivals: Mapping[str, Callable[[], object]]) -> None:
    """Let them take turns, and print what a call costs."""
    seconds: dict[str, list[float]] = {name: [] for name in rivals}
    for call in rivals.values():
        call()
    for _ in range(ROUNDS):
        for name, call in rivals.items():
            start = time.process_time()
            for _ in range(CALLS):
                call()
            seconds[name].append((time.process_time() - start) / CALLS)
    report(f"Processor time of a call, {title}", seconds, "httpx", CALL)


async def async_calls(url: str, body: Mapping[str, Any]) -> None:
    """`AsyncPunchhClient` beside `httpx.AsyncClient`."""
    sent = prepare(contract.load().operation(OPERATION), body, user_agent=KEYS["user_agent"])
    headers = {**sent.headers, "Authorization": "Bearer invented-token", "x-pch-digest": "0" * 40}
    seconds: dict[str, list[float]] = {"httpx": [], "AsyncPunchhClient": []}
    async with httpx.AsyncClient() as raw, AsyncPunchhClient(base_url=url, environ={}, **KEYS) as ours:
        rivals: dict[str, Callable[[], Awaitable[object]]] = {
            "httpx": lambda: raw.post(url + sent.uri, content=sent.body, headers=headers),
            "AsyncPunchhClient": lambda: ours.create_online_redemption(body),
        }
        for call in rivals.values():
            await call()
        for _ in range(ROUNDS):
            for name, call in rivals.items():
                start = time.process_time()
                for _ in range(CALLS):
                    await call()
                seconds[name].append((time.process_time() - start) / CALLS)
    report("Processor time of a call, async", seconds, "httpx", CALL)


def starts() -> None:
    """Import and construct, each in a fresh interpreter."""
    seconds: dict[str, list[float]] = {name: [] for name in STARTING}
    for _ in range(STARTS):
        for name, program in STARTING.items():
            timed = f"import time; start = time.process_time(); {program}; print(time.process_time() - start)"
            ran = subprocess.run([sys.executable, "-c", timed], check=True, capture_output=True, text=True)
            seconds[name].append(float(ran.stdout))
    for base, name in (("httpx", "PunchhClient"), ("httpx, async", "AsyncPunchhClient")):
        pair = {base: seconds[base], name: seconds[name]}
        report(f"Importing and constructing {name}", pair, base, IMPORT)


def report(title: str, seconds: Mapping[str, list[float]], base: str, promise: float) -> None:
    """Print the medians and their ratio within a round to `base`."""
    print(f"\n{title} (promised: at most {promise} of {base})")
    for name, each in seconds.items():
        ratio = statistics.median(own / first for first, own in zip(seconds[base], each, strict=True))
        print(f"  {name:<36}{statistics.median(each) * 1e6:>10,.0f} us{ratio:>8.3f}")


if __name__ == "__main__":
    client()
