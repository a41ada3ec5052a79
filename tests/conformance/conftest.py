"""A sandbox on a socket whose requests are recorded and whose answers, or requests, can be spoilt."""

import contextlib
import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from punchh_contract.conformance import target
from punchh_contract.conformance.job import Job
from punchh_contract.contract import load
from punchh_contract.sandbox import server

CLOCK = "2026-03-02T18:05:01Z"


@dataclasses.dataclass
class Exchange:
    """One request as it arrived, and the answer as it left."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    status: int = 0
    answer: bytes = b""

    def json(self) -> Any:
        return json.loads(self.answer)


Spoil = Callable[[Exchange], None]


class Tampered:
    """The sandbox's app behind a wall that records everything, and lets `before` and `after` spoil it."""

    def __init__(self, before: Spoil | None = None, after: Spoil | None = None) -> None:
        self._app = server.build(CLOCK)
        self.state = self._app.state
        self.exchanges: list[Exchange] = []
        self._before = before
        self._after = after

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        exchange = Exchange(scope["method"], scope["path"], scope["query_string"].decode(), headers, body)
        if exchange.path.startswith("/_sandbox/"):
            await self._answer(exchange, scope)
        else:
            # Recorded as it came, before anything is spoilt.
            self.exchanges.append(dataclasses.replace(exchange, headers=dict(headers)))
            if self._before:
                self._before(exchange)
            await self._answer(exchange, scope)
            if self._after:
                self._after(exchange)
            self.exchanges[-1].status = exchange.status
        length = (b"content-length", str(len(exchange.answer)).encode())
        kind = (b"content-type", b"application/json")
        await send({"type": "http.response.start", "status": exchange.status, "headers": [length, kind]})
        await send({"type": "http.response.body", "body": exchange.answer})

    async def _answer(self, exchange: Exchange, scope: Any) -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": exchange.body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            exchange.status = message.get("status", exchange.status)
            exchange.answer += message.get("body", b"")

        exchange.headers["content-length"] = str(len(exchange.body))
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in exchange.headers.items()]
        await self._app({**scope, "headers": raw}, receive, send)


@contextlib.contextmanager
def served(app: Tampered) -> Iterator[str]:
    with server.running(app=app) as sandbox:  # type: ignore[arg-type]  # any ASGI app with a state
        yield sandbox.url


def job_for(url: str, report_dir: Path, *operations: str, seed: int = 1, max_examples: int = 5) -> Job:
    return Job(
        base_url=url,
        seed=seed,
        max_examples=max_examples,
        operations=operations or tuple(load().operations),
        report_dir=report_dir,
        credentials=target.credentials(url),
        fixtures=target.fixtures(url),
        reset_path=target.RESET_PATH,
    )


@pytest.fixture(scope="session")
def tampered() -> type[Tampered]:
    return Tampered


@pytest.fixture(scope="session")
def serve() -> Callable[[Tampered], contextlib.AbstractContextManager[str]]:
    return served


@pytest.fixture(scope="session")
def make_job() -> Callable[..., Job]:
    return job_for
