"""A proxy that changes nothing finds nothing: full-size runs through it are green.

CI runs one seed, `make soak` twenty.
"""

import os
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from conformance import foreign, recorder
from conformance.foreign import ALL

SEEDS = range(1, 21 if os.environ.get("PUNCHH_CONTRACT_SOAK") else 2)


@pytest.fixture(scope="module")
def shared() -> Iterator[foreign.Place]:
    with foreign.place() as place:
        yield place


@pytest.fixture
def place(shared: foreign.Place) -> foreign.Place:
    shared.reset()
    return shared


@pytest.mark.parametrize("seed", SEEDS)
def test_a_full_run_through_a_proxy_that_changes_nothing_is_green(
    place: foreign.Place, tmp_path: Path, seed: int
) -> None:
    fixtures = foreign.spending(place.fixtures)

    ran = foreign.run(
        tmp_path,
        *("--target", place.proxy.url, "--seed", str(seed)),
        credentials=place.credentials,
        fixtures=fixtures,
    )

    assert ran.code == 0, ran.said()
    assert ran.found == set(), ran.said()
    sent = place.proxy.exchanges
    assert len(sent) > 500
    redeemed = {
        each.request.operation.id for each in sent if each.request.operation and recorder.redemptions(each)
    }
    assert redeemed == set(ALL)
    assert recorder.strangers(sent, recorder.Given(fixtures, place.credentials)) == []
    assert recorder.overspent(sent, foreign.caps(fixtures)) == []
    assert recorder.refusals(sent) <= 8
    suites = ET.parse(ran.folders.reports / "junit.xml").getroot()  # noqa: S314  # our own report
    assert [each for each in suites.iter() if each.tag in ("failure", "error")] == []
    assert len(list(suites.iter("testcase"))) > 0
    # Laws that answers can break were judged by stories too.
    judged = {each["law"] for each in ran.report["laws"] if each["judged"]}
    assert {"quote_changes_nothing", "quote_equals_commit", "debited_once", "code_unique"} <= judged
    # What makes it a proof: the proxy sends what it got, and the contract has it.
    for each in sent:
        assert each.sent is each.right
        assert each.right
        assert each.request.operation
        assert each.right.status in each.request.operation.statuses
