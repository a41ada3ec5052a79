"""A right server is green however few fixtures there are: what one redemption used up is not asked for again.

CI runs one seed, `make soak` five.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from conformance import foreign, recorder
from conformance.foreign import BATCH, CAPPED, FORCE, ONLINE, Fixtures
from conformance.proxies import Answer, Request

from punchh_contract.contract import load

SEEDS = range(1, 6 if os.environ.get("PUNCHH_CONTRACT_SOAK") else 2)


@pytest.fixture(scope="module")
def shared() -> Iterator[foreign.Place]:
    with foreign.place() as place:
        yield place


@pytest.fixture
def place(shared: foreign.Place) -> foreign.Place:
    shared.reset()
    return shared


def one_of_each(place: foreign.Place, operation: str, *, spend: int) -> Fixtures:
    """One value for each field that an operation has, and so often."""
    fields = place.fixtures["operations"][operation]
    return {
        "operations": {
            operation: {
                field: [
                    {"value": values[0], "spend": spend} if field.rpartition(".")[2] in CAPPED else values[0]
                ]
                for field, values in fields.items()
            }
        }
    }


def run(
    place: foreign.Place,
    home: Path,
    operation: str,
    fixtures: Fixtures,
    *,
    seed: int = 1,
    without: tuple[str, ...] = (),
) -> foreign.Ran:
    return foreign.run(
        home,
        *("--target", place.proxy.url, "--seed", str(seed), "--operation", operation),
        credentials={name: value for name, value in place.credentials.items() if name not in without},
        fixtures=fixtures,
    )


def not_reached(ran: foreign.Ran) -> set[str]:
    return {row["what"] for row in ran.report["not_reached"]}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("spend", [1, 2])
def test_one_guest_with_one_basket_is_enough(
    place: foreign.Place, tmp_path: Path, seed: int, spend: int
) -> None:
    """One batch empties the basket; a request repeated as a control is answered as before, within the cap."""
    fixtures = one_of_each(place, BATCH, spend=spend)
    assert list(fixtures["operations"][BATCH]) == ["user_id"]

    ran = run(place, tmp_path, BATCH, fixtures, seed=seed)

    assert (ran.code, ran.found) == (0, set()), ran.said()
    assert 1 <= sum(recorder.redemptions(each) for each in place.proxy.exchanges) <= spend
    assert recorder.overspent(place.proxy.exchanges, foreign.caps(fixtures)) == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("spend", [1, 2])
def test_one_value_for_each_field_is_enough(
    place: foreign.Place, tmp_path: Path, seed: int, spend: int
) -> None:
    """A reward and a code are taken once, whatever their cap; a visit card takes without a name."""
    fixtures = one_of_each(place, ONLINE, spend=spend)
    assert fixtures["operations"][ONLINE]["discount_type"] == [{"value": "card_completion", "spend": spend}]

    ran = run(place, tmp_path, ONLINE, fixtures, seed=seed)

    assert (ran.code, ran.found) == (0, set()), ran.said()
    redeemed = {
        each.request.json["discount_type"]
        for each in place.proxy.exchanges
        if recorder.redemptions(each) and isinstance(each.request.json, dict)
    }
    assert {"card_completion", "reward", "redemption_code"} <= redeemed
    assert recorder.overspent(place.proxy.exchanges, foreign.caps(fixtures)) == []
    # What it could not reach it says.
    assert any(each.endswith(" quote") for each in not_reached(ran))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("spend", [1, 3])
def test_a_guests_token_that_is_spent_at_once_is_enough(
    place: foreign.Place, tmp_path: Path, seed: int, spend: int
) -> None:
    """Without an access token it stands in every request: with its cap the run of the operation is over."""
    fixtures = one_of_each(place, ONLINE, spend=spend)

    ran = run(
        place, tmp_path, ONLINE, fixtures, seed=seed, without=("PUNCHH_ACCESS_TOKEN", "PUNCHH_ID_TOKEN")
    )

    assert (ran.code, ran.found) == (0, set()), ran.said()
    assert sum(recorder.redemptions(each) for each in place.proxy.exchanges) == spend
    assert "`channel` present" in not_reached(ran)


@pytest.mark.parametrize("operation", [FORCE, BATCH])
def test_a_fixture_that_never_redeems_is_a_finding(
    place: foreign.Place, tmp_path: Path, operation: str
) -> None:
    """The other way round: leniency is for what was used up, not for what was refused."""
    refusal = next(
        each for each in load().operation(operation).errors.values() if each.status in (400, 404, 422)
    )

    def refuse(_: Request, answer: Answer) -> Answer:
        return answer.but(status=refusal.status).but_json(refusal.body()) if answer.status < 300 else answer

    place.proxy.plant = refuse

    ran = run(place, tmp_path, operation, one_of_each(place, operation, spend=1))

    assert ran.code == 1, ran.said()
    assert ("goal:1 success", operation) in ran.found, ran.said()
    assert "1 success" not in not_reached(ran)
