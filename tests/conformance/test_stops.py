"""A run that must not go on does not, and one that must not begin sends nothing."""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conformance import foreign, recorder
from conformance.foreign import ALL, FORCE, MOBILE, ONLINE
from conformance.proxies import Answer, Request

ENDLESS = "5000"
"""Examples for a run that a test ends."""
STORIES = 5
"""After so many requests a run of laws tells stories: before it asks once whether credentials are taken."""


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
    if "--target" not in arguments:
        arguments = ("--target", place.proxy.url, *arguments)
    if "--phases" not in arguments:
        arguments = (*foreign.FUZZ, *arguments)
    return foreign.run(home, *arguments, **options)


def named(environment: str) -> Any:
    return lambda _, answer: answer.but_header("x-pch-env", environment)


def assert_reports(ran: foreign.Ran) -> None:
    names = {each.name for each in ran.folders.reports.iterdir()}
    assert {"receipt.json", "junit.xml", "summary.md", "report.html"} <= names


def test_the_time_that_was_given_is_kept_and_reported(place: foreign.Place, tmp_path: Path) -> None:
    started = time.monotonic()

    ran = run(place, tmp_path, "--max-time", "6", "--max-examples", ENDLESS)

    # Starting and reporting come on top, on a machine that may have much else to do.
    assert time.monotonic() - started < 6 + 60
    requests = place.proxy.requests
    assert requests[-1].at - requests[0].at < 6 + 1
    assert ran.report["stopped"]
    assert {check for check, _ in ran.found} <= {"goal"}, ran.said()
    assert ran.code in (0, 1), ran.said()
    assert_reports(ran)


# No more than the wire waits for an answer, or the silence is the target's.
@pytest.mark.parametrize(("answered", "seconds"), [(4, 5), (40, 10)], ids=["own checks", "cases"])
def test_what_the_end_of_the_run_cuts_off_is_nobodys_fault(
    place: foreign.Place, tmp_path: Path, answered: int, seconds: int
) -> None:
    def hang(_: Request, answer: Answer) -> Answer:
        if len(place.proxy.requests) > answered:
            time.sleep(seconds + 2)
        return answer

    place.proxy.plant = hang

    ran = run(place, tmp_path, "--max-time", str(seconds), "--max-examples", ENDLESS)

    assert answered < len(place.proxy.requests) <= answered + 2
    assert ran.report["stopped"]
    assert {check for check, _ in ran.found} <= {"goal"}, ran.said()


def test_the_time_that_was_given_holds_for_stories_too(place: foreign.Place, tmp_path: Path) -> None:
    place.proxy.plant = lambda _, answer: time.sleep(0.5) or answer

    ran = run(place, tmp_path, "--max-time", "4", *foreign.LAWS)

    requests = place.proxy.requests
    assert STORIES < len(requests) < 12
    assert requests[-1].at - requests[0].at < 4 + 1
    assert ran.report["stopped"]
    assert (ran.code, ran.found) == (0, set()), ran.said()
    assert_reports(ran)


@pytest.mark.parametrize(
    ("how", "phases", "after"),
    [
        (signal.SIGINT, foreign.FUZZ, 40),
        (signal.SIGTERM, foreign.FUZZ, 40),
        (signal.SIGINT, foreign.LAWS, STORIES),
    ],
    ids=["Ctrl-C", "a polite end", "Ctrl-C in a story"],
)
def test_ctrl_c_stops_with_a_report_of_what_was_done(
    place: foreign.Place, tmp_path: Path, how: signal.Signals, phases: tuple[str, str], after: int
) -> None:
    interrupted_at = [0.0]
    if phases == foreign.LAWS:  # which are told in a second otherwise
        place.proxy.plant = lambda _, answer: time.sleep(0.2) or answer

    def interrupt(process: "subprocess.Popen[str]") -> None:
        deadline = time.monotonic() + 60
        while len(place.proxy.requests) < after and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        interrupted_at[0] = time.monotonic()
        process.send_signal(how)

    with foreign.started(
        tmp_path,
        *("--target", place.proxy.url, "--max-examples", ENDLESS, *phases),
        credentials=place.credentials,
        fixtures=foreign.spending(place.fixtures),
    ) as end:
        ran = end(interrupt)

    assert ran.code == 130, ran.said()
    assert time.monotonic() - interrupted_at[0] < 20
    assert place.proxy.requests[-1].at - interrupted_at[0] < 3
    assert ran.report["stopped"]
    assert_reports(ran)
    assert not list((tmp_path / "tmp").iterdir())


def test_an_answer_from_production_stops_the_run(place: foreign.Place, tmp_path: Path) -> None:
    place.proxy.plant = named("production")

    ran = run(place, tmp_path, "--max-examples", "5")

    assert ran.code == 2, ran.said()
    assert 1 <= len(place.proxy.requests) <= 3
    assert "x-pch-env" in ran.stdout + ran.stderr
    assert "production" in ran.stdout + ran.stderr


