"""How a run was made: a command that can be typed, and no file of anybody."""

import dataclasses
import shlex
from pathlib import Path

import click
import pytest
from conformance import receipts

from punchh_contract.auth import Credentials
from punchh_contract.cli import main
from punchh_contract.conformance import provenance
from punchh_contract.conformance.job import Job
from punchh_contract.contract import load

ALL = tuple(load().operations)
FOREIGN = Job(
    base_url="https://a.example",
    seed=3,
    max_examples=20,
    operations=("force_redeem",),
    own=False,
    run_id="3-x",
    credentials=Credentials(admin_key="planted-key"),
    fixtures=receipts.FIXTURES,
    max_time=90.0,
    allowed_env=("uat",),
    refusals_file=Path("/home/pat/refusals.db"),
    phases=("laws",),
)
OWN = Job("http://127.0.0.1:1", 1, 200, ALL, own=True, run_id="1", credentials=Credentials())


@pytest.mark.parametrize(
    ("job", "wanted"),
    [
        (OWN, "punchh-contract test --seed 1 --max-examples 200"),
        (
            FOREIGN,
            (
                "punchh-contract test --target https://a.example --allow-host a.example --allow-env uat"
                " --fixtures fixtures.yaml --operation force_redeem --seed 3 --max-examples 20 --max-time 90"
                " --phases laws"
            ),
        ),
        (
            dataclasses.replace(OWN, control=True, fail_fast=True),
            (
                "punchh-contract test --target http://127.0.0.1:1 --control --seed 1 --max-examples 200"
                " --fail-fast"
            ),
        ),
    ],
    ids=["own", "foreign", "control"],
)
def test_the_command_has_every_option_of_the_run_and_can_be_read_by_it(job: Job, wanted: str) -> None:
    told = provenance.command(job, load(), baseline=False)

    assert told == wanted
    context = click.Context(main, info_name="punchh-contract")
    command = main.get_command(context, "test")
    assert command is not None
    given = command.make_context("test", shlex.split(told)[2:], parent=context).params
    assert (given["seed"], given["max_examples"]) == (job.seed, job.max_examples)
    assert given["phases"] == job.phases


def test_a_baseline_is_named() -> None:
    assert provenance.command(OWN, load(), baseline=True).endswith(" --baseline known.json")


def test_options_say_what_was_asked_for_and_of_files_only_whether() -> None:
    told = provenance.options(FOREIGN, baseline=True)

    assert told["fixtures"] == len(receipts.FIXTURES)
    assert told["baseline"] is True
    assert not [each for each in (*receipts.SECRETS, "planted-key", "/home") if each in str(told)]
    assert provenance.options(OWN, baseline=False)["own"]
    assert not provenance.options(dataclasses.replace(OWN, control=True), baseline=False)["own"]


def test_versions_are_those_that_are_installed() -> None:
    told = provenance.versions()

    assert told["schemathesis"] == "4.32.5"
    assert set(told) == {"punchh-contract", "python", "schemathesis", "hypothesis"}
