"""Each operation, each status, each error body, each fault: every cell has an outcome with a name.

The names stand in `outcome_tables.py`; a cell that is missing there is a KeyError, and a row of the contract
or an act of the transport that is missing fails `test_no_blank`.
"""

import asyncio
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from client.exchanges import COMMITS, COMMITTED, CONTRACT, EXAMPLES, QUOTED, QUOTES
from client.outcome_tables import EXAMPLE_OUTCOMES, FAULT_OUTCOMES, FORCE, KNOWN, RAISED, STATUS_OUTCOMES
from client.samples import SAMPLES

from punchh_contract import AsyncPunchhClient, PunchhClient
from punchh_contract.client.chaos import EVERY_ACT, Act, ChaosTransport, rate_limited, slow
from punchh_contract.client.errors import OutcomeUnknown, PunchhError

ACTS = (*EVERY_ACT, slow(60))

ENVIRON = {
    "PUNCHH_BASE_URL": "http://127.0.0.1:8787",
    "PUNCHH_CLIENT": "sandbox-client",
    "PUNCHH_SECRET": "sandbox-secret",
    "PUNCHH_ACCESS_TOKEN": "sandbox-access-token",
    "PUNCHH_ADMIN_KEY": "sandbox-admin-key",
    "PUNCHH_LOCATION_KEY": "sandbox-location-key",
    "PUNCHH_BUSINESS_KEY": "sandbox-business-key",
    "PUNCHH_USER_AGENT": "ExampleIntegrator/POS/1.0.0",
}

Cell = tuple[Any, ...]


def kinds(operation_id: str) -> tuple[str, ...]:
    return ("keyed", "trusted", "dry") if operation_id in QUOTES else ("keyless",)


CALLS = [(operation_id, kind) for operation_id in CONTRACT.operations for kind in kinds(operation_id)]
CALL_IDS = [f"{operation_id} {kind}" for operation_id, kind in CALLS]
every_call = pytest.mark.parametrize(("operation_id", "kind"), CALLS, ids=CALL_IDS)


def body(operation_id: str, kind: str) -> dict[str, Any]:
    example: dict[str, Any] = EXAMPLES[(QUOTES if kind == "dry" else COMMITS)[operation_id]]
    return example


def good(operation_id: str, kind: str) -> httpx.Response:
    example = EXAMPLES[(QUOTED if kind == "dry" else COMMITTED)[operation_id]]
    return httpx.Response(CONTRACT.operation(operation_id).success.status, json=example)


def answer(status: int, content: Any) -> httpx.Response:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return httpx.Response(status, content=raw, headers={"Location": "https://elsewhere.example.com/"})


def outcome(error: PunchhError) -> str:
    if isinstance(error, OutcomeUnknown):
        assert not error.retryable
        return (
            "OutcomeUnknown"
            if error.cause_error is None
            else f"OutcomeUnknown < {outcome(error.cause_error)}"
        )
    return f"{type(error).__name__} {error.error_id}" if error.error_id else type(error).__name__


class Line:
    """One client over a script of acts and answers, sync or async; every call asks for a fresh script."""

    def __init__(self, kind: str, *, asynchronous: bool) -> None:
        self.chaos: ChaosTransport | None = None
        options: dict[str, Any] = {
            "environ": ENVIRON,
            "budget": False,
            "doctor": False,
            "trust_external_uid": kind == "trusted",
        }
        transport = _Switch(self)
        self.asynchronous = asynchronous
        self.client: Any = (AsyncPunchhClient if asynchronous else PunchhClient)(
            transport=transport, **options
        )

    def call(
        self, operation_id: str, kind: str, acts: list[Act], answers: list[httpx.Response]
    ) -> tuple[str, int]:
        """Return the outcome's name and how many requests were sent."""
        waiting = iter(answers)
        self.chaos = ChaosTransport(
            httpx.MockTransport(lambda _: next(waiting)), acts, sleep=_no_wait, async_sleep=_no_wait_async
        )
        try:
            result = getattr(self.client, operation_id)(body(operation_id, kind))
            if self.asynchronous:
                result = asyncio.run(result)
        except PunchhError as error:
            name = outcome(error)
        else:
            name = f"refused {result.refusal.error_id}" if result.refused else result.outcome
        return name, len(self.chaos.seen)


