"""The same faults for Schemathesis by itself: its own command with its own checks, told no more of this API
than the contract, credentials that work and, in the contract's examples, values that exist."""

import copy
import dataclasses
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import yaml

from punchh_contract.contract import Contract, load
from punchh_contract.json_types import JsonValue
from punchh_contract.proof.budget import Budget
from punchh_contract.proof.finding import Alarm, Result, Told, stock_alarms, stock_told
from punchh_contract.proof.running import NO_FAULT, SLACK, ProofError, finished, read, sandbox

HOOKS = "punchh_contract.proof.stock_hooks"
CONTRACT = "openapi.json"


async def alarms(budget: Budget) -> frozenset[Alarm]:
    """What Schemathesis says of a sandbox without a fault, in twice the time: what a run says that came a
    little further is no find. Raises ProofError if it cannot be run."""
    report, code, said, _ = await _run(NO_FAULT, dataclasses.replace(budget, seconds=2 * budget.seconds))
    if report is None:
        raise ProofError(f"Schemathesis could not be run: exit code {code}, {said or 'without a word'}")
    return stock_alarms(report)


async def run(fault_id: str, budget: Budget, known: frozenset[Alarm]) -> Told:
    """What it says of a sandbox with a fault beyond the alarms that are known. A sandbox that does not start,
    or does not say what it takes, is an error of this run alone."""
    try:
        report, code, said, seconds = await _run(fault_id, budget)
    except ProofError as error:
        return Told(Result.ERROR, why=str(error))
    return stock_told(code, report, said, seconds, known)


async def _run(fault_id: str, budget: Budget) -> tuple[dict[str, Any] | None, int, str, float]:
    with tempfile.TemporaryDirectory(prefix="punchh-contract-") as name:
        folder = Path(name)
        async with sandbox(fault_id) as url:
            credentials, fixtures = await _asked(url)
            (folder / CONTRACT).write_text(json.dumps(with_fixtures(load(), fixtures)), encoding="utf-8")
            command = budget.stock(url, folder / CONTRACT, folder / "report.json")
            code, said, seconds = await finished(
                [sys.executable, "-m", "schemathesis.cli", *command],
                folder,
                budget.seconds + SLACK,
                {**credentials, "SCHEMATHESIS_HOOKS": HOOKS},
            )
        return read(folder / "report.json"), code, said, seconds


async def _asked(url: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The credentials and the fixtures of a sandbox. Raises ProofError."""
    try:
        async with httpx.AsyncClient(base_url=f"{url}/_sandbox", trust_env=False) as control:
            credentials = (await control.get("/credentials")).raise_for_status().json()
            fixtures = yaml.safe_load((await control.get("/fixtures")).raise_for_status().text)
    except (httpx.HTTPError, ValueError, yaml.YAMLError) as error:
        raise ProofError(f"the sandbox does not say what it takes: {type(error).__name__}") from error
    return credentials, fixtures


def with_fixtures(contract: Contract, fixtures: Mapping[str, Any]) -> dict[str, Any]:
    """The contract's document, with the first fixture of each field in its examples of requests."""
    document = copy.deepcopy(contract.document)
    for operation in contract.operations.values():
        values = {
            field: each[0]["value"] if isinstance(each[0], dict) else each[0]
            for field, each in fixtures["operations"].get(operation.id, {}).items()
            if each
        }
        media = document["paths"][operation.path][operation.method.lower()]["requestBody"]["content"]
        for name, example in media["application/json"]["examples"].items():
            value = copy.deepcopy(contract.resolve(example)["value"])
            media["application/json"]["examples"][name] = {"value": _filled(value, values)}
    return document


def _filled(body: JsonValue, values: Mapping[str, Any], inside: str = "") -> Any:
    """A body with these values in the place of its own, inner fields by dots."""
    if not isinstance(body, dict):
        return body
    return {
        name: values.get(inside + name, _filled(value, values, f"{inside}{name}."))
        for name, value in body.items()
    }
