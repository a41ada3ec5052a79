"""A run that reached too little is not green, and says what it did not reach; what it could not reach is no
finding, and says what would let it be reached.
"""

import dataclasses
from collections.abc import Iterable
from typing import Any

import pytest

from punchh_contract.conformance import goals
from punchh_contract.conformance.fixtures import Fixture
from punchh_contract.conformance.goals import Goal
from punchh_contract.conformance.limits import FURTHER, Limits, ways
from punchh_contract.conformance.naming import namings
from punchh_contract.conformance.preparation import links
from punchh_contract.conformance.properties import Properties
from punchh_contract.conformance.tally import Tally
from punchh_contract.contract import load

CONTRACT = load()
ALL = tuple(CONTRACT.operations)
FORCE, ONLINE, BATCH, MOBILE = ALL
OWN = Limits(own=True, examples=200, usual_examples=200)
EVERY = {
    each.id: frozenset(naming.field for naming in namings(CONTRACT, each))
    for each in CONTRACT.operations.values()
}
FOREIGN = Limits(own=False, fixtures=EVERY, examples=200, usual_examples=200)
BARE = dataclasses.replace(FOREIGN, fixtures={})


def full(*operation_ids: str, phase: str = "fuzzing") -> Tally:
    """A tally that reaches every goal, each just so."""
    tally = Tally(operation_ids)
    for operation_id, counts in tally.counts.items():
        operation = CONTRACT.operation(operation_id)
        counts.outcomes[phase, "success"] = goals.SUCCESSES
        counts.statuses.update(operation.statuses)
        counts.probes.update(goals.own_checks(CONTRACT, operation))
        for way in ways(CONTRACT, operation):
            counts.forms[phase, way.form] = 1
        properties = Properties(operation)
        counts.present.update(properties.paths)
        counts.absent.update(properties.paths)
        counts.values.update(properties.values)
    for name, (_, target, _) in links(CONTRACT, operation_ids).items():
        tally.counts[target.id].forms[phase, f"link {name}"] = 1
    return tally


def missed(tally: Tally, limits: Limits = OWN) -> list[tuple[str, str]]:
    return [(each.operation, each.label) for each in goals.judge(CONTRACT, tally, limits).missed]


def reasons(tally: Tally, limits: Limits, operation_id: str) -> dict[str, str]:
    """Label -> why, of the goals of an operation that were not reached."""
    found = goals.judge(CONTRACT, tally, limits).not_reached
    return {goal.label: why for goal, why in found if goal.operation == operation_id}


@pytest.mark.parametrize("limits", [OWN, FOREIGN, BARE])
def test_a_run_that_reached_everything_misses_nothing(limits: Limits) -> None:
    judgement = goals.judge(CONTRACT, full(*ALL), limits)

    assert judgement.missed == []
    assert judgement.not_reached == []


@pytest.mark.parametrize(("limits", "successes"), [(OWN, "5 successes"), (FOREIGN, "1 success")])
def test_a_run_that_saw_nothing_misses_all_but_what_a_right_server_need_not_answer(
    limits: Limits, successes: str
) -> None:
    judgement = goals.judge(CONTRACT, Tally((FORCE,)), limits)

    assert [each.label for each in judgement.missed] == [
        successes,
        "form by points",
        "form by reward",
        "`user_id` present",
        "`user_id` absent",
        "`redemption` present",
        "`redemption` absent",
        "`redemption.requested_punches` present",
        "`redemption.requested_punches` absent",
        "`redemption.force_message` present",
        "`redemption.force_message` absent",
        "`redemption.reward_id` present",
        "`redemption.reward_id` absent",
        "`redemption.fuel_redemption` present",
        "`redemption.fuel_redemption` absent",
        "status 201",
        *(["status 401"] if limits.own else []),
        *(f"own check {each}" for each in goals.own_checks(CONTRACT, CONTRACT.operation(FORCE))),
    ]
    assert "own check no credential" in {each.label for each in judgement.missed}
    assert [(goal.label, why) for goal, why in judgement.not_reached] == [
        ("status 400", goals.ASSUMED),
        *([] if limits.own else [("status 401", goals.UNSEEN)]),
        ("status 404", goals.ASSUMED),
        ("status 422", goals.ASSUMED),
        ("status 429", goals.ASSUMED),
    ]


