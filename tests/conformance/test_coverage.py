"""What counts as covered: what the contract has, once it was sent or answered in a body that keeps it."""

import json
from typing import Any

import pytest

from punchh_contract.conformance import coverage
from punchh_contract.conformance.coverage import Coverage, items
from punchh_contract.conformance.verdict import clauses
from punchh_contract.contract import load

CONTRACT = load()
ONLINE = CONTRACT.operation("create_online_redemption")
BATCH = CONTRACT.operation("process_batch_redemption")
SUBSCRIPTION = CONTRACT.operation("create_subscription_redemption_code")
CALLED = {"User-Agent": "Example/POS/1.0"}
ORDER = {"client": "sandbox-client", "subscription_id": "900699"}


def covered(*calls: dict[str, Any]) -> Coverage:
    found = Coverage()
    for call in calls:
        values = {"headers": CALLED, "body": ORDER, "status": 422, "answer": {}, **call}
        found.add(
            SUBSCRIPTION,
            f"http://127.0.0.1:1{SUBSCRIPTION.path}{values.get('query', '')}",
            values["headers"],
            json.dumps(values["body"]).encode(),
            values["status"],
            json.dumps(values["answer"]).encode(),
        )
    return found


def rows(found: Coverage, kind: str, statuses: dict[int, int] | None = None) -> dict[str, Any]:
    told = found.rows(CONTRACT, SUBSCRIPTION, statuses or {}, {})[kind]
    return {each["name"]: each for each in told["items"]}


@pytest.mark.parametrize("operation", CONTRACT.operations.values(), ids=lambda each: each.id)
def test_every_item_stands_once_and_where_it_says(operation: Any) -> None:
    found = list(items(CONTRACT, operation))

    assert len({each.key for each in found}) == len(found)
    assert {each.kind for each in found} <= set(coverage.KINDS)
    for each in found:
        node = clauses.at(CONTRACT, each.at)
        if each.kind in (coverage.SENT, coverage.ANSWERED):
            assert each.at.split("/")[-2:] == ["properties", each.name.rpartition(".")[2].removesuffix("[]")]
        if each.kind == coverage.PARAMETERS:
            assert CONTRACT.resolve(node)["name"] == each.name


def test_headers_count_whatever_their_case_and_however_the_body_is() -> None:
    found = covered({"headers": {"user-AGENT": "x"}, "body": None}, {"headers": {}})

    assert {name: each["count"] for name, each in rows(found, "parameters").items()} == {
        "User-Agent": 1,
        "Accept-Language": 0,
        "Accept-Timezone": 0,
    }


def test_a_body_that_breaks_its_schema_covers_nothing() -> None:
    wrong = covered({"body": {**ORDER, "subscription_id": []}}, {"body": "no object"}, {"body": [ORDER]})
    right = covered({})

    assert [each["count"] for each in rows(wrong, "request_properties").values()] == [0, 0]
    assert [each["count"] for each in rows(right, "request_properties").values()] == [1, 1]


def test_an_answer_covers_what_its_own_status_has() -> None:
    error = next(fact for (status, _), fact in SUBSCRIPTION.errors.items() if status == 412)
    found = covered({"status": 412, "answer": error.body()}, {"status": 500, "answer": error.body()})
    told = [
        (each["status"], each["name"], each["count"])
        for each in found.rows(CONTRACT, SUBSCRIPTION, {412: 1}, {})["answer_properties"]["items"]
        if each["count"]
    ]

    assert {name for _, name, _ in told} == set(error.body())
    assert {(status, count) for status, _, count in told} == {(412, 1)}


def test_values_of_open_enumerations_are_counted_when_they_are_answered() -> None:
    media = CONTRACT.document["paths"][SUBSCRIPTION.path]["post"]["responses"]["200"]
    examples = CONTRACT.resolve(media)["content"]["application/json"]["examples"]
    answer = CONTRACT.resolve(next(iter(examples.values())))["value"]
    found = covered({"status": 200, "answer": answer}, {"status": 200, "answer": answer})

    values = found.rows(CONTRACT, SUBSCRIPTION, {200: 2}, {})["answer_values"]["items"]

    seen = {(each["name"], each["value"]): each["count"] for each in values if each["count"]}
    assert seen[("redemption_status", json.dumps(answer["redemption_status"]))] == 2
    assert len(seen) < len(values)


def test_what_was_not_covered_has_the_reason_that_is_known() -> None:
    item = next(each for each in items(CONTRACT, ONLINE) if each.kind == coverage.SENT)
    found = Coverage().rows(CONTRACT, ONLINE, {200: 3}, {item.key: "its fixtures are spent"})

    assert found["request_properties"]["items"][0]["why"] == "its fixtures are spent"
    assert found["request_properties"]["items"][1]["why"] is None
    by_status = {each["status"]: each["why"] for each in found["answer_properties"]["items"]}
    assert by_status[200] is None
    assert by_status[401] == "no answer had the status 401"
    unasked = Coverage().rows(CONTRACT, ONLINE, {}, {}, otherwise="it was not asked for")
    assert {each["why"] for part in unasked.values() for each in part["items"]} == {"it was not asked for"}


def test_sums_are_those_of_the_items() -> None:
    for part in covered({}).rows(CONTRACT, SUBSCRIPTION, {200: 1, 499: 1}, {}).values():
        assert part["of"] == len(part["items"])
        assert part["covered"] == sum("why" not in each for each in part["items"])


def test_it_survives_json() -> None:
    found = covered({}, {"status": 412, "answer": {"message": "x", "code": "y"}})

    assert Coverage.load(json.loads(json.dumps(found.dump()))).counts == found.counts


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b'{"a":' + b"9" * 5000 + b"}", b"\xff"])
def test_bytes_that_nobody_can_read_cover_nothing(body: bytes) -> None:
    found = Coverage()
    found.add(BATCH, BATCH.path, {}, body, 200, body)

    assert not found.counts
