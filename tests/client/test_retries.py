"""The rules of repeating, told what comes back and asked what they do: no socket, no clock, no chance."""

import json
import random
from collections.abc import Callable, Iterable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from client.conftest import NOON, Clock

from punchh_contract import contract
from punchh_contract.client.answer import Answer
from punchh_contract.client.conversation import Policy, Send, Wait, converse
from punchh_contract.client.errors import (
    AuthenticationError,
    CallTimeout,
    ConnectionFailed,
    OutcomeUnknown,
    PunchhError,
    RateLimitedError,
    RefusalError,
    ServerError,
    UndocumentedError,
)
from punchh_contract.client.faults import Fault
from punchh_contract.client.outcomes import Result
from punchh_contract.client.prepared import Prepared, prepare
from punchh_contract.errors import UsageError

ONLINE = "create_online_redemption"
OPERATIONS = list(contract.load().operations)
KEYED = [ONLINE, "process_batch_redemption"]
NEVER = ["create_subscription_redemption_code", "force_redeem"]
REFUSED = Fault("connect", written=False)
LOST = Fault("read", written=True)
LATE = Fault("timeout", written=True)
UNAVAILABLE = Answer(503, {}, b"{}")
HTML = Answer(502, {"Content-Type": "text/html"}, b"<html>Bad Gateway</html>")
EMPTY = Answer(200, {}, b"")

Event = Answer | Fault
Bodies = dict[str, dict[str, Any]]


class Talk:
    """A conversation with a script: what was sent, how long it waited, how it ended."""

    def __init__(self, clock: Clock, call: Prepared, script: Iterable[Event], **policy: Any) -> None:
        self.sent: list[Prepared] = []
        self.waits: list[float] = []
        self.result: Result | None = None
        self.error: PunchhError | None = None
        rules = {"max_retries": 2, "deadline": clock.seconds + 60, **policy}
        talk = converse(call, Policy(base_url="http://127.0.0.1:1", **rules), clock.world())
        events = iter(script)
        event: Event | None = None
        try:
            while True:
                step = talk.send(event)
                if isinstance(step, Wait):
                    clock.sleep(step.seconds)
                    self.waits.append(step.seconds)
                    event = None
                else:
                    assert isinstance(step, Send)
                    self.sent.append(step.prepared)
                    assert step.number == len(self.sent)
                    event = next(events)
        except StopIteration as end:
            self.result = end.value
        except PunchhError as error:
            self.error = error
        self.unused = list(events)


@pytest.fixture
def call(bodies: Bodies) -> Callable[..., Prepared]:
    def make(operation: str = ONLINE, **more: Any) -> Prepared:
        body = {**bodies[operation], **more}
        return prepare(contract.load().operation(operation), body, user_agent="Example/POS/1.0")

    return make


Call = Callable[..., Prepared]


@pytest.fixture
def redeemed(answers: dict[str, Any]) -> Callable[[str], Answer]:
    def make(operation: str = ONLINE) -> Answer:
        status = contract.load().operation(operation).success.status
        return Answer(status, {}, json.dumps(answers[operation]).encode())

    return make


Redeemed = Callable[[str], Answer]


def rate_limited(retry_after: str | None) -> Answer:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Answer(429, headers, b'{"error":"Too many requests"}')


def gone() -> Answer:
    return Answer(422, {}, b'["Given reward is not accessible for this guest"]')


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_was_never_written_is_repeated_for_every_operation(
    operation: str, clock: Clock, call: Call, redeemed: Redeemed
) -> None:
    talk = Talk(clock, call(operation), [REFUSED, REFUSED, redeemed(operation)])
    assert talk.result is not None
    assert talk.result.committed
    assert talk.result.attempts == 3
    assert len({each.body for each in talk.sent}) == 1


