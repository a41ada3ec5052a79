"""Redemptions events: judge one or many against the contract, without telling what is in them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from punchh_contract.events.findings import Finding, Findings, Severity, Summary
    from punchh_contract.events.many import Record, validate_many
    from punchh_contract.events.validation import validate

__all__ = ["Finding", "Findings", "Record", "Severity", "Summary", "validate", "validate_many"]

_HOMES = {
    **dict.fromkeys(("Finding", "Findings", "Severity", "Summary"), "findings"),
    **dict.fromkeys(("Record", "validate_many"), "many"),
    "validate": "validation",
}


# Late, so that a command that needs the decoder alone loads nothing else.
def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
