"""The phase against a sandbox on a socket: green as it is, red with what a server can get wrong."""

import contextlib
import datetime as dt
import http.client
import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from conformance.conftest import CLOCK, job_for, served
from hypothesis.errors import Unsatisfiable

from punchh_contract.conformance.endings import DEADLINE, FIRST_FINDING
from punchh_contract.conformance.fixtures import read
from punchh_contract.conformance.hooks import Run
from punchh_contract.conformance.job import LAWS
from punchh_contract.conformance.laws import machine, phase
from punchh_contract.conformance.laws.book import BY_ID
from punchh_contract.conformance.laws.book import LAWS as BOOK
from punchh_contract.conformance.laws.control import Control, ControlError
from punchh_contract.conformance.laws.court import Court
from punchh_contract.conformance.laws.history import History
from punchh_contract.conformance.laws.law import Need
from punchh_contract.conformance.laws.names import NO_FIXTURE_LEFT, UNTOLD
from punchh_contract.conformance.laws.stories import STORIES
from punchh_contract.conformance.laws.stories.story import ONLINE
from punchh_contract.conformance.verdict.findings import Severity, group
from punchh_contract.conformance.verdict.telling import script
from punchh_contract.conformance.wire import WireError
from punchh_contract.contract import load
from punchh_contract.sandbox import server
from punchh_contract.sandbox.guests import Code, Debit, Held
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
        run = Run(job_for(url, seed=seed, phases=(LAWS,), **more), load())
        phase.run(run, lambda _: None)
        yield run


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Tell these stories and draw none: a whole phase takes as long as forty of them."""

    def choose(*names: str) -> None:
        known = {each.name: each for each in STORIES}
        monkeypatch.setattr(phase, "STORIES", [known[name] for name in names])
        monkeypatch.setattr(machine, "run", lambda *_: machine.Drawn())

    return choose


BASKET = "a basket is quoted twice and committed"
QUOTED = "each kind of discount is quoted twice and committed"
FORCED = "force redeems of everything"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_right_server_breaks_no_law(seed: int) -> None:
    with phase_of(Lying(), seed) as run:
        assert [each.statement for each in run.result.findings] == []
        assert {row["law"] for row in run.result.laws if row["judged"]} == set(BY_ID)
        assert run.result.not_run == []
        calls = sum(sum(each.probes.values()) for each in run.result.tally.counts.values())
        assert 0.7 * phase.REQUESTS < calls < 1.3 * phase.REQUESTS  # which a plan tells


@pytest.mark.parametrize(
    ("law", "story", "path", "change"),
    [
        (
            "discount_within_receipt",
            QUOTED,
            "online_order",
            lambda _, answer: answer | {"redemption_amount": answer["redemption_amount"] + 5000},
        ),
        (
            "quote_equals_commit",
            QUOTED,
            "online_order",
            lambda request, answer: answer if "query" in request else answer | {"campaign_name": "Other"},
        ),
        (
            "basket_items_end_once",
            BASKET,
            "batch_redemptions",
            lambda _, answer: answer | {"failures": answer["failures"] + answer["success"][:1]},
        ),
        (
            "code_unique",
            "codes are made, redeemed, and redeemed again",
            "subscription",
            lambda _, answer: answer | {"redemption_tracking_code": "1234567"},
        ),
        (
            "ordered_times",
            FORCED,
            "force_redeem",
            lambda _, answer: answer | {"expiring_at": answer["created_at"]},
        ),
    ],
)
def test_an_answer_that_lies_is_found(
    law: str, story: str, path: str, change: Change, only: Callable[..., None]
) -> None:
    only(story)
    with phase_of(Lying(path, change)) as run:
        found = {each.first.check: each.first for each in group(run.result.findings)}
    assert f"law:{law}" in found
    told = found[f"law:{law}"].story
    assert told is not None
    assert told.scenes[-1].exchange is not None


def apply_nothing(self: Guests, user_id: int, debits: Iterable[Debit]) -> None:
    """Takes nothing."""


def apply_twice(self: Guests, user_id: int, debits: Iterable[Debit]) -> None:
    """Takes points twice."""
    told = list(debits)
    points = [each for each in told if each.held is Held.POINTS]
    APPLY(self, user_id, [*told, *points])


def apply_no_code(self: Guests, user_id: int, debits: Iterable[Debit]) -> None:
    """Takes whatever it is but a coupon."""
    APPLY(self, user_id, [each for each in debits if each.held is not Held.CODE])


def never_lock(self: Guests, user_id: int, external_uid: str | None) -> None:
    """Locks no basket."""


APPLY = Guests.apply


@pytest.mark.parametrize(
    ("story", "method", "fault", "law", "severity"),
    [
        (QUOTED, "apply", apply_nothing, "exact_debit", Severity.SPEND),
        (QUOTED, "apply", apply_twice, "exact_debit", Severity.AMOUNT),
        (BASKET, "apply", apply_no_code, "exact_debit", Severity.SPEND),
        ("a basket that is held", "lock", never_lock, "locked_for_others", Severity.SPEND),
    ],
)
def test_a_state_that_goes_wrong_is_found_and_told(
    story: str,
    method: str,
    fault: Any,
    law: str,
    severity: Severity,
    monkeypatch: pytest.MonkeyPatch,
    only: Callable[..., None],
) -> None:
    only(story)
    monkeypatch.setattr(Guests, method, fault)
    with phase_of(Lying()) as run:
        groups = {each.first.check: each.first for each in group(run.result.findings)}
    found = groups[f"law:{law}"]
    assert found.severity is severity
    assert found.statement.startswith(BY_ID[law].statement)
    assert found.story is not None
    told = script(load(), found.story, "http://127.0.0.1:1")
    assert "curl" in told
    for secret in (run.job.credentials.secret, run.job.credentials.admin_key, run.job.credentials.client):
        assert str(secret) not in told


@pytest.mark.parametrize(
    ("operation", "sent"),
    [
        ("force_redeem", 2),
        ("create_subscription_redemption_code", 2),
        ("create_online_redemption", 3),
        ("process_batch_redemption", 3),
    ],
)
def test_whatever_is_sent_twice_is_sent_twice(operation: str, sent: int, only: Callable[..., None]) -> None:
    """Once more where a key lets a client ask what became of it."""
    only(f"crash: sent twice: {operation}")
    with phase_of(Lying()) as run:
        assert run.result.findings == []
        assert run.result.tally.counts[operation].probes.total() == sent


def test_crashes_befall_each_kind_of_discount(
    monkeypatch: pytest.MonkeyPatch, only: Callable[..., None]
) -> None:
    only(*(each.name for each in STORIES if each.name.startswith("crash") and ONLINE in each.operations))
    told: list[History] = []
    judge = Court.judge

    def seen(self: Court, history: History) -> Any:
        told.append(history)
        return judge(self, history)

    monkeypatch.setattr(Court, "judge", seen)
    with phase_of(Lying()) as run:
        assert run.result.findings == []
    asked = {each.request["discount_type"] for history in told for each in history.steps}
    assert asked == {"reward", "discount_amount", "card_completion", "redemption_code"}


def test_what_begins_and_ends_is_asked_for_just_before_and_just_then(
    monkeypatch: pytest.MonkeyPatch, only: Callable[..., None]
) -> None:
    """A coupon that lives a second too long: an expiry in the past does not show it."""
    only("just before and just after an end, and a beginning")
    alive = Code.alive
    monkeypatch.setattr(Code, "alive", lambda self, now: alive(self, now - dt.timedelta(seconds=1)))
    with phase_of(Lying()) as run:
        assert {each.check for each in run.result.findings} >= {"law:refusal_debits_nothing"}


def test_with_fail_fast_the_first_breach_is_the_last_thing_that_happens(
    monkeypatch: pytest.MonkeyPatch, only: Callable[..., None]
) -> None:
    only(QUOTED, FORCED)
    monkeypatch.setattr(Guests, "apply", apply_nothing)
    with phase_of(Lying(), fail_fast=True) as run:
        assert run.result.findings
        assert {each.story.name for each in run.result.findings if each.story} == {QUOTED}
        assert run.result.tally.counts["force_redeem"].probes.total() == 0


def test_a_sequence_that_breaks_a_law_is_drawn_and_shrunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phase, "STORIES", [])
    monkeypatch.setattr(machine, "MOST", 40)
    monkeypatch.setattr(Guests, "apply", apply_nothing)
    with phase_of(Lying()) as run:
        worst = group(run.result.findings)[0].first
    assert worst.check == "law:exact_debit"
    assert worst.story is not None
    assert sum(each.exchange is not None for each in worst.story.scenes) == 1


def test_the_same_seed_draws_the_same_sequences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phase, "STORIES", [])
    monkeypatch.setattr(machine, "EXAMPLES", 4)
    drawn: list[Any] = []
    judge = Court.judge

    def seen(self: Court, history: History) -> Any:
        drawn.append(history.drawn)
        return judge(self, history)

    monkeypatch.setattr(Court, "judge", seen)
    for seed in (3, 3, 4):
        drawn.append(seed)
        with phase_of(Lying(), seed):
            pass
    first, second = drawn.index(3), drawn.index(3, 1)
    third = drawn.index(4)
    assert len(drawn[first + 1 : second]) == 4
    assert drawn[first + 1 : second] == drawn[second + 1 : third]
    assert drawn[first + 1 : second] != drawn[third + 1 :]


def test_what_the_phase_changed_is_put_back() -> None:
    app = Lying()
    with (
        served(app) as url,  # type: ignore[arg-type]  # any ASGI app with a state
        contextlib.closing(Control(url)) as control,
    ):
        control.ask("POST", "clock/run")
        before = control.ask("GET", "business")
        phase.run(Run(job_for(url, "force_redeem", phases=(LAWS,)), load()), lambda _: None)
        assert control.ask("GET", "business") == before
        assert control.ask("GET", "clock")["clock"] != "frozen"
        assert control.ask("GET", "subscribers") == []


def test_operations_that_are_not_asked_for_are_not_called(only: Callable[..., None]) -> None:
    only(QUOTED, FORCED)
    with phase_of(Lying(), operations=("force_redeem",)) as run:
        assert run.result.findings == []
        assert {row["operation"] for row in run.result.laws} == {"force_redeem"}
        assert [each for each, count in run.result.tally.counts.items() if count.probes] == ["force_redeem"]


def test_without_a_control_plane_fixtures_are_spent_within_their_caps() -> None:
    app = Lying()
    with served(app) as url:  # type: ignore[arg-type]  # any ASGI app with a state
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
    for law in BOOK:
        if law.id not in judged:
            told = why[f"law:{law.id}"]
            assert [each for each in law.needs if each.value not in told] == []
            assert ("--control" in told) == any(each in BY_CONTROL for each in law.needs)


def test_a_coupon_that_is_good_for_many_orders_is_no_code_redeemed_twice() -> None:
    """Whoever lists it with a cap of three says that it may be; nothing says that it may not."""
    given_out: dict[str, Any] = {}
    ids = itertools.count(9_000_001)

    def again(request: Any, answer: Any) -> Any:
        if answer["category"] == "redeemable":
            given_out.update(answer)
            return answer
        fresh = {} if "query" in request else {"redemption_id": next(ids)}
        kept = {key: value for key, value in given_out.items() if key != "redemption_id"}
        return kept | {"status": "Fine."} | fresh

    with served(Lying("online_order", again)) as url:  # type: ignore[arg-type]  # any ASGI app with a state
        text = """
