"""Which faults are chosen, when enough are found, and how a proof is kept."""

import dataclasses
import json
from collections import Counter

import pytest

from punchh_contract.errors import UsageError
from punchh_contract.proof import record
from punchh_contract.proof.budget import Budget
from punchh_contract.proof.fault import Kind
from punchh_contract.proof.finding import Result, Told
from punchh_contract.proof.score import Row, errors, needed, survivors, totals
from punchh_contract.proof.selection import select
from punchh_contract.proof.zoo import ZOO

FOUND = Told(Result.KILLED, ("law:exact_debit",), "laws", 12, 3.21)
NOT = Told(Result.SURVIVED, (), "", 900, 14.0, "nothing seen")
FAILED = Told(Result.ERROR, why="it did not end")
AROUND = record.Circumstances(
    "2026-03-02", "abc1234", "0.1.0", {"version": "1", "digest": "d"}, {"cores": 2}, 2, 90.0
)


def row(fault_id: str, kind: Kind, told: Told, stock: Told | None = None) -> Row:
    return Row(fault_id, kind, "A rule holds.", told, stock)


def test_all_faults_are_chosen_unless_some_are_named() -> None:
    assert select(ZOO) == list(ZOO)
    assert [each.id for each in select(ZOO, ["event_is_missing", "debits_twice"])] == [
        "debits_twice",
        "event_is_missing",
    ]
    assert {each.kind for each in select(ZOO, kinds=[Kind.EVENT, Kind.ACCESS])} == {Kind.EVENT, Kind.ACCESS}


@pytest.mark.parametrize(("ids", "kinds"), [(["debits_thrice"], []), (["debits_twice"], [Kind.EVENT])])
def test_no_fault_is_a_mistake(ids: list[str], kinds: list[Kind]) -> None:
    with pytest.raises(UsageError):
        select(ZOO, ids, kinds)


@pytest.mark.parametrize("size", [1, 4, 5, 20, 60, len(ZOO) - 1, len(ZOO), 1000])
def test_a_sample_is_the_same_each_time_and_of_every_kind(size: int) -> None:
    sample = select(ZOO, sample=size)

    assert sample == select(tuple(reversed(ZOO)), sample=size)[::-1]
    assert len(sample) == min(max(size, len(Kind)), len(ZOO))
    counts = Counter(each.kind for each in sample)
    every = Counter(each.kind for each in ZOO)
    assert set(counts) == set(Kind)
    assert all(abs(counts[kind] - every[kind] * len(sample) / len(ZOO)) < 2 for kind in Kind)


def test_a_larger_sample_has_what_the_smaller_one_had() -> None:
    assert {each.id for each in select(ZOO, sample=20)} <= {each.id for each in select(ZOO, sample=60)}


@pytest.mark.parametrize(
    ("kind", "faults", "enough"),
    [
        (Kind.SHAPE, 42, 42),
        (Kind.ACCESS, 1, 1),
        (Kind.STATE, 116, 111),
        (Kind.STATE, 20, 19),
        (Kind.EVENT, 3, 3),
    ],
)
def test_so_many_are_enough(kind: Kind, faults: int, enough: int) -> None:
    assert needed(kind, faults) == enough


def test_what_is_not_found_or_failed_is_not_enough() -> None:
    rows = [
        row("a", Kind.SHAPE, FOUND),
        row("b", Kind.SHAPE, FAILED),
        *(row(f"c{place}", Kind.STATE, FOUND, NOT) for place in range(19)),
        row("d", Kind.STATE, NOT, FOUND),
    ]

    shape, state = totals(rows)

    assert (shape.killed, shape.reached, shape.stock) == (1, False, None)
    assert (state.killed, state.needed, state.reached, state.stock) == (19, 19, True, 1)
    assert ([each.id for each in survivors(rows)], [each.id for each in errors(rows)]) == (["d"], ["b"])


ROWS = [
    row("a", Kind.SHAPE, FOUND, NOT),
    row("b", Kind.STATE, NOT, FAILED),
    row("c", Kind.STATE, FAILED, FOUND),
]


def test_the_document_has_every_fault_and_the_settings() -> None:
    document = json.loads(json.dumps(record.document(ROWS, [NOT], Budget(7, 5.0), AROUND)))

    assert document["settings"]["seed"] == 7
    assert (document["commit"], document["machine"]["cores"]) == ("abc1234", 2)
    assert [each["requests"] for each in document["control"]] == [900]
    first = document["faults"][0]
    assert (first["id"], first["killed_by"], first["requests"], first["seconds"]) == (
        "a",
        ["law:exact_debit"],
        12,
        3.2,
    )
    assert [each["result"] for each in document["faults"]] == ["killed", "survived", "error"]
    assert document["faults"][1]["why"] == "nothing seen"
    assert document["faults"][2]["stock"]["result"] == "killed"
    assert [(each["kind"], each["killed"], each["reached"]) for each in document["totals"]] == [
        ("shape", 1, True),
        ("state", 0, False),
    ]


def test_the_table_lists_survivors_and_failed_runs_apart() -> None:
    table = record.table(ROWS, Budget(), AROUND)

    assert table.startswith("2026-03-02, commit abc1234, 3 faults")
    assert "- `b` (state): A rule holds. Nothing seen." in table
    assert (
        table.index("Not found:")
        < table.index("`b`")
        < table.index("since the run failed")
        < table.index("`c`")
    )
    assert "| `a` | shape | law:exact_debit | laws | 12 | 3.2 | - |" in table
    assert "Schemathesis" not in record.table([row("a", Kind.SHAPE, FOUND)], Budget(), AROUND)


def test_the_time_of_the_proof_is_not_that_of_schemathesis_by_itself() -> None:
    around = dataclasses.replace(AROUND, stock_seconds=600.0)
    said = "1.5 minutes in all. Schemathesis alone took 10.0 minutes more."
    assert said in record.table(ROWS, Budget(), around)
    document = record.document(ROWS, [NOT], Budget(), around)
    assert (document["seconds"], document["stock_seconds"]) == (90.0, 600.0)


def test_a_table_takes_the_place_of_the_former_one() -> None:
    page = record.page(f"# Words\n\n{record.BEGIN}\nold\n{record.END}\n\nMore.\n", "new\n")

    assert page == f"# Words\n\n{record.BEGIN}\n\nnew\n\n{record.END}\n\nMore.\n"
    assert record.page("", "new\n") == f"{record.BEGIN}\n\nnew\n\n{record.END}\n"
    for former in ("# Words\n", f"{record.BEGIN}\nold\n", f"old\n{record.END}\n"):
        with pytest.raises(ValueError, match="two marks"):
            record.page(former, "new\n")
