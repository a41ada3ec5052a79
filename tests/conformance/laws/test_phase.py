"""The phase against a sandbox on a socket: green as it is, red with what a server can get wrong."""

import contextlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from conformance.conftest import CLOCK, job_for, served

from punchh_contract.conformance.fixtures import read
from punchh_contract.conformance.hooks import Run
from punchh_contract.conformance.job import LAWS
from punchh_contract.conformance.laws import machine, phase
from punchh_contract.conformance.laws.book import BY_ID
from punchh_contract.conformance.laws.control import Control
from punchh_contract.conformance.laws.stories import STORIES
from punchh_contract.conformance.verdict.findings import Severity, group
from punchh_contract.conformance.verdict.telling import script
from punchh_contract.contract import load
from punchh_contract.sandbox import server
from punchh_contract.sandbox.guests import Debit, Held
from punchh_contract.sandbox.store.holdings import Guests

SEEDS = range(1, 21) if os.environ.get("PUNCHH_CONTRACT_SOAK") else (1,)


Change = Callable[[Any, Any], Any]


class Lying:
    """The sandbox's app, but for the answers to one path, which `change` makes of request and answer."""

    def __init__(self, path: str = "nowhere", change: Change = lambda _, answer: answer) -> None:
        self._app = server.build(CLOCK)
        self.state = self._app.state
        self.paths: list[str] = []
        self._path, self._change = path, change

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].endswith(self._path):
            self.paths.append(scope.get("path", ""))
            await self._app(scope, receive, send)
            return
        request, start = b"", {}

        async def listen() -> Any:
            nonlocal request
            message = await receive()
            request += message.get("body", b"")
            return message

        async def say(message: Any) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            body = message.get("body", b"")
            if body and start["status"] in (200, 201) and not message.get("more_body"):
                body = json.dumps(self._change(json.loads(request), json.loads(body))).encode()
            headers = [each for each in start["headers"] if each[0] != b"content-length"]
            await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
            await send({**message, "body": body})

        await self._app(scope, listen, say)


@contextlib.contextmanager
def phase_of(app: Lying, seed: int = 1, **more: Any) -> Iterator[Run]:
    with served(app) as url:  # type: ignore[arg-type]  # any ASGI app with a state
        # As the command sets its own sandbox up: all force redeems fall into one minute of its clock.
        Control(url).ask("PATCH", "business", {"settings": {"rate_limits": False}})
        run = Run(job_for(url, seed=seed, phases=(LAWS,), reset_path=None, **more), load())
        phase.run(run, lambda _: None)
        yield run


