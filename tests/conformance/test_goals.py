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
from punchh_contract.conformance.limits import Limits, ways
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


@pytest.mark.parametrize("limits", [OWN, FOREIGN])
def test_a_run_that_saw_nothing_misses_all_but_what_is_assumed(limits: Limits) -> None:
    judgement = goals.judge(CONTRACT, Tally((FORCE,)), limits)

    assert [each.label for each in judgement.missed] == [
        "5 successes",
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
        "status 401",
        *(f"own check {each}" for each in goals.own_checks(CONTRACT, CONTRACT.operation(FORCE))),
    ]
    assert "own check no credential" in {each.label for each in judgement.missed}
    assert [(goal.label, why) for goal, why in judgement.not_reached] == [
        ("status 400", goals.ASSUMED),
        ("status 404", goals.ASSUMED),
        ("status 422", goals.ASSUMED),
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
        (BATCH, "forms", ("fuzzing", "an item refused"), "form an item refused"),
        (BATCH, "forms", ("fuzzing", "a quote"), "form a quote"),
        (BATCH, "probes", "a quote asked for again", "own check a quote asked for again"),
        (BATCH, "probes", "a wrong business key alone", "own check a wrong business key alone"),
        (ONLINE, "probes", "a wrong token in the body", "own check a wrong token in the body"),
        (MOBILE, "probes", "an unknown client", "own check an unknown client"),
        (ONLINE, "present", "menu_items[].item_name", "`menu_items[].item_name` present"),
        (BATCH, "absent", "line_items[].item_id", "`line_items[].item_id` absent"),
        (ONLINE, "values", ("channel", '"kiosk"'), '`channel` = "kiosk"'),
        (ONLINE, "values", ("query", "true"), "`query` = true"),
        (MOBILE, "statuses", 412, "status 412"),
        (BATCH, "statuses", 404, "status 404"),
    ],
)
@pytest.mark.parametrize("limits", [OWN, FOREIGN])
def test_one_goal_of_each_kind_that_was_missed_is_named(
    limits: Limits, operation_id: str, counter: str, key: Any, label: str
) -> None:
    tally = full(*ALL)
    del getattr(tally.counts[operation_id], counter)[key]

    assert missed(tally, limits) == [(operation_id, label)]


def test_one_success_less_is_missed() -> None:
    tally = full(*ALL)
    tally.counts[MOBILE].outcomes["fuzzing", "success"] -= 1

    assert missed(tally) == [(MOBILE, "5 successes")]


def test_successes_of_the_examples_alone_are_not_enough_where_nothing_is_capped() -> None:
    found = missed(full(*ALL, phase="examples"))

    assert {operation for operation, _ in found} == set(ALL)
    assert (ONLINE, "form subscription quote") in found
    assert (ONLINE, "link redeem_online") in found


def test_successes_of_the_examples_count_where_a_fixture_is_spent_once() -> None:
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

    assert {found[each] for each in found if not each.endswith("401")} == {why}
    assert {"5 successes", "form a quote", "form an item refused", "status 200", "status 404"} < set(found)
    assert "own check no credential" in found
    assert not any(each.startswith("`") for each in found)
    assert (BATCH, "`user_id` absent") in missed(Tally(ALL), BARE)


def test_without_fixtures_a_reason_names_the_fields_of_each_form() -> None:
    found = reasons(Tally(ALL), BARE, FORCE)

    assert found["form by reward"].startswith("no fixture for redemption.reward_id, user_id:")
    assert found["form by points"].startswith("no fixture for redemption.requested_punches, user_id:")
    assert reasons(Tally(ALL), BARE, MOBILE)["5 successes"].startswith("no fixture for subscription_id:")