def test_on_our_own_sandbox_nothing_but_what_is_assumed_is_out_of_reach() -> None:
    judgement = goals.judge(CONTRACT, Tally(ALL), OWN)

    assert {why for _, why in judgement.not_reached} == {goals.ASSUMED}
    assert all(goal.kind == "status" for goal, _ in judgement.not_reached)


@pytest.mark.parametrize(
    ("operation_id", "counter", "key", "label"),
    [
        (ONLINE, "forms", ("fuzzing", "reward quote"), "form reward quote"),
        (ONLINE, "forms", ("fuzzing", "card_completion commit"), "form card_completion commit"),
        (ONLINE, "forms", ("fuzzing", "link redeem_online"), "link redeem_online"),
        (BATCH, "probes", "a wrong business key alone", "own check a wrong business key alone"),
        (ONLINE, "probes", "a wrong token in the body", "own check a wrong token in the body"),
        (MOBILE, "probes", "an unknown client", "own check an unknown client"),
        (ONLINE, "present", "menu_items[].item_name", "`menu_items[].item_name` present"),
        (BATCH, "absent", "line_items[].item_id", "`line_items[].item_id` absent"),
        (ONLINE, "values", ("channel", '"kiosk"'), '`channel` = "kiosk"'),
        (ONLINE, "values", ("query", "true"), "`query` = true"),
        (FORCE, "statuses", 201, "status 201"),
    ],
)
@pytest.mark.parametrize("limits", [OWN, FOREIGN])
def test_one_goal_of_each_kind_that_was_missed_is_named(
    limits: Limits, operation_id: str, counter: str, key: Any, label: str
) -> None:
    tally = full(*ALL)
    del getattr(tally.counts[operation_id], counter)[key]

    assert missed(tally, limits) == [(operation_id, label)]


USED_UP = "what the fixtures name may be redeemed by now; list more of it"


@pytest.mark.parametrize(
    ("operation_id", "counter", "key", "label", "why"),
    [
        (BATCH, "forms", ("fuzzing", "an item refused"), "form an item refused", USED_UP),
        (BATCH, "forms", ("fuzzing", "a quote"), "form a quote", USED_UP),
        (BATCH, "probes", goals.ASKED_AGAIN, f"own check {goals.ASKED_AGAIN}", goals.NO_QUOTE),
        (MOBILE, "statuses", 412, "status 412", goals.UNSEEN),
        (BATCH, "statuses", 404, "status 404", goals.UNSEEN),
    ],
)
def test_what_a_right_server_may_never_answer_is_missed_on_our_own_sandbox_only(
    operation_id: str, counter: str, key: Any, label: str, why: str
) -> None:
    tally = full(*ALL)
    del getattr(tally.counts[operation_id], counter)[key]

    assert missed(tally, OWN) == [(operation_id, label)]
    assert missed(tally, FOREIGN) == []
    assert reasons(tally, FOREIGN, operation_id) == {label: why}


@pytest.mark.parametrize(("limits", "enough"), [(OWN, goals.SUCCESSES), (FOREIGN, 1)], ids=["own", "foreign"])
@pytest.mark.parametrize("operation_id", ALL)
def test_one_success_less_is_missed(operation_id: str, limits: Limits, enough: int) -> None:
    tally = full(*ALL)
    tally.counts[operation_id].outcomes["fuzzing", "success"] = enough
    assert missed(tally, limits) == []
    tally.counts[operation_id].outcomes["fuzzing", "success"] = enough - 1

    assert (operation_id, "5 successes" if limits.own else "1 success") in missed(tally, limits)


def test_a_quote_that_was_answered_has_to_be_asked_for_again() -> None:
    tally = full(*ALL)
    tally.counts[BATCH].outcomes["examples", "quote"] = 1
    del tally.counts[BATCH].probes[goals.ASKED_AGAIN]

    assert missed(tally, FOREIGN) == [(BATCH, f"own check {goals.ASKED_AGAIN}")]


@pytest.mark.parametrize("form", ["an item redeemed", "an item refused", "a quote"])
def test_a_form_of_a_guest_alone_is_missed_as_long_as_nothing_was_redeemed(form: str) -> None:
    found = missed(Tally((BATCH,)), FOREIGN)

    assert (BATCH, f"form {form}") in found
    assert (BATCH, "1 success") in found


