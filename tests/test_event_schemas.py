"""The event's schemas: read from what was generated, with a word on what is missing."""

from pathlib import Path

import pytest

from punchh_contract import contract, event_schemas
from punchh_contract.errors import ContractError
from punchh_contract.event_schemas import event_schema


def test_the_event_schema_is_read_from_what_was_generated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(event_schemas, "_SCHEMAS", (tmp_path / "absent", tmp_path))
    event_schema.cache_clear()
    try:
        (tmp_path / "redemption-event.schema.json").write_text('{"title": "open"}')
        (tmp_path / "redemption-event.strict.schema.json").write_text("{")
        assert event_schema() == {"title": "open"}
        with pytest.raises(ContractError, match=r"strict\.schema\.json: no JSON.*make generate"):
            event_schema(strict=True)
        (tmp_path / "redemption-event.strict.schema.json").unlink()
        with pytest.raises(ContractError, match="make generate"):
            event_schema(strict=True)
    finally:
        event_schema.cache_clear()


def test_the_contract_hands_them_on() -> None:
    assert contract.event_schema is event_schema
