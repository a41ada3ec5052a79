"""What the four results say: outcome, amounts, times, refusals, drift; and what they do not show."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from client.exchanges import COMMITS, COMMITTED, CONTRACT, EXAMPLES, QUOTES, answer, commit, dry_run
from punchh_client.models import BatchRedemption, ForcedRedemption, OnlineRedemption, SubscriptionRedemption

from punchh_contract.client.errors import NotFoundError, RefusalError
from punchh_contract.client.reading import read
from punchh_contract.client.results import BatchResult, CodeResult, ForceResult, OnlineResult, Result
from punchh_contract.errors import UsageError

TYPES: dict[str, tuple[type[Result], type]] = {
    "force_redeem": (ForceResult, ForcedRedemption),
    "create_online_redemption": (OnlineResult, OnlineRedemption),
    "process_batch_redemption": (BatchResult, BatchRedemption),
    "create_subscription_redemption_code": (CodeResult, SubscriptionRedemption),
}


def committed(operation_id: str, **changes: Any) -> Any:
    status = CONTRACT.operation(operation_id).success.status
    body = {**EXAMPLES[COMMITTED[operation_id]], **changes}
    return read(commit(operation_id), answer(status, body, x_request_id="ab-12"), 2)


def online(body: dict[str, Any]) -> OnlineResult:
    result = read(commit("create_online_redemption"), answer(200, body))
    assert isinstance(result, OnlineResult)
    return result


def batch(body: dict[str, Any]) -> BatchResult:
    result = read(commit("process_batch_redemption"), answer(200, body))
    assert isinstance(result, BatchResult)
    return result


@pytest.mark.parametrize("operation_id", COMMITS)
def test_each_operation_has_its_result_and_model(operation_id: str) -> None:
    result = committed(operation_id)
    kind, model = TYPES[operation_id]
    assert type(result) is kind
    assert isinstance(result.model, model)
    assert (result.committed, result.quoted, result.refused) == (True, False, False)
    assert result.refusal is None
    assert result.drift == ()
    assert result.raise_for_refusal() is result
    assert (result.request_id, result.attempts) == ("ab-12", 2)
    assert len(result.fingerprint) == 64
    assert (result.external_uid is None) == (operation_id not in QUOTES)


@pytest.mark.parametrize("operation_id", COMMITS)
def test_a_repr_shows_ids_and_no_content(operation_id: str) -> None:
    result = committed(operation_id)
    shown = repr(result)
    assert operation_id in shown
    assert "committed" in shown
    assert "ab-12" in shown
    for name in ("status", "redemption_message", "redemption_tracking_code", "redemption_ref"):
        value = result.body.get(name)
        assert not isinstance(value, str) or value not in shown


def test_online_amounts_are_exact() -> None:
    result = online({**EXAMPLES["OnlineCommitted"], "redemption_amount": 3.3})
    assert result.amount == Decimal("3.3")
    assert result.redemption_id == EXAMPLES["OnlineCommitted"]["redemption_id"]
    assert result.category == "redeemable"
    assert result.message == EXAMPLES["OnlineCommitted"]["status"]


@pytest.mark.parametrize(
    ("value", "amount"), [(8, Decimal(8)), (True, None), ("8", None), (None, None), (0.1, Decimal("0.1"))]
)
def test_an_amount_of_another_type_is_none(value: Any, amount: Decimal | None) -> None:
    assert online({**EXAMPLES["OnlineCommitted"], "redemption_amount": value}).amount == amount


@pytest.mark.parametrize(("value", "number"), [(21762, 21762), (21762.0, 21762)])
def test_a_whole_number_is_an_id_however_it_is_written(value: Any, number: int) -> None:
    result = online({**EXAMPLES["OnlineCommitted"], "redemption_id": value})
    assert result.redemption_id == number
    assert type(result.redemption_id) is int


def test_a_model_that_does_not_fit_says_so() -> None:
    result = online({"category": "redeemable", "redemption_id": 1})
    assert result.committed
    assert result.drift == ("/: required",)
    with pytest.raises(UsageError, match=r"read `\.body`"):
        _ = result.model


def test_a_batch_has_both_lists() -> None:
    result = batch(EXAMPLES["BatchMixed"])
    assert result.committed
    assert len(result.success) == len(EXAMPLES["BatchMixed"]["success"]) > 0
    assert len(result.failures) == len(EXAMPLES["BatchMixed"]["failures"]) > 0
    assert result.amount == sum(
        Decimal(str(each["discount_amount"])) for each in EXAMPLES["BatchMixed"]["success"]
    )
    assert all(each.refusal is None for each in result.success)
    failure = result.failures[0]
    assert failure.refusal is not None
    assert failure.refusal.error_id == "qualification_failed"
    assert failure.refusal.advice
    assert failure.messages
    assert failure.discount_id == str(EXAMPLES["BatchMixed"]["failures"][0]["discount_id"])
    assert repr(failure) == "<BatchItem refused: qualification_failed>"


def test_an_empty_batch_is_refused_without_a_word() -> None:
    result = batch({"redemption_ref": "invented", "success": [], "failures": []})
    assert result.refused
    assert result.refusal is not None
    assert (result.refusal.error_id, result.refusal.text) == (None, "")


@pytest.mark.parametrize(
    ("message", "texts"),
    [("one", ("one",)), (["one", "two"], ("one", "two")), (None, ()), ([None, 3], ()), ({"a": 1}, ())],
)
def test_messages_come_as_text_list_or_null(message: Any, texts: tuple[str, ...]) -> None:
    item = {**EXAMPLES["BatchMixed"]["success"][0], "message": message}
    result = batch({**EXAMPLES["BatchMixed"], "success": [item]})
    assert result.success[0].messages == texts


@pytest.mark.parametrize("wrap", [lambda each: each, lambda each: [each]], ids=["object", "list"])
def test_times_of_an_offer_are_zoned_in_both_shapes(wrap: Any) -> None:
    item = dict(EXAMPLES["BatchMixed"]["success"][0])
    item["discount_details"] = wrap(
        {**item["discount_details"], "start_date_tz": "2026-03-02T00:00:00-06:00", "end_date_tz": "March"}
    )
    offer = batch({**EXAMPLES["BatchMixed"], "success": [item]}).success[0]
    assert offer.starts_at == datetime(2026, 3, 2, 6, tzinfo=UTC)
    assert offer.ends_at is None


def test_what_is_no_item_is_left_out() -> None:
    good = EXAMPLES["BatchMixed"]["success"][0]
    result = batch({**EXAMPLES["BatchMixed"], "success": [good, None, "text"], "failures": "none"})
    assert result.committed
    assert len(result.success) == 1
    assert result.failures == ()
    assert "/success/1: type" in result.drift


@pytest.mark.parametrize("operation_id", ["force_redeem", "create_subscription_redemption_code"])
def test_times_are_zoned_beside_the_vendors_text(operation_id: str) -> None:
    made, ends = "2026-03-02T12:00:00-06:00", "2026-03-02T18:10:00Z"
    result = committed(operation_id, expiring_at=ends, created_at=made)
    assert result.expiring_at == datetime(2026, 3, 2, 18, 10, tzinfo=UTC)
    assert result.created_at == datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
    assert result.created_at.utcoffset().total_seconds() == -6 * 3600
    assert result.body["created_at"] == made
    assert result.code == EXAMPLES[COMMITTED[operation_id]]["redemption_tracking_code"]


@pytest.mark.parametrize("text", ["2026-03-02T12:00:00", "soon", "", None, 7])
def test_a_zone_is_never_guessed(text: Any) -> None:
    assert committed("force_redeem", expiring_at=text).expiring_at is None


def test_a_refusal_tells_what_to_do_and_can_be_raised() -> None:
    result = online(EXAMPLES["OnlineNotEnoughBalance"])
    assert result.refused
    refusal = result.refusal
    assert refusal is not None
    assert (refusal.error_id, refusal.retryable) == ("not_enough_balance", False)
    assert refusal.text == EXAMPLES["OnlineNotEnoughBalance"]["status"]
    assert refusal.text not in repr(refusal) + repr(result)
    with pytest.raises(RefusalError) as caught:
        result.raise_for_refusal()
    assert caught.value.advice == refusal.advice == "Ask for at most the current balance."
    assert "3.00" not in f"{caught.value!s}{caught.value.raw}"


def test_an_unknown_code_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        online(EXAMPLES["OnlineInvalidCode"]).raise_for_refusal()


def test_a_refusal_in_a_businesss_own_words_has_no_id() -> None:
    result = online({**EXAMPLES["OnlineInvalidCode"], "status": "Sorry, Zebediah!"})
    assert result.refusal is not None
    assert (result.refusal.error_id, result.refusal.text) == (None, "Sorry, Zebediah!")
    assert "Zebediah" not in repr(result) + repr(result.refusal)
    with pytest.raises(RefusalError) as caught:
        result.raise_for_refusal()
    assert "Zebediah" not in f"{caught.value!s}{caught.value!r}{caught.value.raw}"


def test_a_quote_that_is_refused_is_no_quote() -> None:
    result = read(dry_run("create_online_redemption"), answer(200, EXAMPLES["OnlineCodeExpired"]))
    assert (result.committed, result.quoted, result.refused) == (False, False, True)
