"""A run that reached too little is not green, and says what it did not reach."""

import pytest

from punchh_contract.conformance import floors
from punchh_contract.conformance.preparation import links
from punchh_contract.conformance.shapes import shapes
from punchh_contract.conformance.tally import Tally
from punchh_contract.contract import load

ALL = tuple(load().operations)


def full(*operation_ids: str, phase: str = "fuzzing") -> Tally:
    """A tally that reaches every floor, each just so."""
    contract, tally = load(), Tally(operation_ids)
    for operation_id, counts in tally.counts.items():
        operation = contract.operation(operation_id)
        counts.outcomes[phase, "success"] = floors.SUCCESSES
        counts.statuses.update(operation.statuses)
        counts.probes.update(floors.own_checks(contract, operation))
        for shape in shapes(contract, operation):
            kind = shape.constants.get("discount_type")
            counts.forms[phase, f"{kind} {'quote' if shape.quote else 'commit'}" if kind else "a quote"] = 1
        for form in floors.FORMS.get(operation_id, ()):
            counts.forms[phase, form] = 1
    for name, (_, target, _) in links(contract, operation_ids).items():
        tally.counts[target.id].forms[phase, f"link {name}"] = 1
    return tally


def test_a_run_that_reached_everything_misses_nothing() -> None:
    assert floors.missed(load(), full(*ALL)) == []
    assert floors.unseen(load(), full(*ALL)) == []


def test_a_run_that_saw_nothing_misses_everything_of_its_operations_only() -> None:
    found = floors.missed(load(), Tally(("force_redeem",)))

    assert "force_redeem: 0 real successes from generated cases, wanted 5" in found
    assert "force_redeem: no generated case reached: by points" in found
    assert "force_redeem: the own check was never made: no credential" in found
    assert "force_redeem: the contract documents status 401, and it was never seen" in found
    assert all(each.startswith("force_redeem: ") for each in found)


def test_successes_of_the_examples_alone_are_not_enough() -> None:
    found = floors.missed(load(), full(*ALL, phase="examples"))

    assert {each.split(":")[0] for each in found} == set(ALL)
    assert "create_online_redemption: no generated case reached: subscription quote" in found


@pytest.mark.parametrize("form", ["reward quote", "card_completion commit", "link redeem_online"])
def test_one_form_that_was_not_reached_is_named(form: str) -> None:
    tally = full(*ALL)
    del tally.counts["create_online_redemption"].forms["fuzzing", form]

    assert floors.missed(load(), tally) == [
        f"create_online_redemption: no generated case reached: {form}",
    ]


@pytest.mark.parametrize(
    ("operation_id", "name"),
    [
        ("process_batch_redemption", "a quote asked for again"),
        ("process_batch_redemption", "a wrong business key alone"),
        ("create_online_redemption", "a wrong token in the body"),
        ("create_subscription_redemption_code", "an unknown client"),
    ],
)
def test_an_own_check_that_was_not_made_is_named(operation_id: str, name: str) -> None:
    tally = full(*ALL)
    del tally.counts[operation_id].probes[name]

    assert floors.missed(load(), tally) == [f"{operation_id}: the own check was never made: {name}"]


def test_only_operations_with_quotes_have_them_asked_again() -> None:
    contract = load()
    having = {
        each.id
        for each in contract.operations.values()
        if "a quote asked for again" in floors.own_checks(contract, each)
    }

    assert having == {"create_online_redemption", "process_batch_redemption"}


def test_a_batch_needs_an_item_that_was_refused() -> None:
    tally = full(*ALL)
    del tally.counts["process_batch_redemption"].forms["fuzzing", "an item refused"]

    assert floors.missed(load(), tally) == [
        "process_batch_redemption: no generated case reached: an item refused"
    ]


def test_a_link_is_no_floor_when_its_source_is_left_out() -> None:
    tally = full("create_online_redemption")

    assert floors.missed(load(), tally) == []


def test_an_assumed_status_is_reported_and_fails_nothing() -> None:
    tally = full(*ALL)
    del tally.counts["force_redeem"].statuses[404]

    assert floors.missed(load(), tally) == []
    assert floors.unseen(load(), tally) == ["force_redeem: status 404 (assumed) was not seen"]
