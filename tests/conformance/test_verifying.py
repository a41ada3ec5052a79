"""A receipt is whole or says where it is not: form, sums, digest, contract. Each edit must be seen."""

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from conformance import receipts

from punchh_contract.conformance import verifying
from punchh_contract.conformance.verdict import receipt, rendering
from punchh_contract.contract import Contract, load
from punchh_contract.errors import UsageError

RED = receipts.receipt(red=True)
Edit = Callable[[dict[str, Any]], object]


def edited(edit: Edit, *, sealed: bool = False) -> dict[str, Any]:
    document = copy.deepcopy(RED)
    edit(document)
    return receipt.sealed(document) if sealed else document


def places(document: dict[str, Any]) -> set[str]:
    return {each.place for each in verifying.check(document, load())}


@pytest.mark.parametrize("red", [True, False], ids=["red", "green"])
def test_what_a_run_writes_is_whole(red: bool) -> None:
    document = receipts.receipt(red=red)

    assert document["verdict"] == ("red" if red else "green")
    assert verifying.check(document, load()) == []
    again = verifying.read(json.dumps(document, indent=2).encode(), "receipt.json")
    assert verifying.check(again, load()) == []


def test_the_same_run_has_the_same_receipt() -> None:
    assert receipts.receipt(red=True) == RED


def test_the_digest_is_over_all_but_itself_in_any_layout() -> None:
    other = json.loads(json.dumps(RED, sort_keys=True))

    assert receipt.digest({**other, "digest": "x"}) == RED["digest"]
    assert receipt.digest({**other, "seed": 8}) != RED["digest"]


def test_nothing_secret_is_in_a_receipt_nor_in_what_is_rendered_from_it() -> None:
    texts = [json.dumps(RED), json.dumps(RED, ensure_ascii=False)]
    texts += [render(RED) for render in rendering.FORMATS.values()]
    for text in texts:
        assert [each for each in receipts.SECRETS if each in text] == []
        assert "planted" not in text.lower()


EDITS: list[tuple[str, Edit, set[str]]] = [
    (
        "a call more",
        lambda it: it["operations"]["force_redeem"].update(calls=99),
        {"/operations/force_redeem/calls"},
    ),
    (
        "a status that nobody saw",
        lambda it: it["operations"]["force_redeem"]["statuses"].update({"200": 3}),
        {"/operations/force_redeem/calls", "/totals/statuses/200"},
    ),
    (
        "more generated successes than successes",
        lambda it: it["operations"]["force_redeem"].update(generated=99),
        {"/operations/force_redeem/generated"},
    ),
    (
        "an outcome more",
        lambda it: it["operations"]["force_redeem"].update(success=99),
        {"/operations/force_redeem/calls"},
    ),
    ("a finding less", lambda it: it["findings"].pop(0), {"/headline", "/totals/findings", "/totals/red"}),
    ("a finding twice", lambda it: it["findings"].append(it["findings"][0]), {"/findings/4/id"}),
    ("a finding of another check", lambda it: it["findings"][0].update(check="goal"), {"/findings/0/id"}),
    (
        "a clause of nothing",
        lambda it: it["findings"][0].update(clause="#/paths/nowhere"),
        {"/findings/0/id", "/findings/0/clause"},
    ),
    ("another verdict", lambda it: it.update(verdict="green"), {"/verdict", "/headline"}),
    ("another headline", lambda it: it.update(headline="All is well."), {"/headline"}),
    ("another seed", lambda it: it.update(seed=8), {"/headline"}),
    ("another total", lambda it: it["totals"].update(judgements=1), {"/totals/judgements"}),
    (
        "another coverage",
        lambda it: it["coverage"]["inside"]["force_redeem"]["request_properties"].update(covered=0),
        {"/coverage/inside/force_redeem/request_properties/covered"},
    ),
    (
        "a smaller contract",
        lambda it: it["coverage"]["inside"]["force_redeem"]["answer_properties"]["items"].pop(),
        {"/coverage/inside/force_redeem", "/coverage/inside/force_redeem/answer_properties/of"},
    ),
    (
        "an operation left out",
        lambda it: it["coverage"]["operations"]["items"].pop(),
        {"/coverage/operations/items", "/coverage/operations/of"},
    ),
    (
        "calls of an operation that are not its calls",
        lambda it: it["coverage"]["operations"]["items"][0].update(count=1),
        {"/coverage/operations/items/0/count"},
    ),
    ("a law left out", lambda it: it["laws"].pop(), {"/laws"}),
    ("a law that was judged after all", lambda it: it["laws"][0].update(why="x", judged=1), {"/laws/0/why"}),
    ("no checks at all", lambda it: it.update(checks={}), {"/checks"}),
    (
        "a law judged that no check names",
        lambda it: it["checks"]["force_redeem"].remove("law:ordered_times"),
        {"/checks/force_redeem"},
    ),
    ("nothing asked for", lambda it: it["options"].update(operations=[]), {"/options/operations"}),
    ("a longer run", lambda it: it.update(seconds=300), {"/ended"}),
    ("another version", lambda it: it["contract"].update(version="9"), {"/contract/version"}),
    ("another contract", lambda it: it["contract"].update(digest="0" * 64), {"/contract/digest"}),
]


