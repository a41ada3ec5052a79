"""A job survives its pipe, and shows nothing of what it holds."""

import dataclasses
from pathlib import Path

from punchh_contract.auth import Credentials
from punchh_contract.conformance.fixtures import Fixture, Fixtures
from punchh_contract.conformance.job import Job

FULL = Job(
    base_url="http://127.0.0.1:1",
    seed=7,
    max_examples=3,
    operations=("force_redeem", "process_batch_redemption"),
    own=False,
    run_id="7-0a1b",
    credentials=Credentials(admin_key="planted-key", online_secret="planted-secret"),
    fixtures=Fixtures((Fixture("force_redeem", "user_id", 55501234, "guest", 2),)),
    reset_path="/reset",
    max_time=1.5,
    allowed_env=("staging",),
    refusals_file=Path("state") / "refusals.db",
    ca_bundle="bundle.pem",
    rehearse=True,
    phases=("laws",),
    control=True,
    fail_fast=True,
)


def test_every_field_arrives() -> None:
    # Else a field that is lost on the way would not be seen.
    assert all(getattr(FULL, each.name) for each in dataclasses.fields(Job) if each.name != "own")

    assert Job.load(FULL.dump()) == FULL


def test_what_may_be_left_out_arrives_as_well() -> None:
    bare = Job("http://127.0.0.1:1", 1, 1, (), own=True, run_id="1", credentials=Credentials())

    assert Job.load(bare.dump()) == bare


def test_a_job_shows_no_secret_and_no_guest() -> None:
    assert not [each for each in ("planted", "55501234") if each in repr(FULL)]