class _Switch(httpx.BaseTransport, httpx.AsyncBaseTransport):
    def __init__(self, line: Line) -> None:
        self._line = line

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert self._line.chaos is not None
        return self._line.chaos.handle_request(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert self._line.chaos is not None
        return await self._line.chaos.handle_async_request(request)


def _no_wait(_: float) -> None:
    return


async def _no_wait_async(_: float) -> None:
    return


def wrong(cells: Iterator[Cell], run: Callable[..., Any]) -> list[str]:
    """Run each cell, its expected outcome last, and say which came to another."""
    told, count = [], 0
    for *cell, expected in cells:
        count += 1
        if (seen := run(*cell)) != expected:
            told.append(f"{cell}: {seen}, not {expected}")
    assert count, "no cell"
    return told


def fault(operation_id: str, kind: str, act: Act) -> tuple[str, bool]:
    """What one attempt that meets an act comes to, and whether the call is sent again."""
    commit, dry, again = FAULT_OUTCOMES[act.name]
    name = dry if kind == "dry" else commit
    if name == "RateLimitedError" and operation_id == FORCE:
        name += " rate_limited"  # the only operation for which the contract has a 429
    return name, kind in again


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    # Full jitter draws a share of the wait: none of it.
    monkeypatch.setattr("random.random", lambda: 0.0)


def examples(operation_id: str) -> dict[tuple[int, str], str]:
    """What each example of the operation comes to on a call's first and only attempt."""
    return {
        (status, error_id): f"{kind} {error_id}"
        for (at, status, error_id), kind in EXAMPLE_OUTCOMES.items()
        if at == operation_id
    }


def test_no_blank() -> None:
    for operation_id, operation in CONTRACT.operations.items():
        assert operation.errors.keys() == examples(operation_id).keys()
        assert set(operation.statuses) <= STATUS_OUTCOMES.keys()
    assert {each.name for each in ACTS} == FAULT_OUTCOMES.keys()
    assert {sample for _, _, sample in KNOWN} <= SAMPLES.keys()


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@every_call
def test_each_example_of_each_status(operation_id: str, kind: str, *, asynchronous: bool) -> None:
    line = Line(kind, asynchronous=asynchronous)

    def run(status: int, error_id: str) -> tuple[str, int]:
        example = CONTRACT.operation(operation_id).errors[status, error_id].body()
        return line.call(operation_id, kind, [], [answer(status, example)])

    cells = ((*key, (name, 1)) for key, name in examples(operation_id).items())
    assert wrong(cells, run) == []


@pytest.mark.parametrize(
    ("operation_id", "kind"),
    # Trust changes what is repeated, and nothing is repeated here.
    [each for each in CALLS if each[1] != "trusted"],
    ids=[each for each in CALL_IDS if not each.endswith("trusted")],
)
def test_each_sample_of_the_facts_at_each_status(operation_id: str, kind: str) -> None:
    line = Line(kind, asynchronous=False)
    line.client = line.client.with_options(max_retries=0)

    def expected(status: int, sample: str) -> str:
        name = STATUS_OUTCOMES[status][kind == "dry"]
        known = KNOWN.get((operation_id, status, sample))
        return f"{name} {known}" if known else name

    def run(status: int, sample: str) -> str:
        return line.call(operation_id, kind, [], [answer(status, SAMPLES[sample])])[0]

    cells = ((*cell, expected(*cell)) for cell in itertools.product(STATUS_OUTCOMES, SAMPLES))
    assert wrong(cells, run) == []


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@every_call
def test_each_fault_that_stays(operation_id: str, kind: str, *, asynchronous: bool) -> None:
    line = Line(kind, asynchronous=asynchronous)

    def run(act: Act) -> tuple[str, int]:
        return line.call(operation_id, kind, [act] * 3, [good(operation_id, kind) for _ in range(3)])

    def expected(act: Act) -> tuple[str, int]:
        name, again = fault(operation_id, kind, act)
        return name, 3 if again else 1

    assert wrong(((act, expected(act)) for act in ACTS), run) == []


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@every_call
def test_each_fault_that_passes_over(operation_id: str, kind: str, *, asynchronous: bool) -> None:
    line = Line(kind, asynchronous=asynchronous)

    def run(act: Act) -> tuple[str, int]:
        return line.call(operation_id, kind, [act], [good(operation_id, kind) for _ in range(2)])

    def expected(act: Act) -> tuple[str, int]:
        name, again = fault(operation_id, kind, act)
        if again:
            return "quoted" if kind == "dry" else "committed", 2
        return name, 1

    assert wrong(((act, expected(act)) for act in ACTS), run) == []


@every_call
def test_each_fault_and_then_each_example(operation_id: str, kind: str) -> None:
    line = Line(kind, asynchronous=False)
    facts = CONTRACT.operation(operation_id).errors

    def run(act: Act, status: int, error_id: str) -> str:
        first = [good(operation_id, kind)] if act.reaches else []
        return line.call(operation_id, kind, [act], [*first, answer(status, facts[status, error_id].body())])[
            0
        ]

    def expected(act: Act, status: int, error_id: str) -> str:
        first, again = fault(operation_id, kind, act)
        if not again:
            return first
        name = examples(operation_id)[status, error_id]
        # The first attempt may have redeemed: whatever is said now can be its echo.
        if first.startswith("OutcomeUnknown"):
            cause = name.replace("refused", RAISED.get(error_id, "RefusalError"))
            return f"OutcomeUnknown < {cause}"
        return name

    cells = ((act, *key, expected(act, *key)) for act, key in itertools.product(ACTS, examples(operation_id)))
    assert wrong(cells, run) == []


def test_a_429_that_comes_as_seconds_is_repeated_only_where_a_key_or_a_dry_run_allows_it() -> None:
    for operation_id, kind in CALLS:
        line = Line(kind, asynchronous=False)
        _, sent = line.call(operation_id, kind, [rate_limited(0)], [good(operation_id, kind)])
        assert sent == (1 if kind == "keyless" else 2)


@every_call
def test_a_repetition_is_the_same_request_byte_for_byte(operation_id: str, kind: str) -> None:
    line = Line(kind, asynchronous=False)
    acts = [each for each in ACTS if kind in FAULT_OUTCOMES[each.name][2]]
    for act in acts:
        line.call(operation_id, kind, [act], [good(operation_id, kind) for _ in range(2)])
        assert line.chaos is not None
        first, second = line.chaos.seen
        assert first.content == second.content
        assert first.url == second.url
        assert first.headers.get("x-pch-digest") == second.headers.get("x-pch-digest")
    assert acts