def test_a_form_of_what_was_redeemed_in_another_is_out_of_reach() -> None:
    """A cap above one does not say that a target gives a reward twice."""
    tally = full(ONLINE)
    for form in ("reward quote", "redemption_code quote"):
        del tally.counts[ONLINE].forms["fuzzing", form]
    limits = dataclasses.replace(FOREIGN, redeemed={ONLINE: frozenset({"reward_id"})})

    assert missed(tally, limits) == [(ONLINE, "form redemption_code quote")]
    assert reasons(tally, limits, ONLINE) == {"form reward quote": USED_UP}
    tally.counts[ONLINE].outcomes.clear()
    assert (ONLINE, "form reward quote") in missed(tally, limits)


def test_successes_of_the_examples_alone_are_not_enough_where_nothing_is_capped() -> None:
    found = missed(full(*ALL, phase="examples"))

    assert {operation for operation, _ in found} == set(ALL)
    assert (ONLINE, "form subscription quote") in found
    assert (ONLINE, "link redeem_online") in found


def test_successes_of_the_examples_count_where_fixtures_may_be_few() -> None:
    assert missed(full(*ALL, phase="examples"), FOREIGN) == []


def test_only_operations_with_quotes_have_them_asked_again() -> None:
    having = {
        each.id
        for each in CONTRACT.operations.values()
        if "a quote asked for again" in goals.own_checks(CONTRACT, each)
    }

    assert having == {ONLINE, BATCH}


def test_a_link_is_no_goal_when_its_source_is_left_out() -> None:
    tally = full(*ALL)
    del tally.counts[ONLINE].forms["fuzzing", "link redeem_online"]

    assert missed(tally, dataclasses.replace(OWN, left_out=frozenset({MOBILE}))) == []
    assert missed(full(ONLINE)) == []


def test_an_operation_that_was_left_out_has_no_goals() -> None:
    limits = dataclasses.replace(BARE, left_out=frozenset(ALL) - {FORCE})
    judgement = goals.judge(CONTRACT, Tally(ALL), limits)

    assert {each.operation for each in judgement.missed} == {FORCE}
    assert {goal.operation for goal, _ in judgement.not_reached} == {FORCE}


@pytest.mark.parametrize("limits", [OWN, FOREIGN, BARE])
def test_a_run_that_was_stopped_misses_nothing(limits: Limits) -> None:
    judgement = goals.judge(CONTRACT, Tally(ALL), dataclasses.replace(limits, stopped="the time was up"))

    assert judgement.missed == []
    assert {why for _, why in judgement.not_reached} == {"the run was stopped: the time was up"}
    assert {goal.kind for goal, _ in judgement.not_reached} == {
        *("successes", "form", "link", "present", "absent", "value", "status", "own check"),
    }


def test_without_fixtures_what_needs_a_known_guest_is_out_of_reach_and_the_rest_is_not() -> None:
    found = reasons(Tally(ALL), BARE, BATCH)
    why = "no fixture for user_id: list what you own in --fixtures"

    refusals = {"status 400", "status 404", "status 422"}
    assert {found[each] for each in refusals} == {goals.UNSEEN}
    asked_again = f"own check {goals.ASKED_AGAIN}"
    assert found[asked_again] == goals.NO_QUOTE
    rest = set(found) - refusals - {asked_again, "status 401"}
    assert {found[each] for each in rest} == {why}
    assert {"1 success", "form a quote", "form an item refused", "status 200"} < rest
    assert "own check no credential" in rest
    assert not any(each.startswith("`") for each in found)
    assert (BATCH, "`user_id` absent") in missed(Tally(ALL), BARE)


def test_without_fixtures_a_reason_names_the_fields_of_each_form() -> None:
    found = reasons(Tally(ALL), BARE, FORCE)

    assert found["form by reward"].startswith("no fixture for redemption.reward_id, user_id:")
    assert found["form by points"].startswith("no fixture for redemption.requested_punches, user_id:")
    assert reasons(Tally(ALL), BARE, MOBILE)["1 success"].startswith("no fixture for subscription_id:")