operations:
  create_online_redemption:
    store_number: ["401"]
    redemption_code: [{value: SANDBOX-ADA-0, spend: 3}]
"""
        job = job_for(url, phases=(LAWS,), own=False, fixtures=read(text, load(), "f.yaml"), reset_path=None)
        run = Run(job, load())
        phase.run(run, lambda _: None)
        run.close()
    assert [each.statement for each in run.result.findings] == []
    (row,) = [row for row in run.result.spending if row["field"] == "redemption_code"]
    assert row["spent"] >= 1
    assert "code_redeemable_once" not in {row["law"] for row in run.result.laws if row["judged"]}


def test_a_law_that_listed_fixtures_did_not_reach_is_not_said_to_want_them_listed() -> None:
    app = Lying()
    with served(app) as url:  # type: ignore[arg-type]  # any ASGI app with a state
        given = read(
            "operations: {process_batch_redemption: {user_id: [{value: 111112000, spend: 1}]}}",
            load(),
            "fixtures.yaml",
        )
        run = Run(job_for(url, phases=(LAWS,), own=False, fixtures=given, reset_path=None), load())
        phase.run(run, lambda _: None)
    why = {(row["operation"], row["what"]): row["why"] for row in run.result.not_run}
    assert why["process_batch_redemption", "law:debited_once"] == phase.NOTHING_LEFT
    assert why["all", UNTOLD] == NO_FIXTURE_LEFT
    assert Need.FIXTURES.value in why["create_online_redemption", "law:debited_once"]


BY_CONTROL = (Need.CONTROL, Need.EVENTS, Need.CLOCK)


def test_a_plan_counts_what_the_laws_would_send() -> None:
    app = Lying()
    with served(app) as url:  # type: ignore[arg-type]  # any ASGI app with a state
        given = read(
            "operations: {process_batch_redemption: {user_id: [{value: 111112000, spend: 2}]}}",
            load(),
            "f.yaml",
        )
        job = job_for(url, phases=(LAWS,), own=False, fixtures=given, reset_path=None, rehearse=True)
        own, foreign = Run(job_for(url, phases=(LAWS,), rehearse=True), load()), Run(job, load())
        asked = len(app.paths)
        for each in (own, foreign):
            phase.run(each, lambda _: None)
            each.close()
        assert len(app.paths) == asked
    assert [row["what"] for row in own.result.not_run] == [
        f"laws: {len(STORIES)} stories, {machine.EXAMPLES} drawn sequences"
    ]
    assert foreign.result.tally.counts["process_batch_redemption"].probes.total() >= 4
    assert foreign.result.findings == []
    assert "law:refusal_debits_nothing" in {row["what"] for row in foreign.result.not_run}


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell no story, and shrink little."""
    monkeypatch.setattr(phase, "STORIES", [])
    monkeypatch.setattr(machine, "MOST", 20)


