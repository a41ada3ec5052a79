"""The statuses that an answer may have follow from the contract, and reach each operation in Schemathesis."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis.config import ProjectConfig, SchemathesisConfig

from punchh_contract.conformance import acceptance
from punchh_contract.contract import load
from punchh_contract.errors import UsageError

ALL = tuple(load().operations)
URL = "http://127.0.0.1:9"
CHECKS = ("negative_data_rejection", "positive_data_acceptance", "missing_required_header")

EXPECTED = {
    "force_redeem": (
        ["400", "401", "404", "415", "422", "429"],
        ["2xx", "401", "404", "422", "429"],
        ["400", "401", "422"],
    ),
    "create_online_redemption": (
        ["400", "401", "415", "422"],
        ["2xx", "401", "422"],
        ["400", "401", "422"],
    ),
    "process_batch_redemption": (
        ["400", "401", "404", "415", "422"],
        ["2xx", "401", "404", "422"],
        ["400", "401", "422"],
    ),
    "create_subscription_redemption_code": (
        ["400", "401", "415", "422"],
        ["2xx", "401", "422"],
        ["400", "401", "422"],
    ),
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's own settings, where the run starts, count for nothing."""
    (tmp_path / "schemathesis.toml").write_text("seed = 99\n[checks]\nenabled = false\n")
    monkeypatch.chdir(tmp_path)


def config(*operations: str, seed: int = 7, max_examples: int = 12) -> SchemathesisConfig:
    return acceptance.config(load(), operations or ALL, base_url=URL, seed=seed, max_examples=max_examples)


def loaded(made: SchemathesisConfig) -> Any:
    """The schema as the engine gets it."""
    document = {
        "openapi": "3.1.0",
        "info": {"title": "A contract", "version": "1"},
        "paths": {
            each.path: {each.method.lower(): {"operationId": each.id, "responses": {}}}
            for each in load().operations.values()
        },
    }
    return schemathesis.openapi.from_dict(document, config=made)


def by_id(schema: Any) -> dict[str, Any]:
    found = [each.ok() for each in schema.get_all_operations()]
    return {each.definition.raw["operationId"]: each for each in found}


@pytest.mark.parametrize("operation_id", ALL)
def test_statuses_follow_from_what_the_contract_documents(operation_id: str) -> None:
    (entry,) = acceptance.settings(load(), [operation_id])

    assert entry["include-operation-id"] == operation_id
    assert tuple(entry["checks"][each]["expected-statuses"] for each in CHECKS) == EXPECTED[operation_id]


@pytest.mark.parametrize("operation_id", ALL)
def test_on_a_target_of_somebody_elses_a_good_request_is_not_unauthorized(operation_id: str) -> None:
    made = acceptance.config(load(), [operation_id], base_url=URL, seed=7, max_examples=12, own=False)
    schema = loaded(made)
    checks = schema.config.checks_config_for(operation=by_id(schema)[operation_id], phase="fuzzing")

    bad, good, headerless = EXPECTED[operation_id]
    assert tuple(getattr(checks, each).expected_statuses for each in CHECKS) == (
        bad,
        [each for each in good if each != "401"],
        headerless,
    )


def test_an_unknown_operation_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="redeem_all"):
        acceptance.settings(load(), ["redeem_all"])


@pytest.mark.parametrize("phase", ["examples", "coverage", "fuzzing", "stateful"])
def test_each_operation_gets_its_own_statuses_in_each_phase(phase: str) -> None:
    schema = loaded(config())
    operations = by_id(schema)

    assert set(operations) == set(ALL)
    for operation_id, operation in operations.items():
        checks = schema.config.checks_config_for(operation=operation, phase=phase)
        found = tuple(getattr(checks, each).expected_statuses for each in CHECKS)
        assert found == EXPECTED[operation_id]
        assert all(getattr(checks, each).enabled for each in CHECKS)


def test_what_the_file_switches_off_stays_off_for_each_operation() -> None:
    static = tomllib.loads(acceptance.SETTINGS.read_text())["checks"]
    schema = loaded(config())

    for operation in by_id(schema).values():
        checks = schema.config.checks_config_for(operation=operation, phase="fuzzing")
        assert {name: getattr(checks, name).enabled for name in static} == {
            name: each["enabled"] for name, each in static.items()
        }
        assert not checks.ignored_auth.enabled


@pytest.mark.parametrize("phase", ["fuzzing", "stateful"])
def test_seed_examples_and_target_are_those_of_the_run(phase: str) -> None:
    schema = loaded(config(seed=2**63, max_examples=12))
    made: ProjectConfig = schema.config

    assert made.seed == 2**63
    assert made.base_url == URL
    for operation in by_id(schema).values():
        settings = made.get_hypothesis_settings(operation=operation, phase=phase, apply_ci_profile=False)
        assert settings.max_examples == 12
        assert settings.database is None


def test_the_rest_is_what_the_file_says_for_each_operation() -> None:
    schema = loaded(config())
    made: ProjectConfig = schema.config

    for operation in by_id(schema).values():
        assert made.max_redirects_for(operation=operation) == 0
        assert made.request_timeout_for(operation=operation) == 10
        assert made.continue_on_failure_for(operation=operation)
        phases = made.phases_for(operation=operation)
        assert all(getattr(phases, each).enabled for each in ("examples", "coverage", "fuzzing", "stateful"))
        assert phases.coverage.unexpected_methods == set()
        assert phases.stateful.max_steps == 3
        assert phases.stateful.inference.algorithms == []
        assert not phases.fuzzing.error_feedback.is_enabled
    assert made.workers == 1
    assert not made.cache.enabled
    assert len(made.suppress_health_check) == 1
    assert made.max_failures is None


def test_operations_of_the_run_only_are_named() -> None:
    made = config("force_redeem")

    assert len(made.projects.get_default().operations.operations) == 1
