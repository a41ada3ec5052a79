"""Outcomes by the contract's own word for a success, and counts that survive the way between processes."""

import json
from typing import Any

import pytest

from punchh_contract.conformance.tally import Tally, judge
from punchh_contract.contract import load

ONLINE = load().operation("create_online_redemption")
BATCH = load().operation("process_batch_redemption")
FORCE = load().operation("force_redeem")

REDEEMED = {"status": "Redeemed", "redemption_amount": 1, "category": "redeemable", "redemption_id": 7}
QUOTED = {"status": "It can be honored", "redemption_amount": 1, "category": "redeemable"}
FULL = {
    "client": "sandbox-client",
    "store_number": "401",
    "receipt_amount": 10,
    "subtotal_amount": 10,
    "receipt_datetime": "2026-03-02T18:05:01Z",
    "transaction_no": "7",
    "discount_type": "card_completion",
    "channel": "web",
}
REFUSED = {"status": "Invalid redemption code", "redemption_amount": 0, "category": "invalid"}


@pytest.mark.parametrize(
    ("request_body", "status", "answer", "outcome"),
    [
        ({"discount_type": "reward"}, 200, REDEEMED, "success"),
        ({"discount_type": "reward", "query": True}, 200, QUOTED, "quote"),
        ({"discount_type": "reward", "query": True}, 200, REDEEMED, "quote that committed"),
        ({"discount_type": "reward"}, 200, QUOTED, "refusal"),
        ({"discount_type": "reward"}, 200, REFUSED, "refusal"),
        ({"discount_type": "reward", "query": True}, 200, REFUSED, "refusal"),
        ({"discount_type": "reward"}, 422, ["Given reward is not accessible"], "error"),
        ([], 400, None, "error"),
    ],
)
def test_an_online_answer_is_judged(request_body: Any, status: int, answer: Any, outcome: str) -> None:
    assert judge(ONLINE, status, request_body, answer) == outcome


@pytest.mark.parametrize(
    ("request_body", "answer", "outcome"),
    [
        ({}, {"success": [{}], "failures": [{}]}, "success"),
        ({}, {"success": [], "failures": [{}]}, "refusal"),
        ({"query": True}, {"success": [{}], "failures": []}, "quote"),
        # The vendor's own sample of a query call (C-23).
        ({"query": True}, {"success": [{"redemption_id": 1}], "failures": []}, "quote"),
        ({"query": True}, {"success": [], "failures": [{}]}, "refusal"),
    ],
)
def test_a_batch_answer_is_judged(request_body: Any, answer: Any, outcome: str) -> None:
    assert judge(BATCH, 200, request_body, answer) == outcome


def test_forms_say_what_was_redeemed_and_how() -> None:
    tally = Tally(("create_online_redemption", "process_batch_redemption", "force_redeem"))
    tally.add(ONLINE, "fuzzing", 200, {"discount_type": "reward"}, REDEEMED)
    tally.add(ONLINE, "fuzzing", 200, {"discount_type": "reward", "query": True}, QUOTED)
    tally.add(ONLINE, "fuzzing", 200, {"discount_type": "subscription"}, REFUSED)
    tally.add(BATCH, "coverage", 200, {}, {"success": [{}], "failures": [{}]})
    tally.add(BATCH, "coverage", 200, {"query": True}, {"success": [{}], "failures": []})
    tally.add(FORCE, "coverage", 201, {"redemption": {"reward_id": 1}}, {"redemption_id": 1})
    tally.add(FORCE, "coverage", 201, {"redemption": {"requested_punches": 1}}, {"redemption_id": 1})

    forms = {each: {form for _, form in counts.forms} for each, counts in tally.counts.items()}

    assert forms == {
        "create_online_redemption": {"reward commit", "reward quote"},
        "process_batch_redemption": {"an item redeemed", "an item refused", "a quote"},
        "force_redeem": {"by reward", "by points"},
    }


def test_a_quote_that_committed_is_no_form_that_a_floor_counts() -> None:
    tally = Tally(("create_online_redemption",))
    tally.add(ONLINE, "fuzzing", 200, {"discount_type": "reward", "query": True}, REDEEMED)

    assert not tally.counts["create_online_redemption"].forms


def test_examples_do_not_count_as_generated() -> None:
    tally = Tally(("create_online_redemption",))
    for phase in ("examples", "coverage", "stateful"):
        tally.add(ONLINE, phase, 200, {"discount_type": "reward"}, REDEEMED)
    counts = tally.counts["create_online_redemption"]

    assert (counts.total("success"), counts.total("success", generated=True)) == (3, 2)
    assert counts.form("reward commit") == 2


def test_a_tally_survives_json() -> None:
    tally = Tally(("create_online_redemption", "force_redeem"))
    tally.add(ONLINE, "fuzzing", 200, {"discount_type": "reward"}, REDEEMED)
    tally.add(FORCE, "coverage", 404, {"user_id": 1, "redemption": {"fuel_redemption": True}}, None)
    tally.add(ONLINE, "coverage", 422, FULL, None)
    tally.add_probe(ONLINE, "no digest", 412)

    again = Tally.load(json.loads(json.dumps(tally.dump())))

    assert again.counts == tally.counts
    assert again.counts["create_online_redemption"].calls == 3
    assert again.counts["create_online_redemption"].values["channel", '"web"'] == 1


def test_properties_of_generated_bodies_are_counted_and_of_no_others() -> None:
    tally = Tally(("create_online_redemption",))
    counts = tally.counts["create_online_redemption"]

    tally.add(ONLINE, "examples", 422, FULL, None)
    tally.add_probe(ONLINE, "no digest", 412)
    assert not counts.present + counts.absent

    for phase in ("coverage", "fuzzing", "stateful"):
        tally.add(ONLINE, phase, 422, FULL, None)
    tally.add(ONLINE, "fuzzing", 400, {}, None)
    assert (counts.present["channel"], counts.absent["channel"], counts.absent["email"]) == (3, 1, 4)
    assert counts.values["channel", '"web"'] == 3


def test_a_summary_has_what_a_report_shows() -> None:
    tally = Tally(("create_online_redemption",))
    tally.add(ONLINE, "examples", 200, {"discount_type": "reward"}, REDEEMED)
    tally.add(ONLINE, "fuzzing", 200, {"discount_type": "reward"}, REDEEMED)
    tally.add(ONLINE, "fuzzing", 200, {"discount_type": "reward", "query": True}, QUOTED)
    tally.add(ONLINE, "fuzzing", 200, {"discount_type": "reward"}, REFUSED)
    tally.add(ONLINE, "fuzzing", 422, {"discount_type": "reward"}, ["Given reward is not accessible"])
    tally.add_probe(ONLINE, "no digest", 412)

    assert tally.counts["create_online_redemption"].summary() == {
        "calls": 6,
        "success": 2,
        "generated": 1,
        "quote": 1,
        "committed": 0,
        "refusal": 1,
        "error": 1,
        "probes": 1,
        "statuses": {"200": 4, "412": 1, "422": 1},
    }