@pytest.mark.parametrize("operation", OPERATIONS)
def test_three_refused_connections_are_a_connection_that_failed(
    operation: str, clock: Clock, call: Call
) -> None:
    talk = Talk(clock, call(operation), [REFUSED] * 3)
    assert type(talk.error) is ConnectionFailed
    assert talk.error.retryable
    assert talk.error.attempts == 3


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "event", [LOST, LATE, Fault("write", written=True), Fault("protocol", written=True), HTML, EMPTY]
)
def test_a_commit_that_may_have_arrived_is_not_repeated(
    operation: str, event: Event, clock: Clock, call: Call, redeemed: Redeemed
) -> None:
    talk = Talk(clock, call(operation), [event, redeemed(operation)])
    assert len(talk.sent) == 1
    assert type(talk.error) is OutcomeUnknown
    assert talk.error.fingerprint == talk.sent[0].fingerprint
    assert talk.error.external_uid == talk.sent[0].external_uid
    assert not talk.error.retryable


@pytest.mark.parametrize("operation", NEVER)
@pytest.mark.parametrize("event", [LOST, HTML, EMPTY, rate_limited("0")])
def test_trust_in_a_key_changes_nothing_where_there_is_none(
    operation: str, event: Event, clock: Clock, call: Call, redeemed: Redeemed
) -> None:
    talk = Talk(clock, call(operation), [event, redeemed(operation)], trust_external_uid=True)
    assert len(talk.sent) == 1
    assert isinstance(talk.error, OutcomeUnknown | RateLimitedError)


@pytest.mark.parametrize("operation", KEYED)
@pytest.mark.parametrize("event", [LOST, LATE, HTML, EMPTY, UNAVAILABLE, Answer(408, {}, b"")])
def test_a_trusted_key_lets_the_very_same_bytes_go_again(
    operation: str, event: Event, clock: Clock, call: Call, redeemed: Redeemed
) -> None:
    talk = Talk(clock, call(operation), [event, event, redeemed(operation)], trust_external_uid=True)
    assert talk.result is not None
    assert talk.result.committed
    assert [each.body for each in talk.sent] == [talk.sent[0].body] * 3
    assert {each.external_uid for each in talk.sent} == {talk.result.external_uid}


@pytest.mark.parametrize(
    "echo",
    [gone(), Answer(401, {}, b'{"error":"x"}'), rate_limited(None), REFUSED, UNAVAILABLE],
    ids=["refusal", "401", "429", "connection refused", "503"],
)
def test_nothing_but_a_redemption_takes_a_doubt_away(echo: Event, clock: Clock, call: Call) -> None:
    talk = Talk(clock, call(), [LOST, echo, echo, echo], trust_external_uid=True)
    assert type(talk.error) is OutcomeUnknown
    assert talk.error.cause_error is not None
    assert not talk.error.cause_error.retryable


def test_a_refusal_with_status_200_may_be_the_echo_of_our_own_redemption(clock: Clock, call: Call) -> None:
    examples = contract.load().document["components"]["examples"]
    refused = Answer(200, {}, json.dumps(examples["OnlineAlreadyProcessed"]["value"]).encode())
    alone = Talk(clock, call(), [refused])
    assert alone.result is not None
    assert alone.result.refused
    after = Talk(clock, call(), [LOST, refused], trust_external_uid=True)
    assert type(after.error) is OutcomeUnknown
    assert type(after.error.cause_error) is RefusalError
    assert after.error.cause_error.error_id == "already_processed"


def test_a_call_that_is_doubtful_from_the_start_stays_so(clock: Clock, call: Call) -> None:
    talk = Talk(clock, call(), [gone()], trust_external_uid=True, doubtful=True)
    assert type(talk.error) is OutcomeUnknown


@pytest.mark.parametrize("operation", KEYED)
@pytest.mark.parametrize("event", [LOST, LATE, REFUSED, HTML, UNAVAILABLE])
def test_a_dry_run_may_go_again_whatever_happened(
    operation: str, event: Event, clock: Clock, call: Call, answers: dict[str, Any]
) -> None:
    quote = Answer(200, {}, json.dumps(answers[operation]).encode())
    talk = Talk(clock, call(operation, query=True), [event, event, quote])
    assert talk.result is not None
    assert talk.result.quoted


@pytest.mark.parametrize(
    ("event", "kind"),
    [(LOST, ConnectionFailed), (LATE, CallTimeout), (HTML, ServerError), (EMPTY, UndocumentedError)],
)
def test_a_dry_run_that_fails_says_that_nothing_was_taken(
    event: Event, kind: type[PunchhError], clock: Clock, call: Call
) -> None:
    talk = Talk(clock, call(query=True), [event] * 3)
    assert type(talk.error) is kind


