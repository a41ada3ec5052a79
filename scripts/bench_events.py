"""The validator's speed, beside the parser's and the reference implementation's."""

import json
from pathlib import Path

import orjson
from bench_measure import compare
from jsonschema import Draft202012Validator

from punchh_contract import contract
from punchh_contract.events import validate

SEED_EVENT = Path(__file__).parents[1] / "tests" / "data" / "seed-004-redemptions-event.json"


def events() -> None:
    """An event without a fault, from bytes; and one with drift, which needs the slow words when strict."""
    sample = orjson.dumps(orjson.loads(SEED_EVENT.read_bytes()))
    drifting = json.loads(sample)
    drifting["payload"]["something_new"] = 1
    drift = orjson.dumps(drifting)
    reference = Draft202012Validator(contract.event_schema(strict=True))
    compare(
        f"One event of {len(sample)} bytes",
        {
            "orjson.loads alone": lambda: orjson.loads(sample),
            "validate": lambda: validate(sample),
            "validate, an event with drift": lambda: validate(drift),
            "jsonschema, without format checks": lambda: reference.is_valid(orjson.loads(sample)),
        },
        calls=200,
        base="orjson.loads alone",
    )
