"""What the command is pointed at: options, environment and fixtures become a job, or a sentence."""

from pathlib import Path
from typing import Any

import pytest

import punchh_contract
from punchh_contract.cli.test import jobs as module
from punchh_contract.cli.test.jobs import Options
from punchh_contract.contract import load
from punchh_contract.errors import UsageError

TARGET = "http://127.0.0.1:1"
TILL = {"PUNCHH_LOCATION_KEY": "a", "PUNCHH_BUSINESS_KEY": "b"}
SIGNED = {"PUNCHH_CLIENT": "a", "PUNCHH_SECRET": "b"}
BATCH, ONLINE, MOBILE = (
    "process_batch_redemption",
    "create_online_redemption",
    "create_subscription_redemption_code",
)


def options(**values: Any) -> Options:
    usual: dict[str, Any] = {
        "target": TARGET,
        "allow_host": (),
        "allow_env": (),
        "fixtures": None,
        "operations": (),
        "seed": 3,
        "max_examples": 5,
        "max_time": None,
        "plan": False,
    }
    return Options(**{**usual, **values})


def foreign(environ: dict[str, str], **values: Any) -> module.Setup:
    return module.foreign(options(**values), load(), environ)


def fixtures(folder: Path, text: str) -> Path:
    path = folder / "fixtures.yaml"
    path.write_text(text)
    return path


def test_a_part_of_the_credentials_tests_a_part_and_says_what_the_rest_needs() -> None:
    setup = foreign(TILL)

    assert setup.job.operations == (BATCH,)
    assert setup.lacking["force_redeem"] == "PUNCHH_ADMIN_KEY"
    assert "PUNCHH_SECRET" in setup.lacking[MOBILE]
    assert setup.job.own is False
    assert setup.job.reset_path is None
    assert setup.warnings == ()


@pytest.mark.parametrize(
    ("environ", "operations", "named"),
    [
        (TILL, ("force_redeem",), ("force_redeem", "PUNCHH_ADMIN_KEY")),
        ({}, (), ("force_redeem", "PUNCHH_ADMIN_KEY", "PUNCHH_CLIENT", "PUNCHH_LOCATION_KEY")),
        (SIGNED, (ONLINE,), ("PUNCHH_ACCESS_TOKEN", "authentication_token in --fixtures")),
    ],
)
def test_what_was_asked_for_and_cannot_be_called_is_named_with_its_variables(
    environ: dict[str, str], operations: tuple[str, ...], named: tuple[str, ...]
) -> None:
    with pytest.raises(UsageError) as error:
        foreign(environ, operations=operations)

    assert not [each for each in named if each not in str(error.value)]


def test_a_guests_token_among_the_fixtures_does_without_an_access_token(tmp_path: Path) -> None:
    path = fixtures(tmp_path, f"operations: {{{ONLINE}: {{authentication_token: [planted-token]}}}}")

    setup = foreign(SIGNED, fixtures=path)

    assert setup.job.operations == (ONLINE,)
    assert "PUNCHH_ACCESS_TOKEN" in setup.lacking[MOBILE]


def test_an_integrator_is_named_as_the_vendor_asks_unless_the_user_says_otherwise() -> None:
    usual = foreign(TILL).job.credentials.user_agent

    assert usual == f"punchh-contract/SystemIntegrator/{punchh_contract.__version__}"
    assert foreign({**TILL, "PUNCHH_USER_AGENT": "Own/POS/1"}).job.credentials.user_agent == "Own/POS/1"


def test_no_two_runs_have_the_same_id_but_plans_have() -> None:
    ids = {foreign(TILL).job.run_id for _ in range(3)}

    assert len(ids) == 3
    assert all(each.startswith("3-") for each in ids)
    assert {foreign(TILL, plan=True).job.run_id for _ in range(2)} == {"plan"}


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_certificates_that_are_not_there_are_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=name):
        foreign({**TILL, name: str(tmp_path / "none.pem")})

    (tmp_path / "some.pem").write_text("")
    assert foreign({**TILL, name: str(tmp_path / "some.pem")}).job.ca_bundle == str(tmp_path / "some.pem")
    assert foreign({**TILL, name: ""}).job.ca_bundle is None


def test_plain_http_to_another_machine_is_warned_of() -> None:
    setup = foreign(TILL, target="http://target.example", allow_host=("target.example",))

    assert ["plain http" in each for each in setup.warnings] == [True]
    assert not foreign(TILL, target="https://target.example", allow_host=("target.example",)).warnings


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"allow_env": ("production",)}, "--allow-env production"),
        ({"target": "https://target.example"}, "--allow-host"),
        ({"operations": ("redeem_moon",)}, "no operation 'redeem_moon'"),
        ({"fixtures": Path("/nowhere/fixtures.yaml")}, "cannot be read"),
    ],
)
def test_a_mistake_is_told_before_anything_starts(values: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as error:
        foreign(TILL, **values)

    assert said in str(error.value)


def test_fixtures_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "fixtures.yaml"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(UsageError, match="not UTF-8"):
        foreign(TILL, fixtures=path)


@pytest.mark.parametrize(
    ("values", "option"),
    [
        ({"fixtures": Path("x")}, "--fixtures"),
        ({"allow_host": ("x",)}, "--allow-host"),
        ({"allow_env": ("x",)}, "--allow-env"),
    ],
)
def test_what_is_for_a_target_needs_one(values: dict[str, Any], option: str) -> None:
    with pytest.raises(UsageError, match=rf"^{option} .*--target"):
        module.check_own(options(target=None, **values))

    module.check_own(options(target=None))


def test_refusals_are_remembered_in_the_users_state() -> None:
    where = Path("punchh-contract", "refusals.db")

    assert module.refusals_file({"XDG_STATE_HOME": "state"}) == Path("state") / where
    assert module.refusals_file({}).is_relative_to(Path.home())