@pytest.mark.parametrize("answer", [gone(), Answer(400, {}, b""), Answer(401, {}, b""), Answer(412, {}, b"")])
def test_a_refusal_is_told_at_once(answer: Answer, clock: Clock, call: Call) -> None:
    talk = Talk(clock, call(), [answer, answer], trust_external_uid=True)
    assert len(talk.sent) == 1
    assert talk.error is not None
    assert talk.error.status == answer.status
    assert not isinstance(talk.error, OutcomeUnknown)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_kept_in_both_forms(
    operation: str, form: str, clock: Clock, call: Call, redeemed: Redeemed
) -> None:
    when = "7" if form == "seconds" else format_datetime(NOON + timedelta(seconds=7), usegmt=True)
    talk = Talk(clock, call(operation), [rate_limited(when), redeemed(operation)])
    if operation in NEVER:
        assert isinstance(talk.error, RateLimitedError)
        assert talk.error.retry_after == pytest.approx(7)
        assert talk.waits == []
    else:
        assert talk.result is not None
        assert talk.waits == [pytest.approx(7)]


@pytest.mark.parametrize("when", ["61", "999999999999999999999", None])
def test_a_wait_beyond_the_deadline_is_not_begun(when: str | None, clock: Clock, call: Call) -> None:
    talk = Talk(clock, call(), [rate_limited(when)], deadline=clock.seconds + 60)
    assert isinstance(talk.error, RateLimitedError)
    assert talk.waits == []


def test_a_429_without_retry_after_waits_a_minute_as_the_contract_advises(
    clock: Clock, call: Call, redeemed: Redeemed
) -> None:
    talk = Talk(clock, call(), [rate_limited(None), redeemed(ONLINE)], deadline=clock.seconds + 61)
    assert talk.waits == [60.0]
    assert talk.result is not None


@pytest.mark.parametrize("when", ["", "soon", "-5", "Mon, 99 Nonsense"])
def test_an_unreadable_retry_after_is_no_leave_to_hurry(when: str, clock: Clock, call: Call) -> None:
    talk = Talk(clock, call(), [rate_limited(when)])
    assert isinstance(talk.error, RateLimitedError)
    assert talk.waits == []


def test_a_server_that_is_away_says_for_how_long(clock: Clock, call: Call, answers: dict[str, Any]) -> None:
    away = Answer(503, {"Retry-After": "9"}, b"")
    quote = Answer(200, {}, json.dumps(answers[ONLINE]).encode())
    talk = Talk(clock, call(query=True), [away, quote])
    assert talk.waits == [9.0]


def test_waits_are_drawn_in_full_and_grow(clock: Clock, call: Call) -> None:
    clock.draws = lambda: 1.0
    assert Talk(clock, call(), [REFUSED] * 7, max_retries=6).waits == [0.25, 0.5, 1.0, 2.0, 2.0, 2.0]
    clock.draws = lambda: 0.0
    assert Talk(clock, call(), [REFUSED] * 3).waits == [0.0, 0.0]


def test_no_retries_means_none(clock: Clock, call: Call) -> None:
    assert len(Talk(clock, call(), [REFUSED], max_retries=0).sent) == 1


def test_our_own_mistakes_are_not_repeated(clock: Clock, call: Call) -> None:
    talk = Talk(clock, call(), [Fault("unsupported", written=False)])
    assert type(talk.error) is ConnectionFailed
    assert not talk.error.retryable


def test_time_that_is_over_before_anything_was_sent_is_a_timeout(clock: Clock, call: Call) -> None:
    talk = Talk(clock, call(), [Fault("timeout", written=False)], deadline=clock.seconds)
    assert type(talk.error) is CallTimeout


def test_what_an_error_came_from_is_kept_for_debugging(clock: Clock, call: Call) -> None:
    cause = OSError("unplugged")
    for written in (False, True):
        talk = Talk(clock, call(), [Fault("read", written=written, error=cause)] * 3)
        assert talk.error is not None
        assert talk.error.__cause__ is cause