def test_a_fixture_for_one_form_leaves_only_the_others_out_of_reach() -> None:
    given = {ONLINE: frozenset({"reward_id", "store_number"})}
    limits = dataclasses.replace(FOREIGN, fixtures=given)
    found = reasons(Tally((ONLINE,)), limits, ONLINE)
    tally = Tally((ONLINE,))
    tally.counts[ONLINE].outcomes["fuzzing", "quote"] = 1
    open_ = {label for _, label in missed(tally, limits)}

    assert {"form reward commit", "form reward quote", "1 success", "status 200"} <= open_
    assert {"own check no digest", "own check a quote asked for again"} <= open_
    assert {"form redeemable commit", "form discount_amount quote"} <= set(found)
    assert "form reward commit" not in found


def test_a_value_that_takes_without_naming_anything_needs_a_fixture() -> None:
    limits = dataclasses.replace(FOREIGN, fixtures={ONLINE: EVERY[ONLINE] - {"discount_type"}})
    found = reasons(Tally((ONLINE,)), limits, ONLINE)
    why = "no fixture for discount_type: list what you own in --fixtures"

    assert found['`discount_type` = "card_completion"'] == why
    assert found["form card_completion commit"] == why
    assert '`discount_type` = "reward"' not in found
    assert "form reward commit" not in found
    assert (ONLINE, '`discount_type` = "card_completion"') in missed(Tally((ONLINE,)), FOREIGN)


def test_a_link_needs_what_its_source_needs_and_not_what_it_carries() -> None:
    no_code = {ONLINE: frozenset({"store_number"}), MOBILE: frozenset({"subscription_id"})}
    no_source = {ONLINE: EVERY[ONLINE]}
    both = Tally((ONLINE, MOBILE))

    found = missed(both, dataclasses.replace(FOREIGN, fixtures=no_code))
    assert (ONLINE, "link redeem_online") in found
    why = reasons(both, dataclasses.replace(FOREIGN, fixtures=no_source), ONLINE)["link redeem_online"]
    assert why.startswith("no fixture for subscription_id:")


def test_what_was_spent_is_out_of_reach() -> None:
    limits = dataclasses.replace(FOREIGN, spent={ONLINE: frozenset({"reward_id"})})
    found = reasons(Tally((ONLINE,)), limits, ONLINE)

    assert found["form reward commit"] == (
        "every fixture for reward_id is spent: list more, or raise their `spend`"
    )
    assert "form redeemable commit" not in found
    assert "1 success" not in found
    assert (ONLINE, "1 success") in missed(Tally((ONLINE,)), limits)


def test_a_constant_that_was_spent_is_out_of_reach() -> None:
    limits = dataclasses.replace(FOREIGN, spent={ONLINE: frozenset({"discount_type"})})
    found = reasons(Tally((ONLINE,)), limits, ONLINE)
    why = "every fixture for discount_type is spent: list more, or raise their `spend`"

    names = (
        *("form card_completion commit", "form card_completion quote"),
        '`discount_type` = "card_completion"',
    )
    assert {found[each] for each in names} == {why}
    assert '`discount_type` = "reward"' not in found
    assert "1 success" not in found


def test_a_guest_that_was_spent_closes_every_form_and_no_property() -> None:
    limits = dataclasses.replace(FOREIGN, spent={BATCH: frozenset({"user_id"})})
    found = reasons(Tally((BATCH,)), limits, BATCH)

    assert {"1 success", "form a quote", "status 200", "own check no credential"} < set(found)
    assert (BATCH, "`user_id` present") in missed(Tally((BATCH,)), limits)


def test_an_own_check_that_was_not_made_takes_its_status_along() -> None:
    tally = full(*ALL)
    del tally.counts[MOBILE].probes["no digest"]
    del tally.counts[MOBILE].statuses[412]
    why = "eight failed authentications in ten minutes are the most: run again later"
    limits = dataclasses.replace(FOREIGN, unmade={(MOBILE, "no digest"): why})

    assert missed(tally, limits) == []
    assert reasons(tally, limits, MOBILE) == {"own check no digest": why, "status 412": why}
    own = dataclasses.replace(limits, own=True)
    assert missed(tally, own) == []
    assert reasons(tally, own, MOBILE) == {"own check no digest": why, "status 412": why}
    del tally.counts[MOBILE].statuses[401]
    assert missed(tally, own) == [(MOBILE, "status 401")]


