"""Magic values through the whole app: each brings its error, takes nothing and changes nothing."""

from typing import Any

import httpx
import pytest
from sandbox.calling import ADA, LINES, RECEIPT, Caller

from punchh_contract.contract import load
from punchh_contract.sandbox import seed
from punchh_contract.sandbox.magic import MagicValue

VALUES = [
    pytest.param(each, id=f"{each.operation}-{each.field}-{each.value}") for each in seed.load().magic.values
]


def send(sandbox: Caller, magic: MagicValue, **more: Any) -> httpx.Response:
    client = sandbox.variables["PUNCHH_CLIENT"]
    receipt = {name: value for name, value in RECEIPT.items() if name != "store_number"}
    kind = magic.field.removesuffix("_id")
    body: dict[str, Any] = {
        "force_redeem": {"user_id": ADA, "redemption": {"requested_punches": 1}},
        "create_online_redemption": {"client": client, "discount_type": kind, **RECEIPT},
        "process_batch_redemption": {"user_id": ADA, "line_items": LINES, **receipt},
        "create_subscription_redemption_code": {"client": client, "subscription_id": "900699"},
    }[magic.operation]
    node = body
    *path, last = magic.field.split(".")
    for part in path:
        node = node[part]
    node[last] = magic.value
    return sandbox.post(magic.operation, {**body, **more})


@pytest.mark.parametrize("magic", VALUES)
def test_it_brings_the_error_that_the_contract_has(sandbox: Caller, magic: MagicValue) -> None:
    before = sandbox.guest(ADA)
    fact = load().operation(magic.operation).errors[magic.status, magic.error]
    answers = [send(sandbox, magic), send(sandbox, magic)]
    if load().operation(magic.operation).retry.key:
        answers.append(send(sandbox, magic, external_uid="order-1"))
    for answer in answers:
        assert answer.status_code == magic.status
        assert fact.text.format(**magic.values) in str(answer.json())
        assert not load().operation(magic.operation).success.holds(answer.status_code, {}, answer.json())
        assert answer.headers.get("Retry-After") == ("1" if magic.status == 429 else None)
    assert sandbox.guest(ADA) == before
    assert sandbox.events() == []


@pytest.mark.parametrize("on", [False, True], ids=["off", "on"])
def test_conditions_are_told_only_where_the_business_has_them_on(sandbox: Caller, on: bool) -> None:
    sandbox.switch(qualifying_conditions=on)
    value, error = "MAGIC-qualification_failed", "qualification_failed"
    magic = MagicValue("create_online_redemption", "redemption_code", value, 200, error)
    assert ("qualifying_conditions" in send(sandbox, magic).json()) == on