def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what takes no time: no crashes, no rate limit, one sequence."""
    slow = ("crash", "more calls", "wrong credentials")
    monkeypatch.setattr(phase, "STORIES", [each for each in STORIES if not each.name.startswith(slow)])
    monkeypatch.setattr(machine, "EXAMPLES", 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_right_server_breaks_no_law(seed: int) -> None:
    with phase_of(Lying(), seed) as run:
        assert [each.statement for each in run.result.findings] == []
        assert {row["law"] for row in run.result.laws if row["judged"]} == set(BY_ID)
        assert run.result.not_run == []


@pytest.mark.parametrize(
    ("law", "path", "change"),
    [
        (
            "discount_within_receipt",
            "online_order",
            lambda _, answer: answer | {"redemption_amount": answer["redemption_amount"] + 5000},
        ),
        (
            "quote_equals_commit",
            "online_order",
            lambda request, answer: answer if "query" in request else answer | {"campaign_name": "Other"},
        ),
        (
            "basket_items_end_once",
            "batch_redemptions",
            lambda _, answer: answer | {"failures": answer["failures"] + answer["success"][:1]},
        ),
        (
            "code_unique",
            "subscription",
            lambda _, answer: answer | {"redemption_tracking_code": "1234567"},
        ),
        (
            "ordered_times",
            "force_redeem",
            lambda _, answer: answer | {"expiring_at": answer["created_at"]},
        ),
    ],
)
def test_an_answer_that_lies_is_found(
    law: str, path: str, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(monkeypatch)
    with phase_of(Lying(path, change)) as run:
        found = {each.first.check: each.first for each in group(run.result.findings)}
    assert f"law:{law}" in found
    story = found[f"law:{law}"].story
    assert story is not None
    assert story.scenes[-1].exchange is not None


def apply_nothing(self: Guests, user_id: int, debits: Iterable[Debit]) -> None:
    """Takes nothing."""


def apply_twice(self: Guests, user_id: int, debits: Iterable[Debit]) -> None:
    """Takes points twice."""
    told = list(debits)
    points = [each for each in told if each.held is Held.POINTS]
    APPLY(self, user_id, [*told, *points])


def never_lock(self: Guests, user_id: int, external_uid: str | None) -> None:
    """Locks no basket."""


APPLY = Guests.apply


@pytest.mark.parametrize(
    ("method", "fault", "law", "severity"),
    [
        ("apply", apply_nothing, "exact_debit", Severity.SPEND),
        ("apply", apply_twice, "exact_debit", Severity.AMOUNT),
        ("lock", never_lock, "locked_for_others", Severity.SPEND),
    ],
)
def test_a_state_that_goes_wrong_is_found_and_told(
    method: str, fault: Any, law: str, severity: Severity, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(monkeypatch)
    monkeypatch.setattr(Guests, method, fault)
    with phase_of(Lying()) as run:
        groups = {each.first.check: each.first for each in group(run.result.findings)}
    found = groups[f"law:{law}"]
    assert found.severity is severity
    assert found.story is not None
    told = script(load(), found.story, "http://127.0.0.1:1")
    assert "curl" in told
    for secret in (run.job.credentials.secret, run.job.credentials.admin_key, run.job.credentials.client):
        assert str(secret) not in told


def test_a_sequence_that_breaks_a_law_is_drawn_and_shrunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phase, "STORIES", [])
    monkeypatch.setattr(Guests, "apply", apply_nothing)
    with phase_of(Lying()) as run:
        worst = group(run.result.findings)[0].first
    assert worst.check == "law:exact_debit"
    assert worst.story is not None
    assert sum(each.exchange is not None for each in worst.story.scenes) == 1


def test_operations_that_are_not_asked_for_are_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    few(monkeypatch)
    with phase_of(Lying(), operations=("force_redeem",)) as run:
        assert run.result.findings == []
        assert {row["operation"] for row in run.result.laws} == {"force_redeem"}


def test_without_a_control_plane_fixtures_are_spent_within_their_caps() -> None:
    app = Lying()
    with served(app) as url:
        text = """
operations:
  create_online_redemption: {store_number: ["401"], reward_id: [{value: 70001, spend: 2}, 70002]}
  process_batch_redemption: {user_id: [{value: 111112000, spend: 2}]}
"""
        given = read(text, load(), "fixtures.yaml")
        job = job_for(url, phases=(LAWS,), own=False, fixtures=given, reset_path=None)
        run, asked = Run(job, load()), len(app.paths)
        phase.run(run, lambda _: None)
        run.close()
    assert run.result.findings == []
    spent = {(row["field"], row["value"]): row["spent"] for row in run.result.spending}
    assert spent["reward_id", 70001] <= 2
    assert spent["reward_id", 70002] == 0
    assert not any(each.startswith("/_sandbox") for each in app.paths[asked:])
    judged = {row["law"] for row in run.result.laws if row["judged"]}
    assert {
        "quote_equals_commit",
        "quote_changes_nothing",
        "debited_once",
        "unknown_fields_ignored",
    } <= judged
    why = {row["what"]: row["why"] for row in run.result.not_run}
    assert "--control" in why["law:refusal_debits_nothing"]
