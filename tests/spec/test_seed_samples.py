"""Every JSON sample that the five seeds print fits the contract: the vendor's words must not be refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from strict_twin import strict

from punchh_contract import contract
from punchh_contract.events.engines import reference

DATA = Path(__file__).parents[1] / "data"
CONTRACT = contract.load()
SAMPLES = {
    "seed-000-force-redeem-request": ("force_redeem", None),
    "seed-000-force-redeem-answer": ("force_redeem", 201),
    "seed-001-online-redemption-answer": ("create_online_redemption", 200),
    "seed-002-batch-redemption-request": ("process_batch_redemption", None),
    "seed-002-batch-redemption-answer": ("process_batch_redemption", 200),
    "seed-003-subscription-code-answer": ("create_subscription_redemption_code", 200),
}
# Placeholders of the portal, not values: the word "string" stands where an enumeration is.
PLACEHOLDERS = {"seed-001-online-redemption-answer", "seed-003-subscription-code-answer"}


def schema_of(operation_id: str, status: int | None) -> dict[str, Any]:
    operation = CONTRACT.operation(operation_id)
    schema = operation.request_schema if status is None else operation.response_schema(status)
    assert schema is not None
    return schema


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_of_the_vendor_fits(name: str) -> None:
    sample = json.loads((DATA / f"{name}.json").read_text())
    schema = schema_of(*SAMPLES[name])
    assert [error.message for error in reference(schema).iter_errors(sample)] == []
    if name not in PLACEHOLDERS:
        assert [error.message for error in reference(strict(schema)).iter_errors(sample)] == []


def test_every_sample_in_the_folder_is_tried() -> None:
    # seed-004 is the event; test_validate_spec holds it.
    assert {path.stem for path in DATA.glob("seed-00[0-3]*.json")} == set(SAMPLES)
