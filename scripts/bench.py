"""Measures speeds as ratios within one run: events against parsing, the sandbox against a bare route.

Absolute figures depend on the machine and are printed for orientation only; compare the ratios. Medians of
several rounds, the rivals of a group taking turns in each round.
"""

import copy
import http.client
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from jsonschema import Draft202012Validator
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from punchh_contract import contract, sandbox
from punchh_contract.auth import Credentials, authorization_headers, digest_header
from punchh_contract.events import validate
from punchh_contract.sandbox.server import bind
from punchh_contract.sandbox.server import server as uvicorn_server

ROUNDS = 7
SEED_EVENT = Path(__file__).parents[1] / "tests" / "data" / "seed-004-redemptions-event.json"


def compare(title: str, rivals: dict[str, Callable[[], object]], *, calls: int, base: str) -> None:
    """Print calls a second of each rival and its ratio to `base`; `calls` are made in each round."""
    seconds: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(ROUNDS):
        for name, call in rivals.items():
            start = time.perf_counter()
            for _ in range(calls):
                call()
            seconds[name].append((time.perf_counter() - start) / calls)
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    print(f"\n{title}")
    for name, median in medians.items():
        print(f"  {name:<44}{1 / median:>12,.0f} /s{medians[base] / median:>10.3f} of {base}")


def events() -> None:
    """An event without a fault, from bytes; and one with drift, which needs the slow words when strict."""
    sample = orjson.dumps(orjson.loads(SEED_EVENT.read_bytes()))
    drifting = json.loads(sample)
    drifting["payload"]["something_new"] = 1
    drift = orjson.dumps(drifting)
    reference = Draft202012Validator(contract.event_schema(strict=True))
    compare(
        f"One event of {len(sample)} bytes",
        {
            "orjson.loads alone": lambda: orjson.loads(sample),
            "validate": lambda: validate(sample),
            "validate, an event with drift": lambda: validate(drift),
            "jsonschema, without format checks": lambda: reference.is_valid(orjson.loads(sample)),
        },
        calls=200,
        base="orjson.loads alone",
    )


def serving() -> None:
    """Quote and commit over one kept connection, beside a route that answers a constant."""

    async def bare(request: Request) -> Response:
        await request.body()
        return Response(b'{"ok":true}', media_type="application/json")

    other = serve(Starlette(routes=[Route("/bare", bare, methods=["POST"])]))
    with sandbox.running() as server:
        credentials = Credentials.from_mapping(server.credentials)
        operation = contract.load().operation("create_online_redemption")
        example = contract.load().document["components"]["examples"]["OnlineDiscountAmountCommit"]["value"]
        commit = copy.deepcopy(example) | {"client": credentials.client, "redeemed_points": "0.01"}
        there, here = connection(urlsplit(server.url).netloc), connection(other)

        def call(body: dict[str, Any]) -> Callable[[], object]:
            content = json.dumps(body, separators=(",", ":")).encode()
            headers = {
                "Content-Type": "application/json",
                "User-Agent": "punchh-contract/bench",
                **authorization_headers(operation, credentials),
                **digest_header(operation, credentials, operation.path, content),
            }
            answer = post(there, operation.path, content, headers)
            if answer.get("category") != "redeemable":
                raise SystemExit(f"the sandbox refused the benchmark's call: {answer.get('status')}")
            return lambda: post(there, operation.path, content, headers)

        headers = {"Content-Type": "application/json"}
        content = json.dumps(commit).encode()
        compare(
            "One online redemption over a socket",
            {
                "a bare Starlette route": lambda: post(here, "/bare", content, headers),
                "a quote": call(commit | {"query": True}),
                "a commit": call(commit),
            },
            calls=200,
            base="a bare Starlette route",
        )


def serve(app: Starlette) -> str:
    """Serve an app as the sandbox is served, until this process ends; returns host and port."""
    listener = bind("127.0.0.1", 0)
    ready = threading.Event()
    threading.Thread(target=uvicorn_server(app, ready.set).run, args=([listener],), daemon=True).start()
    ready.wait(30)
    return f"127.0.0.1:{listener.getsockname()[1]}"


def connection(place: str) -> http.client.HTTPConnection:
    """One connection that is kept; `post` uses it again and again."""
    return http.client.HTTPConnection(place)


def post(to: http.client.HTTPConnection, path: str, body: bytes, headers: dict[str, str]) -> Any:
    """Send and read one answer."""
    to.request("POST", path, body, headers)
    return orjson.loads(to.getresponse().read())


def whole_processes() -> None:
    """What a shell or a pre-commit hook waits for."""
    command = [sys.executable, "-c", "from punchh_contract.cli import main; main()"]
    compare(
        "Whole processes",
        {
            "python -c pass": lambda: subprocess.run([sys.executable, "-c", "pass"], check=True),
            "validate, one valid event": lambda: subprocess.run(
                [*command, "validate", "--strict", str(SEED_EVENT)], check=True, stdout=subprocess.DEVNULL
            ),
        },
        calls=1,
        base="python -c pass",
    )


def main() -> None:
    """Run every group."""
    events()
    serving()
    whole_processes()


if __name__ == "__main__":
    main()
