"""A law's finding is seen again by telling its story again, from a file with nothing of anybody's in it."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest
from conformance.conftest import job_for, served
from conformance.laws.test_phase import FORCED, QUOTED, Change, Lying, apply_nothing

from punchh_contract.conformance.fixtures import Fixtures, read
from punchh_contract.conformance.hooks import Run, answer_of
from punchh_contract.conformance.job import LAWS, Job
from punchh_contract.conformance.laws import machine, phase
from punchh_contract.conformance.laws.sequence import DRAWN
from punchh_contract.conformance.laws.stories import STORIES
from punchh_contract.conformance.laws.telling import finding
from punchh_contract.conformance.laws.watching import AS_IT_CAME, CODES_AS_THEY_CAME, Watcher
from punchh_contract.conformance.resending import resend
from punchh_contract.conformance.verdict.findings import Finding, group
from punchh_contract.conformance.verdict.replay import Replay
from punchh_contract.conformance.verdict.replay import read as read_replay
from punchh_contract.contract import load
from punchh_contract.errors import UsageError
from punchh_contract.sandbox.store.holdings import Guests

GIVEN = """
operations:
  create_online_redemption: {store_number: ["401"], redeemable_id: [{value: "493", spend: 4}]}
"""


@pytest.fixture
def url() -> Iterator[str]:
    with served(Lying()) as found:  # type: ignore[arg-type]  # any ASGI app with a state
        yield found


def worst(job: Job, *names: str) -> Finding:
    """The worst finding of these stories, or of drawn ones, against a sandbox of which nothing is taken."""
    with pytest.MonkeyPatch.context() as patch:
        known = {each.name: each for each in STORIES}
        patch.setattr(phase, "STORIES", [known[name] for name in names])
        patch.setattr(Guests, "apply", apply_nothing)
        patch.setattr(machine, "MOST", 20)
        if names:
            patch.setattr(machine, "run", lambda *_: machine.Drawn())
        run = Run(job, load())
        phase.run(run, lambda _: None)
        run.close()
    return group(run.result.findings)[0].first


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[Job, Replay]]:
    """A job, and a finding of the story of force redeems."""
    with served(Lying()) as url:  # type: ignore[arg-type]  # any ASGI app with a state
        job = laws_job(url)
        yield job, filed(worst(job, FORCED), job)


def filed(one: Finding, job: Job) -> Replay:
    """The finding as its file has it; nothing secret, and no guest's data, is in that."""
    text = json.dumps(Replay(one, load().version, load().digest, job.base_url).dump())
    for secret in dataclasses.asdict(job.credentials).values():
        assert secret is None or secret not in text
    assert job.base_url in text
    return read_replay(text, "finding.json")


def laws_job(url: str, **more: Any) -> Job:
    job: Job = job_for(url, phases=(LAWS,), **more)
    return job


@pytest.mark.parametrize("story", [QUOTED, FORCED])
def test_a_story_is_told_again_and_its_law_judged(
    url: str, story: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = laws_job(url)
    replay = filed(worst(job, story), job)
    assert replay.finding.check == "law:exact_debit"
    assert replay.finding.story is not None
    assert replay.finding.story.name == story

    green = resend(job, load(), replay)
    monkeypatch.setattr(Guests, "apply", apply_nothing)
    red = resend(job, load(), replay)

    assert (green.reproduced, green.findings, green.doubt) == (False, [], None)
    assert (red.reproduced, red.doubt) == (True, None)
    assert "law:exact_debit" in {each.check for each in red.findings}
    assert red.status == replay.finding.status


def test_a_sequence_that_was_drawn_is_told_again_by_its_steps(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = laws_job(url)
    replay = filed(worst(job), job)
    assert replay.finding.story is not None
    assert replay.finding.story.name == DRAWN
    assert replay.finding.story.drawn

    green = resend(job, load(), replay)
    monkeypatch.setattr(Guests, "apply", apply_nothing)
    red = resend(job, load(), replay)

    assert (green.reproduced, green.findings) == (False, [])
    assert red.reproduced


def edited(replay: Replay, **changes: Any) -> Replay:
    assert replay.finding.story is not None
    story = dataclasses.replace(replay.finding.story, **changes)
    return dataclasses.replace(replay, finding=dataclasses.replace(replay.finding, story=story))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": "a story that nobody wrote"}, "no story of this version"),
        ({"name": DRAWN, "drawn": (("history", {}),)}, "no steps of a sequence"),
        ({"name": DRAWN, "drawn": (("code", {"who": "somebody"}),)}, "no steps of a sequence"),
        ({"name": DRAWN, "drawn": (("code", {"who": 0, "more": 1}),)}, "no steps of a sequence"),
        ({"name": DRAWN, "drawn": (("wait", {"seconds": 1}),) * 101}, "no steps of a sequence"),
    ],
)
def test_a_file_that_somebody_changed_is_not_told(
    shared: tuple[Job, Replay], changes: dict[str, Any], told: str
) -> None:
    job, replay = shared
    with pytest.raises(UsageError, match=told):
        resend(job, load(), edited(replay, **changes))


