"""Redemptions events: judge one or many against the contract, without telling what is in them."""

from punchh_contract.events.findings import Finding, Findings, Severity, Summary
from punchh_contract.events.many import Record, validate_many
from punchh_contract.events.validation import validate

__all__ = ["Finding", "Findings", "Record", "Severity", "Summary", "validate", "validate_many"]
