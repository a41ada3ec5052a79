"""Findings in groups, their ids, and where in the contract their clauses point."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from punchh_contract.conformance.verdict import clauses
from punchh_contract.conformance.verdict.answers import Answer
from punchh_contract.conformance.verdict.breaches import breaches
from punchh_contract.conformance.verdict.findings import Exchange, Finding, Severity, group
from punchh_contract.conformance.verdict.judging import goal, judge
from punchh_contract.contract import Contract

Exchanged = Callable[..., Exchange]
JSON = {"content-type": "application/json; charset=utf-8"}


def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, JSON if headers is None else headers, content)


def example(contract: Contract, name: str) -> dict[str, Any]:
    found: dict[str, Any] = contract.document["components"]["examples"][name]["value"]
    return json.loads(json.dumps(found))


def test_groups_are_worst_first_and_keep_what_was_seen_first() -> None:
    shape = Finding("response_schema", "b", "#/x", Severity.SHAPE, "first", 200)
    again = dataclasses.replace(shape, statement="second")
    spend = Finding("quote_committed", "z", "#/x", Severity.SPEND, "", 200)
    groups = group([shape, spend, again])
    assert [(each.first.statement, each.count) for each in groups] == [("", 1), ("first", 2)]


def test_a_group_is_as_bad_as_the_worst_in_it() -> None:
    mild = Finding("accepted_invalid", "a", "#/x", Severity.STATUS, "refusal", 200)
    assert (
        group([mild, dataclasses.replace(mild, severity=Severity.SPEND)])[0].first.severity == Severity.SPEND
    )


def test_the_example_of_a_group_is_one_that_can_best_be_sent_again(exchanged: Exchanged) -> None:
    """What a redemption used up cannot be sent a second time; a matter of money comes first all the same."""
    bodies = [
        {"redemption_code": "HANDED-OUT-CODE", "reward_id": 70001},
        {"redemption_code": ["HANDED-OUT-CODE"]},
        {"reward_id": 70001.0, "email": "pat.planted+1@example.com"},
        {"reward_id": 9223372036854775807},
    ]
    findings = [
        Finding("x", "create_online_redemption", "#/x", Severity.SHAPE, str(place), 200, exchange)
        for place, exchange in enumerate([*(exchanged("create_online_redemption", b) for b in bodies), None])
    ]
    assert [each.exchange.once for each in findings if each.exchange] == [2, 1, 0, 0]
    assert group(findings)[0].first.statement == "2"
    assert group(findings[:2])[0].first.statement == "1"
    assert group(reversed(findings))[0].first.statement == "3"
    assert group([findings[4], findings[0]])[0].first.statement == "0"
    spend = dataclasses.replace(findings[0], severity=Severity.SPEND)
    assert group([*findings, spend])[0].first == spend


def test_clauses_of_one_kind_come_in_the_order_of_a_reader() -> None:
    clauses_ = ["#/b", "#/a/required/10", "#/a/required/2", "#/a/required"]
    groups = group(Finding("x", "a", each, Severity.SHAPE, "", 200) for each in clauses_)
    assert [each.first.clause for each in groups] == [
        "#/a/required",
        "#/a/required/2",
        "#/a/required/10",
        "#/b",
    ]


def test_an_id_is_of_check_operation_clause_and_status_alone() -> None:
    finding = Finding("no_answer", "a", "#/x", Severity.LOSS, "one", None)
    assert finding.id == dataclasses.replace(finding, statement="two", severity=Severity.GOAL).id
    others = [{"check": "b"}, {"operation": "b"}, {"clause": "b"}, {"status": 200}]
    assert len({finding.id, *(dataclasses.replace(finding, **each).id for each in others)}) == 5  # type: ignore[arg-type]


def test_a_finding_survives_its_file(exchanged: Exchanged) -> None:
    exchange = exchanged("force_redeem", {"user_id": 7}, statuses=(422, 404), probe="no credential")
    for each in (exchange, None):
        finding = Finding("x", "force_redeem", "#/x", Severity.ACCESS, "s", 200, each)
        assert Finding.load(json.loads(json.dumps(finding.dump()))) == finding


CASES = [
    (
        "create_online_redemption",
        200,
        {"category": 5},
        [
            ("#/components/schemas/OnlineRedemption/properties/category/anyOf", "/category", "must be text"),
            ("#/components/schemas/OnlineRedemption/required/0", "", "must have"),
        ],
    ),
    (
        "force_redeem",
        401,
        {"error": ["pat@example.com"]},
        [("#/components/schemas/ErrorText/properties/error/type", "/error", "must be text, not a list")],
    ),
    (
        "process_batch_redemption",
        400,
        {"errors": {"pat@example.com": 5}},
        [("/anyOf", "/errors/*", "must be")],
    ),
    ("process_batch_redemption", 422, {"pat@example.com": 1}, [("/anyOf", "", "one of the forms")]),
    (
        "process_batch_redemption",
        422,
        5,
        [("AnyError/anyOf", "", "must be a list or an object, not a whole")],
    ),
]


@pytest.mark.parametrize(("operation_id", "status", "body", "wanted"), CASES)
def test_a_breach_names_clause_place_and_rule_and_no_value(
    contract: Contract, operation_id: str, status: int, body: Any, wanted: list[tuple[str, str, str]]
) -> None:
    operation = contract.operation(operation_id)
    schema = operation.response_schema(status)
    assert schema is not None
    found = breaches(contract, schema, clauses.response_schema(contract, operation, status), body)
    for clause, place, words in wanted:
        assert [
            each for each in found if clause in each.clause and each.place == place and words in each.wanted
        ], [found]
    for each in found:
        clauses.at(contract, each.clause)
        assert "pat@" not in str(each)


def test_a_breach_of_a_request_is_found_in_the_variant_that_was_meant(contract: Contract) -> None:
    operation = contract.operation("create_online_redemption")
    body = example(contract, "OnlineRewardCommit") | {"reward_id": []}
    found = breaches(contract, operation.request_schema, clauses.request_schema(contract, operation), body)
    assert [(each.clause.rpartition("/")[2], each.place) for each in found] == [("reward_id", "/reward_id")]
    assert found[0].clause.startswith("#/components/schemas/OnlineRewardRequest/")
    assert found[0].wanted == "must be a whole number, not a list"


def test_every_response_of_the_contract_has_a_clause_to_point_at(contract: Contract) -> None:
    for operation in contract.operations.values():
        assert clauses.at(contract, clauses.request_schema(contract, operation))
        assert (
            clauses.at(contract, clauses.parameter(contract, operation, "user-agent"))["name"] == "User-Agent"
        )
        assert clauses.at(contract, clauses.security(contract, operation, digest=False))
        for status in operation.statuses:
            assert isinstance(
                clauses.at(contract, clauses.response_schema(contract, operation, status)), dict
            )


def test_a_signatures_clause_is_its_scheme(contract: Contract) -> None:
    operation = contract.operation("create_online_redemption")
    assert clauses.security(contract, operation, digest=True) == "#/components/securitySchemes/onlineDigest"


def judged(contract: Contract, exchange: Exchange, request: Any, given: Answer) -> list[tuple[str, str]]:
    return [(each.check, each.severity.name) for each in judge(contract, exchange, request, given)]


def test_a_good_answer_has_no_finding(contract: Contract, exchanged: Exchanged) -> None:
    body = example(contract, "OnlineRewardCommit")
    exchange = exchanged("create_online_redemption", body, statuses=(200, 422))
    assert judged(contract, exchange, body, answer(200, example(contract, "OnlineCommitted"))) == []


def test_each_wrong_answer_is_found(contract: Contract, exchanged: Exchanged) -> None:
    body = example(contract, "OnlineRewardCommit")
    committed = example(contract, "OnlineCommitted")
    exchange = exchanged("create_online_redemption", body, statuses=(200, 422))
    error = ["text"]
    html = {"content-type": "text/html"}
    for given, wanted in [
        (answer(503, error), [("server_error", "CRASH")]),
        (answer(403, error), [("undocumented_status", "STATUS"), ("refused_valid", "LOSS")]),
        (answer(400, error), [("refused_valid", "LOSS")]),
        (answer(200, b"<html>", html), [("content_type", "SHAPE")]),
        (answer(200, committed, {}), [("content_type", "SHAPE")]),
        (answer(200, b"<html>"), [("response_schema", "SHAPE")]),
        (answer(200, {**committed, "redemption_id": "x"}), [("response_schema", "SHAPE")]),
    ]:
        assert judged(contract, exchange, body, given) == wanted


@pytest.mark.parametrize(
    "operation_id",
    [
        "force_redeem",
        "create_online_redemption",
        "process_batch_redemption",
        "create_subscription_redemption_code",
    ],
)
def test_an_error_with_the_status_of_a_success_is_one_finding(
    contract: Contract, exchanged: Exchanged, operation_id: str
) -> None:
    operation = contract.operation(operation_id)
    status, exchange = operation.success.status, exchanged(operation_id, {})
    errors = [fact.example for (code, _), fact in operation.errors.items() if code >= 400]
    assert errors
    for error in errors:
        (found,) = judge(contract, exchange, {}, answer(status, error))
        assert (found.check, found.severity, found.status) == ("response_schema", Severity.STATUS, status)
        assert found.clause == clauses.response_schema(contract, operation, status)
        assert found.statement == (
            f"the answer with status {status} must be a redemption; it has the body of an error"
        )
    # Neither an error nor a redemption: what it lacks is said.
    found_in = judge(contract, exchange, {}, answer(status, {"errors": {}}))
    assert {each.severity for each in found_in} == {Severity.SHAPE}


def test_an_invalid_body_that_was_redeemed_is_money_spent(contract: Contract, exchanged: Exchanged) -> None:
    body = example(contract, "OnlineRewardCommit") | {"reward_id": None}
    exchange = exchanged("create_online_redemption", body, statuses=(400, 401, 422))
    committed = answer(200, example(contract, "OnlineCommitted"))
    refused = answer(200, example(contract, "OnlineInvalidCode"))
    assert judged(contract, exchange, body, committed) == [("accepted_invalid", "SPEND")]
    assert judged(contract, exchange, body, refused) == [("accepted_invalid", "STATUS")]
    statement = judge(contract, exchange, body, committed)[0].statement
    assert "`/reward_id` must be a whole number, not null" in statement
    assert "200 with a redemption" in statement


def test_a_quote_that_names_a_redemption_is_money_spent(contract: Contract, exchanged: Exchanged) -> None:
    body = example(contract, "OnlineRewardQuote")
    exchange = exchanged("create_online_redemption", body, statuses=(200,))
    found = judged(contract, exchange, body, answer(200, example(contract, "OnlineCommitted")))
    assert found == [("quote_committed", "SPEND")]


def test_a_missing_user_agent_must_be_refused(contract: Contract, exchanged: Exchanged) -> None:
    body = example(contract, "OnlineRewardCommit")
    exchange = exchanged("create_online_redemption", body, statuses=(400, 401, 422), drop=("User-Agent",))
    for name, severity in (("OnlineCommitted", "SPEND"), ("OnlineInvalidCode", "ACCESS")):
        found = judge(contract, exchange, body, answer(200, example(contract, name)))
        assert [(each.check, each.severity.name) for each in found] == [("accepted_without_header", severity)]
        assert found[0].clause == "#/components/parameters/UserAgent"


def test_a_probe_is_judged_by_how_it_was_refused(contract: Contract, exchanged: Exchanged) -> None:
    body = example(contract, "OnlineRewardCommit")
    exchange = exchanged(
        "create_online_redemption", body, statuses=(412,), probe="no digest", drop=("x-pch-digest",)
    )
    refusal = contract.operation("create_online_redemption").errors
    good = next(fact for (status, _), fact in refusal.items() if status == 412).example
    for given, wanted in [
        (answer(412, good), []),
        (answer(412, {"errors": 5}), [("probe:no digest", "SHAPE")]),
        (answer(200, example(contract, "OnlineCommitted")), [("probe:no digest", "SPEND")]),
        (answer(200, example(contract, "OnlineInvalidCode")), [("probe:no digest", "ACCESS")]),
        (answer(500, b""), [("probe:no digest", "CRASH")]),
        (answer(401, ["x"]), [("probe:no digest", "STATUS")]),
        (answer(403, ["x"]), [("probe:no digest", "STATUS")]),
        # Refused for what it names: nobody looked at its digest.
        (answer(422, ["x"]), [("probe:no digest", "ACCESS")]),
        (answer(404, ["x"]), [("probe:no digest", "ACCESS")]),
    ]:
        assert judged(contract, exchange, body, given) == wanted


def test_a_probe_claims_nothing_of_the_request_without_its_fault(
    contract: Contract, exchanged: Exchanged
) -> None:
    exchange = exchanged("create_online_redemption", {}, statuses=(412,), probe="no digest")
    (found,) = judge(contract, exchange, {}, answer(422, ["x"]))
    assert found.statement == "no digest: with this fault the answer must be 412, and was 422"


def test_goals_are_told_apart(contract: Contract) -> None:
    one = goal(contract, "force_redeem", "status 404", "never seen")
    two = goal(contract, "force_redeem", "status 422", "never seen")
    assert one.check == "goal:status 404"
    assert one.id != two.id
    assert one.severity == Severity.GOAL