def test_a_401_is_no_outcome_unknown(clock: Clock, call: Call) -> None:
    talk = Talk(clock, call(), [REFUSED, Answer(401, {}, b"")])
    assert type(talk.error) is AuthenticationError


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_the_rules_hold(seed: int, clock: Clock, call: Call, redeemed: Redeemed) -> None:
    chance = random.Random(seed)
    clock.draws = chance.random
    for _ in range(150):
        operation = chance.choice(OPERATIONS)
        dry = operation in KEYED and chance.random() < 0.3
        trust = chance.random() < 0.5
        asked = chance.choice(["0", "1", "5", "600", None, "soon"])
        pool = [
            REFUSED,
            LOST,
            LATE,
            HTML,
            EMPTY,
            UNAVAILABLE,
            gone(),
            rate_limited(asked),
            redeemed(operation),
        ]
        script = [chance.choice(pool) for _ in range(12)]
        start, most = clock.seconds, chance.randrange(5)
        made = call(operation, query=True) if dry else call(operation)
        talk = Talk(
            clock,
            made,
            script,
            max_retries=most,
            trust_external_uid=trust,
            deadline=start + chance.choice([1, 6, 60]),
        )
        told = script[: len(talk.sent)]
        # Bounded, in time, and always the same bytes.
        assert len(talk.sent) <= most + 1
        assert sum(talk.waits) <= 60
        assert {each.body for each in talk.sent} == {made.body}
        doubts = [place for place, event in enumerate(told) if doubtful(event)]
        if not dry and doubts:
            # Sent again after it may have been written: only with a key that is trusted.
            assert doubts[0] == len(told) - 1 or (operation in KEYED and trust)
            assert isinstance(talk.error, OutcomeUnknown) or (
                talk.result is not None and talk.result.committed
            )
        if operation in NEVER:
            assert all(event is REFUSED for event in told[:-1])
        for event, wait in zip(told, talk.waits, strict=False):
            if isinstance(event, Answer) and (least := event.retry_after(NOON)) is not None:
                assert wait >= least


def doubtful(event: Event) -> bool:
    """The request may have arrived, and this is no answer that says what became of it."""
    return event in (LOST, LATE, HTML, EMPTY, UNAVAILABLE)


def thrown_at(clock: Clock, call: Prepared, events: list[Event | None], **policy: Any) -> Exception:
    """What becomes of a driver's own failure after these events."""
    rules = {"max_retries": 2, "deadline": clock.seconds + 60, "trust_external_uid": True, **policy}
    talk = converse(call, Policy(base_url="http://127.0.0.1:1", **rules), clock.world())
    for event in (None, *events):
        talk.send(event)
    with pytest.raises((OutcomeUnknown, UsageError)) as caught:
        talk.throw(UsageError("this client is closed"))
    return caught.value


@pytest.mark.parametrize("operation", KEYED)
@pytest.mark.parametrize("event", [LOST, LATE, HTML, EMPTY], ids=repr)
def test_a_drivers_failure_does_not_take_a_doubt_away(
    operation: str, event: Event, clock: Clock, bodies: Bodies
) -> None:
    call = prepare(contract.load().operation(operation), bodies[operation], user_agent="Example/POS/1.0")
    waiting, sending = thrown_at(clock, call, [event]), thrown_at(clock, call, [event, None])
    for error in (waiting, sending):
        assert type(error) is OutcomeUnknown
        assert isinstance(error.__cause__, UsageError)


@pytest.mark.parametrize("events", [[], [REFUSED], [REFUSED, None]], ids=repr)
def test_a_drivers_failure_before_anything_was_sent_is_told_as_it_is(
    events: list[Event | None], clock: Clock, bodies: Bodies
) -> None:
    call = prepare(contract.load().operation(ONLINE), bodies[ONLINE], user_agent="Example/POS/1.0")
    assert type(thrown_at(clock, call, events)) is UsageError
    assert type(thrown_at(clock, call, events, doubtful=True)) is UsageError


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_failure_of_ours_to_read_an_answer_leaves_a_doubt(
    operation: str, clock: Clock, bodies: Bodies, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("punchh_contract.client.conversation.read", fail)
    call = prepare(contract.load().operation(operation), bodies[operation], user_agent="Example/POS/1.0")
    talk = Talk(clock, call, [Answer(200, {}, b"{}")])
    assert type(talk.error) is OutcomeUnknown
