"""The generated JSON Schemas of the webhook event, of a checkout or inside an installed wheel.

A room beside `contract`, which hands them on: whoever validates events needs no YAML, and is ready a fifth
of the time sooner without its reader.
"""

import functools
import json
from pathlib import Path
from typing import Any

from punchh_contract.errors import ContractError

__all__ = ["event_schema"]

_PACKAGE = Path(__file__).resolve().parent
# A checkout first, as in `contract`.
_SCHEMAS = (_PACKAGE.parents[1] / "generated" / "schemas", _PACKAGE / "_contract" / "schemas")


@functools.cache
def event_schema(*, strict: bool = False) -> dict[str, Any]:
    """Return the generated JSON Schema of the event, or its strict twin that finds unknown fields. Cached.

    The contract itself is not read for it. Raises ContractError if it was not generated.
    """
    file_name = "redemption-event.strict.schema.json" if strict else "redemption-event.schema.json"
    for folder in _SCHEMAS:
        if (folder / file_name).is_file():
            try:
                schema: dict[str, Any] = json.loads((folder / file_name).read_bytes())
            except ValueError as error:
                raise ContractError(f"{folder / file_name}: no JSON: {error}; run `make generate`") from error
            return schema
    raise ContractError(f"no {file_name} in {_SCHEMAS[0]}: run `make generate`")
