"""A run against somebody else's server as a user has it: a part of the credentials, reports, and manners."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conformance import foreign, recorder
from conformance.foreign import ALL, BATCH, FORCE, MOBILE
from conformance.proxies import Answer, Request

TILL = ("PUNCHH_LOCATION_KEY", "PUNCHH_BUSINESS_KEY", "PUNCHH_USER_AGENT")


@pytest.fixture(scope="module")
def shared() -> Iterator[foreign.Place]:
    with foreign.place() as place:
        yield place


@pytest.fixture
def place(shared: foreign.Place) -> foreign.Place:
    shared.reset()
    return shared


def run(place: foreign.Place, home: Path, *arguments: str, **more: Any) -> foreign.Ran:
    options = {"credentials": place.credentials, "fixtures": foreign.spending(place.fixtures), **more}
    return foreign.run(home, "--target", place.proxy.url, *foreign.FUZZ, *arguments, **options)


def called(place: foreign.Place) -> set[str]:
    return {each.operation.id for each in place.proxy.requests if each.operation}


def test_a_till_that_holds_no_other_key_tests_its_own_operation(place: foreign.Place, tmp_path: Path) -> None:
    held = {name: value for name, value in place.credentials.items() if name in TILL}

    ran = run(place, tmp_path, "--max-examples", "5", credentials=held)

    assert {check for check, _ in ran.found} <= {"goal"}, ran.said()
    assert called(place) == {BATCH}
    for each in set(ALL) - {BATCH}:
        assert each in ran.stdout
    assert "PUNCHH_ADMIN_KEY" in ran.stdout
    assert "partial" in ran.stdout.lower()


def test_an_operation_that_was_asked_for_without_its_credentials_is_not_called(
    place: foreign.Place, tmp_path: Path
) -> None:
    held = {name: value for name, value in place.credentials.items() if name in TILL}

    ran = run(place, tmp_path, "--operation", FORCE, credentials=held)

    assert ran.code == 2, ran.said()
    assert place.proxy.connections == 0
    assert "PUNCHH_ADMIN_KEY" in ran.stdout + ran.stderr


def test_every_report_is_written_and_says_the_same(place: foreign.Place, tmp_path: Path) -> None:
    place.proxy.plant = lambda _, answer: answer.but(status=503) if answer.status == 422 else answer
    summary = tmp_path / "step.md"
    summary.write_text("before\n")

    ran = run(
        place,
        tmp_path,
        *("--operation", MOBILE, "--max-examples", "5"),
        more={"GITHUB_STEP_SUMMARY": str(summary)},
    )

    assert ran.code == 1, ran.said()
    assert ("server_error", MOBILE) in ran.found
    reports = ran.folders.reports
    tree = ET.parse(reports / "junit.xml")  # noqa: S314  # our own report
    assert [each for each in tree.iter() if each.tag == "failure"]
    assert "503" in (reports / "summary.md").read_text()
    assert "503" in (reports / "report.html").read_text()
    assert summary.read_text() == "before\n" + (reports / "summary.md").read_text()
    replays = [json.loads(each.read_text()) for each in (reports / "replay").glob("*.json")]
    assert replays
    assert {each.name for each in tmp_path.iterdir()} <= {
        *("reports", "cache", "state", "work", "tmp", "user", "fixtures.yaml", "step.md")
    }
    assert list((tmp_path / "work").iterdir()) == list((tmp_path / "tmp").iterdir()) == []


def test_a_finding_can_be_replayed_and_is_gone_once_it_is_mended(
    place: foreign.Place, tmp_path: Path
) -> None:
    def break_it(_: Request, answer: Answer) -> Answer:
        return answer.but_json({**answer.json, "redemption_id": "text"}) if answer.status == 200 else answer

    place.proxy.plant = break_it
    first = run(place, tmp_path / "first", "--operation", MOBILE, "--max-examples", "3")
    (file,) = [
        path
        for path in (first.folders.reports / "replay").glob("*.json")
        if "response_schema" in path.read_text() and '"probe:' not in path.read_text()
    ][:1]
    place.reset()
    place.proxy.plant = break_it

    red = run(place, tmp_path / "red", "--replay", str(file))
    place.reset()
    green = run(place, tmp_path / "green", "--replay", str(file))

    assert (red.code, green.code) == (1, 0), red.said() + green.said()
    assert len(place.proxy.requests) == 1


def test_a_known_failure_is_not_red_until_it_ends(place: foreign.Place, tmp_path: Path) -> None:
    def break_it(_: Request, answer: Answer) -> Answer:
        return answer.but_header("content-type", "text/plain") if answer.status == 200 else answer

    baseline = tmp_path / "baseline.json"
    common = ("--operation", MOBILE, "--max-examples", "3", "--baseline", str(baseline))
    place.proxy.plant = break_it
    run(place, tmp_path / "first", *common, "--update-baseline")
    assert baseline.exists()
    place.reset()
    place.proxy.plant = break_it

    known = run(place, tmp_path / "known", *common)

    assert {check for check, _ in known.found} <= {"goal", "content_type"}
    assert known.code == (1 if "goal" in {check for check, _ in known.found} else 0), known.said()


def test_no_header_proxy_or_password_of_the_machine_goes_along(place: foreign.Place, tmp_path: Path) -> None:
    user = tmp_path / "user"
    user.mkdir()
    (user / ".netrc").write_text("machine 127.0.0.1 login guessed password guessed\n")
    nobody = "http://127.0.0.1:1"
    more = {
        **dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"), nobody),
        "SCHEMATHESIS_BASE_URL": nobody,
    }

    ran = run(place, tmp_path, "--operation", BATCH, "--max-examples", "3", more=more)

    assert {check for check, _ in ran.found} <= {"goal"}, ran.said()
    sent = place.proxy.exchanges
    assert len(sent) > 20
    fixtures = foreign.spending(place.fixtures)
    assert recorder.strangers(sent, recorder.Given(fixtures, place.credentials)) == []


def test_a_redirect_is_not_followed(place: foreign.Place, tmp_path: Path) -> None:
    place.proxy.plant = lambda _, __: Answer(307, (("location", "/elsewhere"), ("set-cookie", "a=b")))

    ran = run(place, tmp_path, "--operation", MOBILE, "--max-examples", "3")

    assert ("undocumented_status", MOBILE) in ran.found, ran.said()
    assert {each.target.partition("?")[0] for each in place.proxy.requests} <= recorder.PATHS
    assert not [each for each in place.proxy.requests if each.header("cookie")]


def test_what_was_not_answered_is_not_sent_again_and_counts_as_spent(
    place: foreign.Place, tmp_path: Path
) -> None:
    """A lost answer may be a redemption: its reward is not part of any later request."""
    lost: list[int] = []

    def lose(request: Request, answer: Answer) -> Answer | None:
        if answer.status != 201 or len(lost) >= 5 or "reward_id" not in request.json["redemption"]:
            return answer
        lost.append(len(place.proxy.exchanges) - 1)
        return None

    place.proxy.plant = lose

    ran = run(place, tmp_path, "--operation", FORCE, "--max-examples", "30")

    assert ("no_answer", FORCE) in ran.found, ran.said()
    assert lost
    for turn in lost:
        request = place.proxy.requests[turn]
        reward = request.json["redemption"]["reward_id"]
        later = place.proxy.requests[turn + 1 :]
        assert request.body not in [each.body for each in later]
        assert f'"reward_id":{reward}' not in "".join(each.body.decode("utf-8", "replace") for each in later)


@pytest.mark.parametrize(("operation", "phases"), [(FORCE, foreign.FUZZ), (BATCH, foreign.LAWS)])
def test_each_fixture_is_listed_with_what_was_spent(
    place: foreign.Place, tmp_path: Path, operation: str, phases: tuple[str, str]
) -> None:
    ran = run(place, tmp_path, "--operation", operation, "--max-examples", "10", *phases)

    taken = sum(map(recorder.redemptions, place.proxy.exchanges))
    rows = [row for row in _rows(ran.report) if row["operation"] == operation and row["field"] == "user_id"]
    assert taken > 0
    assert sum(row["spent"] for row in rows) == taken
    assert {row["cap"] for row in rows} == {foreign.PLENTY}


def _rows(node: Any) -> Iterator[dict[str, Any]]:
    """The rows of the account, wherever they stand."""
    if isinstance(node, dict):
        if {"operation", "field", "spent", "cap"} <= node.keys():
            yield node
        for value in node.values():
            yield from _rows(value)
    elif isinstance(node, list):
        for value in node:
            yield from _rows(value)
