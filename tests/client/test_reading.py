"""From an answer to a result or a typed error, case by case."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from client.exchanges import COMMITS, EXAMPLES, QUOTES, answer, commit, dry_run

from punchh_contract.client.answer import Answer
from punchh_contract.client.errors import (
    AuthenticationError,
    LimitError,
    LockedBasketError,
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
from punchh_contract.client.prepared import Prepared
from punchh_contract.client.reading import read
from punchh_contract.client.results import OnlineResult

ONLINE = "create_online_redemption"
BATCH = "process_batch_redemption"
CODE = "create_subscription_redemption_code"
GOOD = EXAMPLES["OnlineCommitted"]
MISSING = "Required parameter missing or the value is empty"


def error_of(prepared: Prepared, given_answer: Answer, attempts: int = 1) -> PunchhError:
    with pytest.raises(PunchhError) as caught:
        read(prepared, given_answer, attempts)
    return caught.value


class TestCommit:
    """What the answer to a call that commits proves."""

    @pytest.mark.parametrize("field", ["redemption_amount", "status", "qualified_menu_items"])
    @pytest.mark.parametrize("value", [None, [], {}, "text", -1.5])
    def test_a_redemption_stays_one_when_another_field_drifts(self, field: str, value: Any) -> None:
        result = read(commit(ONLINE), answer(200, {**GOOD, field: value}))
        assert isinstance(result, OnlineResult)
        assert result.committed
        assert result.redemption_id == GOOD["redemption_id"]

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param({**GOOD, "redemption_id": None}, id="no redemption id"),
            pytest.param({**GOOD, "redemption_id": "21762"}, id="redemption id as text"),
            pytest.param({**GOOD, "category": "redeemed"}, id="a category nobody knows"),
            pytest.param({**EXAMPLES["OnlineCodeExpired"], "category": 7}, id="category is a number"),
            pytest.param({"category": "expired"}, id="a refusal that is cut down"),
            pytest.param(EXAMPLES["OnlineQuoted"], id="a quote to a commit"),
            pytest.param({"error": "Invalid Location Key"}, id="an error as 200"),
            pytest.param({}, id="empty object"),
            pytest.param([GOOD], id="in a list"),
            pytest.param(None, id="null"),
            pytest.param("text", id="text"),
            pytest.param(b"", id="empty"),
            pytest.param(b"  \n", id="white space"),
            pytest.param(b"<html>200 OK</html>", id="html"),
            pytest.param(json.dumps(GOOD).encode()[:-1], id="cut short"),
            pytest.param(b'{"category":"redeemable","redemption_id":NaN}', id="NaN"),
            pytest.param(json.dumps(GOOD).encode("utf-16"), id="UTF-16"),
            pytest.param(
                '{"category":"redeemable","redemption_id":1,"status":"é"}'.encode("latin-1"), id="Latin-1"
            ),
            pytest.param(b"[" * 100_000 + b"]" * 100_000, id="deep"),
            pytest.param(
                b'{"category":"redeemable","redemption_id":1,"a":' + b"[" * 99 + b"]" * 99 + b"}",
                id="deep field",
            ),
            pytest.param(b"\x1f\x8b\x08", id="gzip, not undone"),
            pytest.param(b" " * 10_000_000, id="ten megabytes of nothing"),
        ],
    )
    def test_a_200_that_proves_nothing_leaves_the_outcome_unknown(self, body: Any) -> None:
        error = error_of(commit(ONLINE), answer(200, body))
        assert type(error) is OutcomeUnknown
        assert type(error.cause_error) is UndocumentedError

    def test_a_byte_order_mark_does_no_harm(self) -> None:
        body = b"\xef\xbb\xbf" + json.dumps(GOOD).encode()
        assert read(commit(ONLINE), answer(200, body)).committed

    def test_ten_megabytes_of_a_redemption_are_read(self) -> None:
        body = {**GOOD, "campaign_name": "x" * 10_000_000}
        assert read(commit(ONLINE), answer(200, body)).committed

    def test_many_brackets_that_are_not_deep_are_read(self) -> None:
        body = {**GOOD, "later_field": [[1]] * 1000}
        assert read(commit(ONLINE), answer(200, body)).committed

    @pytest.mark.parametrize("status", [201, 202, 204, 206])
    def test_another_2xx_proves_nothing(self, status: int) -> None:
        error = error_of(commit(ONLINE), answer(status, GOOD))
        assert type(error) is OutcomeUnknown

    @pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 520, 599])
    @pytest.mark.parametrize("operation_id", COMMITS)
    def test_a_server_that_fails_leaves_the_outcome_unknown(self, operation_id: str, status: int) -> None:
        error = error_of(commit(operation_id), answer(status, b"<html>"))
        assert type(error) is OutcomeUnknown
        assert type(error.cause_error) is ServerError

    def test_see_other_is_what_servers_say_after_they_did_it(self) -> None:
        error = error_of(commit(ONLINE), answer(303, b"", Location="/done"))
        assert type(error) is OutcomeUnknown
        assert type(error.cause_error) is UnexpectedRedirectError

    @pytest.mark.parametrize("status", [300, 301, 302, 307, 308])
    def test_other_redirects_did_nothing(self, status: int) -> None:
        error = error_of(
            commit(ONLINE), answer(status, b"", Location="https://u:p@example.com:8443/a?token=t#f")
        )
        assert isinstance(error, UnexpectedRedirectError)
        assert error.location == "https://example.com/a"
        assert "example.com" not in str(error)

    @pytest.mark.parametrize("location", ["http://[", "", "//", "\x00", "?token=t"])
    def test_a_place_that_cannot_be_read_is_none(self, location: str) -> None:
        error = error_of(commit(ONLINE), answer(307, b"", Location=location))
        assert isinstance(error, UnexpectedRedirectError)
        assert not error.location or "token" not in error.location

    @pytest.mark.parametrize("status", [0, 99, 100, 199, 600, 999, -1])
    def test_a_status_that_is_none_proves_nothing(self, status: int) -> None:
        assert type(error_of(commit(ONLINE), answer(status, {}))) is OutcomeUnknown

    @pytest.mark.parametrize("state", ["expired", "cancelled", "honoured"])
    def test_a_code_that_cannot_be_used_is_refused(self, state: str) -> None:
        body = {**EXAMPLES["SubscriptionCode"], "redemption_status": state}
        result = read(commit(CODE), answer(200, body))
        assert result.refused
        assert result.refusal is not None
        assert result.refusal.error_id is None

    def test_a_state_of_a_code_that_nobody_knows_proves_nothing(self) -> None:
        body = {**EXAMPLES["SubscriptionCode"], "redemption_status": "active"}
        error = error_of(commit(CODE), answer(200, body))
        assert type(error) is OutcomeUnknown

    def test_force_redeem_has_no_refusal_that_is_a_201(self) -> None:
        body = {**EXAMPLES["ForcedPoints"], "redemption_id": None}
        assert type(error_of(commit("force_redeem"), answer(201, body))) is OutcomeUnknown


class TestDryRun:
    """Nothing is at stake, so nothing is unknown."""

    @pytest.mark.parametrize("operation_id", QUOTES)
    @pytest.mark.parametrize(
        ("status", "body", "kind"),
        [
            (200, b"", UndocumentedError),
            (200, b"<html>", UndocumentedError),
            (200, {"error": "text"}, UndocumentedError),
            (202, {}, UndocumentedError),
            (303, b"", UnexpectedRedirectError),
            (408, b"", ServerError),
            (502, b"<html>", ServerError),
            (999, b"", UndocumentedError),
        ],
    )
    def test_the_plain_error(
        self, operation_id: str, status: int, body: Any, kind: type[PunchhError]
    ) -> None:
        error = error_of(dry_run(operation_id), answer(status, body))
        assert type(error) is kind
        assert error.retryable is (kind is ServerError)

    def test_a_redemption_in_its_answer_is_still_a_quote(self) -> None:
        result = read(dry_run(ONLINE), answer(200, GOOD))
        assert result.quoted
        assert not result.committed

    def test_a_quote_that_drifted_is_a_quote(self) -> None:
        result = read(dry_run(ONLINE), answer(200, {**EXAMPLES["OnlineQuoted"], "redemption_amount": "5.50"}))
        assert result.quoted
        assert result.drift == ("/redemption_amount: type",)


class TestRefusals:
    """The texts of the contract, in words a little other than its own, and those that nobody knows."""

    @pytest.mark.parametrize(
        ("operation_id", "status", "body", "kind", "error_id"),
        [
            (BATCH, 422, {"error": "Redemption limit reached"}, LimitError, "redemption_limit"),
            (BATCH, 422, ["REDEMPTION LIMIT  REACHED."], LimitError, "redemption_limit"),
            (
                BATCH,
                422,
                {"error": "Unable to access the user's Discount Basket, the Basket is currently locked"},
                LockedBasketError,
                "basket_locked",
            ),
            (BATCH, 422, {"error": "We ran out of burgers"}, RefusalError, None),
            (BATCH, 404, {"error": "User not found"}, None, "user_not_found"),
            (BATCH, 404, ["User not found"], None, "user_not_found_list"),
            (BATCH, 401, ["Invalid LocationKey"], AuthenticationError, "invalid_location_key_list"),
            (ONLINE, 412, ["Invalid Signature"], SignatureError, "invalid_signature"),
            (ONLINE, 412, '""', SignatureError, None),
            (ONLINE, 412, b"", SignatureError, None),
        ],
    )
    def test_text_is_recognised(
        self, operation_id: str, status: int, body: Any, kind: type[PunchhError] | None, error_id: str | None
    ) -> None:
        error = error_of(commit(operation_id), answer(status, body))
        assert kind is None or type(error) is kind
        assert error.error_id == error_id
        assert (error.meaning is None) == (error_id is None)

    @pytest.mark.parametrize(
        ("operation_id", "body", "field", "index"),
        [
            (
                BATCH,
                {"error": f"{MISSING}: item_qty_12"},
                "item_qty",
                12,
            ),
            (BATCH, {"error": f"{MISSING}: user_id"}, "user_id", None),
            (
                ONLINE,
                {"errors": {"client": f"{MISSING}."}},
                "client",
                None,
            ),
            (ONLINE, {"error": "data was not valid JSON"}, None, None),
            (ONLINE, {"error": {"message": "data was not valid JSON", "code": "x"}}, None, None),
            (ONLINE, {"error": "Invalid value for parameter: receipt_amount"}, "receipt_amount", None),
            (ONLINE, {"error": "Invalid value for parameter: zeb@example.com"}, None, None),
            (
                CODE,
                {"errors": {"missing_required_param": [f"{MISSING}: subscription_id"]}},
                "subscription_id",
                None,
            ),
            (
                CODE,
                {
                    "errors": {
                        "invalid_language": [
                            "Unknown/Invalid locale in Accept-Language Header. Supported locales are en, es."
                        ]
                    }
                },
                "Accept-Language",
                None,
            ),
        ],
    )
    def test_a_complaint_names_field_and_line(
        self, operation_id: str, body: Any, field: str | None, index: int | None
    ) -> None:
        error = error_of(commit(operation_id), answer(400, body))
        assert isinstance(error, ValidationError)
        assert (error.field, error.index) == (field, index)
        assert (f"about {field}" in str(error)) == (field is not None)

    def test_a_field_that_the_contract_does_not_know_is_not_in_the_text(self) -> None:
        body = {"error": "Invalid value for parameter: zebediah_quill"}
        error = error_of(commit(ONLINE), answer(400, body))
        assert isinstance(error, ValidationError)
        assert error.field == "zebediah_quill"
        assert "zebediah" not in f"{error!s}{error!r}{error.raw}"

    @pytest.mark.parametrize(
        ("body", "text"),
        [
            ({"error": {"message": "Words.", "code": "invalid_token"}}, "Words."),
            ({"error": {"message": ["Words."], "code": "x"}}, "Words."),
            ({"errors": {"base": ["Words."]}}, "Words."),
            ({"errors": {"message": "Words.", "code": 401}}, "Words."),
            ({"errors": "Words."}, "Words."),
            (["Words."], "Words."),
            ({"error": "INVALID_CLIENT", "message": "Words."}, "Words."),
            ({"name": ["Words."]}, "Words."),
            ({"status": 422}, None),
            ([], None),
            (b"Words.", None),
        ],
    )
    def test_the_vendors_message_is_found_in_every_shape(self, body: Any, text: str | None) -> None:
        error = error_of(commit("force_redeem"), answer(422, body))
        assert error.vendor_message == text

    def test_a_batch_of_failures_says_why_each(self) -> None:
        result = read(commit(BATCH), answer(200, EXAMPLES["BatchRefused"]))
        assert result.refused
        assert result.refusal is not None
        assert result.refusal.error_id == "qualification_failed"


class TestRateLimits:
    NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"Retry_After": "42"}, 42.0),
            ({"retry_after": " 7 "}, 7.0),
            ({"Retry_After": "1.5"}, 1.5),
            ({"Retry_After": "9" * 400}, 1e9),
            ({"Retry_After": "Mon, 02 Mar 2026 18:00:30 GMT"}, 30.0),
            ({"Retry_After": "Mon, 02 Mar 2026 18:00:30 GMT", "Date": "Mon, 02 Mar 2026 17:59:30 GMT"}, 60.0),
            ({"Retry_After": "Monday, 02-Mar-26 18:01:00 GMT"}, 60.0),
            ({"Retry_After": "Mon Mar  2 18:01:00 2026"}, 60.0),
            ({"Retry_After": "Mon, 02 Mar 2026 17:00:00 GMT"}, 0.0),
            ({"Retry_After": "soon"}, None),
            ({"Retry_After": "-1"}, None),
            ({"Retry_After": "1e3"}, None),
            ({"Retry_After": "٤٢"}, None),  # digits, and not HTTP's
            ({"Retry_After": "Mon, 99 Mar 2026 18:00:30 GMT"}, None),
            ({"Retry_After": ""}, None),
            ({}, None),
        ],
    )
    def test_both_forms_of_retry_after(self, headers: dict[str, str], seconds: float | None) -> None:
        with pytest.raises(RateLimitedError) as caught:
            read(commit("force_redeem"), answer(429, {"error": "Too many requests"}, **headers), now=self.NOW)
        assert caught.value.retry_after == seconds
        assert caught.value.error_id == "rate_limited"
        assert caught.value.retryable

    def test_a_date_counts_from_nothing_where_nobody_knows_the_time(self) -> None:
        error = error_of(
            commit("force_redeem"), answer(429, b"", Retry_After="Mon, 02 Mar 2026 18:00:30 GMT")
        )
        assert isinstance(error, RateLimitedError)
        assert error.retry_after is None


class TestRequestId:
    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            ("3f2b7a9c-0000-4000-8000-000000000000", True),
            ("zebediah.quill@example.com", False),
            ("a b", False),
            ("x" * 129, False),
            ("", False),
        ],
    )
    def test_only_a_plain_id_is_repeated(self, value: str, *, shown: bool) -> None:
        error = error_of(commit(ONLINE), answer(422, b"", x_request_id=value))
        assert error.request_id == (value if shown else None)
