"""The zoo, proven: each fault shows in its witness, is one place of the sandbox, and is gone afterwards."""

import re
from collections import Counter
from pathlib import Path

import orjson
import pytest

from punchh_contract import sandbox
from punchh_contract.contract import load
from punchh_contract.proof.fault import Fault, Kind
from punchh_contract.proof.planting import place, planted
from punchh_contract.proof.stage import Reply, Stage
from punchh_contract.proof.zoo import ZOO, answers
from punchh_contract.sandbox.validation import Rules

_LABEL = r"[A-Z]+(?:-[A-Z0-9]+)+|HDR"
LEAST = {Kind.SHAPE: 25, Kind.ACCESS: 15, Kind.STATE: 40, Kind.EVENT: 10}
MOST_PATCHES = 3
each_fault = pytest.mark.parametrize("fault", [pytest.param(each, id=each.id) for each in ZOO])


@each_fault
def test_a_fault_shows_in_its_witness_and_nowhere_else(stage: Stage, fault: Fault) -> None:
    assert fault.witness(stage) == fault.faultless
    before = [place(patch.place)[2] for patch in fault.patches]
    stage.set()
    with planted(fault):
        seen = fault.witness(stage)
    assert seen != fault.faultless
    assert [place(patch.place)[2] for patch in fault.patches] == before
    stage.set()
    assert fault.witness(stage) == fault.faultless


@pytest.mark.parametrize(
    "fault", [pytest.param(each, id=each.id) for each in ZOO if each.kind is not Kind.SHAPE]
)
def test_a_fault_is_what_it_says_and_no_crash(stage: Stage, fault: Fault) -> None:
    with planted(fault):
        fault.witness(stage)
    assert stage.app.state.log.contract_breaks == 0


@pytest.mark.parametrize("fault", [pytest.param(each, id=each.id) for each in answers.FAULTS])
def test_a_faulty_body_breaks_the_contract(
    stage: Stage, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a run that only looks at shapes could not find it."""
    got: list[tuple[str, Reply]] = []
    send = stage.send

    def noted(request: object) -> Reply:
        reply = send(request)  # type: ignore[arg-type]
        got.append((request.url.path, reply))  # type: ignore[attr-defined]
        return reply

    monkeypatch.setattr(stage, "send", noted)
    with planted(fault):
        fault.witness(stage)
    broken = []
    for path, reply in got:
        operation = load().find("POST", path)
        if operation is not None:
            broken.append(Rules(operation).broken_clause(reply.status, orjson.dumps(reply.body)))
    assert any(broken)


def test_a_witness_is_the_same_every_time(stage: Stage) -> None:
    sample = ZOO[::10]
    assert len(sample) > 15
    for fault in sample:
        with planted(fault):
            seen = []
            for _ in range(2):
                stage.set()
                seen.append(fault.witness(stage))
        # Shapes and ids too; a fault that remembers may not be planted anew in between.
        assert seen[0] == seen[1] or fault.id in _REMEMBERING, fault.id


_REMEMBERING = {"quote_melts_when_repeated", "quote_works_once"}


def test_there_are_enough_of_each_kind() -> None:
    counted = Counter(fault.kind for fault in ZOO)
    assert sum(counted.values()) >= 90
    assert {kind: counted[kind] >= least for kind, least in LEAST.items()} == dict.fromkeys(LEAST, True)


def test_each_fault_has_a_name_of_its_own_and_is_told_in_full() -> None:
    assert len({fault.id for fault in ZOO}) == len(ZOO)
    for fault in ZOO:
        assert re.fullmatch("[a-z]+(_[a-z0-9]+)+", fault.id), fault.id
        assert fault.suffers.endswith("."), fault.id
        assert fault.rule.endswith("."), fault.id
        assert re.match("(documented|inferred|assumed|ours): .", fault.source), fault.id
        assert 1 <= len(fault.patches) <= MOST_PATCHES, fault.id


def test_no_two_faults_are_told_alike() -> None:
    told = Counter((fault.suffers, fault.rule) for fault in ZOO)
    assert [each for each, count in told.items() if count > 1] == []


def test_sources_are_labels_of_the_contract_or_the_sandboxs_readme() -> None:
    readme = (Path(sandbox.__file__).parent / "README.md").read_text()
    known = set(re.findall(_LABEL, orjson.dumps(load().document).decode() + readme))
    for fault in ZOO:
        if not fault.source.startswith("ours"):
            labels = set(re.findall(_LABEL, fault.source))
            assert labels, fault.id
            assert labels - known == set(), fault.id