def test_a_fixture_for_one_form_leaves_only_the_others_out_of_reach() -> None:
    given = {ONLINE: frozenset({"reward_id", "store_number"})}
    limits = dataclasses.replace(FOREIGN, fixtures=given)
    found = reasons(Tally((ONLINE,)), limits, ONLINE)
    open_ = {label for _, label in missed(Tally((ONLINE,)), limits)}

    assert {"form reward commit", "form reward quote", "5 successes", "status 422", "status 200"} <= open_
    assert {"status 412", "own check no digest", "own check a quote asked for again"} <= open_
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
    assert "5 successes" not in found
    assert (ONLINE, "5 successes") in missed(Tally((ONLINE,)), limits)


def test_a_guest_that_was_spent_closes_every_form_but_no_refusal() -> None:
    limits = dataclasses.replace(FOREIGN, spent={BATCH: frozenset({"user_id"})})
    found = reasons(Tally((BATCH,)), limits, BATCH)

    assert {"5 successes", "form a quote", "status 200", "own check no credential"} < set(found)
    assert (BATCH, "status 404") in missed(Tally((BATCH,)), limits)


@pytest.mark.parametrize(
    ("operation_id", "caps", "wanted"),
    [
        (FORCE, {"user_id": 2}, "2"),
        (FORCE, {"user_id": 9, "redemption.reward_id": 1, "redemption.requested_punches": 2}, "3"),
        (FORCE, {"user_id": 9, "redemption.reward_id": 9}, "5"),
        (MOBILE, {"subscription_id": 1}, "1"),
        (BATCH, {"user_id": 3}, "3"),
        (BATCH, {}, "5"),
    ],
)
def test_no_more_successes_are_wanted_than_the_caps_allow(
    operation_id: str, caps: dict[str, int], wanted: str
) -> None:
    limits = dataclasses.replace(FOREIGN, caps={operation_id: caps})
    tally = full(operation_id)
    tally.counts[operation_id].outcomes["fuzzing", "success"] = 0

    assert missed(tally, limits) == [(operation_id, f"{wanted} successes")]
    tally.counts[operation_id].outcomes["fuzzing", "success"] = int(wanted)
    assert missed(tally, limits) == []


def test_caps_of_a_form_that_has_no_fixture_add_nothing() -> None:
    given = {FORCE: frozenset({"user_id", "redemption.reward_id"})}
    caps = {FORCE: {"user_id": 9, "redemption.reward_id": 2}}
    limits = dataclasses.replace(FOREIGN, fixtures=given, caps=caps)

    assert (FORCE, "2 successes") in missed(Tally((FORCE,)), limits)


def test_an_own_check_that_was_not_made_takes_its_status_along() -> None:
    tally = full(*ALL)
    del tally.counts[MOBILE].probes["no digest"]
    del tally.counts[MOBILE].statuses[412]
    why = "eight failed authentications in ten minutes are the most: run again later"
    limits = dataclasses.replace(FOREIGN, unmade={(MOBILE, "no digest"): why})

    assert missed(tally, limits) == []
    assert reasons(tally, limits, MOBILE) == {"own check no digest": why, "status 412": why}
    del tally.counts[MOBILE].statuses[401]
    assert missed(tally, limits) == [(MOBILE, "status 401")]


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
        "only 5 examples: raise --max-examples to 200"
    }


def row(field: str, cap: int | None, spent: int = 0, unknown: int = 0) -> dict[str, Any]:
    return {"operation": FORCE, "field": field, "cap": cap, "spent": spent, "unknown": unknown}


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
            row("user_id", 2, spent=1),
            row("user_id", 1, spent=1),
            row("redemption.reward_id", 1, unknown=1),
            row("store_number", None),
        ],
        not_run=[{"operation": FORCE, "what": "no credential", "why": "no budget"}],
        left_out=[MOBILE],
    )

    assert limits == Limits(
        own=False,
        fixtures={FORCE: frozenset({"user_id", "redemption.reward_id"})},
        caps={FORCE: {"user_id": 3, "redemption.reward_id": 1}},
        spent={FORCE: frozenset({"redemption.reward_id"})},
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