def test_a_story_that_takes_a_control_plane_says_what_would_let_it_be_told(
    shared: tuple[Job, Replay],
) -> None:
    job, replay = shared
    elsewhere = dataclasses.replace(job, own=False, reset_path=None, fixtures=Fixtures())
    with pytest.raises(UsageError, match="--control"):
        resend(elsewhere, load(), replay)


def test_a_story_of_operations_that_are_not_asked_for_is_not_told(
    shared: tuple[Job, Replay],
) -> None:
    job, replay = shared
    with pytest.raises(UsageError, match="calls force_redeem"):
        resend(dataclasses.replace(job, operations=("create_online_redemption",)), load(), replay)


def test_a_story_with_fixtures_is_told_again_with_them() -> None:
    """Without a control plane: within the caps, and only the one that the file names."""
    answers: list[Any] = []

    def dearer(request: Any, answer: Any) -> Any:
        answers.append(request)
        return answer | {"redemption_amount": answer["redemption_amount"] + 5000} if wrong else answer

    wrong = True
    with served(Lying("online_order", dearer)) as url:  # type: ignore[arg-type]  # any ASGI app with a state
        given = read(GIVEN, load(), "fixtures.yaml")
        job = laws_job(url, own=False, fixtures=given, reset_path=None, run_id="first")
        run = Run(job, load())
        phase.run(run, lambda _: None)
        run.close()
        worst = next(each for each in run.result.findings if each.check == "law:discount_within_receipt")
        replay = filed(worst, job)

        again = dataclasses.replace(job, run_id="second")
        red = resend(again, load(), replay)
        wrong = False
        sent = len(answers)
        green = resend(dataclasses.replace(job, run_id="third"), load(), replay)

    assert red.reproduced
    assert not green.reproduced
    assert len(answers) - sent <= 6


CAME: list[tuple[str, str, dict[str, Any], Change]] = [
    (
        AS_IT_CAME,
        "law:ordered_times",
        {"subscription_id": "900699"},
        lambda _, answer: answer | {"expiring_at": answer["created_at"]},
    ),
    (
        CODES_AS_THEY_CAME,
        "law:code_unique",
        {"subscription_id": "900699"},
        lambda _, answer: answer | {"redemption_tracking_code": "1234567"},
    ),
]


@pytest.mark.parametrize(("name", "law", "body", "change"), CAME)
def test_what_was_seen_in_passing_is_sent_again(
    name: str, law: str, body: dict[str, Any], change: Change
) -> None:
    operation = load().operation("create_subscription_redemption_code")
    with served(Lying("subscription", change)) as url:  # type: ignore[arg-type]  # any ASGI app with a state
        job = laws_job(url)
        run, watcher, breaches = Run(job, load()), Watcher(), []
        body = {"client": job.credentials.client, **body}
        for _ in range(2):
            response = run.send(operation, body)
            breaches = watcher.see(operation, response.request, body, answer_of(response))
        replay = filed(
            next(each for each in (finding(run, one) for one in breaches) if each.check == law), job
        )
        assert replay.finding.story is not None
        told = resend(job, load(), replay)
    assert told.reproduced
    with served(Lying()) as url:  # type: ignore[arg-type]  # any ASGI app with a state
        told = resend(laws_job(url), load(), replay)
    assert (told.reproduced, told.findings, told.doubt) == (False, [], None)
