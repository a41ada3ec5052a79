"""What is made of a delivery: each property by itself, the answer, and that nothing is raised or told."""

import dataclasses
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from receiver.hooks import CREDENTIALS, GUEST, SECRET, SEED, URI, event, sent

from punchh_contract.errors import UsageError
from punchh_contract.receiver import Incoming, Order, Verdict, judge, judgement, verify


class Notes:
    """A memory of two dictionaries, as anybody could write."""

    def __init__(self, *verdicts: Verdict) -> None:
        self.digests = {each.stamp.key: each.stamp.digest for each in verdicts if each.stamp}
        self.orders: dict[int, Order] = {}

    def seen(self, key: str) -> str | None:
        return self.digests.get(key)

    def latest(self, redemption_id: int) -> Order | None:
        return self.orders.get(redemption_id)

    def handled(self, body: bytes) -> "Notes":
        stamp = verdict_of(body).stamp
        assert stamp is not None
        assert stamp.redemption_id is not None
        assert stamp.order is not None
        self.orders[stamp.redemption_id] = stamp.order
        return self


def verdict_of(body: bytes, memory: Notes | None = None, **options: Any) -> Verdict:
    return judge(sent(body), CREDENTIALS, memory=memory, **options)


def test_a_good_delivery_is_taken() -> None:
    verdict = verdict_of(event())
    assert (verdict.status, verdict.outcome, verdict.authentic) == (200, "take", True)
    assert (verdict.readable, verdict.known, verdict.valid) == (True, True, True)
    assert (verdict.duplicate, verdict.conflict, verdict.stale, verdict.reason) == (None, None, None, None)


def test_the_sample_of_the_vendor_is_taken() -> None:
    assert verdict_of(SEED, strict=True).outcome == "take"


@pytest.mark.parametrize(
    ("body", "readable", "known", "reason"),
    [
        pytest.param(b"{", False, False, "it cannot be read", id="not JSON"),
        pytest.param(b"", False, False, "it cannot be read", id="empty"),
        pytest.param(b"\xff", False, False, "it cannot be read", id="not UTF-8"),
        pytest.param(b'{"a":' * 600 + b"1" + b"}" * 600, True, False, "not the event", id="deep"),
        pytest.param(b"[]", True, False, "not the event redemptions", id="no object"),
        pytest.param(event(event_name="users"), True, False, "not the event redemptions", id="another event"),
        pytest.param(event(business_id="548"), True, True, "/business_id", id="a field of another kind"),
        pytest.param(
            event(payload={"redemption_id": 2**63}), True, True, "/payload/redemption_id", id="huge"
        ),
        pytest.param(event(content_id=""), True, True, "/content_id", id="no id"),
    ],
)
def test_what_is_authentic_and_nothing_to_handle_is_put_aside_with_202(
    body: bytes, readable: bool, known: bool, reason: str
) -> None:
    verdict = verdict_of(body)
    assert (verdict.status, verdict.outcome, verdict.valid) == (202, "park", False)
    assert (verdict.readable, verdict.known) == (readable, known)
    assert reason in (verdict.reason or "")
    # The same again has nothing left to do, whatever it is.
    again = verdict_of(body, Notes(verdict))
    assert (again.status, again.outcome, again.duplicate) == (202, "drop", True)


def test_what_the_contract_does_not_know_is_taken_and_drift_is_put_aside_if_asked_for() -> None:
    body = event(tenant="demo", action="renewed", payload={"channel": "kiosk"})
    assert verdict_of(body).outcome == "take"
    assert verdict_of(body, strict=True).outcome == "park"


def test_ids_beyond_what_a_double_holds_are_told_apart() -> None:
    first, second = (verdict_of(event(payload={"redemption_id": 2**53 + n})).stamp for n in (0, 1))
    assert first is not None
    assert second is not None
    assert (first.redemption_id, second.redemption_id) == (2**53, 2**53 + 1)
    assert first.digest != second.digest


def test_a_bad_signature_is_401_and_unread() -> None:
    verdict = judge(dataclasses.replace(sent(event()), body=event() + b" "), CREDENTIALS)
    assert (verdict.status, verdict.outcome, verdict.readable, verdict.stamp) == (401, "refuse", None, None)
    assert "digest is wrong" in (verdict.reason or "")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "post ", "", "OPTIONS"])
def test_other_methods_are_405(method: str) -> None:
    assert judge(sent(event(), method), CREDENTIALS).status == 405


@pytest.mark.parametrize(
    ("headers", "closed", "opened"),
    [
        pytest.param(dict(sent(b"", "GET").headers), 200, 200, id="authentic"),
        pytest.param({"authorization": "bearer wrong"}, 401, 401, id="wrong"),
        pytest.param({}, 401, 200, id="without credentials"),
    ],
)
def test_a_check_has_to_be_authentic_unless_it_is_open(
    headers: dict[str, str], closed: int, opened: int
) -> None:
    check = Incoming("GET", URI, headers, b"")
    assert judge(check, CREDENTIALS).status == closed
    assert judge(check, CREDENTIALS, open_check=True).status == opened


def test_a_duplicate_is_known_by_id_and_time_and_content() -> None:
    notes = Notes(verdict_of(event()))
    document = json.loads(event())
    other_form = json.dumps(dict(reversed(document.items())), indent=2).encode()
    for body in (event(), other_form, b"\xef\xbb\xbf" + event()):
        verdict = verdict_of(body, notes)
        assert (verdict.status, verdict.outcome, verdict.duplicate, verdict.conflict) == (
            200,
            "drop",
            True,
            False,
        )
    for body in (event(2), event(timestamp=1591594105)):
        assert verdict_of(body, notes).outcome == "take"