@pytest.mark.parametrize(("name", "edit", "wanted"), EDITS, ids=[each[0] for each in EDITS])
def test_an_edit_breaks_the_digest_and_with_a_new_digest_its_sums(
    name: str, edit: Edit, wanted: set[str]
) -> None:
    assert "/digest" in places(edited(edit))
    found = places(edited(edit, sealed=True))
    assert wanted <= found
    assert "/digest" not in found


def test_an_edit_that_changes_no_sum_is_seen_by_the_digest_alone() -> None:
    def edit(it: dict[str, Any]) -> None:
        it["findings"][0]["statement"] = "nothing much"

    assert places(edited(edit)) == {"/digest"}


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        (lambda it: it.update(more=1), ""),
        (lambda it: it.pop("laws"), ""),
        (lambda it: it["totals"].update(calls="7"), "/totals/calls"),
        (lambda it: it["findings"][0].update(severity="BAD"), "/findings/0/severity"),
        (lambda it: it["findings"][0]["story"].pop("scenes"), "/findings/0/story"),
        (
            lambda it: it["coverage"]["operations"]["items"][0].update(why="?"),
            "/coverage/operations/items/0/why",
        ),
        (lambda it: it["operations"].update({"a/b": {}}), "/operations/a~1b"),
        (lambda it: it.update(started="yesterday"), "/started"),
    ],
)
def test_what_breaks_the_schema_is_told_by_place_and_nothing_else_is_looked_at(
    edit: Edit, place: str
) -> None:
    document = edited(edit, sealed=True)

    assert {each.place for each in verifying.formal(document)} >= {place}
    assert all("schema" in each.what for each in verifying.check(document, load()))


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        (lambda it: it.update(started="2026-13-01T00:00:00Z"), "/started"),
        (lambda it: it.update(ended="2026-02-30T00:00:00Z"), "/ended"),
        (lambda it: it.update(started="2026-03-02T18:05:60Z"), "/started"),
        (
            lambda it: it["coverage"]["inside"].pop("create_online_redemption"),
            "/coverage/operations/items/1/name",
        ),
        (
            lambda it: it["coverage"]["operations"]["items"][0].update(name="renamed"),
            "/coverage/operations/items/0/name",
        ),
    ],
)
def test_what_no_page_could_be_made_of_is_a_problem_of_form(edit: Edit, place: str) -> None:
    assert {each.place for each in verifying.formal(edited(edit, sealed=True))} == {place}


def _spoilt(document: Any, draw: random.Random) -> None:
    """Change one thing, anywhere: leave it out, rename it, or make it something else."""
    here = document
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        key = draw.choice(keys)
        if isinstance(here[key], dict | list) and here[key] and draw.random() < 0.8:
            here = here[key]
            continue
        how = draw.choice(("drop", "rename", "null", "text", "number", "list", "object"))
        value = {"null": None, "text": "\x1b[31m]]>", "number": -1, "list": [], "object": {}}.get(how)
        if how == "drop" or (how == "rename" and isinstance(here, list)):
            del here[key]
        elif how == "rename":
            here["renamed"] = here.pop(key)
        else:
            here[key] = value
        return


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_changed_is_told_or_rendered_and_never_a_crash(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(30):
        document = edited(lambda it: _spoilt(it, draw))
        if document.get("digest") == RED["digest"]:
            document = receipt.sealed(document)
        if verifying.formal(document):
            continue
        for render in rendering.FORMATS.values():
            assert render(document)
        verifying.check(document, load())


def test_a_receipt_of_another_contract_says_which() -> None:
    other = Contract(load().document, digest="f" * 64)

    (problem,) = verifying.check(RED, other)

    assert problem.place == "/contract/digest"
    assert "--contract" in problem.what


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", ":1: no JSON"),
        (b"[]", "/$schema"),
        (b"{}", "/$schema"),
        (b'{"$schema": "urn:punchh-contract:receipt:0"}', "urn:punchh-contract:receipt:1"),
        (b"\xff\xfe", "UTF-8"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b'{"$schema": "urn:punchh-contract:receipt:1", "a": NaN}', "no JSON"),
        (b'{"$schema": "urn:punchh-contract:receipt:1", "a": "\\ud800"}', "no JSON in UTF-8"),
        (b'{"a":' + b"[" * 100_000, "no JSON"),
    ],
)
def test_what_is_no_receipt_is_refused_in_a_sentence(content: bytes, says: str) -> None:
    with pytest.raises(UsageError, match="receipt") as error:
        verifying.read(content, "x.json")

    assert str(error.value).startswith("x.json")
    assert says in str(error.value)


def test_a_receipt_that_is_nested_beyond_reason_is_no_crash() -> None:
    deep: Any = 1
    for _ in range(600):
        deep = [deep]
    document = edited(lambda it: it["findings"][1]["exchange"].update(body=deep))

    assert "/digest" in places(document) or "" in places(document)


def test_half_a_character_of_a_generated_text_does_not_break_the_digest() -> None:
    sealed = receipt.sealed({**RED, "command": "half \ud83d of a character"})

    assert (
        verifying.read(json.dumps(sealed, ensure_ascii=False).encode(), "x")["command"] == sealed["command"]
    )
    assert receipt.digest(sealed) == sealed["digest"]