def failing(monkeypatch: pytest.MonkeyPatch, when: Callable[[str, str], bool]) -> None:
    """Let the control plane answer nothing from the first question on that `when` says."""
    ask, gone = Control.ask, False

    def fail(self: Control, method: str, path: str, body: Any = None, **query: Any) -> Any:
        nonlocal gone
        gone = gone or when(method, path)
        if gone:
            raise ControlError(f"the control plane does not answer {method} {path}: gone")
        return ask(self, method, path, body, **query)

    monkeypatch.setattr(Control, "ask", fail)


@pytest.mark.usefixtures("drawn")
def test_a_sandbox_that_dies_while_sequences_are_drawn_is_not_green(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what it did before is judged."""
    judged: list[History] = []
    judge = Court.judge

    def seen(self: Court, history: History) -> Any:
        judged.append(history)
        return judge(self, history)

    monkeypatch.setattr(Court, "judge", seen)
    failing(monkeypatch, lambda _, path: path == "clock/advance")
    with phase_of(Lying()) as run:
        pass

    assert run.result.broken is not None
    assert "does not answer POST clock/advance" in run.result.broken
    assert "laws" in {row["what"] for row in run.result.not_run}
    assert [each[0] for each in judged[-1].drawn][-1:] == ["wait"]


@pytest.mark.usefixtures("drawn")
def test_what_was_found_before_the_end_of_the_drawing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of the run is over while the sequence is being shrunk."""
    monkeypatch.setattr(Guests, "apply", apply_nothing)
    note = machine.Drawn.note
    with served(Lying()) as url:  # type: ignore[arg-type]  # any ASGI app with a state
        run = Run(job_for(url, phases=(LAWS,)), load())

        def stop(self: machine.Drawn, breaches: Any) -> None:
            note(self, breaches)
            run.wire.stop(DEADLINE)

        monkeypatch.setattr(machine.Drawn, "note", stop)
        phase.run(run, lambda _: None)

    assert "law:exact_debit" in {each.check for each in run.result.findings}


def test_a_story_that_broke_off_is_not_green(
    monkeypatch: pytest.MonkeyPatch, only: Callable[..., None]
) -> None:
    only(QUOTED, FORCED)
    tell = phase.told

    def told(world: Any, inbox: Any, story: Any) -> Any:
        history, _ = tell(world, inbox, story)
        return history, "it broke off: ReadTimeout" if story.name == QUOTED else None

    monkeypatch.setattr(phase, "told", told)
    with phase_of(Lying()) as run:
        assert run.result.broken == f"story: {QUOTED}: it broke off: ReadTimeout"
        assert run.result.tally.counts["force_redeem"].probes.total()  # the others are told


def test_what_was_found_counts_whatever_broke_off_before(
    monkeypatch: pytest.MonkeyPatch, only: Callable[..., None]
) -> None:
    only(QUOTED, FORCED)
    monkeypatch.setattr(Guests, "apply", apply_nothing)
    tell = phase.told

    def told(world: Any, inbox: Any, story: Any) -> Any:
        history, why = tell(world, inbox, story)
        return (History("", ()), "it broke off") if story.name == QUOTED else (history, why)

    monkeypatch.setattr(phase, "told", told)
    with phase_of(Lying(), fail_fast=True) as run:
        assert run.result.findings
        assert run.wire.stopped == FIRST_FINDING
        assert run.result.broken is None


def test_a_sandbox_whose_control_plane_is_gone_is_not_green(
    monkeypatch: pytest.MonkeyPatch, only: Callable[..., None]
) -> None:
    only(FORCED)
    failing(monkeypatch, lambda *_: True)
    with phase_of(Lying(), operations=("force_redeem",)) as run:
        assert run.result.broken == f"laws: {phase.NO_CONTROL}"


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("error", [Unsatisfiable("nothing could be drawn"), ExceptionGroup("", [KeyError()])])
def test_sequences_that_cannot_be_drawn_are_no_silence(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(machine, "run_state_machine_as_test", fail)
    with pytest.raises(type(error)), phase_of(Lying()):
        pass


def test_a_request_that_must_not_be_sent_leaves_out_its_story_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(Lying()) as url:  # type: ignore[arg-type]  # any ASGI app with a state
        given = read(
            """
operations:
  create_online_redemption: {store_number: ["401"], reward_id: [{value: 70001, spend: 2}]}
  process_batch_redemption: {user_id: [{value: 111112000, spend: 2}]}
""",
            load(),
            "fixtures.yaml",
        )
        run = Run(job_for(url, phases=(LAWS,), own=False, fixtures=given, reset_path=None), load())
        send = run.send

        def guarded(operation: Any, body: Any) -> Any:
            if operation.id == ONLINE:
                raise WireError("a request was not sent: reward_id is no fixture")
            return send(operation, body)

        monkeypatch.setattr(run, "send", guarded)
        phase.run(run, lambda _: None)

    left = {row["what"]: row["why"] for row in run.result.not_run}
    assert left["story: a fixture of reward_id is quoted, committed and sent again"].endswith("no fixture")
    assert UNTOLD not in left
    assert run.result.tally.counts["process_batch_redemption"].probes.total() >= 4


@pytest.mark.parametrize("failed", [None, "clock", "snapshots"])
def test_all_is_put_back_after_ctrl_c_in_the_middle_of_a_call(
    failed: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each by itself: what cannot be put back keeps nothing else from it."""
    app = Lying()
    with (
        served(app) as url,  # type: ignore[arg-type]  # any ASGI app with a state
        contextlib.closing(Control(url)) as control,
        contextlib.closing(Control(url)) as other,
    ):
        other.ask("POST", "clock/run")
        other.ask("PUT", "snapshots/mine")
        before = other.ask("GET", "business")
        answers, asks = http.client.HTTPConnection.getresponse, Control.ask
        interrupted = False

        def interrupt(self: Any) -> Any:
            if interrupted:
                return answers(self)
            raise KeyboardInterrupt

        def ask(self: Control, method: str, path: str, body: Any = None, **query: Any) -> Any:
            if interrupted and self is control and failed is not None and path.startswith(failed):
                raise ControlError("gone")
            return asks(self, method, path, body, **query)

        monkeypatch.setattr(Control, "ask", ask)
        with (
            contextlib.suppress(KeyboardInterrupt),
            phase.as_it_was(control, "/_sandbox/snapshots/mine/restore"),
        ):
            other.ask("PUT", "guests/111111111", {"points": 7})
            with monkeypatch.context() as patched:
                patched.setattr(http.client.HTTPConnection, "getresponse", interrupt)
                try:
                    control.ask("GET", "guests")
                finally:
                    interrupted = True

        assert other.ask("GET", "business") == before
        assert (other.ask("GET", "clock")["clock"] == "frozen") is (failed == "clock")
        assert (other.ask("GET", "guests/111111111")["points"] == 7) is (failed == "snapshots")
