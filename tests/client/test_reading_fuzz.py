"""Whatever a server sends, a result or one of our errors comes out, and no guest's data shows in it."""

import json
import logging

from client.exchanges import AGENT, COMMITS, CONTRACT, EXAMPLES, QUOTES, dry_run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from punchh_contract.client.answer import Answer
from punchh_contract.client.errors import AnswerError, OutcomeUnknown
from punchh_contract.client.outcomes import Result
from punchh_contract.client.prepared import Prepared, prepare
from punchh_contract.client.reading import read

GUEST = ("zebediah.quill@example.com", "Zebediah Quill", "+1-555-0142", "sandbox-guest-token-17")


def planted(operation_id: str) -> Prepared:
    """Freeze a commit that is full of a guest's data."""
    body = dict(EXAMPLES[COMMITS[operation_id]])
    if operation_id == "create_online_redemption":
        body |= {"email": GUEST[0], "employee_name": GUEST[1], "authentication_token": GUEST[3]}
        body |= {"external_uid": GUEST[2]}
    elif operation_id == "force_redeem":
        body["redemption"] = {**body["redemption"], "force_message": " ".join(GUEST)}
    elif operation_id == "process_batch_redemption":
        body |= {"external_uid": GUEST[0], "transaction_no": GUEST[1]}
    else:
        body |= {"subscription_id": GUEST[3]}
    return prepare(CONTRACT.operation(operation_id), body, user_agent=AGENT)


KEYS = st.sampled_from(
    [
        *("error", "errors", "message", "code", "status", "category", "success", "failures"),
        *("redemption_id", "redemption_status", "redemption_amount", "redemption_tracking_code"),
        *("expiring_at", "discount_details"),
    ]
)
TEXTS = st.sampled_from(
    [*GUEST, "redeemable", "expired", "processed", "User not found", "2026-03-02T18:00:00Z"]
    + [fact.text for operation in CONTRACT.operations.values() for fact in operation.errors.values()]
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS, st.text(max_size=20))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(KEYS, TEXTS, st.text(max_size=8)), inner, max_size=4),
    ),
    max_leaves=12,
)
PLANTED = st.sampled_from(
    [f"<html><title>502 Bad Gateway</title>{each}</html>".encode() for each in GUEST]
    + [json.dumps(EXAMPLES[name]).encode() for name in ("OnlineCommitted", "BatchMixed", "SubscriptionCode")]
)
BODIES = st.one_of(st.binary(max_size=200), TREES.map(lambda each: json.dumps(each).encode()), PLANTED)
STATUSES = st.one_of(
    st.integers(), st.integers(100, 599), st.sampled_from([200, 201, 400, 401, 404, 408, 412, 422, 429, 502])
)
HEADERS = st.dictionaries(
    st.one_of(
        st.sampled_from(["Retry-After", "X-Request-Id", "Location", "Date", "Content-Type"]),
        st.text(max_size=9),
    ),
    st.one_of(st.text(max_size=30), st.sampled_from([*GUEST[:2], "42", "Mon, 02 Mar 2026 18:00:30 GMT"])),
    max_size=4,
)
CALLS = [
    *(planted(operation_id) for operation_id in COMMITS),
    *(dry_run(operation_id) for operation_id in QUOTES),
]


def outcome_of(prepared: Prepared, given_answer: Answer) -> Result | AnswerError | OutcomeUnknown:
    try:
        return read(prepared, given_answer)
    except (AnswerError, OutcomeUnknown) as error:
        return error


@given(prepared=st.sampled_from(CALLS), status=STATUSES, headers=HEADERS, body=BODIES, cut=st.floats(0, 1))
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_comes_a_result_or_our_error_comes_out_and_no_guest_shows(
    prepared: Prepared, status: int, headers: dict[str, str], body: bytes, cut: float
) -> None:
    given_answer = Answer(status, headers, body[: int(len(body) * cut)] if cut < 0.3 else body)
    outcome = outcome_of(prepared, given_answer)
    if isinstance(outcome, Result):
        assert [outcome.committed, outcome.quoted, outcome.refused].count(True) == 1
        assert outcome.committed <= prepared.committing
        assert (outcome.refusal is not None) == outcome.refused
        shown = [repr(outcome), repr(outcome.refusal), *map(repr, getattr(outcome, "failures", ()))]
        touch(outcome)
    else:
        assert type(outcome) is OutcomeUnknown or not prepared.committing or 300 <= status < 500
        cause = outcome.cause_error if isinstance(outcome, OutcomeUnknown) else outcome
        assert isinstance(cause, AnswerError)
        shown = [text for each in (outcome, cause) for text in (str(each), repr(each), each.raw)]
        shown.append(logging.Formatter().formatException((type(outcome), outcome, outcome.__traceback__)))
    for guest in GUEST:
        assert guest not in "\n".join(shown)


def touch(result: Result) -> None:
    """Read every accessor: none may raise, whatever drifted, but the model, whose error is the user's own."""
    for name in dir(type(result)):
        if not name.startswith("_") and name not in {"model", "raise_for_refusal"}:
            getattr(result, name)
    for item in (*getattr(result, "success", ()), *getattr(result, "failures", ())):
        for name in dir(type(item)):
            if not name.startswith("_"):
                getattr(item, name)