def test_what_was_put_aside_before_is_not_searched_for_faults_again(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = event(business_id="548")
    first = verdict_of(wrong, Notes())
    assert first.findings is not None
    assert [each.pointer for each in first.findings] == ["/business_id"]
    monkeypatch.setattr(judgement, "validate", None)  # it would raise
    again = verdict_of(wrong, Notes(first))
    assert (again.status, again.outcome, again.valid, again.findings) == (202, "drop", False, None)
    assert again.reason == "it is not as the contract says"


def test_the_same_id_with_another_body_is_noticed_once() -> None:
    notes = Notes(verdict_of(event()))
    verdict = verdict_of(event(payload={"redemption_status": "redeemed"}), notes)
    assert (verdict.status, verdict.outcome, verdict.conflict, verdict.duplicate) == (
        202,
        "park",
        True,
        False,
    )
    assert verdict.stamp is not None
    notes.digests[verdict.stamp.of_the_other] = verdict.stamp.digest
    again = verdict_of(event(payload={"redemption_status": "redeemed"}), notes)
    assert (again.status, again.outcome, again.conflict, again.duplicate) == (202, "drop", True, True)


def at(updated_at: str | None, timestamp: int, action: str = "update") -> bytes:
    return event(timestamp=timestamp, action=action, payload={"updated_at": updated_at} if updated_at else {})


T1, T2 = "2026-03-02T18:05:01Z", "2026-03-02T18:05:02Z"


@pytest.mark.parametrize(
    ("handled", "comes", "stale"),
    [
        pytest.param(at(T2, 5), at(T1, 6), True, id="an older state, sent later"),
        pytest.param(at(T1, 5), at(T2, 4), False, id="a newer state, sent earlier"),
        pytest.param(at(T1, 5), at(T1, 4), True, id="the same state, sent earlier"),
        pytest.param(at(T1, 5), at(T1, 5), False, id="nothing tells them apart"),
        pytest.param(at(T1, 5), at(T1, 5, "create"), True, id="a creation after a change"),
        pytest.param(at(T1, 5, "create"), at(T1, 5), False, id="a change after the creation"),
        pytest.param(at(T1, 1772474701), at(T1, 1772474700999), True, id="seconds and milliseconds"),
        pytest.param(
            at("2026-03-02T20:05:01+02:00", 5), at(T1, 5), False, id="the same time in another zone"
        ),
    ],
)
def test_what_is_older_than_what_was_handled_is_stale(handled: bytes, comes: bytes, stale: bool) -> None:
    verdict = verdict_of(comes, Notes().handled(handled))
    assert (verdict.stale, verdict.status, verdict.outcome) == (stale, 200, "take")


def test_another_redemption_makes_nothing_stale() -> None:
    assert verdict_of(event(2, timestamp=1), Notes().handled(event(1, timestamp=9))).stale is False


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(GUEST),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    document = json.loads(event())
    for holder in (document, document["payload"]):
        for name in draw(st.lists(st.sampled_from(sorted(holder)), max_size=3)):
            holder[name] = draw(JSON)
    return json.dumps(document).encode()


@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()) | documents())
@example(body=event(timestamp=1e300))
@example(body=event(timestamp=-1, payload={"updated_at": "9999-12-31T23:59:60Z"}))
@example(body=event(payload={"updated_at": "0000-01-01T00:00:00Z"}))
def test_whatever_comes_is_judged_and_nobody_is_told(body: bytes) -> None:
    verdict = verdict_of(body, Notes())
    assert (verdict.status, verdict.outcome) in ((200, "take"), (202, "park"))
    assert verdict.valid == (verdict.status == 200) == (verdict.reason is None)
    shown = repr(verdict)
    assert [each for each in (*GUEST, SECRET) if each in shown] == []


ANYTHING = (
    st.none()
    | st.integers()
    | st.binary(max_size=5)
    | st.text(max_size=5)
    | st.lists(st.integers(), max_size=3)
)


@settings(max_examples=300, deadline=None)
@given(
    headers=ANYTHING
    | st.lists(st.tuples(ANYTHING, ANYTHING), max_size=3)
    | st.dictionaries(st.text(), ANYTHING),
    method=st.just("POST") | ANYTHING,
    uri=st.just(URI) | ANYTHING,
    body=st.just(b"{}") | ANYTHING,
)
def test_arguments_that_are_no_request_raise_our_error_only(
    headers: Any, method: Any, uri: Any, body: Any
) -> None:
    try:
        verify(headers, method, uri, body, CREDENTIALS)
        judge(Incoming(method, uri, headers, body), CREDENTIALS)
    except UsageError:
        pass


def test_a_request_shows_nothing_that_was_sent() -> None:
    assert repr(sent(event())) == f"Incoming(POST, {len(event())} bytes)"
    assert repr(Incoming("Pat@example.com", GUEST[1], {}, b"")) == "Incoming(?, 0 bytes)"


def test_judging_needs_neither_a_database_nor_a_server() -> None:
    program = (
        "import sys; sys.modules |= dict.fromkeys(['sqlalchemy', 'starlette', 'uvicorn', 'anyio', 'httpx'])\n"
        "import punchh_contract.receiver as r; r.verify; r.judge; r.Event\n"
        "try: r.Inbox\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.startswith("UsageError Inbox needs sqlalchemy")
