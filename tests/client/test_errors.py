"""The errors: what they carry, show and keep when pickled; and the table that picks them."""

import inspect
import pickle
from typing import Any

import pytest
from client.exchanges import COMMITS, CONTRACT, answer, commit

from punchh_contract.client import errors
from punchh_contract.client.error_table import BY_STATUS, SAYS, TABLE, class_of
from punchh_contract.client.errors import (
    AnswerError,
    AuthenticationError,
    ConnectionFailed,
    NotFoundError,
    OutcomeUnknown,
    PunchhError,
    RateLimitedError,
    RefusalError,
    ServerError,
    SignatureError,
    UndocumentedError,
    UnexpectedRedirectError,
    ValidationError,
)
from punchh_contract.client.reading import read
from punchh_contract.errors import PunchhContractError, UsageError

CLASSES = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, PunchhError)]
GUEST = "zebediah.quill@example.com"


def pickled(error: PunchhError) -> Any:
    return pickle.loads(pickle.dumps(error))  # noqa: S301  # our own, of a line ago


def test_the_table_has_every_refusal_of_the_contract_and_no_other() -> None:
    ids = {key for operation in CONTRACT.operations.values() for key in operation.errors}
    assert ids == TABLE.keys()


def test_every_error_status_of_the_contract_has_a_class() -> None:
    statuses = {status for operation in CONTRACT.operations.values() for status in operation.statuses}
    assert {status for status in statuses if status >= 400} <= BY_STATUS.keys()


def test_every_class_of_an_answer_says_something() -> None:
    assert {each for each in CLASSES if issubclass(each, AnswerError)} - {AnswerError} == SAYS.keys()
    assert {*TABLE.values(), *BY_STATUS.values()} <= SAYS.keys()


@pytest.mark.parametrize(
    ("status", "error_id", "kind"),
    [
        (422, "invalid_receipt_amount", ValidationError),
        (422, None, RefusalError),
        (422, "no such id", RefusalError),
        (403, None, AuthenticationError),
        (410, None, NotFoundError),
        (412, None, SignatureError),
        (308, None, UnexpectedRedirectError),
        (500, None, ServerError),
        (520, None, ServerError),
        (599, None, ServerError),
        (600, None, UndocumentedError),
        (418, None, UndocumentedError),
        (204, None, UndocumentedError),
        (0, None, UndocumentedError),
    ],
)
def test_a_text_that_nobody_knows_is_judged_by_its_status(
    status: int, error_id: str | None, kind: type[AnswerError]
) -> None:
    assert class_of(status, error_id) is kind


@pytest.mark.parametrize("kind", CLASSES)
def test_each_is_ours_and_is_pickled_whole(kind: type[PunchhError]) -> None:
    error = kind.about(
        commit("create_online_redemption"),
        "something happened.",
        attempts=2,
        status=422,
        request_id="3f2b",
        error_id="reward_not_accessible",
        vendor_message="as it came",
        meaning="It means this.",
        advice="Do that.",
        retryable=True,
        raw='["masked"]',
        body=["as it came"],
    )
    again = pickled(error)
    assert isinstance(error, PunchhContractError)
    assert type(again) is kind
    assert vars(again) == vars(error)
    assert str(again) == str(error)
    assert error.method == "POST"
    assert error.path == "/api/auth/redemptions/online_order"


def test_what_a_class_has_of_its_own_survives_pickling() -> None:
    held: list[tuple[PunchhError, str, Any]] = [
        (ValidationError("x", field="item_name", index=3), "index", 3),
        (RateLimitedError("x", retry_after=42.0), "retry_after", 42.0),
        (UnexpectedRedirectError("x", location="https://example.com/"), "location", "https://example.com/"),
        (errors.BudgetExceeded("x", wait=1.5), "wait", 1.5),
    ]
    for error, name, value in held:
        assert getattr(pickled(error), name) == value


def test_text_names_the_call_and_the_contracts_words() -> None:
    error = NotFoundError.about(
        commit("process_batch_redemption"),
        "what the request names is not there.",
        attempts=1,
        status=404,
        request_id="3f2b",
        error_id="user_not_found",
        vendor_message=f"User {GUEST} not found",
        meaning="No such guest.",
        advice="Look the guest up again.",
        body={"error": GUEST},
    )
    text = str(error)
    assert text.startswith("process_batch_redemption (POST /api/pos/batch_redemptions): ")
    assert "No such guest. Look the guest up again." in text
    assert "[status 404, error user_not_found, request id 3f2b, fingerprint " in text
    assert GUEST not in text + repr(error)
    assert repr(error).startswith("<NotFoundError: ")


def test_a_diagnosis_joins_the_text_of_a_412() -> None:
    error = SignatureError("no match.", status=412)
    assert "pretty-printed" not in str(error)
    error.diagnosis = "the body was pretty-printed"
    assert str(error).endswith("\nthe body was pretty-printed")


def unknown(operation_id: str) -> OutcomeUnknown:
    with pytest.raises(OutcomeUnknown) as caught:
        read(commit(operation_id), answer(502, b"<html>"))
    return caught.value


def test_an_unknown_outcome_repeats_through_its_client() -> None:
    error = unknown("create_online_redemption")
    assert error.bind(lambda: "the result") is error
    assert error.resolve() == "the result"


@pytest.mark.parametrize("operation_id", ["force_redeem", "create_subscription_redemption_code"])
def test_an_unknown_outcome_without_a_key_says_why_it_cannot_be_repeated(operation_id: str) -> None:
    error = unknown(operation_id)
    assert error.external_uid is None
    assert "could count twice" in str(error)
    with pytest.raises(UsageError, match="without a key that makes a repetition harmless"):
        error.resolve()


def test_a_pickled_unknown_outcome_has_lost_its_client_and_says_so() -> None:
    error = unknown("process_batch_redemption")
    error.bind(lambda: "the result")
    again = pickled(error)
    assert again.external_uid == error.external_uid is not None
    assert type(again.cause_error) is ServerError
    with pytest.raises(UsageError, match="without its client"):
        again.resolve()


def test_an_unknown_outcome_carries_what_its_cause_knows() -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        read(commit("force_redeem"), answer(503, {"error": GUEST}, X_Request_Id="ab-12"), 3)
    error = caught.value
    assert isinstance(error.cause_error, ServerError)
    assert (error.status, error.request_id, error.attempts) == (503, "ab-12", 3)
    assert error.body == {"error": GUEST}
    assert not error.retryable
    assert not error.cause_error.retryable
    assert GUEST not in f"{error!s}{error!r}{error.raw}"
    assert "because: " in str(error)


def test_no_connection_is_no_answer() -> None:
    assert not issubclass(ConnectionFailed, AnswerError)
    assert set(COMMITS) == set(CONTRACT.operations)
