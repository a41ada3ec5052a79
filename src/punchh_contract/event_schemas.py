"""The generated JSON Schemas of the webhook event, of a checkout or inside an installed wheel.

A room beside `contract`, which hands them on: whoever validates events needs no YAML, and is ready a fifth
of the time sooner without its reader.
"""

# `pathlib` takes a tenth of the time of a short run to load:
# ruff: noqa: PTH113, PTH118, PTH120, PTH123

import functools
import os
from typing import Any

import orjson

from punchh_contract.errors import ContractError

__all__ = ["event_schema"]

_PACKAGE = os.path.dirname(os.path.realpath(__file__))
# A checkout first, as in `contract`.
_SCHEMAS = (
    os.path.join(os.path.dirname(os.path.dirname(_PACKAGE)), "generated", "schemas"),
    os.path.join(_PACKAGE, "_contract", "schemas"),
)


@functools.cache
def event_schema(*, strict: bool = False) -> dict[str, Any]:
    """Return the generated JSON Schema of the event, or its strict twin that finds unknown fields. Cached.

    The contract itself is not read for it. Raises ContractError if it was not generated.
    """
    file_name = "redemption-event.strict.schema.json" if strict else "redemption-event.schema.json"
    for folder in _SCHEMAS:
        path = os.path.join(folder, file_name)
        if os.path.isfile(path):
            with open(path, "rb") as file:
                content = file.read()
            try:
                schema: dict[str, Any] = orjson.loads(content)
            except ValueError as error:
                raise ContractError(f"{path}: no JSON: {error}; run `make generate`") from error
            return schema
    raise ContractError(f"no {file_name} in {_SCHEMAS[0]}: run `make generate`")