@pytest.mark.parametrize("label", ["`client` absent", "`authentication_token` present"])
def test_what_the_run_fills_in_itself_is_out_of_reach(label: str) -> None:
    limits = dataclasses.replace(FOREIGN, filled=frozenset({"client", "authentication_token"}))

    assert reasons(Tally((ONLINE,)), limits, ONLINE)[label] == goals.FILLED
    assert (ONLINE, label) in missed(Tally((ONLINE,)), FOREIGN)
    assert (ONLINE, "`email` absent") in missed(Tally((ONLINE,)), limits)


def test_with_few_examples_only_own_checks_are_missed() -> None:
    limits = dataclasses.replace(OWN, examples=5)
    judgement = goals.judge(CONTRACT, Tally(ALL), limits)

    assert {each.kind for each in judgement.missed} == {"own check"}
    assert {why for goal, why in judgement.not_reached if not goal.assumed} == {
        "not judged with --max-examples 5, below 200"
    }


def test_once_nothing_more_could_be_sent_of_an_operation_only_its_own_checks_are_missed() -> None:
    why = "their fixtures are spent"
    limits = dataclasses.replace(FOREIGN, unmade={(ONLINE, FURTHER): why})
    judgement = goals.judge(CONTRACT, Tally((ONLINE, MOBILE)), limits)

    assert {each.kind for each in judgement.missed if each.operation == ONLINE} == {"own check"}
    found = reasons(Tally((ONLINE, MOBILE)), limits, ONLINE)
    assert found["`channel` present"] == f"further generated cases were not sent: {why}"
    assert (MOBILE, "1 success") in missed(Tally((ONLINE, MOBILE)), limits)


def row(
    field: str, value: Any, cap: int | None, *, spent: int = 0, unknown: int = 0, operation: str = FORCE
) -> dict[str, Any]:
    return {
        "operation": operation,
        "field": field,
        "value": value,
        "cap": cap,
        "spent": spent,
        "unknown": unknown,
    }


def limits_of(fixtures: Iterable[Any] = (), **values: Any) -> Limits:
    return Limits.of(
        **{
            "own": False,
            "fixtures": fixtures,
            "spending": [],
            "not_run": [],
            "examples": 200,
            "usual_examples": 200,
            "stopped": None,
            **values,
        }
    )


def test_limits_are_read_from_what_a_run_hands_back() -> None:
    limits = limits_of(
        [Fixture(FORCE, "user_id", 1, "guest", 2), Fixture(FORCE, "redemption.reward_id", 7, "asset", 1)],
        spending=[
            row("user_id", 1, 2, spent=1),
            row("user_id", 2, 1, spent=1),
            row("redemption.reward_id", 7, 1, unknown=1),
            row("redemption.requested_punches", 1, 2, spent=1),
            row("redemption.requested_punches", 2, 2),
            row("store_number", "401", None, spent=2),
            row("reward_id", 7, 2, operation=ONLINE),
            row("redemption_code", "7", 2, operation=ONLINE),
        ],
        not_run=[{"operation": FORCE, "what": "no credential", "why": "no budget"}],
        left_out=[MOBILE],
    )

    assert limits == Limits(
        own=False,
        fixtures={FORCE: frozenset({"user_id", "redemption.reward_id"})},
        spent={FORCE: frozenset({"redemption.reward_id"}), ONLINE: frozenset()},
        redeemed={
            FORCE: frozenset({"user_id", "redemption.reward_id"}),
            # The same reward, which the other operation took.
            ONLINE: frozenset({"reward_id"}),
        },
        unmade={(FORCE, "no credential"): "no budget"},
        left_out=frozenset({MOBILE}),
        filled=frozenset({"client", "authentication_token"}),
        examples=200,
        usual_examples=200,
    )


def test_on_our_own_sandbox_the_run_fills_in_nothing() -> None:
    assert limits_of(own=True).filled == frozenset()


def test_each_goal_of_an_operation_has_a_label_and_a_statement_of_its_own() -> None:
    for name in ALL:
        every = list(goals.goals(CONTRACT, name, ALL, OWN))
        assert len({each.label for each in every}) == len({each.statement for each in every}) == len(every)
    assert Goal(ONLINE, "value", "channel", '"web"').statement == (
        'no generated body that keeps the schema had `channel` = "web"'
    )
    assert Goal(ONLINE, "form", "reward quote").statement == "no case reached: form reward quote"
