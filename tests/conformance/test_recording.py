"""Nobody else's money: over twenty seeds, no request names a guest or an asset that was not given.

What was sent is read at the other end, by a proxy that records every byte, and judged by `recorder`. Runs
have both phases. Without fixtures CI has ten seeds, `make soak` twenty.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conformance import foreign, recorder
from conformance.foreign import BATCH, FORCE, MOBILE, ONLINE
from conformance.proxies import Answer, Exchange, Request
from conformance.recorder import Given

SOAK = bool(os.environ.get("PUNCHH_CONTRACT_SOAK"))
SEEDS = range(20 if SOAK else 3)
EACH = 5
BATCHES = [SEEDS[start : start + EACH] for start in range(0, len(SEEDS), EACH)]
MIXES = ((ONLINE, MOBILE), (FORCE, BATCH), (MOBILE, FORCE), (BATCH, ONLINE, MOBILE))
"""Operations of a run, by seed: a link and its source, both families of tills, and the rest."""
GUESTS, ASSETS = 6, 2
UID = re.compile(r"(contract-run-.+?-)(?:law-given-)?\d+")
"""Of a generated case, or of a story."""


@pytest.fixture(scope="module")
def shared() -> Iterator[foreign.Place]:
    with foreign.place() as place:
        yield place


@pytest.fixture
def place(shared: foreign.Place) -> foreign.Place:
    shared.reset()
    return shared


def run(place: foreign.Place, home: Path, seed: int, fixtures: foreign.Fixtures | None, **more: Any) -> Any:
    operations = [part for each in MIXES[seed % len(MIXES)] for part in ("--operation", each)]
    return foreign.run(
        home,
        *("--target", place.proxy.url, "--seed", str(seed), "--max-examples", "4", *operations),
        credentials=place.credentials,
        fixtures=fixtures,
        **more,
    )


def prefix_of(exchanges: list[Exchange]) -> set[str]:
    """The prefix that the `external_uid`s of a run share; empty where none was sent."""
    matches = [UID.fullmatch(each) for each in recorder.uids(exchanges)]
    assert all(matches), recorder.uids(exchanges)
    prefixes = {each[1] for each in matches if each}
    assert len(prefixes) <= 1
    return prefixes


@pytest.mark.parametrize("seeds", BATCHES, ids=str)
def test_with_fixtures_only_they_are_sent_and_none_more_often_than_allowed(
    place: foreign.Place, tmp_path: Path, seeds: range
) -> None:
    # Few of each and small caps, so that they run out; one discount type is left out for every other seed.
    fixtures = foreign.spending(place.fixtures, guests=GUESTS, assets=ASSETS, most=8)
    prefixes: list[str] = []
    redeemed = 0
    for seed in seeds:
        if seed % 2:
            fixtures["operations"][ONLINE].pop("discount_type", None)
        place.reset()

        ran = run(place, tmp_path / str(seed), seed, fixtures)

        sent = place.proxy.exchanges
        assert ran.code in (0, 1), ran.said()
        assert recorder.strangers(sent, Given(fixtures, place.credentials)) == []
        assert recorder.overspent(sent, foreign.caps(fixtures)) == []
        assert recorder.refusals(sent) <= 8
        prefixes += prefix_of(sent)
        redeemed += sum(map(recorder.redemptions, sent))
        assert len(sent) > 30
    assert len(set(prefixes)) == len(prefixes) > 0
    assert redeemed > len(seeds)


@pytest.mark.parametrize("seeds", BATCHES, ids=str)
def test_without_fixtures_everything_is_impossible_and_refused(
    place: foreign.Place, tmp_path: Path, seeds: range
) -> None:
    prefixes: list[str] = []
    for seed in seeds:
        place.reset()

        ran = run(place, tmp_path / str(seed), seed, None)

        sent = place.proxy.exchanges
        assert ran.code in (0, 1), ran.said()
        assert {check for check, _ in ran.found} <= {"goal"}, ran.said()
        assert recorder.strangers(sent, Given(recorder.without_fixtures(), place.credentials)) == []
        assert [each.request.body for each in sent if recorder.promises(each)] == []
        assert recorder.refusals(sent) <= 8
        prefixes += prefix_of(sent)
        assert len(sent) > 20
        assert "refusal" in ran.stdout.lower()
    assert len(set(prefixes)) == len(prefixes) > 0


def test_the_same_seed_twice_has_two_prefixes_and_one_budget(place: foreign.Place, tmp_path: Path) -> None:
    fixtures = foreign.spending(place.fixtures)
    cache = {"XDG_CACHE_HOME": str(tmp_path / "shared"), "XDG_STATE_HOME": str(tmp_path / "shared")}

    run(place, tmp_path / "first", 0, fixtures, more=cache)
    first = place.proxy.exchanges
    place.reset()
    run(place, tmp_path / "second", 0, fixtures, more=cache)
    second = place.proxy.exchanges

    assert 0 < recorder.refusals(first) <= 8
    # The ten minutes are not over: nothing of the budget is left.
    assert recorder.refusals(first) + recorder.refusals(second) <= 8
    assert recorder.uids(first)
    assert not recorder.uids(first) & recorder.uids(second)
    assert prefix_of(first) != prefix_of(second)


# --- the judge itself ---------------------------------------------------------------------------------------

GIVEN = Given(
    {
        "operations": {
            FORCE: {"user_id": [{"value": 111, "spend": 1}], "redemption.reward_id": [7]},
            ONLINE: {"redeemed_points": ["5"], "client": ["c"]},
        }
    },
    {"PUNCHH_CLIENT": "key", "PUNCHH_ADMIN_KEY": "admin"},
)
PATH = {
    FORCE: "/api2/dashboard/redemptions/force_redeem",
    ONLINE: "/api/auth/redemptions/online_order",
    MOBILE: "/api2/mobile/redemptions/subscription",
}


def exchange(
    operation: str, body: Any, *headers: tuple[str, str], query: str = "", answer: Any = None
) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = None if answer is None else Answer(200, body=json.dumps(answer).encode())
    return Exchange(Request("POST", PATH[operation] + query, headers, content), sent, sent)


@pytest.mark.parametrize(
    "good",
    [
        exchange(FORCE, {"user_id": 111, "redemption": {"reward_id": 7}}, ("Authorization", "Bearer admin")),
        exchange(FORCE, {"user_id": 9223372036854775808, "redemption": {"reward_id": None}}),
        exchange(FORCE, {"redemption": {"requested_punches": 999999999}, "user_id": {}}),
        exchange(ONLINE, {"discount_type": "moon", "redemption_code": ""}),
        exchange(ONLINE, {"client": "key", "discount_type": "reward", "reward_id": -1}),
        exchange(
            ONLINE, {"client": "c", "authentication_token": "punchh-contract-impossible"}, query="?added=1"
        ),
        exchange(ONLINE, [1, "two", None]),
        exchange(ONLINE, b"user", ("X-PCH-Digest", "0")),
    ],
)
def test_what_was_given_or_is_impossible_is_no_stranger(good: Exchange) -> None:
    assert recorder.strangers([good], GIVEN) == []


@pytest.mark.parametrize(
    "bad",
    [
        exchange(FORCE, {"user_id": 469}),
        exchange(FORCE, {"user_id": True}),
        exchange(FORCE, {"user_id": "111"}),
        exchange(FORCE, {"user_id": 111.0}),
        exchange(FORCE, {"user_id": [111]}),
        exchange(FORCE, {"USER_ID": 1}),
        exchange(FORCE, {"x": [{"y": {"user_id": 1}}]}),
        exchange(FORCE, {"user_id": {"user_id": 1}}),
        exchange(FORCE, b'{"user_id": 1, "user_id": 111}'),
        exchange(FORCE, b'{"user_id": 1'),
        exchange(FORCE, {"redemption": {"requested_punches": 0}}),
        exchange(FORCE, {"redemption": {"requested_punches": 1}}),
        exchange(FORCE, {"user_id": 7}),
        exchange(ONLINE, {"reward_id": 7}),
        exchange(ONLINE, {"redeemed_points": "-1"}),
        exchange(ONLINE, {"redeemed_points": None}),
        exchange(ONLINE, {"redeemed_points": ""}),
        exchange(ONLINE, {"email": ""}),
        exchange(ONLINE, {"discount_type": "card_completion"}),
        exchange(ONLINE, {"discount_type": ["Card_Completion"]}),
        exchange(ONLINE, {"client": "0"}),
        exchange(ONLINE, {"store_number": "401"}),
        exchange(ONLINE, {"redemption_code": "7000002"}),
        exchange(ONLINE, {}, query="?user_id=5"),
        exchange(FORCE, {}, ("X-Schemathesis-TestCaseId", "abc")),
        exchange(FORCE, {}, ("Authorization", "Bearer guessed")),
        exchange(FORCE, {}, ("Authorization", "Token token=admin, btoken=guessed")),
        exchange(FORCE, {}, ("id-token", "guessed")),
        Exchange(Request("GET", PATH[FORCE], (), b"")),
        Exchange(Request("POST", "/api2/dashboard/users", (), b"")),
        Exchange(Request("POST", "/_sandbox/reset", (), b"")),
    ],
)
def test_a_stranger_is_seen(bad: Exchange) -> None:
    assert recorder.strangers([bad], GIVEN)


def test_a_code_is_known_once_the_target_handed_it_out() -> None:
    order = exchange(ONLINE, {"redemption_code": "7000002"})
    code = exchange(MOBILE, {}, answer={"redemption_tracking_code": "7000002"})

    assert recorder.strangers([code, order], GIVEN) == []
    assert recorder.strangers([order, code], GIVEN)


def test_a_fixture_redeemed_too_often_is_seen() -> None:
    taken = exchange(FORCE, {"user_id": 111, "redemption": {"reward_id": 7}})
    taken.right = Answer(201, body=b'{"redemption_id": 5}')
    caps = foreign.caps(GIVEN.fixtures)

    assert caps == {(FORCE, "user_id", 111): 1}
    assert recorder.overspent([taken], caps) == []
    assert recorder.overspent([taken, taken], caps) == [f"{(FORCE, 'user_id', 111)}: 2 of 1"]


@pytest.mark.parametrize(
    ("body", "promised"),
    [
        ({"category": "redeemable", "redemption_id": 5}, True),
        ({"category": "redeemable"}, True),
        ({"category": "invalid"}, False),
        ({"success": [{}], "failures": []}, True),
        ({"success": [], "failures": [{}]}, False),
        ({}, True),
    ],
)
def test_a_promise_is_told_from_a_refusal(body: Any, promised: bool) -> None:
    assert recorder.promises(exchange(ONLINE, {}, answer=body)) is promised


@pytest.mark.parametrize("value", [0, True, {"a": 1}])
def test_an_external_uid_of_another_kind_is_seen(value: Any) -> None:
    with pytest.raises(AssertionError):
        recorder.uids([exchange(ONLINE, {"external_uid": value})])


def test_a_uid_is_found_at_any_depth() -> None:
    sent = [exchange(ONLINE, {"a": [{"External_UID": "contract-run-x-1"}], "external_uid": None})]

    assert recorder.uids(sent) == {"contract-run-x-1"}
    assert prefix_of(sent) == {"contract-run-x-"}
