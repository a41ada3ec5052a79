"""Each planted wrong answer turns a run red for its own reason; without plants the same run finds nothing.

CI tries every other one; `make soak` all of them.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest
from conformance import foreign
from conformance.foreign import ALL, FORCE, MOBILE
from conformance.plants import PLANTS, Planted, growing, shown, wrong
from conformance.proxies import Answer, Request

from punchh_contract.contract import load

FIRST = {each.checks: each for each in reversed(PLANTS)}
TRIED = [
    each
    for place, each in enumerate(PLANTS)
    if os.environ.get("PUNCHH_CONTRACT_SOAK") or place % 4 == 0 or FIRST[each.checks] is each
]


@pytest.fixture(scope="module")
def shared() -> Iterator[foreign.Place]:
    with foreign.place() as place:
        yield place


@pytest.fixture
def place(shared: foreign.Place) -> foreign.Place:
    shared.reset()
    return shared


def run(place: foreign.Place, home: Path, operation: str, max_examples: int) -> foreign.Ran:
    return foreign.run(
        home,
        *("--target", place.proxy.url, "--operation", operation, "--max-examples", str(max_examples)),
        *foreign.FUZZ,
        credentials=place.credentials,
        fixtures=foreign.spending(place.fixtures),
    )


@pytest.mark.parametrize("planted", [pytest.param(each, id=each.name) for each in TRIED])
def test_a_wrong_answer_is_found(place: foreign.Place, tmp_path: Path, planted: Planted) -> None:
    place.proxy.plant = planted.make()

    ran = run(place, tmp_path, planted.operation, planted.max_examples)

    assert place.proxy.failures == []
    assert any(each.sent is not each.right for each in place.proxy.exchanges), "nothing was planted"
    # However the target fails, nothing else of it is asked.
    assert {(each.method, each.target.partition("?")[0]) for each in place.proxy.requests} == {
        ("POST", load().operation(planted.operation).path)
    }
    assert ran.code == 1, ran.said()
    assert ran.found & {(check, planted.operation) for check in planted.checks}, ran.said()


@pytest.mark.parametrize(
    ("operation", "max_examples"), sorted({(each.operation, each.max_examples) for each in TRIED})
)
def test_without_plants_the_same_run_finds_nothing(
    place: foreign.Place, tmp_path: Path, operation: str, max_examples: int
) -> None:
    ran = run(place, tmp_path, operation, max_examples)

    assert ran.found == set(), ran.said()
    assert ran.code == 0, ran.said()
    assert len(place.proxy.exchanges) > 20


def test_the_plants_are_enough_and_at_every_operation() -> None:
    assert len({each.name for each in PLANTS}) == len(PLANTS)
    assert len(TRIED) >= 24
    assert {each.operation for each in TRIED} == set(ALL)
    assert {check for each in TRIED for check in each.checks} == {
        check for each in PLANTS for check in each.checks
    }


ANSWER = Answer(200, body=b'{"redemption_id":7}')
REQUEST = Request("POST", "/", (), b"{}")


@pytest.mark.parametrize(
    ("every", "at_most", "changed"),
    [(1, None, [0, 1, 2, 3, 4, 5]), (3, None, [2, 5]), (2, 1, [1]), (1, 2, [0, 1])],
)
def test_a_plant_acts_on_its_turns(every: int, at_most: int | None, changed: list[int]) -> None:
    plant = wrong(lambda _, each: each.but(status=500), 200, every=every, at_most=at_most)()

    assert plant(REQUEST, Answer(404)) == Answer(404)
    assert [turn for turn in range(6) if plant(REQUEST, ANSWER) is not ANSWER] == changed


def test_a_quote_that_changes_never_says_the_same_twice() -> None:
    plant = growing()
    quote = Request("POST", "/", (), b'{"query":true}')
    answer = Answer(200, body=b'{"category":"redeemable","redemption_amount":5}')
    said = [plant(quote, answer) for _ in range(3)]

    assert plant(REQUEST, answer) is answer
    assert [each.json["redemption_amount"] for each in said if each] == [5.01, 5.02, 5.03]


@pytest.mark.parametrize(("operation", "status"), [(FORCE, 201), (FORCE, 400), (MOBILE, 200), (MOBILE, 400)])
def test_what_the_contract_shows_keeps_to_it(operation: str, status: int) -> None:
    schema = load().operation(operation).response_schema(status)
    assert schema is not None
    assert jsonschema_rs.validator_for(schema, validate_formats=True).is_valid(shown(operation, status))


@pytest.mark.parametrize("planted", [pytest.param(each, id=each.name) for each in PLANTS])
def test_every_planted_answer_can_be_sent(planted: Planted) -> None:
    """A plant that fails inside the proxy would look like a server that hangs up."""
    for status in load().operation(planted.operation).statuses:
        for headers in ((("user-agent", "x"),), ()):
            request = Request("POST", "/", headers, b'{"query":true}')
            sent = planted.make()(request, Answer(status).but_json(shown(planted.operation, status)))
            assert sent is None or isinstance(sent.wire(), bytes)
