"""One harmless question to each operation before a run on somebody else's server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conformance import foreign, recorder
from conformance.foreign import ALL, BATCH, FORCE, MOBILE, ONLINE

from punchh_contract.conformance import preflight
from punchh_contract.conformance.hooks import Run
from punchh_contract.conformance.runner import RunError
from punchh_contract.contract import load

WRONG = "invented-and-wrong"


@pytest.fixture(scope="module")
def shared() -> Iterator[foreign.Place]:
    with foreign.place() as place:
        yield place


@pytest.fixture
def place(shared: foreign.Place) -> foreign.Place:
    shared.reset()
    return shared


@pytest.fixture
def begin(place: foreign.Place, make_foreign_job: Any) -> Any:
    """A run on the place's proxy; keywords are credentials that differ."""

    def run(*operations: str, **credentials: str) -> Run:
        job = make_foreign_job(place, *operations, fixtures=foreign.spending(place.fixtures))
        values = {**vars(job.credentials), **credentials}
        return Run(make_foreign_job(place, *operations, credentials=type(job.credentials)(**values)), load())

    return run


def test_each_operation_is_asked_once_and_nothing_is_taken(
    place: foreign.Place, make_foreign_job: Any
) -> None:
    fixtures = foreign.spending(place.fixtures)
    run = Run(make_foreign_job(place, fixtures=fixtures), load())

    assert preflight.usable(run) == ALL

    assert [each.operation.id for each in place.proxy.requests if each.operation] == list(ALL)
    # Not even what is given is named: those are for the run itself.
    given = recorder.Given({"operations": {}}, place.credentials)
    assert recorder.strangers(place.proxy.exchanges, given) == []
    run.close()
    assert not [row for row in run.result.spending if row["spent"] or row["unknown"]]
    assert run.result.findings == []
    # What was sent is counted, as all that a run sends.
    assert [each.probes for each in run.result.tally.counts.values()] == [{preflight.OPENING: 1}] * 4


def test_an_operation_whose_key_is_wrong_is_left_out_and_the_rest_is_tested(begin: Any) -> None:
    run = begin(admin_key=WRONG)

    assert preflight.usable(run) == (ONLINE, BATCH, MOBILE)

    (finding,) = run.result.findings
    assert (finding.check, finding.operation, finding.status) == ("refused_valid", FORCE, 401)
    assert run.result.left_out == [FORCE]
    assert [(each["operation"], each["what"]) for each in run.result.not_run] == [(FORCE, "all of it")]
    assert WRONG not in str(run.result.dump())


def test_a_wrong_digest_is_a_wrong_key_too(begin: Any) -> None:
    run = begin(secret=WRONG)

    assert preflight.usable(run) == (FORCE, BATCH)
    assert {each.status for each in run.result.findings} == {412}


def test_where_every_key_is_wrong_nothing_is_tested_after_four_calls(
    begin: Any, place: foreign.Place
) -> None:
    run = begin(admin_key=WRONG, secret=WRONG, location_key=WRONG)

    with pytest.raises(RunError) as error:
        preflight.usable(run)

    assert len(place.proxy.requests) == 4
    told = str(error.value)
    assert all(each in told for each in ALL)
    assert "PUNCHH_*" in told
    assert WRONG not in told


def test_a_target_that_is_not_there_is_told_plainly(place: foreign.Place, make_foreign_job: Any) -> None:
    run = Run(make_foreign_job(place, base_url="http://127.0.0.1:1"), load())

    with pytest.raises(RunError, match=r"^http://127\.0\.0\.1:1 does not answer \(Connection refused\)"):
        preflight.usable(run)


def test_a_target_that_hangs_up_is_told_plainly(begin: Any, place: foreign.Place) -> None:
    place.proxy.plant = lambda _, __: None

    with pytest.raises(RunError, match="does not answer"):
        preflight.usable(begin())

    assert len(place.proxy.requests) == 1


def test_a_target_that_is_no_sandbox_ends_it(begin: Any, place: foreign.Place) -> None:
    place.proxy.plant = lambda _, answer: answer.but_header("x-pch-env", "production")
    run = begin()

    preflight.usable(run)

    assert len(place.proxy.requests) == 1
    run.close()
    assert "production" in str(run.result.stopped)


def test_a_target_of_our_own_and_a_rehearsal_are_asked_nothing(
    place: foreign.Place, make_foreign_job: Any, tmp_path: Path
) -> None:
    for more in ({"own": True}, {"rehearse": True}):
        assert preflight.usable(Run(make_foreign_job(place, **more), load())) == ALL

    assert place.proxy.connections == 0
