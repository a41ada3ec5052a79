"""A sandbox on a socket whose requests are recorded and whose answers, or requests, can be spoilt."""

import contextlib
import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import yaml
from conformance import foreign

from punchh_contract.auth import Credentials
from punchh_contract.conformance import target
from punchh_contract.conformance.fixtures import Fixtures, read
from punchh_contract.conformance.job import FUZZ, Job
from punchh_contract.conformance.outcome import Outcome, outcome
from punchh_contract.conformance.result import Result
from punchh_contract.conformance.verdict.baseline import Baseline
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


def job_for(url: str, *operations: str, seed: int = 1, max_examples: int = 5, **more: Any) -> Job:
    """A job of this command's own against a sandbox; `more` are fields that it has otherwise."""
    values: dict[str, Any] = {
        "base_url": url,
        "seed": seed,
        "max_examples": max_examples,
        "operations": operations or tuple(load().operations),
        "own": True,
        "run_id": str(seed),
        "credentials": target.credentials(url),
        "fixtures": target.fixtures(url, load()),
        "reset_path": target.RESET_PATH,
        "phases": (FUZZ,),  # laws have tests of their own
    }
    return Job(**{**values, **more})


def foreign_job(place: foreign.Place, *operations: str, fixtures: Any = None, **more: Any) -> Job:
    """A job against the proxy of a place, as somebody else's; `fixtures` is a document as in a file."""
    values: dict[str, Any] = {
        "base_url": place.proxy.url,
        "seed": 1,
        "max_examples": 2,
        "operations": operations or tuple(load().operations),
        "own": False,
        "run_id": "test",
        "credentials": Credentials.from_mapping(place.credentials),
        "fixtures": read(yaml.safe_dump(fixtures), load(), "fixtures.yaml") if fixtures else Fixtures(),
        "phases": (FUZZ,),
    }
    return Job(**{**values, **more})


@pytest.fixture(scope="session")
def tampered() -> type[Tampered]:
    return Tampered


@pytest.fixture(scope="session")
def serve() -> Callable[[Tampered], contextlib.AbstractContextManager[str]]:
    return served


@pytest.fixture(scope="session")
def make_job() -> Callable[..., Job]:
    return job_for


@pytest.fixture(scope="session")
def make_foreign_job() -> Callable[..., Job]:
    return foreign_job


@pytest.fixture(scope="session")
def tell() -> Callable[..., Outcome]:
    """Tells what came of a run, as the command does; of a small run it does not expect every goal."""

    def told(job: Job, result: Result, *, usual: int = 200, lacking: Mapping[str, str] = {}) -> Outcome:
        return outcome(
            job,
            result,
            load(),
            lacking=lacking,
            usual_examples=usual,
            baseline=Baseline(),
            started=dt.datetime(2026, 3, 2, 18, 5, tzinfo=dt.UTC),
            seconds=1,
        )

    return told
