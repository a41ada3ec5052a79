"""Whether laws tell more than shapes: a server that keeps no state passes the fuzzing and fails them."""

import re
from pathlib import Path

import pytest
from conformance import foreign, stateless
from conformance.foreign import ALL, BATCH, MOBILE, ONLINE

SPEND = 1000
"""A cap that never binds: nothing is ever spent there."""
SPENT_AGAIN = {
    ("law:exact_debit", ONLINE),
    ("law:code_redeemable_once", ONLINE),
    ("law:basket_items_end_once", BATCH),
}
"""What exists once, and is redeemed under a second key."""
NUMBERS = [stateless.derived, stateless.random]


def run(home: Path, number: stateless.Number, *arguments: str) -> foreign.Ran:
    with stateless.running(number) as address:
        return foreign.run(
            home,
            *("--target", address, *arguments),
            credentials=stateless.CREDENTIALS,
            fixtures=foreign.spending({"operations": stateless.FIXTURES}, guests=SPEND, assets=SPEND),
        )


@pytest.mark.parametrize("number", NUMBERS, ids=lambda each: str(each.__name__))
def test_shapes_do_not_tell_it_from_a_server_that_works(tmp_path: Path, number: stateless.Number) -> None:
    # Two hundred examples find as little, and take a minute for the pace of force redeem.
    ran = run(tmp_path, number, *foreign.FUZZ, "--max-examples", "10")

    assert (ran.code, ran.found) == (0, set()), ran.said()
    assert not ran.report["partial"]
    redeemed = {each for each, counts in ran.report["operations"].items() if counts["success"] > 0}
    assert redeemed == set(ALL)


@pytest.mark.parametrize(
    ("number", "broken"),
    [
        (stateless.derived, SPENT_AGAIN | {("law:code_unique", MOBILE)}),
        (stateless.random, SPENT_AGAIN | {("law:debited_once", ONLINE), ("law:debited_once", BATCH)}),
    ],
    ids=["derived", "random"],
)
def test_laws_do(tmp_path: Path, number: stateless.Number, broken: set[tuple[str, str]]) -> None:
    ran = run(tmp_path, number, *foreign.LAWS)

    assert ran.code == 1, ran.said()
    assert broken <= ran.found, ran.said()
    # By laws of what was redeemed before, and by nothing that one answer shows.
    assert {check.partition(":")[0] for check, _ in ran.found} == {"law"}
    assert {each["severity"] for each in ran.report["findings"]} == {"SPEND"}


def test_laws_alone_with_nothing_to_spend_twice_are_no_green(tmp_path: Path) -> None:
    """Each asset once, which is what a file without `spend` says."""
    with stateless.running(stateless.random) as address:
        ran = foreign.run(
            tmp_path,
            *("--target", address, *foreign.LAWS),
            credentials=stateless.CREDENTIALS,
            fixtures=foreign.spending({"operations": stateless.FIXTURES}, guests=1, assets=1),
        )

    assert ran.code == 1, ran.said()
    assert {check for check, _ in ran.found} == {"goal:laws"}
    assert "raise their `spend`" in ran.stdout


def test_a_code_that_it_gave_is_redeemed_and_stands_in_no_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: set[str] = set()
    make = stateless._HANDLERS[MOBILE]

    def remembered(body: stateless.Json, number: int) -> stateless.Answer:
        status, answer = make(body, number)
        given.add(answer["redemption_tracking_code"])
        return status, answer

    monkeypatch.setitem(stateless._HANDLERS, MOBILE, remembered)
    ran = run(tmp_path, stateless.derived, *foreign.LAWS)

    assert given
    assert ("law:code_redeemable_once", ONLINE) in ran.found
    for file in ran.folders.files():
        assert not re.search(rf"\b({'|'.join(given)})\b", file.read_text(errors="replace")), file
