"""Whole proofs over sockets: faults are found, none is not, and a run that breaks finds nothing."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from punchh_contract.contract import load
from punchh_contract.proof import proving, running, stock
from punchh_contract.proof.budget import Budget
from punchh_contract.proof.finding import Result, Told
from punchh_contract.proof.running import NO_FAULT, ProofError
from punchh_contract.proof.score import Row
from punchh_contract.proof.selection import select
from punchh_contract.proof.zoo import ZOO

AMPLE = Budget(seconds=120)
"""A find ends the run: so much time is only for a machine that does much else."""
ONE_OF_EACH = ["online_redemption_id_is_text", "digest_is_not_checked", "debits_twice", "event_comes_twice"]


def test_one_fault_of_each_kind_is_found_by_the_laws() -> None:
    said: list[str] = []

    rows = asyncio.run(proving.faults(select(ZOO, ONE_OF_EACH), AMPLE, 2, lambda row: said.append(row.id)))

    assert sorted(said) == sorted(ONE_OF_EACH)
    assert {row.told.result for row in rows} == {Result.KILLED}, [row.told for row in rows]
    found = {row.id: row.told for row in rows}
    assert {told.phase for told in found.values()} == {"laws"}
    assert "law:signature_required" in found["digest_is_not_checked"].by
    assert "law:one_event_per_change" in found["event_comes_twice"].by
    assert all(0 < row.told.requests < 2000 for row in rows)
    assert all(row.told.seconds < AMPLE.seconds for row in rows)


def test_no_fault_survives_its_budget() -> None:
    told = asyncio.run(running.run(NO_FAULT, Budget(seconds=3)))

    assert told.result is Result.SURVIVED
    assert told.requests > 0
    assert "--max-time" in told.why


def test_a_run_that_breaks_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_MAIN", "raise ImportError('a planted defect')")

    told = asyncio.run(running.run("debits_twice", AMPLE))

    assert (told.result, told.why) == (Result.ERROR, "ImportError: a planted defect")


def test_a_run_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_MAIN", "import time; time.sleep(600)")
    monkeypatch.setattr(running, "SLACK", -2.5)

    told = asyncio.run(running.run(NO_FAULT, Budget(seconds=3)))

    assert (told.result, told.why) == (Result.ERROR, "it did not end within 0 s")


def test_a_sandbox_that_does_not_start_ends_the_proof() -> None:
    with pytest.raises(ProofError, match="debits_thrice"):
        asyncio.run(running.run("debits_thrice", AMPLE))


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (
            Told(Result.KILLED, ("response_schema",), "coverage", 9),
            "found faulty with seed 8: response_schema",
        ),
        (Told(Result.ERROR, why="no module"), "could not be carried out: no module"),
    ],
)
def test_nothing_is_proven_where_no_fault_is_found(
    second: Told, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run(fault_id: str, budget: Budget) -> Told:
        return second if budget.seed == 8 else Told(Result.SURVIVED)

    monkeypatch.setattr(proving, "run", run)

    with pytest.raises(ProofError, match=says):
        asyncio.run(proving.control(Budget(7), 2))


def test_what_would_change_a_run_does_not_reach_it() -> None:
    outer = {"PATH": "/bin", "PUNCHH_SECRET": "x", "HTTPS_PROXY": "x", "GITHUB_STEP_SUMMARY": "x"}

    assert running.environment(outer) == {"PATH": "/bin"}


def test_schemathesis_alone_gets_examples_with_values_that_exist() -> None:
    fixtures = {"operations": {"force_redeem": {"user_id": [55501234]}}}
    before = load().document["components"]["examples"]["ForceRedeemPoints"]["value"]["user_id"]

    document = stock.with_fixtures(load(), fixtures)

    path = load().operation("force_redeem").path
    examples = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]
    assert {each["value"]["user_id"] for each in examples.values()} == {55501234}
    assert load().document["components"]["examples"]["ForceRedeemPoints"]["value"]["user_id"] == before


def test_schemathesis_alone_finds_a_wrong_shape_and_no_wrong_debit() -> None:
    chosen = select(ZOO, ["force_id_is_missing", "external_uid_is_ignored"])
    rows = [Row(each.id, each.kind, each.rule, Told(Result.SURVIVED)) for each in chosen]

    told = asyncio.run(proving.with_stock(rows, Budget(seconds=5), 2, lambda _: None))

    results = {row.id: row.stock.result for row in told if row.stock}
    assert results == {"force_id_is_missing": Result.KILLED, "external_uid_is_ignored": Result.SURVIVED}


def test_a_report_that_is_none_is_none(tmp_path: Path) -> None:
    (tmp_path / "half.json").write_text('{"verdict": ')

    assert running.read(tmp_path / "half.json") is None
    assert running.read(tmp_path / "none.json") is None


@pytest.mark.parametrize("status", [500, 200, None])
def test_a_sandbox_that_does_not_say_what_it_takes_costs_schemathesis_one_run(
    status: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row says so, and the others stay."""

    @contextlib.asynccontextmanager
    async def broken(fault_id: str) -> AsyncGenerator[str]:
        with served(status) as url:
            yield url

    monkeypatch.setattr(stock, "sandbox", broken)

    told = asyncio.run(stock.run("debits_twice", AMPLE, frozenset()))

    assert told.result is Result.ERROR
    assert "does not say what it takes" in told.why
    with pytest.raises(ProofError, match="does not say what it takes"):
        asyncio.run(stock.alarms(AMPLE))


def test_a_sandbox_that_does_not_start_costs_schemathesis_one_run() -> None:
    told = asyncio.run(stock.run("debits_thrice", AMPLE, frozenset()))

    assert told.result is Result.ERROR
    assert "debits_thrice" in told.why


@contextlib.contextmanager
def served(status: int | None) -> Generator[str]:
    """A server that answers so and without JSON; not at all for None."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            if status is not None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:  # or its thread goes on, and takes all the time of whatever comes after
            server.shutdown()