@pytest.mark.parametrize(("phases", "after"), [(foreign.FUZZ, 60), (foreign.LAWS, STORIES + 3)])
def test_production_after_many_answers_stops_the_run_as_well(
    place: foreign.Place, tmp_path: Path, phases: tuple[str, str], after: int
) -> None:
    def late(request: Request, answer: Answer) -> Answer:
        return answer.but_header("x-pch-env", "Production") if len(place.proxy.requests) > after else answer

    place.proxy.plant = late

    ran = run(place, tmp_path, "--max-examples", "20", *phases)

    assert ran.code == 2, ran.said()
    assert after < len(place.proxy.requests) <= after + 4


def test_an_environment_that_nobody_vouched_for_stops_the_run(place: foreign.Place, tmp_path: Path) -> None:
    place.proxy.plant = named("staging")

    ran = run(place, tmp_path, "--operation", MOBILE, "--max-examples", "2")

    assert ran.code == 2, ran.said()
    assert 1 <= len(place.proxy.requests) <= 3
    assert "--allow-env" in ran.stdout + ran.stderr


def test_an_environment_that_the_user_vouched_for_is_fine(place: foreign.Place, tmp_path: Path) -> None:
    place.proxy.plant = named("staging")

    ran = run(place, tmp_path, "--allow-env", "staging", "--operation", MOBILE, "--max-examples", "2")

    assert ran.code in (0, 1), ran.said()
    assert {check for check, _ in ran.found} <= {"goal"}, ran.said()
    assert len(place.proxy.requests) > 10


def test_a_target_that_does_not_name_its_environment_is_fine(place: foreign.Place, tmp_path: Path) -> None:
    place.proxy.plant = lambda _, answer: answer.but_header("x-pch-env", None)

    ran = run(place, tmp_path, "--operation", MOBILE, "--max-examples", "2")

    assert {check for check, _ in ran.found} <= {"goal"}, ran.said()
    assert len(place.proxy.requests) > 10


def test_production_cannot_be_allowed(place: foreign.Place, tmp_path: Path) -> None:
    ran = run(place, tmp_path, "--allow-env", "production")

    assert ran.code == 2, ran.said()
    assert place.proxy.connections == 0


def test_a_plan_sends_nothing_and_names_fixtures_and_counts(place: foreign.Place, tmp_path: Path) -> None:
    ran = run(place, tmp_path, "--plan", "--max-examples", "10")

    assert ran.code == 0, ran.said()
    assert (place.proxy.connections, place.proxy.requests) == (0, [])
    for each in (*ALL, "reward_id", "user_id", "redeemed_points"):
        assert each in ran.stdout, ran.said()
    # Nothing was sent, so nothing counts: the whole budget is there for the run itself.
    run(
        place,
        tmp_path / "real",
        "--operation",
        FORCE,
        "--max-examples",
        "2",
        more={"XDG_CACHE_HOME": str(tmp_path / "cache")},
    )
    assert recorder.refusals(place.proxy.exchanges) > 0


def test_a_plan_without_fixtures_says_that_only_refusals_are_tested(
    place: foreign.Place, tmp_path: Path
) -> None:
    ran = run(place, tmp_path, "--plan", "--max-examples", "2", fixtures=None)

    assert ran.code == 0, ran.said()
    assert place.proxy.connections == 0
    assert "refusal" in ran.stdout.lower()


@pytest.mark.parametrize(
    "target",
    [
        "https://target.example",
        "http://127.0.0.1.target.example",
        "http://localhost.target.example:8080",
        "http://2130706433:8080",
        "http://0.0.0.0:8080",
        "http://[::ffff:192.0.2.1]:8080",
    ],
)
def test_a_host_that_was_not_repeated_is_refused(place: foreign.Place, tmp_path: Path, target: str) -> None:
    ran = run(place, tmp_path, "--target", target)

    assert ran.code == 2, ran.said()
    assert "--allow-host" in ran.stderr + ran.stdout


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        ("https://target.example", "other.example"),
        ("https://target.example", "example"),
        ("https://target.example", "*.example"),
        ("https://target.example", "sandbox.target.example"),
        ("https://target.example", "127.0.0.1"),
        ("https://user@target.example", "target.example"),
        ("https://target.example/api", "target.example"),
        ("ftp://target.example", "target.example"),
    ],
)
def test_allowing_another_host_does_not_help(
    place: foreign.Place, tmp_path: Path, target: str, allowed: str
) -> None:
    ran = run(place, tmp_path, "--target", target, "--allow-host", allowed)

    assert ran.code == 2, ran.said()
    assert "target" in ran.stderr + ran.stdout


@pytest.mark.parametrize(
    ("operation", "wrong"),
    [
        (FORCE, ("PUNCHH_ADMIN_KEY",)),
        (ONLINE, ("PUNCHH_SECRET",)),
        (MOBILE, ("PUNCHH_ACCESS_TOKEN",)),
    ],
)
def test_wrong_credentials_are_tried_a_handful_of_times(
    place: foreign.Place, tmp_path: Path, operation: str, wrong: tuple[str, ...]
) -> None:
    credentials = {**place.credentials, **dict.fromkeys(wrong, "invented-and-wrong")}

    ran = run(place, tmp_path, "--operation", operation, "--max-examples", "10", credentials=credentials)

    assert ran.code in (1, 2), ran.said()
    assert recorder.refusals(place.proxy.exchanges) <= 9
    assert "invented-and-wrong" not in ran.stdout + ran.stderr
